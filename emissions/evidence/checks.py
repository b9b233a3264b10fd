"""Check what an intact pack says, one question at a time, against its own inputs."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from data.errors import GreenlaneError
from data.findings import Finding, Severity, Verdict
from data.units import kg_text, mg_from_text
from emissions.evidence.canonical import EvidenceError
from emissions.evidence.plausible import (
    distance_fault,
    hub_energy_fault,
    vehicle_energy_fault,
)
from emissions.evidence.rebuild import Leg
from emissions.evidence.recompute import (
    LegFigures,
    Row,
    Tables,
    exact,
    milligrams,
    number,
    read_rows,
    recompute_leg,
)
from emissions.ledger.book import post
from emissions.ledger.tables import BOOK_TABLES, read_book

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emissions.evidence.integrity import OpenedPack
    from emissions.ledger.book import Book
    from emissions.ledger.entries import Entry

LEGS, HUBS = "evidence/legs.csv", "evidence/hubs.csv"
SHIPMENTS = "evidence/shipments.csv"
LEG_COLUMNS = (
    *("shipment_id", "leg_no", "kind", "mode", "origin", "destination", "mass_kg"),
    *("distance_km", "distance_kind", "toc_id", "hoc_id", "fuel_kg", "energy_kwh", "grid_id"),
    *("saf_kg", "saf_pathway", "eac_kwh", "wtt_kgco2e", "ttw_kgco2e", "wtw_kgco2e"),
    *("market_wtt_kgco2e", "market_ttw_kgco2e", "market_wtw_kgco2e"),
    *("low_kgco2e", "high_kgco2e"),
)
HUB_COLUMNS = ("hub_id", "lat", "lon")
SHIPMENT_COLUMNS = ("shipment_id", "origin", "destination", "mass_kg")
_MOST_FAULTS = 20  # of one kind that are told one by one
_MG_PER_CREDIT = 1_000_000_000
_MG_PER_KG = 1_000_000
_FUEL_TOLERANCE_KG = 1e-5  # files carry six decimals


def told(code: str, faults: Sequence[tuple[str, str]], all_well: str) -> list[Finding]:
    """Return one PASS, or a FAIL for each fault up to a number that a person still reads."""
    findings = [
        Finding(code=code, verdict=Verdict.FAIL, about=about, message=message)
        for about, message in faults[:_MOST_FAULTS]
    ]
    if len(faults) > _MOST_FAULTS:
        more = f"and {len(faults) - _MOST_FAULTS} more"
        findings.append(Finding(code=code, verdict=Verdict.FAIL, about="pack", message=more))
    return findings or [Finding(code=code, verdict=Verdict.PASS, about="pack", message=all_well)]


def _doubt(code: str, about: str, message: str) -> Finding:
    """Return what the verifier cannot answer: it does not decide, but the reader is told."""
    return Finding(
        code=code,
        verdict=Verdict.UNKNOWN,
        about=about,
        message=message,
        severity=Severity.WARNING,
    )


def member_rows(pack: OpenedPack, member: str, columns: Iterable[str]) -> list[Row]:
    """Return the rows of a CSV member, which must have these columns."""
    if member not in pack.members:
        raise EvidenceError(f"{member}: is not in the pack")
    found = read_rows(pack.members[member], member)
    missing = sorted(set(columns) - set(found[0])) if found else ["every row"]
    if missing:
        raise EvidenceError(f"{member}: {', '.join(missing)} missing")
    return found


def _name(row: Row) -> str:
    return f"{LEGS} {row['shipment_id']} leg {row['leg_no']}"


def _figure_faults(row: Row, figures: LegFigures) -> list[str]:
    wanted = {
        "wtt_kgco2e": figures.wtt_mg,
        "ttw_kgco2e": figures.ttw_mg,
        "wtw_kgco2e": figures.wtw_mg,
        "market_wtt_kgco2e": figures.market_wtt_mg,
        "market_ttw_kgco2e": figures.market_ttw_mg,
        "market_wtw_kgco2e": figures.market_wtt_mg + figures.market_ttw_mg,
    }
    faults = [
        f"{column} {row[column]}, recomputed {kg_text(mg)}"
        for column, mg in wanted.items()
        if milligrams(row, column) != mg
    ]
    ends = {
        "low_kgco2e": max(0.0, figures.wtw_mg * (1 - figures.deviation_share)),
        "high_kgco2e": figures.wtw_mg * (1 + figures.deviation_share),
    }
    faults += [
        f"{column} {row[column]}, recomputed {kg_text(round(mg))}"
        for column, mg in ends.items()
        if milligrams(row, column) != round(mg)
    ]
    stated_kg = number(row, "fuel_kg")
    if figures.fuel_kg and abs(stated_kg - figures.fuel_kg) > _FUEL_TOLERANCE_KG:
        faults.append(f"fuel_kg {stated_kg}, recomputed {figures.fuel_kg:.6f}")
    return faults


def _energy_fault(row: Row, tables: Tables) -> str:
    """Return how energy that enters a leg cannot be true; carriage by activity takes none in."""
    if row["hoc_id"]:
        return hub_energy_fault(row, tables)
    if tables.has("vehicle_code", row["toc_id"]) and not tables.has("toc_id", row["toc_id"]):
        return vehicle_energy_fault(row, tables)
    return ""


def check_legs(rows: list[Row], tables: Tables) -> tuple[list[Leg], list[Finding]]:
    """Recompute each leg and compare its six figures to the milligram."""
    legs, faults = [], []
    for row in rows:
        try:
            figures = recompute_leg(row, tables)
            faults += [(_name(row), text) for text in _figure_faults(row, figures)]
            fault = _energy_fault(row, tables)
            if fault:
                faults.append((_name(row), fault))
        except (EvidenceError, KeyError, ArithmeticError) as error:
            faults.append((_name(row), str(error)))
        else:
            legs.append(Leg(row=row, figures=figures))
    return legs, told("ARI-1", faults, f"{len(rows)} legs recomputed to the milligram")


def _chain_fault(chain: list[Row]) -> str:
    if [number(row, "leg_no") for row in chain] != list(range(1, len(chain) + 1)):
        return "legs are not numbered from 1 without a gap"
    if any(a["destination"] != b["origin"] for a, b in pairwise(chain)):
        return "a leg does not start where the one before it ended"
    if len({row["mass_kg"] for row in chain}) > 1:
        return "the mass changes on the way"
    if any(r["kind"] == "hub" and r["origin"] != r["destination"] for r in chain):
        return "a hub element moves freight from one place to another"
    carried = ((a, b) for a, b in pairwise(chain) if {a["kind"], b["kind"]} == {"transport"})
    if any(a["mode"] != b["mode"] for a, b in carried):
        return "freight changes mode without a hub element"
    return ""


def _chains(rows: list[Row]) -> dict[str, list[Row]]:
    chains = defaultdict(list)
    for row in rows:
        chains[row["shipment_id"]].append(row)
    return {
        shipment_id: sorted(chain, key=lambda row: number(row, "leg_no"))
        for shipment_id, chain in chains.items()
    }


def check_chains(rows: list[Row]) -> list[Finding]:
    """Demand unbroken chains, with a hub element at every change of mode."""
    chains = _chains(rows)
    faults = [
        (f"{LEGS} {s}", fault) for s, chain in chains.items() if (fault := _chain_fault(chain))
    ]
    return told("ARI-2", faults, f"{len(chains)} chains unbroken, a hub at every change of mode")


def _shipment_fault(shipment: Row, chain: list[Row]) -> str:
    if not chain:
        return "has no leg"
    ends = {"origin": chain[0]["origin"], "destination": chain[-1]["destination"]}
    for column, place in ends.items():
        if shipment[column] != place:
            return f"{column} {shipment[column]!r}, but its chain has {place!r}"
    if exact(shipment, "mass_kg") != exact(chain[0], "mass_kg"):
        return f"mass_kg {shipment['mass_kg']}, but its chain carries {chain[0]['mass_kg']}"
    return ""


def check_completeness(pack: OpenedPack, rows: list[Row]) -> list[Finding]:
    """Demand a whole chain for each shipment of the list, and none for any other."""
    if SHIPMENTS not in pack.members:
        message = "no list of shipments in the pack: that no leg is left out cannot be checked"
        return [_doubt("ARI-7", SHIPMENTS, message)]
    listed = member_rows(pack, SHIPMENTS, SHIPMENT_COLUMNS)
    chains = _chains(rows)
    names = [shipment["shipment_id"] for shipment in listed]
    faults = [
        (f"{SHIPMENTS} {s['shipment_id']}", fault)
        for s in listed
        if (fault := _shipment_fault(s, chains.get(s["shipment_id"], [])))
    ]
    faults += [(f"{LEGS} {s}", "is no listed shipment") for s in sorted(set(chains) - set(names))]
    faults += [
        (f"{SHIPMENTS} {s}", "stands twice") for s in sorted(set(names)) if names.count(s) > 1
    ]
    return told("ARI-7", faults, f"{len(listed)} shipments, each from its origin to its end")


def check_distances(rows: list[Row], hubs: Mapping[str, Row]) -> list[Finding]:
    """Compare each distance with the positions of its hubs."""
    carried = [row for row in rows if row["kind"] == "transport"]
    faults = [(_name(row), fault) for row in carried if (fault := distance_fault(row, hubs))]
    findings = told("ARI-3", faults, f"{len(carried)} distances agree with the hubs' positions")
    message = f"positions of {len(hubs)} hubs are the signer's own: compare them with a map"
    return [*findings, _doubt("ARI-3", HUBS, message)]


def check_arithmetic(stated: Mapping[str, Any]) -> list[Finding]:
    """Redo the statement's own sums: totals, residual, units needed, balance; no net number."""
    columns = stated["columns"]
    faults = []
    for name in ("physical", "market_based"):
        wtt, ttw, wtw = (mg_from_text(columns[name][f"{k}_kgco2e"]) for k in ("wtt", "ttw", "wtw"))
        if wtt + ttw != wtw or min(wtt, ttw) < 0:
            faults.append((name, "wtw is not wtt + ttw, or one of them is below 0"))
    residual = mg_from_text(columns["market_based"]["wtw_kgco2e"])
    retired_kg = int(columns["offsets"]["retired_kgco2e"])
    used_kg = sum(int(u["to"]) - int(u["from"]) for u in stated["uses"] if u["kind"] == "credit")
    wanted = {
        "residual_kgco2e": kg_text(residual),
        "units_needed_t": str((residual + _MG_PER_CREDIT - 1) // _MG_PER_CREDIT),
        "balance_kgco2e": kg_text(residual - retired_kg * _MG_PER_KG),
    }
    faults += [
        (key, f"stated {stated[key]}, wanted {text}")
        for key, text in wanted.items()
        if stated[key] != text
    ]
    if used_kg != retired_kg:
        faults.append(("offsets", f"{retired_kg} kg stated, {used_kg} kg of serials used"))
    return told("ARI-5", faults, "columns add up; residual is market-based; offsets stand apart")


def check_books(pack: OpenedPack, entries: tuple[Entry, ...]) -> tuple[Book, list[Finding]]:
    """Read the registry rows and use them as stated: nothing twice, nothing not retired."""
    names = [f"evidence/{schema.name}.csv" for schema in BOOK_TABLES]
    book, refused = read_book({n: pack.members[n] for n in names if n in pack.members})
    findings = told(
        "EVI-1",
        [(f"evidence/{r.file}", str(r)) for r in refused],
        f"{len(book.lots)} records read; serials and quantities agree",
    )
    faults = []
    for entry in entries:
        try:
            book = post(book, entry)
        except GreenlaneError as error:
            faults.append((entry.lot_id, str(error)))
    return book, findings + told("EVI-2", faults, f"{len(entries)} uses, each unit once")


def check_human_copy(pack: OpenedPack) -> list[Finding]:
    """Demand that the page people read shows the figures that were signed."""
    page = pack.members.get("report.html", b"").decode("utf-8", "replace")
    stated = pack.statement
    shown = [
        *stated["columns"]["physical"].values(),
        *stated["columns"]["market_based"].values(),
        stated["columns"]["offsets"]["retired_kgco2e"],
        stated["residual_kgco2e"],
        stated["balance_kgco2e"],
        stated["factor_basis"],
        stated["binding"],
    ]
    missing = [text for text in shown if escape(text) not in page]
    faults = [("report.html", f"does not show {text}") for text in missing]
    return told("EVI-3", faults, "the human copy shows the signed figures")


def check_predicate(pack: OpenedPack) -> list[Finding]:
    """Demand that the signed summary is the statement's own."""
    stated = pack.statement
    wanted = {
        "columns": stated.get("columns"),
        "factor_set": stated.get("factor_set"),
        "binding": stated.get("binding"),
        "standard": stated["declaration"]["standard"],
    }
    faults = [
        ("attestation.dsse.json", f"{key} differs from the statement's")
        for key, value in wanted.items()
        if pack.predicate.get(key) != value
    ]
    return told("INT-2", faults, "the signed summary is the statement's")
