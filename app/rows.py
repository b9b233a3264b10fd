"""Write a plan as the rows of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import kg_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.tables import Refused, Row
    from emissions.inventory import Line
    from optimizer.plan import Leg, Plan


def line_row(line: Line) -> Row:
    """Return the columns of legs.csv that an inventory line fills."""
    e = line.element
    energy_based = e.fuel_kg is not None or e.energy_kwh is not None
    fuel = e.fuel_kg if energy_based else (round(line.fuel_kg, 6) or None)
    return {
        "shipment_id": e.shipment_id,
        "leg_no": e.leg_no,
        "kind": e.kind,
        "mode": e.mode,
        "origin": e.origin,
        "destination": e.destination,
        "mass_kg": e.mass_kg,
        "distance_km": e.distance_km or None,
        "distance_kind": e.distance_kind or None,
        "toc_id": e.toc_id or None,
        "hoc_id": e.hoc_id or None,
        "wtt_kgco2e": kg_text(line.physical.wtt_mg),
        "ttw_kgco2e": kg_text(line.physical.ttw_mg),
        "wtw_kgco2e": kg_text(line.physical.wtw_mg),
        "market_wtt_kgco2e": kg_text(line.market_based.wtt_mg),
        "market_ttw_kgco2e": kg_text(line.market_based.ttw_mg),
        "market_wtw_kgco2e": kg_text(line.market_based.wtw_mg),
        "fuel_kg": fuel,
        "energy_kwh": e.energy_kwh,
        "grid_id": e.grid_id or None,
        "saf_kg": e.saf_kg,
        "saf_pathway": e.saf_pathway or None,
        "eac_kwh": e.eac_kwh,
        "data_type": line.data_type,
        "quality": line.quality,
        "low_kgco2e": kg_text(line.low_mg),
        "high_kgco2e": kg_text(line.high_mg),
        "source_id": line.source_id,
    }


def _leg_row(leg: Leg, plan: Plan) -> Row:
    service = plan.problem.services.get(leg.service_id or "")
    return line_row(leg.line) | {
        "distance_evidence": service.evidence if service else None,
        "departure_id": leg.departure_id or None,
        "service_id": leg.service_id or None,
        "unit_share": leg.unit_share,
        "departs_at": leg.departs_at,
        "arrives_at": leg.arrives_at,
        "cost": f"{leg.cost_eur:.2f}",
    }


def plan_rows(plan: Plan) -> dict[str, list[Row]]:
    """Return the rows of each plan table but `refused`, in file order."""
    return {
        "legs": [_leg_row(leg, plan) for leg in plan.legs],
        "departures_used": _use_rows(plan),
        "loads": [
            {
                "departure_id": x.departure_id,
                "unit_no": x.unit_no,
                "unit_code": x.unit_code or None,
                "shipment_id": x.shipment_id,
                "mass_kg": x.mass_kg,
                "volume_m3": x.volume_m3,
            }
            for x in plan.loads
        ],
        "unserved": [
            {
                "shipment_id": u.shipment_id,
                "reason_code": u.reason_code,
                "reason": u.reason,
                "would_need": u.would_need,
            }
            for u in plan.unserved
        ],
        "alternatives": _alternative_rows(plan),
        "frontier": _frontier_rows(plan),
        "punctuality": [
            {
                "shipment_id": p.shipment_id,
                "due_at": p.due_at,
                "planned_arrival": p.planned_at,
                "p50_arrival": p.p50_at,
                "p90_arrival": p.p90_at,
                "on_time_probability": p.probability,
            }
            for p in plan.punctuality
        ],
    }


def consignment_rows(plan: Plan) -> list[Row]:
    """Return the rows of consignments.csv: none where no shipment was divided."""
    return [
        {
            "shipment_id": s.shipment_id,
            "consignment_of": s.consignment_of,
            "share": s.share,
            "mass_kg": s.mass_kg,
            "volume_m3": s.volume_m3,
        }
        for s in plan.problem.shipments
        if s.consignment_of
    ]


def _use_rows(plan: Plan) -> list[Row]:
    blank = {s.departure_id: s.unknown or None for s in plan.stowed}
    return [
        {
            "departure_id": u.departure.departure_id,
            "service_id": u.departure.service_id,
            "departs_at": u.departure.departs_at,
            "arrives_at": u.departure.arrives_at,
            "unit_code": u.unit_code or None,
            "full_units": u.full_units,
            "part_units": u.part_units,
            "units_max": u.departure.units_max,
            "mass_kg": u.mass_kg,
            "volume_m3": u.volume_m3,
            "fill_mass": u.fill_mass,
            "fill_volume": u.fill_volume,
            "fill_floor": u.fill_floor,
            "ldm": u.ldm,
            "not_placed": blank.get(u.departure.departure_id),
            "cost": f"{u.cost_eur:.2f}",
            "wtw_kgco2e": kg_text(u.wtw_mg),
            "saf_kg": u.saf_kg,
        }
        for u in sorted(plan.uses, key=lambda u: (u.departure.departs_at, u.departure.departure_id))
    ]


def _alternative_rows(plan: Plan) -> list[Row]:
    return [
        {
            "shipment_id": a.itinerary.shipment_id,
            "rank": a.rank,
            "itinerary": " > ".join(a.itinerary.services),
            "cost": f"{a.itinerary.cost_eur:.2f}",
            "arrives_at": a.itinerary.arrives_at,
            "wtw_kgco2e": f"{a.itinerary.physical_kgco2e:.6f}",
            "market_wtw_kgco2e": f"{a.itinerary.market_kgco2e:.6f}",
            "why_not": a.why_not,
        }
        for a in plan.alternatives
    ]


def _frontier_rows(plan: Plan) -> list[Row]:
    return [
        {
            "point": number,
            "objective": p.objective,
            "cost": f"{p.cost_eur:.2f}",
            "wtw_kgco2e": kg_text(p.physical_mg),
            "market_wtw_kgco2e": kg_text(p.market_mg),
            "hours": round(p.hours, 3),
            "lower_bound": p.lower_bound,
            "gap": p.gap,
            "status": p.status,
            "left": p.left,
            "unservable_cost": round(p.unservable_eur, 2),
            "saf_kg": p.saf_kg,
            "eac_kwh": p.eac_kwh,
            "eur_per_t": p.eur_per_t,
            "credits_t": p.credits_t,
            "neutral_cost": p.neutral_eur,
        }
        for number, p in enumerate(plan.frontier, start=1)
    ]


def refused_rows(refused: Iterable[Refused]) -> list[Row]:
    """Return the rows of refused.csv."""
    return [
        {
            "file": r.file,
            "row": r.row,
            "column": r.column,
            "found": r.found,
            "wanted": r.wanted,
            "code": r.code,
        }
        for r in refused
    ]
