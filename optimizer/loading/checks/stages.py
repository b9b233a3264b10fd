"""Check that built pallets are what stands in the vehicles: each once, as high and as heavy."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from data.findings import Finding, Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.loading.geometry import Item, LoadPlan


def validate_stages(pallets: LoadPlan, vehicles: LoadPlan, *, deck_mm: int, tare_g: int) -> Report:
    """Return one finding: whether the second stage carries all of the first, and nothing else."""
    faults = list(_faults(pallets, vehicles, deck_mm, tare_g))
    boxes = sum(len(unit.placements) for unit in pallets.units)
    said = f"{boxes} boxes on {len(pallets.units)} pallets, each pallet one piece in the vehicles"
    return Report.of(
        [
            Finding(
                code="LOAD-24",
                verdict=Verdict.FAIL if faults else Verdict.PASS,
                about="stages",
                message="; ".join(faults[:10]) if faults else said,
            )
        ]
    )


def _faults(pallets: LoadPlan, vehicles: LoadPlan, deck_mm: int, tare_g: int) -> Iterator[str]:
    # The first pieces of the second stage are the pallets, in order; names prove nothing.
    built, others = vehicles.items[: len(pallets.units)], vehicles.items[len(pallets.units) :]
    loose: Counter[int] = Counter()
    for item, count, _ in pallets.unplaced:
        loose[item] += count
    for number, unit in enumerate(pallets.units, start=1):
        if number > len(built) or not unit.placements:
            yield f"pallet {number} is in no vehicle, or empty"
            continue
        stands = built[number - 1]
        shared = any(piece.item_id == stands.item_id for piece in others)
        if shared or stands.item_id.lstrip("P") != str(number):
            yield f"pallet {number} is called {stands.item_id}"
        yield from _pallet_faults(pallets.items, unit.placements, stands, number, deck_mm, tare_g)
    wanted, found = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    for n, count in loose.items():
        wanted[_kind(pallets.items[n])] += count
    for piece in others:
        found[_kind(piece)] += piece.quantity
    for kind in sorted((wanted - found) + (found - wanted), key=str):
        yield f"{found[kind]} of {kind[1]} of {kind[0]} travel without a pallet, {wanted[kind]} do"


def _kind(item: Item) -> tuple[object, ...]:
    return item.shipment_id, item.item_id, item.size_mm, item.mass_g, item.stop, item.codes


def _pallet_faults(  # noqa: PLR0913, PLR0917  (one pallet, and what it stands for)
    items: Sequence[Item],
    boxes: Sequence[tuple[int, ...]],
    stands: Item,
    number: int,
    deck_mm: int,
    tare_g: int,
) -> Iterator[str]:
    aboard = [items[box[0]] for box in boxes]
    mass = tare_g + sum(item.mass_g for item in aboard)
    height = deck_mm + max(box[3] + box[6] for box in boxes)
    if stands.quantity != 1:
        yield f"pallet {number} stands {stands.quantity} times"
    if stands.mass_g < mass or stands.size_mm[2] < height:
        yield (
            f"pallet {number} is told {stands.mass_g} g and {stands.size_mm[2]} mm high, "
            f"its goods make {mass} g and {height} mm"
        )
    if stands.upright != (2,) or stands.most_above != 0:
        yield f"pallet {number} may be tipped or piled upon"
    if {(i.shipment_id, i.stop) for i in aboard} != {(stands.shipment_id, stands.stop)}:
        yield f"pallet {number} mixes shipments or stops"
    if not stands.codes >= frozenset().union(*(i.codes for i in aboard)):
        yield f"pallet {number} hides codes of its goods"
