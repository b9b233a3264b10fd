"""What-ifs by hand: each kind of measure, what it must not touch, and what they do together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import open_catalogue
from data.errors import DataError
from data.units import mg_from_text
from emissions import TCE, Factors, take_inventory
from emissions.energy import hub_energy, vehicle_energy
from emissions.measures import Measure, World, apply, per_year_of, read_measures, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTORS = Factors.load(open_catalogue())
VAN, ARTIC = "DIESEL-RIGID-18T", "DIESEL-ARTIC-40T"


def flight(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S", leg_no=2, kind="transport", mode="air", origin="PVG", destination="FRA",
        mass_kg=1000.0, distance_km=8880.0, distance_kind="gcd", toc_id="AIR-LONGHAUL-AVG",
    )  # fmt: skip
    return replace(plain, **change)


def haulage(**change: Any) -> TCE:
    plain = TCE(
        shipment_id="S", leg_no=3, kind="transport", mode="road", origin="FRA", destination="MAD",
        mass_kg=1000.0, distance_km=1800.0, distance_kind="sfd", toc_id="ROAD-ARTIC33-AVG",
    )  # fmt: skip
    return replace(plain, **change)


def hub(hoc_id: str = "HUB-PORT-CONTAINER", mass_kg: float = 1000.0, **change: Any) -> TCE:
    fuel, kwh = hub_energy(FACTORS.hoc(hoc_id), mass_kg)
    plain = TCE(
        shipment_id="S", leg_no=1, kind="hub", mode="sea", origin="NKG", destination="NKG",
        mass_kg=mass_kg, hoc_id=hoc_id, fuel_kg=fuel, energy_kwh=kwh, grid_id="CN-JS",
    )  # fmt: skip
    return replace(plain, **change)


def truck(code: str = ARTIC, mass_kg: float = 10_000.0, **change: Any) -> TCE:
    """A dedicated vehicle of one unit, out and half of the ways back empty."""
    energy = vehicle_energy(
        FACTORS.vehicle(code), units=1, mass_kg=mass_kg, distance_km=300.0, empty_share=1 / 3
    )
    return haulage(mass_kg=mass_kg, distance_km=300.0, toc_id=code, fuel_kg=energy, **change)


def world(*elements: TCE, packaging_kg: float = 0.0) -> World:
    known = {(e.shipment_id, e.leg_no): packaging_kg for e in elements} if packaging_kg else {}
    return World(elements=elements, factors=FACTORS, packaging_kg=known)


def measure(
    kind: str, where: Mapping[str, tuple[str, ...]] | None = None, **options: Any
) -> Measure:
    return Measure(name=kind, kind=kind, where=where or {}, options=options)


def alone(w: World, m: Measure, **more: Any) -> dict[str, Any]:
    (row,) = weigh(w, [m], **more)["measures"]
    return dict(row)


def total_kg(*elements: TCE) -> float:
    return take_inventory(elements, FACTORS).physical.wtw_kgco2e


def test_lighter_cartons_save_their_share_of_activity() -> None:
    """A tenth of the mass less is a tenth of a shared flight less."""
    row = alone(world(flight()), measure("lighter_packaging", kg_per_shipment=100.0))
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(total_kg(flight()) / 10)
    assert row["status"] == "saves"
    assert row["probability_saves"] > 0.99


def test_a_share_of_the_packaging_is_of_packaging_alone() -> None:
    """20 % of 50 kg of packaging is 10 kg of 1,000; goods stay as they are."""
    w = world(flight(), packaging_kg=50.0)
    row = alone(w, measure("lighter_packaging", share=0.2))
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(total_kg(flight()) / 100)


def test_a_dedicated_vehicle_saves_its_energy_per_kg_alone() -> None:
    """The truck runs all the same: (full - empty) / payload x distance per kg saved."""
    v, e = FACTORS.vehicle(ARTIC), truck()
    row = alone(world(e), measure("lighter_packaging", kg_per_shipment=500.0))
    fuel = 500 * (v.energy_per_km_full - v.energy_per_km_empty) / v.payload_kg * 300
    diesel = FACTORS.carrier("diesel")
    rate = diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(fuel * rate, rel=1e-4)
    assert float(row["saves_kgco2e_per_year"]) < total_kg(e) / 20


def test_reusable_packaging_pays_its_way_back() -> None:
    """The return leg of the empties is in the saving; too heavy ones emit more."""
    light = measure("lighter_packaging", kg_per_shipment=100.0, return_kg_per_shipment=40.0)
    row = alone(world(flight()), light)
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(total_kg(flight()) * 0.06)
    heavy = measure("lighter_packaging", kg_per_shipment=10.0, return_kg_per_shipment=40.0)
    assert alone(world(flight()), heavy)["status"] == "emits more"


def test_packaging_in_counted_containers_changes_nothing() -> None:
    """Per TEU, mass does not count: said, not hidden."""
    toc = replace(FACTORS.toc("SEA-CONTAINER-AVG"), toc_id="TEU", activity_unit="teukm")
    factors = replace(FACTORS, tocs={**FACTORS.tocs, "TEU": toc})
    boxed = flight(mode="sea", toc_id="TEU", teu=1.0, distance_kind=toc.distance_kind)
    w = World(elements=(boxed,), factors=factors)
    row = alone(w, measure("lighter_packaging", kg_per_shipment=100.0))
    assert row["status"] == "changes nothing"
    assert row["saves_kgco2e_per_year"] == "0.000000"


def test_no_carton_weighs_less_than_nothing() -> None:
    """Saving more than there is, is refused by shipment and leg."""
    with pytest.raises(DataError, match=r"S leg 2: saves 1000 kg of 1000, wanted less"):
        alone(world(flight()), measure("lighter_packaging", kg_per_shipment=1000.0))


def test_pallets_go_back_as_a_reverse_chain() -> None:
    """Empties of 25 kg on the way back; new pallets not made stand outside of transport."""
    m = measure(
        "pallet_return",
        pallets_per_shipment=2,
        pallet_kg=25.0,
        new_pallet_kgco2e=400.0,
        source="invented for this test",
    )
    after = apply(world(haulage(), flight()), m)
    back = after.elements[2:]
    assert [(e.origin, e.destination, e.mass_kg) for e in back] == [
        ("MAD", "FRA", 50.0),
        ("FRA", "PVG", 50.0),
    ]
    row = alone(world(haulage()), m)
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(-total_kg(haulage()) * 0.05)
    assert row["outside_saves_kgco2e_per_year"] == "800.000000"
    assert row["status"] == "saves"


def test_empties_on_a_dedicated_vehicle_ride_its_empty_trip() -> None:
    """They bear their own energy per kg, not the truck a second time."""
    m = measure("pallet_return", pallets_per_shipment=1, pallet_kg=100.0)
    assert 0 < -float(alone(world(truck()), m)["saves_kgco2e_per_year"]) < total_kg(truck()) / 100


def test_a_stated_figure_needs_its_source() -> None:
    """Every number has a source, a planner's too."""
    with pytest.raises(DataError, match="without its source"):
        alone(
            world(haulage()),
            measure("pallet_return", pallets_per_shipment=1, pallet_kg=1, new_pallet_kgco2e=1.0),
        )


