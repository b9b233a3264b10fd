"""Why two footprints differ: every cause by hand, and parts that always sum to the whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import open_catalogue
from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS
from data.tables import write_bytes
from data.units import kg_text
from emissions import TCE, Factors, take_inventory
from emissions.differences import against_carrier, explain, leg_rows, read_legs_result


def leg(**change: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "shipment_id": "S",
        "leg_no": 1,
        "kind": "transport",
        "mode": "air",
        "origin": "PVG",
        "destination": "FRA",
        "mass_kg": 1000.0,
        "distance_km": 8880.0,
        "distance_kind": "gcd",
        "toc_id": "A",
        "wtt_kgco2e": "1000.000000",
        "ttw_kgco2e": "5000.000000",
        "wtw_kgco2e": "6000.000000",
    }
    return plain | change


def scaled(share: float, **change: Any) -> dict[str, Any]:
    """A leg whose figures are a share of the plain one's."""
    figures = {
        f"{p}_kgco2e": kg_text(round(kg * share * 1e6))
        for p, kg in (("wtt", 1000), ("ttw", 5000), ("wtw", 6000))
    }
    return leg(**figures, **change)


def test_equal_footprints_differ_in_nothing() -> None:
    """Same shipment, same answer: no cause is invented."""
    found = explain([leg()], [leg()])
    assert found.total.parts.total == 0
    assert found.legs[0].words == "S leg 1, air PVG to FRA: 0 kg"


def test_a_longer_way_alone_is_all_distance() -> None:
    """8,880 to 9,950 km at equal load and intensity: the whole difference, said in words."""
    found = explain([leg()], [scaled(9950 / 8880, distance_km=9950.0)])
    parts = found.total.parts
    assert (parts.load, parts.factor, parts.boundary) == (0, 0, 0)
    assert parts.distance == round(6000 * (9950 / 8880 - 1) * 1e6)
    assert "+723 kg: distance 8,880 -> 9,950 km (+12 %)" in found.legs[0].words


def test_chargeable_weight_shows_as_load() -> None:
    """Mass taken 4 times too high (asks 2: chargeable for actual weight) is a cause by name."""
    found = explain([leg()], [scaled(4.0, mass_kg=4000.0)])
    assert found.total.parts.load == 18_000_000_000
    assert "load 1 -> 4 t (+300 %)" in found.legs[0].words


def test_another_factor_set_shows_as_factor() -> None:
    """Both categories are named with their rates."""
    found = explain([leg()], [scaled(1.1, toc_id="B")])
    assert found.total.parts.factor == 600_000_000
    assert "factor 0.6757 kg/tkm [A] -> 0.7432 kg/tkm [B]: +600 kg" in found.legs[0].words


def test_the_parts_are_the_mean_over_all_orders_of_change() -> None:
    """Shapley by hand for two causes that double: 1 -> 4 splits into 1.5 and 1.5."""
    before = leg(wtt_kgco2e="1", ttw_kgco2e="0", wtw_kgco2e="1", distance_km=1.0)
    after = before | {"distance_km": 2.0, "mass_kg": 2000.0, "wtt_kgco2e": "4", "wtw_kgco2e": "4"}
    parts = explain([before], [after]).total.parts
    assert (parts.distance, parts.load, parts.factor) == (1_500_000, 1_500_000, 0)


def test_a_hub_on_one_side_only_is_boundary() -> None:
    """Calculators that leave hubs out differ by boundary (asks 9), not by factor."""
    hub = leg(
        leg_no=2, kind="hub", mode="air", origin="FRA", destination="FRA", hoc_id="H", toc_id=None,
        distance_km=None, wtt_kgco2e="12", ttw_kgco2e="0", wtw_kgco2e="12",
    )  # fmt: skip
    found = explain([leg(), hub], [leg()])
    assert found.total.parts.boundary == -12_000_000
    assert "in the first footprint only" in found.legs[1].words


@pytest.mark.parametrize("backwards", [False, True])
def test_operation_alone_is_a_difference_of_boundary(backwards: bool) -> None:  # noqa: FBT001
    """A figure without energy provision (TTW) lacks exactly that, in either direction."""
    bare = leg(wtt_kgco2e="0", wtw_kgco2e="5000")
    sides = ([bare], [leg()]) if backwards else ([leg()], [bare])
    found = explain(*sides)
    assert found.total.parts.boundary == (1_000_000_000 if backwards else -1_000_000_000)
    assert found.total.parts.total == found.total.parts.boundary


def test_legs_are_paired_by_place_before_order() -> None:
    """A plan by air that went by sea is one pair with another factor, not two boundaries."""
    sea = scaled(0.05, mode="sea", distance_km=19000.0, distance_kind="sfd", toc_id="C")
    found = explain([leg()], [sea])
    assert len(found.legs) == 1
    assert found.total.parts.boundary == 0
    assert "different kinds: gcd, sfd" in found.legs[0].words


def test_other_names_of_places_still_pair_by_mode() -> None:
    """Another calculator calls Shanghai CNSHA: its flight is still the flight."""
    found = explain([leg()], [leg(origin="CNSHA", destination="DEFRA", leg_no=7)])
    assert found.total.parts.total == 0
    assert len(found.legs) == 1


