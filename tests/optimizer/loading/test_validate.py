"""The validator as a whole: counts, what keeps apart or together, claims, and its own sharpness."""

from __future__ import annotations

import ast
import random
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.loading_faults import measure
from bench.loading_plans import Valid, valid_plan
from data.findings import Severity, Verdict
from optimizer.loading import geometry
from optimizer.loading.checks.boxes import crossing
from optimizer.loading.checks.plan import world_of
from optimizer.loading.checks.weight import heaviest_metre
from optimizer.loading.geometry import (
    Block,
    Cut,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
    Supports,
)
from optimizer.loading.validate import MOST_NAMED, validate

SIZE = (1000, 500, 300)
VALID = st.integers(0, 2**32).map(lambda seed: valid_plan(random.Random(seed)))  # noqa: S311
SPANS = st.tuples(st.integers(0, 30), st.integers(1, 9)).map(lambda s: (s[0], sum(s)))


def item(name: str = "box", **facts: Any) -> Item:
    """Return an item of one box of 1 kg."""
    told: dict[str, Any] = {
        "item_id": name,
        "shipment_id": "s",
        "quantity": 1,
        "size_mm": SIZE,
        "mass_g": 1000,
    }
    return Item(**(told | facts))


def unit(*boxes: int, **facts: Any) -> LoadedUnit:
    """Return a unit with a row of boxes of these items on its floor."""
    told: dict[str, Any] = {"unit_code": "u", "size_mm": (9000, 2000, 2000), "payload_g": 10**6}
    row = tuple(Placement(k, 1000 * n, 0, 0, *SIZE) for n, k in enumerate(boxes))
    return LoadedUnit(interior=Interior(**(told | facts)), placements=row)


def plan(*units: LoadedUnit, items: tuple[Item, ...], **facts: Any) -> LoadPlan:
    """Return a plan in which nothing is left unless it is said."""
    return LoadPlan(**({"items": items, "units": units, "unplaced": ()} | facts))


def wrong(asked: LoadPlan, rules: Rules | None = None) -> list[tuple[str, str, str]]:
    """Return code, about and message of what did not pass."""
    report = validate(asked, rules or Rules())
    return [(f.code, f.about, f.message) for f in report.failed()]


def codes(asked: LoadPlan, rules: Rules | None = None) -> list[str]:
    """Return the codes that did not pass, each once."""
    return list(dict.fromkeys(code for code, _, _ in wrong(asked, rules)))


def test_every_rule_answers_and_a_good_plan_passes() -> None:
    """Silence is no answer: 23 rules, each with its finding, and what was checked in its words."""
    report = validate(plan(unit(0, 0), items=(item(quantity=2),)), Rules())
    assert [f.code for f in report.findings] == [f"LOAD-{k:02}" for k in range(1, 24)]
    assert report.ok
    assert report.findings[5].message == "no two boxes share space: 2 boxes in 1 units"


def test_limits_that_are_missing_warn() -> None:
    """A floor or axles without limits are not judged, and the report says so without failing."""
    report = validate(plan(unit(0), items=(item(),)), Rules())
    assert [f.code for f in report.warnings()] == ["LOAD-15", "LOAD-16", "LOAD-17"]
    assert {f.verdict for f in report.warnings()} == {Verdict.UNKNOWN}
    assert {f.severity for f in report.warnings()} == {Severity.WARNING}
    for limits, lacks in (
        ({"rear_max_g"}, 1),
        ({"front_max_g"}, 1),
        ({"front_max_g", "rear_max_g"}, 0),
    ):
        axles = Supports(front_mm=0, rear_mm=9000, **dict.fromkeys(limits, 10**6))
        given = unit(0, supports=axles, floor_g_per_m=10**6, floor_g_per_m2=10**6)
        told = validate(plan(given, items=(item(),)), Rules()).warnings()
        assert len(told) == lacks
        assert all(f.message.startswith("a largest load of a support is not") for f in told)


