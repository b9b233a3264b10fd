"""Turn shipment rows into shipments whose places, pieces and wishes are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.freight import Piece, Shipment, piece_faults, pieces_by_shipment, refuse_bad_shipments
from data.places import Resolved, resolve
from optimizer.closures import nearest_name
from optimizer.dangerous import declared_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.network import Hub
    from data.tables import Row, Table
    from optimizer.world.supply import Supply


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a shipment row may refer to: places, currencies, names of what it must use or avoid."""

    hubs: Mapping[str, Hub]
    per_eur: Mapping[str, float]  # currency -> units for one euro
    names: Mapping[str, frozenset[str]]
    supply: Supply | None = None  # of the world, where the problem has no network of its own

    def resolve(self, name: str) -> Resolved:
        """Return the hub of a written place, or what was wanted."""
        if self.supply is None:
            return resolve(name, self.hubs)
        if name in self.supply.hub_of:
            return Resolved(hub_id=self.supply.hub_of[name])
        return Resolved(wanted=self.supply.faults[name])

    def lane_of(self, row: Row) -> frozenset[str]:
        """Return the services that the world has for a shipment's ends; none: all of its own."""
        if self.supply is None:
            return frozenset()
        return self.supply.lanes.get((row["origin"], row["destination"]), frozenset())

    def why_unreachable(self, row: Row) -> str:
        """Return why the world has no chain for a shipment, or nothing."""
        if self.supply is None:
            return ""
        return self.supply.unreachable.get((row["origin"], row["destination"]), "")


def read_shipments(table: Table, pieces_table: Table, around: Surroundings) -> tuple[Shipment, ...]:
    """Return the good shipments by id; rows with faults are refused in place."""
    known = {row["shipment_id"] for _, row in table} | {key[0] for key in table.refused_keys}
    refuse_bad_shipments(table)
    pieces = pieces_by_shipment(pieces_table)
    for number, row in pieces_table:
        if row["shipment_id"] not in known:
            pieces_table.refuse(
                number,
                "shipment_id",
                row["shipment_id"],
                "a shipment of shipments",
                "unknown_shipment",
            )
    shipments = []
    for number, row in table:
        shipment = _shipment(table, number, row, pieces.get(row["shipment_id"], ()), around)
        if shipment is not None:
            shipments.append(shipment)
    return _with_known_wishes(table, sorted(shipments, key=lambda s: s.shipment_id), around.names)


def _shipment(
    table: Table,
    number: int,
    row: Row,
    pieces: tuple[Piece, ...],
    around: Surroundings,
) -> Shipment | None:
    before = len(table.refused)
    places = {}
    for column in ("origin", "destination"):
        resolved = around.resolve(row[column])
        places[column] = resolved.hub_id
        if not resolved.hub_id:
            table.refuse(number, column, row[column], resolved.wanted, "unknown_place")
    if places["origin"] and places["origin"] == places["destination"]:
        table.refuse(number, "destination", row["destination"], "another place", "same_place")
    elif why := around.why_unreachable(row):
        table.refuse(number, "destination", row["destination"], f"a way there: {why}", "no_route")
    currency = row["currency"] or "EUR"
    if currency not in around.per_eur:
        table.refuse(number, "currency", currency, "EUR or a row of fx", "no_exchange_rate")
    if row["divisible"] and pieces:
        wanted = "no, or no pieces: nobody knows which would travel in which consignment"
        table.refuse(number, "divisible", "yes", wanted, "divisible_pieces")
    goods = (row["un_number"] or "", row["packing_instruction"] or "")
    for column, found, wanted in declared_faults(*goods):
        table.refuse(number, column, found, wanted, "dangerous_goods")
    for column, found, wanted in piece_faults(row, pieces):
        table.refuse(number, column, found, wanted, "pieces_differ")
    if len(table.refused) > before:
        return None
    late, rate = row["lateness_cost_per_day"], around.per_eur[currency]
    return Shipment(
        shipment_id=row["shipment_id"],
        origin=places["origin"],
        destination=places["destination"],
        mass_kg=row["mass_kg"],
        volume_m3=row["volume_m3"],
        ready_at=row["ready_at"],
        due_at=row["due_at"],
        temperature=row["temperature"] or "ambient",
        un_number=goods[0],
        packing_instruction=goods[1],
        booked_at=row["booked_at"],
        lateness_eur_per_day=None if late is None else late / rate,
        value_eur=(row["value"] or 0.0) / rate,
        must_use=row["must_use"],
        must_avoid=row["must_avoid"],
        note=row["note"] or "",
        pieces=pieces,
        lane=around.lane_of(row),
        divisible=bool(row["divisible"]),
    )


def _with_known_wishes(
    table: Table, shipments: list[Shipment], names: Mapping[str, frozenset[str]]
) -> tuple[Shipment, ...]:
    """Refuse shipments that must use or avoid what is not there."""
    kinds = ("hubs", "services", "carriers", "modes")
    known = frozenset().union(*(names[kind] for kind in kinds))
    rows = {row["shipment_id"]: number for number, row in table}
    kept = []
    for s in shipments:
        before = len(table.refused)
        for column in ("must_use", "must_avoid"):
            usable = known if column == "must_use" else known | names["countries"]
            for name in getattr(s, column):
                if name not in usable:
                    wanted = f"a hub, service, carrier or mode{nearest_name(name, usable)}"
                    table.refuse(rows[s.shipment_id], column, name, wanted, "unknown_name")
        if len(table.refused) == before:
            kept.append(s)
    return tuple(kept)
