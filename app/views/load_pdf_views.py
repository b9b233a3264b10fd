"""Arrange the views of a unit on a sheet, all flat ones to one scale, and draw it from a corner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.load_pdf_flat import (
    CAPTION,
    RULER,
    SIDE,
    Flat,
    draw_flat,
    fill_face,
    flats_of,
    label_spot,
    looks_of,
    meeting,
    write_label,
)
from app.views.load_scene import View, drawing_order
from app.views.look import MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.load_pdf_flat import StopLook
    from app.views.load_scene import Point
    from app.views.pdf_paper import Paper, Place

_GAP = 7.0
_SCENE = (150.0, 104.0)  # least width and height of the picture from a corner, points
_TALL_SCENE = 210.0
_POINTS_PER_MM = 72 / 25.4
_SCALES = range(5, 1_000, 5)  # 1:5, 1:10 ...
_TOP, _LEFT, _REAR = 1.0, 0.9, 0.78  # light on the faces
_WALL, _FLOOR = "#F5F7F4", "#ECEFEA"
_LEAST_LABEL = (9.0, 7.0)  # least sides of a face that may carry a number, points


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """Rows of views and their scale; `None` stands for the picture from a corner."""

    rows: tuple[tuple[Flat | None, ...], ...]
    one_to: int
    height: float  # of all rows
    scene: Place  # width and height of the picture

    @property
    def scale(self) -> float:
        """Return points per mm of the unit."""
        return _POINTS_PER_MM / self.one_to


def arrange(unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]], room: Place) -> Arranged:
    """Return the views of a unit in the largest round scale that finds room on a sheet."""
    *plans, left, rear = flats_of(unit, items)
    ways: list[tuple[tuple[Flat | None, ...], ...]] = [
        (*((plan,) for plan in plans), (left,), (rear, None)),
        (tuple(plans), (left, rear, None)),
    ]
    if len(plans) > 1:
        ways.append((tuple(plans), (left, rear), (None,)))
    else:
        ways.append(((*plans, rear), (left, None)))
    for one_to in _SCALES:
        found = [sized for rows in ways if (sized := _sized(rows, one_to, room))]
        if found:
            best = min(found, key=lambda arranged: arranged.height)
            wide, high = best.scene
            more = min(room[1] - best.height, max(0.0, _TALL_SCENE - high))
            return replace(best, height=best.height + more, scene=(wide, high + more))
    return Arranged(rows=ways[0], one_to=_SCALES[-1], height=room[1], scene=_SCENE)


def _sized(rows: tuple[tuple[Flat | None, ...], ...], one_to: int, room: Place) -> Arranged | None:
    """Return the rows at a scale, or nothing if they find no room."""
    scale = _POINTS_PER_MM / one_to
    height, scene_wide, scene_high = 0.0, 0.0, 0.0
    for row in rows:
        wide = sum(2 * SIDE + f.size[0] * scale for f in row if f) + _GAP * (len(row) - 1)
        high = max((f.size[1] * scale for f in row if f), default=0.0)
        if None in row:
            scene_wide, scene_high = room[0] - wide - 2 * SIDE, max(high, _SCENE[1])
            wide, high = wide + _SCENE[0] + 2 * SIDE, scene_high
        if wide > room[0]:
            return None
        height += CAPTION + high + RULER + _GAP
    if height > room[1]:
        return None
    return Arranged(rows=rows, one_to=one_to, height=height, scene=(scene_wide, scene_high))


def draw_views(
    paper: Paper,
    at: Place,
    arranged: Arranged,
    unit: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
) -> None:
    """Draw all views of a unit."""
    looks = looks_of([items[b[0]]["stop_no"] for b in unit["boxes"]])
    y = at[1]
    for row in arranged.rows:
        x, high = at[0], 0.0
        for flat in row:
            if flat is None:
                _scene(paper, (x, y), arranged.scene, unit, items, looks)
                high = max(high, arranged.scene[1])
            else:
                draw_flat(paper, (x, y), flat, arranged.scale, looks)
                x += 2 * SIDE + flat.size[0] * arranged.scale + _GAP
                high = max(high, flat.size[1] * arranged.scale)
        y += CAPTION + high + RULER + _GAP


def _scene(  # noqa: PLR0913, PLR0917  (where, how large, what, and how it looks)
    paper: Paper,
    at: Place,
    size: Place,
    unit: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    looks: Mapping[int, StopLook],
) -> None:
    """Draw the unit from a corner, rear at the right, as large as its room lets it be."""
    view, inside = View(), unit["inside_mm"]
    left, top = at[0] + SIDE, at[1] + CAPTION
    paper.write((left, top - 4.5), "From a corner", 9, bold=True)
    start = left + paper.width("From a corner", 9, bold=True) + 6
    rear = "rear door at the right" if unit["rear_only"] else "rear at the right"
    paper.write((start, top - 4.5), f"{rear}, not to scale", 7.5, ink=MUTED)
    x, y, z = inside
    ends = [view.at((a, b, c)) for a in (0, x) for b in (0, y) for c in (0, z)]
    first = (min(p[0] for p in ends), min(p[1] for p in ends))
    extent = (max(p[0] for p in ends) - first[0], max(p[1] for p in ends) - first[1])
    scale = min(size[0] / extent[0], size[1] / extent[1])
    free = ((size[0] - extent[0] * scale) / 2, (size[1] - extent[1] * scale) / 2)

    def on_paper(p: Point) -> Place:
        right, down = view.at(p)
        return (
            left + free[0] + (right - first[0]) * scale, top + free[1] + (down - first[1]) * scale
        )  # fmt: skip

    _walls(paper, unit, on_paper)
    found = [tuple(b[1:7]) for b in unit["boxes"]]
    order = drawing_order(found, view)
    faces = [[[on_paper(p) for p in face] for face in _faces(*found[i])] for i in order]
    for i, three in zip(order, faces, strict=True):
        look = looks[items[unit["boxes"][i][0]]["stop_no"]]
        for face, light in zip(three, (_LEFT, _TOP, _REAR), strict=True):
            fill_face(paper, face, look, light=light, line=0.4)
    _numbers(paper, [unit["boxes"][i] for i in order], faces, items, looks)
    edges = [((0, 0, z), (x, 0, z)), ((x, 0, 0), (x, 0, z)), ((x, 0, z), (x, y, z))]
    lines = [(on_paper(a), on_paper(b)) for a, b in edges]
    paper.strokes(lines, ink=MUTED, line=0.7, dash=(1.5, 2))


def _faces(  # noqa: PLR0913, PLR0917  (a box)
    x: int, y: int, z: int, dx: int, dy: int, dz: int
) -> tuple[tuple[Point, ...], ...]:
    """Return the faces that are seen: to the left, above, to the rear."""
    a, b, c = x + dx, y + dy, z + dz
    return (
        ((x, y, z), (a, y, z), (a, y, c), (x, y, c)),
        ((x, y, c), (a, y, c), (a, b, c), (x, b, c)),
        ((a, y, z), (a, b, z), (a, b, c), (a, y, c)),
    )


def _walls(paper: Paper, unit: Mapping[str, Any], at: Any) -> None:  # noqa: ANN401
    """Draw floor, far wall and front wall, and what cuts the inside short."""
    x, y, z = unit["inside_mm"]
    walls: tuple[tuple[tuple[Point, ...], str], ...] = (
        (((0, 0, 0), (x, 0, 0), (x, y, 0), (0, y, 0)), _FLOOR),
        (((0, y, 0), (x, y, 0), (x, y, z), (0, y, z)), _WALL),
        (((0, 0, 0), (0, y, 0), (0, y, z), (0, 0, z)), _WALL),
    )
    for face, fill in walls:
        paper.polygon([at(p) for p in face], fill=fill, ink=MUTED, line=0.5)
    for x1, y1, z1, x2, y2, z2 in unit["blocks_mm"]:
        for face in _faces(x1, y1, z1, x2 - x1, y2 - y1, z2 - z1):
            paper.polygon([at(p) for p in face], fill="#C9D1CC", ink=MUTED, line=0.4)
    for (y1, z1), (y2, z2) in unit["cuts_mm"]:
        ends = [at(p) for p in ((0, y1, z1), (0, y2, z2), (x, y2, z2), (x, y1, z1))]
        lines = [(ends[i - 1], ends[i]) for i in range(4)]
        paper.strokes(lines, ink=MUTED, line=0.6, dash=(3, 2))


def _numbers(
    paper: Paper,
    boxes: Sequence[Sequence[int]],
    faces: Sequence[Sequence[Sequence[Place]]],
    items: Sequence[Mapping[str, Any]],
    looks: Mapping[int, StopLook],
) -> None:
    """Write steps on the sides of boxes, where no nearer box comes near."""
    outlines = np.array([_around([p for face in three for p in face]) for three in faces])
    for n, (box, three) in enumerate(zip(boxes, faces, strict=True)):
        side = _middle_of(three[0])
        if side[2] - side[0] < _LEAST_LABEL[0] or side[3] - side[1] < _LEAST_LABEL[1]:
            continue
        nearer = outlines[n + 1 :]
        plate = bool(looks[items[box[0]]["stop_no"]].angles)
        over = nearer[meeting(nearer, side)]
        spot = label_spot(paper, side, str(box[7]), over, hatched=plate)
        if spot is not None:
            size = min(spot[1], 8.5)
            write_label(paper, (spot[0], size), str(box[7]), plate=plate)


def _around(points: Sequence[Place]) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _middle_of(face: Sequence[Place]) -> tuple[float, float, float, float]:
    """Return the largest upright rectangle around the middle of a slanted face, nearly."""
    left, right = min(p[0] for p in face), max(p[0] for p in face)
    # Of its lower and its upper edge, what lies between them at both ends.
    (_, ay), (_, by), (_, cy), (_, dy) = face
    top, bottom = max(cy, dy), min(ay, by)
    return left, top, right, bottom
