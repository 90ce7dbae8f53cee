"""What sampling on the way in leaves alone, and how many failed traces it remembers."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from fanlight.ingest import head_sampling
from fanlight.ingest.head_sampling import has_failed
from fanlight.model.signal import Signal
from tests.fixtures import coding_agents
from tests.unit.receivers.test_head_sampling import request_of, sampler, spans_in, trace_id


def test_a_request_whose_resources_name_no_sampled_project_stays_the_same_bytes() -> None:
    request = request_of([(1, 1, False)], project="attic")
    request.MergeFrom(request_of([(2, 2, False)]))
    body = request.SerializeToString()
    sample = sampler(lab=0.0)
    found = sample("", body, 2)
    assert (found.plain is body, found.items, found.dropped, sample.dropped_of("lab")) == (True, 2, 0, 0)


def test_of_too_many_failed_traces_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_sampling, "MOST_FAILED", 2)
    sample = sampler(lab=0.0)
    for trace in (1, 2, 3):
        found = sample("lab", request_of([(trace, 1, True)]).SerializeToString(), 1)
        assert [span.trace_id for span in spans_in(found.plain)] == [trace_id(trace)]
    later = sample("lab", request_of([(trace, 2, False) for trace in (1, 2, 3)]).SerializeToString(), 3)
    assert [span.trace_id for span in spans_in(later.plain)] == [trace_id(2), trace_id(3)]
    assert (later.items, later.dropped, sample.dropped_of("lab")) == (2, 1, 1)


@pytest.mark.parametrize(
    ("key", "arm", "value", "failed"),
    [
        ("gen_ai.task.status", "string_value", "Failure", True),
        ("gen_ai.task.status", "string_value", "success", False),
        ("gen_ai.task.status", "bool_value", True, False),
        ("gen_ai.task.status", "bool_value", False, False),
        ("logfire.level_num", "int_value", 16, False),
        ("logfire.level_num", "int_value", 17, True),
        ("logfire.level_num", "double_value", 17.0, False),
        ("my.own.status", "string_value", "error", False),
    ],
)
def test_only_the_values_of_a_dialect_say_that_a_span_failed(
    key: str, arm: str, value: object, failed: bool
) -> None:
    span = request_of([(1, 1, False)]).resource_spans[0].scope_spans[0].spans[0]
    setattr(span.attributes.add(key=key).value, arm, value)
    assert has_failed(span) is failed


def test_what_is_sent_into_a_project_that_keeps_all_is_stored_as_it_came(
    receiver_of: Any, traces: Any
) -> None:
    receiver = receiver_of({})
    receiver.intake._sample = sampler(lab=0.0)
    body = traces("a", "b").SerializeToString()
    assert receiver.post(body, x_fanlight_project="attic").status == 200
    assert [(batch.project, batch.plain, batch.items) for batch in receiver.batches] == [("attic", body, 2)]
    counts = receiver.counts()
    assert (counts.received, counts.sampled) == (2, {})


@pytest.mark.parametrize(("rate", "signals"), [(0.0, [Signal.LOGS]), (1.0, [Signal.LOGS, Signal.TRACES])])
def test_spans_of_log_records_are_sampled_as_others_and_the_records_stay(
    receiver_of: Any, rate: float, signals: list[Signal]
) -> None:
    receiver = receiver_of({})
    receiver.intake._sample = sampler(lab=rate)
    attributes = {"session.id": "s", "prompt.id": "p", "model": "m", "duration_ms": "1500"}
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    record = {"timeUnixNano": "1790000000000000000", "body": {"stringValue": "claude_code.api_request"},
              "attributes": pairs}  # fmt: skip
    body = ParseDict(coding_agents.request("agent", [record]), ExportLogsServiceRequest()).SerializeToString()
    answer = receiver.post(body, path="/v1/logs", x_fanlight_project="lab")
    assert (answer.status, [batch.signal for batch in receiver.batches]) == (200, signals)
    counts = receiver.counts()
    assert (counts.received, counts.sampled) == (1, {"head": 1} if rate == 0 else {})
