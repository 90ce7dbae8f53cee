"""Where the server is, and what to present to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from fanlight.sdk.faults import note

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
TIMEOUT_S = 5.0
LONGEST_TIMEOUT_S = 60.0
SIGNALS = ("traces", "logs", "metrics")
PREFIX = "OTEL_EXPORTER_OTLP_"

Compression = Literal["gzip", "deflate", "none"]
COMPRESSIONS: tuple[Compression, ...] = ("gzip", "deflate", "none")


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests of one signal go, with which headers, and how."""

    url: str
    headers: Mapping[str, str]
    timeout_s: float = TIMEOUT_S
    compression: Compression = "gzip"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that takes OTLP over HTTP at `{url}/v1/{traces,logs,metrics}`.

    `targets` are the signals for which the environment says something of its own.
    """

    url: str
    headers: Mapping[str, str]
    targets: Mapping[str, Target] = field(default_factory=dict)

    def path(self, signal: str) -> str:
        """The address for one signal."""
        return self.target(signal).url

    def target(self, signal: str) -> Target:
        """Where requests of one signal go."""
        return self.targets.get(signal) or Target(f"{self.url}/v1/{signal}", self.headers)


def find_endpoint(
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    is_standard: bool = False,
) -> Endpoint:
    """The server: `endpoint`, else FANLIGHT_URL, else OTEL_EXPORTER_OTLP_ENDPOINT, else the local default.

    The key is `key`, else FANLIGHT_KEY. OTEL_EXPORTER_OTLP_TIMEOUT and OTEL_EXPORTER_OTLP_COMPRESSION hold,
    and for one signal alone OTEL_EXPORTER_OTLP_TRACES_TIMEOUT and so on. Addresses of single signals
    (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) hold where OpenTelemetry's environment names the server at all, or
    where `endpoint` `is_standard`, which is to say that it stands for that environment.

    Example:
        >>> found = find_endpoint(environ={"FANLIGHT_URL": "http://lights:4319/", "FANLIGHT_KEY": "fl_1"})
        >>> found.url, found.headers
        ('http://lights:4319', {'authorization': 'Bearer fl_1'})
        >>> find_endpoint(environ={}).path("traces")
        'http://127.0.0.1:4318/v1/traces'
    """
    environ = os.environ if environ is None else environ
    own = environ.get("FANLIGHT_URL")
    url = (endpoint or own or environ.get(f"{PREFIX}ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
    presented = {}
    if key := key or environ.get("FANLIGHT_KEY"):
        presented["authorization"] = f"Bearer {key}"
    if project:
        presented["x-fanlight-project"] = project
    # Those headers may be the credentials of another vendor: they go wherever OpenTelemetry is told to send.
    given = {} if own and not endpoint else environ
    addresses = environ if is_standard or not (endpoint or own) else {}
    headers = {**_headers(given, "HEADERS"), **presented}
    targets = {}
    for signal in SIGNALS:
        prefix = f"{signal.upper()}_"
        address = addresses.get(f"{PREFIX}{prefix}ENDPOINT") or f"{url}/v1/{signal}"
        # Another server gets nothing of what is meant for this one.
        is_ours = origin_of(address) == origin_of(url)
        name = f"{prefix}HEADERS" if given.get(f"{PREFIX}{prefix}HEADERS") else "HEADERS"
        target = Target(
            address,
            {**_headers(given, name), **(presented if is_ours else {})},
            _timeout_s(environ, prefix),
            _compression(environ, prefix),
        )
        if target != Target(f"{url}/v1/{signal}", headers):
            targets[signal] = target
    return Endpoint(url, headers, targets)


def origin_of(url: str) -> str:
    """Scheme, host and port of `url`; all of it when it is none.

    Example:
        >>> origin_of("https://lights:4319/x?y"), origin_of("http://[")
        ('https://lights:4319', 'http://[')
    """
    try:
        scheme, host, *_ = urlsplit(url)
    except ValueError:
        return url
    return f"{scheme}://{host}"


def _headers(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """What OTEL_EXPORTER_OTLP_HEADERS, or that of one signal, says."""
    if not (given := environ.get(f"{PREFIX}{name}")):
        return {}
    from opentelemetry.util.re import parse_env_headers

    return dict(parse_env_headers(given, liberal=True))


def _timeout_s(environ: Mapping[str, str], prefix: str) -> float:
    """Seconds, as OpenTelemetry's exporters for Python have it; from 1,000 on it can only be milliseconds."""
    given = environ.get(f"{PREFIX}{prefix}TIMEOUT") or environ.get(f"{PREFIX}TIMEOUT")
    if not given:
        return TIMEOUT_S
    try:
        timeout_s = float(given)
    except ValueError as error:
        note(f"{PREFIX}TIMEOUT", error)
        return TIMEOUT_S
    timeout_s = timeout_s / 1_000 if timeout_s >= 1_000 else timeout_s
    # Written this way around, NaN is no time either.
    return min(timeout_s, LONGEST_TIMEOUT_S) if timeout_s > 0 else TIMEOUT_S


def _compression(environ: Mapping[str, str], prefix: str) -> Compression:
    given = environ.get(f"{PREFIX}{prefix}COMPRESSION") or environ.get(f"{PREFIX}COMPRESSION") or "gzip"
    for each in COMPRESSIONS:
        if given.strip().lower() == each:
            return each
    note(f"{PREFIX}COMPRESSION", ValueError(f"{given[:20]!r} is none of {', '.join(COMPRESSIONS)}"))
    return "gzip"
