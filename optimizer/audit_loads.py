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
        for p in s.pieces:
            sizes = (math.ceil(p.length_mm), math.ceil(p.width_mm), math.ceil(p.height_mm))
            bears = p.max_load_top_kg
            key = (
                s.shipment_id,
                p.piece_id,
                sizes,
                math.ceil(p.mass_kg * 1000),
                tuple(sorted("lwh".index(axis) for axis in p.upright_axes)),
                None if bears is None else math.floor(bears * 1000),
                p.most_above if p.stackable else 0,
                p.floor_only,
                p.fixed,
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
    grams: Counter[str] = Counter()
    for item in stowed.items:
        grams[item.shipment_id] += item.quantity * item.mass_g
    standing: Counter[tuple[int, str]] = Counter()
    for number, unit in enumerate(stowed.units, start=1):
        for p in unit.placements:
            standing[number, stowed.items[p.item].shipment_id] += stowed.items[p.item].mass_g
    told = {(x.unit_no, x.shipment_id): x.mass_kg for x in plan.loads if x.departure_id == name}
    for key in sorted(set(told) | set(standing)):
        share = standing[key] / grams[key[1]] if grams[key[1]] else 0.0
        wanted = masses.get(key[1], 0.0) * share
        if abs(told.get(key, 0.0) - wanted) > _GRAMS:
            told_kg = told.get(key, 0.0)
            yield f"{name} unit {key[0]}: {told_kg:g} kg of {key[1]}, {wanted:g} kg stand there"
