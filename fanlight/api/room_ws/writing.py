"""Developer logs of one participant, on their way into the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fanlight.api.room_ws.outbox import Outbox
from fanlight.api.room_ws.traffic import Traffic
from fanlight.errors import FanlightError
from fanlight.rooms.toolkits import EMPTY, Code, WriteLog, error_content

logger = logging.getLogger("fanlight.api.room_ws")

MAX_WAITING = 512
MAX_WAITING_BYTES = 4 * 1024 * 1024
"""Whoever has more unanswered than this is not read from until the log has it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One developer log as it came: when, and by which message."""

    message_id: int
    at_ns: int
    size_bytes: int
    log: WriteLog


Keep = Callable[[Sequence[Written]], Awaitable[None]]
"""Returns once the log has them all. Raises FanlightError or OSError when it has none of them."""


class Writing:
    """All logs that wait become one request; each is answered after the log has it, in order."""

    def __init__(self, keep: Keep, outbox: Outbox, traffic: Traffic) -> None:
        self._keep = keep
        self._outbox = outbox
        self._traffic = traffic
        self._waiting: list[Written] = []
        self._bytes = 0
        self._is_busy = False
        self._changed = asyncio.Condition()

    async def add(self, written: Written) -> None:
        """Take one more; waits while too many are unanswered."""
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._waiting.append(written)
            self._bytes += written.size_bytes
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return len(self._waiting) < MAX_WAITING and self._bytes < MAX_WAITING_BYTES

    async def run(self) -> None:
        """Keep and answer what comes, for ever."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._waiting))
                taken, self._waiting, self._bytes, self._is_busy = self._waiting, [], 0, True
                self._changed.notify_all()
            await self._ship(taken)
            async with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    async def _ship(self, taken: Sequence[Written]) -> None:
        content, became = EMPTY, "kept"
        try:
            await self._keep(taken)
        except FanlightError as error:
            content, became = error_content(str(error), Code.OPERATION_FAILED), error.code
        except OSError as error:
            logger.exception("developer logs cannot be kept")
            text = f"the log cannot be written: {error.strerror}"
            content, became = error_content(text, Code.OPERATION_FAILED), "disk"
        except Exception:
            logger.exception("developer logs were not kept")
            text = "the server failed; its log tells more"
            content, became = error_content(text, Code.OPERATION_FAILED), "internal"
        for each in taken:
            self._traffic.note("requests", became)
            await self._outbox.answer(each.message_id, content)

    async def finished(self) -> None:
        """Wait until everything that was taken is kept, or refused, and its answer is on its way."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._waiting and not self._is_busy)
