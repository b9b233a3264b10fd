"""State a leg's figures and faults as SQL; the formulas are those of the kernel, not copies."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from data.units import KG_PER_TONNE, MG_PER_KG
from emissions import kernel
from emissions.bulk.bases import CARRIAGE, HUB_ENERGY, HUB_RATE, KINDS, VEHICLE
from emissions.bulk.terms import ZERO, Term, column, term
from emissions.distance import transport_activity_tkm

if TYPE_CHECKING:
    from collections.abc import Iterable

EXACT_MG = 2**53  # as the kernel: no float tells larger whole numbers apart
_CLAIM_TOLERANCE = 1e-6  # as the kernel
_HUB_TOLERANCE = 1e-6
# Surely inside the tolerance, however the rate is rounded to six decimals and in float64.
_HUB_SURE = 4e-7
MOST_TKM = 9e12  # whole millionths of a tkm stay inside 64 bits; no operation does as much
MG = ("wtt_mg", "ttw_mg", "market_wtt_mg", "market_ttw_mg", "biogenic_mg", "rf_memo_mg")


# What a basis may have that most have not; what no named basis has, no statement asks for.
ALL_TRAITS = frozenset(
    ["vehicle", "hub_energy", "hub_rate", "by_teu", "added_km", "daf", "market", "biogenic", "rf"]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a file and a factor set bring along, so that statements leave the rest out."""

    columns: frozenset[str]  # with at least one value
    jet_co2_kg_per_kg: float
    traits: frozenset[str] = ALL_TRAITS  # of the bases that legs name
    exact: bool = False  # every figure is known to be a whole number that float64 tells apart

    def has(self, name: str) -> bool:
        """Tell whether some leg has a value there."""
        return name in self.columns

    def may(self, trait: str) -> bool:
        """Tell whether some leg may stand on a basis with that trait."""
        return trait in self.traits

    @property
    def carriage_alone(self) -> bool:
        """True if every leg stands on a transport category."""
        return not self.traits & {"vehicle", "hub_energy", "hub_rate"}

    @property
    def has_energy(self) -> bool:
        """True if some leg may stand on its own energy."""
        return self.has("fuel_kg") or self.has("energy_kwh")

    @property
    def has_grid(self) -> bool:
        """True if grids matter."""
        return self.has("energy_kwh") and self.by_energy

    @property
    def by_energy(self) -> bool:
        """True if some leg may be charged by its own energy."""
        return self.may("vehicle") or self.may("hub_energy")

    def value(self, name: str, absent: str = "NULL") -> str:
        """Return a column as SQL, or what stands for a column without values."""
        return name if name in self.columns else absent


def coded_sql(shape: Shape, source: str) -> str:
    """Give each leg the number of its basis, and its energy as the kernel takes it."""
    kinds = f"coalesce(enum_code(TRY_CAST({shape.value('distance_kind')} AS distance_kinds))"
    toc = f"enum_code(TRY_CAST({shape.value('toc_id')} AS carriage_ids))::INTEGER"
    key = f"{toc} * {KINDS} + {kinds}, {KINDS - 1})::INTEGER"
    if shape.has("hoc_id"):
        hub = "-1 - enum_code(TRY_CAST(hoc_id AS hub_ids))::INTEGER"
        key = f"CASE WHEN hoc_id IS NOT NULL THEN {hub} ELSE {key} END"
    # Of a flight the fuel burnt is information; it is no input there.
    burnt = f"{shape.value('hoc_id')} IS NOT NULL OR {shape.value('mode')} IS DISTINCT FROM 'air'"
    fuel = f"CASE WHEN {burnt} THEN fuel_kg END" if shape.has("fuel_kg") else "NULL::DOUBLE"
    mass = f"coalesce({shape.value('mass_kg', 'NULL::DOUBLE')}, 0)"
    return (
        f"SELECT *, {key} AS x_key, {fuel} AS x_fuel, {mass} AS x_mass "  # noqa: S608
        f"FROM ({source})"
    )


def joined_sql(shape: Shape, source: str) -> str:
    """Join the numbers of bases, grids and pathways."""
    text = f"SELECT * FROM ({coded_sql(shape, source)}) LEFT JOIN bases ON x_key = k"  # noqa: S608
    if shape.has_grid:
        text += f" LEFT JOIN grids ON g_no = {_number(shape.value('grid_id'), 'grid_ids')}"
    if shape.has("saf_kg"):
        way = _number(shape.value("saf_pathway"), "pathway_ids")
        text += f" LEFT JOIN pathways ON s_no = {way}"
    return text