def test_rules_that_are_off_say_so() -> None:
    """Whoever reads a report learns that boxes may float or leave in any order."""
    off = Rules(support_percent=0, unload_in_order=False)
    report = validate(plan(unit(0), items=(item(),)), off)
    told = [f.code for f in report.findings if f.message == "not asked by the rules"]
    assert told == ["LOAD-09", "LOAD-10", "LOAD-19"]


def test_boxes_placed_and_left_are_those_asked() -> None:
    """Of three boxes two are placed and one is left; none may be lost, added or left twice."""
    asked = (item(quantity=3),)
    left = ((0, 1, "no room"),)
    assert not wrong(plan(unit(0, 0), items=asked, unplaced=left))
    assert wrong(plan(unit(0, 0), items=asked)) == [
        ("LOAD-02", "box", "2 placed and 0 left, wanted 3 together")
    ]
    assert codes(plan(unit(0, 0, 0), items=asked, unplaced=left)) == ["LOAD-02"]
    assert codes(plan(unit(0, 0), items=asked, unplaced=(*left, *left))) == ["LOAD-02"]


@pytest.mark.parametrize("left", [(-1, 1, "no room"), (1, 1, "no room"), (0, 0, "no room")])
def test_what_is_left_is_of_a_known_item(left: tuple[int, int, str]) -> None:
    """One of an unknown item, or none at all, says nothing about what was asked."""
    assert codes(plan(unit(0), items=(item(),), unplaced=(left,))) == ["LOAD-01"]


def test_equal_items_are_counted_apart() -> None:
    """Two items of equal boxes: both boxes placed as the first is one too many and one too few."""
    same = item()
    assert len(wrong(plan(unit(0, 0), items=(same, same)))) == 2
    assert not wrong(plan(unit(0, 1), items=(same, same)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"item": -1}, "found item -1, wanted one of the 1 items from 0"),
        ({"item": 1}, "found item 1, wanted one of the 1 items from 0"),
        ({"x": 0.0}, "wanted whole numbers"),
        ({"x": float("nan")}, "wanted whole numbers"),
        ({"dz": 0}, "found sizes (1000, 500, 0) mm, wanted > 0"),
        ({"dx": -1000}, "found sizes (-1000, 500, 300) mm, wanted > 0"),
    ],
)
def test_placement_that_is_no_box_is_refused(changes: dict[str, Any], message: str) -> None:
    """Nothing hides behind a negative size, a number that is none, or Python's item -1."""
    good = unit(0)
    bad = replace(good, placements=(good.placements[0]._replace(**changes),))
    found = wrong(plan(bad, items=(item(),)))
    assert [code for code, _, _ in found] == ["LOAD-01", "LOAD-02"]
    assert message in found[0][2]


def test_numbers_that_are_not_whole_stop_all_checks() -> None:
    """A float mass or limit would make every sum inexact, so nothing else is called checked."""
    report = validate(plan(unit(0), items=(item(mass_g=1000.0),)), Rules())
    assert report.findings[0].verdict is Verdict.FAIL
    assert report.findings[0].message == "found 1000.0, wanted whole numbers"
    assert {f.verdict for f in report.findings[1:]} == {Verdict.UNKNOWN}
    assert "LOAD-01" in codes(plan(unit(0, payload_g=float("inf")), items=(item(),)))


def test_codes_are_kept_apart_by_unit() -> None:
    """Acids and cyanides: in two units they may travel, in one never, even of one item."""
    rules = Rules(apart=frozenset({("acid", "cyanide")}))
    asked = (item("a", codes=frozenset({"acid"})), item("c", codes=frozenset({"cyanide"})))
    assert not wrong(plan(unit(0), unit(1), items=asked), rules)
    assert wrong(plan(unit(0, 1), items=asked), rules) == [
        ("LOAD-20", "unit 1 box 1 (a), box 2 (c)", "acid and cyanide, wanted never in one unit")
    ]
    both = (item(codes=frozenset({"acid", "cyanide"})),)
    assert codes(plan(unit(0), items=both), rules) == ["LOAD-20"]


