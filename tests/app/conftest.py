"""Documents to draw from: a small one written by hand, and real ones planned once per run."""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Callable, Mapping  # noqa: TC003  (pytest reads fixtures' annotations)
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from app import desk, state
from app.chain_desk import ChainAnswer, ChainQuestion
from app.desk import Answer, Question
from app.tools import open_tools
from app.workflow import SCENARIOS, land, sample_scenarios

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `__main__` back: AppTest leaves its page there, and spawned processes would run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session")
def outline() -> dict[str, Any]:
    """The land that maps draw."""
    return land(open_tools().catalogue)


@pytest.fixture(scope="session")
def lane_answers(made_once: Callable[..., Any]) -> Mapping[str, Answer]:
    """The four scenarios of the demo, planned once; pages find them on the same shelf."""
    answers: dict[str, Answer] = made_once("lane-answers", _lane_planned)
    for name, answer in answers.items():
        question = Question(scenario=sample_scenarios()[name])
        state.shelf().put(desk.digest(question, state.tools()), answer)
        assert state.known(question) is answer
    return answers


def _lane_planned() -> dict[str, Answer]:
    """Plan in two processes, as the demo does."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
        return dict(zip(SCENARIOS, pool.map(_planned, SCENARIOS), strict=True))


def _planned(name: str) -> Answer:
    return state.ask(Question(scenario=sample_scenarios()[name]), lambda _: None)


@pytest.fixture(scope="session")
def lane_chains() -> ChainAnswer:
    """The chains of the reference lane, found once; pages find them on the same shelf."""
    return state.ask_chains(
        ChainQuestion(origin="Nanjing, CN", destination="Madrid, ES", mass_kg=10_000.0)
    )


@pytest.fixture
def two_ways_round() -> dict[str, Any]:
    """Chains that go both ways round the globe, their names written by an enemy."""
    document: dict[str, Any] = json.loads(json.dumps(_TWO_WAYS))
    return document


@pytest.fixture
def pacific() -> dict[str, Any]:
    """One shipment by road and by air over the date line, its names written by an enemy."""
    document: dict[str, Any] = json.loads(json.dumps(_PACIFIC))
    return document


def _chain_leg(
    mode: str, ends: tuple[str, str], line: list[list[float]], evidence: str
) -> dict[str, Any]:
    return {
        "mode": mode,
        "origin": ends[0],
        "origin_name": HOSTILE if ends[0] == "HUB" else "",
        "destination": ends[1],
        "destination_name": HOSTILE if ends[1] == "HUB" else "",
        "distance_km": 9000.0,
        "distance_kind": "sfd",
        "evidence": evidence,
        "quality": "estimate",
        "passages": ["panama", HOSTILE],
        "countries": ["US"],
        "toc_id": HOSTILE,
        "offer": f"'\" onmouseover=alert(1) {HOSTILE}",
        "kgco2e": 1000.0,
        "geometry": line,
    }


def _way_round(rank: int, mode: str, over: list[list[float]], marks: list[str]) -> dict[str, Any]:
    return {
        "rank": rank,
        "kind": mode,
        "marks": marks,
        "note": "" if marks else HOSTILE,
        "cost_eur": 1000.0 * rank,
        "hours": 480.0 / rank,
        "kgco2e": 2000.0 / rank,
        "handling_kgco2e": 1.5,
        "legs": [
            _chain_leg(mode, ("A", "HUB"), over, "measured"),
            _chain_leg("road", ("HUB", "B"), [over[-1], [-74.0, 40.7]], "estimated"),
        ],
    }


_TWO_WAYS: dict[str, Any] = {
    "schema": "greenlane/chains/1",
    "version": "0.1.0",
    "origin": {"hub_id": "A", "name": HOSTILE, "country": "CN", "lat": 31.2, "lon": 121.5},
    "destination": {"hub_id": "B", "name": "@@=alert(1)", "country": "US", "lat": 40, "lon": -74},
    "mass_kg": 500.0,
    "conditions": HOSTILE,
    "factor_set": {"id": "open-2025", "sha256": "0" * 64},
    "hubs_searched": 2,
    "unbeaten": 2,
    "chains": [
        _way_round(
            1, "sea", [[121.5, 31.2], [179.0, 40.0], [-160.0, 30.0], [-79.9, 9.0]], ["cheapest"]
        ),
        _way_round(
            2,
            "sea",
            [[121.5, 31.2], [103.8, 1.2], [32.5, 30.0], [-6.0, 36.0], [-73.9, 40.5]],
            ["fastest", "greenest"],
        ),
    ],
    "others": [_way_round(3, "air", [[121.5, 31.2], [180.0, 70.0], [-73.9, 40.6]], [])],
    "absent": [{"family": HOSTILE, "why": HOSTILE}],
    "assumptions": [HOSTILE],
}


def _leg(number: int, kind: str, mode: str, ends: tuple[str, str], kg: str) -> dict[str, Any]:
    moves = kind == "transport"
    return {
        "shipment_id": "S-1",
        "leg_no": number,
        "kind": kind,
        "mode": mode,
        "origin": ends[0],
        "destination": ends[1],
        "mass_kg": 500.0,
        "distance_km": 8000.0 if moves else None,
        "departure_id": f"{mode}@1" if moves else None,
        "service_id": f"{mode}-1" if moves else None,
        "departs_at": "2026-01-01T00:00:00+00:00",
        "arrives_at": "2026-01-02T00:00:00+00:00",
        "wtt_kgco2e": "0.000000",
        "ttw_kgco2e": kg,
        "wtw_kgco2e": kg,
        "market_wtw_kgco2e": kg,
        "low_kgco2e": kg,
        "high_kgco2e": kg,
        "saf_kg": 0.0,
        "cost": "100.00",
        "data_type": "default",
        "quality": "default",
        "source_id": "a-2025|b-2025",
    }


def _service(mode: str, ends: tuple[str, str], line: list[list[float]]) -> dict[str, Any]:
    return {
        "service_id": f"{mode}-1",
        "carrier": HOSTILE,
        "mode": mode,
        "origin_hub": ends[0],
        "destination_hub": ends[1],
        "distance_km": 8000.0,
        "distance_kind": "gcd",
        "quality": "estimate",
        "geometry": line,
    }


_HUBS = [
    ("NRT", "airport", "Tokyo Narita Airport", 35.77, 140.39),
    ("SEA", "airport", "Seattle Airport", 47.45, -122.31),
    ("SHOP", "site", HOSTILE, 47.6, -122.3),
]
_PACIFIC: dict[str, Any] = {
    "schema": "greenlane/plan/1",
    "scenario": {"name": "own", "title": HOSTILE, "description": f"@@= {HOSTILE}"},
    "summary": {
        "status": "optimal",
        "gap": 0.0,
        "effort": "small",
        "cost": {"paid": 300.0, "lateness": 0.0, "unserved_penalty": 0.0, "total": 300.0},
        "physical_kgco2e": {"wtt": 0.0, "ttw": 1010.5, "wtw": 1010.5},
        "market_based_kgco2e": {"wtt": 0.0, "ttw": 1010.5, "wtw": 1010.5},
        "credits_t": 2,
        "saf_kg": 0.0,
        "eac_kwh": 0.0,
        "interval_kgco2e": {"low": 900.0, "high": 1200.0},
        "load": {"mass": 0.5, "volume": None},
        "mean_hours": 30.0,
        "shipments": {"asked": 2, "planned": 1, "unserved": 1, "refused": 0},
        "mode_shares": {"air": 0.99, "hub": 0.0005, "road": 0.0095},
        "data_shares": {"default": 1.0},
        "factor_set": {"id": "open-2025", "sha256": "0" * 64},
        "factor_basis": "restated: 1 of the categories used was published after 2023-06-16",
        "versions": {"greenlane": "0.1.0"},
        "solver": "HiGHS",
        "seed": 1,
        "input_sha256": "1" * 64,
    },
    "shipments": [
        {
            "shipment_id": "S-1",
            "origin": "NRT",
            "destination": "SHOP",
            "mass_kg": 500.0,
            "volume_m3": 2.0,
            "ready_at": "2026-01-01T00:00:00+00:00",
            "due_at": "2026-01-09T00:00:00+00:00",
            "arrives_at": "2026-01-03T00:00:00+00:00",
        }
    ],
    "hubs": [
        dict(zip(("hub_id", "kind", "name", "lat", "lon"), hub, strict=True)) for hub in _HUBS
    ],
    "services": [
        _service(
            "air", ("NRT", "SEA"), [[140.39, 35.77], [179.0, 50.0], [-160, 52], [-122.31, 47.45]]
        ),
        _service("road", ("SEA", "SHOP"), [[-122.31, 47.45], [-122.3, 47.6]]),
    ],
    "legs": [
        _leg(1, "transport", "air", ("NRT", "SEA"), "1000.000000"),
        _leg(2, "hub", "airport", ("SEA", "SEA"), "0.500000"),
        _leg(3, "transport", "road", ("SEA", "SHOP"), "10.000000"),
    ],
    "departures_used": [],
    "loads": [],
    "unserved": [
        {
            "shipment_id": HOSTILE,
            "reason_code": "late",
            "reason": HOSTILE,
            "would_need": "a later due date",
        }
    ],
    "alternatives": [],
    "frontier": [],
    "levers": [
        {
            "kind": "saf",
            "about": "air-1",
            "saves_kgco2e": 800.0,
            "costs_eur": 320.0,
            "eur_per_t": 400.0,
            "text": "air-1: 0.25 t neat hefa-uco for the fossil rest",
        }
    ],
    "workings": [{"shipment_id": "S-1", "leg_no": 1, "working": "0.5 t x 8000 km x 0.25"}],
    "assumptions": [],
}
