"""Look up emission factors and intensities; a missing one is an error, never a zero."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from data.factor_schemas import (
    ENERGY_CARRIERS,
    GRIDS,
    HUB_ENERGY,
    INTENSITIES,
    PARAMETERS,
    SAF_PATHWAYS,
    VEHICLES,
)
from emissions.errors import EmissionsError, MissingFactorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from data.catalogue import Catalogue, ShippedTable
    from data.schemas import Schema

_T = TypeVar("_T")  # Python 3.11 has no def f[T]

# One edition is a list of files; a new edition is a new list, so that old results stay as they are.
_OPEN_2025: tuple[tuple[str, Schema], ...] = (
    ("factors/intensities_desnz_2025.csv", INTENSITIES),
    ("factors/intensities_open_2025.csv", INTENSITIES),
    ("factors/energy_carriers_2025.csv", ENERGY_CARRIERS),
    ("factors/saf_pathways_corsia.csv", SAF_PATHWAYS),
    ("factors/grids_2023.csv", GRIDS),
    ("factors/vehicles_2025.csv", VEHICLES),
    ("factors/hubs_energy_2025.csv", HUB_ENERGY),
    ("factors/parameters_2025.csv", PARAMETERS),
)
EDITIONS: dict[str, tuple[tuple[str, Schema], ...]] = {
    "open-2025": _OPEN_2025,
    # The same figures, and grids for the hubs of the world network.
    "open-2025.1": (*_OPEN_2025, ("factors/grids_world_2023.csv", GRIDS)),
}
DEFAULT_EDITION = "open-2025.1"

_DATA_TYPES = {
    "primary": "primary",
    "modelled": "modelled",
    "default": "default",
    "estimate": "modelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a factor comes from and when it became known."""

    published_on: date
    quality: str
    source_id: str
    locator: str
    note: str

    @property
    def data_type(self) -> str:
        """Primary, modelled or default, the three kinds of ISO 14083; an estimate is modelled."""
        return _DATA_TYPES[self.quality]


