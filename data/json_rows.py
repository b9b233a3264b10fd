"""Lay JSON shipments out as rows: one for each element of a chain, its shipment's fields beside."""

from __future__ import annotations

import json
from typing import Any

from data.dialects import (
    DOCUMENT_NO,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Dialect,
    RawTable,
    Typed,
    decoded,
)
from data.errors import DataError

_DEEPEST = 12
_LONGEST_NAME = 1000
_LISTS_OF_SHIPMENTS = ("shipments", "orders", "data", "items", "consignments", "requests")
_LISTS_OF_LEGS = (
    "transportChainElements",
    "shipment_legs",
    "shipmentLegs",
    "tces",
    "tce",
    "legs",
    "elements",
)


def read_json(content: bytes, file: str, *, by_line: bool) -> RawTable:
    """Read one document or one per line; `a.b` names the field b of a.

    Raises
    ------
    DataError
        when it is no JSON, too deep, or holds no shipments.
    """
    text, encoding = decoded(content, file, "")
    documents = _lines_of(text, file) if by_line else [_parsed(text, f"{file}")]
    rows: list[dict[str, str]] = []
    header: dict[str, None] = {}
    number = 0
    for document in documents:
        for shipment in _shipments_of(document, file):
            number += 1
            for row in _rows_of(shipment, number, file):
                header.update(dict.fromkeys(row))
                rows.append(row)
                if len(header) > MAX_COLUMNS or len(header) * len(rows) > MAX_CELLS:
                    raise DataError(f"{file}: more than {MAX_COLUMNS} fields or {MAX_CELLS} cells")
                if len(rows) > MAX_ROWS:
                    raise DataError(f"{file}: more than {MAX_ROWS} rows; use the bulk path")
    if not rows or not header:
        raise DataError(f"{file}: found no shipments, wanted an object or a list of objects")
    return RawTable(
        file=file,
        header=tuple(header),
        rows=[[row.get(name, "") for name in header] for row in rows],
        lines=list(range(1, len(rows) + 1)),
        dialect=Dialect(
            form="json",
            encoding=encoding,
            decimal=".",
            told=("read as JSON; rows are counted by the elements of its chains, from 1",),
        ),
    )


def _lines_of(text: str, file: str) -> list[Any]:
    return [
        _parsed(line, f"{file} line {number}")
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]


def _parsed(text: str, where: str) -> Any:  # noqa: ANN401  (any JSON)
    try:
        return json.loads(text, parse_float=Typed, parse_int=Typed, parse_constant=str)
    except RecursionError:
        raise DataError(f"{where}: nested more than {_DEEPEST} deep") from None
    except ValueError as error:
        raise DataError(f"{where}: not readable as JSON ({error})") from None


def _shipments_of(document: Any, file: str) -> list[dict[str, Any]]:  # noqa: ANN401  (any JSON)
    if isinstance(document, dict) and not any(name in document for name in _LISTS_OF_LEGS):
        for name in _LISTS_OF_SHIPMENTS:
            inner = document.get(name)
            if isinstance(inner, list) and any(isinstance(entry, dict) for entry in inner):
                document = inner
                break
    found = document if isinstance(document, list) else [document]
    for entry in found:
        if not isinstance(entry, dict):
            raise DataError(f"{file}: found {str(entry)[:40]!r} in place of a shipment object")
    return found


def _rows_of(shipment: dict[str, Any], document: int, file: str) -> list[dict[str, str]]:
    legs_name = next((n for n in _LISTS_OF_LEGS if isinstance(shipment.get(n), list)), "")
    shared = {k: v for k, v in shipment.items() if k != legs_name}
    common: dict[str, str] = {}
    _flatten(shared, "", common, file, 1)
    if not legs_name:
        return [common]
    rows = []
    common[DOCUMENT_NO] = Typed(str(document))
    for number, leg in enumerate(shipment[legs_name], start=1):
        row = dict(common)
        _flatten({legs_name: leg}, "", row, file, 1)
        row[f"{legs_name}.sequence_no"] = Typed(str(number))
        rows.append(row)
    return rows or [common]


def _flatten(value: Any, name: str, row: dict[str, str], file: str, depth: int) -> None:  # noqa: ANN401
    if len(name) > _LONGEST_NAME:
        raise DataError(f"{file}: a field name of {len(name)} characters: {name[:80]}")
    if depth > _DEEPEST:
        raise DataError(f"{file}: nested more than {_DEEPEST} deep at {name[:80]}")
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, f"{name}.{key}" if name else str(key), row, file, depth + 1)
    elif isinstance(value, list):
        if all(isinstance(entry, str) for entry in value):
            row[name] = "|".join(value)
        else:
            for number, inner in enumerate(value, start=1):
                _flatten(inner, f"{name}[{number}]", row, file, depth + 1)
    elif isinstance(value, bool):
        row[name] = "yes" if value else "no"
    elif value is not None:
        row[name] = value.replace("\0", " ") if "\0" in value else value
