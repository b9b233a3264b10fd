"""Account for sustainable aviation fuel: a claim replaces the emission profile of part of the fuel.

Symbols: m_S neat SAF, H its lower heating value, Q energy of the fuel burnt, Q_S energy of the SAF,
LS life-cycle emissions of the SAF, EF those of the fossil fuel. Formulas (1) to (7) of
docs/methodology.md. The bases differ by a third for the same fuel, so each has its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from data.units import G_PER_KG
from emissions.ledger.entries import Kind, LedgerError, Lot, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

CUSTODIES = ("physical", "mass_balance", "book_and_claim")

# Fossil baselines in gCO2e/MJ. ICAO Annex 16 IV (CORSIA) life-cycle baseline of jet fuel; fossil
# comparator for transport of Directive (EU) 2018/2001, Annex V. Never mixed in one formula.
CORSIA_BASELINE_GCO2E_PER_MJ = 89.0
RED_BASELINE_GCO2E_PER_MJ = 94.0
BASELINES = {"corsia": CORSIA_BASELINE_GCO2E_PER_MJ, "red": RED_BASELINE_GCO2E_PER_MJ}
# CORSIA's fuel conversion factor of Jet-A1: CO2 of combustion alone.
JET_CO2_KG_PER_KG = 3.16
# Files carry kilograms with six decimals; a claim may exceed its cap by that rounding, no more.
ENERGY_TOLERANCE = 1e-6


def saf_energy_mj(neat_kg: float, lhv_mj_per_kg: float) -> float:
    """Return the energy of neat fuel.

    >>> saf_energy_mj(1000, 44.0)
    44000.0
    """
    return neat_kg * lhv_mj_per_kg


def saving_share(total_gco2e_per_mj: float, baseline_gco2e_per_mj: float) -> float:
    """Return (1): the share saved against a named baseline, from -inf to 1."""
    return (baseline_gco2e_per_mj - total_gco2e_per_mj) / baseline_gco2e_per_mj


def energy_based_saving_kgco2e(
    energy_mj: float, *, baseline_gco2e_per_mj: float, total_gco2e_per_mj: float
) -> float:
    """Return (2): the well-to-wake saving of that much energy against a named baseline.

    >>> round(energy_based_saving_kgco2e(44000, baseline_gco2e_per_mj=89, total_gco2e_per_mj=13.9))
    3304
    """
    return energy_mj * (baseline_gco2e_per_mj - total_gco2e_per_mj) / G_PER_KG


def corsia_reduction_kgco2(neat_kg: float, total_gco2e_per_mj: float) -> float:
    """Return (3): CORSIA's emissions reduction, in CO2 of combustion; not comparable with WTW."""
    return (
        JET_CO2_KG_PER_KG * neat_kg * saving_share(total_gco2e_per_mj, CORSIA_BASELINE_GCO2E_PER_MJ)
    )


def physical_kgco2e(energy_mj: float, fossil_gco2e_per_mj: float) -> float:
    """Return (4): emissions of the fuel as burnt."""
    return energy_mj * fossil_gco2e_per_mj / G_PER_KG


def market_based_kgco2e(
    energy_mj: float,
    saf_mj: float,
    *,
    fossil_gco2e_per_mj: float,
    total_gco2e_per_mj: float,
) -> float:
    """Return (5): emissions after part of the energy took on the profile of SAF; never below 0.

    Raises
    ------
    LedgerError
        if more SAF energy is claimed than was burnt.
    """
    _refuse_excess(saf_mj, energy_mj)
    fossil_mj = max(0.0, energy_mj - saf_mj)
    kg = (fossil_mj * fossil_gco2e_per_mj + saf_mj * total_gco2e_per_mj) / G_PER_KG
    return max(0.0, kg)  # a pathway with negative land-use terms may not net other fuel


def reduction_shown_kgco2e(
    saf_mj: float, *, fossil_gco2e_per_mj: float, total_gco2e_per_mj: float
) -> float:
    """Return (6): what (5) shows below (4), in the inventory's own fossil factor."""
    return saf_mj * (fossil_gco2e_per_mj - total_gco2e_per_mj) / G_PER_KG


def biogenic_kgco2(neat_kg: float) -> float:
    """Return (7): CO2 of biogenic origin from burning neat SAF, reported beside the total."""
    return neat_kg * JET_CO2_KG_PER_KG


