"""Write a category of primary data as rows of factor tables: intensity, and keys to find it by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.factor_schemas import HUB_INTENSITIES, INTENSITIES, MATCHING
from emissions.distance import planned_kind
from emissions.errors import LegFaultError
from emissions.fuel import Burnt

if TYPE_CHECKING:
    from datetime import date

    from data.schemas import Schema
    from data.tables import Row
    from emissions.factors import Factors

# Half widths where the carrier states none: metered energy over weighed freight, and a model fed
# with assumed loads. Estimates of this project.
_DEVIATIONS = {"primary": 0.05, "modelled": 0.3}
SOURCE_ID = "operations"
# What a category is as a whole: rows that differ are not of one category.
_TRAITS = ("operator", "region", "vehicle", "air_option", "overflight")
# What a record is: of a category with several, none is its own.
_PARTICULARS = ("flight_no", "aircraft_type", "vessel_imo", "voyage_no", "vehicle_id")
_BY_ID_ALONE = "none"  # a kind of key that no leg asks for


@dataclass(slots=True)
class Category:
    """The rows of one category, and what they sum to."""

    category_id: str
    rows: list[tuple[int, Row]] = field(default_factory=list)
    burnt: Burnt = field(default_factory=Burnt)
    activity: float = 0.0
    from_legs: bool = False
    kind_of_legs: str = ""  # of distance, where the activity is that of legs

    def values(self, column: str) -> list[object]:
        """Return what the rows state, each once, in an order that is not theirs."""
        stated = {r[column] for _, r in self.rows if r[column] not in {None, ""}}
        return sorted(stated, key=str)

    def agreed(self, column: str) -> object:
        """Return the one value that rows state; a blank agrees with any, and None with none.

        Raises
        ------
        LegFaultError
            if they contradict each other.
        """
        found = self.values(column)
        if len(found) > 1:
            told = " and ".join(map(str, found))
            raise LegFaultError(column, told, f"one for {self.category_id}")
        return found[0] if found else None

    def one(self, column: str, default: str) -> str:
        """Return the text that all rows agree on; as `agreed`."""
        return str(self.agreed(column) or default)

    @property
    def temperature(self) -> str:
        """The condition of all rows; a blank is ambient, so it contradicts a cooled row."""
        found = sorted({r["temperature"] or "ambient" for _, r in self.rows})
        if len(found) > 1:
            told = " and ".join(found)
            raise LegFaultError("temperature", told, f"one for {self.category_id}")
        return str(found[0])

    @property
    def is_hub(self) -> bool:
        """True for a hub operation category."""
        return self.one("kind", "toc") == "hoc"

    @property
    def by_teu(self) -> bool:
        """True if its activity is counted in TEU."""
        columns = ("activity_teukm", "throughput_teu")
        counted = any(r[c] for _, r in self.rows for c in columns)
        return counted or any(r["teu"] and r["mass_kg"] is None for _, r in self.rows)

    @property
    def modelled(self) -> bool:
        """True if a vehicle's energy is modelled instead of measured."""
        return any(r["vehicle_code"] for _, r in self.rows)


def rows_of(
    category: Category, factors: Factors, *, by_id_alone: bool = False
) -> list[tuple[Schema, Row]]:
    """Return a category as rows of factor tables.

    Raises
    ------
    EmissionsError
        if its rows contradict each other, or hold no energy.
    """
    figures = _figures(category)
    match = _match_row(category, by_id_alone=by_id_alone)
    if category.is_hub:
        return [(HUB_INTENSITIES, figures | _hub_columns(category)), (MATCHING, match)]
    return [(INTENSITIES, figures | _toc_columns(category, factors)), (MATCHING, match)]


def _figures(category: Category) -> Row:
    """Return what a TOC and a HOC have in common."""
    quality = _quality(category)
    burnt = category.burnt
    warming = sorted(burnt.gwp_sets - {"none"})
    if len(warming) > 1:
        raise LegFaultError("carrier_id", " and ".join(warming), "one set of warming potentials")
    energy = math.fsum(mj for _, mj in burnt.energy_mj)
    if not (energy > 0 or burnt.vo_kg > 0):
        found = energy if burnt.energy_mj else None
        wanted = f"energy above 0, or refrigerant, of {category.category_id}"
        raise LegFaultError("amount", found, wanted)
    records = [
        str(r["record"] or r["source"]) for _, r in category.rows if r["record"] or r["source"]
    ]
    deviation = category.agreed("deviation_share")
    return {
        "temperature": category.temperature,
        "boundary": "wtw",
        "gas_set": "co2e" if "co2e" in burnt.gas_sets else "co2",
        "gwp_set": warming[0] if warming else "none",
        "deviation_share": _DEVIATIONS[quality] if deviation is None else deviation,
        "published_on": _published(category),
        "valid_from": next(iter(category.values("valid_from")), None),
        "valid_to": next(reversed(category.values("valid_to")), None),
        "quality": quality,
        "source_id": SOURCE_ID,
        "locator": ", ".join(dict.fromkeys(records))[:200] or None,
        "note": _working(category),
    }


