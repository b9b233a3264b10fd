"""Legs on offer between the hubs of a corridor, with their cost, hours and CO2e per tonne."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.ways.route import geodesics_km
from optimizer.world.offers import leg_figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from optimizer.ways.route import Conditions
    from optimizer.world.corridor import Corridor, End
    from optimizer.world.tools import World

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

LINE_MODES = ("sea", "rail", "iww", "air")
ORIGIN, DESTINATION = -1, -2  # in place of a hub
# Where the shortest voyage passes it, the best one without it is on offer too.
DOUBTFUL_CANAL = "panama"


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs of one mode, before the changes of mode that lead to them."""

    mode: str
    start: Places  # place among the corridor's hubs, ORIGIN or DESTINATION
    end: Places
    km: Floats
    passed: NDArray[np.uint64]
    figures: Floats  # one row per leg: cost, hours, CO2e

    def where(self, good: NDArray[np.bool_]) -> Legs:
        """Return some of the legs."""
        return Legs(
            self.mode,
            self.start[good],
            self.end[good],
            self.km[good],
            self.passed[good],
            self.figures[good],
        )


@dataclass(frozen=True)
class Offered:
    """What is on offer in one corridor."""

    world: World
    corridor: Corridor

    @cached_property
    def country(self) -> NDArray[np.str_]:
        """Country of each hub."""
        return np.array([h.hub.country for h in self.corridor.hubs], "U2")

    @cached_property
    def rank(self) -> Places:
        """Rank of size of each hub."""
        return np.array([h.rank for h in self.corridor.hubs], np.int64)

    @cached_property
    def kind(self) -> NDArray[np.str_]:
        """Kind of each hub."""
        return np.array([h.hub.kind for h in self.corridor.hubs], "U8")

    @property
    def conditions(self) -> Conditions:
        """What is closed."""
        return self.corridor.conditions

    def country_of(self, i: int) -> str:
        """Return the country of a hub or an end."""
        return str(self.country[i]) if i >= 0 else self.end_of(i).country

    def kind_of(self, i: int) -> str:
        """Return the kind of a hub, `site` for an end."""
        return str(self.kind[i]) if i >= 0 else "site"

    def end_of(self, i: int) -> End:
        """Return the end behind its marker."""
        return self.corridor.origin if i == ORIGIN else self.corridor.destination

    def all(self) -> list[Legs]:
        """Return the legs of every mode that is open."""
        shut = self.conditions.modes
        legs = [part for mode in LINE_MODES if mode not in shut for part in self._lines(mode)]
        return legs if "road" in shut else legs + self._roads()

    def _lines(self, mode: str) -> list[Legs]:
        """Return the legs of a line mode between hubs, and from or to an end that is a hub."""
        here = np.array([i for i, h in enumerate(self.corridor.hubs) if mode in h.modes], np.int64)
        if not len(here):
            return []
        a, b = (grid.ravel() for grid in np.meshgrid(here, here, indexing="ij"))
        if mode == "air":
            km, passed = self._great_circles(a, b), np.zeros(len(a), np.uint64)
            slower, dearer = self._detours(a, b)
            legs = [self._priced(mode, a, b, km, passed, (slower, np.zeros(len(a)), dearer))]
        else:
            ways = [self._ways(mode, here, self.conditions)]
            if mode == "sea":
                ways += self._other_way(here, ways[0][1])
            legs = [
                self._priced(mode, a, b, km, passed, self._extras(mode, passed))
                for km, passed in ways
            ]
        return [self._with_ends(part) for part in legs]

    def _priced(  # noqa: PLR0913, PLR0917  (a leg's facts, column by column)
        self,
        mode: str,
        a: Places,
        b: Places,
        km: Floats,
        passed: NDArray[np.uint64],
        extras: tuple[Floats, Floats, Floats],
    ) -> Legs:
        slower, surcharge, dearer = extras
        figures = leg_figures(
            self.world.terms,
            self.world.factors,
            mode,
            km=np.where(a == b, np.inf, km),
            worst_rank=np.maximum(self.rank[a], self.rank[b]),
            countries=(self.country[a], self.country[b]),
            extra_h=slower,
        )
        cost = figures.eur_per_t * dearer + surcharge
        table = np.column_stack([cost, figures.hours, figures.kgco2e_per_t])
        return Legs(mode, a, b, km, passed, table).where(_finite(table))

    def _other_way(
        self, here: Places, passed: NDArray[np.uint64]
    ) -> list[tuple[Floats, NDArray[np.uint64]]]:
        """Return the voyages that leave out the doubtful canal, where the shortest ones pass it.

        Carriers go round the Cape rather than by Panama when Suez is shut: shortest is not best.
        """
        labels = self.world.legs.table("sea", self.conditions).labels
        if DOUBTFUL_CANAL not in labels:
            return []
        by_it = (passed >> np.uint64(labels.index(DOUBTFUL_CANAL)) & np.uint64(1)) == 1
        if not by_it.any():
            return []
        closed = replace(self.conditions, closed=self.conditions.closed | {DOUBTFUL_CANAL})
        other_km, other_passed = self._ways("sea", here, closed)
        return [(np.where(by_it, other_km, np.inf), other_passed)]

    def _roads(self) -> list[Legs]:
        """Return trucks: between hubs of different kinds, to and from both ends, door to door."""
        c = self.corridor
        n = len(c.hubs)
        everyone = np.arange(n)
        starts = [np.full(n, ORIGIN), everyone, np.array([ORIGIN])]
        ends = [everyone, np.full(n, DESTINATION), np.array([DESTINATION])]
        km = [c.from_origin_km, c.to_destination_km, np.array([c.direct_km])]
        if n:
            a, b = (grid.ravel() for grid in np.meshgrid(everyone, everyone, indexing="ij"))
            between, _ = self._ways("road", everyone, self.conditions)
            near = between <= self.world.router.parameters["hub_road_link_km"]
            starts.append(a)
            ends.append(b)
            km.append(np.where(near & (self.kind[a] != self.kind[b]), between, np.inf))
        return [self._trucks(*leg) for leg in zip(starts, ends, km, strict=True)]

    def _trucks(self, start: Places, end: Places, km: Floats) -> Legs:
        names = (
            np.array([self.country_of(i) for i in start.tolist()], "U2"),
            np.array([self.country_of(i) for i in end.tolist()], "U2"),
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
        legs = Legs("road", start, end, km, np.zeros(len(km), np.uint64), table)
        return legs.where(_finite(table))

    def _ways(
        self, mode: str, here: Places, conditions: Conditions
    ) -> tuple[Floats, NDArray[np.uint64]]:
        """Return km and passed labels between corridor hubs of a mode, row by row."""
        table = self.world.legs.table(mode, conditions)
        members = np.searchsorted(table.members, self.corridor.places[here])
        km, passed = table.rows(members.tolist())
        way = km[:, members].astype(np.float64)
        under = self.world.router.conditions(mode, conditions)
        if mode == "rail" and not (under.closed or under.countries):
            ids = [self.corridor.hubs[i].hub.hub_id for i in here.tolist()]
            self._publish(way, ids)
        return way.ravel(), passed[:, members].ravel()

    def _publish(self, km: Floats, ids: list[str]) -> None:
        """Put the published distances of named services in place of measured ones."""
        for i, a in enumerate(ids):
            for j, b in enumerate(ids):
                published = self.world.router.published_km(a, b) if i < j else None
                if published is not None and np.isfinite(km[i, j]):
                    km[i, j] = km[j, i] = published

    def _great_circles(self, a: Places, b: Places) -> Floats:
        lon = np.array([h.hub.lon for h in self.corridor.hubs])
        lat = np.array([h.hub.lat for h in self.corridor.hubs])
        return geodesics_km(lon[a], lat[a], lon[b], lat[b])

    def _extras(self, mode: str, passed: NDArray[np.uint64]) -> tuple[Floats, Floats, Floats]:
        """Return hours and EUR per tonne lost at canals and changes of gauge; the price stays."""
        hours, eur = np.zeros(len(passed)), np.zeros(len(passed))
        delays = self.world.router.delays_h(mode)
        tolls = self.world.terms.tolls_eur_per_t(self.world.router, mode)
        for bit, label in enumerate(self.world.legs.table(mode, self.conditions).labels):
            on_way = passed >> np.uint64(bit) & np.uint64(1)
            hours += np.where(on_way, delays.get(label, 0.0), 0.0)
            eur += np.where(on_way, tolls.get(label, 0.0), 0.0)
        return hours, eur, np.ones(len(passed))

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

    def _with_ends(self, legs: Legs) -> Legs:
        """Add the legs that start at an origin hub, or end at a destination hub, as ends."""
        for marker in (ORIGIN, DESTINATION):
            end = self.end_of(marker)
            if end.hub is None or legs.mode not in end.hub.modes:
                continue
            place = self.corridor.hubs.index(end.hub)
            same = legs.where(np.equal(legs.start if marker == ORIGIN else legs.end, place))
            renamed = np.full(len(same.km), marker)
            start, finish = (renamed, same.end) if marker == ORIGIN else (same.start, renamed)
            legs = _joined([legs, replace(same, start=start, end=finish)])
        return legs


def _joined(parts: Iterable[Legs]) -> Legs:
    parts = list(parts)
    columns = ("start", "end", "km", "passed", "figures")
    both = {c: np.concatenate([getattr(p, c) for p in parts]) for c in columns}
    return Legs(parts[0].mode, **both)


def _finite(table: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(table).all(axis=1))