def test_electric_forklifts_swap_diesel_for_kwh() -> None:
    """By hand: all diesel of the hub goes, 4.2 kWh per kg come, on the hub's own grid."""
    hoc, e = FACTORS.hoc("HUB-PORT-CONTAINER"), hub()
    after = apply(world(e), measure("electric_forklift"))
    (new,) = after.elements
    assert new.fuel_kg == 0.0
    assert new.energy_kwh == pytest.approx(hoc.kwh_per_t + 4.2 * hoc.diesel_kg_per_t, abs=1e-6)
    diesel, grid = FACTORS.carrier("diesel"), FACTORS.grid("CN-JS")
    saved = (e.fuel_kg or 0) * (diesel.wtt_kgco2e_per_kg + diesel.ttw_kgco2e_per_kg)
    saved -= 4.2 * (e.fuel_kg or 0) * grid.location_kgco2e_per_kwh
    row = alone(world(e), measure("electric_forklift"))
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(saved, abs=1e-4)


def test_a_solar_roof_serves_its_share_of_the_kwh() -> None:
    """40 % of the hub's kWh at the life-cycle rate of solar power; diesel stays."""
    e = hub(mass_kg=1e6)
    row = alone(world(e), measure("onsite_solar", share=0.4))
    grid, sun = FACTORS.grid("CN-JS"), FACTORS.grid("SOLAR-ONSITE")
    saved = 0.4 * (e.energy_kwh or 0) * (grid.location_kgco2e_per_kwh - sun.location_kgco2e_per_kwh)
    assert float(row["saves_kgco2e_per_year"]) == pytest.approx(saved, rel=1e-6)
    whole = apply(world(e), measure("onsite_solar", share=1.0)).elements
    assert [x.grid_id for x in whole] == ["SOLAR-ONSITE"]


