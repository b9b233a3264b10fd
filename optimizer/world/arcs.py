"""Arcs between states of a corridor: a leg, the change of mode before it, and both their figures.

A state is a hub with the mode by which freight arrived there, since the next handling depends on
both, and with the phase of the chain. What has flown goes on by air or by truck. Ship, train or
barge feed a flight only over a long way, and the flight is long too: nobody sails two days to an
airport, or saves a day on a voyage of a month by a short hop. All figures are per tonne: EUR,
hours, kg CO2e.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.ways.route import geodesics_km
from optimizer.world.offers import leg_figures
from optimizer.world.pareto import Arcs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from optimizer.world.corridor import Corridor, End
    from optimizer.world.tools import World

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

LINE_MODES = ("sea", "rail", "iww", "air")
ORIGIN, DESTINATION = -1, -2  # in place of a hub
_CHAINED = frozenset({"air"})  # modes of which two legs may follow each other
# Phases of a chain: trucks alone; a short surface line last; a long one last; flown.
FRESH, SHORT, LONG, FLOWN = range(4)
_ROAD_CUSTOMS_H = 4.0  # at a road border, each side


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


@dataclass(frozen=True, slots=True)
class _Legs:
    """Legs of one mode, before the changes of mode that lead to them."""

    mode: str
    start: Places
    end: Places
    km: Floats
    passed: NDArray[np.uint64]
    figures: Floats

    def where(self, good: NDArray[np.bool_]) -> _Legs:
        return _Legs(
            self.mode,
            self.start[good],
            self.end[good],
            self.km[good],
            self.passed[good],
            self.figures[good],
        )


_ARRIVING = {
    "road": (FRESH, SHORT, LONG, FLOWN),
    "air": (FLOWN,),
    "sea": (SHORT, LONG),
    "rail": (SHORT, LONG),
    "iww": (SHORT, LONG),
}


def network(world: World, corridor: Corridor) -> Network:
    """Return all arcs of a corridor, changes of mode included, sorted for the search."""
    builder = _Builder(world, corridor)
    open_modes = [m for m in LINE_MODES if m not in corridor.conditions.modes]
    legs = [builder.lines(mode) for mode in open_modes]
    legs += builder.roads() if "road" not in corridor.conditions.modes else []
    parts = [part for leg in legs for part in builder.with_handling(leg)]
    start, end, figures, mode, a, b, km, passed = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((b, mode, end, start))
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
        labels={m: world.legs.table(m, corridor.conditions).labels for m in ("sea", "rail", "iww")},
    )


class _Builder:
    """The states of one corridor, and how legs and handling become arcs between them."""

    def __init__(self, world: World, corridor: Corridor) -> None:
        self.world = world
        self.corridor = corridor
        self.conditions = corridor.conditions
        self.country = np.array([h.hub.country for h in corridor.hubs], "U2")
        self.rank = np.array([h.rank for h in corridor.hubs], np.int64)
        self.kind = np.array([h.hub.kind for h in corridor.hubs], "U8")
        self.co2e = world.handling_kgco2e_per_t[corridor.places]
        states = [
            (i, mode, phase)
            for i, h in enumerate(corridor.hubs)
            for mode in h.modes
            for phase in _ARRIVING[mode]
        ]
        self.state = {state: n for n, state in enumerate(states)}
        self.source, self.target = len(states), len(states) + 1

    def lines(self, mode: str) -> _Legs:
        """Return the legs of a line mode between hubs, and from or to an end that is a hub."""
        here = np.array([i for i, h in enumerate(self.corridor.hubs) if mode in h.modes], np.int64)
        a, b = (grid.ravel() for grid in np.meshgrid(here, here, indexing="ij"))
        if mode == "air":
            km, passed = self._great_circles(a, b), np.zeros(len(a), np.uint64)
            slower, dearer = self._detours(a, b)
        else:
            km, passed = self._ways(mode, here)
            slower, dearer = self._delays(mode, passed), np.ones(len(a))
        figures = leg_figures(
            self.world.terms,
            self.world.factors,
            mode,
            km=np.where(a == b, np.inf, km),
            worst_rank=np.maximum(self.rank[a], self.rank[b]),
            countries=(self.country[a], self.country[b]),
            extra_h=slower,
        )
        table = np.column_stack([figures.eur_per_t * dearer, figures.hours, figures.kgco2e_per_t])
        legs = _Legs(mode, a, b, km, passed, table)
        return self._with_ends(legs.where(_finite(table)))

    def roads(self) -> list[_Legs]:
        """Return trucks: between hubs of different kinds, to and from both ends, door to door."""
        c = self.corridor
        n = len(c.hubs)
        everyone = np.arange(n)
        a, b = (grid.ravel() for grid in np.meshgrid(everyone, everyone, indexing="ij"))
        between, _ = self._ways("road", everyone)
        between = np.where(self.kind[a] == self.kind[b], np.inf, between)
        between = np.where(
            between <= self.world.router.parameters["hub_road_link_km"], between, np.inf
        )
        starts = [a, np.full(n, ORIGIN), everyone, np.array([ORIGIN])]
        ends = [b, everyone, np.full(n, DESTINATION), np.array([DESTINATION])]
        km = [between, c.from_origin_km, c.to_destination_km, np.array([c.direct_km])]
        return [self._trucks(*leg) for leg in zip(starts, ends, km, strict=True)]

    def with_handling(self, legs: _Legs) -> Iterator[tuple[NDArray[np.generic], ...]]:
        """Yield arcs of these legs, one group for each way in which freight may have arrived."""
        handled = self._customs_out(legs)
        from_origin = legs.start == ORIGIN
        source = np.full(len(legs.km), self.source)
        yield self._arcs(legs, from_origin, source, self._reached(legs, FRESH), handled)
        for before in ("road", *LINE_MODES):
            if before == legs.mode and before not in _CHAINED:
                continue
            known = ~from_origin & np.array(
                [
                    i >= 0 and (self.kind[i], before, legs.mode) in self.world.terms.handling
                    for i in legs.start.tolist()
                ],
                bool,
            )
            extra = handled + self._handling(legs, before, known)
            for phase in _ARRIVING[before]:
                if (phase == FLOWN and legs.mode not in {"road", "air"}) or (
                    phase == SHORT and legs.mode == "air"
                ):
                    continue
                left = np.array(
                    [self.state.get((i, before, phase), -1) for i in legs.start.tolist()]
                )
                good = known & (left >= 0)
                if phase == LONG and legs.mode == "air":
                    good &= legs.km >= self.world.router.parameters["air_after_surface_km"]
                yield self._arcs(legs, good, left, self._reached(legs, phase), extra)

    def _arcs(
        self,
        legs: _Legs,
        good: NDArray[np.bool_],
        left: Places,
        reached: Places,
        extra: Floats,
    ) -> tuple[NDArray[np.generic], ...]:
        modes = np.full(int(good.sum()), legs.mode, "U4")
        figures = legs.figures[good] + extra[good]
        chosen = legs.where(good)
        return (
            left[good],
            reached[good],
            figures,
            modes,
            chosen.start,
            chosen.end,
            chosen.km,
            chosen.passed,
        )

    def _reached(self, legs: _Legs, phase: int) -> Places:
        """Return the state behind each leg that is begun in a phase."""
        far = legs.km >= self.world.router.parameters["surface_before_air_km"]
        after = [self._phase(phase, legs.mode, far=f) for f in far.tolist()]
        return np.array(
            [
                self.target if j == DESTINATION else self.state[j, legs.mode, p]
                for j, p in zip(legs.end.tolist(), after, strict=True)
            ],
            np.int64,
        )

    @staticmethod
    def _phase(phase: int, mode: str, *, far: bool) -> int:
        if mode == "road":
            return phase
        if mode == "air":
            return FLOWN
        return LONG if far and (mode == "sea" or phase == FRESH) else SHORT

    def _handling(self, legs: _Legs, before: str, good: NDArray[np.bool_]) -> Floats:
        """Return cost, hours and CO2e of the change of mode before each leg."""
        extra = np.zeros((len(legs.km), 3))
        for i in np.unique(legs.start[good]).tolist():
            h = self.world.terms.handling[self.kind[i], before, legs.mode]
            extra[legs.start == i] = (h.eur_per_t, h.hours + h.cutoff_h, self.co2e[i])
        return extra

    def _customs_out(self, legs: _Legs) -> Floats:
        """Return hours of customs for each leg that crosses a border, both sides together."""
        extra = np.zeros((len(legs.km), 3))
        hours = {
            kind: h.customs_h
            for (kind, before, after), h in self.world.terms.handling.items()
            if before == "road" and after != "road"
        }
        for row, (i, j) in enumerate(zip(legs.start.tolist(), legs.end.tolist(), strict=True)):
            if self.world.terms.customs_between(self._country(i), self._country(j)):
                extra[row, 1] = sum(hours.get(self._kind(k), _ROAD_CUSTOMS_H) for k in (i, j))
        return extra

    def _country(self, i: int) -> str:
        if i >= 0:
            return str(self.country[i])
        return self._end(i).country

    def _kind(self, i: int) -> str:
        return str(self.kind[i]) if i >= 0 else "site"

    def _end(self, i: int) -> End:
        return self.corridor.origin if i == ORIGIN else self.corridor.destination

    def _ways(self, mode: str, here: Places) -> tuple[Floats, NDArray[np.uint64]]:
        """Return km and passed labels between corridor hubs of a mode, row by row."""
        if not len(here):
            return np.zeros(0), np.zeros(0, np.uint64)
        table = self.world.legs.table(mode, self.conditions)
        members = np.searchsorted(table.members, self.corridor.places[here])
        km, passed = table.rows(members.tolist())
        way = km[:, members].astype(np.float64)
        if mode == "rail" and not (self.conditions.closed or self.conditions.countries):
            self._publish(way, here)
        return way.ravel(), passed[:, members].ravel()

    def _publish(self, km: Floats, here: Places) -> None:
        """Put the published distances of named services in place of measured ones."""
        row = {self.corridor.hubs[i].hub.hub_id: n for n, i in enumerate(here.tolist())}
        for pair, published in self.world.router.published_km.items():
            if pair <= row.keys():
                a, b = (row[name] for name in sorted(pair))
                km[a, b] = km[b, a] = published

    def _great_circles(self, a: Places, b: Places) -> Floats:
        lon = np.array([h.hub.lon for h in self.corridor.hubs])
        lat = np.array([h.hub.lat for h in self.corridor.hubs])
        return geodesics_km(lon[a], lat[a], lon[b], lat[b])

    def _delays(self, mode: str, passed: NDArray[np.uint64]) -> Floats:
        """Return hours of waiting at canals and gauge changes on each way."""
        hours = np.zeros(len(passed))
        delay = self.world.router.delays_h(mode)
        for bit, label in enumerate(self.world.legs.table(mode, self.conditions).labels):
            if delay.get(label):
                hours += np.where(passed >> np.uint64(bit) & np.uint64(1), delay[label], 0.0)
        return hours

    def _detours(self, a: Places, b: Places) -> tuple[Floats, Floats]:
        """Return extra hours and price ratio of flights round closed airspace."""
        slower, dearer = np.zeros(len(a)), np.ones(len(a))
        if not self.conditions.airspace:
            return slower, dearer
        for row, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if i != j:
                ends = (self.corridor.hubs[i].hub, self.corridor.hubs[j].hub)
                found = self.world.detour(*ends, self.conditions.airspace)
                slower[row] = found.extra_h if found else np.inf
                dearer[row] = found.price_ratio if found else np.inf
        return slower, dearer

    def _with_ends(self, legs: _Legs) -> _Legs:
        """Add the legs that start at an origin hub, or end at a destination hub, as ends."""
        for marker, end in (
            (ORIGIN, self.corridor.origin),
            (DESTINATION, self.corridor.destination),
        ):
            if end.hub is None or legs.mode not in end.hub.modes:
                continue
            place = self.corridor.hubs.index(end.hub)
            same = legs.where(np.equal(legs.start if marker == ORIGIN else legs.end, place))
            renamed = np.full(len(same.km), marker)
            start, finish = (renamed, same.end) if marker == ORIGIN else (same.start, renamed)
            legs = _joined(legs, replace(same, start=start, end=finish))
        return legs

    def _trucks(self, start: Places, end: Places, km: Floats) -> _Legs:
        names = (
            np.array([self._country(i) for i in start.tolist()]),
            np.array([self._country(i) for i in end.tolist()]),
        )
        figures = leg_figures(
            self.world.terms,
            self.world.factors,
            "road",
            km=km,
            worst_rank=np.zeros(len(km), np.int64),
            countries=names,
            extra_h=np.zeros(len(km)),
        )
        table = np.column_stack([figures.eur_per_t, figures.hours, figures.kgco2e_per_t])
        legs = _Legs("road", start, end, km, np.zeros(len(km), np.uint64), table)
        return legs.where(_finite(table))


def _joined(a: _Legs, b: _Legs) -> _Legs:
    columns = ("start", "end", "km", "passed", "figures")
    both = {c: np.concatenate([getattr(a, c), getattr(b, c)]) for c in columns}
    return _Legs(a.mode, **both)


def _finite(table: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(table).all(axis=1))
