"""Work a whole file through: parts that a second run finds again, and one account of every row."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emissions.bulk.batch import Batch, Matches, open_batch, want_one_warming
from emissions.bulk.crew import Crew
from emissions.bulk.engine import place as pattern_free
from emissions.bulk.provenance import WARMING_BITS, legs_sql, outcome_sql
from emissions.bulk.refusals import FIELDS, INPUTS, Judge, write_refused
from emissions.bulk.sources import copy_to, decide_native, digest_of
from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from data.tables import Refused
    from emissions.bulk.engine import Engine
    from emissions.bulk.sources import Part
    from emissions.factors import Factors

TOTALS = ("wtt_mg", "ttw_mg", "wtw_mg", "market_wtt_mg", "market_ttw_mg", "market_wtw_mg")
GROUPS = ("mode", "kind", "quality", "data_type", "gwp_set", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of every row of a file, and the totals of the good ones in milligrams."""

    rows: int
    ok: int
    warned: int
    refused: int
    totals: Mapping[str, int]
    by: Mapping[str, Mapping[str, int]]  # WTW by mode, kind, quality, data type and status
    gwp_sets: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    legs: tuple[Path, ...]  # Parquet, part by part in order of the rows
    refusals: Path
    reused: int  # parts that an earlier run had finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How legs are written."""

    kg: bool  # amounts as text in kg with six decimals, not as whole milligrams
    working: bool  # the numbers of each leg in words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """The files of a finished part."""

    legs: Path
    refusals: Path
    told: dict[str, Any]
    reused: bool


def _quiet(_stage: str, _done: int) -> None:
    pass


def footprint_of_file(  # noqa: PLR0913  (a job is all of these)
    source: Path,
    factors: Factors,
    out: Path,
    *,
    work: Path,
    matched: Matches | None = None,
    kg_text: bool = False,
    working: bool = False,
    mixed_gwp: bool = False,
    threads: int = 2,
    memory_limit_mb: int = 700,
    rows_per_part: int = 500_000,
    report: Callable[[str, int], None] = _quiet,
) -> BulkResult:
    """Write every good leg with its footprint into `out`, and every other row with the reason.

    `out` gets `legs-00000.parquet` and on, each with the legs of some rows of the source, which
    `row` tells, and `refused.csv`. Amounts are
    whole milligrams, or with `kg_text` kilograms as text with six decimals; `working` adds the
    numbers of each leg in words. Finished parts stay in
    `work`, keyed by the bytes that they stand on: a run that was stopped goes on where it was, and
    ends with the same bytes. `report` is told each stage and how many parts of it are done.

    Raises
    ------
    DataError
        when nothing can be read at all.
    MixedWarmingError
        when factors on different warming potentials meet, unless `mixed_gwp` allows it.
    """
    reads = [source.resolve()]
    with Crew(work=work, reads=reads, threads=threads, memory_limit_mb=memory_limit_mb) as crew:
        batch = open_batch(
            reads[0],
            factors,
            crew,
            work=work,
            rows_per_part=rows_per_part,
            matches=matched,
            report=report,
        )
        form = Form(kg=kg_text, working=working)
        done = _work_through(batch, work, form, report)
        want_one_warming(_warming(done), mixed=mixed_gwp)
        return _deliver(batch, done, out)


def _work_through(
    batch: Batch, work: Path, form: Form, report: Callable[[str, int], None]
) -> list[_Done]:
    folder = work / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = digest_of(batch.fingerprint, form.kg, form.working)

    def task(engine: Engine, part: Part) -> _Done:
        return _work_part(batch, engine, part, folder / digest_of(stamp, part.key), form)

    done = []
    for one in batch.crew.in_order(task, batch.source.parts):
        done.append(one)
        report("legs", len(done))
    return done


def _work_part(batch: Batch, engine: Engine, part: Part, stem: Path, form: Form) -> _Done:
    legs, refusals, told = (stem.with_suffix(s) for s in (".parquet", ".refused.csv", ".json"))
    reused = told.exists()
    if not reused:
        kept = [n for n in batch.source.kept if n not in {"toc_id", "hoc_id", "match_steps"}]
        factor_set = (batch.factors.edition, batch.factors.sha256)
        outcome = _basis_columns(batch) | outcome_sql(
            batch.shape, factor_set, kg=form.kg, working=form.working
        )
        sql = legs_sql(batch.measured(part), batch.provenance, kept, outcome)
        copy_to(engine, sql, legs)
        counts = _tally(engine, legs, kg=form.kg)
        refused, blank = _refuse(batch, engine, part, refusals, counts["rows"])
        draft = stem.with_suffix(".json.draft")
        draft.write_text(
            json.dumps(counts | {"refused": refused, "blank": blank}), encoding="utf-8"
        )
        draft.replace(told)
    return _Done(
        legs=legs,
        refusals=refusals,
        told=json.loads(told.read_text(encoding="utf-8")),
        reused=reused,
    )


def _basis_columns(batch: Batch) -> dict[str, str]:
    return {n: n for n in ("toc_id", "hoc_id", "match_steps") if batch.shape.has(n)}


