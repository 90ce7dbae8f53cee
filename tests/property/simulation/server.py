"""One life of the server: the real receiver, log, writer, broker and stream, joined as in `server.py`."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fanlight.api.stream import EventStream, read_id
from fanlight.clock import Clock
from fanlight.config import Config
from fanlight.ingest.commit import Append, GroupCommit
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.log import Log
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.ingest.writer import Writer
from fanlight.live.broker import Broker
from fanlight.model.project import ProjectScope
from fanlight.otlp.limits import Limits
from tests.property.simulation.disk import BadDisk, Crash
from tests.property.simulation.engine import PROJECT, RUNS, Engine

SEGMENT_BYTES = 1_500
BACKLOG_BYTES = 8_000
SCOPE = ProjectScope(PROJECT)
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """`died` is called once, when a fault ended it."""

    def __init__(
        self, place: Path, engine: Engine, disk: BadDisk, *, config: Config, clock: Clock,
        dice: random.Random, window_s: float, pause: Callable[[float], bool], died: Callable[[], None],
    ) -> None:  # fmt: skip
        self.disk, self.engine = disk, engine
        self._dice, self._died = dice, died
        self._tasks: dict[asyncio.Task[Any], None] = {}  # in one order, which a set has not
        self._wake = asyncio.Event()
        self.is_dead = False
        wake = self._wake

        class Stepped(GroupCommit):
            """Commits when the scheduler says so."""

            def start(self) -> None:
                """Nothing: `step` is called."""

            def submit(self, append: Append) -> None:
                super().submit(append)
                wake.set()

        self.log = Log(
            place, segment_bytes=SEGMENT_BYTES, max_backlog_bytes=BACKLOG_BYTES, clock=clock, disk=disk,
            group_commit=Stepped,
        )  # fmt: skip
        stored = engine.last_seq()
        waiting = self.log.open(above_seq=stored)
        self.ledger = Ledger(clock)
        for generation in waiting:
            for segment in generation.segments:
                self.ledger.replayed(segment.signal, segment.items)
        first = [segment.first_seq for generation in waiting for segment in generation.segments]
        watermark = min([stored, *(seq - 1 for seq in first)])
        self.broker = Broker(
            engine.load, engine.oldest, count=engine.count, watermark=watermark, horizon=stored,
            window_s=window_s, clock=clock, max_events=40, chunk=25, batch_events=5,
        )  # fmt: skip
        self.writer = Writer(
            self.log, engine, announce=self.broker.advance, ledger=self.ledger, config=config, clock=clock,  # type: ignore[arg-type]
            pause=pause,
        )  # fmt: skip
        self.app = OtlpHttp(lambda *_: PROJECT, self.log.append, Limits(), self.ledger)
        self.writer.open()

    def start(self) -> None:
        """Begin to commit and to write."""
        self.spawn(self._commit())
        self.spawn(self._write())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that ends with this server."""
        task = asyncio.ensure_future(work)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    async def _commit(self) -> None:
        assert self.log._commits is not None
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._dice.choice((0.0, 0.001, 0.02)))  # others come meanwhile
            self._wake.clear()
            self._guarded(self.log._commits.step)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(self._dice.choice((0.01, 0.05, 0.2, 1.0, 4.0)))
            self._guarded(self.writer.turn)

    def _guarded(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except Crash:
            self._died()

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """What the receiver answers."""
        told: dict[str, Any] = {"body": b""}

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            told.update({name: value for name, value in message.items() if name != "type"})

        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": urlsplit(url).path, "headers": coded}
        await self.app(scope, receive, send)
        return (
            told["status"],
            {name.decode(): value.decode() for name, value in told["headers"]},
            told["body"],
        )

    def open_stream(self, last_id: str | None, connection: Any) -> asyncio.Task[Any]:
        """The stream of everything, as `api/stream.py` opens it."""
        after, reason = read_id(last_id, self.engine.epoch)
        assert reason is None
        stream = EventStream(
            lambda: self.broker.subscribe(SCOPE, RUNS, after), self.engine.epoch, lambda: None
        )
        return self.spawn(stream({"type": "http"}, connection.receive, connection.send))

    def end(self, *, power_cut: bool) -> None:
        """kill -9."""
        self.is_dead = True
        self.disk.die(power_cut=power_cut)
        for feed in self.broker._feeds.values():
            if feed.task is not None:
                feed.task.cancel()
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(Exception):
            self.broker._workers.shutdown(wait=False)
