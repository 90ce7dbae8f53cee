"""The host's side of one exporter: what waits for it, how it is doing, and when its process has to go."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections import Counter, deque
from collections.abc import Iterable

from fanlight.sdk.isolation import processes
from fanlight.sdk.isolation.breaker import Breaker
from fanlight.sdk.isolation.frames import CLOSE, EVENTS, Frame
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.page import BROKEN, READY, STARTING, Page
from fanlight.sdk.isolation.report import ExporterReport, State, Target
from fanlight.sdk.isolation.worker import FAULT, Post, work

KEPT_OUTPUT = 4096
_PIPE_BYTES = 1 << 20
_READ_AT_ONCE = 1 << 16


class Keeper:
    """One exporter and the process that it has at the moment.

    A frame is kept until the worker's page says that its last event is done, so that a new process goes on
    behind the event that the last one died of.
    """

    def __init__(self, target: Target, limits: Limits, path: list[str]) -> None:
        self.target = target
        self.limits = limits
        self.pid: int | None = None
        self.pidfd = self.events = self.output = -1
        self._path = path
        self._page = Page()
        self._breaker = Breaker(limits)
        self._unsent: deque[Frame] = deque()
        self._sent: deque[Frame] = deque()
        self._offset = 0
        self._backlog_bytes = 0
        self._skip = 0
        self._delivered = self._failed = self._starts = 0
        self._drops: Counter[str] = Counter()
        self._error: str | None = None
        self._printed = b""
        self._since = 0.0
        self._watched: tuple[int, int] = (0, 0)
        self._broken = False
        self._probe: int | None = None
        self._closing = False
        self._reason = ""

    # ── events

    def offer(self, made: Frame, now: float) -> None:
        """Take a frame, or count its events as dropped."""
        if made.kind == CLOSE:
            self._closing = True
            self._unsent.append(made)
            return
        reason = self._refuses(made, now)
        if reason:
            self._drops[reason] += made.events
            return
        self._backlog_bytes += len(made.data)
        self._unsent.append(made)

    def _refuses(self, made: Frame, now: float) -> str:
        if self._broken:
            return "cannot be made"
        if self._breaker.state == "open" and not self._breaker.retry(now):
            return "failed too often"
        if self._backlog_bytes + len(made.data) > self.limits.backlog_bytes:
            return "too slow"
        if self._breaker.state == "half_open":
            if self._probe is not None:
                return "failed too often"
            self._probe = made.last
        return ""

    @property
    def wants_to_write(self) -> bool:
        """Whether there is something for a running worker."""
        return self.pid is not None and bool(self._unsent)

    def write(self) -> None:
        """Write what the pipe takes."""
        while self._unsent:
            made = self._unsent[0]
            try:
                self._offset += os.write(self.events, memoryview(made.data)[self._offset :])
            except BlockingIOError:
                return
            except OSError:  # it has closed its end or is gone: its end will be seen
                return
            if self._offset < len(made.data):
                return
            self._offset = 0
            self._sent.append(self._unsent.popleft())

    # ── the process

    @property
    def needs_process(self) -> bool:
        """Whether a worker should be started now."""
        return self.pid is None and not self._broken and self._breaker.state != "open" and self._waiting()

    @property
    def over(self) -> bool:
        """Whether nothing more can come of it: closed and gone."""
        return self._closing and self.pid is None and not self.needs_process

    def start(self, now: float, others: Iterable[Keeper]) -> None:
        """Fork a worker."""
        read, write = os.pipe2(os.O_CLOEXEC)
        printed, prints = os.pipe2(os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._page = Page()
        self._watched, self._since = (0, STARTING), now
        self._starts += 1
        pid = os.fork()
        if pid == 0:
            for other in others:
                if other is not self:
                    other._page.close()
            work(
                Post(
                    target=self.target, limits=self.limits, page=self._page, events=read, output=prints,
                    path=self._path, skip=self._skip,
                )
            )  # fmt: skip
        os.close(read)
        os.close(prints)
        os.set_blocking(write, False)
        os.set_blocking(printed, False)
        self.pid, self.events, self.output = pid, write, printed
        self.pidfd = os.pidfd_open(pid)

    def read_output(self) -> None:
        """Keep the end of what it prints."""
        with contextlib.suppress(OSError):
            data = os.read(self.output, _READ_AT_ONCE)
            self._printed = (self._printed + data)[-KEPT_OUTPUT:]

    def watch(self, now: float) -> None:
        """See how far it is, and end it when a call takes too long."""
        self._acknowledge()
        page = self._page
        if page.failures_in_a_row and self._breaker.state == "closed":
            self._breaker.failing(page.failures_in_a_row, now)
            if self._breaker.state == "open":
                self._drop_unsent("failed too often")
        if self._probe is not None and page.done >= self._probe:
            self._probe = None
            if page.failures_in_a_row:
                self._breaker.refuted(now)
            else:
                self._breaker.succeeded()
        self._judge_time(now)

    def _judge_time(self, now: float) -> None:
        page = self._page
        doing = (page.call, page.phase)
        if doing != self._watched:
            self._watched, self._since = doing, now
            return
        if page.phase == STARTING and now - self._since > self.limits.start_s:
            self.end(f"was not made within {self.limits.start_s:g} s")
        elif page.call and now - self._since > self.limits.call_s:
            self.end(f"a call took longer than {self.limits.call_s:g} s")

    def measure(self) -> None:
        """End it when it and what it started take too much."""
        if self.pid is None:
            return
        if processes.threads(self.pid) > self.limits.threads:
            self.end(f"more than {self.limits.threads} threads")
            return
        tree = [self.pid, *processes.descendants(self.pid)]
        if len(tree) > self.limits.processes:
            self.end(f"more than {self.limits.processes} processes")
        elif sum(map(processes.threads, tree)) > self.limits.threads + self.limits.processes:
            self.end(f"more than {self.limits.threads} threads")
        elif sum(map(processes.resident_bytes, tree)) > self.limits.memory_bytes:
            self.end(f"more than {self.limits.memory_bytes >> 20} MiB of memory")

    def end(self, reason: str) -> None:
        """Kill it; `ended` follows."""
        if self.pid is not None:
            self._reason = reason
            processes.end(self.pid)

    def ended(self, status: int, now: float) -> None:
        """Its process is gone: settle what it leaves, and say what is to be sent again."""
        for descriptor in (self.events, self.output, self.pidfd):
            self._last_words(descriptor)
        self.pid, self.events, self.output, self.pidfd = None, -1, -1, -1
        page = self._page
        self._acknowledge()
        self._delivered += page.delivered
        self._failed += page.failed
        self._broken = page.phase == BROKEN
        clean = status == 0 and self._closing and not page.call and not self._waiting()
        if not clean:
            self._error = self._why(status)
        elif page.error:
            self._error = page.error
        if page.call:
            self._drops["its process ended"] += 1
        self._skip = max(page.done, page.call, self._skip)
        self._page, self._reason, self._probe, self._offset = Page(), "", None, 0
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self._trim()
        if self._broken:
            self._drop_unsent("cannot be made")
        elif not clean:
            self._breaker.died(now)
            if self._breaker.state == "open":
                self._drop_unsent("failed too often")

    def _why(self, status: int) -> str:
        """Why its process ended before its time."""
        page = self._page
        if self._reason:
            return self._reason
        if page.error and (page.phase == BROKEN or status == FAULT << 8):
            return page.error
        return f"its process {processes.ending(status)}" + (" inside a call" if page.call else "")

    def _waiting(self) -> bool:
        return any(made.kind == EVENTS for queue in (self._sent, self._unsent) for made in queue)

    def _last_words(self, descriptor: int) -> None:
        if descriptor == self.output:
            self.read_output()
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def _acknowledge(self) -> None:
        done = self._page.done
        while self._sent and self._sent[0].kind == EVENTS and self._sent[0].last <= done:
            self._backlog_bytes -= len(self._sent.popleft().data)

    def _trim(self) -> None:
        while self._unsent and self._unsent[0].kind == EVENTS and self._unsent[0].last <= self._skip:
            self._backlog_bytes -= len(self._unsent.popleft().data)

    def _drop_unsent(self, reason: str) -> None:
        """Give up what waits, but for the word to close and the rest of a frame that is half written."""
        kept: list[Frame] = []
        for index, made in enumerate(self._unsent):
            if made.kind == CLOSE or (index == 0 and self._offset):
                kept.append(made)
                continue
            self._backlog_bytes -= len(made.data)
            self._drops[reason] += made.last - max(made.first - 1, self._skip)
        self._unsent = deque(kept)

    def give_up(self) -> None:
        """The time to close is over: whatever was not done is lost, and counted."""
        for made in self._unsent:
            if made.kind == EVENTS:
                self._drops["not done before the end"] += made.last - max(made.first - 1, self._skip)
        self._unsent.clear()
        self._backlog_bytes = 0

    # ── what is said about it

    @property
    def state(self) -> State:
        """As in the report."""
        if self._broken:
            return "failed"
        if self._breaker.state != "closed":
            return "open" if self._breaker.state == "open" else "half_open"
        if self._closing and self.pid is None:
            return "stopped"
        ready = self._page.phase == READY or self._delivered
        return "healthy" if ready else "starting"

    def report(self) -> ExporterReport:
        """How it is doing now."""
        page = self._page
        return ExporterReport(
            name=self.target.name,
            place="process",
            state=self.state,
            last_error=self._reason or page.error or self._error or None,
            delivered=self._delivered + page.delivered,
            failed=self._failed + page.failed,
            dropped=sum(self._drops.values()),
            restarts=max(0, self._starts - 1),
            drops=dict(self._drops),
            output=self._printed.decode("utf-8", "replace"),
        )
