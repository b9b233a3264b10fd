"""Footprints by hand-worked examples, and what no footprint may ever do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import open_catalogue
from emissions import TCE, EmissionsError, Factors, TransportChain, take_inventory
from emissions.distance import distance_adjustment_factor, transport_activity_tkm
from emissions.energy import shares_by_activity, vehicle_energy
from emissions.inventory import published_after

FACTORS = Factors.load(open_catalogue())


def milligrams(kg: float) -> int:
    """The one rounding of a leg: half to even, to whole milligrams."""
    return round(kg * 1e6)


def flight(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S",
        leg_no=1,
        kind="transport",
        mode="air",
        origin="PVG",
        destination="FRA",
        mass_kg=1000.0,
        distance_km=8880.0,
        distance_kind="gcd",
        toc_id="AIR-LONGHAUL-AVG",
    )
    return replace(plain, **change)


def haulage(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S",
        leg_no=1,
        kind="transport",
        mode="road",
        origin="A",
        destination="B",
        mass_kg=1000.0,
        distance_km=300.0,
        distance_kind="sfd",
        toc_id="EV-ARTIC-40T",
        energy_kwh=100.0,
        grid_id="CN-JS",
    )
    return replace(plain, **change)


def test_activity_of_the_published_example() -> None:
    """iLEAP Technical Specifications 1.0.0: 230 kg over 700 km are 161 tkm."""
    assert transport_activity_tkm(230, 700) == 161.0


def test_flight_is_activity_times_intensity() -> None:
    """DESNZ 2025 ids 27_317_3159 and its WTT row: (0.13516 + 0.5313) kg/tkm without RF."""
    line = take_inventory([flight()], FACTORS).lines[0]
    assert line.physical.wtt_mg == milligrams(8880 * 0.13516)
    assert line.physical.ttw_mg == milligrams(8880 * 0.5313)
    assert line.physical.wtw_mg == line.physical.wtt_mg + line.physical.ttw_mg


def test_fuel_of_a_flight_follows_from_its_co2() -> None:
    """TTW CO2 without radiative forcing over 3.16 kg CO2 per kg of jet fuel."""
    line = take_inventory([flight()], FACTORS).lines[0]
    assert line.fuel_kg == pytest.approx(8880 * 0.52583 / 3.16)


def test_the_air_detour_counts_once() -> None:
    """An uplift already inside is not added; a bare flown intensity gets the 95 km once."""
    toc = FACTORS.toc("AIR-LONGHAUL-AVG")
    assert distance_adjustment_factor(toc, "gcd", 8880) == 1.0
    flown = replace(toc, distance_kind="actual", daf_included="no")
    assert distance_adjustment_factor(flown, "gcd", 9500) == pytest.approx(9595 / 9500)
    assert distance_adjustment_factor(replace(flown, daf_included="inferred"), "gcd", 9500) == 1.0


def test_a_distance_of_the_wrong_kind_is_an_error() -> None:
    """ISO 14083 wants the great circle for air; no factor leads there from a road distance."""
    with pytest.raises(EmissionsError, match="distance_kind 'sfd', wanted 'gcd'"):
        take_inventory([flight(distance_kind="sfd")], FACTORS)


def test_electric_truck_pays_losses_and_upstream() -> None:
    """kWh at the meter x (generation + upstream) / (1 - losses); nothing at the tailpipe."""
    grid = FACTORS.grid("CN-JS")
    rate = (grid.generation_kgco2e_per_kwh + grid.upstream_kgco2e_per_kwh) / (1 - grid.loss_share)
    line = take_inventory([haulage()], FACTORS).lines[0]
    assert line.physical.wtt_mg == milligrams(100 * rate)
    assert line.physical.ttw_mg == 0


def test_location_and_market_stand_side_by_side() -> None:
    """Uncovered kWh take the residual mix, covered ones keep upstream and grid losses."""
    bare = take_inventory([haulage()], FACTORS).lines[0]
    covered = take_inventory([haulage(eac_kwh=100.0)], FACTORS).lines[0]
    assert bare.market_based.wtw_mg > bare.physical.wtw_mg
    assert 0 < covered.market_based.wtw_mg < bare.market_based.wtw_mg
    assert covered.physical == bare.physical


def test_saf_worked_by_hand() -> None:
    """Formula (5) of SAF accounting: ((Q - Q_S) x EF + Q_S x LS) / 1000, capped at Q."""
    line = take_inventory([flight(saf_kg=500.0, saf_pathway="hefa-uco")], FACTORS).lines[0]
    pathway, jet = FACTORS.pathway("hefa-uco"), FACTORS.carrier("jet")
    burnt_mj = 8880 * 0.52583 / 3.16 * jet.lhv_mj_per_kg
    saf_mj = 500.0 * pathway.lhv_mj_per_kg
    physical_kg = 8880 * (0.13516 + 0.5313)
    wanted = physical_kg * (1 - saf_mj / burnt_mj) + saf_mj * pathway.total_gco2e_per_mj / 1000
    assert line.market_based.wtw_mg == pytest.approx(wanted * 1e6, abs=1)


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (flight(saf_kg=5000.0, saf_pathway="hefa-uco"), "at most the"),
        (haulage(saf_kg=1.0, saf_pathway="hefa-uco"), "flights alone"),
        (haulage(eac_kwh=101.0), "REC-9"),
        (flight(toc_id="AIR-LONGHAUL-AVERAGE"), "nearest is 'AIR-LONGHAUL-AVG'"),
        (haulage(grid_id="XX"), "grid_id 'XX', wanted a grid_id of the factor set"),
        (haulage(energy_kwh=None), "neither fuel_kg nor energy_kwh"),
        (haulage(energy_kwh=0.0), "energy_kwh '0.0', wanted > 0"),
        (haulage(fuel_kg=1.0), "runs on energy_kwh"),
        (haulage(mode="air", saf_kg=1e-9, saf_pathway="hefa-uco"), "mode 'air', wanted road"),
        (flight(mass_kg=1e17), "wanted masses and distances of freight"),
        (flight(mode="rail"), "mode 'rail', wanted air"),
    ],
)
def test_what_cannot_be_is_an_error(element: TCE, words: str) -> None:
    """A missing factor or a claim beyond what was used is an error, never a zero."""
    with pytest.raises(EmissionsError, match=words):
        take_inventory([element], FACTORS)


def test_all_faults_are_told_at_once() -> None:
    """Two bad legs, two lines of message, each with its shipment and leg."""
    with pytest.raises(EmissionsError) as caught:
        take_inventory([flight(toc_id="X"), haulage(grid_id="Y", shipment_id="T")], FACTORS)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["S leg 1", "T leg 1"]


def test_a_broken_chain_is_refused() -> None:
    """Goods cannot leave from where they are not."""
    with pytest.raises(EmissionsError, match="goods are at 'FRA'"):
        TransportChain(
            shipment_id="S", elements=(flight(), haulage(leg_no=2, origin="MAD", destination="X"))
        )


def test_factors_published_later_are_named() -> None:
    """A declaration of June 2023 cannot know factors of 2025."""
    inventory = take_inventory([flight()], FACTORS)
    assert published_after(inventory, FACTORS, "2023-06-30") == {"AIR-LONGHAUL-AVG": "2025-06-10"}
    assert published_after(inventory, FACTORS, "2026-01-01") == {}


masses = st.floats(min_value=0.001, max_value=1e5)
shares = st.floats(min_value=0.0, max_value=0.99)


@given(masses, shares, shares)
def test_no_claim_ever_lowers_the_physical_inventory(
    mass_kg: float, saf_share: float, eac_share: float
) -> None:
    """SAF and certificates touch the market-based column alone."""
    truck = haulage(energy_kwh=mass_kg, leg_no=2)
    bare = take_inventory([flight(mass_kg=mass_kg), truck], FACTORS)
    limit_kg = bare.lines[0].fuel_kg * FACTORS.carrier("jet").lhv_mj_per_kg
    limit_kg /= FACTORS.pathway("hefa-uco").lhv_mj_per_kg
    claimed = take_inventory(
        [
            flight(mass_kg=mass_kg, saf_kg=limit_kg * saf_share, saf_pathway="hefa-uco"),
            replace(truck, eac_kwh=mass_kg * eac_share),
        ],
        FACTORS,
    )
    assert claimed.physical == bare.physical
    for line in claimed.lines:
        assert line.market_based.wtt_mg >= 0
        assert line.market_based.ttw_mg >= 0


@given(st.permutations(range(6)))
def test_order_changes_no_milligram(order: list[int]) -> None:
    """Each leg is rounded once, so sums are exact whatever the order."""
    legs = [flight(mass_kg=100.1 * (i + 1), shipment_id=f"S{i}") for i in range(6)]
    straight = take_inventory(legs, FACTORS).physical
    assert take_inventory([legs[i] for i in order], FACTORS).physical == straight


@given(st.floats(min_value=0.01, max_value=1e6), st.lists(masses, min_size=1, max_size=20))
@settings(max_examples=50)
def test_shares_sum_to_the_whole(total: float, activities: list[float]) -> None:
    """Nothing is lost or invented when a vehicle's energy is shared."""
    parts = shares_by_activity(total, activities)
    assert round(sum(round(p * 1e6) for p in parts)) == round(round(total, 6) * 1e6)
    assert all(p >= 0 for p in parts)


def test_a_fuller_truck_burns_less_per_tonne() -> None:
    """F20: energy per vehicle-km is linear in the load, so the empty weight is shared."""
    vehicle = FACTORS.vehicle("DIESEL-ARTIC-40T")

    def per_tonne(mass_kg: float) -> float:
        used = vehicle_energy(vehicle, units=1, mass_kg=mass_kg, distance_km=100, empty_share=0.2)
        return used / mass_kg

    assert per_tonne(20_000) < per_tonne(10_000) < per_tonne(1_000)


def test_more_mass_never_emits_less() -> None:
    """Monotone in mass for every shipped intensity."""
    for toc_id, toc in FACTORS.tocs.items():
        kind = "sfd" if toc.distance_kind == "not_stated" else toc.distance_kind
        legs = [
            flight(toc_id=toc_id, mode=toc.mode, mass_kg=m, distance_kind=kind) for m in (1.0, 2.0)
        ]
        light, heavy = (line.physical.wtw_mg for line in take_inventory(legs, FACTORS).lines)
        assert 0 < light < heavy
