"""The report of a footprint says nothing that its author may not, and tells what does not fit."""

from __future__ import annotations

from datetime import date

import pytest

from app.footprint_intake import Options
from app.footprint_report import report_of, stand_against, weigh_measures
from app.footprints import FootprintDesk, FootprintResult, take
from app.tools import open_tools
from data.errors import DataError

DESK = FootprintDesk(open_tools())
LEGS = (
    b"shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,distance_kind,departs_at\n"
    b"S1,1,transport,air,PVG,FRA,1000,8880,gcd,2026-02-01T00:00:00Z\n"
)
TARGET = b"""[[target]]
name = "Certified path"
year = 2030
change = -0.5
baseline = { year = 2020, kgco2e = 100.0, activity = 100.0 }
"""
MEASURE = b"""[[measure]]
name = "Verified SAF"
kind = "saf"
share = 0.1
pathway = "hefa-uco"
"""


def taken(file: str = "legs.csv") -> FootprintResult:
    return take(LEGS, file, DESK, Options())


def test_period_beside_the_legs_is_a_warning() -> None:
    """Freight of February 2026 in a report of 2023: told, and not refused."""
    report = report_of(taken(), period=(date(2023, 1, 1), date(2023, 12, 31)))
    (told,) = [w for w in report["warnings"] if "outside of the period" in w]
    assert told.startswith("1 of 1 dated legs")
    assert not any("outside of" in w for w in report_of(taken())["warnings"])


def test_name_of_a_file_claims_nothing_and_stops_nothing() -> None:
    """Nobody wrote it as a subject: the report goes on under another."""
    assert report_of(taken("certified_2026.csv"))["subject"] == "Freight of one file"
    with pytest.raises(DataError, match="subject: found 'certified'"):
        report_of(taken(), subject="certified climate neutral")


def test_names_of_targets_and_measures_may_not_claim_either() -> None:
    """They stand as headings on the same page."""
    result = taken()
    with pytest.raises(DataError, match=r"targets\.toml: found 'certified'"):
        stand_against(result, report_of(result), "targets.toml", TARGET)
    with pytest.raises(DataError, match=r"measures\.toml: found 'verified'"):
        weigh_measures(result, MEASURE, "measures.toml")
