"""Spans made of coding agents' log records, and records of which none is made."""

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.ingest.recorded import spans_in
from fanlight.semconv.coding_agents.registry import AGENTS
from fanlight.store.prompts import PROMPT, Record, read_prompts
from tests.fixtures import coding_agents

NOW_NS = 1_790_000_000_000_000_000


def spans(records):
    sent = ParseDict(coding_agents.request("agent", records), ExportLogsServiceRequest())
    plain, items = spans_in(sent.SerializeToString())
    found = [
        span
        for resource in ExportTraceServiceRequest.FromString(plain).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(found) == items
    return found


def record(event, **attributes):
    pairs = [
        {"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in attributes.items()
    ]
    return {"timeUnixNano": str(NOW_NS), "body": {"stringValue": event}, "attributes": pairs}


def test_a_span_keeps_what_its_record_said_and_says_it_in_the_words_of_the_dialects() -> None:
    [made] = spans([
        record("claude_code.api_request", session__id="s", prompt__id="p", model="m", duration_ms="1500",
               input_tokens="7", cost_usd="0.5")
    ])  # fmt: skip
    assert (made.name, made.start_time_unix_nano, made.end_time_unix_nano, made.status.code) == (
        "chat m", NOW_NS - 1_500_000_000, NOW_NS, 0
    )  # fmt: skip
    assert {pair.key: pair.value.string_value for pair in made.attributes} == {
        "session.id": "s",
        "prompt.id": "p",
        "model": "m",
        "duration_ms": "1500",
        "input_tokens": "7",
        "cost_usd": "0.5",
        "coding_agent.operation": "request",
        "gen_ai.agent.name": "claude-code",
        "gen_ai.conversation.id": "s",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.response.model": "m",
        "coding_agent.input_tokens_uncached": "7",
        "coding_agent.cost_usd": "0.5",
    }


@pytest.mark.parametrize(
    "other",
    [
        record("an ordinary line"),
        record("claude_code.api_request", model="of no session"),
        record("claude_code.something_new", session__id="s"),
        record("codex.sse_event", conversation__id="c", event__kind="response.created"),
        record("the words claude_code. and codex. in the middle", session__id="s"),
        {**record("claude_code.api_request", session__id="s"), "timeUnixNano": "0"},
    ],
    ids=["ordinary", "no session", "unknown", "other kind", "words", "no time"],
)  # fmt: skip
def test_other_records_stay_logs_alone(other) -> None:
    assert spans([other]) == []


@pytest.mark.parametrize("duration", ["-5", "nan", "inf", "1e300", "soon", ""])
def test_an_absurd_duration_is_none(duration) -> None:
    [made] = spans([record("claude_code.api_request", session__id="s", duration_ms=duration)])
    assert made.start_time_unix_nano == made.end_time_unix_nano


def test_the_order_of_attributes_is_no_part_of_a_span_s_identity() -> None:
    one = record("claude_code.tool_result", session__id="s", tool_name="Bash", success="true")
    other = {**one, "attributes": one["attributes"][::-1], "observedTimeUnixNano": "5"}
    assert spans([one])[0].span_id == spans([other])[0].span_id


def test_events_of_every_table_are_told_by_their_event_name_alone_too() -> None:
    for agent in AGENTS:
        for event, entry in agent.events.items():
            given_ = {key.replace(".", "__"): value or "1" for key, value in entry.only.items()}
            sent = record("", **{agent.session.replace(".", "__"): "s"}, **given_)
            sent = {**sent, "eventName": f"{agent.prefix}{event}"}
            assert len(spans([sent])) == 1, event


@given(st.lists(st.tuples(st.sampled_from(["prompt", "request", "tool"]), st.integers(0, 9))), st.randoms())
def test_what_belongs_to_a_prompt_does_not_depend_on_the_order_of_arrival(told, order) -> None:
    records = [Record(str(place), operation, at) for place, (operation, at) in enumerate(told)]
    shuffled = order.sample(records, len(records))
    assert read_prompts(shuffled) == read_prompts(records)
    prompts, owners = read_prompts(records)
    assert set(prompts) == {each.span_id for each in records if each.operation == PROMPT}
    assert set(owners) == ({each.span_id for each in records} - set(prompts) if prompts else set())
