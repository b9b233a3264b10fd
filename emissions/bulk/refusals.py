"""Say why a row is refused: the reader of cells and the kernel are asked, so words are theirs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from data.cells import BadCellError, read_cell
from data.schemas import Kind
from data.tables import Refused, plain_text
from emissions.bulk.figures import MOST_TKM
from emissions.errors import EmissionsError, LegFaultError, MissingFactorError
from emissions.kernel import columns_of, footprint, jet_co2_of
from emissions.legs import element_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from data.schemas import Column
    from emissions.chain import TCE
    from emissions.factors import Factors

FIELDS = ("file", "row", "column", "found", "wanted", "code")
_MEMO = 200_000  # distinct cells, or distinct missing keys, that are remembered
_LOOKED_UP = ("toc_id", "hoc_id", "grid_id", "saf_pathway")

Told = tuple[Any, str]  # a value, or what was wanted instead


class CellReader:
    """Reads the cells that SQL found doubtful; each distinct one once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._memo: dict[tuple[str, str], Told] = {}

    def read(
        self, line: int, row: Mapping[str, str | None], columns: Sequence[Column]
    ) -> dict[str, Any] | list[Refused]:
        """Return the row's values, times as they were written, or every fault of it."""
        values: dict[str, Any] = {}
        faults = []
        for column in columns:
            text = row[column.name] or ""
            value, wanted = self._told(column, text)
            values[column.name] = value
            if wanted:
                code = "bad_value" if text.strip() else "missing_value"
                faults.append(self._refused(line, column.name, text, wanted, code))
        return faults or values

    def _told(self, column: Column, text: str) -> Told:
        key = (column.name, text)
        if key not in self._memo:
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[key] = _read(column, text)
        return self._memo[key]

    def _refused(self, line: int, column: str, found: str, wanted: str, code: str) -> Refused:
        return Refused(
            file=self._file, row=line, column=column, found=found, wanted=wanted, code=code
        )


def _read(column: Column, text: str) -> Told:
    try:
        value = read_cell(column, text)
    except BadCellError as fault:
        return None, str(fault)
    if isinstance(value, int) and abs(value) >= 2**63:
        return None, "a whole number of at most 18 digits"
    if value is None or column.kind in {Kind.NUMBER, Kind.INTEGER}:
        return value, ""
    return text.strip(), ""  # times and words stay as they were written


def is_blank(row: Mapping[str, Any]) -> bool:
    """Tell whether no cell of a row says anything."""
    return not any(str(v).strip() for n, v in row.items() if n != "line" and v is not None)


class Judge:
    """Says why the kernel refuses a leg, in its words."""

    def __init__(self, file: str, factors: Factors) -> None:
        self._file = file
        self._factors = factors
        self._missing: dict[tuple[str, str], EmissionsError] = {}

    def refusal(self, row: Mapping[str, Any]) -> Refused:
        """Return why a leg is refused.

        Raises
        ------
        EmissionsError
            if the kernel takes it: then the bulk path and the kernel have come apart.
        """
        if row["x_twice"]:
            found = f"{row['shipment_id']}, {row['leg_no']}"
            wanted = f"a key not used in row {row['first_line']}"
            return self._refused(row, "leg_no", found, wanted, "twice")
        try:
            self._take(row)
        except LegFaultError as fault:
            code = "missing_factor" if isinstance(fault, MissingFactorError) else "bad_leg"
            return self._refused(row, fault.column, fault.found, fault.wanted, code)
        except EmissionsError as fault:
            if row["mass_kg"] and not row["toc_id"] and not row["hoc_id"]:
                wanted = "a category, given or matched"
                column = "hoc_id" if row["kind"] == "hub" else "toc_id"
                return self._refused(row, column, "", wanted, "needs_matching")
            return self._refused(row, "", "", str(fault), "bad_leg")
        raise EmissionsError(
            f"{self._file} row {row['line']}: refused in bulk, but the kernel takes it"
        )

    def _take(self, row: Mapping[str, Any]) -> None:
        element = element_of({**row, "origin": "", "destination": ""})  # figures ask no place
        for column in _LOOKED_UP[:2]:
            known = self._missing.get((column, row[column] or ""))
            if known is not None:
                raise known
        try:
            columns = columns_of([element], self._factors)
        except MissingFactorError as fault:
            if len(self._missing) < _MEMO:
                self._missing[fault.column, fault.found] = fault
            raise
        footprint(columns, jet_co2_of(columns, self._factors))
        _want_activity(element)

    def _refused(
        self, row: Mapping[str, Any], column: str, found: str, wanted: str, code: str
    ) -> Refused:
        return Refused(
            file=self._file, row=row["line"], column=column, found=found, wanted=wanted, code=code
        )


def _want_activity(element: TCE) -> None:
    if element.activity_tkm is not None and element.activity_tkm > MOST_TKM:
        raise LegFaultError("activity_tkm", element.activity_tkm, f"at most {MOST_TKM:g} in bulk")


INPUTS = (
    *("shipment_id", "leg_no", "kind", "mode", "mass_kg", "distance_km", "distance_kind"),
    *("toc_id", "hoc_id", "fuel_kg", "energy_kwh", "grid_id", "saf_kg", "saf_pathway", "eac_kwh"),
    *("teu", "activity_tkm", "match_steps"),
)


def write_refused(path: Path, refused: Iterable[Refused], *, header: bool) -> int:
    """Write faults as CSV, text that a spreadsheet would run defused; return how many rows."""
    rows = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(FIELDS)
        for one in refused:
            rows.add(one.row)
            text = (plain_text(str(getattr(one, f))) for f in FIELDS if f != "row")
            cells = list(text)
            writer.writerow([cells[0], one.row, *cells[1:]])
    return len(rows)
