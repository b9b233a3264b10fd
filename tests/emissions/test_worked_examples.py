"""Worked examples of the method, by hand from docs/methodology.md: given figures, known answer."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from data import open_catalogue
from data.operation_schemas import OPERATIONS
from data.tables import Table, read_bytes
from emissions import TCE, Factors, take_inventory
from emissions.allocation import (
    cargo_intensity,
    freight_share,
    milk_run_shares,
    ropax_trucks_share,
    shares,
    zone_intensities,
)
from emissions.distance import distance_adjustment_factor, transport_activity_tkm
from emissions.errors import EmissionsError, MixedWarmingError
from emissions.fuel import burn, draw, fuel_named, kilograms, leak
from emissions.library import Provenance, with_rows
from emissions.operations import categories_of

FACTORS = Factors.load(open_catalogue())
OPERATOR = Provenance(source_id="operations", publisher="an operator", title="fuel cards")
DIESEL = FACTORS.carrier("diesel")


def operations(text: str) -> tuple[Factors, Table]:
    """Return the factor set with the categories of an operations table, and the table."""
    table = read_bytes(text.strip().encode(), "operations.csv", OPERATIONS)
    assert not table.refused
    return with_rows(FACTORS, "own", categories_of(table, FACTORS), OPERATOR), table


def leg(toc_id: str, **changes: object) -> TCE:
    given = {
        "shipment_id": "S1",
        "leg_no": 1,
        "kind": "transport",
        "mode": "road",
        "origin": "A",
        "destination": "B",
        "mass_kg": 10_000.0,
        "distance_km": 100.0,
        "distance_kind": "sfd",
        "toc_id": toc_id,
    }
    return TCE(**(given | changes))  # type: ignore[arg-type]


def wtw_kg(element: TCE, factors: Factors = FACTORS) -> float:
    return take_inventory([element], factors).physical.wtw_kgco2e


def test_activity_is_a_sum_of_products() -> None:
    """F1 (ISO 14083, 5.4.2): three consignments; (sum M) x (sum s) would be 5.5 times as much."""
    legs = [(2000.0, 100.0), (500.0, 800.0), (1000.0, 50.0)]
    assert math.fsum(transport_activity_tkm(m, s) for m, s in legs) == 650.0


def test_carriage_is_activity_times_intensity_operation_and_provision_apart() -> None:
    """F2: DESNZ 2025, articulated truck over 33 t at average load, 10 t over 100 km."""
    inventory = take_inventory([leg("ROAD-ARTIC33-AVG")], FACTORS)
    assert inventory.physical.wtt_mg == 17_990_000
    assert inventory.physical.ttw_mg == 77_030_000


def test_desnz_laden_rows_reproduce() -> None:
    """F2: the laden rows of DESNZ 2025 for 17.9 t over 1 km, the load that they call 100 %."""
    full = leg("ROAD-ARTIC33-100", mass_kg=17_900.0, distance_km=1.0)
    assert wtw_kg(full) == pytest.approx(17.9 * (0.01403 + 0.05988), abs=1e-6)


def test_containers_are_counted_or_ten_tonnes_each() -> None:
    """F3 (GLEC Framework v3.0, pages 21 and 50): a lane of 80 g per TEU-km over 10,000 km."""
    factors, _ = operations(
        "category_id,mode,activity_teukm,carrier_id,amount,unit\nLANE,sea,1000000,mgo,20.053,t"
    )
    toc = factors.toc("LANE")
    assert toc.activity_unit == "teukm"
    rate = toc.wtt_kgco2e_per_tkm + toc.ttw_kgco2e_per_tkm
    assert rate == pytest.approx(0.08, rel=1e-3)
    at_sea = {"mode": "sea", "distance_km": 10_000.0}
    counted = leg("LANE", teu=2.0, **at_sea)
    assert wtw_kg(counted, factors) == pytest.approx(20_000 * rate, abs=1e-6)
    uncounted = leg("LANE", mass_kg=20_000.0, **at_sea)
    assert wtw_kg(uncounted, factors) == wtw_kg(counted, factors)


@pytest.mark.parametrize(
    ("mode", "behind", "included", "kind", "daf"),
    [
        ("road", "actual", "no", "sfd", 1.05),
        ("sea", "actual", "no", "sfd", 1.15),
        ("rail", "actual", "no", "sfd", 1.0),
        ("iww", "actual", "no", "sfd", 1.0),
        ("air", "actual", "no", "gcd", 1095 / 1000),
        ("road", "actual", "yes", "sfd", 1.0),
        ("air", "actual", "inferred", "gcd", 1.0),
        ("road", "actual", "no", "actual", 1.0),
        ("road", "sfd", "no", "actual", 1 / 1.05),
        ("sea", "sfd", "unknown", "actual", 1 / 1.15),
        ("air", "gcd", "no", "actual", 905 / 1000),
        ("road", "actual", "yes", "actual", 1 / 1.05),
        ("road", "sfd", "no", "sfd", 1.0),
        ("road", "not_stated", "unknown", "actual", 1.0),
    ],
)
def test_distance_is_adjusted_once_in_every_direction(
    mode: str, behind: str, included: str, kind: str, daf: float
) -> None:
    """F4, F5, F6 (ISO 14083, 5.4.4): 1,000 km; an uplift that is inside is never added again."""
    toc = replace(
        FACTORS.toc("ROAD-ARTIC33-AVG"), mode=mode, distance_kind=behind, daf_included=included
    )
    assert distance_adjustment_factor(toc, kind, 1000.0) == pytest.approx(daf, rel=1e-12)


@pytest.mark.parametrize(("behind", "kind"), [("gcd", "sfd"), ("sfd", "gcd"), ("actual", "")])
def test_distances_without_a_published_adjustment_do_not_meet(behind: str, kind: str) -> None:
    """F6: great circle against shortest feasible has no factor; a blank kind is no kind."""
    toc = replace(FACTORS.toc("ROAD-ARTIC33-AVG"), distance_kind=behind, daf_included="no")
    with pytest.raises(EmissionsError, match="distance_kind"):
        distance_adjustment_factor(toc, kind, 1000.0)


def test_activity_that_the_carrier_states_is_not_adjusted() -> None:
    """F6: 1,050 tkm by the carrier's own count; the DAF of 1.05 must be dropped."""
    factors, _ = operations(
        "category_id,mode,activity_tkm,distance_kind,carrier_id,amount,unit\n"
        "OWN,road,1000000,actual,diesel,20000,kg"
    )
    rate = 0.02 * (DIESEL.wtt_kgco2e_per_kg + DIESEL.ttw_kgco2e_per_kg)
    assert wtw_kg(leg("OWN"), factors) == pytest.approx(1000 * 1.05 * rate, abs=2e-6)
    stated = leg("OWN", activity_tkm=1050.0, distance_km=0.0, distance_kind="")
    assert wtw_kg(stated, factors) == pytest.approx(1050 * rate, abs=2e-6)


