"""What goes over the stream."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One announced change. `seq` is its place in the one order of the store; `payload` is JSON.

    `topics` are the names a reader may have subscribed to: `runs`, `run:{id}`, `room:{name}`,
    `session:{id}`, `logs`, `metrics`.
    """

    seq: int
    topics: frozenset[str]
    payload: bytes


KINDS = frozenset({"traces", "logs", "metrics", "runs"})
"""What an announcement can be about: items of a signal, or summaries and findings of runs."""
