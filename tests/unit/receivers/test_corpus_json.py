"""Named bad items in JSON, each between two good neighbours: whatever it is, the neighbours are stored.

A case is what stands for a value, a field or a whole span, as text. The other corpus is of protobuf.
"""

from __future__ import annotations

import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.model.signal import Signal
from fanlight.otlp.json import convert
from fanlight.otlp.limits import Limits

LIMITS = Limits(max_item_attributes=64)
IDS = '"traceId":"' + "ab" * 16 + '","spanId":"' + "cd" * 8 + '"'

KEPT_VALUES = {
    "no arm": "{}",
    "null": "null",
    "empty text": '{"stringValue":""}',
    "NUL": '{"stringValue":"a\\u0000b"}',
    "bidi override": '{"stringValue":"\\u202eevil"}',
    "lone high surrogate": '{"stringValue":"\\ud800"}',
    "lone low surrogate": '{"stringValue":"\\udc00x"}',
    "surrogates the wrong way round": '{"stringValue":"\\udc00\\ud800"}',
    "a pair of surrogates": '{"stringValue":"\\ud83d\\ude00"}',
    "int as text": '{"intValue":"7"}',
    "int as number": '{"intValue":7}',
    "smallest int": '{"intValue":"-9223372036854775808"}',
    "largest int": '{"intValue":"9223372036854775807"}',
    "int as exponent": '{"intValue":1e3}',
    "bool": '{"boolValue":true}',
    "double": '{"doubleValue":1.5}',
    "double as text": '{"doubleValue":"1.5"}',
    "double NaN as text": '{"doubleValue":"NaN"}',
    "double Infinity as text": '{"doubleValue":"-Infinity"}',
    "bare NaN": '{"doubleValue":NaN}',
    "bare Infinity": '{"doubleValue":Infinity}',
    "bare minus Infinity": '{"doubleValue":-Infinity}',
    "negative zero": '{"doubleValue":-0.0}',
    "smallest double": '{"doubleValue":5e-324}',
    "empty list": '{"arrayValue":{}}',
    "list of null": '{"arrayValue":{"values":null}}',
    "list of nothing": '{"arrayValue":{"values":[]}}',
    "list of lists": '{"arrayValue":{"values":[{"arrayValue":{"values":[{"intValue":1}]}}]}}',
    "empty map": '{"kvlistValue":{}}',
    "map with a key twice": '{"kvlistValue":{"values":[{"key":"a"},{"key":"a"}]}}',
    "bytes": '{"bytesValue":"AAEC"}',
    "bytes without padding": '{"bytesValue":"AAE"}',
    "bytes for URLs": '{"bytesValue":"_-8="}',
    "an unknown arm": '{"complexValue":1}',
    "snake case": '{"string_value":"x"}',
    "100,000 characters": '{"stringValue":"' + "x" * 100_000 + '"}',
}
REJECTED_VALUES = {
    "a text in place of a value": '"x"',
    "a number in place of a value": "7",
    "a list in place of a value": "[]",
    "int too large": '{"intValue":"9223372036854775808"}',
    "int of 4,400 digits": '{"intValue":' + "9" * 4400 + "}",
    "int of 4,400 digits as text": '{"intValue":"' + "9" * 4400 + '"}',
    "int with a fraction": '{"intValue":1.5}',
    "int as words": '{"intValue":"seven"}',
    "int as bool": '{"intValue":true}',
    "double as words": '{"doubleValue":"much"}',
    "double as bool": '{"doubleValue":false}',
    "bool as text": '{"boolValue":"true"}',
    "bool as number": '{"boolValue":1}',
    "text as number": '{"stringValue":7}',
    "text as object": '{"stringValue":{}}',
    "list as list": '{"arrayValue":[]}',
    "list of numbers": '{"arrayValue":{"values":[1]}}',
    "map as object": '{"kvlistValue":{"values":{"a":1}}}',
    "bytes that are none": '{"bytesValue":"%%%"}',
}
KEPT_FIELDS = {
    "unknown field": '"shape":[1,{"deep":null}]',
    "__proto__": '"__proto__":{"polluted":true}',
    "constructor": '"constructor":{"prototype":{}}',
    "name twice": '"name":"a","name":"b"',
    "null name": '"name":null',
    "null attributes": '"attributes":null',
    "no attributes": '"attributes":[]',
    "attribute without a key": '"attributes":[{"value":{"intValue":1}}]',
    "attribute without a value": '"attributes":[{"key":"k"}]',
    "empty attribute": '"attributes":[{}]',
    "key twice": '"attributes":[{"key":"k"},{"key":"k"}]',
    "key is __class__": '"attributes":[{"key":"__class__","value":{"stringValue":"x"}}]',
    "key with a lone surrogate": '"attributes":[{"key":"\\ud800"}]',
    "key of 70,000 characters": '"attributes":[{"key":"' + "k" * 70_000 + '"}]',
    "kind by name": '"kind":"SPAN_KIND_CLIENT"',
    "kind by number": '"kind":3',
    "unknown kind": '"kind":99',
    "negative kind": '"kind":-1',
    "start as text": '"startTimeUnixNano":"1790000000000000000"',
    "start as number": '"startTimeUnixNano":1790000000000000000',
    "start of 0": '"startTimeUnixNano":"0"',
    "start of 2^64 - 1": '"startTimeUnixNano":"18446744073709551615"',
    "end before start": '"startTimeUnixNano":"9","endTimeUnixNano":"1"',
    "status null": '"status":null',
    "unknown status": '"status":{"code":12}',
    "status by name": '"status":{"code":"STATUS_CODE_ERROR","message":"x"}',
    "event empty": '"events":[{}]',
    "link empty": '"links":[{}]',
    "flags": '"flags":257',
    "snake case": '"start_time_unix_nano":"7"',
    "no parent": '"parentSpanId":""',
    "short parent": '"parentSpanId":"abcd"',
}
REJECTED_FIELDS = {
    "name as number": '"name":7',
    "name as object": '"name":{}',
    "attributes as object": '"attributes":{"k":"v"}',
    "attributes as text": '"attributes":"k=v"',
    "attribute as text": '"attributes":["k"]',
    "key as number": '"attributes":[{"key":7}]',
    "start as words": '"startTimeUnixNano":"yesterday"',
    "negative start": '"startTimeUnixNano":"-1"',
    "start of 2^64": '"startTimeUnixNano":"18446744073709551616"',
    "start with a fraction": '"startTimeUnixNano":1.5',
    "unknown kind by name": '"kind":"SPAN_KIND_MAGIC"',
    "kind as list": '"kind":[]',
    "status as text": '"status":"error"',
    "events as object": '"events":{}',
    "event as null": '"events":[null]',
    "65 attributes": '"attributes":[' + ",".join(['{"key":"k"}'] * 65) + "]",
    "parent that is no hex": '"parentSpanId":"xy"',
}
REJECTED_SPANS = {
    "nothing": "{}",
    "null": "null",
    "a number": "7",
    "a text": '"span"',
    "a list": "[]",
    "true": "true",
    "no span id": '{"traceId":"' + "ab" * 16 + '"}',
    "zero trace id": '{"traceId":"' + "00" * 16 + '","spanId":"' + "cd" * 8 + '"}',
    "zero span id": '{"traceId":"' + "ab" * 16 + '","spanId":"' + "00" * 8 + '"}',
    "trace id in base64": '{"traceId":"q6urq6urq6urq6urq6urqw==","spanId":"' + "cd" * 8 + '"}',
    "trace id too short": '{"traceId":"abab","spanId":"' + "cd" * 8 + '"}',
    "trace id of odd length": '{"traceId":"' + "ab" * 15 + 'a","spanId":"' + "cd" * 8 + '"}',
    "trace id as number": '{"traceId":12,"spanId":"' + "cd" * 8 + '"}',
    "trace id with a NUL": '{"traceId":"' + "ab" * 15 + '\\u0000b","spanId":"' + "cd" * 8 + '"}',
}


