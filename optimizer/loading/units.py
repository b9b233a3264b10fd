"""Turn the shipped load units into interiors: sizes, doors, contours and supports in integers."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING

from data.equipment import LoadUnit, load_units
from data.loading_schemas import UNIT_SHAPES, UNIT_SUPPORTS
from data.units import G_PER_KG
from optimizer.errors import LoadingError
from optimizer.loading.geometry import Block, Cut, Interior, Supports

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from data.tables import Row

_TYPICAL = "_typ"  # a plain ISO40HC means the sizes that are usual, not the least that ISO allows
_OPEN = ("open top", "flat rack", "base", "ULD pallet")  # no door behind which to unload in order


def open_interior(catalogue: Catalogue, code: str) -> Interior:
    """Return the inside of a shipped load unit, by its code or a plain container code.

    Raises
    ------
    LoadingError
        for an unknown code, with the nearest ones.
    """
    units = load_units(catalogue)
    name = code if code in units else code + _TYPICAL
    if name not in units:
        near = difflib.get_close_matches(code, units, n=3, cutoff=0.4)
        raise LoadingError(f"no load unit {code!r}; nearest: {', '.join(near) or 'none'}")
    shapes = catalogue.table("equipment/unit_shapes.csv", UNIT_SHAPES)
    supports = catalogue.table("equipment/unit_supports.csv", UNIT_SUPPORTS)
    return interior_of(
        units[name],
        [row for row in shapes.rows if row["unit_code"] == name],
        next((row for row in supports.rows if row["unit_code"] == name), None),
    )


def interior_of(unit: LoadUnit, shapes: list[Row], supports: Row | None = None) -> Interior:
    """Return the inside of a unit; sizes and limits are rounded to the safe side."""
    door = None
    if unit.door_w_mm is not None and unit.door_h_mm is not None:
        door = (math.floor(unit.door_w_mm), math.floor(unit.door_h_mm))
    size = (math.floor(unit.length_mm), math.floor(unit.width_mm), math.floor(unit.height_mm))
    return Interior(
        unit_code=unit.unit_code,
        size_mm=size,
        payload_g=_grams(unit.payload_kg),
        tare_g=_grams(unit.tare_kg) or 0,
        door_mm=door,
        cuts=tuple(_cut(row, size[1], size[2]) for row in shapes if row["kind"] == "cut"),
        blocks=tuple(_block(row) for row in shapes if row["kind"] == "block"),
        supports=None if supports is None else _supports(supports),
        rear_only=not any(word in unit.kind for word in _OPEN),
    )


def _grams(kg: float | None) -> int | None:
    return None if kg is None else math.floor(kg * G_PER_KG)


def _cut(row: Row, width: int, height: int) -> Cut:
    """Return the half-plane on the side of the unit's middle of a line in y and z."""
    along_y, along_z = row["z1_mm"] - row["z2_mm"], row["y2_mm"] - row["y1_mm"]
    most = along_y * row["y1_mm"] + along_z * row["z1_mm"]
    if along_y * width + along_z * height > 2 * most:  # the middle, twice
        return Cut(-along_y, -along_z, -most)
    return Cut(along_y, along_z, most)


def _block(row: Row) -> Block:
    low = (row["x1_mm"], row["y1_mm"], row["z1_mm"])
    return Block(*low, row["x2_mm"], row["y2_mm"], row["z2_mm"])


def _supports(row: Row) -> Supports:
    return Supports(
        front_mm=math.floor(row["front_mm"]),
        rear_mm=math.floor(row["rear_mm"]),
        front_max_g=_grams(row["front_max_kg"]),
        rear_max_g=_grams(row["rear_max_kg"]),
        front_min_g=_grams(row["front_min_kg"]),
        rear_min_g=_grams(row["rear_min_kg"]),
    )
