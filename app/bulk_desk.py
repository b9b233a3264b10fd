"""Footprints of files too large for rows: through the bulk engine, categories matched by kind."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from app.documents import json_bytes, software_version
from data.errors import DataError
from data.units import MG_PER_KG
from emissions.bulk import Matches, footprint_of_file, shipment_totals
from emissions.errors import EmissionsError
from emissions.matching import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emissions.bulk import BulkResult
    from emissions.factors import Factors
    from emissions.matching import Matcher

# By these a leg without a category is matched in bulk; places are too many to look up.
_KEYS = ("kind", "mode", "hub_kind", "vehicle", "fuel", "air_option", "temperature")
_MOST_KEYS = 100_000
_HUB_KINDS = {"air": "airport", "sea": "port", "rail": "rail", "iww": "iww", "road": "road"}


def take_bulk(  # noqa: PLR0913  (a job is all of these)
    path: Path,
    out: Path,
    factors: Factors,
    matcher: Matcher,
    *,
    mixed_gwp: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Write legs, totals per shipment, refusals and a summary; return the summary.

    Finished parts stay in `out/.work` until all is done: a run that was stopped goes on there.

    Raises
    ------
    DataError
        when nothing can be read at all, or no row is usable.
    """
    matches = _matches(path, matcher)
    work = out / ".work"
    work.mkdir(parents=True, exist_ok=True)

    def told(stage: str, done: int) -> None:
        report(f"{stage}: part {done}")

    found = footprint_of_file(
        path, factors, out, work=work, matched=matches, mixed_gwp=mixed_gwp, report=told
    )
    if not found.ok + found.warned:
        raise DataError(f"{path.name}: no usable row of {found.rows}; see {found.refusals}")
    with tempfile.TemporaryDirectory(dir=work) as folder:
        shipment_totals(
            path,
            factors,
            work=Path(folder),
            out=out / "totals.parquet",
            matched=matches,
            mixed_gwp=mixed_gwp,
            report=told,
        )
    summary = _summary(path, found, factors)
    (out / "summary.json").write_bytes(json_bytes(summary))
    shutil.rmtree(work)
    return summary


def _summary(path: Path, found: BulkResult, factors: Factors) -> dict[str, Any]:
    def kg(by: Mapping[str, int]) -> dict[str, float]:
        return {name: mg / MG_PER_KG for name, mg in by.items()}

    return {
        "schema": "greenlane/footprint-bulk/1",
        "version": software_version(),
        "file": path.name,
        "rows": {
            "total": found.rows,
            "ok": found.ok,
            "warned": found.warned,
            "refused": found.refused,
        },
        "unknown_columns": list(found.unknown_columns),
        "kgco2e": kg({n.removesuffix("_mg"): mg for n, mg in found.totals.items()}),
        "by": {group: kg(names) for group, names in found.by.items()},
        "gwp_sets": list(found.gwp_sets),
        "factor_set": {"id": factors.edition, "sha256": factors.sha256},
        "parts_reused": found.reused,
    }


def _matches(path: Path, matcher: Matcher) -> Matches | None:
    """Return categories for the kinds of legs that name none; None where all name one.

    Only Parquet is looked through: a CSV without categories refuses its rows as `needs_matching`.
    """
    if path.suffix.lower() != ".parquet":
        return None
    keys, bare = _bare_keys(path)
    found = {}
    for key in sorted(bare):
        said = dict(zip(keys, key, strict=True))
        try:
            match = matcher.match(_query(said))
        except EmissionsError:
            continue  # refused row by row, as needing a category
        found[key] = (match.category_id, len(match.steps))
    return Matches(columns=tuple(keys), found=found) if found else None


def _bare_keys(path: Path) -> tuple[list[str], set[tuple[str, ...]]]:
    """Return the columns to match by, and their values in rows that name no category."""
    try:
        file = pq.ParquetFile(path)
        names = set(file.schema_arrow.names)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name}: not readable as Parquet ({error})") from None
    keys = [k for k in _KEYS if k in names]
    given = [c for c in ("toc_id", "hoc_id") if c in names]
    bare: set[tuple[str, ...]] = set()
    for batch in file.iter_batches(columns=[*keys, *given]):
        table = pa.Table.from_batches([batch])
        for column in given:
            table = table.filter(pa.compute.is_null(table[column]))
        for row in table.group_by(keys).aggregate([]).to_pylist():
            bare.add(tuple("" if row[k] is None else str(row[k]) for k in keys))
        if len(bare) > _MOST_KEYS:
            raise DataError(f"{path.name}: more than {_MOST_KEYS} kinds of legs without a category")
    return keys, bare


def _query(said: Mapping[str, str]) -> Query:
    hub = said.get("kind") == "hub"
    mode = said.get("mode", "")
    cooled = said.get("temperature", "") not in {"", "ambient"}
    return Query(
        mode="" if hub else mode,
        hub_kind=(said.get("hub_kind") or _HUB_KINDS.get(mode, "site")) if hub else "",
        vehicle=said.get("vehicle", ""),
        fuel=said.get("fuel", ""),
        air_option=said.get("air_option", ""),
        temperature="temperature_controlled" if cooled else "ambient",
    )