def test_code_apart_from_itself_is_of_one_item() -> None:
    """Two shipments of live animals apart; the boxes of one of them together."""
    rules = Rules(apart=frozenset({("live", "live")}))
    live = item(codes=frozenset({"live"}), quantity=2)
    assert not wrong(plan(unit(0, 0), items=(live,)), rules)
    two = (replace(live, quantity=1), replace(live, quantity=1))
    assert codes(plan(unit(0, 1), items=two), rules) == ["LOAD-20"]


def test_group_travels_in_one_unit() -> None:
    """A machine in three crates: together or, in part, not at all."""
    parts = tuple(item(name, group="machine") for name in "abc")
    assert not wrong(plan(unit(0, 1, 2), items=parts))
    assert wrong(plan(unit(0, 1), unit(2), items=parts)) == [
        ("LOAD-21", "group machine", "in units 1, 2, wanted one unit")
    ]


def test_proven_bound_is_not_above_the_plan() -> None:
    """Two units hold all boxes, so three cannot be the least; with boxes left it may."""
    asked = (item(quantity=3),)
    good = plan(unit(0, 0), unit(0), items=asked, least_units=2)
    assert not wrong(good)
    assert codes(replace(good, least_units=3)) == ["LOAD-23"]
    left = plan(unit(0, 0), items=asked, least_units=3, unplaced=((0, 1, "no third unit"),))
    assert not wrong(left)
    assert codes(replace(left, unplaced=((0, 1, ""),))) == ["LOAD-23"]


def test_validator_shares_nothing_with_a_packer() -> None:
    """It imports the records, the findings, the standard library and itself; not even numpy."""
    room = Path(geometry.__file__).parent
    paths = [room / "validate.py", *(room / "checks").glob("*.py")]
    assert len(paths) == 9
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                top = node.module.partition(".")[0]
                own = node.module.startswith("optimizer.loading.checks.")
                allowed = {"data.findings", "optimizer.loading.geometry"}
                assert top in sys.stdlib_module_names or own or node.module in allowed, path
            assert not isinstance(node, ast.Import), path


def test_many_faults_are_counted_if_not_all_named() -> None:
    """20 boxes in one place share space in 190 pairs: 100 are named, 90 counted."""
    heap = replace(unit(0), placements=(unit(0).placements[0],) * 20)
    found = [f for f in wrong(plan(heap, items=(item(quantity=20),))) if f[0] == "LOAD-06"]
    assert len(found) == MOST_NAMED + 1
    assert found[-1][1:] == ("plan", "and 90 more")


@given(st.lists(st.tuples(SPANS, SPANS), max_size=30))
def test_sweep_finds_the_pairs_of_brute_force(boxes: list[Any]) -> None:
    """Half-open rectangles on a small grid touch, meet and contain each other in all ways."""
    along, across = [b[0] for b in boxes], [b[1] for b in boxes]
    every = {
        (i, j)
        for i in range(len(boxes))
        for j in range(i)
        if all(s[i][0] < s[j][1] and s[j][0] < s[i][1] for s in (along, across))
    }
    found = [(max(pair), min(pair)) for pair in crossing(along, across)]
    assert len(found) == len(every)
    assert set(found) == every


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=4))
def test_heaviest_metre_is_that_of_every_window(rows: list[tuple[int, int]]) -> None:
    """Boxes begin and end at every 50 mm; windows are tried at every 25, by exact fractions."""
    row = [(50 * x, 50 * dx) for x, dx in rows]
    items = tuple(item(mass_g=700 * n + 1, size_mm=(dx, 1, 1)) for n, (_, dx) in enumerate(row))
    there = tuple(Placement(n, x, 0, 0, dx, 1, 1) for n, (x, dx) in enumerate(row))
    boxes = world_of(plan(replace(unit(), placements=there), items=items)).loads[0].boxes
    mass, scale, _ = heaviest_metre(boxes)
    assert Fraction(mass, scale) == max(
        sum(
            Fraction(max(0, min(b.x2, start + 1000) - max(b.x1, start)), b.x2 - b.x1)
            * b.item.mass_g
            for b in boxes
        )
        for start in range(-1000, 6000, 25)
    )


