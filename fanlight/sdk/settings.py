"""What can be set about the SDK, and the bounds that cannot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fanlight.sdk.faults import note

HEARTBEAT_S = 20.0
MIN_HEARTBEAT_S = 0.1
OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Of one process. `spool` is the directory for what the server did not take; None keeps it in memory."""

    spool: Path | None = None
    heartbeat_s: float = HEARTBEAT_S
    queue_items: int = 16_384
    queue_bytes: int = 32 * 1024 * 1024
    exit_s: float = 1.0
    """How long the exit waits for the server; what is left then goes into the spool."""

    unanswered_exit_s: float = 1.0
    """The same for a server that has not answered this process yet."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """FANLIGHT_SPOOL (a directory, or `off`) and FANLIGHT_HEARTBEAT_S, else the defaults.

    Example:
        >>> read_settings({"FANLIGHT_SPOOL": "off", "FANLIGHT_HEARTBEAT_S": "5"}).heartbeat_s
        5.0
    """
    environ = os.environ if environ is None else environ
    return Settings(
        spool=_spool(environ.get("FANLIGHT_SPOOL")),
        heartbeat_s=_heartbeat(environ.get("FANLIGHT_HEARTBEAT_S")),
    )


def _spool(given: str | None) -> Path | None:
    if given:
        return None if given.lower() == OFF else Path(given)
    import platformdirs

    return Path(platformdirs.user_state_dir("fanlight", appauthor=False)) / "spool"


def _heartbeat(given: str | None) -> float:
    if not given:
        return HEARTBEAT_S
    try:
        return max(MIN_HEARTBEAT_S, float(given))
    except ValueError as error:
        note("FANLIGHT_HEARTBEAT_S", error)
        return HEARTBEAT_S
