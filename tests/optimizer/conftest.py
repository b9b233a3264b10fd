"""A small world that each test can bend: two sites, two airports, trucks and a flight."""

from __future__ import annotations

import csv
import io
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

    def service(self, service_id: str) -> dict[str, Any]:
        return next(row for row in self.services if row["service_id"] == service_id)

    def read(self, scenario: Scenario | None = None) -> Intake:
        self.folder.mkdir(exist_ok=True)
        hubs = [dict(zip(HUB_NAMES, row, strict=True)) for row in self.hubs]
        for name, rows in (
            ("shipments", self.shipments),
            ("services", self.services),
            ("transfers", self.transfers),
            ("hubs", hubs),
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
