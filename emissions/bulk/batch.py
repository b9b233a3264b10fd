"""Bring file, factor set and engines together: what every answer about a file starts from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

import pyarrow as pa

from data.units import MG_PER_KG
from emissions.bulk.bases import Bases
from emissions.bulk.engine import name
from emissions.bulk.figures import EXACT_MG, MOST_TKM, Shape, measured_sql
from emissions.bulk.provenance import WARMING_BITS, Provenance
from emissions.bulk.sources import decide_native, digest_of, open_source
from emissions.distance import AIR_DETOUR_KM, DETOUR
from emissions.errors import EmissionsError, MixedWarmingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from emissions.bulk.crew import Crew
    from emissions.bulk.engine import Engine
    from emissions.bulk.sources import Part, Source
    from emissions.factors import Factors

_LAST_BIT = 40  # legs beyond share a bit; shipments that long are looked at one by one
_ID = pa.string()
_NO_LINES = pa.array([], pa.int64())
_NONE_TWICE = pa.table({"line": _NO_LINES, "first_line": _NO_LINES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Categories found for legs without one: by the values of some columns, in text.

    Each maps to the category and the steps down the ladder to it. Hub elements take it as their
    hub category, others as their transport category.
    """

    columns: tuple[str, ...]
    found: Mapping[tuple[str, ...], tuple[str, int]] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Batch:
    """A file opened under a factor set, with its repeated legs known."""

    source: Source
    factors: Factors
    bases: Bases
    shape: Shape
    provenance: Provenance
    crew: Crew
    matches: Matches | None
    twice: pa.Table
    accepted: pa.Table
    in_order: bool  # parts follow each other in order of shipments

    @property
    def warming_sql(self) -> str:
        """The warming potentials of a leg as bits; a constant where all factors share one set."""
        sets = set(self.provenance.table["p_warming"].to_pylist()) - {0}
        if len(sets) <= 1:
            return str(max(sets, default=0))
        key = self.provenance.key_sql
        return f"(SELECT p_warming FROM provenance WHERE p_key = {key})"  # noqa: S608

    def measured(self, part: Part) -> str:
        """Return the statement of all legs of a part with their figures."""
        twice = self.twice.num_rows > 0
        return measured_sql(self.shape, self.legs(part), twice=twice)

    def legs(self, part: Part) -> str:
        """Return the statement of all legs of a part, categories matched."""
        return _matched(self.matches, self.source, _accepting(part, self.accepted))

    @property
    def fingerprint(self) -> str:
        """A key of all that the figures stand on, beside the rows themselves."""
        tables = (self.bases.table, self.bases.grids, self.bases.pathways, self.provenance.table)
        matches = sorted(self.matches.found.items()) if self.matches else []
        return digest_of(
            version("greenlane"),
            self.factors.edition,
            self.factors.sha256,
            [_table_key(t) for t in (*tables, self.twice, self.accepted)],
            sorted(self.shape.columns),
            matches,
            self.matches.columns if self.matches else (),
        )