@pytest.mark.parametrize("column", ["activity_tkm", "teu"])
@pytest.mark.parametrize("amount", [0.0, -1.0, math.nan])
def test_a_stated_amount_of_nothing_is_no_activity(column: str, amount: float) -> None:
    """F3, F6: a zero in a carrier's column would be a footprint of nothing in silence."""
    with pytest.raises(EmissionsError, match=column):
        leg("ROAD-ARTIC33-AVG", **{column: amount})


def test_air_fuel_follows_from_co2_alone() -> None:
    """F7: fuel = TTW CO2 / 3.16; methane, nitrous oxide and radiative forcing are not in it."""
    flight = leg("AIR-LONGHAUL-AVG", mode="air", distance_km=8880.0, distance_kind="gcd")
    line = take_inventory([flight], FACTORS).lines[0]
    assert line.fuel_kg == pytest.approx(88_800 * 0.52583 / 3.16)


def test_radiative_forcing_is_a_memo_outside_the_total() -> None:
    """F8 (DESNZ 2025: 0.89939 with, 0.5313 without): shown beside the total, never in it."""
    flight = leg("AIR-LONGHAUL-AVG", mode="air", distance_km=1000.0, distance_kind="gcd")
    inventory = take_inventory([flight], FACTORS)
    assert inventory.rf_memo_mg == pytest.approx(10_000 * (0.89939 - 0.5313) * 1e6, abs=1)
    assert inventory.physical.wtw_mg == 10_000 * (135_160 + 531_300)


