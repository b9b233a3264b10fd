"""What a unit carries: payload, metres of floor, axles and centre, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from optimizer.loading.geometry import (
    Envelope,
    Supports,
)

Put = Callable[..., tuple[Any, tuple[int, ...]]]
Wrong = Callable[..., dict[str, list[str]]]


def test_payload_is_kept_to_the_gram(put: Put, wrong: Wrong) -> None:
    """Three boxes of 500 kg: 1,500,000 g, not 1,499,999."""
    boxes = [put((1000 * k, 0, 0), (1000, 500, 300), mass_g=500_000) for k in range(3)]
    assert not wrong(*boxes, payload_g=1_500_000)
    found = wrong(*boxes, payload_g=1_499_999)
    assert found == {"LOAD-14": ["unit 1 carries 1500000 g, wanted <= 1499999"]}


def test_payload_not_known_is_no_pass(put: Put, wrong: Wrong) -> None:
    """Nobody may read silence as leave: the finding is unknown and decides."""
    found = wrong(put((0, 0, 0), (1000, 500, 300)), payload_g=None)
    assert list(found) == ["LOAD-14"]


def test_metre_of_floor_takes_the_heaviest_window(put: Put, wrong: Wrong) -> None:
    """Boxes of 500 mm and 300, 600, 300 kg in a row: any 1 m holds at most two of them, 900 kg.

    A window from 250 to 1250 mm holds half of the first, all of the second, half of the third:
    150 + 600 + 150 = 900 kg as well.
    """
    masses = (300_000, 600_000, 300_000)
    boxes = [put((500 * k, 0, 0), (500, 500, 300), mass_g=m) for k, m in enumerate(masses)]
    assert not wrong(*boxes, floor_g_per_m=900_000)
    found = wrong(*boxes, floor_g_per_m=899_999)
    assert found["LOAD-15"][0].startswith("unit 1 900000 g (rounded up) between x 0 and 1000 mm")


def test_metre_of_floor_spreads_long_boxes(put: Put, wrong: Wrong) -> None:
    """1,000 kg over 3 m are 333 1/3 kg in each metre: 333,333 g are a third of a gram too few."""
    box = put((0, 0, 0), (3000, 500, 300), mass_g=1_000_000)
    assert not wrong(box, floor_g_per_m=333_334)
    assert list(wrong(box, floor_g_per_m=333_333)) == ["LOAD-15"]


def test_metre_of_floor_counts_what_is_on_top(put: Put, wrong: Wrong) -> None:
    """Piled or beside each other, two boxes of 400 kg in the same metre are 800 kg."""
    pile = [put((0, 0, z), (1000, 500, 300), mass_g=400_000) for z in (0, 300)]
    assert not wrong(*pile, floor_g_per_m=800_000)
    assert list(wrong(*pile, floor_g_per_m=799_999)) == ["LOAD-15"]


AXLES: dict[str, Any] = {
    "front_mm": -1000,
    "rear_mm": 3000,
    "front_max_g": 10**7,
    "rear_max_g": 10**7,
}


@pytest.mark.parametrize(
    ("limit", "kept", "broken"),
    [
        ("front_max_g", 700_000, 699_999),
        ("front_min_g", 700_000, 700_001),
        ("rear_max_g", 700_000, 699_999),
        ("rear_min_g", 700_000, 700_001),
    ],
)
def test_axles_share_a_load_as_a_lever_does(
    limit: str, kept: int, broken: int, put: Put, wrong: Wrong
) -> None:
    """Supports at -1 m and 3 m; 400 kg in the middle at 0.5 m and 1,000 kg at 1.2 m.

    Rear: (400 * 1.5 + 1000 * 2.2) / 4 = 700 kg; front: 1400 - 700 = 700 kg.
    """
    boxes = (
        put((0, 0, 0), (1000, 500, 300), mass_g=400_000),
        put((1000, 0, 0), (400, 500, 300), mass_g=1_000_000),
    )
    assert not wrong(*boxes, supports=Supports(**(AXLES | {limit: kept})))
    found = wrong(*boxes, supports=Supports(**(AXLES | {limit: broken})))
    what = f"unit 1 at departure {limit.partition('_')[0]} support takes 700000.000 g"
    assert found["LOAD-17"][0].startswith(what)


def test_axles_are_judged_after_each_stop(put: Put, wrong: Wrong) -> None:
    """Full, the front support takes enough; what is left behind the rear one lifts it.

    Supports at 0 and 3 m. Stop 1 leaves 900 kg at 1 m, stop 2 has 300 kg at 3.5 m. At departure
    the rear takes (900 * 1 + 300 * 3.5) / 3 = 650 kg, the front 550. After stop 1 the rear takes
    300 * 3.5 / 3 = 350 kg, the front 300 - 350 = -50. After the last stop nothing is judged.
    """
    boxes = (
        put((3250, 500, 0), (500, 500, 300), mass_g=300_000, stop=2),
        put((500, 0, 0), (1000, 500, 300), mass_g=900_000, stop=1),
    )
    axles: dict[str, Any] = {
        "front_mm": 0,
        "rear_mm": 3000,
        "front_max_g": 10**7,
        "rear_max_g": 10**7,
    }
    assert not wrong(*boxes, supports=Supports(**axles, front_min_g=-50_000))
    found = wrong(*boxes, supports=Supports(**axles, front_min_g=0))
    assert found == {
        "LOAD-17": ["unit 1 after stop 1 front support takes -50000.000 g, wanted >= 0"]
    }


def test_supports_have_to_stand_apart(put: Put, wrong: Wrong) -> None:
    """Two supports at one place are no lever."""
    same = Supports(front_mm=0, rear_mm=0, front_max_g=1, rear_max_g=1)
    assert list(wrong(put((0, 0, 0), (1000, 500, 300)), supports=same)) == ["LOAD-17"]


@pytest.mark.parametrize(
    ("limit", "kept", "broken", "found"),
    [
        ("x_min_mm", 875, 876, "x 875.000"),
        ("x_max_mm", 875, 874, "x 875.000"),
        ("y_min_mm", 437, 438, "y 437.500"),
        ("y_max_mm", 438, 437, "y 437.500"),
        ("z_max_mm", 288, 287, "z 287.500"),
    ],
)
def test_centre_of_gravity_is_weighed(
    limit: str, kept: int, broken: int, found: str, put: Put, wrong: Wrong
) -> None:
    """300 kg with its middle at (500, 250, 250) and 100 kg at (2000, 1000, 400).

    x: (300 * 500 + 100 * 2000) / 400 = 875; y: (75,000 + 100,000) / 400 = 437.5;
    z: (75,000 + 40,000) / 400 = 287.5.
    """
    boxes = (
        put((0, 0, 0), (1000, 500, 500), mass_g=300_000),
        put((1500, 750, 0), (1000, 500, 800), mass_g=100_000),
    )
    assert not wrong(*boxes, envelope=Envelope(**{limit: kept}))
    told = wrong(*boxes, envelope=Envelope(**{limit: broken}))
    assert f"unit 1 at departure centre of gravity at {found} mm" in told["LOAD-18"][0]


def test_centre_of_gravity_is_judged_after_each_stop(put: Put, wrong: Wrong) -> None:
    """Balanced at departure, 600 mm to the left once the right half has left."""
    boxes = (
        put((0, 0, 0), (1000, 800, 300), stop=2),
        put((0, 1200, 0), (1000, 800, 300), stop=1),
    )
    narrow = Envelope(y_min_mm=900, y_max_mm=1100)
    found = wrong(*boxes, envelope=narrow)
    assert found == {
        "LOAD-18": ["unit 1 after stop 1 centre of gravity at y 400.000 mm, wanted >= 900"]
    }
