"""Arcs between states of a corridor: a leg, the change of mode before it, and both their figures.

A state is a hub with how freight arrived there: the mode, since the next handling depends on both;
the line mode before a truck, since a truck between two terminals makes no new line; and the phase
of the chain. What has flown goes on by air or by truck. Ship, train or barge feed a flight only
over one long leg, and the flight is long too: nobody sails two days to an airport, or saves a day
on a voyage of a month by a short hop. All figures are per tonne: EUR, hours, kg CO2e.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.world.offered import DESTINATION, ORIGIN, Legs, Offered
from optimizer.world.pareto import Arcs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.world.corridor import Corridor
    from optimizer.world.tools import World

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

# Phases of a chain: trucks alone; a short surface line last; a long one last; flown.
FRESH, SHORT, LONG, FLOWN = range(4)
_ROAD_CUSTOMS_H = 4.0  # at a road border, each side
_SURFACE = ("sea", "rail", "iww")


class Arrival(NamedTuple):
    """How freight arrived at a hub."""

    mode: str
    phase: int
    line: str  # the last line mode; "" if there was none


_ARRIVALS = (
    Arrival("road", FRESH, ""),
    *(Arrival("road", phase, line) for line in _SURFACE for phase in (SHORT, LONG)),
    Arrival("road", FLOWN, "air"),
    *(Arrival(line, phase, line) for line in _SURFACE for phase in (SHORT, LONG)),
    Arrival("air", FLOWN, "air"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A corridor ready to be searched."""

    corridor: Corridor
    arcs: Arcs
    source: int
    target: int
    mode: NDArray[np.str_]  # of each arc
    start: Places  # of each arc: place among the corridor's hubs, ORIGIN or DESTINATION
    end: Places
    km: Floats
    passed: NDArray[np.uint64]
    labels: Mapping[str, tuple[str, ...]]  # by mode: names of the bits of `passed`


def network(world: World, corridor: Corridor) -> Network:
    """Return all arcs of a corridor, changes of mode included, sorted for the search."""
    builder = _Builder(world, corridor)
    parts = [part for legs in builder.offered.all() for part in builder.arcs(legs)]
    if not parts:
        parts = [_no_arcs()]
    start, end, figures, mode, a, b, km, passed = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((km, b, mode, end, start))
    return Network(
        corridor=corridor,
        arcs=Arcs(
            states=builder.target + 1,
            start=start[order],
            end=end[order],
            figures=figures[order],
        ),
        source=builder.source,
        target=builder.target,
        mode=mode[order],
        start=a[order],
        end=b[order],
        km=km[order],
        passed=passed[order],
        labels={m: world.legs.table(m, corridor.conditions).labels for m in _SURFACE},
    )


def _no_arcs() -> tuple[NDArray[np.generic], ...]:
    none = np.zeros(0, np.int64)
    return (
        *(none, none, np.zeros((0, 3)), np.zeros(0, "U4")),
        *(none, none, np.zeros(0), np.zeros(0, np.uint64)),
    )


def may_follow(before: Arrival, mode: str) -> bool:
    """Tell whether a leg of a mode may follow an arrival, its length apart.

    >>> may_follow(Arrival("road", SHORT, "rail"), "rail")  # a truck between two trains
    False
    >>> may_follow(Arrival("air", FLOWN, "air"), "air")
    True
    """
    if mode == "road":
        return before.mode != "road"
    if before.phase == FLOWN:
        return mode == "air"
    if mode == "air":
        return before.phase != SHORT
    return before.line != mode


