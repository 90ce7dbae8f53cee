"""Everything of a project comes out, page by page, and what is OTLP goes in again as it was."""

import json

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.model.project import ProjectScope
from fanlight.query import exporting
from fanlight.query.exporting import JSONL, PARQUET, Window, pieces

from .telemetry import NOW_NS, SECOND_NS, gauge, logs, span, traces

pytestmark = pytest.mark.timeout(400)

ALWAYS = Window(since_ns=0, until_ns=2**63 - 1)
LONG = "a long story, " * 6_000
EVERY_TYPE = {
    "text": "x", "yes": True, "number": 2**62, "half": 0.5, "nan": float("nan"), "list": [1, "two", [3.5]],
    "map": {"a": {"b": [b"\x00\xff"]}}, "bytes": b"\x00\x01\xfe", "empty": "", "none": None,
}  # fmt: skip
COMPARED = """
SELECT name, trace_id, span_id, parent_span_id, start_ns, end_ns, span_kind, status_code, attribute_keys,
    attribute_values, attribute_types, resource_keys, resource_values, event_name, event_time_ns, event_keys,
    event_values, link_trace_id, link_keys, kind, agent, model, tokens_input, tokens_output, content_hash
FROM spans WHERE project_id = '{}' ORDER BY trace_id, span_id
"""
CONTENT = "SELECT trace_id, span_id, place, value FROM span_content WHERE project_id = '{}' ORDER BY ALL"
RUNS = """
SELECT run_id, name, status, span_count, error_count, tokens_input, tokens_output, cost, input, output
FROM runs FINAL WHERE project_id = '{}' ORDER BY run_id
"""
LOGS = """
SELECT time_ns, observed_ns, body_value, body_type, attribute_keys, attribute_values, event_name, trace_id,
    span_id
FROM logs WHERE project_id = '{}' ORDER BY ALL
"""


def told_span(name, **more):
    made = span(name, **more)
    for key, value in EVERY_TYPE.items():
        from .telemetry import pairs

        made.attributes.extend(pairs({key: value}))
    event = made.events.add(name="first", time_unix_nano=NOW_NS + 5)
    event.attributes.extend(made.attributes[:2])
    made.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, trace_state="a=b", flags=1)
    return made


def stored(store, log, project, *requests):
    for request in requests:
        inserted = store.insert(log.segment(request, project=project))
        if inserted.runs:
            store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
            log.next_seq += 100


