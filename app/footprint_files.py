"""Write a footprint as files: legs, totals, the fate of every row, report, own factors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents import findings_rows, json_bytes, software_version
from app.footprint_report import check_of, page_of, report_of, stand_against, weigh_measures
from app.footprints import result_rows
from app.rows import refused_rows
from data.drafts import status_of
from data.errors import DataError
from data.footprint_schemas import ROW_STATUS, SHIPMENT_TOTALS
from data.schemas import FOOTPRINT_LEGS, HUBS, REFUSED
from data.tables import write_bytes
from data.units import MG_PER_KG, kg_text
from emissions.inventory import Inventory
from emissions.own_sets import OWN_FACTORS, own_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from app.atlas import Atlas
    from app.footprints import FootprintResult
    from data.tables import Row
    from emissions.inventory import Line

_TYPES = ("primary", "modelled", "default")
_SHARE_DIGITS = 6


def summary_of(result: FootprintResult) -> dict[str, Any]:
    """Return the figures of a footprint in one document; three columns stay apart."""
    inventory = result.inventory
    low, high = inventory.interval_mg()
    activity = inventory.activity_tkm
    shares = inventory.share_by("data_type")
    late = dict(result.late)
    return {
        "schema": "greenlane/footprint/1",
        "version": software_version(),
        "file": result.intake.file,
        "layout": result.intake.layout,
        "rows": {**result.counts(), "total": len(result.intake.rows)},
        "unknown_columns": list(result.intake.unknown_columns),
        "told": list(result.intake.told),
        "shipments": len({leg.values["shipment_id"] for leg in result.legs}),
        "incomplete_shipments": sorted(result.incomplete),
        "physical_kgco2e": _figures(inventory.physical),
        "market_based_kgco2e": _figures(inventory.market_based),
        "interval_kgco2e": [low / MG_PER_KG, high / MG_PER_KG],
        "biogenic_kgco2": inventory.biogenic_mg / MG_PER_KG,
        "rf_memo_kgco2e": inventory.rf_memo_mg / MG_PER_KG,
        "transport_activity_tkm": round(activity, 6),
        "hub_activity_t": round(inventory.hub_activity_t, 6),
        "kgco2e_per_tkm": inventory.physical.wtw_kgco2e / activity if activity else None,
        "by_mode_kgco2e": {m: e.wtw_kgco2e for m, e in inventory.by("mode").items()},
        "data_shares": {name: shares.get(name, 0.0) for name in _TYPES},
        "gwp_sets": list(inventory.gwp_sets),
        "gas_sets": inventory.share_by("gas_set"),
        "factor_set": {"id": inventory.factor_set, "sha256": inventory.factor_set_sha256},
        "as_of": None if result.options.as_of is None else result.options.as_of.isoformat(),
        "basis": "restated" if late else "as known",
        "published_later": late,
    }


def _figures(emissions: Any) -> dict[str, float]:  # noqa: ANN401  (Emissions)
    return {
        "wtt": emissions.wtt_mg / MG_PER_KG,
        "ttw": emissions.ttw_mg / MG_PER_KG,
        "wtw": emissions.wtw_mg / MG_PER_KG,
    }


def total_rows(result: FootprintResult) -> list[Row]:
    """Return one row per shipment, in order of its id."""
    groups: dict[str, list[tuple[Row, Line]]] = defaultdict(list)
    for leg, line in zip(result.legs, result.inventory.lines, strict=True):
        groups[leg.values["shipment_id"]].append((leg.values, line))
    incomplete = result.incomplete
    return [_total(name, groups[name], name in incomplete) for name in sorted(groups)]


def _total(name: str, legs: list[tuple[Row, Line]], lacking: bool) -> Row:  # noqa: FBT001
    part = Inventory(lines=tuple(line for _, line in legs), factor_set="", factor_set_sha256="")
    low, high = part.interval_mg()
    activity = part.activity_tkm
    shares = part.share_by("data_type")
    own = [v["carrier_wtw_kgco2e"] for v, line in legs if line.element.kind == "transport"]
    hubs = sum(line.element.kind == "hub" for line in part.lines)
    return {
        "shipment_id": name,
        "status": "incomplete" if lacking else "complete",
        "transport_elements": len(legs) - hubs,
        "hub_elements": hubs,
        "mass_kg": max(line.element.mass_kg for line in part.lines),
        "activity_tkm": round(activity, 6),
        "wtt_kgco2e": kg_text(part.physical.wtt_mg),
        "ttw_kgco2e": kg_text(part.physical.ttw_mg),
        "wtw_kgco2e": kg_text(part.physical.wtw_mg),
        "market_wtw_kgco2e": kg_text(part.market_based.wtw_mg),
        "kgco2e_per_tkm": part.physical.wtw_mg / MG_PER_KG / activity if activity else None,
        "low_kgco2e": kg_text(low),
        "high_kgco2e": kg_text(high),
        **{f"{t}_share": round(shares.get(t, 0.0), _SHARE_DIGITS) for t in _TYPES},
        "quality_tier": max(line.quality_tier for line in part.lines),
        "biogenic_kgco2": kg_text(part.biogenic_mg),
        "carrier_wtw_kgco2e": sum(own) if own and None not in own else None,
    }


def status_rows(result: FootprintResult) -> Iterator[Row]:
    """Yield the fate of every row of the file, in its order."""
    for row, notes in result.intake.notes().items():
        yield {
            "row": row,
            "shipment_id": result.intake.rows[row][0],
            "status": status_of(notes),
            "codes": tuple(dict.fromkeys(n.code for n in notes)),
            "notes": "; ".join(f"{n.column} {n.found!r}: {n.message}" for n in notes) or None,
        }


def legs_bytes(result: FootprintResult) -> bytes:
    """Return the legs with their figures."""
    return write_bytes(result_rows(result), FOOTPRINT_LEGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a report is asked to say beside the footprint."""

    subject: str = ""
    level: str = "organisation"
    period: tuple[date, date] | None = None
    omissions: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, bytes] | None = None  # name and content of a file
    measures: tuple[str, bytes] | None = None


