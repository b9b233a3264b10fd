"""Find rows that can hardly be true: chargeable weight as mass, slips of units, odd intensities.

All bounds here are estimates of this project, made to catch slips of a factor of ten and more;
they are no factors, and nothing is computed from them.
"""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from data.drafts import LegDraft, Note, refusal, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Found = list[tuple[LegDraft, list[Note]]]

# Kilograms that trade charges for a cubic metre: air at 6000 and 5000 cm3/kg (IATA resolution 502
# and express carriers), road by the usual 333, sea freight by weight or measure.
_CHARGED_PER_M3 = {"air": (1e6 / 6000, 167.0, 200.0), "road": (333.0,), "sea": (1000.0,)}
_ANY_CHARGE = (1e6 / 6000, 167.0, 200.0, 333.0, 1000.0)
_SAME = 0.01
_SEEN_OFTEN = 0.5  # share of the rows of a mode
_FEWEST = 8  # rows below which a median says little
_FEWEST_OF_LANE = 3
_FAR_OFF = 10.0
_SLIP_LEAST, _SLIP_MOST = 200.0, 5000.0  # around the thousand between g, kg and t
_LIGHTEST_KG_PER_M3, _HEAVIEST_KG_PER_M3 = 10.0, 20_000.0  # foam; gold has 19 300
_HEAVIEST_KG_PER_TEU = 32_000.0  # a 20 ft container has 30 480 kg at most, tare included
INTENSITY_BANDS = {  # kg CO2e per tkm, well to wheel
    "air": (0.3, 5.0),
    "road": (0.02, 2.0),
    "rail": (0.001, 0.15),
    "sea": (0.0005, 0.2),
    "iww": (0.005, 0.2),
}


def examine(legs: Sequence[LegDraft]) -> Found:
    """Return every leg that a guard has something to say of, in the order of the legs."""
    notes: dict[int, list[Note]] = defaultdict(list)
    for guard in (_one_by_one, ten_times_median, distance_off_lane, unit_slip, looks_volumetric):
        for at, note in guard(legs):
            notes[at].append(note)
    return [(legs[at], notes[at]) for at in sorted(notes)]


def _one_by_one(legs: Sequence[LegDraft]) -> Iterator[tuple[int, Note]]:
    for at, leg in enumerate(legs):
        for check in (chargeable_as_mass, zero_distance, odd_density, heavy_teu):
            if (note := check(leg)) is not None:
                yield at, note


