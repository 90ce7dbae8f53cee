"""MeshAgent's `otel_config`, as its documents show it: `packages/fanlight-meshagent` re-exports it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping

from fanlight.sdk.endpoint import find_endpoint
from fanlight.sdk.faults import harmless
from fanlight.sdk.providers import activate

RESOURCE = {
    "project": "MESHAGENT_PROJECT_ID",
    "room": "MESHAGENT_ROOM",
    "session": "MESHAGENT_SESSION_ID",
}
"""Resource attributes and the environment variables that set them."""

_QUIET = ("opentelemetry", "urllib3", "requests", "fanlight")

_lock = threading.Lock()
_done = False


@harmless("otel_config", otherwise=None)
def otel_config(*, level: int = logging.INFO, service_name: str = "meshagent-service") -> None:
    """Send this process's traces, metrics and log records to `OTEL_ENDPOINT`, over OTLP/HTTP.

    Project, room and session of the environment go onto the resource. Without OTEL_ENDPOINT only console
    logging is set up. The first call wins; later ones change nothing.
    """
    global _done
    with _lock:
        if _done:
            return
        _done = True
        endpoint = os.environ.get("OTEL_ENDPOINT")
        if endpoint:
            _export(endpoint, level, service_name, os.environ)
        else:
            logging.basicConfig(level=level)


def _export(endpoint: str, level: int, service_name: str, environ: Mapping[str, str]) -> None:
    from opentelemetry.sdk._logs import LoggingHandler

    given = {name: environ.get(variable) for name, variable in RESOURCE.items()}
    providers = activate(service_name, given, find_endpoint(endpoint))
    handler = LoggingHandler(level=logging.NOTSET, logger_provider=providers.logs)
    handler.addFilter(_not_our_own)
    root = logging.getLogger()
    root.setLevel(level)
    root.addHandler(handler)


def _not_our_own(record: logging.LogRecord) -> bool:
    """At DEBUG the transport logs each export; exporting those lines would never end."""
    return record.name.split(".", 1)[0] not in _QUIET
