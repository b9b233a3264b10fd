"""Look up emission factors and intensities; a missing one is an error, never a zero."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from data.factor_schemas import (
    ENERGY_CARRIERS,
    GRIDS,
    GWP,
    HUB_ENERGY,
    HUB_INTENSITIES,
    INTENSITIES,
    MATCHING,
    PARAMETERS,
    REFRIGERANTS,
    RF_MEMO,
    SAF_PATHWAYS,
    VEHICLES,
)
from emissions.errors import EmissionsError, MissingFactorError
from emissions.factor_rows import (
    carrier_of,
    grid_of,
    hoc_intensity_of,
    hoc_of,
    match_of,
    parts_of,
    pathway_of,
    toc_of,
    vehicle_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.catalogue import Catalogue, ShippedTable
    from data.schemas import Schema
    from data.tables import Row
    from emissions.categories import (
        HOC,
        TOC,
        EnergyCarrier,
        Grid,
        MatchKey,
        Origin,
        SafPathway,
        Vehicle,
    )

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
    # More classes, fuels, hubs and refrigerants, and the keys by which legs are matched.
    "open-2025.2": (
        *_OPEN_2025,
        ("factors/grids_world_2023.csv", GRIDS),
        ("factors/intensities_desnz_more_2025.csv", INTENSITIES),
        ("factors/intensities_modelled_2025.csv", INTENSITIES),
        ("factors/energy_carriers_more_2025.csv", ENERGY_CARRIERS),
        ("factors/vehicles_more_2025.csv", VEHICLES),
        ("factors/hubs_energy_more_2025.csv", HUB_ENERGY),
        ("factors/hubs_intensity_2025.csv", HUB_INTENSITIES),
        ("factors/grids_own_2025.csv", GRIDS),
        ("factors/gwp.csv", GWP),
        ("factors/gwp_more_2025.csv", GWP),
        ("factors/refrigerants_2025.csv", REFRIGERANTS),
        ("factors/air_memo_rf_desnz_2025.csv", RF_MEMO),
        ("factors/matching_2025.csv", MATCHING),
    ),
}
DEFAULT_EDITION = "open-2025.2"
WARMING = ("AR4", "AR5", "AR6")
_RF_OVER_CO2 = 0.7  # DESNZ 2025, conversion factors: CO2 x 1.7 with radiative forcing

Part = tuple["ShippedTable", "Schema"]


@dataclass(frozen=True, kw_only=True)
class Factors:
    """One edition of all factors, with the bytes that it was read from."""

    edition: str
    tables: tuple[ShippedTable, ...]
    parts: tuple[Part, ...] = field(repr=False)
    tocs: Mapping[str, TOC]
    hocs: Mapping[str, HOC]
    carriers: Mapping[str, EnergyCarrier]
    grids: Mapping[str, Grid]
    vehicles: Mapping[str, Vehicle]
    pathways: Mapping[str, SafPathway]
    parameters: Mapping[str, float]
    gwp: Mapping[str, Mapping[str, float]]  # gas -> warming potential by set
    refrigerants: Mapping[str, tuple[tuple[str, float], ...]]  # blend -> gases by mass share
    rf_memo: Mapping[str, float]  # TOC -> radiative forcing per tkm, outside every total
    matches: tuple[MatchKey, ...]

    @classmethod
    def load(cls, catalogue: Catalogue, edition: str = DEFAULT_EDITION) -> Factors:
        """Open every table of an edition.

        Raises
        ------
        EmissionsError
            if there is no such edition.
        """
        return cls.of(edition, shipped_parts(catalogue, edition))

    @classmethod
    def of(cls, edition: str, parts: Sequence[Part]) -> Factors:
        """Gather tables into one set; no id may stand twice.

        Raises
        ------
        EmissionsError
            naming an id that stands twice, or a row that cannot be used.
        """
        rows: dict[str, list[Row]] = {}
        for table, schema in parts:
            rows.setdefault(schema.name, []).extend(table.rows)

        def of(schema: Schema) -> list[Row]:
            return rows.get(schema.name, [])

        hocs = [*map(hoc_of, of(HUB_ENERGY)), *map(hoc_intensity_of, of(HUB_INTENSITIES))]
        return cls(
            edition=edition,
            tables=tuple(table for table, _ in parts),
            parts=tuple(parts),
            tocs=_index(map(toc_of, of(INTENSITIES)), "toc_id"),
            hocs=_index(hocs, "hoc_id"),
            carriers=_index(map(carrier_of, of(ENERGY_CARRIERS)), "carrier_id"),
            grids=_index(map(grid_of, of(GRIDS)), "grid_id"),
            vehicles=_index(map(vehicle_of, of(VEHICLES)), "vehicle_code"),
            pathways=_index(map(pathway_of, of(SAF_PATHWAYS)), "pathway_id"),
            parameters={r["parameter"]: r["value"] for r in of(PARAMETERS)},
            gwp={r["species"]: _warming(r) for r in of(GWP)},
            refrigerants={
                r["refrigerant_id"]: parts_of(r["composition"], r["refrigerant_id"])
                for r in of(REFRIGERANTS)
            },
            rf_memo={
                r["toc_id"]: r["ttw_with_rf_kgco2e_per_tkm"] - r["ttw_without_rf_kgco2e_per_tkm"]
                for r in of(RF_MEMO)
            },
            matches=tuple(map(match_of, of(MATCHING))),
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

    def origin(self, category_id: str) -> Origin:
        """Return where a TOC, HOC or vehicle comes from."""
        for table in (self.tocs, self.hocs, self.vehicles):
            if category_id in table:
                return table[category_id].origin
        raise MissingFactorError("category", category_id, "")

    def rf_rate(self, toc: TOC) -> float:
        """Return the radiative forcing of a flight per tkm, for the memo outside every total.

        A published row where there is one; else CO2 x 0.7, the share that DESNZ puts on top of the
        CO2 part of freight flights (0.89939 against 0.5313 kg/tkm). Sets without such rows have no
        memo.
        """
        if toc.toc_id in self.rf_memo or not self.rf_memo:
            return self.rf_memo.get(toc.toc_id, 0.0)
        return _RF_OVER_CO2 * (toc.ttw_kgco2_per_tkm or 0.0) if toc.mode == "air" else 0.0

    @cached_property
    def burning_saf(self) -> frozenset[str]:
        """Categories that burn SAF already: no more can be booked on them (their parts mix)."""
        return frozenset(
            match.category_id
            for match in self.matches
            if any(carrier.startswith("saf:") for carrier, _ in match.energy_mix)
        )

    def warming_potential(self, refrigerant: str, gwp_set: str) -> float:
        """Return kg CO2e per kg of a gas, or of a refrigerant by its gases (ISO 14083, Annex K).

        Raises
        ------
        EmissionsError
            if a gas is unknown, or has no value in that set.
        """
        total = 0.0
        for gas, share in self.refrigerants.get(refrigerant, ((refrigerant, 1.0),)):
            known = _find(self.gwp, gas, "refrigerant")
            if gwp_set not in known:
                raise EmissionsError(f"refrigerant {refrigerant}: {gas} has no {gwp_set} potential")
            total += share * known[gwp_set]
        return total


def shipped_parts(catalogue: Catalogue, edition: str) -> tuple[Part, ...]:
    """Open every table of a shipped edition.

    Raises
    ------
    EmissionsError
        if there is no such edition.
    """
    if edition not in EDITIONS:
        raise EmissionsError(f"factor set {edition!r}; wanted one of {', '.join(EDITIONS)}")
    return tuple((catalogue.table(path, schema), schema) for path, schema in EDITIONS[edition])


def _warming(row: Mapping[str, Any]) -> dict[str, float]:
    named = {name: row[f"{name.lower()}_gwp100"] for name in WARMING}
    return {name: value for name, value in named.items() if value is not None}


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
