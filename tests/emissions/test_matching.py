"""A leg without a category finds one by its keys, and says every step down the ladder."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from importlib import resources
from typing import Any

import pytest

from data.catalogue import Catalogue
from emissions.categories import TOC, MatchKey, Origin
from emissions.factors import Factors
from emissions.matching import BASE_TIERS, Matcher, NoCategoryError, Query, match
from emissions.vehicle_words import read_vehicle

CATALOGUE = Catalogue(root=resources.files("data"))
OWN = Origin(published_on=date(2026, 1, 1), quality="primary", source_id="own", locator="", note="")
ENDS = {
    "EU": ("DE", "FR"),
    "china-europe": ("CN", "DE"),
    "world": (),
    "": (),
}
KM = {"long": 6000.0, "short": 800.0, "domestic": 500.0, "": None}


@pytest.fixture(scope="module")
def factors() -> Factors:
    """Open the shipped categories and their keys."""
    return Factors.load(CATALOGUE, "open-2025.2")


@pytest.fixture(scope="module")
def matcher(factors: Factors) -> Matcher:
    """Keep one matcher: that is how many legs are matched."""
    return Matcher(factors)


def _exact(key: MatchKey) -> Query:
    """Ask for exactly what a key says."""
    ends = ENDS.get(key.region, (key.region,))
    return Query(
        kind=key.kind,
        mode=key.mode,
        hub_kind=key.hub_kind,
        regions=("GB", "GB") if key.haul == "domestic" else ends,
        vehicle=key.vehicle,
        fuel=key.fuel,
        temperature=key.temperature,
        load=key.load,
        air_option=key.air_option,
        distance_km=KM[key.haul],
    )


def _with(factors: Factors, *own: MatchKey, **changes: Any) -> Matcher:
    """Add a carrier's own figures, each a copy of the freighter's or the truck's."""
    tocs = dict(factors.tocs)
    for key in own:
        like = "AIR-LONGHAUL-FREIGHTER" if key.mode == "air" else "ROAD-HGV-AVG"
        tocs[key.category_id] = replace(
            factors.toc(like), toc_id=key.category_id, origin=OWN, **changes
        )
    return Matcher(replace(factors, tocs=tocs, matches=(*factors.matches, *own)))


def _own(category_id: str, mode: str = "air", **says: Any) -> MatchKey:
    return MatchKey(
        match_id=f"M-{category_id}", category_id=category_id, kind="toc", mode=mode, **says
    )


def test_every_category_is_found_by_its_own_key(factors: Factors, matcher: Matcher) -> None:
    """Else a shipped figure could never be reached."""
    for key in factors.matches:
        found = matcher.match(_exact(key))
        assert (found.category_id, found.steps) == (key.category_id, ()), found.lineage


