"""Read a file of transport done, ours or a stranger's, into legs that can be worked on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from data.cells import CELLS_BY_SUFFIX, BadCellError, read_cell
from data.dialects import read_raw
from data.drafting import apply
from data.drafts import Note, refusal, status_of, warning
from data.errors import DataError
from data.layouts import Proposal, propose
from data.mapping import Mapping, read_profile
from data.schemas import FOOTPRINT_LEGS, Kind
from data.tables import Refused, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from datetime import date
    from pathlib import Path

    from data.dialects import RawTable
    from data.drafts import Imported
    from data.tables import Row

HUBS_BY = ("auto", "always", "none")
OURS = ("shipment_id", "leg_no", "kind", "origin", "destination")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is read and worked on; what is left out is decided by the file, and told."""

    factor_sets: tuple[str, ...] = ()
    as_of: date | None = None
    operations: Path | None = None
    profile: Path | None = None
    units: Map[str, str] = field(default_factory=dict)  # quantity -> unit, such as mass -> lb
    columns: Map[str, str] = field(default_factory=dict)  # our column -> theirs
    decimal: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    date_format: str = ""
    mode: str = ""  # of rows that name none
    teu_load: str = "average"  # of containers of unknown load
    hubs: str = "auto"
    gwp_set: str = ""
    mixed_gwp: bool = False


@dataclass(slots=True)
class WorkLeg:
    """One leg on its way to a footprint: our columns, what was noted, how it was filled."""

    row: int  # of the file; hubs that we added carry the row before them
    values: Row
    notes: list[Note] = field(default_factory=list)
    lineage: list[str] = field(default_factory=list)
    in_container: bool = False  # a container number came with it

    @property
    def stands(self) -> bool:
        """True unless something refused it."""
        return all(note.severity != "refused" for note in self.notes)

    def refuse(self, code: str, column: str, found: object, wanted: str) -> None:
        """Take the leg out, and say why."""
        self.notes.append(refusal(code, column, "" if found is None else found, wanted))

    def warn(self, code: str, column: str, found: object, message: str) -> None:
        """Let the leg stand, and say what was assumed."""
        self.notes.append(warning(code, column, "" if found is None else found, message))


@dataclass(slots=True, kw_only=True)
class Intake:
    """The legs of a file, with the fate of every row so far."""

    file: str
    layout: str
    legs: list[WorkLeg]
    rows: dict[int, tuple[str, list[Note]]]  # every data row: its shipment, and what was noted
    unknown_columns: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    mapping: Mapping | None = None
    names_kinds: bool = False  # the file itself says which rows are hubs

    def notes(self) -> dict[int, list[Note]]:
        """Return all that was noted of each row and of its legs, each once, in row order."""
        found = {row: dict.fromkeys(notes) for row, (_, notes) in sorted(self.rows.items())}
        for leg in self.legs:
            found[leg.row] |= dict.fromkeys(leg.notes)
        return {row: list(notes) for row, notes in found.items()}

    def refused(self) -> list[Refused]:
        """Return every refusal, in row order."""
        return [
            Refused(
                file=self.file,
                row=row,
                column=note.column,
                found=note.found,
                wanted=note.message,
                code=note.code,
            )
            for row, notes in self.notes().items()
            for note in notes
            if note.severity == "refused"
        ]

    def statuses(self) -> dict[int, str]:
        """Return ok, warned or refused for each row, in row order."""
        return {row: status_of(notes) for row, notes in self.notes().items()}


def read_legs(content: bytes, file: str, options: Options) -> Intake:
    """Read a file of legs or shipments, in our layout or in one that we recognise.

    Raises
    ------
    DataError
        when nothing can be read at all, with what was found.
    """
    if options.hubs not in HUBS_BY:
        raise DataError(f"--hubs {options.hubs!r}, wanted one of {', '.join(HUBS_BY)}")
    raw = _raw(content, file, options)
    asked = options.profile or options.columns or options.units
    if asked or raw.dialect.form == "json" or not set(OURS) <= set(raw.header):
        return _read_theirs(raw, options)
    plain = raw.dialect.delimiter in {"", ","} and not options.decimal and not options.sheet
    if plain and raw.dialect.encoding in {"", "utf-8", "utf-8-sig"}:
        return _read_ours(content, file, raw)
    return _read_dialect(raw, options)


def _read_dialect(raw: RawTable, options: Options) -> Intake:
    """Read our own columns from a file of another delimiter, encoding or decimal sign."""
    comma = (options.decimal or proposal_of(raw, options).mapping.decimal) == ","
    numeric = {c.name for c in FOOTPRINT_LEGS.columns if c.kind in {Kind.NUMBER, Kind.INTEGER}}
    rows = []
    for line, cells in zip(raw.lines, raw.rows, strict=True):
        row = dict(zip(raw.header, cells, strict=True))
        if comma:
            plain = {n: row[n].replace(".", "").replace(",", ".") for n in numeric & set(row)}
            row |= plain
        rows.append((line, row))
    found = _legs_of(raw.file, rows)
    for line, text in raw.ragged:
        wanted = f"{len(raw.header)} cells"
        found.rows[line] = ("", [refusal("bad_row", "", text, wanted)])
    found.told = raw.dialect.told
    return found


def legs_of_rows(rows: list[dict[str, Any]]) -> Intake:
    """Read rows that came as JSON objects with our column names; a wrong cell refuses its row."""
    return _legs_of("request", list(enumerate(rows, start=1)))


