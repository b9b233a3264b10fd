"""What to choose: itineraries, modes, loads; audits; scenarios.

The verbs live in the modules of their names: `optimizer.solve.solve`, `optimizer.audit.audit`.

>>> from pathlib import Path
>>> from data import open_catalogue
>>> from emissions import Factors
>>> from optimizer import Scenario, read_problem
>>> catalogue = open_catalogue()
>>> lane = Path("data/samples/reference_lane")
>>> intake = read_problem(
...     lane, catalogue, Factors.load(catalogue), Scenario()
... )
>>> len(intake.problem.shipments)
16
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.intake import read_problem as read_problem
    from optimizer.plan import Plan as Plan
    from optimizer.problem import Problem as Problem
    from optimizer.scenarios import Scenario as Scenario
    from optimizer.scenarios import read_scenario as read_scenario
    from optimizer.solve import Effort as Effort

_HOMES = {
    "Effort": "solve",
    "Plan": "plan",
    "Problem": "problem",
    "Scenario": "scenarios",
    "read_problem": "intake",
    "read_scenario": "scenarios",
}
__all__ = [
    "Effort",
    "Plan",
    "Problem",
    "Scenario",
    "audit",
    "read_problem",
    "read_scenario",
    "solve",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (a module attribute may be anything)
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
