"""What the other tests here stand on: requests that are patched in place stay valid, and are new ones."""

from __future__ import annotations

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.reliability.spans import Sent


def test_a_rendered_request_is_canonical_protobuf(sent: Sent) -> None:
    body = sent.body(len(sent.corpus.requests) + 3)
    assert ExportTraceServiceRequest.FromString(body).SerializeToString() == body


def test_every_request_of_every_lap_has_spans_of_its_own(sent: Sent) -> None:
    per_lap = len(sent.corpus.requests)
    keys = sent.keys([0, 1, per_lap, per_lap + 1, 7 * per_lap])
    assert (len(keys), set(keys.values())) == (250, {1})


def test_children_name_parents_of_their_own_trace(sent: Sent) -> None:
    spans = [span for number in range(len(sent.corpus.requests)) for span, _ in sent.spans(number)]
    known = {(span.trace_id, span.span_id) for span in spans}
    assert [
        span for span in spans if span.parent_span_id and (span.trace_id, span.parent_span_id) not in known
    ] == []


def test_the_planted_word_stands_once_in_its_request(sent: Sent) -> None:
    word = sent.corpus.planted_word(0, lap=2).encode()
    number = 2 * len(sent.corpus.requests)
    assert (sent.body(number).count(word), sent.body(number + 1).count(word)) == (1, 0)
