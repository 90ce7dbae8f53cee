"""The steps of one run, read from the store for an analysis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.model.step import Step
from fanlight.otlp.values import decode_value
from fanlight.query.runs import get_run
from fanlight.query.spans import status_name
from fanlight.query.traces import OPEN_SPAN_LOST_MS
from fanlight.semconv.registry import dialects
from fanlight.store.contract import Store
from fanlight.store.lineage import Node, judge

MOST_STEPS = 20_000
"""An analysis reads so many spans of a trace at most, the earliest ones."""

MOST_CONTENT = 4_000
"""So many characters of an input or output are read; of longer lists and objects only the hash."""

FIRST_STRUCTURED_ARM = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSteps:
    """A run with its steps in order of start; `truncated` when its trace holds more than MOST_STEPS."""

    run: Run
    steps: tuple[Step, ...]
    truncated: bool = False


def get_steps(
    store: Store, scope: ProjectScope, run_id: str, *, limit: int = MOST_STEPS, clock: Clock = SYSTEM
) -> RunSteps:
    """The run and what it did.

    Raises:
        NotFoundError: the project has no such run.
    """
    run = get_run(store, scope, run_id)
    place = store.read(scope, "trace_place", {"trace_id": run.trace_id})
    if not place:
        return RunSteps(run=run, steps=())
    parameters = {
        "trace_id": run.trace_id,
        "since_ns": place[0][0],
        "until_ns": place[0][1],
        "heard_ms": clock.now_ns() // 1_000_000 - OPEN_SPAN_LOST_MS,
        "inputs": list(_content_keys("inputs")),
        "outputs": list(_content_keys("outputs")),
        "most": MOST_CONTENT,
        "limit": limit + 1,
    }
    rows = store.read(scope, "run_steps", parameters)
    members = _members(rows[:limit], run)
    steps = tuple(step_from_row(row) for row in members)
    return RunSteps(run=run, steps=steps, truncated=len(rows) > limit)


@cache
def _content_keys(which: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for dialect in dialects() for key in getattr(dialect, which)))


def _members(rows: Sequence[Sequence[Any]], run: Run) -> list[Sequence[Any]]:
    """The rows of this run: a trace holds more than one when spans name runs of their own."""
    if run.id == run.trace_id and all(row[2] == run.trace_id for row in rows):
        return list(rows)
    nodes = [
        Node(row[0], row[1] or "", "" if row[2] == run.trace_id else row[2], calls=False, reports=False)
        for row in rows
    ]
    judged = judge(nodes, trace_run=run.trace_id)
    return [row for row, judgement in zip(rows, judged, strict=True) if judgement.run_id == run.id]


def step_from_row(row: Sequence[Any]) -> Step:
    """A step from the columns that `run_steps.sql` names."""
    (
        span_id, parent, _run_id, name, kind, agent, tool, model, service, state, status, error_type,
        error_message, http_status, finish_reason, start_ns, duration_ns, call_hash,
        input_type, input_hash, input_, output_type, output_hash, output, tokens_input, tokens_output, cost,
    ) = row  # fmt: skip
    return Step(
        span_id=span_id,
        parent_id=parent,
        name=name,
        kind=kind,
        agent=agent,
        tool=tool,
        model=model,
        service=service,
        state=state,
        status=status_name(status),
        error_type=error_type,
        error_message=error_message,
        http_status=http_status or None,
        finish_reason=finish_reason,
        start_ns=start_ns,
        end_ns=None if duration_ns is None else start_ns + duration_ns,
        call_hash=call_hash,
        input_hash=input_hash,
        output_hash=output_hash,
        input=_text(input_, input_type),
        output=_text(output, output_type),
        tokens_input=tokens_input,
        tokens_output=tokens_output,
        cost=None if cost is None else Decimal(cost),
    )


def _text(value: str | None, type_: int) -> str | None:
    """A content as text, lists and objects as JSON; None when none was reported or it is too long."""
    if not type_ or value is None:
        return None
    if type_ < FIRST_STRUCTURED_ARM:
        return value
    return json.dumps(decode_value(value, type_), ensure_ascii=False)
