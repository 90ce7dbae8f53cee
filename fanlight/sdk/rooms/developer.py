"""Developer logs of a room: the five methods that MeshAgent's `room.developer` has, by the same names."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanlight.rooms.messages import Body
from fanlight.rooms.toolkits import CLOSE, DEVELOPER, INVOKE, LOGS, OPEN, REQUEST_CHUNK
from fanlight.sdk.faults import count, note
from fanlight.sdk.rooms.connection import Connection
from fanlight.sdk.rooms.error import RoomError

MAX_UNANSWERED = 10_000
"""Logs that nobody waits for; further ones are dropped, and counted."""

MAX_QUEUED = 10_000
"""Events that a slow follower has not taken; older ones are dropped, and told of."""

GAP = "fanlight.gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLogEvent:
    """One log of a room.

    `type` is the developer's own word (info, warning, error, ...); `otel.log` is a log record of a service,
    with OTLP/JSON as its data. `fanlight.gap` says that `missed` events are not told, this reader was too
    slow. `participant` wrote it, in the span `span_id` of `trace_id`, at `time`; empty when not known.
    """

    type: str
    data: Mapping[str, Any]
    time: str = ""
    participant: str = ""
    trace_id: str = ""
    span_id: str = ""


@dataclass(slots=True)
class _Events:
    """What came of a stream and was not taken yet."""

    waiting: deque[RoomLogEvent] = field(default_factory=deque)
    missed: int = 0
    is_over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, body: Body) -> None:
        chunk = body.header.get("chunk")
        if not isinstance(chunk, dict) or chunk.get("type") != "binary":
            self.is_over = True
        else:
            if len(self.waiting) >= MAX_QUEUED:
                self.waiting.popleft()
                self.missed += 1
            self.waiting.append(_event(chunk.get("headers"), body.data))
        self.changed.set()

    def next(self) -> RoomLogEvent | None:
        """The next event; None when nothing waits."""
        if self.missed:
            missed, self.missed = self.missed, 0
            return RoomLogEvent(type=GAP, data={"missed": missed})
        return self.waiting.popleft() if self.waiting else None


class Developer:
    """Writes developer logs into a room, and follows them.

    A log carries the span that goes on when it is written, so that Fanlight shows it there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._unanswered: set[asyncio.Task[Any]] = set()

    async def log(self, *, type: str, data: Mapping[str, Any]) -> None:  # noqa: A002 - MeshAgent's name
        """Write a log and wait until the server has it on disk.

        Raises:
            RoomError: it was refused (`code` 1001: not granted), or the connection ended.
        """
        await self._invoke("log", {"type": type, "data": dict(data)})

    def log_nowait(self, *, type: str, data: Mapping[str, Any]) -> None:  # noqa: A002
        """Write a log and do not wait. What goes wrong is counted, and said once as a warning."""
        self._start("log", {"type": type, "data": dict(data)})

    def info(self, message: str, *, extra: Mapping[str, Any] | None = None) -> None:
        """Write a log of type info and do not wait."""
        self._start("info", {"message": message, "extra": dict(extra or {})})

    def warning(self, message: str, *, extra: Mapping[str, Any] | None = None) -> None:
        """Write a log of type warning and do not wait."""
        self._start("warning", {"message": message, "extra": dict(extra or {})})

    def error(self, message: str, *, extra: Mapping[str, Any] | None = None) -> None:
        """Write a log of type error and do not wait."""
        self._start("error", {"message": message, "extra": dict(extra or {})})

    async def logs(self) -> AsyncIterator[RoomLogEvent]:
        """Follow the room's logs as they are stored, whoever writes them.

        Raises:
            RoomError: following is not granted (`code` 1001), or the connection ended.
        """
        call_id, events, connection = uuid.uuid4().hex, _Events(), self._connection
        connection.listen(call_id, events.take)
        connection.ended.add_done_callback(lambda _: events.changed.set())
        try:
            await self._ask(LOGS, {**OPEN, "native": True}, call_id)
            while True:
                events.changed.clear()
                while (event := events.next()) is not None:
                    yield event
                if events.is_over:
                    return
                if connection.ended.done():
                    raise RoomError(str(connection.ended.result()))
                await events.changed.wait()
        finally:
            connection.leave(call_id)
            if not connection.ended.done() and not events.is_over:
                await connection.tell(REQUEST_CHUNK, {"tool_call_id": call_id, "chunk": CLOSE})

    async def finish(self, within_s: float) -> None:
        """Wait until the logs that nobody waits for are answered."""
        if self._unanswered:
            await asyncio.wait(self._unanswered, timeout=within_s)
        for task in self._unanswered:
            count("room.developer unanswered")
            task.cancel()

    def _start(self, tool: str, arguments: Mapping[str, Any]) -> None:
        if len(self._unanswered) >= MAX_UNANSWERED:
            count("room.developer full")
            return
        task = asyncio.ensure_future(self._harmless(self._invoke(tool, arguments)))
        self._unanswered.add(task)
        task.add_done_callback(self._unanswered.discard)

    async def _harmless(self, invocation: Coroutine[Any, Any, None]) -> None:
        try:
            await invocation
        except Exception as error:
            note("room.developer", error)

    async def _invoke(self, tool: str, arguments: Mapping[str, Any]) -> None:
        await self._ask(tool, {"type": "json", "json": arguments}, uuid.uuid4().hex)

    async def _ask(self, tool: str, content: Mapping[str, Any], call_id: str) -> None:
        header = {
            "toolkit": DEVELOPER,
            "tool": tool,
            "participant_id": None,
            "on_behalf_of_id": None,
            "arguments": content,
            "tool_call_id": call_id,
        }
        await self._connection.ask(INVOKE, header)


def _event(headers: Any, data: bytes) -> RoomLogEvent:
    about = headers if isinstance(headers, dict) else {}
    return RoomLogEvent(
        type=str(about.get("type", "")),
        data=json.loads(data or b"{}"),
        time=str(about.get("time", "")),
        participant=str(about.get("participant", "")),
        trace_id=str(about.get("trace_id", "")),
        span_id=str(about.get("span_id", "")),
    )
