"""The OSRM adapter against a server that is slow, broken, lying or right."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests

from data import open_catalogue
from optimizer.errors import RouteError
from optimizer.osrm import OsrmError, OsrmRouter, open_osrm
from optimizer.routers import open_router
from optimizer.ways.graph import Graph
from optimizer.ways.route import OPEN, Conditions, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.ways.route import Spot


@dataclass(frozen=True)
class Place:
    """A point with a name."""

    hub_id: str
    lon: float
    lat: float


LINK = "oresund"
PARIS, LYON = Place("PARIS", 2.35, 48.86), Place("LYON", 4.84, 45.76)


@dataclass
class Estimate:
    """A router that always answers, and counts how often it was asked."""

    asked: list[tuple[str, Conditions]] = field(default_factory=list)

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        assert {origin.lat, destination.lat} <= {PARIS.lat, LYON.lat}
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


def bent(line: list[list[float]]) -> dict[str, Any]:
    answer = good()
    answer["routes"][0]["geometry"]["coordinates"] = line
    return answer


DRIP = -1


class Handler(BaseHTTPRequestHandler):
    """Says what it was told to say."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    paths: ClassVar[list[str]] = []
    users: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        Handler.paths.append(self.path)
        Handler.users.append(self.headers["Authorization"])
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status == 0:  # a server that never answers in time
            self.server.hold.wait(2)  # type: ignore[attr-defined]
            return
        if status == DRIP:  # a byte now and then, each in time
            self.send_response(200)
            self.end_headers()
            while not self.server.hold.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b" ")
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
        Handler.users.clear()

    def router(
        self, cache_dir: Path | None = None, url: str = "", deadline_s: float = 60.0
    ) -> OsrmRouter:
        session = requests.Session()
        session.trust_env = False
        return OsrmRouter(
            base_url=url or self.url,
            fallback=Estimate(),
            road_labels=frozenset({LINK}),
            session=session,
            deadline_s=deadline_s,
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


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(good(km=1.0)),
        json.dumps(good(km=1e6)),
        "{}",
        "",
        json.dumps({"code": "NoRoute"}),
        "[" * 100_000,
    ],
)
def test_a_damaged_copy_on_disk_is_told_and_asked_for_again(
    stub: Stub, tmp_path: Path, content: str
) -> None:
    stub.says((200, good()))
    stub.router(tmp_path).route(PARIS, LYON, "road")
    (kept,) = (tmp_path / "osrm").iterdir()
    kept.write_text(content)
    router = stub.router(tmp_path)
    found = router.route(PARIS, LYON, "road")
    assert (found.distance_km, found.evidence) == (465.0, "measured")
    assert len(Handler.paths) == 2
    assert "1 kept answers were not believed" in router.failures[0]
    assert router.told[1:] == router.failures
    assert json.loads(kept.read_text()) == good()


@pytest.mark.parametrize("answer", [good(km=200.0), {"code": "NoRoute"}, {"code": "Ok"}])
def test_what_was_not_accepted_is_not_kept(
    stub: Stub, tmp_path: Path, answer: dict[str, Any]
) -> None:
    stub.says((200, answer))
    router = stub.router(tmp_path)
    try:
        router.route(PARIS, LYON, "road")
    except RouteError as error:
        assert "NoRoute" in str(error)  # noqa: PT017  (some of the answers are failures)
    stub.says((200, {"code": "Ok", "distances": [[1.0]]}))
    with pytest.raises(OsrmError):
        router.table([PARIS], [LYON])
    assert not (tmp_path / "osrm").exists()


def test_answers_that_cannot_be_kept_do_not_end_a_run(stub: Stub, tmp_path: Path) -> None:
    stub.says((200, good()))
    file = tmp_path / "file"
    file.write_text("no folder")
    for folder in (file, file / "deeper", Path("/proc/greenlane")):
        router = stub.router(folder)
        assert router.route(PARIS, LYON, "road").evidence == "measured"
        assert router.failures == (
            f"OSRM: answers were not kept: {folder / 'osrm'} cannot be written",
        )
        assert router.told[1:] == router.failures


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
        ((200, good(km=1640.0)), "at most"),
        ((200, good() | {"routes": [{"distance": 10**400}]}), "without distance"),
        ((200, b'{"code": "Ok", "routes": ' + b"9" * 5000 + b"}"), "no JSON"),
        ((200, bent([[2.35, 48.86], [1e300, 1e300], [4.84, 45.76]])), "without distance"),
        ((200, bent([[2.35, 48.86], [5.5, 45.0]])), "km off"),
        ((200, bent([[2.35, 48.86]])), "a line"),
        ((400, good()), "HTTP 400"),
        ((400, {"code": "InvalidQuery"}), "InvalidQuery"),
        ((201, good()), "HTTP 201"),
        ((204, b""), "HTTP 204"),
        ((302, good()), "HTTP 302"),
        ((403, good()), "HTTP 403"),
        ((418, {"code": "NoRoute"}), "HTTP 418"),
        ((200, good() | {"routes": [{"distance": "465000"}]}), "without distance"),
        ((200, good() | {"routes": [{"distance": float("nan")}]}), "without distance"),
        ((302, b""), "HTTP 302"),
        ((404, b"nothing here"), "HTTP 404"),
        ((400, b"nothing here"), "no JSON"),
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
    assert router.failures[0].startswith("road PARIS-LYON: ")
    assert "48.86" not in router.failures[0]
    assert router.told[0].endswith("for a car; 1 by the shipped network")


