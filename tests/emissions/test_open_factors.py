"""Every modelled figure of open-2025.2 follows from the cited figures that its row names."""

from __future__ import annotations

import csv
import statistics
from importlib import resources

import pytest

from data.catalogue import Catalogue
from emissions.factors import Factors
from emissions.vehicle_words import HUB_CLASSES, ROOTS, lineage

CATALOGUE = Catalogue(root=resources.files("data"))
RATE = 1e-8  # intensities are written with eight decimals
ENERGY = 1e-6  # energy and fuel amounts with six
EU_RAIL_GRIDS = ("DE", "ES", "FR", "PL")
KWH_PER_MJ = 1 / 3.6


@pytest.fixture(scope="module")
def factors() -> Factors:
    """Open the edition table by table, as it ships."""
    return Factors.load(CATALOGUE, "open-2025.2")


@pytest.fixture(scope="module")
def cited() -> dict[str, float]:
    """Return the cited figures and assumptions of both tables of inputs by name."""
    found = {}
    for name in ("derivation_inputs_2025", "derivation_inputs_more_2025"):
        lines = CATALOGUE.file(f"factors/{name}.csv").decode().splitlines()
        for row in csv.DictReader(lines):
            assert row["item"] not in found, row["item"]
            found[row["item"]] = float(row["value"])
    return found


def _rates(factors: Factors, carrier_id: str, kg: float) -> tuple[float, float]:
    carrier = factors.carrier(carrier_id)
    return kg * carrier.wtt_kgco2e_per_kg, kg * carrier.ttw_kgco2e_per_kg


def _diesel_kg_per_l(cited: dict[str, float]) -> float:
    return cited["desnz_diesel_ttw_per_l"] / cited["desnz_diesel_ttw_per_t"] * 1000


def _is(factors: Factors, toc_id: str, wtt: float, ttw: float) -> None:
    toc = factors.toc(toc_id)
    assert toc.wtt_kgco2e_per_tkm == pytest.approx(wtt, abs=RATE), toc_id
    assert toc.ttw_kgco2e_per_tkm == pytest.approx(ttw, abs=RATE), toc_id


def _eu_meter(factors: Factors) -> float:
    return statistics.fmean(factors.grid(g).location_kgco2e_per_kwh for g in EU_RAIL_GRIDS)


@pytest.mark.parametrize("carrier_id", ["petrol", "petrol-e10-gb", "cng", "lng", "lpg", "hfo"])
def test_heating_value_and_density_follow_from_rows_per_kwh_and_litre(
    factors: Factors, cited: dict[str, float], carrier_id: str
) -> None:
    """DESNZ 2025: kg CO2e per tonne over kg per kWh (net), and over kg per litre."""
    stem = f"desnz_{carrier_id.replace('-', '_')}_ttw"
    carrier = factors.carrier(carrier_id)
    per_kg = cited[f"{stem}_per_t"] / 1000
    assert carrier.ttw_kgco2e_per_kg == pytest.approx(per_kg, abs=1e-8)
    lhv = per_kg / cited[f"{stem}_per_kwh_net"] * 3.6
    assert carrier.lhv_mj_per_kg == pytest.approx(lhv, abs=0.006)
    assert carrier.density_kg_per_l == pytest.approx(cited[f"{stem}_per_l"] / per_kg, abs=6e-5)


@pytest.mark.parametrize(
    "carrier_id", ["bioethanol", "biodiesel", "biomethane-cng", "methanol-bio"]
)
def test_heating_value_of_a_biofuel_follows_from_rows_per_gj_and_kg(
    factors: Factors, cited: dict[str, float], carrier_id: str
) -> None:
    """DESNZ 2025, WTT of bioenergy. Biogenic CO2 stands apart from the total."""
    carrier = factors.carrier(carrier_id)
    per_gj = cited[f"desnz_{carrier_id.replace('-', '_')}_wtt_per_gj"]
    assert carrier.lhv_mj_per_kg == pytest.approx(
        carrier.wtt_kgco2e_per_kg / per_gj * 1000, abs=0.006
    )
    assert carrier.biogenic_kgco2_per_kg > carrier.ttw_kgco2e_per_kg


