"""Whoever comes back with the id of the last message goes on exactly behind it, whatever the events are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.project import ProjectScope
from fanlight.model.run import Run, RunError, RunStatus
from fanlight.query.run_events import Message, RunEvent, Told, read_run_events, resume

SCOPE, RUN = ProjectScope("shop"), "ab" * 16
ENDS = ("final", "internal_run_finished")
TYPES = ("status", "thinking", "delta", "final", "error", "tool_usage", "internal_run_finished")


class Events:
    """A store that has the events of one run, and answers as `run_events.sql` does."""

    def __init__(self, events: Sequence[RunEvent]) -> None:
        self._events = events

    def read(self, scope: ProjectScope, query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        assert (scope, query, asked["run_id"]) == (SCOPE, "run_events", RUN)
        return [
            (event.place, event.type, event.verified, event.text)
            for event in self._events
            if asked["after"] < event.place <= asked["upto"]
            and (not asked["types"] or event.type in asked["types"])
        ][: asked["limit"]]


def told_of(events: Sequence[RunEvent], run: Run, last_id: str | None = None) -> list[Message]:
    """Everything that a reader is sent who comes with `last_id` after the run has ended."""
    store: Any = Events(events)
    told = resume(store, SCOPE, RUN, last_id)
    messages: list[Message] = []
    while not told.over:
        found = read_run_events(store, SCOPE, RUN, after=told.place, limit=3)
        for event in found:
            messages += told.take(event)
            if told.over:
                return messages
        if not found:
            messages += told.close(run)
    return messages


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[RunEvent], Run]:
    made = draw(st.lists(st.tuples(st.sampled_from(TYPES), st.booleans(), st.integers(1, 3)), max_size=12))
    place, events = 0, []
    for number, (type_, verified, step) in enumerate(made):
        place += step
        events.append(RunEvent(place, type_, verified, json.dumps({"type": type_, "content": number})))
    status = draw(st.sampled_from([each for each in RunStatus if each is not RunStatus.RUNNING]))
    error = RunError(message="boom") if status is RunStatus.ERROR else None
    output = draw(st.sampled_from([None, "out"]))
    run = Run(
        id=RUN, trace_id=RUN, name="agent", status=status, started_at="2026-09-21T14:13:20Z",
        duration_ms=5.0, output=output, error=error,
    )  # fmt: skip
    return events, run


@given(stories())
def test_a_reader_who_resumes_anywhere_misses_nothing_and_hears_nothing_twice(
    story: tuple[list[RunEvent], Run],
) -> None:
    events, run = story
    whole = told_of(events, run)
    assert len({message.id for message in whole}) == len(whole)
    for place, message in enumerate(whole):
        assert told_of(events, run, message.id) == whole[place + 1 :], message.id


@given(stories())
def test_there_is_one_end_and_one_final_at_most_and_the_end_is_last(
    story: tuple[list[RunEvent], Run],
) -> None:
    events, run = story
    types = [json.loads(message.text)["type"] for message in told_of(events, run)]
    assert types.count("final") <= 1
    assert types.count("internal_run_finished") == 1
    assert types[-1] == "internal_run_finished"


@given(stories())
def test_what_is_sent_of_an_event_is_what_was_stored_and_in_its_order(
    story: tuple[list[RunEvent], Run],
) -> None:
    events, run = story
    end = next((e.place for e in events if e.type == "internal_run_finished" and e.verified), 2**62)
    plain = [event.text for event in events if event.place < end and event.type not in ENDS]
    stored = {event.text for event in events}
    sent = [message.text for message in told_of(events, run)]
    assert [text for text in sent if text in stored and json.loads(text)["type"] not in ENDS] == plain
    # What was never stored is said of the run's end alone.
    assert {json.loads(text)["type"] for text in sent if text not in stored} <= {*ENDS, "error"}


@given(stories())
def test_a_forged_final_is_never_sent_where_there_is_a_true_one(story: tuple[list[RunEvent], Run]) -> None:
    events, run = story
    finals = [message.text for message in told_of(events, run) if '"final"' in message.text]
    end = next((e.place for e in events if e.type == "internal_run_finished" and e.verified), 2**62)
    true = [e.text for e in events if e.type == "final" and e.verified and e.place < end]
    if true:
        assert finals == true[:1]


def test_a_run_that_tells_of_nothing_is_told_of_by_its_summary() -> None:
    run = Run(
        id=RUN, trace_id=RUN, name="agent", status=RunStatus.SUCCESS, started_at="2026-09-21T14:13:20Z",
        duration_ms=5.0, output='he said "hi"',
    )  # fmt: skip
    assert [(message.id, message.text) for message in told_of([], run)] == [
        ("0+final", '{"type": "final", "content": "he said \\"hi\\"", "format": "markdown"}'),
        ("0+end", '{"type": "internal_run_finished", "content": {"exit_code": 0, "duration_ms": 5}}'),
    ]


def test_nothing_is_held_back_but_what_ends_a_run() -> None:
    told = Told()
    for place, type_ in enumerate(("thinking", "delta", "error", "usage", "anything"), 1):
        assert told.take(RunEvent(place, type_, False, "{}")) == [Message(str(place), "{}")]
