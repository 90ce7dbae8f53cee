"""One participant's connection in memory: what comes in by hand, what goes out as messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanlight.access.gate import RoomAccess
from fanlight.api.room_ws.connection import Connection, Place
from fanlight.api.room_ws.traffic import Traffic
from fanlight.api.room_ws.writing import Written
from fanlight.clock import ManualClock
from fanlight.live.batch import Batch, Gap
from fanlight.model.project import ProjectScope
from fanlight.rooms.messages import Body, pack, unpack
from fanlight.rooms.packets import Assembler, Message, packets_of

OPEN = {"type": "control", "method": "open"}
CLOSE = {"type": "control", "method": "close"}
GREETINGS = 2


@dataclass(eq=False)
class Stream(AsyncIterator[Batch | Gap]):
    """Stands for a subscription."""

    items: asyncio.Queue[Batch | Gap | None] = field(default_factory=asyncio.Queue)
    is_closed: bool = False

    async def __anext__(self) -> Batch | Gap:
        found = await self.items.get()
        if found is None:
            raise StopAsyncIteration
        return found

    def close(self) -> None:
        self.is_closed = True


@dataclass(eq=False, kw_only=True)
class Talk:
    """A connection that goes on. `kept` are the batches of logs that the log took."""

    may_write: bool = True
    may_follow: bool = True
    failing: BaseException | None = None
    kept: list[list[Written]] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    closed: dict[str, Any] | None = None
    revoked: Exception | None = None
    takes: bool = True
    traffic: Traffic = field(default_factory=lambda: Traffic(10))

    def __post_init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self.keeping = asyncio.Event()
        self.keeping.set()
        self._assembler = Assembler()
        access = RoomAccess(scope=ProjectScope("p"), may_write=self.may_write, may_follow=self.may_follow)
        place = Place(
            room="lobby",
            room_url="ws://here/rooms/lobby",
            session="s1",
            participant="p1",
            access=access,
            keep=self._keep,
            subscribe=self._subscribe,  # type: ignore[arg-type]
            note_following=self._nothing,
            check=self._check,
            mirrored=True,
            traffic=self.traffic,
            clock=ManualClock(),
        )
        self.connection = Connection(place, self.incoming.get, self._send)

    async def _nothing(self) -> None: ...

    async def _check(self) -> None:
        if self.revoked is not None:
            raise self.revoked

    async def _keep(self, logs: Sequence[Written]) -> None:
        await self.keeping.wait()
        if self.failing is not None:
            raise self.failing
        self.kept.append(list(logs))

    def _subscribe(self) -> Stream:
        self.streams.append(Stream())
        return self.streams[-1]

    async def _send(self, event: Any) -> None:
        while not self.takes:
            await asyncio.sleep(3_600)
        if event["type"] == "websocket.close":
            self.closed = event
        elif (message := self._assembler.take(event["bytes"])) is not None:
            self.outgoing.put_nowait(message)

    def say(self, *packets: bytes) -> None:
        for packet in packets:
            self.incoming.put_nowait({"type": "websocket.receive", "bytes": packet})

    def ask(self, message_id: int, header: Mapping[str, Any], type_: str = "room.invoke_tool") -> None:
        self.say(*packets_of(Message(message_id, type_, pack(header))))

    def log(self, message_id: int, type_: str = "info", **data: Any) -> None:
        self.ask(message_id, invocation("log", {"type": "json", "json": {"type": type_, "data": data}}))

    def leave(self, code: int = 1000) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": code})

    async def told(self) -> tuple[int, str, Body]:
        """The next message: its id, type and body without the envelope."""
        message = await self.outgoing.get()
        body = unpack(message.payload)
        header = {key: value for key, value in body.header.items() if key != "__meshagent__"}
        return message.id, message.type, Body(header, body.data)

    async def answers(self, count: int) -> dict[int, Mapping[str, Any]]:
        """The next `count` answers, by the id of their request."""
        found: dict[int, Mapping[str, Any]] = {}
        while len(found) < count:
            message_id, type_, body = await self.told()
            assert type_ == "__response__"
            found[message_id] = body.header
        return found

    def rest(self) -> list[Message]:
        """What was told and not looked at."""
        return [self.outgoing.get_nowait() for _ in range(self.outgoing.qsize())]


def invocation(tool: str, arguments: Any, call_id: str = "c1", toolkit: str = "developer") -> dict[str, Any]:
    return {"toolkit": toolkit, "tool": tool, "arguments": arguments, "tool_call_id": call_id}


def play(story: Callable[[Talk], Awaitable[None]], **how: Any) -> Talk:
    """Greet a participant, let `story` go on with them, and wait until the connection has ended."""

    async def whole() -> Talk:
        talk = Talk(**how)
        async with asyncio.timeout(20):
            going = asyncio.create_task(talk.connection.talk())
            if talk.takes:
                assert [(await talk.told())[1] for _ in range(GREETINGS)] == ["room_ready", "connected"]
            await story(talk)
            await going
        return talk

    return asyncio.run(whole())
