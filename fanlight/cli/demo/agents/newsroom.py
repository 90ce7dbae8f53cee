"""A newsroom of four agents in plain OpenTelemetry: no Fanlight import but the manifest for the demo's check.

An editor sends a researcher (embedding, retriever, model), a writer (streamed tokens) and a fact checker
(a tool that times out and is tried again) through two stories. The second one fails for good. The models are
scripted, so it runs offline; traces, logs and metrics are real and leave through OTLP.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import _logs, metrics, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from fanlight.cli.demo.manifest import Recorder

MODEL = "gpt-4o-mini"
EMBEDDER = "text-embedding-3-small"
ARCHIVE = {
    "tide": "The harbour gauge rose 31 cm in two hours; the record of 1987 was 29 cm.",
    "ferry": "Ferries stop when the gauge passes 30 cm above the mark.",
    "council": "The council met at nine and voted to close the lower quay.",
}
DRAFT = (
    "The lower quay is closed tonight. The gauge rose 31 cm in two hours, more than in 1987, "
    "and the ferries stay in port until the water falls below the mark."
)

tracer = trace.get_tracer("newsroom")
meter = metrics.get_meter("newsroom")
log = logging.getLogger("newsroom")
tokens_used = meter.create_histogram("gen_ai.client.token.usage", unit="{token}", description="Tokens a call")
duration = meter.create_histogram("gen_ai.client.operation.duration", unit="s", description="Call length")
stories = meter.create_counter("newsroom.stories", description="Stories by outcome")
desks_busy = meter.create_up_down_counter("newsroom.desks.busy", description="Agents at work")
METRICS = (
    "gen_ai.client.token.usage",
    "gen_ai.client.operation.duration",
    "newsroom.stories",
    "newsroom.desks.busy",
)


class SourceTimeoutError(Exception):
    """A source did not answer in time."""


@contextmanager
def agent(name: str, task: str) -> Iterator[Span]:
    """An agent at work on `task`."""
    desks_busy.add(1, {"agent": name})
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": name,
        "gen_ai.conversation.id": "night-shift",
        "gen_ai.input.messages": messages("user", task),
    }
    try:
        with tracer.start_as_current_span(f"invoke_agent {name}", attributes=attributes) as span:
            yield span
    finally:
        desks_busy.add(-1, {"agent": name})


def messages(role: str, text: str) -> str:
    """Messages as OpenTelemetry's GenAI conventions write them."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def embed(text: str) -> list[float]:
    """A tiny embedding: letter frequencies."""
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": EMBEDDER,
        "gen_ai.usage.input_tokens": len(text.split()),
    }
    name = f"embeddings {EMBEDDER}"
    with tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes):
        return [text.count(letter) / len(text) for letter in "aeiou"]


def retrieve(query: str) -> list[str]:
    """Documents of the archive that share a word with `query`."""
    with tracer.start_as_current_span("retrieval archive") as span:
        embed(query)
        found = [text for name, text in ARCHIVE.items() if name in query]
        span.set_attributes(
            {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": "archive",
                "gen_ai.retrieval.query.text": query,
                "gen_ai.retrieval.documents": json.dumps([{"content": text, "score": 0.9} for text in found]),
            }
        )
        log.info("archive gave %d documents", len(found))
        return found


