"""Answer what a planner asks about transport done: its footprint, and what each figure rests on."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.desk import zipped
from app.documents import software_version
from app.factor_desk import open_library
from app.footprint_files import footprint_files, summary_of, total_rows
from app.footprint_intake import HUBS_BY, Options
from app.footprints import result_rows, take
from data.readings import DATE_FORMATS
from data.schemas import MODES
from data.units import MG_PER_KG
from emissions.distance import TONNES_PER_TEU
from emissions.factors import DEFAULT_EDITION
from emissions.inventory import NOTHING, activity_tkm_of
from emissions.uncertainty import SURE, Estimate, probability_greener, rank

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.footprints import FootprintDesk, FootprintResult
    from app.tools import Tools
    from data.mapping import Mapping as Columns
    from data.tables import Row
    from emissions.inventory import Emissions, Line

DECIMALS = ("", ".", ",")
ENCODINGS = ("", "cp1252", "iso8859-15", "cp1250", "gb18030", "big5", "shift_jis", "cp1251")
DATE_ORDERS = ("", *DATE_FORMATS)
ASSUMED_MODES = ("", *MODES)
HUBS = HUBS_BY
TEU_LOADS = tuple(TONNES_PER_TEU)
WARMING_SETS = ("", "AR5", "AR6")
USUAL_SET = DEFAULT_EDITION
MOST_RANKED = 12
MOST_OFFERED = 2000  # shipments in a list to choose from; a browser chokes on more
BASES = ("total", "per tkm")
UNDISCLOSED = "undisclosed"
_SAMPLE = "forwarder_export.csv"
_CHANGES = {
    "factor_sets": "factor sets", "as_of": "as-of day", "units": "units", "decimal": "decimal sign",
    "encoding": "encoding", "sheet": "sheet", "date_format": "order of dates",
    "mode": "mode assumed", "teu_load": "load of a TEU", "hubs": "handling at hubs",
    "gwp_set": "warming potentials", "mixed_gwp": "mixing of warming potentials",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintQuestion:
    """A file and how to work on it; equal questions have equal answers."""

    file: str
    content: bytes = field(repr=False)
    options: Options
    columns: Columns | None = None  # None: as recognised


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintAnswer:
    """A footprint as the page shows it and hands it out."""

    summary: Mapping[str, Any]
    modes: tuple[Row, ...]
    totals: tuple[Row, ...]
    refusals: tuple[Row, ...]
    warnings: tuple[Row, ...]
    carriers: tuple[Row, ...]
    files: Mapping[str, bytes]
    archive: bytes
    result: FootprintResult


def sample() -> tuple[str, bytes]:
    """Return the name and the bytes of the shipped sample; its rows are invented."""
    file = resources.files("data") / "samples" / "footprint" / _SAMPLE
    return _SAMPLE, file.read_bytes()


def factor_sets(tools: Tools) -> tuple[str, ...]:
    """Return the names of the library's sets, the usual one first."""
    names = open_library(tools).names()
    return (USUAL_SET, *(name for name in names if name != USUAL_SET))


