"""Climb down from what was wanted to what is known: how far, for each thing that matters.

Each function returns a cost: a weight, then nearness among figures of one weight. A weight is the
number of rungs down; the last rungs of a ladder weigh more. `emissions/matching.py` says the
ladders in words, adds the weights up and tells the rungs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from emissions.regions import (
    CHINA_EUROPE,
    EUROPE,
    REGIONS,
    WORLD,
    common_regions,
    on_china_europe_corridor,
    wider_regions,
)
from emissions.vehicle_words import ROOTS, SPOKESMAN, TWIN, lineage

Cost = tuple[int, int]

AS_WANTED: Final[Cost] = (0, 0)
NOT_SO: Final[Cost] = (1, 0)
ANY: Final[Cost] = (0, 9)  # a key that says nothing fits all, after those that say it
OTHER_CLASS: Final = 4  # no nearer than the same class of another country
OTHER_FAMILY: Final = 7  # an electric van is no electric artic: its diesel class is nearer
UNREAD: Final[Cost] = (8, 0)  # the class of the figure itself is not known: the last resort
_OTHER_ENERGY: Final = 5  # weighs more than any region
_NEIGHBOURS: Final = 2  # the EU's figure for its European neighbours
_FOREIGN_REGION, _FOREIGN_COUNTRY = 3, 4
_ONE_END: Final = 5  # nearness of a country at one end, after the regions that hold more
_WORLDWIDE: Final = ("sea", "air", "hub")
_FUELS: Final = (
    frozenset({"diesel", "diesel-b7-gb", "gas-oil"}),
    frozenset({"petrol", "petrol-e10-gb"}),
    frozenset({"mgo", "hfo", "lfo"}),
)
_USUAL_FUEL: Final = {
    "road": "diesel",
    "sea": "mgo",
    "iww": "diesel",
    "air": "jet",
    "rail": "electricity",
    "hub": "diesel",  # of forklifts
}
MIXED: Final = "mixed"
_NOT_BURNT: Final = ("electricity", "hydrogen")  # kinds of energy of their own; all else is burnt
_DEEPEST_SPOKESMAN: Final = 3


@lru_cache(maxsize=65_536)
def region_cost(ends: tuple[str, ...], place: str, region: str) -> Cost:
    """Return how far a region lies from the ends of a leg."""
    if not region:
        return ANY
    exact = _exact_regions(ends, place)
    if region in exact:
        return (0, exact.index(region))
    if region == WORLD:
        return (0, 8) if place in _WORLDWIDE or not ends else (2, 0)
    if not ends:  # nothing is known: Europe first, where most figures are from
        return (1, int(not wider_regions(region)))
    return _wider_cost(ends, region)


def _wider_cost(ends: tuple[str, ...], region: str) -> Cost:
    """Return how far a region lies that neither is the ends' own nor the world."""
    if len(ends) == 1:
        wider = (*ends, *wider_regions(ends[0]))
        if region in wider:
            return (1, wider.index(region))
    elif region in {name for end in ends for name in wider_regions(end)}:
        return (1, 0)  # whichever end it is that lies in it: there and back is the same
    elif region in ends:
        return (1, _ONE_END)
    if wider_regions(region) and region in REGIONS:
        european = any(EUROPE in wider_regions(end) for end in ends)
        return (_NEIGHBOURS, 1) if european else (_FOREIGN_REGION, 0)
    if region in REGIONS:
        return (_FOREIGN_REGION, 1)
    near = set(wider_regions(region)) & {name for end in ends for name in wider_regions(end)}
    return (_FOREIGN_COUNTRY, int(not near))


def _exact_regions(ends: tuple[str, ...], place: str) -> tuple[str, ...]:
    """Return the regions that fit a leg best: its country, or what both of its ends share."""
    if len(ends) == 1:
        return (*ends, *wider_regions(ends[0])) if place in _WORLDWIDE else ends
    if place == "rail" and on_china_europe_corridor(ends):
        return (CHINA_EUROPE,)
    return common_regions(ends)


@lru_cache(maxsize=65_536)
def vehicle_cost(wanted: str, found: str) -> Cost:
    """Return how far one class of vehicle is from another."""
    if found == wanted:
        return AS_WANTED
    above, beyond = lineage(wanted), lineage(found)
    if TWIN.get(wanted) == found or TWIN.get(found) == wanted:
        return (1, 0)
    if found in (spoken := _spokesmen(wanted)):
        return (1, spoken.index(found))
    if found in above:
        root = found in ROOTS.values()
        return (2, 0) if root else (1, 1 + above.index(found))
    band = above[:-2]  # classes between it and its family: siblings inside them are near
    shared = next((i for i, word in enumerate(band) if word in beyond), None)
    if shared is not None:
        return (1, 10 + shared)
    same_family = bool(set(above[:-1]) & set(beyond)) or wanted in beyond
    return (OTHER_CLASS, 0) if same_family else (OTHER_FAMILY, 0)


def _spokesmen(wanted: str) -> tuple[str, ...]:
    """Return the classes that speak for one without a figure of its own, the first first."""
    found: list[str] = []
    while wanted in SPOKESMAN and len(found) < _DEEPEST_SPOKESMAN:
        wanted = SPOKESMAN[wanted]
        found.append(wanted)
    return tuple(found)


@lru_cache(maxsize=65_536)
def fuel_cost(place: str, wanted: str, found: str, mix: frozenset[str] = frozenset()) -> Cost:
    """Return how far a fuel is from the one wanted; unsaid means the usual one, or an average.

    `mix` are the energy carriers behind a mixed figure: to one that is stated, a mix that holds
    another kind of energy is another kind.
    """
    if not found:
        return ANY
    if found == wanted or (not wanted and found == MIXED):
        return AS_WANTED
    target = wanted or _USUAL_FUEL.get(place, "")
    if found == target or any({found, target} <= family for family in _FUELS):
        return (0, 1)
    if not wanted and place in {"rail", "hub"}:
        return (0, 2)  # what the region or the hub has
    usual = _USUAL_FUEL.get(place, "")
    common = found == usual or any({found, usual} <= family for family in _FUELS)
    near = 0 if found == MIXED else 2 - int(common)
    kinds = {_kind(name) for name in (mix or {found})}
    other = MIXED not in {wanted, *(mix or {found})} and kinds != {_kind(target)}
    return (_OTHER_ENERGY if other else 1, near)


def _kind(fuel: str) -> str:
    return fuel if fuel in _NOT_BURNT else "burnt"


def option_cost(wanted: str, found: str) -> Cost:
    """Return how far belly, freighter and their average lie from each other."""
    if found == wanted:
        return AS_WANTED
    return (1, 0) if "average" in {found, wanted} else (2, 0)


def haul_cost(wanted: str, found: str) -> Cost:
    """Return how far hauls lie apart: a domestic flight is nearest to a short one."""
    if found == wanted:
        return AS_WANTED
    return (1, 0) if {found, wanted} == {"short", "domestic"} else (2, 0)


def load_cost(wanted: str, found: str) -> Cost:
    """Return how far loads lie apart; the average stands in for any."""
    return AS_WANTED if found == wanted else (1, int(found != "average"))
