"""The hubs of the shipped world network, and which modes each of them joins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from data.network import Hub
from data.network_schemas import SIZE_CLASSES, WORLD_HUBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from data.tables import Row

_TABLES = ("ports", "airports", "rail_terminals", "inland_ports")
_HOC_OF_KIND = {
    "airport": "HUB-AIR",
    "port": "HUB-PORT-CONTAINER",
    "rail": "HUB-RAIL",
    "iww": "HUB-IWW",
    "site": "HUB-SITE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldHub:
    """A hub with what decides whether a service calls there."""

    hub: Hub
    size_class: str
    modes: tuple[str, ...]
    unlocode: str
    iata: str
    max_draft_m: float | None
    quality: str
    source_id: str

    @property
    def rank(self) -> int:
        """0 for the largest class, rising."""
        return SIZE_CLASSES.index(self.size_class)


@dataclass(frozen=True)
class WorldHubs:
    """All shipped hubs in a fixed order, with arrays of what searches ask most."""

    hubs: tuple[WorldHub, ...]

    @classmethod
    def load(cls, catalogue: Catalogue) -> WorldHubs:
        """Read the four tables of hubs."""
        rows = [
            row
            for name in _TABLES
            for row in catalogue.table(f"network/{name}.csv", WORLD_HUBS).rows
        ]
        return cls(tuple(map(_hub, sorted(rows, key=lambda r: str(r["hub_id"])))))

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Place of each hub in the order, by id."""
        return {h.hub.hub_id: i for i, h in enumerate(self.hubs)}

    @cached_property
    def lon(self) -> NDArray[np.float64]:
        """WGS84 degrees of each hub."""
        return np.array([h.hub.lon for h in self.hubs])

    @cached_property
    def lat(self) -> NDArray[np.float64]:
        """WGS84 degrees of each hub."""
        return np.array([h.hub.lat for h in self.hubs])

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """Rank of size of each hub, 0 for the largest class."""
        return np.array([h.rank for h in self.hubs])

    @cached_property
    def kind(self) -> NDArray[np.str_]:
        """Kind of each hub."""
        return np.array([h.hub.kind for h in self.hubs])

    def joined_by(self, mode: str) -> NDArray[np.int64]:
        """Return the places of the hubs that a mode calls at."""
        return np.array([i for i, h in enumerate(self.hubs) if mode in h.modes], np.int64)

    def at(self, name: str) -> WorldHub | None:
        """Return the hub of that id, or None."""
        i = self.index.get(name)
        return None if i is None else self.hubs[i]


def _hub(row: Row) -> WorldHub:
    modes: Iterable[str] = row["modes"] or ()
    return WorldHub(
        hub=Hub(
            hub_id=row["hub_id"],
            kind=row["kind"],
            name=row["name"],
            country=row["country"],
            lat=row["lat"],
            lon=row["lon"],
            tz=row["tz"],
            hoc_id=_HOC_OF_KIND[row["kind"]],
            grid_id=row["country"],
        ),
        size_class=row["size_class"],
        modes=tuple(sorted({*modes, "road"})),
        unlocode=row["unlocode"] or "",
        iata=row["iata"] or "",
        max_draft_m=row["max_draft_m"],
        quality=row["quality"] or "estimate",
        source_id=row["source_id"] or "",
    )
