"""Read the environment once; the floors below get parameters, never configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may set outside of arguments."""

    cache_dir: str  # distances once found; safe to delete at any time
    output_dir: str = "out"
    key_passphrase: bytes = b""
    library_dir: str = ""  # factor sets that a user imported


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return settings from GREENLANE_OUTPUT_DIR, _CACHE_DIR, _LIBRARY_DIR and _KEY_PASSPHRASE."""
    env = os.environ if environment is None else environment
    return Settings(
        output_dir=env.get("GREENLANE_OUTPUT_DIR", "out"),
        cache_dir=env.get("GREENLANE_CACHE_DIR") or _usual_cache(env),
        library_dir=env.get("GREENLANE_LIBRARY_DIR") or _usual_library(env),
        key_passphrase=env.get("GREENLANE_KEY_PASSPHRASE", "").encode(),
    )


def _usual_cache(env: Mapping[str, str]) -> str:
    """Return where the system keeps what can be made again."""
    if base := env.get("XDG_CACHE_HOME") or env.get("LOCALAPPDATA"):
        return str(Path(base) / "greenlane")
    return str(Path("~/.cache/greenlane").expanduser())


def _usual_library(env: Mapping[str, str]) -> str:
    """Return where the system keeps what a user brought, and cannot be made again."""
    if base := env.get("XDG_DATA_HOME") or env.get("LOCALAPPDATA"):
        return str(Path(base) / "greenlane" / "factors")
    return str(Path("~/.local/share/greenlane/factors").expanduser())