class _Builder:
    """The states of one corridor, and how legs and handling become arcs between them."""

    def __init__(self, world: World, corridor: Corridor) -> None:
        self.world = world
        self.offered = Offered(world, corridor)
        self.co2e = world.handling_kgco2e_per_t[corridor.places]
        states = [
            (i, arrival)
            for i, h in enumerate(corridor.hubs)
            for arrival in _ARRIVALS
            if arrival.mode in h.modes
        ]
        self.state = {state: n for n, state in enumerate(states)}
        self.source, self.target = len(states), len(states) + 1

    def arcs(self, legs: Legs) -> Iterator[tuple[NDArray[np.generic], ...]]:
        """Yield arcs of these legs, one group for each way in which freight may have arrived."""
        customs = self._customs(legs)
        starts = legs.start.tolist()
        from_origin = legs.start == ORIGIN
        source = np.full(len(legs.km), self.source)
        first = Arrival("road", FRESH, "")
        yield _group(legs, from_origin, source, self._reached(legs, first), customs)
        for before in _ARRIVALS:
            if not may_follow(before, legs.mode):
                continue
            left = np.array([self.state.get((i, before), -1) for i in starts], np.int64)
            good = (left >= 0) & ~from_origin & self._handled(legs, before.mode)
            if before.phase == LONG and legs.mode == "air":
                good &= legs.km >= self.world.router.parameters["air_after_surface_km"]
            if good.any():
                extra = customs + self._handling(legs, before.mode, good)
                yield _group(legs, good, left, self._reached(legs, before), extra)

    def _handled(self, legs: Legs, before: str) -> NDArray[np.bool_]:
        """Tell which legs start where the change from a mode to theirs is offered."""
        known = self.world.terms.handling
        kinds = self.offered.kind
        return np.array(
            [i >= 0 and (kinds[i], before, legs.mode) in known for i in legs.start.tolist()], bool
        )

    def _reached(self, legs: Legs, before: Arrival) -> Places:
        """Return the state behind each leg that follows an arrival."""
        far = legs.km >= self.world.router.parameters["surface_before_air_km"]
        after = {f: _after(before, legs.mode, far=f) for f in (False, True)}
        return np.array(
            [
                self.target if j == DESTINATION else self.state[j, after[f]]
                for j, f in zip(legs.end.tolist(), far.tolist(), strict=True)
            ],
            np.int64,
        )

    def _handling(self, legs: Legs, before: str, good: NDArray[np.bool_]) -> Floats:
        """Return cost, hours and CO2e of the change of mode before each leg."""
        extra = np.zeros((len(legs.km), 3))
        for i in np.unique(legs.start[good]).tolist():
            h = self.world.terms.handling[self.offered.kind_of(i), before, legs.mode]
            extra[legs.start == i] = (h.eur_per_t, h.hours + h.cutoff_h, self.co2e[i])
        return extra

    def _customs(self, legs: Legs) -> Floats:
        """Return hours of customs for each leg that crosses a border, both sides together."""
        extra = np.zeros((len(legs.km), 3))
        hours = {
            kind: h.customs_h
            for (kind, before, after), h in self.world.terms.handling.items()
            if before == "road" and after != "road"
        }
        offered = self.offered
        for row, pair in enumerate(zip(legs.start.tolist(), legs.end.tolist(), strict=True)):
            if self.world.terms.customs_between(*map(offered.country_of, pair)):
                sides = (hours.get(offered.kind_of(k), _ROAD_CUSTOMS_H) for k in pair)
                extra[row, 1] = sum(sides)
        return extra


def _after(before: Arrival, mode: str, *, far: bool) -> Arrival:
    """Return how freight arrives by a leg that follows an arrival."""
    if mode == "road":
        return Arrival("road", before.phase, before.line)
    if mode == "air":
        return Arrival("air", FLOWN, "air")
    # Only the sea feeds a flight after a feeder of its own.
    long = far and (mode == "sea" or before.phase == FRESH)
    return Arrival(mode, LONG if long else SHORT, mode)


def _group(
    legs: Legs, good: NDArray[np.bool_], left: Places, reached: Places, extra: Floats
) -> tuple[NDArray[np.generic], ...]:
    chosen = legs.where(good)
    return (
        left[good],
        reached[good],
        chosen.figures + extra[good],
        np.full(len(chosen.km), legs.mode, "U4"),
        chosen.start,
        chosen.end,
        chosen.km,
        chosen.passed,
    )
