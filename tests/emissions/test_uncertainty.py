"""How sure a figure is: correlation by category, probabilities, and rankings that say no."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emissions.uncertainty import SURE, Estimate, probability_greener, rank, with_steps

SIGMAS = 1.959963984540054


def test_deviations_inside_one_category_add_up() -> None:
    """100 legs on one TOC share one error: the interval does not shrink with their number."""
    many = Estimate.of("", [("X", 10_000, 0.5)] * 100)
    assert many.interval_mg == (500_000, 1_500_000)


def test_deviations_of_different_categories_add_in_squares() -> None:
    """F27: 3 and 4 make 5: independent errors."""
    two = Estimate.of("", [("X", 1000, 0.3), ("Y", 1000, 0.4)])
    assert two.interval_mg == (1500, 2500)


def test_no_interval_goes_below_nothing() -> None:
    """A deviation of 150 % still emits at least 0."""
    assert Estimate.of("", [("X", 100, 1.5)]).interval_mg == (0, 250)


def test_an_empty_estimate_is_zero() -> None:
    """Nothing emitted, nothing unsure."""
    assert Estimate.of("", []).interval_mg == (0, 0)


def test_the_same_error_cancels_in_a_comparison() -> None:
    """F28: one TOC on both sides: the shorter way is greener, unless the TOC were below 0."""
    short, long = (Estimate.of(n, [("X", mg, 0.5)]) for n, mg in (("a", 99), ("b", 100)))
    assert probability_greener(short, long) > 0.999


def test_a_shared_leg_does_not_blur_what_differs() -> None:
    """A common flight of great doubt cancels; what is left decides."""
    a = Estimate.of("a", [("AIR", 10**9, 0.5), ("X", 100, 0.1)])
    b = Estimate.of("b", [("AIR", 10**9, 0.5), ("Y", 150, 0.1)])
    alone = probability_greener(
        Estimate.of("", [("X", 100, 0.1)]), Estimate.of("", [("Y", 150, 0.1)])
    )
    assert probability_greener(a, b) == pytest.approx(alone)


def test_equal_options_are_a_toss() -> None:
    """Neither is greener."""
    a = Estimate.of("a", [("X", 100, 0.2)])
    assert probability_greener(a, a) == 0.5
    assert probability_greener(a, Estimate.of("b", [("Y", 100, 0.2)])) == 0.5


def test_sure_figures_decide_without_doubt() -> None:
    """Without deviation the smaller figure is greener."""
    a, b = Estimate.of("a", [("X", 1, 0.0)]), Estimate.of("b", [("Y", 2, 0.0)])
    assert (probability_greener(a, b), probability_greener(b, a)) == (1.0, 0.0)


amounts = st.lists(
    st.tuples(st.sampled_from("XYZ"), st.integers(1, 10**6), st.floats(0, 0.9)),
    min_size=1,
    max_size=5,
)


@given(amounts, amounts)
def test_the_two_probabilities_sum_to_one(
    left: list[tuple[str, int, float]], right: list[tuple[str, int, float]]
) -> None:
    """Either A or B is greener."""
    a, b = Estimate.of("a", left), Estimate.of("b", right)
    assert probability_greener(a, b) + probability_greener(b, a) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_probability_agrees_with_monte_carlo(seed: int) -> None:
    """40,000 draws of one normal error per category (methodology, section 7)."""
    draw = random.Random(seed)  # noqa: S311  (a seeded experiment)
    left = [("AIR", 6000, 0.5), ("ROAD", 800, 0.3), ("HUB", 50, 0.7)]
    right = [("AIR", 5000, 0.5), ("SEA", 900, 0.3), ("ROAD", 1500, 0.3)]
    wanted = probability_greener(Estimate.of("a", left), Estimate.of("b", right))
    greener = 0
    for _ in range(40_000):
        error = {c: draw.gauss(0, 1 / SIGMAS) for c in ("AIR", "ROAD", "HUB", "SEA")}
        a, b = (math.fsum(mg * (1 + d * error[c]) for c, mg, d in x) for x in (left, right))
        greener += a < b
    assert greener / 40_000 == pytest.approx(wanted, abs=0.012)  # four standard errors and more


def test_the_interval_holds_95_of_100_draws() -> None:
    """What the half width is said to mean, drawn."""
    draw = random.Random(7)  # noqa: S311
    low, high = Estimate.of("", [("X", 10**6, 0.3), ("Y", 10**6, 0.4)]).interval_mg
    inside = 0
    for _ in range(40_000):
        x, y = draw.gauss(0, 1 / SIGMAS), draw.gauss(0, 1 / SIGMAS)
        inside += low <= 10**6 * (1 + 0.3 * x) + 10**6 * (1 + 0.4 * y) <= high
    assert inside / 40_000 == pytest.approx(0.95, abs=0.005)


def test_a_clear_ranking_opens_a_place_for_each() -> None:
    """Rail, sea and air lie far apart: three places, all supported."""
    options = [
        Estimate.of("air", [("AIR", 6000, 0.2)]),
        Estimate.of("sea", [("SEA", 200, 0.2)]),
        Estimate.of("rail", [("RAIL", 700, 0.2)]),
    ]
    ranked = rank(options)
    assert [(r.place, r.name, r.supported) for r in ranked] == [
        (1, "sea", True),
        (2, "rail", True),
        (3, "air", True),
    ]
    assert ranked[0].probability_best > SURE


def test_a_ranking_that_the_data_cannot_support_says_so() -> None:
    """100 against 101 with 50 % doubt each: one place for both."""
    a, b = Estimate.of("a", [("X", 100, 0.5)]), Estimate.of("b", [("Y", 101, 0.5)])
    first, second = rank([b, a])
    assert (first.place, second.place, second.supported) == (1, 1, False)
    assert first.probability_best == pytest.approx(0.51, abs=0.01)


def test_groups_are_judged_by_their_first() -> None:
    """A crawl of small steps does not chain into one group: each is held against the first."""
    steps = [Estimate.of(f"o{n}", [(f"C{n}", 100 + 12 * n, 0.2)]) for n in range(6)]
    places = [r.place for r in rank(steps)]
    assert places[0] == 1
    assert places == sorted(places)
    assert len(set(places)) > 1
    for r, option in zip(rank(steps), steps, strict=True):
        leader = steps[r.place - 1]
        sure = option is leader or probability_greener(leader, option) < SURE
        assert sure


def test_nothing_to_rank_is_no_ranking() -> None:
    """No options, no places; one option is the best of all."""
    assert rank([]) == ()
    (only,) = rank([Estimate.of("a", [("X", 1, 0.5)])])
    assert (only.place, only.probability_best, only.supported) == (1, 1.0, True)


def test_order_of_options_changes_nothing() -> None:
    """Equal input in any order, equal places (ties by name)."""
    options = [Estimate.of(n, [(n, 100, 0.1)]) for n in ("b", "a", "c")]
    assert rank(options) == rank(options[::-1])


def test_each_step_down_the_ladder_widens() -> None:
    """0.1 a step: an estimate of this project."""
    assert with_steps(0.3, 0) == 0.3
    assert with_steps(0.3, 2) == pytest.approx(0.5)
