"""Hold what a stranger's row becomes: leg drafts, notes, and one outcome for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from data.tables import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["warned", "refused"]
Status = Literal["ok", "warned", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to say of a row: in which column, what was found, and what was wanted or done."""

    code: str
    severity: Severity
    column: str
    found: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDraft:
    """One transport leg in our columns and units; only what the file gives is present.

    `values` has columns of `data.schemas.FOOTPRINT_LEGS`; `extras` what no leg keeps but checks
    need, such as the volume, the chargeable weight, the customer or the container number.
    """

    row: int  # as `RawTable.lines` counts
    values: dict[str, Any]
    extras: dict[str, Any]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """What became of one row of the file; every data row has exactly one."""

    row: int
    shipment_id: str
    status: Status
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The drafts of the rows that stand, the outcome of every row, and what was left aside."""

    file: str
    drafts: tuple[LegDraft, ...]
    outcomes: tuple[RowOutcome, ...]
    unknown_columns: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # what holds for the whole file

    def refused(self) -> tuple[Refused, ...]:
        """Return the refusals in the shape that all our readers report."""
        return tuple(
            Refused(
                file=self.file,
                row=outcome.row,
                column=note.column,
                found=note.found,
                wanted=note.message,
                code=note.code,
            )
            for outcome in self.outcomes
            for note in outcome.notes
            if note.severity == "refused"
        )

    def count(self, status: Status) -> int:
        """Return how many rows ended so."""
        return sum(outcome.status == status for outcome in self.outcomes)


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names for a message: not too many, and none too long.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    found = [n if len(n) <= _LONGEST_SHOWN else n[:_LONGEST_SHOWN] + "..." for n in names]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


_LONGEST_SHOWN = 40


def status_of(notes: Iterable[Note]) -> Status:
    """Return the status that the notes of a row amount to: the gravest."""
    severities = {note.severity for note in notes}
    if "refused" in severities:
        return "refused"
    return "warned" if severities else "ok"


def refusal(code: str, column: str, found: object, message: str) -> Note:
    """Return a note that refuses the row."""
    return Note(
        code=code, severity="refused", column=column, found=str(found)[:200], message=message
    )


def warning(code: str, column: str, found: object, message: str) -> Note:
    """Return a note that lets the row stand."""
    return Note(
        code=code, severity="warned", column=column, found=str(found)[:200], message=message
    )
