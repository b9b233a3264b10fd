"""Find the category that a leg stands on, and say each step down the ladder to it.

A leg that names no category is matched by what is known of it. Boundary and warming potentials
are hard filters. The carrier's own figures come first: those of the vehicle, ship or voyage, then
of the flight, the aircraft type, the operator (unless for another class of vehicle or region). A
blank on the leg is unknown, not another carrier's: what a figure says beyond it fits, after those
that say less, and is a step if it is finer than what the leg names.
Else that category is taken which is the least way down the ladders below; of several, the one that
keeps most of temperature, region, fuel, vehicle, air option, haul, load and period, in this order;
then the better quality; then the newer own figure; then the higher; then the id. So neither the order of tables nor
the direction of travel changes anything. Own figures that fit equally are a step, `ambiguous`.

| ladder | rungs, with the weight of each where it is more than one |
|---|---|
| temperature | as wanted; the other condition |
| region | country, or what both ends share; wider region, or one end's; world, or for Europe the EU (2); another region (`foreign`, 3), another country (4) |
| fuel | as wanted, or the usual one; another; another kind of energy, or a mix with one (5) |
| vehicle | class; its spokesman or family; average of the mode (2); another class (4), another family (7); class not known (8) |
| air option | as wanted; average; the other (2) |
| haul | as wanted; nearest; the other (2; limit 1,500 km; domestic for Great Britain alone) |
| load | as wanted, or average; another |
| period | valid on the day; not valid |

Kinds of energy are electricity, hydrogen, and what is burnt: a stated one weighs more than any
region. A region's figure goes before one of a single foreign country, since it stands for more
fleets and states its class and load. Traffic by sea and air is the world's: there, and for hubs,
`world` is no step; hubs of kind `road` and `site` see each other. Words that are not understood
are a step. Each step makes the quality tier worse by one: 1 primary, 2 modelled, 3 default,
4 estimate, plus steps.
"""  # noqa: E501  (a table)

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from emissions.errors import LegFaultError
from emissions.ladders import (
    ANY,
    AS_WANTED,
    MIXED,
    NOT_SO,
    UNREAD,
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
    USUAL_COLD_HUB,
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
_MOST_KNOWN: Final = 100_000  # answers that are kept
_DOMESTIC_FIGURES: Final = ("GB",)  # the only country with flights of its own figure
_UNSPECIFIC: Final = ("road", "sea", "iww")  # modes whose classes differ too much to say nothing
_OWN_NOT_BEYOND: Final = 2  # weight; a figure of another class or region is no longer his
# How particular a figure is: 0 vehicle, ship or voyage; 1 flight; and on.
_FLIGHT: Final = 1
_AIRCRAFT_TYPE: Final = 2
_OPERATOR: Final = 3
_GENERAL: Final = 4  # names no operator
_KINDS: Final = ("toc", "hoc", "vehicle")  # other keys are found by their id alone
_SEE_EACH_OTHER: Final = {"road": "site", "site": "road"}  # kinds of hub: both hold warehouses
_CLASSES_ALIKE: Final = ("air",)  # figures by air name no class
_OTHER_OPTION: Final = 2

_LEVELS: Final = (0, 0, 0, _FLIGHT, _AIRCRAFT_TYPE, _OPERATOR)  # of `_particulars`
_NAMES_CARRIER: Final = {0, 1, 3, 5}  # of them: vehicle, ship, flight, operator

_FINER: Final = ("vehicle id", "flight", "aircraft type")
_DIMENSIONS: Final = (
    ("temperature",),
    ("region", "wider region", "foreign"),
    ("fuel", "another kind of energy"),
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
    "another kind of energy": "it may be far off: better state the energy that was used",
    "class not known": "what the figure stands for is not known",
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
    understood: bool  # of the words about the vehicle, if only the fuel or the temperature
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
    rate: float  # kg CO2e per unit of activity; 0 where energy tells it

    @property
    def base(self) -> int:
        return BASE_TIERS[self.quality]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """A candidate that fits, with the rungs down to it."""

    candidate: _Candidate
    costs: Costs
    level: int
    equals: tuple[str, ...] = ()  # other own figures that fit no worse


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
            if key.kind not in _KINDS:
                continue
            candidate = _candidate(key, self.factors)
            shelves.setdefault((key.kind, key.hub_kind or key.mode), []).append(candidate)
            if other := _SEE_EACH_OTHER.get(key.hub_kind):
                shelves.setdefault((key.kind, other), []).append(candidate)
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
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()  # a server meets queries without end
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
        rate=_rate(category),
    )


def _rate(category: TOC | HOC | None) -> float:
    if category is None:
        return 0.0
    parts = ("wtt_kgco2e_per_tkm", "ttw_kgco2e_per_tkm", "wtt_kgco2e_per_t", "ttw_kgco2e_per_t")
    return math.fsum(getattr(category, part, 0.0) for part in parts)


def _read(query: Query) -> _Wanted:
    """Read people's words, and say what is usual where a query says nothing."""
    place = "hub" if query.hub_kind else query.mode
    said = read_vehicle(place, query.vehicle)
    kind_of_aircraft = read_vehicle(place, query.aircraft_type)
    usual = USUAL_WITH_CONTAINERS if query.containerised else USUAL
    countries = tuple(dict.fromkeys(r for r in query.regions if r))
    controlled = query.temperature not in {"", "ambient"} or said.temperature == CONTROLLED
    hubs = USUAL_COLD_HUB if controlled else USUAL_HUB
    unsaid = hubs.get(query.hub_kind, "") if query.hub_kind else usual.get(query.mode, "")
    return _Wanted(
        query=query,
        place=place,
        countries=countries,
        vehicle=said.vehicle or unsaid,
        vehicle_said=bool(said.vehicle)
        or (said.said_something and query.mode not in _UNSPECIFIC)
        or (said.said_something and query.containerised and query.mode != "road"),
        understood=said.said_something,
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


def _best(shelf: Iterable[_Candidate], wanted: _Wanted) -> _Choice | None:
    """Return the candidate of the finest level, then of the least weight, then by rank."""
    best: _Choice | None = None
    least = (_GENERAL, 0, 1_000_000)
    for candidate in shelf:
        fit = _fit(candidate.key, wanted.query) if candidate.own else (_GENERAL, 0)
        if fit is None or fit > least[:2] or not _usable(candidate, wanted):
            continue
        level = fit[0]
        region = _place_cost(candidate.key, wanted, level)
        vehicle = _class_cost(candidate, wanted, level)
        if (*fit, region[0] + vehicle[0]) > least or _no_longer_his(
            candidate.key, wanted, level, max(region[0], vehicle[0])
        ):
            continue
        costs = _costs(candidate, wanted, (region, vehicle), level)
        weight = (*fit, sum(rungs for rungs, _ in costs))
        choice = _Choice(candidate=candidate, costs=costs, level=level)
        if best is None or weight < least:
            least, best = weight, choice
        elif weight == least:
            best = _better(best, choice)
    return best


def _better(best: _Choice, other: _Choice) -> _Choice:
    """Return the better of two choices of one weight; own figures that fit equally are told."""
    first, second = (best, other) if _rank(best) <= _rank(other) else (other, best)
    names = {best.candidate.key.category_id, other.candidate.key.category_id}
    same = first.costs == second.costs and _newness(first) == _newness(second)
    if first.level == _GENERAL or not same or len(names) == 1:
        return first
    known = {*best.equals, *other.equals} | names
    return replace(first, equals=tuple(sorted(known - {first.candidate.key.category_id})))


def _rank(choice: _Choice) -> tuple[Costs, int, int, float, str, str]:
    candidate = choice.candidate
    key, new = candidate.key, _newness(choice)
    return (choice.costs, candidate.base, -new, -candidate.rate, key.category_id, key.match_id)


def _newness(choice: _Choice) -> int:
    """Return the day from which a carrier's own figure is valid: of two, the newer counts."""
    begins = choice.candidate.valid_from
    return begins.toordinal() if begins and choice.candidate.own else 0


def _no_longer_his(key: MatchKey, wanted: _Wanted, level: int, weight: int) -> bool:
    """Say whether an own figure is of another class, region or air option than the leg."""
    if not _FLIGHT < level < _GENERAL:
        return False
    option = option_cost(wanted.air_option, key.air_option) if key.air_option else ANY
    return weight > _OWN_NOT_BEYOND or option[0] >= _OTHER_OPTION


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


def _fit(key: MatchKey, query: Query) -> tuple[int, int] | None:
    """Return how particular a figure is to this leg, and how much it says beyond the leg.

    None is for another carrier's own figure. An aircraft type or a voyage number names no carrier:
    alone, they find figures that name none either.
    """
    said, asked = (tuple(map(_plain, _particulars(known))) for known in (key, query))
    pairs = tuple(zip(said, asked, strict=True))
    overflown = key.overflight
    if any(a and b and a != b for a, b in pairs):
        return None
    if query.overflight is not None and overflown is (not query.overflight):
        return None
    beyond = sum(bool(a and not b) for a, b in pairs)
    beyond += overflown is True and query.overflight is None
    if not any(said):
        return None if beyond else (_GENERAL, 0)
    met = {place for place, (a, b) in enumerate(pairs) if a and b}
    if not met or (any(said[i] for i in _NAMES_CARRIER) and not met & _NAMES_CARRIER):
        return None
    return (_LEVELS[min(met)], beyond)


@lru_cache(maxsize=65_536)
def _plain(name: str) -> str:
    """Write a name so that case and blanks do not part it from itself."""
    return "".join(name.casefold().split())


def _place_cost(key: MatchKey, wanted: _Wanted, level: int) -> Cost:
    """Return how far the region is; a figure of this very vehicle or aircraft fits anywhere."""
    return ANY if level < _OPERATOR else region_cost(wanted.countries, wanted.place, key.region)


def _class_cost(candidate: _Candidate, wanted: _Wanted, level: int) -> Cost:
    """Return how far the class is; where none is stated, the operator's usual one will do.

    A general figure of no class is of a class that nobody could read: it is the last resort.
    """
    key = candidate.key
    if level < _OPERATOR:
        return ANY
    if not key.vehicle:
        any_class = candidate.own or wanted.place in _CLASSES_ALIKE
        return ANY if any_class else UNREAD
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
        fuel_cost(
            wanted.place, wanted.fuel, key.fuel, frozenset(name for name, _ in key.energy_mix)
        ),
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
    """Name finer figures that were asked for and are not there, or are there unasked."""
    if best.level == _GENERAL:
        return []
    asked, said = (_finer(known) for known in (wanted.query, best.candidate.key))
    found = ("", "flight", "aircraft type", "operator")[best.level]
    steps = []
    for name, was, now in zip(_FINER, asked[: best.level], said[: best.level], strict=False):
        if was:
            reason = "no figure of it: the carrier's coarser"
            steps.append(Step(name=name, wanted=was, found=found, reason=reason))
        elif now:
            reason = "the carrier's figure of this one stands for it"
            steps.append(Step(name=name, wanted="not stated", found=now, reason=reason))
    if best.equals:
        others = ", ".join(best.equals)
        reason = f"{others} fit as well: the highest was taken"
        found = best.candidate.key.category_id
        steps.append(Step(name="ambiguous", wanted="one figure", found=found, reason=reason))
    return steps


def _finer(known: MatchKey | Query) -> tuple[str, str, str]:
    """Return the vehicle, ship or voyage, then the flight, then the aircraft type."""
    vehicle, ship, voyage, flight, aircraft_type, _ = _particulars(known)
    return (vehicle or ship or voyage, flight, aircraft_type)


def _steps_down(best: _Choice, wanted: _Wanted) -> list[Step]:
    steps = _steps_of_words(best, wanted)
    asked, found = _described(wanted), _found(best.candidate)
    for names, (rungs, near), was, now in zip(_DIMENSIONS, best.costs, asked, found, strict=True):
        down = names[: min(rungs, len(names))]
        if names[0] == "vehicle" and (rungs, near) == UNREAD:
            down = ("class not known",)
        for name in down:
            reason = _temperature_reason(wanted) if name == "temperature" else _REASONS[name]
            reached = now or "not known" if name == down[-1] else "nothing"
            steps.append(Step(name=name, wanted=was, found=reached, reason=reason))
    return steps


def _steps_of_words(best: _Choice, wanted: _Wanted) -> list[Step]:
    """Say that no class was stated, or that its words were not understood."""
    if wanted.vehicle_said or best.level < _OPERATOR:
        return []
    words = wanted.query.vehicle or "not stated"
    reason = "what is usual is assumed" if wanted.understood else "words not understood"
    found = wanted.vehicle if best.level == _GENERAL else best.candidate.key.vehicle
    return [Step(name="vehicle", wanted=words, found=found or "any", reason=reason)]


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
