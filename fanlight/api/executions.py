"""Executions: published agents that are run because somebody asked, so many at once, and so many waiting."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from fanlight.api.services import Executor, StartedRun
from fanlight.errors import ConflictError, OverloadError, TooManyTriesError
from fanlight.model.execution import Ending, Execution

logger = logging.getLogger("fanlight.api.executions")

RETRY_AFTER_S = 5

Prepare = Callable[[], Awaitable[Execution]]
"""Makes the request of a run once it is its turn."""

Settle = Callable[[Ending], Awaitable[None]]
"""Called when the process of a run has ended, however."""


@dataclass(slots=True)
class _Open:
    project: str
    task: asyncio.Task[None]
    process: StartedRun | None = None


class Executions:
    """The runs that this server makes. Used from its loop alone.

    `workers` of them go on at once and `waiting` more wait; one project has at most half of the places.
    """

    def __init__(self, executor: Executor, *, workers: int, waiting: int) -> None:
        self._executor = executor
        self._places = max(workers, 1) + max(waiting, 0)
        self._turns = asyncio.Semaphore(max(workers, 1))
        self._open: dict[str, _Open] = {}
        self._is_closed = False

    def find_project(self, run_id: str) -> str | None:
        """The project of a run that waits or goes on here; None for any other."""
        found = self._open.get(run_id)
        return found.project if found else None

    def submit(self, project: str, run_id: str, prepare: Prepare, settle: Settle) -> None:
        """Queue a run.

        Raises:
            OverloadError: every place is taken, or the server stops.
            TooManyTriesError: the project has its share of the places.
            ConflictError: a run of that id is here already.
        """
        if run_id in self._open:
            raise ConflictError(
                f"run {run_id} was started before", hint=f"follow it at /v1/runs/{run_id}/events"
            )
        if self._is_closed or len(self._open) >= self._places:
            raise OverloadError(
                f"{len(self._open)} runs go on or wait already",
                retry_after_s=RETRY_AFTER_S,
                hint="ask again, or raise FANLIGHT_EXECUTE_QUEUE",
            )
        shares = Counter(each.project for each in self._open.values())
        if self._places > 1 and shares[project] >= (self._places + 1) // 2:
            raise TooManyTriesError(
                f"{shares[project]} runs of project {project} go on or wait already",
                retry_after_s=RETRY_AFTER_S,
                hint="ask again when one has ended",
            )
        task = asyncio.create_task(self._run(run_id, prepare, settle), name=f"execution {run_id}")
        self._open[run_id] = _Open(project, task)

    async def _run(self, run_id: str, prepare: Prepare, settle: Settle) -> None:
        try:
            async with self._turns:
                ending = await self._make(run_id, prepare)
            await settle(ending)
        except Exception:
            logger.exception("run %s could not be settled", run_id)
        finally:
            del self._open[run_id]

    async def _make(self, run_id: str, prepare: Prepare) -> Ending:
        try:
            if self._is_closed:
                return Ending(
                    exit_code=None, said="the server stopped before it was its turn", was_cancelled=True
                )
            process = await self._executor.start(msgspec.json.encode(await prepare()))
        except Exception as error:  # whatever it is, the run that was promised has to be closed
            logger.warning("run %s did not start: %s", run_id, error)
            return Ending(exit_code=None, said=f"the run could not be started: {error}")
        self._open[run_id].process = process
        if self._stops():
            await process.cancel()
        status = await process.wait()
        return Ending(exit_code=status, said=process.said, was_cancelled=process.was_cancelled)

    def _stops(self) -> bool:
        return self._is_closed

    async def close(self) -> None:
        """Take no more, ask those that go on to close, and wait until all are settled."""
        self._is_closed = True
        processes = [each.process for each in self._open.values() if each.process is not None]
        await asyncio.gather(*(process.cancel() for process in processes), return_exceptions=True)
        await asyncio.gather(*(each.task for each in list(self._open.values())), return_exceptions=True)
