"""Lay out a factor set as tables that legs join by whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data.schemas import DISTANCE_KINDS, QUALITIES
from emissions.bulk.engine import literal
from emissions.distance import AIR_DETOUR_KM, distance_adjustment_factor
from emissions.errors import LegFaultError
from emissions.kernel import covered_kgco2e_per_kwh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emissions.bulk.engine import Engine
    from emissions.categories import HOC, TOC, Vehicle
    from emissions.factors import Factors

CARRIAGE, VEHICLE, HUB_ENERGY, HUB_RATE = range(4)
KINDS = len(DISTANCE_KINDS) + 1  # and none
_PROBE_KM = 1000.0
_NO_ENERGY = {
    "b_fuel_wtt": 0.0,
    "b_fuel_ttw": 0.0,
    "b_fuel_bio": 0.0,
    "b_fuel_known": False,
    "b_electric": False,
}
_NO_HUB = {"b_diesel_per_t": 0.0, "b_kwh_per_t": 0.0}
_NO_CARRIAGE = {
    "b_wtt": 0.0,
    "b_ttw": 0.0,
    "b_market": 0.0,
    "b_co2": 0.0,
    "b_bio": 0.0,
    "b_rf": 0.0,
    "b_lhv": 0.0,
    "b_daf": 1.0,
    "b_add_km": None,
    "b_kind_fault": False,
    "b_by_teu": False,
    "b_burning_saf": False,
    "b_rate": "",
}
_TYPES = {
    "b_add_km": pa.float64(),
    "b_kind_fault": pa.bool_(),
    "b_by_teu": pa.bool_(),
    "b_burning_saf": pa.bool_(),
    "b_electric": pa.bool_(),
    "b_fuel_known": pa.bool_(),
    "b_mode": pa.string(),
    "b_rate": pa.string(),
    "b_formula": pa.string(),
    "k": pa.int32(),
    "b_no": pa.int64(),
    "b_what": pa.int8(),
}


def pack(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return rows as columns; what is not named otherwise is a float."""
    rows = list(rows)
    names = list(rows[0])
    return pa.table({n: pa.array([r[n] for r in rows], _TYPES.get(n, pa.float64())) for n in names})