def chat(prompt: str, answer: str, *, streamed: bool = False) -> str:
    """A model call whose answer is scripted; streamed ones tell of each chunk as an event."""
    started = time.perf_counter()
    taken, given = len(prompt.split()) * 4 // 3, len(answer.split()) * 4 // 3
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": MODEL,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.stream": streamed,
        "gen_ai.input.messages": messages("user", prompt),
    }
    with tracer.start_as_current_span(f"chat {MODEL}", kind=SpanKind.CLIENT, attributes=attributes) as span:
        time.sleep(0.04)
        if streamed:
            span.set_attribute("gen_ai.response.time_to_first_chunk", time.perf_counter() - started)
            for word in answer.split():
                time.sleep(0.004)
                span.add_event("gen_ai.content.chunk", {"gen_ai.chunk.text": word + " "})
        span.set_attributes(
            {
                "gen_ai.response.model": f"{MODEL}-2024-07-18",
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.usage.input_tokens": taken,
                "gen_ai.usage.output_tokens": given,
                "gen_ai.output.messages": messages("assistant", answer),
            }
        )
    seen = {"gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL}
    tokens_used.record(taken, {**seen, "gen_ai.token.type": "input"})
    tokens_used.record(given, {**seen, "gen_ai.token.type": "output"})
    duration.record(time.perf_counter() - started, seen)
    return answer


def check_source(claim: str, attempt: int, *, dead: bool) -> str:
    """A tool: asks the harbour office. The first attempt always times out, and every one when it is dead."""
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "check_source",
        "gen_ai.tool.call.id": f"call_{attempt}",
        "gen_ai.tool.call.arguments": json.dumps({"claim": claim, "attempt": attempt}),
    }
    with tracer.start_as_current_span("execute_tool check_source", attributes=attributes) as span:
        time.sleep(0.03)
        if attempt == 1 or dead:
            span.set_attribute("error.type", "SourceTimeoutError")
            log.warning("the harbour office did not answer, attempt %d", attempt)
            raise SourceTimeoutError("the harbour office did not answer within 30 ms")
        span.set_attribute("gen_ai.tool.call.result", json.dumps({"confirmed": True}))
        return "confirmed"


def check_facts(claim: str, *, dead: bool) -> str:
    """The fact checker: tries the source up to three times."""
    with agent("fact checker", claim):
        for attempt in (1, 2, 3):
            try:
                return check_source(claim, attempt, dead=dead)
            except SourceTimeoutError:
                if attempt == 3:
                    log.exception("giving up on the source")
                    raise
                chat(f"The source timed out. Try again? {claim}", "Yes, once more.")
    raise AssertionError


def publish(story: str, *, dead_source: bool) -> None:
    """One story from the editor's idea to print."""
    with agent("editor", story) as editor:
        try:
            chat(f"Plan the story: {story}", "1. research 2. write 3. check")
            with agent("researcher", story):
                facts = retrieve(story)
                notes = chat("Sum up: " + " ".join(facts), "Gauge up 31 cm, quay closed, ferries in port.")
            with agent("writer", notes):
                draft = chat(f"Write it up: {notes}", DRAFT, streamed=True)
            check_facts(draft, dead=dead_source)
        except SourceTimeoutError as error:
            editor.set_status(Status(StatusCode.ERROR, f"not printed: {error}"))
            editor.set_attribute("error.type", "SourceTimeoutError")
            stories.add(1, {"outcome": "dropped"})
            log.error("story dropped: %s", story)  # noqa: TRY400 - its trace was logged by the fact checker
            return
        editor.set_attribute("gen_ai.output.messages", messages("assistant", draft))
        stories.add(1, {"outcome": "printed"})
        log.info("story printed: %s", story)


def main() -> None:
    """Set OpenTelemetry up, work on two stories, send everything."""
    resource = Resource.create({"service.name": "newsroom", "service.version": "1.0"})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    records = LoggerProvider(resource=resource)
    records.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    measures = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource)
    trace.set_tracer_provider(traces)
    _logs.set_logger_provider(records)
    metrics.set_meter_provider(measures)
    log.addHandler(LoggingHandler(logger_provider=records))
    log.setLevel(logging.INFO)
    log.propagate = False

    recorder = Recorder()
    recorder.watch(traces, records)
    publish("tide and ferry: what the council decided", dead_source=False)
    publish("the tide that was not measured", dead_source=True)
    for provider in (traces, records, measures):
        provider.shutdown()
    recorder.write(METRICS)


if __name__ == "__main__":
    main()
