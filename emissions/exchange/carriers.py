"""Say which energy stands behind a category, in iLEAP's words; an unknown one is an error."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from emissions.errors import EmissionsError
from emissions.exchange.models import EnergyCarrier, Feedstock, exact
from emissions.exchange.vocabulary import fuel_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emissions.categories import HOC
    from emissions.factors import Factors

ELECTRICITY = "electricity"
HUB_FUEL = "diesel"  # what equipment at hubs burns: `diesel_kg_per_t`
_MJ_PER_KWH = Decimal("3.6")
_TWELVE_PLACES = Decimal("1e-12")  # a milligram of a million tonne-kilometres
_SIX_PLACES = Decimal("1e-6")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyMix:
    """Carriers behind a category with their shares of its energy, and the grid of electricity.

    A category that runs on several grids names each: `electricity@DE`, `electricity@FR`.
    """

    shares: tuple[tuple[str, float], ...]
    grid_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Energy of one carrier per unit of activity: kg of fuel, or kWh."""

    carrier_id: str
    amount: Decimal
    grid_id: str = ""


def rounded(value: Decimal) -> Decimal:
    """Return an intensity or a rate with the places that carry a milligram, no more."""
    short = value.quantize(_TWELVE_PLACES).normalize()
    return short or Decimal(0)


def carriers_of(
    category_id: str, carrier_id: str, factors: Factors, mixes: Mapping[str, EnergyMix]
) -> tuple[EnergyCarrier, ...]:
    """Return the carriers of a TOC or HOC; their amounts are unknown, for a table states none.

    A mix given for the category counts first, then that of its matching key, then `carrier_id`.

    Raises
    ------
    EmissionsError
        if no energy is known, or electricity without its grid: a guess is no export.
    """
    mix = mixes.get(category_id) or _known_mix(category_id, carrier_id, factors)
    shares = _whole_shares([exact(share) for _, share in mix.shares])
    named = [name.partition("@") for name, _ in mix.shares]
    return tuple(
        _entry(carrier, share, grid_id or mix.grid_id, factors, category_id)
        for (carrier, _, grid_id), share in zip(named, shares, strict=True)
    )


def _known_mix(category_id: str, carrier_id: str, factors: Factors) -> EnergyMix:
    keys = [k for k in factors.matches if k.category_id == category_id]
    regions = sorted({k.region for k in keys if k.region in factors.grids})
    grid_id = regions[0] if len(regions) == 1 else ""
    stated = next((k.energy_mix for k in keys if k.energy_mix), ())
    shares = stated or (((carrier_id, 1.0),) if carrier_id else ())
    if not shares:
        raise EmissionsError(
            f"{category_id}: its energy is not known, wanted an energy_mix for it; "
            "iLEAP demands the carriers of each category"
        )
    return EnergyMix(shares=shares, grid_id=grid_id)


def carriers_of_use(
    used: Sequence[Used], factors: Factors, about: str
) -> tuple[EnergyCarrier, ...]:
    """Return carriers whose amounts per unit of activity are known, with shares of the energy."""
    megajoules = [u.amount * _mj_per_unit(u.carrier_id, factors) for u in used]
    total = sum(megajoules, Decimal(0))
    if not total:
        raise EmissionsError(f"{about}: uses no energy, wanted some; iLEAP demands its carriers")
    shares = _whole_shares([mj / total for mj in megajoules])
    entries = (
        _entry(u.carrier_id, share, u.grid_id, factors, about)
        for u, share in zip(used, shares, strict=True)
    )
    return tuple(
        entry.model_copy(
            update={
                "energy_consumption": rounded(u.amount),
                "energy_consumption_unit": _unit(u.carrier_id),
            }
        )
        for u, entry in zip(used, entries, strict=True)
    )


def uses_of_hub(hoc: HOC, grid_id: str) -> list[Used]:
    """Return what a hub uses per tonne."""
    parts = (
        Used(carrier_id=ELECTRICITY, amount=exact(hoc.kwh_per_t), grid_id=grid_id),
        Used(carrier_id=HUB_FUEL, amount=exact(hoc.diesel_kg_per_t)),
    )
    return [u for u in parts if u.amount]


def intensities(carriers: Sequence[EnergyCarrier]) -> tuple[Decimal, Decimal]:
    """Return (WTW, TTW) of carriers whose consumption per unit of activity is known.

    Consumption is read as amount of this carrier per unit of the *whole* activity.
    """
    wtw = sum((c.emission_factor_wtw * (c.energy_consumption or 0) for c in carriers), Decimal(0))
    ttw = sum((c.emission_factor_ttw * (c.energy_consumption or 0) for c in carriers), Decimal(0))
    return rounded(wtw), rounded(ttw)


def _whole_shares(shares: Sequence[Decimal]) -> list[Decimal]:
    """Round shares to six places; the largest takes what rounding left, so that they sum to one."""
    short = [share.quantize(_SIX_PLACES) for share in shares]
    largest = max(range(len(short)), key=short.__getitem__)
    short[largest] += 1 - sum(short, Decimal(0))
    return [rounded(share) for share in short]


def _unit(carrier_id: str) -> str:
    return "kWh" if carrier_id == ELECTRICITY else "kg"


def _mj_per_unit(carrier_id: str, factors: Factors) -> Decimal:
    if carrier_id == ELECTRICITY:
        return _MJ_PER_KWH
    return exact(factors.carrier(carrier_id).lhv_mj_per_kg)


def _entry(
    carrier_id: str, share: Decimal, grid_id: str, factors: Factors, about: str
) -> EnergyCarrier:
    fuel = fuel_of(carrier_id)
    if fuel is None:
        raise EmissionsError(
            f"{about}: energy carrier {carrier_id!r} has no name in iLEAP 1.0.0, wanted one with"
        )
    wtt, ttw = _factors_per_unit(carrier_id, grid_id, factors, about)
    made_of = (Feedstock(feedstock=fuel.feedstock),) if fuel.feedstock else None
    return EnergyCarrier(
        energy_carrier=fuel.energy_carrier,
        relative_share=share,
        feedstocks=made_of,
        emission_factor_wtw=wtt + ttw,
        emission_factor_ttw=ttw,
    )


def _factors_per_unit(
    carrier_id: str, grid_id: str, factors: Factors, about: str
) -> tuple[Decimal, Decimal]:
    if carrier_id != ELECTRICITY:
        fuel = factors.carrier(carrier_id)
        return exact(fuel.wtt_kgco2e_per_kg), exact(fuel.ttw_kgco2e_per_kg)
    if not grid_id:
        raise EmissionsError(
            f"{about}: grid of its electricity is not known, wanted an energy_mix with a grid_id"
        )
    return exact(factors.grid(grid_id).location_kgco2e_per_kwh), Decimal(0)
