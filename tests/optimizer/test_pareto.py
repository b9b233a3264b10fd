"""The Pareto search against brute force, and its front against its definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimizer.world.pareto import Arcs, front, pareto_ways

FIGURES = st.integers(0, 12).map(float)


def beats(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((a <= b).all() and (a < b).any())


@given(arrays(np.float64, st.tuples(st.integers(0, 40), st.just(3)), elements=FIGURES))
def test_a_front_holds_each_unbeaten_figure_once(figures: np.ndarray) -> None:
    kept = {tuple(row) for row in figures[front(figures)]}
    unbeaten = {tuple(row) for row in figures if not any(beats(other, row) for other in figures)}
    assert kept == unbeaten
    assert front(figures).sum() == len(unbeaten)


def all_ways(arcs: Arcs, source: int, target: int, most_legs: int) -> set[tuple[float, ...]]:
    """Every way, by trying them all."""
    found: set[tuple[float, ...]] = set()
    labels: list[tuple[int, tuple[float, ...]]] = [(source, (0.0, 0.0, 0.0))]
    for _ in range(most_legs):
        labels = [
            (int(arcs.end[k]), tuple(np.add(figures, arcs.figures[k]).tolist()))
            for state, figures in labels
            if state != target
            for k in np.flatnonzero(arcs.start == state)
        ]
        found |= {figures for state, figures in labels if state == target}
    return found


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 7), st.integers(6, 22))
def test_the_search_finds_what_brute_force_finds(seed: int, states: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    start, end = rng.integers(0, states, (2, count))
    apart = start != end
    order = np.argsort(start[apart], kind="stable")
    figures = rng.integers(0, 9, (count, 3)).astype(float)[apart][order]
    arcs = Arcs(states=states, start=start[apart][order], end=end[apart][order], figures=figures)
    ways = pareto_ways(arcs, 0, states - 1, most_legs=4)
    everything = all_ways(arcs, 0, states - 1, 4)
    wanted = {w for w in everything if not any(beats(np.array(o), np.array(w)) for o in everything)}
    assert {tuple(row) for row in ways.figures.tolist()} == wanted
    for row, way in zip(ways.figures, ways.arcs, strict=True):
        assert np.allclose(arcs.figures[list(way)].sum(axis=0), row)
        places = [0, *(int(arcs.end[k]) for k in way)]
        assert all(int(arcs.start[k]) == p for k, p in zip(way, places, strict=False))
        assert places[-1] == states - 1


def test_no_way_is_an_empty_answer() -> None:
    arcs = Arcs(
        states=3, start=np.array([0]), end=np.array([1]), figures=np.array([[1.0, 1.0, 1.0]])
    )
    assert pareto_ways(arcs, 0, 2, most_legs=5).arcs == ()