@pytest.mark.parametrize(
    ("query", "category_id", "steps"),
    [
        (Query(mode="road", regions=("GB",), vehicle="truck"), "ROAD-HGV-AVG", []),
        (
            Query(mode="road", regions=("DE",)),
            "ROAD-EU-ARTIC-40T",
            ["vehicle", "region", "vehicle"],
        ),
        (Query(mode="road", regions=("DE",), vehicle="LKW 40t"), "ROAD-EU-ARTIC-40T", ["region"]),
        (
            Query(mode="road", regions=("DE", "PL"), vehicle="40t artic", temperature="frozen"),
            "ROAD-EU-ARTIC-40T-REEFER",
            [],
        ),
        (Query(mode="road", regions=("GB",), vehicle="reefer truck"), "ROAD-HGV-REEFER-AVG", []),
        (
            Query(mode="road", regions=("US",), vehicle="tractor-trailer"),
            "US-ROAD-HGV",
            ["vehicle", "mode average"],
        ),
        (
            Query(mode="road", regions=("CN",), vehicle="40t artic"),
            "ROAD-EU-ARTIC-40T",
            ["region", "wider region", "foreign"],
        ),
        (
            Query(mode="road", regions=("DE", "FR"), vehicle="40t artic", fuel="hvo"),
            "ROAD-EU-ARTIC-40T",
            ["fuel"],
        ),
        (Query(mode="road", regions=("GB",), vehicle="electric van"), "ROAD-VAN-BEV", []),
        (Query(mode="rail", regions=("CN", "DE")), "RAIL-CHINA-EUROPE", []),
        (Query(mode="rail", regions=("PL", "KZ")), "RAIL-CHINA-EUROPE", []),
        (Query(mode="rail", regions=("CN",)), "RAIL-ELECTRIC-CN", []),
        (Query(mode="rail", regions=("DE", "FR")), "RAIL-ELECTRIC-EU", []),
        (Query(mode="rail", regions=("IE",)), "RAIL-ELECTRIC-EU", ["region"]),
        (Query(mode="rail", regions=("BR",)), "RAIL-DIESEL", ["region", "wider region"]),
        (Query(mode="rail", regions=("GB",)), "RAIL-FREIGHT-GB", []),
        (Query(mode="rail", regions=("GB",), fuel="electricity"), "RAIL-ELECTRIC-GB", []),
        (Query(mode="sea", regions=("CN", "NL")), "SEA-GENERAL-AVG", ["vehicle"]),
        (Query(mode="sea", regions=("CN", "NL"), containerised=True), "SEA-CONTAINER-AVG", []),
        (Query(mode="sea", vehicle="14,000 TEU"), "SEA-CONTAINER-8000TEU", []),
        (Query(mode="sea", vehicle="feeder"), "SEA-CONTAINER-FEEDER", []),
        (
            Query(mode="sea", vehicle="reefer container"),
            "SEA-CONTAINER-AVG",
            ["temperature"],
        ),
        (Query(mode="sea", vehicle="reefer vessel", temperature="chilled"), "SEA-REEFER-AVG", []),
        (Query(mode="sea", vehicle="bulk carrier"), "SEA-BULK-AVG", []),
        (Query(mode="sea", vehicle="tanker"), "SEA-PRODUCTS-AVG", ["vehicle"]),
        (Query(mode="sea", vehicle="ropax"), "SEA-ROPAX-LARGE", []),
        (Query(mode="iww", regions=("NL", "DE"), vehicle="barge"), "IWW-MOTOR-1500T", ["vehicle"]),
        (Query(mode="air", distance_km=8858), "AIR-LONGHAUL-AVG", []),
        (Query(mode="air", distance_km=8858, air_option="belly"), "AIR-LONGHAUL-BELLY", []),
        (Query(mode="air", distance_km=8858, aircraft_type="747F"), "AIR-LONGHAUL-FREIGHTER", []),
        (
            Query(mode="air", distance_km=700, air_option="belly"),
            "AIR-SHORTHAUL-AVG",
            ["air option"],
        ),
        (Query(mode="air", regions=("GB", "GB"), distance_km=500), "AIR-DOMESTIC-UK", []),
        (Query(mode="air", regions=("FR", "FR"), distance_km=500), "AIR-SHORTHAUL-AVG", []),
        (Query(hub_kind="airport", temperature="chilled"), "HUB-AIR", ["temperature"]),
        (Query(hub_kind="site"), "HUB-SITE", []),
        (Query(hub_kind="site", vehicle="electric forklift"), "HUB-SITE-ELECTRIC", []),
        (Query(hub_kind="site", vehicle="cold store"), "HUB-WAREHOUSE-COLD", []),
        (Query(hub_kind="rail", vehicle="border"), "HUB-BORDER-RAIL", []),
        (Query(hub_kind="port", vehicle="TEU", regions=("FR",)), "HUB-PORT-CONTAINER-TEU-EU", []),
        (
            Query(kind="vehicle", mode="road", vehicle="18t rigid", fuel="electricity"),
            "EV-RIGID-19T",
            ["vehicle"],
        ),
    ],
)
def test_ladder_leads_to(
    matcher: Matcher, query: Query, category_id: str, steps: list[str]
) -> None:
    """The documented ladder, one case for each of its rungs and defaults."""
    found = matcher.match(query)
    assert (found.category_id, [s.name for s in found.steps]) == (category_id, steps)


def test_understating_step_says_so(matcher: Matcher) -> None:
    """Cold goods on an ambient figure: the reader must know which way it errs."""
    found = matcher.match(Query(mode="rail", regions=("DE",), temperature="frozen"))
    assert "understates" in found.lineage
    assert found.steps[-1].wanted == "temperature_controlled"


