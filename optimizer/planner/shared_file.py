"""Lay a value into one file, so that many processes map its arrays and none copies them."""

from __future__ import annotations

import mmap
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_LINE = 64  # bytes; arrays begin at a line of the cache
_TAIL = 8  # bytes that say where the index begins


def lay_out(path: Path, value: object) -> None:
    """Write the arrays of a value, then how it is put together from them."""
    arrays: list[pickle.PickleBuffer] = []
    whole = pickle.dumps(value, protocol=5, buffer_callback=arrays.append)
    spans = []
    with path.open("wb") as file:
        for array in arrays:
            file.write(b"\0" * (-file.tell() % _LINE))
            start = file.tell()
            file.write(array.raw())
            spans.append((start, file.tell()))
        index = file.tell()
        file.write(pickle.dumps((whole, spans)))
        file.write(index.to_bytes(_TAIL, "little"))


def read_back(path: Path) -> Any:  # noqa: ANN401  (whatever was laid out)
    """Return the value, its arrays mapped; what a reader writes into them stays its own."""
    with path.open("rb") as file:
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    index = int.from_bytes(view[-_TAIL:], "little")
    whole, spans = pickle.loads(view[index:-_TAIL])  # noqa: S301
    return pickle.loads(whole, buffers=[view[start:end] for start, end in spans])  # noqa: S301
