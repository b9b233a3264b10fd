"""Find the category that a leg stands on, and say each step down the ladder to it.

A leg that names no category is matched by what is known of it. Boundary and warming potentials
are hard filters. The carrier's own figures come first: those of the vehicle, ship or voyage, then
of the flight, the aircraft type, the operator (unless for another class of vehicle or region).
Else that category is taken which needs the fewest steps down the ladders below; of several, the
one that keeps most of temperature, region, fuel, vehicle, air option, haul, load and period, in
this order; then the better quality; then the id. So the order of tables changes nothing.

| ladder | rungs |
|---|---|
| temperature | as wanted; the other condition |
| region | country, or what both ends share; wider region; world; another region (`foreign`) |
| fuel | as wanted, or the usual one; another |
| vehicle | class; its family; average of the mode; another class |
| air option | as wanted; average; the other |
| haul | as wanted; nearest; the other (limit 1,500 km; domestic for Great Britain alone) |
| load | as wanted, or average; another |
| period | valid on the day; not valid |

Traffic by sea and air is the world's: there, and for hubs, `world` is no step. Each step makes
the quality tier worse by one: 1 primary, 2 modelled, 3 default, 4 estimate, plus steps.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from emissions.errors import LegFaultError
from emissions.ladders import (
    ANY,
    AS_WANTED,
    MIXED,
    NOT_SO,
    Cost,
    fuel_cost,
    haul_cost,
    load_cost,
    option_cost,
    region_cost,
    vehicle_cost,
)
from emissions.vehicle_words import (
    CONTROLLED,
    USUAL,
    USUAL_HUB,
    USUAL_WITH_CONTAINERS,
    read_vehicle,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from emissions.categories import HOC, TOC, MatchKey
    from emissions.factors import Factors

Costs = tuple[Cost, ...]

SHORT_HAUL_KM: Final = 1500  # parts short from long haul
BASE_TIERS: Final = {"primary": 1, "modelled": 2, "default": 3, "estimate": 4}
_DOMESTIC_FIGURES: Final = ("GB",)  # the only country with flights of its own figure
_UNSPECIFIC: Final = ("road", "sea", "iww")  # modes whose classes differ too much to say nothing
_OWN_NOT_BEYOND: Final = 2  # rungs; a figure of another class or region is no longer his
# How particular a figure is: 0 vehicle, ship or voyage; 1 flight; and on.
_AIRCRAFT_TYPE: Final = 2
_OPERATOR: Final = 3
_GENERAL: Final = 4  # names no operator

_DIMENSIONS: Final = (
    ("temperature",),
    ("region", "wider region", "foreign"),
    ("fuel",),
    ("vehicle", "mode average", "another class"),
    ("air option", "other air option"),
    ("haul", "other haul"),
    ("load",),
    ("period",),
)
_REASONS: Final = {
    "region": "no category of exactly this region",
    "wider region": "none of the wider region",
    "foreign": "figure of another region: it may be far off",
    "vehicle": "no figure of this class: its family",
    "mode average": "no figure of the family",
    "another class": "figure of another class: it may be far off",
    "fuel": "no figure with this fuel",
    "air option": "no figure for it: nearest option",
    "other air option": "figure of the other option",
    "haul": "no figure for this haul: nearest",
    "other haul": "figure of the other haul",
    "load": "no figure for this load",
    "period": "the figure is not valid on the day",
}


class NoCategoryError(LegFaultError):
    """No category of the factor set fits a leg; the nearest is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is known of a leg; blank, empty and None mean unknown."""

    mode: str = ""
    hub_kind: str = ""
    kind: str = ""  # toc, hoc or vehicle; blank: a hub kind asks for a HOC, else a TOC
    regions: tuple[str, ...] = ()  # countries of origin and destination
    vehicle: str = ""  # in people's words
    fuel: str = ""
    temperature: str = ""  # ambient, chilled, frozen or temperature_controlled
    load: str = ""  # average, half or full
    air_option: str = ""
    distance_km: float | None = None
    containerised: bool = False
    operator: str = ""
    flight_no: str = ""
    aircraft_type: str = ""
    overflight: bool | None = None
    vessel_imo: str = ""
    voyage_no: str = ""
    vehicle_id: str = ""
    on: date | None = None
    gwp_sets: frozenset[str] | None = None  # None: any; a category by energy alone fits all


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung down a ladder: what was wanted, what was found there, and why."""

    name: str
    wanted: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The category found, each step to it, and the quality tier that this leaves (1 is best)."""

    category_id: str
    steps: tuple[Step, ...]
    tier: int
    lineage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A query with people's words read and with what is usual where nothing is said."""

    query: Query
    place: str  # the mode, or `hub`
    countries: tuple[str, ...]
    vehicle: str
    vehicle_said: bool
    fuel: str
    controlled: bool
    load: str
    air_option: str
    haul: str
    gwp_sets: frozenset[str] | None
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A key with what its category says of quality, warming potentials and validity."""

    key: MatchKey
    quality: str
    gwp_set: str
    valid_from: date | None
    valid_to: date | None
    controlled: bool
    own: bool  # the figure of one operator, flight, ship or vehicle

    @property
    def base(self) -> int:
        return BASE_TIERS[self.quality]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A candidate that fits, with the rungs down to it."""

    candidate: _Candidate
    costs: Costs
    level: int


