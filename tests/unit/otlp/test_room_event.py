"""The data of a room event is kept by its types."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from fanlight.model.room_event import RoomEvent
from fanlight.otlp.room_event import room_events_request
from fanlight.otlp.values import plain


@pytest.mark.parametrize(
    ("value", "arm", "shown"),
    [
        (True, "bool_value", True),
        (False, "bool_value", False),
        (0, "int_value", 0),
        (-(2**40), "int_value", -(2**40)),
        (2.0, "double_value", 2.0),
        (0.25, "double_value", 0.25),
        (None, None, None),
        ("", "string_value", ""),
        ("5", "string_value", "5"),
        (["a", 1], "string_value", "['a', 1]"),
    ],
)
def test_each_fact_is_kept_as_what_it_is(value: Any, arm: str | None, shown: Any) -> None:
    told = RoomEvent(room="lobby", session="s1", type="room.ended", at_ns=7, data={"b": "last", "a": value})
    (holder,) = ExportLogsServiceRequest.FromString(room_events_request([told])).resource_logs
    (record,) = holder.scope_logs[0].log_records
    first, last = record.body.kvlist_value.values
    assert (first.key, first.value.WhichOneof("value"), plain(first.value)) == ("a", arm, shown)
    assert (last.key, last.value.string_value) == ("b", "last")


def test_an_event_without_facts_has_an_empty_map() -> None:
    told = [RoomEvent(room="lobby", session=name, type="room.started", at_ns=7) for name in ("s1", "s2")]
    holders = ExportLogsServiceRequest.FromString(room_events_request(told)).resource_logs
    records = [holder.scope_logs[0].log_records[0] for holder in holders]
    assert [(each.body.WhichOneof("value"), len(each.body.kvlist_value.values)) for each in records] == [
        ("kvlist_value", 0)
    ] * 2
    assert [[pair.value.string_value for pair in holder.resource.attributes] for holder in holders] == [
        ["lobby", "s1"], ["lobby", "s2"],
    ]  # fmt: skip
