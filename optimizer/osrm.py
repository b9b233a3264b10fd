"""Road distances from an OSRM server, for those who run one; offline it falls back and says so.

Endpoints `/route/v1` and `/table/v1` as documented at https://project-osrm.org/docs/. Answers are
checked before they are believed and kept on disk by their address, so that a plan can be made
again without the server.
"""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.units import M_PER_KM, SECONDS_PER_HOUR
from optimizer.errors import RouteError
from optimizer.ways.route import OPEN, Conditions, Route, geodesic_km, simplified

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import requests

    from optimizer.routers import Router
    from optimizer.ways.route import Spot

_CONNECT_S, _READ_S = 3.05, 20.0
_RETRIES = 3  # after the first try
_FIRST_WAIT_S = 0.5  # doubled each time
_MOST_BYTES = 20_000_000
_RETRIED = frozenset({429, 500, 502, 503, 504})
_POSITION_SHARE = 0.01  # a road is no shorter than the great circle, positions apart
_LONGEST_KM = 40_000.0
_SNAP_KM = 5.0  # an answer for another place is no answer


class OsrmError(RouteError):
    """A server that does not answer, or answers what cannot be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTable:
    """Distances and driving hours between places; None where there is no road."""

    km: tuple[tuple[float | None, ...], ...]  # origin, destination
    hours: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, kw_only=True)
class OsrmRouter:
    """A router whose roads come from an OSRM server and whose other ways come from `fallback`.

    A server that fails is asked `_RETRIES` times more with growing waits, and then left: the
    fallback answers, marked as estimated. "No route" is an answer and no failure.
    """

    base_url: str
    fallback: Router
    session: requests.Session
    cache_dir: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    timeout_s: tuple[float, float] = (_CONNECT_S, _READ_S)
    _failed: list[str] = field(default_factory=list, repr=False)

    @property
    def told(self) -> tuple[str, ...]:
        """What a plan says of its roads: where they come from, and what went wrong there."""
        first = (
            f"roads: measured by the OSRM server at {self.base_url} for a car, where it answered"
        )
        return (first, *(f"road estimated, since {fault}" for fault in self.failures))

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong with the server so far, for the output's assumptions."""
        return tuple(dict.fromkeys(self._failed))

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        """Return the way by that mode; closures are not known to OSRM, so they go to the fallback.

        Raises
        ------
        RouteError
            when the server knows that there is no road, or the fallback finds no way.
        """
        if mode != "road" or conditions.closed or conditions.countries:
            return self.fallback.route(origin, destination, mode, conditions)
        places = ";".join(f"{s.lon:.6f},{s.lat:.6f}" for s in (origin, destination))
        url = f"{self.base_url.rstrip('/')}/route/v1/driving/{places}"
        try:
            answer = self._asked(url, {"overview": "simplified", "geometries": "geojson"})
            return _route(answer, origin, destination)
        except OsrmError as error:
            self._failed.append(str(error))
            found = self.fallback.route(origin, destination, mode, conditions)
            return replace(found, evidence="estimated")

    def table(self, origins: Sequence[Spot], destinations: Sequence[Spot]) -> RoadTable:
        """Return distances and hours between all origins and destinations by one request.

        Raises
        ------
        OsrmError
            when the server fails, or its answer has another shape than was asked for.
        """
        spots = [*origins, *destinations]
        places = ";".join(f"{s.lon:.6f},{s.lat:.6f}" for s in spots)
        n = len(origins)
        query = {
            "sources": ";".join(map(str, range(n))),
            "destinations": ";".join(map(str, range(n, len(spots)))),
            "annotations": "duration,distance",
        }
        answer = self._asked(f"{self.base_url.rstrip('/')}/table/v1/driving/{places}", query)
        shape = (n, len(destinations))
        return RoadTable(
            km=_matrix(answer.get("distances"), shape, M_PER_KM),
            hours=_matrix(answer.get("durations"), shape, SECONDS_PER_HOUR),
        )

    def _asked(self, url: str, query: dict[str, str]) -> dict[str, Any]:
        file = self._file(url, query)
        if file is not None and file.is_file():
            kept = _document(file.read_bytes(), url)
            if kept.get("code") == "Ok":
                return kept
        content = self._fetched(url, query)
        answer = _document(content, url)
        _check_code(answer, url)
        if file is not None:
            _keep(file, content)
        return answer

    def _fetched(self, url: str, query: dict[str, str]) -> bytes:
        import requests  # noqa: PLC0415  (only those who have a server need it)

        wait, fault = _FIRST_WAIT_S, ""
        for attempt in range(_RETRIES + 1):
            if attempt:
                self.sleep(wait)
                wait *= 2
            try:
                with self.session.get(
                    url, params=query, timeout=self.timeout_s, allow_redirects=False, stream=True
                ) as response:
                    if response.status_code in _RETRIED:
                        fault = f"HTTP {response.status_code}"
                        continue
                    return _read(response)
            except requests.RequestException as error:
                fault = type(error).__name__
        raise OsrmError(f"{url}: {fault} after {_RETRIES + 1} tries")

    def _file(self, url: str, query: dict[str, str]) -> Path | None:
        if self.cache_dir is None:
            return None
        key = json.dumps([url, query], sort_keys=True).encode()
        return self.cache_dir / "osrm" / f"{hashlib.sha256(key).hexdigest()}.json"


