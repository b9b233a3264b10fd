"""The server over real HTTP: the calls, pages and errors of PACT v2 and iLEAP, and our own call."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator  # noqa: TC003  (pytest reads fixtures' annotations)
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path  # noqa: TC003  (likewise)
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.server import LOOPBACK, create_app
from app.server_filters import (
    MAX_FILTER,
    BadFilterError,
    FilterNotDoneError,
    footprint_filter,
)
from app.server_guard import MAX_BODY_BYTES
from app.server_routes import EVENT_TYPES, PAGE
from app.server_store import Store, read_store, write_store
from app.server_tokens import BadTokenError, Signer, hash_secret, knows
from data import open_catalogue
from data.errors import DataError, GreenlaneError
from emissions import TCE, Factors, take_inventory
from emissions.exchange import LegFacts, Place, Publication, objects_of, publish, read_objects
from emissions.exchange.pact import SCHEMAS

FACTORS = Factors.load(open_catalogue())
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
CLIENTS = {"partner": hash_secret("s3cret:with colon", salt=b"test"), "second": "plain"}
PARTNER = ("partner", "s3cret:with colon")


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def flight(name: str, mass_kg: float) -> TCE:
    return TCE(
        shipment_id=name,
        leg_no=1,
        kind="transport",
        mode="air",
        origin="PVG",
        destination="FRA",
        mass_kg=mass_kg,
        distance_km=8880.0,
        distance_kind="gcd",
        toc_id="AIR-LONGHAUL-AVG",
    )


def truck(name: str) -> TCE:
    return replace(
        flight(name, 500.0),
        mode="road",
        distance_km=550.0,
        distance_kind="sfd",
        toc_id="ROAD-ARTIC33-AVG",
    )


def hub(name: str) -> TCE:
    return TCE(
        shipment_id=name,
        leg_no=2,
        kind="hub",
        mode="road",
        origin="FRA",
        destination="FRA",
        mass_kg=500.0,
        hoc_id="HUB-CROSSDOCK",
        energy_kwh=round(500.0 / 1000 * FACTORS.hoc("HUB-CROSSDOCK").kwh_per_t, 6),
        grid_id="DE",
    )


def a_store() -> Store:
    elements = [*(flight(f"S{i}", 100.0 * i) for i in range(1, 5)), truck("T1"), hub("T1")]
    times = LegFacts(departs_at=NOON - timedelta(days=9), arrives_at=NOON - timedelta(days=8))
    found = objects_of(
        take_inventory(elements, FACTORS),
        FACTORS,
        places={
            "PVG": Place(city="Shanghai", country="CN", iata="PVG"),
            "FRA": Place(city="Frankfurt", country="DE", iata="FRA"),
        },
        facts={(e.shipment_id, e.leg_no): times for e in elements if e.kind == "transport"},
    )
    export = publish(
        found,
        Publication(
            company_name="Example Forwarding",
            company_ids=("urn:example:forwarding",),
            created=NOON - timedelta(days=1),
            period_start=datetime(2025, 1, 1, tzinfo=UTC),
            period_end=datetime(2026, 1, 1, tzinfo=UTC),
        ),
    )
    return Store.of(export.footprints, export.tads)


STORE = a_store()


def echo(legs: list[dict[str, Any]]) -> dict[str, Any]:
    """Stands for the footprint of rows, which the workflow takes."""
    if any("mass_kg" not in leg for leg in legs):
        raise GreenlaneError("legs[0]: mass_kg is missing")
    if any(leg["mass_kg"] == "boom" for leg in legs):
        raise RuntimeError("secret inner state")
    return {"shipments": [], "legs": legs, "totals": {}, "refused": []}


@dataclass
class Running:
    """A server on a port of its own, and what a test needs of it."""

    base_url: str
    clock: Clock
    app: Any
    client: httpx.Client = field(repr=False)

    def token(self, auth: tuple[str, str] = PARTNER) -> str:
        answer = self.client.post(
            "/auth/token", auth=auth, data={"grant_type": "client_credentials"}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(path, params=query or None, headers=self.bearer())

    def post(self, path: str, value: Any) -> httpx.Response:
        return self.client.post(path, json=value, headers=self.bearer())

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(('second', 'plain'))}"}


@contextmanager
def running(**options: Any) -> Iterator[Running]:
    # Named as TCP, or asyncio does not send small answers at once.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen()  # from here on clients wait in the queue: nobody polls
        base_url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
        clock = Clock()
        app = create_app(
            STORE, clients=CLIENTS, base_url=base_url, clock=clock, compute=echo, **options
        )
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", ws="none", server_header=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=base_url, timeout=30, trust_env=False) as client:
                yield Running(base_url=base_url, clock=clock, app=app, client=client)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def host() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test starts at noon, whatever the one before did to the clock."""
    yield
    if "host" in request.fixturenames:
        request.getfixturevalue("host").clock.now = NOON


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, which always has a message and never a traceback."""
    body = answer.json()
    assert body["message"]
    assert "Traceback" not in answer.text
    return answer.status_code, body["code"]


def next_link(answer: httpx.Response) -> str:
    assert answer.headers["link"].endswith('; rel="next"')
    return str(answer.links["next"]["url"])


# --- tokens ---------------------------------------------------------------------------------------


def test_token_is_given_for_the_right_secret(host: Running) -> None:
    """HTTP Basic and a form, as PACT asks; a secret may hold a colon."""
    answer = host.client.post(
        "/auth/token", auth=PARTNER, data={"grant_type": "client_credentials"}
    )
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 3600)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("auth", [("partner", "wrong"), ("nobody", "s3cret"), ("second", "")])
def test_wrong_secret_is_401_and_tells_not_what_was_wrong(
    host: Running, auth: tuple[str, str]
) -> None:
    """A stranger must not learn who is a client."""
    answer = host.client.post("/auth/token", auth=auth, data={"grant_type": "client_credentials"})
    assert problem(answer) == (401, "AccessDenied")
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["error_description"] == "client or secret is wrong"
    assert answer.headers["www-authenticate"] == "Basic"


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({}, "grant_type=client_credentials"),
        ({"Authorization": "Basic !!!"}, "grant_type=client_credentials"),
        ({"Authorization": "Basic eA=="}, "grant_type=client_credentials"),  # no colon
        ({"Authorization": "Basic eDp5"}, "grant_type=password"),
        ({"Authorization": "Basic eDp5"}, ""),
        ({"Authorization": "Basic eDp5"}, "&".join(["a=1"] * 50)),
    ],
)
def test_malformed_token_request_is_400(
    host: Running, headers: dict[str, str], content: str
) -> None:
    """Told apart from a wrong secret."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = host.client.post("/auth/token", headers=headers | kind, content=content)
    assert problem(answer) == (400, "BadRequest")
    assert answer.json()["error_description"]