def test_a_road_found_for_another_place_is_not_believed(stub: Stub) -> None:
    far = good()
    far["waypoints"][1]["location"] = [5.5, 45.0]
    stub.says((200, far))
    router = stub.router()
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert "km off" in router.failures[0]


@pytest.mark.parametrize("status", [200, 400])
def test_no_route_is_an_answer_and_no_failure(stub: Stub, status: int) -> None:
    stub.says((status, {"code": "NoRoute", "message": "Impossible route"}))
    router = stub.router()
    with pytest.raises(RouteError, match=r"road PARIS-LYON: .* \(NoRoute\)$"):
        router.route(PARIS, LYON, "road")
    assert router.failures == ()
    assert router.told[0].endswith("0 by the shipped network; 1 that the server knows no way for")


def test_a_server_that_fails_twice_in_a_row_is_left(stub: Stub, tmp_path: Path) -> None:
    stub.says((200, good()))
    stub.router(tmp_path).route(PARIS, LYON, "road")
    stub.says((503, b""))
    router = stub.router(tmp_path)
    for _ in range(5):
        assert router.route(LYON, PARIS, "road").evidence == "estimated"
    assert len(Handler.paths) == 2 * 4
    assert router.failures == (
        "road LYON-PARIS: HTTP 503 after 4 tries",
        "the server left 2 questions in a row unanswered and is not asked again",
    )
    assert router.route(PARIS, LYON, "road").evidence == "measured"  # kept on disk


def test_a_server_that_answers_in_between_is_asked_on(stub: Stub) -> None:
    for answer in ((200, good()), (400, {"code": "InvalidQuery"})):
        stub.says(*[(503, b"")] * 4, answer, (503, b""))
        router = stub.router()
        for _ in range(4):
            router.route(PARIS, LYON, "road")
        assert len(Handler.paths) == 4 + 1 + 4 + 4


def test_a_server_that_drips_is_left_after_a_while(stub: Stub) -> None:
    stub.says((DRIP, b""))
    router = stub.router(deadline_s=0.3)
    began = time.monotonic()
    for _ in range(3):
        assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert time.monotonic() - began < 2
    assert router.failures[0] == "road PARIS-LYON: no whole answer in 0.3 s"
    assert len(Handler.paths) == 2


def test_users_and_keys_are_used_and_told_to_nobody(stub: Stub, tmp_path: Path) -> None:
    secret = stub.url.replace("http://", "http://ann:s3cret@") + "/osrm/?key=k3y"
    stub.says((200, good()))
    router = stub.router(tmp_path, secret)
    assert router.route(PARIS, LYON, "road").evidence == "measured"
    assert Handler.users == ["Basic " + base64.b64encode(b"ann:s3cret").decode()]
    assert Handler.paths[0].startswith("/osrm/route/v1/driving/2.35")
    assert "?key=k3y&overview=simplified" in Handler.paths[0]
    assert router.address == f"{stub.url}/osrm"
    # Another key, the same question: what was kept is found.
    assert stub.router(tmp_path, f"{stub.url}/osrm").route(PARIS, LYON, "road")
    assert len(Handler.paths) == 1
    stub.says((500, b""))
    router.route(LYON, PARIS, "road")
    with pytest.raises(OsrmError) as refused:
        router.table([PARIS], [LYON])
    said = " ".join([*router.told, *router.failures, str(refused.value), repr(router)])
    assert "/osrm" in said
    for word in ("ann", "s3cret", "k3y"):
        assert word not in said


