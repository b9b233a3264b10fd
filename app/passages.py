"""Name what a way may pass, and what a planner may close, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from data.network_schemas import FIXED_LINKS, GAUGE_STATIONS, PASSAGES, RAIL_LINES
from optimizer.routers import ALWAYS_CLOSED, open_router

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.tools import Tools
    from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Closable:
    """Everything that may be closed, by label or code, with words for each."""

    passages: Mapping[str, str]
    countries: Mapping[str, str]  # ISO 3166 alpha-2


def passage_names(tools: Tools) -> Mapping[str, str]:
    """Return the names of straits, canals, fixed links, gauge changes and cited lines by label."""
    return _names(tools.catalogue)


def closable(tools: Tools) -> Closable:
    """Return what may be closed; what always is stands for no choice."""
    return _closable(tools.catalogue)


@lru_cache(maxsize=1)
def _names(catalogue: Catalogue) -> Mapping[str, str]:
    seas = _rows(catalogue, "passages")
    links = _rows(catalogue, "fixed_links")
    gauges = _rows(catalogue, "rail_gauge_stations")
    lines = _rows(catalogue, "rail_lines")
    return MappingProxyType(
        {
            **{row["passage"]: row["name"] for row in seas},
            # A bridge for roads and rails has a row for each; the shorter name tells no mode.
            **dict(sorted(((r["link_id"], r["name"]) for r in links), key=_long_names_first)),
            **{f"gauge:{r['station_id']}": f"gauge change {r['name']}" for r in gauges},
            **{f"line:{row['line_id']}": row["name"] for row in lines},
        }
    )


_SCHEMAS = {x.name: x for x in (PASSAGES, FIXED_LINKS, GAUGE_STATIONS, RAIL_LINES)}


def _rows(catalogue: Catalogue, name: str) -> Iterable[Mapping[str, Any]]:
    return catalogue.table(f"network/{name}.csv", _SCHEMAS[name]).rows


def _long_names_first(item: tuple[str, str]) -> tuple[int, str]:
    return -len(item[1]), item[0]


@lru_cache(maxsize=1)
def _closable(catalogue: Catalogue) -> Closable:
    router, names, countries = open_router(catalogue), _names(catalogue), country_names()
    at_sea = set(router.passages)
    ranked = sorted(
        router.closable - ALWAYS_CLOSED,
        key=lambda label: (label not in at_sea, ":" in label, names[label].casefold()),
    )
    codes = sorted(router.airspace.names, key=lambda code: (countries.get(code, code), code))
    return Closable(
        passages={label: _option(label, names[label], at_sea) for label in ranked},
        countries={code: f"{countries.get(code, code)} ({code})" for code in codes},
    )


def _option(label: str, name: str, at_sea: set[str]) -> str:
    if label in at_sea:
        return f"{name} (sea)"
    if label.startswith("gauge:"):
        return f"{name.removeprefix('gauge change ')} (rail gauge change)"
    return f"{name} (fixed link)"


@lru_cache(maxsize=1)
def country_names() -> Mapping[str, str]:
    """Return English names of countries by ISO 3166 alpha-2, as the time zone database has them."""
    table = resources.files("tzdata") / "zoneinfo" / "iso3166.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return MappingProxyType(dict(rows))
