"""A reader of the stream that is cut off, stalls and resumes; and what it was told, in order."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from fanlight.errors import OverloadError
from tests.e2e.reliability.readers import messages
from tests.property.simulation.server import Server

ROOM = 3
"""Pieces that fit into the way between: who reads slowly holds the sender up."""


class Connection:
    """One connection of a reader, as the server's application sees it."""

    def __init__(self) -> None:
        self.pieces: deque[bytes] = deque()
        self.is_closed = False
        self._moved = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        while not self.is_closed:
            await self.moved()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        while len(self.pieces) >= ROOM and not self.is_closed:
            await self.moved()
        if message["type"] == "http.response.body" and message["body"]:
            self.pieces.append(message["body"])
            self.stir()

    async def moved(self) -> None:
        """Wait until something happens on it."""
        moved = self._moved
        await moved.wait()

    def stir(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def close(self) -> None:
        self.is_closed = True
        self.stir()


class Reader:
    """`start` is the place behind which it has to be told everything."""

    def __init__(
        self, dice: random.Random, server: Callable[[], Server | None], reached: Callable[[str], None]
    ) -> None:
        self._dice, self._server, self._reached = dice, server, reached
        self._last_id: str | None = None
        self.start: int | None = None
        self.seqs: list[int] = []
        self.spans: list[int] = []
        self.gaps: list[dict[str, Any]] = []
        self.is_calm = False

    @property
    def place(self) -> int:
        return int(self._last_id.rpartition(".")[2]) if self._last_id else -1

    async def run(self) -> None:
        """Connect, read, lose the connection, and again."""
        while True:
            server = self._server()
            if server is None:
                await asyncio.sleep(0.3)
                continue
            connection = Connection()
            talk = server.open_stream(self._last_id, connection)
            try:
                await self._read(connection, talk)
            except OverloadError:
                await asyncio.sleep(1)
            finally:
                connection.close()
            await asyncio.sleep(self._dice.choice((0.0, 0.1, 1.0)))

    async def _read(self, connection: Connection, talk: asyncio.Task[Any]) -> None:
        if self._last_id:
            self._reached("a reader resumed")
        patience = self._dice.randrange(1, 15)
        buffered: list[bytes] = []
        while not talk.done() or connection.pieces:
            if not connection.pieces:
                waiting = asyncio.ensure_future(connection.moved())
                await asyncio.wait([waiting, talk], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                continue
            piece = connection.pieces.popleft()
            connection.stir()
            patience -= 1
            if patience == 0 and not self.is_calm:
                fate = self._dice.randrange(3)
                if fate == 0:  # the connection breaks in the middle of a message
                    self._take([*buffered, piece[: self._dice.randrange(len(piece))]])
                    return
                if fate == 1:  # it reads nothing for a while, and may be cut off
                    await asyncio.sleep(self._dice.choice((2.0, 25.0)))
                    if talk.done():
                        self._reached("a slow reader was cut off")
            self._take([piece])

    def _take(self, pieces: list[bytes]) -> None:
        for message in messages(iter(pieces)):
            if message.get("event") == "gap":
                self.gaps.append(json.loads(message["data"]))
                self._reached("a gap was told")
            elif "data" in message:
                for event in json.loads(message["data"]):
                    self.seqs.append(int(event["seq"]))
                    self.spans += [int(event["seq"])] if event["type"] == "span" else []
            self._last_id = message.get("id", self._last_id)
            if self.start is None:
                self.start = self.place
