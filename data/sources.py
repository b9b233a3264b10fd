"""Say who said so: every shipped figure names a source, every source its licence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.errors import DataError

# Licences under which a figure may stand in this repository and in its wheel.
SHIPPABLE_LICENCES = frozenset(
    {
        "OGL-UK-3.0",
        "CC-BY-4.0",
        "CC0-1.0",
        "Apache-2.0",
        "MIT",
        "public-domain",
        "EU-reuse-2011-833",
        "ODbL-1.0",  # databases derived from OpenStreetMap: in a folder of their own, with notice
        "LicenseRef-facts-cited",  # single facts with their citation; no table of anyone is copied
        "LicenseRef-own-work",  # our own assumptions, under this project's licence
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One publication from which figures were taken."""

    source_id: str
    publisher: str
    title: str
    edition: str
    published_on: date | None
    locator: str
    url: str
    licence: str
    retrieved: date | None
    read: str  # direct, transcription, secondary or memory: how close we came to the original


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCard:
    """What a table's TOML says of it: title, licence, hash of its bytes, and its sources."""

    title: str
    licence: str
    ship: bool
    sha256: str
    notes: str
    sources: dict[str, Source]


def _date_or_none(value: object) -> date | None:
    return value if isinstance(value, date) else None


def read_sources(document: dict[str, Any], file: str) -> dict[str, Source]:
    """Read the `[source.ID]` tables of a parsed TOML document."""
    sources = {}
    for source_id, entry in document.get("source", {}).items():
        missing = [k for k in ("publisher", "title", "licence") if not entry.get(k)]
        if missing:
            raise DataError(f"{file}: source {source_id} lacks {', '.join(missing)}")
        sources[source_id] = Source(
            source_id=source_id,
            publisher=str(entry["publisher"]),
            title=str(entry["title"]),
            edition=str(entry.get("edition", "")),
            published_on=_date_or_none(entry.get("published_on")),
            locator=str(entry.get("locator", "")),
            url=str(entry.get("url", "")),
            licence=str(entry["licence"]),
            retrieved=_date_or_none(entry.get("retrieved")),
            read=str(entry.get("read", "")),
        )
    return sources


def read_card(content: bytes, file: str) -> TableCard:
    """Read the TOML that stands beside a table.

    Raises
    ------
    DataError
        if it is not TOML or says too little.
    """
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: not readable as TOML ({error})") from None
    table = document.get("table", {})
    missing = [k for k in ("title", "licence", "csv_sha256") if not table.get(k)]
    if missing:
        raise DataError(f"{file}: [table] lacks {', '.join(missing)}")
    return TableCard(
        title=str(table["title"]),
        licence=str(table["licence"]),
        ship=bool(table.get("ship", False)),
        sha256=str(table["csv_sha256"]),
        notes=str(table.get("notes", "")),
        sources=read_sources(document, file),
    )
