"""Rebuild a statement from a pack's inputs, so that every figure of the signed one is compared."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from data.toml_text import read_toml
from emissions.evidence.canonical import EvidenceError, sha256_hex
from emissions.evidence.recompute import LegFigures, Row, Tables, exact, number
from emissions.ledger.entries import Entry, Kind, Span
from emissions.neutrality.departures import departures_of
from emissions.neutrality.statement import (
    ElectricityUse,
    FactorSet,
    Footprint,
    SafUse,
    Statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from emissions.neutrality.declaration import Declaration

_BASE_UNITS_PER_K = 1000  # g per kg, Wh per kWh


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A row of legs.csv with its recomputed figures."""

    row: Row
    figures: LegFigures

    @property
    def flown(self) -> bool:
        """True for carriage by air."""
        return (self.row["kind"], self.row["mode"]) == ("transport", "air")


def _whole(amount: Decimal) -> int:
    return int((amount * _BASE_UNITS_PER_K).to_integral_value(rounding=ROUND_CEILING))


def _sums(
    legs: Iterable[Leg], name: Callable[[Leg], str], amount: Callable[[Leg], int]
) -> tuple[tuple[str, int], ...]:
    parts: dict[str, int] = defaultdict(int)
    for leg in legs:
        parts[name(leg)] += amount(leg)
    return tuple(sorted(parts.items()))


def _interval_mg(legs: list[Leg]) -> tuple[int, int]:
    sums: dict[tuple[str, float], int] = defaultdict(int)  # whole milligrams: in any order
    for leg in legs:
        sums[leg.figures.category, leg.figures.deviation_share] += leg.figures.wtw_mg
    products: dict[str, list[float]] = defaultdict(list)
    for (category, deviation), mg in sorted(sums.items()):
        products[category].append(mg * deviation)
    widths = [math.fsum(parts) for parts in products.values()]
    half = math.sqrt(math.fsum(width * width for width in widths))
    total = sum(leg.figures.wtw_mg for leg in legs)
    return max(0, round(total - half)), round(total + half)


def _saf(legs: list[Leg], tables: Tables) -> tuple[SafUse, ...]:
    claimed_kg: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        if number(leg.row, "saf_kg"):
            claimed_kg[leg.row["saf_pathway"]] += exact(leg.row, "saf_kg")
    uses = []
    for pathway_id, neat_kg in sorted(claimed_kg.items()):
        pathway = tables.row("pathway_id", pathway_id)
        uses.append(
            SafUse(
                pathway_id=pathway_id,
                neat_g=_whole(neat_kg),
                lhv_mj_per_kg=number(pathway, "lhv_mj_per_kg"),
                total_gco2e_per_mj=number(pathway, "total_gco2e_per_mj"),
            )
        )
    return tuple(uses)


def _electricity(legs: list[Leg], tables: Tables) -> tuple[ElectricityUse, ...]:
    used: dict[str, Decimal] = defaultdict(Decimal)
    covered: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        if number(leg.row, "energy_kwh"):
            market = tables.row("grid_id", leg.row["grid_id"])["country"]
            used[market] += exact(leg.row, "energy_kwh")
            covered[market] += exact(leg.row, "eac_kwh")
    return tuple(
        ElectricityUse(market=m, used_wh=_whole(used[m]), covered_wh=_whole(covered[m]))
        for m in sorted(used)
    )


def _published_later(legs: list[Leg], day: str) -> tuple[tuple[str, str], ...]:
    late: dict[str, str] = {}
    for leg in legs:
        category, published = leg.figures.category, leg.figures.published
        if published > day:
            late[category] = max(late.get(category, ""), published)
    return tuple(sorted(late.items()))


