"""Hold a complete, validated problem: no preprocessing after this point."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from data.units import G_PER_KG, KG_PER_TONNE
from emissions.chain import TCE
from emissions.energy import energy_per_loaded_km, hub_energy
from emissions.inventory import take_inventory
from emissions.kernel import covered_kgco2e_per_kwh
from optimizer.dangerous import not_taken
from optimizer.punctuality import Delays
from optimizer.timetable import Departure, Pace, Timetable, catchable_departures, opens_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from data.freight import Shipment
    from data.network import Hub, Service, Transfer
    from emissions.factors import Factors
    from emissions.inventory import Inventory
    from optimizer.loading.geometry import Interior
    from optimizer.scenarios import Scenario
    from optimizer.stowage import Need

LATEST_ACCEPTED_DELAY = timedelta(days=14)  # of a shipment that states a lateness cost
MOST_UNITS = 500  # of one shipment on one departure; beyond it a unit capacity is a slip
# Priced so that no shipment is left to save its freight, however light (our choice).
UNSERVED_EUR_PER_KG, UNSERVED_EUR = 50.0, 20_000.0
CARRYING_SHARE_PER_YEAR = 0.12  # capital and obsolescence of goods under way (our assumption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What must move, by what it can move, and what is wanted."""

    shipments: tuple[Shipment, ...]
    hubs: Mapping[str, Hub]
    transfers: Mapping[tuple[str, str, str], Transfer]
    services: Mapping[str, Service]  # open ones only
    shut: Mapping[str, Service]  # those that the scenario closes
    closed: Mapping[str, str]  # service -> which closure shuts it
    dated: Mapping[str, tuple[Departure, ...]]
    factors: Factors
    scenario: Scenario
    assumptions: tuple[str, ...] = ()
    delays: Delays = field(default_factory=Delays)
    interiors: Mapping[str, Interior] = field(default_factory=dict)  # by unit code, where known
    floors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # see `floors_of`
    needs: tuple[Need, ...] = ()  # what freight was found to take up beyond mass and volume

    @property
    def timetable(self) -> Timetable:
        """What decides when a departure can be caught."""
        return Timetable(
            hubs=self.hubs, services=self.services, transfers=self.transfers, dated=self.dated
        )

    def picked_up_at(self, shipment: Shipment) -> datetime:
        """Return when a shipment can leave: once it is ready and its hub of origin open."""
        return opens_at(self.hubs[shipment.origin], shipment.ready_at)

    def delivered_at(self, departure: Departure) -> datetime:
        """Return when freight for its last hub is delivered: the vehicle there, and the hub open.

        Due dates, lateness and capital under way count to this moment.
        """
        hub_id = self.services[departure.service_id].destination_hub
        return opens_at(self.hubs[hub_id], departure.arrives_at)

    def departures(
        self, crowded: frozenset[str] = frozenset(), pace: Pace | None = None
    ) -> tuple[Departure, ...]:
        """Return every departure that a best plan can need (see `catchable_departures`).

        Shipments of one lane are looked at together: on a network of many lanes freight of one
        would else circle over the services of all others until the horizon.
        """
        lanes: dict[frozenset[str], list[Shipment]] = {}
        for shipment in self.shipments:
            lanes.setdefault(shipment.lane, []).append(shipment)
        found = {
            departure.departure_id: departure
            for lane, group in lanes.items()
            for departure in catchable_departures(
                self.timetable_of(lane),
                group,
                max(latest_arrival(s) for s in group),
                crowded=crowded,
                pace=pace,
            )
        }
        return tuple(sorted(found.values(), key=lambda d: (d.departs_at, d.departure_id)))

    def timetable_of(self, lane: frozenset[str]) -> Timetable:
        """Return the timetable of some services; of all, if the lane names none."""
        services = {k: s for k, s in self.services.items() if not lane or k in lane}
        return replace(self.timetable, services=services)


def booked_in_time(service: Service, shipment: Shipment, departs_at: datetime) -> bool:
    """Tell whether a shipment was booked early enough for a departure; a blank booking always."""
    if shipment.booked_at is None:
        return True
    return departs_at >= shipment.booked_at + timedelta(hours=service.booking_lead_h)