def mirrored(valid: Valid) -> LoadPlan:
    """Return the plan seen in a mirror along the middle of each unit."""
    units = []
    for load in valid.plan.units:
        inside, wide = load.interior, load.interior.size_mm[1]
        e = inside.envelope
        assert e.y_min_mm is not None
        assert e.y_max_mm is not None
        turned = replace(
            inside,
            cuts=tuple(Cut(-c.along_y, c.along_z, c.most - c.along_y * wide) for c in inside.cuts),
            blocks=tuple(
                Block(b.x1, wide - b.y2, b.z1, b.x2, wide - b.y1, b.z2) for b in inside.blocks
            ),
            envelope=replace(e, y_min_mm=wide - e.y_max_mm, y_max_mm=wide - e.y_min_mm),
        )
        placements = tuple(p._replace(y=wide - p.y - p.dy) for p in load.placements)
        units.append(LoadedUnit(interior=turned, placements=placements))
    return replace(valid.plan, units=tuple(units))


@settings(deadline=None, max_examples=60)
@given(VALID)
def test_valid_plans_are_valid_also_in_a_mirror(valid: Valid) -> None:
    """Left and right mean nothing to any rule; limits are met to the gram on both sides."""
    assert validate(valid.plan, valid.rules).ok
    assert validate(mirrored(valid), valid.rules).ok


@settings(deadline=None, max_examples=40)
@given(VALID)
def test_order_of_items_and_units_means_nothing(valid: Valid) -> None:
    """The same load under other numbers stays valid."""
    last = len(valid.plan.items) - 1
    renamed = LoadPlan(
        items=valid.plan.items[::-1],
        units=tuple(
            replace(u, placements=tuple(p._replace(item=last - p.item) for p in u.placements))
            for u in reversed(valid.plan.units)
        ),
        unplaced=tuple((last - k, n, why) for k, n, why in valid.plan.unplaced),
    )
    assert validate(renamed, valid.rules).ok


@settings(deadline=None, max_examples=40)
@given(VALID)
def test_mass_on_the_floor_is_all_mass(valid: Valid) -> None:
    """What is pushed down is neither lost nor made, to the last fraction of a gram."""
    for load in world_of(valid.plan).loads:
        floor = sum(
            b.item.mass_g + up
            for b, up in zip(load.boxes, load.carried_g, strict=True)
            if b.z1 == 0
        )
        assert floor == sum(b.item.mass_g for b in load.boxes)


def test_seeded_faults_are_caught_by_their_rules() -> None:
    """41 kinds, twice each; `python -m bench.loading_faults` seeds each a thousand times."""
    rows = measure(2, 7)
    assert len(rows) == 41
    assert {row[1:] for row in rows.values()} == {(2, 2, 2)}


def test_thousand_boxes_take_less_than_a_second() -> None:
    """A full trailer of 34 x 6 x 5 cartons with all limits given; about 0.05 s when written."""
    size = (397, 400, 500)
    spots = [(x, z, y) for x in range(34) for z in range(5) for y in range(6)]
    items = tuple(
        item(str(k), size_mm=size, mass_g=9000 + k, top_g=10**6, stop=9 - x // 4)
        for k, (x, _, _) in enumerate(spots)
    )
    there = tuple(
        Placement(k, 397 * x, 400 * y, 500 * z, *size) for k, (x, z, y) in enumerate(spots)
    )
    inside = Interior(
        unit_code="trailer",
        size_mm=(13_600, 2450, 2700),
        payload_g=24_000_000,
        supports=Supports(front_mm=1000, rear_mm=9000, front_max_g=10**8, rear_max_g=10**8),
        floor_g_per_m=5_000_000,
        floor_g_per_m2=2_000_000,
    )
    full = plan(LoadedUnit(interior=inside, placements=there), items=items)
    started = time.process_time()
    assert validate(full, Rules()).ok
    assert time.process_time() - started < 1
