"""Toolkits: what a participant asks the room for, and how it is answered. Only `developer` is served here.

A request is a message `room.invoke_tool`, and its answer a message `__response__` with the same id. A call of
`developer.logs` stays open: its records are `room.tool_call_response_chunk` messages, until either side sends
a chunk that says `close`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from fanlight.errors import FanlightError
from fanlight.rooms.messages import Body, SpanPlace, place_of

INVOKE, REQUEST_CHUNK = "room.invoke_tool", "room.tool_call_request_chunk"
RESPONSE, RESPONSE_CHUNK = "__response__", "room.tool_call_response_chunk"
READY, CONNECTED = "room_ready", "connected"
DEVELOPER, LOGS = "developer", "logs"
LEVELS = ("info", "warning", "error")
MAX_LOG_TYPE_CHARACTERS = 128
MAX_CALL_ID_CHARACTERS = 128
NORMAL_CLOSE = 1000


class Code(IntEnum):
    """The protocol's own error codes."""

    PERMISSION_DENIED = 1001
    INVALID_REQUEST = 1002
    NOT_FOUND = 1003
    ALREADY_EXISTS = 1004
    OPERATION_FAILED = 1008


class RequestError(FanlightError):
    """A request that is answered with an error; the connection goes on. `code` is one of `Code`."""

    def __init__(self, reason: Code, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WriteLog:
    """`developer.log`, `.info`, `.warning` or `.error`: one developer log. `data` is an object or text."""

    type: str
    data: Mapping[str, Any] | str
    place: SpanPlace | None = None


@dataclass(frozen=True, slots=True)
class FollowLogs:
    """`developer.logs`: a stream of developer logs, named by `call_id`.

    A `native` follower is Fanlight's own client: it knows developer logs by their types, needs no mirror of
    them, and takes texts for nothing but texts.
    """

    call_id: str
    native: bool = False


def read_invocation(body: Body) -> WriteLog | FollowLogs:
    """What a `room.invoke_tool` message asks for.

    Raises:
        RequestError: another toolkit or tool (NOT_FOUND), or arguments that it does not take.

    Example:
        >>> asked = {"type": "json", "json": {"message": "slow", "extra": {}}}
        >>> read_invocation(Body({"toolkit": "developer", "tool": "warning", "arguments": asked}))
        WriteLog(type='warning', data={'message': 'slow'}, place=None)
    """
    header = body.header
    toolkit, tool = header.get("toolkit"), header.get("tool")
    if toolkit != DEVELOPER or header.get("participant_id") is not None:
        raise RequestError(
            Code.NOT_FOUND, f"no toolkit {str(toolkit)[:80]!r} is served here, only {DEVELOPER!r}"
        )
    arguments = header.get("arguments")
    if not isinstance(arguments, dict):
        raise RequestError(Code.INVALID_REQUEST, "arguments must be an object")
    if tool == LOGS:
        return _follow(header, arguments)
    if tool == "log":
        return _log(_json(arguments), place_of(header))
    if tool in LEVELS:
        return _levelled(tool, _json(arguments), place_of(header))
    raise RequestError(Code.NOT_FOUND, f"toolkit {DEVELOPER!r} has no tool {str(tool)[:80]!r}")


def _json(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    found = arguments.get("json")
    if arguments.get("type") != "json" or not isinstance(found, dict):
        raise RequestError(Code.INVALID_REQUEST, "arguments must be content of type json, an object")
    return found


def _log(given: Mapping[str, Any], place: SpanPlace | None) -> WriteLog:
    type_, data = given.get("type"), given.get("data")
    if not isinstance(type_, str) or not 0 < len(type_) <= MAX_LOG_TYPE_CHARACTERS:
        raise RequestError(
            Code.INVALID_REQUEST, f"type must be text of 1 to {MAX_LOG_TYPE_CHARACTERS} characters"
        )
    if not isinstance(data, dict | str):
        raise RequestError(Code.INVALID_REQUEST, "data must be an object or text")
    return WriteLog(type_, data, place)


def _levelled(tool: str, given: Mapping[str, Any], place: SpanPlace | None) -> WriteLog:
    message, extra = given.get("message"), given.get("extra")
    if not isinstance(message, str):
        raise RequestError(Code.INVALID_REQUEST, "message must be text")
    if extra is not None and not isinstance(extra, dict):
        raise RequestError(Code.INVALID_REQUEST, "extra must be an object")
    return WriteLog(tool, {"message": message, "extra": extra} if extra else {"message": message}, place)


def _follow(header: Mapping[str, Any], arguments: Mapping[str, Any]) -> FollowLogs:
    call_id = header.get("tool_call_id")
    if not isinstance(call_id, str) or not 0 < len(call_id) <= MAX_CALL_ID_CHARACTERS:
        raise RequestError(
            Code.INVALID_REQUEST, f"tool_call_id must be text of 1 to {MAX_CALL_ID_CHARACTERS} characters"
        )
    if arguments.get("type") != "control" or arguments.get("method") != "open":
        raise RequestError(Code.INVALID_REQUEST, "logs takes content of type control, method open")
    return FollowLogs(call_id, arguments.get("native") is True)


def closed_call(body: Body) -> str | None:
    """The call that a `room.tool_call_request_chunk` message closes; None when it says something else.

    Example:
        >>> closed_call(Body({"tool_call_id": "c1", "chunk": {"type": "control", "method": "close"}}))
        'c1'
    """
    call_id, chunk = body.header.get("tool_call_id"), body.header.get("chunk")
    if not isinstance(call_id, str) or not isinstance(chunk, dict):
        return None
    return call_id if (chunk.get("type"), chunk.get("method")) == ("control", "close") else None


EMPTY: Mapping[str, Any] = {"type": "empty"}
OPEN: Mapping[str, Any] = {"type": "control", "method": "open"}
CLOSE: Mapping[str, Any] = {"type": "control", "method": "close", "status_code": NORMAL_CLOSE}


def error_content(text: str, code: int) -> Mapping[str, Any]:
    """The content of an answer that refuses.

    Example:
        >>> error_content("developer.logs not granted", Code.PERMISSION_DENIED)
        {'type': 'error', 'text': 'developer.logs not granted', 'code': 1001}
    """
    return {"type": "error", "text": text, "code": int(code)}


def log_chunk(
    call_id: str, type_: str, data: Mapping[str, Any], about: Mapping[str, str] | None = None
) -> Body:
    """One developer log of a stream. Clients take nothing but an object for `data`.

    `about` says more of it in headers that MeshAgent's clients leave alone.
    """
    chunk = {"type": "binary", "headers": {**(about or {}), "type": type_}}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Body(_chunk(call_id, chunk), text.encode())


def close_chunk(call_id: str) -> Body:
    """The end of a stream."""
    return Body(_chunk(call_id, CLOSE))


def _chunk(call_id: str, chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"tool_call_id": call_id, "toolkit": DEVELOPER, "tool": LOGS, "chunk": chunk}
