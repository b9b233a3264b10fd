"""Load in two stages: cartons on pallets, then pallets, and what goes on none, in vehicles.

A pallet holds cartons of one shipment for one stop, so that it is unloaded as it stands.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.equipment import load_units as load_units_of
from data.units import G_PER_KG
from optimizer.errors import LoadingError
from optimizer.loading.geometry import HEIGHT, Interior, Item, LoadedUnit, LoadPlan, Rules
from optimizer.loading.intake import why_unloadable
from optimizer.loading.several import UnitKind, load_units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.catalogue import Catalogue
    from optimizer.loading.filling import Effort

DECK_MM = 144  # height of an empty EUR pallet (EN 13698-1); taken for the others too
LEAST_MM, MOST_MM, USUAL_MM = 200, 3_000, 1_800  # of a pallet with its goods


@dataclass(frozen=True, slots=True, kw_only=True)
class Pallet:
    """What cartons are stacked on: the room above its deck, and what it adds to them."""

    room: Interior
    deck_mm: int
    tare_g: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """Both stages: cartons on pallets, and what stands in vehicles."""

    pallet: Pallet
    pallets: LoadPlan  # its units are built pallets; its items are all pieces asked for
    vehicles: LoadPlan  # its items are the built pallets, in order, then the pieces on none


def open_pallet(catalogue: Catalogue, code: str, height_mm: int = USUAL_MM) -> Pallet:
    """Return a pallet of the catalogue that is built up to a height, its deck included.

    Raises
    ------
    LoadingError
        for a code that is no pallet, or a height that no pallet has.
    """
    units = {k: u for k, u in load_units_of(catalogue).items() if u.kind == "base"}
    if code not in units:
        raise LoadingError(f"no pallet {code!r}; wanted {', '.join(sorted(units))}")
    if not LEAST_MM <= height_mm <= MOST_MM:
        wanted = f"{LEAST_MM:,} to {MOST_MM:,} mm with its goods"
        raise LoadingError(f"pallet {code}: height {height_mm:,} mm, wanted {wanted}")
    unit = units[code]
    payload = unit.payload_kg
    return Pallet(
        room=Interior(
            unit_code=code,
            size_mm=(
                math.floor(unit.length_mm), math.floor(unit.width_mm), height_mm - DECK_MM,
            ),
            payload_g=None if payload is None else math.floor(payload * G_PER_KG),
            tare_g=math.ceil((unit.tare_kg or 0.0) * G_PER_KG),
            rear_only=False,
        ),
        deck_mm=DECK_MM,
        tare_g=math.ceil((unit.tare_kg or 0.0) * G_PER_KG),
    )  # fmt: skip


def _quiet(_: str) -> None:
    """Report to nobody."""


def load_in_stages(  # noqa: PLR0913  (the options of a plan)
    kinds: Sequence[UnitKind],
    items: Sequence[Item],
    pallet: Pallet,
    *,
    rules: Rules,
    effort: Effort,
    report: Callable[[str], None] = _quiet,
) -> Staged:
    """Return pieces on pallets and all of it in vehicles, each stage by the rules.

    What goes on no pallet, for its size or because it may not be lifted (`floor_only`, `fixed`),
    travels as it is. Pieces of a group may stand on several pallets, which keep its name.

    Raises
    ------
    LoadingError
        when a pallet or a piece goes into no vehicle.
    """
    lots: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    loose = []
    for n, item in enumerate(items):
        if item.fixed or item.floor_only or why_unloadable(pallet.room, item):
            loose.append(n)
        else:
            lots[item.shipment_id, item.stop, item.group].append(n)
    built: list[LoadedUnit] = []
    for number, ((shipment, stop, _), mine) in enumerate(sorted(lots.items()), start=1):
        report(f"pallets of {shipment}, stop {stop} ({number} of {len(lots)})")
        built += _built(items, mine, pallet, rules, effort)
    report(f"{len(built):,} pallets, {sum(items[n].quantity for n in loose):,} pieces on none")
    prefix = _prefix(items)
    below = [_as_item(items, f"{prefix}{k}", unit, pallet) for k, unit in enumerate(built, start=1)]
    vehicles = load_units(
        kinds,
        [*below, *(items[n] for n in loose)],
        rules=rules,
        effort=effort,
        report=report,
    )
    pallets = LoadPlan(
        items=tuple(items),
        units=tuple(built),
        unplaced=tuple((n, items[n].quantity, "travels without a pallet") for n in loose),
    )
    return Staged(pallet=pallet, pallets=pallets, vehicles=vehicles)


def _built(
    items: Sequence[Item], mine: Sequence[int], pallet: Pallet, rules: Rules, effort: Effort
) -> list[LoadedUnit]:
    """Return the pallets of one lot; its boxes are named by their place in all items."""
    lot = [replace(items[n], group="", stop=1) for n in mine]
    kind = UnitKind(interior=pallet.room)
    plan = load_units([kind], lot, rules=rules, effort=effort, press=False)
    if plan.unplaced:  # each piece goes on an empty pallet, so another pallet always helps
        raise LoadingError(f"{lot[0].shipment_id}: pieces were left although pallets are not")
    return [
        replace(
            unit,
            # Layer by layer, as people stack: what holds a box stands lower than it.
            placements=tuple(
                p._replace(item=mine[p.item])
                for p in sorted(unit.placements, key=lambda p: (p.z, p.x, p.y))
            ),
        )
        for unit in plan.units
    ]


def _prefix(items: Sequence[Item]) -> str:
    """Return what names of pallets begin with: P, or so many of them that no piece has the name."""
    prefix = "P"
    while any(re.fullmatch(f"{prefix}[0-9]+", item.item_id) for item in items):
        prefix += "P"
    return prefix


def _as_item(items: Sequence[Item], name: str, unit: LoadedUnit, pallet: Pallet) -> Item:
    """Return a built pallet as one piece that bears nothing on top."""
    first = items[unit.placements[0].item]
    top = max(p.z + p.dz for p in unit.placements)
    length, width, _ = pallet.room.size_mm
    return Item(
        item_id=name,
        shipment_id=first.shipment_id,
        quantity=1,
        size_mm=(length, width, pallet.deck_mm + top),
        mass_g=pallet.tare_g + sum(items[p.item].mass_g for p in unit.placements),
        upright=(HEIGHT,),
        most_above=0,
        stop=first.stop,
        codes=frozenset().union(*(items[p.item].codes for p in unit.placements)),
        group=first.group,
    )
