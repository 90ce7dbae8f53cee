"""Spans are shown when they start, said to be alive while they are open, and lost when the process leaves."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from inline_snapshot import snapshot
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.open_spans import OpenSpans
from fanlight.sdk.pipeline import Pipeline
from fanlight.sdk.settings import Settings
from fanlight.sdk.span_processor import StartSpanProcessor
from fanlight.sdk.tags import Tags
from tests.fixtures.waiting import until

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]


@dataclass
class Host:
    """A provider with our processor on it."""

    provider: TracerProvider
    pipeline: Pipeline

    @property
    def tracer(self) -> Any:
        return self.provider.get_tracer("host")


@pytest.fixture
def host(receiver: Receiver) -> Iterator[Host]:
    resource = Resource({"service.name": "own"})
    settings = Settings(heartbeat_s=0.1)
    pipeline = Pipeline(Endpoint(receiver.url, {}), Tags(resource, Resource({"room": "lobby"})), settings)
    provider = TracerProvider(resource=Resource({"service.name": "hosts"}), shutdown_on_exit=False)
    provider.add_span_processor(StartSpanProcessor(pipeline))
    yield Host(provider, pipeline)
    pipeline.close()


def test_a_span_is_shown_before_it_ends_and_whole_afterwards(host: Host, receiver: Receiver) -> None:
    span = host.tracer.start_span("work", attributes={"gen_ai.operation.name": "chat"})
    until(lambda: receiver.starts)
    first = receiver.starts[0]
    assert (first.name, first.end_time_unix_nano, receiver.spans) == ("work", 0, [])
    assert plain(first.attributes) == {"gen_ai.operation.name": "chat"}
    span.set_attribute("gen_ai.usage.input_tokens", 7)
    span.end()
    assert host.pipeline.flush()
    [whole] = receiver.spans
    assert (whole.span_id, whole.start_time_unix_nano) == (first.span_id, first.start_time_unix_nano)
    assert plain(whole.attributes) == {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7}


def test_open_spans_are_sent_again_with_what_is_known_by_then(host: Host, receiver: Receiver) -> None:
    span = host.tracer.start_span("work")
    until(lambda: len(receiver.starts) >= 2)
    span.set_attribute("step", 2)
    until(lambda: plain(receiver.starts[-1].attributes) == {"step": 2})
    span.end()
    assert {each.span_id for each in receiver.starts} == {receiver.starts[0].span_id}


def test_at_exit_open_spans_are_reported_lost(host: Host, receiver: Receiver) -> None:
    kept = host.tracer.start_span("work")
    host.pipeline.close()
    assert plain(receiver.starts[-1].attributes) == {"fanlight.state": "lost"}
    assert (kept.is_recording(), receiver.spans) == (True, [])


def test_what_the_host_made_gets_the_tags_that_were_given(host: Host, receiver: Receiver) -> None:
    host.tracer.start_span("work").end()
    host.pipeline.flush()
    assert receiver.resources == [{"service.name": "hosts", "room": "lobby"}]


def test_a_span_that_is_not_sampled_is_not_sent(receiver: Receiver) -> None:
    pipeline = Pipeline(Endpoint(receiver.url, {}), Tags(Resource({})), Settings())
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    provider.add_span_processor(StartSpanProcessor(pipeline))
    provider.get_tracer("t").start_span("unseen").end()
    pipeline.close()
    assert (receiver.spans, receiver.starts) == ([], [])


def test_spans_that_ended_before_their_turn_are_not_shown_as_open() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    over, going = tracer.start_span("over"), tracer.start_span("going")
    over.end()
    spans = OpenSpans()
    assert spans.opened([over, going]) == [going]  # type: ignore[list-item]
    assert list(spans.alive()) == [going]


def test_a_span_that_the_agent_dropped_is_no_longer_said_to_be_alive() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    spans = OpenSpans()
    spans.opened([tracer.start_span("dropped")])  # type: ignore[list-item]
    gc.collect()
    assert list(spans.alive()) == []


def test_open_spans_are_bounded() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("t")
    kept = [tracer.start_span(f"{place}") for place in range(5)]
    spans = OpenSpans(most=2)
    spans.opened(kept)  # type: ignore[arg-type]
    assert [span.name for span in spans.alive()] == ["3", "4"]


def test_a_provider_that_the_host_set_before_stays_and_reports_here_too(
    receiver: Receiver, program: Program
) -> None:
    code = """
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
mine = TracerProvider(resource=Resource({"service.name": "host", "team": "blue"}))
trace.set_tracer_provider(mine)
import fanlight
fanlight.configure(room="lobby")
assert trace.get_tracer_provider() is mine
with trace.get_tracer("host").start_as_current_span("theirs"), fanlight.span("ours"): pass
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr) == (0, "")
    assert receiver.tree() == [("ours", "theirs"), ("theirs", None)]
    assert receiver.resources[0] == {"service.name": "host", "team": "blue", "room": "lobby"}


def test_tokens_arrive_merged_and_time_their_span(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("r"), fanlight.span("chat", kind="llm") as chat:
    for piece in ["It ", "is ", "cold", 7]:
        chat.token(piece)
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr) == (0, "")
    [chat] = [span for span in receiver.spans if span.name == "chat"]
    assert {record.event_name for record in receiver.logs} == {"fanlight.token"}
    assert {record.span_id for record in receiver.logs} == {chat.span_id}
    told = [(record.body.string_value, plain(record.attributes)) for record in receiver.logs]
    assert "".join(text for text, _ in told) == "It is cold"
    assert sum(attributes["fanlight.token.count"] for _, attributes in told) == 3
    assert told[0][1]["fanlight.token.index"] == 0
    attributes = plain(chat.attributes)
    assert attributes["fanlight.first_token_ns"] > 0
    assert attributes["fanlight.tokens_per_s"] > 0


def test_runs_of_tasks_and_threads_keep_their_parents(receiver: Receiver, program: Program) -> None:
    code = """
import asyncio, contextvars, threading
import fanlight
fanlight.configure()
async def agent(name):
    with fanlight.run(name):
        await asyncio.sleep(0)
        with fanlight.span(f"{name} in task"):
            await asyncio.to_thread(in_thread, name)
def in_thread(name):
    with fanlight.span(f"{name} in thread"): pass
async def main():
    await asyncio.gather(agent("a"), agent("b"))
asyncio.run(main())
"""
    assert program(code, FANLIGHT_URL=receiver.url).stderr == ""
    assert receiver.tree() == snapshot(
        [
            ("a", None),
            ("a in task", "a"),
            ("a in thread", "a in task"),
            ("b", None),
            ("b in task", "b"),
            ("b in thread", "b in task"),
        ]
    )


def test_a_value_of_an_instrumentation_that_otlp_cannot_hold_costs_only_itself(
    receiver: Receiver, program: Program
) -> None:
    code = r"""
import fanlight
from opentelemetry import trace
fanlight.configure()
tracer = trace.get_tracer("host")
with tracer.start_as_current_span("good", attributes={"a": "\ud800", "b": 10**30, "c": 1}): pass
with tracer.start_as_current_span("\ud800"): pass
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert [(span.name, plain(span.attributes)) for span in receiver.spans] == [("good", {"c": 1})]
    assert done.stderr.splitlines() == [
        "telemetry is lost: a value could not be written as OTLP; further ones are counted"
    ]
