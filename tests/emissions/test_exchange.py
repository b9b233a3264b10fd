"""Footprints go out as iLEAP objects and come back the same; what others send is judged by path."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing.exceptions import PointerToNowhere

from data import open_catalogue
from data.errors import GreenlaneError
from data.factor_schemas import HUB_INTENSITIES, INTENSITIES
from data.schemas import FOOTPRINT_LEGS
from data.tables import read_bytes, write_bytes
from data.units import MG_PER_KG
from emissions import TCE, EmissionsError, Factors, take_inventory
from emissions.categories import MatchKey
from emissions.energy import hub_energy
from emissions.exchange import (
    EnergyMix,
    Export,
    LegFacts,
    Objects,
    Place,
    Publication,
    activity_rows,
    facts_of,
    hub_rows,
    intensity_rows,
    leg_rows,
    objects_of,
    publish,
    read_objects,
)
from emissions.exchange.decoding import MAX_DEPTH
from emissions.exchange.models import MAX_DIGITS
from emissions.exchange.pact import DOCUMENTATION, MARKET_SCHEMA, SCHEMAS
from emissions.exchange.vocabulary import ENERGY_CARRIERS, carrier_of, fuel_of
from emissions.factor_rows import hoc_intensity_of, toc_of

FACTORS = Factors.load(open_catalogue())
ASSETS = Path(__file__).resolve().parents[1] / "assets" / "ileap"
PLACES = {
    "SHA": Place(city="Shanghai", country="CN", locode="CNSHG"),
    "PVG": Place(city="Shanghai", country="CN", iata="PVG", lat=31.1434, lng=121.8052),
    "FRA": Place(city="Frankfurt am Main", country="DE", iata="FRA"),
    "BER": Place(city="Berlin", country="DE"),
}
PUBLICATION = Publication(
    company_name="Example Forwarding",
    company_ids=("urn:example:forwarding",),
    created=datetime(2026, 1, 15, tzinfo=UTC),
    period_start=datetime(2025, 1, 1, tzinfo=UTC),
    period_end=datetime(2026, 1, 1, tzinfo=UTC),
)


def carriage(leg_no: int, mode: str, ends: str, toc_id: str, **change: Any) -> TCE:
    origin, destination = ends.split("-")
    plain: dict[str, Any] = {
        "shipment_id": "S1",
        "leg_no": leg_no,
        "kind": "transport",
        "mode": mode,
        "origin": origin,
        "destination": destination,
        "mass_kg": 1234.5,
        "distance_km": 60.25,
        "distance_kind": "sfd",
        "toc_id": toc_id,
    }
    return TCE(**plain | change)


def handling(leg_no: int, at: str, hoc_id: str, grid_id: str, mass_kg: float = 1234.5) -> TCE:
    diesel, kwh = hub_energy(FACTORS.hoc(hoc_id), mass_kg)
    return TCE(
        shipment_id="S1",
        leg_no=leg_no,
        kind="hub",
        mode="air",
        origin=at,
        destination=at,
        mass_kg=mass_kg,
        hoc_id=hoc_id,
        fuel_kg=diesel or None,
        energy_kwh=kwh or None,
        grid_id=grid_id,
    )


CHAIN = (
    carriage(1, "road", "SHA-PVG", "ROAD-ARTIC33-AVG"),
    handling(2, "PVG", "HUB-AIR", "CN"),
    carriage(3, "air", "PVG-FRA", "AIR-LONGHAUL-AVG", distance_km=8880.0, distance_kind="gcd"),
    handling(4, "FRA", "HUB-AIR", "DE"),
    carriage(
        5, "road", "FRA-BER", "EV-ARTIC-40T", distance_km=550.0, energy_kwh=41.5, grid_id="DE"
    ),
)
TIMES = {
    (e.shipment_id, e.leg_no): LegFacts(
        departs_at=datetime(2025, 6, e.leg_no, 8, tzinfo=UTC),
        arrives_at=datetime(2025, 6, e.leg_no, 20, tzinfo=UTC),
        flight_no="XX8400" if e.mode == "air" else "",
    )
    for e in CHAIN
}


def objects(*elements: TCE, factors: Factors = FACTORS, **options: Any) -> Objects:
    taken = take_inventory(elements or CHAIN, factors)
    plain: dict[str, Any] = {"places": PLACES, "facts": TIMES}
    return objects_of(taken, factors, **plain | options)


def document(export: Export) -> bytes:
    return json.dumps({"data": [*export.footprints, *export.tads]}).encode()


def schema(name: str) -> dict[str, Any]:
    """A published schema, with the three references that are misspelt there put right."""
    text = (ASSETS / f"{name}.json").read_text("utf-8")
    for wrong in ("Toc", "Hoc", "Tad"):
        text = text.replace(f'#/definitions/{wrong}"', f'#/definitions/{wrong.upper()}"')
    found: dict[str, Any] = json.loads(text)
    return found


# --- outgoing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [("shipment", "pcf-shipment-footprint"), ("toc", "pcf-toc"), ("hoc", "pcf-hoc")],
)
def test_footprints_satisfy_the_published_schemas(kind: str, name: str) -> None:
    """The schemas of the specification's authors are the oracle of what we write."""
    footprints = publish(objects(), PUBLICATION).footprints
    ours = [f for f in footprints if f["extensions"][0]["dataSchema"] == SCHEMAS[kind]]
    assert ours
    for footprint in ours:
        jsonschema.validate(footprint, schema(name), format_checker=jsonschema.FormatChecker())


