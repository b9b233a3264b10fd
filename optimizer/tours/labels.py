"""Step along a tour, one call at a time: what time, charge and load it still has.

A label is a tuple, because millions of them are made. Its charge is told in two parts: `kwh` is
there if no more was charged than was needed so far; `slack_kwh` could have been charged on top at
the last charger, at `pace` minutes each (partial recharge; after Desaulniers, Errico, Irnich and
Schneider, 2016, Operations Research 64(6), from memory). With full recharge the slack is always 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from optimizer.errors import ProblemError
from optimizer.tours.records import PICKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.tours.records import TourProblem, TourVehicle

EPS = 1e-9  # of minutes, kWh, kg: sums of floats
DEPOT = -1


class Label(NamedTuple):
    """A vehicle that is ready to leave a node."""

    km: float
    minute: float
    kwh: float
    slack_kwh: float
    load_kg: float  # what will be picked up so far, and the most ever on board
    load_m3: float
    peak_kg: float
    peak_m3: float
    node: int
    before: Label | None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The rules of one kind of vehicle, with its ways in km, minutes and kWh at hand."""

    problem: TourProblem
    vehicle: TourVehicle
    km: Sequence[Sequence[float]] = field(repr=False)  # by node; the last one is the depot
    pace: float  # minutes per kWh
    electric: bool

    @classmethod
    def of(cls, problem: TourProblem, vehicle: TourVehicle) -> Walk:
        """Prepare a vehicle.

        Raises
        ------
        ProblemError
            for partial recharge at chargers of different pace, which no label here can tell.
        """
        electric = vehicle.battery_kwh is not None
        nodes = range(len(problem.stops) + (len(problem.chargers) if electric else 0))
        sites = [*(problem.site_of(n) for n in nodes), vehicle.depot]
        paces = {c.rate(vehicle) for c in problem.chargers} if electric else set()
        if problem.recharge == "partial" and len(paces) > 1:
            raise ProblemError(
                f"vehicle {vehicle.vehicle_id}: partial recharge at chargers of "
                f"{len(paces)} paces, wanted one pace for it, or full recharge"
            )
        return cls(
            problem=problem,
            vehicle=vehicle,
            km=[[problem.ways.km[a][b] for b in sites] for a in sites],
            pace=max(paces, default=0.0),
            electric=electric,
        )

    def start(self) -> Label:
        """Return the vehicle at its depot, fully charged, at the start of its shift."""
        kwh = self.vehicle.battery_kwh or 0.0
        return Label(0.0, self.vehicle.starts_min, kwh, 0.0, 0.0, 0.0, 0.0, 0.0, DEPOT, None)

    @property
    def charger_nodes(self) -> range:
        """Nodes of chargers that this vehicle can use."""
        first = len(self.problem.stops)
        return range(first, first + (len(self.problem.chargers) if self.electric else 0))

    def driven(self, label: Label, node: int) -> tuple[float, float, float, float] | None:
        """Return (km, minute, kwh, slack) on arrival, or None if the battery does not last."""
        km = self.km[label.node][node]
        minute = label.minute + self.vehicle.minutes(km)
        if not self.electric:
            return label.km + km, minute, 0.0, 0.0
        kwh, slack = label.kwh - km * self.vehicle.kwh_per_km, label.slack_kwh
        if kwh < -EPS:
            if -kwh > slack + EPS:
                return None
            minute -= kwh * self.pace  # charged before, as much as is missing now
            slack = max(0.0, slack + kwh)
            kwh = 0.0
        return label.km + km, minute, kwh, slack

    def to_stop(self, label: Label, i: int) -> Label | None:
        """Return the vehicle after serving a stop, or None where a rule forbids it."""
        arrived = self.driven(label, i)
        if arrived is None:
            return None
        km, minute, kwh, slack = arrived
        stop = self.problem.stops[i]
        if slack and minute < stop.ready_min:  # charge instead of waiting
            free = min(slack, (stop.ready_min - minute) / self.pace) if self.pace else slack
            kwh, slack = kwh + free, slack - free
        begins = max(minute, stop.ready_min)
        if begins > stop.due_min + EPS:
            return None
        if slack and self.pace:
            slack = min(slack, max(0.0, (stop.due_min - begins) / self.pace))
        loads = self._loaded(label, i)
        if loads is None:
            return None
        return Label(km, begins + stop.service_min, kwh, slack, *loads, i, label)

    def _loaded(self, label: Label, i: int) -> tuple[float, float, float, float] | None:
        stop, v = self.problem.stops[i], self.vehicle
        kg, m3, peak_kg, peak_m3 = label.load_kg, label.load_m3, label.peak_kg, label.peak_m3
        if stop.kind == PICKUP:
            kg, m3 = kg + stop.mass_kg, m3 + stop.volume_m3
            peak_kg, peak_m3 = max(peak_kg, kg), max(peak_m3, m3)
        elif stop.pair_id:
            kg, m3 = kg - stop.mass_kg, m3 - stop.volume_m3
        else:  # on board from the depot until here
            peak_kg, peak_m3 = peak_kg + stop.mass_kg, peak_m3 + stop.volume_m3
        if peak_kg > v.capacity_kg + EPS * (1 + peak_kg) or peak_m3 > v.capacity_m3 + EPS:
            return None
        return kg, m3, peak_kg, peak_m3

    def to_charger(self, label: Label, node: int) -> Label | None:
        """Return the vehicle after charging: to the full, or as much as will turn out needed."""
        arrived = self.driven(label, node)
        if arrived is None:
            return None
        km, minute, kwh, _ = arrived
        slack = max(0.0, (self.vehicle.battery_kwh or 0.0) - kwh)
        if self.problem.recharge == "full":
            charger = self.problem.chargers[node - len(self.problem.stops)]
            minute += slack * charger.rate(self.vehicle)
            kwh, slack = kwh + slack, 0.0
        if minute > self.vehicle.ends_min + EPS:
            return None
        return label._replace(
            km=km, minute=minute, kwh=kwh, slack_kwh=slack, node=node, before=label
        )

    def home(self, label: Label) -> Label | None:
        """Return the vehicle back at its depot, or None if it is too late or too far."""
        arrived = self.driven(label, DEPOT)
        if arrived is None or arrived[1] > self.vehicle.ends_min + EPS:
            return None
        km, minute, kwh, slack = arrived
        return label._replace(
            km=km, minute=minute, kwh=kwh, slack_kwh=slack, node=DEPOT, before=label
        )

    def dominates(self, a: Label, b: Label) -> bool:
        """Tell whether whatever b can still do, a can do too, and in no more km."""
        if a.km > b.km + EPS or a.minute > b.minute + EPS:
            return False
        if a.peak_kg > b.peak_kg + EPS or a.peak_m3 > b.peak_m3 + EPS:
            return False
        if not self.electric:
            return True
        more = min(a.slack_kwh, (b.minute - a.minute) / self.pace) if self.pace else a.slack_kwh
        return (
            a.kwh + max(0.0, more) >= b.kwh - EPS
            and a.kwh + a.slack_kwh >= b.kwh + b.slack_kwh - EPS
        )

    def kept(self, labels: list[Label], new: Label) -> bool:
        """Add a label to those of its node unless one dominates it; drop what it dominates."""
        if any(self.dominates(old, new) for old in labels):
            return False
        labels[:] = [old for old in labels if not self.dominates(new, old)]
        labels.append(new)
        return True

    def and_charged(self, labels: Iterable[Label]) -> list[Label]:
        """Return labels, and every way to go on from them through one charger after another."""
        found = list(labels)
        here: dict[int, list[Label]] = {}
        todo = list(found) if self.electric else []
        while todo:
            at = todo.pop()
            for node in self.charger_nodes:
                new = None if node == at.node else self.to_charger(at, node)
                if new is not None and self.kept(here.setdefault(node, []), new):
                    todo.append(new)
        return found + [x for node in sorted(here) for x in here[node]]


def nodes_of(label: Label) -> tuple[int, ...]:
    """Return the stops and chargers that a label has called at, in order."""
    found: list[int] = []
    at: Label | None = label
    while at is not None:
        if at.node != DEPOT:
            found.append(at.node)
        at = at.before
    return tuple(found[::-1])
