"""What a leg between two hubs costs, lasts and emits where no service is stated: assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from data.network_schemas import HANDLING, OFFERS, REGIONS, SIZE_CLASSES
from data.units import KG_PER_TONNE
from optimizer.routers import CUSTOMS_UNION

TEU_OF_UNIT = 2.0  # the unit of sea offers is a container of forty feet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from emissions.factors import Factors
    from optimizer.routers import WorldRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One kind of service that the world offers, between hubs of a size, within a distance."""

    offer_id: str
    mode: str
    title: str
    countries: frozenset[str]  # both ends lie in one of them; empty: anywhere
    touches: frozenset[str]  # at least one end lies in one of these; empty: no matter
    leaves: frozenset[str]  # the origin lies in one of these; empty: no matter
    enters: frozenset[str]  # the destination does; with `leaves`, a price of one direction
    from_km: float
    to_km: float
    least_rank: int  # 0 for the largest class
    toc_id: str
    speed_km_per_h: float
    fixed_h: float
    headway_h: float
    eur_per_t: float  # at the typical load
    eur_per_tkm: float
    row: Mapping[str, Any]  # as the table states it, for service rows

    def hours(self, km: float) -> float:
        """Return departure to arrival, without waiting for the departure."""
        return km / self.speed_km_per_h + self.fixed_h


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One change of mode at a kind of hub."""

    hours: float
    customs_h: float
    cutoff_h: float
    eur_per_t: float
    hoc_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All assumptions by which the world's legs and changes of mode are priced and timed."""

    offers: tuple[Offer, ...]
    handling: Mapping[tuple[str, str, str], Handling]  # kind, from_mode, to_mode
    union: frozenset[str]  # countries without customs between them

    @classmethod
    def load(cls, catalogue: Catalogue) -> Terms:
        """Read the shipped assumptions."""
        regions = {
            row["region"]: frozenset(row["countries"])
            for row in catalogue.table("network/regions.csv", REGIONS).rows
        }
        offers = catalogue.table("network/offers.csv", OFFERS).rows
        handling = catalogue.table("network/handling.csv", HANDLING).rows
        return cls(
            offers=tuple(_offer(row, regions) for row in offers),
            handling={
                (r["kind"], r["from_mode"], r["to_mode"]): Handling(
                    hours=r["hours"],
                    customs_h=r["customs_h"],
                    cutoff_h=r["cutoff_h"],
                    eur_per_t=r["cost_per_t"],
                    hoc_id=r["hoc_id"],
                )
                for r in handling
            },
            union=regions[CUSTOMS_UNION],
        )

    def of_mode(self, mode: str) -> tuple[Offer, ...]:
        """Return the offers of a mode in their order: the first that fits counts."""
        return tuple(o for o in self.offers if o.mode == mode)

    def best(
        self, mode: str, km: float, ranks: tuple[int, int], ends: tuple[str, str]
    ) -> Offer | None:
        """Return the offer for one pair of hubs, or None if none fits."""
        for offer in self.of_mode(mode):
            if (
                offer.from_km <= km < offer.to_km
                and max(ranks) <= offer.least_rank
                and (not offer.countries or set(ends) <= offer.countries)
                and (not offer.touches or set(ends) & offer.touches)
                and (not offer.leaves or ends[0] in offer.leaves)
                and (not offer.enters or ends[1] in offer.enters)
            ):
                return offer
        return None

    def tolls_eur_per_t(self, router: WorldRouter, mode: str) -> dict[str, float]:
        """Return EUR per tonne for each passage or change of gauge, at the typical load."""
        if mode != "sea":
            return dict(router.tolls(mode))
        load_t = next(o.row["typical_load_kg"] for o in self.of_mode("sea")) / KG_PER_TONNE
        return {name: eur * TEU_OF_UNIT / load_t for name, eur in router.tolls("sea").items()}

    def customs_between(self, a: str, b: str) -> bool:
        """Tell whether goods clear customs between two countries."""
        return a != b and not {a, b} <= self.union


@dataclass(frozen=True, slots=True)
class LegFigures:
    """Cost, hours and CO2e per tonne of many legs of one mode; infinite where none is offered."""

    eur_per_t: NDArray[np.float64]
    hours: NDArray[np.float64]  # half of the headway included
    kgco2e_per_t: NDArray[np.float64]


def leg_figures(  # noqa: PLR0913  (a leg's facts, column by column)
    terms: Terms,
    factors: Factors,
    mode: str,
    *,
    km: NDArray[np.float64],
    worst_rank: NDArray[np.int64],
    countries: tuple[NDArray[np.str_], NDArray[np.str_]],
    extra_h: NDArray[np.float64],
) -> LegFigures:
    """Return the figures of legs of one mode, offer by offer in their order."""
    size = len(km)
    eur, hours, co2e = (np.full(size, np.inf) for _ in range(3))
    free = np.isfinite(km)
    for offer in terms.of_mode(mode):
        fits = free & (km >= offer.from_km) & (km < offer.to_km)
        fits &= worst_rank <= offer.least_rank
        if offer.countries:
            inside = list(offer.countries)
            fits &= np.isin(countries[0], inside) & np.isin(countries[1], inside)
        if offer.touches:
            touched = list(offer.touches)
            fits &= np.isin(countries[0], touched) | np.isin(countries[1], touched)
        for directed, at in ((offer.leaves, countries[0]), (offer.enters, countries[1])):
            if directed:
                fits &= np.isin(at, list(directed))
        toc = factors.toc(offer.toc_id)
        way = km[fits]
        eur[fits] = offer.eur_per_t + offer.eur_per_tkm * way
        hours[fits] = way / offer.speed_km_per_h + offer.fixed_h + offer.headway_h / 2
        hours[fits] += extra_h[fits]
        co2e[fits] = (toc.wtt_kgco2e_per_tkm + toc.ttw_kgco2e_per_tkm) * way
        free &= ~fits
    return LegFigures(eur, hours, co2e)


def _offer(row: Mapping[str, Any], regions: Mapping[str, frozenset[str]]) -> Offer:
    load_t = row["typical_load_kg"] / KG_PER_TONNE
    return Offer(
        offer_id=row["offer_id"],
        mode=row["mode"],
        title=row["title"],
        countries=regions[row["region"]] if row["region"] else frozenset(),
        touches=regions[row["touches"]] if row["touches"] else frozenset(),
        leaves=regions[row["from_region"]] if row["from_region"] else frozenset(),
        enters=regions[row["to_region"]] if row["to_region"] else frozenset(),
        from_km=row["from_km"],
        to_km=row["to_km"],
        least_rank=SIZE_CLASSES.index(row["least_size"]),
        toc_id=row["toc_id"],
        speed_km_per_h=row["speed_km_per_h"],
        fixed_h=row["fixed_h"],
        headway_h=row["headway_h"] or 0.0,
        eur_per_t=(row["eur_per_unit"] or 0.0) / load_t + (row["eur_per_t"] or 0.0),
        eur_per_tkm=(row["eur_per_unit_km"] or 0.0) / load_t + (row["eur_per_tkm"] or 0.0),
        row=row,
    )
