"""Cut freight into shards by origin and destination, of a fixed size whatever the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.planner.board import Freight, Ints


def by_lane(freight: Freight, chosen: Ints, most: int) -> list[NDArray[np.int64]]:
    """Return the places in `chosen` in order of origin, destination and number, so many a shard."""
    order = np.lexsort((chosen, freight.destination[chosen], freight.origin[chosen]))
    return [order[i : i + most] for i in range(0, max(1, len(order)), most)]


def rows(freight: Freight, ids: NDArray[np.integer]) -> Freight:
    """Return some shipments; what each kind is allowed stays as it is."""
    taken = {name: getattr(freight, name)[ids] for name in freight._fields if name != "allowed"}
    return freight._replace(**taken)


def spread(first: NDArray[np.int64], ids: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return where the items of some owners lie, one owner behind the other."""
    counts = first[ids + 1] - first[ids]
    ends = np.cumsum(counts)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    places: NDArray[np.int64] = np.repeat(first[ids], counts) + within
    return places