def _quality(category: Category) -> str:
    return category.one("quality", "modelled" if category.modelled else "primary")


def _published(category: Category) -> date:
    stated = category.values("published_on") or category.values("valid_to")
    if not stated:  # what it rests on was known before it could be worked out
        return max(origin.published_on for origin in category.burnt.origins)
    return stated[-1]  # type: ignore[return-value]  # the column holds dates


def _working(category: Category) -> str:
    burnt = category.burnt
    energy = ", ".join(f"{mj:.6g} MJ {carrier}" for carrier, mj in burnt.energy_mj) or "no energy"
    unit = ("TEU" if category.by_teu else "t") + ("" if category.is_hub else "km")
    origin = " of the legs that name it" if category.from_legs else ""
    if category.modelled:
        return f"Modelled per tkm: {energy}."
    several = [name for name in _PARTICULARS if len(category.values(name)) > 1]
    of_none = f" Of several {', '.join(several)}, so it is found by none." if several else ""
    return (
        f"{len(category.rows)} rows: {energy}; {burnt.vo_kg:.6g} kg CO2e in operation and "
        f"{burnt.vep_kg:.6g} in energy provision over {category.activity:.6g} {unit}{origin}."
        f"{of_none}"
    )


def _toc_columns(category: Category, factors: Factors) -> Row:
    mode = category.one("mode", "")
    if not mode:
        raise LegFaultError("mode", None, f"the mode of {category.category_id}")
    burnt, activity = category.burnt, category.activity
    carriers = [carrier for carrier, _ in burnt.energy_mj]
    flown = mode == "air" and burnt.jet_kg
    jet_co2 = burnt.jet_kg * factors.parameter("jet_co2_kg_per_kg") if flown else 0.0
    return {
        "toc_id": category.category_id,
        "mode": mode,
        "region": category.agreed("region") or "as operated",
        "vehicle": category.agreed("vehicle") or category.agreed("vehicle_code") or "as operated",
        "load": None,
        "carrier_id": carriers[0] if len(carriers) == 1 and not category.is_hub else None,
        "wtt_kgco2e_per_tkm": burnt.vep_kg / activity,
        "ttw_kgco2e_per_tkm": burnt.vo_kg / activity,
        "ttw_kgco2_per_tkm": jet_co2 / activity if flown else None,
        "market_wtt_kgco2e_per_tkm": (
            None if burnt.market_vep_kg == burnt.vep_kg else burnt.market_vep_kg / activity
        ),
        "biogenic_kgco2_per_tkm": burnt.biogenic_kg / activity,
        "activity_unit": "teukm" if category.by_teu else "tkm",
        "load_share": category.agreed("load_share"),
        "empty_share": _empty_share(category),
        "distance_kind": category.one("distance_kind", category.kind_of_legs or planned_kind(mode)),
        "daf_included": "no",
        "empty_running_included": "yes",
    }


def _empty_share(category: Category) -> float | None:
    if category.modelled:
        return category.rows[0][1]["empty_share"]  # type: ignore[no-any-return]
    trips = [r for _, r in category.rows if r["distance_km"] and r["mass_kg"] is not None]
    km = math.fsum(r["distance_km"] for r in trips)
    empty = math.fsum(r["distance_km"] for r in trips if r["mass_kg"] == 0)
    return empty / km if empty else None


def _hub_columns(category: Category) -> Row:
    burnt, activity = category.burnt, category.activity
    return {
        "hoc_id": category.category_id,
        "kind": category.one("hub_kind", "site"),
        "activity_unit": "teu" if category.by_teu else "t",
        "wtt_kgco2e_per_t": burnt.vep_kg / activity,
        "ttw_kgco2e_per_t": burnt.vo_kg / activity,
        "market_wtt_kgco2e_per_t": (
            None if burnt.market_vep_kg == burnt.vep_kg else burnt.market_vep_kg / activity
        ),
    }


def _match_row(category: Category, *, by_id_alone: bool) -> Row:
    """Return the keys of a category.

    One that is of no particular operator, flight, ship or vehicle is nobody else's average: legs
    stand on it that name it, and no others. Its energy mix is kept all the same.
    """
    own = {name: category.agreed(name) for name in _TRAITS}
    for name in _PARTICULARS:
        found = category.values(name)
        own[name] = found[0] if len(found) == 1 else None
    particular = any(own[name] for name in ("operator", *_PARTICULARS))
    kind = "hoc" if category.is_hub else "toc"
    total = math.fsum(mj for _, mj in category.burnt.energy_mj)
    mix = [f"{carrier}:{mj / total!r}" for carrier, mj in category.burnt.energy_mj if total]
    return {
        "match_id": f"OPERATED-{category.category_id}",
        "category_id": category.category_id,
        "kind": kind if particular and not by_id_alone else _BY_ID_ALONE,
        "mode": None if category.is_hub else category.one("mode", ""),
        "hub_kind": category.one("hub_kind", "site") if category.is_hub else None,
        "temperature": category.temperature,
        **own,
        "energy_mix": tuple(mix),
        "quality": _quality(category),
        "source_id": SOURCE_ID,
    }
