"""A small world that each test can bend: two sites, two airports, trucks and a flight."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable  # noqa: TC003  (likewise)
from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)
from typing import Any

import pytest

from data import open_catalogue
from data.catalogue import Catalogue  # noqa: TC001
from emissions import Factors
from optimizer import Plan, Scenario, read_problem
from optimizer.audit import audit
from optimizer.intake import Intake  # noqa: TC001
from optimizer.solve import solve

HUBS = [
    ("FACTORY", "site", "Factory", "CN", 31.9, 118.8, "Asia/Shanghai", "HUB-SITE", "CN-JS"),
    ("PVG", "airport", "Pudong", "CN", 31.1434, 121.8052, "Asia/Shanghai", "HUB-AIR", "CN-SH"),
    ("FRA", "airport", "Frankfurt", "DE", 50.0333, 8.5706, "Europe/Berlin", "HUB-AIR", "DE"),
    ("STORE", "site", "Store", "ES", 40.4, -3.7, "Europe/Madrid", "HUB-SITE", "ES"),
]
HUB_NAMES = ("hub_id", "kind", "name", "country", "lat", "lon", "tz", "hoc_id", "grid_id")
TRANSFERS = [
    {"hub_id": "PVG", "from_mode": "road", "to_mode": "air", "hours": 4, "cutoff_h": 8},
    {"hub_id": "FRA", "from_mode": "air", "to_mode": "road", "hours": 6},
]
TRUCK = {
    "carrier": "Haulier",
    "mode": "road",
    "duration_h": 6,
    "unit_code": "T",
    "unit_capacity_kg": 10000,
    "unit_capacity_m3": 50,
    "emission_basis": "dedicated",
    "vehicle_code": "DIESEL-ARTIC-40T",
    "empty_share": 0.2,
}
SERVICES: list[dict[str, Any]] = [
    TRUCK
    | {
        "service_id": "TRUCK-CN",
        "origin_hub": "FACTORY",
        "destination_hub": "PVG",
        "cost_per_unit": 400,
    },
    {
        "service_id": "FLIGHT",
        "carrier": "Airline",
        "mode": "air",
        "origin_hub": "PVG",
        "destination_hub": "FRA",
        "duration_h": 13,
        "schedule": "daily:22:00",
        "unit_code": "U",
        "unit_capacity_kg": 4000,
        "unit_capacity_m3": 10,
        "units_max": 3,
        "cost_per_t": 3000,
        "chargeable_kg_per_m3": 167,
        "toc_id": "AIR-LONGHAUL-AVG",
    },
    TRUCK
    | {
        "service_id": "TRUCK-EU",
        "origin_hub": "FRA",
        "destination_hub": "STORE",
        "duration_h": 30,
        "cost_per_unit": 2600,
    },
]
SHIPMENTS: list[dict[str, Any]] = [
    {
        "shipment_id": "A",
        "origin": "FACTORY",
        "destination": "STORE",
        "mass_kg": 2000,
        "volume_m3": 8,
        "ready_at": "2023-06-01T08:00+08:00",
        "due_at": "2023-06-08T18:00+02:00",
    },
    {
        "shipment_id": "B",
        "origin": "FACTORY",
        "destination": "STORE",
        "mass_kg": 1000,
        "volume_m3": 4,
        "ready_at": "2023-06-01T10:00+08:00",
        "due_at": "2023-06-09T18:00+02:00",
    },
]


def table_text(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV with every column that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class World:
    """A problem folder to bend, read and solve."""

    def __init__(self, folder: Path, catalogue: Catalogue, factors: Factors) -> None:
        self.folder, self.catalogue, self.factors = folder, catalogue, factors
        self.shipments = [dict(row) for row in SHIPMENTS]
        self.services = [dict(row) for row in SERVICES]
        self.transfers = [dict(row) for row in TRANSFERS]
        self.hubs = list(HUBS)
        self.pieces: list[dict[str, Any]] = []  # no file where there are none
        self.opening: dict[str, str] = {}  # by hub; the others never close

    def service(self, service_id: str) -> dict[str, Any]:
        return next(row for row in self.services if row["service_id"] == service_id)

    def read(self, scenario: Scenario | None = None) -> Intake:
        self.folder.mkdir(exist_ok=True)
        hubs = [
            dict(zip(HUB_NAMES, row, strict=True)) | {"opening": self.opening.get(row[0], "")}
            for row in self.hubs
        ]
        for name, rows in (
            ("shipments", self.shipments),
            ("services", self.services),
            ("transfers", self.transfers),
            ("hubs", hubs),
            *([("pieces", self.pieces)] if self.pieces else []),
        ):
            (self.folder / f"{name}.csv").write_text(table_text(rows), "utf-8")
        return read_problem(self.folder, self.catalogue, self.factors, scenario or Scenario())

    def solve(self, scenario: Scenario | None = None) -> Plan:
        """Solve, and never hand out a plan that its audit refuses."""
        intake = self.read(scenario)
        assert not intake.refused
        plan = solve(intake.problem)
        audit(plan).raise_if_failed()
        return plan


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return open_catalogue()


@pytest.fixture(scope="session")
def factors(catalogue: Catalogue) -> Factors:
    return Factors.load(catalogue)


@pytest.fixture
def world(tmp_path: Path, catalogue: Catalogue, factors: Factors) -> World:
    return World(tmp_path / "world", catalogue, factors)


# Airports within a day's drive of each other, so that trucks, trains and aircraft compete.
DRAWN_HUBS = [
    ("AMS", "airport", "Schiphol", "NL", 52.31, 4.76, "Europe/Amsterdam", "HUB-AIR", "NL"),
    ("FRA", "airport", "Frankfurt", "DE", 50.03, 8.57, "Europe/Berlin", "HUB-AIR", "DE"),
    ("LYS", "airport", "Lyon", "FR", 45.72, 5.08, "Europe/Paris", "HUB-AIR", "FR"),
    ("MUC", "airport", "Munich", "DE", 48.35, 11.78, "Europe/Berlin", "HUB-AIR", "DE"),
    ("BRU", "airport", "Brussels", "BE", 50.90, 4.48, "Europe/Brussels", "HUB-AIR", "BE"),
    ("MXP", "airport", "Malpensa", "IT", 45.63, 8.72, "Europe/Rome", "HUB-AIR", "IT"),
]
DRAWN_START = datetime(2023, 6, 1, 6, tzinfo=UTC)
DRAWN_MODES = {
    "truck": {"mode": "road", "emission_basis": "dedicated", "vehicle_code": "DIESEL-ARTIC-40T"},
    "electric": {"mode": "road", "emission_basis": "dedicated", "vehicle_code": "EV-ARTIC-40T"},
    "groupage": {"mode": "road", "toc_id": "ROAD-ARTIC33-AVG"},
    "train": {"mode": "rail", "toc_id": "RAIL-FREIGHT-GB"},
    "flight": {"mode": "air", "toc_id": "AIR-SHORTHAUL-AVG"},
}
CHILLED, CARRIES = "chilled", "UN1263"


def _drawn_service(r: random.Random, number: int, ends: tuple[str, str]) -> dict[str, Any]:
    kind = r.choice(tuple(DRAWN_MODES))
    hours = r.choice((3, 5)) if kind == "flight" else r.choice((16, 20, 30))
    row: dict[str, Any] = DRAWN_MODES[kind] | {
        "service_id": f"{kind.upper()}-{number}",
        "carrier": r.choice(("One", "Two")),
        "origin_hub": ends[0],
        "destination_hub": ends[1],
        "duration_h": hours,
        "schedule": r.choice(("daily:08:00", "daily:06:00,20:00", "every:18h", "every:36h")),
        "unit_code": "U",
        "unit_capacity_kg": r.choice((2000, 5000, 12000)),
        "unit_capacity_m3": r.choice((8, 20, 40)),
        "units_max": r.choice(("", "", "", 1, 3)),
        "temperature": CHILLED if r.random() < 0.7 else "",
        "dangerous_goods": CARRIES if r.random() < 0.7 else "",
        "booking_lead_h": r.choice(("", "", 12)),
    }
    if kind == "electric":
        row["grid"] = "DE"
    prices = r.randrange(4)
    if prices in {0, 1}:
        row["cost_per_unit"] = r.choice((0, 300, 900))
        row["part_load_factor"] = r.choice(("", 1, 1.4, 2.5))
        row["surcharges"] = r.choice(("", "TOLL:40/unit", "FUEL:0.05/kg|DOC:15/shipment"))
    if prices in {1, 2}:
        row["cost_per_t"] = r.choice((0, 90, 250))
        row["chargeable_kg_per_m3"] = r.choice(("", 167, 333))
        row["cost_min"] = r.choice(("", 60))
    if prices == 3:
        row["rate_breaks"] = "0:0.30|500:0.22|2000:0.15"
        row["cost_min"] = 80
    return row


def _drawn_shipment(r: random.Random, number: int, hubs: list[str]) -> dict[str, Any]:
    origin, destination = r.sample(hubs, 2)
    mass = r.choice((180, 600, 1500, 2600, 4800))
    ready = DRAWN_START + timedelta(hours=r.randrange(30))
    return {
        "shipment_id": f"S{number}",
        "origin": origin,
        "destination": destination,
        "mass_kg": mass,
        "volume_m3": round(mass / r.choice((90, 220, 400)), 2),
        "ready_at": ready.isoformat(),
        "due_at": (ready + timedelta(hours=r.choice((48, 84, 140)))).isoformat(),
        "lateness_cost_per_day": r.choice(("", "", 120)),
        "booked_at": r.choice(("", "", (ready - timedelta(hours=6)).isoformat())),
        "value_eur": r.choice(("", 20000)),
        "temperature": r.choice((*[""] * 6, CHILLED)),
        "un_number": r.choice((*[""] * 6, CARRIES)),
    }


def draw(world: World, seed: int, *, shipments: int = 0) -> World:
    """Bend a world into one drawn by a seed: a few hubs, services of all tariffs, some freight."""
    r = random.Random(seed)  # noqa: S311  (no secret)
    world.hubs = [*DRAWN_HUBS[: r.randint(3, 5)]]
    hubs = [row[0] for row in world.hubs]
    modes = ("road", "rail", "air")
    world.transfers = [
        {
            "hub_id": hub,
            "from_mode": one,
            "to_mode": other,
            "hours": r.choice((0, 2, 6)),
            "cutoff_h": r.choice(("", 3)),
            "cost_per_t": r.choice(("", 12)),
        }
        for hub in hubs
        for one in modes
        for other in modes
        if r.random() < 0.8
    ]
    ends = [tuple(r.sample(hubs, 2)) for _ in range(r.randint(8, 14))]
    world.services = [_drawn_service(r, n, (a, b)) for n, (a, b) in enumerate(ends)]
    count = shipments or r.randint(3, 8)
    world.shipments = [_drawn_shipment(r, n, hubs) for n in range(count)]
    for hub in hubs:
        if r.random() < 0.2:
            world.opening[hub] = r.choice(("Mon-Fri 06:00-18:00", "Mon-Sun 20:00-04:00"))
    return world


@pytest.fixture
def drawn(world: World) -> Callable[..., World]:
    """Return worlds drawn by a seed: `drawn(seed, shipments=5)`."""
    return lambda seed, **how: draw(world, seed, **how)
