"""Write a plan as one JSON document: what files, maps and pages all draw from."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from app.rows import consignment_rows, plan_rows
from data.units import MG_PER_KG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.findings import Report
    from data.tables import Row
    from emissions.inventory import Emissions, Inventory
    from optimizer.intake import Intake
    from optimizer.plan import Plan

SCHEMA = "greenlane/plan/1"
_LIBRARIES = ("ortools", "numpy", "scipy", "pyproj", "shapely")


def software_version() -> str:
    """Return the version of Greenlane, or `0+unknown` when it is not installed."""
    try:
        return version("greenlane")
    except PackageNotFoundError:
        return "0+unknown"


def _kg(e: Emissions) -> dict[str, float]:
    return {
        "wtt": e.wtt_mg / MG_PER_KG,
        "ttw": e.ttw_mg / MG_PER_KG,
        "wtw": e.wtw_mg / MG_PER_KG,
    }


def factor_basis(late: dict[str, str], as_of: object) -> str:
    """Return `as of DATE`, or `restated` with the latest publication that was not yet known."""
    if not late:
        return f"as of {as_of}"
    return f"restated: {len(late)} of the categories used were published after {as_of}"


def summary(plan: Plan, intake: Intake, basis: str) -> dict[str, Any]:
    """Return summary.json: one plan in figures."""
    head, inventory = plan.levels[0], plan.inventory
    low, high = inventory.interval_mg()
    planned = plan.planned()
    asked = {s.consignment_of or s.shipment_id for s in plan.problem.shipments}
    left = {u.shipment_id for u in plan.unserved}  # a shipment is planned if no part of it is left
    left = {
        s.consignment_of or s.shipment_id for s in plan.problem.shipments if s.shipment_id in left
    }
    return {
        "scenario": plan.problem.scenario.name,
        "status": plan.status,
        "objective": {
            "mode": plan.problem.scenario.objective.mode,
            "co2e_basis": plan.problem.scenario.objective.co2e_basis,
            "weights": dict(plan.problem.scenario.objective.weights),
            "value": head.value,
            "lower_bound": head.lower_bound,
            "gap": head.gap,
            "levels": [_level(level) for level in plan.levels],
        },
        "currency": "EUR",
        "cost": _costs(plan),
        "physical_kgco2e": _kg(inventory.physical),
        "market_based_kgco2e": _kg(inventory.market_based),
        "credits_t": plan.credits_t,
        "residual_kgco2e": inventory.market_based.wtw_mg / MG_PER_KG,
        "saf_kg": round(sum(leg.line.element.saf_kg for leg in plan.legs), 6),
        "eac_kwh": round(sum(leg.line.element.eac_kwh for leg in plan.legs), 6),
        "transport_activity_tkm": round(inventory.activity_tkm, 6),
        "load": plan.load_rate(),
        "mean_hours": round(plan.hours() / planned, 3) if planned else None,
        "shipments": {
            "asked": len(asked) + intake.refused_shipments,
            "planned": len(asked - left),
            "unserved": len(left),
            "refused": intake.refused_shipments,
        },
        "mode_shares": _mode_shares(inventory),
        "data_shares": inventory.share_by("data_type"),
        "gas_set_shares": inventory.share_by("gas_set"),
        "interval_kgco2e": {"low": low / MG_PER_KG, "high": high / MG_PER_KG},
        "seed": plan.seed,
        "effort": plan.effort,
        "deterministic": plan.deterministic,
        "as_of": plan.as_of.isoformat(),
        "factor_basis": basis,
        "versions": versions(),
        "solver": plan.solver,
        "factor_set": {"id": inventory.factor_set, "sha256": inventory.factor_set_sha256},
        "input_sha256": intake.input_sha256,
        "wtw_kgco2e": inventory.physical.wtw_mg / MG_PER_KG,
        "lower_bound": head.lower_bound,
        "gap": head.gap,
    }


def versions() -> dict[str, str]:
    """Return the versions of everything that touches a figure."""
    return {"greenlane": software_version()} | {name: version(name) for name in _LIBRARIES}


def _level(level: Any) -> dict[str, Any]:  # noqa: ANN401  (one of plan.levels)
    return {
        "name": level.name,
        "unit": level.unit,
        "value": level.value,
        "lower_bound": level.lower_bound,
        "gap": level.gap,
        "optimal": level.optimal,
    }


_PAID = ("transport", "hubs", "saf", "eac", "credits")


def _costs(plan: Plan) -> dict[str, float]:
    names = (*_PAID, "lateness", "unserved_penalty", "paid", "total")
    return {name: getattr(plan.costs, name) / 100 for name in names}


def paid_eur(cost: Mapping[str, float]) -> float:
    """Return what is paid to others, of the costs of a summary; older ones hold its parts alone."""
    return cost.get("paid", round(sum(cost[name] for name in _PAID), 2))


def _mode_shares(inventory: Inventory) -> dict[str, float]:
    """Return shares of the physical total by mode of carriage, all handling together as `hub`."""
    total = inventory.physical.wtw_mg
    parts: dict[str, int] = {}
    for line in inventory.lines:
        mode = line.element.mode if line.element.kind == "transport" else "hub"
        parts[mode] = parts.get(mode, 0) + line.physical.wtw_mg
    return {mode: part / total for mode, part in sorted(parts.items())} if total else {}


def plan_document(plan: Plan, summary_document: dict[str, Any]) -> dict[str, Any]:
    """Return plan.json: everything that a face needs, by schema, in stable key order."""
    used = {leg.service_id for leg in plan.legs if leg.service_id}
    hubs = {h for name in used for h in _ends(plan, name)}
    scenario = plan.problem.scenario
    return {
        "schema": SCHEMA,
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "description": scenario.description,
        },
        "summary": summary_document,
        "shipments": [_shipment_row(plan, s) for s in plan.problem.shipments],
        "hubs": [_hub_row(plan.problem.hubs[h]) for h in sorted(hubs)],
        "services": [_service_row(plan.problem.services[name]) for name in sorted(used)],
        **{name: [_jsonable(r) for r in rows] for name, rows in plan_rows(plan).items()},
        "levers": [
            {
                "kind": x.kind,
                "about": x.about,
                "saves_kgco2e": round(x.saves_kgco2e, 3),
                "costs_eur": round(x.costs_eur, 2),
                "eur_per_t": round(x.eur_per_t, 2),
                "text": x.text,
            }
            for x in plan.levers
        ],
        "workings": [
            {
                "shipment_id": x.line.element.shipment_id,
                "leg_no": x.line.element.leg_no,
                "working": x.line.working,
            }
            for x in plan.legs
        ],
        "assumptions": list(plan.problem.assumptions),
    } | _where_there_is_any(plan)


def _where_there_is_any(plan: Plan) -> dict[str, Any]:
    """Return what few plans have: decisions, consignments, the trace of a search at scale."""
    parts = {
        "decisions": [
            {"kind": d.kind, "what": d.what, "name": d.name, "shipment": d.shipment}
            for d in plan.problem.scenario.decisions
        ],
        "consignments": consignment_rows(plan),
        "trace": [
            {"phase": x.phase, "best": x.best, "bound": x.bound, "gap": x.gap} for x in plan.trace
        ],
        "frontier_stopped": plan.frontier_stopped,
    }
    return {name: rows for name, rows in parts.items() if rows}


def _ends(plan: Plan, service_id: str) -> Sequence[str]:
    service = plan.problem.services[service_id]
    return service.origin_hub, service.destination_hub


def _shipment_row(plan: Plan, s: Any) -> Row:  # noqa: ANN401  (one of problem.shipments)
    arrival = [x.arrives_at for x in plan.legs if x.line.element.shipment_id == s.shipment_id]
    return {
        "shipment_id": s.shipment_id,
        "origin": s.origin,
        "destination": s.destination,
        "mass_kg": s.mass_kg,
        "volume_m3": s.volume_m3,
        "ready_at": s.ready_at.isoformat(),
        "due_at": s.due_at.isoformat(),
        "arrives_at": arrival[-1].isoformat() if arrival else None,
    }


def _hub_row(hub: Any) -> Row:  # noqa: ANN401  (one of problem.hubs)
    return {
        "hub_id": hub.hub_id,
        "kind": hub.kind,
        "name": hub.name,
        "country": hub.country,
        "lat": hub.lat,
        "lon": hub.lon,
    }


def _service_row(service: Any) -> Row:  # noqa: ANN401  (one of problem.services)
    return {
        "service_id": service.service_id,
        "carrier": service.carrier,
        "mode": service.mode,
        "origin_hub": service.origin_hub,
        "destination_hub": service.destination_hub,
        "distance_km": service.distance_km,
        "distance_kind": service.distance_kind,
        "quality": service.quality,
        "evidence": service.evidence,
        "countries": list(service.countries),
        "aircraft": service.aircraft,
        "passages": list(service.passages),
        "charging_stops": service.charging_stops,
        "charging_h": round(service.charging_h, 2),
        "geometry": [list(p) for p in service.geometry],
    }


def _jsonable(row: Row) -> Row:
    return {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in row.items()}


def json_bytes(document: object) -> bytes:
    """Return a document as readable JSON with one spelling: sorted keys, shortest floats."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def findings_rows(report: Report) -> list[dict[str, Any]]:
    """Return findings as plain rows."""
    return [
        {
            "code": f.code,
            "verdict": str(f.verdict),
            "severity": str(f.severity),
            "about": f.about,
            "message": f.message,
            "clause": f.clause,
        }
        for f in report.findings
    ]