@dataclass(frozen=True, slots=True, kw_only=True)
class TOC:
    """Transport operation category (ISO 14083, 3.1.29) with its emission intensity."""

    toc_id: str
    mode: str
    carrier_id: str
    wtt_kgco2e_per_tkm: float
    ttw_kgco2e_per_tkm: float
    ttw_kgco2_per_tkm: float | None
    distance_kind: str
    daf_included: str
    gas_set: str
    deviation_share: float
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class HOC:
    """Hub operation category: energy per tonne of outbound throughput."""

    hoc_id: str
    kwh_per_t: float
    diesel_kg_per_t: float
    deviation_share: float
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyCarrier:
    """A fuel with its emission factors."""

    carrier_id: str
    lhv_mj_per_kg: float
    wtt_kgco2e_per_kg: float
    ttw_kgco2e_per_kg: float
    gas_set: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """An electricity grid; factors are per kWh at the meter."""

    grid_id: str
    country: str
    generation_kgco2e_per_kwh: float
    upstream_kgco2e_per_kwh: float
    loss_share: float
    residual_kgco2e_per_kwh: float | None
    gas_set: str
    origin: Origin

    @property
    def location_kgco2e_per_kwh(self) -> float:
        """Generation and fuel supply, raised by the grid's losses (methodology, section 6)."""
        return (self.generation_kgco2e_per_kwh + self.upstream_kgco2e_per_kwh) / (
            1 - self.loss_share
        )

    @property
    def market_kgco2e_per_kwh(self) -> float:
        """The residual mix where one is known, else as location-based: for uncovered kWh."""
        generation = (
            self.generation_kgco2e_per_kwh
            if self.residual_kgco2e_per_kwh is None
            else self.residual_kgco2e_per_kwh
        )
        return (generation + self.upstream_kgco2e_per_kwh) / (1 - self.loss_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A dedicated vehicle: energy per vehicle-km between empty and full."""

    vehicle_code: str
    mode: str
    carrier_id: str
    payload_kg: float
    energy_per_km_empty: float  # kWh or kg, at the meter or the pump
    energy_per_km_full: float
    range_km: float | None  # on one charge
    charge_kw: float | None
    deviation_share: float
    origin: Origin

    @property
    def electric(self) -> bool:
        """True if its energy is kWh."""
        return self.carrier_id == "electricity"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafPathway:
    """A sustainable aviation fuel: life-cycle value (core plus ILUC) and heating value."""

    pathway_id: str
    total_gco2e_per_mj: float
    lhv_mj_per_kg: float
    blend_limit_volume_share: float
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """One edition of all factors, with the bytes that it was read from."""

    edition: str
    tables: tuple[ShippedTable, ...]
    tocs: Mapping[str, TOC]
    hocs: Mapping[str, HOC]
    carriers: Mapping[str, EnergyCarrier]
    grids: Mapping[str, Grid]
    vehicles: Mapping[str, Vehicle]
    pathways: Mapping[str, SafPathway]
    parameters: Mapping[str, float]

    @classmethod
    def load(cls, catalogue: Catalogue, edition: str = DEFAULT_EDITION) -> Factors:
        """Open every table of an edition.

        Raises
        ------
        EmissionsError
            if there is no such edition.
        """
        if edition not in EDITIONS:
            raise EmissionsError(f"factor set {edition!r}; wanted one of {', '.join(EDITIONS)}")
        tables = tuple(catalogue.table(path, schema) for path, schema in EDITIONS[edition])
        by_schema: dict[str, list[dict[str, Any]]] = {}
        for table, (_, schema) in zip(tables, EDITIONS[edition], strict=True):
            by_schema.setdefault(schema.name, []).extend(table.rows)
        return cls(
            edition=edition,
            tables=tables,
            tocs=_index(map(_toc, by_schema["intensities"]), "toc_id"),
            hocs=_index(map(_hoc, by_schema["hubs_energy"]), "hoc_id"),
            carriers=_index(map(_carrier, by_schema["energy_carriers"]), "carrier_id"),
            grids=_index(map(_grid, by_schema["grids"]), "grid_id"),
            vehicles=_index(map(_vehicle, by_schema["vehicles"]), "vehicle_code"),
            pathways=_index(map(_pathway, by_schema["saf_pathways"]), "pathway_id"),
            parameters={r["parameter"]: r["value"] for r in by_schema["parameters"]},
        )

    @property
    def sha256(self) -> str:
        """Hash over the names and bytes of all tables of the edition, in order."""
        digest = hashlib.sha256()
        for table in self.tables:
            digest.update(f"{table.path}\n{table.card.sha256}\n".encode())
        return digest.hexdigest()

    def toc(self, toc_id: str) -> TOC:
        """Return a transport operation category; unknown ids answer with the nearest."""
        return _find(self.tocs, toc_id, "toc_id")

    def hoc(self, hoc_id: str) -> HOC:
        """Return a hub operation category."""
        return _find(self.hocs, hoc_id, "hoc_id")

    def carrier(self, carrier_id: str) -> EnergyCarrier:
        """Return a fuel."""
        return _find(self.carriers, carrier_id, "carrier_id")

    def grid(self, grid_id: str) -> Grid:
        """Return an electricity grid."""
        return _find(self.grids, grid_id, "grid_id")

    def vehicle(self, vehicle_code: str) -> Vehicle:
        """Return a dedicated vehicle."""
        return _find(self.vehicles, vehicle_code, "vehicle_code")

    def pathway(self, pathway_id: str) -> SafPathway:
        """Return a SAF pathway."""
        return _find(self.pathways, pathway_id, "saf_pathway")

    def parameter(self, name: str) -> float:
        """Return a single figure by its name."""
        return _find(self.parameters, name, "parameter")


def _find(table: Mapping[str, _T], key: str, column: str) -> _T:
    found = table.get(key)
    if found is None:
        near = difflib.get_close_matches(key, table, n=1, cutoff=0)
        raise MissingFactorError(column, key, near[0] if near else "")
    return found


def _index(records: Iterable[_T], key: str) -> dict[str, _T]:
    index: dict[str, _T] = {}
    for record in records:
        name = getattr(record, key)
        if name in index:
            raise EmissionsError(f"{key} {name!r} stands twice in the factor set")
        index[name] = record
    return index


def _origin(row: dict[str, Any]) -> Origin:
    return Origin(
        published_on=row["published_on"],
        quality=row["quality"],
        source_id=row["source_id"],
        locator=row["locator"] or "",
        note=row["note"] or "",
    )


def _toc(row: dict[str, Any]) -> TOC:
    if row["boundary"] != "wtw":
        raise EmissionsError(f"toc {row['toc_id']}: boundary {row['boundary']}, wanted wtw")
    return TOC(
        toc_id=row["toc_id"],
        mode=row["mode"],
        carrier_id=row["carrier_id"] or "",
        wtt_kgco2e_per_tkm=row["wtt_kgco2e_per_tkm"],
        ttw_kgco2e_per_tkm=row["ttw_kgco2e_per_tkm"],
        ttw_kgco2_per_tkm=row["ttw_kgco2_per_tkm"],
        distance_kind=row["distance_kind"],
        daf_included=row["daf_included"],
        gas_set=row["gas_set"],
        deviation_share=row["deviation_share"],
        origin=_origin(row),
    )


def _hoc(row: dict[str, Any]) -> HOC:
    return HOC(
        hoc_id=row["hoc_id"],
        kwh_per_t=row["kwh_per_t"],
        diesel_kg_per_t=row["diesel_kg_per_t"],
        deviation_share=row["deviation_share"],
        origin=_origin(row),
    )


def _carrier(row: dict[str, Any]) -> EnergyCarrier:
    return EnergyCarrier(
        carrier_id=row["carrier_id"],
        lhv_mj_per_kg=row["lhv_mj_per_kg"],
        wtt_kgco2e_per_kg=row["wtt_kgco2e_per_kg"],
        ttw_kgco2e_per_kg=row["ttw_kgco2e_per_kg"],
        gas_set=row["gas_set"],
        origin=_origin(row),
    )


def _grid(row: dict[str, Any]) -> Grid:
    return Grid(
        grid_id=row["grid_id"],
        country=row["country"],
        generation_kgco2e_per_kwh=row["generation_kgco2e_per_kwh"],
        upstream_kgco2e_per_kwh=row["upstream_kgco2e_per_kwh"],
        loss_share=row["loss_share"],
        residual_kgco2e_per_kwh=row["residual_kgco2e_per_kwh"],
        gas_set=row["gas_set"],
        origin=_origin(row),
    )


def _vehicle(row: dict[str, Any]) -> Vehicle:
    at_meter = 1 / (1 - row["charging_loss_share"])
    return Vehicle(
        vehicle_code=row["vehicle_code"],
        mode=row["mode"],
        carrier_id=row["carrier_id"],
        payload_kg=row["payload_kg"],
        energy_per_km_empty=row["energy_per_km_empty"] * at_meter,
        energy_per_km_full=row["energy_per_km_full"] * at_meter,
        range_km=row["range_km"],
        charge_kw=row["charge_kw"],
        deviation_share=row["deviation_share"],
        origin=_origin(row),
    )


def _pathway(row: dict[str, Any]) -> SafPathway:
    return SafPathway(
        pathway_id=row["pathway_id"],
        total_gco2e_per_mj=row["total_gco2e_per_mj"],
        lhv_mj_per_kg=row["lhv_mj_per_kg"],
        blend_limit_volume_share=row["blend_limit_volume_share"],
        origin=_origin(row),
    )
