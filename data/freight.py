"""Hold what must move: shipments and their pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from data.errors import DataError
from data.units import MM3_PER_M3

if TYPE_CHECKING:
    from datetime import datetime

    from data.tables import Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One or more equal boxes or pallets of a shipment."""

    piece_id: str
    quantity: int
    length_mm: float
    width_mm: float
    height_mm: float
    mass_kg: float  # of one piece
    upright_axes: tuple[str, ...] = ("h",)  # sides that may stand upright: l, w, h
    max_load_top_kg: float | None = None  # None: any load
    stackable: bool = True
    most_above: int | None = None  # pieces above it, one on another; None: any number
    floor_only: bool = False
    fixed: bool = False  # stands as delivered, its length along the unit
    stop_no: int = 1  # the first stop is 1
    group: str = ""  # pieces of one group travel in one unit
    codes: tuple[str, ...] = ()

    @property
    def volume_m3(self) -> float:
        """Outer volume of all pieces of this line."""
        return self.quantity * self.length_mm * self.width_mm * self.height_mm / MM3_PER_M3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Goods of one commercial transaction, moved through one chain (ISO 14083, 3.1.20)."""

    shipment_id: str
    origin: str  # hub, once places are resolved
    destination: str
    mass_kg: float  # freight with the shipper's packaging, without ULD or pallet tare
    volume_m3: float
    ready_at: datetime  # UTC
    due_at: datetime  # UTC
    temperature: str = "ambient"
    un_number: str = ""
    packing_instruction: str = ""  # by air, such as PI967
    booked_at: datetime | None = None  # None: long before, no booking lead binds
    lateness_eur_per_day: float | None = None  # None: it must not be late
    value_eur: float = 0.0
    must_use: tuple[str, ...] = ()
    must_avoid: tuple[str, ...] = ()
    note: str = ""
    pieces: tuple[Piece, ...] = field(default=())
    lane: frozenset[str] = frozenset()  # services found for its two ends; empty: all there are
    only: frozenset[str] = frozenset()  # services of the chain it is locked to; empty: not locked
    divisible: bool = False  # may travel as several consignments on several chains
    consignment_of: str = ""  # the divisible shipment that this is a part of
    share: float = 1.0  # of that shipment, by mass
    unloadable: tuple[tuple[str, str], ...] = ()  # kinds of units that a piece never enters, why

    @property
    def heaviest_kg(self) -> float:
        """Mass of its heaviest piece; 0 where pieces are not known."""
        return max((piece.mass_kg for piece in self.pieces), default=0.0)

    def __post_init__(self) -> None:
        if not self.mass_kg > 0:  # also refuses NaN
            raise DataError(f"shipment {self.shipment_id}: mass_kg must be > 0, got {self.mass_kg}")
        if not self.volume_m3 > 0:
            raise DataError(
                f"shipment {self.shipment_id}: volume_m3 must be > 0, got {self.volume_m3}"
            )
        if self.due_at <= self.ready_at:
            raise DataError(
                f"shipment {self.shipment_id}: due_at {self.due_at.isoformat()} is not after "
                f"ready_at {self.ready_at.isoformat()}"
            )


# Pieces that fill more or less than the stated volume by this share are a slip, not packing air.
_VOLUME_TOLERANCE = 0.02
_MASS_TOLERANCE = 0.01
_LONGEST = timedelta(days=366)  # no freight is planned further ahead


def refuse_bad_shipments(table: Table) -> None:
    """Refuse rows whose cells are each fine but do not go together, in place."""
    kept = []
    for number, row in table:
        if row["mass_basis"] == "chargeable":
            table.refuse(
                number,
                "mass_basis",
                "chargeable",
                "the actual mass: emissions use it",
                "chargeable",
            )
        elif row["due_at"] <= row["ready_at"]:
            found = f"{row['due_at'].isoformat()} with ready_at {row['ready_at'].isoformat()}"
            table.refuse(number, "due_at", found, "a time after ready_at", "due_before_ready")
        elif row["due_at"] - row["ready_at"] > _LONGEST:
            table.refuse(
                number, "due_at", row["due_at"].isoformat(), "a time within a year", "too_late"
            )
        elif row["divisible"] and row["must_use"]:
            found = "|".join(row["must_use"])
            table.refuse(
                number, "must_use", found, "blank: a part could miss it", "divisible_must_use"
            )
        else:
            kept.append((number, row))
    table.row_numbers = [number for number, _ in kept]
    table.rows = [row for _, row in kept]


def pieces_by_shipment(table: Table) -> dict[str, tuple[Piece, ...]]:
    """Return the pieces of each shipment, in file order."""
    found: dict[str, list[Piece]] = {}
    for _, row in table:
        found.setdefault(row["shipment_id"], []).append(_piece(row))
    return {name: tuple(pieces) for name, pieces in found.items()}


def _piece(row: Row) -> Piece:
    return Piece(
        piece_id=row["piece_id"],
        quantity=row["quantity"],
        length_mm=row["length_mm"],
        width_mm=row["width_mm"],
        height_mm=row["height_mm"],
        mass_kg=row["mass_kg"],
        upright_axes=row["upright_axes"] or ("h",),
        max_load_top_kg=row["max_load_top_kg"],
        stackable=row["stackable"] is not False,
        most_above=row["most_above"],
        floor_only=row["floor_only"] is True,
        fixed=row["fixed"] is True,
        stop_no=row["stop_no"] or 1,
        group=row["group"] or "",
        codes=row["codes"] or (),
    )


def piece_faults(row: Row, pieces: tuple[Piece, ...]) -> list[tuple[str, str, str]]:
    """Return (column, found, wanted) where pieces contradict the shipment they belong to."""
    if not pieces:
        return []
    mass_kg = sum(p.quantity * p.mass_kg for p in pieces)
    volume_m3 = sum(p.volume_m3 for p in pieces)
    faults = []
    if abs(mass_kg - row["mass_kg"]) > _MASS_TOLERANCE * row["mass_kg"]:
        faults.append(("mass_kg", f"{row['mass_kg']:g}", f"{mass_kg:g}, the sum of its pieces"))
    if abs(volume_m3 - row["volume_m3"]) > _VOLUME_TOLERANCE * row["volume_m3"]:
        faults.append(("volume_m3", f"{row['volume_m3']:g}", f"{volume_m3:.3f}, as its pieces"))
    return faults
