"""Write tours as one JSON document and as the rows of their tables."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from app.documents import software_version
from app.rows import line_row
from data.units import MG_PER_KG, kg_text

if TYPE_CHECKING:
    from data.tables import Row
    from emissions.inventory import Emissions
    from optimizer.tours.intake import TourIntake
    from optimizer.tours.records import Tour, TourPlan, Visit

SCHEMA = "greenlane/tours/1"
_KWH, _KG, _M3, _KM = 6, 6, 6, 3  # decimals


def _time(plan: TourPlan, minute: float) -> str:
    """Return a moment to the second, UTC."""
    at = plan.problem.starts_at + timedelta(seconds=round(minute * 60))
    return at.isoformat()


def _kwh(value: float | None) -> float | None:
    return None if value is None else round(max(0.0, value), _KWH)


def visit_rows(plan: TourPlan) -> list[Row]:
    """Return one row per call, in order."""
    return [
        _visit_row(plan, tour, number, visit)
        for tour in plan.tours
        for number, visit in enumerate(tour.visits, start=1)
    ]


def _visit_row(plan: TourPlan, tour: Tour, number: int, visit: Visit) -> Row:
    vehicle, site = plan.problem.vehicles[tour.vehicle], plan.problem.sites[visit.site]
    shipment = {s.stop_id: s.shipment_id for s in plan.problem.stops}.get(visit.node_id)
    return {
        "tour_id": tour.tour_id,
        "visit_no": number,
        "vehicle_id": vehicle.vehicle_id,
        "vehicle_code": vehicle.vehicle_code or None,
        "kind": visit.kind,
        "stop_id": visit.node_id,
        "shipment_id": shipment,
        "place": site.hub_id,
        "lat": round(site.lat, 6),
        "lon": round(site.lon, 6),
        "arrives_at": _time(plan, visit.arrives_min),
        "begins_at": _time(plan, visit.begins_min),
        "leaves_at": _time(plan, visit.leaves_min),
        "distance_km": round(visit.km, _KM),
        "load_kg": round(visit.load_kg, _KG),
        "load_m3": round(visit.load_m3, _M3),
        "charged_kwh": _kwh(visit.charged_kwh) or None,
        "battery_arriving_kwh": _kwh(visit.battery_arriving_kwh),
        "battery_kwh": _kwh(visit.battery_kwh),
    }


def leg_rows(plan: TourPlan) -> list[Row]:
    """Return one row per consignment: what it bears of its tour, as the footprint reads it."""
    ways, index = plan.problem.ways, {s.hub_id: i for i, s in enumerate(plan.problem.sites)}
    return [
        line_row(share.line)
        | {
            "distance_evidence": ways.evidence.get(
                (index[share.line.element.origin], index[share.line.element.destination])
            ),
            "departure_id": share.tour_id,
            "departs_at": _time(plan, share.departs_min),
            "arrives_at": _time(plan, share.arrives_min),
            "cost": f"{share.cost_eur:.2f}",
        }
        for share in plan.shares
    ]


def unserved_rows(plan: TourPlan) -> list[Row]:
    """Return one row per stop that is left."""
    columns = ("stop_id", "shipment_id", "reason_code", "reason", "would_need")
    return [{c: getattr(u, c) for c in columns} for u in plan.unserved]


def tours_document(plan: TourPlan, intake: TourIntake) -> dict[str, Any]:
    """Return everything that files, the map and the console tell of some tours."""
    return {
        "schema": SCHEMA,
        "version": software_version(),
        "summary": _summary(plan, intake),
        "tours": [_tour(plan, tour) for tour in plan.tours],
        "unserved": unserved_rows(plan),
        "assumptions": list(plan.problem.assumptions),
        "notes": list(plan.notes),
    }


def _kg_of(e: Emissions) -> dict[str, float]:
    parts = {"wtt": e.wtt_mg, "ttw": e.ttw_mg, "wtw": e.wtw_mg}
    return {name: mg / MG_PER_KG for name, mg in parts.items()}


def _summary(plan: TourPlan, intake: TourIntake) -> dict[str, Any]:
    problem, inventory = plan.problem, plan.inventory
    low, high = inventory.interval_mg() if inventory else (0, 0)
    return {
        "status": "optimal" if plan.proven else "feasible",
        "objective": {
            "mode": problem.objective,
            "value": [round(x, _KG) for x in plan.value],
            "lower_bound": None
            if plan.lower_bound is None
            else [round(x, _KG) for x in plan.lower_bound],
            "proven": plan.proven,
        },
        "recharge": problem.recharge,
        "currency": "EUR",
        "cost": round(plan.cost_eur, 2),
        "vehicles": len(plan.tours),
        "distance_km": round(plan.km, _KM),
        "hours": round(sum(t.hours for t in plan.tours), 4),
        "physical_kgco2e": _kg_of(inventory.physical) if inventory else None,
        "market_based_kgco2e": _kg_of(inventory.market_based) if inventory else None,
        "interval_kgco2e": {"low": low / MG_PER_KG, "high": high / MG_PER_KG},
        "transport_activity_tkm": inventory.activity_tkm if inventory else None,
        "stops": {
            "asked": len(problem.stops),
            "served": len(problem.stops) - len(plan.unserved),
            "unserved": len(plan.unserved),
            "refused_rows": len({(r.file, r.row) for r in intake.refused}),
        },
        "engine": plan.engine,
        "seed": plan.seed,
        "effort": plan.effort,
        "deterministic": plan.deterministic,
        "factor_set": {
            "id": inventory.factor_set if inventory else "",
            "sha256": inventory.factor_set_sha256 if inventory else "",
        },
        "input_sha256": intake.input_sha256,
    }


def _tour(plan: TourPlan, tour: Tour) -> dict[str, Any]:
    vehicle = plan.problem.vehicles[tour.vehicle]
    borne = [s.line.physical for s in plan.shares if s.tour_id == tour.tour_id]
    most = max(v.load_kg for v in tour.visits), max(v.load_m3 for v in tour.visits)
    return {
        "tour_id": tour.tour_id,
        "vehicle_id": vehicle.vehicle_id,
        "vehicle_code": vehicle.vehicle_code,
        "departs_at": _time(plan, tour.visits[0].leaves_min),
        "returns_at": _time(plan, tour.visits[-1].arrives_min),
        "distance_km": round(tour.km, _KM),
        "hours": round(tour.hours, 4),
        "cost": tour.cost_eur,
        "energy": tour.energy,
        "energy_unit": "kWh" if vehicle.battery_kwh is not None else "kg",
        "wtw_kgco2e": kg_text(sum(e.wtw_mg for e in borne)),
        "load": {
            "mass": round(most[0] / vehicle.capacity_kg, 4),
            "volume": round(most[1] / vehicle.capacity_m3, 4),
        },
        "visits": [_visit_row(plan, tour, n, v) for n, v in enumerate(tour.visits, start=1)],
        "geometry": _line(plan, tour),
    }


def _line(plan: TourPlan, tour: Tour) -> list[list[float]]:
    """Return the line of a tour along the roads it takes."""
    points: list[list[float]] = []
    for a, b in pairwise(tour.visits):
        ends = [plan.problem.sites[v.site] for v in (a, b)]
        straight = tuple((s.lon, s.lat) for s in ends)
        for lon, lat in plan.problem.ways.lines.get((a.site, b.site), straight):
            if not points or points[-1] != [lon, lat]:
                points.append([lon, lat])
    return points
