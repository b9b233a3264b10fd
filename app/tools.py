"""Open what every step needs; light, so that a verb that needs no more answers at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import read_settings
from data.catalogue import open_catalogue
from emissions.factors import Factors

if TYPE_CHECKING:
    from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every step needs: the shipped tables, one edition of factors, a place to keep finds."""

    catalogue: Catalogue
    factors: Factors
    cache_dir: Path | None = None
    library_dir: Path = Path()


def open_tools() -> Tools:
    """Open the shipped tables and the default factor set."""
    catalogue, settings = open_catalogue(), read_settings()
    return Tools(
        catalogue=catalogue,
        factors=Factors.load(catalogue),
        cache_dir=Path(settings.cache_dir),
        library_dir=Path(settings.library_dir),
    )
