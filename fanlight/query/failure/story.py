"""What an analysis of a failure looks at: a run, its steps, and what it wrote to its log."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.model.step import Step

FATAL = 21
"""OTLP's severity number of FATAL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A log record at error level or above. `span_id` is empty when it names none."""

    log_id: str
    time_ns: int
    severity: int
    text: str
    span_id: str = ""
    error_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One run. `status` is a RunStatus; `found` are the kinds of findings made while it ran."""

    run_id: str
    trace_id: str
    status: str
    steps: tuple[Step, ...]
    logs: tuple[LogLine, ...] = ()
    truncated: bool = False
