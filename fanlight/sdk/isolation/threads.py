"""An exporter in a thread of the agent, for one that must share its memory and was set there by name."""

from __future__ import annotations

import contextlib
import importlib
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from fanlight.sdk.charm.hooks import missing_hooks
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.report import ExporterReport, State, Target
from fanlight.sdk.isolation.ring import Event, Token
from fanlight.sdk.isolation.walk import restore

TOKEN_HOOK = "on_llm_new_token"  # noqa: S105 - a hook's name


class Threaded:
    """Calls one exporter on a thread of its own. It cannot be killed, so a call that hangs is only said."""

    def __init__(self, target: Target, limits: Limits) -> None:
        self.target = target
        self._limits = limits
        self._queue: deque[Token | Event] = deque()
        self._ready = threading.Semaphore(0)
        self._closing = False
        self._state: State = "starting"
        self._error: str | None = None
        self._delivered = self._failed = self._dropped = self._in_a_row = 0
        self._since: float | None = None
        self._retry_at, self._retry_s = 0.0, limits.retry_s
        self._thread = threading.Thread(target=self._run, name=f"fanlight-{target.name}", daemon=True)

    def start(self) -> None:
        """Begin to make the exporter."""
        self._thread.start()

    def put(self, entries: Sequence[Token | Event]) -> None:
        """Leave entries for it; what does not fit is counted."""
        room = max(0, self._limits.ring_events - len(self._queue))
        self._queue.extend(entries[:room])
        self._dropped += len(entries) - min(room, len(entries))
        self._ready.release()

    def close(self) -> None:
        """Have it end behind what waits."""
        self._closing = True
        self._ready.release()

    def wait(self, deadline: float) -> None:
        """Wait for its end."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._thread.is_alive():
            self._dropped += len(self._queue)
            self._error = self._error or "did not end in time"

    def report(self) -> ExporterReport:
        """How it is doing now."""
        hangs = self._since is not None and time.monotonic() - self._since > self._limits.call_s
        return ExporterReport(
            name=self.target.name,
            place="thread",
            state="open" if hangs else self._state,
            last_error=f"a call takes longer than {self._limits.call_s:g} s" if hangs else self._error,
            delivered=self._delivered,
            failed=self._failed,
            dropped=self._dropped,
            drops={"full": self._dropped} if self._dropped else {},
        )

    def _run(self) -> None:
        try:
            exporter = self._make()
        except BaseException as error:
            self._error, self._state = f"cannot be made: {_describe(error)}", "failed"
            exporter = None
        else:
            self._state = "healthy"
            self._error = missing_hooks(exporter) or None
        while not (self._closing and not self._queue):
            self._ready.acquire()
            while self._queue:
                entry = self._queue.popleft()
                if exporter is None:
                    self._dropped += 1
                else:
                    self._deliver(exporter, entry)
        for name in ("flush", "shutdown"):
            with contextlib.suppress(BaseException):
                getattr(exporter, name, lambda: None)()
        if exporter is not None:
            self._state = "stopped"

    def _make(self) -> Any:
        module, _, name = self.target.value.partition(":")
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return found()

    def _deliver(self, exporter: Any, entry: Token | Event) -> None:
        now = time.monotonic()
        if self._state == "open":
            if now < self._retry_at:
                self._dropped += 1
                return
            self._state = "half_open"
        self._since = now
        try:
            if type(entry) is Token:
                hook, arguments = TOKEN_HOOK, {"token": entry.text}
            else:
                hook, arguments = entry.hook, restore(entry.arguments)  # type: ignore[union-attr]
            found = getattr(exporter, hook, None)
            if found is not None:
                found(**arguments)
        except BaseException as error:
            self._error = f"{hook}: {_describe(error)}"
            self._failed += 1
            self._fail(now)
        else:
            self._delivered += 1
            self._in_a_row = 0
            if self._state == "half_open":
                self._state, self._retry_s = "healthy", self._limits.retry_s
        self._since = None

    def _fail(self, now: float) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self._limits.most_failures or self._state == "half_open":
            self._state, self._retry_at = "open", now + self._retry_s
            self._retry_s = min(2 * self._retry_s, self._limits.longest_retry_s)


def _describe(error: BaseException) -> str:
    with contextlib.suppress(BaseException):
        return f"{type(error).__name__}: {error}"[:1000]
    return type(error).__name__