@pytest.mark.parametrize(
    "carrier_id",
    [
        "lng-otto-medium",
        "lng-otto-slow",
        "lng-diesel-slow",
        "lng-lbsi",
        "lfo",
        "methanol",
        "ammonia",
    ],
)
def test_ship_fuel_counts_its_methane_slip(
    factors: Factors, cited: dict[str, float], carrier_id: str
) -> None:
    """Regulation (EU) 2023/1805, annexes I and II, with AR5: slipped fuel is methane unburnt."""
    figure = {
        name: cited[f"fueleu_{carrier_id.replace('-', '_')}_{name}"]
        for name in ("lcv", "wtt", "co2", "ch4", "n2o", "slip")
    }
    burnt = figure["co2"] + figure["ch4"] * 28 + figure["n2o"] * 265
    ttw = (1 - figure["slip"]) * burnt + figure["slip"] * 28
    carrier = factors.carrier(carrier_id)
    assert carrier.ttw_kgco2e_per_kg == pytest.approx(ttw, abs=ENERGY)
    assert carrier.wtt_kgco2e_per_kg == pytest.approx(
        figure["wtt"] * figure["lcv"] / 1000, abs=ENERGY
    )
    assert carrier.gwp_set == "AR5"


def test_otto_engine_slips_more_than_a_diesel_engine(factors: Factors) -> None:
    """72.5 against 57.6 g/MJ aboard: the whole gain over fuel oil hangs on the engine."""
    otto, diesel = factors.carrier("lng-otto-medium"), factors.carrier("lng-diesel-slow")
    assert otto.ttw_kgco2e_per_kg / otto.lhv_mj_per_kg == pytest.approx(0.07253, abs=1e-5)
    assert diesel.ttw_kgco2e_per_kg / diesel.lhv_mj_per_kg == pytest.approx(0.05763, abs=1e-5)


def test_barge_is_the_decrees_rate_over_its_load(factors: Factors, cited: dict[str, float]) -> None:
    """French decree of 10 April 2012, annexe II, inland waterways; gas oil as mineral diesel."""
    tocs = [t for t in factors.tocs if f"fr_{t.lower().replace('-', '_')}_rate" in cited]
    assert len(tocs) == 7
    for toc in tocs:
        stem = f"fr_{toc.lower().replace('-', '_')}"
        litres_per_tkm = cited[f"{stem}_rate"] / cited[f"{stem}_load_t"]
        _is(factors, toc, *_rates(factors, "diesel", litres_per_tkm * _diesel_kg_per_l(cited)))


def test_ship_is_the_decrees_rate_over_its_load(factors: Factors, cited: dict[str, float]) -> None:
    """Annexe II, sea: heavy fuel oil and marine diesel oil per km over tonnes of goods."""
    tocs = [t for t in factors.tocs if t.startswith("SEA-RATE-")]
    assert len(tocs) == 20
    for toc in tocs:
        stem = f"fr_{toc.replace('SEA-RATE', 'SEA').lower().replace('-', '_')}"
        load_t = cited[f"{stem}_load_t"]
        heavy = _rates(factors, "hfo", cited.get(f"{stem}_hfo_rate", 0) / load_t)
        light = _rates(factors, "mgo", cited.get(f"{stem}_mdo_rate", 0) / load_t)
        _is(factors, toc, heavy[0] + light[0], heavy[1] + light[1])


def test_truck_is_the_decrees_rate_over_its_load(factors: Factors, cited: dict[str, float]) -> None:
    """Annexe II, road: litres of the engine and of the cooling unit, empty trips in the load."""
    tocs = [t for t in factors.tocs if t.startswith("ROAD-EU-")]
    assert len(tocs) == 18
    for toc in tocs:
        stem = f"fr_{toc.replace('ROAD-EU', 'ROAD').lower().replace('-', '_')}"
        litres = cited[f"{stem}_rate"] + cited.get(f"{stem}_cooling_rate", 0)
        kg_per_tkm = litres * _diesel_kg_per_l(cited) / cited[f"{stem}_load_t"]
        _is(factors, toc, *_rates(factors, "diesel", kg_per_tkm))


def test_refrigerated_truck_is_controlled_and_emits_more(factors: Factors) -> None:
    """The cooling unit burns 0.070 l/km beside 0.332: the same truck without it has 0.342."""
    cold, warm = factors.toc("ROAD-EU-ARTIC-40T-REEFER"), factors.toc("ROAD-EU-ARTIC-40T")
    assert (cold.temperature, warm.temperature) == ("temperature_controlled", "ambient")
    assert cold.ttw_kgco2e_per_tkm / warm.ttw_kgco2e_per_tkm == pytest.approx(0.402 / 0.342)


