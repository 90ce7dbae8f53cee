"""Developer logs become log records, whatever they hold."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from fanlight.errors import InvalidError
from fanlight.model.developer_log import (
    MAX_DATA_BYTES,
    MAX_DATA_DEPTH,
    MAX_DATA_VALUES,
    NewDeveloperLog,
    check_data,
    read_developer_log,
    read_traceparent,
)
from fanlight.model.signal import Signal
from fanlight.otlp.check import check_quickly
from fanlight.otlp.developer_log import developer_log_request
from fanlight.otlp.limits import Limits
from fanlight.otlp.values import plain

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def nested(levels: int) -> Any:
    found: Any = "bottom"
    for _ in range(levels):
        found = {"in": found}
    return found


def record_of(log: NewDeveloperLog) -> LogRecord:
    [holder] = ExportLogsServiceRequest.FromString(developer_log_request([log], 7)).resource_logs
    record: LogRecord
    [record] = holder.scope_logs[0].log_records
    return record


@pytest.mark.parametrize(
    ("type_", "number"),
    [("info", 9), ("warning", 13), ("error", 17), ("Debug", 5), ("critical", 21), ("order_placed", 9)],
)
def test_a_type_stays_as_given_and_its_level_is_told(type_: str, number: int) -> None:
    record = record_of(NewDeveloperLog(type=type_, data="x"))
    assert (record.event_name, record.severity_text, record.severity_number) == (
        "fanlight.developer_log", type_, number,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ("plain text", "plain text"),
        ({}, {}),
        ({"message": "hi", "n": 3, "ok": True, "none": None, "part": 0.5},
         {"message": "hi", "n": 3, "ok": True, "none": None, "part": 0.5}),
        ({"list": [1, "a", {"b": []}], "": "no name"}, {"list": [1, "a", {"b": []}], "": "no name"}),
        ({"nan": math.nan, "far": math.inf}, {"nan": "NaN", "far": "Infinity"}),
        ({"big": 2**64, "least": -(2**63)}, {"big": str(2**64), "least": str(-(2**63))}),
        ({"half": "\ud800", "nul": "a\0b"}, {"half": "?", "nul": "a\0b"}),
    ],
)  # fmt: skip
def test_data_comes_back_as_it_was_sent(data: Any, body: Any) -> None:
    assert plain(record_of(NewDeveloperLog(type="info", data=data)).body) == body


def test_the_span_the_time_and_the_place_are_kept_and_the_missing_time_is_now() -> None:
    logs = [
        NewDeveloperLog(type="info", data="1", room="lobby", session="s1", service="ann", at_ns=5,
                        trace_id=TRACE, span_id=SPAN),
        NewDeveloperLog(type="info", data="2", room="lobby"),
        NewDeveloperLog(type="info", data="3", room="lobby", session="s1", service="ann"),
    ]  # fmt: skip
    holders = ExportLogsServiceRequest.FromString(developer_log_request(logs, 7)).resource_logs
    told = [
        (
            {each.key: each.value.string_value for each in holder.resource.attributes},
            [
                (r.body.string_value, r.time_unix_nano, r.trace_id.hex(), r.span_id.hex())
                for r in holder.scope_logs[0].log_records
            ],
        )
        for holder in holders
    ]
    assert told == [
        (
            {"service.name": "ann", "room": "lobby", "session": "s1"},
            [("1", 5, TRACE, SPAN), ("3", 7, "", "")],
        ),
        ({"room": "lobby"}, [("2", 7, "", "")]),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.text(st.characters(), min_size=1, max_size=20), st.dictionaries(st.text(max_size=9), JSON, max_size=5)
)
def test_any_json_is_a_request_that_the_receivers_take_at_once(type_: str, data: dict[str, Any]) -> None:
    body = developer_log_request([NewDeveloperLog(type=type_, data=data)], 7)
    checked = check_quickly(Signal.LOGS, body, Limits())
    assert checked is not None
    assert (checked.items, checked.rejected, checked.mended) == (1, {}, {})


def test_the_deepest_data_that_is_allowed_is_taken_as_it_is() -> None:
    data = check_data(nested(MAX_DATA_DEPTH))
    body = developer_log_request([NewDeveloperLog(type="info", data=data)], 7)
    assert check_quickly(Signal.LOGS, body, Limits()) is not None
    assert plain(record_of(NewDeveloperLog(type="info", data=data)).body) == data


def test_what_nobody_checked_is_cut_where_it_gets_too_deep() -> None:
    found = plain(record_of(NewDeveloperLog(type="info", data=nested(1_000))).body)
    for _ in range(MAX_DATA_DEPTH + 1):
        found = found["in"]
    assert found == "…"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"data": "x"}, "type is text of 1 to 128 characters"),
        ({"type": "", "data": "x"}, "type is text of 1 to 128 characters"),
        ({"type": "x" * 129, "data": "x"}, "type is text of 1 to 128 characters"),
        ({"type": "info", "data": 3}, "data is neither an object nor text"),
        ({"type": "info", "data": [1]}, "data is neither an object nor text"),
        ({"type": "info", "data": nested(MAX_DATA_DEPTH + 1)}, "data is nested too deep"),
        ({"type": "info", "data": "x" * (MAX_DATA_BYTES + 1)}, "data is too much for one developer log"),
        ({"type": "info", "data": {"x": "ä" * 600_000}}, "data is too much for one developer log"),
        ({"type": "info", "data": {"x": [0] * MAX_DATA_VALUES}}, "data is too much for one developer log"),
        ({"type": "info", "data": "x", "room": " lobby"}, "' lobby' cannot name a room"),
        ({"type": "info", "data": "x", "session": 7}, "session is text of at most 256 characters"),
        ({"type": "info", "data": "x", "time": "noon"}, "'noon' is no time"),
        ({"type": "info", "data": "x", "time": "9999-01-01T00:00:00Z"}, "'9999-01-01T00:00:00Z' is no time"),
        ({"type": "info", "data": "x", "trace_id": "4BF9"}, "trace_id is not 32 digits of lower-case hex"),
        ({"type": "info", "data": "x", "span_id": SPAN},
         "there is a span_id and no trace_id"),
        (
            {"type": "info", "data": "x", "trace_id": TRACE, "span_id": {}},
            "span_id is not 16 digits of lower-case hex",
        ),
        ({"type": "info", "data": "x", "traceparent": "00-1-2-3"}, "'00-1-2-3' is no traceparent"),
        ({"type": "info", "data": "x", "level": "info"}, "'level' is no field of a developer log"),
    ],
)  # fmt: skip
def test_what_is_no_developer_log_is_refused_with_what_is_wrong(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_developer_log(wrong)
    assert refused.value.message == told


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (f"00-{TRACE}-{SPAN}-01", (TRACE, SPAN)),
        (f" 00-{TRACE}-{SPAN}-00 ", (TRACE, SPAN)),
        (f"01-{TRACE}-{SPAN}-01-later", (TRACE, SPAN)),
        (f"ff-{TRACE}-{SPAN}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-{SPAN}-01", None),
        ("", None),
    ],
)
def test_a_traceparent_names_a_span_or_none(header: str, place: tuple[str, str] | None) -> None:
    assert read_traceparent(header) == place
