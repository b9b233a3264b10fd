"""Answer each call of the protocol; what a host knows comes with the request."""

from __future__ import annotations

import base64
import binascii
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from app.server_filters import (
    BadFilterError,
    FilterNotDoneError,
    footprint_filter,
    matches_pairs,
)
from app.server_tokens import BadTokenError, ExpiredTokenError, Signer, knows
from data.errors import GreenlaneError
from emissions.exchange.decoding import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.server_store import Document, Store

PAGE = 1000  # documents of one answer, however many are asked for
_EVENTS_KEPT = 1000
_FIELDS = 20  # of a form that needs one
_EVENT = "org.wbcsd.pathfinder."
EVENT_TYPES = tuple(
    f"{_EVENT}{name}.v1"
    for name in (
        "ProductFootprint.Published",
        "ProductFootprintRequest.Created",
        "ProductFootprintRequest.Fulfilled",
        "ProductFootprintRequest.Rejected",
    )
)
_CLOUD_EVENTS = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the routes answer from."""

    store: Store
    clients: Mapping[str, str]
    base_url: str
    signer: Signer
    token_lifetime_s: int
    compute: Callable[[list[dict[str, Any]]], dict[str, Any]] | None
    inbox: deque[Document] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))


class ProblemError(Exception):
    """An answer that is an error of the protocol."""

    def __init__(self, status: int, code: str, message: str, **extra: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message} | extra


class Problem(BaseModel):
    """What every error says: a code for machines, a message for people."""

    code: str
    message: str


class Token(BaseModel):
    """A token and how it is used."""

    access_token: str
    token_type: str
    expires_in: int


class Listing(BaseModel):
    """Some documents; the Link header tells where the next are."""

    data: list[dict[str, Any]]


class Single(BaseModel):
    """One document."""

    data: dict[str, Any]


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem} for status in statuses}


def _json_body(schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


def _host(request: Request) -> Host:
    host: Host = request.app.state.host
    return host


def _client(request: Request, _: Annotated[object, Depends(HTTPBearer(auto_error=False))]) -> str:
    """Return who asks; without a token of ours nobody is told anything."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise ProblemError(403, "AccessDenied", "no bearer token, ask POST /auth/token for one")
    try:
        return _host(request).signer.client(token.strip())
    except ExpiredTokenError as fault:
        raise ProblemError(401, "TokenExpired", str(fault)) from None
    except BadTokenError as fault:
        raise ProblemError(403, "AccessDenied", f"token {fault}") from None


Client = Annotated[str, Depends(_client)]
Limit = Annotated[int | None, Query(ge=1, description="Most documents of one answer.")]
Cursor = Annotated[str | None, Query(description="From the Link header; not made by clients.")]

router = APIRouter()


@router.post(
    "/auth/token",
    response_model=Token,
    responses=_problems(400, 401, 413),
    openapi_extra=_json_body(
        {
            "type": "object",
            "required": ["grant_type"],
            "properties": {"grant_type": {"const": "client_credentials"}},
        },
        "application/x-www-form-urlencoded",
    ),
)
async def token(request: Request) -> JSONResponse:
    """Give a client with the right secret a token that ends."""
    host = _host(request)
    client_id, secret = _credentials(request.headers.get("authorization", ""))
    if _grant(await request.body()) != ["client_credentials"]:
        raise _refused(400, "unsupported_grant_type", "wanted grant_type=client_credentials")
    if not await run_in_threadpool(knows, host.clients, client_id, secret):
        raise _refused(401, "invalid_client", "client or secret is wrong")
    life = host.token_lifetime_s
    return JSONResponse(
        {
            "access_token": host.signer.token(client_id, life),
            "token_type": "bearer",
            "expires_in": life,
        }
    )


def _grant(body: bytes) -> list[str]:
    try:
        form = parse_qs(body.decode(), max_num_fields=_FIELDS)
    except ValueError:
        raise _refused(400, "invalid_request", "the form cannot be read") from None
    return form.get("grant_type", [])


