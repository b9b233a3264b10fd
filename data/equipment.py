"""Hold what freight moves in: load units with inner size, tare, payload, door and contour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.factor_schemas import UNIT_CATALOGUE
from data.units import MM3_PER_M3

if TYPE_CHECKING:
    from data.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadUnit:
    """A ULD, container, trailer, pallet or wagon."""

    unit_code: str
    length_mm: float
    width_mm: float
    height_mm: float
    max_payload_kg: float | None
    quality: str
    kind: str = ""
    tare_kg: float | None = None
    max_gross_kg: float | None = None
    door_w_mm: float | None = None
    door_h_mm: float | None = None

    @property
    def payload_kg(self) -> float | None:
        """Greatest mass of cargo, by its plate and by its gross mass; None: neither is known."""
        known = [self.max_payload_kg] if self.max_payload_kg is not None else []
        if self.max_gross_kg is not None and self.tare_kg is not None:
            known.append(self.max_gross_kg - self.tare_kg)
        return min(known, default=None)

    @property
    def volume_m3(self) -> float:
        """Inner volume of the box around the unit's inside; contours are cut by load planning."""
        return self.length_mm * self.width_mm * self.height_mm / MM3_PER_M3


def load_units(catalogue: Catalogue) -> dict[str, LoadUnit]:
    """Return the shipped load units by code."""
    table = catalogue.table("equipment/unit_catalogue.csv", UNIT_CATALOGUE)
    return {
        row["unit_code"]: LoadUnit(
            unit_code=row["unit_code"],
            length_mm=row["length_mm"],
            width_mm=row["width_mm"],
            height_mm=row["height_mm"],
            max_payload_kg=row["max_payload_kg"],
            quality=row["quality"],
            kind=row["kind"],
            tare_kg=row["tare_kg"],
            max_gross_kg=row["max_gross_kg"],
            door_w_mm=row["door_w_mm"],
            door_h_mm=row["door_h_mm"],
        )
        for row in table.rows
    }
