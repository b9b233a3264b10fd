"""Strangers' files become text cells with their lines, and what cannot be read says why."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.dialects import MAX_COLUMNS, RawTable, Typed, read_raw
from data.errors import DataError

HEAD = "shipment_id,mode,origin,destination,mass_kg"
ROW = "S1,road,PVG,FRA,100"


def read(text: str, file: str = "x.csv", **options: Any) -> RawTable:
    return read_raw(text.encode(), file, **options)


def workbook(*rows: list[object], title: str = "Data") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_is_found_in_the_header_and_told(sign: str) -> None:
    """A wrong delimiter gives one column; so it is shown, not hidden."""
    raw = read(f"{HEAD}\n{ROW}\n".replace(",", sign))
    assert raw.header == tuple(HEAD.split(","))
    assert raw.dialect.delimiter == sign
    assert any("separated by" in told for told in raw.dialect.told)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{ROW}\n".encode("utf-8-sig"),
        f"{HEAD}\n{ROW}\n".encode("utf-16"),
        b"\xfe\xff" + f"{HEAD}\n{ROW}\n".encode("utf-16-be"),
    ],
)
def test_byte_order_marks_are_read_and_removed(content: bytes) -> None:
    """A mark left on the first name would hide the first column."""
    assert read_raw(content, "x.csv").header[0] == "shipment_id"


def test_other_encodings_are_never_guessed() -> None:
    """The message names the byte and what to declare."""
    content = f"{HEAD}\nS1,road,Zürich,FRA,100\n".encode("cp1252")
    with pytest.raises(DataError, match=r"byte 53 .0xfc.*--encoding cp1252 or gb18030"):
        read_raw(content, "x.csv")
    assert read_raw(content, "x.csv", encoding="cp1252").rows[0][2] == "Zürich"
    chinese = f"{HEAD}\nS1,road,上海,FRA,100\n".encode("gb18030")
    assert read_raw(chinese, "x.csv", encoding="gb18030").rows[0][2] == "上海"


@pytest.mark.parametrize("encoding", ["no-such", "base64", "zlib", "rot13"])
def test_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    """Python has codecs that are no encodings of text."""
    with pytest.raises(DataError, match=r"x\.csv"):
        read(f"{HEAD}\n{ROW}", encoding=encoding)


def test_title_lines_are_skipped_and_told() -> None:
    """ERP exports put a title, a date and a blank line above the header."""
    raw = read(f"Transports of March,,,,\nas of 2026-03-31,,,,\n\n{HEAD}\n{ROW}\n")
    assert raw.header[0] == "shipment_id"
    assert raw.lines == [5]
    assert "2 title lines above the header on line 4 were skipped" in raw.dialect.told


def test_lines_are_physical_even_with_quoted_line_breaks() -> None:
    """Whoever opens the file in an editor finds the row by its number (CRLF counts once)."""
    raw = read(f'{HEAD}\r\nS1,road,"Am\r\nMarkt",FRA,1\r\n\r\nS2,road,PVG,FRA,1\r\n')
    assert raw.lines == [2, 5]
    assert raw.rows[0][2] == "Am\r\nMarkt"


def test_ragged_rows_are_kept_apart_and_counted() -> None:
    """A row with a shifted cell must not fill wrong columns; a trailing delimiter is harmless."""
    raw = read(f"{HEAD}\n{ROW},oops\nS2,road\n{ROW},\n")
    assert raw.ragged == ((2, "6 cells"), (3, "2 cells"))
    assert raw.data_rows == 3


def test_ids_keep_their_zeros_and_defused_formulas_are_restored() -> None:
    """What our own export guarded with ' comes back as it was; 's-Hertogenbosch keeps its own."""
    raw = read(f"{HEAD}\n00123,road,'=A1,'s-Hertogenbosch,1\n")
    assert raw.rows[0][:4] == ["00123", "road", "=A1", "'s-Hertogenbosch"]


@pytest.mark.parametrize(
    ("content", "file", "wanted"),
    [
        (b"", "x.csv", "no rows"),
        (b"a,b\n\0,1\n", "x.csv", "NUL"),
        (b'a,b\n"1,2\n', "x.csv", "CSV"),
        (b"PK\x03\x04nothing", "x.xlsx", "spreadsheet"),
        (b"PAR1", "x.parquet", "Parquet"),
        (b"{", "x.json", "JSON"),
        (b"[" * 100_000, "x.json", "deep"),
        (b"x", "x.pdf", "wanted a .csv"),
        (b"[1, 2]", "x.json", "shipment object"),
        (("," * MAX_COLUMNS).join(["a", "b"]).encode(), "x.csv", "columns"),
        (f"{HEAD}\n".encode("utf-16")[:-1], "x.csv", "utf-16"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, file: str, wanted: str) -> None:
    """Only our own exception leaves the reader, naming the file."""
    with pytest.raises(DataError, match=wanted) as caught:
        read_raw(content, file)
    assert str(caught.value).startswith(file)


def test_size_is_bounded_before_anything_is_read() -> None:
    """The bulk path is named, for it has no bound."""
    with pytest.raises(DataError, match="bulk path"):
        read_raw(b"x" * 11, "x.csv", max_bytes=10)


def test_workbook_keeps_types_ids_and_lines() -> None:
    """Numbers and dates of a workbook need no sign and no order to be guessed."""
    content = workbook(
        ["Report"],
        [],
        ["shipment_id", "mode", "origin", "mass_kg", "etd", "note"],
        ["00123", "road", "PVG", 12.5, dt.date(2026, 3, 1), None],
        ["S2", "road", "PVG", 12, dt.datetime(2026, 3, 1, 4, 5), "=1+1"],  # noqa: DTZ001
    )
    raw = read_raw(content, "x.xlsx")
    assert raw.lines == [4, 5]
    assert raw.rows[0] == ["00123", "road", "PVG", "12.5", "2026-03-01", ""]
    assert raw.rows[1][3:5] == ["12", "2026-03-01T04:05:00"]
    assert type(raw.rows[0][3]) is Typed
    assert type(raw.rows[0][0]) is str


def test_sheet_is_chosen_by_name_and_told() -> None:
    """A workbook of several sheets says which one was read."""
    book = openpyxl.Workbook()
    book.active.append(["shipment_id", "mode"])
    book.active.append(["S1", "road"])
    book.create_sheet("Other").append(["shipment_id", "mass_kg"])
    out = io.BytesIO()
    book.save(out)
    assert any(
        "sheet 'Sheet' was read" in t for t in read_raw(out.getvalue(), "x.xlsx").dialect.told
    )
    assert read_raw(out.getvalue(), "x.xlsx", sheet="Other").header == ("shipment_id", "mass_kg")
    with pytest.raises(DataError, match="found sheets Sheet, Other, wanted 'None'"):
        read_raw(out.getvalue(), "x.xlsx", sheet="None")


def test_sheet_with_a_header_is_read_before_one_of_prose() -> None:
    """Workbooks often begin with instructions."""
    book = openpyxl.Workbook()
    book.active.append(["How to fill in this template"])
    book.create_sheet("Data").append(["shipment_id", "mass_kg"])
    out = io.BytesIO()
    book.save(out)
    assert read_raw(out.getvalue(), "x.xlsx").header == ("shipment_id", "mass_kg")


def test_zip_bombs_and_far_cells_are_refused() -> None:
    """One cell at the far corner would ask for seventeen thousand million cells."""
    far = openpyxl.Workbook()
    far.active.cell(row=1_048_576, column=1, value="x")
    out = io.BytesIO()
    far.save(out)
    with pytest.raises(DataError, match="beyond row"):
        read_raw(out.getvalue(), "x.xlsx")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        read_raw(bomb.getvalue(), "x.xlsx")


def test_shared_texts_are_not_multiplied() -> None:
    """A text of a megabyte that a thousand cells share is a gigabyte in memory."""
    plain = io.BytesIO(workbook(["shipment_id", "mass_kg"]))
    out = io.BytesIO()
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            if name == "xl/worksheets/sheet1.xml":
                after.writestr(name, f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
            elif name != "xl/sharedStrings.xml":
                after.writestr(name, before.read(name))
        after.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>")
    with pytest.raises(DataError, match="bytes of text"):
        read_raw(out.getvalue(), "x.xlsx")


def test_parquet_shares_its_texts_and_tells_of_nested_columns() -> None:
    """Rows of one long text hold it once; a list is no cell."""
    texts = pa.array(["x" * 100_000] * 200)
    table = pa.table({"id": texts, "tags": [["a"]] * 200})
    out = io.BytesIO()
    pq.write_table(table, out)
    raw = read_raw(out.getvalue(), "x.parquet")
    assert len({id(row[0]) for row in raw.rows}) == 1
    assert "nested columns were left out: tags" in raw.dialect.told


def test_parquet_keeps_types_and_blanks() -> None:
    """A float that is absent in pandas is a blank cell, not a number."""
    table = pa.table({"shipment_id": ["S1", "S2"], "mass_kg": [1.5, float("nan")]})
    out = io.BytesIO()
    pq.write_table(table, out)
    raw = read_raw(out.getvalue(), "x.parquet")
    assert raw.rows == [["S1", "1.5"], ["S2", ""]]
    assert raw.dialect.decimal == "."


def test_json_lays_elements_out_as_rows() -> None:
    """A shipment's own fields stand beside each of its elements; numbers keep their digits."""
    document = {"shipmentId": "S", "mass": 1.10, "legs": [{"mode": "road"}, {"mode": "sea"}]}
    raw = read_raw(json.dumps(document).encode(), "x.json")
    assert raw.header == ("shipmentId", "mass", "document_no", "legs.mode", "legs.sequence_no")
    assert raw.rows == [["S", "1.1", "1", "road", "1"], ["S", "1.1", "1", "sea", "2"]]
    lines = read_raw(b'{"a": "00123", "b": "x"}\n{"a": "2"}\n', "x.jsonl")
    assert lines.rows == [["00123", "x"], ["2", ""]]


def test_nested_beyond_the_bound_is_refused() -> None:
    """A deep document is no shipment."""
    deep = '{"a":' * 20 + "1" + "}" * 20
    with pytest.raises(DataError, match="nested more than"):
        read(deep, "x.json")
