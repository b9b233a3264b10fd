"""Turn rows of factor tables into records; what a row must not say is refused by name."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from data.tables import Row

_SHARES_TOLERANCE = 1e-6  # shares are written with six decimals


def origin_of(row: Row) -> Origin:
    """Read where a row comes from."""
    return Origin(
        published_on=row["published_on"],
        quality=row["quality"],
        source_id=row["source_id"],
        locator=row["locator"] or "",
        note=row["note"] or "",
    )


def toc_of(row: Row) -> TOC:
    """Read a transport category; a row that covers operation alone is refused."""
    _want_wtw(row, "toc_id")
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
        origin=origin_of(row),
        region=row["region"],
        vehicle=row["vehicle"],
        load=row["load"] or "",
        temperature=row["temperature"] or "ambient",
        activity_unit=row["activity_unit"] or "tkm",
        market_wtt_kgco2e_per_tkm=row["market_wtt_kgco2e_per_tkm"],
        biogenic_kgco2_per_tkm=row["biogenic_kgco2_per_tkm"] or 0.0,
        load_share=row["load_share"],
        empty_share=row["empty_share"],
        empty_running_included=row["empty_running_included"],
        gwp_set=row["gwp_set"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def hoc_of(row: Row) -> HOC:
    """Read a hub by its energy."""
    return HOC(
        hoc_id=row["hoc_id"],
        kwh_per_t=row["kwh_per_t"],
        diesel_kg_per_t=row["diesel_kg_per_t"],
        deviation_share=row["deviation_share"],
        origin=origin_of(row),
        kind=row["kind"],
        temperature=row["temperature"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def hoc_intensity_of(row: Row) -> HOC:
    """Read a hub by its intensity; a row that covers operation alone is refused."""
    _want_wtw(row, "hoc_id")
    return HOC(
        hoc_id=row["hoc_id"],
        kwh_per_t=0.0,
        diesel_kg_per_t=0.0,
        deviation_share=row["deviation_share"],
        origin=origin_of(row),
        kind=row["kind"],
        temperature=row["temperature"] or "ambient",
        activity_unit=row["activity_unit"] or "t",
        wtt_kgco2e_per_t=row["wtt_kgco2e_per_t"],
        ttw_kgco2e_per_t=row["ttw_kgco2e_per_t"],
        market_wtt_kgco2e_per_t=row["market_wtt_kgco2e_per_t"],
        gas_set=row["gas_set"],
        gwp_set=row["gwp_set"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def carrier_of(row: Row) -> EnergyCarrier:
    """Read a fuel."""
    return EnergyCarrier(
        carrier_id=row["carrier_id"],
        lhv_mj_per_kg=row["lhv_mj_per_kg"],
        wtt_kgco2e_per_kg=row["wtt_kgco2e_per_kg"],
        ttw_kgco2e_per_kg=row["ttw_kgco2e_per_kg"],
        gas_set=row["gas_set"],
        origin=origin_of(row),
        name=row["name"],
        density_kg_per_l=row["density_kg_per_l"],
        ttw_kgco2_per_kg=row["ttw_kgco2_per_kg"],
        biogenic_kgco2_per_kg=row["biogenic_kgco2_per_kg"] or 0.0,
        gwp_set=row["gwp_set"],
    )


def grid_of(row: Row) -> Grid:
    """Read a grid."""
    return Grid(
        grid_id=row["grid_id"],
        country=row["country"],
        generation_kgco2e_per_kwh=row["generation_kgco2e_per_kwh"],
        upstream_kgco2e_per_kwh=row["upstream_kgco2e_per_kwh"],
        loss_share=row["loss_share"],
        residual_kgco2e_per_kwh=row["residual_kgco2e_per_kwh"],
        gas_set=row["gas_set"],
        origin=origin_of(row),
        name=row["name"],
        gwp_set=row["gwp_set"],
    )


def vehicle_of(row: Row) -> Vehicle:
    """Read a vehicle; energy is at the meter, charging losses included."""
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
        origin=origin_of(row),
        name=row["name"],
    )


def pathway_of(row: Row) -> SafPathway:
    """Read a SAF pathway."""
    return SafPathway(
        pathway_id=row["pathway_id"],
        total_gco2e_per_mj=row["total_gco2e_per_mj"],
        lhv_mj_per_kg=row["lhv_mj_per_kg"],
        blend_limit_volume_share=row["blend_limit_volume_share"],
        origin=origin_of(row),
    )


def match_of(row: Row) -> MatchKey:
    """Read what a category stands for."""
    words = [
        "match_id",
        "category_id",
        "kind",
        "mode",
        "hub_kind",
        "region",
        "vehicle",
        "fuel",
        "load",
        "air_option",
        "haul",
        "operator",
        "flight_no",
        "aircraft_type",
        "vessel_imo",
        "voyage_no",
        "vehicle_id",
    ]
    return MatchKey(
        **{name: row[name] or "" for name in words},
        temperature=row["temperature"] or "ambient",
        overflight=row["overflight"],
        energy_mix=parts_of(row["energy_mix"], f"energy_mix of {row['match_id']}"),
    )


def parts_of(parts: tuple[str, ...], where: str) -> tuple[tuple[str, float], ...]:
    """Read `name:share` parts that sum to 1.

    Raises
    ------
    EmissionsError
        if a part is no name and number, or they do not sum to 1.
    """
    read = []
    for part in parts:
        name, _, share = part.rpartition(":")
        try:
            read.append((name.strip(), float(share)))
        except ValueError:
            raise EmissionsError(f"{where}: found {part!r}, wanted name:share") from None
    total = math.fsum(share for _, share in read)
    if read and not (abs(total - 1) <= _SHARES_TOLERANCE and min(s for _, s in read) >= 0):
        raise EmissionsError(f"{where}: shares sum to {total:g}, wanted 1")
    return tuple(read)


def _want_wtw(row: Row, key: str) -> None:
    """Refuse a row that covers operation alone: it must never stand beside WTW unmarked."""
    if row["boundary"] != "wtw":
        raise EmissionsError(f"{key} {row[key]}: boundary {row['boundary']}, wanted wtw")
