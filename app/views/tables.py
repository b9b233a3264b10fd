"""Arrange a plan document in rows for people to read; exact figures are in the files."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.look import look_of
from app.views.told import told
from data.units import KG_PER_TONNE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]
    Row = dict[str, Any]

HANDLING = "Handling at hubs"
# What stands in a second table, below the one that a page has room for, and what names its rows.
MORE_OF_SERVICES = (
    "Service", "Departures", "Distance kind", "Low (kg CO₂e)", "High (kg CO₂e)", "SAF (kg)",
    "Data quality", "Sources",
)  # fmt: skip
MORE_OF_LEGS = (
    "Mass (kg)", "WTT (kg CO₂e)", "TTW (kg CO₂e)", "Data", "Working", "Sources",
)  # fmt: skip
MORE_OF_DEPARTURES = ("Service", "Unit", "Mass (kg)", "Volume (m³)", "SAF (kg)")
_REASONS = {
    "no_chain_in_time": "no chain arrives in time",
    "no_chain": "no services connect the ends",
    "capacity": "no unit is left",
    "limit": "a cap or the budget is spent",
    "must_use": "nothing passes what it must use",
    "punctuality": "no chain is sure enough",
    "booking": "booked too late",
    "incompatible": "no service may carry it",
}

_FEW = 100.0


def _shown(row: Row) -> Row:
    """Round figures to show: one decimal below a hundred, none above."""
    return {
        k: round(v, 1 if abs(v) < _FEW else None) if isinstance(v, float) else v
        for k, v in row.items()
    }


def leg_groups(document: Document) -> list[Row]:
    """Return one row per service and one for all hub handling: together they make the total."""
    services = {s["service_id"]: s for s in document["services"]}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for leg in document["legs"]:
        groups.setdefault(leg["service_id"] or HANDLING, []).append(leg)
    rows = [_leg_group(name, legs, services.get(name)) for name, legs in groups.items()]
    return sorted(rows, key=lambda r: (r["mode"] == "hub", r["step"], -r["physical_kgco2e"]))


def _leg_group(
    name: str, legs: Sequence[Mapping[str, Any]], service: Mapping[str, Any] | None
) -> Row:
    return {
        "service": name,
        "mode": service["mode"] if service else "hub",
        "carrier": service["carrier"] if service else "",
        "origin": service["origin_hub"] if service else "",
        "destination": service["destination_hub"] if service else "",
        "distance_km": service["distance_km"] if service else None,
        "distance_kind": service["distance_kind"] if service else "",
        "step": math.fsum(x["leg_no"] for x in legs) / len(legs),
        "shipments": len({x["shipment_id"] for x in legs}),
        "departures": len({x["departure_id"] for x in legs if x["departure_id"]}),
        "mass_kg": math.fsum(x["mass_kg"] for x in legs),
        "physical_kgco2e": _sum(legs, "wtw_kgco2e"),
        "market_based_kgco2e": _sum(legs, "market_wtw_kgco2e"),
        "low_kgco2e": _sum(legs, "low_kgco2e"),
        "high_kgco2e": _sum(legs, "high_kgco2e"),
        "saf_kg": _sum(legs, "saf_kg"),
        "cost_eur": _sum(legs, "cost"),
        "quality": _joined(x["quality"] for x in legs),
        "source_ids": _joined(i for x in legs for i in str(x["source_id"]).split("|")),
    }


def _sum(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    return math.fsum(float(x[column] or 0) for x in rows)


def _joined(values: Iterable[object]) -> str:
    return ", ".join(sorted({str(v) for v in values if v}))


def sums(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, float]:
    """Return the total of each column."""
    return {c: math.fsum(r[c] for r in rows) for c in columns}


def services_for_screen(document: Document) -> list[Row]:
    """Return the legs by service, units in the headers."""
    names = told(document)
    return [
        _shown(
            {
                "Mode": look_of(r["mode"]).label,
                "From": names.hub(r["origin"]) or HANDLING,
                "To": names.hub(r["destination"]),
                "Carrier": r["carrier"],
                "Distance (km)": r["distance_km"],
                "Shipments": r["shipments"],
                "Mass (t)": r["mass_kg"] / KG_PER_TONNE,
                "Physical (kg CO₂e)": r["physical_kgco2e"],
                "Market-based (kg CO₂e)": r["market_based_kgco2e"],
                "Cost (EUR)": r["cost_eur"],
                "Service": r["service"],
                "Departures": r["departures"],
                "Distance kind": r["distance_kind"],
                "Low (kg CO₂e)": r["low_kgco2e"],
                "High (kg CO₂e)": r["high_kgco2e"],
                "SAF (kg)": r["saf_kg"],
                "Data quality": r["quality"],
                "Sources": r["source_ids"],
            }
        )
        for r in leg_groups(document)
    ]


def legs_for_screen(document: Document) -> list[Row]:
    """Return every chain element with its working: the way from a figure to its source."""
    names = told(document)
    workings = {(w["shipment_id"], w["leg_no"]): w["working"] for w in document["workings"]}
    return [
        _shown(
            {
                "Shipment": x["shipment_id"],
                "Leg": x["leg_no"],
                "Mode": look_of("hub" if x["kind"] == "hub" else x["mode"]).label,
                "From": names.hub(x["origin"]),
                "To": names.hub(x["destination"]),
                "Departs (UTC)": text.moment(x["departs_at"]),
                "Arrives (UTC)": text.moment(x["arrives_at"]),
                "Distance (km)": x["distance_km"],
                "Physical (kg CO₂e)": float(x["wtw_kgco2e"]),
                "Market-based (kg CO₂e)": float(x["market_wtw_kgco2e"]),
                "Cost (EUR)": float(x["cost"]),
                "Mass (kg)": x["mass_kg"],
                "WTT (kg CO₂e)": float(x["wtt_kgco2e"]),
                "TTW (kg CO₂e)": float(x["ttw_kgco2e"]),
                "Data": f"{x['data_type']}, {x['quality']}",
                "Working": workings.get((x["shipment_id"], x["leg_no"]), ""),
                "Sources": str(x["source_id"]).replace("|", ", "),
            }
        )
        for x in document["legs"]
    ]


def departures_for_screen(document: Document) -> list[Row]:
    """Return the departures that are booked, with their fill."""
    names = told(document)
    return [
        _shown(
            {
                "Departs (UTC)": text.moment(x["departs_at"]),
                "Arrives (UTC)": text.moment(x["arrives_at"]),
                "Way": names.way([x["service_id"]]),
                "Full units": x["full_units"],
                "Part units": x["part_units"],
                "Fill by mass (%)": _per_cent(x["fill_mass"]),
                "Fill by volume (%)": _per_cent(x["fill_volume"]),
                "Fill of floor (%)": _per_cent(x.get("fill_floor")),
                "Loading metres (m)": x.get("ldm"),
                "Cost (EUR)": float(x["cost"]),
                "Physical (kg CO₂e)": float(x["wtw_kgco2e"]),
                "Service": x["service_id"],
                "Unit": x["unit_code"] or "",
                "Mass (kg)": x["mass_kg"],
                "Volume (m³)": x["volume_m3"],
                "SAF (kg)": x["saf_kg"],
            }
        )
        for x in document["departures_used"]
    ]


def _per_cent(share: float | None) -> float | None:
    return None if share is None else share * 100


def shipments_for_screen(document: Document) -> list[Row]:
    """Return the shipments with what each emits and costs."""
    names = told(document)
    legs: dict[str, list[Mapping[str, Any]]] = {}
    for leg in document["legs"]:
        legs.setdefault(leg["shipment_id"], []).append(leg)
    return [
        _shown(
            {
                "Shipment": s["shipment_id"],
                "From": names.hub(s["origin"]),
                "To": names.hub(s["destination"]),
                "Modes": _modes(legs.get(s["shipment_id"], ())),
                "Arrives (UTC)": text.moment(s["arrives_at"]),
                "Due (UTC)": text.moment(s["due_at"]),
                "Mass (kg)": s["mass_kg"],
                "Physical (kg CO₂e)": _sum(legs.get(s["shipment_id"], ()), "wtw_kgco2e"),
                "Market-based (kg CO₂e)": _sum(legs.get(s["shipment_id"], ()), "market_wtw_kgco2e"),
                "Cost (EUR)": _sum(legs.get(s["shipment_id"], ()), "cost"),
                "Ready (UTC)": text.moment(s["ready_at"]),
            }
        )
        for s in document["shipments"]
    ]


def _modes(legs: Iterable[Mapping[str, Any]]) -> str:
    modes = [look_of(x["mode"]).label for x in legs if x["kind"] == "transport"]
    kept = [m for i, m in enumerate(modes) if i == 0 or modes[i - 1] != m]
    return " → ".join(kept) or "not planned"


def alternatives_for_screen(document: Document, shipment_id: str) -> list[Row]:
    """Return the other ways of one shipment, and why each was not taken."""
    names = told(document)
    return [
        _shown(
            {
                "Way": names.sentence(x["itinerary"], shipment_id),
                "Why not": names.sentence(x["why_not"], shipment_id),
                "Cost alone (EUR)": float(x["cost"]),
                "Arrives (UTC)": text.moment(x["arrives_at"]),
                "Physical (kg CO₂e)": float(x["wtw_kgco2e"]),
                "Market-based (kg CO₂e)": float(x["market_wtw_kgco2e"]),
            }
        )
        for x in document["alternatives"]
        if x["shipment_id"] == shipment_id
    ]


def unserved_for_screen(document: Document) -> list[Row]:
    """Return what could not be planned, and what would help."""
    names = told(document)
    return [
        _shown(
            {
                "Shipment": x["shipment_id"],
                "It would need": names.sentence(x["would_need"], x["shipment_id"]),
                "Reason": names.sentence(x["reason"], x["shipment_id"]),
            }
        )
        for x in document["unserved"]
    ]


def unserved_words(document: Document) -> str:
    """Say how many shipments could not be planned, and why, the commonest reason first."""
    counts = document["summary"]["shipments"]
    why = Counter(_reason(x["reason_code"]) for x in document["unserved"])
    reasons = "; ".join(f"{words} ({number:,})" for words, number in why.most_common())
    left = f"{counts['unserved']:,} of {counts['asked']:,} shipments"
    return f"{left} could not be planned: {reasons}."


def _reason(code: str) -> str:
    return _REASONS.get(code, code.replace("_", " "))


def levers_for_screen(document: Document, levers: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return levers in the order given; what cannot be told by name goes by its id."""
    names = told(document)
    return [
        _shown(
            {
                "Lever": "SAF" if x["kind"] == "saf" else str(x["kind"]).capitalize() + " change",
                "What": names.sentence(x["text"], x["about"]),
                "Saves (kg CO₂e)": x["saves_kgco2e"],
                "Costs (EUR)": x["costs_eur"],
                "EUR per t CO₂e": x["eur_per_t"],
            }
        )
        for x in levers
    ]


