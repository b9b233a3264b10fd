"""Read registry serials of carbon credits and keep the record of each retirement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from emissions.ledger.entries import Kind, LedgerError, Lot, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

KG_PER_CREDIT = 1000  # one credit is one tonne of CO2e in every programme read here
_LONGEST_SERIAL = 200
_NUMBER = r"\d{1,15}"

# Grammars as found in the registries' public exports. ASCII only: a digit of another script is a
# look-alike, not a digit.
_GRAMMARS = {
    "verra": (
        rf"(?P<batch>{_NUMBER})-(?P<start>{_NUMBER})-(?P<end>{_NUMBER})-(?:VCS-)?VCU-\d+-"
        r"(?P<operator>VER|MER|APX)-(?P<country>[A-Z]{2})-\d{1,2}-(?P<project>\d+)-"
        r"(?P<vintage_start>\d{8})-(?P<vintage_end>\d{8})-[01]"
    ),
    "gold-standard": (
        r"(?P<prefix>GS1-\d+-(?P<country>[A-Z]{2})-GS(?P<project>\d+)-\d{1,2}-(?P<vintage>\d{4})-\d+)"
        rf"-(?P<start>{_NUMBER})-(?P<end>{_NUMBER})"
    ),
    "acr": (
        r"(?P<prefix>ACR-(?P<country>[A-Z]{2})-(?P<project>\d+)-(?P<vintage>\d{4})-\d+)"
        rf"-(?P<start>{_NUMBER}) to (?P<end>{_NUMBER})"
    ),
    "car": (
        r"(?P<prefix>CAR-(?:1|ROC)-(?P<country>[A-Z]{2})-(?P<project>\d+)-\d+-\d+-[A-Z]{2,3}-"
        rf"(?P<vintage>\d{{4}})-\d+)-(?P<start>{_NUMBER}) to (?P<end>{_NUMBER})"
    ),
}
_PATTERNS = {name: re.compile(text, re.ASCII) for name, text in _GRAMMARS.items()}
REGISTRIES = tuple(_PATTERNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a serial says: credits `first` to `last` of one series, from one project and vintage."""

    registry: str
    series: str
    first: int
    last: int
    project_id: str
    country: str
    vintage_start: date
    vintage_end: date

    @property
    def credits(self) -> int:
        """Number of whole credits, both ends counted."""
        return self.last - self.first + 1

    @property
    def span(self) -> Span:
        """The same block in kilograms, so that a part of a tonne can be allocated."""
        return Span(
            series=self.series,
            start=self.first * KG_PER_CREDIT,
            end=(self.last + 1) * KG_PER_CREDIT,
        )


def _day_month_year(text: str) -> date:
    return date(int(text[4:]), int(text[2:4]), int(text[:2]))


def _vintage(parts: Mapping[str, str]) -> tuple[date, date]:
    if "vintage" in parts:
        year = int(parts["vintage"])
        return date(year, 1, 1), date(year, 12, 31)
    return _day_month_year(parts["vintage_start"]), _day_month_year(parts["vintage_end"])


def _series(registry: str, parts: Mapping[str, str]) -> str:
    """Name the space in which block numbers are unique.

    Verra's operator code VER numbers its blocks across all projects, so that one series covers the
    registry and a doctored prefix cannot hide a re-used block. The older MER and APX numbers are
    other spaces that collide with it, and are kept apart by batch and project.
    """
    if registry != "verra":
        return parts["prefix"]
    if parts["operator"] == "VER":
        return "VCU-VER"
    return f"VCU-{parts['operator']}-{parts['batch']}-{parts['project']}"


def parse_serial(serial: str) -> Block:
    """Read a serial of Verra (before and after 2020), Gold Standard, ACR or CAR.

    >>> parse_serial("99999-900000001-900000060-VCS-VCU-999-VER-ZZ-1-99999-01012021-31122021-0").credits
    60
    """  # noqa: E501  (a serial is as long as it is)
    serial = serial.strip()
    matches = (
        (name, match)
        for name, pattern in _PATTERNS.items()
        if len(serial) <= _LONGEST_SERIAL and (match := pattern.fullmatch(serial))
    )
    registry, match = next(matches, ("", None))
    if match is None:
        raise LedgerError(
            f"serial {serial[:_LONGEST_SERIAL]!r}: no serial of {', '.join(REGISTRIES)}; "
            "look for letter O instead of zero, long dashes or spaces"
        )
    parts = match.groupdict()
    try:
        vintage_start, vintage_end = _vintage(parts)
    except ValueError as error:
        raise LedgerError(f"serial {serial}: vintage is no date ({error})") from None
    first, last = int(parts["start"]), int(parts["end"])
    if last < first or vintage_end < vintage_start:
        raise LedgerError(f"serial {serial}: block or vintage ends before it starts")
    return Block(
        registry=registry,
        series=_series(registry, parts),
        first=first,
        last=last,
        project_id=parts["project"],
        country=parts["country"],
        vintage_start=vintage_start,
        vintage_end=vintage_end,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """One row of a registry's export: a block of credits and what became of it."""

    serial: str
    block: Block
    status: str  # retired, cancelled or held
    project_name: str
    project_type: str
    activity_kind: str  # reduction, avoidance or removal
    inside_value_chain: bool | None  # True: an inset, it would be counted twice
    issued_on: date | None
    retired_on: date | None
    beneficiary: str
    purpose: str  # voluntary, compliance, levy or tax
    note: str  # free text of the retirement, as the public registry shows it
    verifier: str
    documents_url: str
    registry_url: str
    host_adjustment: str  # corresponding adjustment: applied, none or blank

    @property
    def lot(self) -> Lot:
        """The credits as a lot; only retired ones may be used."""
        return Lot(
            lot_id=self.serial,
            kind=Kind.CREDIT,
            span=self.block.span,
            attribute="",
            usable=self.status == "retired",
        )


def retirement_of(row: Mapping[str, Any]) -> Retirement:
    """Return the retirement that a row of credits.csv states; its quantity must be its serial's."""
    block = parse_serial(row["serial"])
    if block.registry != row["registry"]:
        raise LedgerError(f"serial {row['serial']}: of {block.registry}, not {row['registry']}")
    if block.credits != row["quantity_t"]:
        raise LedgerError(
            f"serial {row['serial']}: numbers {block.credits} credits, row says {row['quantity_t']}"
        )
    return Retirement(
        serial=row["serial"],
        block=block,
        status=row["status"],
        project_name=row["project_name"] or "",
        project_type=row["project_type"] or "",
        activity_kind=row["activity_kind"] or "",
        inside_value_chain=row["inside_value_chain"],
        issued_on=row["issued_on"],
        retired_on=row["retired_on"],
        beneficiary=row["beneficiary"] or "",
        purpose=row["purpose"] or "",
        note=row["retirement_note"] or "",
        verifier=row["verifier"] or "",
        documents_url=row["documents_url"] or "",
        registry_url=row["registry_url"] or "",
        host_adjustment=row["host_adjustment"] or "",
    )
