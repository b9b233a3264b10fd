"""Guards refuse what is surely wrong and warn of what can hardly be true."""

from __future__ import annotations

import random
import time
from statistics import median
from typing import Any

import pytest

from data.drafts import LegDraft
from data.guards import (
    INTENSITY_BANDS,
    chargeable_as_mass,
    examine,
    heavy_teu,
    odd_density,
    plausible_intensity,
    zero_distance,
)


def leg(row: int = 2, *, extras: dict[str, Any] | None = None, **values: Any) -> LegDraft:
    return LegDraft(row=row, values={"mode": "air", **values}, extras=extras or {})


def codes(*legs: LegDraft) -> dict[int, set[str]]:
    return {found.row: {note.code for note in notes} for found, notes in examine(legs)}


@pytest.mark.parametrize(
    ("mode", "mass", "volume", "refused"),
    [
        ("air", 334.0, 2.0, True),  # 167 kg/m3
        ("air", 333.3, 2.0, True),  # 6000 cm3/kg
        ("road", 666.0, 2.0, True),  # 333 kg/m3
        ("sea", 2000.0, 2.0, True),  # weight or measure
        ("air", 340.0, 2.0, False),  # two percent off: goods may weigh that
        ("air", 666.0, 2.0, False),  # road's rule says nothing of air
    ],
)
def test_mass_that_the_volume_explains_is_chargeable(
    mode: str, mass: float, volume: float, *, refused: bool
) -> None:
    """Chargeable weight as mass is the four- to five-fold error that users report most."""
    note = chargeable_as_mass(
        leg(mode=mode, mass_kg=mass, extras={"chargeable_kg": mass, "volume_m3": volume})
    )
    assert (note is not None) == refused
    assert note is None or (note.severity, note.code) == ("refused", "chargeable_as_mass")


def test_chargeable_column_that_differs_is_no_fault() -> None:
    """The usual row: actual and chargeable weight side by side."""
    goods = leg(mass_kg=210.0, extras={"chargeable_kg": 334.0, "volume_m3": 2.0})
    assert chargeable_as_mass(goods) is None


def test_ten_times_the_median_is_warned_from_eight_rows() -> None:
    """Seven rows have no usual mass; the eighth gives one."""
    usual = [leg(n, mass_kg=100.0 + n, extras={"customer": "A"}) for n in range(7)]
    odd = leg(99, mass_kg=5000.0, extras={"customer": "A"})
    assert codes(*usual[:6], odd) == {}
    assert codes(*usual, odd) == {99: {"ten_times_median"}}
    assert codes(*usual, leg(99, mass_kg=5000.0, extras={"customer": "B"})) == {}


def test_distance_off_its_lane_is_warned() -> None:
    """Kilometres given in metres, or a zero too many."""
    lane: dict[str, Any] = {"origin": "PVG", "destination": "FRA", "mass_kg": 10.0}
    rows = [leg(n, distance_km=8800.0, **lane) for n in range(3)]
    assert codes(*rows, leg(9, distance_km=8.8, **lane)) == {9: {"distance_off_lane"}}


def test_no_distance_is_refused_but_a_blank_one_is_not() -> None:
    """Zero kilometres would be zero emissions, in silence."""
    note = zero_distance(leg(distance_km=0.0))
    assert note is not None
    assert note.severity == "refused"
    assert zero_distance(leg()) is None


@pytest.mark.parametrize(
    ("mass", "volume", "odd"), [(100.0, 1.0, False), (9.0, 1.0, True), (20_001.0, 1.0, True)]
)
def test_density_outside_foam_and_gold_is_warned(mass: float, volume: float, *, odd: bool) -> None:
    """10 to 20000 kg/m3."""
    assert (odd_density(leg(mass_kg=mass, extras={"volume_m3": volume})) is not None) == odd


def test_more_than_a_container_holds_is_warned() -> None:
    """32 t per TEU is above the gross mass of any 20 ft container."""
    assert heavy_teu(leg(mass_kg=32_000.0, teu=1.0)) is None
    assert heavy_teu(leg(mass_kg=32_001.0, teu=1.0)) is not None


def test_customer_in_other_units_is_warned() -> None:
    """One customer exports grams, or tonnes, into a column of kilograms."""
    others = [leg(n, mass_kg=100.0 + n, extras={"customer": "A"}) for n in range(8)]
    slipped = [leg(50 + n, mass_kg=0.1 + n / 1000, extras={"customer": "B"}) for n in range(3)]
    assert codes(*others, *slipped) == {50: {"unit_slip"}, 51: {"unit_slip"}, 52: {"unit_slip"}}


@pytest.mark.parametrize("seed", range(20))
def test_medians_of_all_others_are_found_without_looking_at_each_again(seed: int) -> None:
    """The rank without a customer's own rows is the median that a search of all others finds."""
    rng = random.Random(seed)  # noqa: S311  (to be repeated, not to be secret)
    whose = [rng.choice("ABCDE") for _ in range(40)]
    scale = {customer: rng.choice((1, 1, 1, 1000)) for customer in "ABCDE"}
    mass = [scale[customer] * rng.uniform(1, 2) for customer in whose]
    rows = [leg(n, mass_kg=m, extras={"customer": whose[n]}) for n, m in enumerate(mass)]
    slips = {n for n, found in codes(*rows).items() if "unit_slip" in found}
    wanted: set[int] = set()
    for customer in set(whose):
        own = [n for n, c in enumerate(whose) if c == customer]
        others = [m for m, c in zip(mass, whose, strict=True) if c != customer]
        times = median(mass[n] for n in own) / median(others)
        if len(own) >= 3 and 200 <= max(times, 1 / times) <= 5000:
            wanted |= set(own)
    assert slips == wanted


def test_a_night_of_single_customers_is_looked_at_in_time() -> None:
    """Ten thousand customers of one row each: once a search of all for each of them."""
    rows = [leg(n, mass_kg=1.0 + n, extras={"customer": str(n)}) for n in range(10_000)]
    started = time.process_time()
    examine(rows)
    assert time.process_time() - started < 2.0


def test_half_a_file_explained_by_volume_is_warned() -> None:
    """No chargeable column, but eight rows of exactly 167 kg/m3 are no chance."""
    rows = [leg(n, mass_kg=167.0 * n, extras={"volume_m3": float(n)}) for n in range(1, 9)]
    assert set(codes(*rows)) == set(range(1, 9))
    assert codes(*rows[:7]) == {}


@pytest.mark.parametrize("mode", INTENSITY_BANDS)
def test_intensity_inside_its_band_passes(mode: str) -> None:
    """The bands are wide: they catch a factor of ten, not a bad carrier."""
    least, most = INTENSITY_BANDS[mode]
    assert plausible_intensity(mode, least) is None
    assert plausible_intensity(mode, most) is None
    note = plausible_intensity(mode, most * 1.01)
    assert note is not None
    assert note.code == "odd_intensity"
    assert plausible_intensity(mode, least / 1.01) is not None