def test_activity_data_satisfies_the_published_schema() -> None:
    """Each carriage with both times is one activity."""
    tads = publish(objects(), PUBLICATION).tads
    assert [t["activityId"] for t in tads] == ["S1/1", "S1/3", "S1/5"]
    for tad in tads:
        jsonschema.validate(tad, schema("tad"))


def test_published_envelope_schemas_are_misspelt() -> None:
    """They name definitions that they do not hold; when that is mended our patch can go."""
    footprint = publish(objects(), PUBLICATION).footprints[0]
    broken = json.loads((ASSETS / "pcf-toc.json").read_text("utf-8"))
    with pytest.raises(Exception, match="Toc") as caught:
        jsonschema.validate(footprint, broken)
    assert isinstance(caught.value.__cause__, PointerToNowhere)


def test_each_element_carries_the_milligrams_of_its_line() -> None:
    """Kilograms with six decimals, the inventory's own integers, physical alone."""
    lines = take_inventory(CHAIN, FACTORS).lines
    (shipment,) = objects().shipments
    for line, tce in zip(lines, shipment.tces, strict=True):
        assert tce.co2e_wtw * MG_PER_KG == line.physical.wtw_mg
        assert tce.co2e_ttw * MG_PER_KG == line.physical.ttw_mg


def test_chain_is_linked_and_hubs_have_neither_distance_nor_activity() -> None:
    """A conformance tester of the specification's authors wants 0 and 0 at a hub."""
    (shipment,) = objects().shipments
    assert [t.prev_tce_ids for t in shipment.tces] == [
        (),
        ("S1/1",),
        ("S1/2",),
        ("S1/3",),
        ("S1/4",),
    ]
    hub = shipment.to_json()["tces"][1]
    assert (hub["distance"], hub["transportActivity"]) == ({"actual": "0"}, "0")
    assert "tocId" not in hub


def test_activity_is_an_exact_product() -> None:
    """1234.5 kg over 60.25 km is 74.378625 tkm, without the dust of binary floats."""
    (shipment,) = objects().shipments
    assert shipment.to_json()["tces"][0]["transportActivity"] == "74.378625"


def test_airports_stand_at_flights_alone() -> None:
    """An IATA code at a truck's stop breaks the rules of the model."""
    (shipment,) = objects().shipments
    assert [t.origin.iata for t in shipment.tces if t.origin] == [None, None, "PVG", None, None]


def test_every_category_that_is_named_is_there() -> None:
    """A receiver must be able to fetch each TOC and HOC."""
    found = objects()
    named = {t.toc_id or t.hoc_id for s in found.shipments for t in s.tces}
    assert named == {t.toc_id for t in found.tocs} | {h.hoc_id for h in found.hocs}


def test_hub_is_one_category_for_each_grid() -> None:
    """The same terminal energy emits differently in two countries."""
    assert [h.hoc_id for h in objects().hocs] == ["HUB-AIR@CN", "HUB-AIR@DE"]
    cn, de = objects().hocs
    assert cn.co2e_intensity_wtw > de.co2e_intensity_wtw
    assert {c.energy_carrier for c in cn.energy_carriers} == {"Electric", "Diesel"}


def test_consumption_of_a_hub_is_per_tonne_of_all_its_activity() -> None:
    """Intensity = sum of consumption x factor, without the share: our reading of the model."""
    hub = objects().hocs[0]
    total = sum((c.energy_consumption or 0) * c.emission_factor_wtw for c in hub.energy_carriers)
    assert abs(total - hub.co2e_intensity_wtw) < Decimal("1e-11")
    assert sum(c.relative_share for c in hub.energy_carriers) == 1