@dataclass(frozen=True)
class Bases:
    """What legs can stand on, numbered: transport categories and vehicles first, hubs after."""

    factors: Factors

    @cached_property
    def carriage_ids(self) -> tuple[str, ...]:
        """Categories and vehicles; a vehicle wins where a name stands for both."""
        return tuple(dict.fromkeys([*self.factors.tocs, *self.factors.vehicles]))

    @cached_property
    def hub_ids(self) -> tuple[str, ...]:
        """Hub categories."""
        return tuple(self.factors.hocs)

    @cached_property
    def table(self) -> pa.Table:
        """All numbers of a basis by key: category and kind of distance, or hub."""
        return pack([*self._carriage_rows(), *self._hub_rows()])

    @cached_property
    def grids(self) -> pa.Table:
        """Rates of grids, numbered from 1; 0 is none, so that every leg finds a row."""
        grids = self.factors.grids
        return pa.table(
            {
                "g_no": pa.array(range(len(grids) + 1), pa.int64()),
                "g_location": [0.0, *(g.location_kgco2e_per_kwh for g in grids.values())],
                "g_market": [0.0, *(g.market_kgco2e_per_kwh for g in grids.values())],
                "g_covered": [0.0, *(covered_kgco2e_per_kwh(self.factors, name) for name in grids)],
            }
        )

    @cached_property
    def pathways(self) -> pa.Table:
        """Values of SAF pathways, numbered from 1; 0 is none."""
        found = self.factors.pathways
        return pa.table(
            {
                "s_no": pa.array(range(len(found) + 1), pa.int64()),
                "s_lhv": [0.0, *(p.lhv_mj_per_kg for p in found.values())],
                "s_g_per_mj": [0.0, *(p.total_gco2e_per_mj for p in found.values())],
            }
        )

    def traits_of(self, tocs: Iterable[str], hubs: Iterable[str], kinds: Iterable[str]) -> set[str]:
        """Return what the bases have that these categories and kinds of distance name."""
        places = {n: i for i, n in enumerate((*DISTANCE_KINDS, ""))}
        carriage = {n: i for i, n in enumerate(self.carriage_ids)}
        handling = {n: i for i, n in enumerate(self.hub_ids)}
        wanted = {
            carriage[toc] * KINDS + places[kind]
            for toc in tocs
            for kind in kinds
            if toc in carriage and kind in places
        } | {-1 - handling[hub] for hub in hubs if hub in handling}
        found: set[str] = set()
        for row in self.table.to_pylist():
            if row["k"] in wanted:
                found |= _traits(row)
        return found

    def greatest_rates(self) -> dict[str, float]:
        """Return the greatest rate of all: per activity, per kg of fuel, per kWh."""
        columns = {
            "activity": ("b_wtt", "b_ttw", "b_market", "b_bio", "b_rf"),
            "fuel": ("b_fuel_wtt", "b_fuel_ttw", "b_fuel_bio"),
        }
        found = {
            name: max(max(self.table[c].to_pylist()) for c in names)
            for name, names in columns.items()
        }
        grids = (self.grids[c].to_pylist() for c in ("g_location", "g_market", "g_covered"))
        return found | {"grid": max(map(max, grids))}

    def set_up(self, engine: Engine) -> None:
        """Give an engine the factor set."""
        kinds = {
            "carriage_ids": self.carriage_ids,
            "hub_ids": self.hub_ids,
            "grid_ids": self.factors.grids,
            "pathway_ids": self.factors.pathways,
            "distance_kinds": DISTANCE_KINDS,
        }
        for kind, ids in kinds.items():
            listed = ", ".join(map(literal, ids or [""]))
            engine.run(f"CREATE TYPE {kind} AS ENUM ({listed})")
        engine.load("bases", self.table)
        engine.load("grids", self.grids)
        engine.load("pathways", self.pathways)

    def _carriage_rows(self) -> Iterable[dict[str, Any]]:
        for i, name in enumerate(self.carriage_ids):
            vehicle = self.factors.vehicles.get(name)
            for j, kind in enumerate((*DISTANCE_KINDS, "")):
                key = {"k": i * KINDS + j, "b_no": i}
                if vehicle is not None:
                    row = self._vehicle(vehicle)
                    row["b_formula"] = f"energy of the leg x factor of its carrier [{name}]"
                else:
                    row = self._toc(self.factors.tocs[name], kind)
                    row["b_formula"] = _formula(row, kind)
                yield key | row

    def _toc(self, toc: TOC, kind: str) -> dict[str, Any]:
        air = toc.mode == "air"
        return (
            {"b_what": CARRIAGE, "b_mode": toc.mode}
            | _NO_CARRIAGE
            | _NO_ENERGY
            | _NO_HUB
            | {
                "b_wtt": toc.wtt_kgco2e_per_tkm,
                "b_ttw": toc.ttw_kgco2e_per_tkm,
                "b_market": toc.market_wtt_rate,
                "b_co2": (toc.ttw_kgco2_per_tkm or 0.0) if air else 0.0,
                "b_bio": toc.biogenic_kgco2_per_tkm,
                "b_rf": self.factors.rf_rate(toc),
                "b_burning_saf": toc.toc_id in self.factors.burning_saf,
                "b_lhv": (
                    self.factors.carrier("jet").lhv_mj_per_kg
                    if air and toc.ttw_kgco2_per_tkm
                    else 0.0
                ),
                "b_by_teu": toc.activity_unit == "teukm",
                "b_rate": (
                    f"(WTT {toc.wtt_kgco2e_per_tkm:g} + TTW {toc.ttw_kgco2e_per_tkm:g}) "
                    f"kg/{toc.activity_unit} [{toc.toc_id}]"
                ),
            }
            | _adjustment(toc, kind)
        )

    def _fuel(self, carrier_id: str) -> dict[str, Any]:
        fuel = self.factors.carriers.get(carrier_id)
        if fuel is None:  # electricity, or a fuel that the set lacks: no leg can burn it
            return _NO_ENERGY | {"b_electric": carrier_id == "electricity"}
        return {
            "b_fuel_wtt": fuel.wtt_kgco2e_per_kg,
            "b_fuel_ttw": fuel.ttw_kgco2e_per_kg,
            "b_fuel_bio": fuel.biogenic_kgco2_per_kg,
            "b_fuel_known": True,
            "b_electric": False,
        }

    def _vehicle(self, vehicle: Vehicle) -> dict[str, Any]:
        mine = {"b_what": VEHICLE, "b_mode": vehicle.mode}
        return mine | _NO_CARRIAGE | self._fuel(vehicle.carrier_id) | _NO_HUB

    def _hub_rows(self) -> Iterable[dict[str, Any]]:
        for i, hoc in enumerate(self.factors.hocs.values()):
            key = {"k": -1 - i, "b_no": len(self.carriage_ids) + i}
            if hoc.by_energy:
                words = "(diesel x factor + kWh x grid) of the leg"
                yield key | self._hub_by_energy(hoc) | {"b_formula": f"{words} [{hoc.hoc_id}]"}
            else:
                row = self._hub_by_rate(hoc)
                load = "TEU" if row["b_by_teu"] else "t"
                yield key | row | {"b_formula": f"{load} x {row['b_rate']}"}

    def _hub_by_energy(self, hoc: HOC) -> dict[str, Any]:
        mine = {"b_what": HUB_ENERGY, "b_mode": ""}
        rates = {"b_diesel_per_t": hoc.diesel_kg_per_t, "b_kwh_per_t": hoc.kwh_per_t}
        return mine | _NO_CARRIAGE | self._fuel("diesel") | rates

    @staticmethod
    def _hub_by_rate(hoc: HOC) -> dict[str, Any]:
        mine = {"b_what": HUB_RATE, "b_mode": ""}
        rates = {
            "b_wtt": hoc.wtt_kgco2e_per_t,
            "b_ttw": hoc.ttw_kgco2e_per_t,
            "b_market": hoc.market_wtt_rate,
            "b_by_teu": hoc.activity_unit == "teu",
            "b_rate": (
                f"(WTT {hoc.wtt_kgco2e_per_t:g} + TTW {hoc.ttw_kgco2e_per_t:g}) "
                f"kg/{hoc.activity_unit} [{hoc.hoc_id}]"
            ),
        }
        return mine | _NO_CARRIAGE | _NO_ENERGY | _NO_HUB | rates


