"""Read TOML that a stranger may have written: refused in words, never a traceback."""

from __future__ import annotations

import tomllib
from typing import Any

from data.errors import DataError

_MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 16
_LARGEST_INTEGER = 2**63 - 1  # TOML promises no more


def read_toml(content: bytes, file: str) -> dict[str, Any]:
    """Return the document.

    Raises
    ------
    DataError
        if it is not TOML, too large, nested too deeply, or holds an integer beyond 64 bits.
    """
    if len(content) > _MAX_BYTES:
        raise DataError(f"{file}: {len(content)} bytes, wanted at most {_MAX_BYTES}")
    try:
        document = tomllib.loads(content.decode())
    except ValueError as error:  # wrong TOML, wrong UTF-8, or a number of thousands of digits
        raise DataError(f"{file}: not readable as TOML ({str(error)[:200]})") from None
    except RecursionError:
        raise DataError(f"{file}: not readable as TOML (nested too deeply)") from None
    _refuse_monsters(document, file)
    return document


def _refuse_monsters(document: dict[str, Any], file: str) -> None:
    """Refuse what later code could not even print; no recursion, for that is the danger."""
    level: list[object] = [document]
    for _ in range(_MAX_DEPTH):
        if any(type(v) is int and abs(v) > _LARGEST_INTEGER for v in level):
            raise DataError(f"{file}: holds an integer beyond 64 bits")
        level = [part for value in level for part in _parts(value)]
    if level:
        raise DataError(f"{file}: nested deeper than {_MAX_DEPTH}")


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