def largest_claim_kg(
    fuel_kg: float, *, fuel_lhv_mj_per_kg: float, saf_lhv_mj_per_kg: float
) -> float:
    """Return the most neat SAF that the fuel burnt on a leg can take.

    The blend limit of a physical batch does not bind here: a book-and-claim or mass-balance share
    may reach 100 % of the energy.
    """
    return fuel_kg * fuel_lhv_mj_per_kg / saf_lhv_mj_per_kg


def neat_mass_share(
    volume_share: float, *, saf_density_kg_per_l: float, fossil_density_kg_per_l: float
) -> float:
    """Return the share of neat SAF by mass in a blend stated by volume; certificates count neat.

    >>> round(neat_mass_share(0.5, saf_density_kg_per_l=0.755, fossil_density_kg_per_l=0.80), 4)
    0.4855
    """
    saf = volume_share * saf_density_kg_per_l
    return saf / (saf + (1 - volume_share) * fossil_density_kg_per_l)


def _refuse_excess(saf_mj: float, energy_mj: float) -> None:
    if saf_mj < 0 or saf_mj > energy_mj * (1 + ENERGY_TOLERANCE):
        raise LedgerError(
            f"SAF claim of {saf_mj:.6f} MJ exceeds the {energy_mj:.6f} MJ of fuel burnt"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SafCertificate:
    """A quantity of neat SAF with its proof of sustainability and its retirement."""

    certificate_id: str
    registry: str
    batch_id: str
    batch_from_g: int  # first gram of the batch that this certificate covers
    neat_g: int
    pathway_id: str
    lhv_mj_per_kg: float
    total_gco2e_per_mj: float
    lca_scope: str  # core, or core+iluc
    baseline: str  # corsia or red: what saving_share was computed against
    saving_share: float | None
    scheme: str
    pos_number: str
    scheme_valid_to: date | None
    chain_of_custody: str
    neat_volume_share: float | None  # of a physical blend
    blend_limit_volume_share: float | None
    produced_on: date | None
    delivered_on: date | None
    status: str  # retired or held
    retired_on: date | None
    beneficiary: str
    purpose: str  # voluntary or compliance
    note: str

    @property
    def lot(self) -> Lot:
        """The fuel as a lot; two certificates over the same grams of a batch overlap."""
        return Lot(
            lot_id=self.certificate_id,
            kind=Kind.SAF,
            span=Span(
                series=f"{self.registry}|{self.batch_id}",
                start=self.batch_from_g,
                end=self.batch_from_g + self.neat_g,
            ),
            attribute=self.pathway_id,
            usable=self.status == "retired",
        )


def _grams(kg: float, what: str) -> int:
    grams = Decimal(repr(kg)) * int(G_PER_KG)
    if grams != int(grams):
        raise LedgerError(f"{what}: {kg} kg, wanted whole grams")
    return int(grams)


def certificate_of(row: Mapping[str, Any]) -> SafCertificate:
    """Return the certificate that a row of saf.csv states; a blend is converted to neat fuel."""
    name = row["certificate_id"]
    if (row["neat_kg"] is None) == (row["blend_kg"] is None):
        raise LedgerError(f"{name}: wanted either neat_kg or blend_kg with neat_mass_share")
    if row["neat_kg"] is None and row["neat_mass_share"] is None:
        raise LedgerError(f"{name}: blend_kg needs neat_mass_share; a volume share is not one")
    neat_g = (
        _grams(row["neat_kg"], name)
        if row["neat_kg"] is not None
        else int(row["blend_kg"] * row["neat_mass_share"] * G_PER_KG)  # rounded down
    )
    return SafCertificate(
        certificate_id=name,
        registry=row["registry"],
        batch_id=row["batch_id"],
        batch_from_g=_grams(row["batch_from_kg"] or 0.0, name),
        neat_g=neat_g,
        pathway_id=row["pathway_id"],
        lhv_mj_per_kg=row["lhv_mj_per_kg"],
        total_gco2e_per_mj=row["total_gco2e_per_mj"],
        lca_scope=row["lca_scope"],
        baseline=row["baseline"],
        saving_share=row["saving_share"],
        scheme=row["scheme"] or "",
        pos_number=row["pos_number"] or "",
        scheme_valid_to=row["scheme_valid_to"],
        chain_of_custody=row["chain_of_custody"],
        neat_volume_share=row["neat_volume_share"],
        blend_limit_volume_share=row["blend_limit_volume_share"],
        produced_on=row["produced_on"],
        delivered_on=row["delivered_on"],
        status=row["status"],
        retired_on=row["retired_on"],
        beneficiary=row["beneficiary"] or "",
        purpose=row["purpose"] or "",
        note=row["note"] or "",
    )