def span(name: str) -> str:
    return json.dumps({"traceId": "ee" * 16, "spanId": name.encode().hex() * 8, "name": name})


def taken(*spans: str) -> tuple[list[str], dict[str, int]]:
    """The names of the spans that are kept, and how many are not, by reason."""
    body = f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{",".join(spans)}]}}]}}]}}'.encode()
    checked = convert(Signal.TRACES, body, LIMITS)
    request = ExportTraceServiceRequest.FromString(checked.plain)
    found = [each.name for each in request.resource_spans[0].scope_spans[0].spans]
    assert checked.items == len(found)
    return found, dict(checked.rejected)


@pytest.mark.parametrize("case", KEPT_VALUES)
def test_a_strange_value_is_kept_beside_its_neighbours(case: str) -> None:
    strange = f'{{{IDS},"name":"x","attributes":[{{"key":"k","value":{KEPT_VALUES[case]}}}]}}'
    assert taken(span("a"), strange, span("b")) == (["a", "x", "b"], {})


@pytest.mark.parametrize("case", KEPT_FIELDS)
def test_a_strange_field_is_kept_beside_its_neighbours(case: str) -> None:
    found, rejected = taken(span("a"), f"{{{IDS},{KEPT_FIELDS[case]}}}", span("b"))
    assert (found[0], len(found), found[2], rejected) == ("a", 3, "b", {})


@pytest.mark.parametrize("case", REJECTED_VALUES)
def test_a_bad_value_costs_its_span_only(case: str) -> None:
    bad = f'{{{IDS},"attributes":[{{"key":"k","value":{REJECTED_VALUES[case]}}}]}}'
    found, rejected = taken(span("a"), bad, span("b"))
    assert (found, sum(rejected.values())) == (["a", "b"], 1)


@pytest.mark.parametrize("case", REJECTED_FIELDS)
def test_a_bad_field_costs_its_span_only(case: str) -> None:
    found, rejected = taken(span("a"), f"{{{IDS},{REJECTED_FIELDS[case]}}}", span("b"))
    assert (found, sum(rejected.values())) == (["a", "b"], 1)


@pytest.mark.parametrize("case", REJECTED_SPANS)
def test_what_is_no_span_costs_itself_only(case: str) -> None:
    found, rejected = taken(span("a"), REJECTED_SPANS[case], span("b"))
    assert (found, sum(rejected.values())) == (["a", "b"], 1)


SHAPES = {
    "a resource that is a number": '{"resourceSpans":[GOOD,7,GOOD]}',
    "a resource that is null": '{"resourceSpans":[GOOD,null,GOOD]}',
    "scopes that are a text": '{"resourceSpans":[GOOD,{"scopeSpans":"x"},GOOD]}',
    "a scope that is a list": '{"resourceSpans":[GOOD,{"scopeSpans":[[]]},GOOD]}',
    "spans that are an object": '{"resourceSpans":[GOOD,{"scopeSpans":[{"spans":{}}]},GOOD]}',
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_block_of_another_shape_costs_itself_only(case: str) -> None:
    good = f'{{"scopeSpans":[{{"spans":[{span("a")}]}}]}}'
    checked = convert(Signal.TRACES, SHAPES[case].replace("GOOD", good).encode(), LIMITS)
    assert (checked.items, dict(checked.rejected)) == (2, {"malformed": 1})
