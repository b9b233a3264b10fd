"""Load 60 deliveries in two stages: `python -m bench.loading_trucks [--folder DIR]`.

Layers of products go on pallets, pallets in trucks with limits on two axles, by the product's own
two stages. All days are loaded together. `most layers in one pile` bounds the pile on a pallet, and
nothing stands on a pallet. Every plan is judged by the validator. Beside it, on the same pallets:

* first fit by volume: the largest pallet first, into the first truck that still has a place and
  payload, places filled row by row from the cabin; nobody looks at the axles. What that breaks is
  told.
* the same, and a pallet goes on to the next truck where an axle would be over its limit: what a
  dock does that weighs its trucks and knows of no other place.
* loading metres: floor area by a width of 2.4 m, into the first truck that still has metres and
  payload; no places at all.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ortec_trucks import FOLDER, read_deliveries
from optimizer.loading.filling import EFFORTS, Effort
from optimizer.loading.geometry import (
    HEIGHT,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
)
from optimizer.loading.several import UnitKind
from optimizer.loading.stages import Pallet, load_in_stages
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.ortec_trucks import Delivery
    from optimizer.loading.stages import Staged

_WIDTH_OF_A_LOADING_METRE_MM = 2400
_AXLES = "LOAD-17"


def layers_of(delivery: Delivery) -> tuple[Item, ...]:
    """Return what is asked as layers; the last one of a product may be partly full, and lighter."""
    layers = {layer.layer_id: layer for layer in delivery.layers}
    items = []
    for product in delivery.products:
        assert not product.on_top, "no product of these files asks for it"
        assert not product.at_bottom, "likewise"
        layer = layers[product.layer_id]
        full, boxes = divmod(product.demand, layer.boxes)
        for name, count, mass in (
            (f"{product.product_id}", full, layer.mass_g),
            (f"{product.product_id} in part", min(boxes, 1), boxes * product.mass_g),
        ):
            if count:
                item = Item(
                    item_id=name,
                    shipment_id=delivery.name,
                    quantity=count,
                    size_mm=layer.size_mm,
                    mass_g=mass,
                    upright=(HEIGHT,),
                    most_above=layer.most_in_pile - 1,
                )
                items.append(item)
    return tuple(items)


def pallet_of(delivery: Delivery) -> Pallet:
    """Return a pallet as wide as its layers, which reach over it by up to 5 cm, truck-high."""
    (base,), (truck,) = delivery.pallets, delivery.trucks
    sides = [max(base.size_mm[k], *(x.size_mm[k] for x in delivery.layers)) for k in (0, 1)]
    room = Interior(
        unit_code="pallet",
        size_mm=(sides[0], sides[1], truck.size_mm[2] - base.size_mm[2]),
        payload_g=truck.payload_g,
        rear_only=False,
    )
    return Pallet(room=room, deck_mm=base.size_mm[2], tare_g=base.mass_g)


def places(truck: Interior, length: int, width: int) -> list[tuple[int, int, int, int]]:
    """Return x, y, dx, dy of pallets in rows from the cabin, turned as more of them fit."""
    ways = []
    for dx, dy in ((length, width), (width, length)):
        rows, across = truck.size_mm[0] // dx, truck.size_mm[1] // dy
        ways.append([(r * dx, c * dy, dx, dy) for r in range(rows) for c in range(across)])
    return max(ways, key=len)


def keeps_axles(truck: Interior, loads: Sequence[tuple[int, int]]) -> bool:
    """Return whether twice the middles and masses of loads keep both axles within limits."""
    supports = truck.supports
    assert supports is not None
    mass = sum(m for _, m in loads)
    moment = Fraction(sum(m * x2 for x2, m in loads), 2)
    rear = (moment - mass * supports.front_mm) / (supports.rear_mm - supports.front_mm)
    return mass - rear <= (supports.front_max_g or 0) and rear <= (supports.rear_max_g or 0)


def first_fit(truck: Interior, pallets: Sequence[Item], *, weighed: bool) -> list[LoadedUnit]:
    """Return trucks filled by first fit, the largest pallets first, row by row from the cabin."""
    slots = places(truck, *pallets[0].size_mm[:2])
    loads: list[list[tuple[int, int]]] = []  # twice the middle along the truck, mass
    held: list[list[Placement]] = []
    order = sorted(range(len(pallets)), key=lambda k: (-pallets[k].volume_mm3, k))
    for k in order:
        pallet = pallets[k]
        for load, boxes in zip(loads, held, strict=True):
            if len(boxes) == len(slots):
                continue
            x, _, dx, _ = slots[len(boxes)]
            more = [*load, (2 * x + dx, pallet.mass_g)]
            if sum(m for _, m in more) > (truck.payload_g or 0):
                continue
            if not weighed or keeps_axles(truck, more):
                break
        else:
            loads.append([])
            held.append([])
            load, boxes = loads[-1], held[-1]
        x, y, dx, dy = slots[len(boxes)]
        boxes.append(Placement(k, x, y, 0, dx, dy, pallet.size_mm[2]))
        load.append((2 * x + dx, pallet.mass_g))
    return [LoadedUnit(interior=truck, placements=tuple(boxes)) for boxes in held]


def by_loading_metres(truck: Interior, pallets: Sequence[Item]) -> int:
    """Return how many trucks loading metres and payload ask for, first fit in the order built."""
    trucks: list[tuple[Fraction, int]] = []  # metres and mass left
    for pallet in pallets:
        length, width, _ = pallet.size_mm
        needs = Fraction(length * width, _WIDTH_OF_A_LOADING_METRE_MM)
        for k, (room, mass) in enumerate(trucks):
            if needs <= room and pallet.mass_g <= mass:
                trucks[k] = (room - needs, mass - pallet.mass_g)
                break
        else:
            room, mass = Fraction(truck.size_mm[0]), truck.payload_g or 0
            trucks.append((room - needs, mass - pallet.mass_g))
    return len(trucks)


def broken(plan: LoadPlan, rules: Rules) -> set[str]:
    """Return the codes of what a plan breaks, or of what nobody knows of it."""
    return {finding.code for finding in validate(plan, rules).failed()}


def cells(delivery: Delivery, staged: Staged, cpu_s: float, rules: Rules) -> Iterator[object]:
    """Yield what the table says of one delivery."""
    (truck,) = delivery.trucks
    pallets, plan = staged.pallets, staged.vehicles
    # Whoever piles on pallets does not know what vehicles bear; limits per pallet are not told.
    faults = broken(plan, rules) | broken(pallets, rules)
    rule = first_fit(truck, plan.items, weighed=False)
    alone = [replace(plan, units=(unit,), unplaced=(), items=_held(plan, unit)) for unit in rule]
    alone = [replace(one, units=(_renumbered(one.units[0]),)) for one in alone]
    over = sum(_AXLES in broken(one, rules) for one in alone)
    weighed = first_fit(truck, plan.items, weighed=True)
    yield from (len(pallets.units), len(plan.units), plan.least_units, len(rule), over)
    yield from (len(weighed), by_loading_metres(truck, plan.items), len(faults), round(cpu_s, 1))
    assert not plan.unplaced


def _held(plan: LoadPlan, unit: LoadedUnit) -> tuple[Item, ...]:
    return tuple(plan.items[p.item] for p in unit.placements)


def _renumbered(unit: LoadedUnit) -> LoadedUnit:
    return replace(
        unit, placements=tuple(p._replace(item=k) for k, p in enumerate(unit.placements))
    )


COLUMNS = (
    "pallets",
    "trucks",
    "proven least",
    "first fit",
    "of these over an axle",
    "first fit, weighed",
    "loading metres",
    "rules broken",
    "CPU s",
)


def main() -> None:
    """Print a row per instance and their sum."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--effort", choices=EFFORTS, default="small")
    options.add_argument("--names", nargs="*", default=(), help="instances; all unless told")
    told = options.parse_args()
    print("| instance | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    total = [0.0] * len(COLUMNS)
    rules, effort = Rules(), Effort(name=told.effort, threads=os.cpu_count() or 1)
    for delivery in read_deliveries(told.folder):
        if told.names and delivery.name not in told.names:
            continue
        kinds = [UnitKind(interior=truck) for truck in delivery.trucks]
        start = time.process_time()
        staged = load_in_stages(
            kinds, layers_of(delivery), pallet_of(delivery), rules=rules, effort=effort
        )
        row = list(cells(delivery, staged, time.process_time() - start, rules))
        total = [a + float(str(b)) for a, b in zip(total, row, strict=True)]
        print(f"| {delivery.name} | " + " | ".join(map(str, row)) + " |", flush=True)
    print("| all | " + " | ".join(f"{value:,.0f}" for value in total) + " |")


if __name__ == "__main__":
    main()
