"""The shipped networks: lengths that hold, closures that bite, and reasons where no way is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import open_catalogue
from optimizer.errors import RouteError
from optimizer.routers import ALWAYS_CLOSED, CANALS, WorldRouter, open_router
from optimizer.ways.airspace import detour
from optimizer.ways.route import OPEN, Conditions, geodesic_km


@dataclass(frozen=True)
class Spot:
    """A named point."""

    hub_id: str
    lat: float
    lon: float


SHANGHAI, ROTTERDAM = Spot("CNSHA", 31.35, 121.5), Spot("NLRTM", 51.96, 4.1)
JEDDAH, VALENCIA = Spot("SAJED", 21.48, 39.16), Spot("ESVLC", 39.44, -0.32)
NANJING, PVG = Spot("Nanjing", 32.06, 118.79), Spot("PVG", 31.15, 121.80)
FRA, MADRID = Spot("FRA", 50.04, 8.56), Spot("Madrid", 40.42, -3.70)
PLACES = (
    *(SHANGHAI, ROTTERDAM, JEDDAH, VALENCIA),
    Spot("USLAX", 33.74, -118.26),
    Spot("BRSSZ", -23.95, -46.32),
    Spot("ZADUR", -29.87, 31.03),
    Spot("SGSIN", 1.26, 103.83),
    Spot("AUSYD", -33.97, 151.21),
    Spot("INNSA", 18.95, 72.95),
)
TOWNS = (
    *(NANJING, FRA, MADRID),
    Spot("Warsaw", 52.23, 21.0),
    Spot("Moscow", 55.75, 37.62),
    Spot("Almaty", 43.24, 76.9),
    Spot("Chongqing", 29.53, 106.46),
    Spot("Hamburg", 53.55, 10.0),
    Spot("Milan", 45.46, 9.19),
)
PASSAGES = sorted(CANALS | {"malacca", "gibraltar", "ormuz", "sunda", "south_africa", "cape_horn"})


@pytest.fixture(scope="module")
def router() -> WorldRouter:
    return open_router(open_catalogue())


def length(router: WorldRouter, a: Spot, b: Spot, mode: str, under: Conditions = OPEN) -> float:
    """A length, infinite where there is no way."""
    try:
        return router.route(a, b, mode, under).distance_km
    except RouteError:
        return float("inf")


def test_the_way_by_suez_and_by_the_cape(router: WorldRouter) -> None:
    # Published: 19,485 and 25,558 km.
    suez = router.route(SHANGHAI, ROTTERDAM, "sea")
    assert suez.distance_km == pytest.approx(19_485, rel=0.01)
    assert {"suez", "babalmandab", "malacca", "gibraltar"} <= set(suez.passages)
    cape = router.route(SHANGHAI, ROTTERDAM, "sea", Conditions(closed=CANALS))
    assert cape.distance_km == pytest.approx(25_558, rel=0.01)
    assert "south_africa" in cape.passages


def test_a_closed_red_sea_leads_by_panama_and_a_deep_ship_by_the_cape(router: WorldRouter) -> None:
    closed = frozenset({"suez", "babalmandab"})
    panama = router.route(SHANGHAI, ROTTERDAM, "sea", Conditions(closed=closed))
    assert panama.passages == ("panama",)
    assert panama.distance_km == pytest.approx(25_000, rel=0.01)
    deep = router.route(SHANGHAI, ROTTERDAM, "sea", Conditions(closed=closed, draft_m=16.0))
    assert "south_africa" in deep.passages
    wide = router.route(SHANGHAI, ROTTERDAM, "sea", Conditions(closed=closed, beam_m=61.0))
    assert wide == deep


def test_everything_closed_is_an_error_that_names_the_closures(router: WorldRouter) -> None:
    every = frozenset(router.sea.graph.labels) - {""}
    with pytest.raises(RouteError, match=r"(?s)CNSHA-NLRTM.*panama closed.*suez closed"):
        router.route(SHANGHAI, ROTTERDAM, "sea", Conditions(closed=every))


def test_jeddah_stays_in_reach_by_suez_and_not_without(router: WorldRouter) -> None:
    one = Conditions(closed=frozenset({"babalmandab"}))
    assert "suez" in router.route(JEDDAH, SHANGHAI, "sea", one).passages
    both = Conditions(closed=frozenset({"babalmandab", "suez"}))
    with pytest.raises(RouteError, match="not connected"):
        router.route(JEDDAH, SHANGHAI, "sea", both)


def test_the_arctic_is_shut(router: WorldRouter) -> None:
    assert not set(router.route(SHANGHAI, ROTTERDAM, "sea").passages) & ALWAYS_CLOSED


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        (NANJING, PVG, 340 * 0.94, 340 * 1.06),
        (FRA, MADRID, 1780, 1880),
        (Spot("Paris", 48.86, 2.35), Spot("London", 51.51, -0.13), 430, 500),
        (Spot("Rome", 41.9, 12.5), Spot("Palermo", 38.12, 13.36), 850, 1000),
        (Spot("Malmo", 55.6, 13.0), Spot("Stockholm", 59.33, 18.07), 560, 680),
        (Spot("Kuala Lumpur", 3.14, 101.69), Spot("Singapore", 1.35, 103.82), 320, 420),
        (Spot("Guangzhou", 23.13, 113.26), Spot("Hong Kong", 22.32, 114.17), 130, 200),
    ],
)
def test_roads_between_known_places(
    router: WorldRouter, a: Spot, b: Spot, low: float, high: float
) -> None:
    assert low <= router.route(a, b, "road").distance_km <= high


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Spot("Honolulu", 21.31, -157.86), Spot("Los Angeles", 34.05, -118.24)),
        (Spot("Tokyo", 35.68, 139.69), Spot("Busan", 35.18, 129.08)),
        (Spot("Sydney", -33.87, 151.21), Spot("Auckland", -36.85, 174.76)),
        (Spot("Palma", 39.57, 2.65), Spot("Barcelona", 41.39, 2.17)),
        (Spot("Reykjavik", 64.15, -21.94), Spot("Oslo", 59.91, 10.75)),
    ],
)
def test_no_truck_and_no_train_across_the_sea(router: WorldRouter, a: Spot, b: Spot) -> None:
    for mode in ("road", "rail"):
        with pytest.raises(RouteError):
            router.route(a, b, mode)


def test_an_island_without_a_mapped_road_is_an_estimate(router: WorldRouter) -> None:
    hilo, kona = Spot("Hilo", 19.72, -155.08), Spot("Kona", 19.64, -155.99)
    found = router.route(hilo, kona, "road")
    assert found.distance_km >= geodesic_km((hilo.lon, hilo.lat), (kona.lon, kona.lat))
    assert found.evidence in {"estimated", "measured"}


def test_closing_a_fixed_link_takes_the_road_away(router: WorldRouter) -> None:
    paris, london = Spot("Paris", 48.86, 2.35), Spot("London", 51.51, -0.13)
    assert router.route(paris, london, "road").passages == ("channel_tunnel",)
    with pytest.raises(RouteError, match="channel_tunnel closed"):
        router.route(paris, london, "road", Conditions(closed=frozenset({"channel_tunnel"})))


def test_a_closed_country_is_driven_round(router: WorldRouter) -> None:
    open_way = router.route(MADRID, Spot("Milan", 45.46, 9.19), "road")
    assert "FR" in open_way.countries
    with pytest.raises(RouteError, match="FR closed"):
        router.route(
            MADRID, Spot("Milan", 45.46, 9.19), "road", Conditions(countries=frozenset({"FR"}))
        )
    munich = Spot("Munich", 48.14, 11.58)
    round_it = Conditions(countries=frozenset({"CH"}))
    free = router.route(Spot("Milan", 45.46, 9.19), Spot("Stuttgart", 48.78, 9.18), "road")
    shut = router.route(
        Spot("Milan", 45.46, 9.19), Spot("Stuttgart", 48.78, 9.18), "road", round_it
    )
    assert "CH" in free.countries
    assert "CH" not in shut.countries
    assert shut.distance_km > free.distance_km
    assert router.route(munich, FRA, "road", round_it) == router.route(munich, FRA, "road")


@pytest.mark.parametrize(
    ("a", "b", "wanted", "share"),
    [
        (Spot("Yiwu", 29.37, 120.04), Spot("Madrid", 40.39, -3.66), 13_052, 0.05),
        (Spot("Chongqing", 29.53, 106.46), Spot("Duisburg", 51.40, 6.74), 11_179, 0.07),
        (Spot("Los Angeles", 34.02, -118.20), Spot("Chicago", 41.83, -87.70), 3_592, 0.03),
        (Spot("Moscow", 55.77, 37.66), Spot("Vladivostok", 43.11, 131.88), 9_289, 0.05),
    ],
)
def test_railways_against_published_lengths(
    router: WorldRouter, a: Spot, b: Spot, wanted: float, share: float
) -> None:
    found = router.route(a, b, "rail")
    assert found.distance_km == pytest.approx(wanted, rel=share)
    if a.hub_id == "Moscow":
        assert found.countries == ("RU",)


def test_a_train_from_china_to_spain_changes_gauge_three_times(router: WorldRouter) -> None:
    found = router.route(Spot("Yiwu", 29.37, 120.04), Spot("Madrid", 40.39, -3.66), "rail")
    assert sum(p.startswith("gauge:") for p in found.passages) == 3


def test_a_barge_goes_by_river_kilometres(router: WorldRouter) -> None:
    # Rhine kilometres: Rotterdam 1,002.5, Duisburg 774.
    rotterdam, duisburg = Spot("NLRTM", 51.9, 4.48), Spot("DEDUI-IWW", 51.45, 6.73)
    found = router.route(rotterdam, duisburg, "iww")
    assert found.distance_km == pytest.approx(228.5, abs=25)


def test_a_flight_is_the_great_circle_whatever_is_closed(router: WorldRouter) -> None:
    frankfurt = Spot("FRA", 50.0264, 8.54313)
    pudong = Spot("PVG", 31.1434, 121.805)
    shut = Conditions(airspace=frozenset({"RU"}))
    found = router.route(pudong, frankfurt, "air", shut)
    assert found.distance_km == 8879.586
    assert found == router.route(pudong, frankfurt, "air")


def test_closed_airspace_makes_a_flight_longer_dearer_and_lighter(router: WorldRouter) -> None:
    frankfurt, pudong = Spot("FRA", 50.03, 8.54), Spot("PVG", 31.14, 121.8)
    ratio = router.airspace.detour_ratio(pudong, frankfurt, frozenset({"RU"}))
    assert 1.02 < ratio < 1.2
    found = detour(8880.0, ratio, router.parameters)
    assert found is not None
    assert found.extra_h > 0.2
    assert found.price_ratio > 1
    assert found.payload_share <= 1
    assert router.airspace.detour_ratio(pudong, frankfurt, frozenset({"BR"})) == 1.0


def test_an_airport_under_closed_airspace_cannot_be_flown_to(router: WorldRouter) -> None:
    moscow = Spot("SVO", 55.97, 37.41)
    with pytest.raises(RouteError, match="SVO lies under RU"):
        router.airspace.detour_ratio(Spot("FRA", 50.03, 8.54), moscow, frozenset({"RU"}))


def test_a_flight_that_gets_too_long_is_none(router: WorldRouter) -> None:
    assert detour(14_000.0, 1.2, router.parameters) is None


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
    st.sets(st.sampled_from(PASSAGES), max_size=4),
)
def test_sea_lengths_behave_as_lengths_do(
    router: WorldRouter, a: Spot, b: Spot, c: Spot, closed: set[str]
) -> None:
    if len({a, b, c}) < 3:
        return
    under = Conditions(closed=frozenset(closed))
    ab, ba = length(router, a, b, "sea", under), length(router, b, a, "sea", under)
    assert ab == pytest.approx(ba, abs=0.01)
    assert ab >= geodesic_km((a.lon, a.lat), (b.lon, b.lat))
    # Connections to the lanes are paid twice at a port of call, hence the triangle holds.
    by_c = length(router, a, c, "sea", under) + length(router, c, b, "sea", under)
    assert ab <= by_c + 0.01
    for passage in closed:  # opening a passage never lengthens a way
        fewer = Conditions(closed=frozenset(closed - {passage}))
        assert length(router, a, b, "sea", fewer) <= ab + 0.01


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(TOWNS), st.sampled_from(TOWNS), st.sampled_from(TOWNS))
def test_road_lengths_behave_as_lengths_do(router: WorldRouter, a: Spot, b: Spot, c: Spot) -> None:
    if len({a, b, c}) < 3:
        return
    ab = length(router, a, b, "road")
    assert ab == pytest.approx(length(router, b, a, "road"), abs=0.01)
    assert ab >= geodesic_km((a.lon, a.lat), (b.lon, b.lat))
    assert ab <= length(router, a, c, "road") + length(router, c, b, "road") + 0.01


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(TOWNS), st.sampled_from(TOWNS))
def test_rail_lengths_are_symmetric_and_no_shorter_than_the_great_circle(
    router: WorldRouter, a: Spot, b: Spot
) -> None:
    if a == b:
        return
    ab = length(router, a, b, "rail")
    assert ab == pytest.approx(length(router, b, a, "rail"), rel=1e-6)
    assert ab >= geodesic_km((a.lon, a.lat), (b.lon, b.lat))


def test_no_rail_edge_crosses_a_gauge_away_from_its_station(router: WorldRouter) -> None:
    import io  # noqa: PLC0415

    import pyarrow.parquet as pq  # noqa: PLC0415

    content = router.catalogue.checked_file("network/odbl/rail_nodes.parquet")
    gauge = pq.ParquetFile(io.BytesIO(content)).read()["gauge_mm"].to_numpy()
    graph = router.rail.graph
    changes = np.array([label.startswith("gauge:") for label in graph.labels])[graph.label]
    assert not ((gauge[graph.u] != gauge[graph.v]) & ~changes).any()


def test_one_place_is_no_way(router: WorldRouter) -> None:
    for mode in ("air", "road", "sea"):
        with pytest.raises(RouteError, match="same place"):
            router.route(SHANGHAI, SHANGHAI, mode)


def test_a_mode_nobody_knows_is_refused(router: WorldRouter) -> None:
    with pytest.raises(RouteError, match="no router for sled"):
        router.route(SHANGHAI, ROTTERDAM, "sled")


@pytest.mark.parametrize("mode", ["sea", "rail", "iww"])
def test_what_a_tree_says_is_what_its_paths_hold(router: WorldRouter, mode: str) -> None:
    """Lengths without reluctance, and labels as bits, gathered at once or edge by edge."""
    graph = router.network(mode).graph
    rng = np.random.default_rng(3)
    for source in rng.choice(len(graph.lon), 4).tolist():
        tree = graph.tree(source)
        reached = np.flatnonzero(np.isfinite(tree.km))
        targets = rng.choice(reached, min(40, len(reached)))
        names = tuple(n for n in graph.labels if n)[:64]
        bits = graph.passed(tree, targets, names)
        for i, target in enumerate(targets.tolist()):
            nodes = tree.nodes_to(target)
            edges = graph.edges_along(nodes) if len(nodes) > 1 else np.zeros(0, np.int64)
            assert tree.km[target] == pytest.approx(graph.km[edges].sum(), abs=1e-6)
            told = {n for b, n in enumerate(names) if int(bits[i]) >> b & 1}
            assert told == set(graph.labels_along(edges)) & set(names)


def test_a_search_under_closures_is_that_of_a_network_without_them(router: WorldRouter) -> None:
    shut = Conditions(closed=frozenset({"suez"}))
    graph = router.sea.under(shut)
    assert "suez" not in {graph.labels[c] for c in graph.label}
    assert router.sea.under(shut) is graph  # kept at hand
    assert router.sea.under(Conditions(closed=frozenset({"no such label"}))) is router.sea.graph