def test_secrets_are_kept_as_hashes_that_tell_nothing() -> None:
    """Salted: the same secret twice is two hashes; the hash itself opens nothing."""
    kept = hash_secret("s")
    assert kept != hash_secret("s")
    assert knows({"c": kept}, "c", "s")
    assert not knows({"c": kept}, "c", kept)
    assert not knows({"c": kept}, "d", "s")


def test_token_of_another_process_or_purpose_is_not_ours() -> None:
    """A restart forgets all tokens; a cursor is no token."""
    clock = Clock()
    ours, theirs = (Signer(key=key, clock=clock) for key in (b"a", b"b"))
    for text in (theirs.token("c", 60), ours.sign("/2/footprints", {"c": "c", "e": 9e9}), "", "é"):
        with pytest.raises(BadTokenError):
            ours.client(text)


# --- conformance: emissions data, 001 to 003 ------------------------------------------------------


@pytest.mark.parametrize("kind", ["shipment", "toc", "hoc"])
def test_conformance_001_to_003_each_object_is_listed(host: Running, kind: str) -> None:
    """Footprints with a ShipmentFootprint, a TOC and a HOC are on offer, each alone in its own."""
    listed = host.get("/2/footprints").json()["data"]
    of_kind = [f for f in listed if f["extensions"][0]["dataSchema"] == SCHEMAS[kind]]
    assert of_kind
    assert all(len(f["extensions"]) == 1 for f in of_kind)


