"""One participant's connection: reads what they ask, answers, and tells of logs until either side ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import Message as Event
from starlette.types import Receive, Send

from fanlight.access.gate import RoomAccess
from fanlight.api.room_ws.following import follow
from fanlight.api.room_ws.outbox import Outbox
from fanlight.api.room_ws.traffic import Traffic
from fanlight.api.room_ws.writing import Keep, Writing, Written
from fanlight.clock import Clock
from fanlight.errors import FanlightError, InvalidError, OverloadError
from fanlight.live.subscription import Subscription
from fanlight.model.developer_log import check_data
from fanlight.rooms.malformed import Malformation, MalformedError
from fanlight.rooms.messages import Body, unpack
from fanlight.rooms.packets import Assembler, Message
from fanlight.rooms.toolkits import (
    CONNECTED,
    INVOKE,
    OPEN,
    READY,
    REQUEST_CHUNK,
    RESPONSE_CHUNK,
    Code,
    FollowLogs,
    RequestError,
    WriteLog,
    close_chunk,
    closed_call,
    error_content,
    read_invocation,
)

MAX_STREAMS = 16
CHECK_S = 10.0
"""Whoever loses the right to be here is cut off within 15 s."""

DRAIN_S, FLUSH_S = 5.0, 2.0
"""How long an ending connection may take to keep its logs, and then to send its answers."""

NORMAL, PROTOCOL_ERROR, POLICY, TOO_LARGE, FAILED, RESTART = 1000, 1002, 1008, 1009, 1011, 1012
"""Codes of a WebSocket's end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a connection ends. `reason` is counted; `text` is told, where anybody can be told anything."""

    code: int
    reason: str
    text: str = ""
    is_heard: bool = True


GONE = Ending(NORMAL, "gone", is_heard=False)
UNREAD = Ending(POLICY, "unread", is_heard=False)
BROKEN = Ending(PROTOCOL_ERROR, "broken", is_heard=False)
"""The client left; it took nothing; its frames were no WebSocket's, or too large."""

LEAVING = frozenset({1000, 1001, 1005, 1006})
"""Codes with which clients leave, without a word too."""

