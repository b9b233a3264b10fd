"""Name values and code by their content: what is equal has one name on every host."""

from __future__ import annotations

import platform
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


def digest_of(*values: object) -> str:
    """Return the SHA-256 of values made of arrays, records, tuples, numbers and text.

    >>> digest_of(np.arange(3), "a") == digest_of(np.arange(3), "a")
    True
    >>> digest_of(np.arange(3)) == digest_of(np.arange(3.0))
    False
    """
    hasher = sha256()
    for value in values:
        _feed(hasher.update, value)
    return hasher.hexdigest()


def _feed(take: Callable[[Any], None], value: object) -> None:
    kind = type(value).__name__
    if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        take(f"array {value.dtype.str} {value.shape}\n".encode())
        take(np.ascontiguousarray(value))
    elif isinstance(value, tuple | list):
        take(f"{kind} {len(value)}\n".encode())
        for item in value:
            _feed(take, item)
    elif is_dataclass(value) and not isinstance(value, type):
        _feed(take, (kind, *((f.name, getattr(value, f.name)) for f in fields(value))))
    elif value is None or isinstance(value, bool | int | float | str | bytes | range):
        take(f"{kind} {value!r}\n".encode())
    else:
        raise TypeError(f"{kind} has no content to name; wanted arrays, records, numbers or text")


def name_of(work: Callable[..., Any]) -> str:
    """Return where a function is found: its module and its name."""
    return f"{work.__module__}.{work.__qualname__}"


@cache
def ground() -> str:
    """Return all that answers depend on beside their inputs: code, numba, numpy, processor."""
    code = sha256()
    for module in sorted(Path(__file__).parent.glob("*.py")):
        code.update(module.read_bytes())
    libraries = " ".join(f"{name} {version(name)}" for name in ("numba", "numpy"))
    return f"planner {code.hexdigest()[:16]} {libraries} {platform.machine()}"