def test_ballast_is_in_the_numerator_and_not_in_the_denominator() -> None:
    """F9, F10, F11 (ISO 14083, 5.2.2): 300 t laden and 200 t in ballast over 100 Mtkm."""
    factors, _ = operations(
        "category_id,mode,record,mass_kg,distance_km,carrier_id,amount,unit\n"
        "SHIP,sea,laden,20000000,5000,mgo,300,t\nSHIP,sea,ballast,0,5000,mgo,200,t"
    )
    mgo, toc = FACTORS.carrier("mgo"), factors.toc("SHIP")
    assert toc.ttw_kgco2e_per_tkm == pytest.approx(500_000 * mgo.ttw_kgco2e_per_kg / 1e8)
    assert toc.wtt_kgco2e_per_tkm == pytest.approx(500_000 * mgo.wtt_kgco2e_per_kg / 1e8)
    assert toc.empty_share == 0.5
    assert toc.origin.quality == "primary"


def test_fuel_of_loaded_trips_alone_is_refused() -> None:
    """F11: empty trips belong to the freight that caused them (GLEC Framework, empty running)."""
    text = (
        "category_id,mode,trip,activity_tkm,carrier_id,amount,unit\nT,road,loaded,1000,diesel,9,l"
    )
    table = read_bytes(text.encode(), "operations.csv", OPERATIONS)
    assert categories_of(table, FACTORS) == {}
    assert "empty trips" in table.refused[0].wanted
    both, _ = operations(f"{text}\nT,road,empty,,diesel,3,l")
    kg = 12 * DIESEL.density_kg_per_l  # type: ignore[operator]
    assert both.toc("T").ttw_kgco2e_per_tkm == pytest.approx(kg * DIESEL.ttw_kgco2e_per_kg / 1000)


def test_lost_refrigerant_warms_by_its_gases() -> None:
    """F9 (ISO 14083, 5.3.2): 2 kg of R134a are 2 x 1,300 kg CO2e (AR5); R404A by mass shares."""
    assert leak("HFC134a", 2.0, FACTORS, "AR5").vo_kg == pytest.approx(2600)
    mixed = 0.44 * 3170 + 0.52 * 4800 + 0.04 * 1300
    assert leak("R404A", 1.0, FACTORS, "AR5").vo_kg == pytest.approx(mixed)
    with pytest.raises(EmissionsError, match="R999"):
        leak("R999", 1.0, FACTORS, "AR5")


def test_hub_intensity_from_throughput_and_energy() -> None:
    """F12 (ISO 14083, 5.5.2): grid, roof and a diesel forklift over 50,000 t; per tonne handled."""
    factors, _ = operations(
        "category_id,kind,hub_kind,carrier_id,amount,unit,grid_id,throughput_t\n"
        "HUB,hoc,road,electricity,100000,kwh,DE,50000\n"
        "HUB,hoc,road,electricity,40000,kwh,SOLAR-ONSITE,\nHUB,hoc,road,diesel,1000,l,,"
    )
    hoc, grid = factors.hoc("HUB"), FACTORS.grid("DE").location_kgco2e_per_kwh
    solar = FACTORS.grid("SOLAR-ONSITE").location_kgco2e_per_kwh
    diesel_kg = 1000 * DIESEL.density_kg_per_l  # type: ignore[operator]
    wtt = (100_000 * grid + 40_000 * solar + diesel_kg * DIESEL.wtt_kgco2e_per_kg) / 50_000
    assert hoc.wtt_kgco2e_per_t == pytest.approx(wtt)
    assert hoc.ttw_kgco2e_per_t == pytest.approx(diesel_kg * DIESEL.ttw_kgco2e_per_kg / 50_000)
    hub = leg("", kind="hub", hoc_id="HUB", mode="road", mass_kg=2500.0, distance_km=0.0)
    assert wtw_kg(hub, factors) == pytest.approx(2.5 * (wtt + hoc.ttw_kgco2e_per_t), abs=2e-6)


def test_blends_are_by_energy() -> None:
    """F13: 93 % diesel and 7 % HVO of 1,000 MJ; by litres it would be another figure."""
    parts = dict(kilograms("diesel:0.93|hvo:0.07", 1000.0, "mj", FACTORS))
    assert parts == {
        "diesel": pytest.approx(930 / DIESEL.lhv_mj_per_kg),
        "hvo": pytest.approx(70 / FACTORS.carrier("hvo").lhv_mj_per_kg),
    }
    litres = kilograms("diesel:0.93|hvo:0.07", 100.0, "l", FACTORS)
    volume = math.fsum(kg / FACTORS.carrier(name).density_kg_per_l for name, kg in litres)  # type: ignore[operator]
    assert volume == pytest.approx(100.0)


