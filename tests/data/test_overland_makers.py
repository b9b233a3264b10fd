"""The makers of the road and rail networks mend, shorten and cut as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from shapely.geometry import box

from data.makers.contraction import bends, contracted, in_place_order, morton_order, without_spurs
from data.makers.gauges import cut, gauge_of, way_km
from data.makers.graph import CITED, MEASURED, REPAIRED, Graph, great_circle_km, simple
from data.makers.overland import with_link, without_ways
from data.makers.polygons import Countries
from data.makers.repair import Reach, close_gaps, closed
from data.makers.scgraph import adjacency, checked_wheel, numbers

if TYPE_CHECKING:
    from pathlib import Path


def chain(*places: tuple[float, float]) -> Graph:
    """Return a graph whose nodes stand in a row, each joined to the next."""
    lat, lon = np.array([p[0] for p in places]), np.array([p[1] for p in places])
    u = np.arange(len(places) - 1)
    return Graph.of(lat, lon, u, u + 1, great_circle_km(lat[:-1], lon[:-1], lat[1:], lon[1:]))


def test_the_wheel_is_read_number_by_number() -> None:
    u, v, km = adjacency(b"[{1: 2.5, 2: 1e-05}, {0: 2.5}, {}]")
    assert (u.tolist(), v.tolist(), km.tolist()) == ([0, 0, 1], [1, 2, 0], [2.5, 1e-05, 2.5])
    assert numbers(b"[[-34.6, 58.0], [1, 2]]").tolist() == [-34.6, 58.0, 1.0, 2.0]


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    wheel.write_bytes(b"no wheel")
    with pytest.raises(ValueError, match=r"other\.whl: found sha256 [0-9a-f]{64}, wanted a8df"):
        checked_wheel(wheel)


def test_of_parallel_edges_the_shortest_stays() -> None:
    place = np.zeros(3)
    u, v, km = np.array([1, 0, 2]), np.array([0, 1, 2]), np.array([5.0, 3.0, 1.0])
    graph = simple(Graph.of(place, place, u, v, km))
    assert (graph.u.tolist(), graph.v.tolist(), graph.km.tolist()) == ([0], [1], [3.0])


def two_roads(gap_degrees: float) -> tuple[Graph, Any]:
    """Return two roads along the equator with a gap between them, and the country of each node."""
    west = [(0.0, 0.01 * k) for k in range(4)]
    east = [(0.0, 0.03 + gap_degrees + 0.01 * k) for k in range(4)]
    whole = chain(*west, *east)
    return whole.edges(np.arange(len(whole.u)) != 3), np.array(["AA"] * 8)


REACH = Reach(component_km=4.0, dead_end_km=1.5, large_km=12.0)


def test_a_gap_on_land_is_closed() -> None:
    graph, country = two_roads(0.03)
    mended = close_gaps(graph, REACH, country, Countries.of([("AA", box(-1, -1, 1, 1))]))
    assert len(mended.components()[1]) == 1
    assert mended.km[mended.quality == REPAIRED] == pytest.approx([3.336 * 1.1], rel=1e-3)


def test_a_gap_over_water_stays_open() -> None:
    graph, country = two_roads(0.03)
    shores = [("AA", box(-1, -1, 0.031, 1)), ("AA", box(0.059, -1, 1, 1))]
    mended = close_gaps(graph, REACH, country, Countries.of(shores))
    assert len(mended.components()[1]) == 2


def test_a_gap_over_a_closed_border_stays_open() -> None:
    graph, country = two_roads(0.03)
    country = np.array(["KP"] * 4 + ["KR"] * 4)
    mended = close_gaps(graph, REACH, country, Countries.of([("KP", box(-1, -1, 1, 1))]))
    assert len(mended.components()[1]) == 2
    assert closed(country, np.array([0, 4]), np.array([4, 0])).all()


def test_a_point_off_the_coast_has_the_nearest_country() -> None:
    both = Countries.of([("AA", box(0, 0, 1, 1)), ("BB", box(2, 0, 3, 1))])
    found = both.at(np.array([0.5, 0.5, 0.5]), np.array([0.5, 1.9, 1.1]))
    assert found.tolist() == ["AA", "BB", "AA"]


def test_a_chain_becomes_one_edge_of_the_same_length() -> None:
    graph = chain(*[(0.0, 0.01 * k) for k in range(9)])
    short = contracted(graph, np.zeros(9, dtype=bool))
    assert (short.u.tolist(), short.v.tolist()) == ([0], [8])
    assert short.km.sum() == pytest.approx(graph.km.sum())


def test_a_bend_stays_a_node() -> None:
    graph = chain((0.0, 0.0), (0.0, 0.1), (0.0, 0.2), (0.1, 0.2), (0.2, 0.2))
    short = contracted(graph, np.zeros(5, dtype=bool))
    assert sorted(zip(short.u.tolist(), short.v.tolist(), strict=True)) == [(0, 2), (2, 4)]
    assert bends(graph.lat, graph.lon) == [0, 2, 4]


def test_a_label_survives_contraction_and_spurs_do_not() -> None:
    graph = chain(*[(0.0, 0.1 * k) for k in range(5)]).with_nodes([0.005], [0.2])
    graph = graph.with_edges(np.array([2]), np.array([5]), np.array([0.6]), MEASURED)
    fixed = np.zeros(6, dtype=bool)
    assert len(without_spurs(graph, 1.0, fixed).u) == 4
    graph.label[0] = "bridge"
    fixed[[0, 1]] = True
    short = contracted(without_spurs(graph, 1.0, fixed), fixed)
    assert short.label.tolist() == ["bridge", ""]


def test_nodes_near_on_the_map_are_near_in_order() -> None:
    lat, lon = np.array([50.0, -30.0, 50.1, -30.1]), np.array([8.0, 150.0, 8.1, 150.1])
    order = morton_order(lat, lon).tolist()
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(3)) == 1
    graph, old = in_place_order(chain((50, 8), (-30, 150), (50.1, 8.1)))
    assert (graph.u < graph.v).all()
    assert graph.lat.tolist() == np.array([50, -30, 50.1])[old].tolist()


def test_a_named_link_replaces_the_same_way_in_the_source() -> None:
    graph = chain((0.0, 0.0), (0.0, 0.05), (0.0, 0.1))
    linked = with_link(graph, np.arange(3), (0.0, 0.0), (0.0, 0.1), 12.0, "bridge")
    assert linked.label.tolist() == ["bridge"]
    assert linked.km.tolist() == [12.0]
    assert linked.quality.tolist() == [CITED]
    assert len(without_ways(graph, 0, 2, 5.0).u) == 2


def test_a_link_without_a_road_near_is_refused() -> None:
    graph = chain((0.0, 0.0), (0.0, 0.05))
    with pytest.raises(ValueError, match=r"bridge: nearest nodes 0\.0 and .* km off, wanted two"):
        with_link(graph, np.arange(2), (0.0, 0.0), (1.0, 1.0), 12.0, "bridge")


def test_edges_between_gauges_are_cut() -> None:
    graph = chain((50, 23), (50, 24), (50, 25))
    gauge = gauge_of(np.array(["PL", "UA", "UA"]), graph.lat, graph.lon)
    assert gauge.tolist() == [1435, 1520, 1520]
    assert cut(graph, gauge).u.tolist() == [1]
    assert gauge_of(np.array(["GB"]), np.array([54.6]), np.array([-5.9])).tolist() == [1600]


def test_a_gauge_change_is_as_long_as_the_way_between_the_stations() -> None:
    graph = chain((0.0, 0.0), (0.05, 0.05), (0.0, 0.1))
    assert way_km(graph, 0, 2) == pytest.approx(graph.km.sum())
    apart = graph.edges(np.array([0]))
    assert way_km(apart, 0, 2) == pytest.approx(11.12 * 1.1, rel=1e-3)
