"""Canonical scalars of whatever stands under the keys that the dialects read."""

import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from fanlight.model.signal import Signal
from fanlight.model.span import KINDS
from fanlight.semconv.canonical import MOST_TOKENS
from fanlight.semconv.numbering import numbering

Decode = Callable[..., list[dict[str, Any]]]
some = settings(max_examples=10, suppress_health_check=list(HealthCheck))
"""To ask the engine is what costs: few requests, and many spans in each."""

FLAGS = {
    "clamped_time",
    "pending_span",
    "status_by_attribute",
    "bad_tokens",
    "bad_cost",
    "conventions_disagree",
}
COUNTS = {
    "input": "gen_ai.usage.input_tokens",
    "output": "gen_ai.usage.output_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.usage.reasoning.output_tokens",
}

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
digits = st.from_regex(r"[+-]?[0-9]{0,24}(\.[0-9]{1,3})?(e[0-9])?", fullmatch=True)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**13) | st.floats(allow_nan=False) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["input", "total", "__proto__"]), inner, max_size=3)
    ),
    max_leaves=6,
).map(json.dumps)
words = st.one_of(
    texts,
    digits,
    documents,
    st.sampled_from(
        ["ERROR", "pending_span", "tool", "agent", '"LLM"', "tools/call", '"', "[", "{", "\n", "nan"]
    ),
)
values = st.one_of(
    st.builds(AnyValue, string_value=words),
    st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.builds(AnyValue, double_value=st.floats()),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, bytes_value=st.binary(max_size=12)),
    st.lists(st.builds(AnyValue, string_value=words), max_size=3).map(
        lambda inner: AnyValue(array_value=ArrayValue(values=inner))
    ),
    words.map(
        lambda text: AnyValue(
            kvlist_value=KeyValueList(values=[KeyValue(key=text, value=AnyValue(string_value=text))])
        )
    ),
)
read = st.sampled_from(sorted(numbering().numbers))
attributes = st.lists(st.builds(KeyValue, key=read | texts, value=values), max_size=12)
spans = st.builds(
    Span,
    trace_id=st.just(b"t" * 16),
    span_id=st.binary(min_size=8, max_size=8),
    parent_span_id=st.just(b"") | st.binary(min_size=8, max_size=8),
    name=texts,
    start_time_unix_nano=st.integers(0, 2**64 - 1),
    end_time_unix_nano=st.integers(0, 2**64 - 1),
    attributes=attributes,
    events=st.lists(
        st.builds(
            Span.Event,
            name=st.just("ai.stream.firstChunk"),
            time_unix_nano=st.integers(0, 2**64 - 1),
        ),
        max_size=1,
    ),
)


def request(*made: Span) -> ExportTraceServiceRequest:
    found = ExportTraceServiceRequest()
    found.resource_spans.add().scope_spans.add().spans.extend(made)
    return found


@some
@given(sent=st.lists(spans, min_size=4, max_size=24))
def test_whatever_stands_under_known_keys_is_decoded_and_kept_within_bounds(
    decode: Decode, sent: list[Span]
) -> None:
    rows = decode(Signal.TRACES, request(*sent))
    assert len(rows) == len(sent)
    for row, span in zip(rows, sent, strict=True):
        assert [key for key, _ in row["attributes"]] == [pair.key for pair in span.attributes]
        assert row["kind"] in KINDS
        assert set(row["flags"]) <= FLAGS
        assert all(row[f"tokens_{name}"] is None or row[f"tokens_{name}"] <= 3 * 10**13 for name in COUNTS)
        assert row["first_token_ns"] is None or 0 <= row["first_token_ns"] <= 86_400 * 10**9
        assert row["cost_reported"] is None or 0 <= row["cost_reported"] <= 10 * 10**9
        assert (row["currency_reported"] == "") == (row["cost_reported"] is None)
        assert (row["call_hash"] == 0) or row["kind"] == "tool"
        assert (row["dialect"] != "") or row["operation"] == ""


def counted(text: str) -> int | None:
    """What a reported count is worth."""
    return int(text) if re.fullmatch(r"\+?[0-9]+", text) and int(text) <= MOST_TOKENS else None


counts = st.dictionaries(st.sampled_from(sorted(COUNTS)), digits | st.integers(0, 1_000).map(str))


@some
@given(sent=st.lists(counts, min_size=4, max_size=24))
def test_tokens_are_what_was_said_with_left_out_parts_added(
    decode: Decode, sent: list[dict[str, str]]
) -> None:
    rows = decode(Signal.TRACES, request(*(span_of(number, said) for number, said in enumerate(sent, 1))))
    for row, said in zip(rows, sent, strict=True):
        check_tokens(row, said)


def span_of(number: int, said: dict[str, str]) -> Span:
    """A span that says these counts."""
    attributes = [
        KeyValue(key=COUNTS[name], value=AnyValue(string_value=text)) for name, text in said.items()
    ]
    return Span(trace_id=b"t" * 16, span_id=number.to_bytes(8, "big"), attributes=attributes)


def check_tokens(row: dict[str, Any], said: dict[str, str]) -> None:
    told = {name: counted(said.get(name, "")) for name in COUNTS}
    cached, thought = (told["cache_read"] or 0) + (told["cache_write"] or 0), told["reasoning"] or 0
    expected = dict(told)
    if told["input"] is not None and cached > told["input"]:
        expected["input"] = told["input"] + cached
    if told["output"] is not None and thought > told["output"]:
        expected["output"] = told["output"] + thought
    assert {name: row[f"tokens_{name}"] for name in COUNTS} == expected
    bad = any(text != "" and told[name] is None for name, text in said.items())
    assert ("bad_tokens" in row["flags"]) == bad
