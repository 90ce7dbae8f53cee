"""Everything that a run said, read for a file that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import NotFoundError
from fanlight.model.failure import Failure
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.model.span import Span, SpanColumns, TraceStructure
from fanlight.query.failure.reader import get_failure
from fanlight.query.runs import get_run
from fanlight.query.traces import OPEN_SPAN_LOST_MS, get_span, get_trace
from fanlight.store.contract import Store

MOST_SPANS = 2_000
"""So many spans have a row, the earliest of them."""

MOST_CONTENTS = 200
"""So many spans have what was said in them: those that failed first, then in order of start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExport:
    """A run, why it failed, its spans as columns, and by id those of which the content was read."""

    run: Run
    failure: Failure
    trace: TraceStructure
    contents: Mapping[str, Span]


def read_run_export(
    store: Store,
    scope: ProjectScope,
    run_id: str,
    *,
    lost_after_ms: int = OPEN_SPAN_LOST_MS,
    clock: Clock = SYSTEM,
) -> RunExport:
    """A run with what was said in it, within MOST_SPANS and MOST_CONTENTS.

    Raises:
        NotFoundError: the project has no such run.
    """
    run = get_run(store, scope, run_id)
    trace = get_trace(store, scope, run.trace_id, MOST_SPANS, lost_after_ms=lost_after_ms, clock=clock)
    contents: dict[str, Span] = {}
    for span_id in telling(trace.columns):
        try:
            contents[span_id] = get_span(
                store, scope, run.trace_id, span_id, lost_after_ms=lost_after_ms, clock=clock
            )
        except NotFoundError:
            # Retention may take a span between the two questions.
            continue
    failure = get_failure(store, scope, run_id, clock=clock)
    return RunExport(run=run, failure=failure, trace=trace, contents=contents)


def telling(columns: SpanColumns) -> list[str]:
    """The ids of the spans that are worth reading, at most MOST_CONTENTS, those that failed first."""
    places = range(len(columns.span_id))
    failed = [place for place in places if columns.status[place] == "error"]
    said = [place for place in places if columns.has_content[place] and columns.status[place] != "error"]
    return [columns.span_id[place] for place in [*failed, *said] if columns.state[place] != "missing"][
        :MOST_CONTENTS
    ]
