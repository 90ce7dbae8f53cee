"""Whatever is sent, content is made of it: without an exception, without the data, within bounds."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanlight.model.content import Content, Json, Message, Text
from fanlight.model.span import KINDS
from fanlight.semconv.content.reading import SOURCES, read_content
from fanlight.semconv.content.sent import Sent, SentEvent
from fanlight.semconv.content.values import MOST_CHARACTERS, MOST_NODES

WORDS = (
    "role", "content", "parts", "type", "text", "tool_calls", "function", "name", "arguments", "id", "data",
    "url", "image_url", "source", "messages", "choices", "message", "generations", "candidates", "output",
    "input", "lc", "kwargs", "kind", "part_kind", "event.name", "documents", "document", "page_content",
    "score", "metadata", "tool_call_id", "inlineData", "value", "audio", "refusal", "system", "",
    "__proto__", "0",
)  # fmt: skip
SAID = (
    "user", "assistant", "tool", "text", "tool_call", "tool_result", "tool_use", "image", "image_url", "file",
    "reasoning", "function_call", "function_call_output", "message", "human", "ai", "request", "response",
    "AIMessage", "gen_ai.choice", "gen_ai.user.message", "json", "data:image/png;base64,QUJD", "data:,", "[",
    '{"a": 1}', '"', "",
)  # fmt: skip

leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(SAID)
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), inner, max_size=5),
    ),
    max_leaves=25,
)
sent_values = st.one_of(values, values.map(json.dumps), st.text())
names = sorted({source.name for sources in SOURCES.values() for source in sources})
tails = st.lists(st.sampled_from([*WORDS, "1", "7", "1000000000", "message", "tool_call"]), max_size=5)
keys = st.one_of(
    st.sampled_from(names),
    st.tuples(st.sampled_from(names), tails).map(lambda pair: ".".join([pair[0], *pair[1]])),
)
attributes = st.lists(st.tuples(keys, sent_values), max_size=8)
event_names = st.sampled_from([
    "gen_ai.choice", "gen_ai.user.message", "gen_ai.tool.message", "gen_ai.content.prompt",
    "gen_ai.client.inference.operation.details", "exception",
])  # fmt: skip
fields = st.dictionaries(st.one_of(st.sampled_from(WORDS), st.sampled_from(names)), sent_values, max_size=4)
events = st.lists(st.builds(SentEvent, event_names, fields), max_size=3)


@pytest.mark.parametrize("examples", [150, pytest.param(3_000, marks=pytest.mark.slow)])
def test_anything_becomes_content_that_is_valid_json(examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(kind=st.sampled_from(KINDS), attributes=attributes, events=events, logs=events)
    def holds(
        kind: str, attributes: list[tuple[str, Any]], events: list[SentEvent], logs: list[SentEvent]
    ) -> None:
        content = read_content(Sent.of(kind, attributes=attributes, events=events, logs=logs))
        assert msgspec.json.decode(msgspec.json.encode(content), type=Content) == content

    holds()


@given(text=st.text(min_size=1, max_size=200))
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    said = json.dumps([{"role": "user", "content": text}])
    content = read_content(Sent.of("llm", attributes=[("gen_ai.input.messages", said)]))
    assert [part.text for message in content.input for part in message.parts] == [text]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "value",
    [
        {"role": "admin", "user": "ada"},
        {"candidates": [{"name": "Ada"}]},
        {"choices": ["tea", {"id": 1}]},
        {"generations": [{"x": 1}]},
        {"messages": 1, "count": 2},
        {"contents": "a text", "title": "x"},
        {"message": "hi", "n": 1},
        {"output": [1, 2]},
        {"input": "x", "n": 1},
        {"type": "file", "path": "/data/x"},
        {"type": "document", "id": "d1", "text": "x"},
        [{"text": "x", "score": 0.5}],
        [{"type": "function", "function": {"name": "f", "description": "d"}}],
        {"kind": "request", "parts": "x"},
        [[1, 2], ["a", "b"]],
        {"lc": 1, "id": ["x", "PromptTemplate"], "kwargs": {"template": "t"}},
    ],
)
def test_json_that_only_looks_like_a_conversation_is_kept_as_it_is(value: Any) -> None:
    assert of("input.value", value).input == [Message(role="user", parts=[Json(value=value)])]


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [100, 5_000, 1_000_000])
def test_json_that_is_too_deep_stays_the_text_that_it_was(depth: int) -> None:
    [message] = of("input.value", nested(depth)).input
    assert message == Message(role="user", parts=[Text(text=nested(depth))])


def test_ten_thousand_flattened_keys_with_holes_are_read_in_their_order() -> None:
    numbers = [*range(0, 99_990, 10), 10**9]
    flat = [(f"llm.input_messages.{at}.message.content", str(at)) for at in reversed(numbers)]
    content = read_content(Sent.of("llm", attributes=flat))
    assert [message.parts[0].text for message in content.input] == [str(at) for at in numbers]  # type: ignore[union-attr]


def test_more_members_than_are_read_are_cut_and_said() -> None:
    content = of("input.value", json.dumps([{"role": "user", "content": "x"}] * MOST_NODES))
    assert content.truncated
    assert 0 < len(content.input) <= MOST_NODES


def test_more_text_than_is_read_is_cut_and_said() -> None:
    content = of("input.value", "x" * (MOST_CHARACTERS + 1))
    assert content.truncated
    assert content.input[0].parts == [Text(text="x" * MOST_CHARACTERS)]


def test_long_data_in_json_is_a_reference_and_long_text_is_not() -> None:
    data, text = "QUJD" * 1_000_000, "many words " * 1_000
    content = of("output.value", json.dumps({"chart": {"data": data, "content": text}}))
    [message] = content.output
    value = message.parts[0].value["chart"]  # type: ignore[union-attr]
    assert (value["data"]["bytes"], value["content"]) == (3_000_000, text)
    assert len(msgspec.json.encode(content)) < 20_000


def of(key: str, value: Any) -> Content:
    return read_content(Sent.of("llm", attributes=[(key, value)]))
