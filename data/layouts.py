"""Recognise the layout of a stranger's table and propose how its columns map to ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.aliases import Meant, folded, is_cargo_name, leg_column, meant_by
from data.dialects import DOCUMENT_NO
from data.drafts import listed
from data.errors import DataError
from data.fields import MODE_LENDERS, cells_of, decimal_of
from data.mapping import Binding, Mapping
from data.readings import date_order, is_slashed
from data.schemas import SHIPMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as Map

    from data.dialects import RawTable

WIDE, LONG = frozenset("AEI"), frozenset({*"BCDG", "legs"})  # the others: one row, one leg
_UNUSED_PARTS = frozenset({"street", "postcode"})  # the gazetteer knows no streets
_PART_OF_LEG = frozenset({"country", "street", "postcode", "city", "locode", "coordinates"})
_OF_A_LEG = frozenset({"mode", "leg_no", "kind"})
_VIA = frozenset({"via", "over", "transfer", "ueber"})
_LEAST_CARGO = 4
_WITH_HUBS = frozenset({*"CDG", "legs"})
_FOUND_ANYWAY = frozenset({"utf-8", "utf-16"})  # encodings that need no declaration
_ACTUAL = re.compile(r"actual|atd|ata(?![a-z])|atadate", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that the file does not say and a person should."""

    target: str
    message: str
    blocking: bool  # without an answer every row is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A layout with the share of its marks that were found, a mapping, and what is open."""

    layout: str
    confidence: float
    mapping: Mapping
    unmapped: tuple[str, ...]
    questions: tuple[Question, ...]
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A header with what it means, for which leg."""

    name: str
    leg: int
    meant: Meant


def propose(
    raw: RawTable,
    *,
    units: Map[str, str] | None = None,
    decimal: str = "",
    date_format: str = "",
    mode: str = "",
) -> Proposal:
    """Return how the columns of a table may be read, for a person to accept or to change.

    Raises
    ------
    DataError
        when the table lists pieces for loading, or names no column that we know.
    """
    layout, confidence = recognise(raw)
    columns = _columns(raw, layout)
    if not columns:
        raise DataError(
            f"{raw.file}: found no column that we know among {listed(raw.header)}; "
            "wanted at least origin, destination, mode and mass"
        )
    bindings = tuple(_chosen(columns, layout))
    mapping = Mapping(
        layout=layout,
        bindings=bindings,
        decimal=decimal or raw.dialect.decimal,
        date_format=date_format,
        mode=mode or ("road" if layout == "H" else ""),
        encoding="" if raw.dialect.encoding in _FOUND_ANYWAY else raw.dialect.encoding,
        delimiter=raw.dialect.delimiter,
        sheet=raw.dialect.sheet,
    ).with_units(units or {})
    _refuse_doubled(raw, mapping)
    signs = decimal_of(raw, mapping)
    if signs.proven:  # what was not proven must not bind the next file
        mapping = replace(mapping, decimal=signs.decimal)
    used = {binding.source for binding in mapping.bindings}
    return Proposal(
        layout=layout,
        confidence=confidence,
        mapping=mapping,
        unmapped=tuple(n for n in raw.header if n not in used and n != DOCUMENT_NO),
        questions=tuple(_questions(raw, mapping)),
        told=(*raw.dialect.told, f"layout {layout} ({confidence:.0%} of its marks)"),
    )


# Marks of each layout: folded names; a mark with * may be followed by anything.
_MARKS: dict[str, tuple[str, ...]] = {
    "A": ("leg1destination|leg1locode|leg1country", "leg1method", "source|pickup*"),
    "I": ("leg1modeoftransport", "leg1origin*", "leg1destination*"),
    "D": ("transportchainelementsmode", "transportchainelementsfrom", "transportchainelementsto"),
    "G": ("shipmentlegsorigin*", "shipmentlegsdestination*", "shipmentlegsvesseltype"),
    "B": ("shipmentid", "sequenceno"),
    "C": ("chainid|transportchainid|tcid", "tceno|tcenumber|tceindex|tcesequence", "tcetype|type"),
    "F": ("transportationmode", "weightvalue|teus", "originaddress*|originport|origincoordinates*"),
    "H": ("sendershippercity|shippercity", "consigneecity", "grossweight*"),
    "J": (
        "billnumber|hawb|billnumberhawb|hbl|housebill",
        "kg|kgs|grossweight*",
        "originport|pol|portofloading",
        "destinationport|pod|portofdischarge",
    ),
}
_ENOUGH = 0.99  # all marks: order above decides among layouts that share some


def recognise(raw: RawTable) -> tuple[str, float]:
    """Return the layout whose marks stand in the header, and the share of marks found.

    Raises
    ------
    DataError
        for lists of pieces to load: they are no transport.
    """
    keys = {folded(name) for name in raw.header}
    if keys >= {folded(n) for n in ("shipment_id", "leg_no", "kind", "mode", "mass_kg")}:
        return "legs", 1.0
    named = {folded(c.name) for c in SHIPMENTS.columns if c.required}
    if len(named & keys) >= len(named) - 1:
        return "shipments", len(named & keys) / len(named)
    if _is_sections(raw):
        return "E", 1.0
    shares = {layout: _share(marks, keys) for layout, marks in _MARKS.items()}
    best = max(shares, key=lambda layout: shares[layout])
    if shares[best] >= _ENOUGH:
        return best, 1.0
    _refuse_cargo(raw)
    if any(leg_column(name) for name in raw.header):
        wide = max(("A", "I"), key=lambda layout: shares[layout])
        return wide, shares[wide]
    known = sum(meant_by(name) is not None for name in raw.header)
    return "other", round(known / max(1, len(raw.header)), 3)


def _share(marks: Iterable[str], keys: set[str]) -> float:
    found = [any(_fits(word, keys) for word in mark.split("|")) for mark in marks]
    return sum(found) / len(found)


def _fits(word: str, keys: set[str]) -> bool:
    if word.endswith("*"):
        return any(key.startswith(word[:-1]) for key in keys)
    return word in keys


def _bare(name: str) -> str:
    """Return a header without the number that tells equal headers apart."""
    return re.sub(r"[ _#-]*\d{1,2}$", "", name.rsplit(" #", 1)[0])


def _is_sections(raw: RawTable) -> bool:
    """Return True for reference, sub-reference, date, weight, cooling, and then sections."""
    first = [found.target for name in raw.header[:5] if (found := meant_by(name))]
    modes = [n for n in raw.header[5:] if (found := meant_by(_bare(n))) and found.target == "mode"]
    return "sub_reference" in first and "departs_at" in first and bool(modes)


def _refuse_cargo(raw: RawTable) -> None:
    cargo = [name for name in raw.header if is_cargo_name(name)]
    routed = {m.target for n in raw.header if (m := meant_by(n))} & {"origin", "destination"}
    if len(cargo) >= _LEAST_CARGO and not routed:
        raise DataError(
            f"{raw.file}: found sizes and quantities of pieces ({listed(cargo, 6)}) and no "
            "route; these are pieces for loading, not transport: give them as pieces.csv"
        )


def _columns(raw: RawTable, layout: str) -> list[_Column]:
    found = []
    leg, seen = 1, set[str]()
    for at, name in enumerate(raw.header):
        of_leg = leg_column(name) if layout in WIDE else None
        if of_leg is not None:
            meant = _meant_of_leg(of_leg[1])
            if meant is not None:
                found.append(_Column(name=name, leg=of_leg[0], meant=meant))
            continue
        plain = _bare(name) if layout == "E" else name.rsplit(" #", 1)[0]
        meant = meant_by(plain)
        if layout == "E" and at >= len("abcde"):
            meant = Meant(target="destination") if folded(plain) in _VIA else meant
            if meant is not None and meant.target in {"origin", "destination", "mode"}:
                if meant.target in seen:
                    leg, seen = leg + 1, set()
                seen.add(meant.target)
                found.append(_Column(name=name, leg=leg, meant=meant))
                continue
        if meant is not None and meant.part not in _UNUSED_PARTS:
            found.append(_Column(name=name, leg=0, meant=meant))
    return found


def _meant_of_leg(rest: str) -> Meant | None:
    if folded(rest) in _PART_OF_LEG:
        part = folded(rest)
        return None if part in _UNUSED_PARTS else Meant(target="destination", part=part)
    return meant_by(rest)


def _rank(column: _Column) -> tuple[int, int]:
    """Rank columns that could fill the same: ours, then gross and actual, then with a unit."""
    own = folded(column.name) == folded(column.meant.target)
    if column.meant.kind == "date":
        actual = 1 if _ACTUAL.search(column.name) else 2
        return (0 if own else actual + 2 * (column.meant.part == "planned"), 0)
    plain = 2 if column.meant.part == "plain" else 1
    return (0 if own else plain, 0 if column.meant.unit else 1)


def _chosen(columns: list[_Column], layout: str) -> list[Binding]:
    """Choose one column for each leg, target and part; the others stay unmapped."""
    best: dict[tuple[int, str, str], _Column] = {}
    for column in columns:
        part = "" if column.meant.part in {"plain", "planned"} else column.meant.part
        if layout in WIDE and not column.leg and column.meant.target in _OF_A_LEG:
            continue  # `multimodal` says nothing of any leg
        if column.meant.target == "kind" and layout not in _WITH_HUBS:
            continue  # `type` may be anything where rows are no elements of a chain
        place = (column.leg, column.meant.target, part)
        if place not in best or _rank(column) < _rank(best[place]):
            best[place] = column
    _lend_mode({key: column for key, column in best.items() if key[0] or layout not in WIDE}, best)
    counted = {leg for leg, target, part in best if (target, part) == ("teu", "count")}
    return [
        Binding(target=target, source=column.name, part=part, unit=column.meant.unit, leg=leg)
        if target == column.meant.target
        else Binding(target=target, source=column.name, part=part, leg=leg)
        for (leg, target, part), column in best.items()
        if part != "type" or leg in counted  # a type of container without a number says no TEU
    ]


def _lend_mode(
    lenders: dict[tuple[int, str, str], _Column], best: dict[tuple[int, str, str], _Column]
) -> None:
    """Let vehicle, kind of load, ship and flight tell the mode where no mode stands."""
    for name in MODE_LENDERS:
        for (leg, target, _), column in lenders.items():
            if target == name:
                best[leg, "mode", name] = column


def _refuse_doubled(raw: RawTable, mapping: Mapping) -> None:
    """Refuse a name that stands twice and that the mapping uses, unless each place has its own."""
    used = {b.source.rsplit(" #", 1)[0] for b in mapping.bindings}
    doubled = [name for name in raw.twice if name in used]
    if doubled and mapping.layout != "E":
        raise DataError(
            f"{raw.file}: column {listed(doubled)} stands twice in the header; rename one"
        )


_ASKED = {
    "origin": "no column tells where transport begins",
    "destination": "no column tells where transport ends",
    "mode": "no column tells the mode: pass --mode road, rail, sea, air or iww",
    "mass_kg": "no column tells the actual gross weight, nor TEU",
}


def _questions(raw: RawTable, mapping: Mapping) -> Iterable[Question]:
    bound = {b.target for b in mapping.bindings}
    for target, message in _ASKED.items():
        instead = {"mode": bool(mapping.mode), "mass_kg": "teu" in bound}.get(target, False)
        if target not in bound and not instead:
            yield Question(target=target, message=message, blocking=True)
    if "shipment_id" not in bound:
        message = "no column names the shipment; rows will be called by their line"
        yield Question(target="shipment_id", message=message, blocking=False)
    with_unit = {(b.target, b.leg) for b in mapping.bindings if b.part == "unit"}
    for b in mapping.bindings:
        if b.kind not in {"mass", "distance"} or b.unit or b.part:
            continue
        if (b.target, b.leg) not in with_unit:
            message = f"column {b.source!r} names no unit: pass --unit {b.kind}=UNIT"
            blocking = b.target in {"mass_kg", "distance_km"}
            yield Question(target=b.target, message=message, blocking=blocking)
    yield from _doubts(raw, mapping)


def _doubts(raw: RawTable, mapping: Mapping) -> Iterable[Question]:
    signs = decimal_of(raw, mapping)
    if signs.doubt:
        message = f"{signs.doubt}: pass --decimal , or --decimal ."
        yield Question(target="decimal", message=message, blocking=False)
    for b in mapping.bindings:
        if b.kind == "date" and not mapping.date_format:
            cells = cells_of(raw, b.source)
            if is_slashed(cells) and not date_order(cells):
                message = f"days and months of {b.source!r} could be either: pass date_format"
                yield Question(target=b.target, message=message, blocking=False)