@dataclass(slots=True)
class Matcher:
    """Matches queries against one factor set; equal queries are answered once.

    >>> Matcher(factors).match(Query(mode="road", regions=("DE",))).tier  # doctest: +SKIP
    """

    factors: Factors
    _shelves: dict[tuple[str, str], tuple[_Candidate, ...]] = field(init=False, repr=False)
    _known: dict[Query, Match] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the keys by mode or kind of hub: a query looks at no other."""
        shelves: dict[tuple[str, str], list[_Candidate]] = {}
        for key in self.factors.matches:
            shelf = shelves.setdefault((key.kind, key.hub_kind or key.mode), [])
            shelf.append(_candidate(key, self.factors))
        self._shelves = {
            name: tuple(sorted(shelf, key=lambda c: (c.key.category_id, c.key.match_id)))
            for name, shelf in shelves.items()
        }

    def match(self, query: Query) -> Match:
        """Return the category for a query.

        Raises
        ------
        NoCategoryError
            if the set has none of that mode or kind of hub, or none with those warming potentials.
        """
        found = self._known.get(query)
        if found is None:
            found = self._known[query] = self._find(query)
        return found

    def _find(self, query: Query) -> Match:
        kind = query.kind or ("hoc" if query.hub_kind else "toc")
        shelf = self._shelves.get((kind, query.hub_kind or query.mode))
        if shelf is None:
            raise _nothing_of(kind, query, self._shelves)
        wanted = _read(query)
        best = _best(shelf, wanted)
        if best is None:
            raise _nothing_with(kind, query, shelf, wanted)
        return _answer(best, wanted)


def match(query: Query, factors: Factors) -> Match:
    """Return the category for one query; for many, keep one `Matcher`."""
    return Matcher(factors).match(query)


def _candidate(key: MatchKey, factors: Factors) -> _Candidate:
    category: TOC | HOC | None = factors.tocs.get(key.category_id) or factors.hocs.get(
        key.category_id
    )
    return _Candidate(
        key=key,
        quality=factors.origin(key.category_id).quality,
        gwp_set=category.gwp_set if category else "",
        valid_from=category.valid_from if category else None,
        valid_to=category.valid_to if category else None,
        controlled=key.temperature == CONTROLLED,
        own=key.overflight is not None or any(_particulars(key)),
    )


def _read(query: Query) -> _Wanted:
    """Read people's words, and say what is usual where a query says nothing."""
    place = "hub" if query.hub_kind else query.mode
    said = read_vehicle(place, query.vehicle)
    kind_of_aircraft = read_vehicle(place, query.aircraft_type)
    usual = USUAL_WITH_CONTAINERS if query.containerised else USUAL
    unsaid = USUAL_HUB.get(query.hub_kind, "") if query.hub_kind else usual.get(query.mode, "")
    countries = tuple(dict.fromkeys(r for r in query.regions if r))
    controlled = query.temperature not in {"", "ambient"} or said.temperature == CONTROLLED
    return _Wanted(
        query=query,
        place=place,
        countries=countries,
        vehicle=said.vehicle or unsaid,
        vehicle_said=bool(said.vehicle)
        or query.mode not in _UNSPECIFIC
        or (query.containerised and query.mode != "road"),
        fuel=MIXED if ":" in query.fuel else query.fuel or said.fuel,
        controlled=controlled,
        load=query.load or "average",
        air_option=query.air_option or said.air_option or kind_of_aircraft.air_option or "average",
        haul=_haul(query),
        gwp_sets=query.gwp_sets,
        on=query.on,
    )


def _haul(query: Query) -> str:
    """Return the haul of a flight; a flight of unknown length counts as long."""
    if query.mode != "air":
        return ""
    home = len(query.regions) > 1 and len(set(query.regions)) == 1
    if home and query.regions[0] in _DOMESTIC_FIGURES:
        return "domestic"
    short = query.distance_km is not None and query.distance_km < SHORT_HAUL_KM
    return "short" if short else "long"


def _finest_level(known: MatchKey | Query) -> int:
    """Return 0 for a vehicle, ship or voyage, 1 for a flight, 2 for an aircraft type, and on."""
    vehicle, ship, voyage, *coarser = _particulars(known)
    levels = (vehicle or ship or voyage, *coarser)
    return next((level for level, said in enumerate(levels) if said), _GENERAL)


