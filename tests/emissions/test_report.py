"""The report of a footprint: every element that ISO 14083, 13.2 and 13.3 ask for, worked by hand.

Clauses are cited as in docs/methodology.md, by number, from secondary sources.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data import open_catalogue
from data.errors import DataError
from data.operation_schemas import OPERATIONS
from data.tables import Refused, read_bytes
from emissions import TCE, Factors, take_inventory
from emissions.conformity import guard_words
from emissions.differences import leg_rows
from emissions.energy import hub_energy
from emissions.library import Provenance, with_rows
from emissions.operations import categories_of
from emissions.report import About, footprint_report

FACTORS = Factors.load(open_catalogue())


def flight(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S", leg_no=1, kind="transport", mode="air", origin="PVG", destination="FRA",
        mass_kg=1000.0, distance_km=8880.0, distance_kind="gcd", toc_id="AIR-LONGHAUL-AVG",
    )  # fmt: skip
    return replace(plain, **change)


def hub(**change: Any) -> TCE:
    fuel, kwh = hub_energy(FACTORS.hoc("HUB-AIR"), 1000.0)
    plain = TCE(
        shipment_id="S", leg_no=2, kind="hub", mode="air", origin="FRA", destination="FRA",
        mass_kg=1000.0, hoc_id="HUB-AIR", fuel_kg=fuel, energy_kwh=kwh, grid_id="DE",
    )  # fmt: skip
    return replace(plain, **change)


def truck(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S", leg_no=3, kind="transport", mode="road", origin="FRA", destination="MAD",
        mass_kg=1000.0, distance_km=1800.0, distance_kind="sfd", toc_id="EV-ARTIC-40T",
        energy_kwh=200.0, grid_id="CN-JS",
    )  # fmt: skip
    return replace(plain, **change)


CHAIN = (flight(), hub(), truck())


def about(**change: Any) -> About:
    plain: dict[str, Any] = {
        "subject": "Freight of the year",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
    }
    return About(**(plain | change))


def report(*elements: TCE, **change: Any) -> dict[str, Any]:
    return footprint_report(take_inventory(elements or CHAIN, FACTORS), FACTORS, about(**change))


def kg_sum(rows: list[dict[str, Any]], column: str = "wtw_kgco2e") -> float:
    return sum(float(r[column]) for r in rows)


def test_totals_are_split_into_operation_and_energy_provision() -> None:
    """ISO 14083, 13.2: the total, and operation (TTW) with energy provision (WTT) apart."""
    inventory, r = take_inventory(CHAIN, FACTORS), report()
    totals = r["totals"]
    assert float(totals["wtw_kgco2e"]) == pytest.approx(inventory.physical.wtw_kgco2e)
    parts = float(totals["operation_ttw_kgco2e"]) + float(totals["energy_provision_wtt_kgco2e"])
    assert parts == pytest.approx(float(totals["wtw_kgco2e"]), abs=1e-6)
    assert r["method"].startswith("ISO 14083:2023")


def test_activity_is_of_carriage_and_of_hubs_apart() -> None:
    """8,880 tkm by great circle and 1,800 by road; 1 t handled."""
    activity = report()["activity"]
    assert activity["transport_tkm"] == 10_680.0
    assert activity["hub_t"] == 1.0
    assert activity["tkm_by_distance_kind"] == {"gcd": 8880.0, "sfd": 1800.0}


def test_hub_emissions_are_in_the_numerator_alone() -> None:
    """ISO 14083, 12.2.4: intensity of the chain with its hubs, over tkm of carriage."""
    r = report()
    total = float(r["totals"]["wtw_kgco2e"])
    assert r["intensity"]["total_g_per_tkm"] == pytest.approx(total / 10_680 * 1000)
    assert r["intensity"]["carriage_alone_g_per_tkm"] < r["intensity"]["total_g_per_tkm"]
    assert r["intensity"]["distance_kinds"] == ["gcd", "sfd"]


def test_modes_and_hubs_have_totals_activity_and_intensity() -> None:
    """ISO 14083, 13.3: per mode and per kind of hub; together they are the total."""
    r = report()
    modes = {row["mode"]: row for row in r["by_mode"]}
    assert modes["air"]["total_g_per_tkm"] == pytest.approx((0.13516 + 0.5313) * 1000, rel=1e-6)
    assert modes["air"]["operation_g_per_tkm"] == pytest.approx(531.3, rel=1e-6)
    assert modes["road"]["operation_g_per_tkm"] == 0.0
    (airport,) = r["by_hub_kind"]
    assert (airport["hub_kind"], airport["temperature"], airport["t"]) == ("airport", "ambient", 1)
    assert airport["total_kg_per_t"] == pytest.approx(float(airport["wtw_kgco2e"]))
    whole = kg_sum(r["by_mode"]) + kg_sum(r["by_hub_kind"])
    assert whole == pytest.approx(float(r["totals"]["wtw_kgco2e"]), abs=1e-5)


def test_cooled_carriage_stands_apart() -> None:
    """Intensities are separate per temperature condition (ISO 14083, 13.3)."""
    cooled = truck(toc_id="ROAD-ARTIC33-REEFER-AVG", energy_kwh=None, grid_id="")
    warm = truck(leg_no=5, toc_id="ROAD-ARTIC33-AVG", energy_kwh=None, grid_id="")
    rows = {(x["mode"], x["temperature"]): x for x in report(cooled, warm)["by_mode"]}
    assert set(rows) == {("road", "ambient"), ("road", "temperature_controlled")}
    reefer = rows["road", "temperature_controlled"]["total_g_per_tkm"]
    assert reefer > rows["road", "ambient"]["total_g_per_tkm"]


def test_energy_carriers_are_parted_where_known() -> None:
    """Jet by its category, electricity by the vehicle, diesel and power of a hub by amounts."""
    r, solar = report(), report(flight(), hub(grid_id="SOLAR-ONSITE"), truck())
    named = {(row["energy_carrier"], row["used_in"]): row for row in r["by_energy_carrier"]}
    assert set(named) == {
        ("jet", "carriage"),
        ("electricity", "carriage"),
        ("diesel", "handling"),
        ("electricity", "handling"),
    }
    power = (hub().energy_kwh or 0) * FACTORS.grid("DE").location_kgco2e_per_kwh
    found = float(named["electricity", "handling"]["wtw_kgco2e"])
    assert found == pytest.approx(power, abs=1e-5)
    assert kg_sum(r["by_energy_carrier"]) == pytest.approx(float(r["totals"]["wtw_kgco2e"]))
    assert "electricity made on site" in {x["energy_carrier"] for x in solar["by_energy_carrier"]}


def test_data_shares_by_emissions_and_by_tkm_sum_to_one() -> None:
    """The input data share: primary, modelled, default (ISO 14083, table 1)."""
    shares = report()["data_shares"]
    for name in ("by_emissions", "by_tkm", "tier_by_emissions", "distance_evidence_by_tkm"):
        assert sum(shares[name].values()) == pytest.approx(1.0), name
    assert shares["by_tkm"]["default"] == pytest.approx(8880 / 10_680)


def test_distance_evidence_is_shared_out_by_tkm() -> None:
    """Estimated distances are told by their weight, not by their number."""
    known = {("S", 1): "measured", ("S", 3): "estimated"}
    shares = report(distance_evidence=known)["data_shares"]["distance_evidence_by_tkm"]
    assert shares == {
        "estimated": pytest.approx(1800 / 10_680),
        "measured": pytest.approx(8880 / 10_680),
    }


def test_every_source_is_named_with_publisher_edition_and_licence() -> None:
    """Source of defaults and justification (ISO 14083, 13.3)."""
    r = report()
    desnz = next(s for s in r["sources"] if s["source_id"] == "desnz-2025")
    assert desnz["licence"] == "OGL-UK-3.0"
    assert desnz["edition"] == "2025"
    assert all(s["publisher"] and s["licence"] for s in r["sources"])
    assert r["factor_set"] == {"id": FACTORS.edition, "sha256": FACTORS.sha256}


def test_what_stands_outside_never_enters_the_total() -> None:
    """Radiative forcing and biogenic CO2 apart; market-based beside; offsets nowhere."""
    plain, claimed = report(), report(flight(saf_kg=100.0, saf_pathway="hefa-uco"), hub(), truck())
    assert claimed["totals"] == plain["totals"]
    assert float(claimed["market_based"]["wtw_kgco2e"]) < float(plain["market_based"]["wtw_kgco2e"])
    assert plain["offsets"] == "none in any figure"
    assert "biogenic_kgco2" in plain
    assert float(plain["rf_memo_kgco2e"]) >= 0
    assert any("offsets" in words for words in plain["excluded"])
    assert any("contrails" in words for words in plain["excluded"])


def test_the_interval_comes_with_its_assumption() -> None:
    """A figure without its doubt is half a figure."""
    span = report()["interval_kgco2e"]
    assert float(span["low"]) < float(report()["totals"]["wtw_kgco2e"]) < float(span["high"])
    assert "95 %" in span["assumption"]


def test_services_are_listed_at_service_level_alone() -> None:
    """Service level adds activity and operation-only figures of each chain (ISO 14083, 13.3)."""
    other = flight(shipment_id="T")
    services = report(*CHAIN, other, level="service")["chains"]["services"]
    assert [s["shipment_id"] for s in services] == ["S", "T"]
    assert services[1]["operation_g_per_tkm"] == pytest.approx(531.3, rel=1e-6)
    assert "services" not in report()["chains"]


@pytest.mark.parametrize(
    ("end", "yearly"), [(date(2025, 12, 31), True), (date(2025, 3, 31), False)]
)
def test_a_period_that_is_no_year_is_told(end: date, yearly: bool) -> None:  # noqa: FBT001
    """Categories hold for about one calendar year."""
    r = report(period_end=end)
    assert r["period"]["about_a_year"] is yearly
    assert any("the period has" in w for w in r["warnings"]) is not yearly


def test_omissions_and_refused_rows_are_listed() -> None:
    """Left out with its reason; a refused row is never silent."""
    refused = Refused(
        file="legs.csv", row=7, column="mass_kg", found="0", wanted="> 0", code="bad_value"
    )
    r = report(omissions=(("returns", "no data yet"),), refused=(refused,))
    assert r["omissions"] == [{"what": "returns", "why": "no data yet"}]
    assert r["refused"] == ["legs.csv row 7: mass_kg found '0', wanted > 0"]
    assert "1 rows were refused and are in no total" in r["warnings"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": "Certified climate neutral freight"}, r"subject: found 'certified'"),
        ({"omissions": (("office", "verified by us"),)}, r"omission: found 'verified'"),
    ],
)
def test_words_of_the_author_may_not_claim_what_only_others_can(
    change: dict[str, Any], said: str
) -> None:
    """The subject becomes title and heading of a page with our name on it."""
    with pytest.raises(DataError, match=said):
        report(**change)


def test_legs_outside_of_the_period_are_told() -> None:
    """2 of 3 legs depart in another year than the report is about."""
    days = (date(2024, 12, 31), date(2025, 6, 1), date(2026, 1, 1))
    (told,) = report(departures=days)["warnings"][:1]
    assert told.startswith("2 of 3 dated legs departed outside of the period: 2024-12-31 to 2026")
    assert not any("outside" in text for text in report(departures=days[1:2])["warnings"])


def test_factors_published_later_make_it_restated() -> None:
    """As of a day before the tables: named, and labelled."""
    restated = report(as_of=date(2024, 1, 1))["restated"]
    assert restated["label"] == "restated"
    assert restated["published_later"]["AIR-LONGHAUL-AVG"] == "2025-06-10"
    assert report(as_of=date(2026, 12, 31))["restated"]["label"] == ""


def test_changes_without_handling_are_counted() -> None:
    """A plane into a truck without a hub between them looks too good."""
    r = report(flight(), truck(leg_no=2))
    assert r["chains"]["changes_without_hub"] == 1
    assert any("no handling" in w for w in r["warnings"])


def test_carriers_figures_are_kept_beside() -> None:
    """Undisclosed method, ratio, and no change of any total (asks 7)."""
    rows = [leg_rows(take_inventory([flight()], FACTORS))[0] | {"carrier_wtw_kgco2e": "5000"}]
    r = report(carrier_rows=rows)
    assert r["carrier_figures"][0]["method"] == "undisclosed"
    assert r["totals"] == report()["totals"]


def scopes(*elements: TCE, **change: Any) -> dict[str, tuple[float, float]]:
    return {
        row["scope"]: (float(row["kgco2e"]), float(row["market_based_kgco2e"]))
        for row in report(*elements, **change)["ghg_protocol"]
    }


def test_bought_transport_is_category_4() -> None:
    """GHG Protocol, scope 3: the shipper pays (GLEC Framework v3.0, pages 57 and 65)."""
    (only,) = scopes().items()
    assert only[0] == "scope 3, category 4 (upstream transport)"
    assert only[1][0] == pytest.approx(take_inventory(CHAIN, FACTORS).physical.wtw_kgco2e)


@pytest.mark.parametrize("term", ["EXW", "fca", "FOB Shanghai", " FAS "])
def test_transport_that_the_customer_pays_is_category_9(term: str) -> None:
    """Incoterms E and F: the buyer bears the main carriage."""
    assert list(scopes(incoterms={"S": term})) == ["scope 3, category 9 (downstream transport)"]
    assert list(scopes(incoterms={"S": "DAP"})) == ["scope 3, category 4 (upstream transport)"]


def test_the_way_to_the_ship_is_the_sellers_under_fob() -> None:
    """FOB: pre-carriage in category 4, from the ship on in category 9."""
    sea = flight(
        leg_no=2, mode="sea", toc_id="SEA-CONTAINER-AVG", distance_kind="sfd", distance_km=9e3
    )
    found = scopes(truck(leg_no=1), sea, incoterms={"S": "FOB"})
    assert set(found) == {
        "scope 3, category 4 (upstream transport)",
        "scope 3, category 9 (downstream transport)",
    }


def test_own_fuel_is_scope_1_and_its_provision_category_3() -> None:
    """A carrier's own diesel: TTW in scope 1, WTT in 3.3."""
    own = truck(toc_id="DIESEL-ARTIC-40T", energy_kwh=None, fuel_kg=100.0, grid_id="")
    found = scopes(own, own_transport=frozenset({("S", 3)}))
    diesel = FACTORS.carrier("diesel")
    assert found["scope 1"][0] == pytest.approx(100 * diesel.ttw_kgco2e_per_kg)
    upstream = found["scope 3, category 3 (fuel and energy provision)"][0]
    assert upstream == pytest.approx(100 * diesel.wtt_kgco2e_per_kg)