def open_osrm(base_url: str, fallback: Router, cache_dir: Path | None) -> OsrmRouter:
    """Return a router over the server at an address.

    Raises
    ------
    OsrmError
        if that is no address of a web server.
    """
    import requests  # noqa: PLC0415  (only those who have a server need it)

    if not base_url.startswith(("http://", "https://")):
        raise OsrmError(
            f"OSRM server {base_url!r}, wanted an address such as http://localhost:5000"
        )
    session = requests.Session()
    session.headers["User-Agent"] = "greenlane"
    return OsrmRouter(base_url=base_url, fallback=fallback, session=session, cache_dir=cache_dir)


def _read(response: requests.Response) -> bytes:
    content = b""
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > _MOST_BYTES:
            raise OsrmError(f"{response.url}: more than {_MOST_BYTES} bytes")
    return content


def _document(content: bytes, url: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise OsrmError(f"{url}: found no JSON, wanted an answer of OSRM") from None
    if not isinstance(document, dict):
        raise OsrmError(f"{url}: found {type(document).__name__}, wanted an object")
    return document


def _check_code(answer: dict[str, Any], url: str) -> None:
    code = answer.get("code")
    if code in {"NoRoute", "NoSegment", "NoTable"}:
        raise RouteError(f"road: the OSRM server knows no way ({code}): {url}")
    if code != "Ok":
        raise OsrmError(f"{url}: code {code!r}, wanted Ok")


def _route(answer: dict[str, Any], origin: Spot, destination: Spot) -> Route:
    where = f"road {origin.hub_id}-{destination.hub_id}"
    try:
        best = answer["routes"][0]
        km = _number(best["distance"]) / M_PER_KM
        line = [(_number(x), _number(y)) for x, y in best["geometry"]["coordinates"]]
        ends = [tuple(map(_number, w["location"])) for w in answer["waypoints"]]
    except (KeyError, IndexError, TypeError, ValueError):
        raise OsrmError(f"{where}: an answer without distance, line or waypoints") from None
    asked = [(s.lon, s.lat) for s in (origin, destination)]
    if len(ends) != len(asked) or len(line) < len(asked):
        raise OsrmError(f"{where}: {len(ends)} waypoints, wanted {len(asked)}")
    off = [geodesic_km(p, (q[0], q[1])) for p, q in zip(asked, ends, strict=True)]
    if max(off) > _SNAP_KM:
        raise OsrmError(f"{where}: the nearest road is {max(off):.1f} km off")
    least = geodesic_km((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]))
    if not least * (1 - _POSITION_SHARE) <= km <= _LONGEST_KM or not km > 0:
        raise OsrmError(f"{where}: {km:.1f} km, wanted at least the great circle of {least:.1f}")
    return Route(
        distance_km=round(km, 3),
        distance_kind="sfd",
        evidence="measured",
        geometry=simplified([asked[0], *line, asked[1]]),
    )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _matrix(
    rows: object, shape: tuple[int, int], unit: float
) -> tuple[tuple[float | None, ...], ...]:
    if not isinstance(rows, list) or len(rows) != shape[0]:
        raise OsrmError(f"table: wanted {shape[0]} rows")
    return tuple(_table_row(row, shape[1], unit) for row in rows)


def _table_row(row: object, width: int, unit: float) -> tuple[float | None, ...]:
    if not isinstance(row, list) or len(row) != width:
        raise OsrmError(f"table: wanted rows of {width}")
    try:
        found = tuple(None if v is None else _number(v) / unit for v in row)
    except ValueError:
        raise OsrmError("table: found a cell that is no number") from None
    if any(v is not None and v < 0 for v in found):
        raise OsrmError("table: found a negative cell")
    return found


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as beside:
        beside.write(content)
    Path(beside.name).replace(file)
