"""Say how sure a figure is, and whether one option is really greener than another.

Each category has one deviation: half the width of the interval in which its figure lies, as a share
of it, read as a 95 % interval of a normal error (an assumption of this project; the published
deviations do not state their coverage). All elements of one category share one error, so their
deviations add up, and cancel where two options use the same category; errors of different
categories are independent and add in squares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SIGMAS = 1.959963984540054  # half width of a 95 % interval of a normal error
# A category that only resembles the one wanted is less sure, by this share for each step down the
# ladder of matching: an estimate of this project.
STEP_DEVIATION = 0.1
SURE = 0.9  # below this probability a ranking is not supported by the data


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A total in milligrams with its half widths by category."""

    name: str
    mg: int
    half_mg: Mapping[str, float]

    @classmethod
    def of(cls, name: str, parts: Iterable[tuple[str, int, float]]) -> Estimate:
        """Gather (category, mg, deviation share) of elements."""
        # Whole milligrams are added before any product: the same in any order of the elements.
        sums: dict[tuple[str, float], int] = defaultdict(int)
        for category, mg, deviation in parts:
            sums[category, deviation] += mg
        half: dict[str, list[float]] = defaultdict(list)
        for (category, deviation), mg in sorted(sums.items()):
            half[category].append(mg * deviation)
        widths = {category: math.fsum(products) for category, products in half.items()}
        return cls(name=name, mg=sum(sums.values()), half_mg=widths)

    @property
    def interval_mg(self) -> tuple[int, int]:
        """The 95 % interval; never below 0."""
        half = _root_of_squares(self.half_mg.values())
        return max(0, round(self.mg - half)), round(self.mg + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """An option's place, and how sure it is that the one before it is greener."""

    place: int  # equal for options that the data cannot tell apart from the best of their group
    name: str
    mg: int
    probability_best: float  # that it is greener than every other, each taken alone: the least
    supported: bool  # that the option before it is greener is at least 90 % sure


def with_steps(deviation_share: float, steps: int) -> float:
    """Return a deviation widened for a category that was matched down the ladder."""
    return deviation_share + STEP_DEVIATION * steps


def probability_greener(a: Estimate, b: Estimate) -> float:
    """Return the probability that A emits less than B.

    >>> a = Estimate.of("a", [("X", 90, 0.2)])
    >>> b = Estimate.of("b", [("X", 100, 0.2)])
    >>> probability_greener(a, b)  # the same category: its error cancels all but the difference
    1.0
    >>> round(probability_greener(a, Estimate.of("b", [("Y", 100, 0.2)])), 3)
    0.767
    """
    shared = {*a.half_mg, *b.half_mg}
    half = _root_of_squares(a.half_mg.get(c, 0.0) - b.half_mg.get(c, 0.0) for c in sorted(shared))
    difference = b.mg - a.mg
    if half == 0.0:
        return 0.5 if difference == 0 else float(difference > 0)
    return 0.5 * (1 + math.erf(difference / (half / _SIGMAS) / math.sqrt(2)))


def rank(options: Sequence[Estimate]) -> tuple[Ranked, ...]:
    """Order options from the greenest, and share a place where the data cannot tell them apart.

    An option opens a new place only if the first of the place before it is greener with at least
    90 % probability.
    """
    ordered = sorted(options, key=lambda o: (o.mg, o.name))
    ranked: list[Ranked] = []
    first = ordered[0] if ordered else None
    place = 1
    for number, option in enumerate(ordered, start=1):
        if first is None:  # pragma: no cover  (no options, no loop)
            break
        sure = number > 1 and probability_greener(first, option) >= SURE
        if sure:
            first, place = option, number
        others = [probability_greener(option, o) for o in ordered if o is not option]
        ranked.append(
            Ranked(
                place=place,
                name=option.name,
                mg=option.mg,
                probability_best=min(others, default=1.0),
                supported=number == 1 or sure,
            )
        )
    return tuple(ranked)


def _root_of_squares(halves: Iterable[float]) -> float:
    return math.sqrt(math.fsum(h * h for h in halves))