def _table_key(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return digest_of(bytes(sink.getvalue()).hex())


def open_batch(  # noqa: PLR0913  (a job is all of these)
    path: Path,
    factors: Factors,
    crew: Crew,
    *,
    work: Path,
    rows_per_part: int,
    matches: Matches | None,
    report: Callable[[str, int], None],
    settled: bool = True,
) -> Batch:
    """Open a file under a factor set; unless `settled`, repeated legs are not looked for yet."""
    source = open_source(path, crew, work, rows_per_part=rows_per_part, report=report)
    present = set(source.present)
    if matches is not None:
        _want_columns(matches, source)
        present |= {"toc_id", "hoc_id", "match_steps"}
    bases = Bases(factors)
    shape = Shape(
        columns=frozenset(present),
        jet_co2_kg_per_kg=factors.parameters.get("jet_co2_kg_per_kg", 1.0),  # without flights none
        traits=frozenset(_traits(source, crew, bases, matches)),
        exact=_is_exact(source, bases),
    )
    provenance = Provenance(bases, shape)
    crew.each(bases.set_up)
    crew.each(provenance.set_up)
    if matches is not None:
        table = _match_table(matches)
        crew.each(lambda engine: engine.load("matches", table))
    accepted = _accepted(source, crew)
    batch = Batch(
        source=source,
        factors=factors,
        bases=bases,
        shape=shape,
        provenance=provenance,
        crew=crew,
        matches=matches,
        twice=_NONE_TWICE,
        accepted=accepted,
        in_order=True,
    )
    if settled:
        settle(batch)
    return batch


def settle(batch: Batch) -> None:
    """Find every repeated leg, and whether parts follow each other in order of shipments."""
    twice, in_order = find_twice(batch.source, batch.crew, batch.accepted)
    batch.twice, batch.in_order = twice, in_order
    batch.crew.each(lambda engine: engine.load("twice", twice))


def _is_exact(source: Source, bases: Bases) -> bool:
    """Tell whether no figure can grow beyond what float64 tells apart, by the file's statistics.

    The bound is crude: the greatest mass over the greatest distance, at the greatest of all rates.
    """
    if "saf_kg" in source.present:
        return False

    def most(column: str) -> float:
        if column not in source.present:
            return 0.0
        return source.most.get(column, math.inf)

    rates = bases.greatest_rates()
    moved = max(most("mass_kg") * (most("distance_km") + AIR_DETOUR_KM) * max(DETOUR.values()), 1.0)
    activity = max(moved, most("activity_tkm"), most("teu") * (most("distance_km") + 1.0))
    burnt = most("fuel_kg") * rates["fuel"] + most("energy_kwh") * rates["grid"]
    kg = activity * rates["activity"] + burnt
    return kg * MG_PER_KG < EXACT_MG and activity < MOST_TKM


def _traits(source: Source, crew: Crew, bases: Bases, matches: Matches | None) -> set[str]:
    """Return what the categories have that the file names: no statement asks for the rest."""

    def names(engine: Engine, part: Part) -> list[set[str]]:
        return [
            {row[0] or "" for row in engine.rows(f"SELECT DISTINCT {name(c)} FROM ({part.sql})")}  # noqa: S608
            if c in source.kept
            else {""}
            for c in ("toc_id", "hoc_id", "distance_kind")
        ]

    tocs, hubs, kinds = set[str](), set[str](), {""}
    for found in crew.in_order(names, source.parts):
        tocs, hubs, kinds = tocs | found[0], hubs | found[1], kinds | found[2]
    if matches is not None:
        matched = {category for category, _ in matches.found.values()}
        tocs, hubs = tocs | matched, hubs | matched
    return bases.traits_of(tocs, hubs, kinds)


def _want_columns(matches: Matches, source: Source) -> None:
    lacking = [c for c in matches.columns if c not in source.kept]
    if lacking:
        raise EmissionsError(f"{source.file}: lacks {', '.join(lacking)}, wanted to match by them")


def _match_table(matches: Matches) -> pa.Table:
    keys = list(matches.found)
    columns = {
        f"m_{i}": pa.array([key[i] or None for key in keys], _ID)
        for i in range(len(matches.columns))
    }
    columns["m_category"] = pa.array([matches.found[k][0] for k in keys], _ID)
    columns["m_steps"] = pa.array([matches.found[k][1] for k in keys], pa.int64())
    return pa.table(columns)


def _matched(matches: Matches | None, source: Source, sql: str) -> str:
    """Put matched categories where a leg names none."""
    if matches is None:
        return sql
    same = " AND ".join(
        f"CAST({name(c)} AS VARCHAR) IS NOT DISTINCT FROM m_{i}"
        for i, c in enumerate(matches.columns)
    )
    own = {n: n if n in source.kept else "NULL" for n in ("toc_id", "hoc_id", "match_steps")}
    bare = f"{own['toc_id']} IS NULL AND {own['hoc_id']} IS NULL"
    kept = [n for n in ("line", *source.kept, "doubtful") if n not in own]
    return (
        f"SELECT {', '.join(map(name, kept))}, "  # noqa: S608
        f"coalesce({own['toc_id']}, CASE WHEN kind <> 'hub' THEN m_category END) AS toc_id, "
        f"coalesce({own['hoc_id']}, CASE WHEN kind = 'hub' THEN m_category END) AS hoc_id, "
        f"coalesce(CASE WHEN {bare} THEN m_steps END, {own['match_steps']}) AS match_steps "
        f"FROM ({sql}) LEFT JOIN matches ON {bare} AND {same}"
    )


def _accepting(part: Part, accepted: pa.Table) -> str:
    if not accepted.num_rows:
        return part.sql
    still = "doubtful AND line NOT IN (SELECT line FROM accepted)"
    return f"SELECT * REPLACE ({still} AS doubtful) FROM ({part.sql})"  # noqa: S608


def _accepted(source: Source, crew: Crew) -> pa.Table:
    """Return the lines whose unusual words the reader of cells takes."""
    lines: list[int] = []
    if source.has_odd_words:

        def decide(engine: Engine, part: Part) -> list[int]:
            return decide_native(source, part, engine)[0]

        for taken in crew.in_order(decide, source.parts):
            lines.extend(taken)
    table = pa.table({"line": pa.array(lines, pa.int64())})
    crew.each(lambda engine: engine.load("accepted", table))
    return table


def find_twice(source: Source, crew: Crew, accepted: pa.Table) -> tuple[pa.Table, bool]:
    """Return every leg whose key an earlier row has, and whether parts follow in order.

    A shipment whose leg numbers sum, as bits, to more than their union repeats one. Where the parts
    of a file are in order of shipments this is told part by part.
    """
    flagged: set[str] = set()
    highest, in_order = None, True

    def suspects(engine: Engine, part: Part) -> tuple[str | None, str | None, list[str]]:
        return engine.one(_suspects_sql(_accepting(part, accepted)))

    for low, high, found in crew.in_order(suspects, source.parts):
        if low is None or high is None:
            continue
        in_order = in_order and (highest is None or highest <= low)
        if highest == low:
            flagged.add(low)
        highest = high if highest is None else max(high, highest)
        flagged.update(found or ())
    every = " UNION ALL ".join(
        f"SELECT shipment_id, leg_no, line, doubtful FROM ({_accepting(p, accepted)})"  # noqa: S608
        for p in source.parts
    )
    if not in_order:
        flagged = set(crew.first.one(_suspects_sql(every))[2] or ())
    if not flagged:
        return _NONE_TWICE, in_order
    crew.first.load("flagged", pa.table({"id": pa.array(sorted(flagged), _ID)}))
    twice = crew.first.arrow(
        "SELECT line, first_line FROM (SELECT line, min(line) OVER (PARTITION BY shipment_id, "  # noqa: S608
        f"leg_no) AS first_line FROM ({every}) WHERE NOT doubtful AND shipment_id IN "
        "(SELECT id FROM flagged)) WHERE line <> first_line ORDER BY line"
    )
    return twice, in_order


# A leg number as a bit: those of one shipment sum to their union, unless one repeats.
LEG_BIT = f"CASE WHEN leg_no <= {_LAST_BIT} THEN 1::BIGINT << leg_no ELSE 1 END"


def _suspects_sql(legs: str) -> str:
    bit = LEG_BIT
    grouped = (
        f"SELECT shipment_id, bit_or({bit}) AS once, sum({bit}) AS all_of_them "  # noqa: S608
        f"FROM ({legs}) GROUP BY shipment_id"
    )
    return (
        "SELECT min(shipment_id), max(shipment_id), "  # noqa: S608
        f"list(shipment_id) FILTER (WHERE once <> all_of_them) FROM ({grouped})"
    )


def want_one_warming(bits: int, *, mixed: bool) -> tuple[str, ...]:
    """Return the sets of warming potentials that were used.

    Raises
    ------
    MixedWarmingError
        for more than one, unless the mix is allowed.
    """
    used = tuple(one for i, one in enumerate(WARMING_BITS) if bits >> i & 1)
    if len(used) > 1 and not mixed:
        raise MixedWarmingError(used)
    return used