def test_biogenic_co2_stands_apart() -> None:
    """F14: HVO's combustion is no part of the total; 3.12 kg of biogenic CO2 per kg beside it."""
    burnt = burn("hvo", 100.0, "kg", FACTORS)
    assert burnt.biogenic_kg == pytest.approx(312.0)
    assert burnt.vo_kg == pytest.approx(100 * FACTORS.carrier("hvo").ttw_kgco2e_per_kg)
    factors, _ = operations(
        "category_id,mode,activity_tkm,carrier_id,amount,unit\nH,road,10000,hvo,100,kg"
    )
    inventory = take_inventory([leg("H")], factors)
    assert inventory.biogenic_mg == 31_200_000


def test_saf_by_mass_balance_is_part_of_the_blend() -> None:
    """F13: a tenth of the energy by SAF; its life-cycle value stands under energy provision."""
    pathway = next(iter(FACTORS.pathways))
    burnt = burn(f"jet:0.9|saf:{pathway}:0.1", 1000.0, "mj", FACTORS)
    jet = FACTORS.carrier("jet")
    assert burnt.vo_kg == pytest.approx(900 / jet.lhv_mj_per_kg * jet.ttw_kgco2e_per_kg)
    life_cycle = 100 * FACTORS.pathway(pathway).total_gco2e_per_mj / 1000
    fossil = 900 / jet.lhv_mj_per_kg * jet.wtt_kgco2e_per_kg
    assert burnt.vep_kg == pytest.approx(fossil + life_cycle)


def test_modelled_vehicle_by_load_and_empty_running() -> None:
    """F15: 60 % load, 17 % empty; [(1 - E) f(L) + E f(0)] / [(1 - E) L payload]."""
    factors, _ = operations(
        "category_id,mode,vehicle_code,load_share,empty_share\nM,road,DIESEL-ARTIC-40T,0.6,0.17"
    )
    v = FACTORS.vehicle("DIESEL-ARTIC-40T")
    loaded = v.energy_per_km_empty + 0.6 * (v.energy_per_km_full - v.energy_per_km_empty)
    per_tkm = (0.83 * loaded + 0.17 * v.energy_per_km_empty) / (0.83 * 0.6 * 24)
    toc = factors.toc("M")
    assert toc.ttw_kgco2e_per_tkm == pytest.approx(per_tkm * DIESEL.ttw_kgco2e_per_kg)
    assert toc.origin.quality == "modelled"


def test_milk_run_by_point_to_point_activity() -> None:
    """F16 (ISO 14083, 5.6): 10 t to 50 km and 5 t to 100 km share alike, in any order of stops."""
    assert milk_run_shares(300.0, [(10_000, 50), (5_000, 100)]) == (150.0, 150.0)
    forth = milk_run_shares(100.0, [(1, 1), (2, 3), (3, 7)])
    back = milk_run_shares(100.0, [(3, 7), (2, 3), (1, 1)])
    assert forth == tuple(reversed(back))
    assert math.fsum(forth) == 100.0


def test_a_tour_is_shared_by_the_legs_that_name_it() -> None:
    """F16: 60 kg of diesel of one tour over two legs: their footprints sum to the whole."""
    text = "category_id,mode,carrier_id,amount,unit\nTOUR,road,diesel,60,kg"
    table = read_bytes(text.encode(), "operations.csv", OPERATIONS)
    legs = [leg("TOUR", mass_kg=4000.0, distance_km=30.0), leg("TOUR", distance_km=70.0, leg_no=2)]
    activity = {"TOUR": sum(transport_activity_tkm(e.mass_kg, e.distance_km) for e in legs)}
    rows = categories_of(table, FACTORS, activity_of_legs=activity)
    factors = with_rows(FACTORS, "own", rows, OPERATOR)
    total = 60 * (DIESEL.wtt_kgco2e_per_kg + DIESEL.ttw_kgco2e_per_kg)
    found = take_inventory(legs, factors)
    assert found.physical.wtw_kgco2e == pytest.approx(total, abs=4e-6)
    first, second = (line.physical.wtw_mg for line in found.lines)
    assert first / second == pytest.approx(120 / 700, rel=1e-6)


