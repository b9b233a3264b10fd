"""Sum a file's legs per shipment: whole numbers, so that no order and no thread changes a total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.units import KG_PER_TONNE, MILLIONTHS
from emissions.bulk.batch import LEG_BIT, Batch, Matches, open_batch, settle, want_one_warming
from emissions.bulk.crew import Crew
from emissions.bulk.engine import place as pattern_free
from emissions.bulk.figures import MG, distinct_mg
from emissions.bulk.sources import copy_to
from emissions.bulk.terms import term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from emissions.bulk.engine import Engine
    from emissions.bulk.sources import Part
    from emissions.factors import Factors

_BITS = ("warming", "once", "wrong")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentTotals:
    """Totals per shipment, sorted by its id; a table, or the file that it was written to."""

    table: pa.Table | None
    file: Path | None
    shipments: int
    rows: int
    ok: int
    refused: int
    gwp_sets: tuple[str, ...]


def _quiet(_stage: str, _done: int) -> None:
    pass


def shipment_totals(  # noqa: PLR0913  (a job is all of these)
    source: Path,
    factors: Factors,
    *,
    work: Path,
    out: Path | None = None,
    matched: Matches | None = None,
    mixed_gwp: bool = False,
    threads: int = 2,
    memory_limit_mb: int = 500,
    rows_per_part: int = 500_000,
    report: Callable[[str, int], None] = _quiet,
) -> ShipmentTotals:
    """Return what each shipment emits: milligrams, whole tkm to six decimals, legs and refused.

    Refused legs count in `refused_legs` of their shipment and emit nothing there; why is told by
    `footprint_of_file`. With `out` the totals are written there as Parquet and not kept.

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
            settled=False,
        )
        quick = _quick(batch, report)
        if quick is not None:
            return _totals(batch, quick, out, mixed_gwp=mixed_gwp)
        settle(batch)
        return _totals(batch, _summed(batch, work, report), out, mixed_gwp=mixed_gwp)


def _totals(
    batch: Batch, parts: Iterable[pa.Table], out: Path | None, *, mixed_gwp: bool
) -> ShipmentTotals:
    shipments = ok = refused = warming = 0
    kept: list[pa.Table] = []
    writer = None
    draft = out.with_name(out.name + ".draft") if out else None
    for table in parts:
        shipments += table.num_rows
        ok += _sum(table, "legs")
        refused += _sum(table, "refused_legs")
        warming |= _bits(table)
        shown = table.drop_columns(["warming"])
        if draft is None:
            kept.append(shown)
            continue
        writer = writer or pq.ParquetWriter(draft, shown.schema, compression="zstd")
        writer.write_table(shown)
    if writer and draft and out:
        writer.close()
        draft.replace(out)
    used = want_one_warming(warming, mixed=mixed_gwp)
    without_id = sum(p.rows - p.blank for p in batch.source.parts) - ok - refused
    return ShipmentTotals(
        table=pa.concat_tables(kept) if kept else None,
        file=out if writer else None,
        shipments=shipments,
        rows=ok + refused + without_id,
        ok=ok,
        refused=refused + without_id,
        gwp_sets=used,
    )


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table[column]).as_py() or 0)


def _bits(table: pa.Table) -> int:
    bits = 0
    for one in pc.unique(table["warming"]).to_pylist():
        bits |= one or 0
    return bits


def _quick(batch: Batch, report: Callable[[str, int], None]) -> list[pa.Table] | None:
    """Sum a file without a fault in one pass; None where a leg is refused, repeated or astray.

    Most files have nothing to refuse. That is found while they are summed, and only then is it
    worth while to look which leg it was.
    """

    def task(engine: Engine, part: Part) -> pa.Table:
        return engine.arrow(_quick_sql(batch, part))

    ready: list[pa.Table] = []
    last: pa.Table | None = None
    for done, table in enumerate(batch.crew.in_order(task, batch.source.parts), start=1):
        report("totals", done)
        if not table.num_rows or pc.any(table["wrong"]).as_py():
            return None
        if last is None:
            last = table
            continue
        if last["shipment_id"][-1].as_py() > table["shipment_id"][0].as_py():
            return None  # a shipment may go on anywhere: the parts are not final
        first, last = _joined(last, table)
        ready.append(first)
    ready += [last] if last is not None else []
    if any(_repeats(table) for table in ready):
        return None
    return [table.select(_SHOWN) for table in ready]


def _repeats(table: pa.Table) -> bool:
    """Tell whether a shipment repeats a leg number."""
    return bool(pc.any(pc.not_equal(table["once"], table["each"])).as_py())


def _quick_sql(batch: Batch, part: Part) -> str:
    """Return the statement that sums a part's legs, good or not, and tells if one is wrong."""
    stands_for = distinct_mg(batch.shape)
    own = sorted({n for n in stands_for.values() if n})
    sums = "".join(f", CAST(sum({n}) AS BIGINT) AS s_{n}" for n in own)
    grouped = (
        f"SELECT shipment_id, count(*) AS legs{sums}, "  # noqa: S608
        f"CAST(sum({_activity_sql(batch)}) AS BIGINT) AS activity_millionths, "
        f"bit_or({batch.warming_sql}) AS warming, bit_or({LEG_BIT}) AS once, "
        f"CAST(sum({LEG_BIT}) AS BIGINT) AS each, bool_or(refused) OR shipment_id IS NULL AS wrong "
        f"FROM ({batch.measured(part)}) GROUP BY shipment_id"
    )
    mg = {n: f"s_{first}" if first else "0::BIGINT" for n, first in stands_for.items()}
    said = mg | {
        "refused_legs": "0::BIGINT",
        "wtw_mg": f"{mg['wtt_mg']} + {mg['ttw_mg']}",
        "market_wtw_mg": f"{mg['market_wtt_mg']} + {mg['market_ttw_mg']}",
    }
    shown = ", ".join(f"{said[n]} AS {n}" if n in said else n for n in _SHOWN)
    return f"SELECT {shown}, once, each, wrong FROM ({grouped}) ORDER BY shipment_id"  # noqa: S608


