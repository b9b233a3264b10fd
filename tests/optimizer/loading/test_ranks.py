"""Lengths are counted in grains as exactly by a product as by a division."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimizer.loading.packing.rank_kernels import steps_of


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 100_000), st.integers(1, 5_000))
@example(99_999, 3)
@example(100_000, 1)
@example(4_999, 5_000)
def test_whole_grains_of_a_length(length: int, grain: int) -> None:
    """As floor division tells, for any interior up to 100 m."""
    assert steps_of(length, 1.0 / grain) == length // grain


@settings(deadline=None)  # the first example compiles
@given(st.integers(0, 20_000), st.integers(1, 5_000))
def test_multiples_are_not_rounded_down(times: int, grain: int) -> None:
    """A length of just so many grains has all of them."""
    assert steps_of(times * grain, 1.0 / grain) == times