def fill(store, log):
    spans = [told_span(f"span {n}", trace=1 + n // 3, number=n + 1, parent=n % 3 and n) for n in range(9)]
    spans[0].attributes.add(key="gen_ai.output.messages").value.string_value = LONG
    first, second = traces(*spans[:6]), traces(*spans[6:], resource={"service.name": "other"})
    stored(store, log, "shop", first, second, logs("one", "two"), gauge("queue", 1.0, 2.0))
    stored(store, log, "rival", traces(span("the word of the rival", number=77)))


def exported(store, kind, window=ALWAYS):
    return list(pieces(store, ProjectScope("shop"), window, kind))


def test_spans_and_logs_go_in_again_as_they_were(store, log, rows, monkeypatch):
    fill(store, log)
    monkeypatch.setattr(exporting, "LINES_PAGE", 4)
    found = exported(store, JSONL)
    assert [(piece.name, piece.rows) for piece in found] == [
        ("spans", 4), ("spans", 4), ("spans", 1), ("logs", 2), ("metrics", 2), ("runs", 3),
    ]  # fmt: skip
    assert b"rival" not in b"".join(piece.content for piece in found)
    kinds = {"spans": ExportTraceServiceRequest, "logs": ExportLogsServiceRequest}
    for piece in found:
        for line in piece.content.splitlines() if piece.name in kinds else ():
            stored(store, log, "again", otlp(kinds[piece.name], json.loads(line)))
    for query in (COMPARED, CONTENT, RUNS, LOGS):
        shop, again = rows(query.format("shop")), rows(query.format("again"))
        assert len(shop) >= 1
        assert repr(again) == repr(shop)


def otlp(kind, told):
    """OTLP/JSON has ids as hex, protobuf's own JSON as base64."""
    import base64

    def ids(value):
        if isinstance(value, list):
            return [ids(each) for each in value]
        if isinstance(value, dict):
            return {
                key: base64.b64encode(bytes.fromhex(each)).decode()
                if key.endswith(("traceId", "panId"))
                else ids(each)
                for key, each in value.items()
            }
        return value

    return ParseDict(ids(told), kind())


def test_parquet_is_made_by_the_engine_page_by_page_and_has_every_row(store, log, tmp_path, monkeypatch):
    import pyarrow.parquet as parquet

    fill(store, log)
    monkeypatch.setattr(exporting, "CONTENT_PAGE", 2)
    found = exported(store, PARQUET)
    read = {}
    for number, piece in enumerate(found):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(piece.content)
        assert parquet.read_metadata(path).num_rows == piece.rows
        read.setdefault(piece.name, []).append(parquet.read_table(path).to_pylist())
    assert {name: sum(map(len, parts)) for name, parts in read.items()} == {
        "spans": 9, "logs": 2, "metrics": 2, "runs": 3, "content": 1,
    }  # fmt: skip
    first = read["spans"][0][0]
    assert (first["name"], first["trace"], first["parent"]) == ("span 0", f"{1:032x}", "")
    assert dict(zip(first["attribute_keys"], first["attribute_values"], strict=True))["number"] == str(2**62)
    assert read["content"][0][0]["bytes"] == len(LONG)


def test_only_the_time_that_is_asked_for_comes_out(store, log):
    early, late = span("early", trace=1, number=1), span("late", trace=2, number=1, at=5)
    stored(store, log, "shop", traces(early), traces(late))

    def names(since, until):
        window = Window(since_ns=NOW_NS + since * SECOND_NS, until_ns=NOW_NS + until * SECOND_NS)
        pieces = exported(store, JSONL, window)
        lines = [json.loads(line) for piece in pieces for line in piece.content.splitlines()]
        return [
            each["name"]
            for line in lines if "resourceSpans" in line
            for each in line["resourceSpans"][0]["scopeSpans"][0]["spans"]
        ]  # fmt: skip

    asked = [(1, 10), (0, 1), (2, 4)]
    assert {window: names(*window) for window in asked} == {(1, 10): ["late"], (0, 1): ["early"], (2, 4): []}


def test_a_page_has_no_more_than_so_many_bytes_but_one_row_at_least(store, log, monkeypatch):
    fill(store, log)
    found = {}
    for most in (2_000, 100_000):
        monkeypatch.setattr(exporting, "PAGE_BYTES", most)
        for kind in (JSONL, PARQUET):
            found[kind, most] = [piece.rows for piece in exported(store, kind) if piece.name == "spans"]
    # The first span has a long value, of which its row keeps a part.
    assert found == {
        (JSONL, 2_000): [1, 2, 2, 2, 2], (PARQUET, 2_000): [1, 2, 2, 2, 2],
        (JSONL, 100_000): [1, 8], (PARQUET, 100_000): [9],
    }  # fmt: skip


def test_long_values_are_paged_by_their_bytes(store, log, monkeypatch):
    spans = [span(f"span {n}", trace=1 + n, number=1) for n in range(5)]
    for each in spans:
        each.attributes.add(key="gen_ai.output.messages").value.string_value = LONG
    stored(store, log, "shop", traces(*spans))
    monkeypatch.setattr(exporting, "PAGE_BYTES", len(LONG) + 1)
    found = [piece.rows for piece in exported(store, PARQUET) if piece.name == "content"]
    assert found == [2, 2, 1]


def test_what_comes_after_the_export_began_is_left_out_of_it(store, log, monkeypatch):
    fill(store, log)
    monkeypatch.setattr(exporting, "LINES_PAGE", 8)
    found = pieces(store, ProjectScope("shop"), ALWAYS, JSONL)
    first = next(found)
    stored(store, log, "shop", traces(span("later", trace=99, number=1)), logs("three"))
    counted = {"spans": first.rows, "logs": 0}
    for piece in found:
        counted[piece.name] = counted.get(piece.name, 0) + piece.rows
        assert b"later" not in piece.content or piece.name == "runs"
    assert (counted["spans"], counted["logs"]) == (9, 2)
