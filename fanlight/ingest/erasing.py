"""Erasing as a job: asked for by people, done by the writer's thread between generations, found again after a
restart.

What was asked for is erased at once, then again until nothing more turns up, because what was acknowledged
before may still have been on its way into the store. Last it is watched until the old files are gone.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog import deletions
from fanlight.catalog.database import Catalog
from fanlight.catalog.tables import DeletionRow
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError
from fanlight.model.deletion import DeletionState, Erased, Erasure

logger = logging.getLogger("fanlight.ingest.erasing")

AGAIN_S = 2.0
LOOK_EVERY_S = 10.0


class Erasing(Protocol):
    """The part of a store that is asked here."""

    def erase(self, asked: Erasure) -> Erased: ...

    def old_parts(self) -> frozenset[str]: ...


@dataclass(slots=True)
class _Work:
    """What is known of the deletion at hand. `parts` are the files to go, once nothing more turned up."""

    row: DeletionRow
    removed: Counter[str] = field(default_factory=Counter)
    parts: frozenset[str] | None = None


class Eraser:
    """The deletions of one server. `wake` is for any thread, `step` is the writer's."""

    def __init__(
        self,
        store: Erasing,
        catalog: Catalog,
        clock: Clock = SYSTEM,
        *,
        noted: Callable[[], None] = lambda: None,
    ) -> None:
        """`noted` is called whenever a deletion is further than it was."""
        self._noted = noted
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._asked = threading.Event()
        self._work: _Work | None = None
        self._due = clock.monotonic()

    def wake(self) -> None:
        """Something was asked for."""
        self._asked.set()

    def step(self) -> None:
        """Do the next piece, when it is time. What the store refuses is tried again later."""
        if self._asked.is_set():
            # What can still be read comes first: what is on its way out of the files goes on afterwards.
            self._asked.clear()
            self._work = None
        elif self._clock.monotonic() < self._due:
            return
        try:
            self._due = self._clock.monotonic() + self._advance()
        except (StoreError, SQLAlchemyError) as error:
            self._due = self._clock.monotonic() + self._refused(error)

    def _advance(self) -> float:
        """A step of the deletion at hand, and how long to wait for the next."""
        if self._work is None:
            row = deletions.next_deletion(self._catalog)
            if row is None:
                return LOOK_EVERY_S
            self._work = _Work(row, Counter(json.loads(row.removed)))
        work = self._work
        if work.parts is None:
            erased = self._store.erase(deletions.erasure_of(work.row))
            work.removed += Counter(erased.rows)
            if not erased.is_done:
                self._note(work, DeletionState(work.row.state))
                return 0.0
            if work.row.state == DeletionState.WAITING:
                self._note(work, DeletionState.UNREADABLE)
                self._work = None  # others may wait
                return 0.0 if self._others_wait() else AGAIN_S
            if erased.rows:
                self._note(work, DeletionState.UNREADABLE)
                return AGAIN_S
            work.parts = self._store.old_parts()
        work.parts &= self._store.old_parts()
        if work.parts:
            return AGAIN_S
        self._note(work, DeletionState.GONE)
        self._work = None
        return 0.0

    def _others_wait(self) -> bool:
        following = deletions.next_deletion(self._catalog)
        return following is not None and following.state == DeletionState.WAITING

    def _refused(self, error: Exception) -> float:
        """What may pass is tried again; what the store never takes is told to whoever asked."""
        logger.warning("erasing: %s", error)
        work, self._work = self._work, None
        if work is not None and isinstance(error, StoreError) and not error.retryable:
            self._note(work, DeletionState.FAILED, error=str(error)[:500])
        return LOOK_EVERY_S

    def _note(self, work: _Work, state: DeletionState, error: str = "") -> None:
        now_ns = self._clock.now_ns()
        work.row = deletions.note(
            self._catalog, work.row, state, removed=work.removed, now_ns=now_ns, error=error
        )
        self._noted()