def test_train_by_density_of_goods_is_the_decrees_rate(
    factors: Factors, cited: dict[str, float]
) -> None:
    """Annexe II, rail: kWh or kg per train-km over the mean load."""
    for word in ("light", "heavy"):
        load_t = cited[f"fr_rail_{word}_load_t"]
        kwh = cited[f"fr_rail_{word}_electric_rate"] / load_t
        _is(factors, f"RAIL-ELECTRIC-EU-{word.upper()}", kwh * _eu_meter(factors), 0)
        kg = cited[f"fr_rail_{word}_diesel_rate"] / load_t
        _is(factors, f"RAIL-DIESEL-{word.upper()}", *_rates(factors, "diesel", kg))


def test_electric_train_of_a_country_takes_its_grid(
    factors: Factors, cited: dict[str, float]
) -> None:
    """16.74 kWh per train-km over 520 t at the meter factor of the grid."""
    kwh = cited["rail_electric_kwh_per_train_km"] / cited["rail_train_load_t"]
    tocs = [t for t in factors.tocs if t.startswith("RAIL-ELECTRIC-") and len(t) == 16]
    assert len(tocs) > 35
    for toc in set(tocs) - {"RAIL-ELECTRIC-EU"}:
        _is(factors, toc, kwh * factors.grid(toc[-2:]).location_kgco2e_per_kwh, 0)


def test_french_train_takes_both_energies(factors: Factors, cited: dict[str, float]) -> None:
    """Annexe II, rail, mixed: 15.07 kWh and 0.39 kg per train-km."""
    load_t = cited["rail_train_load_t"]
    wtt, ttw = _rates(factors, "diesel", cited["fr_rail_mixed_diesel_rate"] / load_t)
    kwh = cited["fr_rail_mixed_electric_rate"] / load_t
    _is(factors, "RAIL-MIXED-FR", wtt + kwh * factors.grid("FR").location_kgco2e_per_kwh, ttw)


@pytest.mark.parametrize(
    ("toc_id", "carrier_id"),
    [("US-ROAD-HGV", "diesel"), ("US-RAIL", "diesel"), ("US-WATER", "mgo"), ("US-AIR", "jet")],
)
def test_american_figure_is_fuel_behind_its_co2(
    factors: Factors, cited: dict[str, float], toc_id: str, carrier_id: str
) -> None:
    """EPA hub 2025, table 8: CO2 per short ton-mile alone; fuel supply is ours."""
    co2 = cited[f"{toc_id.lower().replace('-', '_')}_co2_per_ton_mile"]
    per_kg = factors.carrier(carrier_id).ttw_kgco2_per_kg
    assert per_kg is not None
    kg = co2 / cited["short_ton_mile_tkm"] / per_kg
    _is(factors, toc_id, *_rates(factors, carrier_id, kg))
    assert factors.toc(toc_id).origin.quality == "modelled"


def test_electric_van_emits_nothing_in_operation(factors: Factors, cited: dict[str, float]) -> None:
    """DESNZ books its electricity as operation; ISO 14083 as energy provision, with losses."""
    for toc in ("ROAD-VAN1-BEV", "ROAD-VAN2-BEV", "ROAD-VAN3-BEV", "ROAD-VAN-BEV"):
        generation = cited[f"desnz_{toc.lower().replace('-', '_')}_ttw"]
        kwh = generation / cited["desnz_gb_generation"]
        _is(factors, toc, kwh * factors.grid("GB").location_kgco2e_per_kwh, 0)


def test_fuel_supply_of_a_gas_tanker_is_that_of_marine_gas_oil(
    factors: Factors, cited: dict[str, float]
) -> None:
    """The copy that was read leaves WTT of LPG tankers blank: a gap is filled, not zeroed."""
    wtt, ttw = _rates(factors, "mgo", 1)
    for toc in ("SEA-LPG-50000M3", "SEA-LPG-0M3", "SEA-LPG-AVG"):
        aboard = cited[f"desnz_{toc.lower().replace('-', '_')}_ttw"]
        _is(factors, toc, aboard * wtt / ttw, aboard)


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("DIESEL-RIGID-7T5", "rigid3"),
        ("DIESEL-RIGID-12T", "rigid7"),
        ("DIESEL-RIGID-26T", "rigid17"),
        ("DIESEL-ARTIC-33T", "artic3"),
    ],
)
def test_diesel_truck_is_fitted_per_tonne(
    factors: Factors, cited: dict[str, float], code: str, stem: str
) -> None:
    """DESNZ `100 % laden` is the per-km over the per-tkm figure, not the legal payload."""
    empty, full = cited[f"desnz_{stem}_empty_ttw"], cited[f"desnz_{stem}_full_ttw"]
    slope = (full - empty) / (full / cited[f"desnz_{stem}_full_ttw_per_tkm"])
    payload_kg = cited[f"payload_{code.lower().replace('-', '_')}_kg"]
    blend = factors.carrier("diesel-b7-gb").ttw_kgco2e_per_kg
    for suffix in ("", "-B7"):
        vehicle = factors.vehicle(code + suffix)
        assert vehicle.payload_kg == payload_kg
        assert vehicle.energy_per_km_empty == pytest.approx(empty / blend, abs=ENERGY)
        at_payload = (empty + slope * payload_kg / 1000) / blend
        assert vehicle.energy_per_km_full == pytest.approx(at_payload, abs=ENERGY)


