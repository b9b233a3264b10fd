"""How much longer a flight becomes when it must fly round closed airspace.

The transport activity distance stays the great circle (ISO 14083): a detour costs hours, payload
and money, and its extra fuel is the operator's primary data, never a longer activity distance.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from optimizer.errors import RouteError
from optimizer.ways.graph import column, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from optimizer.ways.route import Spot

_ROWS, _COLUMNS = 180, 360  # cells of one degree
_EARTH_RADIUS_KM = 6371.0088
# Moves between cells: king's, knight's and longer ones, so that a course of any bearing is close.
_MOVES = (
    *((0, 1), (1, 0), (1, 1), (1, -1)),
    *((1, 2), (2, 1), (1, -2), (2, -1)),
    *((1, 3), (3, 1), (1, -3), (3, -1)),
    *((2, 3), (3, 2), (2, -3), (3, -2)),
)
_SAMPLES = (0.0, 0.25, 0.5, 0.75, 1.0)  # along a move, to see whose airspace it crosses
_TREES = 400  # searches kept at hand, half a megabyte each
_NO_DETOUR = 1.0005  # a smaller ratio is the grid's, not the closure's


@dataclass(frozen=True)
class Airspace:
    """A grid of one-degree cells, each under one country or none, and the ways across it."""

    catalogue: Catalogue
    _km: dict[tuple[int, frozenset[str]], NDArray[np.float64]] = field(
        default_factory=dict, repr=False
    )
    _matrices: dict[frozenset[str], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def _countries(self) -> tuple[NDArray[np.int16], tuple[str, ...]]:
        """The country above each cell as a number, 0 over the high seas, and the names."""
        import pyarrow.parquet as pq  # noqa: PLC0415  (only when airspace is closed)

        content = self.catalogue.checked_file("network/airspace_cells.parquet")
        table = pq.ParquetFile(io.BytesIO(content)).read()
        names = ("", *sorted(set(table["country"].to_pylist())))
        number = {name: i for i, name in enumerate(names)}
        cells = np.zeros(_ROWS * _COLUMNS, np.int16)
        at = _cell(column(table, "lon") + 0.5, column(table, "lat") + 0.5)
        cells[at] = [number[c] for c in table["country"].to_pylist()]
        return cells, names

    @property
    def names(self) -> frozenset[str]:
        """Countries whose airspace can be closed."""
        return frozenset(self._countries[1]) - {""}

    @cached_property
    def _moves(self) -> tuple[NDArray[np.int64], ...]:
        """All moves: from cell, to cell, and the cells under the samples between."""
        row, column = np.divmod(np.arange(_ROWS * _COLUMNS), _COLUMNS)
        starts, ends, under = [], [], []
        for up, right in _MOVES:
            inside = row + up < _ROWS
            r, c = row[inside], column[inside]
            starts.append(r * _COLUMNS + c)
            ends.append((r + up) * _COLUMNS + (c + right) % _COLUMNS)
            under.append(
                np.stack(
                    [
                        np.floor(r + 0.5 + t * up).astype(np.int64) * _COLUMNS
                        + np.floor(c + 0.5 + t * right).astype(np.int64) % _COLUMNS
                        for t in _SAMPLES
                    ]
                )
            )
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(under, axis=1)

    def _matrix(self, closed: frozenset[str]) -> Any:  # noqa: ANN401  (scipy has no types)
        if closed not in self._matrices:
            self._matrices[closed] = self._built(closed)
        return self._matrices[closed]

    def _built(self, closed: frozenset[str]) -> Any:  # noqa: ANN401
        start, end, under = self._moves
        if closed:
            cells, names = self._countries
            shut = np.isin(cells, [names.index(c) for c in closed])
            kept = ~shut[under].any(axis=0)
            start, end = start[kept], end[kept]
        row, column = np.divmod(np.arange(_ROWS * _COLUMNS), _COLUMNS)
        points = unit_vectors(column - 179.5, row - 89.5)
        chord = np.linalg.norm(points[start] - points[end], axis=1)
        km = 2 * _EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
        ends = (np.concatenate([start, end]), np.concatenate([end, start]))
        shape = (_ROWS * _COLUMNS, _ROWS * _COLUMNS)
        return coo_matrix((np.concatenate([km, km]), ends), shape=shape).tocsr()

    def _from(self, cell: int, closed: frozenset[str]) -> NDArray[np.float64]:
        key = (cell, closed)
        if key not in self._km:
            while len(self._km) >= _TREES:
                self._km.pop(next(iter(self._km)), None)
            self._km[key] = dijkstra(self._matrix(closed), indices=cell)
        return self._km[key]

    def detour_ratio(self, origin: Spot, destination: Spot, closed: frozenset[str]) -> float:
        """Return flown km / great-circle km with that airspace closed; 1 if it is not in the way.

        Both lengths are taken on the same grid, so its coarseness cancels.

        Raises
        ------
        RouteError
            if an end lies under closed airspace, or no way round is left.
        """
        where = f"air {origin.hub_id}-{destination.hub_id}"
        cells, names = self._countries
        ends = [int(_cell(np.array([s.lon]), np.array([s.lat]))[0]) for s in (origin, destination)]
        for spot, cell in zip((origin, destination), ends, strict=True):
            if names[cells[cell]] in closed:
                raise RouteError(
                    f"{where}: {spot.hub_id} lies under {names[cells[cell]]}, "
                    "whose airspace is closed"
                )
        free = float(self._from(ends[0], frozenset())[ends[1]])
        shut = float(self._from(ends[0], closed)[ends[1]])
        if not np.isfinite(shut):
            listed = ", ".join(sorted(closed))
            raise RouteError(f"{where}: no way round the closed airspace of {listed}")
        ratio = shut / free if free > 0 else 1.0
        return ratio if ratio > _NO_DETOUR else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """What flying round costs a flight: hours, price and payload; never activity distance."""

    ratio: float  # flown km / great circle
    extra_h: float
    price_ratio: float
    payload_share: float


def detour(straight_km: float, ratio: float, parameters: Mapping[str, float]) -> Detour | None:
    """Return the effect of a detour; None when the flight gets too long for a large freighter.

    Payload falls linearly from the full-payload range to the longest leg, and the price of a tonne
    rises with the fuel for the longer way and with the payload that stays behind.
    """
    flown_km = straight_km * ratio
    longest = parameters["air_longest_leg_km"]
    if flown_km > longest:
        return None
    full = parameters["air_full_payload_range_km"]

    def payload(km: float) -> float:
        beyond = max(0.0, km - full) / (longest - full)
        return 1 - beyond * (1 - parameters["air_least_payload_share"])

    share = payload(flown_km) / payload(straight_km)
    fuel = 1 + parameters["air_fuel_cost_share"] * (ratio - 1)
    return Detour(
        ratio=ratio,
        extra_h=(flown_km - straight_km) / parameters["air_cruise_km_per_h"],
        price_ratio=fuel / share,
        payload_share=share,
    )


def _cell(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    row = np.clip(np.floor(lat + 90.0), 0, _ROWS - 1).astype(np.int64)
    column = np.floor(lon + 180.0).astype(np.int64) % _COLUMNS
    return np.asarray(row * _COLUMNS + column, np.int64)
