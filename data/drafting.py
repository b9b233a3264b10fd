"""Apply a mapping to a table: leg drafts in our units, and one outcome for every row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from data.alias_names import KINDS
from data.completeness import chargeable_as_mass, check_leg
from data.dialects import DOCUMENT_NO
from data.drafts import Imported, LegDraft, Note, RowOutcome, refusal, status_of, warning
from data.fields import Field, read_fields
from data.guards import examine
from data.layouts import LONG, WIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.dialects import RawTable
    from data.mapping import Mapping


@dataclass(slots=True, kw_only=True)
class _Row:
    """A row on its way: the legs it makes and what is to be said of it."""

    line: int
    shipment_id: str
    legs: list[LegDraft] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    is_hub: bool = False
    sequence: int | None = None

    @property
    def is_refused(self) -> bool:
        return bool(self.notes) and any(note.severity == "refused" for note in self.notes)


def apply(raw: RawTable, mapping: Mapping) -> Imported:
    """Read every row of a table by a mapping; a bad row never stops the others.

    Raises
    ------
    DataError
        when the file lacks a column of the mapping.
    """
    fields = read_fields(raw, mapping)
    rows = _wide_rows(raw, mapping, fields) if mapping.layout in WIDE else []
    if mapping.layout not in WIDE:
        rows = _rows(raw, mapping, fields)
    _order(rows, mapping, sequenced=any(f.target == "leg_no" for f in fields))
    _guard(rows)
    _warn_of_broken_chains(rows)
    used = {b.source for b in mapping.bindings}
    outcomes = [_outcome(row) for row in rows] + [
        RowOutcome(
            row=line,
            shipment_id="",
            status="refused",
            notes=(refusal("bad_row", "", found, f"{len(raw.header)} cells"),),
        )
        for line, found in raw.ragged
    ]
    return Imported(
        file=raw.file,
        drafts=tuple(leg for row in rows if not row.is_refused for leg in row.legs),
        outcomes=tuple(sorted(outcomes, key=lambda outcome: outcome.row)),
        unknown_columns=tuple(n for n in raw.header if n not in used and n != DOCUMENT_NO),
        told=(*raw.dialect.told, *_told(fields)),
    )


def _told(fields: list[Field]) -> list[str]:
    dated = [f.source for f in fields if KINDS[f.target] == "date"]
    return ["times without a zone were taken as UTC: " + ", ".join(dated)] if dated else []


def _outcome(row: _Row) -> RowOutcome:
    notes = tuple(row.notes)
    for leg in row.legs:
        notes += leg.notes
    if len(notes) > 1:
        notes = tuple(dict.fromkeys(notes))  # legs of one row may lack the same
    return RowOutcome(
        row=row.line, shipment_id=row.shipment_id, status=status_of(notes), notes=notes
    )


def _rows(raw: RawTable, mapping: Mapping, fields: list[Field]) -> list[_Row]:
    """Read a table of which each row is one leg, one hub or one shipment."""
    named = any(f.target == "shipment_id" for f in fields)
    targets = [(f.target, f.is_ours) for f in fields]
    bound_chargeable = chargeable_as_mass(mapping)
    rows = []
    for line, answers in zip(raw.lines, _across(fields), strict=True):
        values: dict[str, Any] = {}
        extras: dict[str, Any] = {}
        notes: list[Note] = []
        for (target, ours), (value, note) in zip(targets, answers, strict=True):
            if note is not None:
                notes.append(note)
            if value is not None:
                (values if ours else extras)[target] = value
        row = _begun(line, values, notes, named=named)
        if bound_chargeable is not None:
            row.notes.append(bound_chargeable)
        row.is_hub = values.pop("kind", "transport") == "hub"
        row.sequence = values.pop("leg_no", None)
        if row.is_hub:
            row.notes.append(_HUB_ROW)
            row.notes = [n for n in row.notes if n.code in {"hub_row", "missing_id"}]
        else:
            check_leg(values, extras, row.notes, mapping)
            row.legs = [_draft(line, values, extras)]
        rows.append(row)
    return rows


_HUB_ROW = warning(
    "hub_row", "kind", "hub", "makes no leg of its own; handling is put between legs later"
)


def _across(fields: list[Field]) -> Iterator[tuple[Any, ...]]:
    return zip(*(f.answers for f in fields), strict=True)


def _begun(line: int, values: dict[str, Any], notes: list[Note], *, named: bool) -> _Row:
    shipment_id = values.get("shipment_id")
    if shipment_id is None:
        shipment_id = "" if named else f"row-{line}"
        if named:
            notes.append(refusal("missing_id", "shipment_id", "", "the name of the shipment"))
        else:
            values["shipment_id"] = shipment_id
            message = f"called {shipment_id}, since no column names the shipment"
            notes.append(warning("id_by_row", "shipment_id", "", message))
    return _Row(line=line, shipment_id=str(shipment_id), notes=notes)


def _draft(line: int, values: dict[str, Any], extras: dict[str, Any]) -> LegDraft:
    values["kind"] = "transport"
    return LegDraft(row=line, values=values, extras=extras)


def _wide_rows(raw: RawTable, mapping: Mapping, fields: list[Field]) -> list[_Row]:
    """Read a table of which each row is a shipment with all its legs."""
    by_leg: dict[int, list[int]] = defaultdict(list)
    for at, found in enumerate(fields):
        by_leg[found.leg].append(at)
    named = any(f.target == "shipment_id" for f in fields)
    bound_chargeable = chargeable_as_mass(mapping)
    rows = []
    for line, answers in zip(raw.lines, _across(fields), strict=True):
        shared, extras, notes = _side(fields, answers, by_leg.get(0, []))
        row = _begun(line, shared, notes, named=named)
        if bound_chargeable is not None:
            row.notes.append(bound_chargeable)
        shared.pop("kind", None)
        _unpivot(row, shared, extras, fields, answers, by_leg, mapping)
        rows.append(row)
    return rows


def _side(
    fields: list[Field], answers: tuple[Any, ...], which: list[int]
) -> tuple[dict[str, Any], dict[str, Any], list[Note]]:
    values: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    notes: list[Note] = []
    for at in which:
        value, note = answers[at]
        if note is not None:
            notes.append(note)
        if value is not None:
            (values if fields[at].is_ours else extras)[fields[at].target] = value
    return values, extras, notes


_ROUTE = ("mode", "origin", "destination")


def _unpivot(  # noqa: PLR0913, PLR0917  (a wide row and all that reads it)
    row: _Row,
    shared: dict[str, Any],
    extras: dict[str, Any],
    fields: list[Field],
    answers: tuple[Any, ...],
    by_leg: dict[int, list[int]],
    mapping: Mapping,
) -> None:
    """Make a draft of every leg that the row fills, each beginning where the last one ended."""
    legs = []
    for number in sorted(leg for leg in by_leg if leg):
        values, more, notes = _side(fields, answers, by_leg[number])
        if notes or any(name in values for name in _ROUTE):
            legs.append((values.pop("leg_no", number), number, values, more, notes))
    legs.sort(key=lambda leg: (leg[0], leg[1]))
    common = shared
    if len(legs) > 1:
        common = {n: v for n, v in shared.items() if n not in _OF_THE_WHOLE}
        extras = {**extras, **{f"chain_{n}": shared[n] for n in _CHAIN_TOTALS if n in shared}}
    here, goal = shared.get("origin"), shared.get("destination")
    refused_already = row.is_refused
    for at, (_, _, values, more, notes) in enumerate(legs, start=1):
        values = {**common, **values, "leg_no": at}  # noqa: PLW2901  (of the same leg)
        if "origin" not in values and here is not None:
            values["origin"] = here
        if "destination" not in values and at == len(legs) and goal is not None:
            values["destination"] = goal
        here = values.get("destination")
        if not refused_already:
            check_leg(values, {**extras, **more}, notes, mapping)
        row.notes += notes
        row.legs.append(_draft(row.line, values, {**extras, **more}))
    if not legs:
        row.notes.append(refusal("no_legs", "", "", "at least one leg with its mode and places"))


# Of the whole shipment: no single leg has its places, its arrival, or its totals.
_CHAIN_TOTALS = ("distance_km", "activity_tkm", "carrier_wtw_kgco2e")
_OF_THE_WHOLE = frozenset({"origin", "destination", "arrives_at", *_CHAIN_TOTALS})


def _order(rows: list[_Row], mapping: Mapping, *, sequenced: bool) -> None:
    """Give each transport leg its number in its shipment, from 1."""
    groups: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.shipment_id:
            groups[row.shipment_id].append(row)
    for group in groups.values():
        if mapping.layout in LONG or (
            mapping.layout == "other" and (sequenced or _is_chain(group))
        ):
            _number(group, sequenced=sequenced)
        else:
            for later in group[1:]:
                found = f"a name not used in row {group[0].line}: a row is a whole shipment here"
                later.notes.append(refusal("twice", "shipment_id", later.shipment_id, found))
        if mapping.layout not in WIDE and mapping.layout not in LONG:
            for row in group:
                for leg in row.legs:
                    leg.values.setdefault("leg_no", 1)


def _is_chain(group: list[_Row]) -> bool:
    """Return True for rows of one shipment of which each begins where the last one ended."""
    legs = [leg.values for row in group for leg in row.legs]
    return all(
        before.get("destination") is not None and before.get("destination") == after.get("origin")
        for before, after in pairwise(legs)
    )


def _number(group: list[_Row], *, sequenced: bool) -> None:
    seen: dict[int, int] = {}
    several = len(group) > 1
    for row in group:
        if row.sequence is None and several:
            message = "taken in the order of rows, since no sequence number is given"
            row.notes.append(warning("sequence_by_row", "leg_no", "", message))
        elif row.sequence is not None and row.sequence < 1:
            row.notes.append(refusal("bad_sequence", "leg_no", row.sequence, "1 or more"))
        elif row.sequence is not None and row.sequence in seen:
            found = f"a number not used in row {seen[row.sequence]}"
            row.notes.append(refusal("twice", "leg_no", row.sequence, found))
        elif row.sequence is not None:
            seen[row.sequence] = row.line
    if sequenced and all(row.sequence is not None for row in group):
        group.sort(key=lambda row: (row.sequence or 0, row.line))
    place = 0
    for row in group:
        if not row.is_hub:
            place += 1
            for leg in row.legs:
                leg.values["leg_no"] = place


def _guard(rows: list[_Row]) -> None:
    """Add what the guards find among the legs of all rows that stand."""
    standing = [leg for row in rows if not row.is_refused for leg in row.legs]
    found = examine(standing)
    if not found:
        return
    by_row: dict[int, list[Note]] = defaultdict(list)
    for leg, notes in found:
        by_row[id(leg)].extend(notes)
    for row in rows:
        for at, leg in enumerate(row.legs):
            notes = by_row.get(id(leg), [])
            row.notes += [note for note in notes if note.severity == "refused"]
            kept = tuple(note for note in notes if note.severity == "warned")
            if kept:
                row.legs[at] = replace(leg, notes=(*leg.notes, *kept))


def _warn_of_broken_chains(rows: list[_Row]) -> None:
    broken = {row.shipment_id: row.line for row in rows if row.is_refused and row.shipment_id}
    if not broken:
        return
    for row in rows:
        if row.shipment_id in broken and not row.is_refused:
            message = f"row {broken[row.shipment_id]} of the same shipment is refused"
            row.notes.append(warning("chain_incomplete", "", row.shipment_id, message))
