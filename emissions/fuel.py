"""Turn amounts of fuel and electricity into kilograms, and those into CO2e, blends by energy."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.units import G_PER_KG, KG_PER_TONNE
from emissions.categories import EnergyCarrier
from emissions.errors import EmissionsError, LegFaultError
from emissions.factor_rows import parts_of
from emissions.kernel import covered_kgco2e_per_kwh

if TYPE_CHECKING:
    from emissions.categories import Origin
    from emissions.factors import Factors

MJ_PER_KWH = 3.6
LITRES_PER_US_GALLON = 3.785411784  # exact: 231 cubic inches
ELECTRICITY = "electricity"
SAF = "saf:"
# CO2 of neat SAF when burnt, all biogenic: its blend components are paraffins, and C12H26 holds 12
# carbon atoms in 170.3 g/mol, 12 x 44.01 / 170.34 = 3.10 (HVO, the same paraffins: 3.12 by DESNZ).
SAF_BIOGENIC_KGCO2_PER_KG = 3.1
_ENERGY_MJ = {"kwh": MJ_PER_KWH, "mj": 1.0, "gj": 1000.0}
_MASS_KG = {"kg": 1.0, "t": KG_PER_TONNE}
_VOLUME_L = {"l": 1.0, "m3": 1000.0, "gal_us": LITRES_PER_US_GALLON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Burnt:
    """What some energy emits, in kg, and what it stands on. Adds."""

    vo_kg: float = 0.0  # vehicle or hub operation (TTW)
    vep_kg: float = 0.0  # energy provision (WTT), location-based
    market_vep_kg: float = 0.0
    biogenic_kg: float = 0.0
    jet_kg: float = 0.0  # fossil jet fuel, for which SAF may stand
    energy_mj: tuple[tuple[str, float], ...] = ()  # by energy carrier
    gas_sets: frozenset[str] = frozenset()
    gwp_sets: frozenset[str] = frozenset()
    origins: tuple[Origin, ...] = field(default=(), repr=False)

    def __add__(self, other: Burnt) -> Burnt:
        mj = dict(self.energy_mj)
        for carrier, amount in other.energy_mj:
            mj[carrier] = mj.get(carrier, 0.0) + amount
        return Burnt(
            vo_kg=self.vo_kg + other.vo_kg,
            vep_kg=self.vep_kg + other.vep_kg,
            market_vep_kg=self.market_vep_kg + other.market_vep_kg,
            biogenic_kg=self.biogenic_kg + other.biogenic_kg,
            jet_kg=self.jet_kg + other.jet_kg,
            energy_mj=tuple(sorted(mj.items())),
            gas_sets=self.gas_sets | other.gas_sets,
            gwp_sets=self.gwp_sets | other.gwp_sets,
            origins=(*self.origins, *other.origins),
        )

    def times(self, share: float) -> Burnt:
        """Return a share of it."""
        return Burnt(
            vo_kg=self.vo_kg * share,
            vep_kg=self.vep_kg * share,
            market_vep_kg=self.market_vep_kg * share,
            biogenic_kg=self.biogenic_kg * share,
            jet_kg=self.jet_kg * share,
            energy_mj=tuple((carrier, mj * share) for carrier, mj in self.energy_mj),
            gas_sets=self.gas_sets,
            gwp_sets=self.gwp_sets,
            origins=self.origins,
        )


# What people and carriers call fuels, beside the ids of the factor set.
_FUEL_WORDS = {
    "jet a": "jet", "jet a-1": "jet", "jet a1": "jet", "jet fuel": "jet", "kerosene": "jet",
    "aviation fuel": "jet", "gas oil": "diesel", "gasoil": "diesel", "derv": "diesel",
    "b7": "diesel-b7-gb", "hvo100": "hvo", "hvo 100": "hvo", "marine gas oil": "mgo",
    "marine diesel oil": "mgo", "mdo": "mgo", "heavy fuel oil": "hfo", "gasoline": "petrol",
    "electric": "electricity", "battery": "electricity", "bev": "electricity",
}  # fmt: skip


def fuel_named(text: str, factors: Factors) -> str:
    """Return the energy carrier, or blend of carriers, that a text names.

    Raises
    ------
    EmissionsError
        if a fuel is unknown, with the nearest.
    """
    if "|" in text:
        blend = read_blend(text)
        return "|".join(f"{fuel_named(name, factors)}:{share!r}" for name, share in blend)
    plain = " ".join(text.lower().split())
    name = next((n for n in (text, plain, _FUEL_WORDS.get(plain, "")) if n in factors.carriers), "")
    if name:
        return name
    if _FUEL_WORDS.get(plain, plain) == ELECTRICITY:
        return ELECTRICITY
    return carrier_named(text, factors).carrier_id


def carrier_named(name: str, factors: Factors) -> EnergyCarrier:
    """Return a fuel by its id, or `saf:PATHWAY` as a fuel with its life-cycle value.

    The life-cycle value of SAF stands under energy provision whole: its combustion is biogenic, and
    CORSIA values do not part the stages (methodology, section 3).
    """
    if not name.startswith(SAF):
        return factors.carrier(name)
    pathway = factors.pathway(name.removeprefix(SAF))
    return EnergyCarrier(
        carrier_id=name,
        lhv_mj_per_kg=pathway.lhv_mj_per_kg,
        wtt_kgco2e_per_kg=pathway.total_gco2e_per_mj * pathway.lhv_mj_per_kg / G_PER_KG,
        ttw_kgco2e_per_kg=0.0,
        gas_set="co2e",
        origin=pathway.origin,
        name=name,
        biogenic_kgco2_per_kg=SAF_BIOGENIC_KGCO2_PER_KG,
    )


def read_blend(text: str) -> tuple[tuple[str, float], ...]:
    """Read one carrier, or a blend such as `diesel:0.93|hvo:0.07` by share of energy.

    >>> read_blend("diesel:0.93|hvo:0.07")
    (('diesel', 0.93), ('hvo', 0.07))
    >>> read_blend("saf:hefa-uco")
    (('saf:hefa-uco', 1.0),)
    """
    if "|" not in text:
        return ((text.strip(), 1.0),)
    return parts_of(tuple(part.strip() for part in text.split("|")), f"blend {text!r}")


def kilograms(blend: str, amount: float, unit: str, factors: Factors) -> list[tuple[str, float]]:
    """Return kg of each fuel of a blend; shares are of energy (methodology, F13).

    Raises
    ------
    LegFaultError
        if the unit is unknown, or a volume meets a fuel whose density is.
    """
    parts = [(carrier_named(name, factors), share) for name, share in read_blend(blend)]
    if unit in _ENERGY_MJ:
        mj = amount * _ENERGY_MJ[unit]
    elif unit in _MASS_KG:
        mj = amount * _MASS_KG[unit] / math.fsum(s / c.lhv_mj_per_kg for c, s in parts)
    elif unit in _VOLUME_L:
        per_mj = math.fsum(s / (c.lhv_mj_per_kg * _density(c)) for c, s in parts)
        mj = amount * _VOLUME_L[unit] / per_mj
    else:
        wanted = ", ".join([*_MASS_KG, *_VOLUME_L, *_ENERGY_MJ])
        raise LegFaultError("unit", unit, f"one of {wanted}")
    if len(parts) == 1 and unit in _MASS_KG:  # as stated, without a detour by energy
        return [(parts[0][0].carrier_id, amount * _MASS_KG[unit])]
    return [(c.carrier_id, mj * share / c.lhv_mj_per_kg) for c, share in parts]


def _density(carrier: EnergyCarrier) -> float:
    if carrier.density_kg_per_l is None:
        raise LegFaultError("unit", carrier.carrier_id, "kg or an energy unit: no density is known")
    return carrier.density_kg_per_l


def burn(blend: str, amount: float, unit: str, factors: Factors) -> Burnt:
    """Return what an amount of fuel emits: Q x factor, operation and provision apart."""
    total = Burnt()
    for name, kg in kilograms(blend, amount, unit, factors):
        carrier = carrier_named(name, factors)
        total += Burnt(
            vo_kg=kg * carrier.ttw_kgco2e_per_kg,
            vep_kg=kg * carrier.wtt_kgco2e_per_kg,
            market_vep_kg=kg * carrier.wtt_kgco2e_per_kg,
            biogenic_kg=kg * carrier.biogenic_kgco2_per_kg,
            jet_kg=kg if name == "jet" else 0.0,
            energy_mj=((name, kg * carrier.lhv_mj_per_kg),),
            gas_sets=frozenset({carrier.gas_set}),
            gwp_sets=frozenset({carrier.gwp_set}),
            origins=(carrier.origin,),
        )
    return total


def draw(
    amount: float, unit: str, grid_id: str, factors: Factors, *, eac_kwh: float = 0.0
) -> Burnt:
    """Return what electricity emits: nothing in operation; location- and market-based provision.

    Raises
    ------
    LegFaultError
        if the unit is no energy, no grid is named, or certificates cover more than was used.
    """
    if unit not in _ENERGY_MJ:
        raise LegFaultError("unit", unit, f"one of {', '.join(_ENERGY_MJ)} for electricity")
    if not grid_id:
        raise LegFaultError("grid_id", None, "the grid that the electricity came from")
    kwh = amount * _ENERGY_MJ[unit] / MJ_PER_KWH
    if eac_kwh > kwh:
        raise LegFaultError("eac_kwh", eac_kwh, f"at most the {kwh:g} kWh used")
    grid = factors.grid(grid_id)
    covered = covered_kgco2e_per_kwh(factors, grid_id) if eac_kwh else 0.0
    return Burnt(
        vep_kg=kwh * grid.location_kgco2e_per_kwh,
        market_vep_kg=(kwh - eac_kwh) * grid.market_kgco2e_per_kwh + eac_kwh * covered,
        energy_mj=((ELECTRICITY, kwh * MJ_PER_KWH),),
        gas_sets=frozenset({grid.gas_set}),
        gwp_sets=frozenset({grid.gwp_set}),
        origins=(grid.origin,),
    )


def leak(refrigerant: str, lost_kg: float, factors: Factors, gwp_set: str) -> Burnt:
    """Return what lost refrigerant warms: L x GWP, in operation (ISO 14083, 5.3.2 and Annex K).

    Raises
    ------
    EmissionsError
        if the gas is unknown, or without a value in that set.
    """
    if gwp_set not in {"AR4", "AR5", "AR6"}:
        raise EmissionsError(f"refrigerant {refrigerant}: no set of warming potentials is known")
    kg = lost_kg * factors.warming_potential(refrigerant, gwp_set)
    return Burnt(vo_kg=kg, gas_sets=frozenset({"co2e"}), gwp_sets=frozenset({gwp_set}))