def footprint_files(
    result: FootprintResult, atlas: Atlas, wanted: Wanted | None = None
) -> dict[str, bytes]:
    """Return every file of a footprint by name; the same input gives the same bytes."""
    files = {
        "legs.csv": legs_bytes(result),
        "totals.csv": write_bytes(total_rows(result), SHIPMENT_TOTALS),
        "rows.csv": write_bytes(status_rows(result), ROW_STATUS),
        "refused.csv": write_bytes(refused_rows(result.refused), REFUSED),
        "summary.json": json_bytes(summary_of(result)),
        "hubs.csv": _hubs(result, atlas),
        **_report_files(result, wanted or Wanted()),
    }
    if result.intake.mapping is not None:
        files["profile.toml"] = result.intake.mapping.to_toml().encode()
    own = own_files(result.factors)
    files |= {f"{OWN_FACTORS}/{name}": content for name, content in own.items()}
    return files


def _report_files(result: FootprintResult, wanted: Wanted) -> dict[str, bytes]:
    report = report_of(
        result,
        subject=wanted.subject,
        level=wanted.level,
        period=wanted.period,
        omissions=wanted.omissions,
    )
    check = check_of(report, result)
    document = {"report": report, "count_emissions_eu": findings_rows(check)}
    standings, measures = [], None
    if wanted.targets is not None:
        standings = stand_against(result, report, *wanted.targets)
        document["targets"] = standings
    if wanted.measures is not None:
        measures = weigh_measures(result, wanted.measures[1], wanted.measures[0])
        document["measures"] = measures
    page = page_of(report, check, targets=standings, measures=measures)
    return {"report.json": json_bytes(document), "report.html": page}


def _hubs(result: FootprintResult, atlas: Atlas) -> bytes:
    """Return the places of the legs that we know: what a reader needs to check distances."""
    found: dict[str, Row] = {}
    for leg in result.legs:
        for name in (leg.values["origin"], leg.values["destination"]):
            if name in found:
                continue
            try:
                position = atlas.position(name, leg.values["mode"] or "")
            except DataError:
                continue
            found[name] = {
                "hub_id": name,
                "kind": "site",
                "name": position.name,
                "country": position.country,
                "lat": position.lat,
                "lon": position.lon,
                "tz": position.tz,
            }
    return write_bytes((found[name] for name in sorted(found)), HUBS)


def save_footprint(
    result: FootprintResult, folder: Path, atlas: Atlas, wanted: Wanted | None = None
) -> None:
    """Write every file of a footprint into a folder."""
    for name, content in footprint_files(result, atlas, wanted).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