def _best(shelf: Iterable[_Candidate], wanted: _Wanted) -> _Choice | None:
    """Return the candidate of the finest level, then with the fewest rungs, then by rank."""
    best: _Choice | None = None
    least = (_GENERAL, 1_000_000)
    for candidate in shelf:
        level = _level(candidate.key, wanted.query) if candidate.own else _GENERAL
        if level is None or level > least[0] or not _usable(candidate, wanted):
            continue
        region = _place_cost(candidate.key, wanted, level)
        vehicle = _class_cost(candidate.key, wanted, level)
        too_far = level < _GENERAL and max(region[0], vehicle[0]) > _OWN_NOT_BEYOND
        if too_far or (level, region[0] + vehicle[0]) > least:
            continue
        costs = _costs(candidate, wanted, (region, vehicle), level)
        weight = (level, sum(rung for rung, _ in costs))
        if weight < least or (weight == least and best and _rank(candidate, costs) < _of(best)):
            least, best = weight, _Choice(candidate=candidate, costs=costs, level=level)
    return best


def _rank(candidate: _Candidate, costs: Costs) -> tuple[Costs, int, str, str]:
    key = candidate.key
    return (costs, candidate.base, key.category_id, key.match_id)


def _of(best: _Choice) -> tuple[Costs, int, str, str]:
    return _rank(best.candidate, best.costs)


def _usable(candidate: _Candidate, wanted: _Wanted) -> bool:
    """Say whether the hard filters let a candidate pass."""
    if candidate.key.haul == "domestic" and wanted.haul != "domestic":
        return False
    gwp_set = candidate.gwp_set
    return wanted.gwp_sets is None or not gwp_set or gwp_set in wanted.gwp_sets


def _particulars(known: MatchKey | Query) -> tuple[str, ...]:
    """Return what makes a figure, or a leg, that of one carrier; the finest first."""
    return (
        known.vehicle_id,
        known.vessel_imo,
        known.voyage_no,
        known.flight_no,
        known.aircraft_type,
        known.operator,
    )


def _level(key: MatchKey, query: Query) -> int | None:
    """Return how particular a figure is to this leg; None for another carrier's own figure."""
    pairs = zip(_particulars(key), _particulars(query), strict=True)
    if any(said and said != asked and _plain(said) != _plain(asked) for said, asked in pairs):
        return None
    if key.overflight is not None and key.overflight is not bool(query.overflight):
        return None
    return _finest_level(key)


def _plain(name: str) -> str:
    """Write a name so that case and blanks do not part it from itself."""
    return "".join(name.casefold().split())


def _place_cost(key: MatchKey, wanted: _Wanted, level: int) -> Cost:
    """Return how far the region is; a figure of this very vehicle or aircraft fits anywhere."""
    return ANY if level < _OPERATOR else region_cost(wanted.countries, wanted.place, key.region)


def _class_cost(key: MatchKey, wanted: _Wanted, level: int) -> Cost:
    """Return how far the class is; where none is stated, the operator's usual one will do."""
    if level < _OPERATOR or not key.vehicle:
        return ANY
    rungs, near = vehicle_cost(wanted.vehicle, key.vehicle)
    if level == _OPERATOR and not wanted.vehicle_said:
        return (0, 100 * rungs + near)
    return (rungs, near)


def _costs(
    candidate: _Candidate, wanted: _Wanted, region_and_vehicle: tuple[Cost, Cost], level: int
) -> Costs:
    """Return the rungs down each ladder, in the order of the ladders.

    A figure of this very vehicle, ship, voyage or flight is weighed by temperature and period
    alone: what else it is, the leg is too.
    """
    key = candidate.key
    region, vehicle = region_and_vehicle
    temperature = AS_WANTED if candidate.controlled is wanted.controlled else NOT_SO
    period = AS_WANTED if _valid(candidate, wanted.on) else NOT_SO
    if level < _AIRCRAFT_TYPE:
        return (temperature, region, ANY, vehicle, ANY, ANY, ANY, period)
    return (
        temperature,
        region,
        fuel_cost(wanted.place, wanted.fuel, key.fuel),
        vehicle,
        option_cost(wanted.air_option, key.air_option) if key.air_option else ANY,
        haul_cost(wanted.haul, key.haul) if key.haul else ANY,
        load_cost(wanted.load, key.load) if key.load else ANY,
        period,
    )


def _valid(candidate: _Candidate, on: date | None) -> bool:
    if on is None:
        return True
    begun = candidate.valid_from is None or candidate.valid_from <= on
    return begun and (candidate.valid_to is None or on <= candidate.valid_to)


