"""Check how boxes stand on each other: held, in balance, and within what each of them bears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.findings import Severity, Verdict
from optimizer.loading.checks.boxes import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from optimizer.loading.checks.boxes import UnitLoad
    from optimizer.loading.geometry import Rules

_MM2_PER_M2 = 1_000_000
Point = tuple[int, int]


def support_faults(load: UnitLoad, rules: Rules) -> Iterator[Fault]:
    """Find boxes with too little of their base on the floor or on boxes; blocks bear nothing."""
    for i, b in enumerate(load.boxes):
        if b.z1 == 0 or rules.support_percent == 0:
            continue
        base = (b.x2 - b.x1) * (b.y2 - b.y1)
        held = sum(area for _, area in load.contacts[i])
        if 100 * held < rules.support_percent * base:
            found = f"{held} of {base} mm2 held ({100 * held / base:.2f} %)"
            yield Fault(load.about(i), f"{found}, wanted {rules.support_percent} %")


def balance_faults(load: UnitLoad, rules: Rules) -> Iterator[Fault]:
    """Find held boxes whose middle is not over the convex hull of what they touch below."""
    if rules.support_percent == 0:
        return
    for i, b in enumerate(load.boxes):
        if not load.contacts[i]:
            continue
        corners: set[Point] = set()
        for j, _ in load.contacts[i]:
            a = load.boxes[j]
            xs = (max(a.x1, b.x1), min(a.x2, b.x2))
            ys = (max(a.y1, b.y1), min(a.y2, b.y2))
            corners.update((2 * x, 2 * y) for x in xs for y in ys)
        middle = (b.x1 + b.x2, b.y1 + b.y2)
        if not _inside(middle, _hull(corners)):
            found = f"middle at x {middle[0] / 2:g} and y {middle[1] / 2:g} mm"
            yield Fault(load.about(i), f"{found}, wanted over the hull of its contacts")


def floor_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes off the floor that may only stand on it."""
    for i, b in enumerate(load.boxes):
        if b.item.floor_only and b.z1 != 0:
            yield Fault(load.about(i), f"stands at z {b.z1} mm, wanted the floor")


def bearing_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes that carry more than they bear, by the mass pushed down to them."""
    if all(b.item.top_g is None for b in load.boxes):
        return
    for i, (b, found) in enumerate(zip(load.boxes, load.carried_g, strict=True)):
        if b.item.top_g is not None and found > b.item.top_g:
            yield Fault(load.about(i), f"carries {_grams(found)}, wanted <= {b.item.top_g} g")


def height_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes under a longer chain, each standing on the one before, than they bear."""
    above = [0] * len(load.boxes)
    for i in load.downwards:
        for j, _area in load.contacts[i]:
            above[j] = max(above[j], above[i] + 1)
    for i, b in enumerate(load.boxes):
        most = b.item.most_above
        if most is not None and above[i] > most:
            yield Fault(load.about(i), f"{above[i]} boxes on each other above it, wanted <= {most}")


def pile_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes on the floor that press more per m2 of their base than it bears."""
    most = load.interior.floor_g_per_m2
    if most is None:
        what = "floor_g_per_m2 is not given, so what the floor bears was not checked"
        kind = f"unit type {load.interior.unit_code}"
        yield Fault(kind, what, Verdict.UNKNOWN, Severity.WARNING)
        return
    for i, b in enumerate(load.boxes):
        if b.z1 != 0:
            continue
        base, mass = (b.x2 - b.x1) * (b.y2 - b.y1), b.item.mass_g + load.carried_g[i]
        if mass * _MM2_PER_M2 > most * base:
            found = f"a pile of {_grams(mass)} on {base} mm2"
            yield Fault(load.about(i), f"{found}, wanted <= {most} g per m2")


def _grams(mass_g: Fraction) -> str:
    rounded = f"{float(mass_g):.3f}".rstrip("0").rstrip(".")
    return f"{rounded} g" if mass_g.denominator == 1 else f"{rounded} g (rounded)"


def _turn(a: Point, b: Point, c: Point) -> int:
    """Above 0 where a, b and c turn to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _chain(points: Iterable[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain[:-1]


def _hull(points: set[Point]) -> list[Point]:
    """Return the convex hull, to the left (Andrew 1979, doi 10.1016/0020-0190(79)90072-3)."""
    ordered = sorted(points)
    return _chain(ordered) + _chain(reversed(ordered))


def _inside(point: Point, hull: list[Point]) -> bool:
    return all(_turn(a, b, point) >= 0 for a, b in zip(hull, [*hull[1:], hull[0]], strict=True))
