"""The door to whoever chooses tours: one method, whatever stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from optimizer.tours.records import Choice, TourProblem

ENGINES = ("ortools", "pyvrp", "exact")
# Counted steps of an engine: iterations of local search, never seconds.
_MOST_DIGITS = 9  # of an effort
STEPS_BY_EFFORT = {"small": 300, "normal": 1_500, "large": 15_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much an engine may try; a time limit makes its answer depend on the machine."""

    name: str = "normal"
    seed: int = 1
    time_limit_s: float | None = None

    @property
    def steps(self) -> int:
        """Counted steps: by name, or a number."""
        if self.name in STEPS_BY_EFFORT:
            return STEPS_BY_EFFORT[self.name]
        name = self.name
        digits = name.isdecimal() and name.isascii() and len(name) <= _MOST_DIGITS
        if digits and int(name) > 0:
            return int(name)
        most = 10**_MOST_DIGITS - 1
        raise ProblemError(
            f"effort {name!r}, wanted small, normal, large or a number from 1 to {most}"
        )


class TourEngine(Protocol):
    """Anything that can choose tours."""

    def choose(self, problem: TourProblem, effort: Effort) -> Choice:
        """Return routes that keep every rule, or raise ProblemError for what it cannot model."""
        ...


def open_engine(name: str) -> TourEngine:
    """Return an engine by its name.

    Raises
    ------
    ProblemError
        for an unknown name, or one that is not installed.
    """
    if name == "exact":
        from optimizer.tours.exact import ExactEngine  # noqa: PLC0415  (only what is asked for)

        return ExactEngine()
    if name == "ortools":
        from optimizer.solvers.tours import OrToolsEngine  # noqa: PLC0415

        return OrToolsEngine()
    if name == "pyvrp":
        from optimizer.tours.pyvrp_engine import PyVrpEngine  # noqa: PLC0415

        return PyVrpEngine()
    raise ProblemError(f"engine {name!r}, wanted one of {', '.join(ENGINES)}")