def _rolling(cited: dict[str, float]) -> float:
    """Return kWh per km and kg of load against rolling resistance."""
    newtons = cited["rolling_resistance"] * cited["gravity"]
    return newtons * 1000 / 3.6e6 / cited["drivetrain_efficiency"]


def _has_energy(factors: Factors, code: str, empty: float, full: float, loss: float) -> None:
    vehicle = factors.vehicle(code)
    assert vehicle.energy_per_km_empty == pytest.approx(empty / (1 - loss), abs=2 * ENERGY), code
    assert vehicle.energy_per_km_full == pytest.approx(full / (1 - loss), abs=2 * ENERGY), code


def test_electric_rigid_trucks_stand_on_trials_at_half_load(
    factors: Factors, cited: dict[str, float]
) -> None:
    """BETT 2024: 250 kWh over 270 km; Canter trial 2014: 0.476 kWh/km; slope by rolling."""
    loss, share = cited["charging_loss_share"], cited["trial_load_share"]
    trials = {
        "EV-RIGID-7T5": cited["canter_ecell_kwh_per_km"],
        "EV-RIGID-19T": cited["bett_battery_kwh"] / cited["bett_range_km"],
    }
    for code, mean in trials.items():
        payload_kg = cited[f"payload_{code.lower().replace('-', '_')}_kg"]
        rolling = _rolling(cited) * payload_kg
        _has_energy(factors, code, mean - share * rolling, mean + (1 - share) * rolling, loss)


def test_electric_trucks_at_full_load_lie_between_those_measured(
    factors: Factors, cited: dict[str, float]
) -> None:
    """27 t: on the line of gross mass; long haul: 1.03 kWh/km on the maker's tour of 2024."""
    loss, rolling = cited["charging_loss_share"], _rolling(cited)
    at_19 = factors.vehicle("EV-RIGID-19T").energy_per_km_full * (1 - loss)
    at_27 = at_19 + (cited["volvo_fh_electric_kwh_per_km"] - at_19) * (27 - 19) / (40 - 19)
    payload_kg = cited["payload_ev_rigid_27t_kg"]
    _has_energy(factors, "EV-RIGID-27T", at_27 - rolling * payload_kg, at_27, loss)
    payload_kg = cited["artic_payload_kg"] * (1 - cited["ev_payload_penalty_share"])
    full = cited["eactros600_kwh_per_km"]
    _has_energy(factors, "EV-ARTIC-40T-LONGHAUL", full - rolling * payload_kg, full, loss)


def test_vans_stand_on_the_mean_load_behind_the_source(
    factors: Factors, cited: dict[str, float]
) -> None:
    """DESNZ class III: kg CO2e per km over kg per tkm is the mean load in tonnes."""
    payload_t = cited["payload_van_3t5_kg"] / 1000
    load_t = cited["desnz_van3_bev_ttw"] / cited["desnz_van3_bev_ttw_per_tkm"]
    mean = cited["desnz_van3_bev_ttw"] / cited["desnz_gb_generation"]
    empty = mean - _rolling(cited) * load_t * 1000
    _has_energy(factors, "EV-VAN-3T5", empty, empty + _rolling(cited) * payload_t * 1000, 0)
    rigid = [cited[f"desnz_rigid3_{name}"] for name in ("empty_ttw", "full_ttw")]
    slope = (rigid[1] - rigid[0]) / (rigid[1] / cited["desnz_rigid3_full_ttw_per_tkm"])
    load_t = cited["desnz_van3_diesel_ttw"] / cited["desnz_van3_diesel_ttw_per_tkm"]
    empty = cited["desnz_van3_diesel_ttw"] - slope * load_t
    blend = factors.carrier("diesel-b7-gb").ttw_kgco2e_per_kg
    full = empty + slope * payload_t
    _has_energy(factors, "DIESEL-VAN-3T5", empty / blend, full / blend, 0)