def test_lineage_names_what_was_wanted_and_found(matcher: Matcher) -> None:
    """Where, what, wanted, found: a figure of another region is called foreign."""
    found = matcher.match(Query(mode="road", regions=("CN",), vehicle="40t artic"))
    assert "foreign CN -> EU" in found.lineage
    assert found.lineage.startswith("ROAD-EU-ARTIC-40T")


def _random_query(rng: random.Random) -> Query:
    countries = ("DE", "FR", "GB", "CN", "KZ", "US", "BR", "")
    words = ("", "40t artic", "van", "7.5t", "feeder", "bulk carrier", "barge", "zeppelin")
    return Query(
        mode=rng.choice(("road", "rail", "sea", "air", "iww")),
        regions=tuple(rng.choice(countries) for _ in range(rng.randint(0, 2))),
        vehicle=rng.choice(words),
        fuel=rng.choice(("", "diesel", "electricity", "hvo", "mixed")),
        temperature=rng.choice(("", "ambient", "chilled")),
        load=rng.choice(("", "half", "full")),
        air_option=rng.choice(("", "belly", "freighter")),
        distance_km=rng.choice((None, 300.0, 9000.0)),
        containerised=rng.random() < 0.5,
        on=rng.choice((None, date(2024, 1, 1), date(2019, 1, 1))),
    )


def test_each_step_lowers_the_tier_by_one(factors: Factors, matcher: Matcher) -> None:
    """No way down the ladder makes a figure better than its own quality."""
    rng = random.Random(4)  # noqa: S311  (no secret)
    for _ in range(2000):
        found = matcher.match(_random_query(rng))
        base = BASE_TIERS[factors.origin(found.category_id).quality]
        assert found.tier == base + len(found.steps)


def test_order_of_tables_changes_nothing(factors: Factors, matcher: Matcher) -> None:
    """The same leg gets the same figure on every machine."""
    rng = random.Random(5)  # noqa: S311  (no secret)
    queries = [_random_query(rng) for _ in range(300)]
    for _ in range(3):
        keys = list(factors.matches)
        rng.shuffle(keys)
        shuffled = Matcher(replace(factors, matches=tuple(keys)))
        assert [shuffled.match(q) for q in queries] == [matcher.match(q) for q in queries]


def test_equal_queries_are_answered_once(matcher: Matcher) -> None:
    """Ten million legs have few distinct keys."""
    query = Query(mode="road", regions=("DE",), vehicle="semi")
    assert matcher.match(query) is matcher.match(replace(query))


def test_mode_without_figures_is_an_error(factors: Factors) -> None:
    """A missing factor is an error, and names the nearest thing that there is."""
    with pytest.raises(NoCategoryError, match=r"mode 'raill', DE; nearest is 'rail'"):
        match(Query(mode="raill", regions=("DE",)), factors)


def test_other_warming_potentials_are_never_mixed_in(matcher: Matcher) -> None:
    """All shipped figures are AR5: who wants AR6 alone gets an error, not AR5 in silence."""
    with pytest.raises(NoCategoryError, match=r"AR6; nearest is 'ROAD-HGV-AVG, AR5'"):
        matcher.match(Query(mode="road", regions=("GB",), gwp_sets=frozenset({"AR6"})))
    query = Query(hub_kind="site", gwp_sets=frozenset({"AR6"}))
    assert matcher.match(query).category_id == "HUB-SITE"  # energy: its grid says the potentials


def test_figure_outside_its_period_is_a_step(matcher: Matcher) -> None:
    """Valid from 2023: a leg of 2019 may stand on it, and the reader is told."""
    query = Query(mode="road", regions=("GB",), vehicle="truck", on=date(2019, 5, 1))
    assert [s.name for s in matcher.match(query).steps] == ["period"]
    assert matcher.match(replace(query, on=date(2024, 5, 1))).steps == ()


