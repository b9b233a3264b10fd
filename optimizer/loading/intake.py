"""Turn pieces into items of whole millimetres and grams, and refuse what no unit can take."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from data.freight import pieces_by_shipment
from data.units import G_PER_KG
from optimizer.errors import LoadingError
from optimizer.loading.geometry import HEIGHT, LENGTH, WIDTH, Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.freight import Piece
    from data.tables import Row, Table
    from optimizer.loading.geometry import Interior, Rules, Size

MOST_BOXES = 10_000  # of one plan: ways in are looked at box by box, so work grows with the square
_LONGEST_MM, _HEAVIEST_KG = 100_000, 1_000_000  # beyond them a piece is a slip
_MOST_KG = MOST_BOXES * _HEAVIEST_KG
_MOST_TOLD = 20  # refused rows, where no other is left
_AXES = {"l": LENGTH, "w": WIDTH, "h": HEIGHT}


def read_items(table: Table) -> tuple[Item, ...]:
    """Return an item for each good row of a pieces table, in file order; bad rows are refused.

    Raises
    ------
    LoadingError
        when no row is usable, or there are more boxes than one plan takes.
    """
    kept = [
        (number, row)
        for number, row in table
        if _axes_known(table, number, row) and _sensible(table, number, row)
    ]
    table.row_numbers = [number for number, _ in kept]
    table.rows = [row for _, row in kept]
    items = items_of(pieces_by_shipment(table))
    if not items:
        faults = "\n".join(str(fault) for fault in table.refused[:_MOST_TOLD])
        raise LoadingError(f"{table.file}: no usable row of pieces\n{faults}".rstrip())
    boxes = sum(item.quantity for item in items)
    if boxes > MOST_BOXES:
        raise LoadingError(
            f"{table.file}: {boxes:,} boxes, wanted at most {MOST_BOXES:,}: load them in parts"
        )
    return items


def _axes_known(table: Table, number: int, row: Row) -> bool:
    found = row["upright_axes"] or ()
    bad = [axis for axis in found if axis not in _AXES]
    for axis in bad[:1]:
        table.refuse(number, "upright_axes", axis, "l, w or h", "bad_axis")
    return not bad


def _sensible(table: Table, number: int, row: Row) -> bool:
    for column in ("length_mm", "width_mm", "height_mm"):
        if row[column] > _LONGEST_MM:
            table.refuse(number, column, row[column], f"at most {_LONGEST_MM:,} mm", "too_large")
            return False
    if row["mass_kg"] > _HEAVIEST_KG:
        found = row["mass_kg"]
        table.refuse(number, "mass_kg", found, f"at most {_HEAVIEST_KG:,} kg", "too_large")
        return False
    return True


def items_of(pieces: dict[str, tuple[Piece, ...]]) -> tuple[Item, ...]:
    """Return items for the pieces of shipments; sizes and masses are rounded to the safe side."""
    return tuple(
        _item(shipment_id, piece) for shipment_id, lines in pieces.items() for piece in lines
    )


def _item(shipment_id: str, piece: Piece) -> Item:
    bears, above = piece.max_load_top_kg, piece.most_above
    return Item(
        item_id=piece.piece_id,
        shipment_id=shipment_id,
        quantity=piece.quantity,
        size_mm=(
            math.ceil(piece.length_mm),
            math.ceil(piece.width_mm),
            math.ceil(piece.height_mm),
        ),
        mass_g=math.ceil(piece.mass_kg * G_PER_KG),
        upright=tuple(sorted({_AXES[axis] for axis in piece.upright_axes})),
        # No plan holds more than these, so larger limits say nothing else.
        top_g=None if bears is None else math.floor(min(bears, _MOST_KG) * G_PER_KG),
        most_above=(None if above is None else min(above, MOST_BOXES)) if piece.stackable else 0,
        floor_only=piece.floor_only,
        fixed=piece.fixed,
        stop=piece.stop_no,
        codes=frozenset(piece.codes),
        group=piece.group,
    )


def why_unloadable(interior: Interior, item: Item) -> str:
    """Return why not even one box of an item goes into an empty unit; empty if one does."""
    ways = item.turned()
    if interior.payload_g is not None and item.mass_g > interior.payload_g:
        kg, most = item.mass_g / G_PER_KG, interior.payload_g / G_PER_KG
        return f"{kg:,.1f} kg, {interior.unit_code} takes {most:,.1f} kg"
    inside = [w for w in ways if all(a <= b for a, b in zip(w, interior.size_mm, strict=True))]
    if not inside:
        return f"{_sizes(item.size_mm)}, {interior.unit_code} is {_sizes(interior.size_mm)} inside"
    door = interior.door_mm
    if door and not any(w[1] <= door[0] and w[2] <= door[1] for w in inside):
        return (
            f"{_sizes(item.size_mm)}, the door of {interior.unit_code} is "
            f"{door[0]:,} x {door[1]:,} mm"
        )
    return ""


def refuse_unloadable(interiors: Sequence[Interior], items: Iterable[Item]) -> None:
    """Refuse items of which no unit takes even one box.

    Raises
    ------
    LoadingError
        with every such item, and what each unit lacks.
    """
    faults = []
    for item in items:
        reasons = [why_unloadable(interior, item) for interior in interiors]
        if all(reasons):
            faults.append(f"piece {item.item_id} of {item.shipment_id}: {'; '.join(reasons)}")
    if faults:
        raise LoadingError("no unit takes " + "\n".join(faults))


def refuse_kept_apart(items: Iterable[Item], rules: Rules) -> None:
    """Refuse what no plan can keep: one piece, or one group, with codes that keep apart.

    Raises
    ------
    LoadingError
        with the pieces and the codes.
    """
    if not rules.apart:
        return
    faults, grouped = [], defaultdict[str, list[Item]](list)
    for item in items:
        if pair := _kept_apart(item.codes, item.codes, rules, own=True):
            faults.append(f"piece {item.item_id} of {item.shipment_id} has codes {pair}")
        elif item.group:
            grouped[item.group].append(item)
    for group, mine in grouped.items():
        for one, other in combinations(mine, 2):
            if pair := _kept_apart(one.codes, other.codes, rules, own=False):
                names = (
                    f"{one.item_id} of {one.shipment_id}, {other.item_id} of {other.shipment_id}"
                )
                faults.append(f"group {group} has pieces with codes {pair} ({names})")
                break
    if faults:
        raise LoadingError("kept apart, and wanted together: " + "\n".join(faults))


def _kept_apart(one: frozenset[str], other: frozenset[str], rules: Rules, *, own: bool) -> str:
    """Return the first pair of codes that keep apart; a code apart from itself is of two lines."""
    pairs = ((min(a, b), max(a, b)) for a in sorted(one) for b in sorted(other))
    found = (f"{a} and {b}" for a, b in pairs if (a, b) in rules.apart and not (own and a == b))
    return next(found, "")


def _sizes(size: Size) -> str:
    return " x ".join(f"{side:,}" for side in size) + " mm"
