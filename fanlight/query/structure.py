"""The structure of a trace: the store's columns, and what their tree says about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fanlight.model.lineage import Lineage, read_lineage
from fanlight.model.span import SpanColumns
from fanlight.query.spans import span_kind_name, status_name

PARENT, NAME, KIND, SPAN_KIND, STATUS, STATE, START, DURATION, AGENT = 1, 2, 3, 4, 5, 6, 7, 8, 10
EVENTS, CONTENT, RUN, OPERATION, COST, FINISH, FIRST_TOKEN, FLAGS = 16, 17, 18, 19, 20, 21, 22, 23
MISSING = "missing"
SKEW_NS = 1_000_000
"""Starting before its parent by less than this is how clocks are, and says nothing."""


def make_columns(columns: Sequence[list[Any]], first_ns: int, *, complete: bool) -> SpanColumns:
    """The structure from the columns that trace_structure.sql names, rows in order of start.

    `first_ns` is where the trace begins. With `complete` every parent that is not there gets a placeholder.
    """
    lineage = _lineage(columns)
    if complete and lineage.missing:
        columns = _with_placeholders(columns, lineage.missing)
        lineage = _lineage(columns)
    (
        span_id, parent, name, kind, span_kind, status, state, started_ns, duration_ns, service, _, model,
        tool, tokens_input, tokens_output, error_type, events, content, _, _, cost, finish_reason,
        first_token_ns, flags,
    ) = columns  # fmt: skip
    return SpanColumns(
        span_id=span_id,
        parent_span_id=[None if cut else each for each, cut in zip(parent, lineage.is_cyclic, strict=True)],
        name=name,
        kind=kind,
        span_kind=[span_kind_name(number) for number in span_kind],
        status=[status_name(code) for code in status],
        state=state,
        start_ns=[begin - first_ns for begin in started_ns],
        duration_ns=duration_ns,
        service=service,
        agent=lineage.agent,
        model=model,
        tool=tool,
        tokens_input=tokens_input,
        tokens_output=tokens_output,
        cost=cost,
        error_type=error_type,
        event_count=events,
        has_content=[bool(has) for has in content],
        agent_inherited=lineage.is_inherited,
        wrapper=lineage.is_wrapper,
        finish_reason=finish_reason,
        first_token_ns=first_token_ns,
        flags=_flags(flags, span_id, started_ns, state, lineage),
    )


def _lineage(columns: Sequence[list[Any]]) -> Lineage:
    return read_lineage(columns[0], columns[PARENT], columns[NAME], columns[KIND], columns[AGENT])


def _with_placeholders(columns: Sequence[list[Any]], missing: Sequence[str]) -> list[list[Any]]:
    """The rows with one more for each missing parent, before the first of its children."""
    spans: dict[str, tuple[int, int, int]] = {}
    wanted = set(missing)
    for place, parent in enumerate(columns[PARENT]):
        if parent in wanted:
            begin = columns[START][place]
            end = begin + (columns[DURATION][place] or 0)
            first, since, until = spans.get(parent, (place, begin, end))
            spans[parent] = (first, min(since, begin), max(until, end))
    made: list[list[Any]] = [[] for _ in columns]
    before: dict[int, list[str]] = {first: [] for first, _, _ in spans.values()}
    for span_id, (first, _, _) in spans.items():
        before[first].append(span_id)
    begin = 0
    for at in sorted(before):
        for column, whole in zip(made, columns, strict=True):
            column += whole[begin:at]
        for span_id in before[at]:
            _, since, until = spans[span_id]
            row = _placeholder(span_id, since, until, columns[RUN][at])
            for column, value in zip(made, row, strict=True):
                column.append(value)
        begin = at
    for column, whole in zip(made, columns, strict=True):
        column += whole[begin:]
    return made


def _placeholder(span_id: str, since_ns: int, until_ns: int, run_id: str) -> list[Any]:
    row: list[Any] = [None] * (FLAGS + 1)
    row[0], row[NAME], row[KIND], row[SPAN_KIND] = span_id, "", "internal", 0
    row[STATUS], row[STATE], row[START], row[DURATION] = 0, MISSING, since_ns, until_ns - since_ns
    row[EVENTS], row[CONTENT], row[RUN], row[OPERATION], row[FLAGS] = 0, 0, run_id, "", []
    return row


def _flags(
    stored: Sequence[Sequence[str]],
    span_id: Sequence[str],
    started_ns: Sequence[int],
    state: Sequence[str],
    lineage: Lineage,
) -> list[list[str]]:
    """What was mended or doubted on the way in, and what only the whole trace shows."""
    found = [list(flags) for flags in stored]
    seen: set[str] = set()
    for place, span in enumerate(span_id):
        if span in seen:
            found[place].append("duplicate_id")
        seen.add(span)
        if lineage.is_cyclic[place]:
            found[place].append("cyclic_parent")
        above = lineage.parent[place]
        if above is not None and started_ns[place] < started_ns[above] - SKEW_NS and state[above] != MISSING:
            found[place].append("starts_before_parent")
    return found