def factor_set(members: Mapping[str, bytes], stated: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the hash of the factor set as it lies in the pack, and the tables it is made of.

    Raises
    ------
    EvidenceError
        if a table is missing or its bytes do not have the hash that stands beside it.
    DataError
        if what stands beside it is not TOML.
    """
    paths = [str(path) for path in stated["tables"]]
    lines = []
    for path in paths:
        card = path.removesuffix(".csv") + ".toml"
        if path not in members or card not in members:
            raise EvidenceError(f"{path}: the table or its TOML is not in the pack")
        try:
            named = read_toml(members[card], card)["table"]["csv_sha256"]
        except (KeyError, TypeError):
            raise EvidenceError(f"{card}: states no csv_sha256") from None
        found = sha256_hex(members[path])
        if found != named:
            raise EvidenceError(f"{path}: sha256 {found}, its TOML says {named}")
        lines.append(f"{path}\n{found}\n")
    return sha256_hex("".join(lines).encode()), paths


def read_uses(stated: Iterable[Mapping[str, str]]) -> tuple[Entry, ...]:
    """Read the uses of lots that a statement lists."""
    try:
        return tuple(
            Entry(
                kind=Kind(use["kind"]),
                lot_id=use["lot_id"],
                span=Span(series=use["series"], start=int(use["from"]), end=int(use["to"])),
                subject=use["subject"],
                on=date.fromisoformat(use["on"]),
            )
            for use in stated
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"statement.json: a use cannot be read ({error})") from None


def rebuild_statement(  # noqa: PLR0913  (a statement has many parts)
    declaration: Declaration,
    legs: list[Leg],
    tables: Tables,
    *,
    factor_set_id: str,
    factor_set_sha256: str,
    factor_paths: list[str],
    entries: tuple[Entry, ...],
) -> Statement:
    """Return the statement that these inputs give."""
    lhv = number(tables.row("carrier_id", "jet"), "lhv_mj_per_kg")
    return Statement(
        declaration=declaration,
        factors=FactorSet(
            factor_set=factor_set_id,
            sha256=factor_set_sha256,
            tables=tuple(factor_paths),
            late=_published_later(legs, str(declaration.day)),
        ),
        physical=Footprint(
            wtt_mg=sum(leg.figures.wtt_mg for leg in legs),
            ttw_mg=sum(leg.figures.ttw_mg for leg in legs),
        ),
        market_based=Footprint(
            wtt_mg=sum(leg.figures.market_wtt_mg for leg in legs),
            ttw_mg=sum(leg.figures.market_ttw_mg for leg in legs),
        ),
        elements=_sums(legs, lambda leg: leg.row["kind"], lambda _: 1),
        by_mode=_sums(legs, lambda leg: leg.row["mode"], lambda leg: leg.figures.wtw_mg),
        by_data_type=_sums(legs, lambda leg: leg.figures.data_type, lambda leg: leg.figures.wtw_mg),
        by_gas_set=_sums(legs, lambda leg: leg.figures.gas_set, lambda leg: leg.figures.wtw_mg),
        interval_mg=_interval_mg(legs),
        air_fuel_mj=math.fsum(leg.figures.fuel_kg * lhv for leg in legs if leg.flown),
        saf=_saf(legs, tables),
        electricity=_electricity(legs, tables),
        entries=entries,
        departures=departures_of(leg.row for leg in legs),
    )


def differences(stated: object, rebuilt: object, path: str = "") -> list[str]:
    """Return where two JSON values differ, each with what is stated and what follows."""
    if isinstance(stated, dict) and isinstance(rebuilt, dict):
        keys = sorted(set(stated) | set(rebuilt))
        return [
            text
            for key in keys
            for text in differences(stated.get(key), rebuilt.get(key), f"{path}.{key}".lstrip("."))
        ]
    if isinstance(stated, list) and isinstance(rebuilt, list) and len(stated) == len(rebuilt):
        pairs = enumerate(zip(stated, rebuilt, strict=True))
        return [text for i, (a, b) in pairs for text in differences(a, b, f"{path}[{i}]")]
    if stated == rebuilt:
        return []
    return [f"{path}: stated {str(stated)[:120]}, recomputed {str(rebuilt)[:120]}"]
