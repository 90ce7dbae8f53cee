"""OTLP over HTTP: a raw ASGI application, because everything that is sent comes through here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from fanlight.errors import (
    FanlightError,
    ForbiddenError,
    InvalidError,
    OverloadError,
    PayloadError,
    QuotaError,
    UnauthenticatedError,
)
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.inflight import Hold
from fanlight.ingest.receivers.intake import Append, Gate, Intake, explain
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal
from fanlight.otlp.coding import parse_coding, too_large
from fanlight.otlp.limits import Limits
from fanlight.otlp.status import error_body, response_body

logger = logging.getLogger("fanlight.ingest")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PROTOBUF, JSON = "application/x-protobuf", "application/json"
_PROTOBUF_TYPES = frozenset({PROTOBUF, "application/protobuf"})

_PATH = re.compile(
    r"^(?:/?/v1|/otlp/(?P<key>[^/]+)/v1|/api/public/otel/v1)/(?P<signal>traces|logs|metrics)/?$"
)

BODY_GRACE_S = 20.0
"""A body may take this long, and longer only while it comes at `SLOWEST_BYTES_PER_S` or faster."""
SLOWEST_BYTES_PER_S = 64 * 1024

_STATUSES: tuple[tuple[type[FanlightError], int], ...] = (
    (UnauthenticatedError, 401),
    (ForbiddenError, 403),
    (InvalidError, 400),
    (QuotaError, 429),
    (OverloadError, 503),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class _DisconnectError(Exception):
    """The client left in the middle of its body; there is nobody to answer."""


@dataclass(slots=True)
class _Request:
    """What the head of a request says. `json` is decided by the content type alone."""

    signal: Signal
    key: str | None
    project: str | None
    json: bool
    content_type: str
    coding: str
    length: int | None
    size_bytes: int = 0


class OtlpHttp:
    """The ASGI application for `/v1/{traces,logs,metrics}` and its aliases.

    Errors are a protobuf `Status`, or JSON for a JSON request. A refused request is never partly stored.
    """

    def __init__(
        self, gate: Gate, append: Append, limits: Limits, ledger: Ledger, *, intake: Intake | None = None
    ) -> None:
        self._gate = gate
        self._ledger = ledger
        self.intake = intake or Intake(append, limits, ledger)

    async def report(self, project: str, body: bytes, signal: Signal = Signal.TRACES) -> None:
        """Take spans, or another signal, that this server itself has to tell of, as if they had been sent.

        Raises:
            OverloadError: the server is full for now.
        """
        with self.intake.inflight.hold(project) as hold:
            hold.add(len(body))
            await self.intake.take(signal, project, body, Coding.IDENTITY, hold)

    def handles(self, path: str) -> bool:
        """Whether a request to `path` belongs here, whatever its method.

        Example:
            >>> OtlpHttp.handles(None, "//v1/traces"), OtlpHttp.handles(None, "/v1/runs")
            (True, False)
        """
        return _PATH.match(path) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = _PATH.match(scope["path"])
        if found is None:
            await _send(
                send,
                _Answer(404, error_body(404, f"no OTLP path: {scope['path'][:80]}", json=False)),
                json=False,
            )
            return
        if found["key"]:  # Whoever logs this request must not log the key in its path.
            scope["path"] = f"/otlp/***/v1/{found['signal']}"
            scope["raw_path"] = scope["path"].encode()
        request = _read_head(scope, found)
        with contextlib.suppress(_DisconnectError):
            await _send(send, await self._answer(scope["method"], request, receive), json=request.json)

    async def _answer(self, method: str, request: _Request, receive: Receive) -> _Answer:
        try:
            return await self._take(method, request, receive)
        except PayloadError as error:
            return self._refuse(request, error.status, error)
        except FanlightError as error:
            for kind, status in _STATUSES:
                if isinstance(error, kind):
                    return self._refuse(request, status, error)
            logger.exception("an OTLP request failed")
            return self._refuse(request, 503, error)
        except _DisconnectError:
            raise
        except OSError as error:
            logger.exception("the log cannot be written")
            return self._refuse(
                request, 503, OverloadError(f"the log cannot be written: {error.strerror}", retry_after_s=5)
            )
        except Exception:
            logger.exception("an OTLP request failed")
            return self._refuse(request, 500, FanlightError("an internal error; the server's log tells more"))

    async def _take(self, method: str, request: _Request, receive: Receive) -> _Answer:
        if method != "POST":
            raise PayloadError(f"{method} is not allowed here", status=405, hint="send POST")
        if not request.json and request.content_type not in _PROTOBUF_TYPES:
            raise PayloadError(
                f"content type {request.content_type[:60]!r} is not understood",
                status=415,
                hint=f"send {PROTOBUF} or {JSON}",
            )
        coding = parse_coding(request.coding)
        project = self._gate(request.key, request.project)
        sender = self.intake.admit(request.signal, project, request.key)
        with self.intake.inflight.hold(project) as hold:
            body = await self._read_body(request, receive, hold, sender.caps.max_body_bytes)
            checked = await self.intake.take(
                request.signal, project, body, coding, hold, json=request.json, sender=sender
            )
        rejected = sum(checked.rejected.values())
        return _Answer(200, response_body(request.signal, rejected, explain(checked), json=request.json))

    async def _read_body(self, request: _Request, receive: Receive, hold: Hold, most: int) -> bytes:
        if request.length is not None:
            if request.length > most:
                raise too_large(most)
            hold.add(request.length)
        try:
            async with asyncio.timeout(BODY_GRACE_S) as cut:
                return await _collect(request, receive, hold, most, cut)
        except TimeoutError:
            raise PayloadError(
                f"the body came too slowly: {request.size_bytes} bytes in time",
                status=408,
                hint="send it again",
            ) from None

    def _refuse(self, request: _Request, status: int, error: FanlightError) -> _Answer:
        self._ledger.refused(
            request.signal, _reason(status, error), status=status, size_bytes=request.size_bytes
        )
        headers: list[tuple[bytes, bytes]] = []
        if isinstance(error, OverloadError | QuotaError):
            headers.append((b"retry-after", str(error.retry_after_s).encode()))
        if status == 405:
            headers.append((b"allow", b"POST"))
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        if status in (408, 413):
            headers.append((b"connection", b"close"))
        return _Answer(status, error_body(status, str(error), json=request.json), tuple(headers))


async def _collect(request: _Request, receive: Receive, hold: Hold, most: int, cut: asyncio.Timeout) -> bytes:
    began = asyncio.get_running_loop().time()
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _DisconnectError
        chunk: bytes = message.get("body", b"")
        request.size_bytes += len(chunk)
        if request.size_bytes > most:
            raise too_large(most)
        if request.length is None:
            hold.add(len(chunk))
        more = message.get("more_body", False)
        chunks.append(chunk)
        if not more:
            # Joined at once: a buffer that grows is moved each time, which takes twenty times as long.
            return b"".join(chunks)
        cut.reschedule(began + BODY_GRACE_S + request.size_bytes / SLOWEST_BYTES_PER_S)


def _read_head(scope: Scope, found: re.Match[str]) -> _Request:
    headers = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    length = headers.get(b"content-length", b"")
    return _Request(
        signal=Signal(found["signal"]),
        key=found["key"] or _read_key(headers),
        project=headers[b"x-fanlight-project"].decode("latin-1")
        if b"x-fanlight-project" in headers
        else None,
        json=content_type == JSON,
        content_type=content_type,
        coding=headers.get(b"content-encoding", b"").decode("latin-1"),
        length=int(length) if length.isdigit() else None,
    )


def _read_key(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get(b"x-api-key", b"").decode("latin-1").strip() or None


def _reason(status: int, error: FanlightError) -> str:
    if isinstance(error, QuotaError):
        return f"over_{error.limit}"
    return {405: "method", 408: "slow", 413: "too_large", 415: "content_type"}.get(status, error.code)


async def _send(send: Send, answer: _Answer, *, json: bool) -> None:
    headers = [
        (b"content-type", (JSON if json else PROTOBUF).encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
