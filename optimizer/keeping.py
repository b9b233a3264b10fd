"""Files kept between runs: whole or not at all, and never a reason to end a run."""

from __future__ import annotations

import tempfile
from pathlib import Path


def read_kept(file: Path | None, most_bytes: int) -> bytes | None:
    """Return what an earlier run kept, or None: one that cannot be read is as good as none."""
    try:
        if file is None or not file.is_file() or file.stat().st_size > most_bytes:
            return None
        return file.read_bytes()
    except OSError:
        return None


def keep(file: Path, content: bytes) -> bool:
    """Write beside and move in place; return whether that could be done.

    Runs that share a folder overwrite each other's file: the last one stays.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as beside:
            try:
                beside.write(content)
                beside.flush()
                Path(beside.name).replace(file)
            except OSError:
                Path(beside.name).unlink(missing_ok=True)
                raise
    except OSError:
        return False
    return True
