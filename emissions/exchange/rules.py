"""Check what the JSON schema of iLEAP does not: thirteen rules, one function each."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from data.findings import Finding, Report, Severity, Verdict
from emissions.exchange.models import HOC, TAD, TCE, TOC, ShipmentFootprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from emissions.exchange.models import EnergyCarrier, Location

Thing = ShipmentFootprint | TOC | HOC | TAD

# Half a percent: senders round masses, distances and intensities to three figures.
ROUNDED_SHARE = Decimal("0.005")
# Whole milligrams of two parts, each rounded once: what our own legs can be off.
ROUNDED_KG = Decimal("0.000002")
ROUNDED_TKM = Decimal("0.000001")
SHARES_TOLERANCE = Decimal("0.001")  # shares are written with three decimals
AIR_DETOUR_KM = Decimal(95)  # [unverified] uplift of flights, as in emissions/distance.py
GCD_WITH_DETOUR = "gcd+95"
_KG_PER_T = 1000


def close(found: Decimal, wanted: Decimal, least: Decimal) -> bool:
    """Tell whether two amounts are equal but for rounding by their sender."""
    return abs(found - wanted) <= max(least, ROUNDED_SHARE * abs(wanted))


def check(
    thing: Thing,
    *,
    tocs: Mapping[str, TOC] | None = None,
    hocs: Mapping[str, HOC] | None = None,
) -> Report:
    """Return what the rules find in one object.

    Rules that compare an element with its category need that category: without it their answer is
    an UNKNOWN that warns.
    """
    near = _Categories(tocs or {}, hocs or {})
    return Report.of(one for rule in RULES for one in _asked(rule, thing, near))


class _Categories:
    """Categories that elements may name."""

    __slots__ = ("hocs", "tocs")

    def __init__(self, tocs: Mapping[str, TOC], hocs: Mapping[str, HOC]) -> None:
        self.tocs, self.hocs = tocs, hocs


if TYPE_CHECKING:
    Rule = Callable[[Thing, _Categories], Iterable[Finding] | None]


def _asked(rule: Rule, thing: Thing, near: _Categories) -> list[Finding]:
    """Return the findings of a rule: none where it does not apply, a PASS where it finds none."""
    code, title = _NAMES[rule]
    found = rule(thing, near)
    if found is None:
        return []
    return list(found) or [
        Finding(code=code, verdict=Verdict.PASS, about=_name(thing), message=title)
    ]


def _name(thing: Thing) -> str:
    if isinstance(thing, ShipmentFootprint):
        return thing.shipment_id
    if isinstance(thing, TOC):
        return thing.toc_id
    return thing.hoc_id if isinstance(thing, HOC) else thing.activity_id


def _fail(code: str, about: str, message: str, *, warn: bool = False) -> Finding:
    severity = Severity.WARNING if warn else Severity.ERROR
    return Finding(code=code, verdict=Verdict.FAIL, about=about, message=message, severity=severity)


def _unknown(code: str, about: str, message: str) -> Finding:
    return Finding(
        code=code,
        verdict=Verdict.UNKNOWN,
        about=about,
        message=message,
        severity=Severity.WARNING,
    )


def one_category(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Each element names a TOC or a HOC, and not both."""
    if not isinstance(thing, ShipmentFootprint):
        return None
    return [
        _fail(
            "ILEAP-001",
            t.tce_id,
            f"tocId {t.toc_id!r} and hocId {t.hoc_id!r}, wanted exactly one of them",
        )
        for t in thing.tces
        if bool(t.toc_id) == bool(t.hoc_id)
    ]


