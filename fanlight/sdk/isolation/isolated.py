"""What a telemetry manager holds: hooks go in, and nothing ever comes back."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fanlight.sdk.isolation.feeder import Feeder
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.report import ExporterReport, Target
from fanlight.sdk.isolation.ring import Ring
from fanlight.sdk.isolation.walk import TEXT, copy_arguments

TOKEN_HOOK = "on_llm_new_token"  # noqa: S105 - a hook's name
_SHORT = 8 * 1024


class Isolated:
    """Exporters that cannot hurt the agent.

    Nothing is started before the first event. `on_change` gets each report that is new, on a thread of this
    object; what it raises is dropped.

    Example:
        >>> exporters = Isolated([Target(name="acme", value="acme_telemetry:Exporter")])
        >>> [report.state for report in exporters.reports()]
        ['starting']
        >>> exporters.close()
    """

    def __init__(
        self,
        targets: Sequence[Target],
        *,
        settings: Limits | None = None,
        on_change: Callable[[ExporterReport], None] | None = None,
    ) -> None:
        self._targets = tuple(targets)
        self._limits = settings or Limits()
        self._on_change = on_change
        self._known: dict[str, tuple[str, str | None]] = {}
        self._closed = False
        self._fresh()
        _alive.add(self)
        if targets:
            atexit.register(_close, weakref.ref(self))

    def _fresh(self) -> None:
        self._ring = Ring(self._limits.ring_events, self._limits.ring_bytes)
        self._feeder = Feeder(self._ring, self._targets, self._limits, self._tell)
        self._starting = threading.Lock()
        self._started = False

    def emit(self, hook: str, arguments: Mapping[str, object]) -> None:
        """Have every exporter's `hook` called with these arguments, later and elsewhere.

        Takes microseconds, never raises, never waits, runs no code of the arguments.
        """
        if self._closed or not self._targets:
            return
        try:
            if hook == TOKEN_HOOK and len(arguments) == 1 and type(text := arguments.get("token")) is str:
                full = self._ring.put_token(text if len(text) <= TEXT else text[:TEXT] + "…")
            else:
                full = self._put(hook, arguments)
            if full or self._feeder.idle or not self._started:
                self._attend()
        except Exception:  # telemetry never breaks its host
            self._ring.refuse()

    def _put(self, hook: str, arguments: Mapping[str, object]) -> bool:
        size = 64
        for value in arguments.values():
            if type(value) is not str or len(value) > _SHORT:
                break
            size += len(value)
        else:
            return self._ring.put(hook, {**arguments}, size)
        if self._ring.full:
            self._ring.refuse()
            return True
        packed, size = copy_arguments(dict(arguments))
        return self._ring.put(hook, packed, size + 64)

    def _attend(self) -> None:
        if self._started:
            self._feeder.wake()
        elif self._starting.acquire(blocking=False):
            self._started = True
            self._feeder.start()

    def close(self, timeout_s: float | None = None) -> None:
        """Let exporters have what was emitted, then end them; after `timeout_s` (1.5 s) whatever they do.

        Calling it again does nothing. What is emitted afterwards is dropped.
        """
        if self._closed:
            return
        self._closed = True
        if not self._started:
            return
        seconds = self._limits.close_s if timeout_s is None else timeout_s
        with contextlib.suppress(Exception):
            self._feeder.close(time.monotonic() + seconds)

    def reports(self) -> list[ExporterReport]:
        """How each exporter is doing, in the order of the targets."""
        feeder = self._feeder
        dropped = self._ring.dropped
        found = {report.name: report for report in feeder.reports()}
        return [self._complete(found[target.name], feeder, dropped) for target in self._targets]

    def _complete(self, report: ExporterReport, feeder: Feeder, dropped: int) -> ExporterReport:
        """With what was lost on this side of the pipe, and why there is no host."""
        lost = feeder.lost if report.place == "process" else 0
        drops = dict(report.drops or {})
        if dropped:
            drops["the agent's ring was full"] = dropped
        if lost:
            drops["no host process"] = lost
        report = replace(report, drops=drops, dropped=report.dropped + dropped + lost)
        if feeder.error is not None and report.place == "process":
            report = replace(report, state="failed", last_error=feeder.error)
        if self._closed and not self._started:
            report = replace(report, state="stopped")
        return report

    def _tell(self) -> None:
        if self._on_change is None:
            return
        for report in self.reports():
            said = (report.state, report.last_error)
            if self._known.get(report.name) != said:
                self._known[report.name] = said
                with contextlib.suppress(Exception):
                    self._on_change(report)

    def _after_fork(self) -> None:
        """In a forked child of the agent: let go of the parent's pipe; what is emitted starts anew."""
        line = self._feeder.line
        if line is not None:
            line.hang_up()
            with contextlib.suppress(OSError):
                os.close(line.life)
        self._known = {}
        self._fresh()


_alive: weakref.WeakSet[Isolated] = weakref.WeakSet()


def _close(reference: weakref.ref[Isolated]) -> None:
    if (isolated := reference()) is not None:
        isolated.close()


def _after_fork_in_child() -> None:
    for isolated in list(_alive):
        with contextlib.suppress(Exception):
            isolated._after_fork()


os.register_at_fork(after_in_child=_after_fork_in_child)