def test_a_mode_shift_takes_the_other_category_over_its_own_way() -> None:
    """Air to rail over 1.3 times the great circle, handled at both ends."""
    shift = measure(
        "mode_shift",
        where={"mode": ("air",)},
        toc_id="RAIL-CHINA-EUROPE",
        distance_factor=1.3,
        handling_hoc_id="HUB-RAIL",
        handling_grid_id="DE",
    )
    after = apply(world(flight(), haulage()), shift)
    kinds = [(e.kind, e.mode, e.distance_km) for e in after.elements]
    assert kinds == [
        ("transport", "rail", pytest.approx(11544.0)),
        ("hub", "rail", 0.0),
        ("hub", "rail", 0.0),
        ("transport", "road", 1800.0),
    ]
    row = alone(world(flight(), haulage()), shift)
    bare = measure("mode_shift", shift.where, toc_id="RAIL-CHINA-EUROPE", distance_factor=1.3)
    more = float(alone(world(flight()), bare)["saves_kgco2e_per_year"])
    assert 0 < float(row["saves_kgco2e_per_year"]) < more


def test_saf_comes_on_top_of_what_is_claimed_already() -> None:
    """30 % more, not 30 % instead; and never more than all that is burnt."""
    whole = apply(world(flight()), measure("saf", share=1.0, pathway="hefa-uco")).elements[0].saf_kg
    booked = flight(saf_kg=0.4 * whole, saf_pathway="hefa-uco")
    for share, wanted in ((0.3, 0.7), (0.9, 1.0), (0.0, 0.4)):
        (e,) = apply(world(booked), measure("saf", share=share, pathway="hefa-uco")).elements
        assert e.saf_kg == pytest.approx(wanted * whole, abs=2e-6)
    other = measure("saf", share=0.3, pathway="ft-msw")
    assert apply(world(booked), other).elements == (booked,)
    assert alone(world(booked), other)["status"] == "changes nothing"


def test_saf_acts_on_the_market_based_column_alone() -> None:
    """What is burnt stays burnt: physical 0, and EUR per t say of which column."""
    saf = replace(measure("saf", share=0.3, pathway="hefa-uco"), cost_eur_per_year=1000.0)
    row = alone(world(flight(), haulage()), saf)
    assert row["saves_kgco2e_per_year"] == "0.000000"
    assert row["status"] == "market-based only"
    assert row["probability_saves"] is None
    saved = float(row["market_saves_kgco2e_per_year"])
    assert 0 < saved < 0.3 * total_kg(flight())
    assert row["eur_per_t_of"] == "market-based"
    assert row["eur_per_t"] == pytest.approx(1000 / saved * 1000)