def _is_same(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= _SAME * wanted


def _is_charged(leg: LegDraft) -> bool:
    """Return True if the volume and a rule of the trade reproduce the mass."""
    mass, volume = leg.values.get("mass_kg"), leg.extras.get("volume_m3")
    if not mass or not volume:
        return False
    rules = _CHARGED_PER_M3.get(leg.values.get("mode", ""), _ANY_CHARGE)
    return any(_is_same(mass, volume * rule) for rule in rules)


def chargeable_as_mass(leg: LegDraft) -> Note | None:
    """Refuse a mass that equals the chargeable weight and that the volume alone explains."""
    mass, chargeable = leg.values.get("mass_kg"), leg.extras.get("chargeable_kg")
    if not mass or not chargeable or not _is_same(mass, chargeable) or not _is_charged(leg):
        return None
    volume = leg.extras["volume_m3"]
    wanted = f"the actual gross mass; {volume:g} m3 explain this as a chargeable weight"
    return refusal("chargeable_as_mass", "mass_kg", f"{mass:g}", wanted)


def zero_distance(leg: LegDraft) -> Note | None:
    """Refuse a leg of no length: it would count as nothing."""
    if leg.values.get("distance_km", 1.0) > 0:
        return None
    return refusal("zero_distance", "distance_km", "0", "a distance above 0, or a blank cell")


def odd_density(leg: LegDraft) -> Note | None:
    """Warn of goods lighter than foam or heavier than gold."""
    mass, volume = leg.values.get("mass_kg"), leg.extras.get("volume_m3")
    if not mass or not volume:
        return None
    if _LIGHTEST_KG_PER_M3 <= mass / volume <= _HEAVIEST_KG_PER_M3:
        return None
    usual = f"{_LIGHTEST_KG_PER_M3:g} to {_HEAVIEST_KG_PER_M3:g} kg per m3 are usual"
    return warning("odd_density", "mass_kg", f"{mass / volume:.3g} kg/m3", usual)


def heavy_teu(leg: LegDraft) -> Note | None:
    """Warn of more goods in a container than it may weigh in all."""
    mass, teu = leg.values.get("mass_kg"), leg.values.get("teu")
    if not mass or not teu or mass / teu <= _HEAVIEST_KG_PER_TEU:
        return None
    usual = f"at most {_HEAVIEST_KG_PER_TEU:g} kg per TEU are usual"
    return warning("heavy_teu", "mass_kg", f"{mass / teu:.6g} kg per TEU", usual)


def _groups(
    legs: Sequence[LegDraft], value: str, *keys: str
) -> dict[tuple[str, ...], list[tuple[int, float]]]:
    grouped: dict[tuple[str, ...], list[tuple[int, float]]] = defaultdict(list)
    for at, leg in enumerate(legs):
        if amount := leg.values.get(value):
            values, extras = leg.values, leg.extras
            key = tuple([values.get(k) or extras.get(k) or "" for k in keys])
            grouped[key].append((at, amount))
    return grouped


def _off(group: list[tuple[int, float]]) -> Iterator[tuple[int, float, float]]:
    middle = median(amount for _, amount in group)
    for at, amount in group:
        if not middle / _FAR_OFF <= amount <= middle * _FAR_OFF:
            yield at, amount, middle


def ten_times_median(legs: Sequence[LegDraft]) -> Iterator[tuple[int, Note]]:
    """Warn of a mass ten times off what the same customer sends by the same mode."""
    for group in _groups(legs, "mass_kg", "customer", "mode").values():
        if len(group) >= _FEWEST:
            for at, amount, middle in _off(group):
                usual = f"the median of the same customer and mode is {middle:.6g} kg"
                yield at, warning("ten_times_median", "mass_kg", f"{amount:.6g} kg", usual)


def distance_off_lane(legs: Sequence[LegDraft]) -> Iterator[tuple[int, Note]]:
    """Warn of a distance ten times off that of other rows between the same places."""
    for group in _groups(legs, "distance_km", "origin", "destination", "mode").values():
        if len(group) >= _FEWEST_OF_LANE:
            for at, amount, middle in _off(group):
                usual = f"other rows of the lane have {middle:.6g} km"
                yield at, warning("distance_off_lane", "distance_km", f"{amount:.6g} km", usual)


def unit_slip(legs: Sequence[LegDraft]) -> Iterator[tuple[int, Note]]:
    """Warn of a customer whose masses are all about a thousand times those of the others."""
    groups = _groups(legs, "mass_kg", "customer").values()
    ranked = sorted((amount, at) for group in groups for at, amount in group)
    rank = {at: place for place, (_, at) in enumerate(ranked)}
    for group in groups:
        others = len(ranked) - len(group)
        if len(group) < _FEWEST_OF_LANE or others < _FEWEST:
            continue
        without = sorted(rank[at] for at, _ in group)
        low, high = (ranked[_place(k, without)][0] for k in ((others - 1) // 2, others // 2))
        times = median(amount for _, amount in group) / ((low + high) / 2)
        if _SLIP_LEAST <= max(times, 1 / times) <= _SLIP_MOST:
            found = f"median {times:.3g} times that of other customers"
            for at, _ in group:
                yield at, warning("unit_slip", "mass_kg", found, "perhaps kg and t are mixed")


def _place(wanted: int, without: Sequence[int]) -> int:
    """Return where the one at a rank stands among all, if some places do not count."""
    for place in without:
        if place > wanted:
            break
        wanted += 1
    return wanted


def looks_volumetric(legs: Sequence[LegDraft]) -> Iterator[tuple[int, Note]]:
    """Warn where the volume explains the mass in half of the rows of a mode, and none is charged.

    A single row may weigh so much by chance; half of eight and more do not.
    """
    by_mode: dict[str, list[int]] = defaultdict(list)
    for at, leg in enumerate(legs):
        if leg.values.get("mass_kg") and leg.extras.get("volume_m3"):
            by_mode[str(leg.values.get("mode"))].append(at)
    for rows in by_mode.values():
        charged = [at for at in rows if _is_charged(legs[at])]
        if len(rows) >= _FEWEST and len(charged) >= _SEEN_OFTEN * len(rows):
            for at in charged:
                found = f"{legs[at].values['mass_kg']:.6g} kg"
                wanted = "actual gross mass; the volume alone explains it in half of the rows"
                yield at, warning("looks_volumetric", "mass_kg", found, wanted)


def plausible_intensity(mode: str, kgco2e_per_tkm: float) -> Note | None:
    """Warn of an intensity outside the band of its mode; the bands are wide estimates of ours.

    >>> plausible_intensity("air", 0.8) is None, plausible_intensity("sea", 0.8).code
    (True, 'odd_intensity')
    """
    least, most = INTENSITY_BANDS.get(mode, (0.0, float("inf")))
    if least <= kgco2e_per_tkm <= most:
        return None
    usual = f"{mode} has {least:g} to {most:g} kg CO2e per tkm"
    return warning("odd_intensity", "", f"{kgco2e_per_tkm:.4g}", usual)