def test_expired_figure_gives_way_to_one_that_is_valid(factors: Factors) -> None:
    """Two editions of one operator: the day of the leg chooses."""
    old = _own("OLD", "road", operator="Acme", vehicle="truck")
    new = _own("NEW", "road", operator="Acme", vehicle="truck")
    matcher = _with(factors, old, new)
    tocs = {
        **matcher.factors.tocs,
        "OLD": replace(
            matcher.factors.toc("OLD"), valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31)
        ),
        "NEW": replace(
            matcher.factors.toc("NEW"), valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)
        ),
    }
    matcher = Matcher(replace(matcher.factors, tocs=tocs))
    query = Query(mode="road", regions=("GB",), vehicle="truck", operator="ACME")
    assert matcher.match(replace(query, on=date(2024, 6, 1))).category_id == "OLD"
    assert matcher.match(replace(query, on=date(2025, 6, 1))).category_id == "NEW"
    late = matcher.match(replace(query, on=date(2026, 6, 1)))
    assert [s.name for s in late.steps] == ["period"]


def test_carriers_own_figure_comes_first(factors: Factors) -> None:
    """Flight, then aircraft type with option and overflight, then operator: finest first."""
    keys = (
        _own("BY-FLIGHT", operator="CL", flight_no="CV7401"),
        _own("BY-TYPE", operator="CL", aircraft_type="B748F", overflight=False),
        _own("BY-TYPE-RU", operator="CL", aircraft_type="B748F", overflight=True),
        _own("BY-OPERATOR", operator="CL"),
    )
    matcher = _with(factors, *keys)
    flight = Query(
        mode="air",
        regions=("CN", "LU"),
        distance_km=9000,
        operator="cl",
        flight_no="CV 7401",
        aircraft_type="B748F",
    )
    assert matcher.match(flight).category_id == "BY-FLIGHT"
    assert matcher.match(flight).tier == 1
    other = replace(flight, flight_no="CV9999")
    assert matcher.match(other).category_id == "BY-TYPE"
    assert [s.name for s in matcher.match(other).steps] == ["flight"]
    assert matcher.match(replace(other, overflight=True)).category_id == "BY-TYPE-RU"
    small = replace(other, aircraft_type="B77F")
    assert matcher.match(small).category_id == "BY-OPERATOR"
    assert [s.name for s in matcher.match(small).steps] == ["flight", "aircraft type"]


def test_another_carriers_figure_is_never_used(factors: Factors) -> None:
    """What one operator measured says nothing of the next."""
    matcher = _with(factors, _own("BY-OPERATOR", operator="CL"))
    found = matcher.match(Query(mode="air", distance_km=9000, operator="XX"))
    assert found.category_id == "AIR-LONGHAUL-AVG"


def test_operators_truck_does_not_stand_for_his_van(factors: Factors) -> None:
    """Own data ends where the class does: then the general figure of the class is nearer."""
    matcher = _with(factors, _own("ACME-ARTIC", "road", operator="Acme", vehicle="artic_40t"))
    query = Query(mode="road", regions=("GB",), operator="Acme")
    assert matcher.match(replace(query, vehicle="40t artic")).category_id == "ACME-ARTIC"
    assert matcher.match(replace(query, vehicle="van")).category_id == "ROAD-VAN-AVG"


def test_figure_of_one_truck_needs_no_class(factors: Factors) -> None:
    """A fleet number is enough: what class it is, and where, the figure knows."""
    key = _own("TRUCK-7", "road", operator="Acme", vehicle_id="AC 7", vehicle="artic_40t")
    matcher = _with(factors, key)
    found = matcher.match(Query(mode="road", regions=("CN",), operator="Acme", vehicle_id="ac7"))
    assert (found.category_id, found.steps, found.tier) == ("TRUCK-7", (), 1)


def test_operators_usual_truck_serves_where_no_class_is_stated(factors: Factors) -> None:
    """Better his own average of articulated trucks than the nation's of all; it is still said."""
    matcher = _with(factors, _own("ACME-ARTIC", "road", operator="Acme", vehicle="artic_40t"))
    found = matcher.match(Query(mode="road", regions=("DE",), operator="Acme"))
    assert found.category_id == "ACME-ARTIC"
    assert [(s.name, s.found) for s in found.steps] == [("vehicle", "artic_40t")]


def test_carrier_without_figures_is_named_in_the_lineage(matcher: Matcher) -> None:
    """No step: a default is a default whoever drives."""
    found = matcher.match(Query(mode="road", regions=("GB",), vehicle="truck", operator="Acme"))
    assert found.steps == ()
    assert "no figure of the carrier's own" in found.lineage


