"""See a load from one corner: points of the unit on paper, and which box hides which."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Point = tuple[float, float, float]  # x, y, z of the unit, mm
_DRAWN = 1 << 40  # more than any number of boxes
_AZIMUTH, _ELEVATION = math.radians(27), math.radians(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A parallel projection from the left of the rear door, above: the door is at the right."""

    azimuth: float = _AZIMUTH
    elevation: float = _ELEVATION

    def at(self, p: Point) -> tuple[float, float]:
        """Return where a point lies on paper, mm, y downwards."""
        x, y, z = p
        right = x * math.cos(self.azimuth) + y * math.sin(self.azimuth)
        away = y * math.cos(self.azimuth) - x * math.sin(self.azimuth)
        return right, -(z * math.cos(self.elevation) + away * math.sin(self.elevation))


def drawing_order(boxes: Sequence[tuple[int, ...]], view: View) -> list[int]:
    """Return boxes from the rearmost to the foremost as this view sees them.

    `boxes` are x, y, z, dx, dy, dz, mm, and do not overlap. Two boxes have a plane between them
    along some axis, and the one on the viewer's side of it hides the other; where the planes of two
    axes disagree neither does. Ties go to the earlier box.
    """
    if not boxes:
        return []
    found = np.array(boxes, np.float64)
    behind = _behind(found[:, :3], found[:, :3] + found[:, 3:6]) & _meet_on_paper(found, view)
    waits = behind.sum(axis=1)  # boxes that are drawn before it
    order: list[int] = []
    for _ in boxes:
        # Should three boxes ever hide each other in a ring, the one with least before it goes on.
        i = int(np.argmin(waits))
        order.append(i)
        waits -= behind[:, i]
        waits[i] = _DRAWN
    return order


def _behind(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return [i, j]: j is drawn before i."""
    further = (
        (low[None, :, 1] >= high[:, None, 1]),  # j further from the viewer's side wall
        (high[None, :, 0] <= low[:, None, 0]),  # j nearer to the front wall
        (high[None, :, 2] <= low[:, None, 2]),  # j below
    )
    nearer = (
        (low[:, None, 1] >= high[None, :, 1]),
        (high[:, None, 0] <= low[None, :, 0]),
        (high[:, None, 2] <= low[None, :, 2]),
    )
    found: NDArray[np.bool_] = np.any(further, axis=0) & ~np.any(nearer, axis=0)
    return found


def _meet_on_paper(boxes: NDArray[np.float64], view: View) -> NDArray[np.bool_]:
    corners = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)], np.float64)
    points = boxes[:, None, :3] + corners[None] * boxes[:, None, 3:6]  # (n, 8, 3)
    right = points[..., 0] * math.cos(view.azimuth) + points[..., 1] * math.sin(view.azimuth)
    away = points[..., 1] * math.cos(view.azimuth) - points[..., 0] * math.sin(view.azimuth)
    up = points[..., 2] * math.cos(view.elevation) + away * math.sin(view.elevation)
    meet = np.ones((len(boxes), len(boxes)), bool)
    for axis in (right, up):
        low, high = axis.min(axis=1), axis.max(axis=1)
        meet &= (low[:, None] < high[None]) & (low[None] < high[:, None])
    return meet