def test_every_category_that_a_shipment_names_can_be_fetched(host: Running) -> None:
    """The receiver needs intensities to check what it was told."""
    listed = host.get("/2/footprints").json()
    found = read_objects(json.dumps(listed).encode())
    assert found.refused == []
    assert found.report.ok
    for shipment in found.shipments.values():
        for tce in shipment.thing.tces:
            assert tce.toc_id in found.tocs or tce.hoc_id in found.hocs


def test_footprint_is_fetched_by_its_id(host: Running) -> None:
    """Listed and fetched are the same bytes of data."""
    for footprint in host.get("/2/footprints").json()["data"]:
        answer = host.get(f"/2/footprints/{footprint['id']}")
        assert answer.json() == {"data": footprint}
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["6a1d2f0e-0000-4000-8000-000000000000", "random-string", "%F0"])
def test_unknown_footprint_is_404(host: Running, name: str) -> None:
    """Also where the id is none at all."""
    assert problem(host.get(f"/2/footprints/{name}")) == (404, "NoSuchFootprint")


# --- conformance: activity data, 004 to 008 -------------------------------------------------------


def test_conformance_004_all_activity_data(host: Running) -> None:
    """One for each carriage."""
    data = host.get("/2/ileap/tad").json()["data"]
    assert len(data) == 5
    found = read_objects(json.dumps({"data": data}).encode())
    assert found.refused == []
    assert len(found.tads) == 5


@pytest.mark.parametrize(("mode", "count"), [("Air", 4), ("aIR", 4), ("road", 1), ("Sea", 0)])
def test_conformance_005_filtered_activity_data(host: Running, mode: str, count: int) -> None:
    """Names of fields in their case, values in any."""
    data = host.get("/2/ileap/tad", mode=mode).json()["data"]
    assert len(data) == count
    assert {t["mode"].casefold() for t in data} <= {mode.casefold()}


def test_unknown_names_of_activity_filters_do_not_filter(host: Running) -> None:
    """Best effort; `Mode` is no field, `consignmentIds` is a list."""
    assert len(host.get("/2/ileap/tad", Mode="Air", colour="red").json()["data"]) == 5
    (one,) = host.get("/2/ileap/tad", consignmentIds="t1").json()["data"]
    assert one["activityId"] == "T1/1"


def test_conformance_006_pages_of_activity_data(host: Running) -> None:
    """Limit and links lead through all of them once; the filter goes along."""
    answer = host.get("/2/ileap/tad", mode="Air", limit=3)
    seen = [t["activityId"] for t in answer.json()["data"]]
    assert len(seen) == 3
    answer = host.client.get(next_link(answer), headers=host.bearer())
    seen += [t["activityId"] for t in answer.json()["data"]]
    assert seen == ["S1/1", "S2/1", "S3/1", "S4/1"]
    assert "link" not in answer.headers


PROTECTED = ["/2/footprints", "/2/footprints/x", "/2/ileap/tad"]


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer x.y", "Basic eDp5", "Token t"]
)
def test_conformance_007_invalid_token_is_403(host: Running, path: str, header: str) -> None:
    """A token of nobody opens nothing, not even an error about the rest of the question."""
    headers = {"Authorization": header} if header else {}
    answer = host.client.get(path, params={"limit": 0}, headers=headers)
    assert problem(answer) == (403, "AccessDenied")


def test_changed_token_is_403(host: Running) -> None:
    """One more letter, or a longer life, and the signature does not fit."""
    body, mac = host.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    longer = base64.urlsafe_b64encode(json.dumps(claims | {"e": 9e9}).encode()).rstrip(b"=")
    for text in (f"{body}.{mac}A", f"{longer.decode()}.{mac}", f"{body}x.{mac}"):
        answer = host.client.get(PROTECTED[0], headers={"Authorization": f"Bearer {text}"})
        assert problem(answer) == (403, "AccessDenied")


@pytest.mark.parametrize("path", PROTECTED)
def test_conformance_008_expired_token_is_401(host: Running, path: str) -> None:
    """TokenExpired, as PACT calls it; by the clock that was given, to the second."""
    headers = host.bearer()
    host.clock.now = NOON + timedelta(seconds=3599)
    assert host.client.get(path, headers=headers).status_code in {200, 404}
    host.clock.now = NOON + timedelta(seconds=3600)
    answer = host.client.get(path, headers=headers)
    assert problem(answer) == (401, "TokenExpired")
    assert answer.headers["www-authenticate"] == "Bearer"


