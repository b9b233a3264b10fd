"""Let a packer take boxes that nothing but their names tells apart for boxes of one item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.loading.geometry import Item, LoadPlan, Rules


def gathered(
    items: Sequence[Item], rules: Rules
) -> tuple[tuple[Item, ...], tuple[tuple[int, ...], ...]]:
    """Return an item for all that are alike, the first in its name, and the places of those.

    Items whose code keeps them apart from others of the same code stay as they are.
    """
    alike: dict[tuple[Item, int], list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        alone = place if any((code, code) in rules.apart for code in item.codes) else -1
        alike[replace(item, item_id="", shipment_id="", quantity=1), alone].append(place)
    merged = [
        replace(items[places[0]], quantity=sum(items[n].quantity for n in places))
        for places in alike.values()
    ]
    return tuple(merged), tuple(tuple(places) for places in alike.values())


def told_apart(
    plan: LoadPlan, items: Sequence[Item], places: Sequence[tuple[int, ...]]
) -> LoadPlan:
    """Return a plan of gathered items as one of the items they were.

    Boxes of an item that is named first go into the first units, so shipments stay together.
    """
    names = [iter([n for n in mine for _ in range(items[n].quantity)]) for mine in places]
    units = tuple(
        replace(
            unit,
            placements=tuple(p._replace(item=next(names[p.item])) for p in unit.placements),
        )
        for unit in plan.units
    )
    left: dict[tuple[int, str], int] = defaultdict(int)
    for merged, count, why in plan.unplaced:
        for _ in range(count):
            left[next(names[merged]), why] += 1
    unplaced = tuple((n, count, why) for (n, why), count in sorted(left.items()))
    return replace(plan, items=tuple(items), units=units, unplaced=unplaced)
