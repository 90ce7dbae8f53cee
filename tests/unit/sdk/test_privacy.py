"""What leaves an agent's process: no secret of its environment, and no content where none is wanted."""

from __future__ import annotations

import gzip

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.sdk.payload import TRACES, packed
from fanlight.sdk.privacy import cleaned, own_privacy, privacy_of

SECRET = "correct-horse-battery"


def request_of(text: str) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(trace_id=SECRET[:16].encode(), name=text)
    span.attributes.add(key="gen_ai.input.messages").value.string_value = text
    return request


def test_values_of_variables_that_are_named_like_secrets_are_masked_and_words_are_not() -> None:
    environ = {"DB_PASSWORD": SECRET, "SORT_KEY": "created_at", "REGION": "eu-central-1"}
    text = f"{SECRET} {SECRET.encode().hex()} created_at eu-central-1 sk-123456abcdef"
    span = ExportTraceServiceRequest.FromString(cleaned(request_of(text), privacy_of(environ)))
    found = span.resource_spans[0].scope_spans[0].spans[0]
    assert found.name == f"{'*' * 21} {'*' * 42} created_at eu-central-1 {'*' * 15}"
    assert found.trace_id == SECRET[:16].encode()


def test_without_content_only_what_happened_is_sent() -> None:
    quiet = privacy_of({"FANLIGHT_CAPTURE_CONTENT": "False"})
    sent = ExportTraceServiceRequest.FromString(cleaned(request_of("said"), quiet))
    assert [each.key for each in sent.resource_spans[0].scope_spans[0].spans[0].attributes] == [
        "fanlight.content.captured"
    ]
    for more in ({}, {"FANLIGHT_CAPTURE_CONTENT": "1"}, {"FANLIGHT_CAPTURE_CONTENT": ""}):
        assert privacy_of(more).capture_content


def test_every_payload_is_cleaned_before_it_is_spooled_or_sent() -> None:
    assert own_privacy().capture_content
    payload = packed(TRACES, 1, request_of("sk-123456abcdef"))
    assert b"sk-123456abcdef" not in gzip.decompress(payload.body)
