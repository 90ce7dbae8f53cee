"""Everything together under one seed: agents, a bad network, a server that dies, readers; and what must hold.

The code is the real one wherever it decides something. Simulated are time, the network's weather, the disk's
faults, the engine and the moments of death. One seed is one story, told again to the last byte.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fanlight.config import Config
from fanlight.ingest import crash
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.sdk.wire import Answer
from tests.property.simulation.agent import Agent
from tests.property.simulation.disk import BadDisk, Crash
from tests.property.simulation.engine import Engine, Key, keys_of
from tests.property.simulation.loop import VirtualClock, VirtualLoop
from tests.property.simulation.reader import Reader
from tests.property.simulation.server import Server

STORM_S = 20.0
"""How long there is weather."""

CALM_S = 600.0
"""By then everything has to be where it belongs; the longest pause of the SDK is half a minute."""

TIMEOUT_S = 5.0

EVENTS = (
    *(f"died at {point}" for point in crash.POINTS),
    "died at a moment of its own", "died in the middle of a write", "the power was cut",
    "segments of an earlier life were found", "a span came again and was stored once",
    "the engine failed for a moment", "the disk was full", "a flush failed", "a sender was put off",
    "a request was lost", "an answer was lost", "a request came twice", "an older request came later",
    "the server was away", "a request took too long", "an agent was killed", "an agent found a spool",
    "an agent's queue was full", "items were rejected beside good ones", "a reader resumed",
    "a slow reader was cut off", "a gap was told",
)  # fmt: skip
"""What has to happen in some of the stories, or they show nothing."""


class World:
    """One story. `run` tells it; `digest` is all that happened, as a hash."""

    def __init__(self, seed: int, place: Path, config: Config) -> None:
        self.seed, self._place, self._config = seed, place, config
        self.dice = random.Random(seed)
        self.reached: Counter[str] = Counter()
        self._hash = hashlib.sha256()
        self._server: Server | None = None
        self._is_calm = False
        self._crash_at: tuple[str, int] | None = None
        self.acked: set[Key] = set()
        self._late: set[asyncio.Task[None]] = set()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def run(self) -> None:
        """Raises AssertionError when something that must hold does not."""
        self._loop = VirtualLoop()
        try:
            with _dying_at(self._reach):
                self._loop.run_until_complete(self._story())
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            with suppress(BaseException):
                self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    def note(self, event: str) -> None:
        """Something happened."""
        self.reached[event] += 1
        self._tell(event)

    def _tell(self, what: str) -> None:
        self._hash.update(f"{self._loop.elapsed_s:.6f} {what}\n".encode())

    async def _story(self) -> None:
        dice, clock = self.dice, VirtualClock(self._loop)
        self._clock = clock
        self.engine = Engine(random.Random(dice.random()), clock, self.note)
        self.engine.failing = dice.choice((0.0, 0.0, 0.05))
        self._window_s = dice.choice((900.0, 900.0, 900.0, 4.0))
        self._harsh = dice.choice((0.02, 0.1, 0.3))
        self._begin_server()
        self.agents = [
            Agent(f"agent{n}", self._place / "spool", random.Random(dice.random()), self._exchange)
            for n in range(dice.choice((1, 2)))
        ]
        self.readers = [
            Reader(random.Random(dice.random()), lambda: self._server, self.note)
            for _ in range(dice.choice((1, 2)))
        ]
        work = [asyncio.ensure_future(reader.run()) for reader in self.readers]
        live = {agent: asyncio.ensure_future(self._live(agent)) for agent in self.agents}
        await self._weather(live)
        await self._settle()
        for task in [*work, *live.values()]:
            if task.done():
                task.result()
            task.cancel()
        self._check()

    async def _live(self, agent: Agent) -> None:
        while True:
            if not self._is_calm:
                for _ in range(self.dice.choice((0, 1, 1, 2, 9))):
                    had = len(agent.dropped)
                    agent.make()
                    if len(agent.dropped) > had:
                        self.note("an agent's queue was full")
            await agent.turn()
            await asyncio.sleep(self.dice.choice((0.04, 0.3, 1.0, 3.0)))

    async def _weather(self, live: dict[Agent, asyncio.Task[None]]) -> None:
        """Faults at moments of their own."""
        faults = (self._kill, self._kill, self._arm, self._arm, self._fill_disk, self._fail_sync, self._tear)
        while self._loop.elapsed_s < STORM_S:
            await asyncio.sleep(self.dice.uniform(0.1, 6.0))
            if self.dice.random() < 0.15:
                await self._kill_agent(live)
            elif self._server is not None:
                self.dice.choice(faults)()
        self._is_calm = True
        self._crash_at = None
        self.engine.failing = 0.0
        for reader in self.readers:
            reader.is_calm = True
        if self._server is not None:
            self._server.disk.is_full = self._server.disk.tears = self._server.disk.fails_sync = False

    def _kill(self) -> None:
        self.note("died at a moment of its own")
        self._end_server()

    def _arm(self) -> None:
        self._crash_at = (self.dice.choice(crash.POINTS), self.dice.randrange(1, 4))

    def _fill_disk(self) -> None:
        assert self._server is not None
        disk = self._server.disk
        disk.is_full = True
        self.note("the disk was full")
        self._loop.call_later(self.dice.uniform(0.5, 5.0), lambda: setattr(disk, "is_full", False))

    def _fail_sync(self) -> None:
        assert self._server is not None
        self._server.disk.fails_sync = True
        self.note("a flush failed")

    def _tear(self) -> None:
        assert self._server is not None
        self._server.disk.tears = True

    async def _kill_agent(self, live: dict[Agent, asyncio.Task[None]]) -> None:
        agent = self.dice.choice(self.agents)
        live[agent].cancel()
        await asyncio.sleep(0)
        agent.die()
        self.note("an agent was killed")
        if any(self._place.joinpath("spool").rglob("*.seg")):
            self.note("an agent found a spool")
        agent.begin()
        live[agent] = asyncio.ensure_future(self._live(agent))

    def _reach(self, point: str) -> None:
        """`crash.reach` of the code under test."""
        if self._crash_at is not None and point == self._crash_at[0]:
            self._crash_at = (point, self._crash_at[1] - 1)
            if self._crash_at[1] <= 0:
                self._crash_at = None
                self.note(f"died at {point}")
                raise Crash

    def _begin_server(self) -> None:
        self._server = None
        disk = BadDisk(random.Random(self.dice.random()))
        try:
            self._server = Server(
                self._place / "log", self.engine, disk, config=self._config, clock=self._clock,
                dice=random.Random(self.dice.random()), window_s=self._window_s, pause=self._pause,
                died=self._died,
            )  # fmt: skip
        except Crash:
            disk.die(power_cut=self.dice.random() < 0.3)
            self._loop.call_later(1.0, self._begin_server)
            return
        if self._server.log.backlog_bytes:
            self.note("segments of an earlier life were found")
        self._server.start()

    def _pause(self, seconds: float) -> bool:
        """The writer waits: time goes by for everybody."""
        assert self._server is not None
        self._loop.elapsed_s += seconds
        # Nothing else runs meanwhile; what would have made room makes it now.
        if self.dice.random() < 0.3:
            self._server.disk.is_full = False
        return False

    def _died(self) -> None:
        if self._server is not None and self._server.disk.tears:
            self.note("died in the middle of a write")
        self._end_server()

    def _end_server(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        power_cut = self.dice.random() < 0.4
        if power_cut:
            self.note("the power was cut")
        server.end(power_cut=power_cut)
        self._crash_at = None
        self._loop.call_later(self.dice.choice((0.2, 1.5, 8.0)), self._begin_server)

    async def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request of an agent, through the weather."""
        fate = self.dice.random() if not self._is_calm else 1.0
        await asyncio.sleep(self.dice.choice((0.0, 0.005, 0.2)))
        if fate < self._harsh / 3:
            self.note("a request was lost")
            await asyncio.sleep(self.dice.choice((0.0, TIMEOUT_S)))
            return Answer(status=0, reason="lost")
        if self._server is None:
            self.note("the server was away")
            return Answer(status=0, reason="refused")
        if fate < self._harsh / 2:
            self.note("a request came twice")
            self._late.add(asyncio.ensure_future(self._again(url, body, headers)))
        task = self._server.spawn(self._post(self._server, url, body, headers))
        done, _ = await asyncio.wait([task], timeout=TIMEOUT_S)
        if not done:
            self.note("a request took too long")
            return Answer(status=0, reason="timeout")
        if task.cancelled():
            return Answer(status=0, reason="reset")
        if self._harsh / 2 <= fate < self._harsh:
            return await self._without_answer()
        return task.result()

    async def _without_answer(self) -> Answer:
        """The server has it, and the agent never hears so: at once, or when it has waited long enough."""
        if self.dice.random() < 0.5:
            self.note("an answer was lost")
            return Answer(status=0, reason="reset")
        await asyncio.sleep(TIMEOUT_S)
        self.note("a request took too long")
        return Answer(status=0, reason="timeout")

    async def _again(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """The same request once more, behind what was sent since."""
        await asyncio.sleep(self.dice.uniform(0.0, 12.0))
        if self._server is not None:
            self.note("an older request came later")
            with suppress(asyncio.CancelledError):
                await self._server.spawn(self._post(self._server, url, body, headers))

    async def _post(self, server: Server, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        status, told, answer = await server.post(url, body, dict(headers))
        if status == 200:
            self.acked.update(self._good(body))
            if answer:
                self.note("items were rejected beside good ones")
        else:
            assert status == 503, (status, answer)
            assert float(told["retry-after"]) > 0
            self.note("a sender was put off")
        retry = told.get("retry-after")
        self._tell(f"answered {status} {url} {self._good(body)}")
        return Answer(status=status, body=answer, retry_after_s=float(retry) if retry else None)

    def _good(self, body: bytes) -> list[Key]:
        return [key for agent in self.agents for key in agent.keys_of(body)]

    async def _settle(self) -> None:
        """Wait until all is where it belongs."""
        until = self._loop.elapsed_s + CALM_S
        while not self._is_settled():
            assert self._loop.elapsed_s < until, f"never at rest: {self._state()}"
            await asyncio.sleep(0.5)

    def _is_settled(self) -> bool:
        server = self._server
        if server is None or server.log.backlog_bytes or any(agent.is_behind for agent in self.agents):
            return False
        last = max(self.engine.spans.values(), default=0)
        return all(reader.place >= last for reader in self.readers) and all(t.done() for t in self._late)

    def _state(self) -> dict[str, Any]:
        return {
            "backlog": self._server.log.backlog_bytes if self._server else None,
            "agents": [agent.is_behind for agent in self.agents],
            "readers": [reader.place for reader in self.readers],
            "stored": max(self.engine.spans.values(), default=0),
        }

    def _check(self) -> None:
        """G1 to G6, at the end of the story."""
        assert self._server is not None
        stored, parked = set(self.engine.spans), self._parked()
        made = set[Key]().union(*(agent.made for agent in self.agents))
        self._tell(f"{sorted(self.engine.spans.items())} {sorted(parked)} {sorted(self.acked)}")
        lost = self.acked - stored - parked
        assert not lost, f"G1: {len(lost)} acknowledged spans are nowhere: {sorted(lost)[:3]}"
        assert stored <= made, "G2: something is stored that nobody sent"
        waiting = sum(counts.waiting for counts in self._server.ledger.snapshot().signals)
        assert waiting == 0, f"G4: {waiting} items are said to wait, and nothing does"
        for agent in self.agents:
            gone = agent.made - stored - parked - agent.dropped - agent.may_be_lost
            assert not gone, f"G4: {len(gone)} spans are neither stored nor counted: {sorted(gone)[:3]}"
        for reader in self.readers:
            self._check_reader(reader)

    def _check_reader(self, reader: Reader) -> None:
        self._tell(f"{reader.start} {reader.seqs} {reader.gaps}")
        assert reader.seqs == sorted(set(reader.seqs)), "G6: out of order, or told twice"
        assert reader.start is not None
        gaps = [(int(gap["after"]), int(gap["next"])) for gap in reader.gaps]
        assert self._window_s < 900 or not gaps, f"G6: a gap inside the window: {reader.gaps}"
        due = {
            seq
            for seq in self.engine.spans.values()
            if seq > reader.start and not any(after < seq <= upto for after, upto in gaps)
        }
        missing = due - set(reader.spans)
        assert not missing, f"G6: {len(missing)} of {len(due)} were never told: {sorted(missing)[:3]}"

    def _parked(self) -> set[Key]:
        found: set[Key] = set()
        for path in (self._place / "log" / "parked").glob("*.parked"):
            content = path.read_bytes().partition(b"\n")[2]
            for row in framing.walk(content).records:
                plain = framing.decode(content, row, Signal.TRACES).plain
                found.update(keys_of(plain))
        return found


@contextmanager
def _dying_at(reach: Any) -> Iterator[None]:
    """The named points of the code lead here; what it would say into the process log is not said."""
    before, level = crash.reach, logging.root.manager.disable
    crash.reach = reach
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        crash.reach = before
        logging.disable(level)
