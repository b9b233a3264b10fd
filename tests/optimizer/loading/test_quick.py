"""The quick certificate: what fits passes the validator, and what is denied cannot be packed."""

from __future__ import annotations

import importlib
import random
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from optimizer.errors import LoadingError
from optimizer.loading.geometry import (
    Block,
    Cut,
    Envelope,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
    Supports,
)
from optimizer.loading.order import loading_order
from optimizer.loading.quick.certificate import (
    QuickLoads,
    Verdicts,
    certificates,
    quick_check,
    quick_one,
    quick_placements,
)
from optimizer.loading.validate import validate

T = TypeVar("T")
COUNTS: Any = importlib.import_module("numba.core.runtime._nrt_python")
MEMORY: Any = importlib.import_module("numba.core.runtime.nrt").rtsys
HELD = Rules(support_percent=100)
TRAILER = Interior(unit_code="t", size_mm=(13_600, 2_450, 2_700), payload_g=24_000_000)
PALLET = Item(
    item_id="p", shipment_id="s", quantity=1, size_mm=(1200, 800, 1450), mass_g=300_000, top_g=0
)


def plan_of(unit: Interior, items: tuple[Item, ...], places: tuple[Placement, ...]) -> LoadPlan:
    return LoadPlan(items=items, units=(LoadedUnit(interior=unit, placements=places),), unplaced=())


def pallets(number: int, **changes: object) -> Item:
    return replace(PALLET, quantity=number, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "items", "verdict"),
    [
        (TRAILER, [pallets(34)], Verdicts.FITS),
        (TRAILER, [pallets(35)], Verdicts.DOES_NOT_FIT),  # 17 rows of two, and no piles
        (TRAILER, [pallets(68, top_g=None, size_mm=(1200, 800, 1350))], Verdicts.FITS),
        (TRAILER, [pallets(69, top_g=None, size_mm=(1200, 800, 1350))], Verdicts.DOES_NOT_FIT),
        (TRAILER, [pallets(1, mass_g=24_000_001)], Verdicts.DOES_NOT_FIT),
        (TRAILER, [pallets(1, size_mm=(1200, 800, 2701))], Verdicts.DOES_NOT_FIT),
        (replace(TRAILER, door_mm=(2450, 1449)), [pallets(1)], Verdicts.DOES_NOT_FIT),
        (replace(TRAILER, door_mm=(799, 2700)), [pallets(1)], Verdicts.DOES_NOT_FIT),
        (replace(TRAILER, payload_g=None), [pallets(1)], Verdicts.UNDECIDED),
        (TRAILER, [pallets(12, size_mm=(1140, 1140, 1450))], Verdicts.FITS),
        (TRAILER, [pallets(23, size_mm=(1140, 1140, 1450))], Verdicts.DOES_NOT_FIT),
        (TRAILER, [], Verdicts.FITS),
    ],
)
def test_known_loads_are_decided(unit: Interior, items: list[Item], verdict: Verdicts) -> None:
    """A trailer takes 34 EUR pallets side by side; the other numbers follow from its sides."""
    rules = replace(HELD, apart=frozenset({("a", "b")}))
    assert quick_one(
        unit, [replace(i, mass_g=min(i.mass_g, 24_000_001)) for i in items], rules
    ) == (verdict)


def test_boxes_that_bear_nothing_share_no_pile() -> None:
    """36 pallets that bear nothing are 36 piles; a base that may stick out could need fewer."""
    low = [pallets(36, size_mm=(1200, 800, 900), most_above=0, top_g=None)]
    assert quick_one(TRAILER, low, HELD) is Verdicts.DOES_NOT_FIT
    assert quick_one(TRAILER, low, replace(HELD, support_percent=75)) is Verdicts.UNDECIDED


def test_codes_that_keep_apart_never_fit() -> None:
    """No placement helps against dangerous goods that never share a unit."""
    items = [pallets(1, codes=frozenset({"3"})), pallets(1, codes=frozenset({"8"}))]
    apart = replace(HELD, apart=frozenset({("3", "8")}))
    assert quick_one(TRAILER, items, apart) is Verdicts.DOES_NOT_FIT
    assert quick_one(TRAILER, items[:1], apart) is Verdicts.FITS
    alike = replace(HELD, apart=frozenset({("3", "3")}))
    assert quick_one(TRAILER, items, alike) is Verdicts.FITS


def test_a_load_is_pushed_back_to_where_the_axles_bear_it() -> None:
    """24 t over the kingpin alone are too much: the same pallets further back are not."""
    supports = Supports(front_mm=1600, rear_mm=9300, front_max_g=10_500_000, rear_max_g=19_400_000)
    unit, items = replace(TRAILER, supports=supports), (pallets(16, mass_g=1_000_000),)
    places = quick_placements(unit, items, HELD)
    assert min(p.x for p in places) > 0
    assert not validate(plan_of(unit, items, places), HELD).failed()
    weak = replace(unit, supports=replace(supports, rear_max_g=5_000_000))
    assert quick_one(weak, items, HELD) is Verdicts.DOES_NOT_FIT  # 15.5 t for 16 t
    unbearable = replace(unit, supports=replace(supports, front_min_g=15_500_000))
    assert quick_one(unbearable, items, HELD) is not Verdicts.FITS


