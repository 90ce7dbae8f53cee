"""OTLP/JSON: what a block that cannot be read costs, and how a damaged text is softened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.errors import PayloadError
from fanlight.model.signal import Signal
from fanlight.otlp.json import convert
from fanlight.otlp.json_text import MAX_JSON_DEPTH, soften
from fanlight.otlp.limits import Limits


def span(name: str) -> dict[str, Any]:
    return {"traceId": "ee" * 16, "spanId": name.encode().hex() * 8, "name": name}


def taken(request: dict[str, Any]) -> tuple[list[str], dict[str, int]]:
    """The names of the spans that are kept, and how many items are not, by reason."""
    checked = convert(Signal.TRACES, json.dumps(request).encode(), Limits())
    names = [
        span.name
        for resource in ExportTraceServiceRequest.FromString(checked.plain).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert checked.items == len(names)
    return names, dict(checked.rejected)


SCOPES = [{"spans": [span("a"), span("b")]}, {"spans": [span("c")]}]
UNREADABLE = {
    "a resource that is a number": ({"resource": 7, "scopeSpans": SCOPES}, 3),
    "a resource with a damaged attribute": ({"resource": {"attributes": [7]}, "scopeSpans": SCOPES}, 3),
    "a schema that is a list": ({"schemaUrl": [], "scopeSpans": SCOPES}, 3),
    "a resource around no scope": ({"resource": 7, "scopeSpans": []}, 0),
    "a resource without any scope": ({"resource": 7}, 0),
    "a resource whose scopes are null": ({"resource": 7, "scopeSpans": None}, 0),
    "a scope that is a text": ({"scopeSpans": [{"scope": "x", "spans": [span("a"), span("b")]}]}, 2),
    "a scope around no span": ({"scopeSpans": [{"scope": "x", "spans": None}]}, 0),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_block_whose_head_cannot_be_read_costs_just_the_items_in_it(case: str) -> None:
    block, lost = UNREADABLE[case]
    around = [{"scopeSpans": [{"spans": [span(name)]}]} for name in ("x", "y")]
    rejected = {"malformed": lost} if lost else {}
    assert taken({"resourceSpans": [around[0], block, around[1]]}) == (["x", "y"], rejected)


def test_a_scope_that_cannot_be_read_costs_no_other_scope_of_its_resource() -> None:
    bad = {"scope": {"name": 7}, "spans": [span("a"), span("b")]}
    scopes = [{"spans": [span("x")]}, bad, {"spans": [span("y")]}]
    assert taken({"resourceSpans": [{"scopeSpans": scopes}]}) == (["x", "y"], {"malformed": 2})


def test_a_metric_whose_name_cannot_be_read_costs_its_points_of_every_kind() -> None:
    points: dict[str, Any] = {"gauge": {"dataPoints": [{}, {}]}, "sum": {"dataPoints": [{}]}, "summary": {}}
    metrics = [{"name": 7, **points}, {"name": "good", "gauge": {"dataPoints": [{"asInt": "1"}]}}]
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()
    checked = convert(Signal.METRICS, body, Limits())
    assert (checked.items, dict(checked.rejected)) == (1, {"malformed": 3})


def test_a_null_is_as_good_as_nothing() -> None:
    def plain(resource: dict[str, Any], scope: dict[str, Any]) -> bytes:
        scopes = [scope | {"spans": [span("a")]}]
        body = json.dumps({"resourceSpans": [resource | {"scopeSpans": scopes}]}).encode()
        return convert(Signal.TRACES, body, Limits()).plain

    assert plain({"resource": None, "schemaUrl": None}, {"scope": None, "schemaUrl": None}) == plain({}, {})


def test_items_that_cannot_be_read_count_against_the_most_that_a_request_may_hold() -> None:
    def body(items: int) -> bytes:
        return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [7] * items}]}]}).encode()

    limits = Limits(max_request_items=2)
    checked = convert(Signal.LOGS, body(2), limits)
    assert (checked.items, dict(checked.rejected)) == (0, {"malformed": 2})
    with pytest.raises(PayloadError, match="holds more than 2 items") as refusal:
        convert(Signal.LOGS, body(3), limits)
    assert refusal.value.status == 413


def nested(inner: bytes, depth: int) -> bytes:
    return b'{"k":' * (depth - 1) + b"[" + inner + b"]" + b"}" * (depth - 1)


SOFTENED = {
    "as deep as may be": (nested(b'1, "x"', MAX_JSON_DEPTH), nested(b'1, "x"', MAX_JSON_DEPTH)),
    "a list too deep": (b"[" * 321 + b"1" + b"]" * 321, b"[" * 320 + b"null" + b"]" * 320),
    "an object far too deep": (b'{"k":' * 900 + b"1" + b"}" * 900, b'{"k":' * 320 + b"null" + b"}" * 320),
    "beside what is too deep": (
        nested(b'["\\ud800", NaN, {}, [[1]]], "kept", NaN, {"b": [2]}', MAX_JSON_DEPTH),
        nested(b'null, "kept", "NaN", null', MAX_JSON_DEPTH),
    ),
    "too deep and never closed": (b"[" * 321 + b'"lost", Infinity, [', b"[" * 320 + b"null"),
    "brackets in a text": (b'["' + b"[" * 400 + b'", -Infinity]', b'["' + b"[" * 400 + b'", "-Infinity"]'),
}


@pytest.mark.parametrize("case", SOFTENED)
def test_what_lies_too_deep_becomes_null_and_all_around_it_stays(case: str) -> None:
    body, softened = SOFTENED[case]
    assert soften(body) == (softened, {})


def test_a_span_with_a_field_that_lies_too_deep_is_kept_beside_its_neighbours() -> None:
    deep = json.dumps(span("d") | {"shape": "HERE"}).replace('"HERE"', "[" * 5_000 + "]" * 5_000)
    spans = ",".join((json.dumps(span("a")), deep, json.dumps(span("b"))))
    body = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{spans}]}}]}}]}}'.encode()
    checked = convert(Signal.TRACES, body, Limits())
    (resource,) = ExportTraceServiceRequest.FromString(checked.plain).resource_spans
    assert [each.name for each in resource.scope_spans[0].spans] == ["a", "d", "b"]
    assert (checked.items, dict(checked.rejected)) == (3, {})


def test_a_damaged_text_is_mended_up_to_so_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanlight.otlp.json_text._MAX_TOKENS", 4)
    assert soften(b'["a", "b", NaN]') == (b'["a", "b", "NaN"]', {})
    with pytest.raises(PayloadError, match="damaged and too large to be mended") as refusal:
        soften(b'["a", "b", NaN, "c"]')
    assert (refusal.value.status, refusal.value.hint) == (400, "send smaller batches")