def test_figure_of_one_ship_serves_that_ship_alone(factors: Factors) -> None:
    """By IMO number; another ship of the operator falls to the operator, then to the class."""
    toc: TOC = replace(factors.toc("SEA-CONTAINER-AVG"), toc_id="SHIP", origin=OWN)
    key = _own("SHIP", "sea", vessel_imo="9839430")
    matcher = Matcher(
        replace(factors, tocs={**factors.tocs, "SHIP": toc}, matches=(*factors.matches, key))
    )
    query = Query(mode="sea", containerised=True, vessel_imo="9839430")
    assert matcher.match(query).category_id == "SHIP"
    assert matcher.match(replace(query, vessel_imo="9")).category_id == "SEA-CONTAINER-AVG"


@pytest.mark.parametrize(
    ("mode", "words", "vehicle"),
    [
        ("road", "40t artic", "artic_40t"),
        ("road", "semi", "artic"),
        ("road", "LKW 40 t", "artic_40t"),
        ("road", "7,5 t", "rigid_7t5"),
        ("road", "Sprinter", "van"),
        ("road", "megatrailer", "artic_40t_volume"),
        ("road", "12 tonne rigid", "rigid_12t"),
        ("road", "3.5t van", "van_3t5"),
        ("sea", "container ship", "container"),
        ("sea", "8 000 TEU", "container_8000teu"),
        ("sea", "VLCC", "crude_tanker_vlcc"),
        ("sea", "ro-ro", "roro"),
        ("iww", "1000 t motor vessel", "motor_vessel_1000t"),
        ("rail", "block train", "train"),
        ("road", "zeppelin", ""),
        ("sea", "artic_40t", ""),
    ],
)
def test_peoples_words_name_a_class(mode: str, words: str, vehicle: str) -> None:
    """Words as exports carry them; what is not understood stays blank and becomes a step."""
    assert read_vehicle(mode, words).vehicle == vehicle


@pytest.mark.parametrize(
    ("words", "option"),
    [("747F", "freighter"), ("B777-200LRF", "freighter"), ("belly", "belly"), ("A350-900", "")],
)
def test_words_for_aircraft_tell_freighter_from_belly(words: str, option: str) -> None:
    """An aircraft type alone does not say that the hold of a passenger flight was meant."""
    assert read_vehicle("air", words).air_option == option


def test_words_tell_cold_from_ambient() -> None:
    """A reefer truck is a truck, temperature-controlled."""
    assert read_vehicle("road", "reefer truck").temperature == "temperature_controlled"
    assert read_vehicle("road", "40t artic").temperature == ""


def _flown(**says: Any) -> MatchKey:
    return _own(
        "XAIR-19",
        operator="Xair",
        flight_no="XX19",
        aircraft_type="A350",
        air_option="belly",
        **says,
    )


@pytest.mark.parametrize(
    ("known", "steps"),
    [
        ({"flight_no": "XX 19"}, []),
        ({"flight_no": "XX19", "operator": "xair"}, []),
        ({"operator": "Xair", "aircraft_type": "A350"}, ["flight", "air option"]),
        ({"operator": "Xair"}, ["flight", "aircraft type", "air option"]),
    ],
)
def test_own_figure_is_found_by_any_part_of_its_name(
    factors: Factors, known: dict[str, str], steps: list[str]
) -> None:
    """A blank on the leg is unknown, not another carrier's; what was assumed is said."""
    found = _with(factors, _flown()).match(Query(mode="air", distance_km=9000, **known))  # type: ignore[arg-type]
    assert (found.category_id, [s.name for s in found.steps]) == ("XAIR-19", steps)


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"aircraft_type": "A350"},
        {"flight_no": "YY1"},
        {"operator": "Yair", "flight_no": "XX19"},
        {"operator": "Xair", "air_option": "freighter"},
    ],
)
def test_own_figure_is_not_found_by_what_names_no_carrier(
    factors: Factors, known: dict[str, str]
) -> None:
    """Many carriers fly the type; a figure of the belly is none of a freighter."""
    found = _with(factors, _flown()).match(Query(mode="air", distance_km=9000, **known))  # type: ignore[arg-type]
    assert found.category_id.startswith("AIR-LONGHAUL")


