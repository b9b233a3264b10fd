"""Say why a stop stays: which one rule, given up, would let a vehicle serve it alone."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from optimizer.tours.labels import Walk
from optimizer.tours.records import MINUTES_PER_HOUR, Unserved
from optimizer.tours.timing import with_charging

if TYPE_CHECKING:
    from optimizer.tours.labels import Label
    from optimizer.tours.records import Stop, TourProblem, TourVehicle

_FOR_EVER = 1e9  # minutes


def unserved(problem: TourProblem, i: int) -> Unserved:
    """Return why a stop is left, and what would help."""
    stop = problem.stops[i]
    code, reason, would_need = _why(problem, i)
    return Unserved(
        stop_id=stop.stop_id,
        shipment_id=stop.shipment_id,
        reason_code=code,
        reason=reason,
        would_need=would_need,
    )


def _why(problem: TourProblem, i: int) -> tuple[str, str, str]:
    stops = [problem.stops[j] for j in problem.together(i)]
    fleet = [v for v in problem.vehicles if v.count]
    if not fleet:
        return "no_vehicle", "there are no vehicles", "a vehicle"
    kg, m3 = stops[0].mass_kg, stops[0].volume_m3
    if kg > max(v.capacity_kg for v in fleet):
        return "too_heavy", f"{kg:g} kg is more than any vehicle takes", f"a vehicle for {kg:g} kg"
    if m3 > max(v.capacity_m3 for v in fleet):
        return "too_large", f"{m3:g} m3 is more than any vehicle takes", f"a vehicle for {m3:g} m3"
    if _alone(problem, i, fleet) is not None:
        return (
            "no_vehicle_left",
            "a vehicle could serve it alone, but none was found that has the time and room",
            "one more vehicle, a longer shift, a wider window, or more effort",
        )
    return _relaxed(problem, i, fleet)


def _relaxed(problem: TourProblem, i: int, fleet: list[TourVehicle]) -> tuple[str, str, str]:
    """Return the first single rule that stands in the way."""
    endless = [replace(v, battery_kwh=None) for v in fleet]
    if (found := _alone(problem, i, endless)) is not None:
        return (
            "out_of_range",
            f"no vehicle has the charge for {found.km:.0f} km, nor a charger in reach and in time",
            f"a range of {math.ceil(found.km)} km, or a charger on the way",
        )
    waiting = replace(problem, stops=tuple(_open(problem, s, i) for s in problem.stops))
    if (found := _alone(waiting, i, fleet)) is not None:
        at = _first_service(found, i) - problem.stops[i].service_min
        when = (problem.starts_at + timedelta(minutes=math.ceil(at))).isoformat()
        return (
            "window_missed",
            "no vehicle can be there before its window closes",
            f"due_at {when} or later, or an earlier shift",
        )
    late = [replace(v, ends_min=_FOR_EVER) for v in fleet]
    if (found := _alone(problem, i, late)) is not None:
        when = (problem.starts_at + timedelta(minutes=math.ceil(found.minute))).isoformat()
        return (
            "shift_too_short",
            "no vehicle is back at its depot before its shift ends",
            f"a shift until {when}",
        )
    return _several(waiting, i, endless)


def _several(waiting: TourProblem, i: int, endless: list[TourVehicle]) -> tuple[str, str, str]:
    """Return what it takes where no single rule is to blame."""
    reason = "more than one of window, shift and range stands in the way"
    found = _alone(waiting, i, [replace(v, ends_min=_FOR_EVER) for v in endless])
    if found is None:
        return "several_rules", reason, "another depot or vehicle"
    hours = math.ceil((found.minute - min(v.starts_min for v in endless)) / MINUTES_PER_HOUR)
    far = f"a range or chargers for {math.ceil(found.km)} km"
    return "several_rules", reason, f"a shift of about {hours} h, {far}, and a window as late"


def _open(problem: TourProblem, stop: Stop, i: int) -> Stop:
    mine = {problem.stops[j].stop_id for j in problem.together(i)}
    return replace(stop, due_min=_FOR_EVER) if stop.stop_id in mine else stop


def _first_service(label: Label, i: int) -> float:
    at: Label | None = label
    while at is not None and at.node != i:
        at = at.before
    return label.minute if at is None else at.minute


def _alone(problem: TourProblem, i: int, fleet: list[TourVehicle]) -> Label | None:
    """Return the shortest tour of a stop, or of its pair, by itself."""
    one = replace(problem, vehicles=tuple(fleet))
    found = [with_charging(Walk.of(one, v), problem.together(i)) for v in fleet]
    return min((x for x in found if x is not None), key=lambda x: x.km, default=None)
