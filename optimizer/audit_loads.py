"""Re-check how pieces stand in the units of a plan: all of them, where they say, by every rule.

Which pieces are aboard, in which kind of unit and under which limit of mass is read here anew from
the problem; the placements themselves go to the validator of load plans, which shares nothing with
the packer.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations
from typing import TYPE_CHECKING

from data.findings import Verdict
from optimizer.audit_prices import shipments_aboard
from optimizer.loading.geometry import Rules
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.freight import Piece, Shipment
    from data.network import Service
    from optimizer.loading.geometry import Interior, Item, LoadPlan
    from optimizer.plan import DepartureUse, Plan

_RULES = Rules(support_percent=75, unload_in_order=True)
_MOST_NAMED = 5
_FEW = 2_000  # boxes of a departure that must be placed; of more it may be left
_NOISE = 1e-6  # units; part loads are rounded up to a millionth
_GRAMS = 0.02  # as for other loads: they are written to the gram, and may be in several units
_LITRES = 0.0001


def stowage_faults(plan: Plan) -> Iterator[str]:
    """Return what is wrong with the placements of a plan."""
    told = Counter(s.departure_id for s in plan.stowed)
    plans = {s.departure_id: s for s in plan.stowed}
    aboard = shipments_aboard(plan)
    for use in plan.uses:
        name = use.departure.departure_id
        if told[name] != 1:
            yield f"{name} has {told[name]} stowages, wanted 1"
            continue
        service = plan.problem.services[use.departure.service_id]
        if plans[name].plan is None:
            yield from _blank_faults(plan, service, aboard[name], name, plans[name].unknown)
        else:
            yield from _placed_faults(plan, use, aboard[name], plans[name].plan)
    for name in sorted(set(told) - {use.departure.departure_id for use in plan.uses}):
        yield f"{name} is stowed but not used"


def goes_in(piece: Piece, inside: Interior) -> bool:
    """Tell whether one box of a piece goes into an empty unit, through its door, in some way."""
    if inside.payload_g is not None and math.ceil(piece.mass_kg * 1000) > inside.payload_g:
        return False
    sides = tuple(math.ceil(x) for x in (piece.length_mm, piece.width_mm, piece.height_mm))
    ways = [sides] if piece.fixed else permutations(sides)
    length, width, height = inside.size_mm
    wide, high = inside.door_mm or (width, height)
    upright = {sides["lwh".index(axis)] for axis in piece.upright_axes}
    return any(
        x <= length and y <= min(width, wide) and z <= min(height, high)
        for x, y, z in ways
        if piece.fixed or z in upright
    )


def unplaced(plan: Plan) -> list[str]:
    """Return the departures whose pieces were not placed; nobody knows whether they fit."""
    return sorted(s.departure_id for s in plan.stowed if s.plan is None)


def _blank_faults(
    plan: Plan, service: Service, aboard: Sequence[Shipment], name: str, why: str
) -> Iterator[str]:
    """Refuse a blank where everything is known that a placement needs."""
    known = service.unit_code in plan.problem.interiors and all(s.pieces for s in aboard)
    few = sum(p.quantity for s in aboard for p in s.pieces) <= _FEW
    if known and few:
        yield f"{name}: pieces are known, but were not placed"
    if not why:
        yield f"{name}: pieces are not placed, and nobody says why"


def _placed_faults(
    plan: Plan, use: DepartureUse, aboard: Sequence[Shipment], stowed: LoadPlan | None
) -> Iterator[str]:
    assert stowed is not None  # noqa: S101  (narrowed for the type checker)
    name, service = use.departure.departure_id, plan.problem.services[use.departure.service_id]
    if stowed.unplaced:
        yield f"{name}: some pieces found no place"
    opened = use.full_units + use.part_units
    if len(stowed.units) > math.ceil(opened - _NOISE):
        yield f"{name}: pieces stand in {len(stowed.units)} units, {opened:g} are opened"
    wanted, found = _asked(aboard), Counter({_key(i): i.quantity for i in stowed.items})
    for key in sorted((wanted - found) + (found - wanted), key=str)[:_MOST_NAMED]:
        yield f"{name}: {found[key]} of piece {key[1]} of {key[0]} as stowed, wanted {wanted[key]}"
    inside = plan.problem.interiors.get(service.unit_code)
    for unit in stowed.units:
        if inside is None or not _same_room(unit.interior, inside, service):
            yield f"{name}: stowed in another room than {service.unit_code or 'its unit'} has"
            break
    faults = [f for f in validate(stowed, _RULES).failed() if f.verdict is Verdict.FAIL]
    for fault in faults[:_MOST_NAMED]:
        yield f"{name}: {fault.code} {fault.about}: {fault.message}"
    yield from _load_faults(plan, use, stowed, aboard)


_Key = tuple[object, ...]  # shipment, piece, sizes, mass, and all that restricts its place


def _asked(aboard: Sequence[Shipment]) -> Counter[_Key]:
    """Return the pieces aboard in whole mm and g, rounded to the safe side, and how many."""
    found: Counter[_Key] = Counter()
    for s in aboard:
        # Together they are as heavy as their shipment, where that says more.
        more = s.mass_kg / sum(p.quantity * p.mass_kg for p in s.pieces)
        more = more if more > 1 + 1e-9 else 1.0
        for p in s.pieces:
            sizes = (math.ceil(p.length_mm), math.ceil(p.width_mm), math.ceil(p.height_mm))
            bears = p.max_load_top_kg
            key = (
                s.shipment_id,
                p.piece_id,
                sizes,
                math.ceil(p.mass_kg * more * 1000),
                tuple(sorted("lwh".index(axis) for axis in p.upright_axes)),
                None if bears is None else math.floor(bears * 1000),
                p.most_above if p.stackable else 0,
                p.floor_only,
                p.fixed,
                p.group,
                tuple(sorted(p.codes)),
                1,  # all of it leaves at the next hub
            )
            found[key] += p.quantity
    return found


def _key(i: Item) -> _Key:
    return (
        i.shipment_id,
        i.item_id,
        i.size_mm,
        i.mass_g,
        i.upright,
        i.top_g,
        i.most_above,
        i.floor_only,
        i.fixed,
        i.group,
        tuple(sorted(i.codes)),
        i.stop,
    )


def _same_room(room: Interior, inside: Interior, service: Service) -> bool:
    """Tell whether a room is that of the unit, with no higher limit of mass than the service's."""
    most = math.floor(service.unit_capacity_kg * 1000)
    if inside.payload_g is not None:
        most = min(most, inside.payload_g)
    same = (
        room.unit_code, room.size_mm, room.door_mm, room.cuts, room.blocks, room.supports,
        room.envelope, room.floor_g_per_m, room.floor_g_per_m2, room.rear_only,
    ) == (
        inside.unit_code, inside.size_mm, inside.door_mm, inside.cuts, inside.blocks,
        inside.supports, inside.envelope, inside.floor_g_per_m, inside.floor_g_per_m2,
        inside.rear_only,
    )  # fmt: skip
    return same and room.payload_g is not None and room.payload_g <= most