def test_no_placement_is_shown_without_a_verdict_that_it_fits() -> None:
    """A caller that asks for what does not exist hears why."""
    with pytest.raises(LoadingError, match="DOES_NOT_FIT"):
        quick_placements(TRAILER, [pallets(35)], HELD)


def maybe(rng: random.Random, value: T) -> T | None:
    return value if rng.random() < 0.3 else None


def random_unit(rng: random.Random) -> Interior:
    size = (rng.randint(1500, 6000), rng.randint(1000, 2500), rng.randint(800, 2700))
    supports = Supports(
        front_mm=rng.randint(-500, 800),
        rear_mm=rng.randint(900, 6000),
        front_max_g=rng.randint(500_000, 4_000_000),
        rear_max_g=maybe(rng, rng.randint(500_000, 4_000_000)),
        front_min_g=maybe(rng, rng.randint(0, 200_000)),
        rear_min_g=maybe(rng, rng.randint(0, 200_000)),
    )
    envelope = Envelope(
        x_min_mm=maybe(rng, size[0] // 4),
        x_max_mm=maybe(rng, size[0] // 2),
        y_max_mm=maybe(rng, size[1] // 2),
    )
    block = Block(0, 0, 0, rng.randint(1, 900), rng.randint(1, 300), rng.randint(1, 400))
    return Interior(
        unit_code="u",
        size_mm=size,
        payload_g=rng.randint(1_000_000, 9_000_000),
        door_mm=maybe(rng, (size[1] - 20, size[2] - 100)),
        cuts=(Cut(1, 1, size[1] + size[2] * 3 // 4),) if rng.random() < 0.2 else (),
        blocks=(block,) if rng.random() < 0.2 else (),
        supports=maybe(rng, supports),
        envelope=envelope if rng.random() < 0.3 else Envelope(),
        floor_g_per_m=maybe(rng, rng.randint(300_000, 3_000_000)),
        floor_g_per_m2=maybe(rng, rng.randint(200_000, 2_000_000)),
        rear_only=rng.random() < 0.8,
    )


def random_item(rng: random.Random, k: int) -> Item:
    upright = rng.choice([(2,), (2,), (2,), (0, 2), (0, 1, 2)])
    return Item(
        item_id=str(k),
        shipment_id="s",
        quantity=rng.randint(1, 6),
        size_mm=(
            rng.choice((300, 400, 600, 800)),
            rng.choice((300, 400, 1200)),
            rng.choice((200, 350, 500, 900)),
        ),
        mass_g=rng.randint(1_000, 150_000),
        upright=upright,
        top_g=rng.choice([None, None, 0, 100_000, 300_000]),
        most_above=rng.choice([None, None, 0, 1, 2]),
        floor_only=rng.random() < 0.1,
        stop=rng.choice((1, 1, 2, 5, 5, 31, 100)),
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_fits_passes_the_validator(seed: int) -> None:
    """Each answer that a load fits comes with a placement that keeps every rule there is."""
    rng = random.Random(seed)  # noqa: S311
    fits = 0
    for _ in range(120):
        unit = random_unit(rng)
        items = tuple(random_item(rng, k) for k in range(rng.randint(1, 5)))
        rules = replace(HELD, unload_in_order=rng.random() < 0.8)
        if quick_one(unit, items, rules) is Verdicts.FITS:
            fits += 1
            plan = plan_of(unit, items, quick_placements(unit, items, rules))
            assert not validate(plan, rules).failed(), (unit, items)
    assert fits > 30


def sliced(
    rng: random.Random, low: tuple[int, int], high: tuple[int, int], most: int
) -> list[tuple[int, int, int, int]]:
    """Cut a rectangle into some, from edge to edge."""
    axis = rng.randrange(2)
    if most == 0 or high[axis] - low[axis] < 4 or rng.random() < 0.2:
        return [(*low, *high)]
    at = rng.randint(low[axis] + 1, high[axis] - 1)
    one, two = list(high), list(low)
    one[axis] = two[axis] = at
    return [
        *sliced(rng, low, (one[0], one[1]), most - 1),
        *sliced(rng, (two[0], two[1]), high, most - 1),
    ]


def full_unit(rng: random.Random) -> tuple[Interior, tuple[Item, ...], tuple[Placement, ...]]:
    """Fill a small unit without a gap: layers cut each in its own way, boxes bear what they do."""
    size = (rng.randint(6, 30), rng.randint(6, 20), rng.randint(3, 18))
    towers = sliced(rng, (0, 0), (size[0], size[1]), 2)
    places: list[tuple[int, int, int, int, int, int, int]] = []
    items: list[Item] = []
    for x1, y1, x2, y2 in towers:
        levels = sorted({0, size[2], *(rng.randint(1, size[2] - 1) for _ in range(2))})
        for k, (z1, z2) in enumerate(pairwise(levels)):
            for a1, b1, a2, b2 in sliced(rng, (x1, y1), (x2, y2), 2):
                above = len(levels) - 2 - k
                sides = (a2 - a1, b2 - b1, z2 - z1)
                places.append((len(items), a1, b1, z1, *sides))
                turned = sides if rng.random() < 0.5 else (sides[1], sides[0], sides[2])
                items.append(
                    Item(
                        item_id=str(len(items)),
                        shipment_id="s",
                        quantity=1,
                        size_mm=turned,
                        mass_g=rng.randint(1, 9),
                        upright=rng.choice([(2,), (0, 1, 2)]),
                        most_above=above,
                        top_g=0 if above == 0 else None,
                        floor_only=k == 0 and rng.random() < 0.5,
                    )
                )
    mass = sum(item.mass_g for item in items)
    unit = Interior(unit_code="u", size_mm=size, payload_g=mass, rear_only=False)
    order = loading_order(unit, [Placement(*p) for p in places])
    return unit, tuple(items), order


@pytest.mark.parametrize("seed", range(4))
def test_no_proof_denies_a_load_that_fits_to_the_last_millimetre(seed: int) -> None:
    """Units cut up without a gap are packed by construction, bridges and exact limits included."""
    rng = random.Random(seed)  # noqa: S311
    worlds = [full_unit(rng) for _ in range(250)]
    for unit, items, order in worlds[:25]:
        rules = replace(HELD, unload_in_order=False)
        assert not validate(plan_of(unit, items, order), rules).failed()
    verdicts = quick_check(QuickLoads.of([(unit, items) for unit, items, _ in worlds], HELD))
    assert (verdicts != Verdicts.DOES_NOT_FIT).all()
    fewer = [(unit, items[: len(items) - 2]) for unit, items, _ in worlds if len(items) > 2]
    verdicts = quick_check(QuickLoads.of(fewer, HELD))
    assert (verdicts != Verdicts.DOES_NOT_FIT).all()


def test_one_box_more_than_full_is_denied() -> None:
    """The bounds are not empty words: a unit that is full to the last litre takes no more."""
    rng = random.Random(1)  # noqa: S311
    loads = []
    for _ in range(100):
        unit, items, _order = full_unit(rng)
        one_more = replace(items[0], item_id="one more", mass_g=1)
        loads.append((replace(unit, payload_g=10**6), (*items, one_more)))
    assert (quick_check(QuickLoads.of(loads, HELD)) == Verdicts.DOES_NOT_FIT).all()


def test_a_batch_says_what_single_loads_say() -> None:
    """Work arrays are shared by all loads of a batch: nothing of one shall leak into another."""
    rng = random.Random(7)  # noqa: S311
    loads = [
        (random_unit(rng), tuple(random_item(rng, k) for k in range(rng.randint(1, 6))))
        for _ in range(60)
    ]
    batch = QuickLoads.of(loads, HELD)
    verdicts, places = certificates(batch)
    for t, (unit, items) in enumerate(loads):
        alone, spots = certificates(QuickLoads.of([(unit, items)], HELD))
        assert alone[0] == verdicts[t]
        assert (spots == places[batch.first[t] : batch.first[t + 1]]).all()


def test_box_that_may_not_be_turned_is_never_said_to_fit() -> None:
    """Piles turn boxes as they like: what must stand as delivered is left to the packer."""
    van = Interior(unit_code="v", size_mm=(2_000, 1_000, 1_000), payload_g=1_000_000)
    box = Item(item_id="b", shipment_id="s", quantity=1, size_mm=(500, 400, 300), mass_g=1_000)
    assert quick_one(van, [box], Rules()) is Verdicts.FITS
    assert quick_one(van, [replace(box, fixed=True)], Rules()) is Verdicts.UNDECIDED


def test_no_memory_is_kept_from_call_to_call() -> None:
    """A function that holds arrays made for it frees them: each made is freed again."""
    loads = QuickLoads.of([(TRAILER, (pallets(20),))], HELD)
    quick_check(loads)
    COUNTS.memsys_enable_stats()
    try:
        before = MEMORY.get_allocation_stats()
        for _ in range(10):
            quick_check(loads)
        after = MEMORY.get_allocation_stats()
    finally:
        COUNTS.memsys_disable_stats()
    assert after.alloc > before.alloc
    assert after.alloc - before.alloc == after.free - before.free
