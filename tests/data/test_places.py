"""Names resolve to one hub or to candidates, never to a guess."""

from __future__ import annotations

import pytest

from data.network import Hub
from data.places import resolve


def hub(hub_id: str, name: str, country: str, lat: float, lon: float, kind: str = "site") -> Hub:
    return Hub(
        hub_id=hub_id, kind=kind, name=name, country=country, lat=lat, lon=lon, tz="UTC",
        hoc_id="", grid_id="",
    )  # fmt: skip


HUBS = {
    h.hub_id: h
    for h in (
        hub("FRA", "Frankfurt", "DE", 50.03, 8.57, "airport"),
        hub("FRA-R", "Frankfurt", "DE", 50.10, 8.60, "rail"),
        hub("MAD-WH", "Madrid", "ES", 40.40, -3.70),
        hub("MAD", "Madrid Barajas", "ES", 40.47, -3.56, "airport"),
    )
}


@pytest.mark.parametrize(
    ("name", "hub_id"),
    [
        ("FRA", "FRA"),
        ("Madrid, ES", "MAD-WH"),
        ("madrid,  es", "MAD-WH"),
        ("40.41,-3.71", "MAD-WH"),
    ],
)
def test_known_names_resolve(name: str, hub_id: str) -> None:
    """Hub id, city and country, or coordinates within 5 km."""
    assert resolve(name, HUBS).hub_id == hub_id


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Frankfurt, DE", "ambiguous"),
        ("Frankfurt, FR", "nearest are"),
        ("DEFRA2", "nearest are"),
        ("0,0", "km off"),
    ],
)
def test_other_names_get_candidates(name: str, words: str) -> None:
    """Frankfurt is in Germany, and there are two hubs of that name."""
    found = resolve(name, HUBS)
    assert not found.hub_id
    assert words in found.wanted
