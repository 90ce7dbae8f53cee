"""What participants ask for: the developer toolkit, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.rooms.messages import Body, SpanPlace
from fanlight.rooms.toolkits import (
    Code,
    FollowLogs,
    RequestError,
    WriteLog,
    close_chunk,
    closed_call,
    log_chunk,
    read_invocation,
)


def asked(tool: Any, arguments: Any, **more: Any) -> Body:
    return Body(
        {
            "toolkit": "developer",
            "tool": tool,
            "participant_id": None,
            "on_behalf_of_id": None,
            "arguments": arguments,
            "tool_call_id": "c" * 32,
            **more,
        }
    )


def json_of(**fields: Any) -> dict[str, Any]:
    return {"type": "json", "json": fields}


OPEN = {"type": "control", "method": "open"}
SPAN = {"__meshagent__": {"v": 1, "otel": {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}}}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (asked("log", json_of(type="custom", data={"a": [1]})), WriteLog("custom", {"a": [1]})),
        (asked("log", json_of(type="Info", data="text")), WriteLog("Info", "text")),
        (asked("log", json_of(type="x", data={}), **SPAN), WriteLog("x", {}, SpanPlace("ab" * 16, "cd" * 8))),
        (asked("info", json_of(message="m", extra={})), WriteLog("info", {"message": "m"})),
        (asked("warning", json_of(message="m", extra=None)), WriteLog("warning", {"message": "m"})),
        (
            asked("error", json_of(message="m", extra={"message": 1})),
            WriteLog("error", {"message": "m", "extra": {"message": 1}}),
        ),
        (asked("logs", OPEN), FollowLogs("c" * 32)),
        (asked("logs", {**OPEN, "native": True}), FollowLogs("c" * 32, native=True)),
        (asked("logs", {**OPEN, "native": "yes"}), FollowLogs("c" * 32)),
    ],
)
def test_the_five_tools_are_understood(body: Body, wanted: WriteLog | FollowLogs) -> None:
    assert read_invocation(body) == wanted


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (Body({}), Code.NOT_FOUND),
        (asked("log", OPEN, toolkit="storage"), Code.NOT_FOUND),
        (asked("log", OPEN, toolkit=["developer"]), Code.NOT_FOUND),
        (asked("log", json_of(type="x", data={}), participant_id="p2"), Code.NOT_FOUND),
        (asked("clear", OPEN), Code.NOT_FOUND),
        (asked({"log": 1}, OPEN), Code.NOT_FOUND),
        (asked("log", None), Code.INVALID_REQUEST),
        (asked("log", OPEN), Code.INVALID_REQUEST),
        (asked("log", {"type": "json", "json": []}), Code.INVALID_REQUEST),
        (asked("log", json_of(type="", data={})), Code.INVALID_REQUEST),
        (asked("log", json_of(type="t" * 129, data={})), Code.INVALID_REQUEST),
        (asked("log", json_of(type=7, data={})), Code.INVALID_REQUEST),
        (asked("log", json_of(type="x")), Code.INVALID_REQUEST),
        (asked("log", json_of(type="x", data=[])), Code.INVALID_REQUEST),
        (asked("info", json_of(type="x", data={})), Code.INVALID_REQUEST),
        (asked("info", json_of(message="m", extra="e")), Code.INVALID_REQUEST),
        (asked("logs", json_of()), Code.INVALID_REQUEST),
        (asked("logs", {"type": "control", "method": "close"}), Code.INVALID_REQUEST),
        (asked("logs", OPEN, tool_call_id=None), Code.INVALID_REQUEST),
        (asked("logs", OPEN, tool_call_id="c" * 129), Code.INVALID_REQUEST),
    ],
)
def test_everything_else_is_refused_by_the_protocols_own_code(body: Body, code: Code) -> None:
    with pytest.raises(RequestError) as caught:
        read_invocation(body)
    assert caught.value.reason is code


def test_a_stream_is_closed_by_a_chunk_that_says_so() -> None:
    def said(chunk: Any, call_id: Any = "c1") -> str | None:
        return closed_call(Body({"tool_call_id": call_id, "chunk": chunk}))

    assert said({"type": "control", "method": "close", "status_code": 1000}) == "c1"
    nothing = [OPEN, None, {"type": "json", "json": {}}]
    assert [said(each) for each in nothing] == [None] * 3
    assert said({"type": "control", "method": "close"}, call_id=7) is None


def test_a_record_is_a_chunk_with_its_type_beside_an_object_in_utf8() -> None:
    head = {"tool_call_id": "c1", "toolkit": "developer", "tool": "logs"}
    assert log_chunk("c1", "custom", {"message": "hé"}) == Body(
        {**head, "chunk": {"type": "binary", "headers": {"type": "custom"}}}, '{"message":"hé"}'.encode()
    )
    assert close_chunk("c1") == Body(
        {**head, "chunk": {"type": "control", "method": "close", "status_code": 1000}}
    )
