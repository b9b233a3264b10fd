"""Name what the accounting floor cannot work with."""

from __future__ import annotations

from data.errors import GreenlaneError


class EmissionsError(GreenlaneError):
    """A footprint that cannot be taken: a missing factor, a broken chain, a wrong distance."""
