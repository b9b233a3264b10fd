"""Measure the ways between the sites of a tour problem by road, through the router's door."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from optimizer.tours.records import Ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.routers import Router
    from optimizer.tours.records import Site
    from optimizer.ways.route import Point


def measured(sites: Sequence[Site], router: Router) -> Ways:
    """Return shortest feasible km between all sites; each way is the same in both directions.

    Raises
    ------
    RouteError
        naming two sites without a road between them.
    """
    size = len(sites)
    km = [[0.0] * size for _ in sites]
    evidence: dict[tuple[int, int], str] = {}
    lines: dict[tuple[int, int], tuple[Point, ...]] = {}
    for a, b in combinations(range(size), 2):
        way = router.route(sites[a], sites[b], "road")
        km[a][b] = km[b][a] = way.distance_km
        evidence[a, b] = evidence[b, a] = way.evidence
        lines[a, b], lines[b, a] = way.geometry, way.geometry[::-1]
    return Ways(km=tuple(map(tuple, km)), evidence=evidence, lines=lines)
