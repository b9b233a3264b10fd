"""How boxes stand on each other: shares, balance and masses worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizer.loading.geometry import (
    Rules,
)

Put = Callable[..., tuple[Any, tuple[int, ...]]]
Wrong = Callable[..., dict[str, list[str]]]


def test_three_quarters_of_a_base_are_enough(put: Put, wrong: Wrong) -> None:
    """1000 x 500 mm on a box that ends 250 mm before it does: 750 * 500 of 500,000 mm2 = 75 %.

    Its middle, 500 mm from its start, is still over the 750 mm that hold it. 1 mm on: 74.9 %.
    """
    base = put((0, 0, 0), (1000, 500, 300))
    assert not wrong(base, put((250, 0, 300), (1000, 500, 300)))
    found = wrong(base, put((251, 0, 300), (1000, 500, 300)))
    assert found == {
        "LOAD-09": ["unit 1 box 2 (box) 374500 of 500000 mm2 held (74.90 %), wanted 75 %"]
    }


def test_share_adds_up_over_several_boxes(put: Put, wrong: Wrong) -> None:
    """Two boxes of 400 x 500 mm under a lid of 1000 x 500: 80 %, its middle between them."""
    low = [put((x, 0, 0), (400, 500, 300)) for x in (0, 600)]
    assert not wrong(*low, put((0, 0, 300), (1000, 500, 100)))


def test_box_1_mm_above_another_is_not_held(put: Put, wrong: Wrong) -> None:
    """Contact is exact: a gap of 1 mm holds nothing, and so does a box that ends higher."""
    base = put((0, 0, 0), (1000, 500, 300))
    assert list(wrong(base, put((0, 0, 301), (1000, 500, 300)))) == ["LOAD-09"]
    high = put((500, 0, 0), (500, 500, 301), most_above=0)
    half = put((0, 0, 0), (500, 500, 300))
    assert list(wrong(half, high, put((0, 0, 301), (1000, 500, 300)))) == ["LOAD-09", "LOAD-13"]


def test_middle_has_to_be_over_the_contacts(put: Put, wrong: Wrong) -> None:
    """With 40 % asked, 450 of 1000 mm hold enough, but the middle at 500 mm hangs over."""
    base = put((0, 0, 0), (450, 500, 300))
    rules = Rules(support_percent=40)
    found = wrong(base, put((0, 0, 300), (1000, 500, 300)), rules=rules)
    assert found == {
        "LOAD-10": [
            "unit 1 box 2 (box) middle at x 500 and y 250 mm, wanted over the hull of its contacts"
        ]
    }
    assert not wrong(
        put((0, 0, 0), (500, 500, 300)), put((0, 0, 300), (1000, 500, 300)), rules=rules
    )


def test_middle_may_be_between_contacts_but_not_beside_their_hull(put: Put, wrong: Wrong) -> None:
    """A lid of 1000 x 1000 mm on posts of 200 x 200, its middle at (500, 500).

    Posts in three corners span a triangle whose long side runs outside of it: the outer corners
    are (0, 1000) and (1000, 0), with (1000, 1000) missing, so x + y = 1000 is well inside. On the
    posts at (0, 0) and (800, 0) alone y ends at 200: it tips over.
    """
    rules = Rules(support_percent=5)
    corners = [(0, 0), (800, 0), (0, 800)]
    posts = [put((x, y, 0), (200, 200, 300)) for x, y in corners]
    lid = put((0, 0, 300), (1000, 1000, 100))
    assert not wrong(*posts, lid, rules=rules)
    assert list(wrong(*posts[:2], lid, rules=rules)) == ["LOAD-10"]


def test_only_the_touched_part_of_a_long_box_holds(put: Put, wrong: Wrong) -> None:
    """A lid from 1000 to 2000 mm both ways on two corners; one box runs on far beyond the lid.

    Touched are x 1000 to 1100 at y 1900 to 2000, and x 1900 to 2000 at y 1300 to 1400. The lower
    edge of their hull runs from (1000, 1900) to (1900, 1300): at x 1500 it is at y 1567, above
    the middle at y 1500. Counted from where the long box begins, x 0, it would be at y 1426.
    """
    rules = Rules(support_percent=1, unload_in_order=False)
    lid = put((1000, 1000, 300), (1000, 1000, 100))
    along = put((0, 1900, 0), (1100, 100, 300)), put((1900, 1300, 0), (100, 100, 300))
    assert list(wrong(*along, lid, rules=rules, rear_only=False)) == ["LOAD-10"]
    across = put((1900, 0, 0), (100, 1100, 300)), put((1300, 1900, 0), (100, 100, 300))
    assert list(wrong(*across, lid, rules=rules, rear_only=False)) == ["LOAD-10"]


def test_boxes_may_float_if_no_support_is_asked(put: Put, wrong: Wrong) -> None:
    """As in benchmarks of pure geometry; then there is no balance to ask for either."""
    assert not wrong(put((0, 0, 700), (1000, 500, 300)), rules=Rules(support_percent=0))


def test_floor_only_box_stands_on_the_floor(put: Put, wrong: Wrong) -> None:
    """Drums or machines never go on top, however well they would be held."""
    base, heavy = put((0, 0, 0), (1000, 500, 300)), {"floor_only": True}
    assert not wrong(put((0, 0, 0), (1000, 500, 300), **heavy))
    found = wrong(base, put((0, 0, 300), (1000, 500, 300), **heavy))
    assert found == {"LOAD-11": ["unit 1 box 2 (box) stands at z 300 mm, wanted the floor"]}


def test_mass_comes_down_in_proportion_to_area(put: Put, wrong: Wrong) -> None:
    """A lid of 9 kg on 600 mm of one box and 300 mm of another: 6 kg and 3 kg."""
    lid = put((0, 0, 300), (900, 500, 100), mass_g=9000)
    for bears, kept in (((6000, 3000), True), ((5999, 3000), False), ((6000, 2999), False)):
        low = (
            put((0, 0, 0), (600, 500, 300), top_g=bears[0]),
            put((600, 0, 0), (300, 500, 300), top_g=bears[1]),
        )
        assert (not wrong(*low, lid)) == kept


def test_mass_is_passed_on_through_the_pile(put: Put, wrong: Wrong) -> None:
    """Three boxes on each other, 2 kg each: the lowest carries 4 kg, the second 2 kg."""
    pile = [put((0, 0, 100 * k), (300, 300, 100), mass_g=2000, top_g=4000) for k in range(3)]
    assert not wrong(*pile)
    weak = put((0, 0, 0), (300, 300, 100), mass_g=2000, top_g=3999)
    assert wrong(weak, *pile[1:]) == {
        "LOAD-12": ["unit 1 box 1 (box) carries 4000 g, wanted <= 3999 g"]
    }


def test_thirds_of_a_gram_are_not_rounded(put: Put, wrong: Wrong) -> None:
    """10,000 g on three equal boxes: 3,333 1/3 g each, above 3,333 g."""
    lid = put((0, 0, 300), (900, 500, 100), mass_g=10_000)
    weak, firm = (
        [put((x, 0, 0), (300, 500, 300), top_g=top) for x in (0, 300, 600)] for top in (3333, 3334)
    )
    found = wrong(*weak, lid)
    assert len(found["LOAD-12"]) == 3
    assert "carries 3333.333 g (rounded), wanted <= 3333 g" in found["LOAD-12"][0]
    assert not wrong(*firm, lid)


def test_longest_chain_above_counts(put: Put, wrong: Wrong) -> None:
    """On a box stand one low box, and beside it two on each other: two above it, not three."""
    base = put((0, 0, 0), (1000, 500, 300), most_above=2)
    low = put((0, 0, 300), (500, 500, 100))
    pile = [put((500, 0, 300 + 100 * k), (500, 500, 100)) for k in range(3)]
    assert not wrong(base, low, *pile[:2])
    found = wrong(base, low, *pile)
    assert found == {"LOAD-13": ["unit 1 box 1 (box) 3 boxes on each other above it, wanted <= 2"]}


def test_fragile_box_bears_nothing(put: Put, wrong: Wrong) -> None:
    """Nothing above: not one box, however light."""
    base = put((0, 0, 0), (1000, 500, 300), most_above=0)
    assert not wrong(base)
    assert list(wrong(base, put((0, 0, 300), (1000, 500, 300)))) == ["LOAD-13"]


def test_pile_presses_on_its_footprint(put: Put, wrong: Wrong) -> None:
    """Two boxes of 100 kg on 1000 x 500 mm: 200 kg on 0.5 m2 = 400 kg per m2."""
    pile = [put((700, 800, z), (1000, 500, 300), mass_g=100_000) for z in (0, 300)]
    assert not wrong(*pile, floor_g_per_m2=400_000)
    found = wrong(*pile, floor_g_per_m2=399_999)
    assert found == {
        "LOAD-16": [
            "unit 1 box 1 (box) a pile of 200000 g on 500000 mm2, wanted <= 399999 g per m2"
        ]
    }
