"""So many runs at once, so many waiting, and each of them settled exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from fanlight.api.executions import Executions
from fanlight.errors import ConflictError, OverloadError, TooManyTriesError
from fanlight.model.execution import Ending, Execution


@dataclass
class Process:
    """A process that ends when it is told to."""

    said: str = ""
    was_cancelled: bool = False
    ended: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def wait(self) -> int:
        return await self.ended

    async def cancel(self) -> None:
        self.was_cancelled = True
        if not self.ended.done():
            self.ended.set_result(1)


@dataclass
class Fake:
    """An executor whose processes a test holds in its hands."""

    started: dict[str, Process] = field(default_factory=dict)
    error: OSError | None = None

    async def start(self, request: bytes) -> Process:
        if self.error is not None:
            raise self.error
        run_id = msgspec.json.decode(request, type=Execution).run_id
        self.started[run_id] = Process()
        return self.started[run_id]


class Scene:
    """Executions, and what was settled."""

    def __init__(self, *, workers: int = 1, waiting: int = 1) -> None:
        self.executor = Fake()
        self.executions = Executions(self.executor, workers=workers, waiting=waiting)
        self.settled: list[tuple[str, Ending]] = []

    def submit(self, run_id: str, project: str = "shop") -> None:
        async def prepare() -> Execution:
            return Execution(
                run_id=run_id, project=project, agent="/a", input={}, timeout_s=1.0, url="http://x", key="k"
            )

        async def settle(ending: Ending) -> None:
            self.settled.append((run_id, ending))

        self.executions.submit(project, run_id, prepare, settle)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0)

    async def end(self, run_id: str, status: int = 0) -> None:
        await self.until(lambda: run_id in self.executor.started)
        self.executor.started[run_id].ended.set_result(status)
        await self.until(lambda: self.executions.find_project(run_id) is None)


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 20))  # type: ignore[arg-type]


def test_a_run_waits_for_its_turn_and_is_settled_with_the_status_of_its_process() -> None:
    async def story() -> None:
        scene = Scene()
        scene.submit("r1")
        scene.submit("r2", "other")
        await scene.until(lambda: "r1" in scene.executor.started)
        assert scene.executions.find_project("r2") == "other"
        assert list(scene.executor.started) == ["r1"]
        await scene.end("r1", 3)
        await scene.end("r2", -9)
        assert scene.settled == [("r1", Ending(exit_code=3)), ("r2", Ending(exit_code=-9))]

    play(story)


def test_nobody_gets_a_place_beyond_the_last_one_and_no_project_more_than_its_share() -> None:
    async def story() -> None:
        scene = Scene(workers=2, waiting=2)
        scene.submit("r1")
        scene.submit("r2")
        with pytest.raises(TooManyTriesError) as refused:
            scene.submit("r3")
        assert refused.value.retry_after_s > 0
        scene.submit("r3", "b")
        scene.submit("r4", "c")
        with pytest.raises(OverloadError) as full:
            scene.submit("r5", "d")
        assert full.value.retry_after_s > 0
        await scene.end("r1")
        scene.submit("r5", "d")

    play(story)


def test_the_same_run_is_not_started_twice() -> None:
    async def story() -> None:
        scene = Scene(workers=4)
        scene.submit("r1")
        with pytest.raises(ConflictError, match="started before"):
            scene.submit("r1")

    play(story)


def test_a_run_that_cannot_be_started_is_settled_all_the_same() -> None:
    async def story() -> None:
        scene = Scene()
        scene.executor.error = OSError("no such program")
        scene.submit("r1")
        await scene.until(lambda: bool(scene.settled))
        assert scene.settled == [
            ("r1", Ending(exit_code=None, said="the run could not be started: no such program"))
        ]

    play(story)


def test_a_server_that_stops_closes_what_goes_on_and_starts_nothing_more() -> None:
    async def story() -> None:
        scene = Scene()
        scene.submit("r1")
        scene.submit("r2", "other")
        await scene.until(lambda: "r1" in scene.executor.started)
        await scene.executions.close()
        assert [(run, ending.was_cancelled) for run, ending in scene.settled] == [("r1", True), ("r2", True)]
        assert list(scene.executor.started) == ["r1"]
        with pytest.raises(OverloadError):
            scene.submit("r3")

    play(story)
