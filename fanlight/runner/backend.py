"""Where an agent's process runs: what every backend is given, and what it gives back.

A backend starts one child, hands out what it writes, piece by piece, and says how it ended. It knows nothing
of events, spans or the server.

Contract. A backend MUST
- give the child exactly `Launch.env`, plus `FANLIGHT_EVENTS`, and nothing of its own environment;
- put `Launch.files` where `FANLIGHT_FILES` (a folder, also set by it) says before the child starts;
- hand out every byte that the child wrote, in order within a channel, and None once all channels are closed;
- read no further than a few pieces ahead: an agent that floods waits, the runner's memory does not grow;
- end the whole tree of processes before `wait` returns: no orphan outlives a run;
- enforce `Limits.time_s` and `Limits.memory_bytes` and say so in `Ending.reason`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from fanlight.errors import FanlightError

MIB = 1024 * 1024

Channel = Literal["stdout", "stderr", "events"]
Reason = Literal["exited", "timeout", "memory", "processes", "cancelled", "lost"]

PYTHON = "{python}"
"""In a command: the interpreter that has the agent's requirements, wherever the backend has it."""

CHILD = "{child}"
"""In a command: `fanlight/runner/child/main.py`, wherever the backend put it."""

EVENTS_VARIABLE = "FANLIGHT_EVENTS"
FILES_VARIABLE = "FANLIGHT_FILES"
STOP_GRACE_S = 5.0


class LaunchError(FanlightError):
    """A child could not be started."""

    code = "launch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may use. None = no bound. Past `time_s` it has `grace_s` more to leave by itself."""

    time_s: float | None = 600.0
    grace_s: float = STOP_GRACE_S
    memory_bytes: int | None = 2048 * MIB
    processes: int | None = 256
    output_bytes: int | None = 1024 * MIB
    cpus: float | None = None
    network: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One child to start.

    `command` is its argv, in which PYTHON and CHILD stand for what the backend knows. `cwd` is the agent's
    folder on this machine. `env` is the child's whole environment. `files` are small files, by plain name.
    `nonce` names the run's own event pipe. `interpreter` is the agent's Python on this machine (the process
    backend's PYTHON), `requirements` the file in `cwd` that a backend with a place of its own installs.
    `adapter` is charm.yaml's: a container backend has an image for each.
    """

    command: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    nonce: str
    limits: Limits = field(default_factory=Limits)
    image: str | None = None
    files: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    interpreter: Path | None = None
    requirements: Literal["pyproject.toml", "requirements.txt"] | None = None
    adapter: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a child ended. `exit_code` is as a shell has it: 128 + the number of a signal that ended it.

    `lost` = the one who watched it was killed, and all of it with him.
    """

    exit_code: int
    signal: int | None = None
    reason: Reason = "exited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a child and all that it started use: processor time since it began, and memory now."""

    cpu_s: float
    memory_bytes: int


class Child(Protocol):
    """A child that runs."""

    @property
    def id(self) -> str:
        """A process id or a container's id."""
        ...

    @property
    def image(self) -> str | None:
        """The image that its container was made of; None for a process of this machine."""
        ...

    async def load(self) -> Load | None:
        """What it uses; None where that cannot be told."""
        ...

    async def read(self) -> tuple[Channel, bytes] | None:
        """The next piece of what it wrote (at most 64 KiB); None once every channel is closed."""
        ...

    async def wait(self) -> Ending:
        """Its ending; nothing of it runs any more. May be called again."""
        ...

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """SIGTERM to all of it, then SIGKILL after `grace_s`. Its ending's reason is `cancelled`."""
        ...


class Backend(Protocol):
    """Starts children. Raises LaunchError when one cannot be started."""

    async def start(self, launch: Launch) -> Child:
        """Start the child. What is read of it begins with its first byte."""
        ...


def command_of(launch: Launch, *, python: str, child: str) -> tuple[str, ...]:
    """The command with its placeholders filled.

    Example:
        >>> launch = Launch(command=(PYTHON, CHILD), cwd=Path("."), env={}, nonce="n")
        >>> command_of(launch, python="python3", child="/fanlight/child.py")
        ('python3', '/fanlight/child.py')
    """
    return tuple({PYTHON: python, CHILD: child}.get(word, word) for word in launch.command)
