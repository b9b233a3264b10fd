"""The world may price the two directions of a lane differently, by rows of its assumptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer.world.offers import Terms, leg_figures

ENDS = (("CN", "DE"), ("DE", "CN"))
KM = 9_000.0


@pytest.fixture
def terms(catalogue: Any) -> Terms:
    """The shipped assumptions, with a headhaul row for flights from China to Europe in front."""
    shipped = Terms.load(catalogue)
    plain = shipped.best("air", KM, (0, 0), ENDS[0])
    assert plain is not None
    china, europe = (
        frozenset(next(o for o in shipped.offers if name in o.offer_id).countries)
        for name in ("ROAD-CN-DAY", "ROAD-CN-FAR")
    )
    assert "CN" in china & europe
    headhaul = replace(
        plain,
        offer_id="AIR-HEADHAUL",
        leaves=china,
        enters=frozenset({"DE", "FR", "ES"}),
        eur_per_tkm=plain.eur_per_tkm * 2.5,
    )
    return replace(shipped, offers=(headhaul, *shipped.offers))


def test_shipped_rows_price_both_directions_alike(catalogue: Any) -> None:
    """Trivial: no shipped row is directed yet."""
    shipped = Terms.load(catalogue)
    assert not any(o.leaves or o.enters for o in shipped.offers)
    there, back = (shipped.best("air", KM, (0, 0), ends) for ends in ENDS)
    assert there == back


def test_a_directed_row_counts_in_its_direction_alone(terms: Terms, factors: Any) -> None:
    """Headhaul dearer than backhaul; one leg and many legs agree."""
    there, back = (terms.best("air", KM, (0, 0), ends) for ends in ENDS)
    assert there is not None
    assert back is not None
    assert there.offer_id == "AIR-HEADHAUL" != back.offer_id
    figures = leg_figures(
        terms,
        factors,
        "air",
        km=np.array([KM, KM, KM]),
        worst_rank=np.zeros(3, np.int64),
        countries=(np.array(["CN", "DE", "DE"]), np.array(["DE", "CN", "ES"])),
        extra_h=np.zeros(3),
    )
    assert figures.eur_per_t[0] == pytest.approx(there.eur_per_t + there.eur_per_tkm * KM)
    assert figures.eur_per_t[1] == pytest.approx(back.eur_per_t + back.eur_per_tkm * KM)
    assert figures.eur_per_t[2] == figures.eur_per_t[1]
    assert figures.eur_per_t[0] > 2 * figures.eur_per_t[1]
