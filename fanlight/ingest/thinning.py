"""Sampling once a run is over: by the writer's thread, a project at a time.

What waits in the log may say that a run failed after all. So nothing is decided while whole generations wait.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Protocol

from fanlight.errors import InvalidError
from fanlight.model.sampling import Sampling, threshold
from fanlight.model.signal import Signal
from fanlight.query.filter import compile_filter
from fanlight.store.contract import Store, Thinning

logger = logging.getLogger("fanlight.ingest.thinning")

MS = 1_000_000
MARGIN_MS = 60_000
"""Looks overlap by so much: summaries and marks are written a moment after what they name."""


class Counts(Protocol):
    """The part of the ledger that is kept here."""

    def thinned(self, signal: Signal, items: int, reason: str) -> None: ...


class Thinner:
    """The thinning of one server; `step` is a chore's work. `settings` gives what projects keep."""

    def __init__(
        self,
        store: Store,
        settings: Callable[[], Mapping[str, Sampling]],
        ledger: Counts,
        *,
        is_behind: Callable[[], bool],
    ) -> None:
        self._store = store
        self._settings = settings
        self._ledger = ledger
        self._is_behind = is_behind
        self._due: deque[tuple[str, Sampling]] = deque()
        self._looked: dict[str, tuple[Sampling, int]] = {}
        self._removed: Counter[str] = Counter()

    def removed_of(self, project: str) -> int:
        """Spans of a project that were removed since the server started."""
        return self._removed[project]

    def step(self, now_ns: int) -> bool:
        """Thin one project; False when each had its turn. Raises StoreError: done again the next time."""
        if self._is_behind():
            return False
        if not self._due:
            self._due.extend(
                (name, each) for name, each in sorted(self._settings().items()) if each.tail_rate < 1
            )
        if not self._due:
            return False
        project, sampling = self._due[0]
        self._thin(project, sampling, now_ns // MS)
        self._due.popleft()
        return bool(self._due)

    def _thin(self, project: str, sampling: Sampling, now_ms: int) -> None:
        try:
            kept = compile_filter(self._store, "runs", sampling.tail_keep).flat()
        except InvalidError:
            # A field may be gone with an update. What cannot be read keeps everything.
            logger.exception("project %s keeps everything: its filter tail_keep cannot be read", project)
            return
        before, looked_ms = self._looked.get(project, (sampling, 0))
        since_ms = looked_ms - MARGIN_MS if before == sampling and looked_ms else 0
        after_ms = int(sampling.tail_after_s * 1_000)
        gone = self._store.thin(
            Thinning(
                project_id=project,
                threshold=threshold(sampling.tail_rate),
                now_ms=now_ms,
                heard_until_ms=now_ms - after_ms,
                heard_from_ms=max(since_ms - after_ms, 0),
                marked_from_ms=max(since_ms, 0),
                keep=" AND ".join(kept.terms),
                parameters=kept.parameters,
            )
        )
        self._looked[project] = (sampling, now_ms)
        if gone:
            self._removed[project] += gone
            self._ledger.thinned(Signal.TRACES, gone, "tail")
            logger.info("%d spans of finished runs of project %s are not kept", gone, project)
