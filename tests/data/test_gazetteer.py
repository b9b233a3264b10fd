"""What people write for a place resolves to the one meant, or raises with candidates."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.catalogue import Catalogue, open_catalogue
from data.errors import DataError, GreenlaneError
from data.gazetteer import (
    AmbiguousPlaceError,
    BadPlaceError,
    Gazetteer,
    PlaceError,
    UnknownPlaceError,
)
from data.place_names import LONGEST_NAME, fold

WIDE = "".join(chr(ord(c) + 0xFEE0) for c in "NANJING,CN")  # as East Asian keyboards write it


@pytest.fixture(scope="module")
def world() -> Gazetteer:
    """The gazetteer as it ships."""
    return Gazetteer.load(open_catalogue())


@pytest.mark.parametrize(
    ("name", "found", "country"),
    [
        ("PVG", "Shanghai Pudong International Airport", "CN"),
        ("pvg", "Shanghai Pudong International Airport", "CN"),
        ("NYC", "New York City", "US"),
        ("CNNKG", "Nanjing", "CN"),
        ("CN NKG", "Nanjing", "CN"),
        ("cnnji", "Nanjing", "CN"),
        ("CNSHA", "Shanghai", "CN"),
        ("CNSGH", "Shanghai", "CN"),
        ("CNNGB", "Ningbo", "CN"),
        ("CNSWA", "Shantou", "CN"),
        ("TRKOC", "İzmit", "TR"),
        ("DEDUI", "Duisburg", "DE"),
        ("南京", "Nanjing", "CN"),
        ("南京市", "Nanjing", "CN"),
        ("上海\uff0c中国", "Shanghai", "CN"),
        ("Nanjing, CN", "Nanjing", "CN"),
        ("nanjing,china", "Nanjing", "CN"),
        (WIDE, "Nanjing", "CN"),
        ("Nanking", "Nanjing", "CN"),
        ("Madrid", "Madrid", "ES"),
        ("Madrid, ES", "Madrid", "ES"),
        ("Madrid, España", "Madrid", "ES"),
        ("Madrid, CO", "Madrid", "CO"),
        ("München", "Munich", "DE"),
        ("Muenchen", "Munich", "DE"),
        ("Moscow", "Moscow", "RU"),
        ("Москва", "Moscow", "RU"),
        ("Małaszewicze", "Malaszewicze", "PL"),
        ("Dostyk", "Druzhba", "KZ"),
        ("Khorgos, KZ", "Khorgos", "KZ"),
        ("Altynkol", "Khorgos", "KZ"),
        ("Zamyn-Uud", "Zamiin Uud", "MN"),
        ("Yiwu", "Yiwu", "CN"),
        ("义乌", "Yiwu", "CN"),
        ("義烏", "Yiwu", "CN"),
        ("New York", "New York City", "US"),
        ("Paris", "Paris", "FR"),
        ("Paris, TX, US", "Paris", "US"),
        ("Springfield, IL, US", "Springfield", "US"),
        ("Springfield, Illinois, USA", "Springfield", "US"),
        ("Santiago, CL", "Santiago", "CL"),
        ("Changsha, CN", "Changsha", "CN"),
        ("São-Paulo", "São Paulo", "BR"),
        ("서울", "Seoul", "KR"),
        ("Ulm", "Ulm", "DE"),
        ("Milan", "Milan", "IT"),
        ("Porto", "Porto", "PT"),
        ("Suva", "Suva", "FJ"),
        ("Odesa", "Odesa", "UA"),
        ("Odessa, UA", "Odesa", "UA"),
        ("Santiago", "Santiago", "CL"),
        ("Peking", "Beijing", "CN"),
        ("MAPTM", "Tanger Med", "MA"),
    ],
)
def test_names_resolve(world: Gazetteer, name: str, found: str, country: str) -> None:
    """Codes, cities with and without their country, other languages and other letters."""
    place = world.find(name)
    assert (place.name, place.country) == (found, country)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("Frankfurt", "Frankfurt am Main", "Frankfurt (Oder)"),
        ("Frankfurt, DE", "Frankfurt am Main", "Frankfurt (Oder)"),
        ("Odessa", "Odessa", "Odesa"),
        ("Vienne", "Vienna", "Vienne"),
        ("Paris, US", "Paris", "Paris"),
        ("Springfield, US", "Springfield", "Springfield"),
        ("Valencia", "Valencia", "Valencia"),
        ("Brest", "Brest", "Brest"),
    ],
)
def test_a_name_in_doubt_gets_candidates(
    world: Gazetteer, name: str, first: str, second: str
) -> None:
    """The weightiest comes first, but no place is ten times the next; an alias weighs a tenth."""
    with pytest.raises(AmbiguousPlaceError, match="wanted one") as caught:
        world.find(name)
    names = [c.place.name for c in caught.value.candidates]
    assert names[:2] == [first, second]
    scores = [c.score for c in caught.value.candidates]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", ["Odessa", "Victoria", "Hamilton", "San Jose", "Vienne"])
def test_what_stands_in_the_way_is_shown(world: Gazetteer, name: str) -> None:
    """The first rival of the first candidate is the second, in the message, too."""
    with pytest.raises(AmbiguousPlaceError) as caught:
        world.find(name)
    first, second, *_ = caught.value.candidates
    assert str(caught.value).count("wanted") == 1
    shown = str(caught.value).split("candidates: ")[1]
    assert shown.index(first.place.name) < shown.index(second.place.name, len(first.place.name))
    people = [
        c.place.population / (10 if c.why.startswith("alias") else 1) for c in (first, second)
    ]
    assert people[1] <= people[0] <= 10 * people[1]


def test_a_name_in_no_country_is_refused_in_one_sentence(world: Gazetteer) -> None:
    """It says once what is wanted."""
    with pytest.raises(UnknownPlaceError, match="'Milan, XX': not found") as caught:
        world.find("Milan, XX")
    assert str(caught.value).count("wanted") == 1


@pytest.mark.parametrize("limit", [0, -1, 1])
def test_there_is_always_a_first_candidate(world: Gazetteer, limit: int) -> None:
    """A limit below one is one."""
    (only,) = world.candidates("Odessa", limit)
    assert only.place.country == "US"


def test_a_misspelt_name_gets_similar_ones(world: Gazetteer) -> None:
    """Only places of the country that was named."""
    with pytest.raises(UnknownPlaceError, match="Nanjing, Jiangsu, CN") as caught:
        world.find("Nankng, CN")
    assert {c.place.country for c in caught.value.candidates} == {"CN"}
    assert caught.value.candidates[0].why == "similar name"


def test_a_code_that_is_also_a_city_says_so(world: Gazetteer) -> None:
    """ULM in capitals is the airport of New Ulm; Ulm stands second."""
    code, city, *_ = world.candidates("ULM")
    assert (code.place.iata, code.place.country) == ("ULM", "US")
    assert "also the name of a place" in code.why
    assert (city.place.name, city.place.country) == ("Ulm", "DE")
    assert world.find("ULM") == code.place


def test_coordinates_are_called_after_a_town(world: Gazetteer) -> None:
    """With the town's country and time zone; a suburb takes the name of its city."""
    sol = world.find("40.4168,-3.7038")
    assert (sol.name, sol.country, sol.tz, sol.kind) == ("Madrid", "ES", "Europe/Madrid", "point")
    assert (sol.lat, sol.lon, sol.population) == (40.4168, -3.7038, 0)
    far = world.nearest(32.3, 119.1)
    assert far.name.split(" of ")[0].split(" km ")[1] in {
        "N",
        "NE",
        "E",
        "SE",
        "S",
        "SW",
        "W",
        "NW",
    }