def test_own_electricity_is_scope_2_by_location_and_market() -> None:
    """Generation in scope 2 (residual mix where market-based); upstream and losses in 3.3."""
    grid = FACTORS.grid("CN-JS")
    found = scopes(truck(), own_transport=frozenset({("S", 3)}))
    location, market = found["scope 2 (electricity)"]
    assert location == pytest.approx(200 * grid.generation_kgco2e_per_kwh)
    assert market == pytest.approx(200 * (grid.residual_kgco2e_per_kwh or 0))
    rest = found["scope 3, category 3 (fuel and energy provision)"][0]
    assert location + rest == pytest.approx(200 * grid.location_kgco2e_per_kwh)
    covered = scopes(truck(eac_kwh=200.0), own_transport=frozenset({("S", 3)}))
    assert covered["scope 2 (electricity)"] == pytest.approx((location, 0.0))


def test_scopes_sum_to_the_totals_whatever_is_owned() -> None:
    """Nothing twice, nothing lost, in both columns."""
    for own in ({("S", 1)}, {("S", 2)}, {("S", 1), ("S", 2), ("S", 3)}, set[tuple[str, int]]()):
        r = report(own_transport=frozenset(own))
        assert kg_sum(r["ghg_protocol"], "kgco2e") == pytest.approx(
            float(r["totals"]["wtw_kgco2e"]), abs=1e-5
        )
        assert kg_sum(r["ghg_protocol"], "market_based_kgco2e") == pytest.approx(
            float(r["market_based"]["wtw_kgco2e"]), abs=1e-5
        )
        owners = {row["run_by"]: row["elements"] for row in r["own_and_third_party"]}
        assert owners.get("own", 0) == len(own)


