"""Round and word a footprint for people to read; exact figures are in the files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.look import look_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = dict[str, Any]
    Rows = Sequence[Mapping[str, Any]]
    Summary = Mapping[str, Any]

G_PER_KG = 1000.0
MOST_ROWS_TOLD = 8
_SIGNIFICANT = 3
_NEARLY_SURE = 0.995
_DATA = {"primary": "primary", "modelled": "modelled", "default": "default"}
_DISTANCES = {"gcd": "great circle", "sfd": "shortest feasible", "actual": "driven or sailed"}
_EVIDENCE = {"stated": "as the file states it", None: "as the file states it"}
_WARNINGS = {
    "hub_added": "Handling was added where the vehicle changes",
    "no_hub": "No handling where the vehicle changes",
    "matched_down": "The factor is of a near category, not the very one",
    "odd_intensity": "The result is unusual for its mode",
    "mass_from_teu": "The mass was taken from the number of containers",
    "mode_assumed": "The mode was assumed",
    "chain_incomplete": "Another row of the shipment was refused",
    "id_by_row": "The row has no name and was called by its line",
    "sequence_by_row": "Legs were taken in the order of rows",
    "hub_row": "A row of handling makes no leg of its own",
    "unknown_fuel": "The fuel is not known and was not used",
}


def three(value: float | str | None) -> float | None:
    """Round to three significant digits, as a number that a table can sort.

    >>> three("73669.853"), three(0.0188), three(None)
    (73700.0, 0.0188, None)
    """
    if value is None:
        return None
    number = float(value)
    if number == 0 or not math.isfinite(number):
        return 0.0 if number == 0 else None
    return round(number, _SIGNIFICANT - 1 - math.floor(math.log10(abs(number))))


def grams(kg_per_tkm: float | None) -> str:
    """Return an intensity of a chain with its unit.

    >>> grams(0.0188)
    '18.8 g per tkm'
    """
    if kg_per_tkm is None:
        return text.NOT_STATED
    return f"{text.three_digits(kg_per_tkm * G_PER_KG)} g per tkm"


OFFSETS = (
    "Not part of a footprint. Credits are kept in a ledger of their own and never lower any "
    "figure here."
)


def cards(summary: Summary) -> list[dict[str, str]]:
    """Return both totals, which are never merged, each with what it means."""
    physical, market = summary["physical_kgco2e"], summary["market_based_kgco2e"]
    low, high = summary["interval_kgco2e"]
    return [
        {
            "label": "Physical (location-based)",
            "value": text.kg(physical["wtw"]),
            "help": "Well-to-wheel, as operated. No claim and no offset ever lowers it.",
            "note": f"95 % interval {text.interval(low, high)} CO₂e",
        },
        {
            "label": "Market-based",
            "value": text.kg(market["wtw"]),
            "help": "After SAF claims and electricity certificates of the file, and with the "
            "residual mix for the rest. A column of its own.",
            "note": f"WTT {text.kg(market['wtt'], unit='kg')}, "
            f"TTW {text.kg(market['ttw'], unit='kg')}",
        },
    ]


def facts(summary: Summary) -> list[dict[str, str]]:
    """Return what stands behind the total: its stages, its intensity, its data."""
    physical = summary["physical_kgco2e"]
    return [
        {
            "label": "Energy provision (WTT)",
            "value": text.kg(physical["wtt"]),
            "help": "Making and bringing fuel and electricity. WTT + TTW = WTW, exactly.",
        },
        {
            "label": "Operation (TTW)",
            "value": text.kg(physical["ttw"]),
            "help": "Burning the fuel, and leaks of refrigerants where a factor counts them.",
        },
        {
            "label": "Intensity (CO₂e)",
            "value": grams(summary["kgco2e_per_tkm"]),
            "help": "Hubs count in the emissions, not in the activity (ISO 14083, clause 12).",
        },
        {
            "label": "Transport activity",
            "value": f"{text.three_digits(summary['transport_activity_tkm'])} tkm",
            "help": "Mass times great-circle or shortest feasible distance, never driven.",
        },
    ]


def data_words(summary: Summary) -> str:
    """Say on which kind of data the total stands."""
    shares = summary["data_shares"]
    told = ", ".join(f"{text.percent(shares[k], 1)} {word}" for k, word in _DATA.items())
    return f"Data of the physical total: {told}."


def memo_words(summary: Summary) -> str:
    """Say what stands outside the total."""
    return (
        "Outside the total, as memos: biogenic CO₂ "
        f"{text.kg(summary['biogenic_kgco2'], unit='kg CO₂')}; radiative forcing of flights "
        f"{text.kg(summary['rf_memo_kgco2e'])}."
    )


def basis_words(summary: Summary) -> str:
    """Say which factors were used, as known when."""
    late = summary["published_later"]
    day = f", as of {summary['as_of']}" if summary["as_of"] else ""
    restated = f" ({len(late)} categories were published later)" if late else ""
    return (
        f"Factors: set {summary['factor_set']['id']}{day}, {summary['basis']}{restated}; warming "
        f"potentials {' and '.join(summary['gwp_sets']) or 'not stated'}. Working and sources of "
        "each leg: below. Self-check only: no third party has verified this footprint."
    )


def counts_words(summary: Summary) -> str:
    """Say what became of the rows."""
    rows = summary["rows"]
    return (
        f"{rows['total']} rows: {rows['ok']} ok, {rows['warned']} warned, {rows['refused']} "
        f"refused. {summary['shipments']} shipments have a total"
        f"{_incomplete(summary['incomplete_shipments'])}."
    )


def told_words(told: Iterable[str]) -> str:
    """Say how a file was read, each thing once.

    >>> told_words(["read as utf-8", "sheet 2", "read as utf-8"])
    'How the file is read: read as utf-8 · sheet 2'
    """
    return f"How the file is read: {' · '.join(dict.fromkeys(told))}"


def _incomplete(names: Sequence[str]) -> str:
    return f", {len(names)} of them incomplete ({_listed(names)})" if names else ""


def _listed(names: Iterable[object]) -> str:
    found = [str(name) for name in names]
    more = f" and {len(found) - MOST_ROWS_TOLD} more" if len(found) > MOST_ROWS_TOLD else ""
    return ", ".join(found[:MOST_ROWS_TOLD]) + more


def totals_for_screen(totals: Rows) -> list[Row]:
    """Return one row per shipment, units in the headers."""
    return [
        {
            "Shipment": row["shipment_id"],
            "Status": "complete" if row["status"] == "complete" else "✗ incomplete: a row refused",
            "Physical (kg CO₂e)": three(row["wtw_kgco2e"]),
            "Low (kg CO₂e)": three(row["low_kgco2e"]),
            "High (kg CO₂e)": three(row["high_kgco2e"]),
            "Market-based (kg CO₂e)": three(row["market_wtw_kgco2e"]),
            "g CO₂e per tkm": three(_times(row["kgco2e_per_tkm"], G_PER_KG)),
            "Mass (kg)": three(row["mass_kg"]),
            "Activity (tkm)": three(row["activity_tkm"]),
            "WTT (kg CO₂e)": three(row["wtt_kgco2e"]),
            "TTW (kg CO₂e)": three(row["ttw_kgco2e"]),
            "Quality tier": row["quality_tier"],
            "Primary data (%)": three(row["primary_share"] * 100),
            "Modelled (%)": three(row["modelled_share"] * 100),
            "Default (%)": three(row["default_share"] * 100),
            "Legs": row["transport_elements"],
            "Hubs": row["hub_elements"],
            "Biogenic, memo (kg CO₂)": three(row["biogenic_kgco2"]),
        }
        for row in totals
    ]


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def refusal_words(row: Mapping[str, Any]) -> str:
    """Say why a row was refused, and what would do."""
    about = f" ({row['shipment_id']})" if row["shipment_id"] else ""
    found = f" is “{row['found']}”" if row["found"] else ""
    subject = f"{row['column']}{found}" if row["column"] else row["found"]
    head = f"{subject}; wanted " if subject else "wanted "
    return f"Row {row['row']}{about}: {head}{row['wanted']}."


def refusals_for_screen(rows: Rows) -> list[Row]:
    """Return refusals as a table."""
    return [
        {
            "Row": row["row"],
            "Shipment": row["shipment_id"],
            "Column": row["column"],
            "Found": row["found"],
            "Wanted": row["wanted"],
        }
        for row in rows
    ]


def warnings_for_screen(rows: Rows) -> list[Row]:
    """Return warnings by code, those of most rows first."""
    return [
        {
            "What": _WARNINGS.get(row["code"], row["code"].replace("_", " ")),
            "Rows": len(row["rows"]),
            "Such as": row["such_as"],
            "In rows": _listed(row["rows"]),
            "Code": row["code"],
        }
        for row in rows
    ]


def legs_for_screen(legs: Rows) -> list[Row]:
    """Return the elements of one chain, units in the headers."""
    return [
        {
            "Leg": row["leg_no"],
            "Mode": _mode(row),
            "From": row["origin"],
            "To": row["destination"],
            "Physical (kg CO₂e)": three(row["wtw_kgco2e"]),
            "WTT (kg CO₂e)": three(row["wtt_kgco2e"]),
            "TTW (kg CO₂e)": three(row["ttw_kgco2e"]),
            "Mass (kg)": three(row["mass_kg"]),
            "Distance (km)": "" if row["distance_km"] is None else f"{row['distance_km']:,.0f}",
            "Distance is": _distance(row),
            "Factor": row["toc_id"] or row["hoc_id"],
            "Data": row["data_type"],
            "Quality tier": row["quality_tier"],
            "Sources": str(row["source_id"]).replace("|", ", "),
        }
        for row in legs
    ]


def _mode(row: Mapping[str, Any]) -> str:
    label = look_of(row["mode"]).label
    return f"Hub, {label.lower()}" if row["kind"] == "hub" else label


def _distance(row: Mapping[str, Any]) -> str:
    if not row["distance_kind"]:
        return ""
    kind = _DISTANCES.get(row["distance_kind"], row["distance_kind"])
    evidence = _EVIDENCE.get(row["distance_evidence"], row["distance_evidence"])
    return f"{kind}, {evidence}"


def leg_title(row: Mapping[str, Any]) -> str:
    """Return a leg in one line."""
    ends = row["origin"] if row["kind"] == "hub" else f"{row['origin']} → {row['destination']}"
    return f"Leg {row['leg_no']} · {_mode(row)} · {ends} · {text.kg(row['wtw_kgco2e'])}"


def leg_facts(row: Mapping[str, Any]) -> list[str]:
    """Return what one leg rests on, fact by fact."""
    low, high = float(row["low_kgco2e"]), float(row["high_kgco2e"])
    facts = [
        (
            f"Physical {text.kg(row['wtw_kgco2e'])} = "
            f"WTT {text.kg(row['wtt_kgco2e'], unit='kg')} + "
            f"TTW {text.kg(row['ttw_kgco2e'], unit='kg')}; interval {text.interval(low, high)}"
        ),
        f"Market-based {text.kg(row['market_wtw_kgco2e'])}",
        (
            f"Factor {row['toc_id'] or row['hoc_id']}: {row['data_type']} data, quality "
            f"{row['quality']}, tier {row['quality_tier']} (1 is measured; lower is better)"
        ),
    ]
    if _distance(row):
        facts.append(f"Distance {text.three_digits(row['distance_km'])} km, {_distance(row)}")
    if row["rf_memo_kgco2e"]:
        facts.append(f"Memo, radiative forcing: {text.kg(row['rf_memo_kgco2e'])}")
    if row["biogenic_kgco2"]:
        facts.append(f"Memo, biogenic: {text.kg(row['biogenic_kgco2'], unit='kg CO₂')}")
    return facts


def carriers_for_screen(rows: Rows) -> list[Row]:
    """Return the carriers' own figures beside ours."""
    return [
        {
            "Shipment": row["shipment_id"],
            "Leg": row["leg_no"],
            "Mode": look_of(row["mode"]).label,
            "Carrier": row["carrier"],
            "Ours, physical (kg CO₂e)": three(row["ours_kgco2e"]),
            "The carrier's (kg CO₂e)": three(row["theirs_kgco2e"]),
            "The carrier's method": row["method"],
        }
        for row in rows
    ]


