"""Work out WTT and TTW of many elements at once: the one vectorised statement of the formulas."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from data.units import G_PER_KG, MG_PER_KG
from emissions.distance import distance_adjustment_factor, transport_activity_tkm
from emissions.energy import hub_energy
from emissions.errors import EmissionsError, LegFaultError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emissions.chain import TCE
    from emissions.factors import Factors

    Floats = NDArray[np.float64]
    Milligrams = NDArray[np.int64]

# SAF claimed for a leg may exceed the fuel burnt by this share: six decimals of a kilogram.
_SAF_TOLERANCE = 1e-6
_EXACT_MG = 2.0**53  # about nine million tonnes: the last whole number that float64 tells apart
_HUB_TOLERANCE = 1e-6  # energy of a hub is its rate x mass, to six decimals


@dataclass(slots=True)
class Columns:
    """The numbers of the kernel, one entry per element."""

    activity_tkm: Floats
    wtt_per_tkm: Floats
    ttw_per_tkm: Floats
    co2_per_tkm: Floats
    fuel_kg: Floats
    fuel_wtt: Floats
    fuel_ttw: Floats
    energy_kwh: Floats
    grid_location: Floats
    grid_market: Floats
    grid_covered: Floats
    eac_kwh: Floats
    saf_mj: Floats
    saf_g_per_mj: Floats
    lhv_fuel: Floats


def _zeros(size: int) -> Columns:
    return Columns(*(np.zeros(size) for _ in fields(Columns)))


def _milligrams(kg: Floats) -> Milligrams:
    """Round to whole milligrams; what no float can tell apart is no footprint.

    Raises
    ------
    EmissionsError
        for figures that are not finite or too large to be exact.
    """
    mg = np.rint(kg * MG_PER_KG)
    if not np.all(np.abs(mg) < _EXACT_MG):  # also refuses NaN
        raise EmissionsError(
            f"CO2e beyond {_EXACT_MG:g} mg, wanted masses and distances of freight"
        )
    return mg.astype(np.int64)


def footprint(c: Columns, jet_co2: float) -> tuple[tuple[Milligrams, ...], Floats]:
    """Return (wtt, ttw, market wtt, market ttw) in milligrams, and fuel burnt in kg.

    This is the one statement of the formulas of docs/methodology.md, sections 2 to 5; the
    verifier holds the only other one, on purpose.
    """
    electricity = c.energy_kwh * c.grid_location
    wtt = c.activity_tkm * c.wtt_per_tkm + (c.fuel_kg * c.fuel_wtt + electricity)
    ttw = c.activity_tkm * c.ttw_per_tkm + c.fuel_kg * c.fuel_ttw
    burnt = c.fuel_kg + c.activity_tkm * c.co2_per_tkm / jet_co2
    fuel_mj = burnt * c.lhv_fuel
    share = np.divide(c.saf_mj, fuel_mj, out=np.zeros_like(fuel_mj), where=c.saf_mj > 0)
    share = np.minimum(share, 1.0)
    uncovered = c.energy_kwh - c.eac_kwh
    market_electricity = uncovered * c.grid_market + c.eac_kwh * c.grid_covered
    market_base = c.activity_tkm * c.wtt_per_tkm + (c.fuel_kg * c.fuel_wtt + market_electricity)
    market_wtt = market_base * (1 - share) + c.saf_mj * c.saf_g_per_mj / G_PER_KG
    market_ttw = ttw * (1 - share)
    figures = (wtt, ttw, np.maximum(market_wtt, 0.0), np.maximum(market_ttw, 0.0))
    return tuple(_milligrams(f) for f in figures), burnt


def _fill_activity(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    toc = factors.toc(e.toc_id)
    if toc.mode != e.mode:
        raise LegFaultError("mode", e.mode, f"{toc.mode}, the mode of {toc.toc_id}")
    daf = distance_adjustment_factor(toc, e.distance_kind, e.distance_km)
    c.activity_tkm[i] = transport_activity_tkm(e.mass_kg, e.distance_km) * daf
    c.wtt_per_tkm[i] = toc.wtt_kgco2e_per_tkm
    c.ttw_per_tkm[i] = toc.ttw_kgco2e_per_tkm
    if toc.mode == "air":
        if toc.ttw_kgco2_per_tkm is None:
            raise EmissionsError(f"toc {toc.toc_id}: ttw_kgco2_per_tkm is blank; air fuel needs it")
        c.co2_per_tkm[i] = toc.ttw_kgco2_per_tkm
        c.lhv_fuel[i] = factors.carrier("jet").lhv_mj_per_kg


def _fill_energy(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    """Fill an element that is charged by its energy: a dedicated vehicle, or a hub."""
    if e.fuel_kg is None and e.energy_kwh is None:
        raise EmissionsError("has neither fuel_kg nor energy_kwh, wanted one of them")
    carrier_id = _check_hub(e, factors) if e.hoc_id else _check_vehicle(e, factors)
    if e.fuel_kg:
        fuel = factors.carrier(carrier_id)
        c.fuel_kg[i] = e.fuel_kg
        c.fuel_wtt[i], c.fuel_ttw[i] = fuel.wtt_kgco2e_per_kg, fuel.ttw_kgco2e_per_kg
    if e.energy_kwh:
        grid = factors.grid(e.grid_id)
        c.energy_kwh[i] = e.energy_kwh
        c.grid_location[i] = grid.location_kgco2e_per_kwh
        c.grid_market[i] = grid.market_kgco2e_per_kwh
        c.grid_covered[i] = covered_kgco2e_per_kwh(factors, e.grid_id)


def _check_hub(e: TCE, factors: Factors) -> str:
    """Refuse a hub whose energy is not its rate x mass: a blank half would be a silent zero."""
    wanted = hub_energy(factors.hoc(e.hoc_id), e.mass_kg)
    for column, found, rate in zip(
        ("fuel_kg", "energy_kwh"), (e.fuel_kg, e.energy_kwh), wanted, strict=True
    ):
        if abs((found or 0.0) - rate) > _HUB_TOLERANCE:
            raise LegFaultError(column, found, f"{rate:g}, the rate of {e.hoc_id} x mass")
    return "diesel"


def _check_vehicle(e: TCE, factors: Factors) -> str:
    """Refuse a vehicle without energy, or with energy that is not its own."""
    vehicle = factors.vehicle(e.toc_id)
    if vehicle.mode != e.mode:
        raise LegFaultError("mode", e.mode, f"{vehicle.mode}, the mode of {e.toc_id}")
    own, other = ("energy_kwh", "fuel_kg") if vehicle.electric else ("fuel_kg", "energy_kwh")
    if not (getattr(e, own) or 0.0) > 0:
        raise LegFaultError(own, getattr(e, own), f"> 0 for {e.toc_id}")
    if getattr(e, other):
        raise LegFaultError(other, getattr(e, other), f"nothing: {e.toc_id} runs on {own}")
    return vehicle.carrier_id


def covered_kgco2e_per_kwh(factors: Factors, grid_id: str) -> float:
    """Return what a certified kWh at the meter still emits: its own upstream and the grid's losses.

    A certificate conveys generation alone, so grid losses stay at the uncovered rate.
    """
    grid = factors.grid(grid_id)
    upstream = factors.parameter("eac_upstream_kgco2e_per_kwh")
    return upstream + grid.market_kgco2e_per_kwh * grid.loss_share


def _fill_claims(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    if e.saf_kg:
        pathway = factors.pathway(e.saf_pathway)
        c.saf_mj[i] = e.saf_kg * pathway.lhv_mj_per_kg
        c.saf_g_per_mj[i] = pathway.total_gco2e_per_mj
        fuel_mj = c.activity_tkm[i] * c.co2_per_tkm[i] * c.lhv_fuel[i]
        fuel_mj /= factors.parameter("jet_co2_kg_per_kg")
        if not fuel_mj > 0:
            raise LegFaultError("saf_kg", e.saf_kg, "nothing: SAF is for flights alone (SAF-11)")
        if c.saf_mj[i] > fuel_mj * (1 + _SAF_TOLERANCE):
            most = fuel_mj / pathway.lhv_mj_per_kg
            raise LegFaultError("saf_kg", e.saf_kg, f"at most the {most:.6f} kg burnt (SAF-8)")
    if e.eac_kwh:
        if e.eac_kwh > c.energy_kwh[i]:
            most = c.energy_kwh[i]
            raise LegFaultError("eac_kwh", e.eac_kwh, f"at most the {most} kWh used (REC-9)")
        c.eac_kwh[i] = e.eac_kwh


def columns_of(elements: Sequence[TCE], factors: Factors) -> Columns:
    """Return the numbers of elements, one entry each.

    Raises
    ------
    EmissionsError
        naming every element whose factor is missing or whose claim exceeds what it used.
    """
    columns = _zeros(len(elements))
    faults = []
    for i, e in enumerate(elements):
        by_energy = bool(e.hoc_id) or e.toc_id in factors.vehicles
        try:
            (_fill_energy if by_energy else _fill_activity)(columns, i, e, factors)
            _fill_claims(columns, i, e, factors)
        except EmissionsError as fault:
            if len(elements) == 1:
                raise
            faults.append(f"{e.shipment_id} leg {e.leg_no}: {fault}")
    if faults:
        raise EmissionsError("\n".join(faults))
    return columns
