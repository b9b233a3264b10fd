"""Read the environment once; the floors below get parameters, never configuration."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may set outside of arguments."""

    output_dir: str = "out"
    key_passphrase: bytes = b""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return settings from GREENLANE_OUTPUT_DIR and GREENLANE_KEY_PASSPHRASE."""
    env = os.environ if environment is None else environment
    return Settings(
        output_dir=env.get("GREENLANE_OUTPUT_DIR", "out"),
        key_passphrase=env.get("GREENLANE_KEY_PASSPHRASE", "").encode(),
    )
