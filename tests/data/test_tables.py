"""Readers refuse bad rows by file, row, found and wanted, and never stop at the first."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.freight import refuse_bad_shipments
from data.schemas import LEGS, SHIPMENTS
from data.tables import Table, plain_text, read_bytes, write_bytes
from data.units import kg_text, mg_from_text

HEAD = "shipment_id,origin,destination,mass_kg,volume_m3,ready_at,due_at"
GOOD = "S1,PVG,FRA,100,0.5,2023-06-01T08:00+08:00,2023-06-08T08:00+02:00"


def read(*rows: str) -> Table:
    return read_bytes("\n".join([HEAD, *rows]).encode(), "shipments.csv", SHIPMENTS)


@pytest.mark.parametrize(
    ("cell", "row", "column", "wanted"),
    [
        ("-3", "S2,PVG,FRA,-3,0.5,{r},{d}", "mass_kg", "> 0"),
        ("0", "S2,PVG,FRA,0,0.5,{r},{d}", "mass_kg", "> 0"),
        ("nan", "S2,PVG,FRA,nan,0.5,{r},{d}", "mass_kg", "a finite number"),
        ("1,5", 'S2,PVG,FRA,"1,5",0.5,{r},{d}', "mass_kg", "a number with '.' as decimal sign"),
        ("", "S2,PVG,FRA,,0.5,{r},{d}", "mass_kg", "a value"),
        ("tomorrow", "S2,PVG,FRA,1,0.5,tomorrow,{d}", "ready_at", "a time such as"),
        ("2023-06-01T08:00", "S2,PVG,FRA,1,0.5,2023-06-01T08:00,{d}", "ready_at", "its offset"),
    ],
)
def test_bad_cell_is_refused_and_the_good_row_goes_on(
    cell: str, row: str, column: str, wanted: str
) -> None:
    """The message says where, what was found and what was wanted."""
    bad = row.format(r="2023-06-01T08:00+08:00", d="2023-06-08T08:00+02:00")
    table = read(GOOD, bad)
    assert [r["shipment_id"] for r in table.rows] == ["S1"]
    (fault,) = table.refused
    assert (fault.file, fault.row, fault.column, fault.found) == ("shipments.csv", 3, column, cell)
    assert wanted in fault.wanted


def test_due_before_ready_is_refused() -> None:
    """Cells that are each fine may still contradict each other."""
    table = read(GOOD, "S2,PVG,FRA,1,1,2023-06-09T08:00+08:00,2023-06-08T08:00+02:00")
    refuse_bad_shipments(table)
    assert [f.code for f in table.refused] == ["due_before_ready"]


def test_chargeable_mass_is_refused() -> None:
    """Chargeable weight makes prices, never emissions."""
    head = HEAD + ",mass_basis"
    table = read_bytes(f"{head}\n{GOOD},chargeable".encode(), "shipments.csv", SHIPMENTS)
    refuse_bad_shipments(table)
    assert [f.code for f in table.refused] == ["chargeable"]
    assert not table.rows


def test_a_key_stands_once() -> None:
    """A second row of the same shipment is a fault, and both rows are named."""
    table = read(GOOD, GOOD)
    assert "row 2" in table.refused[0].wanted


def test_unknown_columns_are_reported() -> None:
    """Nothing is ignored in silence."""
    table = read_bytes(f"{HEAD},colour\n{GOOD},red".encode(), "shipments.csv", SHIPMENTS)
    assert table.unknown_columns == ("colour",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is missing"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a,b\n1,2", "is missing"),
        (HEAD.replace(",", ";").encode(), "divided by semicolons; save it with commas"),
        (HEAD.replace(",", "\t").encode(), "divided by tabs; save it with commas"),
        (HEAD.encode() + b"\nS1,\0", "NUL"),
        ((HEAD + ",mass_kg\n").encode(), "twice"),
    ],
)
def test_what_is_no_table_says_so(content: bytes, words: str) -> None:
    """A file that cannot be read at all is one clear error."""
    with pytest.raises(DataError, match=words):
        read_bytes(content, "shipments.csv", SHIPMENTS)


def test_xlsx_and_parquet_read_as_csv_does() -> None:
    """The same columns are accepted in every format."""
    cells: list[Any] = GOOD.split(",")
    cells[3], cells[4] = 100, 0.5
    sheet = openpyxl.Workbook()
    assert sheet.active is not None
    sheet.active.append(HEAD.split(","))
    sheet.active.append(cells)
    xlsx = io.BytesIO()
    sheet.save(xlsx)
    parquet = io.BytesIO()
    columns = {n: [c] for n, c in zip(HEAD.split(","), cells, strict=True)}
    pq.write_table(pa.table(columns), parquet)
    expected = read(GOOD).rows
    assert read_bytes(xlsx.getvalue(), "s.xlsx", SHIPMENTS).rows == expected
    assert read_bytes(parquet.getvalue(), "s.parquet", SHIPMENTS).rows == expected


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1|x", "@x", "\tx"])
def test_formulas_are_defused(text: str) -> None:
    """A spreadsheet must not run what a stranger named his shipment."""
    assert plain_text(text) == "'" + text
    written = write_bytes([{"shipment_id": text, "mass_kg": -1.5}], LEGS).decode()
    assert f"'{text}" in written
    assert ",-1.5," in written


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_milligrams_survive_their_text(mg: int) -> None:
    """Kilograms with six decimals are exact both ways."""
    assert mg_from_text(kg_text(mg)) == mg


@given(st.text(max_size=40))
def test_no_text_crashes_the_reader(text: str) -> None:
    """Any cell is read or refused; nothing else happens."""
    row = GOOD.split(",")
    row[0] = '"' + text.replace('"', '""') + '"'
    try:
        table = read(",".join(row))
    except DataError:
        return
    assert len(table.rows) + len({f.row for f in table.refused}) <= 1


def test_blank_header_cells_are_no_columns() -> None:
    """A spreadsheet from which columns were deleted keeps empty header cells."""
    table = read_bytes(f"{HEAD},,\n{GOOD},,".encode(), "shipments.csv", SHIPMENTS)
    assert len(table.rows) == 1
    assert not table.unknown_columns


def test_digits_of_other_scripts_are_refused() -> None:
    """A mass that two readers may read differently is no mass."""
    table = read("S2,PVG,FRA,١٢٣,0.5,2023-06-01T08:00+08:00,2023-06-08T08:00+02:00")
    assert [f.column for f in table.refused] == ["mass_kg"]