def test_belly_freight_shares_with_passengers_by_mass() -> None:
    """F17 (ISO 14083, 5.4.3): 300 passengers are 30 t beside 20 t of freight: 40 % is freight's."""
    assert freight_share(20_000, 300) == pytest.approx(0.4)
    factors, _ = operations(
        "category_id,mode,mass_kg,distance_km,passengers,carrier_id,amount,unit\n"
        "BELLY,air,20000,8880,300,jet,60,t"
    )
    jet = FACTORS.carrier("jet")
    flight = leg("BELLY", mode="air", mass_kg=20_000.0, distance_km=8880.0, distance_kind="gcd")
    burnt = 60_000 * (jet.wtt_kgco2e_per_kg + jet.ttw_kgco2e_per_kg)
    assert wtw_kg(flight, factors) == pytest.approx(0.4 * burnt, rel=1e-9)
    line = take_inventory([flight], factors).lines[0]
    assert line.fuel_kg == pytest.approx(24_000)  # the fuel that SAF may stand for


def test_ferry_trucks_bear_their_share_and_cargo_bears_its_truck() -> None:
    """F18 (GLEC Framework v3.0, page 49): trucks against people and cars; then gross to cargo."""
    share = ropax_trucks_share(passengers=500, cars=100, trucks_gross_kg=800_000)
    assert share == pytest.approx(800 / (800 + 50 + 150))
    assert cargo_intensity(0.05, gross_kg=40_000, cargo_kg=25_000) == pytest.approx(0.08)
    with pytest.raises(EmissionsError, match="cargo_kg"):
        cargo_intensity(0.05, gross_kg=10, cargo_kg=20)


def test_zones_share_traction_and_bear_their_own_cooling() -> None:
    """F19: 100 kg of traction over 600 and 400 tkm; 12 kg of cooling in the cold zone alone."""
    found = zone_intensities(100.0, {"cold": 12.0}, {"cold": 400.0, "dry": 600.0})
    assert found == {"cold": pytest.approx(0.13), "dry": pytest.approx(0.1)}
    factors, _ = operations(
        "category_id,mode,temperature,activity_tkm,carrier_id,amount,unit\n"
        "COLD,road,temperature_controlled,400,diesel,3,kg\nDRY,road,,600,,,\n"
        "COLD|DRY,road,,,diesel,25,kg"
    )
    per_kg = DIESEL.ttw_kgco2e_per_kg
    assert factors.toc("COLD").ttw_kgco2e_per_tkm == pytest.approx((10 + 3) * per_kg / 400)
    assert factors.toc("DRY").ttw_kgco2e_per_tkm == pytest.approx(15 * per_kg / 600)


def test_electricity_in_two_columns_with_certificates_within_use() -> None:
    """F21, F22, F23: location and market side by side; no more certified than used."""
    grid = FACTORS.grid("CN-JS")
    drawn = draw(1000.0, "kwh", "CN-JS", FACTORS, eac_kwh=400.0)
    assert drawn.vo_kg == 0.0
    location = (grid.generation_kgco2e_per_kwh + grid.upstream_kgco2e_per_kwh) / (
        1 - grid.loss_share
    )
    assert drawn.vep_kg == pytest.approx(1000 * location)
    residual = grid.residual_kgco2e_per_kwh or 0.0
    market = (residual + grid.upstream_kgco2e_per_kwh) / (1 - grid.loss_share)
    covered = FACTORS.parameter("eac_upstream_kgco2e_per_kwh") + market * grid.loss_share
    assert drawn.market_vep_kg == pytest.approx(600 * market + 400 * covered)
    with pytest.raises(EmissionsError, match="at most the 1000 kWh"):
        draw(1000.0, "kwh", "CN-JS", FACTORS, eac_kwh=1001.0)


def test_market_based_intensity_reaches_the_market_column_alone() -> None:
    """F22: an electric fleet on the residual mix of Jiangsu, location-based in the physical one."""
    factors, _ = operations(
        "category_id,mode,activity_tkm,carrier_id,amount,unit,grid_id\n"
        "EV,road,100000,electricity,9000,kwh,CN-JS"
    )
    found = take_inventory([leg("EV")], factors)
    grid = FACTORS.grid("CN-JS")
    assert found.physical.wtw_kgco2e == pytest.approx(90 * grid.location_kgco2e_per_kwh, abs=1e-6)
    assert found.market_based.wtw_kgco2e == pytest.approx(90 * grid.market_kgco2e_per_kwh, abs=1e-6)