def test_dedicated_vehicle_becomes_a_category_of_its_departure() -> None:
    """Its intensity is what it emitted per tkm of those on board: 41.5 kWh x grid / 678.975 tkm."""
    toc = next(t for t in objects().tocs if t.toc_id.startswith("EV-"))
    assert toc.toc_id == "EV-ARTIC-40T/S1/5"
    rate = FACTORS.grid("DE").location_kgco2e_per_kwh
    assert float(toc.co2e_intensity_wtw) == pytest.approx(41.5 * rate / 678.975, rel=1e-7)
    assert toc.energy_carriers[0].energy_carrier == "Electric"


def test_shipments_of_one_departure_share_its_category() -> None:
    """Energy was shared by activity, so the intensity is one and the same."""
    both = [
        carriage(
            1,
            "road",
            "FRA-BER",
            "EV-ARTIC-40T",
            shipment_id=name,
            energy_kwh=kwh,
            grid_id="DE",
            mass_kg=mass,
        )
        for name, kwh, mass in (("A", 10.0, 1000.0), ("B", 20.0, 2000.0))
    ]
    facts = {(name, 1): LegFacts(departure_id="D7") for name in "AB"}
    found = objects(*both, facts=facts)
    assert [t.toc_id for t in found.tocs] == ["EV-ARTIC-40T/D7"]


def test_intensity_per_teu_km_goes_out_with_its_containers() -> None:
    """2 TEU x 60.25 km: the intensity is not multiplied by the mass."""
    sea = replace(FACTORS.toc("SEA-CONTAINER-AVG"), activity_unit="teukm", wtt_kgco2e_per_tkm=0.02)
    factors = replace(FACTORS, tocs={sea.toc_id: sea})
    leg = carriage(1, "sea", "SHA-BER", sea.toc_id, teu=2.0)
    found = objects(leg, factors=factors)
    assert found.tocs[0].transport_activity_unit == "TEUkm"
    tce = found.shipments[0].tces[0]
    assert (tce.packaging_or_tr_eq_type, tce.teu) == ("Container-TEU", Decimal(2))


def test_distance_behind_the_intensity_stands_beside_the_planned_one() -> None:
    """An intensity per driven km: activity holds the detour, so both distances are told."""
    toc = replace(FACTORS.toc("ROAD-ARTIC33-AVG"), distance_kind="actual", daf_included="no")
    factors = replace(FACTORS, tocs={toc.toc_id: toc})
    (tce,) = objects(CHAIN[0], factors=factors).shipments[0].tces
    driven = tce.distance.actual
    assert driven is not None
    assert tce.distance.sfd == Decimal("60.25") < driven
    assert tce.transport_activity == tce.mass / 1000 * driven


def test_blend_becomes_carriers_with_shares_of_its_energy() -> None:
    """A mix given for a category counts before the category's own carrier."""
    mixes = {"ROAD-ARTIC33-AVG": EnergyMix(shares=(("diesel", 0.7), ("hvo", 0.3)))}
    (toc,) = objects(CHAIN[0], mixes=mixes).tocs
    assert [(c.energy_carrier, str(c.relative_share)) for c in toc.energy_carriers] == [
        ("Diesel", "0.7"),
        ("HVO", "0.3"),
    ]


def test_mix_of_a_matching_key_counts_for_electric_rail() -> None:
    """The key knows share and region; the region's grid gives the factor that iLEAP demands."""
    key = MatchKey(
        match_id="m",
        category_id="RAIL-CHINA-EUROPE",
        kind="toc",
        mode="rail",
        region="DE",
        energy_mix=(("diesel", 0.2), ("electricity", 0.8)),
    )
    factors = replace(FACTORS, matches=(key,))
    (toc,) = objects(carriage(1, "rail", "SHA-BER", "RAIL-CHINA-EUROPE"), factors=factors).tocs
    electric = toc.energy_carriers[1]
    rate = FACTORS.grid("DE").location_kgco2e_per_kwh
    assert float(electric.emission_factor_wtw) == rate


def test_electric_trains_of_several_countries_name_each_grid() -> None:
    """A mean of countries has no grid of its own; each share brings its factor."""
    mixes = {
        "RAIL-ELECTRIC-EU": EnergyMix(shares=(("electricity@DE", 0.75), ("electricity@FR", 0.25)))
    }
    (toc,) = objects(carriage(1, "rail", "SHA-BER", "RAIL-ELECTRIC-EU"), mixes=mixes).tocs
    rates = [FACTORS.grid(name).location_kgco2e_per_kwh for name in ("DE", "FR")]
    assert [float(c.emission_factor_wtw) for c in toc.energy_carriers] == rates


