"""What is to be isolated, and what is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

Place = Literal["process", "thread"]
State = Literal["starting", "healthy", "open", "half_open", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An exporter: its `name` in charm.yaml, its class as `module:Class`, and where it shall run.

    `place="thread"` puts it into the agent's own process, where it can hang, print and exit as it likes;
    only for an exporter that must share the agent's memory.
    """

    name: str
    value: str
    place: Place = "process"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterReport:
    """How one exporter is doing.

    `state` is `starting` until it is made; `open` while it gets nothing because it failed too often;
    `half_open` while it is tried again; `failed` when it cannot be made at all; `stopped` after its end.
    Counts are events: `delivered` hooks returned, `failed` ones raised, `dropped` ones were never finished;
    `drops` says why. `output` is the end of what it printed.
    """

    name: str
    place: Place = "process"
    state: State = "starting"
    last_error: str | None = None
    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    restarts: int = 0
    drops: Mapping[str, int] | None = None
    output: str = ""

    def as_data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ExporterReport:
        """The report of `as_data`; fields of a later version are passed over.

        >>> ExporterReport.from_data({"name": "acme", "delivered": 3, "colour": "red"}).delivered
        3
        """
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})