def _summed(batch: Batch, work: Path, report: Callable[[str, int], None]) -> Iterator[pa.Table]:
    """Yield disjoint tables of shipments in order of their ids.

    As long as parts come in order of shipments each is final but for its last shipment, which the
    next may go on with. Once they do not, all are summed again together, out of core.
    """

    def task(engine: Engine, part: Part) -> pa.Table:
        _keep_figures(engine, batch, part)
        return engine.arrow(_sums_sql())

    if not batch.in_order:
        yield from _summed_together(batch, work, report)
        return
    last: pa.Table | None = None
    for done, table in enumerate(batch.crew.in_order(task, batch.source.parts), start=1):
        report("totals", done)
        if not table.num_rows:
            continue
        if last is None:
            last = table
            continue
        ready, last = _joined(last, table)
        yield ready
    if last is not None:
        yield last


def _joined(before: pa.Table, after: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return what is final of two neighbours, and what the next part may go on with."""
    end = before.num_rows - 1
    if before["shipment_id"][end].as_py() != after["shipment_id"][0].as_py():
        return before, after
    pair = pa.concat_tables([before.slice(end), after.slice(0, 1)]).to_pylist()
    both: dict[str, Any] = {"shipment_id": pair[0]["shipment_id"]}
    for column in before.schema.names[1:]:
        a, b = pair[0][column], pair[1][column]
        both[column] = a | b if column in _BITS else a + b
    merged = pa.Table.from_pylist([both], schema=before.schema)
    return before.slice(0, end), pa.concat_tables([merged, after.slice(1)])


def _summed_together(
    batch: Batch, work: Path, report: Callable[[str, int], None]
) -> Iterator[pa.Table]:
    folder = work / "totals"
    folder.mkdir(parents=True, exist_ok=True)

    def task(engine: Engine, part: Part) -> Path:
        path = folder / f"{part.number:06d}.parquet"
        _keep_figures(engine, batch, part)
        copy_to(engine, _sums_sql(), path, compression="snappy")
        return path

    files = []
    for done, path in enumerate(batch.crew.in_order(task, batch.source.parts), start=1):
        report("totals", done)
        files.append(path)
    engine = batch.crew.first
    listed = ", ".join(pattern_free(p.resolve()) for p in files)
    sums = ", ".join(f"CAST(sum({n}) AS BIGINT) AS {n}" for n in _SHOWN[1:-1])
    yield engine.arrow(
        f"SELECT shipment_id, {sums}, bit_or(warming) AS warming "  # noqa: S608
        f"FROM read_parquet([{listed}]) GROUP BY shipment_id ORDER BY shipment_id"
    )
    for path in files:
        path.unlink()


_SHOWN = (
    *("shipment_id", "legs", "refused_legs", "wtt_mg", "ttw_mg", "wtw_mg"),
    *("market_wtt_mg", "market_ttw_mg", "market_wtw_mg", "biogenic_mg", "rf_memo_mg"),
    *("activity_millionths", "warming"),
)


def _keep_figures(engine: Engine, batch: Batch, part: Part) -> None:
    """Work out a part's figures once: an engine may repeat what a statement says once."""
    engine.run(
        "CREATE OR REPLACE TEMP TABLE figures AS SELECT shipment_id, refused, "  # noqa: S608
        f"{', '.join(MG)}, {_activity_sql(batch)} AS activity_millionths, "
        f"{batch.warming_sql} AS warming FROM ({batch.measured(part)}) "
        "WHERE shipment_id IS NOT NULL"
    )


def _sums_sql() -> str:
    """Return the statement that sums the figures kept; refused legs are counted and no more."""
    summed = [n for n in _SHOWN if n in MG or n == "activity_millionths"]
    sums = ", ".join(
        f"CAST(coalesce(sum(CASE WHEN NOT refused THEN {n} END), 0) AS BIGINT) AS {n}"
        for n in summed
    )
    grouped = (
        "SELECT shipment_id, count(*) - count_if(refused) AS legs, "  # noqa: S608
        f"count_if(refused)::BIGINT AS refused_legs, {sums}, "
        "bit_or(CASE WHEN refused THEN 0 ELSE warming END) AS warming "
        "FROM figures GROUP BY shipment_id"
    )
    totals = {"wtw_mg": "wtt_mg + ttw_mg", "market_wtw_mg": "market_wtt_mg + market_ttw_mg"}
    shown = ", ".join(f"{totals[n]} AS {n}" if n in totals else n for n in _SHOWN)
    return f"SELECT {shown} FROM ({grouped}) ORDER BY shipment_id"  # noqa: S608


def _activity_sql(batch: Batch) -> str:
    """Return the transport activity of a leg in millionths of a tkm; handling has none."""
    shape = batch.shape
    text = f"x_mass / {term(KG_PER_TONNE)} * {shape.value('distance_km', '0')}"
    if shape.has("activity_tkm"):
        text = f"coalesce(activity_tkm, {text})"
    millionths = f"CAST(({text}) * {term(MILLIONTHS)} AS BIGINT)"
    return f"CASE WHEN kind = 'transport' AND NOT refused THEN {millionths} ELSE 0 END"