STOPPING = Ending(RESTART, "stopping", "the server restarts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a connection is, and what it works with.

    `keep` takes developer logs into the log, `subscribe` follows the room's, `note_following` writes into the
    audit log that somebody does, `check` raises FanlightError once the participant may be here no longer.
    """

    room: str
    room_url: str
    session: str
    participant: str
    access: RoomAccess
    keep: Keep
    subscribe: Callable[[], Subscription]
    note_following: Callable[[], Awaitable[None]]
    check: Callable[[], Awaitable[None]]
    mirrored: bool
    traffic: Traffic
    clock: Clock


class Connection:
    """Talks with one participant.

    Everything that waits is bounded: whoever sends faster than the log takes, or does not read what was asked
    for, is read from no further, and is cut off in the end.
    """

    def __init__(self, place: Place, receive: Receive, send: Send) -> None:
        self._place = place
        self._receive, self._send = receive, send
        self._outbox = Outbox()
        self._writing = Writing(place.keep, self._outbox, place.traffic)
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._assembler = Assembler()
        self._last_ns = 0

    async def talk(self) -> None:
        """Greet, serve, and end the connection cleanly. It was accepted already."""
        writing = asyncio.create_task(self._writing.run())
        sending = asyncio.create_task(self._outbox.run(self._send_packet))
        listening = asyncio.create_task(self._listen())
        watching = asyncio.create_task(self._watch())
        try:
            ending = await _first_of(listening, watching, sending, writing)
            listening.cancel()
            watching.cancel()
            await self._end(ending, sending)
        finally:
            tasks = (writing, sending, listening, watching, *self._streams.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, ending: Ending, sending: asyncio.Task[None]) -> None:
        """Keep what was taken, say what can still be said, and close."""
        self._place.traffic.note("endings", ending.reason)
        for stream in self._streams.values():
            stream.cancel()
        if not ending.is_heard:
            sending.cancel()
        # Logs that came are kept, though nobody may wait for the answers.
        discarding = None if ending.is_heard else asyncio.create_task(self._outbox.run(_nowhere))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._writing.finished(), DRAIN_S)
        if discarding is not None:
            discarding.cancel()
            return
        with contextlib.suppress(TimeoutError, OSError):
            await asyncio.wait_for(_either(self._outbox.emptied(), sending), FLUSH_S)
            close = {"type": "websocket.close", "code": ending.code, "reason": ending.text[:120]}
            await asyncio.wait_for(self._send(close), FLUSH_S)

    async def _listen(self) -> Ending:
        """Read until the connection ends, or what comes cannot be understood any more."""
        place = self._place
        ready = {"room_name": place.room, "room_url": place.room_url, "session_id": place.session}
        await self._outbox.tell(READY, Body(ready))
        init = {"type": "init", "participantId": place.participant, "attributes": {}}
        await self._outbox.tell(CONNECTED, Body(init))
        while (event := await self._receive())["type"] == "websocket.receive":
            try:
                message = self._assembler.take(_packet_of(event))
            except MalformedError as error:
                return await self._broken(error)
            if message is not None:
                await self._answer(message)
        if event.get("code", 1005) in LEAVING:
            return GONE
        return UNREAD if event["code"] == FAILED else BROKEN

    async def _broken(self, error: MalformedError) -> Ending:
        if error.message_id is not None:
            await self._outbox.answer(error.message_id, error_content(str(error), Code.INVALID_REQUEST))
        code = TOO_LARGE if error.malformation is Malformation.TOO_LARGE else PROTOCOL_ERROR
        return Ending(code, error.malformation, str(error))

    async def _answer(self, message: Message) -> None:
        try:
            await self._serve(message, unpack(message.payload))
        except MalformedError as error:
            await self._refuse(message.id, error.malformation, Code.INVALID_REQUEST, str(error))
        except RequestError as error:
            await self._refuse(message.id, error.reason.name.lower(), error.reason, str(error))
        except FanlightError as error:
            code = Code.INVALID_REQUEST if isinstance(error, InvalidError) else Code.OPERATION_FAILED
            await self._refuse(message.id, error.code, code, str(error))

    async def _refuse(self, message_id: int, reason: str, code: Code, text: str) -> None:
        self._place.traffic.note("requests", reason)
        await self._outbox.answer(message_id, error_content(text, code))

    async def _serve(self, message: Message, body: Body) -> None:
        if message.type == REQUEST_CHUNK:
            await self._close_stream(closed_call(body))
            return
        if message.type != INVOKE:
            raise RequestError(Code.NOT_FOUND, f"messages of type {message.type[:80]!r} are not served here")
        asked = read_invocation(body)
        if isinstance(asked, WriteLog):
            await self._write(message, asked)
        else:
            await self._follow(message, asked)

    async def _write(self, message: Message, asked: WriteLog) -> None:
        if not self._place.access.may_write:
            raise RequestError(Code.PERMISSION_DENIED, "developer.logs not granted")
        check_data(asked.data)
        # Two that say the same at the same time would be one.
        self._last_ns = max(self._place.clock.now_ns(), self._last_ns + 1)
        await self._writing.add(Written(message.id, self._last_ns, len(message.payload), asked))

    async def _follow(self, message: Message, asked: FollowLogs) -> None:
        place = self._place
        if not place.access.may_follow:
            raise RequestError(Code.PERMISSION_DENIED, "developer.logs not granted")
        if asked.call_id in self._streams:
            raise RequestError(Code.ALREADY_EXISTS, f"call {asked.call_id[:40]!r} is open already")
        if len(self._streams) >= MAX_STREAMS:
            raise OverloadError(f"{MAX_STREAMS} streams are open on this connection already")
        await place.note_following()
        # From here on nothing is missed: what comes behind the answer is told.
        subscription = place.subscribe()
        await self._outbox.answer(message.id, OPEN)
        place.traffic.note("requests", "followed")
        stream = follow(subscription, asked, self._outbox, mirrored=place.mirrored)
        task = asyncio.create_task(stream)
        self._streams[asked.call_id] = task
        task.add_done_callback(partial(self._forget, asked.call_id, subscription))

    def _forget(self, call_id: str, subscription: Subscription, task: asyncio.Task[None]) -> None:
        subscription.close()
        if self._streams.get(call_id) is task:
            del self._streams[call_id]

    async def _close_stream(self, call_id: str | None) -> None:
        # Clients close calls that were refused, too: a call that is not open is closed already.
        if call_id is not None and (stream := self._streams.get(call_id)) is not None:
            stream.cancel()
            await asyncio.wait([stream])
            await self._outbox.tell(RESPONSE_CHUNK, close_chunk(call_id))

    async def _watch(self) -> Ending:
        """Wait until the participant may be here no longer, or the server stops."""
        stopping = self._place.traffic.stopping
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), CHECK_S)
                return STOPPING
            try:
                await self._place.check()
            except FanlightError as error:
                return Ending(POLICY, error.code, str(error))
        return STOPPING

    async def _send_packet(self, packet: bytes) -> None:
        await self._send({"type": "websocket.send", "bytes": packet})


def _packet_of(event: Event) -> bytes:
    packet = event.get("bytes")
    if isinstance(packet, bytes):
        return packet
    raise MalformedError(Malformation.TEXT, "packets are binary, and this is text")


async def _first_of(
    listening: asyncio.Task[Ending],
    watching: asyncio.Task[Ending],
    sending: asyncio.Task[None],
    writing: asyncio.Task[None],
) -> Ending:
    """Why the connection ends: as soon as the first of its tasks does."""
    await asyncio.wait([listening, watching, sending, writing], return_when=asyncio.FIRST_COMPLETED)
    if sending.done():
        return UNREAD if isinstance(sending.exception(), TimeoutError) else GONE
    for task in (watching, listening):
        if task.done():
            return task.result()
    writing.result()
    raise AssertionError("what keeps logs never ends by itself")


async def _either(waiting: Awaitable[None], other: asyncio.Task[None]) -> None:
    waited = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait([waited, other], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waited.cancel()


async def _nowhere(_: bytes) -> None:
    """Answers that nobody takes."""
