"""What is asked of the runner, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from fanlight.runner.backend import Limits
from fanlight.runner.surroundings import Place
from fanlight.sdk.endpoint import Endpoint

Status = Literal["success", "error", "suspended", "cancelled", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run to make. `env` are values for this agent alone: they are masked wherever they turn up.

    `interpreter` is a Python that has the agent's requirements already; otherwise they are installed into an
    environment in `cache`. `key` is what the agent itself presents to the server. `thread` is the
    conversation that the run goes on with, `user` who asked.
    """

    agent: Path
    inputs: Any
    run_id: str
    endpoint: Endpoint
    key: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    limits: Limits = field(default_factory=Limits)
    timeout_s: float | None = None
    installs: bool = True
    cache: Path | None = None
    interpreter: Path | None = None
    in_container: bool = False
    thread: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended. `exit_code` is None when nothing was started.

    `format` says what `output` is: markdown, json, rich_component, or whatever the agent called it.
    """

    run_id: str
    agent: str
    status: Status
    exit_code: int | None
    output: Any
    format: str | None
    error: str | None
    duration_ms: int
    tool_usage: Mapping[str, int] = field(default_factory=dict)
    state: Any = None
    was_sent: bool = True