def test_hub_energy_and_intensity() -> None:
    """F24 (ISO 14083, 5.5.2): 2 t by the energy of its category, with the grid of the hub."""
    hoc = FACTORS.hoc("HUB-CROSSDOCK")
    hub = leg(
        "",
        kind="hub",
        hoc_id="HUB-CROSSDOCK",
        mass_kg=2000.0,
        distance_km=0.0,
        fuel_kg=0.0,
        energy_kwh=round(2 * hoc.kwh_per_t, 6),
        grid_id="DE",
    )
    rate = FACTORS.grid("DE").location_kgco2e_per_kwh
    assert wtw_kg(hub) == pytest.approx(2 * hoc.kwh_per_t * rate, abs=2e-6)


def test_chain_intensity_has_hubs_in_the_numerator_alone() -> None:
    """F25 (ISO 14083, 12.2.4): road, hub, road; the hub adds kilograms and no tkm."""
    hub = leg(
        "",
        kind="hub",
        hoc_id="HUB-SITE",
        leg_no=2,
        distance_km=0.0,
        fuel_kg=2.61671,
        energy_kwh=0.0,
    )
    chain = [leg("ROAD-ARTIC33-AVG"), hub, leg("ROAD-ARTIC33-AVG", leg_no=3, distance_km=300.0)]
    found = take_inventory(chain, FACTORS)
    hub_kg = found.lines[1].physical.wtw_kgco2e
    assert hub_kg > 0
    assert found.chain_intensities()["S1"] == pytest.approx(0.09502 + hub_kg / 4000, rel=1e-9)


def test_warming_potentials_do_not_meet_in_silence() -> None:
    """ISO 14083, 5.3.2: AR6 beside AR5 is refused, unless the mix is allowed by name."""
    own = FACTORS.toc("ROAD-ARTIC33-AVG")
    mixed = replace(
        FACTORS, tocs={**FACTORS.tocs, "AR6": replace(own, toc_id="AR6", gwp_set="AR6")}
    )
    legs = [leg("ROAD-ARTIC33-AVG"), leg("AR6", leg_no=2)]
    with pytest.raises(MixedWarmingError, match="AR5 and AR6"):
        take_inventory(legs, mixed)
    assert take_inventory(legs, mixed, mixed_gwp=True).gwp_sets == ("AR5", "AR6")


def test_shares_sum_to_the_whole() -> None:
    """Conservation to 1e-9 and better: what rounding leaves goes to the largest."""
    keys = [0.1 * i for i in range(1, 1000)]
    parts = shares(1e9, keys)
    assert math.fsum(parts) == pytest.approx(1e9, abs=1e-6)
    for wrong in ([], [0.0, 0.0], [1.0, -0.1]):
        with pytest.raises((EmissionsError, ValueError)):
            shares(1.0, wrong)


def test_splitting_a_consignment_moves_the_total_by_at_most_a_milligram_a_piece() -> None:
    """Conservation of the inventory: each figure is rounded once, so n pieces move by n / 2 mg."""
    whole = take_inventory([leg("ROAD-ARTIC33-AVG", mass_kg=9999.0)], FACTORS).physical
    pieces = [leg("ROAD-ARTIC33-AVG", mass_kg=9999.0 / 7, leg_no=i) for i in range(1, 8)]
    parts = take_inventory(pieces, FACTORS).physical
    assert abs(parts.wtt_mg - whole.wtt_mg) <= 7
    assert abs(parts.ttw_mg - whole.ttw_mg) <= 7


@pytest.mark.parametrize(
    ("words", "carrier"),
    [("Jet A-1", "jet"), ("DIESEL", "diesel"), ("HVO100", "hvo"), ("Battery", "electricity")],
)
def test_fuels_are_known_by_what_people_call_them(words: str, carrier: str) -> None:
    """A fuel that nobody knows is an error with the nearest name, never a zero."""
    assert fuel_named(words, FACTORS) == carrier
    with pytest.raises(EmissionsError, match="nearest"):
        fuel_named("whale oil", FACTORS)
