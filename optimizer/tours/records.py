"""Say what a tour problem is, and what answers it: complete before any engine sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from emissions.factors import Factors
    from emissions.inventory import Inventory, Line
    from optimizer.ways.route import Point

PICKUP, DELIVERY, CHARGE, START, END = "pickup", "delivery", "charge", "start", "end"
OBJECTIVES = ("cost", "vehicles")
RECHARGES = ("full", "partial")
MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where a vehicle can stand; its `hub_id` is its name in messages and in legs."""

    hub_id: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One pick-up or delivery. Without a pair its other end is the depot of its tour.

    Times are minutes since the problem's `starts_at`; service begins within [ready, due].
    """

    stop_id: str
    shipment_id: str
    kind: str  # pickup or delivery
    site: int
    mass_kg: float
    volume_m3: float
    ready_min: float
    due_min: float
    service_min: float = 0.0
    pair_id: str = ""

    def __post_init__(self) -> None:
        if not (self.mass_kg >= 0 and self.volume_m3 >= 0 and self.service_min >= 0):
            raise ProblemError(f"stop {self.stop_id}: mass, volume and service must be >= 0")
        if not self.ready_min <= self.due_min:
            raise ProblemError(f"stop {self.stop_id}: due before ready")


@dataclass(frozen=True, slots=True, kw_only=True)
class TourVehicle:
    """Vehicles of one kind at one depot.

    `kwh_per_km` is what range is planned with, whatever the load; what is burnt, and so the CO2e,
    goes by load. `battery_kwh` None: no limit.
    """

    vehicle_id: str
    count: int
    depot: int  # a site
    starts_min: float
    ends_min: float
    capacity_kg: float
    capacity_m3: float
    km_per_h: float
    fixed_eur: float = 0.0
    eur_per_km: float = 0.0
    eur_per_h: float = 0.0
    battery_kwh: float | None = None
    kwh_per_km: float = 0.0
    minutes_per_kwh: float = 0.0  # what the vehicle itself can take
    vehicle_code: str = ""  # of the factor set; blank: no CO2e is told
    grid_id: str = ""

    def __post_init__(self) -> None:
        if not (self.km_per_h > 0 and self.count >= 0 and self.starts_min <= self.ends_min):
            raise ProblemError(f"vehicle {self.vehicle_id}: wanted speed > 0, count >= 0, a shift")
        if self.battery_kwh is not None and not (self.battery_kwh > 0 and self.kwh_per_km > 0):
            raise ProblemError(f"vehicle {self.vehicle_id}: wanted battery and kWh per km > 0")

    def minutes(self, km: float) -> float:
        """Return how long it drives."""
        return km / self.km_per_h * MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Charger:
    """A place to charge, and how long a kWh takes there."""

    charger_id: str
    site: int
    minutes_per_kwh: float

    def rate(self, vehicle: TourVehicle) -> float:
        """Return minutes per kWh: the slower of station and vehicle."""
        return max(self.minutes_per_kwh, vehicle.minutes_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Shortest feasible km between sites, with lines for the map where they are known."""

    km: tuple[tuple[float, ...], ...]
    evidence: Mapping[tuple[int, int], str] = field(default_factory=dict)
    lines: Mapping[tuple[int, int], tuple[Point, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TourProblem:
    """Stops to visit, vehicles to visit them with, and the ways between.

    Stops and chargers share one numbering of *nodes*: stops first, then chargers.
    """

    sites: tuple[Site, ...]
    stops: tuple[Stop, ...]
    vehicles: tuple[TourVehicle, ...]
    ways: Ways
    starts_at: datetime
    chargers: tuple[Charger, ...] = ()
    objective: str = "cost"
    recharge: str = "full"
    factors: Factors | None = None
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise ProblemError(f"objective {self.objective!r}, wanted one of {OBJECTIVES}")
        if self.recharge not in RECHARGES:
            raise ProblemError(f"recharge {self.recharge!r}, wanted one of {RECHARGES}")
        if not self.stops or not self.vehicles:
            raise ProblemError("a tour problem needs at least one stop and one vehicle")
        for pair_id, ends in self.pairs.items():
            if sorted(self.stops[i].kind for i in ends) != [DELIVERY, PICKUP]:
                raise ProblemError(f"pair {pair_id}: wanted one pickup and one delivery")
            if len({(self.stops[i].mass_kg, self.stops[i].volume_m3) for i in ends}) != 1:
                raise ProblemError(f"pair {pair_id}: wanted one mass and volume at both stops")

    @cached_property
    def pairs(self) -> dict[str, tuple[int, ...]]:
        """Stops by their pair, pick-up first."""
        found: dict[str, list[int]] = {}
        for i, stop in enumerate(self.stops):
            if stop.pair_id:
                found.setdefault(stop.pair_id, []).append(i)
        return {
            name: tuple(sorted(ends, key=lambda i: self.stops[i].kind != PICKUP))
            for name, ends in found.items()
        }

    @cached_property
    def mate(self) -> dict[int, int]:
        """The other stop of each paired one."""
        return {a: b for ends in self.pairs.values() for a, b in (ends, ends[::-1])}

    def site_of(self, node: int) -> int:
        """Return where a stop or charger is."""
        if node < len(self.stops):
            return self.stops[node].site
        return self.chargers[node - len(self.stops)].site

    def together(self, i: int) -> tuple[int, ...]:
        """Return the stops that are served with a stop or not at all, in order of visit."""
        return self.pairs[self.stops[i].pair_id] if self.stops[i].pair_id else (i,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What an engine decides of one vehicle: its kind, and stops and chargers in order."""

    vehicle: int
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an engine answers with; bounds are of (vehicles, km), or of (cost,)."""

    routes: tuple[Route, ...]
    engine: str
    proven: bool = False
    lower_bound: tuple[float, ...] | None = None
    deterministic: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call of a tour, in minutes since `starts_at`; loads and charge as it leaves."""

    kind: str  # start, pickup, delivery, charge or end
    node_id: str  # stop, charger, or the site of the depot
    site: int
    arrives_min: float
    begins_min: float  # of service or charging, after waiting
    leaves_min: float
    km: float  # from the visit before
    load_kg: float
    load_m3: float
    charged_kwh: float = 0.0
    battery_arriving_kwh: float | None = None
    battery_kwh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """One vehicle from its depot and back."""

    tour_id: str
    vehicle: int
    visits: tuple[Visit, ...]
    km: float
    hours: float
    cost_eur: float
    energy: float | None = None  # kWh at the meter, or kg of fuel, by load; None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one consignment bears of a tour: one transport chain element."""

    tour_id: str
    stop_ids: tuple[str, ...]
    line: Line
    cost_eur: float
    departs_min: float
    arrives_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A stop that no tour takes, and why."""

    stop_id: str
    shipment_id: str
    reason_code: str
    reason: str
    would_need: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TourPlan:
    """The answer: tours, what was left, what it emits, and how good it is known to be."""

    problem: TourProblem
    tours: tuple[Tour, ...]
    shares: tuple[Share, ...]
    unserved: tuple[Unserved, ...]
    inventory: Inventory | None
    engine: str
    effort: str
    seed: int
    proven: bool
    lower_bound: tuple[float, ...] | None
    deterministic: bool
    notes: tuple[str, ...] = ()

    @property
    def km(self) -> float:
        """Driven by all."""
        return sum(t.km for t in self.tours)

    @property
    def cost_eur(self) -> float:
        """Paid for all."""
        return sum(t.cost_eur for t in self.tours)

    @property
    def value(self) -> tuple[float, ...]:
        """What the objective counts."""
        if self.problem.objective == "cost":
            return (self.cost_eur,)
        return (float(len(self.tours)), self.km)
