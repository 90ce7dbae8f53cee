"""The host: a trusted process between the agent and the workers. It ends when the agent does."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from fanlight.sdk.isolation import kernel, processes
from fanlight.sdk.isolation.board import Board
from fanlight.sdk.isolation.descriptors import AGENT, BOARD, EVENTS, LIFE
from fanlight.sdk.isolation.frames import CLOSE, SETUP, Frame, Frames, frame
from fanlight.sdk.isolation.keeper import Keeper
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.record import Record
from fanlight.sdk.isolation.report import Target

WATCH_S, MEASURE_S = 0.02, 0.1
_READ_AT_ONCE = 1 << 20
_SHUT = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Host:
    """The loop: frames in, frames out to every worker, and an eye on each of them."""

    def __init__(self) -> None:
        self._board = Board(BOARD)
        self._frames = Frames()
        self._keepers: list[Keeper] = []
        self._limits = Limits()
        self._record: Record | None = None
        self._deadline: float | None = None
        self._said: list[Any] = []
        self._watched = self._measured = 0.0
        self._reading = True

    def run(self) -> None:
        """Until the agent has closed or gone, and the workers with it."""
        while not self._over():
            ready = self._wait()
            now = time.monotonic()
            if self._reading and (EVENTS in ready or AGENT in ready):
                self._receive(now, last=AGENT in ready)
            for keeper in self._keepers:
                if keeper.needs_process:
                    keeper.start(now, self._keepers)
                if keeper.wants_to_write:
                    keeper.write()
            self._look(now, {fd for fd in ready if fd not in (EVENTS, AGENT)})
        self._finish()

    def _over(self) -> bool:
        if self._deadline is None:
            return False
        return time.monotonic() > self._deadline or all(keeper.over for keeper in self._keepers)

    def _wait(self) -> set[int]:
        poll = select.poll()
        if self._reading:
            poll.register(EVENTS, select.POLLIN)
            poll.register(AGENT, select.POLLIN)
        for keeper in self._keepers:
            if keeper.pid is not None:
                poll.register(keeper.pidfd, select.POLLIN)
                if keeper.wants_to_write:
                    poll.register(keeper.events, select.POLLOUT)
        busy = any(keeper.pid is not None or keeper.needs_process for keeper in self._keepers)
        return {fd for fd, _ in poll.poll(WATCH_S * 1000 if busy else 1000)}

    def _receive(self, now: float, *, last: bool) -> None:
        while True:
            try:
                data = os.read(EVENTS, _READ_AT_ONCE)
            except BlockingIOError:
                if last:  # the agent is gone, and a child of it may hold the pipe open: this was everything
                    self._close(now)
                return
            for made in self._frames.feed(data):
                self._take(made, now)
            if not data:
                self._close(now)
                return
            if not last:
                return

    def _take(self, made: Frame, now: float) -> None:
        if made.kind == SETUP:
            self._set_up(made.items())
        elif made.kind == CLOSE:
            self._close(now)
        else:
            for keeper in self._keepers:
                keeper.offer(made, now)

    def _set_up(self, given: Mapping[str, Any]) -> None:
        known = {field.name for field in fields(Limits)}
        limits = {key: value for key, value in given["limits"].items() if key in known}
        folder = Path(limits.pop("folder")) if limits.get("folder") else None
        self._limits = Limits(**{**limits, "folder": folder})
        self._keepers = [
            Keeper(Target(name=name, value=value), self._limits, list(given["path"]))
            for name, value in given["targets"]
        ]
        self._record = Record(folder, given["pid"], given["agent"]) if folder else None

    def _close(self, now: float) -> None:
        self._reading = False
        if self._deadline is None:
            self._deadline = now + self._limits.host_close_s
            for keeper in self._keepers:
                keeper.offer(frame(CLOSE, 0, 0, None), now)
                keeper.write()

    def _look(self, now: float, gone: set[int]) -> None:
        """Watch the workers: each ended one at once, the rest some times a second."""
        for keeper in self._keepers:
            if keeper.pidfd in gone and keeper.pid is not None:
                self._bury(keeper, now)
        if now - self._watched < WATCH_S:
            return
        self._watched = now
        for keeper in self._keepers:
            if keeper.pid is not None:
                # Read here and not when there is something: a flood of output has to wait for this.
                keeper.read_output()
                keeper.watch(now)
        if now - self._measured >= MEASURE_S:
            self._measured = now
            for keeper in self._keepers:
                keeper.measure()
            processes.end_all_but(self._pids(), seconds=0.05)
        self._say()

    def _bury(self, keeper: Keeper, now: float) -> None:
        pid = keeper.pid
        if pid is None or (status := processes.reap(pid)) is None:
            return
        processes.end_all_but(self._pids() - {pid})
        keeper.ended(status, now)

    def _pids(self) -> set[int]:
        return {keeper.pid for keeper in self._keepers if keeper.pid is not None}

    def _say(self) -> None:
        reports = [keeper.report() for keeper in self._keepers]
        if reports != self._said:
            self._said = reports
            self._board.write(reports)
            if self._record is not None:
                self._record.write(reports, time.monotonic())

    def _finish(self) -> None:
        for keeper in self._keepers:
            keeper.end(f"did not end within {self._limits.host_close_s:g} s")
        processes.end_all_but(())
        for keeper in self._keepers:
            if keeper.pid is not None:
                keeper.ended(signal.SIGKILL, time.monotonic())
            keeper.give_up()
        reports = [keeper.report() for keeper in self._keepers]
        self._board.write(reports)
        if self._record is not None:
            self._record.write(reports, None)


def main() -> None:
    """What `entry.py` runs."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(LIFE + 1, os.sysconf("SC_OPEN_MAX"))
    kernel.adopt_orphans()
    os.set_blocking(EVENTS, False)
    for descriptor in (EVENTS, AGENT, BOARD, LIFE):
        os.set_inheritable(descriptor, False)
    sys.setswitchinterval(0.1)
    with contextlib.suppress(KeyboardInterrupt):
        Host().run()
