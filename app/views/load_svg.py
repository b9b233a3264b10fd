"""Draw one loaded unit as SVG: for paper, for pages without scripts, and for README."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from app.views.load_look import colour_of, shaded
from app.views.load_scene import View, drawing_order
from app.views.look import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.load_scene import Point

_WIDTH, _EDGE = 1160.0, 26.0  # of the picture, and free around it
_TOP, _SIDE, _REAR = 1.0, 0.9, 0.78  # light on the faces
_LABEL = 26.0  # least width on paper, px, of a face that carries a number


def unit_svg(
    unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]], *, width: float = _WIDTH
) -> str:
    """Return the picture of one unit of a load document; the same load gives the same bytes."""
    view, inside = View(), unit["inside_mm"]
    scale, left, top, height = _frame(view, inside, width)

    def on_paper(p: Point) -> str:
        right, down = view.at(p)
        return f"{(right - left) * scale + _EDGE:.1f},{(down - top) * scale + _EDGE:.1f}"

    boxes = [tuple(b[1:7]) for b in unit["boxes"]]
    faces = [
        _box(unit["boxes"][i], items[unit["boxes"][i][0]], on_paper, scale)
        for i in drawing_order(boxes, view)
    ]
    label = html.escape(
        f"{unit['unit_code']}, unit {unit['unit_no']}: {len(boxes)} boxes as loaded"
    )
    return (
        f"<svg class='unit' viewBox='0 0 {width:.0f} {height:.0f}' role='img' "
        f"aria-label='{label}' xmlns='http://www.w3.org/2000/svg' "
        f'font-family="Liberation Sans,Arial,sans-serif">'
        f"{_walls(inside, unit, on_paper)}{''.join(faces)}{_front_edges(inside, on_paper)}"
        f"{_door_mark(inside, on_paper)}</svg>"
    )


def _frame(view: View, inside: Sequence[int], width: float) -> tuple[float, float, float, float]:
    x, y, z = inside
    points = [view.at((a, b, c)) for a in (0, x) for b in (0, y) for c in (0, z)]
    left, right = min(p[0] for p in points), max(p[0] for p in points)
    top, bottom = min(p[1] for p in points), max(p[1] for p in points)
    scale = (width - 2 * _EDGE) / (right - left)
    return scale, left, top, (bottom - top) * scale + 2 * _EDGE + 14


def _polygon(points: Sequence[str], fill: str, stroke: str = INK, more: str = "") -> str:
    return (
        f"<polygon points='{' '.join(points)}' fill='{fill}' stroke='{stroke}' "
        f"stroke-width='0.7' stroke-linejoin='round'{more}/>"
    )


def _walls(inside: Sequence[int], unit: Mapping[str, Any], at: Any) -> str:  # noqa: ANN401
    """Return floor, front wall and far wall, and what cuts the inside short."""
    x, y, z = inside
    parts = [
        _polygon(
            [at(p) for p in ((0, 0, 0), (x, 0, 0), (x, y, 0), (0, y, 0))], "#ECEFEA", "#AEB9B3"
        ),
        _polygon(
            [at(p) for p in ((0, y, 0), (x, y, 0), (x, y, z), (0, y, z))], "#F5F7F4", "#AEB9B3"
        ),
        _polygon(
            [at(p) for p in ((0, 0, 0), (0, y, 0), (0, y, z), (0, 0, z))], "#EFF2EE", "#AEB9B3"
        ),
    ]
    for x1, y1, z1, x2, y2, z2 in unit["blocks_mm"]:
        top = ((x1, y1, z2), (x2, y1, z2), (x2, y2, z2), (x1, y2, z2))
        side = ((x1, y1, z1), (x2, y1, z1), (x2, y1, z2), (x1, y1, z2))
        rear = ((x2, y1, z1), (x2, y2, z1), (x2, y2, z2), (x2, y1, z2))
        parts += [
            _polygon([at(p) for p in face], "#C9D1CC", "#8E9A94") for face in (top, side, rear)
        ]
    for (y1, z1), (y2, z2) in unit["cuts_mm"]:
        outline = [at(p) for p in ((0, y1, z1), (0, y2, z2), (x, y2, z2), (x, y1, z1))]
        parts.append(_polygon(outline, "none", MUTED, " stroke-dasharray='5 4'"))
    return "".join(parts)


def _front_edges(inside: Sequence[int], at: Any) -> str:  # noqa: ANN401
    """Return the edges between the viewer and the cargo, thin, so that it is seen to be inside."""
    x, y, z = inside
    lines = [((0, 0, z), (x, 0, z)), ((x, 0, 0), (x, 0, z)), ((x, 0, z), (x, y, z))]
    drawn = "".join(f"M{at(a)}L{at(b)}" for a, b in lines)
    stroke = f"stroke='{MUTED}' stroke-width='0.9' stroke-dasharray='2 3'"
    return f"<path d='{drawn}' fill='none' {stroke}/>"


def _door_mark(inside: Sequence[int], at: Any) -> str:  # noqa: ANN401
    x, y, _ = inside
    right, down = at((x, y / 2, 0)).split(",")
    return (
        f"<text x='{right}' y='{float(down) + 26:.1f}' font-size='13' fill='{MUTED}' "
        "text-anchor='middle'>rear</text>"
    )


def _box(
    box: Sequence[int],
    item: Mapping[str, Any],
    at: Any,  # noqa: ANN401
    scale: float,
) -> str:
    _, x, y, z, dx, dy, dz = box[:7]
    far = (x + dx, y + dy, z + dz)
    fill = colour_of(item["colour"])
    side = [(x, y, z), (far[0], y, z), (far[0], y, far[2]), (x, y, far[2])]
    top = [(x, y, far[2]), (far[0], y, far[2]), far, (x, far[1], far[2])]
    rear = [(far[0], y, z), (far[0], far[1], z), far, (far[0], y, far[2])]
    drawn = "".join(
        _polygon([at(p) for p in face], shaded(fill, light))
        for face, light in ((side, _SIDE), (top, _TOP), (rear, _REAR))
    )
    title = html.escape(
        f"{item['shipment_id']} {item['piece_id']}: step {box[7]}, stop {item['stop_no']}"
    )
    number = ""
    if dx * scale >= _LABEL and dz * scale >= _LABEL / 2:
        right, down = at((x + dx / 2, y, z + dz / 2)).split(",")
        number = (
            f"<text x='{right}' y='{float(down) + 4:.1f}' font-size='11' fill='{INK}' "
            f"text-anchor='middle'>{box[7]}</text>"
        )
    return f"<g><title>{title}</title>{drawn}{number}</g>"
