"""Read a stranger's JSON: small, shallow, with finite numbers and no name twice, or not at all."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from emissions.errors import EmissionsError

MAX_BYTES = 64_000_000
MAX_DEPTH = 32  # a footprint with its extension is ten deep


def _constant(name: str) -> NoReturn:
    raise EmissionsError(f"found {name}, wanted a finite number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise EmissionsError(f"found {text[:40]}, wanted a finite number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise EmissionsError(f"name {twice[:60]!r} stands twice in one object, wanted once")
    odd = next((name for name in found if not name.isprintable()), None)
    if odd is not None:
        raise EmissionsError(f"name {odd[:60]!r}, wanted printable characters")
    return found


def _depth(value: object) -> int:
    depth, layer = 0, [value]
    while layer:
        depth += 1
        inner: list[object] = []
        for one in layer:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        layer = inner
    return depth


def read_json(content: bytes, *, where: str = "JSON", max_bytes: int = MAX_BYTES) -> Any:  # noqa: ANN401
    """Return the value of a JSON text.

    Raises
    ------
    EmissionsError
        for what is not UTF-8 JSON, too large, nested too deeply, not finite, or ambiguous.
    """
    if len(content) > max_bytes:
        raise EmissionsError(f"{where}: {len(content)} bytes, wanted at most {max_bytes}")
    try:
        value = json.loads(
            content.decode("utf-8-sig"),
            parse_constant=_constant,
            parse_float=_float,
            object_pairs_hook=_object,
        )
    except EmissionsError as fault:
        raise EmissionsError(f"{where}: {fault}") from None
    except RecursionError:
        raise EmissionsError(f"{where}: nested too deeply, wanted {MAX_DEPTH} levels") from None
    except ValueError as fault:  # not UTF-8, not JSON, or an integer of thousands of digits
        raise EmissionsError(f"{where}: {fault}, wanted JSON in UTF-8") from None
    if (depth := _depth(value)) > MAX_DEPTH:
        raise EmissionsError(f"{where}: nested {depth} deep, wanted at most {MAX_DEPTH} levels")
    return value
