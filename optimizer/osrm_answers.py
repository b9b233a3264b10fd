"""What an answer of an OSRM server says, once it is checked; the server is not trusted.

The errors of this module name no place: whoever asked knows for which one.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.units import M_PER_KM, SECONDS_PER_HOUR
from optimizer.errors import RouteError
from optimizer.ways.route import Route, geodesic_km, simplified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.ways.route import Point, Spot

_OK = 200
_NO_WAY = frozenset({"NoRoute", "NoSegment", "NoTable"})
_POSITION_SHARE = 0.01  # a road is no shorter than the great circle, positions apart
_MOST_DETOUR, _MOST_DETOUR_KM = 4.0, 50.0  # and no longer than so many of it, and so much more
_SNAP_KM = 5.0  # an answer for another place is no answer
_MOST_LON, _MOST_LAT = 180.0, 90.0
_CODE_CHARACTERS = 40  # of a stranger's word in a message

_Cells = tuple[tuple[float | None, ...], ...]


class OsrmError(RouteError):
    """A server that does not answer, or answers what cannot be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTable:
    """Distances and driving hours between places; None where there is no road."""

    km: _Cells  # origin, destination
    hours: _Cells


def read_answer(status: int, content: bytes) -> dict[str, Any]:
    """Return the document of an answer that says Ok.

    Raises
    ------
    RouteError
        if it says that there is no way.
    OsrmError
        if it is no answer of OSRM, or says anything else.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise OsrmError("found no JSON, wanted an answer of OSRM") from None
    if not isinstance(document, dict):
        raise OsrmError(f"found {type(document).__name__}, wanted an object")
    code = document.get("code")
    if isinstance(code, str) and code in _NO_WAY:
        raise RouteError(f"the OSRM server knows no way ({code})")
    if code != "Ok" or status != _OK:
        said = repr(code)[:_CODE_CHARACTERS]
        raise OsrmError(f"code {said} with HTTP {status}, wanted Ok with HTTP {_OK}")
    return document


def read_route(answer: dict[str, Any], origin: Spot, destination: Spot) -> Route:
    """Return the first way of an answer.

    Raises
    ------
    OsrmError
        if it has none, one for other places, or a length that no road has.
    """
    try:
        best = answer["routes"][0]
        km = _number(best["distance"]) / M_PER_KM
        line = [_point(p) for p in best["geometry"]["coordinates"]]
        ends = [_point(w["location"]) for w in answer["waypoints"]]
    except (KeyError, IndexError, TypeError, ValueError):
        raise OsrmError("an answer without distance, line or waypoints") from None
    asked = [(s.lon, s.lat) for s in (origin, destination)]
    if len(ends) != len(asked) or len(line) < len(asked):
        raise OsrmError(f"{len(ends)} waypoints, wanted {len(asked)} and a line")
    found = [*ends, line[0], line[-1]]
    off = max(geodesic_km(p, q) for p, q in zip([*asked, *asked], found, strict=True))
    if off > _SNAP_KM:
        raise OsrmError(f"the nearest road is {off:.1f} km off")
    _check_km(km, least=geodesic_km(*ends), straight=geodesic_km(*asked))
    if not km > 0:
        raise OsrmError(f"{km:.1f} km, wanted more")
    return Route(
        distance_km=round(km, 3),
        distance_kind="sfd",
        evidence="measured",
        geometry=simplified([asked[0], *line, asked[1]]),
    )


def read_table(
    answer: dict[str, Any], origins: Sequence[Spot], destinations: Sequence[Spot]
) -> RoadTable:
    """Return the distances and hours of an answer.

    Raises
    ------
    OsrmError
        if it has another shape than was asked for, or lengths that no road has.
    """
    shape = (len(origins), len(destinations))
    km = _matrix(answer.get("distances"), shape, M_PER_KM)
    for a, row in zip(origins, km, strict=True):
        for b, cell in zip(destinations, row, strict=True):
            if cell is not None:
                straight = geodesic_km((a.lon, a.lat), (b.lon, b.lat))
                _check_km(cell, least=straight - 2 * _SNAP_KM, straight=straight)
    return RoadTable(km=km, hours=_matrix(answer.get("durations"), shape, SECONDS_PER_HOUR))


def _check_km(km: float, *, least: float, straight: float) -> None:
    most = straight * _MOST_DETOUR + _MOST_DETOUR_KM
    if not least * (1 - _POSITION_SHARE) <= km <= most:
        raise OsrmError(
            f"{km:.1f} km, wanted at least the great circle of {max(least, 0.0):.1f} "
            f"and at most {most:.1f}"
        )


def _number(value: object) -> float:
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):  # a whole number of a thousand digits
            number = float(value)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


def _point(pair: Any) -> Point:  # noqa: ANN401  (whatever a stranger sent)
    lon, lat = map(_number, pair)
    if abs(lon) > _MOST_LON or abs(lat) > _MOST_LAT:
        raise ValueError("no position")
    return lon, lat


def _matrix(rows: object, shape: tuple[int, int], unit: float) -> _Cells:
    if not isinstance(rows, list) or len(rows) != shape[0]:
        raise OsrmError(f"a table without {shape[0]} rows")
    return tuple(_table_row(row, shape[1], unit) for row in rows)


def _table_row(row: object, width: int, unit: float) -> tuple[float | None, ...]:
    if not isinstance(row, list) or len(row) != width:
        raise OsrmError(f"a table without {width} columns")
    try:
        found = tuple(None if v is None else _number(v) / unit for v in row)
    except ValueError:
        raise OsrmError("a cell that is no number") from None
    if any(v is not None and v < 0 for v in found):
        raise OsrmError("a negative cell")
    return found