@pytest.mark.parametrize("point", ["0,-30", "-80,0"])
def test_the_open_sea_has_no_town(world: Gazetteer, point: str) -> None:
    """A point 500 km from any town is a slip."""
    with pytest.raises(UnknownPlaceError, match="km off"):
        world.find(point)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 10_000_000,
        "91,0",
        "0,181",
        "-90.1,0",
        "9" * 199,
    ],
)
def test_nonsense_is_refused_in_a_few_words(world: Gazetteer, name: str) -> None:
    """A hostile upload gets a short message, not its own bytes back."""
    with pytest.raises(GreenlaneError) as caught:
        world.find(name)
    assert len(str(caught.value)) < 2 * LONGEST_NAME


@pytest.mark.parametrize("name", ["", "   ", ",", "\x00\x01\x02", "nonsense xyzq", "nan,nan", "🚢"])
def test_what_names_nothing_is_unknown(world: Gazetteer, name: str) -> None:
    """Blanks, control characters, and words that are no place."""
    with pytest.raises(UnknownPlaceError):
        world.find(name)


@pytest.mark.parametrize(("lat", "lon"), [(float("nan"), 0.0), (0.0, float("inf")), (91.0, 0.0)])
def test_points_off_the_globe_are_refused(world: Gazetteer, lat: float, lon: float) -> None:
    """Numbers come from files, too."""
    with pytest.raises(BadPlaceError):
        world.nearest(lat, lon)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_resolves_or_raises_cleanly(world: Gazetteer, name: str) -> None:
    """Whatever a person types."""
    try:
        place = world.find(name)
    except (PlaceError, BadPlaceError) as error:
        place = None
        scores = [c.score for c in getattr(error, "candidates", ())]
    if place is None:
        assert all(0 <= score <= 1 for score in scores)
    else:
        assert place.country
        assert place.tz


def test_every_place_is_found_by_its_own_code(world: Gazetteer) -> None:
    """A sample of the table: place, country and code go together."""
    for code in ("CNYIW", "PLLOD", "ESZAZ", "ESMAD", "NLRTM", "USCHI", "KZALA", "BYBQT", "CNURC"):
        place = world.find(code)
        assert place.country == code[:2]
        assert place.tz


def test_a_changed_byte_is_refused() -> None:
    """The tables prove themselves by the hash in their card."""
    catalogue = open_catalogue()
    files = {
        "places/places.parquet": catalogue.file("places/places.parquet")[:-1] + b"x",
        "places/places.toml": catalogue.file("places/places.toml"),
    }

    class Changed(Catalogue):
        def file(self, path: str) -> bytes:
            return files[path]

    with pytest.raises(DataError, match="bytes changed"):
        Gazetteer.load(Changed(root=catalogue.root))


def test_a_thousand_lookups_are_quick(world: Gazetteer) -> None:
    """The issue asks for 50 ms warm; the limit here leaves room for a busy machine."""
    names = [
        "CNNKG",
        "PVG",
        "南京",
        "Nanjing, CN",
        "Madrid, ES",
        "München",
        "Paris, TX, US",
        "Lodz",
    ]
    for name in names:
        world.find(name)
    begin = time.perf_counter()
    for _ in range(1000 // len(names)):
        for name in names:
            world.find(name)
    assert time.perf_counter() - begin < 0.25


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ürümqi", "urumqi"),
        ("Xi'an", "XIAN"),
        ("Łódź", "lodz"),
        (WIDE[:7], "nanjing"),
        ("Saint-Étienne", "saint etienne"),
    ],
)
def test_folding_ignores_how_a_name_is_written(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_places_are_values(world: Gazetteer) -> None:
    """A place can be stored and compared."""
    assert replace(world.find("PVG")) == world.find("PVG")
