"""Repricing as a job: asked for by people, done by the writer's thread a day at a time between generations.

A job lives as long as the process. One that ended half-way left nothing half-done, and is asked for again.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field, replace

from msgspec.structs import replace as changed

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import InvalidError, NotFoundError, StoreError
from fanlight.model.price import JobState, RepriceProgress
from fanlight.store.contract import Repricing, RunKey, Store

logger = logging.getLogger("fanlight.ingest.repricing")

MAX_WAITING = 20
MAX_REMEMBERED = 100
_NOTHING: frozenset[RunKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    asked: Repricing
    progress: RepriceProgress
    days: tuple[str, ...] = field(default=())


class Repricer:
    """The jobs of one server. `ask` and `get` are for any thread, `step` is the writer's."""

    def __init__(self, store: Store, clock: Clock = SYSTEM) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque()
        self._jobs: dict[str, _Job] = {}
        self._next_id = clock.now_ns() // 1_000_000

    def ask(self, asked: Repricing) -> RepriceProgress:
        """Queue a job. Raises InvalidError when too many wait."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                raise InvalidError(f"{MAX_WAITING} jobs wait already", hint="ask again when they are done")
            self._next_id += 1
            job = str(self._next_id)
            self._jobs[job] = _Job(asked=asked, progress=RepriceProgress(job=job, state=JobState.WAITING))
            self._waiting.append(job)
            while len(self._jobs) > MAX_REMEMBERED:
                self._jobs.pop(next(iter(self._jobs)))
            return self._jobs[job].progress

    def get(self, project_id: str, job: str) -> RepriceProgress:
        """How far a job is. Raises NotFoundError, also for a job of another project."""
        with self._lock:
            found = self._jobs.get(job)
        if found is None or found.asked.project_id != project_id:
            raise NotFoundError(f"no job {job[:40]!r}", hint="a restart forgets jobs; ask again, it is safe")
        return found.progress

    def step(self) -> frozenset[RunKey]:
        """Do the next piece of work, when there is some; the runs that have to be summed up before the next.

        Raises StoreError when it may help to try again.
        """
        with self._lock:
            job = self._jobs[self._waiting[0]] if self._waiting else None
        if job is None:
            return _NOTHING
        try:
            done, runs = self._advance(job)
        except StoreError as error:
            if error.retryable:
                raise
            done, runs = self._failed(job, error), _NOTHING
        except Exception as error:
            logger.exception("repricing failed")
            done, runs = self._failed(job, error), _NOTHING
        with self._lock:
            self._jobs[done.progress.job] = done
            if done.progress.state in {JobState.DONE, JobState.FAILED}:
                self._waiting.popleft()
        return runs

    def _advance(self, job: _Job) -> tuple[_Job, frozenset[RunKey]]:
        progress = job.progress
        if progress.state is JobState.WAITING:
            days = tuple(self._store.priced_days(job.asked))
            running = RepriceProgress(job=progress.job, state=JobState.RUNNING, days=len(days))
            return replace(job, progress=running, days=days), _NOTHING
        if progress.days_done == len(job.days):
            # Asked again after the last day's runs were summed up.
            return self._with(job, state=JobState.DONE), _NOTHING
        did = self._store.reprice_day(job.asked, job.days[progress.days_done])
        told = self._with(
            job,
            days_done=progress.days_done + 1,
            spans=progress.spans + did.spans,
            runs=progress.runs + len(did.runs),
        )
        return told, did.runs

    def _failed(self, job: _Job, error: Exception) -> _Job:
        return self._with(job, state=JobState.FAILED, error=str(error)[:500])

    @staticmethod
    def _with(job: _Job, **changes: object) -> _Job:
        return replace(job, progress=changed(job.progress, **changes))