def _tally(engine: Engine, legs: Path, *, kg: bool) -> dict[str, Any]:
    """Count and sum what was written, from the written file itself."""
    place = f"read_parquet({pattern_free(legs.resolve())})"
    amounts = {n: _amount(n, kg=kg) for n in TOTALS}
    sums = ", ".join(f"coalesce(sum({sql}), 0)::VARCHAR" for sql in amounts.values())
    told = engine.one(f"SELECT count(*), {sums} FROM {place}")  # noqa: S608
    names = [row[0] for row in engine.rows(f"DESCRIBE SELECT * FROM {place}")]  # noqa: S608
    by = {}
    for group in GROUPS:
        if group in names:
            rows = engine.rows(
                f"SELECT coalesce({group}, ''), count(*), sum({amounts['wtw_mg']})::VARCHAR "  # noqa: S608
                f"FROM {place} GROUP BY 1 ORDER BY 1"
            )
            by[group] = {name: [count, int(mg)] for name, count, mg in rows}
    totals = {n: int(v) for n, v in zip(TOTALS, told[1:], strict=True)}
    return {"rows": told[0], "totals": totals, "by": by}


def _amount(mg: str, *, kg: bool) -> str:
    if not kg:
        return f"{mg}::HUGEINT"
    return f"(CAST({mg.removesuffix('_mg')}_kgco2e AS DECIMAL(27,6)) * 1000000)::HUGEINT"


def _refuse(batch: Batch, engine: Engine, part: Part, path: Path, good: int) -> tuple[int, int]:
    """Write the faults of a part in order of its rows; return refused and blank rows.

    Raises
    ------
    EmissionsError
        if a row is neither good, refused nor blank.
    """
    refused: list[Refused] = []
    blank = part.blank
    if good + part.refused + part.blank != part.rows:
        _, refused, more = decide_native(batch.source, part, engine)
        blank += more
        accepted = set(batch.accepted["line"].to_pylist()) if batch.accepted.num_rows else set()
        refused = [one for one in refused if one.row not in accepted]
        judge = Judge(batch.source.file, batch.factors)
        refused.extend(map(judge.refusal, engine.records(_judged_sql(batch, part))))
        refused.sort(key=lambda one: one.row)
    count = write_refused(path, refused, header=False) + part.refused
    if good + count + blank != part.rows:
        raise EmissionsError(
            f"{batch.source.file}: {good} good, {count} refused and {blank} blank rows in part "
            f"{part.number}, wanted {part.rows}"
        )
    return count, blank


def _judged_sql(batch: Batch, part: Part) -> str:
    shape = batch.shape
    columns = ", ".join(f"{shape.value(n)} AS {n}" for n in INPUTS)
    return (
        f"SELECT line, {columns}, x_twice, first_line FROM ({batch.measured(part)}) "  # noqa: S608
        "LEFT JOIN twice USING (line) WHERE refused AND NOT doubtful"
    )


def _warming(done: list[_Done]) -> int:
    sets = {one for d in done for joined in d.told["by"]["gwp_set"] for one in joined.split("+")}
    return sum(1 << i for i, one in enumerate(WARMING_BITS) if one in sets)


def _deliver(batch: Batch, done: list[_Done], out: Path) -> BulkResult:
    """Put the parts in place under their final names, and add up the account."""
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("legs-*.parquet"):
        stale.unlink()
    legs = []
    for i, one in enumerate(done):
        path = out / f"legs-{i:05d}.parquet"
        _place(one.legs, path)
        legs.append(path)
    _join_refusals(batch, done, out / "refused.csv")
    by = _by(done)
    warned = by["status"].get("warned", [0, 0])[0]
    good = sum(d.told["rows"] for d in done)
    refused = sum(d.told["refused"] for d in done)
    rows = sum(p.rows for p in batch.source.parts) - sum(d.told["blank"] for d in done)
    if rows != good + refused:
        raise EmissionsError(f"{batch.source.file}: {good + refused} rows told, wanted {rows}")
    return BulkResult(
        rows=rows,
        ok=good - warned,
        warned=warned,
        refused=refused,
        totals={n: sum(d.told["totals"][n] for d in done) for n in TOTALS},
        by={group: {n: mg for n, (_, mg) in found.items()} for group, found in by.items()},
        gwp_sets=tuple(one for i, one in enumerate(WARMING_BITS) if _warming(done) >> i & 1),
        unknown_columns=batch.source.unknown,
        legs=tuple(legs),
        refusals=out / "refused.csv",
        reused=sum(d.reused for d in done),
    )


def _by(done: list[_Done]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {group: {} for group in GROUPS}
    for one in done:
        for group, names in one.told["by"].items():
            for name, (count, mg) in names.items():
                known = found[group].setdefault(name, [0, 0])
                known[0] += count
                known[1] += mg
    return {group: dict(sorted(names.items())) for group, names in found.items()}


def _place(part: Path, path: Path) -> None:
    """Link a finished part to its place, or copy it where links are not to be had."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    try:
        os.link(part, draft)
    except OSError:
        shutil.copyfile(part, draft)
    draft.replace(path)


def _join_refusals(batch: Batch, done: list[_Done], path: Path) -> None:
    """Write one account of all refused rows: in each part, by line."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        file.write((",".join(FIELDS) + "\n").encode())
        for part, one in zip(batch.source.parts, done, strict=True):
            for piece in (part.refused_file, one.refusals):
                if piece is not None:
                    with piece.open("rb") as source:
                        shutil.copyfileobj(source, file)
    draft.replace(path)
