"""What waits to be sent to one participant."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fanlight.rooms.messages import Body, pack
from fanlight.rooms.packets import Message, packets_of
from fanlight.rooms.toolkits import RESPONSE

MAX_BYTES = 1024 * 1024
SEND_TIMEOUT_S = 10.0
"""A client that takes nothing for so long is cut off."""

SendBytes = Callable[[bytes], Awaitable[None]]


class Outbox:
    """Messages for one participant, in their order, bounded by `MAX_BYTES`; whoever has more waits.

    Answers have the id of their request; what the server sends of its own is numbered by it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._changed = asyncio.Condition()
        self._last_id = 0
        self._is_busy = False

    async def answer(self, message_id: int, content: Mapping[str, Any]) -> None:
        """Answer the request that has this id. Waits while too much waits already."""
        await self._put(Message(message_id, RESPONSE, pack(content)))

    async def tell(self, type_: str, body: Body) -> None:
        """Send a message that nobody asked for. Waits while too much waits already."""
        self._last_id += 1
        await self._put(Message(self._last_id, type_, pack(body.header, body.data)))

    async def _put(self, message: Message) -> None:
        async with self._changed:
            # One that is larger than the bound goes when it is alone.
            await self._changed.wait_for(lambda: not self._waiting or self._bytes < MAX_BYTES)
            self._waiting.append(message)
            self._bytes += len(message.payload)
            self._changed.notify_all()

    async def run(self, send: SendBytes) -> None:
        """Send what comes, for ever.

        Raises:
            TimeoutError: the client takes nothing.
            OSError: it is gone.
        """
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._waiting))
                message = self._waiting.popleft()
                self._bytes -= len(message.payload)
                self._is_busy = True
                self._changed.notify_all()
            async with asyncio.timeout(SEND_TIMEOUT_S):
                for packet in packets_of(message):
                    await send(packet)
            async with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    async def emptied(self) -> None:
        """Wait until everything was sent."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._waiting and not self._is_busy)
