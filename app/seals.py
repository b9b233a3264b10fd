"""Seal a plan folder: plan.json holds the SHA-256 of its siblings and of itself.

A seal finds what changed by accident or by an honest hand. Who wants to deceive can make another
one; against that there is the signed claim pack.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from app.documents import json_bytes
from data.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLAN_FILE = "plan.json"
_FILES, _OWN = "files_sha256", "sha256"


def sealed(document: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Return the bytes of plan.json for its sibling files."""
    whole = dict(document) | {_FILES: {name: _sha256(files[name]) for name in sorted(files)}}
    return json_bytes(whole | {_OWN: _sha256(json_bytes(whole))})


def is_sealed(document: Mapping[str, Any]) -> bool:
    """Tell whether a plan.json says what its folder held; older ones do not."""
    return isinstance(document.get(_FILES), dict) and isinstance(document.get(_OWN), str)


def check_seal(folder: Path, document: Mapping[str, Any]) -> None:
    """Refuse a plan folder whose files changed since they were written.

    Files that are gone are no fault here: who needs one says so. An older plan has no seal.

    Raises
    ------
    DataError
        naming each file that changed.
    """
    if not is_sealed(document):
        return
    wanted = dict(document[_FILES])
    found = {
        name: _sha256((folder / name).read_bytes())
        for name in sorted(wanted)
        if name == (folder / name).name and (folder / name).is_file()
    }
    whole = {name: value for name, value in document.items() if name != _OWN}
    wanted[PLAN_FILE], found[PLAN_FILE] = document[_OWN], _sha256(json_bytes(whole))
    faults = [
        f"{folder / name}: changed since the plan was written; found SHA-256 {digest}, wanted "
        f"{wanted[name]}"
        for name, digest in found.items()
        if digest != wanted[name]
    ]
    if faults:
        raise DataError("\n".join(faults))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
