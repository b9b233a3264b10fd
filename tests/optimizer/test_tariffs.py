"""What carriage costs: each rule of a tariff where it does nothing, where it binds, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import Scenario
from optimizer.scenarios import Objective

COST = Scenario(objective=Objective(mode="cost"))


def flight_eur(world: Any, **tariff: Any) -> float:
    """Return the price of the flight of shipment A alone: 2,000 kg and 8 m3."""
    world.shipments = world.shipments[:1]
    world.service("FLIGHT").update({"cost_per_t": "", "chargeable_kg_per_m3": ""} | tariff)
    plan = world.solve(COST)
    (use,) = [u for u in plan.uses if u.departure.service_id == "FLIGHT"]
    return float(use.cost_eur)


@pytest.mark.parametrize(
    ("rule", "eur"),
    [
        ("", 6000.0),  # no volumetric rule: actual mass
        (167, 6000.0),  # 1,336 kg by volume: actual mass binds
        (250, 6000.0),  # equal
        (333, 7992.0),  # 2,664 kg by volume
    ],
)
def test_chargeable_weight_is_the_larger_of_mass_and_volume(
    world: Any, rule: float | str, eur: float
) -> None:
    """Price by max(mass, volume x kg/m3)."""
    assert flight_eur(world, cost_per_t=3000, chargeable_kg_per_m3=rule) == pytest.approx(eur)


def test_chargeable_weight_makes_no_emissions(world: Any) -> None:
    """Actual mass alone emits, whatever is charged."""
    world.shipments = world.shipments[:1]
    plain = world.solve(COST)
    world.service("FLIGHT")["chargeable_kg_per_m3"] = 1000
    dear = world.solve(COST)
    assert dear.costs.transport > plain.costs.transport
    assert dear.inventory.physical == plain.inventory.physical


@pytest.mark.parametrize(
    ("breaks", "eur"),
    [
        ("2001:2.5", 6000.0),  # not reached: the tonne price
        ("2000:2.5", 5000.0),  # reached: all kilograms at the new rate
        ("100:4.0|1000:3.5", 7000.0),  # the last one reached, dearer than the tonne price
        ("100:4.0|1000:3.5|2500:1.0", 7000.0),
    ],
)
def test_a_rate_break_counts_for_all_kilograms(world: Any, breaks: str, eur: float) -> None:
    """A break is a new rate for the whole, not for what lies above it."""
    assert flight_eur(world, cost_per_t=3000, rate_breaks=breaks) == pytest.approx(eur)


def test_a_break_is_reached_by_chargeable_weight(world: Any) -> None:
    """2,664 kg by volume reach a break at 2,500, and pay for all of them."""
    eur = flight_eur(world, rate_breaks="0:3|2500:2", chargeable_kg_per_m3=333)
    assert eur == pytest.approx(2664 * 2)


@pytest.mark.parametrize(("least", "eur"), [(5000, 6000.0), (6500, 6500.0)])
def test_a_minimum_binds_small_freight_alone(world: Any, least: float, eur: float) -> None:
    """Each shipment pays at least the minimum."""
    assert flight_eur(world, cost_per_t=3000, cost_min=least) == pytest.approx(eur)


def test_a_minimum_is_paid_by_each_shipment(world: Any) -> None:
    """Two shipments on one departure pay it twice, and their cost shares say so."""
    world.service("FLIGHT").update({"cost_min": 7000})
    world.shipments[1]["ready_at"] = world.shipments[0]["ready_at"]
    plan = world.solve(COST)
    flown = [x.cost_eur for x in plan.legs if x.service_id == "FLIGHT"]
    assert flown == [7000.0, 7000.0]


@pytest.mark.parametrize(
    ("surcharges", "eur"),
    [
        ("", 6000.0),
        ("FUEL:0.5/kg", 7000.0),
        ("FUEL:0.5/kg|SECURITY:0.1/kg", 7200.0),
        ("SCREENING:80/shipment", 6080.0),
        ("ULD:150/unit", 6150.0),  # one unit holds 4 t and 10 m3
        ("FUEL:0.5/kg|ULD:150/unit|AWB:30/shipment", 7180.0),
    ],
)
def test_surcharges_go_by_kilogram_unit_and_shipment(
    world: Any, surcharges: str, eur: float
) -> None:
    """They add up, on top of freight and above its minimum."""
    assert flight_eur(world, cost_per_t=3000, surcharges=surcharges) == pytest.approx(eur)


def test_a_surcharge_per_kilogram_goes_by_chargeable_weight(world: Any) -> None:
    """2,664 kg by volume pay the surcharge too."""
    eur = flight_eur(
        world, cost_per_t=3000, chargeable_kg_per_m3=333, surcharges="FUEL:0.5/kg", cost_min=9000
    )
    assert eur == pytest.approx(9000 + 2664 * 0.5)


def with_rates(world: Any) -> None:
    world.folder.mkdir(exist_ok=True)
    (world.folder / "fx.csv").write_text(
        "currency,per_eur,as_of\nCNY,7.5,2023-06-01\nUSD,1.25,2023-06-01\n", "utf-8"
    )


def test_a_tariff_in_another_currency_is_converted_whole(world: Any) -> None:
    """Tonne price, breaks, minimum and surcharges: each of them divided by the rate."""
    with_rates(world)
    in_euro = flight_eur(
        world,
        rate_breaks="0:2|1500:1.6",
        cost_min=100,
        surcharges="F:0.4/kg|U:80/unit|S:40/shipment",
    )
    in_yuan = flight_eur(
        world,
        currency="CNY",
        rate_breaks="0:15|1500:12",
        cost_min=750,
        surcharges="F:3/kg|U:600/unit|S:300/shipment",
    )
    assert in_yuan == pytest.approx(in_euro) == pytest.approx(2000 * 2.0 + 80 + 40)


def test_a_currency_without_a_rate_is_refused(world: Any) -> None:
    """No rate is guessed: without the flight nothing moves."""
    world.service("FLIGHT")["currency"] = "USD"
    intake = world.read()
    assert [(f.column, f.code) for f in intake.refused] == [("currency", "no_exchange_rate")]
    with_rates(world)
    assert not world.read().refused


def test_currencies_stand_side_by_side(world: Any) -> None:
    """A flight in dollars is chosen over one in yuan when it is cheaper in euro."""
    with_rates(world)
    world.service("FLIGHT")["currency"] = "CNY"
    world.service("FLIGHT")["cost_per_t"] = 22_500  # 3,000 EUR
    dollars = {"service_id": "DOLLARS", "currency": "USD", "cost_per_t": 3_700}  # 2,960 EUR
    world.services.append(world.service("FLIGHT") | dollars)
    plan = world.solve(COST)
    assert {x.service_id for x in plan.legs if x.line.element.mode == "air"} == {"DOLLARS"}


def test_each_direction_has_its_own_price(world: Any) -> None:
    """Services are directed: Paris-Madrid costs more than Madrid-Paris, and so may any lane."""
    world.services += [
        world.service("TRUCK-EU")
        | {
            "service_id": "TRUCK-BACK",
            "origin_hub": "STORE",
            "destination_hub": "FRA",
            "cost_per_unit": 2000,
        }
    ]
    world.shipments.append(
        world.shipments[0] | {"shipment_id": "BACK", "origin": "STORE", "destination": "FRA"}
    )
    plan = world.solve(COST)
    price = {u.departure.service_id: u.cost_eur for u in plan.uses}
    assert price["TRUCK-EU"] == 2600
    assert price["TRUCK-BACK"] == 2000


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("rate_breaks", "100:3|100:2"),
        ("rate_breaks", "500:2|100:3"),
        ("rate_breaks", "100-3"),
        ("surcharges", "FUEL:3/tonne"),
        ("surcharges", "3"),
        ("part_load_factor", "0.9"),
    ],
)
def test_a_tariff_that_cannot_be_read_is_refused(world: Any, column: str, cell: str) -> None:
    """No price is guessed."""
    world.service("FLIGHT")[column] = cell
    assert [(f.column, f.code) for f in world.read().refused] == [(column, "bad_value")]


# --- electric range -----------------------------------------------------------------------------


@pytest.mark.parametrize(("km", "stops"), [(400, 0), (410, 0), (411, 1), (820, 1), (900, 2)])
def test_an_electric_truck_states_its_charging_stops(world: Any, km: float, stops: int) -> None:
    """Within its 410 km none, beyond them one for each range more; energy beyond by its charger."""
    world.service("TRUCK-CN").update(
        vehicle_code="EV-ARTIC-40T", grid="CN-JS", distance_km=km, duration_h=40
    )
    service = world.read().problem.services["TRUCK-CN"]
    vehicle = world.factors.vehicle("EV-ARTIC-40T")
    assert (vehicle.range_km, vehicle.charge_kw) == (410, 250)
    assert service.charging_stops == stops
    charged_kwh = max(0, km - 410) * vehicle.energy_per_km_full
    assert service.charging_h == pytest.approx(charged_kwh / 250)


def test_a_diesel_truck_charges_nowhere(world: Any) -> None:
    """Trivial: only what has a range needs to charge."""
    services = world.read().problem.services
    assert {(s.charging_stops, s.charging_h) for s in services.values()} == {(0, 0.0)}
