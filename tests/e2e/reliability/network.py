"""A bad network between a client and a server: a TCP proxy that does to each connection what a seed says."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from enum import Enum

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a reset."""


class Fate(Enum):
    """What becomes of a connection."""

    RESET_IN_BODY = "reset in the middle of a request"
    LOSE_ANSWER = "reset after the server has answered, before the client hears it"
    CUT_ANSWER = "closed in the middle of the answer"
    SILENT = "half open: nothing more goes through, and nobody is told"
    PIECES = "every request goes through byte by byte at first"
    WHOLE = "nothing happens"


FAULTS = (Fate.RESET_IN_BODY, Fate.LOSE_ANSWER, Fate.CUT_ANSWER, Fate.SILENT, Fate.PIECES)


class BadNetwork:
    """The proxy, on a thread of its own; `port` is where clients connect.

    `fates` counts what struck, not what a connection was spared because it ended before. After `calm()`
    connections stay whole, and those that were silent are reset.
    """

    def __init__(self, *, to_port: Callable[[], int], seed: int) -> None:
        self.fates: Counter[Fate] = Counter()
        self._meant: Counter[Fate] = Counter()
        self.port = 0
        self._to_port = to_port
        self._dice = random.Random(seed)
        self._is_calm = False
        self._loop = asyncio.new_event_loop()
        self._talks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> BadNetwork:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def calm(self) -> None:
        """The weather is good from now on."""
        self._is_calm = True
        self._loop.call_soon_threadsafe(lambda: [talk.cancel() for talk in self._talks])

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _fate(self) -> Fate:
        # Each in turn, in an order of its own: a short run meets all of them.
        if self._is_calm:
            return Fate.WHOLE
        least = min(self._meant[fate] for fate in FAULTS)
        fate = self._dice.choice([fate for fate in FAULTS if self._meant[fate] == least])
        self._meant[fate] += 1
        return fate

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        fate = self._fate()
        try:
            there = await asyncio.open_connection("127.0.0.1", self._to_port())
        except OSError:
            writer.transport.abort()
            self._talks.discard(talk)
            return
        try:
            await self._carry(fate, (reader, writer), there)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            _reset(writer)
            _reset(there[1])
            self._talks.discard(talk)

    async def _carry(
        self,
        fate: Fate,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Both ways, until one side ends or fate strikes."""
        # In the first round each fate strikes soon, so that a short run meets all of them.
        is_first = self._meant.total() <= len(FAULTS)
        last = self._dice.randrange(20, 300 if is_first else 3_000)
        spared = 0 if is_first else self._dice.randrange(3)
        there = asyncio.ensure_future(self._forth(fate, client[0], server[1], last))
        back = asyncio.ensure_future(self._back(fate, server[0], client[1], spared))
        try:
            done, _ = await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)

    async def _forth(
        self, fate: Fate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, last: int
    ) -> None:
        carried = 0
        while data := await reader.read(65_536):
            if fate is Fate.RESET_IN_BODY and carried + len(data) > last:
                self.fates[fate] += 1
                writer.write(data[: last - carried])
                await writer.drain()
                return
            if fate is Fate.SILENT and carried + len(data) > last:
                self.fates[fate] += 1
                writer.write(data[: last - carried])
                await asyncio.Event().wait()
            if fate is Fate.PIECES and carried < 200:
                self.fates[fate] += carried == 0
                for at in range(min(100, len(data))):
                    writer.write(data[at : at + 1])
                    await asyncio.sleep(0.001)
                data, carried = data[100:], carried + 100
            writer.write(data)
            await writer.drain()
            carried += len(data)

    async def _back(
        self, fate: Fate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spared: int
    ) -> None:
        while data := await reader.read(65_536):
            if fate in (Fate.LOSE_ANSWER, Fate.CUT_ANSWER) and spared == 0:
                self.fates[fate] += 1
                if fate is Fate.CUT_ANSWER:
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                return
            spared -= 1
            writer.write(data)
            await writer.drain()
            if fate is Fate.PIECES and spared < -3:
                return


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if found is not None and found.fileno() >= 0:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