def test_all_fuel_can_be_claimed_and_no_more() -> None:
    """A share of 1 meets the limit of what was burnt (SAF-8); above it is refused."""
    assert alone(world(flight()), measure("saf", share=1.0, pathway="hefa-uco"))["status"]
    with pytest.raises(DataError, match="wanted a share of at most 1"):
        alone(world(flight()), measure("saf", share=1.1, pathway="hefa-uco"))


def test_an_electric_truck_makes_the_same_runs() -> None:
    """A dedicated diesel artic becomes an electric one: energy as if planned so from the start."""
    e = truck()
    m = measure("vehicle_change", vehicle="EV-ARTIC-40T", grid_id="ES")
    (new,) = apply(world(e), m).elements
    wanted = vehicle_energy(
        FACTORS.vehicle("EV-ARTIC-40T"), units=1, mass_kg=1e4, distance_km=300, empty_share=1 / 3
    )
    assert new.energy_kwh == pytest.approx(wanted, abs=1e-5)
    assert new.fuel_kg is None
    assert alone(world(e), m)["status"] == "saves"


def test_shared_carriage_on_an_electric_truck_is_modelled() -> None:
    """[(1 - E) f(L) + E f(0)] / [(1 - E) L payload] kWh per tkm (methodology, section 3)."""
    m = measure(
        "vehicle_change", vehicle="EV-ARTIC-40T", grid_id="ES", load_share=0.6, empty_share=0.2
    )
    (new,) = apply(world(haulage()), m).elements
    v = FACTORS.vehicle("EV-ARTIC-40T")
    at_load = v.energy_per_km_empty + 0.6 * (v.energy_per_km_full - v.energy_per_km_empty)
    per_tkm = (0.8 * at_load + 0.2 * v.energy_per_km_empty) / (0.8 * 0.6 * v.payload_kg / 1000)
    assert new.energy_kwh == pytest.approx(per_tkm * 1800, abs=1e-5)


def test_a_fuller_truck_saves_on_runs_not_on_load() -> None:
    """Half to full: half the runs, and the load's own energy stays."""
    e = truck()
    m = measure("load_factor", from_load=0.5, to_load=1.0)
    (new,) = apply(world(e), m).elements
    v = FACTORS.vehicle(ARTIC)
    load = 1e4 * (v.energy_per_km_full - v.energy_per_km_empty) / v.payload_kg * 300
    assert new.fuel_kg == pytest.approx(load + ((e.fuel_kg or 0) - load) / 2, abs=1e-5)


def test_a_shared_truck_at_another_load_scales_as_its_model() -> None:
    """The derived category keeps the error of the one it was made from."""
    m = measure("load_factor", from_load=0.5, to_load=0.7, empty_share=0.2, vehicle=ARTIC)
    row = alone(world(haulage()), m)
    assert 0 < float(row["saves_kgco2e_per_year"]) < total_kg(haulage()) * (1 - 0.5 / 0.7)
    assert row["probability_saves"] > 0.99
    same = measure("load_factor", from_load=0.5, to_load=0.5, empty_share=0.2, vehicle=ARTIC)
    assert alone(world(haulage()), same)["status"] == "changes nothing"


def test_a_closer_hub_shortens_the_way() -> None:
    """A quarter less way is a quarter less, shared or dedicated."""
    for e in (haulage(), truck()):
        row = alone(world(e), measure("closer_hub", distance_factor=0.75))
        assert float(row["saves_kgco2e_per_year"]) == pytest.approx(total_kg(e) / 4, rel=1e-5)


@pytest.mark.parametrize(
    "m",
    [
        measure("closer_hub", where={"mode": ("sea",)}, distance_factor=0.5),
        measure("closer_hub", distance_factor=1.0),
        measure("electric_forklift"),
        measure("onsite_solar", share=0.5),
        measure("saf", where={"mode": ("road",)}, share=0.5, pathway="hefa-uco"),
        measure("lighter_packaging"),
        measure("lighter_packaging", share=0.5),  # no packaging is known
        measure("mode_shift", toc_id="ROAD-ARTIC33-AVG", where={"mode": ("road",)}),
    ],
)
def test_a_measure_that_changes_nothing_says_so(m: Measure) -> None:
    """No element touched, or none whose figure depends on it."""
    row = alone(world(flight(), haulage()), m)
    assert row["status"] == "changes nothing"
    assert row["probability_saves"] is None
    assert row["eur_per_t"] is None