def test_ship_is_found_by_its_number_and_voyage_without_its_operator(factors: Factors) -> None:
    """The IMO number names one ship of the world; a voyage number alone names none."""
    key = _own("SHIP", "sea", operator="Line", vessel_imo="9839430", voyage_no="12E")
    matcher = _with(factors, key)
    query = Query(mode="sea", containerised=True, vessel_imo="9839430", voyage_no="12E")
    assert matcher.match(query).category_id == "SHIP"
    assert matcher.match(replace(query, voyage_no="")).category_id == "SHIP"
    assert matcher.match(replace(query, vessel_imo="")).category_id == "SEA-CONTAINER-AVG"


def test_what_says_no_more_than_the_leg_comes_before_what_says_more(factors: Factors) -> None:
    """The operator's own average, not one of his flights, where the flight is not known."""
    matcher = _with(factors, _flown(), _own("XAIR", operator="Xair"))
    found = matcher.match(Query(mode="air", distance_km=9000, operator="Xair"))
    assert (found.category_id, found.steps) == ("XAIR", ())


def test_own_figures_that_fit_equally_are_called_ambiguous(factors: Factors) -> None:
    """Neither is chosen in silence: the other is named, and the tier is lower by one."""
    keys = [_own(name, "road", operator="Acme", vehicle="artic_40t") for name in ("B", "A")]
    found = _with(factors, *keys).match(
        Query(mode="road", regions=("GB",), vehicle="40t artic", operator="Acme")
    )
    assert (found.category_id, found.tier) == ("A", 2)
    assert "ambiguous" in found.lineage
    assert "B fit as well" in found.lineage


def test_keys_of_no_kind_are_found_by_id_alone(factors: Factors) -> None:
    """An operation of nobody in particular is no figure for other people's legs."""
    key = replace(_own("NOBODY", "road", vehicle="truck"), kind="none")
    found = _with(factors, key).match(Query(mode="road", regions=("GB",), vehicle="truck"))
    assert found.category_id == "ROAD-HGV-AVG"


@pytest.mark.parametrize("country", ["DE", "CH", "IN", "FR"])
def test_diesel_train_is_never_accounted_as_electric(matcher: Matcher, country: str) -> None:
    """The world's diesel train is nearer than the country's electric one, or its mix of both."""
    found = matcher.match(Query(mode="rail", regions=(country,), fuel="diesel"))
    assert found.category_id == "RAIL-DIESEL"
    assert [s.name for s in found.steps] == ["region", "wider region"]


def test_electric_train_is_never_accounted_as_diesel(matcher: Matcher) -> None:
    """Where the country has diesel alone: a region's electric average, called foreign."""
    found = matcher.match(Query(mode="rail", regions=("US",), fuel="electricity"))
    assert found.category_id == "RAIL-ELECTRIC-EU"
    assert found.steps[-1].name == "foreign"


def test_electric_truck_without_its_energy_says_that_diesel_stands_in(matcher: Matcher) -> None:
    """No figure per tkm exists: neither a van nor silence, but the class and a plain reason."""
    found = matcher.match(Query(mode="road", regions=("DE",), vehicle="electric artic 40t"))
    assert found.category_id == "ROAD-EU-ARTIC-40T"
    assert "another kind of energy electricity -> diesel" in found.lineage
    assert "state the energy" in found.lineage


@pytest.mark.parametrize("ends", [("CH", "IT"), ("NO", "PL"), ("CN", "UZ"), ("DE", "GB")])
@pytest.mark.parametrize("mode", ["rail", "road"])
def test_there_and_back_stand_on_one_figure(
    matcher: Matcher, mode: str, ends: tuple[str, str]
) -> None:
    """Direction is no property of a train or a truck."""
    there, back = (matcher.match(Query(mode=mode, regions=way)) for way in (ends, ends[::-1]))
    assert there.category_id == back.category_id
    if mode == "rail" and "CN" not in ends:
        assert there.category_id == "RAIL-ELECTRIC-EU"


def test_of_two_countries_the_higher_figure_counts(factors: Factors, matcher: Matcher) -> None:
    """No region holds both: not the lower by the accident of its id."""
    ids = {f"RAIL-ELECTRIC-{c}" for c in ("CN", "KZ")}
    found = matcher.match(Query(mode="rail", regions=("CN", "KZ"))).category_id
    rates = {i: factors.toc(i).wtt_kgco2e_per_tkm + factors.toc(i).ttw_kgco2e_per_tkm for i in ids}
    assert found == max(rates, key=rates.__getitem__)