def test_truck_on_hvo_needs_the_same_energy(factors: Factors) -> None:
    """Kilograms by heating value: 42.83 of the blend, 44 of HVO."""
    blend, hvo = factors.carrier("diesel-b7-gb"), factors.carrier("hvo")
    diesel, truck = factors.vehicle("DIESEL-ARTIC-40T-B7"), factors.vehicle("HVO-ARTIC-40T")
    assert truck.energy_per_km_full * hvo.lhv_mj_per_kg == pytest.approx(
        diesel.energy_per_km_full * blend.lhv_mj_per_kg, rel=1e-5
    )


def test_warehouses_are_energy_per_area_over_throughput(
    factors: Factors, cited: dict[str, float]
) -> None:
    """80 kWh/m2 ambient; 24.9 kWh and 9,200 Btu per ft2 refrigerated (USA)."""
    warm = (cited["warehouse_kwh_per_m2_low"] + cited["warehouse_kwh_per_m2_high"]) / 2
    gas = cited["cold_btu_per_ft2"] / cited["btu_per_kwh"]
    cold = (cited["cold_kwh_per_ft2"] + gas) * cited["ft2_per_m2"]
    stored, crossed = cited["storage_t_per_m2"], cited["crossdock_t_per_m2"]
    wanted = {
        "HUB-WAREHOUSE": warm / stored,
        "HUB-WAREHOUSE-COLD": cold / stored,
        "HUB-CROSSDOCK-COLD": cold / crossed,
        "HUB-DISTRIBUTION": (warm / stored + warm / crossed) / 2,
        "HUB-DISTRIBUTION-COLD": (cold / stored + cold / crossed) / 2,
        "HUB-SITE-ELECTRIC": cited["forklift_kwh_per_h"] / cited["site_t_per_h"],
    }
    for hoc_id, kwh_per_t in wanted.items():
        assert factors.hoc(hoc_id).kwh_per_t == pytest.approx(kwh_per_t, abs=ENERGY), hoc_id


def test_tank_terminal_is_pumping_and_a_remainder(
    factors: Factors, cited: dict[str, float]
) -> None:
    """Work against 5 bar, twice, over density and efficiency: an estimate, and marked so."""
    joules_per_kg = (
        cited["pump_pressure_pa"] / cited["pumped_density_kg_per_m3"] / cited["pump_efficiency"]
    )
    kwh = cited["pumpings"] * joules_per_kg / 3600 + cited["liquid_terminal_other_kwh_per_t"]
    hoc = factors.hoc("HUB-PORT-LIQUID")
    assert hoc.kwh_per_t == pytest.approx(kwh, abs=ENERGY)
    assert hoc.origin.quality == "estimate"


def test_terminal_per_teu_is_the_same_terminal_as_per_tonne(
    factors: Factors, cited: dict[str, float]
) -> None:
    """17.5 kg CO2 per TEU by energy; per tonne at 9.7 t gross per TEU (Rotterdam 2023)."""
    t_per_teu = cited["rotterdam_container_mt"] / cited["rotterdam_container_mteu"]
    per_tonne = factors.hoc("HUB-PORT-CONTAINER")
    kwh, kg = per_tonne.kwh_per_t * t_per_teu, per_tonne.diesel_kg_per_t * t_per_teu
    wtt, ttw = _rates(factors, "diesel", kg)
    grids = {
        "": cited["indonesia_grid"],
        "-EU": _eu_meter(factors),
        "-CN": factors.grid("CN").location_kgco2e_per_kwh,
    }
    for suffix, per_kwh in grids.items():
        hoc = factors.hoc(f"HUB-PORT-CONTAINER-TEU{suffix}")
        assert hoc.activity_unit == "teu"
        assert hoc.wtt_kgco2e_per_t == pytest.approx(wtt + kwh * per_kwh, abs=2e-5)
        assert hoc.ttw_kgco2e_per_t == pytest.approx(ttw, abs=2e-5)


def test_sun_on_site_has_a_life_cycle_and_no_losses(factors: Factors) -> None:
    """IPCC AR5, annex III: 48 g/kWh, the plant included; the shipped parameter says the same."""
    sun, wind = factors.grid("SOLAR-ONSITE"), factors.grid("WIND-ONSITE")
    assert sun.location_kgco2e_per_kwh == factors.parameter("eac_upstream_pv_kgco2e_per_kwh")
    assert wind.location_kgco2e_per_kwh == factors.parameter("eac_upstream_wind_kgco2e_per_kwh")