# --- pages and filters of footprints --------------------------------------------------------------


def test_pages_of_footprints_hold_each_once_and_links_repeat(host: Running) -> None:
    """An absolute address on the same host, with a cursor that clients cannot make."""
    everything = [f["id"] for f in host.get("/2/footprints").json()["data"]]
    seen: list[str] = []
    answer = host.get("/2/footprints", limit=2)
    while True:
        seen += [f["id"] for f in answer.json()["data"]]
        if "link" not in answer.headers:
            break
        link = next_link(answer)
        assert link.startswith(f"{host.base_url}/2/footprints?")
        answer = host.client.get(link, headers=host.bearer())
        again = host.client.get(link, headers=host.bearer())
        assert again.json() == answer.json()
    assert seen == everything
    assert len(seen) == len(set(seen)) == 8


def test_link_still_works_after_three_minutes(host: Running) -> None:
    """The protocol demands 180 seconds; ours lasts as long as the process."""
    link = next_link(host.get("/2/footprints", limit=2))
    host.clock.now = NOON + timedelta(seconds=180)
    assert host.client.get(link, headers=host.bearer()).status_code == 200


def test_cursor_that_we_did_not_sign_is_400(host: Running) -> None:
    """Nor does one of another list fit."""
    link = next_link(host.get("/2/ileap/tad", limit=2))
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    for text in ("x", cursor, f"{cursor}A"):
        assert problem(host.get("/2/footprints", cursor=text)) == (400, "BadRequest")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "9" * 5000])
def test_limit_below_one_is_400(host: Running, limit: str) -> None:
    """Also what is no number."""
    for path in ("/2/footprints", "/2/ileap/tad"):
        assert problem(host.get(path, limit=limit)) == (400, "BadRequest")


def test_limit_above_all_is_all(host: Running) -> None:
    """A page of ours has an end of its own, beyond what this store holds."""
    answer = host.get("/2/footprints", limit=10 * PAGE)
    assert len(answer.json()["data"]) == 8


SHIPMENT = "urn:pathfinder:product:customcode:vendor-assigned:shipment:S1"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("created ge 2026-01-14T12:00:00Z", 8),  # as conformance testers write it
        ("created ge '2026-01-14T12:00:00.000Z'", 8),
        ("created gt '2026-01-14T12:00:00Z'", 0),
        ("created lt '2026-01-14T13:00:00+02:00'", 0),
        ("(created ge '2026-01-01T00:00:00Z') and (created le '2026-02-01T00:00:00Z')", 8),
        ("updated ge '2020-01-01T00:00:00Z'", 0),
        ("productCategoryCpc eq '83117'", 8),
        ("productCategoryCpc eq '3342'", 0),
        ("pcf/reportingPeriodStart ge '2025-01-01T00:00:00Z'", 8),
        ("reportingPeriodEnd lt '2026-01-01T00:00:00Z'", 0),
        ("pcf/geographyCountry eq 'DE'", 0),
        (f"productIds/any(productId:(productId eq '{SHIPMENT}'))", 1),
        (f"productIds/any(x:x eq '{SHIPMENT}') and created ge '2020-01-01T00:00:00Z'", 1),
        ("companyIds/any(companyId:(companyId eq 'urn:example:forwarding'))", 8),
        ("companyIds/any(companyId:(companyId eq 'it''s'))", 0),
    ],
)
def test_filters_of_the_protocol_filter(host: Running, text: str, count: int) -> None:
    """The subset of OData that PACT v2 names."""
    answer = host.get("/2/footprints", **{"$filter": text})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["data"]) == count


