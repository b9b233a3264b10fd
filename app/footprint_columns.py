"""Show how a file's columns are read as a table that a person may edit, and read it back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.footprint_intake import OURS, preview_of
from app.uploads import MAX_UPLOAD_BYTES
from data.alias_names import KINDS
from data.aliases import meant_by
from data.errors import DataError
from data.mapping import Binding, Mapping, read_profile
from data.quantities import FACTORS
from data.schemas import FOOTPRINT_LEGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as Map

    from app.footprint_intake import Options
    from data.dialects import RawTable
    from data.layouts import Question

NOT_USED = "not used"
UNITS = tuple(dict.fromkeys(unit for units in FACTORS.values() for unit in units))
_FIRST_VALUES = 3
_LONGEST_VALUE = 28
_ONLY_CHECKED = ("volume_m3", "chargeable_kg", "customer")  # no column of a leg, but guards use it
_WITH_UNIT = frozenset({"", "plain", "count", "containers"})  # parts of which a unit may be told
_ESSENTIAL = {
    "origin": "No column tells where transport begins: choose one for *origin*.",
    "destination": "No column tells where transport ends: choose one for *destination*.",
    "mode": "No column tells the mode: choose one for *mode*, or a mode assumed in the options.",
    "mass_kg": "No column tells the actual gross mass, nor containers: choose one for *mass_kg* or "
    "*teu*.",
}
_DISPENSABLE_ID = "No column names the shipment: every row will be a shipment, called by its line."


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file looks like before anything is worked out."""

    file: str
    layout: str
    confidence: float
    rows: int
    header: tuple[str, ...]
    first_values: Map[str, str]  # by their column
    mapping: Mapping
    is_ours: bool  # our own layout, read by its names
    is_workbook: bool
    told: tuple[str, ...]
    doubts: tuple[Question, ...]  # about signs and dates; what columns lack is asked anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One row of the table: one of our columns, or a part of one, of one leg."""

    target: str
    part: str = ""
    leg: int = 0
    source: str = ""
    unit: str = ""

    @property
    def label(self) -> str:
        """Our column in words."""
        name = f"{self.target} · {self.part}" if self.part not in {"", "plain"} else self.target
        return f"leg {self.leg} · {name}" if self.leg else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something that a person should answer; while it blocks, every row would be refused."""

    target: str
    words: str
    blocking: bool


def fingerprint(*parts: str) -> str:
    """Return one short name for several texts: equal texts have equal names."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def look_at(content: bytes, file: str, options: Options) -> Preview:
    """Return how a file would be read.

    Raises
    ------
    DataError
        when it is too large, or nothing in it can be read.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise DataError(f"{file}: {len(content):,} bytes, wanted at most {MAX_UPLOAD_BYTES:,}")
    raw, proposal = preview_of(content, file, options)
    return Preview(
        file=file,
        layout=proposal.layout,
        confidence=proposal.confidence,
        rows=raw.data_rows,
        header=raw.header,
        first_values={name: _first(raw, at) for at, name in enumerate(raw.header)},
        mapping=proposal.mapping,
        is_ours=proposal.layout == "legs" and set(OURS) <= set(raw.header),
        is_workbook=raw.dialect.form == "xlsx",
        told=proposal.told,
        doubts=tuple(q for q in proposal.questions if _is_doubt(q)),
    )


def _is_doubt(question: Question) -> bool:
    return question.target == "decimal" or KINDS.get(question.target) == "date"


def _first(raw: RawTable, at: int) -> str:
    """Return the first values of a column that differ, short enough for a cell."""
    seen: dict[str, None] = {}
    for row in raw.rows[:200]:
        if cell := row[at].strip():
            seen[cell if len(cell) <= _LONGEST_VALUE else cell[:_LONGEST_VALUE] + "…"] = None
        if len(seen) == _FIRST_VALUES:
            break
    return " | ".join(seen)


def profile_of(text: str, name: str, preview: Preview) -> tuple[Mapping, tuple[str, ...]]:
    """Return a saved profile, and its columns that the file lacks: they stay unused.

    Raises
    ------
    DataError
        when it is no profile.
    """
    mapping = read_profile(text, name)
    lacking = {b.source for b in mapping.bindings} - set(preview.header)
    kept = tuple(b for b in mapping.bindings if b.source not in lacking)
    return replace(mapping, bindings=kept), tuple(sorted(lacking))


def slots_of(mapping: Mapping) -> tuple[Slot, ...]:
    """Return the rows of the table: what is bound first, then what else could be."""
    bound = [
        Slot(target=b.target, part=b.part, leg=b.leg, source=b.source, unit=b.unit)
        for b in mapping.bindings
    ]
    taken = {slot.target for slot in bound}
    names = [n for n in KINDS if n in FOOTPRINT_LEGS.names or n in _ONLY_CHECKED]
    lacking = [Slot(target=n) for n in (*_ESSENTIAL, *names) if n not in taken]
    return (*bound, *dict.fromkeys(lacking))


def table_of(slots: Sequence[Slot], preview: Preview) -> list[dict[str, str | None]]:
    """Return the table to edit; blank means: not used, or no unit."""
    return [
        {
            "ours": slot.label,
            "theirs": slot.source or NOT_USED,
            "unit": slot.unit or None,
            "values": preview.first_values.get(slot.source, ""),
        }
        for slot in slots
    ]


def read_table(
    slots: Sequence[Slot], rows: Sequence[Map[str, object]], ground: Mapping
) -> tuple[Mapping, tuple[str, ...]]:
    """Return the mapping that an edited table means, and what in it cannot be."""
    bindings: list[Binding] = []
    faults: list[str] = []
    for slot, row in zip(slots, rows, strict=True):
        source, unit = str(row["theirs"] or NOT_USED), str(row["unit"] or "")
        if source == NOT_USED:
            continue
        changed = source != slot.source
        unit = unit or (_unit_named_by(source, slot.target) if changed else "")
        allowed = FACTORS.get(KINDS[slot.target], {}) if slot.part in _WITH_UNIT else {}
        if unit and unit not in allowed:
            wanted = ", ".join(allowed) or "no unit"
            faults.append(f"{slot.label}: unit {unit}, wanted {wanted}")
            unit = ""
        part = "" if changed and slot.part == "plain" else slot.part
        bindings.append(
            Binding(target=slot.target, source=source, part=part, unit=unit, leg=slot.leg)
        )
    return replace(ground, bindings=tuple(bindings)), tuple(faults)


def _unit_named_by(source: str, target: str) -> str:
    """Return the unit in a header, if it is one of the quantity wanted."""
    meant = meant_by(source)
    return meant.unit if meant is not None and meant.kind == KINDS[target] else ""


def with_options(mapping: Mapping, options: Options) -> Mapping:
    """Return a mapping under what the form says of the whole file."""
    return replace(
        mapping.with_units(options.units),
        decimal=options.decimal or mapping.decimal,
        date_format=options.date_format or mapping.date_format,
        mode=options.mode or mapping.mode,
        encoding=options.encoding or mapping.encoding,
        sheet=options.sheet or mapping.sheet,
    )


def unused_columns(preview: Preview, mapping: Mapping) -> tuple[str, ...]:
    """Return their columns that nothing is read from."""
    used = {b.source for b in mapping.bindings}
    return tuple(name for name in preview.header if name not in used)


def open_questions(preview: Preview, mapping: Mapping) -> tuple[Open, ...]:
    """Return what is still open under a mapping, what blocks first."""
    found = (*_lacking(mapping), *_without_unit(mapping), *_doubts(preview, mapping))
    return tuple(sorted(found, key=lambda question: not question.blocking))


def _lacking(mapping: Mapping) -> Iterator[Open]:
    bound = {b.target for b in mapping.bindings}
    stands = {"mode": bool(mapping.mode), "mass_kg": "teu" in bound}
    for target, words in _ESSENTIAL.items():
        if target not in bound and not stands.get(target, False):
            yield Open(target=target, words=words, blocking=True)
    if "shipment_id" not in bound:
        yield Open(target="shipment_id", words=_DISPENSABLE_ID, blocking=False)


def _without_unit(mapping: Mapping) -> Iterator[Open]:
    with_unit = {(b.target, b.leg) for b in mapping.bindings if b.part == "unit"}
    for b in mapping.bindings:
        asked = b.kind in {"mass", "distance"} and b.part in {"", "plain"} and not b.unit
        if asked and (b.target, b.leg) not in with_unit:
            words = f"Column “{b.source}” names no unit: choose one beside it, or in the options."
            blocking = b.target in {"mass_kg", "distance_km"}
            yield Open(target=b.target, words=words, blocking=blocking)


def _doubts(preview: Preview, mapping: Mapping) -> Iterator[Open]:
    for question in preview.doubts:
        if mapping.decimal if question.target == "decimal" else mapping.date_format:
            continue
        words = question.message.split(": pass ")[0]
        name = "decimal sign" if question.target == "decimal" else "order of dates"
        yield Open(
            target=question.target,
            words=f"{words[:1].upper()}{words[1:]}: choose the {name} in the options.",
            blocking=question.blocking,
        )