@pytest.mark.parametrize(
    ("element", "options", "said"),
    [
        (carriage(1, "rail", "SHA-BER", "RAIL-CHINA-EUROPE"), {}, "RAIL-CHINA-EUROPE: its energy"),
        (carriage(1, "rail", "SHA-BER", "RAIL-ELECTRIC-DE"), {}, "grid of its electricity"),
        (CHAIN[0], {"places": {"SHA": PLACES["SHA"]}}, "place 'PVG' is not among the places"),
        (replace(CHAIN[0], distance_kind="not_stated"), {}, "distance_kind 'not_stated'"),
        (
            CHAIN[0],
            {"mixes": {"ROAD-ARTIC33-AVG": EnergyMix(shares=(("coal", 1.0),))}},
            "'coal' has no name in iLEAP",
        ),
    ],
)
def test_what_is_not_known_is_an_error_that_names_it(
    element: TCE, options: dict[str, Any], said: str
) -> None:
    """A guess of an energy carrier, a city or a kind of distance is no export."""
    factors = replace(FACTORS, matches=())
    with pytest.raises(EmissionsError, match=said):
        objects(element, factors=factors, **options)


def test_all_faults_are_told_at_once() -> None:
    """Whoever must mend places wants the whole list."""
    with pytest.raises(EmissionsError) as caught:
        objects(places={})
    assert str(caught.value).count("is not among the places") == 8


def test_carriage_without_times_has_no_activity_data_and_is_named() -> None:
    """The model demands both times of an activity; nothing is dropped in silence."""
    found = objects(facts={})
    assert found.tads == ()
    assert found.left_out[0].startswith("S1 leg 1")
    assert len(found.left_out) == 3


def test_own_rules_hold_before_anything_leaves() -> None:
    """A departure before the arrival that it follows would be another's problem."""
    wrong = TIMES | {
        ("S1", 1): LegFacts(
            departs_at=TIMES["S1", 5].departs_at, arrives_at=TIMES["S1", 5].arrives_at
        )
    }
    with pytest.raises(GreenlaneError, match="ILEAP-010"):
        objects(facts=wrong)


def test_facts_come_from_rows_of_legs() -> None:
    """Times and flight numbers are in no inventory."""
    row = {"shipment_id": "S1", "leg_no": 3, "departure_id": None, "flight_no": "XX1"}
    assert facts_of([row]) == {("S1", 3): LegFacts(flight_no="XX1")}


# --- envelope -------------------------------------------------------------------------------------


def footprint_of(kind: str, **options: Any) -> dict[str, Any]:
    found = publish(objects(), PUBLICATION, **options).footprints
    return next(f for f in found if f["extensions"][0]["dataSchema"] == SCHEMAS[kind])


def test_envelope_of_a_shipment_follows_the_mapping() -> None:
    """Unit, amount, mass and total as iLEAP maps them on a product footprint."""
    footprint = footprint_of("shipment")
    inventory = take_inventory(CHAIN, FACTORS)
    pcf = footprint["pcf"]
    assert footprint["productIds"] == [
        "urn:pathfinder:product:customcode:vendor-assigned:shipment:S1"
    ]
    assert footprint["productCategoryCpc"] == "83117"
    assert pcf["declaredUnit"] == "ton kilometer"
    assert float(pcf["unitaryProductAmount"]) == pytest.approx(inventory.activity_tkm)
    assert pcf["productMassPerDeclaredUnit"] == "1234.5"
    assert Decimal(pcf["pCfExcludingBiogenic"]) * MG_PER_KG == inventory.physical.wtw_mg
    assert pcf["fossilGhgEmissions"] == pcf["pCfExcludingBiogenic"]
    assert (pcf["biogenicCarbonContent"], pcf["packagingEmissionsIncluded"]) == ("0", False)
    assert (pcf["characterizationFactors"], pcf["primaryDataShare"]) == ("AR5", 0.0)
    assert footprint["extensions"][0]["documentation"] == DOCUMENTATION


def test_envelopes_of_categories_follow_the_mapping() -> None:
    """A TOC is declared for one tkm, a HOC for a tonne in kilograms."""
    toc, hoc = footprint_of("toc")["pcf"], footprint_of("hoc")["pcf"]
    assert (toc["declaredUnit"], toc["unitaryProductAmount"]) == ("ton kilometer", "1")
    assert (hoc["declaredUnit"], hoc["unitaryProductAmount"]) == ("kilogram", "1000")


def test_names_are_hashes_of_content() -> None:
    """The same content has the same name in each run; another date is other content."""
    one, two = (publish(objects(), PUBLICATION).footprints for _ in range(2))
    assert one == two
    later = replace(PUBLICATION, created=datetime(2026, 1, 16, tzinfo=UTC))
    assert {f["id"] for f in one}.isdisjoint(f["id"] for f in publish(objects(), later).footprints)


