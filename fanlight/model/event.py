"""What goes over the stream."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = frozenset({"traces", "logs", "metrics", "runs"})
"""What an announcement can be about: items of a signal, or summaries and findings of runs."""

KINDS_OF_TYPES = {
    "run": "runs",
    "finding": "runs",
    "span": "traces",
    "log": "logs",
    "developer_log": "logs",
    "room_event": "logs",
    "service": "logs",
    "token": "logs",
    "metric": "metrics",
}
"""What has to be announced for there to be an item of a type."""

TYPES = frozenset(KINDS_OF_TYPES)
"""Types of the stream's items; a log record is of one of them alone.

`room_event` tells of a room and its participants, `service` of what runs in a room; a `token` is a piece of
streamed text.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One announced change. `seq` is its place in the one order of the store; `payload` is JSON.

    `topics` are the names a reader may have subscribed to: `runs`, `run:{id}`, `room:{name}`,
    `session:{id}`, `logs`, `metrics`. `type` is one of TYPES.
    """

    seq: int
    topics: frozenset[str]
    payload: bytes
    type: str