@pytest.mark.parametrize(
    ("query", "category_id"),
    [
        (Query(mode="road", regions=("CH",)), "ROAD-EU-ARTIC-40T"),
        (Query(mode="road", regions=("CN",)), "ROAD-EU-ARTIC-40T"),
        (Query(mode="road", regions=("IN",)), "ROAD-EU-ARTIC-40T"),
        (Query(mode="road", regions=("DE",), vehicle="van"), "ROAD-VAN-AVG"),
        (Query(mode="road", regions=("DE",), vehicle="44t artic"), "ROAD-EU-ARTIC-40T"),
        (Query(hub_kind="road", vehicle="warehouse"), "HUB-WAREHOUSE"),
        (Query(hub_kind="site", vehicle="cross dock"), "HUB-CROSSDOCK"),
        (Query(hub_kind="site", temperature="chilled"), "HUB-WAREHOUSE-COLD"),
    ],
)
def test_figure_of_documented_class_is_preferred(
    matcher: Matcher, query: Query, category_id: str
) -> None:
    """The EU's before one foreign nation's average; cold goods lie in a store, not on a fork."""
    assert matcher.match(query).category_id == category_id


@pytest.mark.parametrize(
    "query",
    [
        Query(hub_kind="port", vehicle="dry bulk terminal"),
        Query(mode="air", distance_km=9000, vehicle="drone"),
        Query(mode="rail", regions=("DE",), vehicle="zeppelin"),
        Query(mode="sea", containerised=True, vehicle="zeppelin"),
        Query(mode="iww", vehicle="zeppelin"),
    ],
)
def test_words_not_understood_are_told_in_every_mode(matcher: Matcher, query: Query) -> None:
    """Else a mistake passes as wanted."""
    first = matcher.match(query).steps[0]
    assert (first.wanted, first.reason) == (query.vehicle, "words not understood")


@pytest.mark.parametrize(
    ("mode", "words", "vehicle"),
    [
        ("road", "25 t payload semi", "artic_40t"),
        ("road", "LTL/Dry Van", "artic_40t_groupage"),
        ("road", "dry van trailer", "artic"),
        ("road", "rigid 7.5-12 t", "rigid_12t"),
        ("road", "rigid 12-20 t", "rigid_17t"),
        ("road", "artic up to 60 t", "artic_60t"),
        ("sea", "15k TEU", "container_8000teu"),
        ("sea", "Oil tanker 0-4999 dwt", "products_tanker_0dwt"),
        ("sea", "bulk carrier, 75 000 dwt", "bulk_60000dwt"),
        ("sea", "Bulk carrier 200000+ dwt", "bulk_200000dwt"),
        ("sea", "Other liquids tankers 0-999 dwt", "liquids_tanker_0dwt"),
        ("sea", "Refrigerated bulk 2000-5999 dwt", "reefer_ship_2000dwt"),
        ("iww", "Motor vessels <650 t", "motor_vessel_400t"),
        ("hub", "Liquid bulk terminals", "liquid_bulk"),
    ],
)
def test_sizes_and_ranges_are_read(mode: str, words: str, vehicle: str) -> None:
    """Ranges by their middle on the road, by their lower end at sea; a payload is no gross mass."""
    assert read_vehicle(mode, words).vehicle == vehicle


def test_a_truck_that_is_not_electric_is_not_electric() -> None:
    """A negation is read as one."""
    assert read_vehicle("road", "non-electric truck").fuel == ""


def test_category_of_unknown_class_is_the_last_resort(factors: Factors) -> None:
    """A blank class of a general figure is one that nobody could read, never `as wanted`."""
    tiny = replace(factors.toc("SEA-CONTAINER-AVG"), toc_id="A-TINY", vehicle="?")
    key = _own("A-TINY", "sea", region="world", fuel="hfo")
    both = replace(factors, tocs={**factors.tocs, "A-TINY": tiny}, matches=(*factors.matches, key))
    query = Query(mode="sea", vehicle="capesize")
    assert match(query, both).category_id == "SEA-RATE-BULK-CAPESIZE"
    alone = match(query, replace(both, matches=(key,)))
    assert [s.name for s in alone.steps] == ["class not known"]