def _refused(status: int, error: str, said: str) -> ProblemError:
    code = "BadRequest" if status == 400 else "AccessDenied"  # noqa: PLR2004  (HTTP)
    return ProblemError(status, code, said, error=error, error_description=said)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, text = header.partition(" ")
    if scheme.casefold() != "basic":
        raise _refused(400, "invalid_request", "wanted HTTP Basic with client id and secret")
    try:
        client_id, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _refused(400, "invalid_request", "HTTP Basic cannot be read") from None
    if not colon:
        raise _refused(400, "invalid_request", "wanted client id, a colon and a secret")
    return client_id, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a listing is asked for, and where it goes on."""

    path: str
    what: Any
    start: int
    limit: int | None


def _asked(host: Host, path: str, what: object, cursor: str | None, limit: int | None) -> _Asked:
    """Return what was asked: by the cursor if there is one, which keeps the first question."""
    if cursor is None:
        return _Asked(path=path, what=what, start=0, limit=limit)
    try:
        kept = host.signer.open(path, cursor)
    except BadTokenError as fault:
        raise ProblemError(400, "BadRequest", f"cursor {fault}") from None
    return _Asked(path=path, what=kept["what"], start=kept["start"], limit=limit)


def _page(host: Host, asked: _Asked, documents: Sequence[Document]) -> JSONResponse:
    """Return one page, and in the Link header where the next begins: signed, repeatable."""
    size = min(asked.limit or PAGE, PAGE)
    end = asked.start + size
    headers = {}
    if end < len(documents):
        cursor = host.signer.sign(asked.path, {"start": end, "what": asked.what})
        query = urlencode({"limit": size, "cursor": cursor})
        headers["Link"] = f'<{host.base_url}{asked.path}?{query}>; rel="next"'
    return JSONResponse({"data": documents[asked.start : end]}, headers=headers)


FOOTPRINTS = "/2/footprints"


@router.get(FOOTPRINTS, response_model=Listing, responses=_problems(400, 401, 403))
def list_footprints(
    request: Request,
    _: Client,
    limit: Limit = None,
    cursor: Cursor = None,
    text: Annotated[str, Query(alias="$filter", description="OData, as PACT v2 allows.")] = "",
) -> JSONResponse:
    """List footprints that a filter lets pass, page by page."""
    host = _host(request)
    asked = _asked(host, FOOTPRINTS, text, cursor, limit)
    try:
        passes = footprint_filter(asked.what)
    except BadFilterError as fault:
        raise ProblemError(400, "BadRequest", str(fault)) from None
    except FilterNotDoneError as fault:
        raise ProblemError(400, "NotImplemented", str(fault)) from None
    found = [f for f in host.store.footprints.values() if passes(f)]
    return _page(host, asked, found)


@router.get(
    f"{FOOTPRINTS}/{{footprint_id}}",
    response_model=Single,
    responses=_problems(400, 401, 403, 404),
)
def get_footprint(request: Request, footprint_id: str, _: Client) -> JSONResponse:
    """Return one footprint by its name."""
    found = _host(request).store.footprints.get(footprint_id.lower())
    if found is None:
        raise ProblemError(404, "NoSuchFootprint", "no footprint of that id is here")
    return JSONResponse({"data": found})


ACTIVITIES = "/2/ileap/tad"


@router.get(ACTIVITIES, response_model=Listing, responses=_problems(400, 401, 403))
def list_activities(
    request: Request, _: Client, limit: Limit = None, cursor: Cursor = None
) -> JSONResponse:
    """List activity data by pairs of field and value, such as `mode=Air`."""
    host = _host(request)
    query = request.query_params
    pairs = {k: query.getlist(k) for k in query if k not in {"limit", "cursor"}}
    asked = _asked(host, ACTIVITIES, pairs, cursor, limit)
    return _page(host, asked, [t for t in host.store.tads if matches_pairs(t, asked.what)])


@router.post(
    "/2/events",
    response_class=Response,
    responses=_problems(400, 401, 403, 413),
    openapi_extra=_json_body(
        {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "data"],
            "properties": {
                "specversion": {"const": _CLOUD_EVENTS},
                "id": {"type": "string", "minLength": 1},
                "source": {"type": "string", "minLength": 1},
                "type": {"enum": list(EVENT_TYPES)},
                "data": {"type": "object"},
            },
        },
        "application/cloudevents+json",
    ),
)
async def take_event(request: Request, _: Client) -> Response:
    """Take a CloudEvent and keep it for whoever runs this host.

    Nothing is fetched and nobody is called back: a server that obeys addresses in events could be
    sent anywhere. Requests are answered by the next export.
    """
    event = _read(await request.body())
    faults = _event_faults(event)
    if faults:
        raise ProblemError(400, "BadRequest", f"event: wanted {', '.join(faults)}")
    _host(request).inbox.append(event)
    return Response(status_code=200)


def _read(body: bytes) -> dict[str, Any]:
    try:
        value = read_json(body, where="body")
    except GreenlaneError as fault:
        raise ProblemError(400, "BadRequest", str(fault)) from None
    if not isinstance(value, dict):
        raise ProblemError(400, "BadRequest", "body: wanted a JSON object")
    return value


def _event_faults(event: dict[str, Any]) -> list[str]:
    faults = []
    if event.get("specversion") != _CLOUD_EVENTS:
        faults.append(f"specversion {_CLOUD_EVENTS!r}")
    faults += [
        f"a {name}"
        for name in ("id", "source")
        if not isinstance(event.get(name), str) or not event[name]
    ]
    if event.get("type") not in EVENT_TYPES:
        faults.append(f"a type of {', '.join(EVENT_TYPES)}")
    if not isinstance(event.get("data"), dict):
        faults.append("data, an object")
    return faults


@router.post(
    "/1/footprint",
    responses={200: {"model": dict[str, Any]}, **_problems(400, 401, 403, 413, 501)},
    openapi_extra=_json_body(
        {
            "type": "object",
            "required": ["legs"],
            "properties": {"legs": {"type": "array", "items": {"type": "object"}}},
            "additionalProperties": False,
        }
    ),
)
async def footprint(request: Request, _: Client) -> JSONResponse:
    """Take the footprint of rows of legs: our own call, no part of the protocol."""
    compute = _host(request).compute
    if compute is None:
        raise ProblemError(501, "NotImplemented", "this host takes no footprints")
    body = _read(await request.body())
    unknown = ", ".join(sorted(body.keys() - {"legs"}))
    if unknown:
        raise ProblemError(400, "BadRequest", f"found {unknown[:200]}, wanted legs alone")
    legs = body.get("legs")
    if not isinstance(legs, list) or not all(isinstance(leg, dict) for leg in legs):
        raise ProblemError(400, "BadRequest", "legs: wanted a list of objects, one for each leg")
    try:
        return JSONResponse(await run_in_threadpool(compute, legs))
    except GreenlaneError as fault:
        raise ProblemError(400, "BadRequest", str(fault)) from None
