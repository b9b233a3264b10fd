"""The readers of instances that the validator replays or a packer will be measured by."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from bench.ortec_trucks import read_delivery
from optimizer.errors import LoadingError
from optimizer.loading.geometry import Block, Cut, Placement

if TYPE_CHECKING:
    from pathlib import Path

TRUCK = """\
#products 2
1 0 52 186.00 254.00 171.00 4.63 1 1 1 1 0 0 1
2 2 13 179.00 238.00 185.00 5.08 0 0 1 2 1 0 2
#layers 2
1 997.00 1270.00 171.40 120.30 0 26 8
2 955.50 1190.50 184.90 132.08 1 26 7
#pallets 1
1 1016.00 1219.00 146.00 29.03
#trucks 1
1 2489.70 16015.00 2591.00 20139.49 914 12090 10115.10 10024.38
"""


def test_truck_instance_is_read_and_rounded_to_the_safe_side() -> None:
    """The file has width before length; layers of 171.4 mm take 172, a truck of 2489.7 has 2489.

    52 boxes in layers of 26 are 2 layers, 13 are one; 52 * 4.63 + 13 * 5.08 = 306.8 kg.
    """
    read = read_delivery(TRUCK, "tiny")
    first, second = read.products
    assert (first.size_mm, first.mass_g, first.demand) == ((254, 186, 171), 4630, 52)
    assert (second.turns, second.on_top, second.day) == ((False, False, True), True, 2)
    assert (read.layers[0].size_mm, read.layers[0].most_in_pile) == ((1270, 997, 172), 8)
    assert (read.layers_asked, read.mass_g) == (3, 306_800)
    assert (read.pallets[0].size_mm, read.pallets[0].mass_g) == ((1219, 1016, 146), 29_030)
    (truck,) = read.trucks
    assert (truck.size_mm, truck.payload_g) == ((16_015, 2489, 2591), 20_139_490)
    assert truck.supports is not None
    assert (truck.supports.front_mm, truck.supports.rear_mm) == (914, 12_090)
    assert (truck.supports.front_max_g, truck.supports.rear_max_g) == (10_115_100, 10_024_380)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#pallets 1", "#pallets 2", "tiny: found 1 pallets, wanted 2"),
        ("#pallets 1", "#boats 1", "tiny line 7: found section '#boats 1'"),
        (" 29.03", "", "tiny line 8: found 4 numbers, wanted 5 in 'pallets'"),
        ("29.03", "nan", "tiny line 8: found '1 1016.00 1219.00 146.00 nan', wanted numbers"),
        ("29.03", "x", "wanted numbers"),
        ("0 0 1\n2", "0 0 9\n2", "tiny product 1: found no layer 9 among #layers"),
    ],
)
def test_broken_truck_instance_is_refused_by_line(old: str, new: str, message: str) -> None:
    """A count, a section or a number that is wrong names its line instead of shifting the rest."""
    with pytest.raises(LoadingError) as error:
        read_delivery(TRUCK.replace(old, new), "tiny")
    assert message in str(error.value)


UNIT_TYPE = """\
uld_types:
  pmc:
    inner_lng_size: 317
    inner_lat_size: 243
    inner_height: 244
    tare_weight: 130
    max_weight: 6803
    uld_blocks:
      - { min_lng: 0, max_lng: 317, min_lat: 0, max_lat: 10, min_height: 0, max_height: 10 }
    uld_cuts:
      - { lat1: 175, height1: 244, lat2: 238, height2: 164 }
