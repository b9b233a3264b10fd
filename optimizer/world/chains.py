"""Candidate chains between any two places, for people to compare: nothing beats any of them.

The search is exact inside its corridor of hubs. Chains that differ by less than a few percent in
everything are shown once, and a kind of transport that is missing says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import RouteError
from optimizer.ways.route import OPEN
from optimizer.world.arcs import DESTINATION, ORIGIN, network
from optimizer.world.corridor import corridor
from optimizer.world.pareto import Arcs, pareto_ways

if TYPE_CHECKING:
    from optimizer.ways.route import Conditions
    from optimizer.world.arcs import Network
    from optimizer.world.corridor import End
    from optimizer.world.offers import Offer
    from optimizer.world.tools import World

MOST_LEGS = 7
_MAIN_SHARE = 0.15  # of the km on line modes
_NEXT_TO_NOTHING, _A_LOT = 0.03, 0.15
_ALIKE = 0.08  # chains of one kind within this share of each other in all figures are one
# Families that a planner asks after by name, and the modes each may use beside trucks.
FAMILIES = {
    "road": (),
    "rail": ("rail",),
    "sea": ("sea",),
    "air": ("air",),
    "rail-sea": ("rail", "sea"),
    "sea-air": ("sea", "air"),
    "iww": ("iww", "sea"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLeg:
    """One leg of a chain: by which mode, between which ends, how far."""

    mode: str
    origin: str  # hub_id, or the name of an end
    destination: str
    km: float
    passages: tuple[str, ...]
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One way from door to door, with what a tonne on it costs, lasts and emits."""

    legs: tuple[ChainLeg, ...]
    eur_per_t: float
    hours: float
    kgco2e_per_t: float
    marks: tuple[str, ...] = ()  # cheapest, fastest, greenest
    note: str = ""  # of a chain that another beats: why it is shown

    @property
    def modes(self) -> tuple[str, ...]:
        """Line modes in order, trucks left out unless there is nothing else."""
        lines = [leg.mode for leg in self.legs if leg.mode != "road"]
        kept = [m for i, m in enumerate(lines) if i == 0 or m != lines[i - 1]]
        return tuple(kept) or ("road",)

    @property
    def main_modes(self) -> frozenset[str]:
        """Line modes that carry a good part of the way: feeders do not name a chain."""
        lines = [leg for leg in self.legs if leg.mode != "road"]
        total = sum(leg.km for leg in lines)
        shares = (
            {m: sum(leg.km for leg in lines if leg.mode == m) / total for m in self.modes}
            if lines
            else {}
        )
        return frozenset(m for m, share in shares.items() if share >= _MAIN_SHARE) or frozenset(
            {"road"}
        )

    @property
    def kind(self) -> str:
        """Line modes in words, such as `rail-sea`."""
        return "-".join(self.modes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """What was found between two ends."""

    origin: End
    destination: End
    conditions: Conditions
    chains: tuple[Chain, ...]  # unbeaten ones, cheapest first
    others: tuple[Chain, ...]  # the best of families that are beaten, each with its note
    absent: tuple[tuple[str, str], ...]  # family, why it has no chain at all
    hubs_searched: int
    unbeaten: int  # before near-duplicates were merged


def find_chains(
    world: World, origin: End, destination: End, conditions: Conditions = OPEN
) -> Chains:
    """Return the chains between two ends that no other beats in cost, hours and CO2e.

    Raises
    ------
    RouteError
        if there is no chain at all, with the reason for each kind of transport.
    """
    part = corridor(world, origin, destination, conditions)
    net = network(world, part)
    ways = pareto_ways(net.arcs, net.source, net.target, most_legs=MOST_LEGS)
    found = [
        _chain(world, net, arcs, figures)
        for arcs, figures in zip(ways.arcs, ways.figures.tolist(), strict=True)
    ]
    shown = _marked(_distinct(_worth_showing(found)))
    others, absent = _families(world, net, found)
    world.legs.save()
    if not found:
        reasons = "; ".join(f"{family}: {why}" for family, why in absent)
        raise RouteError(f"{origin.hub_id}-{destination.hub_id}: no chain ({reasons})")
    return Chains(
        origin=origin,
        destination=destination,
        conditions=conditions,
        chains=shown,
        others=others,
        absent=absent,
        hubs_searched=len(part.hubs),
        unbeaten=len(found),
    )


def _chain(world: World, net: Network, arcs: tuple[int, ...], figures: list[float]) -> Chain:
    return Chain(
        legs=tuple(_leg(world, net, arc) for arc in arcs),
        eur_per_t=figures[0],
        hours=figures[1],
        kgco2e_per_t=figures[2],
    )


def _leg(world: World, net: Network, arc: int) -> ChainLeg:
    ends, ranks, countries = [], [], []
    for place in (int(net.start[arc]), int(net.end[arc])):
        if place in {ORIGIN, DESTINATION}:
            end = net.corridor.origin if place == ORIGIN else net.corridor.destination
            ends.append(end.hub_id)
            ranks.append(end.hub.rank if end.hub else 0)
            countries.append(end.country)
        else:
            hub = net.corridor.hubs[place]
            ends.append(hub.hub.hub_id)
            ranks.append(hub.rank)
            countries.append(hub.hub.country)
    mode, km = str(net.mode[arc]), float(net.km[arc])
    if mode == "road":
        ranks = [0, 0]
    offer = world.terms.best(mode, km, (ranks[0], ranks[1]), (countries[0], countries[1]))
    if offer is None:  # the arc was priced by one, so this is a slip of ours
        raise RouteError(f"{mode} {ends[0]}-{ends[1]}: no offer for {km:.0f} km")
    passed = int(net.passed[arc])
    names = net.labels.get(mode, ())
    return ChainLeg(
        mode=mode,
        origin=ends[0],
        destination=ends[1],
        km=km,
        passages=tuple(name for bit, name in enumerate(names) if passed >> bit & 1),
        offer=offer,
    )


def _worth_showing(chains: list[Chain]) -> list[Chain]:
    """Return chains without those that gain next to nothing on another and lose a lot."""
    table = np.array([_figures(c) for c in chains]).reshape(-1, 3)
    kept = []
    for chain, row in zip(chains, table, strict=True):
        close = (table <= row * (1 + _NEXT_TO_NOTHING)).all(axis=1)
        better = (table <= row * (1 - _A_LOT)).any(axis=1)
        if not (close & better).any():
            kept.append(chain)
    return kept


def _figures(chain: Chain) -> tuple[float, float, float]:
    return chain.eur_per_t, chain.hours, chain.kgco2e_per_t


def _distinct(chains: list[Chain]) -> list[Chain]:
    """Return chains without near-duplicates; the best ones by any figure always stay."""
    scores = _scores(chains)
    order = sorted(range(len(chains)), key=lambda i: (scores[i], i))
    best = (
        {
            min(range(len(chains)), key=lambda i: (getattr(chains[i], name), i))
            for name in ("eur_per_t", "hours", "kgco2e_per_t")
        }
        if chains
        else set()
    )
    kept: list[int] = sorted(best)
    for i in order:
        if i not in kept and not any(_alike(chains[i], chains[k]) for k in kept):
            kept.append(i)
    return [chains[i] for i in sorted(kept, key=lambda i: (chains[i].eur_per_t, i))]


def _alike(a: Chain, b: Chain) -> bool:
    return a.modes == b.modes and all(
        abs(x - y) <= _ALIKE * max(x, y) for x, y in zip(_figures(a), _figures(b), strict=True)
    )


def _scores(chains: list[Chain]) -> list[float]:
    """Return each chain's figures as multiples of the least, added: lower is better all round."""
    if not chains:
        return []
    table = np.array([_figures(c) for c in chains])
    scores: list[float] = (table / np.maximum(table.min(axis=0), 1e-9)).sum(axis=1).tolist()
    return scores


def _marked(chains: list[Chain]) -> tuple[Chain, ...]:
    marks: dict[int, list[str]] = {}
    for name, mark in (
        ("eur_per_t", "cheapest"),
        ("hours", "fastest"),
        ("kgco2e_per_t", "greenest"),
    ):
        if chains:
            best = min(range(len(chains)), key=lambda i: (getattr(chains[i], name), i))
            marks.setdefault(best, []).append(mark)
    return tuple(replace(c, marks=tuple(marks.get(i, ()))) for i, c in enumerate(chains))


def _families(
    world: World, net: Network, found: list[Chain]
) -> tuple[tuple[Chain, ...], tuple[tuple[str, str], ...]]:
    """Return the best chain of each family that is missing among the unbeaten, or why none is."""
    others, absent = [], []
    for family, modes in FAMILIES.items():
        if any(_belongs(chain, family) for chain in found):
            continue
        best = _best_of(world, net, family, modes)
        if best is None:
            absent.append((family, _why_absent(net, modes)))
        else:
            others.append(replace(best, note=_beaten_by(best, found)))
    return tuple(others), tuple(absent)


def _belongs(chain: Chain, family: str) -> bool:
    if family == "iww":
        return "iww" in chain.modes
    return chain.main_modes == set(FAMILIES[family] or ("road",))


def _best_of(world: World, net: Network, family: str, modes: tuple[str, ...]) -> Chain | None:
    allowed = np.isin(net.mode, ["road", *modes])
    rows = np.flatnonzero(allowed)
    arcs = Arcs(
        states=net.arcs.states,
        start=net.arcs.start[rows],
        end=net.arcs.end[rows],
        figures=net.arcs.figures[rows],
    )
    ways = pareto_ways(arcs, net.source, net.target, most_legs=MOST_LEGS)
    chains = [
        _chain(world, net, tuple(int(rows[a]) for a in way), figures)
        for way, figures in zip(ways.arcs, ways.figures.tolist(), strict=True)
    ]
    fitting = [c for c in chains if _belongs(c, family)]
    scores = _scores(fitting)
    return fitting[scores.index(min(scores))] if fitting else None


def _beaten_by(chain: Chain, found: list[Chain]) -> str:
    for other in found:
        if all(x <= y for x, y in zip(_figures(other), _figures(chain), strict=True)):
            way = " > ".join(leg.destination for leg in other.legs[:-1])
            return f"{other.kind} by {way} is no dearer, no slower and no dirtier"
    return "each of its chains is beaten by one of another kind"


def _why_absent(net: Network, modes: tuple[str, ...]) -> str:
    corridor = net.corridor
    if not modes:
        return "no road from door to door, or farther than trucks are offered for"
    for mode in modes:
        for end, km in (
            (corridor.origin, corridor.from_origin_km),
            (corridor.destination, corridor.to_destination_km),
        ):
            joined = [d for h, d in zip(corridor.hubs, km.tolist(), strict=True) if mode in h.modes]
            own = end.hub is not None and mode in end.hub.modes
            if not own and not np.isfinite(joined).any():
                return f"no {mode} hub in reach of {end.hub_id} by road"
        if not (net.mode == mode).any():
            return f"no {mode} connection between hubs on this corridor ({corridor.conditions})"
    if len(modes) > 1:
        return f"{' and '.join(modes)} meet at no hub on the way"
    return (
        f"no {modes[0]} line joins hubs in reach of both ends: there is no way, it is too short or "
        f"too long, or a hub too small ({corridor.conditions})"
    )