def digest(question: FootprintQuestion, tools: Tools) -> str:
    """Return the fingerprint of all that an answer depends on."""
    parts = (
        software_version(),
        tools.factors.sha256,
        repr(question),
        hashlib.sha256(question.content).hexdigest(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def changes(shown: FootprintQuestion, asked: FootprintQuestion) -> tuple[str, ...]:
    """Return in words what differs between the question that is answered and the one asked now."""
    found = []
    if (shown.file, shown.content) != (asked.file, asked.content):
        found.append("file")
    if shown.columns != asked.columns:
        found.append("columns")
    old, new = shown.options, asked.options
    names = (x.name for x in fields(Options) if getattr(old, x.name) != getattr(new, x.name))
    return (*found, *(_CHANGES.get(name, name) for name in names))


def answer(
    question: FootprintQuestion, desk: FootprintDesk, report: Callable[[str], None]
) -> FootprintAnswer:
    """Take the footprint and write every file; what was uploaded is gone afterwards.

    Raises
    ------
    DataError
        when nothing can be read, or no row is usable.
    EmissionsError
        when a factor set cannot be used.
    """
    result = _taken(question, desk, report)
    report("files")
    files = footprint_files(result, desk.atlas)
    return FootprintAnswer(
        summary=summary_of(result),
        modes=_by_mode(result),
        totals=tuple(total_rows(result)),
        refusals=_refusals(result),
        warnings=_warnings(result),
        carriers=_carriers(result),
        files=files,
        archive=zipped(files),
        result=result,
    )


def _taken(
    question: FootprintQuestion, desk: FootprintDesk, report: Callable[[str], None]
) -> FootprintResult:
    """Take the footprint; a person's columns travel as the profile that a run would write."""
    if question.columns is None:
        return take(question.content, question.file, desk, question.options, report=report)
    with TemporaryDirectory(prefix="greenlane-") as folder:
        profile = Path(folder) / "profile.toml"
        profile.write_text(question.columns.to_toml(), "utf-8")
        options = replace(
            question.options,
            profile=profile,
            encoding=question.options.encoding or question.columns.encoding,
            delimiter=question.options.delimiter or question.columns.delimiter,
            sheet=question.options.sheet or question.columns.sheet,
        )
        return take(question.content, question.file, desk, options, report=report)


def _by_mode(result: FootprintResult) -> tuple[Row, ...]:
    """Return WTT and TTW by mode of carriage, with all handling as one more; the largest first."""
    sums: dict[str, Emissions] = defaultdict(lambda: NOTHING)
    for line in result.inventory.lines:
        sums["hub" if line.element.kind == "hub" else line.element.mode] += line.physical
    order = sorted(sums, key=lambda mode: (-sums[mode].wtw_mg, mode))
    return tuple(
        {
            "mode": mode,
            "wtt_kgco2e": sums[mode].wtt_mg / MG_PER_KG,
            "ttw_kgco2e": sums[mode].ttw_mg / MG_PER_KG,
            "wtw_kgco2e": sums[mode].wtw_mg / MG_PER_KG,
        }
        for mode in order
    )


def _refusals(result: FootprintResult) -> tuple[Row, ...]:
    rows = result.intake.rows
    return tuple(
        {
            "row": fault.row,
            "shipment_id": rows[fault.row][0] if fault.row in rows else "",
            "column": fault.column,
            "found": fault.found,
            "wanted": fault.wanted,
            "code": fault.code,
        }
        for fault in result.refused
    )


def _warnings(result: FootprintResult) -> tuple[Row, ...]:
    """Return what was warned of, by code, with the rows and the first words of each."""
    rows: dict[str, list[int]] = defaultdict(list)
    words: dict[str, str] = {}
    for row, notes in result.intake.notes().items():
        for note in notes:
            if note.severity == "warned":
                if row not in rows[note.code][-1:]:
                    rows[note.code].append(row)
                words.setdefault(note.code, note.message)
    order = sorted(rows, key=lambda code: (-len(rows[code]), code))
    return tuple({"code": c, "rows": tuple(rows[c]), "such_as": words[c]} for c in order)


def _carriers(result: FootprintResult) -> tuple[Row, ...]:
    """Return the carriers' own figures beside ours, leg by leg; neither is put into the other."""
    return tuple(
        {
            "shipment_id": leg.values["shipment_id"],
            "leg_no": leg.values["leg_no"],
            "mode": line.element.mode,
            "carrier": leg.values["carrier"] or "",
            "ours_kgco2e": line.physical.wtw_kgco2e,
            "theirs_kgco2e": leg.values["carrier_wtw_kgco2e"],
            "method": leg.values["carrier_method"] or UNDISCLOSED,
        }
        for leg, line in zip(result.legs, result.inventory.lines, strict=True)
        if leg.values["carrier_wtw_kgco2e"] is not None and line.element.kind == "transport"
    )


def shipments(found: FootprintAnswer) -> tuple[str, ...]:
    """Return the shipments that have a total."""
    return tuple(row["shipment_id"] for row in found.totals)


def legs_of(found: FootprintAnswer, shipment: str) -> list[Row]:
    """Return the elements of one shipment with figures, lineage and the sources in words."""
    result = found.result
    pairs = [
        (leg, line)
        for leg, line in zip(result.legs, result.inventory.lines, strict=True)
        if leg.values["shipment_id"] == shipment
    ]
    part = replace(
        result,
        legs=tuple(leg for leg, _ in pairs),
        inventory=replace(result.inventory, lines=tuple(line for _, line in pairs)),
    )
    titles = _titles(result)
    return [
        row
        | {
            "steps": (*leg.lineage, line.working),
            "sources": tuple(titles.get(s, s) for s in line.source_id.split("|")),
            "activity_tkm": activity_tkm_of(line.element) or None,
            "warned": tuple(note.message for note in leg.notes if note.severity == "warned"),
        }
        for row, (leg, line) in zip(result_rows(part), pairs, strict=True)
    ]


def _titles(result: FootprintResult) -> dict[str, str]:
    """Return each source in words, by its id."""
    found: dict[str, str] = {}
    for table in result.factors.tables:
        for name, source in table.card.sources.items():
            where = ", ".join(x for x in (source.edition, source.licence) if x)
            found[name] = f"{source.publisher}: {source.title} ({where})"
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Shipments in order, with how sure the data is of it."""

    rows: tuple[Row, ...]
    rivals: tuple[str, ...]  # not surely above the first: it and they cannot be told apart
    alike: bool  # they carry the same mass between the same ends: options of one question

    @property
    def supported(self) -> bool:
        """True if the first is surely below every other."""
        return bool(self.rows) and not self.rivals


def rankable(found: FootprintAnswer) -> tuple[str, ...]:
    """Return shipments whose total is whole; an incomplete one would look greener than it is."""
    names = (row["shipment_id"] for row in found.totals if row["status"] == "complete")
    return tuple(islice(names, MOST_OFFERED))


def usual_choice(found: FootprintAnswer) -> tuple[str, ...]:
    """Return which shipments to compare first: the largest group with one mass and equal ends."""
    names = frozenset(rankable(found))
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for name, lines in _lines_by_shipment(found, names).items():
        groups[_question_of(lines)].append(name)
    best = max(groups.values(), key=len, default=[])
    if len(best) > 1:
        return tuple(best[:MOST_RANKED])
    return tuple(sorted(names)) if len(names) <= MOST_RANKED else ()


def _question_of(lines: Sequence[Line]) -> tuple[object, ...]:
    """Return mass and ends of a chain: equal for different answers to one question."""
    ordered = sorted((line.element for line in lines), key=lambda e: e.leg_no)
    return max(e.mass_kg for e in ordered), ordered[0].origin, ordered[-1].destination


def _lines_by_shipment(found: FootprintAnswer, names: frozenset[str]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in found.result.inventory.lines:
        if line.element.shipment_id in names:
            groups[line.element.shipment_id].append(line)
    return dict(sorted(groups.items()))


def ranking(found: FootprintAnswer, names: Sequence[str], basis: str) -> Ranking:
    """Return shipments from the greenest, and whether the data supports that order."""
    groups = _lines_by_shipment(found, frozenset(names))
    made = (_estimate(name, lines, basis) for name, lines in groups.items())
    options = {option.name: option for option in made if option is not None}
    ranked = rank(list(options.values()))
    first = options[ranked[0].name] if ranked else None
    rows: list[Row] = []
    for one in ranked:
        low, high = options[one.name].interval_mg
        rows.append(
            {
                "place": one.place,
                "shipment_id": one.name,
                "kgco2e": one.mg / MG_PER_KG,
                "low_kgco2e": low / MG_PER_KG,
                "high_kgco2e": high / MG_PER_KG,
                "first_is_greener": None
                if first is None or one.name == first.name
                else probability_greener(first, options[one.name]),
            }
        )
    return Ranking(
        rows=tuple(rows),
        rivals=tuple(str(row["shipment_id"]) for row in rows[1:] if row["first_is_greener"] < SURE),
        alike=len({_question_of(lines) for lines in groups.values()}) == 1,
    )


def _estimate(name: str, lines: Sequence[Line], basis: str) -> Estimate | None:
    """Return a shipment's total, or its intensity per tkm with the errors of the same categories.

    An intensity counts mg per tkm: figures of a few grams keep four digits and more.
    """
    tkm = math.fsum(activity_tkm_of(line.element) for line in lines)
    per = tkm if basis == "per tkm" else 1.0
    if not per > 0:
        return None
    parts = ((x.category, round(x.physical.wtw_mg / per), x.deviation_share) for x in lines)
    return Estimate.of(name, parts)
