"""An execution: one run of a published agent that somebody asked the server for."""

from __future__ import annotations

from typing import Any

import msgspec


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of a run reads as JSON on its standard input: `fanlight run --execute`.

    `run_id` is the run's trace id. `agent` is the folder with its `charm.yaml`. Every value of `env` is a
    secret. Telemetry goes to `url` with `key`, which is good for this run alone.
    """

    run_id: str
    project: str
    agent: str
    input: dict[str, Any]
    env: dict[str, str] = {}
    thread: str | None = None
    user: str | None = None
    timeout_s: float
    url: str
    key: str


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How the process of an execution ended. `said` is the end of what it wrote on stderr.

    `exit_code` is None when it never started, and negative for the signal that ended it.
    """

    exit_code: int | None
    said: str = ""
    was_cancelled: bool = False
