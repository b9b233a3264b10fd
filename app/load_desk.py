"""Plan loads and write their files: plain functions for the verb, and for whoever else asks."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.desk import zipped
from app.documents import json_bytes
from app.load_documents import load_document, placement_rows, stop_rows, unit_rows
from app.rows import refused_rows
from app.uploads import check_table
from app.views.load_html import load_html
from app.views.load_pdf import load_pdf
from data.equipment import load_units as load_units_of
from data.errors import DataError
from data.findings import Verdict
from data.loading_schemas import LOADED_UNITS, PLACEMENTS, STOP_WEIGHTS, UNPLACED
from data.schemas import PIECES, REFUSED
from data.tables import read_bytes, write_bytes
from optimizer.errors import LoadingError
from optimizer.loading.checks.stages import validate_stages
from optimizer.loading.filling import EFFORTS, Effort
from optimizer.loading.geometry import Rules
from optimizer.loading.intake import read_items
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.stages import (
    LEAST_MM,
    MOST_MM,
    USUAL_MM,
    Pallet,
    Staged,
    load_in_stages,
    open_pallet,
)
from optimizer.loading.units import open_interior
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.tools import Tools
    from data.findings import Report
    from data.tables import Table
    from optimizer.loading.geometry import LoadPlan

PALLET_HEIGHTS_MM = (LEAST_MM, USUAL_MM, MOST_MM)  # least, usual and most, goods included
_MOST_PERCENT = 100
_MOST_SEED = 2**31 - 1
_MOST_COST, _MOST_UNITS = 1_000_000_000, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadDone:
    """A load plan that passed its check, with all that its files hold."""

    plan: LoadPlan
    report: Report
    pieces: Table
    document: dict[str, Any]
    pallets: dict[str, Any] | None = None  # the first stage, where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadQuestion:
    """Which pieces go into which units, by which rules.

    `units` are `CODE`, `CODE:COST` or `CODE:COST:MOST`; `apart` are pairs of codes `A:B`; `pallet`,
    on which pieces are stacked first, is `CODE` or `CODE:HEIGHT` in mm, or nothing.
    """

    name: str  # of the file of pieces
    content: bytes
    units: tuple[str, ...]
    support_percent: int = 75
    unload_in_order: bool = True
    apart: tuple[str, ...] = ()
    effort: str = "normal"
    seed: int = 1
    pallet: str = ""


def _quiet(_: str) -> None:
    """Report to nobody."""


def make_load(
    question: LoadQuestion,
    tools: Tools,
    *,
    threads: int = 1,
    report: Callable[[str], None] = _quiet,
) -> LoadDone:
    """Read, pack, check and document the pieces of one file.

    Raises
    ------
    GreenlaneError
        when nothing can be read, a piece goes into no unit, or the check finds a fault.
    """
    rules = Rules(
        support_percent=_percent(question.support_percent),
        unload_in_order=question.unload_in_order,
        apart=frozenset(_pair(words) for words in question.apart),
    )
    kinds = [_kind(words, tools) for words in question.units]
    if not kinds:
        raise DataError("no unit on offer, wanted at least one")
    effort = Effort(name=_effort(question.effort), seed=_seed(question.seed), threads=threads)
    check_table(question.name, question.content)
    table = read_bytes(question.content, question.name, PIECES)
    items = read_items(table)
    report(f"loading {sum(i.quantity for i in items):,} boxes")
    if question.pallet:
        pallet = _pallet(question.pallet, tools)
        staged = load_in_stages(kinds, items, pallet, rules=rules, effort=effort, report=report)
        return _in_stages(question, staged, table, rules)
    plan = load_units(kinds, items, rules=rules, effort=effort, report=report)
    found = _checked(validate(plan, rules))
    document = load_document(plan, rules, found, _basis(question))
    return LoadDone(plan=plan, report=found, pieces=table, document=document)


def _in_stages(question: LoadQuestion, staged: Staged, table: Table, rules: Rules) -> LoadDone:
    """Check and document both stages; on a pallet there is no order of stops to keep."""
    pallet, free = staged.pallet, replace(rules, unload_in_order=False)
    both = validate_stages(
        staged.pallets, staged.vehicles, deck_mm=pallet.deck_mm, tare_g=pallet.tare_g
    )
    # Groups, and what is left for the vehicles, are matters of the second stage.
    lots = tuple(replace(item, group="") for item in staged.pallets.items)
    first = _checked(validate(replace(staged.pallets, items=lots), free) + both)
    second = _checked(validate(staged.vehicles, rules) + both)
    basis = _basis(question)
    return LoadDone(
        plan=staged.vehicles,
        report=second,
        pieces=table,
        document=load_document(staged.vehicles, rules, second, basis),
        pallets=load_document(staged.pallets, free, first, basis),
    )


def _checked(found: Report) -> Report:
    """Return a report without a fault.

    Raises
    ------
    LoadingError
        with the first faults: such a plan is shown to nobody.
    """
    if faults := [f for f in found.failed() if f.verdict is Verdict.FAIL]:
        listed = "\n".join(f"{f.code} {f.about}: {f.message}" for f in faults[:10])
        raise LoadingError(f"the load plan fails its own check and is not written:\n{listed}")
    return found


def _pallet(words: str, tools: Tools) -> Pallet:
    code, _, height = words.partition(":")
    if height and not (height.isascii() and height.isdecimal()):
        raise DataError(f"pallet: wanted CODE or CODE:HEIGHT in mm, got {words!r}")
    return open_pallet(tools.catalogue, code, int(height) if height else USUAL_MM)


def _basis(question: LoadQuestion) -> dict[str, Any]:
    return {
        "pieces": question.name,
        "units": list(question.units),
        **({"pallet": question.pallet} if question.pallet else {}),
        "effort": question.effort,
        "seed": question.seed,
        "input_sha256": hashlib.sha256(question.content).hexdigest(),
    }


def _effort(name: str) -> str:
    if name not in EFFORTS:
        raise DataError(f"effort: wanted {', '.join(EFFORTS)}, got {name!r}")
    return name


def _seed(value: int) -> int:
    if not 0 <= value <= _MOST_SEED:
        raise DataError(f"seed must be from 0 to {_MOST_SEED:,}, got {value}")
    return value


def _percent(value: int) -> int:
    if not 0 <= value <= _MOST_PERCENT:
        raise DataError(f"support must be from 0 to 100 %, got {value}")
    return value


def _pair(words: str) -> tuple[str, str]:
    parts = sorted(part.strip() for part in words.split(":"))
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004
        raise DataError(f"codes that keep apart: wanted A:B, got {words!r}")
    return parts[0], parts[1]


def _kind(words: str, tools: Tools) -> UnitKind:
    code, *rest = words.split(":")
    try:
        cost = float(rest[0]) if rest else 1.0
        most = int(rest[1]) if len(rest) > 1 else None
    except ValueError:
        raise DataError(f"unit: wanted CODE, CODE:COST or CODE:COST:MOST, got {words!r}") from None
    exact = 0 < cost <= _MOST_COST and round(cost, 3) == cost
    if len(rest) > 2 or not exact or not (most is None or 1 <= most <= _MOST_UNITS):  # noqa: PLR2004
        costs = f"a cost from 0.001 to {_MOST_COST:,} in steps of 0.001"
        raise DataError(
            f"unit: wanted {costs} and a number from 1 to {_MOST_UNITS:,}, got {words!r}"
        )
    return UnitKind(interior=open_interior(tools.catalogue, code), cost=cost, most=most)


def files_of(done: LoadDone) -> dict[str, bytes]:
    """Return every file of a load plan; the same plan gives the same bytes."""
    document = done.document
    as_json = json_bytes(document)
    plan_id = f"load.json, SHA-256 {hashlib.sha256(as_json).hexdigest()}"
    return _pallet_files(done) | {
        "loaded_units.csv": write_bytes(unit_rows(document), LOADED_UNITS),
        "placements.csv": write_bytes(placement_rows(document), PLACEMENTS),
        "stop_weights.csv": write_bytes(stop_rows(document), STOP_WEIGHTS),
        "unplaced.csv": write_bytes(document["unplaced"], UNPLACED),
        "refused.csv": write_bytes(refused_rows(done.pieces.refused), REFUSED),
        "load.json": as_json,
        "load.html": load_html(document).encode(),
        "load.pdf": load_pdf(document, plan_id=plan_id, pallets=done.pallets),
    }


def _pallet_files(done: LoadDone) -> dict[str, bytes]:
    """Return the files of the first stage: where each piece stands on its pallet."""
    if done.pallets is None:
        return {}
    return {
        "pallets.csv": write_bytes(unit_rows(done.pallets), LOADED_UNITS),
        "pallet_placements.csv": write_bytes(placement_rows(done.pallets), PLACEMENTS),
        "pallets.json": json_bytes(done.pallets),
        "pallets.html": load_html(done.pallets, title="Pallets", left="Without a pallet").encode(),
    }


def save_load(done: LoadDone, folder: Path) -> tuple[Path, ...]:
    """Write every file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(done)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadAnswer:
    """A load plan as a page shows it."""

    document: dict[str, Any]
    page: str
    pallets: str  # a page of the first stage, or nothing
    files: dict[str, bytes]
    zipped: bytes