def test_a_report_is_plain_json_and_the_same_each_time() -> None:
    """Saved, compared, hashed: no clock, no order of rows in it."""
    one = json.dumps(report(), sort_keys=True)
    assert one == json.dumps(report(*reversed(CHAIN)), sort_keys=True)


def test_a_report_claims_nothing_that_it_may_not() -> None:
    """Self-check, by its own words (asks 14)."""
    for level in ("organisation", "service"):
        text = json.dumps(report(level=level, as_of=date(2024, 1, 1)), ensure_ascii=False)
        assert guard_words(text).ok
        assert "self-check" in text


def test_nothing_to_report_is_a_report_of_nothing() -> None:
    """No elements: zero totals, no intensity, no division."""
    r = footprint_report(take_inventory([], FACTORS), FACTORS, about())
    assert r["totals"]["wtw_kgco2e"] == "0.000000"
    assert r["intensity"]["total_g_per_tkm"] is None
    assert r["data_shares"]["by_emissions"] == {}


OPERATIONS_CSV = (
    b"category_id,mode,activity_tkm,carrier_id,amount,unit,quality,published_on\n"
    b"OWN-TRUCKS,road,100000,diesel:0.93|hvo:0.07,3000,kg,primary,2025-12-31\n"
)


def test_primary_data_is_shown_as_such() -> None:
    """A category from fuel burnt: primary share, its blend by name, its publisher (13.3)."""
    table = read_bytes(OPERATIONS_CSV, "operations.csv", OPERATIONS)
    source = Provenance(source_id="operations", publisher="Carrier", title="Fuel cards")
    factors = with_rows(FACTORS, "own", categories_of(table, FACTORS), source)
    assert table.refused == []
    leg = truck(toc_id="OWN-TRUCKS", energy_kwh=None, grid_id="")
    r = footprint_report(take_inventory([flight(), leg], factors), factors, about())
    assert r["data_shares"]["by_tkm"]["primary"] == pytest.approx(1800 / 10_680)
    assert ("diesel and hvo", "carriage") in {
        (row["energy_carrier"], row["used_in"]) for row in r["by_energy_carrier"]
    }
    named = {s["source_id"]: s["publisher"] for s in r["sources"]}
    assert named["operations"] == "Carrier"
    assert float(r["biogenic_kgco2"]) > 0