def leaving_eur(shipment: Shipment) -> float:
    """Return the price of leaving a shipment behind; a consignment counts by its share."""
    return UNSERVED_EUR_PER_KG * shipment.mass_kg + UNSERVED_EUR * shipment.share


def latest_arrival(shipment: Shipment) -> datetime:
    """Return the last moment at which an arrival is accepted."""
    late = shipment.lateness_eur_per_day is not None
    return shipment.due_at + (LATEST_ACCEPTED_DELAY if late else timedelta())


NOT_ITS_LANE = "serves other ends"
NOT_ITS_CHAIN = "is no part of the chain that the shipment is locked to"


def may_carry(service: Service, shipment: Shipment) -> str:
    """Return why a service cannot take a shipment, or nothing if it can."""
    for services, why in ((shipment.lane, NOT_ITS_LANE), (shipment.only, NOT_ITS_CHAIN)):
        if services and service.service_id not in services:
            return why
    if shipment.temperature not in {service.temperature, "ambient"}:
        return f"keeps {service.temperature}, wanted {shipment.temperature}"
    if (
        why := _too_heavy(service, shipment)
        or not_taken(service, shipment)
        or dict(shipment.unloadable).get(service.unit_code, "")
    ):
        return why
    units = max(
        shipment.mass_kg / service.unit_capacity_kg, shipment.volume_m3 / service.unit_capacity_m3
    )
    if units > MOST_UNITS:
        return f"would take {units:.0f} units, more than {MOST_UNITS} on one departure"
    names = {
        service.service_id,
        service.carrier,
        service.mode,
        service.origin_hub,
        service.destination_hub,
    }
    names |= touched_countries(service)
    avoided = sorted(names & set(shipment.must_avoid))
    if avoided:
        return f"shipment must avoid {', '.join(avoided)}"
    return ""


def _too_heavy(service: Service, shipment: Shipment) -> str:
    if shipment.heaviest_kg <= service.unit_capacity_kg:
        return ""
    return f"has units of {service.unit_capacity_kg:g} kg, a piece {shipment.heaviest_kg:g} kg"


def touched_countries(service: Service) -> frozenset[str]:
    """Return the countries that freight of a service leaves, crosses or enters.

    An aircraft may fly over others: its freight is in transit there only where it lands.
    """
    crossed = () if service.mode == "air" else service.countries
    return frozenset({*crossed, *service.end_countries}) - {""}


def transport_element(service: Service, shipment: Shipment, leg_no: int = 1) -> TCE:
    """Return the chain element of a shipment on a service, without energy of its own."""
    return TCE(
        shipment_id=shipment.shipment_id,
        leg_no=leg_no,
        kind="transport",
        mode=service.mode,
        origin=service.origin_hub,
        destination=service.destination_hub,
        mass_kg=shipment.mass_kg,
        distance_km=service.distance_km,
        distance_kind=service.distance_kind,
        toc_id=service.toc_id,
        grid_id=service.grid_id,
    )