def _number(sql: str, kind: str) -> str:
    return f"coalesce(enum_code(TRY_CAST({sql} AS {kind}))::BIGINT + 1, 0)"


def active_sql(shape: Shape, source: str) -> str:
    """Add activity, energy and claims as numbers that are never NULL for a good leg."""
    own = f"b_what IN ({VEHICLE}, {HUB_ENERGY})" if shape.by_energy else "FALSE"
    saf = "coalesce(saf_kg * s_lhv, 0)" if shape.has("saf_kg") else "0"
    parts = {
        "x_burnt": f"CASE WHEN {own} THEN coalesce(x_fuel, 0) ELSE 0 END",
        "x_drawn": f"CASE WHEN {own} THEN {shape.value('energy_kwh', '0')} ELSE 0 END",
        "x_saf_mj": saf,
    }
    listed = ", ".join(f"coalesce({sql}, 0)::DOUBLE AS {n}" for n, sql in parts.items())
    return (
        f"SELECT *, {_activity(shape)} AS x_activity, {listed} "  # noqa: S608
        f"FROM ({joined_sql(shape, source)})"
    )


def _activity(shape: Shape) -> str:
    mass, distance = column("x_mass"), column("distance_km")
    boxes = term(kernel.teu_of(mass, None))  # type: ignore[arg-type]
    if shape.has("teu"):
        boxes = column(f"coalesce(teu, {boxes})")
    tkm: Any = transport_activity_tkm(mass, distance)  # type: ignore[arg-type]
    daf = _daf_of(shape)
    carried = str(tkm * daf)
    if shape.may("by_teu"):
        carried = f"CASE WHEN b_by_teu THEN {boxes * distance * daf} ELSE {carried} END"
    if not shape.has("distance_km"):
        carried = "NULL::DOUBLE"
    if shape.has("activity_tkm"):
        carried = f"coalesce(activity_tkm, {carried})"
    if shape.carriage_alone:
        return f"({carried})"
    handled = ""
    if shape.may("hub_rate"):
        each = f"CASE WHEN b_by_teu THEN {boxes} ELSE {mass / KG_PER_TONNE} END"
        handled = f"WHEN b_what = {HUB_RATE} THEN {each} "
    return f"CASE WHEN b_what = {CARRIAGE} THEN {carried} {handled}ELSE 0::DOUBLE END"


def _daf_of(shape: Shape) -> Term:
    """Return the adjustment of distance; 1 where no category that is named has another."""
    plain = column("b_daf") if shape.may("daf") else term(1.0)
    if not shape.may("added_km"):
        return plain
    flown = "(distance_km + b_add_km) / distance_km"
    return column(f"(CASE WHEN b_add_km IS NULL THEN {plain} ELSE {flown} END)")


def kernel_columns(shape: Shape) -> kernel.Columns:
    """Return the kernel's columns as terms; what no leg has is zero, and folds away."""
    always = {
        "activity": "x_activity",
        "wtt_rate": "b_wtt",
        "ttw_rate": "b_ttw",
        "market_wtt_rate": "b_market" if shape.may("market") else "b_wtt",
        "co2_rate": "b_co2",
        "lhv_fuel": "b_lhv",
    }
    if shape.may("biogenic"):
        always["biogenic_rate"] = "b_bio"
    if shape.may("rf"):
        always["rf_rate"] = "b_rf"
    fuel = {
        "fuel_kg": "x_burnt",
        "fuel_wtt": "b_fuel_wtt",
        "fuel_ttw": "b_fuel_ttw",
        "fuel_biogenic": "b_fuel_bio",
    }
    grid = {
        "energy_kwh": "x_drawn",
        "grid_location": "coalesce(g_location, 0)",
        "grid_market": "coalesce(g_market, 0)",
        "grid_covered": "coalesce(g_covered, 0)",
    }
    used = dict(always)
    if shape.has("fuel_kg") and shape.by_energy:
        used |= fuel
    if shape.has_grid:
        used |= grid
    if shape.has("eac_kwh"):
        used["eac_kwh"] = "coalesce(eac_kwh, 0)"
    if shape.has("saf_kg"):
        used |= {"saf_mj": "x_saf_mj", "saf_g_per_mj": "coalesce(s_g_per_mj, 0)"}
    terms: dict[str, Any] = {f.name: ZERO for f in fields(kernel.Columns)}
    return kernel.Columns(**terms | {n: column(sql) for n, sql in used.items()})


