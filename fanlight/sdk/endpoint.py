"""Where the server is, and what to present to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that takes OTLP over HTTP at `{url}/v1/{traces,logs,metrics}`."""

    url: str
    headers: Mapping[str, str]

    def path(self, signal: str) -> str:
        """The address for one signal."""
        return f"{self.url}/v1/{signal}"


def find_endpoint(
    endpoint: str | None = None,
    key: str | None = None,
    project: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Endpoint:
    """The server: `endpoint`, else FANLIGHT_URL, else OTEL_EXPORTER_OTLP_ENDPOINT, else the local default.

    The key is `key`, else FANLIGHT_KEY.

    Example:
        >>> find_endpoint(environ={"FANLIGHT_URL": "http://lights:4319/", "FANLIGHT_KEY": "fl_1"})
        Endpoint(url='http://lights:4319', headers={'authorization': 'Bearer fl_1'})
        >>> find_endpoint(environ={}).path("traces")
        'http://127.0.0.1:4318/v1/traces'
    """
    environ = os.environ if environ is None else environ
    url = (
        endpoint
        or environ.get("FANLIGHT_URL")
        or environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        or DEFAULT_ENDPOINT
    )
    # Those headers may be the credentials of another vendor: they go wherever OpenTelemetry is told to send.
    headers = {} if environ.get("FANLIGHT_URL") and not endpoint else _headers_of(environ)
    if key := key or environ.get("FANLIGHT_KEY"):
        headers["authorization"] = f"Bearer {key}"
    if project:
        headers["x-fanlight-project"] = project
    return Endpoint(url.rstrip("/"), headers)


def _headers_of(environ: Mapping[str, str]) -> dict[str, str]:
    """What OTEL_EXPORTER_OTLP_HEADERS says."""
    if not (given := environ.get("OTEL_EXPORTER_OTLP_HEADERS")):
        return {}
    from opentelemetry.util.re import parse_env_headers

    return dict(parse_env_headers(given, liberal=True))