def hub_element(transfer: Transfer, hub: Hub, shipment: Shipment, factors: Factors) -> TCE:
    """Return the chain element of handling a shipment at a hub."""
    fuel_kg, energy_kwh = hub_energy(factors.hoc(transfer.hoc_id), shipment.mass_kg)
    return TCE(
        shipment_id=shipment.shipment_id,
        leg_no=1,
        kind="hub",
        mode=hub.kind,
        origin=hub.hub_id,
        destination=hub.hub_id,
        mass_kg=shipment.mass_kg,
        hoc_id=transfer.hoc_id,
        fuel_kg=fuel_kg,
        energy_kwh=energy_kwh,
        grid_id=hub.grid_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Linear CO2e of a service: what the solver multiplies. All in kg CO2e."""

    physical_per_unit: float = 0.0
    physical_per_kg: float = 0.0
    market_per_unit: float = 0.0
    market_per_kg: float = 0.0
    fuel_mj_per_kg: float = 0.0  # of air legs: energy that SAF may replace
    kwh_per_unit: float = 0.0  # of electric vehicles: energy that certificates may cover
    kwh_per_kg: float = 0.0
    saf_drop_kg_per_mj: float = 0.0  # market-based kg CO2e saved per MJ of SAF
    eac_drop_kg_per_kwh: float = 0.0


def service_rates(service: Service, problem: Problem) -> Rates:
    """Return the CO2e of a service per opened unit and per kg on board.

    The same factors and formulas as the inventory: a shared service by its intensity, a dedicated
    vehicle by its energy per vehicle-km.
    """
    if service.dedicated:
        return _dedicated_rates(service, problem.factors)
    factors = problem.factors
    element = TCE(
        shipment_id="rate",
        leg_no=1,
        kind="transport",
        mode=service.mode,
        origin=service.origin_hub,
        destination=service.destination_hub,
        mass_kg=KG_PER_TONNE,
        distance_km=service.distance_km,
        distance_kind=service.distance_kind,
        toc_id=service.toc_id,
    )
    line = take_inventory([element], factors).lines[0]
    per_kg = line.physical.wtw_kgco2e / KG_PER_TONNE
    drop = fuel_mj = 0.0
    if service.mode == "air" and problem.scenario.fuel.saf_pathway:
        fuel_mj = line.fuel_kg * factors.carrier("jet").lhv_mj_per_kg / KG_PER_TONNE
        pathway = factors.pathway(problem.scenario.fuel.saf_pathway)
        drop = per_kg / fuel_mj - pathway.total_gco2e_per_mj / G_PER_KG
    return Rates(
        physical_per_kg=per_kg,
        market_per_kg=per_kg,
        fuel_mj_per_kg=fuel_mj,
        saf_drop_kg_per_mj=drop,
    )


def _dedicated_rates(service: Service, factors: Factors) -> Rates:
    vehicle = factors.vehicle(service.toc_id)
    unit, kg = (
        rate * service.distance_km for rate in energy_per_loaded_km(vehicle, service.empty_share)
    )
    if not vehicle.electric:
        fuel = factors.carrier(vehicle.carrier_id)
        wtw = fuel.wtt_kgco2e_per_kg + fuel.ttw_kgco2e_per_kg
        return Rates(
            physical_per_unit=unit * wtw,
            physical_per_kg=kg * wtw,
            market_per_unit=unit * wtw,
            market_per_kg=kg * wtw,
        )
    grid = factors.grid(service.grid_id)
    location, market = grid.location_kgco2e_per_kwh, grid.market_kgco2e_per_kwh
    return Rates(
        physical_per_unit=unit * location,
        physical_per_kg=kg * location,
        market_per_unit=unit * market,
        market_per_kg=kg * market,
        kwh_per_unit=unit,
        kwh_per_kg=kg,
        eac_drop_kg_per_kwh=market - covered_kgco2e_per_kwh(factors, service.grid_id),
    )


def transfer_inventory(transfer: Transfer, problem: Problem, shipment: Shipment) -> Inventory:
    """Return the footprint of one handling of a shipment."""
    element = hub_element(transfer, problem.hubs[transfer.hub_id], shipment, problem.factors)
    return take_inventory([element], problem.factors)


def saf_limit_share(problem: Problem) -> float:
    """Return the greatest energy share of SAF: the blend limit binds a physical batch alone.

    A book-and-claim or mass-balance share may reach all the fuel burnt (saf.md, 1.3).
    """
    fuel = problem.scenario.fuel
    if fuel.custody != "physical":
        return fuel.saf_max_share
    return min(fuel.saf_max_share, physical_blend_energy_share(problem))


# Densities at 15 C: neat HEFA-SPK within 730-770 and jet within 775-840 kg/m3 (ASTM D7566, D1655).
_SAF_KG_PER_L, _JET_KG_PER_L = 0.755, 0.80


def physical_blend_energy_share(problem: Problem) -> float:
    """Return the energy share of neat SAF in a batch blended to its ASTM volume limit."""
    pathway = problem.factors.pathway(problem.scenario.fuel.saf_pathway)
    volume = pathway.blend_limit_volume_share
    saf = volume * _SAF_KG_PER_L * pathway.lhv_mj_per_kg
    jet = (1 - volume) * _JET_KG_PER_L * problem.factors.carrier("jet").lhv_mj_per_kg
    return saf / (saf + jet)
