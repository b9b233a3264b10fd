"""Road distances from an OSRM server, for those who run one; offline it falls back and says so.

Endpoints `/route/v1` and `/table/v1` as documented at https://project-osrm.org/docs/. Answers are
checked before they are believed, and then kept on disk, so that a plan can be made again without
the server. Users and keys in its address are used to ask it, and told to nobody.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from data.network_schemas import FIXED_LINKS
from optimizer.errors import RouteError
from optimizer.keeping import keep, read_kept
from optimizer.osrm_answers import OsrmError, RoadTable, read_answer, read_route, read_table
from optimizer.ways.route import OPEN, Conditions, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import requests

    from optimizer.routers import Router, WorldRouter
    from optimizer.ways.route import Spot

__all__ = ["OsrmError", "OsrmRouter", "RoadTable", "open_osrm"]

_CONNECT_S, _READ_S = 3.05, 20.0
_DEADLINE_S = 60.0  # for one question with all its tries: also where bytes drip
_RETRIES = 3  # after the first try
_FIRST_WAIT_S = 0.5  # doubled each time
_STRIKES = 2  # questions in a row that all tries left unanswered: then the server is left
_MOST_BYTES = 20_000_000
_CHUNK = 8192
_OK = 200
_ANSWERS = frozenset({_OK, 400})  # OSRM says with 400 that there is no way
_RETRIED = frozenset({429, 500, 502, 503, 504})
_REASONS = 3  # told one by one, the rest as a number
_LEFT = f"the server left {_STRIKES} questions in a row unanswered and is not asked again"
_CLOSURE = "a closure concerns roads, of which OSRM knows nothing"
_ONE_PLACE = "both ends are at one place"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    status: int = 0
    content: bytes = b""
    fault: str = ""


@dataclass(slots=True)
class _Record:
    """What came of each road, by the names of its ends."""

    measured: set[str] = field(default_factory=set)
    estimated: dict[str, str] = field(default_factory=dict)  # by the networks, and why
    unasked: dict[str, str] = field(default_factory=dict)  # by the networks, and why
    absent: set[str] = field(default_factory=set)
    faults: dict[str, None] = field(default_factory=dict)  # in order, each once
    strikes: int = 0
    doubted: int = 0  # kept answers
    unkept: str = ""  # where answers cannot be kept

    def on_kept_answers(self) -> list[str]:
        """Return what went wrong with them."""
        told = []
        if self.doubted:
            told.append(f"OSRM: {self.doubted} kept answers were not believed and asked for again")
        if self.unkept:
            told.append(f"OSRM: answers were not kept: {self.unkept} cannot be written")
        return told


@dataclass(frozen=True, kw_only=True)
class OsrmRouter:
    """A router whose roads come from an OSRM server and whose other ways come from `fallback`.

    A server that fails is asked `_RETRIES` times more with growing waits; then the fallback
    answers, marked as estimated. After `_STRIKES` such questions in a row the server is left in
    peace. "No route" is an answer and no failure.
    """

    base_url: str = field(repr=False)  # may hold a user, or a key
    fallback: Router
    road_labels: frozenset[str]  # fixed links that a closure of roads may name
    session: requests.Session
    cache_dir: Path | None = None
    sleep: Callable[[float], None] = time.sleep
    timeout_s: tuple[float, float] = (_CONNECT_S, _READ_S)
    deadline_s: float = _DEADLINE_S
    _record: _Record = field(default_factory=_Record, repr=False)

    @property
    def address(self) -> str:
        """Where the server is, without user and key."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"

    @property
    def told(self) -> tuple[str, ...]:
        """What a plan says of its roads: how many come from where, and what went wrong there."""
        record = self._record
        by_network = len(record.estimated.keys() | record.unasked.keys())
        first = (
            f"roads: {len(record.measured)} measured by the OSRM server at {self.address} for a "
            f"car; {by_network} by the shipped network"
        )
        if record.absent:
            first += f"; {len(record.absent)} that the server knows no way for"
        return (
            first,
            *_grouped("road estimated", record.estimated),
            *_grouped("road by the shipped network", record.unasked),
            *record.on_kept_answers(),
        )

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong with the server and its kept answers so far, road by road."""
        return (*self._record.faults, *self._record.on_kept_answers())

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        """Return the way by that mode; closed roads are not known to OSRM: the fallback's part.

        Raises
        ------
        RouteError
            when the server knows that there is no road, or the fallback finds no way.
        """
        if mode != "road":
            return self.fallback.route(origin, destination, mode, conditions)
        name, record = f"{origin.hub_id}-{destination.hub_id}", self._record
        unasked = self._why_not_asked(origin, destination, conditions)
        if unasked:
            found = self.fallback.route(origin, destination, mode, conditions)
            record.unasked[name] = unasked
            return found
        try:
            found = self._measured(origin, destination)
        except OsrmError as error:
            reason = str(error)
            record.faults[reason if reason == _LEFT else f"road {name}: {reason}"] = None
            found = self.fallback.route(origin, destination, mode, conditions)
            record.estimated[name] = reason
            return replace(found, evidence="estimated")
        except RouteError as error:
            record.absent.add(name)
            raise RouteError(f"road {name}: {error}") from None
        record.measured.add(name)
        return found

    def table(self, origins: Sequence[Spot], destinations: Sequence[Spot]) -> RoadTable:
        """Return distances and hours between all origins and destinations by one request.

        Raises
        ------
        OsrmError
            when the server fails, or its answer has another shape than was asked for.
        """
        n, spots = len(origins), [*origins, *destinations]
        query = {
            "sources": ";".join(map(str, range(n))),
            "destinations": ";".join(map(str, range(n, len(spots)))),
            "annotations": "duration,distance",
        }
        try:
            return self._asked(
                f"/table/v1/driving/{_places(spots)}",
                query,
                lambda answer: read_table(answer, origins, destinations),
            )
        except OsrmError as error:
            raise OsrmError(f"road table {n} x {len(destinations)}: {error}") from None

    def _why_not_asked(self, origin: Spot, destination: Spot, conditions: Conditions) -> str:
        if conditions.countries or conditions.closed & self.road_labels:
            return _CLOSURE
        if (origin.lon, origin.lat) == (destination.lon, destination.lat):
            return _ONE_PLACE
        return ""

    def _measured(self, origin: Spot, destination: Spot) -> Route:
        return self._asked(
            f"/route/v1/driving/{_places([origin, destination])}",
            {"overview": "simplified", "geometries": "geojson"},
            lambda answer: read_route(answer, origin, destination),
        )

    def _asked(
        self, path: str, query: dict[str, str], accept: Callable[[dict[str, Any]], _Found]
    ) -> _Found:
        """Return what an answer says, kept or new; only what was accepted is kept."""
        file = self._file(path, query)
        kept = read_kept(file, _MOST_BYTES)
        if kept is not None:
            try:
                return accept(read_answer(_OK, kept))
            except RouteError:
                self._record.doubted += 1
        reply = self._fetched(path, query)
        found = accept(read_answer(reply.status, reply.content))
        if file is not None and not keep(file, reply.content):
            self._record.unkept = str(file.parent)
        return found

    def _fetched(self, path: str, query: dict[str, str]) -> _Reply:
        if self._record.strikes >= _STRIKES:
            raise OsrmError(_LEFT)
        end = time.monotonic() + self.deadline_s
        wait, fault = _FIRST_WAIT_S, ""
        for attempt in range(_RETRIES + 1):
            if attempt:
                self.sleep(wait)
                wait *= 2
            reply = self._tried(path, query, end)
            if reply is None:
                fault = f"no whole answer in {self.deadline_s:g} s"
                break
            if not reply.fault and reply.status not in _RETRIED:
                self._record.strikes = 0
                return _checked(reply)
            fault = f"{reply.fault or f'HTTP {reply.status}'} after {_RETRIES + 1} tries"
        self._record.strikes += 1
        raise OsrmError(fault)

    def _tried(self, path: str, query: dict[str, str], end: float) -> _Reply | None:
        """Return what came of one try, or None if the end came first.

        The try has a thread of its own: a time limit of `requests` is one between two bytes.
        """
        left = end - time.monotonic()
        if left <= 0:
            return None
        parts = urlsplit(self.base_url)
        url = urlunsplit(parts._replace(path=parts.path.rstrip("/") + path, fragment=""))
        given_up, box = threading.Event(), SimpleQueue[_Reply]()

        def ask() -> None:
            reply = _Reply(fault="no answer")
            try:
                with self.session.get(
                    url, params=query, timeout=self.timeout_s, allow_redirects=False, stream=True
                ) as response:
                    reply = _read(response, given_up)
            except (OSError, ValueError) as error:  # those of requests are OSErrors
                reply = _Reply(fault=type(error).__name__)
            finally:
                box.put(reply)

        threading.Thread(target=ask, daemon=True).start()
        try:
            return box.get(timeout=left)
        except Empty:
            given_up.set()
            return None

    def _file(self, path: str, query: dict[str, str]) -> Path | None:
        if self.cache_dir is None:
            return None
        key = json.dumps([self.address + path, query], sort_keys=True).encode()
        return self.cache_dir / "osrm" / f"{hashlib.sha256(key).hexdigest()}.json"


def open_osrm(base_url: str, fallback: WorldRouter, cache_dir: Path | None) -> OsrmRouter:
    """Return a router over the server at an address.

    Raises
    ------
    OsrmError
        if that is no address of a web server.
    """
    import requests  # noqa: PLC0415  (only those who have a server need it)

    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        shown = base_url.rpartition("@")[2].partition("?")[0]
        raise OsrmError(f"OSRM server {shown!r}, wanted an address such as http://localhost:5000")
    session = requests.Session()
    session.headers["User-Agent"] = "greenlane"
    return OsrmRouter(
        base_url=base_url,
        fallback=fallback,
        road_labels=_road_labels(fallback),
        session=session,
        cache_dir=cache_dir,
    )


def _road_labels(router: WorldRouter) -> frozenset[str]:
    """Return what a closure of roads may name; the road network itself takes long to read."""
    rows = router.catalogue.table("network/fixed_links.csv", FIXED_LINKS).rows
    return frozenset(row["link_id"] for row in rows if row["mode"] == "road")


def _grouped(what: str, reasons: dict[str, str]) -> list[str]:
    """Return the first few reasons with the number of roads of each, and a count of the rest."""
    roads = Counter(reasons.values())
    first: dict[str, str] = {}
    for name, reason in reasons.items():
        first.setdefault(reason, name)
    told = [
        f"{what}, since {reason} "
        + (f"({first[reason]})" if n == 1 else f"({n} roads, the first {first[reason]})")
        for reason, n in list(roads.items())[:_REASONS]
    ]
    rest = list(roads.values())[_REASONS:]
    if rest:
        told.append(f"{what}, for {len(rest)} other reasons ({sum(rest)} roads)")
    return told


def _places(spots: Sequence[Spot]) -> str:
    return ";".join(f"{s.lon:.6f},{s.lat:.6f}" for s in spots)


def _read(response: requests.Response, given_up: threading.Event) -> _Reply:
    """Return what a server sends, or as much of it as shows that it is too much."""
    content = bytearray()
    if response.status_code in _ANSWERS:
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > _MOST_BYTES or given_up.is_set():
                break
    return _Reply(status=response.status_code, content=bytes(content))


def _checked(reply: _Reply) -> _Reply:
    if reply.status not in _ANSWERS:
        raise OsrmError(f"HTTP {reply.status}")
    if len(reply.content) > _MOST_BYTES:
        raise OsrmError(f"more than {_MOST_BYTES} bytes")
    return reply
