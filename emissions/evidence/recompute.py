"""Recompute every leg from a pack's own files, in plain scalar arithmetic.

This is the one permitted second statement of the footprint's formulas (docs/methodology.md): it
shares no code with the kernel, so that a fault of the kernel is found here.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from emissions.evidence.canonical import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, str]

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,25})?(e-?\d{1,2})?", re.ASCII)
_KILOGRAMS = re.compile(r"\d{1,12}\.\d{6}", re.ASCII)
_MG_PER_KG = 1_000_000
_KG_PER_TONNE = 1000.0
_AIR_DETOUR_KM = 95.0  # once, for intensities on flown kilometres without an uplift
_DETOUR = {"road": 1.05, "sea": 1.15, "rail": 1.0, "iww": 1.0}  # driven over planned
_TONNES_PER_TEU = 10.0
_STEP_DEVIATION = 0.1  # for each step down the ladder to a category
# Files carry six decimals.
_FILE_TOLERANCE = 1e-6
_DATA_TYPES = {
    "primary": "primary",
    "modelled": "modelled",
    "default": "default",
    "estimate": "modelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The factor tables of a pack: rows by id, each kind of id known by its first column."""

    by_id: Mapping[str, Mapping[str, Row]]

    def row(self, column: str, key: str) -> Row:
        """Return a factor row; a missing factor is an error, never a zero."""
        row = self.by_id.get(column, {}).get(key)
        if row is None:
            raise EvidenceError(f"{column} {key!r} is in no factor table of the pack")
        return row

    def has(self, column: str, key: str) -> bool:
        """Tell whether there is such a row."""
        return key in self.by_id.get(column, {})

    def parameter(self, name: str) -> float:
        """Return a single figure."""
        return number(self.row("parameter", name), "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFigures:
    """What one leg emits and rests on, recomputed."""

    wtt_mg: int
    ttw_mg: int
    market_wtt_mg: int
    market_ttw_mg: int
    fuel_kg: float
    deviation_share: float
    data_type: str
    gas_set: str
    published: str  # the latest publication among its factors
    category: str  # its TOC, vehicle or HOC

    @property
    def wtw_mg(self) -> int:
        """Physical total."""
        return self.wtt_mg + self.ttw_mg


def read_rows(content: bytes, member: str) -> list[Row]:
    """Read a CSV member as text."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        rows = list(reader)
        header = list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvidenceError(f"{member}: not readable as CSV ({error})") from None
    if len(set(header)) != len(header):
        raise EvidenceError(f"{member}: a column stands twice")
    if any(None in row or None in row.values() for row in rows):
        raise EvidenceError(f"{member}: rows and header differ in length")
    return rows


def number(row: Row, column: str) -> float:
    """Return a number of a row; blank is 0, anything that is no plain number is refused."""
    text = row.get(column, "")
    if not text:
        return 0.0
    if not _NUMBER.fullmatch(text):
        raise EvidenceError(f"{column}: {text[:40]!r} is no plain number")
    value = float(text)
    if not math.isfinite(value):
        raise EvidenceError(f"{column}: {text[:40]!r} is not finite")
    return value


def exact(row: Row, column: str) -> Decimal:
    """Return a number of a row as it is written."""
    number(row, column)
    return Decimal(row.get(column) or "0")


def milligrams(row: Row, column: str) -> int:
    """Return kilograms of CO2e with their six decimals as whole milligrams."""
    text = row.get(column, "")
    if not _KILOGRAMS.fullmatch(text):
        raise EvidenceError(f"{column}: {text[:40]!r}, wanted kg with exactly six decimals")
    whole, decimals = text.split(".")
    return int(whole) * _MG_PER_KG + int(decimals)


def read_tables(members: Mapping[str, bytes], paths: list[str]) -> Tables:
    """Read the factor tables that a statement names."""
    by_id: dict[str, dict[str, Row]] = {}
    for path in paths:
        if path not in members:
            raise EvidenceError(f"{path}: factor table is not in the pack")
        for row in read_rows(members[path], path):
            column = next(iter(row))
            if row[column] in by_id.setdefault(column, {}):
                raise EvidenceError(f"{path}: {column} {row[column]!r} stands twice")
            by_id[column][row[column]] = row
    return Tables(by_id=by_id)


def _rounded(kg: float) -> int:
    return round(max(0.0, kg) * _MG_PER_KG)


def _adjustment(leg: Row, toc: Row) -> float:
    """Return the factor between the distance behind an intensity and that of a leg."""
    mode, kind, distance = toc["mode"], leg.get("distance_kind", ""), number(leg, "distance_km")
    planned = "gcd" if mode == "air" else "sfd"
    behind = toc["distance_kind"]
    if behind == "actual" and toc["daf_included"] in {"yes", "inferred"}:
        behind = planned
    if behind in {"not_stated", kind}:
        return 1.0
    if (behind, kind) == ("actual", planned):
        return (distance + _AIR_DETOUR_KM) / distance if mode == "air" else _DETOUR[mode]
    if (behind, kind) == (planned, "actual"):
        if mode != "air":
            return 1 / _DETOUR[mode]
        if distance > _AIR_DETOUR_KM:
            return (distance - _AIR_DETOUR_KM) / distance
    raise EvidenceError(f"distance_kind {kind!r} over {distance:g} km, wanted {behind!r}")


def _teu(leg: Row) -> float:
    return number(leg, "teu") or number(leg, "mass_kg") / (_TONNES_PER_TEU * _KG_PER_TONNE)


def _activity(leg: Row, toc: Row) -> float:
    """Return the activity of carriage in the unit of its category."""
    by_teu = toc.get("activity_unit") == "teukm"
    stated = number(leg, "activity_tkm")
    if stated:
        if by_teu:
            raise EvidenceError(f"activity_tkm is stated, but {toc['toc_id']} is per TEU-km")
        return stated
    daf = _adjustment(leg, toc)
    if by_teu:
        return _teu(leg) * number(leg, "distance_km") * daf
    return number(leg, "mass_kg") / _KG_PER_TONNE * number(leg, "distance_km") * daf


def _location_rate(grid: Row) -> float:
    supply = number(grid, "generation_kgco2e_per_kwh") + number(grid, "upstream_kgco2e_per_kwh")
    return supply / (1 - number(grid, "loss_share"))


def _market_rate(grid: Row) -> float:
    has_residual = bool(grid["residual_kgco2e_per_kwh"])
    generation = "residual_kgco2e_per_kwh" if has_residual else "generation_kgco2e_per_kwh"
    supply = number(grid, generation) + number(grid, "upstream_kgco2e_per_kwh")
    return supply / (1 - number(grid, "loss_share"))


def _figures(
    leg: Row, factors: list[Row], kg: tuple[float, float, float, float], fuel_kg: float
) -> LegFigures:
    first = factors[0]
    gases = {f["gas_set"] for f in factors if f.get("gas_set")}
    if any(value < 0 or not math.isfinite(value) for value in kg[:2]):
        raise EvidenceError("a physical figure is below 0")
    return LegFigures(
        wtt_mg=_rounded(kg[0]),
        ttw_mg=_rounded(kg[1]),
        market_wtt_mg=_rounded(kg[2]),
        market_ttw_mg=_rounded(kg[3]),
        fuel_kg=fuel_kg,
        deviation_share=number(first, "deviation_share")
        + _STEP_DEVIATION * number(leg, "match_steps"),
        data_type=_DATA_TYPES.get(first["quality"], ""),
        gas_set="+".join(sorted(gases)) or "none",
        published=max(f["published_on"] for f in factors),
        category=leg["toc_id"] or leg["hoc_id"],
    )


def _by_activity(leg: Row, toc: Row, tables: Tables) -> LegFigures:
    activity = _activity(leg, toc)
    wtt = activity * number(toc, "wtt_kgco2e_per_tkm")
    market = activity * _market_intensity(toc, "tkm")
    ttw = activity * number(toc, "ttw_kgco2e_per_tkm")
    saf_kg = number(leg, "saf_kg")
    if toc["mode"] != "air":
        if saf_kg:
            raise EvidenceError("SAF is claimed for a leg that is not flown")
        return _figures(leg, [toc], (wtt, ttw, market, ttw), 0.0)
    co2 = activity * number(toc, "ttw_kgco2_per_tkm")
    fuel_kg = co2 / tables.parameter("jet_co2_kg_per_kg") if co2 else 0.0
    if not saf_kg:
        return _figures(leg, [toc], (wtt, ttw, market, ttw), fuel_kg)
    pathway = tables.row("pathway_id", leg["saf_pathway"])
    burnt_mj = fuel_kg * number(tables.row("carrier_id", "jet"), "lhv_mj_per_kg")
    saf_mj = saf_kg * number(pathway, "lhv_mj_per_kg")
    if saf_mj > burnt_mj * (1 + _FILE_TOLERANCE) + _FILE_TOLERANCE:
        raise EvidenceError(f"SAF of {saf_mj:.3f} MJ exceeds the {burnt_mj:.3f} MJ burnt")
    share = min(1.0, saf_mj / burnt_mj)
    market_wtt = market * (1 - share) + saf_mj * number(pathway, "total_gco2e_per_mj") / 1000.0
    return _figures(leg, [toc, pathway], (wtt, ttw, market_wtt, ttw * (1 - share)), fuel_kg)


def _market_intensity(row: Row, unit: str) -> float:
    """Return energy provision, market-based; blank means as location-based."""
    stated = f"market_wtt_kgco2e_per_{unit}"
    return number(row, stated if row.get(stated) else f"wtt_kgco2e_per_{unit}")


def _by_throughput(leg: Row, hoc: Row) -> LegFigures:
    """Return what handling emits by the intensity of its hub."""
    if number(leg, "fuel_kg") or number(leg, "energy_kwh") or number(leg, "saf_kg"):
        raise EvidenceError(f"energy is stated, but {hoc['hoc_id']} is an intensity")
    by_teu = hoc.get("activity_unit") == "teu"
    activity = _teu(leg) if by_teu else number(leg, "mass_kg") / _KG_PER_TONNE
    wtt, ttw = (activity * number(hoc, f"{part}_kgco2e_per_t") for part in ("wtt", "ttw"))
    market = activity * _market_intensity(hoc, "t")
    return _figures(leg, [hoc], (wtt, ttw, market, ttw), 0.0)


def _by_energy(leg: Row, user: Row, carrier_id: str, tables: Tables) -> LegFigures:
    fuel_kg, kwh, eac_kwh = (number(leg, c) for c in ("fuel_kg", "energy_kwh", "eac_kwh"))
    if leg["toc_id"] and number(leg, "activity_tkm") and not number(leg, "distance_km"):
        raise EvidenceError("wanted distance_km of a vehicle that is charged by its energy")
    if min(fuel_kg, kwh, eac_kwh) < 0 or eac_kwh > kwh:
        raise EvidenceError(f"energy {kwh} kWh, {eac_kwh} kWh of it certified")
    if number(leg, "saf_kg"):
        raise EvidenceError("SAF is claimed for a leg that is not flown")
    factors, fuel_wtt, ttw, location, market = [user], 0.0, 0.0, 0.0, 0.0
    if fuel_kg:
        carrier = tables.row("carrier_id", carrier_id)
        fuel_wtt = fuel_kg * number(carrier, "wtt_kgco2e_per_kg")
        ttw = fuel_kg * number(carrier, "ttw_kgco2e_per_kg")
        factors.append(carrier)
    if kwh:
        grid = tables.row("grid_id", leg["grid_id"])
        rate = _market_rate(grid)
        covered = tables.parameter("eac_upstream_kgco2e_per_kwh") + rate * number(
            grid, "loss_share"
        )
        location = kwh * _location_rate(grid)
        market = (kwh - eac_kwh) * rate + eac_kwh * covered
        factors.append(grid)
    return _figures(leg, factors, (fuel_wtt + location, ttw, fuel_wtt + market, ttw), fuel_kg)


def recompute_leg(leg: Row, tables: Tables) -> LegFigures:
    """Return what a leg emits; its kind of basis follows from which table knows its category."""
    carried = bool(leg["toc_id"])
    if carried == bool(leg["hoc_id"]) or leg["kind"] != ("transport" if carried else "hub"):
        raise EvidenceError(
            f"kind {leg['kind']!r}: wanted transport with toc_id, or hub with hoc_id"
        )
    moved = number(leg, "distance_km") > 0 or number(leg, "activity_tkm") > 0
    if not number(leg, "mass_kg") > 0 or (carried and not moved):
        raise EvidenceError("wanted mass_kg > 0, and distance_km > 0 of a transport element")
    if not carried:
        hoc = tables.row("hoc_id", leg["hoc_id"])
        if "wtt_kgco2e_per_t" in hoc:
            return _by_throughput(leg, hoc)
        return _by_energy(leg, hoc, "diesel", tables)
    shared = tables.has("toc_id", leg["toc_id"])
    user = tables.row("toc_id" if shared else "vehicle_code", leg["toc_id"])
    if user["mode"] != leg["mode"]:
        raise EvidenceError(f"mode {leg['mode']!r}, but {leg['toc_id']} is {user['mode']!r}")
    if shared:
        return _by_activity(leg, user, tables)
    return _by_energy(leg, user, user["carrier_id"], tables)
