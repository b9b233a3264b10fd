"""Name what the accounting floor cannot work with."""

from __future__ import annotations

from data.errors import GreenlaneError


class EmissionsError(GreenlaneError):
    """A footprint that cannot be taken: a missing factor, a broken chain, a wrong distance."""


class LegFaultError(EmissionsError):
    """One figure of a leg that cannot be: column, what was found, what was wanted."""

    def __init__(self, column: str, found: object, wanted: str) -> None:
        self.column = column
        self.found = "" if found is None else str(found)
        self.wanted = wanted
        super().__init__(f"{column} {self.found!r}, wanted {wanted}")


class MissingFactorError(LegFaultError):
    """A key that the factor set does not hold."""

    def __init__(self, column: str, key: str, nearest: str) -> None:
        wanted = f"a {column} of the factor set"
        near = f"{wanted}; nearest is {nearest!r}" if nearest and key else wanted
        super().__init__(column, key, near)


class MixedWarmingError(EmissionsError):
    """Factors on different sets of warming potentials in one total."""

    def __init__(self, sets: tuple[str, ...]) -> None:
        self.sets = sets
        super().__init__(
            f"factors on {' and '.join(sets)} warming potentials meet in one total; wanted one "
            "set, or the mix allowed by name"
        )
