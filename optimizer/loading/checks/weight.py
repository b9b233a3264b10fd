"""Check what a unit carries: its payload, each metre of floor, its axles, the cargo's middle."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import lcm
from typing import TYPE_CHECKING

from data.findings import Severity, Verdict
from optimizer.loading.checks.boxes import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.loading.checks.boxes import Box, UnitLoad
    from optimizer.loading.geometry import Envelope, Rules, Supports

_METRE_MM = 1000


def payload_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find more mass than the payload; a payload that is not known is not kept either."""
    found, most = sum(b.item.mass_g for b in load.boxes), load.interior.payload_g
    if most is None:
        what = "payload_g is not known, so whether it carries its load is not"
        yield Fault(f"unit type {load.interior.unit_code}", what, Verdict.UNKNOWN)
    elif found > most:
        yield Fault(load.name, f"carries {found} g, wanted <= {most}")


def metre_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find the heaviest metre if it is too heavy; a box spreads evenly over its own length."""
    most = load.interior.floor_g_per_m
    if most is None:
        what = "floor_g_per_m is not given, so what a metre of floor bears was not checked"
        yield Fault(f"unit type {load.interior.unit_code}", what, Verdict.UNKNOWN, Severity.WARNING)
        return
    if not load.boxes:
        return
    found, scale, start = heaviest_metre(load.boxes)
    if found > most * scale:
        what = f"{-(-found // scale)} g (rounded up) between x {start} and {start + _METRE_MM} mm"
        yield Fault(load.name, f"{what}, wanted <= {most} g")


def heaviest_metre(boxes: Sequence[Box]) -> tuple[int, int, int]:
    """Return the most mass over a metre as numerator and denominator, in g, and where it starts.

    As a window moves, its mass changes by straight lines that bend only where one of its ends
    passes the end of a box: the most is found at one of those places. Masses are multiplied by
    the least common multiple of all lengths, so that every sum is whole.
    """
    scale = lcm(*(b.x2 - b.x1 for b in boxes))
    slope: dict[int, int] = {}
    for b in boxes:
        density = b.item.mass_g * (scale // (b.x2 - b.x1))
        slope[b.x1] = slope.get(b.x1, 0) + density
        slope[b.x2] = slope.get(b.x2, 0) - density
    ends = sorted(slope)
    slopes = list(accumulate(slope[x] for x in ends))
    steps = (s * (b - a) for s, a, b in zip(slopes, ends, ends[1:], strict=False))
    sums = list(accumulate(steps, initial=0))

    def before(x: int) -> int:
        k = bisect_right(ends, x) - 1
        return 0 if k < 0 else sums[k] + slopes[k] * (x - ends[k])

    starts = sorted({start for x in ends for start in (x, x - _METRE_MM)})
    found = [before(start + _METRE_MM) - before(start) for start in starts]
    best = max(range(len(starts)), key=found.__getitem__)
    return found[best], scale, starts[best]


def axle_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find loads of a support beyond its limits, at departure and after each stop.

    As a lever tells, the rear one takes sum(m * (middle - front)) / (rear - front), the front one
    the rest. An empty unit is not judged: limits are of what the cargo adds.
    """
    s = load.interior.supports
    if s is None or s.front_max_g is None or s.rear_max_g is None:
        lacks = "supports are" if s is None else "a largest load of a support is"
        what = f"{lacks} not given, so axle loads were not all checked"
        yield Fault(f"unit type {load.interior.unit_code}", what, Verdict.UNKNOWN, Severity.WARNING)
    if s is None:
        return
    if s.front_mm >= s.rear_mm:
        what = f"supports at {s.front_mm} and {s.rear_mm} mm, wanted the front one first"
        yield Fault(load.name, what)
        return
    for when, boxes in load.stages():
        for fault in _lever(s, boxes):
            yield Fault(load.name, f"{when} {fault}")


def _lever(s: Supports, boxes: Sequence[Box]) -> Iterator[str]:
    span = 2 * (s.rear_mm - s.front_mm)  # middles are counted in half millimetres
    total = sum(b.item.mass_g for b in boxes) * span
    rear = sum(b.item.mass_g * (b.x1 + b.x2 - 2 * s.front_mm) for b in boxes)
    for what, found, least, most in (
        ("front", total - rear, s.front_min_g, s.front_max_g),
        ("rear", rear, s.rear_min_g, s.rear_max_g),
    ):
        if most is not None and found > most * span:
            yield f"{what} support takes {found / span:.3f} g, wanted <= {most}"
        if least is not None and found < least * span:
            yield f"{what} support takes {found / span:.3f} g, wanted >= {least}"


def centre_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find centres of gravity outside the envelope, at departure and after each stop."""
    for when, boxes in load.stages():
        for fault in _outside(load.interior.envelope, boxes):
            yield Fault(load.name, f"{when} {fault}")


def _outside(e: Envelope, boxes: Sequence[Box]) -> Iterator[str]:
    twice = 2 * sum(b.item.mass_g for b in boxes)
    for axis, found, least, most in (
        ("x", sum(b.item.mass_g * (b.x1 + b.x2) for b in boxes), e.x_min_mm, e.x_max_mm),
        ("y", sum(b.item.mass_g * (b.y1 + b.y2) for b in boxes), e.y_min_mm, e.y_max_mm),
        ("z", sum(b.item.mass_g * (b.z1 + b.z2) for b in boxes), None, e.z_max_mm),
    ):
        if least is not None and found < least * twice:
            yield f"centre of gravity at {axis} {found / twice:.3f} mm, wanted >= {least}"
        if most is not None and found > most * twice:
            yield f"centre of gravity at {axis} {found / twice:.3f} mm, wanted <= {most}"
