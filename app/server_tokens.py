"""Tell clients by their secrets, and sign what they carry away: tokens and cursors."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

_SCHEME = "scrypt"
_COST = {"n": 2**14, "r": 8, "p": 1}  # 16 MB and some 30 ms a try, as its author advises
_MOST = 4096  # characters of a token or cursor
_NOBODY = "scrypt$00$00"  # a client who is not there costs as much as one who is


class BadTokenError(GreenlaneError):
    """A token that we did not give."""


class ExpiredTokenError(GreenlaneError):
    """A token that we gave and that is over."""


def hash_secret(secret: str, *, salt: bytes | None = None) -> str:
    """Return a client's secret as `scrypt$salt$hash`, which tells nobody the secret.

    >>> hash_secret("s", salt=b"1")[:10]
    'scrypt$31$'
    """
    salt = secrets.token_bytes(16) if salt is None else salt
    return f"{_SCHEME}${salt.hex()}${_scrypt(secret, salt)}"


def _scrypt(secret: str, salt: bytes) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt, **_COST).hex()


def knows(clients: Mapping[str, str], client_id: str, secret: str) -> bool:
    """Tell whether a client has that secret, in a time that does not tell who is a client.

    Secrets are held as `hash_secret` writes them, or plain.
    """
    kept = clients.get(client_id, _NOBODY)
    if not kept.startswith(f"{_SCHEME}$"):
        return hmac.compare_digest(kept.encode(), secret.encode())
    _, salt, wanted = kept.split("$")
    return hmac.compare_digest(_scrypt(secret, bytes.fromhex(salt)), wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs small values with a key of this process: restarted, it knows none of them."""

    key: bytes
    clock: Callable[[], datetime]

    def sign(self, purpose: str, value: Any) -> str:  # noqa: ANN401  (JSON)
        """Return a value as text that only we can write and anybody can read."""
        body = _text(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
        return f"{body}.{_text(self._mac(purpose, body))}"

    def open(self, purpose: str, text: str) -> Any:  # noqa: ANN401  (JSON)
        """Return the value of a text that we signed for that purpose.

        Raises
        ------
        BadTokenError
            if we did not.
        """
        body, _, mac = text.partition(".")
        if len(text) > _MOST or not text.isascii():
            raise BadTokenError("not of this server")
        if not hmac.compare_digest(_text(self._mac(purpose, body)).encode(), mac.encode()):
            raise BadTokenError("not of this server")
        try:
            return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):  # pragma: no cover  (we signed it, so it reads)
            raise BadTokenError("not of this server") from None

    def _mac(self, purpose: str, body: str) -> bytes:
        return hmac.digest(self.key, f"{purpose}:{body}".encode(), "sha256")

    def token(self, client_id: str, lifetime_s: int) -> str:
        """Return a token for a client that ends after some seconds."""
        return self.sign("token", {"c": client_id, "e": self.clock().timestamp() + lifetime_s})

    def client(self, token: str) -> str:
        """Return whom a token was given to.

        Raises
        ------
        BadTokenError
            if it is not ours.
        ExpiredTokenError
            if its time is over.
        """
        claims = self.open("token", token)
        if self.clock().timestamp() >= claims["e"]:
            raise ExpiredTokenError("the token is over, ask for another")
        return str(claims["c"])


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