def _formula(row: Mapping[str, Any], kind: str) -> str:
    """Return the formula of carriage in words, the same for all legs of the category."""
    load = "TEU" if row["b_by_teu"] else "t"
    detour = "" if row["b_daf"] == 1.0 else f" x DAF {row['b_daf']:.6g}"
    if row["b_add_km"] is not None:
        detour = f" x (km {row['b_add_km']:+g}) / km"
    return f"{load} x km ({kind or 'not stated'}){detour} x {row['b_rate']}"


def _traits(row: Mapping[str, Any]) -> set[str]:
    """Return what one basis has that most have not."""
    tests = {
        "vehicle": row["b_what"] == VEHICLE,
        "hub_energy": row["b_what"] == HUB_ENERGY,
        "hub_rate": row["b_what"] == HUB_RATE,
        "by_teu": row["b_by_teu"],
        "added_km": row["b_add_km"] is not None,
        "daf": row["b_daf"] != 1.0,
        "market": row["b_market"] != row["b_wtt"],
        "biogenic": row["b_bio"] != 0.0,
        "rf": row["b_rf"] != 0.0,
    }
    return {name for name, true in tests.items() if true}


def _adjustment(toc: TOC, kind: str) -> dict[str, Any]:
    """Ask the one definition which way it goes; of flights, whether 95 km come on or off."""
    try:
        daf = distance_adjustment_factor(toc, kind, _PROBE_KM)
    except LegFaultError:
        return {"b_kind_fault": True}
    if toc.mode != "air" or daf == 1.0:
        return {"b_daf": daf}
    return {"b_add_km": AIR_DETOUR_KM if daf > 1.0 else -AIR_DETOUR_KM}


def rank_of(quality: str) -> int:
    """Return the place of a quality, 0 for measured; the weakest is the highest."""
    return QUALITIES.index(quality)
