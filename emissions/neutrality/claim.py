"""Turn an inventory, a book and a declaration into a statement, using units from the book."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from data.units import WH_PER_KWH
from emissions.inventory import published_after
from emissions.ledger.book import Book, draw
from emissions.ledger.credits import KG_PER_CREDIT
from emissions.ledger.entries import Kind
from emissions.neutrality.departures import UNTIMED, Departures
from emissions.neutrality.statement import (
    ElectricityUse,
    FactorSet,
    Footprint,
    SafUse,
    Statement,
)

if TYPE_CHECKING:
    from emissions.chain import TCE
    from emissions.factors import Factors
    from emissions.inventory import Emissions, Inventory
    from emissions.neutrality.declaration import Declaration

_G_PER_KG = 1000


def whole_units(amount: Decimal, per_unit: int) -> int:
    """Return an amount in base units, rounded up: a use is never smaller than its claim.

    >>> whole_units(Decimal("0.000001"), 1000)
    1
    """
    return int((amount * per_unit).to_integral_value(rounding=ROUND_CEILING))


def _footprint(emissions: Emissions) -> Footprint:
    return Footprint(wtt_mg=emissions.wtt_mg, ttw_mg=emissions.ttw_mg)


def _saf(inventory: Inventory, factors: Factors) -> tuple[SafUse, ...]:
    claimed_kg: dict[str, Decimal] = defaultdict(Decimal)
    for line in inventory.lines:
        if line.element.saf_kg:
            claimed_kg[line.element.saf_pathway] += Decimal(repr(line.element.saf_kg))
    uses = []
    for pathway_id, neat_kg in sorted(claimed_kg.items()):
        pathway = factors.pathway(pathway_id)
        uses.append(
            SafUse(
                pathway_id=pathway_id,
                neat_g=whole_units(neat_kg, _G_PER_KG),
                lhv_mj_per_kg=pathway.lhv_mj_per_kg,
                total_gco2e_per_mj=pathway.total_gco2e_per_mj,
            )
        )
    return tuple(uses)


def _electricity(inventory: Inventory, factors: Factors) -> tuple[ElectricityUse, ...]:
    used: dict[str, Decimal] = defaultdict(Decimal)
    covered: dict[str, Decimal] = defaultdict(Decimal)
    for line in inventory.lines:
        element = line.element
        if element.energy_kwh:
            market = factors.grid(element.grid_id).country
            used[market] += Decimal(repr(element.energy_kwh))
            covered[market] += Decimal(repr(element.eac_kwh))
    return tuple(
        ElectricityUse(
            market=market,
            used_wh=whole_units(used[market], WH_PER_KWH),
            covered_wh=whole_units(covered[market], WH_PER_KWH),
        )
        for market in sorted(used)
    )


def _parts(inventory: Inventory, field: str) -> tuple[tuple[str, int], ...]:
    parts: dict[str, int] = defaultdict(int)
    for line in inventory.lines:
        name = line.element.mode if field == "mode" else str(getattr(line, field))
        parts[name] += line.physical.wtw_mg
    return tuple(sorted(parts.items()))


def _elements(inventory: Inventory) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for line in inventory.lines:
        counts[line.element.kind] += 1
    return tuple(sorted(counts.items()))


def _flown(element: TCE) -> bool:
    return element.kind == "transport" and element.mode == "air"


def _air_fuel_mj(inventory: Inventory, factors: Factors) -> float:
    lhv = factors.carrier("jet").lhv_mj_per_kg
    return math.fsum(line.fuel_kg * lhv for line in inventory.lines if _flown(line.element))


def _use_units(statement: Statement, book: Book) -> Book:
    subject, on = statement.declaration.subject_name, statement.declaration.day
    for claim in statement.saf:
        book = draw(
            book, Kind.SAF, claim.neat_g, subject=subject, on=on, attribute=claim.pathway_id
        )
    for use in statement.electricity:
        book = draw(
            book, Kind.ELECTRICITY, use.covered_wh, subject=subject, on=on, attribute=use.market
        )
    if statement.declaration.kind == "achievement":
        # What is there is used; a shortfall is a finding of the self-check, not an error.
        needed_kg = statement.units_needed * KG_PER_CREDIT
        credits_kg = min(needed_kg, book.available(Kind.CREDIT))
        book = draw(book, Kind.CREDIT, credits_kg, subject=subject, on=on)
    return book


def declare(
    declaration: Declaration,
    inventory: Inventory,
    book: Book,
    factors: Factors,
    *,
    departures: Departures = UNTIMED,
) -> tuple[Statement, Book]:
    """Return the statement, and the book in which its SAF, certificates and credits are used.

    `departures` tell whether the freight is of the declared period; without them nobody knows.

    Raises
    ------
    LedgerError
        if the legs claim more SAF or certified electricity than the book holds for their pathway
        and market: such a market-based column has no ground.
    """
    bare = Statement(
        declaration=declaration,
        factors=FactorSet(
            factor_set=inventory.factor_set,
            sha256=inventory.factor_set_sha256,
            tables=tuple(table.path for table in factors.tables),
            late=tuple(published_after(inventory, factors, declaration.day).items()),
        ),
        physical=_footprint(inventory.physical),
        market_based=_footprint(inventory.market_based),
        elements=_elements(inventory),
        by_mode=_parts(inventory, "mode"),
        by_data_type=_parts(inventory, "data_type"),
        by_gas_set=_parts(inventory, "gas_set"),
        interval_mg=inventory.interval_mg(),
        air_fuel_mj=_air_fuel_mj(inventory, factors),
        saf=_saf(inventory, factors),
        electricity=_electricity(inventory, factors),
        entries=(),
        departures=departures,
    )
    after = _use_units(bare, book)
    return replace(bare, entries=after.entries[len(book.entries) :]), after
