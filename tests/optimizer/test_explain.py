"""Reasons at scale: what is too large for every departure is told so, with what would fit."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import Scenario
from optimizer.audit import audit
from optimizer.scenarios import Objective
from optimizer.solve import Effort, solve


@pytest.mark.parametrize("most_exact", [0, 40], ids=["at scale", "exactly"])
def test_too_large_for_every_departure_is_told(
    world: Any, monkeypatch: pytest.MonkeyPatch, most_exact: int
) -> None:
    """Its chain is in time but for the room: by how much it is late would be no answer."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", most_exact)
    huge = {"shipment_id": "HUGE", "mass_kg": 36000, "volume_m3": 80}
    late = {"shipment_id": "LATE", "due_at": "2023-06-01T18:00+02:00"}
    world.shipments += [world.shipments[0] | huge, world.shipments[0] | late]
    problem = world.read(Scenario(objective=Objective(mode="cost"))).problem
    plan = solve(problem, effort=Effort(name="small"))
    audit(plan).raise_if_failed()
    left = {u.shipment_id: u for u in plan.unserved}
    assert left["LATE"].reason_code == "no_chain_in_time"
    assert left["HUGE"].reason_code == "too_large"
    assert left["HUGE"].reason.startswith("36,000 kg and 80 m3 exceed FLIGHT@")
    assert "(3 U of 4,000 kg and 10 m3)" in left["HUGE"].reason
    assert left["HUGE"].would_need == "to be divided, or a departure with more units"
    assert left.keys() == {"HUGE", "LATE"}