def test_filter_goes_along_with_the_pages(host: Running) -> None:
    """The link alone keeps the question."""
    text = "companyIds/any(c:(c eq 'urn:example:forwarding'))"
    answer = host.get("/2/footprints", limit=7, **{"$filter": text})
    rest = host.client.get(next_link(answer), headers=host.bearer())
    assert len(rest.json()["data"]) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("created ne '2026-01-01T00:00:00Z'", "NotImplemented"),
        ("productCategoryCpc eq '1' or productCategoryCpc eq '2'", "NotImplemented"),
        ("not (productCategoryCpc eq '1')", "NotImplemented"),
        ("companyName eq 'x'", "NotImplemented"),
        ("productIds/all(x:(x eq 'y'))", "NotImplemented"),
        ("contains(companyName, 'x')", "BadRequest"),  # a comma is in no filter of ours
        ("created ge", "BadRequest"),
        ("created ge 'yesterday'", "BadRequest"),
        ("created like 'x'", "BadRequest"),
        ("'x' eq created", "BadRequest"),
        ("(created ge '2026-01-01T00:00:00Z'", "BadRequest"),
        ("created ge '2026-01-01T00:00:00Z' created", "BadRequest"),
        ("productIds/any(x:(y eq 'z'))", "BadRequest"),
        ("created eq '", "BadRequest"),
        ("x" * (MAX_FILTER + 1), "BadRequest"),
        (" and ".join(["productCategoryCpc eq '1'"] * 60), "BadRequest"),
    ],
)
def test_other_filters_are_told_apart(host: Running, text: str, code: str) -> None:
    """What others may do and we do not, from what nobody can read."""
    assert problem(host.get("/2/footprints", **{"$filter": text})) == (400, code)


