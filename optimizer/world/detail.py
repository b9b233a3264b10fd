"""A chain worked out leg by leg: measured ways, and its footprint by the inventory itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE
from emissions.chain import TCE
from emissions.energy import hub_energy
from emissions.inventory import Inventory, take_inventory
from optimizer.routers import CANALS

if TYPE_CHECKING:
    from data.network import Hub
    from optimizer.ways.route import Conditions, Route
    from optimizer.world.chains import Chain, ChainLeg, Chains
    from optimizer.world.corridor import End
    from optimizer.world.tools import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One chain with the way of each leg and its inventory for a mass."""

    chain: Chain
    routes: tuple[Route, ...]
    mass_kg: float
    cost_eur: float
    hours: float
    inventory: Inventory

    @property
    def kgco2e(self) -> float:
        """Physical WTW of the mass, hubs included."""
        return self.inventory.physical.wtw_kgco2e


def detail(world: World, found: Chains, chain: Chain, mass_kg: float) -> Detail:
    """Return a chain with measured ways and the inventory of `mass_kg`.

    Cost and hours of the search are moved by what the measured ways differ from its table.

    Raises
    ------
    RouteError
        if a leg has no way, which the search would not have offered.
    """
    spots: dict[str, End | Hub] = {e.hub_id: e for e in (found.origin, found.destination)}
    for leg in chain.legs:
        for name in (leg.origin, leg.destination):
            hub = world.hubs.at(name)
            if name not in spots and hub is not None:
                spots[name] = hub.hub
    routes = tuple(
        world.router.route(
            spots[leg.origin], spots[leg.destination], leg.mode, _under(leg, found.conditions)
        )
        for leg in chain.legs
    )
    eur_per_t, hours = chain.eur_per_t, chain.hours
    for leg, route in zip(chain.legs, routes, strict=True):
        more_km = route.distance_km - leg.km
        eur_per_t += more_km * leg.offer.eur_per_tkm
        hours += more_km / leg.offer.speed_km_per_h
    elements = _elements(world, chain, routes, mass_kg)
    return Detail(
        chain=chain,
        routes=routes,
        mass_kg=mass_kg,
        cost_eur=eur_per_t * mass_kg / KG_PER_TONNE,
        hours=hours,
        inventory=take_inventory(elements, world.factors),
    )


def _under(leg: ChainLeg, conditions: Conditions) -> Conditions:
    """Return the conditions of a leg: a voyage passes the canals that it was priced for alone."""
    if leg.mode != "sea":
        return conditions
    return replace(conditions, closed=conditions.closed | (CANALS - set(leg.passages)))


def _elements(world: World, chain: Chain, routes: tuple[Route, ...], mass_kg: float) -> list[TCE]:
    elements: list[TCE] = []
    handled = [None, *pairwise(chain.legs)]
    for leg, route, change in zip(chain.legs, routes, handled, strict=True):
        if change is not None:
            hub = world.hubs.at(leg.origin)
            if hub is not None:
                elements.append(_hub_element(world, hub.hub, mass_kg, len(elements) + 1))
        elements.append(
            TCE(
                shipment_id="chain",
                leg_no=len(elements) + 1,
                kind="transport",
                mode=leg.mode,
                origin=leg.origin,
                destination=leg.destination,
                mass_kg=mass_kg,
                distance_km=route.distance_km,
                distance_kind=route.distance_kind,
                toc_id=leg.offer.toc_id,
            )
        )
    return elements


def _hub_element(world: World, hub: Hub, mass_kg: float, leg_no: int) -> TCE:
    fuel_kg, energy_kwh = hub_energy(world.factors.hoc(hub.hoc_id), mass_kg)
    return TCE(
        shipment_id="chain",
        leg_no=leg_no,
        kind="hub",
        mode=hub.kind,
        origin=hub.hub_id,
        destination=hub.hub_id,
        mass_kg=mass_kg,
        hoc_id=hub.hoc_id,
        fuel_kg=fuel_kg,
        energy_kwh=energy_kwh,
        grid_id=hub.grid_id,
    )
