"""A run's story, read from the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.model.failure import Failure
from fanlight.model.project import ProjectScope
from fanlight.otlp.values import decode_value
from fanlight.query.failure.explain import explain
from fanlight.query.failure.story import LogLine, Story
from fanlight.query.page import encode_cursor
from fanlight.query.steps import RunSteps, get_steps
from fanlight.store.contract import Store

MOST_LOGS = 500
AROUND_NS = 60_000_000_000
"""Logs are looked for so long before the first and after the last span."""

NO_SPAN = "0" * 16


def get_failure(store: Store, scope: ProjectScope, run_id: str, *, clock: Clock = SYSTEM) -> Failure:
    """Why a run failed, or what else is wrong with it.

    Raises:
        NotFoundError: the project has no such run.
    """
    found = get_steps(store, scope, run_id, clock=clock)
    return explain(
        Story(
            run_id=found.run.id,
            trace_id=found.run.trace_id,
            status=found.run.status,
            steps=found.steps,
            logs=_logs(store, scope, found),
            truncated=found.truncated,
        )
    )


def _logs(store: Store, scope: ProjectScope, found: RunSteps) -> tuple[LogLine, ...]:
    if not found.steps:
        return ()
    last_ns = max(step.start_ns if step.end_ns is None else step.end_ns for step in found.steps)
    parameters = {
        "run_id": found.run.id,
        "trace_id": found.run.trace_id,
        "since_ns": max(found.steps[0].start_ns - AROUND_NS, 0),
        "until_ns": last_ns + AROUND_NS,
        "limit": MOST_LOGS,
    }
    return tuple(map(log_line, store.read(scope, "run_error_logs", parameters)))


def log_line(row: Sequence[Any]) -> LogLine:
    """A log line from the columns that `run_error_logs.sql` names."""
    time_ns, seq, severity, body, body_type, span_id, error_type, error_message = row
    value = decode_value(body, body_type)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if error_message and error_message not in text:
        text = f"{text}: {error_message}"
    return LogLine(
        log_id=encode_cursor("log", time_ns, seq),
        time_ns=time_ns,
        severity=severity,
        text=text,
        span_id="" if span_id == NO_SPAN else span_id,
        error_type=error_type,
    )
