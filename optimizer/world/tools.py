"""Everything a search through the world needs, opened once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import RouteError
from optimizer.routers import WorldRouter, open_router
from optimizer.ways.airspace import Detour, detour
from optimizer.ways.route import geodesic_km
from optimizer.world.hubs import WorldHubs
from optimizer.world.legs import HubLegs
from optimizer.world.offers import Terms

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from data.network import Hub
    from emissions.factors import Factors
    from optimizer.ways.route import Spot


@dataclass(frozen=True)
class World:
    """The shipped world: networks, hubs, assumptions, and the factors that price CO2e."""

    catalogue: Catalogue
    factors: Factors
    router: WorldRouter
    hubs: WorldHubs
    terms: Terms
    legs: HubLegs

    @classmethod
    def open(cls, catalogue: Catalogue, factors: Factors, cache_dir: Path | None = None) -> World:
        """Open the shipped tables; networks are read when first needed."""
        router = open_router(catalogue)
        hubs = WorldHubs.load(catalogue)
        return cls(
            catalogue=catalogue,
            factors=factors,
            router=router,
            hubs=hubs,
            terms=Terms.load(catalogue),
            legs=HubLegs(router, hubs, cache_dir),
        )

    def detour(self, origin: Spot, destination: Spot, closed: frozenset[str]) -> Detour | None:
        """Return what closed airspace does to a flight, or None if it cannot fly."""
        try:
            ratio = self.router.airspace.detour_ratio(origin, destination, closed)
        except RouteError:
            return None
        straight = geodesic_km((origin.lon, origin.lat), (destination.lon, destination.lat))
        return detour(straight, ratio, self.router.parameters)

    @cached_property
    def handling_kgco2e_per_t(self) -> NDArray[np.float64]:
        """CO2e of handling a tonne at each hub; infinite where its grid is not known."""
        diesel = self.factors.carrier("diesel")
        per_kg = diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg
        return np.array([self._handling(h.hub, per_kg) for h in self.hubs.hubs])

    def _handling(self, hub: Hub, diesel_kgco2e_per_kg: float) -> float:
        hoc, grid = self.factors.hoc(hub.hoc_id), self.factors.grids.get(hub.grid_id)
        if grid is None:
            return float("inf")
        electricity = hoc.kwh_per_t * grid.location_kgco2e_per_kwh
        return hoc.diesel_kg_per_t * diesel_kgco2e_per_kg + electricity