def test_market_based_figures_enter_no_ileap_object() -> None:
    """SAF and certificates change the market-based column; the export stays as it was."""
    claimed = (*CHAIN[:4], replace(CHAIN[4], eac_kwh=41.5))
    assert (
        take_inventory(claimed, FACTORS).market_based.wtw_mg
        < take_inventory(CHAIN, FACTORS).market_based.wtw_mg
    )
    assert publish(objects(*claimed), PUBLICATION) == publish(objects(), PUBLICATION)


def test_market_based_column_goes_out_in_an_extension_of_our_own() -> None:
    """On demand, beside the one iLEAP object, under an address that nobody else owns."""
    assert len(footprint_of("shipment")["extensions"]) == 1
    _, own = footprint_of("shipment", market_based=True)["extensions"]
    market = take_inventory(CHAIN, FACTORS).market_based
    assert own["dataSchema"] == MARKET_SCHEMA
    assert own["dataSchema"].startswith("https://greenlane.invalid/")
    assert Decimal(own["data"]["co2eWTW"]) * MG_PER_KG == market.wtw_mg


def test_sets_of_warming_potentials_are_never_mixed_in_an_envelope() -> None:
    """One footprint declares one set; AR4 cannot be declared at all."""
    old = replace(FACTORS.toc("ROAD-ARTIC33-AVG"), gwp_set="AR4")
    factors = replace(FACTORS, tocs={old.toc_id: old})
    with pytest.raises(EmissionsError, match="AR4, wanted one of AR5, AR6"):
        publish(objects(CHAIN[0], factors=factors), PUBLICATION)


@pytest.mark.parametrize(
    "change",
    [
        {"company_name": ""},
        {"company_ids": ("forwarding",)},
        {"cross_sectoral_standards": ()},
        {"period_end": PUBLICATION.period_start},
    ],
)
def test_publication_without_its_facts_is_refused(change: dict[str, Any]) -> None:
    """The protocol demands a company with a URN, a standard and a period."""
    with pytest.raises(EmissionsError, match="wanted"):
        replace(PUBLICATION, **change)


# --- vocabulary -----------------------------------------------------------------------------------


def test_each_carrier_that_ships_has_a_name_there_and_back() -> None:
    """Every fuel of the factor set can be exported; a plain one comes back as itself."""
    for carrier_id in (*FACTORS.carriers, "electricity", "methanol", "hydrogen", "lpg"):
        fuel = fuel_of(carrier_id)
        if fuel is None:  # a fuel without a name there cannot go out: the export says so
            continue
        assert fuel.energy_carrier in ENERGY_CARRIERS
        assert carrier_of(fuel.energy_carrier) == {"vlsfo": "hfo"}.get(
            word := carrier_id.split("-")[0], word
        )


def test_aviation_fuel_of_cooking_oil_is_no_jet() -> None:
    """There is no field for SAF: such a carrier must not come back as fossil."""
    assert carrier_of("Aviation fuel", ("Cooking oil",)) == ""
    assert carrier_of("Aviation fuel", ("Fossil",)) == "jet"


# --- there and back -------------------------------------------------------------------------------


def test_round_trip_keeps_activity_intensities_and_milligrams() -> None:
    """What goes out and comes in again is the same footprint."""
    inventory = take_inventory(CHAIN, FACTORS)
    found = read_objects(document(publish(objects(), PUBLICATION)))
    assert found.refused == []
    assert found.report.ok, found.report.failed()
    assert found.report.warnings() == ()
    rows = leg_rows(found)
    for line, row in zip(inventory.lines, rows, strict=True):
        e = line.element
        assert (row["shipment_id"], row["leg_no"], row["kind"]) == ("S1", e.leg_no, e.kind)
        assert row["mass_kg"] == e.mass_kg
        assert round(row["carrier_wtw_kgco2e"] * MG_PER_KG) == line.physical.wtw_mg
        assert row["carrier"] == "Example Forwarding"
        assert row["carrier_method"]
    assert sum(r["activity_tkm"] or 0 for r in rows) == pytest.approx(
        inventory.activity_tkm, rel=1e-15
    )
    by_id = {row["toc_id"]: row for row in intensity_rows(found)}
    for toc_id in ("ROAD-ARTIC33-AVG", "AIR-LONGHAUL-AVG"):
        toc = FACTORS.toc(toc_id)
        row = by_id[f"example-forwarding:{toc_id}"]
        assert row["wtt_kgco2e_per_tkm"] == toc.wtt_kgco2e_per_tkm
        assert row["ttw_kgco2e_per_tkm"] == toc.ttw_kgco2e_per_tkm
        assert (row["gwp_set"], row["quality"]) == ("AR5", "default")
        assert row["deviation_share"] == toc.deviation_share
        assert row["source_id"] == "iLEAP: Example Forwarding"


