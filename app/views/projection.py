"""Project, clip and thin lines for a flat picture, and find room for its labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.views.lanes import Point

_TILE_PX = 512.0  # width of the world at zoom 0 in web Mercator as deck.gl has it
_MAX_MERCATOR_LAT = 85.0
_DEGREES_A_UNIT = 10.0  # so small a world that Mercator hardly stretches it


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A box in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> float:
        """The meridian in the middle."""
        return (self.west + self.east) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether two boxes share any ground."""
        return not (
            self.right <= other.left
            or other.right <= self.left
            or self.bottom <= other.top
            or other.bottom <= self.top
        )

    def within(self, other: Box) -> bool:
        """Tell whether this box lies inside another."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def natural_earth(lon: float, lat: float) -> tuple[float, float]:
    """Project degrees from the central meridian.

    Natural Earth I: polynomials of Šavrič, Jenny, Patterson, Petrovič and Hurni (2011).
    """
    phi2 = math.radians(lat) ** 2
    phi4 = phi2 * phi2
    x = 0.8707 - 0.131979 * phi2 + phi4 * (-0.013791 + phi4 * (0.003971 * phi2 - 0.001529 * phi4))
    y = 1.007226 + phi2 * (0.015085 + phi4 * (-0.044475 + 0.028874 * phi2 - 0.005916 * phi4))
    return math.radians(lon) * x, math.radians(lat) * y


def laid_flat(point: Point, centre: float) -> Point:
    """Return where a map that knows Mercator alone must put a place to draw Natural Earth.

    Mercator has no room for the poles, and half of its world is the far north.

    >>> laid_flat((30.0, 0.0), 30.0)
    (0.0, 0.0)
    """
    x, y = natural_earth(point[0] - centre, point[1])
    lat = 2 * math.atan(math.exp(math.radians(y * _DEGREES_A_UNIT))) - math.pi / 2
    return x * _DEGREES_A_UNIT, math.degrees(lat)


def around(points: Iterable[Point], *, margin: float, least: float) -> Window:
    """Return the window that holds the points with a margin, no narrower than `least` degrees."""
    lons, lats = zip(*points, strict=True)
    wide = max((max(lons) - min(lons)) * (1 + 2 * margin), least)
    high = max((max(lats) - min(lats)) * (1 + 2 * margin), least / 2)
    lon, lat = (max(lons) + min(lons)) / 2, (max(lats) + min(lats)) / 2
    return Window(
        west=lon - wide / 2,
        east=lon + wide / 2,
        south=max(lat - high / 2, -_MAX_MERCATOR_LAT),
        north=min(lat + high / 2, _MAX_MERCATOR_LAT),
    )


def clipped(ring: Sequence[Point], window: Window) -> list[Point]:
    """Return the part of a closed ring inside a window (Sutherland and Hodgman, 1974)."""
    sides: tuple[tuple[int, float, int], ...] = (
        (0, window.west, 1),
        (0, window.east, -1),
        (1, window.south, 1),
        (1, window.north, -1),
    )
    points = list(ring)
    for axis, edge, sign in sides:
        points = _cut(points, axis, edge, sign)
        if not points:
            break
    return points


def _cut(points: Sequence[Point], axis: int, edge: float, sign: int) -> list[Point]:
    kept: list[Point] = []
    for a, b in zip([points[-1], *points[:-1]], points, strict=True):
        inside_a, inside_b = sign * (a[axis] - edge) >= 0, sign * (b[axis] - edge) >= 0
        if inside_a != inside_b:
            t = (edge - a[axis]) / (b[axis] - a[axis])
            kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        if inside_b:
            kept.append(b)
    return kept


def thinned(points: Sequence[Point], least_px: float) -> list[Point]:
    """Drop points that would not be seen; the first and the last stay."""
    kept: list[Point] = []
    for point in points:
        if not kept or math.dist(kept[-1], point) >= least_px:
            kept.append(point)
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def mercator_zoom(window: Window, width: float, height: float) -> tuple[float, float]:
    """Return the zoom at which a window fills a picture, and the latitude of its middle."""
    top, bottom = _mercator_y(window.north), _mercator_y(window.south)
    scale = min(
        width / max(window.east - window.west, 1e-6) * 360,
        height / max(top - bottom, 1e-6) * 2 * math.pi,
    )
    middle = math.degrees(2 * math.atan(math.exp((top + bottom) / 2)) - math.pi / 2)
    return math.log2(scale / _TILE_PX), middle


def mercator(zoom: float) -> Callable[[Point], Point]:
    """Return a projection to pixels at a zoom."""
    scale = _TILE_PX * 2**zoom

    def project(point: Point) -> Point:
        return point[0] / 360 * scale, -_mercator_y(point[1]) / (2 * math.pi) * scale

    return project


def _mercator_y(lat: float) -> float:
    phi = math.radians(max(min(lat, _MAX_MERCATOR_LAT), -_MAX_MERCATOR_LAT))
    return math.log(math.tan(math.pi / 4 + phi / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that found room: its anchor and how it is aligned there."""

    index: int  # of the text asked for
    x: float
    y: float
    align: str  # start, end, middle
    box: Box


# Sides to try, best first: shift in x and y by marker and text size, and the alignment.
_SIDES = (
    (1, 0, "start"),
    (-1, 0, "end"),
    (0, -1, "middle"),
    (0, 1, "middle"),
    (1, -1, "start"),
    (1, 1, "start"),
    (-1, -1, "end"),
    (-1, 1, "end"),
)


def place_labels(
    wanted: Sequence[tuple[str, float, float]],
    *,
    size: float,
    frame: Box | None = None,
    taken: Sequence[Box] = (),
) -> list[Label]:
    """Return the labels that fit without touching another; the first asked are served first."""
    blocked, placed = list(taken), []
    for index, (text, x, y) in enumerate(wanted):
        for dx, dy, align in _SIDES:
            label = _label(index, text, (x, y), (dx, dy), align, size)
            if frame is not None and not label.box.within(frame):
                continue
            if not any(label.box.meets(b) for b in blocked):
                blocked.append(label.box)
                placed.append(label)
                break
    return placed


def label_hubs(
    hubs: Sequence[tuple[str, float, float]],
    *,
    size: float,
    frame: Box | None = None,
    taken: Sequence[Box] = (),
) -> tuple[list[Label], list[Box]]:
    """Return names that found room in order of weight, and all that is taken, marks included.

    A name may touch its own mark only: beside another it would name the wrong hub.
    """
    reach = size / 2
    marks = [
        Box(left=x - reach, top=y - reach, right=x + reach, bottom=y + reach) for _, x, y in hubs
    ]
    placed: list[Label] = []
    for index, hub in enumerate(hubs):
        others = [m for i, m in enumerate(marks) if i != index] + [x.box for x in placed]
        found = place_labels([hub], size=size, frame=frame, taken=[*taken, *others])
        placed += [replace(label, index=index) for label in found]
    return placed, [*taken, *marks, *(x.box for x in placed)]


def _label(  # noqa: PLR0913, PLR0917  (one text at one side)
    index: int, text: str, at: Point, side: tuple[int, int], align: str, size: float
) -> Label:
    wide = sum(1.0 if ord(c) > 0x2E7F else 0.56 for c in text) * size  # noqa: PLR2004  (CJK)
    x = at[0] + side[0] * size * (0.75 if not side[1] else 0.45)
    y = at[1] + side[1] * size * (1.15 if not side[0] else 0.85)
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[align]
    box = Box(left=left, top=y - size * 0.6, right=left + wide, bottom=y + size * 0.6)
    return Label(index=index, x=x, y=y, align=align, box=box)