def sure(probability: float | None) -> str:
    """Return a probability in per cent; what is only nearly sure is not called sure.

    >>> sure(0.767), sure(0.9999), sure(None)
    ('77 %', 'over 99 %', '')
    """
    if probability is None:
        return ""
    return "over 99 %" if probability > _NEARLY_SURE else f"{100 * probability:.0f} %"


def ranking_for_screen(rows: Rows, basis: str) -> list[Row]:
    """Return ranked shipments; equal places mean that the data cannot tell them apart."""
    per = basis == "per tkm"
    unit, times = ("g CO₂e per tkm", G_PER_KG) if per else ("kg CO₂e", 1.0)
    return [
        {
            "Place": row["place"],
            "Shipment": row["shipment_id"],
            f"Physical ({unit})": three(row["kgco2e"] * times),
            f"Low ({unit})": three(row["low_kgco2e"] * times),
            f"High ({unit})": three(row["high_kgco2e"] * times),
            "First is greener than it": sure(row["first_is_greener"]) or "is the first",
        }
        for row in rows
    ]


def verdict(rows: Rows, rivals: Sequence[str]) -> str:
    """Say which shipment is really greener, or that the data cannot tell."""
    if not rows:
        return "None of them has a transport activity to compare by."
    first = rows[0]["shipment_id"]
    if rivals:
        return (
            f"The data cannot tell which is greener: {first} has the lowest figure, but that it is "
            f"below {_listed(rivals)} is less than 90 % sure. Primary data would narrow the "
            "intervals."
        )
    least = min(row["first_is_greener"] for row in rows[1:])
    return f"{first} is the greenest of these {len(rows)}: {sure(least)} sure or more against each."
