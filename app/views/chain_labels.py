"""Name the hubs of chains: both ends first, the others where they touch nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.views.projection import Box, label_hubs, place_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.views.lanes import Place, Point
    from app.views.projection import Label

    Spot = tuple[str, float, float]


def hub_labels(
    places: Sequence[Place], pixels: Sequence[Point], frame: Box, *, size: float, end_size: float
) -> tuple[list[Label], list[Box]]:
    """Return the names that found room, and all that is taken, marks included.

    A terminal of the same short name as an end stays unnamed: its sign tells it apart.
    """
    hubs = [(p.label, *at) for p, at in zip(places, pixels, strict=True)]
    ends = [i for i, p in enumerate(places) if p.kind == "site"]
    first: list[Label] = []
    for i in ends:
        first += _end_label(i, hubs, frame, size=end_size, taken=[x.box for x in first])
    called = {hubs[i][0] for i in ends}
    rest = [i for i, hub in enumerate(hubs) if i not in ends and hub[0] not in called]
    labels, taken = label_hubs(
        [hubs[i] for i in rest], size=size, frame=frame, taken=[x.box for x in first]
    )
    return [*first, *(replace(x, index=rest[x.index]) for x in labels)], taken


def _end_label(
    index: int, hubs: Sequence[Spot], frame: Box, *, size: float, taken: Sequence[Box]
) -> list[Label]:
    """Return the name of an end, beside the marks of other hubs where it can be."""
    reach = size / 2
    marks = [
        Box(left=x - reach, top=y - reach, right=x + reach, bottom=y + reach)
        for i, (_, x, y) in enumerate(hubs)
        if i != index
    ]
    for blocked in ([*taken, *marks], taken):
        found = place_labels([hubs[index]], size=size, frame=frame, taken=blocked)
        if found:
            return [replace(found[0], index=index)]
    return []