def answer(question: LoadQuestion, tools: Tools, report: Callable[[str], None]) -> LoadAnswer:
    """Return the plan of a question with all its files.

    Raises
    ------
    GreenlaneError
        see `make_load`.
    """
    done = make_load(question, tools, threads=os.cpu_count() or 1, report=report)
    files = files_of(done)
    return LoadAnswer(
        document=done.document,
        page=load_html(done.document, pictures_only=True),
        pallets="" if done.pallets is None else files["pallets.html"].decode(),
        files=files,
        zipped=zipped(files),
    )


def digest(question: LoadQuestion) -> str:
    """Return the fingerprint of a question, its file included."""
    head = repr(replace(question, content=b"")).encode()
    return hashlib.sha256(head + b"\0" + question.content).hexdigest()


def units_on_offer(tools: Tools) -> dict[str, str]:
    """Return the shipped units that cargo is loaded into, with words for each."""
    units = load_units_of(tools.catalogue)
    return {
        code: f"{code}: {unit.kind}, {unit.length_mm:,.0f} x {unit.width_mm:,.0f} x "
        f"{unit.height_mm:,.0f} mm, {_payload_words(unit.payload_kg)}"
        for code, unit in units.items()
    }


def pallets_on_offer(tools: Tools) -> dict[str, str]:
    """Return the shipped pallets that pieces may be stacked on first, with words for each."""
    return {
        code: f"{code}: {unit.length_mm:,.0f} x {unit.width_mm:,.0f} mm, "
        f"{_payload_words(unit.payload_kg)}"
        for code, unit in load_units_of(tools.catalogue).items()
        if unit.kind == "base"
    }


def _payload_words(payload_kg: float | None) -> str:
    return "payload not known" if payload_kg is None else f"{payload_kg:,.0f} kg"


def sample_pieces(tools: Tools) -> bytes:
    """Return the pieces of the reference lane, to try with."""
    return tools.catalogue.file("samples/reference_lane/pieces.csv")
