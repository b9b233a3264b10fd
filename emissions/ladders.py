"""Climb down from what was wanted to what is known: how many rungs, for each thing that matters.

Each function returns a cost: rungs down the ladder, then nearness among figures on one rung.
`emissions/matching.py` says the ladders in words and adds the rungs up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from emissions.regions import (
    CHINA_EUROPE,
    WORLD,
    common_regions,
    on_china_europe_corridor,
    wider_regions,
)
from emissions.vehicle_words import ROOTS, SPOKESMAN, lineage

Cost = tuple[int, int]

AS_WANTED: Final[Cost] = (0, 0)
NOT_SO: Final[Cost] = (1, 0)
ANY: Final[Cost] = (0, 9)  # a key that says nothing fits all, after those that say it
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
    wider = tuple(name for end in ends for name in (end, *wider_regions(end)))
    if region in wider:
        return (1, wider.index(region))
    near = bool({*wider_regions(region), region} & set(wider))
    if not ends:  # nothing is known: Europe first, where most figures are from
        return (1, int(not wider_regions(region)))
    return (3, int(not near))


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
    if SPOKESMAN.get(wanted) == found:
        return (1, 0)
    if found in above:
        root = found in ROOTS.values()
        return (2, 0) if root else (1, 1 + above.index(found))
    band = above[:-2]  # classes between it and its family: siblings inside them are near
    shared = next((i for i, word in enumerate(band) if word in beyond), None)
    if shared is not None:
        return (1, 10 + shared)
    same_family = bool(set(above[:-1]) & set(beyond)) or wanted in beyond
    return (3, 0 if same_family else 1)


@lru_cache(maxsize=65_536)
def fuel_cost(place: str, wanted: str, found: str) -> Cost:
    """Return how far a fuel is from the one wanted; unsaid means the usual one, or an average."""
    if not found:
        return ANY
    if found == wanted or (not wanted and found == MIXED):
        return AS_WANTED
    target = wanted or _USUAL_FUEL.get(place, "")
    if found == target or any({found, target} <= family for family in _FUELS):
        return (0, 1)
    if not wanted and place in {"rail", "hub"}:
        return (0, 2)  # what the region or the hub has
    return (1, int(found != MIXED))


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