def comparison_for_screen(rows: Sequence[Row]) -> list[Row]:
    """Return one row per scenario; each of the three columns stands alone."""
    return [
        _shown(
            {
                "Scenario": text.scenario_label(r["scenario"], r["title"]),
                "Cost (EUR)": r["cost_eur"],
                "Mean days": r["mean_days"],
                "Physical (kg CO₂e)": r["physical_kgco2e"],
                "Market-based (kg CO₂e)": r["market_based_kgco2e"],
                "Offsets: credits (t)": r["offsets_t"],
                "Load by mass (%)": _per_cent(r["load_mass"]),
                "Load by volume (%)": _per_cent(r["load_volume"]),
                "Planned": r["planned"],
                "Unserved": r["unserved"],
                "Proof": text.proof(r),
            }
        )
        for r in rows
    ]


def differences(rows: Sequence[Row], base: str) -> list[Row]:
    """Return each scenario against one of them: cost, days, both footprints and EUR per tonne."""
    start = next((r for r in rows if r["scenario"] == base), None)
    if start is None:
        return []
    return [_difference(r, start) for r in rows if r["scenario"] != base]


def _difference(row: Row, start: Row) -> Row:
    kg = {c: row[c] - start[c] for c in ("physical_kgco2e", "market_based_kgco2e")}
    cost = row["cost_eur"] - start["cost_eur"]
    days = None
    if row["mean_days"] is not None and start["mean_days"] is not None:
        days = row["mean_days"] - start["mean_days"]
    saved_t = -kg["market_based_kgco2e"] / KG_PER_TONNE
    return _shown(
        {
            "Scenario": text.scenario_label(row["scenario"], row["title"]),
            "Cost (EUR)": cost,
            "Mean days": days,
            "Physical (kg CO₂e)": kg["physical_kgco2e"],
            "Market-based (kg CO₂e)": kg["market_based_kgco2e"],
            "EUR per t CO₂e avoided (market-based)": cost / saved_t if saved_t > 0 else None,
        }
    )


def refused_for_screen(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return refused rows: where, what was found, what was wanted."""
    return [
        _shown(
            {
                "File": r["file"],
                "Row": r["row"],
                "Column": r["column"],
                "Found": str(r["found"]),
                "Wanted": r["wanted"],
            }
        )
        for r in rows
    ]


def cards(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Return what a scenario's card says, each of the three columns apart."""
    return [
        {
            "title": text.plain(text.scenario_label(r["scenario"], r["title"])),
            "physical": text.kg(r["physical_kgco2e"]),
            "note": text.plain(
                f"market-based {text.kg(r['market_based_kgco2e'], unit='kg')}, "
                f"credits {r['offsets_t']:,.0f} t"
            )
            + "  \n"
            + f"**{text.eur(r['cost_eur'])}** · {_days(r['mean_days'])}",
            "help": "Physical (location-based) CO₂e, well-to-wheel.",
        }
        for r in rows
    ]


def _days(value: float | None) -> str:
    return text.NOT_STATED if value is None else f"{value:,.1f} days"


def share(per_cent: float) -> float:
    """Return a share from a percentage."""
    return per_cent / 100.0