def _answer(best: _Choice, wanted: _Wanted) -> Match:
    steps = (*_steps_to_carrier(best, wanted), *_steps_down(best, wanted))
    candidate = best.candidate
    tier = candidate.base + len(steps)
    told = "; ".join(f"{s.name} {s.wanted} -> {s.found} ({s.reason})" for s in steps)
    own = "; no figure of the carrier's own" if _lacks_own(best, wanted) else ""
    how = f"{candidate.key.category_id} by its keys: {told or 'as wanted'}{own}"
    text = f"{how}; tier {tier} = {candidate.quality} {candidate.base} + {len(steps)} steps"
    return Match(category_id=candidate.key.category_id, steps=steps, tier=tier, lineage=text)


def _lacks_own(best: _Choice, wanted: _Wanted) -> bool:
    """Say whether a carrier was named of whom no figure is known: told, but no step."""
    return best.level == _GENERAL and any(_particulars(wanted.query))


def _steps_to_carrier(best: _Choice, wanted: _Wanted) -> list[Step]:
    """Name the finer figures of the carrier's own that were asked for and are not there."""
    query = wanted.query
    asked = (
        ("vehicle id", query.vehicle_id or query.vessel_imo or query.voyage_no),
        ("flight", query.flight_no),
        ("aircraft type", query.aircraft_type),
    )
    if best.level == _GENERAL:
        return []
    found = ("", "flight", "aircraft type", "operator")[best.level]
    return [
        Step(name=name, wanted=said, found=found, reason="no figure of it: the carrier's coarser")
        for name, said in asked[: best.level]
        if said
    ]


def _steps_down(best: _Choice, wanted: _Wanted) -> list[Step]:
    steps = []
    if not wanted.vehicle_said and best.level >= _OPERATOR:
        words = wanted.query.vehicle or "not stated"
        reason = "what is usual is assumed" if words == "not stated" else "words not understood"
        found_class = wanted.vehicle if best.level == _GENERAL else best.candidate.key.vehicle
        steps.append(Step(name="vehicle", wanted=words, found=found_class, reason=reason))
    asked, found = _described(wanted), _found(best.candidate)
    for names, (rungs, _), was, now in zip(_DIMENSIONS, best.costs, asked, found, strict=True):
        for rung in range(rungs):
            last = rung == rungs - 1
            name = names[min(rung, len(names) - 1)]
            reason = _temperature_reason(wanted) if name == "temperature" else _REASONS[name]
            steps.append(
                Step(name=name, wanted=was, found=now if last else "nothing", reason=reason)
            )
    return steps


def _temperature_reason(wanted: _Wanted) -> str:
    if wanted.controlled:
        return "only an ambient figure is known: it understates"
    return "only a temperature-controlled figure is known: it overstates"


def _described(wanted: _Wanted) -> tuple[str, ...]:
    fuel = wanted.fuel or "usual"
    return (
        CONTROLLED if wanted.controlled else "ambient",
        "-".join(wanted.countries) or "not stated",
        fuel,
        wanted.vehicle,
        wanted.air_option,
        wanted.haul,
        wanted.load,
        wanted.on.isoformat() if wanted.on else "",
    )


def _found(candidate: _Candidate) -> tuple[str, ...]:
    key = candidate.key
    period = f"{candidate.valid_from or ''} to {candidate.valid_to or ''}"
    return (
        key.temperature,
        key.region,
        key.fuel,
        key.vehicle,
        key.air_option,
        key.haul,
        key.load,
        period,
    )


def _column(kind: str) -> str:
    return {"hoc": "hoc_id", "vehicle": "vehicle_code"}.get(kind, "toc_id")


def _asked(query: Query) -> str:
    what = f"a hub of kind {query.hub_kind!r}" if query.hub_kind else f"mode {query.mode!r}"
    return f"a category for {what}, {'-'.join(query.regions) or 'any region'}"


def _nothing_of(kind: str, query: Query, shelves: Iterable[tuple[str, str]]) -> NoCategoryError:
    known = sorted({place for of, place in shelves if of == kind})
    near = difflib.get_close_matches(query.hub_kind or query.mode, known, n=1, cutoff=0)
    hint = f"nearest is {near[0]!r}" if near else f"the factor set has no {kind}"
    return NoCategoryError(_column(kind), None, f"{_asked(query)}; {hint}")


def _nothing_with(
    kind: str, query: Query, shelf: Iterable[_Candidate], wanted: _Wanted
) -> NoCategoryError:
    sets = ", ".join(sorted(query.gwp_sets or ()))
    near = min((c.key.category_id for c in shelf if not c.key.operator), default="")
    if wanted.gwp_sets is not None:
        free = _best(shelf, _read(replace(query, gwp_sets=None)))
        near = f"{free.candidate.key.category_id}, {free.candidate.gwp_set}" if free else near
    limit = f" with warming potentials {sets}" if sets else ""
    return NoCategoryError(_column(kind), None, f"{_asked(query)}{limit}; nearest is {near!r}")
