"""How a log record of a room is told: as a developer log, and as OTLP/JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fanlight.api.room_ws.shown import chunks_of
from fanlight.live.batch import Batch
from fanlight.model.event import Event
from fanlight.rooms.toolkits import FollowLogs

AT = "2026-01-31T10:00:00.000000007Z"
TRACE, SPAN = "ab" * 16, "cd" * 8
DEVELOPER_LOG = {
    "id": "x", "time": AT, "type": "custom", "level": "info", "room": "lobby", "session": "s1",
    "data": {"message": "hello", "n": 7, "deep": {"on": [1.5, True, None]}},
    "service": "ann", "trace_id": TRACE, "span_id": SPAN, "run": "r1",
}  # fmt: skip
LOG = {
    "id": "x", "time": AT, "observed_at": None, "level": "warn", "severity_number": 13,
    "severity_text": "WARN", "body": [1, "two"], "service": "ann", "scope_name": "app",
    "attributes": [{"key": "a", "type": "int", "value": 1}],
    "resource_attributes": [{"key": "room", "type": "string", "value": "lobby"}],
}  # fmt: skip


def told(
    type_: str, data: dict[str, Any], *, mirrored: bool = True, native: bool = False
) -> list[tuple[dict[str, Any], Any]]:
    payload = json.dumps({"topics": [], "type": type_, "seq": "1", "data": data}).encode()
    batch = Batch((Event(seq=1, topics=frozenset(), payload=payload, type=type_),))
    chunks = chunks_of(FollowLogs("c1", native=native), batch, mirrored=mirrored)
    return [(each.header["chunk"]["headers"], json.loads(each.data)) for each in chunks]


def resource(**texts: str) -> dict[str, Any]:
    values = [{"key": key.replace("_", "."), "value": {"stringValue": text}} for key, text in texts.items()]
    return {"attributes": values}


def test_a_developer_log_is_told_by_its_own_type_and_as_the_line_that_plain_output_shows() -> None:
    record = {
        "timeUnixNano": "1769853600000000007",
        "severityNumber": 9,
        "severityText": "custom",
        "body": {"stringValue": 'hello {"n": 7, "deep": {"on": [1.5, true, null]}}'},
        "traceId": TRACE,
        "spanId": SPAN,
    }
    of_scope = {"scope": {"name": "fanlight.developer"}, "logRecords": [record]}
    whose = resource(service_name="ann", room="lobby", session="s1")
    about = {"time": AT, "participant": "ann", "trace_id": TRACE, "span_id": SPAN, "type": "custom"}
    assert told("developer_log", DEVELOPER_LOG) == [
        (about, DEVELOPER_LOG["data"]),
        ({"type": "otel.log"}, {"resourceLogs": [{"resource": whose, "scopeLogs": [of_scope]}]}),
    ]


@pytest.mark.parametrize("how", [{"mirrored": False}, {"native": True}])
def test_a_mirror_can_be_left_out(how: dict[str, bool]) -> None:
    chunks = told("developer_log", DEVELOPER_LOG, **how)
    assert [headers["type"] for headers, _ in chunks] == ["custom"]


def test_markup_is_harmless_to_meshagents_terminal_and_exact_to_our_own_client() -> None:
    log = {**DEVELOPER_LOG, "type": "[red]", "data": {"[/b]": "[/b] x[0]"}}
    [(about, data), (_, mirror)] = told("developer_log", log)
    assert (about["type"], data) == ("[\u200bred]", {"[\u200b/b]": "[\u200b/b] x[0]"})
    [record] = mirror["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    assert "[/" not in record["body"]["stringValue"]
    [(about, data)] = told("developer_log", log, native=True)
    assert (about["type"], data) == ("[red]", {"[/b]": "[/b] x[0]"})


def test_a_developer_log_of_text_is_an_object_with_a_message() -> None:
    [(_, data), (_, mirror)] = told("developer_log", {**DEVELOPER_LOG, "data": "text"})
    assert data == {"message": "text"}
    assert mirror["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"] == {"stringValue": "text"}


def test_a_log_record_of_opentelemetry_is_told_as_it_came_whatever_is_mirrored() -> None:
    record = {
        "timeUnixNano": "1769853600000000007",
        "severityNumber": 13,
        "severityText": "WARN",
        "body": {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "two"}]}},
        "attributes": [{"key": "a", "value": {"intValue": "1"}}],
    }
    of_scope = {"scope": {"name": "app"}, "logRecords": [record]}
    data = {"resourceLogs": [{"resource": resource(room="lobby"), "scopeLogs": [of_scope]}]}
    for mirrored in (True, False):
        assert told("log", LOG, mirrored=mirrored) == [({"type": "otel.log"}, data)]