def test_together_shows_the_interaction() -> None:
    """Shift to rail and lighten: what both save is not saved twice."""
    shift = measure("mode_shift", {"mode": ("air",)}, toc_id="RAIL-CHINA-EUROPE")
    light = measure("lighter_packaging", kg_per_shipment=100.0)
    table = weigh(world(flight()), [shift, light])
    a, b = (float(r["saves_kgco2e_per_year"]) for r in table["measures"])
    both = table["together"]
    after = apply(apply(world(flight()), shift), light)
    wanted = total_kg(flight()) - total_kg(*after.elements)
    assert float(both["saves_kgco2e_per_year"]) == pytest.approx(wanted)
    assert float(both["interaction_kgco2e_per_year"]) == pytest.approx(wanted - a - b)
    assert float(both["interaction_kgco2e_per_year"]) < 0


def test_a_doubtful_saving_has_an_interval_across_zero() -> None:
    """Another category a little lower, each with its own error: far from sure."""
    row = alone(
        world(haulage()),
        measure("mode_shift", toc_id="ROAD-ARTIC-ALL-AVG", where={"mode": ("road",)}),
    )
    low, high = (float(row["interval_kgco2e_per_year"][x]) for x in ("low", "high"))
    assert low < 0 < high
    assert 0.1 < row["probability_saves"] < 0.9


def test_scaling_to_a_year() -> None:
    """By days of the period, or by legs a year over legs here; hubs are no legs."""
    elements = [flight(), haulage(), hub()]
    assert per_year_of(elements, {"period_days": 73.0}) == 5.0
    assert per_year_of(elements, {"legs_per_year": 100.0}) == 50.0
    assert per_year_of(elements, {}) == 1.0
    m = measure("closer_hub", distance_factor=0.5)
    yearly = float(alone(world(flight()), m, per_year=10.0)["saves_kgco2e_per_year"])
    assert yearly == pytest.approx(total_kg(flight()) * 5)


def test_a_missing_factor_is_an_error_with_the_measure_named() -> None:
    """Never a saving from a silent zero."""
    with pytest.raises(DataError, match="measure 'mode_shift': toc_id 'RAIL'"):
        alone(world(flight()), measure("mode_shift", toc_id="RAIL"))
    with pytest.raises(DataError, match="measure 'electric_forklift': grid_id"):
        alone(world(hub(grid_id="", energy_kwh=1.388247)), measure("electric_forklift"))


def test_mixed_warming_sets_never_make_a_saving() -> None:
    """AR5 before and AR6 after would compare two rulers."""
    other = replace(FACTORS.toc("RAIL-CHINA-EUROPE"), toc_id="AR6", gwp_set="AR6")
    w = World(elements=(flight(),), factors=replace(FACTORS, tocs={**FACTORS.tocs, "AR6": other}))
    with pytest.raises(DataError, match="AR5 and AR6"):
        alone(w, measure("mode_shift", toc_id="AR6"))


TOML = b"""
[scale]
legs_per_year = 1200

[[measure]]
name = "Rail instead of air"
kind = "mode_shift"
where = { mode = "air", origin = ["PVG", "HKG"] }
toc_id = "RAIL-CHINA-EUROPE"
distance_factor = 1.3
cost_eur_per_year = -2000.0

[[measure]]
kind = "onsite_solar"
share = 0.4
"""