def test_stated_activity_is_one_cause() -> None:
    """Where a carrier states tkm, distance and mass are not known apart."""
    found = explain([leg()], [scaled(0.5, activity_tkm=4440.0, distance_km=None)])
    assert found.total.parts.load == -3_000_000_000
    assert "load 8,880 -> 4,440 tkm (-50 %)" in found.legs[0].words


def test_strangers_have_nothing_to_compare() -> None:
    """Footprints of different shipments are refused, not subtracted."""
    with pytest.raises(DataError, match="no shipment in both"):
        explain([leg()], [leg(shipment_id="T")])


def test_shipments_of_one_side_are_named() -> None:
    """What only one side knows is boundary, and said by name."""
    found = explain([leg(), leg(shipment_id="T")], [leg()])
    assert found.only_before == ("T",)
    assert found.total.parts.boundary == -6_000_000_000


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 1e6), st.floats(0.1, 4e4), st.integers(1, 10**15),
            st.floats(0.001, 1e6), st.floats(0.1, 4e4), st.integers(1, 10**15),
        ), min_size=1, max_size=6,
    )
)  # fmt: skip
def test_parts_sum_to_the_difference_exactly(cases: list[tuple[float, ...]]) -> None:
    """In whole milligrams, for any masses, distances and totals; per leg and as a whole."""
    before: list[dict[str, Any]] = []
    after: list[dict[str, Any]] = []
    for n, (m0, d0, e0, m1, d1, e1) in enumerate(cases, start=1):
        for rows, m, d, e in ((before, m0, d0, e0), (after, m1, d1, e1)):
            kg = kg_text(int(e))
            rows.append(
                leg(leg_no=n, mass_kg=m, distance_km=d, wtt_kgco2e=kg, ttw_kgco2e="0",
                    wtw_kgco2e=kg)
            )  # fmt: skip
    found = explain(before, after)
    assert found.total.parts.total == sum(c[5] for c in cases) - sum(c[2] for c in cases)
    assert found.total.after_mg == sum(c[5] for c in cases)


def test_saved_results_can_be_compared_by_anyone() -> None:
    """Bytes of legs.csv in, the same explanation out."""
    rows = [read_legs_result(write_bytes([x], FOOTPRINT_LEGS)) for x in (leg(), scaled(2.0))]
    assert explain(*rows).total.parts.factor == 6_000_000_000


def test_a_row_without_a_result_is_refused_by_name() -> None:
    """What is left after dropping rows would not be the whole."""
    content = write_bytes([leg(wtw_kgco2e=None)], FOOTPRINT_LEGS)
    with pytest.raises(DataError, match=r"legs.csv row 2: wtw_kgco2e"):
        read_legs_result(content)
    with pytest.raises(DataError, match="S leg 1: wtw_kgco2e"):
        explain([leg(wtw_kgco2e=None)], [leg()])


def test_an_inventory_can_be_compared_with_a_saved_one() -> None:
    """Ours in memory against ours on file: nothing differs."""
    factors = Factors.load(open_catalogue())
    flight = TCE(
        shipment_id="S", leg_no=1, kind="transport", mode="air", origin="PVG", destination="FRA",
        mass_kg=1000.0, distance_km=8880.0, distance_kind="gcd", toc_id="AIR-LONGHAUL-AVG",
    )  # fmt: skip
    rows = leg_rows(take_inventory([flight], factors))
    saved = read_legs_result(write_bytes(rows, FOOTPRINT_LEGS))
    assert explain(rows, saved).total.parts.total == 0


def with_carrier(**change: Any) -> dict[str, Any]:
    return leg(low_kgco2e="3000", high_kgco2e="9000", carrier="Air X") | change


def test_a_carriers_figure_stands_beside_ours() -> None:
    """Difference and ratio; blank method is undisclosed (asks 7)."""
    (found,) = against_carrier([with_carrier(carrier_wtw_kgco2e="6600"), leg()])
    assert found["difference_kgco2e"] == "600.000000"
    assert found["ratio"] == pytest.approx(1.1)
    assert found["method"] == "undisclosed"
    assert not found["outside_our_interval"]


@pytest.mark.parametrize(
    ("figure", "method", "outside", "bare"),
    [
        ("9001", "ISO 14083", True, False),
        ("2999", "ISO 14083", True, False),
        ("5050", "", False, True),  # 1 % from our operation: energy provision is missing
        ("5200", "EN 16258 tank-to-wheel, TTW", False, True),
        ("5200", "", False, False),
    ],
)
def test_doubts_about_a_carriers_figure(
    figure: str,
    method: str,
    outside: bool,  # noqa: FBT001
    bare: bool,  # noqa: FBT001
) -> None:
    """Outside of our interval, or without energy provision: flagged, never replaced."""
    (found,) = against_carrier([with_carrier(carrier_wtw_kgco2e=figure, carrier_method=method)])
    assert found["outside_our_interval"] is outside
    assert found["operation_only"] is bare