def _load_faults(
    plan: Plan, use: DepartureUse, stowed: LoadPlan, aboard: Sequence[Shipment]
) -> Iterator[str]:
    """Compare the loads by unit with the pieces that stand there."""
    name = use.departure.departure_id
    masses = {s.shipment_id: s.mass_kg for s in aboard}
    volumes = {s.shipment_id: s.volume_m3 for s in aboard}
    grams: Counter[str] = Counter()
    mm3: Counter[str] = Counter()
    for item in stowed.items:
        grams[item.shipment_id] += item.quantity * item.mass_g
        mm3[item.shipment_id] += item.quantity * math.prod(item.size_mm)
    standing: Counter[tuple[int, str]] = Counter()
    filling: Counter[tuple[int, str]] = Counter()
    for number, unit in enumerate(stowed.units, start=1):
        for p in unit.placements:
            item = stowed.items[p.item]
            standing[number, item.shipment_id] += item.mass_g
            filling[number, item.shipment_id] += math.prod(item.size_mm)
    told = {(x.unit_no, x.shipment_id): x for x in plan.loads if x.departure_id == name}
    for key in sorted(set(told) | set(standing)):
        load, whose = told.get(key), key[1]
        for unit_name, said, all_of_it, part, whole, slack in (
            ("kg", load.mass_kg if load else 0.0, masses, standing[key], grams[whose], _GRAMS),
            ("m3", load.volume_m3 if load else 0.0, volumes, filling[key], mm3[whose], _LITRES),
        ):
            wanted = all_of_it.get(whose, 0.0) * (part / whole if whole else 0.0)
            if abs(said - wanted) > slack:
                yield (
                    f"{name} unit {key[0]}: {said:g} {unit_name} of {whose}, {wanted:g} "
                    f"{unit_name} stand there"
                )
    yield from _part_faults(plan, use, stowed)


def _part_faults(plan: Plan, use: DepartureUse, stowed: LoadPlan) -> Iterator[str]:
    """Find a part load that is less than what stands in the last unit, by mass or by volume."""
    service, opened = (
        plan.problem.services[use.departure.service_id],
        use.full_units + use.part_units,
    )
    if service.price.part_load_factor is None or not stowed.units:
        return
    last = [stowed.items[p.item] for p in stowed.units[-1].placements]
    kg = sum(i.mass_g for i in last) / 1000 / service.unit_capacity_kg
    m3 = sum(math.prod(i.size_mm) for i in last) / 1e9 / service.unit_capacity_m3
    needed = len(stowed.units) - 1 + max(kg, m3) * (1 - _TOLERANCE)
    if opened < needed - _NOISE:
        yield f"{use.departure.departure_id}: {opened:g} units are opened, {needed:g} are filled"


_TOLERANCE = 0.02  # pieces fill up to this share more than their shipment's stated volume