def test_a_file_of_measures_is_read_and_weighed() -> None:
    """One table with cost; a saving that earns money has a negative price per tonne."""
    measures, scale = read_measures(TOML)
    w = world(flight(), hub())
    table = weigh(w, measures, per_year=per_year_of(w.elements, scale))
    first, second = table["measures"]
    assert table["per_year"] == 1200.0
    assert first["name"] == "Rail instead of air"
    assert first["eur_per_t"] < 0
    assert second["name"] == "measures.toml measure 2"
    assert second["status"] == "saves"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'kind = "onsite_solar"', b'kind = "offsets"', "offsets are no measure"),
        (b'kind = "onsite_solar"', b'kind = "buy_credits"', "offsets are no measure"),
        (b'kind = "onsite_solar"', b'kind = "sola"', "wanted one of lighter_packaging"),
        (b"share = 0.4", b"shar = 0.4", "unknown shar"),
        (b'mode = "air"', b'moed = "air"', "unknown moed"),
        (b"legs_per_year = 1200", b"legs_per_year = 0", "above 0"),
        (b"legs_per_year = 1200", b"legs_per_year = 1\nperiod_days = 1", "wanted one of"),
        (b"-2000.0", b'"cheap"', "wanted a number"),
        (b"[scale]", b"[sale]", "unknown sale"),
        (b"where = {", b"where = 3 #", "wanted named values"),
    ],
)
def test_a_file_that_cannot_be_is_refused(old: bytes, new: bytes, words: str) -> None:
    """A misspelt filter would hit everything: unknown keys are refused (asks 18)."""
    with pytest.raises(DataError, match=words):
        read_measures(TOML.replace(old, new, 1))


def test_a_file_without_measures_is_refused() -> None:
    """Nothing to weigh is said, not an empty table."""
    with pytest.raises(DataError, match=r"no \[\[measure\]\]"):
        read_measures(b"[scale]\nperiod_days = 30\n")


MANY = (
    measure("lighter_packaging", kg_per_shipment=50.0, return_kg_per_shipment=5.0),
    measure("pallet_return", {"mode": ("road",)}, pallets_per_shipment=1, pallet_kg=20.0),
    measure("electric_forklift", share=0.7),
    measure("onsite_solar", share=0.4),
    measure("mode_shift", {"mode": ("air",)}, toc_id="RAIL-CHINA-EUROPE", distance_factor=1.2),
    measure("vehicle_change", {"toc_id": (ARTIC,)}, vehicle="EV-ARTIC-40T", grid_id="ES"),
    measure(
        "load_factor", {"mode": ("road",)},
        from_load=0.5, to_load=0.6, empty_share=0.2, vehicle=ARTIC,
    ),
    measure("closer_hub", {"mode": ("road",)}, distance_factor=0.9),
    measure("saf", share=0.2, pathway="hefa-uco"),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.permutations(MANY))
def test_steps_sum_to_the_whole_in_any_order(order: list[Measure]) -> None:
    """What all save together is the baseline less what is left, to the milligram."""
    w = world(flight(), haulage(), hub(), truck(shipment_id="T", leg_no=1))
    after = w
    for m in order:
        after = apply(after, m)
    old = take_inventory(w.elements, w.factors)
    new = take_inventory(after.elements, after.factors)
    both = weigh(w, order)["together"]
    saved = old.physical.wtw_mg - new.physical.wtw_mg
    assert mg_from_text(both["saves_kgco2e_per_year"]) == saved
    market = old.market_based.wtw_mg - new.market_based.wtw_mg
    assert mg_from_text(both["market_saves_kgco2e_per_year"]) == market


def test_a_filter_finds_what_an_earlier_measure_derived() -> None:
    """A category at another load is still the one that its author names."""
    fuller = measure("load_factor", from_load=0.5, to_load=0.6, empty_share=0.2, vehicle=ARTIC)
    closer = measure("closer_hub", {"toc_id": ("ROAD-ARTIC33-AVG",)}, distance_factor=0.5)
    steps = weigh(world(haulage()), [fuller, closer])["together"]["steps"]
    assert steps[1]["elements_changed"] == 1
