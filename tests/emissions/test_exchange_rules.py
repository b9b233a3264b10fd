"""Thirteen rules that the JSON schema of iLEAP does not check: each passes once and fails once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from data.findings import Severity, Verdict
from emissions.exchange.incoming import consumption_sense
from emissions.exchange.models import HOC, TAD, TOC, TOLERANT, ShipmentFootprint
from emissions.exchange.rules import (
    AIR_DETOUR_KM,
    ROUNDED_SHARE,
    RULES,
    Thing,
    check,
    distance_behind,
    in_order,
)

SHANGHAI = {"city": "Shanghai", "country": "CN"}
FRANKFURT = {"city": "Frankfurt", "country": "DE"}
JET = {
    "energyCarrier": "Aviation fuel",
    "relativeShare": "1",
    "feedstocks": [{"feedstock": "Fossil"}],
    "emissionFactorWTW": "3.8",
    "emissionFactorTTW": "3.2",
}


def toc(**change: Any) -> TOC:
    plain = {
        "tocId": "AIR",
        "mode": "Air",
        "energyCarriers": [JET],
        "co2eIntensityWTW": "0.6",
        "co2eIntensityTTW": "0.5",
        "transportActivityUnit": "tkm",
    }
    return TOC.model_validate(plain | change, context=TOLERANT)


def hoc(**change: Any) -> HOC:
    plain = {
        "hocId": "HUB",
        "hubType": "Transshipment",
        "energyCarriers": [JET | {"energyCarrier": "Electric", "feedstocks": None}],
        "co2eIntensityWTW": "2",
        "co2eIntensityTTW": "0",
        "hubActivityUnit": "tonnes",
    }
    return HOC.model_validate(plain | change, context=TOLERANT)


def flight(**change: Any) -> dict[str, Any]:
    """2 t over 1000 km: 2000 tkm at 0.6 kg is 1200 kg."""
    return {
        "tceId": "b",
        "prevTceIds": ["a"],
        "tocId": "AIR",
        "shipmentId": "S",
        "mass": "2000",
        "distance": {"gcd": "1000"},
        "origin": SHANGHAI,
        "destination": FRANKFURT,
        "transportActivity": "2000",
        "departureAt": "2026-01-02T00:00:00Z",
        "arrivalAt": "2026-01-02T12:00:00Z",
        "co2eWTW": "1200",
        "co2eTTW": "1000",
    } | change


def handling(**change: Any) -> dict[str, Any]:
    """2 t at 2 kg per tonne is 4 kg, before the flight."""
    return {
        "tceId": "a",
        "prevTceIds": [],
        "hocId": "HUB",
        "shipmentId": "S",
        "mass": "2000",
        "distance": {"actual": "0"},
        "origin": SHANGHAI,
        "destination": SHANGHAI,
        "transportActivity": "0",
        "departureAt": "2026-01-01T00:00:00Z",
        "arrivalAt": "2026-01-01T12:00:00Z",
        "co2eWTW": "4",
        "co2eTTW": "0",
    } | change


def shipment(*tces: dict[str, Any]) -> ShipmentFootprint:
    data = {"mass": "2000", "shipmentId": "S", "tces": list(tces)}
    return ShipmentFootprint.model_validate(data, context=TOLERANT)


def tad(**change: Any) -> TAD:
    plain = {
        "activityId": "A",
        "consignmentIds": ["C"],
        "distance": {"actual": "100"},
        "origin": SHANGHAI,
        "destination": FRANKFURT,
        "departureAt": "2026-01-01T00:00:00Z",
        "arrivalAt": "2026-01-02T00:00:00+01:00",
        "mode": "Road",
    }
    return TAD.model_validate(plain | change, context=TOLERANT)


def ask(thing: Thing, **tocs: TOC) -> dict[str, list[Any]]:
    """Findings by code, with the flight's TOC and the hub's HOC at hand."""
    near = {"AIR": toc()} | {t.toc_id: t for t in tocs.values()}
    found: dict[str, list[Any]] = {}
    for finding in check(thing, tocs=near, hocs={"HUB": hoc()}).findings:
        found.setdefault(finding.code, []).append(finding)
    return found


def failed(thing: Thing, code: str, **tocs: TOC) -> bool:
    return any(f.verdict is Verdict.FAIL for f in ask(thing, **tocs)[code])


GOOD = shipment(handling(), flight())


def test_good_chain_passes_each_rule_that_applies() -> None:
    """A report that passes says what it looked at: ten of thirteen rules concern shipments."""
    found = ask(GOOD)
    assert all(f.verdict is Verdict.PASS for those in found.values() for f in those)
    assert sorted(found) == [f"ILEAP-{n:03}" for n in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12)]
    assert len(RULES) == 13


def test_good_categories_and_activities_pass() -> None:
    """The other three rules concern energy carriers."""
    for thing in (toc(), hoc(), tad(energyCarriers=[JET])):
        report = check(thing)
        assert report.ok, report.failed()
        assert {"ILEAP-006", "ILEAP-007", "ILEAP-013"} <= {f.code for f in report.findings}


@pytest.mark.parametrize(
    ("code", "thing"),
    [
        ("ILEAP-001", shipment(flight(prevTceIds=[], hocId="HUB"))),
        ("ILEAP-001", shipment(flight(prevTceIds=[], tocId=None))),
        ("ILEAP-002", shipment()),
        ("ILEAP-002", toc(energyCarriers=[])),
        ("ILEAP-003", shipment(handling(shipmentId="T"), flight())),
        ("ILEAP-004", shipment(flight(prevTceIds=["nobody"]))),
        ("ILEAP-004", shipment(handling(prevTceIds=["b"]), flight())),
        ("ILEAP-004", shipment(handling(), handling())),
        ("ILEAP-005", shipment(handling(), flight(transportActivity="200"))),
        ("ILEAP-005", shipment(handling(transportActivity="2"), flight())),
        ("ILEAP-006", toc(energyCarriers=[JET | {"relativeShare": "0.9"}])),
        (
            "ILEAP-006",
            toc(energyCarriers=[JET | {"feedstocks": [{"feedstock": "x", "feedstockShare": "2"}]}]),
        ),
        ("ILEAP-007", toc(energyCarriers=[JET | {"energyConsumption": "1"}])),
        ("ILEAP-008", toc(co2eIntensityTTW="0.7")),
        ("ILEAP-009", shipment(handling(), flight(co2eWTW="1300"))),
        ("ILEAP-009", shipment(handling(co2eWTW="5"), flight())),
        ("ILEAP-010", shipment(handling(arrivalAt="2025-12-31T00:00:00Z"), flight())),
        ("ILEAP-010", shipment(handling(arrivalAt="2026-01-03T00:00:00Z"), flight())),
        ("ILEAP-010", tad(arrivalAt="2025-12-31T00:00:00Z")),
        ("ILEAP-011", shipment(handling(), flight(origin=SHANGHAI | {"lat": "31.1"}))),
        ("ILEAP-011", hoc(hubLocation=SHANGHAI | {"lng": "121.8"})),
        ("ILEAP-012", tad(origin=SHANGHAI | {"iata": "PVG"})),
        (
            "ILEAP-013",
            toc(
                energyCarriers=[
                    JET | {"feedstocks": [{"feedstock": "Fossil"}, {"feedstock": "Cooking oil"}]}
                ]
            ),
        ),
    ],
)
def test_each_rule_fails_on_its_own_fault(code: str, thing: Thing) -> None:
    """What the schema lets pass: section by section of the model."""
    assert failed(thing, code)


def test_operation_above_total_warns_and_does_not_decide() -> None:
    """A biofuel that takes up CO2 may emit more in operation than in total."""
    (finding,) = ask(toc(co2eIntensityTTW="0.7"))["ILEAP-008"]
    assert finding.severity is Severity.WARNING


def test_code_of_an_airport_needs_a_flight() -> None:
    """The same place is an airport for a flight, and is not one for a truck."""
    pvg = SHANGHAI | {"iata": "PVG"}
    chain = shipment(handling(), flight(origin=pvg))
    assert not failed(chain, "ILEAP-012")
    assert failed(chain, "ILEAP-012", road=toc(mode="Road"))


def test_element_without_its_category_is_unknown_not_a_pass() -> None:
    """Nobody can multiply by an intensity that is not at hand."""
    report = check(GOOD)
    unknown = [f for f in report.findings if f.verdict is Verdict.UNKNOWN]
    assert {f.code for f in unknown} == {"ILEAP-009"}
    assert len(unknown) == 2


def test_activity_of_a_flight_may_hold_the_detour_and_says_so() -> None:
    """Great circle plus 95 km is the activity distance of many senders of air freight."""
    flown = flight(transportActivity="2190", co2eWTW="1314", co2eTTW="1095")
    (finding,) = ask(shipment(handling(), flown))["ILEAP-005"]
    assert finding.verdict is Verdict.PASS
    assert str(AIR_DETOUR_KM) in finding.message
    assert failed(shipment(handling(), flown), "ILEAP-005", road=toc(mode="Road"))


def test_any_stated_distance_may_be_the_one_of_the_activity() -> None:
    """A sender states the driven distance too; the activity stands on the shortest feasible."""
    tce = shipment(flight(prevTceIds=[], distance={"actual": "1090", "sfd": "1000"})).tces[0]
    assert distance_behind(tce, None) == ("sfd", Decimal(1000))


@pytest.mark.parametrize(("wtw", "fails"), [("1206", False), ("1206.1", True)])
def test_tolerance_is_half_a_percent(wtw: str, *, fails: bool) -> None:
    """Senders round to three figures; more than that is another number."""
    assert Decimal("0.005") == ROUNDED_SHARE
    assert failed(shipment(handling(), flight(co2eWTW=wtw)), "ILEAP-009") is fails


def test_published_examples_of_wrong_arithmetic_are_found() -> None:
    """87 kg over 423 km is 36.801 tkm; the specification once prints a tenth of it."""
    leg = {"prevTceIds": [], "mass": "87", "distance": {"actual": "423"}}
    assert not failed(shipment(flight(**leg, transportActivity="36.801")), "ILEAP-005")
    assert failed(shipment(flight(**leg, transportActivity="3.6801")), "ILEAP-005")


def test_intensity_per_teu_km_needs_containers() -> None:
    """Mass does not tell how many containers: 2 TEU x 1000 km x 0.6 is 1200 kg."""
    by_teu = toc(transportActivityUnit="TEUkm")
    bare = shipment(handling(), flight())
    assert failed(bare, "ILEAP-009", sea=by_teu)
    boxes = {"packagingOrTrEqType": "Container-FEU", "packagingOrTrEqAmount": "1"}
    assert not failed(shipment(handling(), flight(**boxes)), "ILEAP-009", sea=by_teu)


def test_order_follows_predecessors_not_the_list() -> None:
    """Senders may write a chain in any order; side by side keeps the order as written."""
    last = flight(tceId="c", prevTceIds=["b", "x"])
    side = handling(tceId="x")
    done, circling = in_order(shipment(last, flight(), side, handling()).tces)
    assert [t.tce_id for t in done] == ["x", "a", "b", "c"]
    assert circling == []


def test_long_chain_backwards_is_ordered_in_time() -> None:
    """A hostile list must not cost its square: twenty thousand elements, last first."""
    many = 20_000
    tces = [
        handling(tceId=str(i), prevTceIds=[str(i - 1)] if i else []) for i in reversed(range(many))
    ]
    done, circling = in_order(shipment(*tces).tces)
    assert [t.tce_id for t in done] == [str(i) for i in range(many)]
    assert not circling


@pytest.mark.parametrize(
    ("shares", "sense"),
    [
        # 0.18 x 3.84 + 0.02 x 0.60 = 0.7032: amounts per tkm of the whole activity.
        (("0.18", "0.02"), "whole"),
        # The same fuel per tkm of its own nine and one tenths.
        (("0.2", "0.2"), "own"),
        (("1", "1"), ""),
    ],
)
def test_sense_of_consumption_is_the_one_that_reproduces_the_intensity(
    shares: tuple[str, str], sense: str
) -> None:
    """The specification can be read both ways; the stated intensity decides."""
    parts = (("0.9", shares[0], "3.84", "3.2"), ("0.1", shares[1], "0.60", "0"))
    carriers = [
        JET
        | {
            "relativeShare": share,
            "energyConsumption": amount,
            "energyConsumptionUnit": "kg",
            "emissionFactorWTW": wtw,
            "emissionFactorTTW": ttw,
        }
        for share, amount, wtw, ttw in parts
    ]
    category = toc(energyCarriers=carriers, co2eIntensityWTW="0.7032", co2eIntensityTTW="0.576")
    assert consumption_sense(category) == sense
