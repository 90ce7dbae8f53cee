"""MeshAgent's `otel_config`, as its documents show it: `packages/fanlight-meshagent` re-exports it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.sdk.endpoint import find_endpoint
from fanlight.sdk.faults import harmless
from fanlight.sdk.place import find_place
from fanlight.sdk.providers import activate

_log = logging.getLogger("fanlight")


@dataclass(frozen=True, slots=True)
class _Asked:
    level: int
    service_name: str


class _First:
    """Which call won, and whether one that differs was told so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: _Asked | None = None
        self._told = False

    def is_first(self, asked: _Asked) -> bool:
        with self._lock:
            if self._asked is None:
                self._asked = asked
                return True
            first, tell = self._asked, asked != self._asked and not self._told
            self._told = self._told or tell
        if tell:
            _log.warning(
                "otel_config was called before as service %r at level %s, which stays; a later call asks for"
                " service %r at level %s",
                first.service_name,
                logging.getLevelName(first.level),
                asked.service_name,
                logging.getLevelName(asked.level),
            )
        return False


_first = _First()


@harmless("otel_config", otherwise=None)
def otel_config(*, level: int | str = logging.INFO, service_name: str = "meshagent-service") -> None:
    """Send this process's traces, metrics and log records to `OTEL_ENDPOINT`, over OTLP/HTTP.

    `level` is the root logger's, as logging's number or name (`logging.DEBUG`, "DEBUG"). Project, room and
    session of the environment (MESHAGENT_PROJECT_ID, MESHAGENT_ROOM, MESHAGENT_SESSION_ID) go onto the
    resource. OpenTelemetry's own environment holds: OTEL_EXPORTER_OTLP_HEADERS, _CERTIFICATE, _TIMEOUT and
    _COMPRESSION, what it says of single signals (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, ...), and
    OTEL_METRIC_EXPORT_INTERVAL. Without OTEL_ENDPOINT only console logging is set up. The first
    call wins; a later one that asks for something else is told so, once.

    It never raises and never waits for the server; what is queued at exit is sent within two seconds.

    Example:
        from meshagent.otel import otel_config

        otel_config(service_name="weather", level="DEBUG")
    """
    asked = _Asked(_level(level), service_name)
    if not _first.is_first(asked):
        return
    if endpoint := os.environ.get("OTEL_ENDPOINT"):
        _export(endpoint, asked, os.environ)
    else:
        logging.basicConfig(level=asked.level)


def _level(given: int | str) -> int:
    if isinstance(given, int):
        return given
    name = given.strip().upper()
    known = logging.getLevelNamesMapping()
    if name in known:
        return known[name]
    if name.isdecimal():
        return int(name)
    _log.warning("otel_config: %r is no level of logging, INFO is used", given[:40])
    return logging.INFO


def _export(endpoint: str, asked: _Asked, environ: Mapping[str, str]) -> None:
    from opentelemetry.sdk._logs import LoggingHandler

    server = find_endpoint(_url(endpoint), environ=environ, is_standard=True)
    providers = activate(asked.service_name, find_place(environ), server)
    handler = LoggingHandler(level=logging.NOTSET, logger_provider=providers.logs)
    handler.addFilter(_not_of_the_transport)
    root = logging.getLogger()
    root.setLevel(asked.level)
    root.addHandler(handler)


def _url(endpoint: str) -> str:
    return endpoint if "://" in endpoint else f"http://{endpoint}"


def _not_of_the_transport(record: logging.LogRecord) -> bool:
    """At DEBUG a transport logs each export; exporting those lines would never end.

    Whoever exports marks its context, so that the same libraries are logged where the agent itself uses them.
    Fanlight's own warnings are said once each, and may go.
    """
    from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value

    library = record.name.split(".", 1)[0]
    if library == "fanlight":
        return record.levelno >= logging.WARNING
    return library != "opentelemetry" and not get_value(_SUPPRESS_INSTRUMENTATION_KEY)