WORDS = st.sampled_from(
    [*"()':", "eq", "ge", "and", "or", "created", "productIds/any", "x", "'x'", "2026-01-01T00:00Z"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_filter_is_read_or_refused(text: str) -> None:
    """A filter is text of a stranger: its two refusals are the only errors."""
    with suppress(BadFilterError, FilterNotDoneError):
        footprint_filter(text)({"created": "2026-01-01T00:00:00Z", "productIds": ["x"]})


# --- events ---------------------------------------------------------------------------------------


def event(**change: Any) -> dict[str, Any]:
    return {
        "type": EVENT_TYPES[0],
        "specversion": "1.0",
        "id": "e1",
        "source": "//partner.example/2/events",
        "time": "2026-01-15T10:00:00Z",
        "data": {"pfIds": ["3fa85f64-5717-4562-b3fc-2c963f66afa6"]},
    } | change


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_events_of_the_protocol_are_taken_and_kept(host: Running, kind: str) -> None:
    """Kept for the people of this host; nobody is called back."""
    body = json.dumps(event(type=kind, id=kind)).encode()
    headers = host.bearer() | {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
    answer = host.client.post("/2/events", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert host.app.state.host.inbox[-1]["id"] == kind


@pytest.mark.parametrize(
    "change",
    [
        {"type": "org.example.other.v1"},
        {"specversion": "0.3"},
        {"id": ""},
        {"source": 1},
        {"data": []},
    ],
)
def test_other_events_are_400(host: Running, change: dict[str, Any]) -> None:
    """An unknown type is not taken as if it had been understood."""
    assert problem(host.post("/2/events", event(**change))) == (400, "BadRequest")


@pytest.mark.parametrize("content", [b"", b"[", b"[]", b'{"a": NaN}', b"[" * 5000, b"\xff"])
@pytest.mark.parametrize("path", ["/2/events", "/1/footprint"])
def test_bodies_that_are_no_json_object_are_400(host: Running, path: str, content: bytes) -> None:
    """Depth, NaN and other bytes end in a message."""
    answer = host.client.post(path, content=content, headers=host.bearer())
    assert problem(answer) == (400, "BadRequest")


# --- our own call, and the guard ------------------------------------------------------------------


def test_footprint_of_rows_is_computed(host: Running) -> None:
    """The handler is thin: rows in, the answer of the workflow out."""
    legs = [{"shipment_id": "S", "leg_no": 1, "mass_kg": 1000}]
    answer = host.post("/1/footprint", {"legs": legs})
    assert answer.json() == {"shipments": [], "legs": legs, "totals": {}, "refused": []}


@pytest.mark.parametrize("value", [{}, {"legs": {}}, {"legs": [1]}, {"legs": [{}]}])
def test_wrong_rows_are_400(host: Running, value: Any) -> None:
    """Ours to refuse, or the workflow's."""
    assert problem(host.post("/1/footprint", value)) == (400, "BadRequest")


def test_fields_beside_the_rows_are_400_and_named(host: Running) -> None:
    """Whoever asks for another factor set must not get the default one without a word."""
    legs = [{"shipment_id": "S", "leg_no": 1, "mass_kg": 1000}]
    answer = host.post("/1/footprint", {"legs": legs, "factors": "mine", "as_of": "2023-01-01"})
    assert problem(answer) == (400, "BadRequest")
    assert "as_of, factors" in answer.text


def test_footprint_needs_a_token(host: Running) -> None:
    """As all else here."""
    assert problem(host.client.post("/1/footprint", json={"legs": []})) == (403, "AccessDenied")


def test_fault_of_ours_is_500_and_tells_nothing(host: Running) -> None:
    """No traceback, no inner words; safe headers all the same."""
    answer = host.post("/1/footprint", {"legs": [{"mass_kg": "boom"}]})
    assert problem(answer) == (500, "InternalError")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_host_without_a_workflow_says_so() -> None:
    """501: the call is known and not done here."""
    app = create_app(STORE, clients=CLIENTS, base_url="http://h", clock=Clock())
    assert app.state.host.compute is None


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/auth/token", "/2/events", "/1/footprint", "/nowhere"])
def test_large_bodies_are_413(host: Running, path: str, *, chunked: bool) -> None:
    """With their length told or not, before anything is read into an object."""
    content: Any = b"x" * (MAX_BODY_BYTES + 1)
    if chunked:
        content = iter([b"x" * 65536] * (MAX_BODY_BYTES // 65536 + 1))
    answer = host.client.post(path, content=content, headers=host.bearer())
    assert problem(answer) == (413, "BadRequest")


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/nowhere", (404, "NotFound")),
        ("DELETE", "/2/footprints", (405, "MethodNotAllowed")),
        ("GET", "/docs", (404, "NotFound")),
    ],
)
def test_other_calls_are_refused_in_the_same_form(
    host: Running, method: str, path: str, wanted: tuple[int, str]
) -> None:
    """Every error of this server is a code and a message."""
    assert problem(host.client.request(method, path)) == wanted


def test_answers_carry_safe_headers(host: Running) -> None:
    """Nothing is kept, framed or sniffed, and the server does not name itself."""
    for answer in (host.get("/2/footprints"), host.client.get("/nowhere")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


# --- store ----------------------------------------------------------------------------------------


def test_store_is_written_and_read_the_same(tmp_path: Path) -> None:
    """Canonical bytes: written twice they do not change."""
    footprints, tads = STORE.footprints.values(), STORE.tads
    paths = write_store(tmp_path, footprints, tads)
    before = {path: path.read_bytes() for path in paths}
    assert write_store(tmp_path, reversed(list(footprints)), reversed(tads)) == paths
    assert {path: path.read_bytes() for path in paths} == before
    assert read_store(tmp_path) == STORE


def test_earlier_export_is_not_offered_any_more(tmp_path: Path) -> None:
    """A host would go on serving it; a file that is not ours stays."""
    write_store(tmp_path, STORE.footprints.values(), STORE.tads)
    other = tmp_path / "footprints" / "notes.json"
    other.write_text("{}")
    write_store(tmp_path, [], [])
    assert read_store(tmp_path) == Store.of([], [])
    assert other.exists()


def test_store_that_is_none_is_an_error(tmp_path: Path) -> None:
    """No folder, or a file under another's name."""
    with pytest.raises(DataError, match="no footprints"):
        read_store(tmp_path)
    write_store(tmp_path, STORE.footprints.values(), [])
    first, second, *_ = sorted((tmp_path / "footprints").iterdir())
    first.write_bytes(second.read_bytes())
    with pytest.raises(DataError, match="wanted"):
        read_store(tmp_path)


# --- any request at all ---------------------------------------------------------------------------

FUZZED = create_app(
    STORE, clients={"c": "s"}, base_url="http://testserver", clock=Clock(), compute=echo
)
TOKEN = FUZZED.state.host.signer.token("c", 3600)
API = schemathesis.openapi.from_asgi("/openapi.json", FUZZED)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@API.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_any_request_is_answered_as_the_description_says(case: schemathesis.Case[Any]) -> None:
    """Requests made from our own OpenAPI description: status, type and form of each answer."""
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)
