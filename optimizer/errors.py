"""Name what the planner cannot work with."""

from __future__ import annotations

from data.errors import GreenlaneError


class ProblemError(GreenlaneError):
    """A problem that is not complete or contradicts itself."""


class RouteError(GreenlaneError):
    """No route: names the closure or the missing link; never an empty distance."""


class OffNetworkError(RouteError):
    """An end lies off the network of a mode: nothing is mapped near it."""


class InfeasibleError(GreenlaneError):
    """No plan can keep all limits; names the limits in conflict."""


class NoPlanFoundError(GreenlaneError):
    """Effort or time ran out before any plan was found: not the same as infeasible."""


class LoadingError(GreenlaneError):
    """A piece or a load unit that no load plan can be made of; names it."""
