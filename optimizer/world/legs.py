"""Lengths of the ways between hubs, mode by mode, found when first asked for and kept.

A row holds the ways from one hub to all hubs that its mode joins. Rows depend on the network, the
hubs and the closures, and on nothing else: they are cached on disk under the hash of all three.
What is read back is not trusted: it is whole and possible, or it is searched for again.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tokenize
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import numpy as np

from optimizer.keeping import keep, read_kept
from optimizer.ways.graph import great_circles_km

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from optimizer.routers import WorldRouter
    from optimizer.ways.graph import Graph
    from optimizer.ways.route import Conditions
    from optimizer.world.hubs import WorldHubs

_FORMAT = "3"  # of the cache; a new way of measuring is a new number
_LABELLED = {"sea": "", "rail": "gauge:"}  # canals and gauge changes cost hours: how they begin
_LONGEST_KM = {"sea": np.inf, "rail": 16_500.0, "road": 520.0, "iww": 6_000.0}
_SAVED_ROWS = 40  # found since the last time: fewer are not worth writing the file again
_POSITION_SHARE = 0.02  # a way is no shorter than the great circle, positions apart
_HEADERS_BYTES = 4096  # of all arrays in a file
_DIGEST_BYTES = 32
# All that reading a file as arrays raises where its bytes are any bytes.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a file keeps: ways from some hubs of a mode to all of them."""

    places: NDArray[np.int32]
    km: NDArray[np.float32]
    passed: NDArray[np.uint64]

    @classmethod
    def read(cls, content: bytes, most_bytes: int) -> _Rows:
        """Return the rows of a file.

        Raises
        ------
        ValueError
            or another of `_DAMAGE`: if they are damaged, or of another kind.
        """
        with ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > most_bytes:
                raise ValueError("unpacks into more than all rows can take")
            if any(part.compress_type != ZIP_DEFLATED for part in parts.infolist()):
                raise ValueError("packed in another way than ours")
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            found = cls(kept["places"], kept["km"], kept["passed"])
            digest = kept["digest"]
        kinds = [part.dtype.str[1:] for part in (found.places, found.km, found.passed)]
        if kinds != ["i4", "f4", "u8"] or digest.tobytes() != found.digest():
            raise ValueError("other kinds of numbers, or another digest")
        return found

    def written(self) -> bytes:
        """Return the rows as a file."""
        content, digest = io.BytesIO(), np.frombuffer(self.digest(), np.uint8)
        np.savez_compressed(
            content, places=self.places, km=self.km, passed=self.passed, digest=digest
        )
        return content.getvalue()

    def digest(self) -> bytes:
        """Return the SHA-256 of shapes and numbers."""
        digest = hashlib.sha256()
        for part in (self.places, self.km, self.passed):
            digest.update(repr(part.shape).encode() + b"\n" + part.tobytes())
        return digest.digest()


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
    _unkept: set[Path] = field(default_factory=set, repr=False)

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
        n = len(self.members)
        most_bytes = n * (n * (4 + 8) + 4) + _DIGEST_BYTES + _HEADERS_BYTES
        content = read_kept(self.file, most_bytes)
        if content is None:
            return
        try:
            kept = _Rows.read(content, most_bytes)
        except _DAMAGE:
            return
        if not self._possible(kept):
            return
        for place, km, passed in zip(kept.places.tolist(), kept.km, kept.passed, strict=True):
            self._km[place], self._passed[place] = km, passed
        self._stored.update(kept.places.tolist())

    def _possible(self, kept: _Rows) -> bool:
        """Return whether a search could have found these rows."""
        n, places = len(self.members), kept.places
        if places.ndim != 1 or kept.km.shape != (len(places), n):
            return False
        if kept.passed.shape != kept.km.shape or len(np.unique(places)) != len(places):
            return False
        if len(places) == 0 or places.min() < 0 or places.max() >= n:
            return False
        if int(kept.passed.max()) >> len(self.labels):
            return False
        lon, lat = self.hubs.lon[self.members], self.hubs.lat[self.members]
        for place, km in zip(places.tolist(), kept.km, strict=True):
            least = great_circles_km(lon[place], lat[place], lon, lat) * (1 - _POSITION_SHARE)
            # Not `any(km < least)`: of NaN, neither is true. Zero km is for hubs at one place.
            if not (km >= least).all() or km[place] != np.inf:
                return False
        return True

    def save(self, *, final: bool = False) -> None:
        """Keep all rows for later runs once enough are new, or at last; a failure is no harm."""
        new = len(self._km.keys() - self._stored)
        if self.file is None or self._unkept or new < (1 if final else _SAVED_ROWS):
            return
        places = sorted(self._km)
        km, passed = self.rows(places)
        if keep(self.file, _Rows(np.array(places, np.int32), km, passed).written()):
            self._stored.update(places)
        else:
            self._unkept.add(self.file.parent)

    @property
    def unkept(self) -> frozenset[Path]:
        """Folders where rows should have been kept and could not."""
        return frozenset(self._unkept)


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

    def save(self, *, final: bool = False) -> None:
        """Keep what was found for later runs: now if it is much, and all of it at the end."""
        for table in self._tables.values():
            table.save(final=final)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a caller should know of the keeping."""
        folders = sorted({str(f) for table in self._tables.values() for f in table.unkept})
        return tuple(f"distances found were not kept: {f} cannot be written" for f in folders)

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
