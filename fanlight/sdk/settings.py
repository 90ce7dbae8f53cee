"""What can be set about the SDK, and the bounds that cannot."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fanlight.sdk.faults import note

HEARTBEAT_S = 20.0
MIN_HEARTBEAT_S = 0.1
METRIC_INTERVAL_MS = 5_000.0
MIN_METRIC_INTERVAL_MS = 100.0
OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Of one process. `spool` is the directory for what the server did not take; None keeps it in memory."""

    spool: Path | None = None
    heartbeat_s: float = HEARTBEAT_S
    queue_items: int = 16_384
    queue_bytes: int = 32 * 1024 * 1024
    metric_interval_ms: float = METRIC_INTERVAL_MS
    exit_s: float = 1.0
    """How long the exit waits for the server; what is left then goes into the spool."""

    unanswered_exit_s: float = 1.0
    """The same for a server that has not answered this process yet."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """FANLIGHT_SPOOL (a directory, or `off`), FANLIGHT_HEARTBEAT_S and OTEL_METRIC_EXPORT_INTERVAL.

    Example:
        >>> read_settings({"FANLIGHT_SPOOL": "off", "FANLIGHT_HEARTBEAT_S": "5"}).heartbeat_s
        5.0
    """
    environ = os.environ if environ is None else environ
    return Settings(
        spool=_spool(environ.get("FANLIGHT_SPOOL")),
        heartbeat_s=_number(environ, "FANLIGHT_HEARTBEAT_S", HEARTBEAT_S, MIN_HEARTBEAT_S),
        metric_interval_ms=_number(
            environ, "OTEL_METRIC_EXPORT_INTERVAL", METRIC_INTERVAL_MS, MIN_METRIC_INTERVAL_MS
        ),
    )


def _spool(given: str | None) -> Path | None:
    if given:
        return None if given.lower() == OFF else Path(given)
    import platformdirs

    return Path(platformdirs.user_state_dir("fanlight", appauthor=False)) / "spool"


def _number(environ: Mapping[str, str], name: str, usual: float, least: float) -> float:
    """The number that a variable holds, at least `least`; the usual one where it holds none."""
    if not (given := environ.get(name)):
        return usual
    try:
        found = float(given)
    except ValueError as error:
        note(name, error)
        return usual
    return max(least, found) if math.isfinite(found) else usual
