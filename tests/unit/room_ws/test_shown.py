"""How a log record of a room is told: as a developer log, and as OTLP/JSON."""

from __future__ import annotations

import json
from typing import Any

from inline_snapshot import snapshot

from fanlight.api.room_ws.shown import chunks_of
from fanlight.live.batch import Batch
from fanlight.model.event import Event

RECORD = {
    "id": "x", "time": "2026-01-31T10:00:00.000000007Z", "level": "info", "severity_number": 9,
    "severity_text": "custom", "body": {"message": "hello", "n": 7, "deep": {"on": [True, None, 1.5]}},
    "event_name": "fanlight.developer_log", "trace_id": "ab" * 16, "span_id": "cd" * 8, "run": "r1",
    "service": "ann", "room": "lobby", "session": "s1", "scope_name": "fanlight.developer",
    "attributes": [{"key": "a", "type": "int", "value": 1}],
    "resource_attributes": [{"key": "room", "type": "string", "value": "lobby"}],
}  # fmt: skip


def told(record: dict[str, Any], *, mirrored: bool = True) -> list[tuple[dict[str, Any], Any]]:
    payload = json.dumps({"topics": [], "type": "log", "seq": "1", "data": record}).encode()
    batch = Batch((Event(seq=1, topics=frozenset(), payload=payload),))
    chunks = chunks_of("c1", batch, mirrored=mirrored, log_types=frozenset({"log"}))
    return [(each.header["chunk"]["headers"], json.loads(each.data)) for each in chunks]


def test_a_developer_log_is_told_by_its_own_type_and_as_the_line_that_plain_output_shows() -> None:
    assert told(RECORD) == snapshot(
        [
            (
                {
                    "time": "2026-01-31T10:00:00.000000007Z",
                    "participant": "ann",
                    "trace_id": "abababababababababababababababab",
                    "span_id": "cdcdcdcdcdcdcdcd",
                    "type": "custom",
                },
                {"message": "hello", "n": 7, "deep": {"on": [True, None, 1.5]}},
            ),
            (
                {"type": "otel.log"},
                {
                    "resourceLogs": [
                        {
                            "resource": {"attributes": [{"key": "room", "value": {"stringValue": "lobby"}}]},
                            "scopeLogs": [
                                {
                                    "scope": {"name": "fanlight.developer"},
                                    "logRecords": [
                                        {
                                            "timeUnixNano": "1769853600000000007",
                                            "severityNumber": 9,
                                            "severityText": "custom",
                                            "body": {
                                                "stringValue": 'hello {"n": 7, "deep": {"on": [true, null, 1.5]}}'
                                            },
                                            "attributes": [{"key": "a", "value": {"intValue": "1"}}],
                                            "eventName": "fanlight.developer_log",
                                            "traceId": "abababababababababababababababab",
                                            "spanId": "cdcdcdcdcdcdcdcd",
                                        }
                                    ],
                                }
                            ],
                        }
                    ]
                },
            ),
        ]
    )


def test_a_mirror_can_be_left_out() -> None:
    assert [headers["type"] for headers, _ in told(RECORD, mirrored=False)] == ["custom"]


def test_a_developer_log_of_text_is_an_object_with_a_message() -> None:
    [(_, data), (_, mirror)] = told({**RECORD, "body": "text"})
    assert data == {"message": "text"}
    assert mirror["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"] == {"stringValue": "text"}


def test_a_log_record_of_opentelemetry_is_told_as_it_came_whatever_is_mirrored() -> None:
    plain = {**RECORD, "event_name": None, "severity_text": "WARN", "body": [1, "two"]}
    for mirrored in (True, False):
        [(headers, data)] = told(plain, mirrored=mirrored)
        [record] = data["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
        assert headers == {"type": "otel.log"}
        assert record["body"] == {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "two"}]}}
        assert record["severityText"] == "WARN"


def test_room_events_are_no_logs() -> None:
    assert told({**RECORD, "event_name": "fanlight.room.event"}) == []
