"""Turn pieces into items of whole millimetres and grams, and refuse what no unit can take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from data.freight import pieces_by_shipment
from data.units import G_PER_KG
from optimizer.errors import LoadingError
from optimizer.loading.geometry import HEIGHT, LENGTH, WIDTH, Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from data.freight import Piece
    from data.tables import Row, Table
    from optimizer.loading.geometry import Interior, Size

MOST_BOXES = 10_000  # of one plan: ways in are looked at box by box, so work grows with the square
_LONGEST_MM, _HEAVIEST_KG = 100_000, 1_000_000  # beyond them a piece is a slip
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
    bears = piece.max_load_top_kg
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
        top_g=None if bears is None else math.floor(bears * G_PER_KG),
        most_above=piece.most_above if piece.stackable else 0,
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


def _sizes(size: Size) -> str:
    return " x ".join(f"{side:,}" for side in size) + " mm"
