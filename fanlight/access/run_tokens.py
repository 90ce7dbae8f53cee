"""Tokens of one run: they let its events be read, or its telemetry be sent, and nothing else.

A token says itself what it is good for and carries the server's signature, so that a runner can hand out
thousands without a word to the catalog. It ends by itself, an hour after its run at the latest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

import msgspec

from fanlight.access.principal import Principal, Right
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import UnauthenticatedError

PREFIX = "flr_"
_READ, _INGEST = "read", "ingest"
_RIGHTS = {_READ: frozenset({Right.LIST, Right.READ}), _INGEST: frozenset({Right.INGEST})}


class _Claims(msgspec.Struct, frozen=True, array_like=True):
    project: str
    run_id: str
    use: str
    expires_ns: int


class RunTokens:
    """Makes and reads the tokens of a server. `secret` is the key of the data directory.

    Example:
        >>> tokens = RunTokens(b"secret")
        >>> token = tokens.for_reading("default", "r1", lasts_s=60)
        >>> principal = tokens.principal(token)
        >>> principal.run_id, principal.rights_on("default") == {Right.LIST, Right.READ}
        ('r1', True)
        >>> tokens.principal(token[:-2] + "00")
        Traceback (most recent call last):
        fanlight.errors.UnauthenticatedError: the run's token is wrong or over; ...
    """

    def __init__(self, secret: bytes, clock: Clock = SYSTEM) -> None:
        self._secret = hmac.digest(secret, b"fanlight run tokens", hashlib.sha256)
        self._clock = clock

    def for_reading(self, project: str, run_id: str, *, lasts_s: float) -> str:
        """A token with which whoever started a run can follow it."""
        return self._token(project, run_id, _READ, lasts_s)

    def for_sending(self, project: str, run_id: str, *, lasts_s: float) -> str:
        """A token with which the process of a run sends its telemetry."""
        return self._token(project, run_id, _INGEST, lasts_s)

    def principal(self, token: str) -> Principal:
        """Who holds a token. Raises UnauthenticatedError when it was not signed here, or is over."""
        body, _, signature = token.removeprefix(PREFIX).partition(".")
        try:
            if not hmac.compare_digest(self._sign(body.encode()), signature.encode()):
                raise _wrong()
            claims = msgspec.msgpack.decode(base64.urlsafe_b64decode(body + "=="), type=_Claims)
        except (msgspec.DecodeError, binascii.Error, UnicodeError):
            raise _wrong() from None
        if claims.expires_ns <= self._clock.now_ns():
            raise _wrong()
        return Principal(
            name=f"run {claims.run_id[:64]}",
            rights=_RIGHTS[claims.use],
            project_id=claims.project,
            run_id=claims.run_id,
            expires_ns=claims.expires_ns,
        )

    def _token(self, project: str, run_id: str, use: str, lasts_s: float) -> str:
        claims = _Claims(project, run_id, use, self._clock.now_ns() + int(lasts_s * 1e9))
        body = base64.urlsafe_b64encode(msgspec.msgpack.encode(claims)).rstrip(b"=")
        return f"{PREFIX}{body.decode()}.{self._sign(body).decode()}"

    def _sign(self, body: bytes) -> bytes:
        return binascii.hexlify(hmac.digest(self._secret, body, hashlib.sha256))


def _wrong() -> UnauthenticatedError:
    return UnauthenticatedError(
        "the run's token is wrong or over", hint="it lasts as long as its run, and an hour"
    )
