"""The OSRM adapter against a server that is slow, broken, lying or right."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests

from optimizer.errors import RouteError
from optimizer.osrm import OsrmError, OsrmRouter
from optimizer.ways.route import OPEN, Conditions, Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.ways.route import Spot


@dataclass(frozen=True)
class Place:
    """A point with a name."""

    hub_id: str
    lon: float
    lat: float


PARIS, LYON = Place("PARIS", 2.35, 48.86), Place("LYON", 4.84, 45.76)


@dataclass
class Estimate:
    """A router that always answers, and counts how often it was asked."""

    asked: list[tuple[str, Conditions]] = field(default_factory=list)

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        assert (origin, destination) == (PARIS, LYON)
        self.asked.append((mode, conditions))
        return Route(distance_km=480.0, distance_kind="sfd", evidence="measured")


def good(km: float = 465.0) -> dict[str, Any]:
    ends = [[PARIS.lon, PARIS.lat], [LYON.lon, LYON.lat]]
    line = {"type": "LineString", "coordinates": [ends[0], [3.5, 47.3], ends[1]]}
    return {
        "code": "Ok",
        "routes": [{"distance": km * 1000, "duration": 16000.0, "geometry": line}],
        "waypoints": [{"location": end, "name": "", "distance": 3.0} for end in ends],
    }


class Handler(BaseHTTPRequestHandler):
    """Says what it was told to say."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    paths: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Handler.paths.append(self.path)
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == 0:  # a server that never answers in time
            self.server.hold.wait(2)  # type: ignore[attr-defined]
            return
        self.send_response(status)
        if status in {301, 302}:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the tests quiet."""


@dataclass
class Stub:
    """The server, and the waits that a router took."""

    url: str
    waits: list[float] = field(default_factory=list)

    def says(self, *answers: tuple[int, object]) -> None:
        Handler.answers = [
            (status, body if isinstance(body, bytes) else json.dumps(body).encode())
            for status, body in answers
        ]
        Handler.paths.clear()

    def router(self, cache_dir: Path | None = None) -> OsrmRouter:
        session = requests.Session()
        session.trust_env = False
        return OsrmRouter(
            base_url=self.url,
            fallback=Estimate(),
            session=session,
            cache_dir=cache_dir,
            sleep=self.waits.append,
            timeout_s=(1.0, 0.3),
        )


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.hold = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield Stub(url=f"http://127.0.0.1:{server.server_address[1]}")
    server.hold.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_good_answer_is_a_measured_way(stub: Stub) -> None:
    stub.says((200, good()))
    router = stub.router()
    found = router.route(PARIS, LYON, "road")
    assert (found.distance_km, found.evidence, found.distance_kind) == (465.0, "measured", "sfd")
    assert found.geometry[0] == (2.35, 48.86)
    assert found.geometry[-1] == (4.84, 45.76)
    assert router.failures == ()


def test_an_answer_is_kept_and_not_asked_again(stub: Stub, tmp_path: Path) -> None:
    stub.says((200, good()))
    first = stub.router(tmp_path).route(PARIS, LYON, "road")
    stub.says((500, b""))
    assert stub.router(tmp_path).route(PARIS, LYON, "road") == first
    assert Handler.paths == []


def test_a_damaged_copy_on_disk_is_told_and_not_believed(stub: Stub, tmp_path: Path) -> None:
    stub.says((200, good()))
    stub.router(tmp_path).route(PARIS, LYON, "road")
    (kept,) = (tmp_path / "osrm").iterdir()
    kept.write_text(json.dumps(good(km=1.0)))
    router = stub.router(tmp_path)
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert "great circle" in router.failures[0]


def test_a_server_that_recovers_is_asked_again_with_growing_waits(stub: Stub) -> None:
    stub.says((503, b""), (500, b""), (200, good()))
    router = stub.router()
    assert router.route(PARIS, LYON, "road").distance_km == 465.0
    assert stub.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((500, b"oops"), "HTTP 500"),
        ((0, b""), "Timeout"),
        ((200, b"<html>"), "no JSON"),
        ((200, b"[" * 100_000), "no JSON"),
        ((200, []), "wanted an object"),
        ((200, {"code": "Ok"}), "without distance"),
        ((200, {"code": "InvalidQuery"}), "InvalidQuery"),
        ((200, good() | {"waypoints": []}), "0 waypoints"),
        ((200, good(km=200.0)), "great circle"),
        ((200, good(km=0.0)), "great circle"),
        ((200, good(km=1e9)), "great circle"),
        ((200, good() | {"routes": [{"distance": "465000"}]}), "without distance"),
        ((200, good() | {"routes": [{"distance": float("nan")}]}), "without distance"),
        ((302, b""), "no JSON"),
        ((404, b"nothing here"), "no JSON"),
    ],
)
def test_a_server_that_misbehaves_leaves_an_estimate_and_a_reason(
    stub: Stub, answer: tuple[int, object], told: str
) -> None:
    stub.says(answer)
    router = stub.router()
    found = router.route(PARIS, LYON, "road")
    assert found.evidence == "estimated"
    assert found.quality == "estimate"
    assert found.distance_km == 480.0
    assert told in router.failures[0]


def test_a_road_found_for_another_place_is_not_believed(stub: Stub) -> None:
    far = good()
    far["waypoints"][1]["location"] = [5.5, 45.0]
    stub.says((200, far))
    router = stub.router()
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert "km off" in router.failures[0]


def test_no_route_is_an_answer_and_no_failure(stub: Stub) -> None:
    stub.says((200, {"code": "NoRoute", "message": "Impossible route"}))
    router = stub.router()
    with pytest.raises(RouteError, match="NoRoute"):
        router.route(PARIS, LYON, "road")
    assert router.failures == ()


def test_a_server_that_is_not_there_leaves_an_estimate(stub: Stub) -> None:
    session = requests.Session()
    session.trust_env = False
    router = OsrmRouter(
        base_url="http://127.0.0.1:9",
        fallback=Estimate(),
        session=session,
        sleep=stub.waits.append,
    )
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert stub.waits == [0.5, 1.0, 2.0]


def test_other_modes_and_closures_go_to_the_networks(stub: Stub) -> None:
    stub.says((500, b""))
    router = stub.router()
    shut = Conditions(countries=frozenset({"CH"}))
    router.route(PARIS, LYON, "rail")
    assert router.route(PARIS, LYON, "road", shut).evidence == "measured"
    assert isinstance(router.fallback, Estimate)
    assert router.fallback.asked == [("rail", OPEN), ("road", shut)]
    assert Handler.paths == []


def test_a_table_has_the_shape_that_was_asked_for(stub: Stub) -> None:
    stub.says(
        (200, {"code": "Ok", "distances": [[465000.0, None]], "durations": [[16200.0, None]]})
    )
    table = stub.router().table([PARIS], [LYON, PARIS])
    assert table.km == ((465.0, None),)
    assert table.hours == ((4.5, None),)
    assert "sources=0&destinations=1%3B2" in Handler.paths[0]


@pytest.mark.parametrize(
    "distances", [None, [], [[1.0]], [[1.0, 2.0], [1.0, 2.0]], [["1", 2.0]], [[-1.0, 2.0]], "x"]
)
def test_a_table_of_another_shape_is_refused(stub: Stub, distances: object) -> None:
    stub.says((200, {"code": "Ok", "distances": distances, "durations": [[1.0, 2.0]]}))
    with pytest.raises(OsrmError):
        stub.router().table([PARIS], [LYON, PARIS])


def test_too_big_an_answer_is_dropped(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.osrm._MOST_BYTES", 1000)
    stub.says((200, b" " * 5000))
    router = stub.router()
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert "more than 1000 bytes" in router.failures[0]
