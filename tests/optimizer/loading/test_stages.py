"""Cartons on pallets, pallets in trucks: each carton once, each pallet as heavy as told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from data.findings import Verdict
from optimizer.errors import LoadingError
from optimizer.loading.checks.stages import validate_stages
from optimizer.loading.filling import Effort
from optimizer.loading.geometry import Interior, Item, Rules
from optimizer.loading.several import UnitKind
from optimizer.loading.stages import DECK_MM, Staged, load_in_stages, open_pallet
from optimizer.loading.validate import validate

RULES, SMALL = Rules(), Effort(name="small")
TRUCK = UnitKind(
    interior=Interior(unit_code="truck", size_mm=(9600, 2400, 2600), payload_g=8_000_000)
)


def cartons(name: str, quantity: int, *, stop: int = 1, **more: Any) -> Item:
    size = more.pop("size_mm", (400, 300, 250))
    return Item(
        item_id=f"{name}-box", shipment_id=name, quantity=quantity, size_mm=size, mass_g=9_000,
        stop=stop, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def staged(catalogue: Any) -> Staged:
    items = [
        cartons("north", 90, stop=2, codes=frozenset({"9"})),
        cartons("south", 50, stop=1),
        cartons("south", 2, size_mm=(1900, 200, 1400)),
    ]
    items[2] = replace(items[2], item_id="mirror")
    pallet = open_pallet(catalogue, "EUR1", 1_700)
    return load_in_stages([TRUCK], items, pallet, rules=RULES, effort=SMALL)


def checked(s: Staged) -> list[str]:
    report = validate_stages(s.pallets, s.vehicles, deck_mm=DECK_MM, tare_g=s.pallet.tare_g)
    return [f.message for f in report.failed()]


def test_every_carton_is_on_one_pallet_or_on_none(staged: Staged) -> None:
    placed = Counter(p.item for unit in staged.pallets.units for p in unit.placements)
    assert placed == {0: 90, 1: 50}
    assert [(n, count) for n, count, _ in staged.pallets.unplaced] == [(2, 2)]
    # 32 cartons of 400 x 300 x 250 mm fill 6 layers of 8 at most below 1,556 mm.
    assert len(staged.pallets.units) == 2 + 2
    assert checked(staged) == []
    assert [f for f in validate(staged.vehicles, RULES).failed() if f.verdict is Verdict.FAIL] == []


def test_pallets_keep_stop_codes_and_weight(staged: Staged) -> None:
    first = staged.vehicles.items[0]
    assert (first.shipment_id, first.stop, first.codes) == ("north", 2, frozenset({"9"}))
    assert first.most_above == 0
    boxes = staged.pallets.units[0].placements
    assert first.mass_g == staged.pallet.tare_g + 9_000 * len(boxes)
    assert first.size_mm == (1200, 800, DECK_MM + max(p.z + p.dz for p in boxes))


def test_boxes_are_stacked_layer_by_layer(staged: Staged) -> None:
    for unit in staged.pallets.units:
        heights = [p.z for p in unit.placements]
        assert heights == sorted(heights)
    lots = replace(staged.pallets, items=tuple(replace(i, group="") for i in staged.pallets.items))
    report = validate(lots, replace(RULES, unload_in_order=False))
    assert [f for f in report.failed() if f.verdict is Verdict.FAIL] == []


def test_group_goes_on_several_pallets_of_one_truck(catalogue: Any) -> None:
    items = [cartons("north", 90, group="g")]
    pallet = open_pallet(catalogue, "EUR1", 1_700)
    s = load_in_stages([TRUCK], items, pallet, rules=RULES, effort=SMALL)
    assert {item.group for item in s.vehicles.items} == {"g"}
    assert len(s.vehicles.units) == 1


def _first(s: Staged, **change: Any) -> Staged:
    items = (replace(s.vehicles.items[0], **change), *s.vehicles.items[1:])
    return replace(s, vehicles=replace(s.vehicles, items=items))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: _first(s, mass_g=1), "pallet 1 is told 1 g"),
        (lambda s: _first(s, size_mm=(1200, 800, 300)), "300 mm high"),
        (lambda s: _first(s, most_above=None), "may be tipped or piled upon"),
        (lambda s: _first(s, stop=1), "mixes shipments or stops"),
        (lambda s: _first(s, codes=frozenset()), "hides codes"),
        (lambda s: _first(s, quantity=2), "stands 2 times"),
        (lambda s: _first(s, item_id="P77"), "pallet 1 is called P77"),
        (lambda s: _first(s, item_id="mirror"), "pallet 1 is called mirror"),
        (
            lambda s: replace(s, vehicles=replace(s.vehicles, items=s.vehicles.items[:3])),
            "pallet 4 is in no vehicle",
        ),
        (
            lambda s: replace(s, pallets=replace(s.pallets, unplaced=())),
            "travel without a pallet",
        ),
    ],
)
def test_check_of_stages_finds_what_is_not_so(staged: Staged, change: Any, said: str) -> None:
    assert said in "; ".join(checked(change(staged)))


def test_no_such_pallet_or_height(catalogue: Any) -> None:
    with pytest.raises(LoadingError, match=r"no pallet 'PMC_LD'; wanted CN_1140, EUR1"):
        open_pallet(catalogue, "PMC_LD")
    with pytest.raises(LoadingError, match="height 100 mm, wanted 200 to 3,000 mm"):
        open_pallet(catalogue, "EUR1", 100)


def test_names_of_pieces_prove_nothing(catalogue: Any) -> None:
    """Two shipments call their machines alike, and one is called like a pallet."""
    machine: Any = {"size_mm": (2000, 1200, 1000)}
    items = [
        replace(cartons("a", 1, **machine), item_id="P1"),
        replace(cartons("b", 2, **machine), item_id="P1"),
        replace(cartons("b", 1, size_mm=(2100, 1200, 1000)), item_id="P1"),
        cartons("c", 20),
    ]
    done = load_in_stages([TRUCK], items, open_pallet(catalogue, "EUR1"), rules=RULES, effort=SMALL)
    assert checked(done) == []
    assert [item.item_id for item in done.vehicles.items] == ["PP1", "P1", "P1", "P1"]
    lost = replace(done.vehicles, items=done.vehicles.items[:-1])
    assert validate_stages(done.pallets, lost, deck_mm=DECK_MM, tare_g=done.pallet.tare_g).failed()
