"""Spell a value in one way and hash it: canonical JSON (RFC 8785) and SHA-256."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

from data.errors import GreenlaneError

_LARGEST_INTEGER = 2**53 - 1  # above it, readers of JSON disagree
_MAX_DEPTH = 32


class EvidenceError(GreenlaneError):
    """A pack, a key or a trust file that cannot be worked with."""


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of bytes in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: Any) -> bytes:  # noqa: ANN401  (any JSON)
    """Return the one spelling of a JSON value.

    >>> canonical_json({"b": "2", "a": True})
    b'{"a":true,"b":"2"}'
    """
    return rfc8785.dumps(value)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise EvidenceError(f"key {max(names, key=names.count)!r} stands twice")
    return dict(pairs)


def _no_float(text: str) -> Any:  # noqa: ANN401  (never returns)
    raise EvidenceError(f"number {text[:40]} is not whole; quantities are decimal text")


def _small_integer(text: str) -> int:
    value = int(text) if len(text) <= len(str(_LARGEST_INTEGER)) + 1 else _LARGEST_INTEGER + 1
    if abs(value) > _LARGEST_INTEGER:
        raise EvidenceError(f"integer {text[:40]} is too large to be read alike everywhere")
    return value


def read_canonical_json(content: bytes, member: str) -> Any:  # noqa: ANN401  (any JSON)
    """Read JSON that must be spelt canonically; what two readers could read differently is refused.

    Raises
    ------
    EvidenceError
        for duplicate keys, floats, NaN, large integers, deep nesting, or any other spelling.
    """
    if max(content.count(b"["), content.count(b"{")) > _MAX_DEPTH and _depth(content) > _MAX_DEPTH:
        raise EvidenceError(f"{member}: nested deeper than {_MAX_DEPTH}")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_small_integer,
        )
        spelt = canonical_json(value)
    except (UnicodeDecodeError, json.JSONDecodeError, rfc8785.CanonicalizationError) as error:
        raise EvidenceError(f"{member}: not readable as JSON ({error})") from None
    except EvidenceError as error:
        raise EvidenceError(f"{member}: {error}") from None
    if spelt != content:
        raise EvidenceError(f"{member}: not in canonical form")
    return value


def _depth(content: bytes) -> int:
    """Return an upper bound of the nesting, counting brackets inside text too."""
    depth = deepest = 0
    for byte in content:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