@pytest.mark.parametrize(
    "url",
    [
        "ann:s3cret@host:5000",
        "ftp://ann:s3cret@host?k3y",
        "http://",
        "http://ann:s3cret@host:port?k3y",
        "http://ann:s3cret@[::1",
        "",
    ],
)
def test_what_is_no_address_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(OsrmError, match="wanted an address") as refused:
        open_osrm(url, open_router(open_catalogue()), None)
    for word in ("ann", "s3cret", "k3y"):
        assert word not in str(refused.value)


def test_reasons_are_grouped(stub: Stub) -> None:
    stub.says((200, []))
    router = stub.router()
    for n in range(4):
        router.route(Place(f"P{n}", PARIS.lon, PARIS.lat), LYON, "road")
    for n, km in enumerate((1.0, 2.0, 3.0, 4.0)):
        stub.says((200, good(km)))
        router.route(Place(f"Q{n}", PARIS.lon, PARIS.lat), LYON, "road")
    stub.says((200, good()))
    router.route(PARIS, LYON, "road")
    router.route(PARIS, LYON, "road", Conditions(countries=frozenset({"CH"})))
    told = router.told
    assert told[0] == (
        f"roads: 1 measured by the OSRM server at {stub.url} for a car; 9 by the shipped network"
    )
    assert (
        told[1] == "road estimated, since found list, wanted an object (4 roads, the first P0-LYON)"
    )
    assert told[2].endswith("(Q0-LYON)")
    assert told[4] == "road estimated, for 2 other reasons (2 roads)"
    assert told[5].startswith("road by the shipped network, since a closure concerns roads")
    assert len(told) == 6


def test_a_server_that_is_not_there_leaves_an_estimate(stub: Stub) -> None:
    session = requests.Session()
    session.trust_env = False
    router = OsrmRouter(
        base_url="http://127.0.0.1:9",
        fallback=Estimate(),
        road_labels=frozenset(),
        session=session,
        sleep=stub.waits.append,
    )
    assert router.route(PARIS, LYON, "road").evidence == "estimated"
    assert stub.waits == [0.5, 1.0, 2.0]


def test_other_modes_and_closed_roads_go_to_the_networks(stub: Stub) -> None:
    stub.says((500, b""))
    router = stub.router()
    shut, broken = Conditions(countries=frozenset({"CH"})), Conditions(closed=frozenset({LINK}))
    router.route(PARIS, LYON, "rail")
    assert router.route(PARIS, LYON, "road", shut).evidence == "measured"
    assert router.route(PARIS, LYON, "road", broken).evidence == "measured"
    assert router.route(PARIS, Place("PARIS2", PARIS.lon, PARIS.lat), "road").distance_km == 480.0
    assert isinstance(router.fallback, Estimate)
    assert router.fallback.asked == [
        ("rail", OPEN),
        ("road", shut),
        ("road", broken),
        ("road", OPEN),
    ]
    assert Handler.paths == []
    assert router.failures == ()


def test_what_is_closed_to_others_does_not_keep_from_asking(stub: Stub) -> None:
    stub.says((200, good()))
    router = stub.router()
    shut = Conditions(
        closed=frozenset({"suez", "gauge:malaszewicze-brest"}),
        airspace=frozenset({"RU"}),
        hubs=frozenset({"PVG"}),
        modes=frozenset({"sea"}),
        draft_m=14.0,
    )
    assert router.route(PARIS, LYON, "road", shut).evidence == "measured"
    assert len(Handler.paths) == 1


def test_the_labels_of_roads_are_known_without_the_network() -> None:
    catalogue = open_catalogue()
    shipped = open_router(catalogue)
    router = open_osrm("http://localhost:5000", shipped, None)
    roads = Graph.load(catalogue, "network/odbl/road", label="label")
    assert router.road_labels >= set(roads.labels) - {""}
    assert not router.road_labels & shipped.passages.keys()
    assert "seikan_tunnel" not in router.road_labels


def test_a_table_has_the_shape_that_was_asked_for(stub: Stub) -> None:
    stub.says(
        (200, {"code": "Ok", "distances": [[465000.0, None]], "durations": [[16200.0, None]]})
    )
    table = stub.router().table([PARIS], [LYON, PARIS])
    assert table.km == ((465.0, None),)
    assert table.hours == ((4.5, None),)
    assert "sources=0&destinations=1%3B2" in Handler.paths[0]


@pytest.mark.parametrize(
    "distances",
    [
        None,
        [],
        [[1.0]],
        [[465000.0, 2.0], [465000.0, 2.0]],
        [["1", 2.0]],
        [[465000.0, -1.0]],
        [[465000.0, 10**400]],
        [[200000.0, 2.0]],
        [[5e6, 2.0]],
        [[465000.0, 60000.0]],
        "x",
    ],
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
