"""The world network as a planner meets it: chains, plans from shipments, closures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)

import numpy as np
import pytest

from data import open_catalogue
from data.catalogue import Catalogue  # noqa: TC001
from data.gazetteer import Gazetteer
from data.units import MG_PER_KG
from emissions import Factors
from optimizer import Scenario, read_problem
from optimizer.audit import audit
from optimizer.closures import conditions_of
from optimizer.errors import ProblemError, RouteError
from optimizer.scenarios import Closures
from optimizer.solve import Effort, solve
from optimizer.ways.route import OPEN, Conditions
from optimizer.world.chains import Chains, find_chains
from optimizer.world.detail import detail
from optimizer.world.supply import end_of
from optimizer.world.tools import World

LANES = (
    ("Nanjing, CN", "Madrid, ES"),
    ("Shenzhen, CN", "Sao Paulo, BR"),
    ("Rotterdam, NL", "Nairobi, KE"),
    ("Chicago, US", "Stuttgart, DE"),
    ("Sydney, AU", "Perth, AU"),
    ("Changsha, CN", "Almaty, KZ"),
)
RED_SEA = frozenset({"suez", "babalmandab"})


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return open_catalogue()


@pytest.fixture(scope="module")
def factors(catalogue: Catalogue) -> Factors:
    return Factors.load(catalogue)


@pytest.fixture(scope="module")
def gazetteer(catalogue: Catalogue) -> Gazetteer:
    return Gazetteer.load(catalogue)


@pytest.fixture(scope="module")
def world(catalogue: Catalogue, factors: Factors) -> World:
    return World.open(catalogue, factors)


def chains(
    world: World, gazetteer: Gazetteer, lane: tuple[str, str], under: Conditions = OPEN
) -> Chains:
    origin, destination = (end_of(world, gazetteer, name) for name in lane)
    return find_chains(world, origin, destination, under)


@pytest.fixture(scope="module")
def nanjing_madrid(world: World, gazetteer: Gazetteer) -> Chains:
    return chains(world, gazetteer, LANES[0])


def test_nanjing_to_madrid_by_every_kind_of_transport(nanjing_madrid: Chains) -> None:
    found = nanjing_madrid
    assert len(found.chains) >= 15
    kinds = [set(c.modes) for c in (*found.chains, *found.others)]
    for wanted in ({"sea"}, {"rail"}, {"rail", "sea"}, {"sea", "air"}, {"air"}):
        assert wanted in kinds
    marks = [m for c in found.chains for m in c.marks]
    assert sorted(marks) == ["cheapest", "fastest", "greenest"]


def test_no_shown_chain_beats_another(nanjing_madrid: Chains) -> None:
    figures = np.array([(c.eur_per_t, c.hours, c.kgco2e_per_t) for c in nanjing_madrid.chains])
    for row in figures:
        assert not ((figures <= row).all(axis=1) & (figures < row).any(axis=1)).any()


def test_a_beaten_chain_says_what_beats_it(nanjing_madrid: Chains) -> None:
    for chain in nanjing_madrid.others:
        assert "no dearer, no slower and no dirtier" in chain.note or "beaten" in chain.note
    for _, why in nanjing_madrid.absent:
        assert why


@pytest.mark.parametrize("lane", LANES, ids=" to ".join)
def test_every_chain_is_one_that_a_forwarder_would_book(
    world: World, gazetteer: Gazetteer, lane: tuple[str, str]
) -> None:
    found = chains(world, gazetteer, lane)
    for chain in (*found.chains, *found.others):
        ends = [found.origin.hub_id, *(leg.destination for leg in chain.legs)]
        assert [leg.origin for leg in chain.legs] == ends[:-1]
        assert ends[-1] == found.destination.hub_id
        assert len(set(ends)) == len(ends)
        modes = [leg.mode for leg in chain.legs]
        for before, after in pairwise(modes):
            assert before != after or before == "air"
        if "air" in modes:  # what has flown goes on by air or truck
            assert set(modes[modes.index("air") :]) <= {"air", "road"}
        for leg in chain.legs:
            assert leg.km > 0
            hubs = [world.hubs.at(name) for name in (leg.origin, leg.destination)]
            if leg.mode == "road":
                assert leg.km <= world.router.parameters["road_longest_km"]
            if leg.mode == "air":  # no air hub without published cargo figures
                assert all(h is None or h.size_class in {"major", "large"} for h in hubs)
            for hub in hubs:
                assert hub is None or leg.mode in hub.modes


def test_a_closed_red_sea_costs_time_and_money_and_co2e(
    world: World, gazetteer: Gazetteer, nanjing_madrid: Chains
) -> None:
    def by_sea(found: Chains) -> tuple[float, float, float]:
        both = (*found.chains, *found.others)
        best = min((c for c in both if c.kind == "sea"), key=lambda c: c.eur_per_t)
        return best.eur_per_t, best.hours, best.kgco2e_per_t

    open_way = by_sea(nanjing_madrid)
    shut = by_sea(chains(world, gazetteer, LANES[0], Conditions(closed=RED_SEA)))
    cape = by_sea(chains(world, gazetteer, LANES[0], Conditions(closed=RED_SEA, draft_m=16.0)))
    assert all(a < b for a, b in zip(open_way, shut, strict=True))
    assert all(a <= b for a, b in zip(shut, cape, strict=True))


def test_no_chain_at_all_names_every_reason(world: World, gazetteer: Gazetteer) -> None:
    shut = Conditions(modes=frozenset({"air", "sea", "rail", "iww"}))
    with pytest.raises(RouteError, match=r"(?s)no chain .*road:.*sea:.*air:"):
        chains(world, gazetteer, LANES[0], shut)


def test_closed_hubs_and_countries_are_left_out(world: World, gazetteer: Gazetteer) -> None:
    shut = Conditions(hubs=frozenset({"FRA"}), countries=frozenset({"RU", "BY"}))
    found = chains(world, gazetteer, LANES[0], shut)
    for chain in (*found.chains, *found.others):
        for leg in chain.legs:
            assert "FRA" not in {leg.origin, leg.destination}
            if leg.mode in {"rail", "road"}:
                worked = detail(world, found, chain, 1000.0)
                assert not {"RU", "BY"} & {c for r in worked.routes for c in r.countries}
                break


def test_closed_airspace_slows_flights_and_leaves_their_co2e(
    world: World, gazetteer: Gazetteer, nanjing_madrid: Chains
) -> None:
    shut = chains(world, gazetteer, LANES[0], Conditions(airspace=frozenset({"RU", "KZ", "MN"})))
    flown = {
        tuple((leg.mode, leg.origin, leg.destination) for leg in c.legs): c
        for c in nanjing_madrid.chains
    }
    both = [
        (flown[key], c)
        for c in (*shut.chains, *shut.others)
        if (key := tuple((leg.mode, leg.origin, leg.destination) for leg in c.legs)) in flown
        and "air" in c.modes
    ]
    assert both
    for before, after in both:
        assert after.kgco2e_per_t == pytest.approx(before.kgco2e_per_t)
        assert after.hours > before.hours
        assert after.eur_per_t > before.eur_per_t


def test_the_detail_of_a_chain_agrees_with_the_search(world: World, nanjing_madrid: Chains) -> None:
    for chain in nanjing_madrid.chains[:6]:
        worked = detail(world, nanjing_madrid, chain, 10_000.0)
        assert worked.kgco2e == pytest.approx(chain.kgco2e_per_t * 10, rel=0.02)
        assert worked.cost_eur == pytest.approx(chain.eur_per_t * 10, rel=0.02)
        total = sum(line.physical.wtw_mg for line in worked.inventory.lines)
        assert worked.inventory.physical.wtw_mg == total
        assert round(worked.kgco2e * MG_PER_KG) == total


def test_rows_found_once_are_kept_and_a_damaged_file_is_no_harm(
    catalogue: Catalogue,
    factors: Factors,
    gazetteer: Gazetteer,
    nanjing_madrid: Chains,
    tmp_path: Path,
) -> None:
    def figures(found: Chains) -> list[tuple[float, float, float]]:
        return [(c.eur_per_t, c.hours, c.kgco2e_per_t) for c in found.chains]

    first = chains(World.open(catalogue, factors, tmp_path), gazetteer, LANES[0])
    kept = sorted((tmp_path / "legs").iterdir())
    assert kept
    again = chains(World.open(catalogue, factors, tmp_path), gazetteer, LANES[0])
    assert figures(again) == figures(first) == figures(nanjing_madrid)
    for file in kept:
        file.write_bytes(file.read_bytes()[:100])
    assert figures(chains(World.open(catalogue, factors, tmp_path), gazetteer, LANES[0])) == (
        figures(first)
    )


SHIPMENTS = """\
shipment_id,origin,destination,mass_kg,volume_m3,ready_at,due_at
A1,"Nanjing, CN","Madrid, ES",4200,18,2026-03-02T09:00:00+08:00,2026-04-20T18:00:00+02:00
A2,CNNJI,"Madrid, ES",900,4,2026-03-03T09:00:00+08:00,2026-03-10T18:00:00+02:00
A3,"Rotterdam, NL","Basel, CH",20000,50,2026-03-02T09:00:00+01:00,2026-03-20T18:00:00+02:00
A4,Nowhereville,"Basel, CH",20000,50,2026-03-02T09:00:00+01:00,2026-03-20T18:00:00+02:00
A5,"Frankfurt, DE","Basel, CH",20000,50,2026-03-02T09:00:00+01:00,2026-03-20T18:00:00+02:00
"""


def test_shipments_alone_are_planned_on_the_world_network(
    catalogue: Catalogue, factors: Factors, tmp_path: Path
) -> None:
    file = tmp_path / "shipments.csv"
    file.write_text(SHIPMENTS, "utf-8")
    intake = read_problem(file, catalogue, factors, Scenario())
    told = {(r.row, r.column, r.code) for r in intake.refused}
    assert told == {(5, "origin", "unknown_place"), (6, "origin", "unknown_place")}
    ambiguous = next(r for r in intake.refused if r.row == 6)
    assert "Frankfurt am Main" in ambiguous.wanted
    assert all(s.quality == "estimate" for s in intake.problem.services.values())
    assert any("nobody's offers" in a for a in intake.problem.assumptions)
    plan = solve(intake.problem, effort=Effort(name="small"))
    audit(plan).raise_if_failed()
    assert {leg.line.element.shipment_id for leg in plan.legs} == {"A1", "A2", "A3"}


def test_a_plan_on_the_world_network_keeps_to_what_is_open(
    catalogue: Catalogue, factors: Factors, tmp_path: Path
) -> None:
    file = tmp_path / "shipments.csv"
    file.write_text("\n".join(SHIPMENTS.splitlines()[:2]) + "\n", "utf-8")
    closures = Closures(passages=("suez", "babalmandab", "malacca"), modes=("air",))
    intake = read_problem(file, catalogue, factors, replace(Scenario(), closures=closures))
    services = intake.problem.services.values()
    assert services
    assert not {s.mode for s in services} & {"air"}
    assert not {p for s in services for p in s.passages} & set(closures.passages)
    assert intake.problem.closed == {}


def test_hubs_without_services_are_a_problem_without_a_network(
    catalogue: Catalogue, factors: Factors, tmp_path: Path
) -> None:
    from data.errors import DataError  # noqa: PLC0415

    (tmp_path / "shipments.csv").write_text(SHIPMENTS, "utf-8")
    (tmp_path / "hubs.csv").write_text("hub_id,kind,name,country,lat,lon,tz\n", "utf-8")
    with pytest.raises(DataError, match="wanted services beside it"):
        read_problem(tmp_path, catalogue, factors, Scenario())


def named(world: World, gazetteer: Gazetteer, a: str, b: str, **closed: object) -> Chains:
    return chains(world, gazetteer, (a, b), Conditions(**closed))  # type: ignore[arg-type]


def test_a_short_lane_still_shows_its_best_flight_or_says_why_not(
    world: World, gazetteer: Gazetteer
) -> None:
    """A truck beats the flight everywhere; that is no reason to say that there is none."""
    found = named(world, gazetteer, "Hamburg, DE", "Milano, IT")
    flights = [c for c in found.others if set(c.modes) == {"air"}]
    assert len(flights) == 1
    assert "no dearer, no slower and no dirtier" in flights[0].note
    shown = {c.kind for c in (*found.chains, *found.others)}
    assert not shown & {family for family, _ in found.absent}


@pytest.mark.parametrize("lane", LANES, ids=" to ".join)
def test_no_truck_hides_two_legs_of_one_mode(
    world: World, gazetteer: Gazetteer, lane: tuple[str, str]
) -> None:
    found = chains(world, gazetteer, lane)
    for chain in (*found.chains, *found.others):
        lines = [leg.mode for leg in chain.legs if leg.mode != "road"]
        assert all(a != b or a == "air" for a, b in pairwise(lines))


def test_what_is_marked_is_the_best_of_all(
    world: World, gazetteer: Gazetteer, nanjing_madrid: Chains
) -> None:
    others = named(world, gazetteer, "Chongqing, CN", "Duisburg, DE")
    for found in (nanjing_madrid, others):
        for mark, name in (
            ("cheapest", "eur_per_t"),
            ("fastest", "hours"),
            ("greenest", "kgco2e_per_t"),
        ):
            (best,) = [c for c in found.chains if mark in c.marks]
            everyone = (*found.chains, *found.others)
            assert getattr(best, name) == min(getattr(c, name) for c in everyone)


def test_round_the_cape_stands_beside_panama_when_suez_is_shut(
    world: World, gazetteer: Gazetteer
) -> None:
    found = named(world, gazetteer, "Shanghai, CN", "Hamburg, DE", closed=RED_SEA)
    voyages = [leg for c in found.chains for leg in c.legs if leg.mode == "sea" and leg.km > 20_000]
    assert any("south_africa" in leg.passages for leg in voyages)
    chain = next(c for c in found.chains if "south_africa" in c.legs[1].passages)
    worked = detail(world, found, chain, 1000.0)
    assert "south_africa" in worked.routes[1].passages
    assert worked.routes[1].distance_km == pytest.approx(chain.legs[1].km, rel=0.01)


def test_an_end_that_is_closed_is_said_at_once(world: World, gazetteer: Gazetteer) -> None:
    with pytest.raises(RouteError, match="Łódź lies in PL, which is closed"):
        named(world, gazetteer, "Chengdu, CN", "Lodz, PL", countries=frozenset({"PL"}))


def test_a_deep_ship_calls_only_where_it_floats(world: World, gazetteer: Gazetteer) -> None:
    shallow = [h for h in world.hubs.hubs if h.max_draft_m and h.max_draft_m < 12]
    assert shallow
    found = named(world, gazetteer, "Shanghai, CN", "Montreal, CA", draft_m=15.0)
    called = {
        name
        for c in (*found.chains, *found.others)
        for leg in c.legs
        if leg.mode == "sea"
        for name in (leg.origin, leg.destination)
    }
    assert not called & {h.hub.hub_id for h in shallow}


@pytest.mark.parametrize("size", [float("nan"), 0.0, -1.0, 1e308, float("inf")])
def test_a_ship_that_cannot_be_is_refused(size: float) -> None:
    for closures in (Closures(ship_draft_m=size), Closures(ship_beam_m=size)):
        with pytest.raises(ProblemError, match="wanted more than 0"):
            conditions_of(closures)


def test_freight_does_not_cross_a_closed_border(world: World, gazetteer: Gazetteer) -> None:
    for pair in (("Seoul, KR", "Pyongyang, KP"), ("Delhi, IN", "Lahore, PK")):
        found = chains(world, gazetteer, pair)
        shut = world.router.closed_borders("road") | world.router.closed_borders("rail")
        for chain in (*found.chains, *found.others):
            for route in detail(world, found, chain, 1000.0).routes:
                crossed = {frozenset(p) for p in pairwise(route.countries)}
                assert not crossed & shut


def test_terminals_of_one_town_share_a_published_length(world: World) -> None:
    km = world.router.published_km("CNCQI-RAIL-TUANJIECUN", "DEDUI-RAIL")
    assert km == 11_179
    assert world.router.published_km("CNCQI-RAIL-GUOYUAN", "DEDUI-RAIL") == km
    assert world.router.published_km("CNCQI-RAIL-GUOYUAN", "ESMAD-RAIL-ABRONIGAL") is None


def test_five_letters_are_a_town_and_a_mark_makes_them_a_port(
    world: World, gazetteer: Gazetteer
) -> None:
    assert end_of(world, gazetteer, "PVG").hub is not None
    assert end_of(world, gazetteer, "DEDUI-RAIL").hub is not None
    port = end_of(world, gazetteer, "port:CNSHA").hub
    assert port is not None
    assert port.hub.kind == "port"
    for hub in world.hubs.hubs:
        if len(hub.hub.hub_id) == 5 and hub.hub.kind == "port" and hub.size_class == "major":
            assert end_of(world, gazetteer, hub.hub.hub_id).hub is None, hub.hub.hub_id


def test_block_trains_to_china_are_not_sold_in_europe(world: World, gazetteer: Gazetteer) -> None:
    found = named(world, gazetteer, "Oslo, NO", "Piraeus, GR")
    offers = {leg.offer.offer_id for c in found.chains for leg in c.legs if leg.mode == "rail"}
    assert offers == {"RAIL-EUROPE"}


def test_freight_of_one_lane_does_not_circle_on_those_of_others(
    catalogue: Catalogue, factors: Factors, tmp_path: Path
) -> None:
    """Lanes both ways between some towns join into circles; two months of circling never end."""
    towns = ("Hamburg, DE", "Milano, IT", "Warsaw, PL", "Madrid, ES")
    rows = [
        f'L{i}{j},"{a}","{b}",3000,12,2026-03-02T09:00:00+01:00,2026-05-10T18:00:00+02:00'
        for i, a in enumerate(towns)
        for j, b in enumerate(towns)
        if i != j
    ]
    file = tmp_path / "shipments.csv"
    file.write_text("\n".join([SHIPMENTS.splitlines()[0], *rows]) + "\n", "utf-8")
    problem = read_problem(file, catalogue, factors, Scenario()).problem
    assert len(problem.shipments) == 12
    for shipment in problem.shipments:
        assert shipment.lane < frozenset(problem.services)
    assert len(problem.departures()) < 100 * len(problem.shipments)
    plan = solve(problem, effort=Effort(name="small"))
    audit(plan).raise_if_failed()
    assert not plan.unserved
    for leg in plan.legs:
        if leg.service_id:
            lane = {s.shipment_id: s.lane for s in problem.shipments}
            assert leg.service_id in lane[leg.line.element.shipment_id]
