"""Keep each task's answer as a Parquet file, so that a run which was stopped goes on where it was.

A partition is named by its content key: what was asked, of which input, by which code. It holds one
row, an array a column. Writing one twice is harmless, and one that is torn is done again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from optimizer.planner.contents import digest_of, ground, name_of
from optimizer.planner.shards import WorkersError, unheard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.planner.shards import Workers

    Arrays = tuple[NDArray[np.generic], ...]

_KEY, _DIGEST = b"greenlane.key", b"greenlane.sha256"


class Kept:
    """Workers whose answers are kept in a folder; what is kept there is not done again."""

    def __init__(self, workers: Workers, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._workers, self._folder = workers, folder
        self.done, self.found = 0, 0  # tasks since the beginning

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = unheard,
    ) -> list[Any]:
        """Return `work(shared, task)` of each task; answers are tuples of flat arrays."""
        asked = digest_of(ground(), name_of(work), digest_of(shared))
        keys = [digest_of(asked, tasks[number]) for number in range(len(tasks))]
        answers = {number: read_partition(self._folder, key) for number, key in enumerate(keys)}
        left = [number for number, answer in answers.items() if answer is None]

        def keep(place: int, answer: Arrays) -> None:
            write_partition(self._folder, keys[left[place]], answer)
            answers[left[place]] = answer
            self.done += 1
            arrived(left[place], answer)

        self.found += len(tasks) - len(left)
        for number in sorted(answers.keys() - set(left)):
            arrived(number, answers[number])
        self._workers.map(work, shared, _Some(tasks, left), arrived=keep)
        return [answers[number] for number in range(len(tasks))]


class _Some(Sequence[Any]):
    """Some tasks of many, made when they are asked for."""

    def __init__(self, tasks: Sequence[Any], numbers: list[int]) -> None:
        self._tasks, self._numbers = tasks, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401  (whatever a task is)
        return self._tasks[self._numbers[place]]


def partition_path(folder: Path, key: str) -> Path:
    """Return where the partition of a key lies; keys are spread over 256 folders."""
    return folder / key[:2] / f"{key}.parquet"


def write_partition(folder: Path, key: str, answer: Arrays) -> None:
    """Write an answer whole, under another name first."""
    columns = [_column(array, key) for array in answer]
    names = [f"array_{i}" for i in range(len(answer))]
    table = pa.table(columns, names).replace_schema_metadata(
        {_KEY: key.encode(), _DIGEST: digest_of(answer).encode()}
    )
    path = partition_path(folder, key)
    path.parent.mkdir(exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.part")
    parquet.write_table(table, beside, compression="zstd", use_dictionary=False)
    beside.replace(path)


def _column(array: NDArray[np.generic], key: str) -> pa.Array:
    if not isinstance(array, np.ndarray) or array.ndim != 1:
        raise WorkersError(f"partition {key}: an answer holds {type(array).__name__} of no one"
                           " dimension, wanted flat arrays")  # fmt: skip
    return pa.ListArray.from_arrays(pa.array([0, len(array)], pa.int32()), pa.array(array))


def read_partition(folder: Path, key: str) -> Arrays | None:
    """Return the answer of a key; None where there is none, or it is torn, or another's."""
    try:
        table = parquet.read_table(partition_path(folder, key), partitioning=None)
    except (OSError, pa.ArrowException):
        return None
    known = table.schema.metadata or {}
    if known.get(_KEY) != key.encode() or table.num_rows != 1:
        return None
    answer = tuple(
        column.combine_chunks().flatten().to_numpy(zero_copy_only=False).copy()
        for column in table.columns
    )
    return answer if known.get(_DIGEST) == digest_of(answer).encode() else None