def figures_of(shape: Shape) -> dict[str, Term]:
    """Return the figures of a leg in kg, by the kernel's formulas."""
    c: Any = kernel_columns(shape)
    share = ZERO
    if shape.has("saf_kg"):
        energy = kernel.fuel_mj(c, shape.jet_co2_kg_per_kg)
        most = f"least(x_saf_mj / {energy}, {term(1.0)})"
        share = column(f"(CASE WHEN x_saf_mj > 0 THEN {most} ELSE {ZERO} END)")
    return {
        "wtt_mg": kernel.wtt_kg(c),
        "ttw_mg": kernel.ttw_kg(c),
        "market_wtt_mg": _floored(kernel.market_wtt_kg(c, share), shape),
        "market_ttw_mg": _floored(kernel.market_ttw_kg(c, share), shape),
        "biogenic_mg": kernel.biogenic_kg(c),
        "rf_memo_mg": kernel.rf_memo_kg(c),
        "x_fuel_kg": c.fuel_kg + c.activity * c.co2_rate / shape.jet_co2_kg_per_kg,
    }


def _floored(kg: Term, shape: Shape) -> Term:
    """Keep a figure from below 0; without SAF no figure can be: rates and amounts never are."""
    return column(f"greatest({kg}, {ZERO})") if shape.has("saf_kg") else kg


def distinct_mg(shape: Shape) -> dict[str, str]:
    """Return which figure stands for each: equal formulas are worked out once, zeros never."""
    first: dict[str, str] = {}
    named = {}
    for n, kg in figures_of(shape).items():
        if n in MG:
            named[n] = "" if kg.number == 0 else first.setdefault(str(kg), n)
    return named


def milligrams(kg: Term) -> str:
    """Round to whole milligrams; the cast rounds half to even, as `numpy.rint` does."""
    return f"TRY_CAST({kg * MG_PER_KG} AS BIGINT)"


def measured_sql(shape: Shape, source: str, *, twice: bool) -> str:
    """Return the statement that gives each leg its figures and whether it is refused."""
    figures = figures_of(shape)
    fuel = figures.pop("x_fuel_kg")
    stands_for = distinct_mg(shape)
    own = [n for n, first in stands_for.items() if n == first]
    mg = "".join(f", {milligrams(figures[n])} AS {n}" for n in own)
    alike = "".join(
        f", {first or '0::BIGINT'} AS {n}" for n, first in stands_for.items() if n != first
    )
    faults = " OR ".join(f"({fault})" for fault in faults_of(shape))
    again = "line IN (SELECT line FROM twice)" if twice else "FALSE"
    judged = (
        f"SELECT *, {fuel} AS x_fuel_kg{mg}, {again} AS x_twice, "  # noqa: S608
        f"coalesce({faults}, FALSE) AS x_fault "
        f"FROM ({active_sql(shape, source)})"
    )
    inexact = " OR ".join(f"abs({n}) >= {EXACT_MG}" for n in own) or "FALSE"
    lost = "wtt_mg IS NULL OR ttw_mg IS NULL" if shape.exact else f"coalesce({inexact}, TRUE)"
    wrong = f"doubtful OR x_twice OR x_fault OR {lost}"
    return f"SELECT *{alike}, {wrong} AS refused FROM ({judged})"  # noqa: S608


