"""Read declaration.toml: who declares what, of which period, to which standard, with which plan."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from data.errors import DataError
from data.toml_text import read_toml

_T = TypeVar("_T")  # Python 3.11 has no def f[T]
_PLAIN_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)

KINDS = ("achievement", "commitment")
AUDIENCES = ("b2b", "b2c")
REDUCTION_ROUTES = ("reduced", "historic", "offset-only-first-period")
VALIDATION_ROUTES = ("self", "other-party", "independent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is declared neutral; one transport service or a lineage of them."""

    name: str | None = None
    type: str | None = None
    description: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The management plan (PL-1 to PL-6). Absent is unknown; blank is missing."""

    commitment: str | None = None
    timescale: str | None = None
    targets: str | None = None
    means: str | None = None
    offset_strategy: str | None = None
    unabated: str | None = None  # which part of the residual could still be avoided
    approved_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """How emissions were reduced before anything was offset."""

    route: str | None = None
    first_period: bool | None = None
    previous_market_based_kgco2e: Decimal | None = None
    same_boundary: bool | None = None
    same_methodology: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Who looked at the declaration."""

    route: str | None = None
    validator: str | None = None
    independent: bool | None = None
    accreditation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A source of emissions left outside the boundary, with its estimate and the reason."""

    name: str | None = None
    scope: int | None = None
    estimate_kgco2e: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Everything a statement says that cannot be worked out from legs, factors and books."""

    entity: str | None = None
    responsible: str | None = None
    kind: str | None = None
    standard: str | None = None
    declared_on: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    audience: str | None = None
    jurisdiction: str | None = None
    statement_url: str | None = None
    wording: str | None = None
    methodology: str | None = None
    methodology_reason: str | None = None
    subject: Subject = field(default_factory=Subject)
    plan: Plan = field(default_factory=Plan)
    reduction: Reduction = field(default_factory=Reduction)
    validation: Validation = field(default_factory=Validation)
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def day(self) -> date:
        """The day of the declaration; readers refuse a declaration without one."""
        if self.declared_on is None:
            raise DataError("declaration: declared_on is missing")
        return self.declared_on

    @property
    def subject_name(self) -> str:
        """The name under which units are used for this subject."""
        return self.subject.name or ""


_WANTED = {
    "str": (str, "text"),
    "date": (date, "a date such as 2023-07-17"),
    "bool": (bool, "true or false"),
    "int": (int, "a whole number"),
    "Decimal": (str, 'a decimal in quotes, such as "12.5"'),
}
_CHOICES = {
    ("declaration", "kind"): KINDS,
    ("declaration", "audience"): AUDIENCES,
    ("reduction", "route"): REDUCTION_ROUTES,
    ("validation", "route"): VALIDATION_ROUTES,
}
_REQUIRED = ("entity", "standard", "kind", "declared_on", "period_start", "period_end")


def _value(where: str, key: str, annotation: str, found: object, faults: list[str]) -> Any:  # noqa: ANN401
    name = annotation.partition(" ")[0]
    kind, wanted = _WANTED[name]
    sound = isinstance(found, kind) and not isinstance(found, datetime)
    if not sound or (kind is int and isinstance(found, bool)):
        faults.append(f"[{where}] {key}: found {found!r}, wanted {wanted}")
        return None
    choices = _CHOICES.get((where, key))
    if choices and found not in choices:
        faults.append(f"[{where}] {key}: found {found!r}, wanted one of {', '.join(choices)}")
    if name == "Decimal":
        return _decimal(where, key, str(found), faults)
    return found


def _decimal(where: str, key: str, text: str, faults: list[str]) -> Decimal | None:
    if not _PLAIN_DECIMAL.fullmatch(text):
        faults.append(f"[{where}] {key}: found {text!r}, wanted a decimal >= 0")
        return None
    return Decimal(text)


def _record(cls: type[_T], where: str, table: object, faults: list[str]) -> _T:
    if not isinstance(table, dict):
        faults.append(f"[{where}]: wanted a table")
        return cls()
    kinds = {f.name: str(f.type) for f in fields(cls) if "None" in str(f.type)}  # type: ignore[arg-type]
    faults += [f"[{where}] {key}: nobody knows this key" for key in sorted(set(table) - set(kinds))]
    known = {
        key: _value(where, key, kinds[key], table[key], faults) for key in kinds if key in table
    }
    return cls(**known)


def read_declaration(content: bytes, file: str = "declaration.toml") -> Declaration:
    """Read a declaration; every fault of the file is named in one message.

    Raises
    ------
    DataError
        if it is not TOML, holds unknown keys, or lacks who, what, when and to which standard.
    """
    document = read_toml(content, file)
    faults: list[str] = []
    parts: dict[str, Any] = {
        "subject": _record(Subject, "subject", document.pop("subject", {}), faults),
        "plan": _record(Plan, "plan", document.pop("plan", {}), faults),
        "reduction": _record(Reduction, "reduction", document.pop("reduction", {}), faults),
        "validation": _record(Validation, "validation", document.pop("validation", {}), faults),
    }
    excluded = document.pop("exclusion", [])
    rows = excluded if isinstance(excluded, list) else [excluded]
    parts["exclusions"] = tuple(_record(Exclusion, "exclusion", row, faults) for row in rows)
    head = _record(Declaration, "declaration", document.pop("declaration", {}), faults)
    faults += [f"[{key}]: nobody knows this table" for key in sorted(document)]
    faults += [f"[declaration] {key}: missing" for key in _REQUIRED if not getattr(head, key)]
    if not parts["subject"].name:
        faults.append("[subject] name: missing")
    if faults:
        raise DataError("\n".join(f"{file}: {fault}" for fault in faults))
    kept = {f.name: getattr(head, f.name) for f in fields(Declaration) if f.name not in parts}
    return Declaration(**kept, **parts)
