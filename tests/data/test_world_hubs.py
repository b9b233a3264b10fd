"""The seaports and airports of the world network are right as tables and as places."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from data.catalogue import ShippedTable, open_catalogue
from data.gazetteer import Gazetteer
from data.network_schemas import CLOSED_BORDERS, WORLD_HUBS
from data.places import haversine_km

# hub, latitude, longitude of its container terminal to about 3 km
PORTS = [
    ("CNSHA", 30.63, 122.06),
    ("CNYTN", 22.57, 114.27),
    ("SGSIN", 1.27, 103.76),
    ("AEJEA", 25.01, 55.06),
    ("NLRTM", 51.95, 4.02),
    ("ESALG", 36.13, -5.43),
    ("ESVLC", 39.44, -0.32),
    ("MAPTM", 35.88, -5.50),
    ("SAJED", 21.47, 39.16),
    ("LKCMB", 6.95, 79.84),
    ("GRPIR", 37.95, 23.59),
    ("VNCMT", 10.54, 107.03),
    ("THLCH", 13.07, 100.89),
    ("USLAX", 33.74, -118.26),
    ("BRSSZ", -23.94, -46.31),
]
CONTINENTS = {
    "Africa": ("NBO", "JNB", "ADD", "CAI", "LOS"),
    "Asia": ("NKG", "PVG", "HKG", "ICN", "NRT", "SIN", "DEL", "ALA", "DOH"),
    "Europe": ("FRA", "MAD", "LGG", "LEJ", "ZAZ", "LUX", "MXP", "IST"),
    "North America": ("MEM", "SDF", "ANC", "ORD", "YYZ", "MEX"),
    "South America": ("BOG", "GRU", "SCL", "LIM"),
    "Oceania": ("SYD", "MEL", "AKL"),
}


@pytest.fixture(scope="module")
def ports() -> ShippedTable:
    """The seaports as they ship."""
    return open_catalogue().table("network/ports.csv", WORLD_HUBS)


@pytest.fixture(scope="module")
def airports() -> ShippedTable:
    """The airports as they ship."""
    return open_catalogue().table("network/airports.csv", WORLD_HUBS)


@pytest.mark.parametrize(("hub_id", "lat", "lon"), PORTS)
def test_container_ports_stand_at_their_terminals(
    ports: ShippedTable, hub_id: str, lat: float, lon: float
) -> None:
    """The World Port Index lacks or misplaces them; positions as on any sea chart."""
    (port,) = [row for row in ports.rows if row["hub_id"] == hub_id]
    assert haversine_km(port["lat"], port["lon"], lat, lon) < 5
    assert port["size_class"] == "major"


@pytest.mark.parametrize(
    "hub_id",
    [
        *("ITPMO", "ITCTA", "ITCAG", "BRMAO", "MVMLE", "PTFNC", "PTPDL", "SENYN", "PTLIS", "PTLEI"),
        *("ESSCT", "ESLPA", "MTMAR", "ISREY", "USHNL", "MUPLU", "FJSUV", "NCNOU", "PFPPT", "WSAPW"),
        *("TLDIL", "SCPOV", "GLGOH", "FOTHO", "BNMUA", "GQSSG", "LYTIP", "BMBDA", "AGSJO", "GDSTG"),
    ],
)
def test_islands_and_capitals_have_a_container_port(ports: ShippedTable, hub_id: str) -> None:
    """Listed by hand, as the index does not grade them."""
    (port,) = [row for row in ports.rows if row["hub_id"] == hub_id]
    assert port["size_class"] != "unranked"
    assert "own-list" in port["source_id"].split("|")
    assert port["quality"] == "estimate"


def test_the_container_flag_of_the_index_is_no_proof(ports: ShippedTable) -> None:
    """With a small harbour it says nothing, with a larger one it is a guess."""
    index = [row for row in ports.rows if "own-list" not in row["source_id"].split("|")]
    graded = [row for row in index if row["size_class"] != "unranked"]
    assert graded
    for row in graded:
        assert row["quality"] == "estimate"
        assert row["size_class"] == "medium"
        assert row["note"].split(",")[0] in {"harbour large", "harbour medium"}
    (longyearbyen,) = [row for row in index if row["hub_id"] == "SJLYR"]
    assert longyearbyen["size_class"] == "unranked"


def test_a_hub_id_means_the_town_of_the_port(ports: ShippedTable) -> None:
    """Carriers write CNSHA, UN/LOCODE has CNSGH; both are found, near the port and at home."""
    world = Gazetteer.load(open_catalogue())
    carriers = {row["hub_id"] for row in ports.rows if row["hub_id"] != row["unlocode"]}
    assert {"CNSHA", "CNNGB", "CNTAO", "CNDLC", "CNXMN", "CNFOC", "CNHAK", "CNSWA"} <= carriers
    for row in ports.rows:
        for code in {row["hub_id"], row["unlocode"]}:
            place = world.find(code)
            far = haversine_km(place.lat, place.lon, row["lat"], row["lon"])
            assert far < 100, (code, place.name, far)
            assert place.country == row["country"], (code, place)
    assert all(world.find(code).kind == "town" for code in carriers)


def test_islands_have_a_large_cargo_airport(airports: ShippedTable) -> None:
    """Las Palmas and Malta, from memory."""
    by_id = {row["hub_id"]: row for row in airports.rows}
    assert {by_id[code]["size_class"] for code in ("LPA", "MLA")} == {"large"}
    assert {by_id[code]["size_class"] for code in ("FNC", "TFS", "TFN", "PDL")} == {"medium"}
    assert {by_id[code]["quality"] for code in ("LPA", "MLA", "FNC", "TFS")} == {"estimate"}


def test_closed_borders_are_pairs_with_their_evidence() -> None:
    """Codes in order, each pair once, memory marked as such, every source used."""
    table = open_catalogue().table("network/closed_borders.csv", CLOSED_BORDERS)
    pairs = [(row["country_a"], row["country_b"]) for row in table.rows]
    assert pairs == sorted(set(pairs))
    assert all(a < b for a, b in pairs)
    assert {("KP", "KR"), ("IN", "PK"), ("DZ", "MA"), ("AM", "TR"), ("RU", "UA")} <= set(pairs)
    assert ("CN", "KP") not in pairs
    assert {s for row in table.rows for s in row["source_id"].split("|")} == set(table.card.sources)
    for row in table.rows:
        assert set(row["modes"]) <= {"road", "rail"}
        assert row["modes"]
        memory = row["source_id"] == "own-estimate"
        assert memory == (row["quality"] == "estimate") == ("from memory" in (row["note"] or ""))


def test_every_hub_has_a_zone_and_its_modes(ports: ShippedTable, airports: ShippedTable) -> None:
    """Schedules are local; every hub can be reached by road."""
    for row in (*ports.rows, *airports.rows):
        ZoneInfo(row["tz"])
        assert "road" in row["modes"], row["hub_id"]
        assert {"port": "sea", "airport": "air"}[row["kind"]] in row["modes"]


def test_no_hub_stands_twice(ports: ShippedTable, airports: ShippedTable) -> None:
    """Ports have UN/LOCODEs, airports IATA codes, in one space of names."""
    ids = [row["hub_id"] for row in (*ports.rows, *airports.rows)]
    assert len(set(ids)) == len(ids)
    assert all(len(row["hub_id"]) == 5 for row in ports.rows)
    assert all(row["hub_id"] == row["iata"] for row in airports.rows)


def test_throughput_is_cited(ports: ShippedTable, airports: ShippedTable) -> None:
    """A figure has its unit, its year, and a source beyond our own list."""
    for row in (*ports.rows, *airports.rows):
        if row["throughput"] is not None:
            assert row["throughput_unit"]
            assert row["throughput_year"]
            assert set(row["source_id"].split("|")) - {
                "own-list",
                "ourairports",
                "airportsdata-2026",
            }


def test_cargo_airports_have_evidence(airports: ShippedTable) -> None:
    """Candidate chains use major and large airports; those without a citation say so."""
    used = [row for row in airports.rows if row["size_class"] in {"major", "large"}]
    cited = [row for row in used if row["quality"] != "estimate"]
    assert len(cited) >= 140
    assert all("from memory" in row["note"] for row in used if row["quality"] == "estimate")


@pytest.mark.parametrize("continent", CONTINENTS)
def test_every_continent_has_cargo_airports(airports: ShippedTable, continent: str) -> None:
    """NKG among them."""
    used = {row["hub_id"] for row in airports.rows if row["size_class"] in {"major", "large"}}
    assert set(CONTINENTS[continent]) <= used


def test_hubs_lie_in_their_country(ports: ShippedTable, airports: ShippedTable) -> None:
    """The nearest town says so, save on islands, at borders and for towns across a strait."""
    world = Gazetteer.load(open_catalogue())
    rows = (*ports.rows, *airports.rows)
    abroad = [
        row["hub_id"]
        for row in rows
        if world.nearest(row["lat"], row["lon"]).country != row["country"]
    ]
    assert len(abroad) < 0.03 * len(rows), abroad


def test_zones_are_those_of_the_nearest_town(ports: ShippedTable) -> None:
    """A wrong sign of a longitude would show here: clocks differ by less than three hours."""
    world = Gazetteer.load(open_catalogue())
    for row in ports.rows:
        near = world.nearest(row["lat"], row["lon"])
        assert near.tz.split("/")[0] == row["tz"].split("/")[0] or near.country != row["country"]
