"""Keep what a host offers: footprints by name and activity data, as a folder of JSON files."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785

from data.errors import DataError
from emissions.exchange.decoding import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Document = dict[str, Any]

FOOTPRINTS, ACTIVITIES = "footprints", "tad"
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://greenlane.invalid/exchange/tad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a host offers, in the order in which it is listed; it does not change while served."""

    footprints: Mapping[str, Document]
    tads: tuple[Document, ...]

    @classmethod
    def of(cls, footprints: Iterable[Document], tads: Iterable[Document]) -> Store:
        """Return a store of documents, sorted by their names."""
        by_id = {str(f["id"]).lower(): f for f in footprints}
        return cls(
            footprints=dict(sorted(by_id.items())),
            tads=tuple(sorted(tads, key=lambda t: str(t["activityId"]))),
        )


def write_store(
    folder: Path, footprints: Iterable[Document], tads: Iterable[Document]
) -> tuple[Path, ...]:
    """Write each document as a file of its own, in canonical JSON: same content, same bytes.

    Files of an earlier export are taken away, for a host would go on offering them.
    """
    files = {
        folder / FOOTPRINTS / f"{uuid.UUID(str(f['id']))}.json": rfc8785.dumps(f)
        for f in footprints
    } | {
        folder / ACTIVITIES / f"{uuid.uuid5(_SPACE, str(t['activityId']))}.json": rfc8785.dumps(t)
        for t in tads
    }
    for name in (FOOTPRINTS, ACTIVITIES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for old in _documents(folder / name):
            if old not in files:
                old.unlink()
    for path, content in files.items():
        path.write_bytes(content)
    return tuple(sorted(files))


def read_store(folder: Path) -> Store:
    """Read what `write_store` wrote.

    Raises
    ------
    DataError
        if there is no such folder, or a file is not what its name says.
    """
    if not (folder / FOOTPRINTS).is_dir():
        raise DataError(f"{folder}: no {FOOTPRINTS}, wanted a folder that `exchange` wrote")
    footprints = [_document(p, "id", p.stem) for p in _documents(folder / FOOTPRINTS)]
    tads = [_document(p, "activityId", "") for p in _documents(folder / ACTIVITIES)]
    return Store.of(footprints, tads)


def _documents(folder: Path) -> list[Path]:
    """Return files named by a UUID: no other file in the folder is ours."""
    return [p for p in sorted(folder.glob("*.json")) if _is_uuid(p.stem)]


def _is_uuid(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def _document(path: Path, key: str, wanted: str) -> Document:
    value = read_json(path.read_bytes(), where=path.name)
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, str) or (wanted and found.lower() != wanted):
        raise DataError(f"{path.name}: {key} {found!r}, wanted {wanted or 'a name'}")
    return dict(value)
