"""Name what the accounting floor cannot work with."""

from __future__ import annotations

from data.errors import GreenlaneError


class EmissionsError(GreenlaneError):
    """A footprint that cannot be taken: a missing factor, a broken chain, a wrong distance."""


class MissingFactorError(EmissionsError):
    """A key that the factor set does not hold; `wanted` says what would do."""

    def __init__(self, column: str, key: str, nearest: str) -> None:
        self.column, self.key = column, key
        self.wanted = f"a {column} of the factor set" + (f", such as {nearest}" if nearest else "")
        super().__init__(f"{column} {key!r} is not in the factor set; nearest is {nearest!r}")