def test_received_categories_and_legs_give_the_same_footprint_again() -> None:
    """Read as factors and legs of a stranger, they compute to the milligrams that he stated.

    Parts are rounded once here and once there: up to two milligrams a leg.
    """
    found = read_objects(document(publish(objects(), PUBLICATION)))
    rows = leg_rows(found)
    factors = replace(
        FACTORS,
        tocs={r["toc_id"]: toc_of(r) for r in intensity_rows(found)},
        hocs={r["hoc_id"]: hoc_intensity_of(r) for r in hub_rows(found)},
    )
    names = [f.name for f in fields(TCE)]
    elements = [
        TCE(**{n: row[n] for n in names if row.get(n) is not None} | {"mode": row["mode"] or ""})
        for row in rows
    ]
    again = take_inventory(elements, factors)
    for line, row in zip(again.lines, rows, strict=True):
        stated = round(row["carrier_wtw_kgco2e"] * MG_PER_KG)
        assert abs(line.physical.wtw_mg - stated) <= 2, line.working


def test_ids_of_others_carry_their_sender_and_clash_with_none_of_ours() -> None:
    """A set over ours must hold no id twice, and each leg names its category by the new id."""
    found = read_objects(document(publish(objects(), PUBLICATION)))
    tocs = {row["toc_id"] for row in intensity_rows(found)}
    hocs = {row["hoc_id"] for row in hub_rows(found)}
    assert all(name.startswith("example-forwarding:") for name in tocs | hocs)
    for row in leg_rows(found):
        assert row["toc_id"] in tocs if row["toc_id"] else row["hoc_id"] in hocs


def test_distance_behind_a_category_is_told_by_its_elements() -> None:
    """The flight's activity is mass x great circle; what the elements disagree on stays unknown."""
    found = read_objects(document(publish(objects(), PUBLICATION)))
    by_id = {row["toc_id"]: row for row in intensity_rows(found)}
    assert by_id["example-forwarding:AIR-LONGHAUL-AVG"]["distance_kind"] == "gcd"
    apart = objects(CHAIN[0], replace(CHAIN[0], shipment_id="S2", distance_kind="actual"))
    (row,) = intensity_rows(read_objects(document(publish(apart, PUBLICATION))))
    assert row["distance_kind"] == "not_stated"


def test_hub_of_a_flight_comes_back_as_an_airport() -> None:
    """The model knows only `Transshipment`; the neighbours in the chain tell the place."""
    found = read_objects(document(publish(objects(), PUBLICATION)))
    assert {row["kind"] for row in hub_rows(found)} == {"airport"}
    hubs = [row for row in leg_rows(found) if row["kind"] == "hub"]
    assert {(row["mode"], row["hub_kind"]) for row in hubs} == {("air", "airport")}


@settings(max_examples=40, deadline=None)
@given(
    mass_kg=st.floats(0.001, 1e8, allow_subnormal=False),
    distance_km=st.floats(0.01, 40_000),
)
def test_round_trip_holds_for_any_mass_and_distance(mass_kg: float, distance_km: float) -> None:
    """Floats become decimals as they are written, and come back as the same floats."""
    leg = replace(CHAIN[0], mass_kg=mass_kg, distance_km=distance_km)
    (line,) = take_inventory([leg], FACTORS).lines
    found = read_objects(document(publish(objects(leg), PUBLICATION)))
    assert found.refused == []
    (row,) = leg_rows(found)
    assert (row["mass_kg"], row["distance_km"]) == (mass_kg, distance_km)
    assert row["activity_tkm"] == pytest.approx(mass_kg / 1000 * distance_km, rel=1e-15)
    assert round(row["carrier_wtw_kgco2e"] * MG_PER_KG) == line.physical.wtw_mg
    assert found.report.ok, found.report.failed()


def test_rows_are_of_our_own_schemas() -> None:
    """Written and read again, no cell is refused: they can be imported as any user's table."""
    found = read_objects(document(publish(objects(), PUBLICATION)))
    for rows, kind in (
        (intensity_rows(found), INTENSITIES),
        (hub_rows(found), HUB_INTENSITIES),
        (leg_rows(found), FOOTPRINT_LEGS),
        (activity_rows(found), FOOTPRINT_LEGS),
    ):
        table = read_bytes(write_bytes(rows, kind), f"{kind.name}.csv", kind)
        assert table.refused == []
        assert len(table.rows) == len(rows) > 0


