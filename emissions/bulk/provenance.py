"""Say of each leg what it stands on: quality, interval, sources, gases and the working in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data.units import KG_PER_TONNE, MG_PER_KG
from emissions.bulk.bases import CARRIAGE, HUB_RATE, Bases, rank_of
from emissions.bulk.engine import literal, name
from emissions.bulk.figures import MG
from emissions.bulk.terms import column, term
from emissions.kernel import teu_of
from emissions.uncertainty import with_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emissions.bulk.engine import Engine
    from emissions.bulk.figures import Shape
    from emissions.categories import Origin

WARMING_BITS = ("AR4", "AR5", "AR6")
_TYPES = {"p_data_type": pa.string(), "p_quality": pa.string(), "p_source_id": pa.string()}
_TYPES |= {"p_gas_set": pa.string(), "p_gwp_set": pa.string(), "p_deviation": pa.float64()}


@dataclass(frozen=True)
class Provenance:
    """What legs stand on, by basis, fuel burnt or not, grid and SAF pathway."""

    bases: Bases
    shape: Shape

    @cached_property
    def table(self) -> pa.Table:
        """One row per combination that a leg can have."""
        rows = list(self._rows())
        names = ("p_key", *_TYPES, "p_rank", "p_warming")
        return pa.table(
            {n: pa.array([r[n] for r in rows], _TYPES.get(n, pa.int64())) for n in names}
        )

    def set_up(self, engine: Engine) -> None:
        """Give an engine the combinations."""
        engine.load("provenance", self.table)

    @property
    def key_sql(self) -> str:
        """The number of a leg's combination."""
        grid = "CASE WHEN x_drawn <> 0 THEN g_no ELSE 0 END" if self.shape.has_grid else "0"
        saf = "CASE WHEN x_saf_mj <> 0 THEN s_no ELSE 0 END" if self.shape.has("saf_kg") else "0"
        grids, ways = len(self.bases.factors.grids) + 1, len(self.bases.factors.pathways) + 1
        return f"((b_no * 2 + (x_burnt <> 0)::BIGINT) * {grids} + {grid}) * {ways} + {saf}"

    def _rows(self) -> Iterator[dict[str, Any]]:
        factors = self.bases.factors
        grids = list(factors.grids.values()) if self.shape.has_grid else []
        ways = list(factors.pathways.values()) if self.shape.has("saf_kg") else []
        span = (len(factors.grids) + 1, len(factors.pathways) + 1)
        for number, basis, fuel in self._users():
            energy = fuel is not None
            for burnt in (0, 1) if energy else (0,):
                for g, grid in enumerate([None, *grids] if energy else [None]):
                    parts = [basis, *([fuel] if burnt else []), *([grid] if grid else [])]
                    for s, way in enumerate([None, *ways] if not energy else [None]):
                        key = ((number * 2 + burnt) * span[0] + g) * span[1] + s
                        yield {"p_key": key} | _standing(parts, way)

    def _users(self) -> Iterator[tuple[int, Any, Any]]:
        """Yield each basis with the fuel that it may burn; None where it stands on an intensity."""
        factors = self.bases.factors
        for i, key in enumerate(self.bases.carriage_ids):
            vehicle = factors.vehicles.get(key)
            if vehicle is None:
                yield i, factors.tocs[key], None
            else:
                yield i, vehicle, factors.carriers.get(vehicle.carrier_id, ())
        for i, hoc in enumerate(factors.hocs.values(), start=len(self.bases.carriage_ids)):
            yield i, hoc, factors.carriers.get("diesel", ()) if hoc.by_energy else None


def _standing(parts: list[Any], way: Any) -> dict[str, Any]:  # noqa: ANN401  (kinds of factors)
    found = [part for part in parts if part != ()]
    origins: list[Origin] = [part.origin for part in found] + ([way.origin] if way else [])
    gases = {getattr(part, "gas_set", "") for part in found} - {""}
    warming = {getattr(part, "gwp_set", "") for part in found} - {"", "none"}
    quality = max((o.quality for o in origins), key=rank_of)
    sources = dict.fromkeys(one for o in origins for one in o.source_id.split("|"))
    return {
        "p_data_type": origins[0].data_type,
        "p_quality": quality,
        "p_source_id": "|".join(sources),
        "p_gas_set": "+".join(sorted(gases)) or "none",
        "p_gwp_set": "+".join(sorted(warming)) or "none",
        "p_deviation": found[0].deviation_share,
        "p_rank": rank_of(quality),
        "p_warming": sum(1 << i for i, one in enumerate(WARMING_BITS) if one in warming),
    }


def kg_sql(mg: str) -> str:
    """Write whole milligrams as kilograms with exactly six decimals, as `kg_text` does."""
    return f"CAST(CAST({mg} AS DECIMAL(20,0)) * CAST('0.000001' AS DECIMAL(7,6)) AS VARCHAR)"


def working_sql(shape: Shape) -> str:
    """Return the formula of a leg with its numbers, as an inventory words it."""
    tonnes = f"format('{{:g}} t', x_mass / {term(KG_PER_TONNE)})"
    boxes: Any = term(teu_of(column("x_mass"), None))  # type: ignore[arg-type]
    teu = f"coalesce(teu, {boxes})" if shape.has("teu") else str(boxes)
    load = f"CASE WHEN b_by_teu THEN format('{{:g}} TEU', {teu}) ELSE {tonnes} END"
    text = (
        f"CASE b_what WHEN {CARRIAGE} THEN {_carried(shape, load)} "
        f"WHEN {HUB_RATE} THEN {tonnes} || ' x ' || b_rate ELSE {_own_energy(shape)} END"
    )
    if shape.has("saf_kg"):
        told = "'; market: {:g} kg neat SAF [{}] of {:g} kg fuel'"
        text = _unless_zero(text, "saf_kg", f"format({told}, saf_kg, saf_pathway, x_fuel_kg)")
    if shape.has("eac_kwh"):
        text = _unless_zero(
            text, "eac_kwh", "format('; market: {:g} kWh under certificates', eac_kwh)"
        )
    return text


