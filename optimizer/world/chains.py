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
from optimizer.world.arcs import network
from optimizer.world.corridor import corridor
from optimizer.world.offered import DESTINATION, ORIGIN
from optimizer.world.pareto import Arcs, pareto_ways
from optimizer.world.reasons import why_absent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.ways.route import Conditions
    from optimizer.world.arcs import Network
    from optimizer.world.corridor import End
    from optimizer.world.offers import Offer
    from optimizer.world.tools import World

MOST_LEGS = 7
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
    def told(self) -> str:
        """Figures per tonne in words."""
        cost, co2e = f"{self.eur_per_t:,.0f} EUR", f"{self.kgco2e_per_t:,.0f} kg CO2e"
        return f"{cost}, {self.hours / 24:.0f} days, {co2e} a tonne"

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
    """Return chains without those that gain next to nothing on another and lose a lot.

    The best by each figure always stay: what is marked cheapest, fastest or greenest is.
    """
    table = np.array([_figures(c) for c in chains]).reshape(-1, 3)
    best = set(table.argmin(axis=0).tolist()) if len(table) else set()
    kept = []
    for i, (chain, row) in enumerate(zip(chains, table, strict=True)):
        close = (table <= row * (1 + _NEXT_TO_NOTHING)).all(axis=1)
        better = (table <= row * (1 - _A_LOT)).any(axis=1)
        if i in best or not (close & better).any():
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
        best = _best_of(world, net, modes)
        if best is None:
            absent.append((family, why_absent(world, net, modes)))
        elif len(modes) > 1 and found and _pointless(best, found):
            absent.append((family, f"only by detours that are worse than all else: {best.told}"))
        else:
            others.append(replace(best, note=_beaten_by(world, best, found)))
    return tuple(others), tuple(absent)


def _pointless(chain: Chain, found: list[Chain]) -> bool:
    """Tell whether a beaten chain is worse in two figures than everything that is not."""
    worst = np.array([_figures(c) for c in found]).max(axis=0)
    return int((np.array(_figures(chain)) > worst).sum()) > 1


def _belongs(chain: Chain, family: str) -> bool:
    """Tell whether a chain is of a family: by the modes that name its kind."""
    if family == "iww":
        return "iww" in chain.modes
    return set(chain.modes) == set(FAMILIES[family] or ("road",))


def _best_of(world: World, net: Network, modes: tuple[str, ...]) -> Chain | None:
    """Return the best chain that uses each of these modes, and no other beside trucks."""
    arcs, rows, target = _using_all(net, modes)
    ways = pareto_ways(arcs, net.source * 2 ** len(modes), target, most_legs=MOST_LEGS)
    chains = [
        _chain(world, net, tuple(int(rows[a]) for a in way), figures)
        for way, figures in zip(ways.arcs, ways.figures.tolist(), strict=True)
    ]
    scores = _scores(chains)
    return chains[scores.index(min(scores))] if chains else None


def _using_all(net: Network, modes: tuple[str, ...]) -> tuple[Arcs, NDArray[np.int64], int]:
    """Return the network in which only ways that use each mode arrive.

    Each state stands once for every set of modes used so far, as bits of a number.
    """
    sets = 2 ** len(modes)
    allowed = np.flatnonzero(np.isin(net.mode, ["road", *modes]))
    bit = np.zeros(len(allowed), np.int64)
    for i, mode in enumerate(modes):
        bit[net.mode[allowed] == mode] = 1 << i
    target = net.arcs.states * sets
    start, end, rows = [], [], []
    for used in range(sets):
        after = used | bit
        home = net.arcs.end[allowed] == net.target
        good = ~home | (after == sets - 1)
        start.append((net.arcs.start[allowed] * sets + used)[good])
        end.append(np.where(home, target, net.arcs.end[allowed] * sets + after)[good])
        rows.append(allowed[good])
    starts, ends, numbers = (np.concatenate(x) for x in (start, end, rows))
    order = np.lexsort((numbers, starts))
    arcs = Arcs(
        states=target + 1,
        start=starts[order],
        end=ends[order],
        figures=net.arcs.figures[numbers[order]],
    )
    return arcs, numbers[order], target


def _beaten_by(world: World, chain: Chain, found: list[Chain]) -> str:
    for other in found:
        if all(x <= y for x, y in zip(_figures(other), _figures(chain), strict=True)):
            hubs = [world.hubs.at(leg.destination) for leg in other.legs[:-1]]
            way = ", ".join(h.hub.name for h in hubs if h is not None)
            by = f" by {way}" if way else ""
            return f"{other.kind}{by} is no dearer, no slower and no dirtier"
    return "each of its chains is beaten by one of another kind"
