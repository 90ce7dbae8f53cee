"""Files of OTLP in every shape that people have them in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.cli import otlp_file
from fanlight.cli.otlp_file import read_pieces
from fanlight.errors import PayloadError


def traces(count: int = 1) -> ExportTraceServiceRequest:
    """A request with `count` spans."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in range(count):
        scope.spans.add(
            trace_id=b"t" * 16, span_id=number.to_bytes(8, "big"), name=f"s{number}", start_time_unix_nano=7
        )
    return request


def logs() -> ExportLogsServiceRequest:
    """A request with one record."""
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(observed_time_unix_nano=5)
    return request


def metrics() -> ExportMetricsServiceRequest:
    """A request with one gauge."""
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.add(name="m").gauge.data_points.add(as_int=1)
    return request


REQUESTS = {"traces": traces(3), "logs": logs(), "metrics": metrics()}


def as_json(request: Any) -> bytes:
    """OTLP/JSON of a request, on several lines as people pretty-print it."""
    return json_format.MessageToJson(request).encode()


def framed(*requests: Any) -> bytes:
    """Each message behind its length in four bytes, as the Collector's file exporter writes protobuf."""
    bodies = [request.SerializeToString() for request in requests]
    return b"".join(len(body).to_bytes(4, "big") + body for body in bodies)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
@pytest.mark.parametrize("shape", ["pretty json", "json lines", "protobuf", "framed protobuf"])
def test_every_shape_gives_its_requests(tmp_path: Path, shape: str, signal: str, packed: bool) -> None:
    request = REQUESTS[signal]
    line = json.dumps(json.loads(as_json(request))).encode() + b"\n"
    content, kind, count = {
        "pretty json": (as_json(request), "application/json", 1),
        "json lines": (line + b"\n" + line, "application/json", 2),
        "protobuf": (request.SerializeToString(), "application/x-protobuf", 1),
        "framed protobuf": (framed(request, request), "application/x-protobuf", 2),
    }[shape]
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if packed else content)
    pieces = list(read_pieces(path))
    assert [(piece.signal, piece.content_type) for piece in pieces] == [(signal, kind)] * count
    for piece in pieces:
        if kind == "application/json":
            assert json.loads(piece.body) == json.loads(as_json(request))
        else:
            assert type(request).FromString(piece.body) == request


def test_a_document_with_all_signals_is_one_request_each(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    path.write_text(
        json.dumps({"resourceMetrics": [], **json.loads(as_json(logs())), **json.loads(as_json(traces()))})
    )
    assert [piece.signal for piece in read_pieces(path)] == ["traces", "logs"]


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), max_size=4), st.integers(1, 5))
def test_large_documents_are_split_and_no_item_leaves_its_resource_and_scope(
    shape: list[list[int]], most: int
) -> None:
    resources = [
        {
            "resource": r,
            "scopeSpans": [
                {"scope": s, "spans": [{"n": n} for n in range(count)]} for s, count in enumerate(c)
            ],
        }
        for r, c in enumerate(shape)
    ]

    def flat(portions: list[Any]) -> list[tuple[int, int, int]]:
        return [
            (r["resource"], s["scope"], span["n"])
            for portion in portions
            for r in portion
            for s in r["scopeSpans"]
            for span in s["spans"]
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(otlp_file, "PIECE_ITEMS", most)
        portions = list(otlp_file._split(resources, "scopeSpans", "spans"))
    assert flat(portions) == flat([resources])
    assert all(0 < len(flat([portion])) <= most for portion in portions)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"runs": []}', "is JSON but not OTLP; it has none of resourceSpans"),
        (b'{"resourceSpans": [', "is not JSON"),
        (b'{"resourceSpans": []}\n{"resourceSp', "line 2 is not JSON"),
        (b"PK\x03\x04 some archive", "is neither OTLP JSON nor OTLP protobuf; name what it holds"),
        (gzip.compress(b'{"resourceSpans": []}', mtime=0)[:-9], "the gzip stream is broken"),
    ],
)
def test_what_is_no_otlp_is_said_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(PayloadError, match=said):
        list(read_pieces(path))


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b" \n")
    assert list(read_pieces(path)) == []
