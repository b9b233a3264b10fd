"""Lengths of the ways between hubs, mode by mode, found when first asked for and kept.

A row holds the ways from one hub to all hubs that its mode joins. Rows depend on the network, the
hubs and the closures, and on nothing else: they are cached on disk under the hash of all three.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from optimizer.routers import WorldRouter
    from optimizer.ways.graph import Graph
    from optimizer.ways.route import Conditions
    from optimizer.world.hubs import WorldHubs

_FORMAT = "2"  # of the cache; a new way of measuring is a new number
_LABELLED = {"sea": "", "rail": "gauge:"}  # canals and gauge changes cost hours: how they begin
_LONGEST_KM = {"sea": np.inf, "rail": 16_500.0, "road": 520.0, "iww": 6_000.0}


@dataclass(frozen=True)
class LegTable:
    """The ways of one mode between hubs, under one set of closures."""

    mode: str
    hubs: WorldHubs
    graph: Graph
    snap_km: float
    connector_factor: float
    file: Path | None  # where rows are kept between runs
    _km: dict[int, NDArray[np.float32]] = field(default_factory=dict, repr=False)
    _passed: dict[int, NDArray[np.uint64]] = field(default_factory=dict, repr=False)
    _stored: set[int] = field(default_factory=set, repr=False)

    @cached_property
    def members(self) -> NDArray[np.int64]:
        """Places of the hubs that this mode joins, in the order of all hubs."""
        return self.hubs.joined_by(self.mode)

    @cached_property
    def _snapped(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        at = self.members
        return self.graph.nearest_nodes(self.hubs.lon[at], self.hubs.lat[at])

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bits of `passed`, from the lowest: those that cost hours."""
        if self.mode not in _LABELLED:
            return ()
        return tuple(n for n in self.graph.labels if n and n.startswith(_LABELLED[self.mode]))

    def rows(self, wanted: Iterable[int]) -> tuple[NDArray[np.float32], NDArray[np.uint64]]:
        """Return km and passed labels from each wanted member to all members; inf: no way."""
        places = list(wanted)
        for place in places:
            if place not in self._km:
                self._km[place], self._passed[place] = self._search(place)
        return (
            np.stack([self._km[p] for p in places]),
            np.stack([self._passed[p] for p in places]),
        )

    def from_point(self, lon: float, lat: float, longest_km: float) -> NDArray[np.float64]:
        """Return km from any point to all members by one search: the first mile, or the last."""
        node, off = self.graph.nearest_nodes(np.array([lon]), np.array([lat]))
        if off[0] > self.snap_km:
            return np.full(len(self.members), np.inf)
        tree = self.graph.tree(int(node[0]), longest_km)
        nodes, offs = self._snapped
        km = tree.km[nodes] + (offs + off[0]) * self.connector_factor
        return np.where(offs <= self.snap_km, km, np.inf)

    def _search(self, place: int) -> tuple[NDArray[np.float32], NDArray[np.uint64]]:
        nodes, off = self._snapped
        if off[place] > self.snap_km:
            away = np.full(len(nodes), np.inf, np.float32)
            return away, np.zeros(len(nodes), np.uint64)
        tree = self.graph.tree(int(nodes[place]), _LONGEST_KM[self.mode])
        km = tree.km[nodes] + (off + off[place]) * self.connector_factor
        km = np.where(off <= self.snap_km, km, np.inf)
        km[place] = np.inf
        if self.mode not in _LABELLED:
            return km.astype(np.float32), np.zeros(len(nodes), np.uint64)
        return km.astype(np.float32), self.graph.passed(tree, nodes, self.labels)

    def load(self) -> None:
        """Take the rows that an earlier run kept; a damaged file is as good as none."""
        if self.file is None or not self.file.is_file():
            return
        try:
            with np.load(io.BytesIO(self.file.read_bytes()), allow_pickle=False) as kept:
                places, km, passed = kept["places"], kept["km"], kept["passed"]
        except (OSError, ValueError, KeyError, BadZipFile):
            return
        n = len(self.members)
        if km.shape != (len(places), n) or passed.shape != km.shape:
            return
        for i, place in enumerate(places.tolist()):
            self._km[place], self._passed[place] = km[i], passed[i]
        self._stored.update(places.tolist())

    def save(self) -> None:
        """Keep all rows for later runs: written beside and moved in place, never half."""
        if self.file is None or self._stored >= self._km.keys():
            return
        places = sorted(self._km)
        content = io.BytesIO()
        km, passed = self.rows(places)
        np.savez_compressed(content, places=np.array(places, np.int32), km=km, passed=passed)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.file.parent, delete=False) as beside:
            beside.write(content.getvalue())
        Path(beside.name).replace(self.file)
        self._stored.update(places)


@dataclass(frozen=True)
class HubLegs:
    """Leg tables by mode and closures."""

    router: WorldRouter
    hubs: WorldHubs
    cache_dir: Path | None = None
    _tables: dict[tuple[str, Conditions], LegTable] = field(default_factory=dict, repr=False)

    def table(self, mode: str, asked: Conditions) -> LegTable:
        """Return the table of a mode under some closures, with what is cached of it."""
        conditions = self.router.conditions(mode, asked)
        key = (mode, conditions)
        if key not in self._tables:
            network = self.router.network(mode)
            table = LegTable(
                mode=mode,
                hubs=self.hubs,
                graph=network.under(conditions),
                snap_km=network.reach.snap_km,
                connector_factor=network.reach.connector_factor,
                file=self._file(mode, conditions),
            )
            table.load()
            self._tables[key] = table
        return self._tables[key]

    def save(self) -> None:
        """Keep what was found for later runs."""
        for table in self._tables.values():
            table.save()

    def _file(self, mode: str, conditions: Conditions) -> Path | None:
        if self.cache_dir is None:
            return None
        digest = hashlib.sha256()
        for part in (
            _FORMAT,
            mode,
            str(sorted(conditions.closed)),
            str(sorted(conditions.countries)),
            str(sorted(self.router.parameters.items())),
            *self.router.fingerprints(mode),
            *(f"{h.hub.hub_id} {h.hub.lat} {h.hub.lon} {h.modes}" for h in self.hubs.hubs),
        ):
            digest.update(part.encode() + b"\n")
        return self.cache_dir / "legs" / f"{mode}-{digest.hexdigest()[:24]}.npz"
