"""Shipped load units as interiors, and pieces as items: sizes rounded to the safe side."""

from __future__ import annotations

import pytest

from data.catalogue import open_catalogue
from data.schemas import PIECES
from data.tables import read_bytes
from optimizer.errors import LoadingError
from optimizer.loading.geometry import Cut, Interior, Item
from optimizer.loading.intake import read_items, refuse_unloadable, why_unloadable
from optimizer.loading.units import open_interior

HEAD = "shipment_id,piece_id,quantity,length_mm,width_mm,height_mm,mass_kg"


def a_box(**changes: object) -> Item:
    fields = {
        "item_id": "P1",
        "shipment_id": "S1",
        "quantity": 1,
        "size_mm": (1000, 800, 600),
        "mass_g": 100_000,
    }
    return Item(**(fields | changes))  # type: ignore[arg-type]


def test_plain_container_code_means_the_usual_sizes() -> None:
    """ISO40HC is what people write; the least sizes of the standard are another row."""
    catalogue = open_catalogue()
    assert open_interior(catalogue, "ISO40HC") == open_interior(catalogue, "ISO40HC_typ")
    assert open_interior(catalogue, "ISO40HC").size_mm == (12032, 2350, 2693)
    assert open_interior(catalogue, "ISO40HC_min").size_mm == (11998, 2330, 2655)


def test_payload_is_the_less_of_plate_and_gross_less_tare() -> None:
    """A container's payload is what its gross mass leaves: 30,480 - 3,940 kg."""
    assert open_interior(open_catalogue(), "ISO40HC").payload_g == 26_540_000


def test_contour_of_an_ld3_runs_through_its_two_points() -> None:
    """The source cuts from (1500, 0) to (1950, 500): both lie on the line, the middle within."""
    (cut,) = open_interior(open_catalogue(), "AKE_LD3").cuts
    assert cut.along_y * 1500 + cut.along_z * 0 == cut.most
    assert cut.along_y * 1950 + cut.along_z * 500 == cut.most
    assert cut.along_y * 975 + cut.along_z * 765 < cut.most
    assert cut == Cut(500, -450, 750_000)


def test_unknown_unit_is_answered_with_the_nearest() -> None:
    """A slip of the pen must not end in a list of forty codes."""
    with pytest.raises(LoadingError, match=r"nearest: .*ISO40HC"):
        open_interior(open_catalogue(), "ISO40HX")


def test_sizes_are_rounded_up_and_what_a_piece_bears_down() -> None:
    """A millimetre too little would not pass the door; a gram too much would break the box."""
    rows = f"{HEAD},max_load_top_kg\nS1,P1,2,1000.2,800,600.9,10.0001,5.9999\n"
    (item,) = read_items(read_bytes(rows.encode(), "pieces.csv", PIECES))
    assert item.size_mm == (1001, 800, 601)
    assert (item.mass_g, item.top_g, item.quantity, item.upright) == (10_001, 5_999, 2, (2,))


def test_unknown_axis_is_refused_with_its_row() -> None:
    """A piece whose axis nobody knows must not be tipped over."""
    rows = f"{HEAD},upright_axes\nS1,P1,1,10,10,10,1,x\nS1,P2,1,10,10,10,1,l|w|h\n"
    table = read_bytes(rows.encode(), "pieces.csv", PIECES)
    assert [item.item_id for item in read_items(table)] == ["P2"]
    (refused,) = table.refused
    assert (refused.row, refused.column, refused.code) == (2, "upright_axes", "bad_axis")


def test_not_stackable_bears_nothing() -> None:
    """`stackable` no and `most_above` 0 are one thing in two words."""
    rows = f"{HEAD},stackable\nS1,P1,1,10,10,10,1,no\n"
    (item,) = read_items(read_bytes(rows.encode(), "pieces.csv", PIECES))
    assert item.most_above == 0


def test_piece_larger_than_every_unit_is_named_with_both_sizes() -> None:
    """The planner must see at once which piece, and how large the unit is."""
    inside = Interior(unit_code="U", size_mm=(2000, 1000, 1000))
    with pytest.raises(LoadingError, match=r"piece P1 of S1: 3,000 x .* U is 2,000 x 1,000"):
        refuse_unloadable([inside], [a_box(size_mm=(3000, 500, 500))])


def test_piece_that_fits_inside_but_not_through_the_door_is_named() -> None:
    """An ISO 40 HC is 2,693 mm high inside and 2,585 mm at its door."""
    inside = open_interior(open_catalogue(), "ISO40HC")
    assert "the door" in why_unloadable(inside, a_box(size_mm=(1000, 800, 2600)))
    assert not why_unloadable(inside, a_box(size_mm=(1000, 800, 2585)))


def test_piece_may_lie_on_its_side_through_the_door_if_it_may_be_turned() -> None:
    """What is too high as delivered passes when another side may stand upright."""
    inside = open_interior(open_catalogue(), "ISO40HC")
    assert not why_unloadable(inside, a_box(size_mm=(1000, 800, 2600), upright=(0, 1, 2)))


def test_zero_sizes_and_no_quantity_are_errors() -> None:
    """A box without a side is a slip, not air."""
    with pytest.raises(LoadingError, match="P1: height_mm must be > 0, got 0"):
        a_box(size_mm=(10, 10, 0))
    with pytest.raises(LoadingError, match="P1: quantity must be > 0, got 0"):
        a_box(quantity=0)