def _unless_zero(text: str, amount: str, more: str) -> str:
    return f"({text}) || CASE WHEN coalesce({amount}, 0) <> 0 THEN {more} ELSE '' END"


def _carried(shape: Shape, load: str) -> str:
    """Return the working of carriage: load, distance, adjustment where there is one, and rates."""
    rate = "' x ' || b_rate"
    text = "''"
    if shape.has("distance_km"):
        daf = (
            "CASE WHEN b_add_km IS NOT NULL THEN "
            "format(' x DAF {:.6g}', (distance_km + b_add_km) / distance_km) "
            "WHEN b_daf <> 1 THEN format(' x DAF {:.6g}', b_daf) ELSE '' END"
        )
        kind = shape.value("distance_kind")
        way = f"format(' x {{:g}} km ({{}})', distance_km, coalesce({kind}, ''))"
        text = f"{load} || {way} || {daf} || {rate}"
    if shape.has("activity_tkm"):
        stated = f"format('{{:g}} tkm as the carrier states', activity_tkm) || {rate}"
        text = f"CASE WHEN activity_tkm IS NOT NULL THEN {stated} ELSE {text} END"
    return text


def _own_energy(shape: Shape) -> str:
    parts = []
    if shape.has("fuel_kg"):
        parts.append("CASE WHEN x_burnt <> 0 THEN format('{:g} kg fuel', x_burnt) END")
    if shape.has_grid:
        told = "'{:g} kWh x {:g} kg/kWh [{}]'"
        drawn = f"format({told}, x_drawn, g_location, {shape.value('grid_id')})"
        parts.append(f"CASE WHEN x_drawn <> 0 THEN {drawn} END")
    energy = f"concat_ws(' + ', {', '.join(parts)})" if parts else "''"
    basis = f"coalesce({shape.value('toc_id')}, {shape.value('hoc_id')})"
    return f"coalesce(nullif({energy}, ''), 'no energy') || ' [' || {basis} || ']'"


def outcome_sql(
    shape: Shape, factor_set: tuple[str, str], *, kg: bool, working: bool
) -> dict[str, str]:
    """Return the columns that a footprint adds to a leg, by name, in their order.

    `formula` is that of the category, the same for all its legs; `working`, where it is asked for,
    holds the numbers of each leg in words and takes half of the time.
    """
    steps = f"coalesce({shape.value('match_steps', '0')}, 0)"
    wtw, market = "(wtt_mg + ttw_mg)", "(market_wtt_mg + market_ttw_mg)"
    deviation: Any = with_steps(column("p_deviation"), column(f"{steps}::DOUBLE"))  # type: ignore[arg-type]
    low = f"greatest(0, CAST({column(wtw + '::DOUBLE') * (1 - deviation)} AS BIGINT))"
    high = f"CAST({column(wtw + '::DOUBLE') * (1 + deviation)} AS BIGINT)"
    amounts = {n: n for n in MG[:2]} | {"wtw_mg": wtw} | {n: n for n in MG[2:4]}
    amounts |= {"market_wtw_mg": market, "low_mg": low, "high_mg": high}
    amounts |= {"biogenic_mg": MG[4], "rf_memo_mg": MG[5]}
    if kg:
        amounts = {_kg_name(n): kg_sql(sql) for n, sql in amounts.items()}
    warned = f"{steps} > 0"
    return amounts | {
        "burnt_kg": f"nullif(round(x_fuel_kg, {len(str(MG_PER_KG)) - 1}), 0)",
        "data_type": "p_data_type",
        "quality": "p_quality",
        "quality_tier": f"1 + p_rank + {steps}",
        "deviation_share": str(deviation),
        "gas_set": "p_gas_set",
        "gwp_set": "p_gwp_set",
        "source_id": "p_source_id",
        "factor_set": literal(factor_set[0]),
        "factor_set_sha256": literal(factor_set[1]),
        "status": f"CASE WHEN {warned} THEN 'warned' ELSE 'ok' END",
        "codes": f"CASE WHEN {warned} THEN 'ladder' ELSE '' END",
        "formula": "b_formula",
        **({"working": working_sql(shape)} if working else {}),
    }


def _kg_name(mg: str) -> str:
    stem = mg.removesuffix("_mg")
    return f"{stem}_kgco2" if stem == "biogenic" else f"{stem}_kgco2e"


def legs_sql(
    measured: str, provenance: Provenance, kept: list[str], outcome: dict[str, str]
) -> str:
    """Return the statement of all good legs with what they brought along and what was found."""
    columns = ["line AS row", *map(name, kept)]
    columns += [f"{sql} AS {name(n)}" for n, sql in outcome.items()]
    keyed = f"SELECT *, {provenance.key_sql} AS x_standing FROM ({measured}) WHERE NOT refused"  # noqa: S608
    # Not sorted, which would take as long as all else: `row` tells the place in the source.
    return (
        f"SELECT {', '.join(columns)} FROM ({keyed}) "  # noqa: S608
        "LEFT JOIN provenance ON x_standing = p_key"
    )
