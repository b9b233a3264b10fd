"""Check a load plan from the plan alone: nothing of the packer is trusted, and no number rounded.

>>> from optimizer.loading.geometry import Interior, Item, LoadedUnit, LoadPlan, Placement, Rules
>>> box = Item(item_id="crate", shipment_id="s", quantity=1, size_mm=(800, 600, 400), mass_g=9000)
>>> van = Interior(unit_code="van", size_mm=(3000, 1700, 1800), payload_g=900_000)
>>> there = Placement(0, 2201, 0, 0, 800, 600, 400)
>>> plan = LoadPlan(
...     items=(box,), units=(LoadedUnit(interior=van, placements=(there,)),), unplaced=()
... )
>>> [print(f.code, f.about, f.message) for f in validate(plan, Rules()).failed()]
LOAD-03 unit 1 box 1 (crate) x from 2201 to 3001 mm, wanted 0 to 3000
[None]
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from data.findings import Finding, Report, Verdict
from optimizer.loading.checks.boxes import Fault
from optimizer.loading.checks.geometry import (
    block_faults,
    contour_faults,
    door_faults,
    overlap_faults,
    turning_faults,
    wall_faults,
)
from optimizer.loading.checks.order import loading_faults, unloading_faults
from optimizer.loading.checks.piles import (
    balance_faults,
    bearing_faults,
    floor_faults,
    height_faults,
    pile_faults,
    support_faults,
)
from optimizer.loading.checks.plan import (
    apart_faults,
    claim_faults,
    count_faults,
    form_faults,
    group_faults,
    number_faults,
    world_of,
)
from optimizer.loading.checks.weight import (
    axle_faults,
    centre_faults,
    metre_faults,
    payload_faults,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.loading.checks.boxes import UnitLoad
    from optimizer.loading.checks.plan import World
    from optimizer.loading.geometry import LoadPlan, Rules

MOST_NAMED = 100  # faults of one kind told one by one; of the others only how many there are


def validate(plan: LoadPlan, rules: Rules) -> Report:
    """Return at least one finding per rule: passed, failed or not known.

    Deciding findings that are unknown, such as a payload nobody knows, are no pass. Limits that
    a unit need not have, such as axles, warn where they are missing.
    """
    world, checks = world_of(plan), _checks()
    if any(True for _ in number_faults(plan, rules)):
        unknown = Fault("plan", "not checked: some numbers are not whole", Verdict.UNKNOWN)
        told = (_finding(check.code, unknown) for check in checks[1:])
        return Report.of([*_findings(checks[0], world, rules), *told])
    return Report.of(f for check in checks for f in _findings(check, world, rules))


class _Check(NamedTuple):
    code: str
    what: str  # said when it passes
    faults: Callable[[World, Rules], Iterable[Fault]]
    asked: Callable[[Rules], bool] = lambda _: True


def _checks() -> tuple[_Check, ...]:
    return (
        _Check("LOAD-01", "whole numbers, known items, sizes above 0", form_faults),
        _Check("LOAD-02", "boxes placed and left are those asked, none twice", count_faults),
        _Check("LOAD-03", "within the walls", _each(wall_faults)),
        _Check("LOAD-04", "within the contour", _each(contour_faults)),
        _Check("LOAD-05", "clear of blocked space", _each(block_faults)),
        _Check("LOAD-06", "no two boxes share space", _each(overlap_faults)),
        _Check(
            "LOAD-07", "sizes as delivered, on a side that may be the base", _each(turning_faults)
        ),
        _Check("LOAD-08", "pass the door as turned", _each(door_faults)),
        _Check("LOAD-09", "enough of each base held", _each(support_faults), _held),
        _Check("LOAD-10", "middles over what holds them", _each(balance_faults), _held),
        _Check("LOAD-11", "floor-only boxes on the floor", _each(floor_faults)),
        _Check("LOAD-12", "none carries more than it bears", _each(bearing_faults)),
        _Check("LOAD-13", "none under a longer pile than it bears", _each(height_faults)),
        _Check("LOAD-14", "payloads kept", _each(payload_faults)),
        _Check("LOAD-15", "no metre of floor above its limit", _each(metre_faults)),
        _Check("LOAD-16", "no pile above the floor's limit", _each(pile_faults)),
        _Check("LOAD-17", "supports within their limits after every stop", _each(axle_faults)),
        _Check("LOAD-18", "centre of gravity allowed after every stop", _each(centre_faults)),
        _Check("LOAD-19", "a free way out at each stop", _each(unloading_faults), _in_order),
        _Check("LOAD-20", "codes kept apart", apart_faults),
        _Check("LOAD-21", "each group in one unit", group_faults),
        _Check("LOAD-22", "a free way in, in the order given", _each(loading_faults)),
        _Check("LOAD-23", "reasons for what is left; bound not above the units used", claim_faults),
    )


def _held(rules: Rules) -> bool:
    return rules.support_percent > 0


def _in_order(rules: Rules) -> bool:
    return rules.unload_in_order


def _each(
    rule: Callable[[UnitLoad, Rules], Iterable[Fault]],
) -> Callable[[World, Rules], Iterable[Fault]]:
    def faults(world: World, rules: Rules) -> Iterator[Fault]:
        for load in world.loads:
            yield from rule(load, rules)

    return faults


def _findings(check: _Check, world: World, rules: Rules) -> Iterator[Finding]:
    found = iter(dict.fromkeys(check.faults(world, rules)))
    named = list(islice(found, MOST_NAMED))
    for fault in named:
        yield _finding(check.code, fault)
    more = sum(1 for _ in found)
    if more:
        yield _finding(check.code, Fault("plan", f"and {more} more"))
    if not named:
        boxes = sum(len(load.boxes) for load in world.loads)
        scope = f"{boxes} boxes in {len(world.loads)} units"
        message = f"{check.what}: {scope}" if check.asked(rules) else "not asked by the rules"
        yield _finding(check.code, Fault("plan", message, Verdict.PASS))


def _finding(code: str, fault: Fault) -> Finding:
    return Finding(
        code=code,
        verdict=fault.verdict,
        about=fault.about,
        message=fault.message,
        severity=fault.severity,
    )
