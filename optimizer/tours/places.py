"""Find the sites of a tour problem: what its tables write for a place, each place once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.errors import DataError
from optimizer.tours.records import Site

if TYPE_CHECKING:
    from data.gazetteer import Gazetteer
    from data.tables import Row, Table

DEPOT, CALL = "depot", "call"


@dataclass(slots=True, kw_only=True)
class Sites:
    """Sites by what they are for and where they are.

    A depot is a site of its own even where a stop has the same coordinates: both may be no more
    than the name of a town, in which a truck still drives some way. Stops of one place are one
    site; a charger stands where a depot or a stop is, if one is there.
    """

    gazetteer: Gazetteer
    sites: list[Site] = field(default_factory=list)
    _index: dict[tuple[str, float, float], int] = field(default_factory=dict)

    def depot(self, table: Table, number: int, row: Row) -> int | None:
        """Return the site of a vehicle's depot; a row without one is refused."""
        where = self._where(table, number, row, ("depot", "depot_lat", "depot_lon"), "depot")
        return None if where is None else self._at(DEPOT, where)

    def stop(self, table: Table, number: int, row: Row) -> int | None:
        """Return the site of a stop; a row without one is refused."""
        where = self._where(table, number, row, ("place", "lat", "lon"), row["stop_id"])
        return None if where is None else self._at(CALL, where)

    def charger(self, table: Table, number: int, row: Row) -> int | None:
        """Return the site of a charger; a row without one is refused."""
        where = self._where(table, number, row, ("place", "lat", "lon"), row["charger_id"])
        if where is None:
            return None
        at_depot = self._index.get((DEPOT, where.lat, where.lon))
        return self._at(CALL, where) if at_depot is None else at_depot

    def _where(
        self, table: Table, number: int, row: Row, columns: tuple[str, str, str], name: str
    ) -> Site | None:
        place, lat, lon = (row[c] for c in columns)
        if lat is not None and lon is not None:
            return Site(hub_id=place or name, name=place or name, lat=lat, lon=lon)
        if not place:
            wanted = f"a place, or {columns[1]} and {columns[2]}"
            table.refuse(number, columns[0], place, wanted, "missing_value")
            return None
        try:
            found = self.gazetteer.find(place)
        except DataError as fault:
            table.refuse(number, columns[0], place, str(fault), "unknown_place")
            return None
        return Site(hub_id=place, name=found.name, lat=found.lat, lon=found.lon)

    def _at(self, kind: str, site: Site) -> int:
        key = (kind, site.lat, site.lon)
        if key not in self._index:
            self._index[key] = len(self.sites)
            self.sites.append(self._by_own_name(site))
        return self._index[key]

    def _by_own_name(self, site: Site) -> Site:
        """Return a site under a name that no other has: names are how legs tell places apart."""
        taken, name, number = {s.hub_id for s in self.sites}, site.hub_id, 2
        while name in taken:
            name, number = f"{site.hub_id} ({number})", number + 1
        return Site(hub_id=name, name=site.name, lat=site.lat, lon=site.lon)