def _legs_of(file: str, rows: list[tuple[int, dict[str, Any]]]) -> Intake:
    found: dict[int, tuple[str, list[Note]]] = {}
    legs = []
    unknown: dict[str, None] = {}
    seen: set[tuple[str, int]] = set()
    for number, raw in rows:
        unknown |= dict.fromkeys(k for k in raw if k not in FOOTPRINT_LEGS.names)
        values, notes = _row_of(raw)
        key = (str(values.get("shipment_id")), int(values.get("leg_no") or 0))
        if not notes and key in seen:
            notes.append(refusal("twice", "leg_no", key[1], f"a leg not given of {key[0]} before"))
        seen.add(key)
        found[number] = (str(raw.get("shipment_id", "")), notes)
        if not notes:
            legs.append(WorkLeg(number, values))
    return Intake(
        file=file,
        layout="legs",
        legs=legs,
        rows=found,
        unknown_columns=tuple(unknown),
        names_kinds=True,
    )


def _row_of(raw: dict[str, Any]) -> tuple[Row, list[Note]]:
    values: Row = {}
    notes: list[Note] = []
    for column in FOOTPRINT_LEGS.columns:
        text = raw.get(column.name)
        try:
            values[column.name] = read_cell(column, "" if text is None else str(text))
        except BadCellError as fault:
            notes.append(refusal("bad_value", column.name, text, str(fault)))
    return values, notes


def _read_ours(content: bytes, file: str, raw: RawTable) -> Intake:
    table = read_bytes(content, file, FOOTPRINT_LEGS)
    at = raw.header.index("shipment_id")
    body = CELLS_BY_SUFFIX[f".{file.rsplit('.', 1)[-1].lower()}"](content, file)[1:]
    names = [cells[at].strip() if at < len(cells) else "" for cells in body]
    rows: dict[int, tuple[str, list[Note]]] = {}
    for fault in table.refused:
        note = refusal(fault.code, fault.column, fault.found, fault.wanted)
        name = names[fault.row - 2] if fault.row - 2 < len(names) else ""
        rows.setdefault(fault.row, (name, []))[1].append(note)
    legs = []
    for number, row in table:
        rows[number] = (row["shipment_id"], [])
        legs.append(WorkLeg(number, row))
    return Intake(
        file=file,
        layout="legs",
        legs=legs,
        rows=rows,
        unknown_columns=table.unknown_columns,
        names_kinds=True,
    )


def preview_of(content: bytes, file: str, options: Options) -> tuple[RawTable, Proposal]:
    """Return the cells of a file and how they would be read.

    Raises
    ------
    DataError
        when nothing can be read at all.
    """
    raw = _raw(content, file, options)
    return raw, proposal_of(raw, options)


def _raw(content: bytes, file: str, options: Options) -> RawTable:
    """Return the cells of a file; what is not said is taken from the profile, if there is one."""
    kept = _profile(options)
    said = {
        name: getattr(options, name) or getattr(kept, name, "")
        for name in ("encoding", "delimiter", "decimal", "sheet")
    }
    return read_raw(content, file, **said)


def _profile(options: Options) -> Mapping | None:
    if options.profile is None:
        return None
    try:
        text = options.profile.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{options.profile}: not readable ({error})") from None
    return read_profile(text, options.profile.name)


def proposal_of(raw: RawTable, options: Options) -> Proposal:
    """Return how a stranger's table would be read, for a person to look at.

    Raises
    ------
    DataError
        when the table names nothing that we know, or lists pieces for loading.
    """
    proposal = propose(
        raw,
        units=options.units,
        decimal=options.decimal,
        date_format=options.date_format,
        mode=options.mode,
    )
    if options.columns:
        mapping = _rebound(raw, proposal.mapping, options.columns)
        proposal = replace(proposal, mapping=mapping.with_units(options.units))
    return proposal


def _rebound(raw: RawTable, mapping: Mapping, columns: Map[str, str]) -> Mapping:
    """Return a mapping in which a person's word on a column replaces ours."""
    from data.mapping import Binding  # noqa: PLC0415  (one name, here alone)

    bindings = list(mapping.bindings)
    for target, source in columns.items():
        if source and source not in raw.header:
            raise DataError(
                f"--map {target}={source}: no such column among {', '.join(raw.header)}"
            )
        kept = [b for b in bindings if b.target != target and b.source != source]
        bindings = [*kept, Binding(target=target, source=source)] if source else kept
    return replace(mapping, bindings=tuple(bindings))


def _read_theirs(raw: RawTable, options: Options) -> Intake:
    told: tuple[str, ...]
    kept = _profile(options)
    if options.profile is not None and kept is not None:
        mapping, told = kept, (f"profile {options.profile.name}",)
    else:
        proposal = proposal_of(raw, options)
        mapping, told = proposal.mapping, proposal.told
    return intake_of(apply(raw, mapping), mapping, told)


def intake_of(imported: Imported, mapping: Mapping, told: tuple[str, ...] = ()) -> Intake:
    """Return what a mapping made of a stranger's rows, as legs that can be worked on."""
    blank = dict.fromkeys(FOOTPRINT_LEGS.names) | {"kind": "transport"}
    return Intake(
        file=imported.file,
        layout=mapping.layout,
        legs=[
            WorkLeg(d.row, blank | d.values, in_container=bool(d.extras.get("container_no")))
            for d in imported.drafts
        ],
        rows={o.row: (o.shipment_id, list(o.notes)) for o in imported.outcomes},
        unknown_columns=imported.unknown_columns,
        told=tuple(dict.fromkeys((*told, *imported.told))),
        mapping=mapping,
    )