@pytest.mark.parametrize(
    ("refrigerant", "gwp_set", "published"),
    [
        ("R404A", "AR4", 3922),
        ("R410A", "AR4", 2088),
        ("R407C", "AR4", 1774),
        ("R407F", "AR4", 1825),
        ("R507A", "AR4", 3985),
        ("R448A", "AR5", 1273),
        ("R449A", "AR5", 1282),
        ("R452A", "AR5", 1945),
        ("R450A", "AR5", 547),
        ("R717", "AR6", 0),
        ("R744", "AR6", 1),
    ],
)
def test_warming_potential_of_a_blend_agrees_with_what_is_printed(
    factors: Factors, refrigerant: str, gwp_set: str, published: int
) -> None:
    """Figures as national lists and makers print them, rounded."""
    assert factors.warming_potential(refrigerant, gwp_set) == pytest.approx(published, abs=1)


def test_every_gas_of_a_blend_is_known(factors: Factors) -> None:
    """An absent gas would be an error in the middle of an inventory, and never a zero."""
    for blend in factors.refrigerants:
        for gwp_set in ("AR5", "AR6"):
            assert factors.warming_potential(blend, gwp_set) >= 0, blend


def test_every_category_has_one_key_of_known_words(factors: Factors) -> None:
    """A category without a key is never found; a class word without a place matches nothing."""
    named = [key.category_id for key in factors.matches]
    assert sorted(named) == sorted([*factors.tocs, *factors.hocs, *factors.vehicles])
    for key in factors.matches:
        if key.hub_kind:
            assert key.vehicle in HUB_CLASSES, key.match_id
        elif key.vehicle:
            assert ROOTS[key.mode] in (key.vehicle, *lineage(key.vehicle)), key.match_id


def test_no_two_categories_share_a_key(factors: Factors) -> None:
    """Else the id alone would choose between them."""
    keys = [
        (
            k.kind,
            k.mode,
            k.hub_kind,
            k.region,
            k.vehicle,
            k.fuel,
            k.temperature,
            k.load,
            k.air_option,
            k.haul,
        )
        for k in factors.matches
    ]
    assert len(set(keys)) == len(keys)


def test_category_of_several_fuels_says_their_shares(factors: Factors) -> None:
    """A split by energy carrier needs them; each is a fuel of the edition, or electricity."""
    mixes = {k.category_id: dict(k.energy_mix) for k in factors.matches if k.energy_mix}
    for toc in factors.tocs.values():
        assert bool(toc.carrier_id) is (toc.toc_id not in mixes), toc.toc_id
    for mix in mixes.values():
        assert set(mix) <= {*factors.carriers, "electricity"}


def test_corridor_mix_follows_from_its_derivation(
    factors: Factors, cited: dict[str, float]
) -> None:
    """Half of Kazakhstan is diesel; all else is electric."""
    way = cited["corridor_share_kz"] * (1 - cited["corridor_kz_electric_share"])
    diesel = way * cited["rail_diesel_kg_per_train_km"] * factors.carrier("diesel").lhv_mj_per_kg
    electric = (1 - way) * cited["rail_electric_kwh_per_train_km"] / KWH_PER_MJ
    mixes = {k.category_id: dict(k.energy_mix) for k in factors.matches}
    share = electric / (electric + diesel)
    assert mixes["RAIL-CHINA-EUROPE"]["electricity"] == pytest.approx(share, abs=ENERGY)


def test_no_figure_is_impossible(factors: Factors) -> None:
    """CO2 is part of CO2e; electricity emits nothing in operation; no flight counts forcing."""
    for toc in factors.tocs.values():
        assert (toc.ttw_kgco2_per_tkm or 0) <= toc.ttw_kgco2e_per_tkm, toc.toc_id
        if toc.carrier_id == "electricity":
            assert toc.ttw_kgco2e_per_tkm == 0, toc.toc_id
        assert toc.gwp_set == "AR5", toc.toc_id
        assert toc.mode != "air" or toc.wtt_kgco2e_per_tkm + toc.ttw_kgco2e_per_tkm < 3.5
    for carrier in factors.carriers.values():
        assert (carrier.ttw_kgco2_per_kg or 0) <= carrier.ttw_kgco2e_per_kg, carrier.carrier_id
