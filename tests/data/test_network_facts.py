"""The curated facts of the world network load, name their sources and agree with each other."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from data.catalogue import ShippedTable, open_catalogue
from data.factor_schemas import GRIDS
from data.makers.cards import DATA
from data.makers.terminals import provenance
from data.makers.towns import great_circle_km
from data.makers.waterways import too_short
from data.network_schemas import (
    PASSAGES,
    RAIL_SERVICES,
    WATERWAY_JUNCTIONS,
    WATERWAY_POINTS,
    WORLD_HUBS,
)

if TYPE_CHECKING:
    from data.schemas import Schema
    from data.tables import Row

MEMORY = "greenlane-memory"
ROUNDING_KM = 0.5
TABLES = {
    "network/rail_terminals.csv": WORLD_HUBS,
    "network/inland_ports.csv": WORLD_HUBS,
    "network/waterway_points.csv": WATERWAY_POINTS,
    "network/waterway_junctions.csv": WATERWAY_JUNCTIONS,
    "network/rail_services.csv": RAIL_SERVICES,
    "network/passages.csv": PASSAGES,
    "factors/grids_world_2023.csv": GRIDS,
}


def table(path: str) -> ShippedTable:
    return open_catalogue().table(path, TABLES[path])


def rows(path: str) -> tuple[Row, ...]:
    return table(path).rows


def place(row: Row) -> tuple[float, float]:
    return row["lat"], row["lon"]


@pytest.fixture(scope="module")
def terminals() -> dict[str, Row]:
    return {r["hub_id"]: r for r in rows("network/rail_terminals.csv")}


@pytest.fixture(scope="module")
def points() -> dict[tuple[str, float], Row]:
    return {(r["waterway"], r["river_km"]): r for r in rows("network/waterway_points.csv")}


@pytest.mark.parametrize(("path", "schema"), TABLES.items())
def test_every_source_is_used_and_memory_is_an_estimate(path: str, schema: Schema) -> None:
    shipped = open_catalogue().table(path, schema)
    used = {s for r in shipped.rows for s in r["source_id"].split("|")}
    assert set(shipped.card.sources) == used
    for row in shipped.rows:
        if MEMORY in row["source_id"].split("|"):
            assert row["quality"] == "estimate", row


def test_rail_terminals_are_many_and_mostly_read(terminals: dict[str, Row]) -> None:
    assert len(terminals) >= 250
    assert len({r["country"] for r in terminals.values()}) >= 60
    assert sum(r["country"] in ("US", "CA", "MX") for r in terminals.values()) >= 50
    remembered = sum(MEMORY in r["source_id"] for r in terminals.values())
    assert remembered <= len(terminals) / 4


@pytest.mark.parametrize(
    "hub_id",
    [
        *("CNYIU-RAIL", "CNCQI-RAIL-TUANJIECUN", "CNXAG-RAIL", "CNZGZ-RAIL", "CNCDU-RAIL"),
        *("CNULZ-RAIL", "CNHRS-RAIL", "CNAKL-RAIL", "CNRLC-RAIL", "CNMLX-RAIL", "KZDOS-RAIL"),
        *("BYBQT-RAIL", "PLMAA-RAIL", "PLLOD-RAIL", "DEDUI-RAIL", "DEHAM-RAIL-BILLWERDER"),
        *("ESMAD-RAIL-ABRONIGAL", "ESZAZ-RAIL", "ESVLC-RAIL", "USCHI-RAIL-CORWITH"),
    ],
)
def test_the_hubs_of_the_trade_are_there(terminals: dict[str, Row], hub_id: str) -> None:
    assert hub_id in terminals


@pytest.mark.parametrize(
    ("path", "kind", "tail"),
    [("network/rail_terminals.csv", "rail", "RAIL"), ("network/inland_ports.csv", "iww", "IWW")],
)
def test_hub_ids_tell_code_and_kind(path: str, kind: str, tail: str) -> None:
    for row in rows(path):
        code, found, *_ = row["hub_id"].split("-")
        assert found == tail, row
        assert row["kind"] == kind
        assert row["unlocode"] in (code, None)
        assert code[:2] == row["country"]
        assert {kind, "road"} <= set(row["modes"])
        assert ZoneInfo(row["tz"]).key == row["tz"]


def test_no_hub_stands_in_two_tables() -> None:
    ids = [r["hub_id"] for p in TABLES if TABLES[p] is WORLD_HUBS for r in rows(p)]
    assert len(ids) == len(set(ids))


def test_no_stretch_of_water_is_shorter_than_its_great_circle(
    points: dict[tuple[str, float], Row],
) -> None:
    for (way_a, km_a), (way_b, km_b) in pairwise(sorted(points)):
        if way_a == way_b:
            a, b = points[way_a, km_a], points[way_b, km_b]
            assert km_b - km_a + ROUNDING_KM >= great_circle_km(place(a), place(b)), (a, b)


def test_junctions_join_points_that_lie_there(points: dict[tuple[str, float], Row]) -> None:
    for row in rows("network/waterway_junctions.csv"):
        a = points[row["waterway_a"], row["river_km_a"]]
        b = points[row["waterway_b"], row["river_km_b"]]
        assert great_circle_km(place(a), place(b)) <= row["km"] + ROUNDING_KM, row


def test_every_port_on_a_waterway_is_a_hub(points: dict[tuple[str, float], Row]) -> None:
    hubs = {r["hub_id"] for r in rows("network/inland_ports.csv")}
    hubs |= {r["hub_id"] for r in open_catalogue().table("network/ports.csv", WORLD_HUBS).rows}
    on_water = [r["hub_id"] for r in points.values() if r["hub_id"]]
    assert len(on_water) == len(set(on_water))
    assert set(on_water) <= hubs
    assert {r["hub_id"] for r in rows("network/inland_ports.csv")} <= set(on_water)


def water_km(points: dict[tuple[str, float], Row], start: str, end: str) -> float:
    """Return the shortest way by water between two points, by their names."""
    ways: dict[tuple[str, float], list[tuple[tuple[str, float], float]]] = {p: [] for p in points}

    def join(a: tuple[str, float], b: tuple[str, float], km: float) -> None:
        ways[a].append((b, km))
        ways[b].append((a, km))

    for a, b in pairwise(sorted(points)):
        if a[0] == b[0]:
            join(a, b, b[1] - a[1])
    for r in rows("network/waterway_junctions.csv"):
        ends = (r["waterway_a"], r["river_km_a"]), (r["waterway_b"], r["river_km_b"])
        join(*ends, r["km"])
    first = next(p for p, r in points.items() if r["name"] == start)
    heap, done = [(0.0, first)], set()
    while heap:
        km, here = heapq.heappop(heap)
        if points[here]["name"] == end:
            return km
        if here not in done:
            done.add(here)
            for there, more_km in ways[here]:
                heapq.heappush(heap, (km + more_km, there))
    raise AssertionError(f"no water from {start} to {end}")


@pytest.mark.parametrize(
    ("start", "end", "km", "share"),
    [
        ("Rotterdam", "Duisburg (Ruhrort, Logport)", 228.5, 1e-6),  # AGTC river kilometres
        ("Hoek van Holland (mouth)", "Sulina (mouth)", 3505, 0.001),  # danube-cooperation.com
        ("Manaus", "Belém", 1646, 1e-6),  # DNIT
        ("Nanning (Niuwan)", "Guangzhou", 851, 1e-6),  # three sections as read
        ("Pittsburgh", "Cairo (mouth)", 1580, 0.001),  # 982 miles
        ("Saint-Ouen-l'Aumône", "Rouen", 188, 0.01),  # Oise 17, Seine 171
    ],
)
def test_ways_by_water_have_their_published_length(
    points: dict[tuple[str, float], Row], start: str, end: str, km: float, share: float
) -> None:
    assert water_km(points, start, end) == pytest.approx(km, rel=share)


def test_waterways_hang_together(points: dict[tuple[str, float], Row]) -> None:
    assert water_km(points, "Antwerp", "Praha Holešovice") > 900
    assert water_km(points, "Rotterdam", "Constanța") > 3000
    assert water_km(points, "Minneapolis", "New Orleans") > 2500
    assert water_km(points, "Astrakhan", "St Petersburg sea port") > 3000


def test_services_run_between_terminals_and_not_straighter_than_possible(
    terminals: dict[str, Row],
) -> None:
    for row in rows("network/rail_services.csv"):
        ends = terminals[row["origin_hub"]], terminals[row["destination_hub"]]
        straight_km = great_circle_km(place(ends[0]), place(ends[1]))
        assert straight_km < row["published_km"] < 2 * straight_km, row


def test_services_repeat_the_published_lengths_of_the_factor_tables() -> None:
    km = {r["name"]: r["published_km"] for r in rows("network/rail_services.csv")}
    assert km["Yixinou, Yiwu-Madrid"] == 13052
    assert km["Yuxinou, Chongqing-Duisburg"] == 11179
    assert km["Zhengou, Zhengzhou-Hamburg"] == 10214
    assert km["Rongou, Chengdu-Lodz"] == 9826


def test_every_label_of_the_sea_network_is_a_passage() -> None:
    column = pq.read_table(DATA / "network" / "sea_edges.parquet", columns=["passage"])
    labels = {str(p) for p in column["passage"].unique().to_pylist() if p}
    assert labels == {r["passage"] for r in rows("network/passages.csv")}


def test_canals_stop_ships_that_are_too_big() -> None:
    passages = {r["passage"]: r for r in rows("network/passages.csv")}
    assert passages["suez"]["max_draft_m"] == 20.1
    assert passages["panama"]["max_draft_m"] == 15.24
    assert passages["panama"]["max_beam_m"] == 51.25


def test_grids_of_the_world_continue_the_others_without_overlap() -> None:
    ours = {r["grid_id"]: r for r in rows("factors/grids_world_2023.csv")}
    theirs = {r["grid_id"] for r in open_catalogue().table("factors/grids_2023.csv", GRIDS).rows}
    assert not set(ours) & theirs
    assert len(ours) >= 195
    for grid in ours.values():
        assert grid["grid_id"] == grid["country"]
        assert 0 < grid["generation_kgco2e_per_kwh"] < 1.4
        assert grid["upstream_kgco2e_per_kwh"] == 0
        assert grid["loss_share"] == (0.05 if grid["grid_id"] == "US" else 0.050003)


def test_loss_of_an_unknown_grid_is_that_of_the_others() -> None:
    grids = {r["grid_id"]: r for r in open_catalogue().table("factors/grids_2023.csv", GRIDS).rows}
    ours = {r["grid_id"]: r for r in rows("factors/grids_world_2023.csv")}
    assert ours["IN"]["loss_share"] == grids["IT"]["loss_share"]


def test_maker_refuses_a_stretch_shorter_than_its_great_circle() -> None:
    a = {"waterway": "W", "name": "A", "river_km": "0", "lat": "50", "lon": "8"}
    b = {"waterway": "W", "name": "B", "river_km": "50", "lat": "51", "lon": "8"}
    assert too_short(a, b) == (
        "W, A to B: found 50.0 km, wanted at least the great circle, 111.2 km"
    )
    assert not too_short(a, b | {"river_km": "112"})


def test_maker_says_what_is_from_memory() -> None:
    fact = {"note": "Gauge change.", "source_id": MEMORY, "lat": "50.1"}
    assert provenance(fact, "a rail terminal") == {
        "note": "Terminal from memory. UN/LOCODE marks a rail terminal in the town. Gauge change.",
        "quality": "estimate",
        "source_id": f"{MEMORY}|unlocode-2023-1",
    }
    read = provenance(fact | {"source_id": "x", "lat": ""}, "a port")
    assert read == {
        "note": "Gauge change.",
        "quality": "default",
        "source_id": "x|geonames-2026",
    }
