"""Hold the answer: legs, opened departures, loads, what was left and why, and what was proven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.units import SECONDS_PER_HOUR
from emissions.chain import TransportChain, chains_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from data.freight import Shipment
    from emissions.inventory import Inventory, Line
    from optimizer.itineraries import Itinerary
    from optimizer.problem import Problem
    from optimizer.punctuality import OnTime
    from optimizer.stowage import Merge, Spare, Stowed
    from optimizer.timetable import Departure


@dataclass(frozen=True, slots=True, kw_only=True)
class Boarding:
    """What is opened on a departure for those on board: units, SAF and certificates."""

    departure: Departure
    full_units: int
    part_units: float
    saf_share: float  # of the energy burnt
    eac_share: float  # of the kWh used
    shipments: tuple[Shipment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One movement or handling chosen for a shipment; it becomes one TCE."""

    line: Line
    departure_id: str
    service_id: str
    unit_share: float | None
    departs_at: datetime
    arrives_at: datetime
    cost_eur: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureUse:
    """What is opened on a departure, and how full it is."""

    departure: Departure
    unit_code: str
    full_units: int
    part_units: float
    mass_kg: float
    volume_m3: float
    fill_mass: float  # of the opened units
    fill_volume: float
    fill_floor: float | None  # of the floors; None: pieces were not placed
    ldm: float | None  # loading metres, footprints over 2.4 m
    cost_eur: float
    wtw_mg: int
    saf_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The part of a shipment that travels in one unit."""

    departure_id: str
    unit_no: int
    unit_code: str
    shipment_id: str
    mass_kg: float
    volume_m3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A shipment left behind: why, and the smallest change that would help."""

    shipment_id: str
    reason_code: str
    reason: str
    would_need: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another chain of a shipment, travelling alone, and why it was not chosen."""

    rank: int
    itinerary: Itinerary
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """A measure that the planner could still buy, and its price per tonne of CO2e."""

    kind: str  # saf, mode or electricity
    about: str
    saves_kgco2e: float
    costs_eur: float
    eur_per_t: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """One point of cost against CO2e, each with its own proof."""

    objective: str
    cost_eur: float
    physical_mg: int
    market_mg: int
    hours: float
    lower_bound: float
    gap: float  # without the price of what no chain can serve, which is in cost and bound
    status: str
    left: int = 0  # shipments left that some chain could serve in time
    unservable_eur: float = 0.0  # in cost and bound: the price of what no chain can serve
    saf_kg: float = 0.0
    eac_kwh: float = 0.0
    eur_per_t: float | None = None  # of what this point abates beyond the one before it
    credits_t: int | None = None  # whole credits for the target share of the residual
    neutral_eur: float | None = None  # paid, with those credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a plan costs, in cents of a euro so that parts sum exactly."""

    transport: int
    hubs: int
    saf: int
    eac: int
    credits: int
    lateness: int
    unserved_penalty: int

    @property
    def paid(self) -> int:
        """What is paid to others."""
        return self.transport + self.hubs + self.saf + self.eac + self.credits

    @property
    def total(self) -> int:
        """All of it, penalties included."""
        return self.paid + self.lateness + self.unserved_penalty


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the objective: its value, recomputed from the plan, and the proven bound."""

    name: str
    unit: str
    value: float
    lower_bound: float
    gap: float
    optimal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePoint:
    """Where a search stood at the end of a counted phase; no clock is in it."""

    phase: str
    best: float | None  # of what is minimised, penalties and held-up capital included
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer to one problem under one scenario."""

    problem: Problem
    legs: tuple[Leg, ...]
    uses: tuple[DepartureUse, ...]
    loads: tuple[Load, ...]
    unserved: tuple[Unserved, ...]
    inventory: Inventory
    costs: Costs
    levels: tuple[Level, ...]
    credits_t: int
    effort: str
    seed: int
    deterministic: bool
    as_of: date
    solver: str
    asked: tuple[Shipment, ...] = ()  # where one was divided: all, as they were asked for
    alternatives: tuple[Alternative, ...] = ()
    levers: tuple[Lever, ...] = ()
    frontier: tuple[FrontierPoint, ...] = ()
    frontier_stopped: bool = False  # somebody stopped the trace, and kept the points found so far
    punctuality: tuple[OnTime, ...] = ()
    unservable: frozenset[str] = frozenset()  # no chain in time, whatever else travels
    stowed: tuple[Stowed, ...] = ()  # how pieces stand in the units of each departure
    spares: tuple[Spare, ...] = ()  # what one more pallet would cost, by departure
    merges: tuple[Merge, ...] = ()  # departures that would do with fewer units
    trace: tuple[TracePoint, ...] = ()  # of a search at scale that ran to its counted end
    interrupted: bool = False  # somebody stopped the search and kept what was best

    @property
    def status(self) -> str:
        """Optimal when every level is proven, else feasible, or interrupted."""
        if all(level.optimal for level in self.levels):
            return "optimal"
        return "interrupted" if self.interrupted else "feasible"

    def chains(self) -> tuple[TransportChain, ...]:
        """Return the transport chains that the footprint is taken of."""
        return chains_of([leg.line.element for leg in self.legs])

    def departures_of(self) -> dict[str, tuple[Departure, ...]]:
        """Return the departures of each planned shipment, first leg first."""
        used = {use.departure.departure_id: use.departure for use in self.uses}
        found: dict[str, list[Departure]] = {}
        for leg in self.legs:
            if leg.departure_id:
                name = leg.line.element.shipment_id
                found.setdefault(name, []).append(used[leg.departure_id])
        return {name: tuple(chain) for name, chain in found.items()}

    def hours(self) -> float:
        """Return hours from ready to arrival, summed over the planned shipments."""
        known = {s.shipment_id: s for s in self.problem.shipments}
        arrival: dict[str, datetime] = {}
        for leg in self.legs:
            arrival[leg.line.element.shipment_id] = leg.arrives_at
        return sum(
            (arrival[k] - known[k].ready_at).total_seconds() / SECONDS_PER_HOUR * known[k].share
            for k in sorted(arrival)
        )

    def planned(self) -> float:
        """Return how many shipments travel; a consignment counts by its share."""
        planned = {leg.line.element.shipment_id for leg in self.legs}
        return sum(s.share for s in self.problem.shipments if s.shipment_id in planned)

    def load_rate(self) -> dict[str, float]:
        """Return fill by mass and volume over all opened units, each weighed by its tkm of room."""
        room = {"mass": 0.0, "volume": 0.0}
        filled = {"mass": 0.0, "volume": 0.0}
        for use in self.uses:
            service = self.problem.services[use.departure.service_id]
            units = use.full_units + use.part_units
            for kind, size, load in (
                ("mass", service.unit_capacity_kg, use.mass_kg),
                ("volume", service.unit_capacity_m3, use.volume_m3),
            ):
                room[kind] += units * size * service.distance_km
                filled[kind] += load * service.distance_km
        return {kind: filled[kind] / room[kind] if room[kind] else 0.0 for kind in room}
