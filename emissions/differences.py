"""Say why two footprints of the same shipments differ: distance, load, factor or boundary.

What is compared are rows of legs with their results, so that two saved outputs of anyone will do:
planned against actual, ours against a carrier's, one factor set or calculator against another.

>>> before = [dict(shipment_id="S", leg_no=1, kind="transport", mode="air", origin="PVG",
...     destination="FRA", mass_kg=1000.0, distance_km=8880.0, toc_id="A",
...     wtt_kgco2e="0.000000", ttw_kgco2e="8880.000000", wtw_kgco2e="8880.000000")]
>>> after = [before[0] | dict(distance_km=9950.0, ttw_kgco2e="9950", wtw_kgco2e="9950")]
>>> print(explain(before, after).legs[0].words)
S leg 1, air PVG to FRA: +1,070 kg: distance 8,880 -> 9,950 km (+12 %): +1,070 kg
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS
from data.tables import read_bytes
from data.units import KG_PER_TONNE, MG_PER_KG, kg_text, mg_from_text
from emissions.uncertainty import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from emissions.inventory import Inventory

    Row = Mapping[str, Any]

CAUSES = ("distance", "load", "factor", "boundary")
_SAID = (
    *("shipment_id", "leg_no", "kind", "mode", "origin", "destination", "mass_kg"),
    *("distance_km", "distance_kind", "toc_id", "hoc_id", "activity_tkm"),
)
# A carrier's figure this close to our operation (TTW) is taken to leave energy provision out.
_TTW_TOLERANCE = 0.02
_NEAR_KG = 100.0  # figures from here on are shown without decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A difference in whole milligrams by its causes; they sum to it exactly."""

    distance: int = 0
    load: int = 0
    factor: int = 0
    boundary: int = 0

    @property
    def total(self) -> int:
        """The difference itself."""
        return sum(getattr(self, cause) for cause in CAUSES)

    def __add__(self, other: Parts) -> Parts:
        return Parts(**{c: getattr(self, c) + getattr(other, c) for c in CAUSES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs about one leg, one shipment or all: two totals, the causes, the words."""

    name: str
    before_mg: int
    parts: Parts
    words: str

    @property
    def after_mg(self) -> int:
        """The second total: the first and the difference."""
        return self.before_mg + self.parts.total

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        parts = self.parts
        figures = {"before": self.before_mg, "after": self.after_mg, "difference": parts.total}
        return {
            "name": self.name,
            **{f"{name}_kgco2e": kg_text(mg) for name, mg in figures.items()},
            "causes_kgco2e": {c: kg_text(getattr(parts, c)) for c in CAUSES},
            "words": self.words,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two footprints beside each other, explained as a whole, by shipment and by leg."""

    total: Difference
    shipments: tuple[Difference, ...]
    legs: tuple[Difference, ...]
    only_before: tuple[str, ...] = ()  # shipments that one side alone knows
    only_after: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        listed = {n: [x.document() for x in getattr(self, n)] for n in ("shipments", "legs")}
        alone = {"only_before": [*self.only_before], "only_after": [*self.only_after]}
        return {"total": self.total.document()} | listed | alone


@dataclass(frozen=True, slots=True)
class _Leg:
    """The numbers of one leg; load x distance x factor is its total."""

    row: Row
    wtw_mg: int
    wtt_mg: int
    bare: bool  # operation alone: energy provision is not in it
    load_t: float
    km: float

    @property
    def name(self) -> str:
        r = self.row
        way = r["origin"] if r["kind"] == "hub" else f"{r['origin']} to {r['destination']}"
        what = "handling at" if r["kind"] == "hub" else r["mode"]
        return f"{r['shipment_id']} leg {r['leg_no']}, {what} {way}"


def read_legs_result(content: bytes, file: str = "legs.csv") -> list[dict[str, Any]]:
    """Read a saved result for comparison.

    Raises
    ------
    DataError
        naming every row without a result: what is left would not be the whole.
    """
    table = read_bytes(content, file, FOOTPRINT_LEGS)
    for number in (n for n, row in table if row["wtw_kgco2e"] is None):
        table.refuse(number, "wtw_kgco2e", None, "the result of the leg", "missing_value")
    if table.refused:
        raise DataError("\n".join(map(str, table.refused)))
    return table.rows


def estimate_of(name: str, rows: Iterable[Row]) -> Estimate:
    """Return what a saved result adds up to, and how unsure it is by category.

    The deviation of a leg is read from its own interval.
    """
    parts = []
    for row in rows:
        wtw, high = _mg(row, "wtw_kgco2e") or 0, _mg(row, "high_kgco2e")
        deviation = 0.0 if high is None or not wtw else round((high - wtw) / wtw, 6)
        parts.append((row["toc_id"] or row["hoc_id"] or "", wtw, deviation))
    return Estimate.of(name, parts)


def leg_rows(inventory: Inventory) -> list[dict[str, Any]]:
    """Return an inventory as rows that `explain` and `against_carrier` take."""
    return [
        {name: getattr(line.element, name) for name in _SAID}
        | {f"{p}_kgco2e": kg_text(getattr(line.physical, f"{p}_mg")) for p in ("wtt", "ttw", "wtw")}
        | {"low_kgco2e": kg_text(line.low_mg), "high_kgco2e": kg_text(line.high_mg)}
        for line in inventory.lines
    ]


def explain(before: Iterable[Row], after: Iterable[Row]) -> Comparison:
    """Explain the difference of two footprints, each leg by its causes.

    Legs of a shipment are paired by mode and both places, then by places alone, then by mode in
    order; what stays alone is a difference of boundary. A pair is load x distance x factor on both
    sides; each cause gets its Shapley share, the mean over all orders of change, so that nothing
    is left as an interaction, in whole milligrams whose sum is the difference.

    Raises
    ------
    DataError
        if the two have no shipment in common, or a row has no result.
    """
    old, new = _by_shipment(before), _by_shipment(after)
    if not old.keys() & new.keys():
        raise DataError("comparison: found no shipment in both, wanted the same shipments")
    found = {s: list(_pairs(old.get(s, []), new.get(s, []))) for s in sorted(old | new)}
    legs = {s: [_difference(b, a) for b, a in pairs] for s, pairs in found.items()}
    shipments = tuple(_sum_up(name, parts) for name, parts in legs.items())
    return Comparison(
        total=_sum_up("all shipments", shipments),
        shipments=shipments,
        legs=tuple(x for parts in legs.values() for x in parts),
        only_before=tuple(sorted(old.keys() - new.keys())),
        only_after=tuple(sorted(new.keys() - old.keys())),
    )


def against_carrier(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return every figure that a carrier stated beside ours of the same leg, as plain JSON.

    Its method is `undisclosed` where the carrier says none. A figure that says so, or that lies
    where our operation alone does, is marked as leaving energy provision out.
    """
    figures = ((r, _mg(r, "carrier_wtw_kgco2e")) for r in rows)
    return [_beside(row, mg) for row, mg in figures if mg is not None]


def _beside(row: Row, theirs: int) -> dict[str, Any]:
    ours = _mg(row, "wtw_kgco2e") or 0
    low, high, ttw = (_mg(row, f"{name}_kgco2e") for name in ("low", "high", "ttw"))
    method = str(row.get("carrier_method") or "").strip()
    near_ttw = ttw is not None and ttw < ours and abs(theirs - ttw) <= _TTW_TOLERANCE * ttw
    return {
        "shipment_id": str(row["shipment_id"]),
        "leg_no": int(row["leg_no"]),
        "carrier": str(row.get("carrier") or ""),
        "ours_kgco2e": kg_text(ours),
        "carrier_kgco2e": kg_text(theirs),
        "difference_kgco2e": kg_text(theirs - ours),
        "ratio": theirs / ours if ours else None,
        "method": method or "undisclosed",
        "outside_our_interval": theirs < (low or 0) or (high is not None and theirs > high),
        "operation_only": "ttw" in method.lower().replace("-", "") or near_ttw,
    }


def _mg(row: Row, column: str) -> int | None:
    value = row.get(column)
    if value is None or value == "":
        return None
    return mg_from_text(value) if isinstance(value, str) else round(value * MG_PER_KG)


def _by_shipment(rows: Iterable[Row]) -> dict[str, list[_Leg]]:
    grouped: dict[str, list[_Leg]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (str(r["shipment_id"]), int(r["leg_no"]))):
        total, wtt, ttw = (_mg(row, f"{name}_kgco2e") for name in ("wtw", "wtt", "ttw"))
        where = f"{row['shipment_id']} leg {row['leg_no']}"
        if total is None:
            raise DataError(f"{where}: wtw_kgco2e found nothing, wanted the result of the leg")
        # No fuel and no power comes without its provision: a total of operation alone lacks it.
        bare = not wtt and total != 0 and ttw is not None
        load_t, km = float(row["mass_kg"]) / KG_PER_TONNE, float(row.get("distance_km") or 0.0)
        leg = _Leg(row, total, wtt or 0, bare, load_t, km)
        grouped[str(row["shipment_id"])].append(leg)
    return dict(grouped)


_PLACES = ("origin", "destination")
_LADDER = (("kind", "mode", *_PLACES), ("kind", *_PLACES), ("kind", "mode"))


def _pairs(old: list[_Leg], new: list[_Leg]) -> Iterator[tuple[_Leg | None, _Leg | None]]:
    """Pair the legs of one shipment; each step takes what the one before it left."""
    for key in _LADDER:
        rest: list[_Leg] = []
        for leg in old:
            match = next((x for x in new if all(x.row[c] == leg.row[c] for c in key)), None)
            if match is None:
                rest.append(leg)
            else:
                new = [x for x in new if x is not match]
                yield leg, match
        old = rest
    yield from ((leg, None) for leg in old)
    yield from ((None, leg) for leg in new)


def _difference(before: _Leg | None, after: _Leg | None) -> Difference:
    if before is None or after is None:
        return _one_sided(before, after)
    boundary = 0
    old_mg, new_mg = before.wtw_mg, after.wtw_mg
    if after.bare and not before.bare and before.wtt_mg:
        boundary, old_mg = -before.wtt_mg, before.wtw_mg - before.wtt_mg
    elif before.bare and not after.bare and after.wtt_mg:
        boundary, new_mg = after.wtt_mg, after.wtw_mg - after.wtt_mg
    parts = _shapley(*_factors(before, after), old_mg, new_mg) + Parts(boundary=boundary)
    return _told(before.name, before.wtw_mg, parts, _reasons(before, after, parts))


def _told(name: str, before_mg: int, parts: Parts, why: str) -> Difference:
    words = f"{name}: {signed_kg(parts.total)}{why}"
    return Difference(name=name, before_mg=before_mg, parts=parts, words=words)


def _one_sided(before: _Leg | None, after: _Leg | None) -> Difference:
    old, new = (x.wtw_mg if x else 0 for x in (before, after))
    name = (before or after).name  # type: ignore[union-attr]  # a pair has at least one side
    side = "second" if before is None else "first"
    why = f": boundary: in the {side} footprint only"
    return _told(name, old, Parts(boundary=new - old), why)


def _factors(before: _Leg, after: _Leg) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (load, distance) of both; activity that a carrier states is load alone."""
    if before.row["kind"] == "hub" or after.row["kind"] == "hub":
        return (before.load_t, 1.0), (after.load_t, 1.0)
    stated = before.row.get("activity_tkm") or after.row.get("activity_tkm")
    if stated or not (before.km and after.km):
        tkm = [float(x.row.get("activity_tkm") or x.load_t * x.km) for x in (before, after)]
        return (tkm[0], 1.0), (tkm[1], 1.0)
    return (before.load_t, before.km), (after.load_t, after.km)


def _shapley(old: tuple[float, float], new: tuple[float, float], mg0: int, mg1: int) -> Parts:
    """Share mg1 - mg0 among load, distance and factor: the mean over all six orders of change."""
    (m0, d0), (m1, d1) = old, new
    if not m0 * d0 * m1 * d1 > 0:  # nothing to multiply: the figure itself differs
        return Parts(factor=mg1 - mg0)
    f0, f1 = mg0 / (m0 * d0), mg1 / (m1 * d1)

    def share(change: float, x0: float, x1: float, y0: float, y1: float) -> float:
        return change * math.fsum((x0 * y0 / 3, x1 * y1 / 3, x0 * y1 / 6, x1 * y0 / 6))

    whole = {
        "factor": round(share(f1 - f0, m0, m1, d0, d1)),
        "distance": round(share(d1 - d0, m0, m1, f0, f1)),
        "load": round(share(m1 - m0, d0, d1, f0, f1)),
    }
    largest = max(whole, key=lambda name: abs(whole[name]))  # factor before the others
    whole[largest] += mg1 - mg0 - sum(whole.values())
    return Parts(**whole)


def _sum_up(name: str, parts: Iterable[Difference]) -> Difference:
    parts = tuple(parts)
    causes = sum((x.parts for x in parts), Parts())
    before = sum(x.before_mg for x in parts)
    by = ", ".join(f"{c} {signed_kg(mg)}" for c in CAUSES if (mg := getattr(causes, c)))
    change = f" ({_percent(before, before + causes.total)})" if before and causes.total else ""
    return _told(name, before, causes, change + (f": {by}" if by else ""))


def _reasons(before: _Leg, after: _Leg, parts: Parts) -> str:
    """Return the causes in words, each with the figures behind it."""
    (m0, d0), (m1, d1) = _factors(before, after)
    unit = "t" if before.row["kind"] == "hub" else "tkm"
    load = f"load {m0:,.5g} -> {m1:,.5g} {unit if d0 == d1 == 1.0 else 't'}"
    told = {
        "distance": f"distance {d0:,.5g} -> {d1:,.5g} km ({_percent(d0, d1)})",
        "load": f"{load} ({_percent(m0, m1)})",
        "factor": f"factor {_rate(before, m0 * d0, unit)} -> {_rate(after, m1 * d1, unit)}",
        "boundary": "boundary: one side leaves energy provision (WTT) out",
    }
    why = "; ".join(f"{told[c]}: {signed_kg(mg)}" for c in CAUSES if (mg := getattr(parts, c)))
    kinds = sorted({str(k) for x in (before, after) if (k := x.row.get("distance_kind"))})
    note = f" (distances of different kinds: {', '.join(kinds)})" if len(kinds) > 1 else ""
    return (f": {why}" if why else "") + note


def _rate(leg: _Leg, activity: float, unit: str) -> str:
    name = leg.row.get("toc_id") or leg.row.get("hoc_id") or leg.row.get("mode") or "not named"
    return f"{leg.wtw_mg / MG_PER_KG / activity:.4g} kg/{unit} [{name}]" if activity else str(name)


def _percent(old: float, new: float) -> str:
    return f"{(new / old - 1) * 100:+.0f} %" if old else "from 0"


def signed_kg(mg: int) -> str:
    """Return milligrams as kilograms with their sign, for reading.

    >>> signed_kg(1_240_000_000), signed_kg(-1_234_567), signed_kg(0)
    ('+1,240 kg', '-1.235 kg', '0 kg')
    """
    kg = mg / MG_PER_KG
    digits = ",.0f" if abs(kg) >= _NEAR_KG else ",.4g"
    return f"{kg:+{digits}} kg" if mg else "0 kg"
