"""Stand before every request: bodies are small, answers carry safe headers, faults tell nothing."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000
_DRAINED = 16  # times the cap that is read and thrown away, so that a client hears our answer
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
_LOG = logging.getLogger("greenlane.server")


class _TooLargeError(Exception):
    """A body beyond the cap."""


class Guard:
    """An ASGI layer around the application."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens inside."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        try:
            await self.app(scope, _replayed(await self._body(receive), receive), guarded)
        except _TooLargeError:
            said = f"the body is larger than {self.max_body_bytes} bytes"
            await _answer(guarded, 413, "BadRequest", said)
        except Exception:
            _LOG.exception("a request failed")
            if started:
                raise
            await _answer(guarded, 500, "InternalError", "the server failed; nothing was changed")

    async def _body(self, receive: Receive) -> bytes:
        parts, size = [], 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size <= self.max_body_bytes:
                parts.append(part)
            over = size > self.max_body_bytes * _DRAINED
            if message["type"] != "http.request" or not message.get("more_body") or over:
                break
        if size > self.max_body_bytes:
            raise _TooLargeError
        return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body already read, and then what else there is."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _answer(send: Send, status: int, code: str, message: str) -> None:
    body = json.dumps({"code": code, "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
