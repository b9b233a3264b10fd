"""Serve footprints to partners: PACT v2 with iLEAP 1.0.0, and our own footprint call, over HTTP.

The server speaks plain HTTP on this machine alone; the protocol demands HTTPS, so that whoever
offers it to others puts a proxy with a certificate before it, and names that one in `base_url`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.documents import software_version
from app.server_guard import MAX_BODY_BYTES, Guard
from app.server_routes import Host, ProblemError, router
from app.server_tokens import Signer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from app.server_store import Store

LOOPBACK = "127.0.0.1"
_CODES = {404: "NotFound", 405: "MethodNotAllowed"}


def create_app(  # noqa: PLR0913  (what a host is)
    store: Store,
    *,
    clients: Mapping[str, str],
    base_url: str,
    clock: Callable[[], datetime],
    token_lifetime_s: int = 3600,
    compute: Callable[[list[dict[str, Any]]], dict[str, Any]] | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> FastAPI:
    """Return the application over what a host offers.

    `clients` maps names to secrets, plain or as `server_tokens.hash_secret` writes them; `clock`
    tells aware times. Tokens and cursors are signed with a key of this process alone.
    """
    app = FastAPI(
        title="Greenlane",
        description="PACT v2 with iLEAP 1.0.0",
        version=software_version(),
        docs_url=None,  # pages of the framework load scripts from elsewhere
        redoc_url=None,
    )
    app.state.host = Host(
        store=store,
        clients=dict(clients),
        base_url=base_url.rstrip("/"),
        signer=Signer(key=secrets.token_bytes(32), clock=clock),
        token_lifetime_s=token_lifetime_s,
        compute=compute,
    )
    app.include_router(router)
    app.add_middleware(Guard, max_body_bytes=max_body_bytes)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_fault)
    return app


def _problem(_: Request, fault: Exception) -> JSONResponse:
    if not isinstance(fault, ProblemError):
        raise fault
    asked = {401: {"WWW-Authenticate": "Basic" if "error" in fault.body else "Bearer"}}
    return JSONResponse(fault.body, status_code=fault.status, headers=asked.get(fault.status))


def _bad_request(_: Request, fault: Exception) -> JSONResponse:
    if not isinstance(fault, RequestValidationError):
        raise fault
    said = "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in fault.errors())
    return JSONResponse({"code": "BadRequest", "message": said}, status_code=400)


def _http_fault(_: Request, fault: Exception) -> JSONResponse:
    if not isinstance(fault, HTTPException):
        raise fault
    code = _CODES.get(fault.status_code, "BadRequest")
    body = {"code": code, "message": str(fault.detail)}
    return JSONResponse(body, status_code=fault.status_code, headers=fault.headers)


def serve(app: FastAPI, *, port: int, host: str = LOOPBACK) -> None:
    """Serve until stopped; on this machine alone, unless told otherwise."""
    import uvicorn  # noqa: PLC0415  (tests bring their own loop)

    uvicorn.run(app, host=host, port=port, server_header=False, log_level="warning")
