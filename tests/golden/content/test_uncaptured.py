"""Of what real instrumentations send, nothing that was said is left where content is not captured."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.otlp.values import plain
from fanlight.semconv.content.gen_ai_events import EVENT_NAMES
from fanlight.semconv.content.reading import SOURCES, read_content
from fanlight.semconv.content.sent import Sent, SentEvent
from fanlight.semconv.content.uncaptured import MARK, is_content, strip
from fanlight.semconv.registry import dialects
from tests.fixtures.values import any_value

FILES = sorted(Path(__file__).parent.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_is_left_to_read(file: Path) -> None:
    for case in json.loads(file.read_text()):
        traces, logs = requests_of(case)
        gone = strip(traces) + strip(logs)
        content = msgspec.to_builtins(read_content(sent_of(case, traces, logs)))
        said = {name: value for name, value in content.items() if name not in ("tools", "source", "withheld")}
        assert texts_in(said) == [], case["span"]
        was_said = {*case.get("content", {}).get("source", {})} - {"tools"}
        assert (gone > 0) >= bool(was_said), case["span"]
        span = traces.resource_spans[0].scope_spans[0].spans[0]
        assert strip(traces) == 0
        # What is no content is as it was.
        left = {pair.key: plain(pair.value) for pair in span.attributes if pair.key != MARK}
        assert (
            left.items()
            <= {key: plain(any_value(value)) for key, value in case["attributes"].items()}.items()
        )


def test_every_key_by_which_content_is_read_is_known() -> None:
    said = ("system", "input", "output", "documents", "query", "arguments", "result")
    names = {source.name for field in said for source in SOURCES[field]}
    for dialect in dialects():
        names.update(dialect.inputs, dialect.outputs, dialect.arguments, dialect.searched)
    no_attributes = {"ai.response", "gen_ai.*.message", *EVENT_NAMES}
    assert [name for name in sorted(names - no_attributes) if not is_content(name)] == []


def test_a_runs_event_that_is_nested_without_end_goes_and_stops_nobody() -> None:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(event_name="fanlight.run.event")
    record.body.string_value = "[" * 100_000
    assert (strip(request), record.body.string_value) == (1, "{}")


def texts_in(value: Any, name: str = "") -> list[Any]:
    """What is said in content: whatever is not the role, the type or the name of something."""
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in texts_in(each, key)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each, name)]
    return [] if value in (None, "", False) or name in ("role", "type", "id", "name") else [value]


def requests_of(case: dict[str, Any]) -> tuple[Any, Any]:
    traces, logs = ExportTraceServiceRequest(), ExportLogsServiceRequest()
    span = traces.resource_spans.add().scope_spans.add().spans.add(name=case["span"])
    for key, value in case.get("attributes", {}).items():
        span.attributes.add(key=key, value=any_value(value))
    for event in case.get("events", []):
        held = span.events.add(name=event["name"])
        for key, value in event["attributes"].items():
            held.attributes.add(key=key, value=any_value(value))
    records = logs.resource_logs.add().scope_logs.add().log_records
    for log in case.get("logs", []):
        record = records.add(event_name=log["name"])
        for key, value in log["fields"].items():
            # Attributes have dots, fields of the body have none.
            pairs = record.attributes if "." in key else record.body.kvlist_value.values
            pairs.add(key=key, value=any_value(value))
    return traces, logs


def sent_of(case: dict[str, Any], traces: Any, logs: Any) -> Sent:
    span = traces.resource_spans[0].scope_spans[0].spans[0]
    records = logs.resource_logs[0].scope_logs[0].log_records
    return Sent.of(
        case["kind"],
        tool=case.get("tool"),
        attributes=fields_of(span.attributes).items(),
        events=[SentEvent(event.name, fields_of(event.attributes)) for event in span.events],
        logs=[
            SentEvent(r.event_name, fields_of(r.attributes) | fields_of(r.body.kvlist_value.values))
            for r in records
        ],
    )


def fields_of(pairs: Any) -> dict[str, Any]:
    return {pair.key: plain(pair.value) for pair in pairs}
