"""See a unit flat, from above, from the left and from the rear: to scale, boxes numbered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.load_look import colour_of, shaded
from app.views.look import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from app.views.pdf_paper import Paper, Place

    Rect = tuple[float, float, float, float]  # left, top, right, bottom; or mm, v upwards

CAPTION, RULER, SIDE = 15.0, 11.0, 15.0  # free above, below, and at both sides of a view, points
# Hatches that stay apart in greyscale, in degrees; the second time round they are wider.
_HATCHES: tuple[tuple[float, ...], ...] = ((), (45,), (135,), (0,), (90,), (45, 135), (0, 90))
_SPACING = 3.4
_SIZES = (20.0, 16.0, 13.0, 10.5, 8.5, 7.0, 5.5)  # of step numbers; smaller ones nobody reads
_LARGE = 8.0
_SPOTS = ((0.5, 0.5), (0.5, 0.2), (0.5, 0.8), (0.2, 0.5), (0.8, 0.5), (0.2, 0.2), (0.8, 0.8))
_CAPITALS = 0.73  # height of a figure, of its size
_PAPER, _FREE, _BLOCK = "#FFFFFF", "#F4F6F4", "#C9D1CC"
_LONG_MM = 3_000  # from here on a ruler has a number at each metre, below at each half


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLook:
    """How the boxes of one stop are told from others: by colour, and by hatch where none is."""

    colour: str
    angles: tuple[float, ...]
    spacing: float


def looks_of(stops: Sequence[int]) -> dict[int, StopLook]:
    """Return the look of each stop, in their order."""
    return {
        stop: StopLook(
            colour=colour_of(n),
            angles=_HATCHES[n % len(_HATCHES)],
            spacing=_SPACING * (1 + n // len(_HATCHES) % 3),
        )
        for n, stop in enumerate(sorted(set(stops)))
    }


def hatch(points: Sequence[Place], angle: float, spacing: float) -> list[tuple[Place, Place]]:
    """Return the lines of a hatch inside a convex outline; those of neighbours meet.

    >>> hatch([(0, 0), (4, 0), (4, 2.5), (0, 2.5)], 0, 2)
    [((0.0, 2.0), (4.0, 2.0))]
    """
    turn = math.radians(angle)
    along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    heights = [x * across[0] + y * across[1] for x, y in points]
    found = []
    for k in range(math.floor(min(heights) / spacing) + 1, math.ceil(max(heights) / spacing)):
        level, meets = k * spacing, []
        for i, (x1, y1) in enumerate(points):
            (x2, y2), h1, h2 = points[i - 1], heights[i], heights[i - 1]
            if (h1 <= level) != (h2 <= level):
                share = (level - h1) / (h2 - h1)
                meets.append((x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
        meets.sort(key=lambda p: p[0] * along[0] + p[1] * along[1])
        if len(meets) > 1:
            found.append((_rounded(meets[0]), _rounded(meets[-1])))
    return found


def _rounded(p: Place) -> Place:
    return round(p[0], 2), round(p[1], 2)


def fill_face(
    paper: Paper, points: Sequence[Place], look: StopLook, *, light: float = 1.0, line: float = 0.6
) -> None:
    """Draw one face of a box in the colour and the hatch of its stop."""
    paper.polygon(points, fill=shaded(look.colour, light), ink=INK, line=line)
    pen = shaded(look.colour, 0.45)
    for angle in look.angles:
        paper.strokes(hatch(points, angle, look.spacing), ink=pen, line=0.5)


def swatch(paper: Paper, at: Place, look: StopLook) -> None:
    """Draw a sample of a stop's look, its left side at a place, in the middle of its height."""
    x, y = at
    points = [(x, y - 5), (x + 16, y - 5), (x + 16, y + 5), (x, y + 5)]
    fill_face(paper, points, look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """One flat view: boxes from the hindmost to the nearest, (u, v, du, dv) in mm, v upwards."""

    title: str
    remark: str
    size: tuple[float, float]
    boxes: tuple[tuple[int, int, int, int], ...]
    steps: tuple[int, ...]
    stops: tuple[int, ...]
    blocks: tuple[tuple[int, int, int, int], ...]
    corners: tuple[tuple[Place, ...], ...] = ()  # what a contour cuts off
    along: bool = True  # u runs from the front to the rear
    door: bool = True


def flats_of(unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> list[Flat]:
    """Return the floor (where boxes are stacked), from above, from the left and from the rear."""
    boxes, (x, y, z) = unit["boxes"], unit["inside_mm"]
    door = bool(unit["rear_only"])

    def flat(
        title: str,
        remark: str,
        u: int,
        v: int,
        chosen: Sequence[Sequence[int]],
        **more: Any,  # noqa: ANN401
    ) -> Flat:
        sizes = (x, y, z)
        return Flat(
            title=title,
            remark=remark,
            size=(sizes[u], sizes[v]),
            boxes=tuple((b[1 + u], b[1 + v], b[4 + u], b[4 + v]) for b in chosen),
            steps=tuple(b[7] for b in chosen),
            stops=tuple(items[b[0]]["stop_no"] for b in chosen),
            blocks=tuple((b[u], b[v], b[3 + u] - b[u], b[3 + v] - b[v]) for b in unit["blocks_mm"]),
            door=door,
            **more,
        )

    floor = [b for b in boxes if b[3] == 0]
    lower = "left wall at the lower edge"
    found = [flat("Floor", f"what stands on it, {lower}", 0, 1, floor)]
    if len(floor) == len(boxes):
        found = []
    rear = "rear door" if door else "rear"
    return [
        *found,
        flat("From above", lower, 0, 1, sorted(boxes, key=lambda b: b[3])),
        flat("From the left", "front at the left", 0, 2, sorted(boxes, key=lambda b: -b[2])),
        flat(
            f"From the {rear}",
            "",
            1,
            2,
            sorted(boxes, key=lambda b: b[1]),
            along=False,
            corners=tuple(_corner(cut, (y, z)) for cut in unit["cuts_mm"]),
        ),
    ]


def _corner(cut: Sequence[Sequence[float]], size: tuple[float, float]) -> tuple[Place, ...]:
    """Return what a line cuts off a cross-section: the part without its middle."""
    (y1, z1), (y2, z2) = cut

    def beyond(p: Place) -> float:
        return (y2 - y1) * (p[1] - z1) - (z2 - z1) * (p[0] - y1)

    sign = 1 if beyond((size[0] / 2, size[1] / 2)) > 0 else -1
    corners = ((0.0, 0.0), (size[0], 0.0), (size[0], size[1]), (0.0, size[1]))
    kept = [p for p in corners if beyond(p) * sign < 0]
    # The ends of the line and what lies beyond it, around their middle.
    points = [(float(y1), float(z1)), (float(y2), float(z2)), *kept]
    middle = (sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points))
    return tuple(sorted(points, key=lambda p: math.atan2(p[1] - middle[1], p[0] - middle[0])))


def draw_flat(
    paper: Paper, at: Place, flat: Flat, scale: float, looks: Mapping[int, StopLook]
) -> None:
    """Draw a view with its caption; `at` is the upper left corner of its frame's surroundings."""
    left, top = at[0] + SIDE, at[1] + CAPTION
    wide, high = flat.size[0] * scale, flat.size[1] * scale
    _caption(paper, (left, top), flat, wide + 2 * SIDE)
    paper.rectangle((left, top), (wide, high), fill=_FREE)

    def rect(u: float, v: float, du: float, dv: float) -> Rect:
        right, upper = left + (u + du) * scale, top + (flat.size[1] - v - dv) * scale
        return left + u * scale, upper, right, upper + dv * scale

    for block in flat.blocks:
        a, b, c, d = rect(*block)
        paper.rectangle((a, b), (c - a, d - b), fill=_BLOCK)
    for corner in flat.corners:
        points = [(left + u * scale, top + (flat.size[1] - v) * scale) for u, v in corner]
        paper.polygon(points, fill=_BLOCK, ink=MUTED)
    faces = [rect(*box) for box in flat.boxes]
    for (a, b, c, d), stop in zip(faces, flat.stops, strict=True):
        fill_face(paper, [(a, b), (c, b), (c, d), (a, d)], looks[stop])
    _numbers(paper, faces, flat.steps, [bool(looks[s].angles) for s in flat.stops])
    paper.rectangle((left, top), (wide, high), ink=INK, line=1.1)
    if flat.along:
        _ends(paper, (left, top), (wide, high), door=flat.door)
        _ruler(paper, (left, top + high), flat.size[0], scale)


def _caption(paper: Paper, at: Place, flat: Flat, room: float) -> None:
    paper.write((at[0], at[1] - 4.5), flat.title, 9, bold=True)
    start = paper.width(flat.title, 9, bold=True) + 6
    if start + paper.width(flat.remark, 7.5) < room - 12:  # points, before the next caption
        paper.write((at[0] + start, at[1] - 4.5), flat.remark, 7.5, ink=MUTED)


def _ends(paper: Paper, at: Place, size: Place, *, door: bool) -> None:
    """Mark front and rear; a door as a thick bar, as it is told without colours."""
    (x, y), (wide, high) = at, size
    middle = y + high / 2
    for words, place in (("FRONT", x - 4), ("REAR DOOR" if door else "REAR", x + wide + 11)):
        room = min(6.5, 6.5 * high / paper.width(words, 6.5, bold=True))
        paper.write((place, middle), words, room, bold=True, align="middle", upwards=True)
    if door:
        paper.rectangle((x + wide + 0.5, y), (3.2, high), fill=INK)


def _ruler(paper: Paper, at: Place, length_mm: float, scale: float) -> None:
    """Write metres from the front below a view."""
    pace = 1_000 if length_mm >= _LONG_MM else 500
    ticks = range(0, int(length_mm) + 1, pace)
    x, y = at
    paper.strokes([((x + t * scale, y), (x + t * scale, y + 3)) for t in ticks], line=0.6)
    for t in ticks:
        words = f"{t / 1_000:g}" + (" m" if t == 0 else "")
        paper.write((x + t * scale, y + 9), words, 6, align="middle", ink=MUTED)


def _numbers(
    paper: Paper, faces: Sequence[Rect], steps: Sequence[int], hatched: Sequence[bool]
) -> None:
    """Write on each box the number of its step, as large as it can, where no nearer box is."""
    if not faces:
        return
    every = np.array(faces, np.float64)
    for n, (face, step) in enumerate(zip(faces, steps, strict=True)):
        nearer = every[n + 1 :]
        over = nearer[meeting(nearer, face)]
        spot = label_spot(paper, face, str(step), over, hatched=hatched[n])
        if spot is not None:
            write_label(paper, spot, str(step), plate=hatched[n])


def meeting(faces: NDArray[np.float64], face: Rect) -> NDArray[np.bool_]:
    """Return which rectangles share room with another."""
    a, b, c, d = face
    met: NDArray[np.bool_] = (
        (faces[:, 0] < c) & (faces[:, 2] > a) & (faces[:, 1] < d) & (faces[:, 3] > b)
    )
    return met


def label_spot(
    paper: Paper, face: Rect, words: str, over: NDArray[np.float64], *, hatched: bool
) -> tuple[Place, float] | None:
    """Return the middle and the size of a label on a face, beside what is nearer; or none.

    Around a large label on a hatch so much is free that the hatch is seen.
    """
    a, b, c, d = face
    for size in _SIZES:
        free = (0.75 if hatched and size > _LARGE else 0.17) * size + 1.6
        wide, high = paper.width(words, size, bold=True) + free, _CAPITALS * size + free
        if wide > c - a or high > d - b:
            continue
        for right, down in _SPOTS[: 1 if not len(over) else None]:
            x = min(max(a + right * (c - a), a + wide / 2), c - wide / 2)
            y = min(max(b + down * (d - b), b + high / 2), d - high / 2)
            room = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if not meeting(over, room).any():
                return (x, y), size
    return None


def write_label(paper: Paper, spot: tuple[Place, float], words: str, *, plate: bool) -> None:
    """Write a label, on a white plate where it would stand on a hatch."""
    (x, y), size = spot
    if plate:
        free = 1.2 + 0.1 * size
        wide, high = paper.width(words, size, bold=True) + free, _CAPITALS * size + free
        corner = (x - wide / 2, y - high / 2)
        paper.rectangle(corner, (wide, high), fill=_PAPER, round_by=1.4)
    base = y + _CAPITALS * size / 2
    paper.write((x, base), words, size, bold=True, align="middle")