def test_activity_data_comes_back_with_the_energy_of_the_vehicle() -> None:
    """41.5 kWh of the electric truck: the sender's primary data, from rate x tkm."""
    found = read_objects(document(publish(objects(), PUBLICATION)))
    row = next(r for r in activity_rows(found) if r["shipment_id"] == "S1/5")
    assert (row["fuel"], row["fuel_unit"]) == ("electricity", "kwh")
    assert row["fuel_amount"] == pytest.approx(41.5, rel=1e-9)


# --- incoming -------------------------------------------------------------------------------------


def toc_json(**change: Any) -> dict[str, Any]:
    return {
        "tocId": "T",
        "mode": "Road",
        "energyCarriers": [
            {
                "energyCarrier": "Diesel",
                "relativeShare": "1",
                "emissionFactorWTW": "3.9",
                "emissionFactorTTW": "3.2",
            }
        ],
        "co2eIntensityWTW": "0.1",
        "co2eIntensityTTW": "0.08",
        "transportActivityUnit": "tkm",
    } | change


def bare(*values: Any) -> bytes:
    return json.dumps(list(values)).encode()


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(toc_json()).encode(),
        json.dumps({"data": toc_json()}).encode(),
        bare(toc_json()),
        b"\xef\xbb\xbf" + bare(toc_json()),
    ],
)
def test_bare_single_and_listed_objects_are_taken(content: bytes) -> None:
    """People mail what an endpoint gave them, and parts of it."""
    assert list(read_objects(content).tocs) == ["T"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0,1", "no comma"),
        ("1e-1", "exponent"),
        ("+0.1", "sign"),
        (".1", "digits with a point"),
        ("\u0661", "digits with a point"),
        ("0.1\n", "digits with a point"),
        (0.1, "a decimal as a JSON string"),
        ("9" * (MAX_DIGITS + 1), f"at most {MAX_DIGITS}"),
        ("NaN", "digits with a point"),
    ],
)
def test_odd_decimals_are_refused_with_path_found_and_wanted(text: Any, wanted: str) -> None:
    """Published examples hold decimal commas; nobody should guess what 8,427 means."""
    found = read_objects(bare(toc_json(), toc_json(tocId="U", co2eIntensityWTW=text)))
    (refused,) = found.refused
    assert refused.column == "[1].co2eIntensityWTW"
    assert repr(text)[:10] in refused.found
    assert wanted in refused.wanted
    assert list(found.tocs) == ["T"]


def test_missing_field_is_refused_by_its_path() -> None:
    """The path leads to the very carrier of the very object."""
    value = toc_json()
    del value["energyCarriers"][0]["relativeShare"]
    (refused,) = read_objects(bare(value)).refused
    assert (refused.column, refused.code) == (
        "[0].energyCarriers[0].relativeShare",
        "missing_value",
    )


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_table_can_carry_is_refused(text: str) -> None:
    """A NUL ends a file for some readers; half a character cannot be written at all."""
    tad = publish(objects(), PUBLICATION).tads[0]
    footprint = footprint_of("toc") | {"companyName": text}
    values = [toc_json(tocId=text), tad | {"consignmentIds": [text]}, footprint]
    found = read_objects(bare(*values))
    assert len(found.refused) == 3
    assert all("plain text" in r.wanted for r in found.refused)


def test_words_of_a_later_edition_are_kept_and_warned_of() -> None:
    """The specification says that its lists will grow: tolerate on input, be strict on output."""
    found = read_objects(bare(toc_json(mode="Drone", vehicle="new")))
    assert found.tocs["T"].thing.mode == "Drone"
    assert {f.code for f in found.report.warnings()} == {"ILEAP-101", "ILEAP-102"}
    assert found.report.ok
    assert intensity_rows(found, published_on=datetime(2026, 1, 1, tzinfo=UTC).date()) == []
    assert found.refused[-1].column == "[0].mode"


def test_consumption_that_fits_nothing_is_warned_of() -> None:
    """Read per unit of all activity or of its own share: neither gives the stated intensity."""
    value = toc_json()
    value["energyCarriers"][0] |= {"energyConsumption": "9", "energyConsumptionUnit": "kg"}
    assert "ILEAP-104" in {f.code for f in read_objects(bare(value)).report.warnings()}


def test_bare_category_needs_a_day_of_publication() -> None:
    """A factor without its date would be known at all times."""
    found = read_objects(bare(toc_json()))
    assert intensity_rows(found) == []
    assert found.refused[0].column == "[0].created"
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    (row,) = intensity_rows(read_objects(bare(toc_json())), published_on=day)
    assert (row["published_on"], row["gwp_set"], row["carrier_id"]) == (day, "none", "diesel")


def test_quality_is_primary_only_where_all_of_it_is() -> None:
    """Half primary is modelled: a tier is not an average."""
    for share, quality in ((100.0, "primary"), (99.0, "modelled"), (None, "modelled")):
        footprint = footprint_of("toc")
        footprint["pcf"]["primaryDataShare"] = share
        (row,) = intensity_rows(read_objects(bare(footprint)))
        assert row["quality"] == quality


