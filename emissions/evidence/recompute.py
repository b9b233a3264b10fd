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
_EARTH_RADIUS_KM = 6371.0088
# A sphere and the ellipsoid differ by up to 0.56 % along a meridian.
GREAT_CIRCLE_TOLERANCE = 0.006
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


def great_circle_km(a: Row, b: Row) -> float:
    """Return the haversine distance of two hubs."""
    lat_a, lon_a, lat_b, lon_b = (
        math.radians(number(hub, column)) for hub in (a, b) for column in ("lat", "lon")
    )
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def _rounded(kg: float) -> int:
    return round(max(0.0, kg) * _MG_PER_KG)


def _activity_tkm(leg: Row, toc: Row) -> float:
    distance = number(leg, "distance_km")
    kind, wanted = leg.get("distance_kind", ""), toc["distance_kind"]
    daf = 1.0
    if wanted not in {"not_stated", kind}:
        if (toc["mode"], wanted, kind) != ("air", "actual", "gcd"):
            raise EvidenceError(f"distance_kind {kind!r}, wanted {wanted!r}")
        if toc["daf_included"] not in {"yes", "inferred"}:
            daf = (distance + _AIR_DETOUR_KM) / distance
    return number(leg, "mass_kg") / _KG_PER_TONNE * distance * daf


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
        deviation_share=number(first, "deviation_share"),
        data_type=_DATA_TYPES.get(first["quality"], ""),
        gas_set="+".join(sorted(gases)) or "none",
        published=max(f["published_on"] for f in factors),
        category=leg["toc_id"] or leg["hoc_id"],
    )


def _by_activity(leg: Row, toc: Row, tables: Tables) -> LegFigures:
    activity = _activity_tkm(leg, toc)
    wtt = activity * number(toc, "wtt_kgco2e_per_tkm")
    ttw = activity * number(toc, "ttw_kgco2e_per_tkm")
    saf_kg = number(leg, "saf_kg")
    if toc["mode"] != "air":
        if saf_kg:
            raise EvidenceError("SAF is claimed for a leg that is not flown")
        return _figures(leg, [toc], (wtt, ttw, wtt, ttw), 0.0)
    co2 = activity * number(toc, "ttw_kgco2_per_tkm")
    fuel_kg = co2 / tables.parameter("jet_co2_kg_per_kg")
    if not saf_kg:
        return _figures(leg, [toc], (wtt, ttw, wtt, ttw), fuel_kg)
    pathway = tables.row("pathway_id", leg["saf_pathway"])
    burnt_mj = fuel_kg * number(tables.row("carrier_id", "jet"), "lhv_mj_per_kg")
    saf_mj = saf_kg * number(pathway, "lhv_mj_per_kg")
    if saf_mj > burnt_mj * (1 + _FILE_TOLERANCE) + _FILE_TOLERANCE:
        raise EvidenceError(f"SAF of {saf_mj:.3f} MJ exceeds the {burnt_mj:.3f} MJ burnt")
    share = min(1.0, saf_mj / burnt_mj)
    market_wtt = wtt * (1 - share) + saf_mj * number(pathway, "total_gco2e_per_mj") / 1000.0
    return _figures(leg, [toc, pathway], (wtt, ttw, market_wtt, ttw * (1 - share)), fuel_kg)


def _by_energy(leg: Row, user: Row, carrier_id: str, tables: Tables) -> LegFigures:
    fuel_kg, kwh, eac_kwh = (number(leg, c) for c in ("fuel_kg", "energy_kwh", "eac_kwh"))
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
    if not number(leg, "mass_kg") > 0 or (carried and not number(leg, "distance_km") > 0):
        raise EvidenceError("wanted mass_kg > 0, and distance_km > 0 of a transport element")
    if not carried:
        return _by_energy(leg, tables.row("hoc_id", leg["hoc_id"]), "diesel", tables)
    shared = tables.has("toc_id", leg["toc_id"])
    user = tables.row("toc_id" if shared else "vehicle_code", leg["toc_id"])
    if user["mode"] != leg["mode"]:
        raise EvidenceError(f"mode {leg['mode']!r}, but {leg['toc_id']} is {user['mode']!r}")
    if shared:
        return _by_activity(leg, user, tables)
    return _by_energy(leg, user, user["carrier_id"], tables)


def hub_energy_fault(leg: Row, tables: Tables) -> str:
    """Return how the energy of a hub element differs from its category's rate, or blank."""
    hoc = tables.row("hoc_id", leg["hoc_id"])
    tonnes = number(leg, "mass_kg") / _KG_PER_TONNE
    for column, rate in (("fuel_kg", "diesel_kg_per_t"), ("energy_kwh", "kwh_per_t")):
        wanted = tonnes * number(hoc, rate)
        if abs(number(leg, column) - wanted) > _FILE_TOLERANCE:
            return f"{column} {leg.get(column)}, wanted {wanted:.6f} at {rate} of {leg['hoc_id']}"
    return ""


def vehicle_energy_fault(leg: Row, tables: Tables) -> str:
    """Return how the energy of a dedicated vehicle's leg is too little to be true, or blank.

    Energy is linear in the load, and empty running and the vehicle's own mass come on top: no fair
    share of any vehicle is less than what these goods alone add to it (methodology, section 2).
    """
    vehicle = tables.row("vehicle_code", leg["toc_id"])
    electric = vehicle["carrier_id"] == "electricity"
    used, other = ("energy_kwh", "fuel_kg") if electric else ("fuel_kg", "energy_kwh")
    if number(leg, other):
        return f"{other} {leg[other]}, wanted none: {leg['toc_id']} runs on {vehicle['carrier_id']}"
    added_per_km = number(vehicle, "energy_per_km_full") - number(vehicle, "energy_per_km_empty")
    fraction = number(leg, "mass_kg") / number(vehicle, "payload_kg")
    added = fraction * added_per_km * number(leg, "distance_km")
    least = added / (1 - number(vehicle, "charging_loss_share"))
    found = number(leg, used)
    if found <= 0 or found < least * (1 - _FILE_TOLERANCE) - _FILE_TOLERANCE:
        return f"{used} {found}, wanted at least {least:.6f}: what these goods alone add"
    return ""


def distance_fault(leg: Row, hubs: Mapping[str, Row]) -> str:
    """Return how a leg's distance disagrees with the places of its hubs, or blank.

    A great-circle distance must be one; no other distance may be shorter.
    """
    if leg["origin"] not in hubs or leg["destination"] not in hubs:
        return f"{leg['origin']} or {leg['destination']} is not in hubs.csv"
    direct = great_circle_km(hubs[leg["origin"]], hubs[leg["destination"]])
    found = number(leg, "distance_km")
    slack = direct * GREAT_CIRCLE_TOLERANCE
    too_long = leg.get("distance_kind") == "gcd" and found > direct + slack
    if found < direct - slack or too_long:
        return f"{found:.3f} km ({leg.get('distance_kind')}), great circle {direct:.3f} km"
    return ""
