"""Hold yearly footprints against a target: a baseline, a pathway, and where each period stands.

>>> target = Target(name="freight", baseline=Period(year=2021, kgco2e=1000.0, activity=100.0),
...     target_year=2030, change_share=-0.52)
>>> standing = stand(target, [Period(year=2024, kgco2e=900.0, activity=110.0)]).standings[0]
>>> round(standing.required, 3), round(standing.found, 3), standing.status
(8.267, 8.182, 'on track')
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from data.errors import DataError
from data.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MEASURES = ("intensity", "absolute")
PATHWAYS = ("linear", "compound")
_LARGEST = 1e18  # beyond the emissions of the world in kg
_PERCENT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*%\s*", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1990, 2150


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One year's footprint, and the activity behind it (tkm, or whatever the target counts)."""

    year: int
    kgco2e: float
    activity: float | None = None
    factor_set: str = ""

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            raise DataError(f"year {self.year}, wanted {_FIRST_YEAR} to {_LAST_YEAR}")
        if not 0 < self.kgco2e < _LARGEST:
            raise DataError(f"year {self.year}: kgco2e {self.kgco2e}, wanted > 0 and finite")
        if self.activity is not None and not 0 < self.activity < _LARGEST:
            raise DataError(f"year {self.year}: activity {self.activity}, wanted > 0 and finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What shall be reached by when, from which baseline, on which pathway."""

    name: str
    baseline: Period
    target_year: int
    change_share: float  # -0.52: 52 % less
    measure: str = "intensity"
    pathway: str = "linear"
    activity_unit: str = "tkm"
    periods: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        where = f"target {self.name!r}"
        if self.measure not in MEASURES or self.pathway not in PATHWAYS:
            wanted = f"{' or '.join(MEASURES)}, and {' or '.join(PATHWAYS)}"
            raise DataError(f"{where}: {self.measure!r} and {self.pathway!r}, wanted {wanted}")
        if not self.baseline.year < self.target_year <= _LAST_YEAR:
            raise DataError(f"{where}: year {self.target_year}, wanted after {self.baseline.year}")
        if not -1 <= self.change_share < 0:
            raise DataError(f"{where}: change {self.change_share}, wanted -1 to below 0")
        if self.pathway == "compound" and self.change_share == -1:
            raise DataError(f"{where}: no compound pathway leads to 0, wanted a linear one")
        self.value(self.baseline)

    def value(self, period: Period) -> float:
        """Return what the target counts: kg CO2e, or kg CO2e per unit of activity.

        Raises
        ------
        DataError
            for an intensity without activity.
        """
        if self.measure == "absolute":
            return period.kgco2e
        if period.activity is None:
            raise DataError(f"target {self.name!r}, year {period.year}: wanted its activity")
        return period.kgco2e / period.activity

    def required(self, year: int) -> float:
        """Return the value that the pathway allows in a year; after the last it stays."""
        start, span = self.value(self.baseline), self.target_year - self.baseline.year
        passed = min(max(year - self.baseline.year, 0), span) / span
        if self.pathway == "linear":
            return start * (1 + self.change_share * passed)
        return start * float((1 + self.change_share) ** passed)

    @property
    def unit(self) -> str:
        """Unit of its values."""
        return "kg CO2e" if self.measure == "absolute" else f"kg CO2e per {self.activity_unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one period stands against its pathway."""

    year: int
    required: float
    found: float
    status: str  # on track, behind, or not comparable
    change_kgco2e: float | None  # against the year before, at this year's activity

    @property
    def gap(self) -> float:
        """What was found above what is required; below it, negative."""
        return self.found - self.required


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All periods of a target, and what their trend says of the target year."""

    target: Target
    standings: tuple[Standing, ...]
    projected: float | None  # in the target year; None with fewer than two periods

    @property
    def projected_status(self) -> str:
        """Whether the trend reaches the target."""
        if self.projected is None:
            return "not known: a trend needs two comparable periods"
        reached = self.projected <= self.target.required(self.target.target_year)
        return "on track" if reached else "behind"

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        t = self.target
        return {
            "name": t.name,
            "measure": t.measure,
            "pathway": t.pathway,
            "unit": t.unit,
            "baseline": {"year": t.baseline.year, "value": t.value(t.baseline)},
            "target": {
                "year": t.target_year,
                "change_share": t.change_share,
                "value": t.required(t.target_year),
            },
            "required_by_year": [
                {"year": y, "value": t.required(y)}
                for y in range(t.baseline.year, t.target_year + 1)
            ],
            "periods": [
                {
                    "year": s.year,
                    "required": s.required,
                    "found": s.found,
                    "gap": s.gap,
                    "status": s.status,
                    "change_kgco2e": s.change_kgco2e,
                }
                for s in self.standings
            ],
            "projected": self.projected,
            "projected_status": self.projected_status,
        }


def relative_change(kgco2e: float, activity: float, intensity_before: float) -> float:
    """Return G_now - T_now x g_before: what this year emits beyond last year's intensity.

    Below 0 means avoided (GLEC Framework v3.0, pages 61 and 62; methodology, section 2, 10).

    >>> relative_change(900.0, 110.0, 9.0)
    -90.0
    """
    return kgco2e - activity * intensity_before


def stand(target: Target, periods: Iterable[Period] | None = None) -> Progress:
    """Return where each period stands; those of the target itself unless others are given.

    A period on another factor set than the baseline is not comparable: the baseline must be
    restated first.

    Raises
    ------
    DataError
        for a period at or before the baseline, or two of one year.
    """
    ordered = sorted(target.periods if periods is None else periods, key=lambda p: p.year)
    years = [target.baseline.year, *(p.year for p in ordered)]
    if any(b <= a for a, b in pairwise(years)):
        raise DataError(
            f"target {target.name!r}: periods {years[1:]}, wanted each once and after {years[0]}"
        )
    before: Sequence[Period] = [target.baseline, *ordered]
    standings = tuple(_standing(target, p, b) for p, b in zip(ordered, before, strict=False))
    return Progress(target=target, standings=standings, projected=_projected(target, standings))


def _standing(target: Target, period: Period, before: Period) -> Standing:
    required, found = target.required(period.year), target.value(period)
    status = "on track" if found <= required * (1 + 1e-12) else "behind"
    if not _comparable(period, target.baseline):
        status = "not comparable"
    consecutive = period.year == before.year + 1 and _comparable(period, before)
    change = None
    if consecutive and period.activity and before.activity:
        change = relative_change(period.kgco2e, period.activity, before.kgco2e / before.activity)
    return Standing(
        year=period.year, required=required, found=found, status=status, change_kgco2e=change
    )


def _comparable(a: Period, b: Period) -> bool:
    return not (a.factor_set and b.factor_set) or a.factor_set == b.factor_set


def _projected(target: Target, standings: Sequence[Standing]) -> float | None:
    """Return the value of the least-squares line of comparable periods in the target year."""
    points = [(s.year, s.found) for s in standings if s.status != "not comparable"]
    if len(points) < 2:  # noqa: PLR2004  (a line has two points)
        return None
    mean_x = math.fsum(x for x, _ in points) / len(points)
    mean_y = math.fsum(y for _, y in points) / len(points)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points)
    slope /= math.fsum((x - mean_x) ** 2 for x, _ in points)
    return max(0.0, mean_y + slope * (target.target_year - mean_x))


def number_of(
    entry: Mapping[str, Any], name: str, where: str, default: float | None = None
) -> float:
    """Return a plain number of an entry.

    Raises
    ------
    DataError
        if it is none, too large, or missing without a default.
    """
    value = entry.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        raise DataError(f"{where}: {name} {str(value)[:40]!r}, wanted a number")
    return float(value)


def refuse_unknown(entry: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse keys that nobody reads: a misspelt one must not pass in silence.

    Raises
    ------
    DataError
        naming them.
    """
    if not isinstance(entry, dict):
        raise DataError(f"{where}: found {str(entry)[:40]!r}, wanted named values")
    unknown = sorted(set(entry) - set(known))
    if unknown:
        wanted = ", ".join(sorted(known))
        raise DataError(f"{where}: unknown {', '.join(unknown)}; wanted of {wanted}")


_KEYS = ("name", "year", "change", "measure", "pathway", "activity_unit", "baseline", "period")


def read_targets(content: bytes, file: str = "targets.toml") -> tuple[Target, ...]:
    """Read the `[[target]]` entries of a file, each with a baseline and its periods.

    Raises
    ------
    DataError
        naming the entry and what was wanted of it.
    """
    entries = read_toml(content, file).get("target")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{file}: found no [[target]], wanted at least one")
    return tuple(_target(entry, f"{file} target {n}") for n, entry in enumerate(entries, start=1))


def _target(entry: Mapping[str, Any], where: str) -> Target:
    refuse_unknown(entry, _KEYS, where)
    periods = entry.get("period", [])
    baseline = entry.get("baseline")
    if not isinstance(baseline, dict) or not isinstance(periods, list):
        raise DataError(f"{where}: wanted a [target.baseline] and [[target.period]] entries")
    return Target(
        name=str(entry.get("name") or where),
        baseline=_period(baseline, f"{where} baseline"),
        target_year=_year(entry, where),
        change_share=_share(entry.get("change"), where),
        measure=str(entry.get("measure", "intensity")),
        pathway=str(entry.get("pathway", "linear")),
        activity_unit=str(entry.get("activity_unit", "tkm")),
        periods=tuple(_period(p, f"{where} period {n}") for n, p in enumerate(periods, start=1)),
    )


def _period(entry: Mapping[str, Any], where: str) -> Period:
    refuse_unknown(entry, ("year", "kgco2e", "activity", "factor_set"), where)
    return Period(
        year=_year(entry, where),
        kgco2e=number_of(entry, "kgco2e", where),
        activity=number_of(entry, "activity", where) if "activity" in entry else None,
        factor_set=str(entry.get("factor_set", "")),
    )


def _year(entry: Mapping[str, Any], where: str) -> int:
    value = number_of(entry, "year", where)
    if not value.is_integer():
        raise DataError(f"{where}: year {value}, wanted a whole number")
    return int(value)


def _share(value: object, where: str) -> float:
    """Read `"-52 %"`, or -0.52."""
    if isinstance(value, str) and (found := _PERCENT.fullmatch(value)):
        return float(found[1]) / 100
    return number_of({"change": value}, "change", where)