def test_operation_above_total_has_no_row() -> None:
    """A factor table holds no negative energy provision."""
    found = read_objects(bare(toc_json(co2eIntensityTTW="0.2")))
    assert intensity_rows(found, published_on=datetime(2026, 1, 1, tzinfo=UTC).date()) == []
    assert found.refused[0].column == "[0].co2eIntensityTTW"


def test_other_models_in_an_envelope_are_left_out_aloud() -> None:
    """One footprint may hold our own extension beside the iLEAP object."""
    found = read_objects(bare(footprint_of("shipment", market_based=True)))
    assert "ILEAP-103" in {f.code for f in found.report.warnings()}
    assert list(found.shipments) == ["S1"]


def test_footprint_without_ileap_data_is_refused() -> None:
    """A product footprint of a box of nails is no freight."""
    footprint = footprint_of("toc") | {"extensions": []}
    (refused,) = read_objects(bare(footprint)).refused
    assert refused.code == "no_ileap"


def test_same_name_for_two_contents_is_refused() -> None:
    """Which of them would the element mean? Twice the same is once."""
    found = read_objects(bare(toc_json(), toc_json(), toc_json(co2eIntensityWTW="0.2")))
    assert [(r.column, r.code) for r in found.refused] == [("[2]", "twice")]


def test_chain_in_a_circle_is_refused_and_the_others_go_on() -> None:
    """Elements of a circle have no number."""
    good = objects().shipments[0].to_json()
    bad = json.loads(json.dumps(good).replace('"S1', '"S2'))
    bad["tces"][0]["prevTceIds"] = [bad["tces"][-1]["tceId"]]
    found = read_objects(bare(good, bad))
    assert {row["shipment_id"] for row in leg_rows(found)} == {"S1"}
    assert [r.code for r in found.refused] == ["cycle"]


def test_amounts_beyond_all_freight_have_no_row() -> None:
    """A decimal of fifty digits is one, and no mass; what our own tables refuse is refused here."""
    shipment = objects().shipments[0].to_json()
    shipment["tces"][0]["mass"] = "9" * 50
    found = read_objects(bare(shipment))
    assert len(leg_rows(found)) == len(CHAIN) - 1
    assert "mass_kg" in found.refused[0].column


def test_what_our_tables_would_refuse_is_refused_by_path() -> None:
    """A time of the year one, and a blank name: valid in the model, no row of ours."""
    tads = [
        t | {"departureAt": "0001-01-01T00:00:00Z"} for t in publish(objects(), PUBLICATION).tads
    ]
    found = read_objects(bare(*tads, toc_json(tocId="")))
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    assert activity_rows(found) == intensity_rows(found, published_on=day) == []
    assert [r.column.split()[-1].split(".")[-1] for r in found.refused] == [
        *["departs_at"] * 3,
        "toc_id",
    ]


def test_activity_without_mass_is_refused() -> None:
    """The model does not demand a mass; a leg does."""
    tad = publish(objects(), PUBLICATION).tads[0] | {"mass": None}
    found = read_objects(bare(tad))
    assert activity_rows(found) == []
    assert found.refused[0].column == "[0].mass"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 100_000, "wanted"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "levels"),
        (b'{"a": NaN}', "finite"),
        (b'{"a": 1e999}', "finite"),
        (b'{"a": 1' + b"0" * 10_000 + b"}", "wanted JSON"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "wanted JSON"),
        (b" " * 101, "at most 100"),
    ],
)
def test_hostile_documents_are_refused_whole(content: bytes, said: str) -> None:
    """Depth, size, NaN and ambiguity end in one message, never in a crash."""
    cap = 100 if said == "at most 100" else 10_000_000
    with pytest.raises(EmissionsError, match=said):
        read_objects(content, max_bytes=cap)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["tocId", "tces", "data"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON, key=st.sampled_from(["mode", "energyCarriers", "co2eIntensityWTW", "tocId"]))
def test_any_json_is_taken_or_refused(value: Any, key: str) -> None:
    """Whatever stands in a field, there is an answer: an object, or a refusal by path."""
    for content in (
        bare(value),
        bare(toc_json(**{key: value})),
        bare({"pcf": value}),
        bare({"extensions": value}),
    ):
        with suppress(EmissionsError):  # a name that nobody can print refuses the whole
            found = read_objects(content)
            assert found.tocs or found.refused or found.shipments or found.tads
            leg_rows(found)
            intensity_rows(found, published_on=datetime(2026, 1, 1, tzinfo=UTC).date())