def some_element(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Find a chain without elements, or a category without carriers."""
    if isinstance(thing, ShipmentFootprint):
        many, name = len(thing.tces), "tces"
    elif isinstance(thing, TAD):
        return None
    else:
        many, name = len(thing.energy_carriers), "energyCarriers"
    return [] if many else [_fail("ILEAP-002", _name(thing), f"{name} is empty, wanted one")]


def own_shipment(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Each element belongs to the shipment that holds it."""
    if not isinstance(thing, ShipmentFootprint):
        return None
    return [
        _fail(
            "ILEAP-003",
            t.tce_id,
            f"shipmentId {t.shipment_id!r}, wanted {thing.shipment_id!r}, that of the footprint",
        )
        for t in thing.tces
        if t.shipment_id != thing.shipment_id
    ]


def in_order(tces: Iterable[TCE]) -> tuple[list[TCE], list[TCE]]:
    """Return elements so that each follows its predecessors, and those that a cycle keeps out.

    Elements that may stand side by side keep the order in which they were written. A predecessor
    that nobody knows is taken as absent: rule 4 names it.
    """
    given = list(tces)
    at: dict[str, list[int]] = defaultdict(list)
    for i, t in enumerate(given):
        at[t.tce_id].append(i)
    before = [{i for name in t.prev_tce_ids or () for i in at.get(name, ())} for t in given]
    after: dict[int, list[int]] = defaultdict(list)
    for i, those in enumerate(before):
        for j in those:
            after[j].append(i)
    waits = [len(those) for those in before]
    ready = [i for i, many in enumerate(waits) if not many]
    done: list[int] = []
    while ready:
        i = heapq.heappop(ready)  # the earliest written of those that may go
        done.append(i)
        for j in after[i]:
            waits[j] -= 1
            if not waits[j]:
                heapq.heappush(ready, j)
    return [given[i] for i in done], [t for t, many in zip(given, waits, strict=True) if many]


def whole_chain(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Predecessors exist, no element follows itself, names are used once, and one is the first."""
    return _chain_faults(thing) if isinstance(thing, ShipmentFootprint) else None


def _chain_faults(thing: ShipmentFootprint) -> Iterator[Finding]:
    ids = Counter(t.tce_id for t in thing.tces)
    for twice in sorted(name for name, many in ids.items() if many > 1):
        yield _fail("ILEAP-004", twice, "tceId stands twice, wanted once")
    known = set(ids)
    for t in thing.tces:
        for missing in sorted(set(t.prev_tce_ids or ()) - known):
            yield _fail(
                "ILEAP-004", t.tce_id, f"prevTceIds names {missing!r}, wanted a tceId of the chain"
            )
    if thing.tces and all(t.prev_tce_ids for t in thing.tces):
        yield _fail("ILEAP-004", thing.shipment_id, "no element is the first, wanted one at least")
    _, circling = in_order(thing.tces)
    if circling:
        names = ", ".join(t.tce_id for t in circling[:5])
        yield _fail("ILEAP-004", thing.shipment_id, f"{names} follow themselves, wanted no cycle")


def activity(thing: Thing, near: _Categories) -> Iterable[Finding] | None:
    """Transport activity is mass times distance; none at a hub; flights may add 95 km."""
    if not isinstance(thing, ShipmentFootprint):
        return None
    return [one for t in thing.tces if (one := _activity_answer(t, near))]


def _activity_answer(t: TCE, near: _Categories) -> Finding | None:
    if t.hoc_id:
        bare = t.transport_activity == 0 and not any(t.distance.stated().values())
        said = "a hub with activity or distance, wanted 0"
        return None if bare else _fail("ILEAP-005", t.tce_id, said)
    behind = distance_behind(t, near.tocs.get(t.toc_id or ""))
    if behind is None:
        return _fail("ILEAP-005", t.tce_id, _wrong_activity(t))
    if behind[0] != GCD_WITH_DETOUR:
        return None
    said = f"activity on the great circle and {AIR_DETOUR_KM} km of detour"
    return Finding(code="ILEAP-005", verdict=Verdict.PASS, about=t.tce_id, message=said)


def _wrong_activity(t: TCE) -> str:
    stated = ", ".join(f"{kind} {km}" for kind, km in t.distance.stated().items())
    tonnes = t.mass / _KG_PER_T
    return f"transportActivity {t.transport_activity} tkm, wanted {tonnes} t x one of: {stated} km"


def distance_behind(t: TCE, toc: TOC | None) -> tuple[str, Decimal] | None:
    """Return the stated distance that reproduces the activity, by kind, or None.

    Where an element of air, or of a category that we do not know, fits no distance, its great
    circle is tried with the detour of 95 km.
    """
    stated = t.distance.stated()
    for kind, km in stated.items():
        if close(t.transport_activity, t.mass / _KG_PER_T * km, ROUNDED_TKM):
            return kind, km
    if "gcd" in stated and (toc is None or toc.mode == "Air"):
        uplifted = stated["gcd"] + AIR_DETOUR_KM
        if close(t.transport_activity, t.mass / _KG_PER_T * uplifted, ROUNDED_TKM):
            return GCD_WITH_DETOUR, uplifted
    return None


def _carriers(thing: Thing) -> tuple[EnergyCarrier, ...] | None:
    return None if isinstance(thing, ShipmentFootprint) else thing.energy_carriers


def whole_shares(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Shares of carriers sum to one; shares of feedstocks to one at most."""
    carriers = _carriers(thing)
    return _share_faults(carriers, _name(thing)) if carriers else None


def _share_faults(carriers: tuple[EnergyCarrier, ...], about: str) -> Iterator[Finding]:
    total = sum((c.relative_share for c in carriers), Decimal(0))
    if abs(total - 1) > SHARES_TOLERANCE or any(not 0 < c.relative_share <= 1 for c in carriers):
        yield _fail("ILEAP-006", about, f"relativeShare sums to {total}, wanted 1 of parts > 0")
    for c in carriers:
        parts = [f.feedstock_share or Decimal(0) for f in c.feedstocks or ()]
        if sum(parts, Decimal(0)) > 1 + SHARES_TOLERANCE or any(not 0 <= p <= 1 for p in parts):
            yield _fail(
                "ILEAP-006",
                about,
                f"feedstockShare of {c.energy_carrier} sums to {sum(parts)}, wanted at most 1",
            )


def unit_of_consumption(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Find a consumption without its unit: it says nothing."""
    carriers = _carriers(thing)
    if not carriers:
        return None
    return [
        _fail(
            "ILEAP-007",
            _name(thing),
            f"energyConsumption {c.energy_consumption} of {c.energy_carrier} has no "
            "energyConsumptionUnit",
        )
        for c in carriers
        if c.energy_consumption is not None and c.energy_consumption_unit is None
    ]


def operation_within_total(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Operation is part of the total; a biofuel that takes up CO2 may be the exception."""
    if isinstance(thing, TAD):
        return None
    if isinstance(thing, ShipmentFootprint):
        pairs = [(t.tce_id, t.co2e_ttw, t.co2e_wtw) for t in thing.tces]
    else:
        pairs = [(_name(thing), thing.co2e_intensity_ttw, thing.co2e_intensity_wtw)]
    return [
        _fail("ILEAP-008", about, f"TTW {ttw} > WTW {wtw}, wanted TTW <= WTW", warn=True)
        for about, ttw, wtw in pairs
        if ttw > wtw
    ]


def emissions_follow(thing: Thing, near: _Categories) -> Iterable[Finding] | None:
    """Emissions of an element are the intensity of its category times its activity."""
    if not isinstance(thing, ShipmentFootprint):
        return None
    found = (_emission_fault(t, near) for t in thing.tces)
    return [one for one in found if one]


def _emission_fault(t: TCE, near: _Categories) -> Finding | None:
    category = near.tocs.get(t.toc_id or "") or near.hocs.get(t.hoc_id or "")
    name = t.toc_id or t.hoc_id
    if category is None:
        return _unknown("ILEAP-009", t.tce_id, f"category {name!r} is not at hand, wanted it")
    amount = activity_of(t, category)
    if amount is None:
        return _fail("ILEAP-009", t.tce_id, f"{name} is per TEU, wanted packaging in containers")
    for what, found, rate in (
        ("co2eWTW", t.co2e_wtw, category.co2e_intensity_wtw),
        ("co2eTTW", t.co2e_ttw, category.co2e_intensity_ttw),
    ):
        if not close(found, rate * amount, ROUNDED_KG):
            return _fail(
                "ILEAP-009", t.tce_id, f"{what} {found}, wanted {rate} x {amount} of {name}"
            )
    return None


def activity_of(t: TCE, category: TOC | HOC) -> Decimal | None:
    """Return the amount that an intensity of this category is multiplied by."""
    if isinstance(category, HOC):
        return t.teu if category.hub_activity_unit == "TEU" else t.mass / _KG_PER_T
    if category.transport_activity_unit != "TEUkm":
        return t.transport_activity
    behind = distance_behind(t, category)
    km = behind[1] if behind else next(iter(t.distance.stated().values()))
    return None if t.teu is None else t.teu * km


def in_time(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Nothing arrives before it departs, or departs before what it follows has arrived."""
    if isinstance(thing, TAD):
        late = thing.arrival_at < thing.departure_at
        return [_fail("ILEAP-010", thing.activity_id, _WRONG_TIME)] if late else []
    return _time_faults(thing) if isinstance(thing, ShipmentFootprint) else None


_WRONG_TIME = "arrivalAt before departureAt, wanted it after"


def _time_faults(thing: ShipmentFootprint) -> Iterator[Finding]:
    by_id = {t.tce_id: t for t in thing.tces}
    for t in thing.tces:
        if t.departure_at and t.arrival_at and t.arrival_at < t.departure_at:
            yield _fail("ILEAP-010", t.tce_id, _WRONG_TIME)
        for name in t.prev_tce_ids or ():
            before = by_id.get(name)
            if before is None or before.arrival_at is None or t.departure_at is None:
                continue
            if before.arrival_at > t.departure_at:
                yield _fail(
                    "ILEAP-010", t.tce_id, f"departs before {name} arrives, wanted it after"
                )


def _places(thing: Thing) -> list[tuple[str, Location]]:
    if isinstance(thing, ShipmentFootprint):
        pairs = [(t.tce_id, place) for t in thing.tces for place in (t.origin, t.destination)]
    elif isinstance(thing, TAD):
        pairs = [(thing.activity_id, thing.origin), (thing.activity_id, thing.destination)]
    else:
        pairs = [(thing.hoc_id, thing.hub_location)] if isinstance(thing, HOC) else []
    return [(about, place) for about, place in pairs if place is not None]


def whole_position(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Find half a position: both numbers or none."""
    if isinstance(thing, TOC):
        return None
    return [
        _fail("ILEAP-011", about, f"{p.city}: lat {p.lat} and lng {p.lng}, wanted both or none")
        for about, p in _places(thing)
        if (p.lat is None) != (p.lng is None)
    ]


def airports_of_flights(thing: Thing, near: _Categories) -> Iterable[Finding] | None:
    """Find an IATA code of what does not fly; a hub has no mode and may have one."""
    if isinstance(thing, TAD):
        coded = [p for _, p in _places(thing) if p.iata]
        wrong = coded and thing.mode != "Air"
        return [_airport_fault(thing.activity_id, coded[0], thing.mode)] if wrong else []
    return _airport_faults(thing, near) if isinstance(thing, ShipmentFootprint) else None


def _airport_faults(thing: ShipmentFootprint, near: _Categories) -> Iterator[Finding]:
    for t in thing.tces:
        coded = [p for p in (t.origin, t.destination) if p is not None and p.iata]
        if not coded or not t.toc_id:
            continue
        toc = near.tocs.get(t.toc_id)
        if toc is None:
            yield _unknown("ILEAP-012", t.tce_id, f"mode of {t.toc_id!r} unknown, wanted its TOC")
        elif toc.mode != "Air":
            yield _airport_fault(t.tce_id, coded[0], toc.mode)


def _airport_fault(about: str, place: Location, mode: str) -> Finding:
    return _fail("ILEAP-012", about, f"iata {place.iata!r} for mode {mode}, wanted it for Air")


def one_feedstock(thing: Thing, _: _Categories) -> Iterable[Finding] | None:
    """Find a carrier of two feedstocks: it is two carriers, each with its own factor."""
    carriers = _carriers(thing)
    if not carriers:
        return None
    return [
        _fail(
            "ILEAP-013",
            _name(thing),
            f"{c.energy_carrier} of {len(c.feedstocks)} feedstocks, wanted one entry for each",
        )
        for c in carriers
        if c.feedstocks and len(c.feedstocks) > 1
    ]


_NAMES: dict[Rule, tuple[str, str]] = {
    one_category: ("ILEAP-001", "each element names one category"),
    some_element: ("ILEAP-002", "not empty"),
    own_shipment: ("ILEAP-003", "each element is of this shipment"),
    whole_chain: ("ILEAP-004", "the chain is whole and without a cycle"),
    activity: ("ILEAP-005", "activity is mass times distance"),
    whole_shares: ("ILEAP-006", "shares sum to one"),
    unit_of_consumption: ("ILEAP-007", "each consumption has its unit"),
    operation_within_total: ("ILEAP-008", "TTW is within WTW"),
    emissions_follow: ("ILEAP-009", "emissions are intensity times activity"),
    in_time: ("ILEAP-010", "times are in order"),
    whole_position: ("ILEAP-011", "positions are whole"),
    airports_of_flights: ("ILEAP-012", "airports are of flights"),
    one_feedstock: ("ILEAP-013", "one feedstock in one entry"),
}
RULES = tuple(_NAMES)