"""
FLIGHT = """\
flights: { LH1: {} }
segments:
  LH1-FRA-ORD:
    built_ulds:
      pmc_cad-0:
        loaded:
        - { height: 30, lat: 20, lng: 40, piece: a, shipment: s, start_height: 0, start_lat: 10,
            start_lng: 0 }
        - { height: 20, lat: 40, lng: 30, piece: a, shipment: s, start_height: 30, start_lat: 10,
            start_lng: 0 }
        total_weight: 150
        uld_type: pmc_cad
    offloads: { b: 1 }
    shipments:
      s:
        pieces:
          a: { allowed_rotations: 63, amount: 2, height: 20, lat: 30, lng: 40, weight: 10,
               offload_penalty: 7, stack_height: 0.5, stack_lat: 0.01, stack_lng: 0.02 }
          b: { allowed_rotations: 5, amount: 1, height: 20, lat: 30, lng: 40, weight: 10,
               offload_penalty: 9, stack_height: 0.5, specials: RFL ZXF }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One flight with one unit of two boxes, and one box left behind."""
    for name, text in (
        ("masterdata/uld_pmc.yaml", UNIT_TYPE),
        ("masterdata/separation.yaml", "separation_constraints: [{code_a: ROX, code_b: RFL}]\n"),
        ("base/LH1.yaml", FLIGHT),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_flight_is_read_in_millimetres_and_grams(folder: Path) -> None:
    """The cut from (175, 244) to (238, 164) is 80 y + 63 z <= 80 * 175 + 63 * 244 = 29,372 cm."""
    aclpp = pytest.importorskip("bench.aclpp", reason="PyYAML is not installed")
    pmc = aclpp.read_unit_types(folder)["pmc"]
    assert (pmc.size_mm, pmc.payload_g, pmc.rear_only) == ((3170, 2430, 2440), 6_673_000, False)
    assert pmc.cuts == (Cut(80, 63, 293_720),)
    assert pmc.blocks == (Block(0, 0, 0, 3170, 100, 100),)
    assert aclpp.read_apart(folder) == {("RFL", "ROX")}
    (segment,) = aclpp.read_segments(folder)
    a, b = segment.plan.items
    assert (a.size_mm, a.mass_g, a.upright, a.codes) == (
        (400, 300, 200), 10_000, (0, 1, 2), {"not express"},
    )  # fmt: skip
    assert (b.upright, b.codes) == ((2,), {"RFL", "ZXF"})
    assert segment.plan.units[0].placements[1] == Placement(0, 0, 100, 300, 300, 400, 200)
    assert segment.plan.unplaced == ((1, 1, "offloaded"),)
    assert segment.penalties == (7, 9)
    assert segment.bears_kg_per_cm2[0] == (Fraction(1, 50), Fraction(1, 100), Fraction(1, 2))


def test_flight_is_replayed_rule_by_rule(folder: Path) -> None:
    """Two boxes of 10 kg and the tare of 130 are the 150 kg stated; the block begins at 0.

    The upper box stands on 300 * 200 of 300 * 400 mm2 = 50 %: its middle, at y 300, is on the
    edge of the lower one, which still counts. The lower box stands on lat: 0.01 kg per cm2 on
    800 cm2 bear 8 kg, not 10.
    """
    aclpp = pytest.importorskip("bench.aclpp", reason="PyYAML is not installed")
    (segment,) = aclpp.read_segments(folder)
    row = dict(aclpp.replay(segment, aclpp.read_apart(folder)))
    kept = {"gross mass as stated", "rules of the data kept", "express apart", "balanced"}
    kept |= {"blocked space clear", "listed in loading order"}
    assert {name for name, count in row.items() if count is True} == kept
    assert {name for name, count in row.items() if count is False} == {
        "75 % held", "75 % held within 3 cm", "bearing kept",
    }  # fmt: skip
    assert (row["units"], row["boxes"], row["boxes left"], row["penalty"]) == (1, 2, 1, 9)


def test_contacts_a_little_below_count_as_the_benchmark_takes_them(folder: Path) -> None:
    """A gap of 3 cm holds the half that lies over the lower box, one of 31 mm nothing."""
    aclpp = pytest.importorskip("bench.aclpp", reason="PyYAML is not installed")
    (segment,) = aclpp.read_segments(folder)
    low, high = segment.plan.units[0].placements
    assert aclpp.least_held_percent((low, high._replace(z=330))) == 50
    assert aclpp.least_held_percent((low, high._replace(z=331))) == 0