def faults_of(shape: Shape) -> Iterable[str]:
    """Yield when a leg is refused: one test for each refusal of chain element and kernel."""
    distance, stated = (shape.value(n) for n in ("distance_km", "activity_tkm"))
    toc, hoc = (shape.value(n) for n in ("toc_id", "hoc_id"))
    yield "NOT x_mass > 0"
    yield f"kind = 'transport' AND NOT (coalesce({distance}, 0) > 0 OR {stated} IS NOT NULL)"
    yield f"({toc} IS NULL) = ({hoc} IS NULL)"
    yield f"kind = 'hub' AND {hoc} IS NULL"
    if shape.has("hoc_id"):
        yield f"kind = 'transport' AND {toc} IS NULL"
    if shape.has("distance_km"):
        yield "kind = 'hub' AND coalesce(distance_km, 0) <> 0"
    yield "k IS NULL"
    yield (
        "x_activity IS NULL" if shape.exact else f"x_activity IS NULL OR x_activity > {MOST_TKM!r}"
    )
    by_what = {
        CARRIAGE: list(_carriage_faults(shape)),
        VEHICLE: list(_vehicle_faults(shape)) if shape.may("vehicle") else [],
        HUB_ENERGY: list(_handling_faults(shape)) if shape.may("hub_energy") else [],
        HUB_RATE: list(_rate_faults(shape)) if shape.may("hub_rate") else [],
    }
    if shape.carriage_alone:
        yield from by_what[CARRIAGE]
    else:  # a leg is looked at for the faults of its own kind alone
        cases = " ".join(
            f"WHEN {what} THEN coalesce({' OR '.join(f'({t})' for t in tests)}, FALSE)"
            for what, tests in by_what.items()
            if tests
        )
        yield f"CASE b_what {cases} ELSE FALSE END"
    yield from _claim_faults(shape)


def _carriage_faults(shape: Shape) -> Iterable[str]:
    yield f"{shape.value('mode')} IS DISTINCT FROM b_mode"
    planned = ""
    if shape.has("activity_tkm"):
        yield "activity_tkm IS NOT NULL AND b_by_teu"
        planned = "activity_tkm IS NULL AND "
    yield f"{planned}b_kind_fault"
    if shape.has("distance_km") and shape.may("added_km"):
        yield f"{planned}b_add_km < 0 AND NOT distance_km > -b_add_km"


def _energy_of(shape: Shape) -> tuple[str, str, str]:
    drawn = shape.value("energy_kwh", "NULL::DOUBLE")
    return "coalesce(x_fuel, 0)", f"coalesce({drawn}, 0)", f"x_fuel IS NULL AND {drawn} IS NULL"


def _vehicle_faults(shape: Shape) -> Iterable[str]:
    fuel, power, neither = _energy_of(shape)
    yield f"{shape.value('mode')} IS DISTINCT FROM b_mode"
    yield neither
    own, other = (
        f"CASE WHEN b_electric THEN {a} ELSE {b} END" for a, b in ((power, fuel), (fuel, power))
    )
    yield f"NOT ({own}) > 0 OR ({other}) <> 0"
    yield from _unknown_energy(shape)


def _handling_faults(shape: Shape) -> Iterable[str]:
    fuel, power, neither = _energy_of(shape)
    yield neither
    yield _off_rate(fuel, "b_diesel_per_t")
    yield _off_rate(power, "b_kwh_per_t")
    yield from _unknown_energy(shape)


def _unknown_energy(shape: Shape) -> Iterable[str]:
    yield "x_burnt <> 0 AND NOT b_fuel_known"
    if shape.has_grid:
        yield "x_drawn <> 0 AND g_no = 0"


def _rate_faults(shape: Shape) -> Iterable[str]:
    fuel, power, _ = _energy_of(shape)
    yield f"{fuel} <> 0 OR {power} <> 0"


def _off_rate(found: str, rate: str) -> str:
    """Return when energy is not rate x mass to six decimals.

    Near the rate nothing needs rounding; else the rate is rounded as Python rounds it, correctly
    from the exact binary value.
    """
    exact = f"(x_mass / {term(KG_PER_TONNE)} * {rate})"
    rounded = f"CAST(format('{{:.6f}}', {exact}) AS DOUBLE)"
    return (
        f"(CASE WHEN abs({found} - {exact}) <= {term(_HUB_SURE)} THEN FALSE "
        f"ELSE abs({found} - {rounded}) > {term(_HUB_TOLERANCE)} END)"
    )


def _claim_faults(shape: Shape) -> Iterable[str]:
    if shape.has("saf_kg"):
        c = kernel_columns(shape)
        burnt = c.activity * c.co2_rate * c.lhv_fuel / shape.jet_co2_kg_per_kg
        most = burnt * (1 + _CLAIM_TOLERANCE)
        yield f"saf_kg <> 0 AND (b_burning_saf OR s_no = 0 OR NOT {burnt} > 0 OR x_saf_mj > {most})"
    if shape.has("eac_kwh"):
        yield "eac_kwh <> 0 AND eac_kwh > x_drawn"
