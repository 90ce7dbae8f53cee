"""OTLP over HTTP, one connection to each server, kept alive.

The standard library's client: no instrumentation traces it, no test double of the agent's catches it, and it
is loaded in milliseconds.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import encodings.idna  # noqa: F401 - looking up a host imports it, and a fork may come between
import gzip
import http.client
import os
import ssl
import time
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from fanlight.sdk.endpoint import PREFIX, Compression, Endpoint, Target, origin_of
from fanlight.sdk.payload import METRICS, Payload

AGENT = "fanlight-sdk"
MAX_ANSWER_BYTES = 64 * 1024
MAX_RETRY_AFTER_S = 60.0
AWAY = frozenset({408, 429, 500, 502, 503, 504})
"""Answers after which the same request may go through later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a request: `status` is 0 when there was no answer at all.

    `retry_after_s` is how long the server asked to be left alone; `rejected` counts the items that it left
    out of a request that it took.
    """

    status: int
    retry_after_s: float | None = None
    rejected: int = 0
    body: bytes = b""
    reason: str = ""

    @property
    def is_taken(self) -> bool:
        """The server has it."""
        return 200 <= self.status < 300

    @property
    def is_away(self) -> bool:
        """Try again later."""
        return self.status == 0 or self.status in AWAY


class Wire:
    """Sends requests to one endpoint. For one thread. No request waits longer than `timeout_s`."""

    def __init__(self, endpoint: Endpoint, *, timeout_s: float | None = None) -> None:
        self._endpoint = endpoint
        self._timeout_s = timeout_s
        self._connections: dict[str, _Connection] = {}

    def post(self, payload: Payload) -> Answer:
        """Send one payload and wait for the answer. Never raises."""
        target = self._endpoint.target(payload.signal)
        body, coding = _coded(payload.body, target.compression)
        headers = {"content-type": "application/x-protobuf", "user-agent": AGENT, **coding, **target.headers}
        answer = self._request("POST", target, body, headers)
        if answer.is_taken and answer.body:
            return Answer(status=answer.status, rejected=_rejected(payload.signal, answer.body))
        return answer

    def get(self, path: str) -> Answer:
        """Ask for `path`, which starts with a slash. Never raises."""
        target = Target(self._endpoint.url + path, self._endpoint.headers)
        return self._request("GET", target, None, {"user-agent": AGENT, **target.headers})

    def close(self) -> None:
        """Close the connections; the next request opens another."""
        for origin in list(self._connections):
            self._close(origin)

    def _close(self, origin: str) -> None:
        connection = self._connections.pop(origin, None)
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.http.close()

    def _request(self, method: str, target: Target, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        origin = origin_of(target.url)
        is_reused = origin in self._connections
        try:
            return self._exchange(method, target, body, headers)
        except Exception as error:
            self._close(origin)
            # A kept connection that the server closed meanwhile says nothing about the server.
            if is_reused and isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
                return self._request(method, target, body, headers)
            return Answer(status=0, reason=f"{type(error).__name__}: {error}"[:200])

    def _exchange(
        self, method: str, target: Target, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        origin = origin_of(target.url)
        timeout_s = target.timeout_s if self._timeout_s is None else min(self._timeout_s, target.timeout_s)
        if origin not in self._connections:
            self._connections[origin] = _connect(origin, timeout_s)
        connection, before = self._connections[origin].http, self._connections[origin].prefix
        if connection.timeout != timeout_s:
            connection.timeout = timeout_s
            if connection.sock is not None:
                connection.sock.settimeout(timeout_s)
        path = target.url[len(origin) :] or "/"
        connection.request(method, before + path, body, dict(headers))
        response = connection.getresponse()
        text = response.read(MAX_ANSWER_BYTES)
        if not response.isclosed() or response.will_close:
            self._close(origin)
        return Answer(
            status=response.status,
            retry_after_s=_seconds(response.getheader("retry-after")),
            body=text,
            reason=f"{response.status} {response.reason}",
        )


def _coded(body: bytes, compression: Compression) -> tuple[bytes, dict[str, str]]:
    """A body, which comes in gzip, and the header that says how it is coded now."""
    if compression == "gzip":
        return body, {"content-encoding": "gzip"}
    plain = gzip.decompress(body)
    if compression == "none":
        return plain, {}
    return zlib.compress(plain, 1), {"content-encoding": "deflate"}


@dataclass(frozen=True, slots=True)
class _Connection:
    """`prefix` is what paths start with: nothing, or the server's address where a proxy is asked."""

    http: http.client.HTTPConnection
    prefix: str


def _connect(origin: str, timeout_s: float) -> _Connection:
    """A connection, through the proxy of the environment if there is one."""
    parts = urlsplit(origin)
    host = parts.hostname or "localhost"
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    proxy = None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(parts.scheme)
    if proxy is None:
        return _Connection(_open(host, port, secure, timeout_s), "")
    through = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    credentials = _credentials(through.username, through.password)
    connection = _open(through.hostname or "", through.port or 3128, secure, timeout_s)
    if secure:
        connection.set_tunnel(host, port, credentials)
        return _Connection(connection, "")
    return _Connection(connection, f"http://{host}:{port}")


def _open(host: str, port: int, secure: bool, timeout_s: float) -> http.client.HTTPConnection:
    if not secure:
        return http.client.HTTPConnection(host, port, timeout=timeout_s)
    trusted = ssl.create_default_context(cafile=os.environ.get(f"{PREFIX}CERTIFICATE"))
    if certificate := os.environ.get(f"{PREFIX}CLIENT_CERTIFICATE"):
        trusted.load_cert_chain(certificate, os.environ.get(f"{PREFIX}CLIENT_KEY"))
    return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=trusted)


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}


def _seconds(given: str | None) -> float | None:
    """A Retry-After header: seconds or a date; None when it is neither."""
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(given).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _rejected(signal: str, body: bytes) -> int:
    """How many items a success left out, as its partial_success says."""
    if signal == METRICS:
        return 0
    try:
        if signal == "logs":
            return int(ExportLogsServiceResponse.FromString(body).partial_success.rejected_log_records)
        return int(ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)
    except Exception:
        # The answer is no protobuf (a proxy's page, say); the server took the request all the same.
        return 0
