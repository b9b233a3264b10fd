"""Ask what a measure would save: the footprint of what it changes, taken again, per year.

Each measure stands alone against the same baseline, and all of them in their order together, so
that savings that overlap are seen. Physical and market-based savings are two columns. Offsets are
no measure: they lower no footprint.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.errors import DataError, GreenlaneError
from data.toml_text import read_toml
from data.units import KG_PER_TONNE, MG_PER_KG, kg_text
from emissions.errors import MixedWarmingError
from emissions.inventory import take_inventory
from emissions.measure_kinds import DERIVED, KINDS
from emissions.targets import number_of, refuse_unknown
from emissions.uncertainty import Estimate, probability_greener

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emissions.chain import TCE
    from emissions.factors import Factors
    from emissions.inventory import Inventory

    Key = tuple[str, int]

DAYS_PER_YEAR = 365.0
_FIELDS = ("kind", "mode", "origin", "destination", "shipment_id", "toc_id", "hoc_id", "grid_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One what-if: its kind, which elements it touches, its figures, its cost."""

    name: str
    kind: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    cost_eur_per_year: float | None = None

    def hits(self, e: TCE) -> bool:
        """Tell whether it touches an element."""
        found = {name: str(getattr(e, name)).partition(DERIVED)[0] for name in self.where}
        return all(found[name] in values for name, values in self.where.items())

    def number(self, name: str, default: float | None = None) -> float:
        """Return one of its figures, refused if it is none or below 0."""
        value = number_of(self.options, name, f"measure {self.name!r}", default)
        if value < 0:
            raise DataError(f"measure {self.name!r}: {name} {value}, wanted >= 0")
        return value

    def share(self, name: str, default: float | None = None) -> float:
        """Return one of its figures that is a share."""
        value = self.number(name, default)
        if value > 1:
            raise DataError(f"measure {self.name!r}: {name} {value}, wanted a share of at most 1")
        return value

    def word(self, name: str) -> str:
        """Return one of its names; blank if it has none."""
        return str(self.options.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a footprint is taken of: elements, factors, and the packaging inside their mass."""

    elements: tuple[TCE, ...]
    factors: Factors
    packaging_kg: Mapping[Key, float] = field(default_factory=dict)
    outside_mg: int = 0  # saved outside of transport, as the author of a measure states it


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a measure saves in a year; above 0 is less emitted."""

    measure: Measure
    changed: int  # elements
    physical_mg: int
    market_mg: int
    outside_mg: int
    low_mg: int  # 95 % interval of the physical saving
    high_mg: int
    probability: float | None  # that it saves at all, physically

    @property
    def status(self) -> str:
        """What it does, in a word or two."""
        if not (self.physical_mg or self.market_mg or self.outside_mg):
            return "changes nothing"
        if self.physical_mg + self.outside_mg == 0:
            return "market-based only"
        return "saves" if self.physical_mg + self.outside_mg > 0 else "emits more"

    def document(self) -> dict[str, Any]:
        """Return a row of the table that compares measures."""
        basis = "physical" if self.physical_mg or self.outside_mg else "market-based"
        saved = self.physical_mg + self.outside_mg if basis == "physical" else self.market_mg
        tonnes = saved / MG_PER_KG / KG_PER_TONNE
        cost = self.measure.cost_eur_per_year
        return {
            "name": self.measure.name,
            "kind": self.measure.kind,
            "status": self.status,
            "elements_changed": self.changed,
            "saves_kgco2e_per_year": kg_text(self.physical_mg),
            "market_saves_kgco2e_per_year": kg_text(self.market_mg),
            "outside_saves_kgco2e_per_year": kg_text(self.outside_mg),
            "interval_kgco2e_per_year": {
                "low": kg_text(self.low_mg),
                "high": kg_text(self.high_mg),
            },
            "probability_saves": self.probability,
            "cost_eur_per_year": cost,
            "eur_per_t": cost / tonnes if cost is not None and tonnes > 0 else None,
            "eur_per_t_of": basis,
            "assumption": " ".join(KINDS[self.measure.kind][2].split()),
        }


def weigh(world: World, measures: Sequence[Measure], *, per_year: float = 1.0) -> dict[str, Any]:
    """Return the table of all measures, each alone, and all together in their order.

    `per_year` is how often the footprint of `world` occurs in a year (`per_year_of`).

    Raises
    ------
    DataError
        naming the measure that cannot be evaluated, and why.
    """
    alone = [_effect(m, world, apply(world, m), per_year) for m in measures]
    steps, now = [], world
    for m in measures:
        after = apply(now, m)
        steps.append(_effect(m, now, after, per_year))
        now = after
    sums = {name: sum(getattr(e, f"{name}_mg") for e in steps) for name in ("physical", "market")}
    apart = {name: sum(getattr(e, f"{name}_mg") for e in alone) for name in sums}
    return {
        "per_year": per_year,
        "measures": [e.document() for e in alone],
        "together": {
            "saves_kgco2e_per_year": kg_text(sums["physical"]),
            "market_saves_kgco2e_per_year": kg_text(sums["market"]),
            "interaction_kgco2e_per_year": kg_text(sums["physical"] - apart["physical"]),
            "market_interaction_kgco2e_per_year": kg_text(sums["market"] - apart["market"]),
            "steps": [e.document() for e in steps],
        },
        "note": "Each alone against the same baseline; together in their order. Offsets are no "
        "measure. The interval holds the errors of the factors, not those of the assumptions.",
    }


def per_year_of(elements: Iterable[TCE], scale: Mapping[str, float]) -> float:
    """Return how often elements occur in a year: by `legs_per_year`, or by `period_days`."""
    if "period_days" in scale:
        return DAYS_PER_YEAR / scale["period_days"]
    legs = sum(e.kind == "transport" for e in elements)
    return scale["legs_per_year"] / legs if "legs_per_year" in scale and legs else 1.0


def apply(world: World, measure: Measure) -> World:
    """Return the world after a measure; elements that it does not touch are the same objects."""
    try:
        return KINDS[measure.kind][0](world, measure)
    except DataError:
        raise
    except GreenlaneError as fault:
        raise DataError(f"measure {measure.name!r}: {fault}") from fault


def _effect(measure: Measure, before: World, after: World, per_year: float) -> Effect:
    kept = {id(e) for e in before.elements} & {id(e) for e in after.elements}
    old = _inventory([e for e in before.elements if id(e) not in kept], before, measure)
    new = _inventory([e for e in after.elements if id(e) not in kept], after, measure)
    sets = tuple(sorted({*old.gwp_sets, *new.gwp_sets}))
    if len(sets) > 1:
        raise DataError(f"measure {measure.name!r}: {MixedWarmingError(sets)}")
    a, b = _estimate(new), _estimate(old)
    halves = (a.half_mg.get(c, 0.0) - b.half_mg.get(c, 0.0) for c in {*a.half_mg, *b.half_mg})
    half = math.sqrt(math.fsum(sorted(h * h for h in halves)))
    saved = old.physical.wtw_mg - new.physical.wtw_mg
    return Effect(
        measure=measure,
        changed=max(len(old.lines), len(new.lines)),
        physical_mg=round(saved * per_year),
        market_mg=round((old.market_based.wtw_mg - new.market_based.wtw_mg) * per_year),
        outside_mg=round((after.outside_mg - before.outside_mg) * per_year),
        low_mg=round((saved - half) * per_year),
        high_mg=round((saved + half) * per_year),
        probability=probability_greener(a, b) if saved or half else None,
    )


def _inventory(elements: list[TCE], world: World, measure: Measure) -> Inventory:
    try:
        return take_inventory(elements, world.factors, mixed_gwp=True)
    except GreenlaneError as fault:
        raise DataError(f"measure {measure.name!r}: {fault}") from fault


def _estimate(inventory: Inventory) -> Estimate:
    parts = (
        (x.category.partition(DERIVED)[0], x.physical.wtw_mg, x.deviation_share)
        for x in inventory.lines
    )
    return Estimate.of("", parts)


_KEYS = ("name", "kind", "where", "cost_eur_per_year")


def read_measures(
    content: bytes, file: str = "measures.toml"
) -> tuple[tuple[Measure, ...], dict[str, float]]:
    """Return the `[[measure]]` entries of a file and its `[scale]` to a year.

    Raises
    ------
    DataError
        naming the entry and what was wanted of it.
    """
    document = read_toml(content, file)
    refuse_unknown(document, ("scale", "measure"), file)
    scale, entries = document.get("scale", {}), document.get("measure")
    refuse_unknown(scale, ("legs_per_year", "period_days"), f"{file} [scale]")
    numbers = {name: number_of(scale, name, f"{file} [scale]") for name in scale}
    if len(numbers) > 1 or not all(v > 0 for v in numbers.values()):
        raise DataError(f"{file} [scale]: wanted one of legs_per_year and period_days, above 0")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{file}: found no [[measure]], wanted at least one")
    return tuple(_measure(e, f"{file} measure {n}") for n, e in enumerate(entries, 1)), numbers


def _measure(entry: Mapping[str, Any], where: str) -> Measure:
    kind = str(entry.get("kind", "")) if isinstance(entry, dict) else ""
    if kind not in KINDS:
        offset = "; offsets are no measure" if "offset" in kind or "credit" in kind else ""
        raise DataError(f"{where}: kind {kind!r}, wanted one of {', '.join(KINDS)}{offset}")
    options = KINDS[kind][1].split()
    refuse_unknown(entry, (*_KEYS, *options), where)
    chosen = entry.get("where", {})
    refuse_unknown(chosen, _FIELDS, f"{where} where")
    cost = "cost_eur_per_year"
    return Measure(
        name=str(entry.get("name") or where),
        kind=kind,
        where={
            k: tuple(map(str, v)) if isinstance(v, list) else (str(v),) for k, v in chosen.items()
        },
        options={name: entry[name] for name in options if name in entry},
        cost_eur_per_year=number_of(entry, cost, where) if cost in entry else None,
    )
