"""State fixed-charge design on a network without time as arrays: flows, capacities, forcing rows.

Shipments flow over arcs; an arc is opened in whole units, which all on board share. The strong
form has a row for each shipment and arc (who flows opens a unit); few of them ever bind, so they
are found as they are broken (Gendron, Crainic and Frangioni 1999 tell why they matter).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solvers.bulk import Bulk, Found, Rows, solve_linear

if TYPE_CHECKING:
    from optimizer.solvers.bulk import Flags, Floats, Ints

_NOISE = 1e-9
_BROKEN = 1e-4  # a forcing row broken by less is left out; the bound stays one
_MOST_ROUNDS = 60
_FIRST_COLUMNS = 6000  # open from the start, by reduced cost


@dataclass(frozen=True, kw_only=True)
class Design:
    """Arcs, who may flow on them at which cost, and what opening a unit costs.

    A column is one shipment on one arc. `load` and `bulk` are what it takes of a unit by mass and
    by volume.
    """

    nodes: int
    tail: Ints  # by arc
    head: Ints
    fixed: Floats  # of one unit
    most_units: Floats
    whole_units: Flags  # False: units are only counted, and cost nothing
    origin: Ints  # by shipment
    destination: Ints
    divisible: Flags
    left_cost: Floats  # of leaving it
    arc: Ints  # by column
    who: Ints
    cost: Floats
    load: Floats
    bulk: Floats

    @property
    def columns(self) -> int:
        """Columns of flow; those of shipments left and of units come behind."""
        return len(self.arc)

    @property
    def shipments(self) -> int:
        """Shipments, each with one column for being left."""
        return len(self.origin)

    @property
    def arcs(self) -> int:
        """Arcs, each with one column for its units."""
        return len(self.tail)

    @cached_property
    def least_units(self) -> Floats:
        """Units that a column opens by itself."""
        need = np.maximum(self.load, self.bulk)
        return np.where(self.divisible[self.who], np.maximum(1.0, need), np.ceil(need - _NOISE))

    def units_of(self, flow: Floats) -> Floats:
        """Return the units that a flow opens."""
        opened = np.maximum(
            np.bincount(self.arc, self.load * flow, self.arcs),
            np.bincount(self.arc, self.bulk * flow, self.arcs),
        )
        return np.where(self.whole_units, np.ceil(opened - 1e-6), opened)

    def value_of(self, flow: Floats, left: Floats) -> float:
        """Return what a flow costs with the units that it opens."""
        paid = self.fixed @ self.units_of(flow)
        return float(self.cost @ flow + self.left_cost @ left + paid)

    def only(self, kept: Flags) -> Design:
        """Return the design with some of its columns."""
        names = ("arc", "who", "cost", "load", "bulk")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})


def model_of(design: Design, forcing: Flags, *, whole: bool, split: bool = False) -> Bulk:
    """Return the model with some of its forcing rows; `split` lets every shipment flow in parts."""
    flows, shipments, arcs = design.columns, design.shipments, design.arcs
    lower = np.zeros(flows + shipments + arcs)
    upper = np.concatenate([np.ones(flows + shipments), design.most_units])
    integer = np.zeros(len(lower), dtype=bool)
    if whole:
        integer[flows + shipments :] = design.whole_units
        if not split:
            integer[:flows] = ~design.divisible[design.who]
            integer[flows : flows + shipments] = ~design.divisible
    return Bulk(
        lower=lower,
        upper=upper,
        integer=integer,
        cost=np.concatenate([design.cost, design.left_cost, design.fixed]),
        blocks=(balance(design), *_capacities(design), _forcing(design, forcing)),
    )


def balance(design: Design) -> Rows:
    """Let each shipment start once or be left, and go on wherever it arrives."""
    k = design.shipments
    flow, who = np.arange(design.columns), np.arange(k)
    row = np.concatenate(
        [
            design.tail[design.arc] * k + design.who,
            design.head[design.arc] * k + design.who,
            design.origin * k + who,
        ]
    )
    column = np.concatenate([flow, flow, design.columns + who])
    value = np.concatenate([np.ones(len(flow)), -np.ones(len(flow)), np.ones(k)])
    supply = np.zeros(design.nodes * k)
    supply[design.origin * k + who] = 1.0
    kept = row != (design.destination * k + who)[row % k]
    names, row = np.unique(row[kept], return_inverse=True)
    return Rows(
        lower=supply[names],
        upper=supply[names],
        row=row,
        column=column[kept],
        value=value[kept],
    )


def _capacities(design: Design) -> list[Rows]:
    """Keep mass and volume on board within the units; volume only where it can bind alone."""
    sizes = [design.load]
    if np.any(design.bulk > design.load):
        sizes.append(design.bulk)
    units = design.columns + design.shipments + np.arange(design.arcs)
    return [
        Rows(
            lower=np.full(design.arcs, -np.inf),
            upper=np.zeros(design.arcs),
            row=np.concatenate([design.arc, np.arange(design.arcs)]),
            column=np.concatenate([np.arange(design.columns), units]),
            value=np.concatenate([size, -np.ones(design.arcs)]),
        )
        for size in sizes
    ]


def _forcing(design: Design, forcing: Flags) -> Rows:
    flow = np.flatnonzero(forcing)
    row, units = np.arange(len(flow)), design.columns + design.shipments + design.arc[flow]
    return Rows(
        lower=np.full(len(flow), -np.inf),
        upper=np.zeros(len(flow)),
        row=np.concatenate([row, row]),
        column=np.concatenate([flow, units]),
        value=np.concatenate([design.least_units[flow], -np.ones(len(flow))]),
    )


def strong_relaxation(design: Design) -> tuple[Found, Flags]:
    """Return the linear relaxation with every forcing row that it would break, and those rows.

    Most columns never flow: they stay shut until a reduced cost asks for them, and all are open in
    the end. The value of any round with all of them open is a bound.
    """
    forcing = np.zeros(design.columns, dtype=bool)
    found = solve_linear(model_of(design, forcing, whole=False))
    if found.values is None or found.reduced is None:
        return found, forcing
    bound, reduced = found.bound, found.reduced[: design.columns]
    last = min(_FIRST_COLUMNS, design.columns) - 1
    active = reduced <= np.partition(reduced, last)[last]
    for _ in range(_MOST_ROUNDS):
        broken = _broken(design, found.values) & ~forcing
        if active.all() and not broken.any():
            break
        forcing |= broken
        active |= reduced < 0 if broken.any() else True
        model = model_of(design, forcing, whole=False)
        model.upper[: design.columns][~active] = 0.0
        again = solve_linear(model)
        if again.values is None or again.reduced is None:
            break
        if active.all():
            bound = max(bound, again.value)
        found, reduced = again, again.reduced[: design.columns]
    return replace(found, bound=bound), forcing


def _broken(design: Design, values: Floats) -> Flags:
    flow, units = values[: design.columns], values[design.columns + design.shipments :]
    broken = design.least_units * flow > units[design.arc] + _BROKEN
    return broken & design.whole_units[design.arc]
