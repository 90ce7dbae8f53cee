"""What comes out of a capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the run.

    `text` is its JSON, strict, byte for byte as it came wherever it came so; `original` is how it came when
    it was no strict JSON (NaN, Infinity). `verified` = it came by the run's own pipe; an event out of text
    never is. `seq` counts the events of a run from 1.
    """

    seq: int
    type: str
    text: str
    value: Mapping[str, Any]
    verified: bool
    original: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of text. `cut_bytes` were behind `text` in the same line, and are not kept."""

    seq: int
    stream: Stream
    text: str
    cut_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A lifecycle hook that was called in the agent, by the run's own pipe."""

    name: str
    arguments: Mapping[str, Any]
    thread: int = 0
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flooded:
    """So many lines or events of a flood that were left out, since the last one that was told."""

    stream: Literal["stdout", "stderr", "events"]
    items: int
    bytes: int


Item = Event | Line | Hook | Flooded
