"""Starts one command, holds it to its limits, and leaves no process of it behind.

A process of its own between the runner and the agent, so that even a runner that is killed leaves no orphan:
the end of its control pipe (fd 0) ends everything. It is the subreaper of all that the agent starts, so that
a grandchild cannot escape by forking twice or by a session of its own.

fd 0 brings lines: first JSON with command, cwd, env, status_fd, agent_fds, time_s, memory_bytes, processes
(never in argv, which everybody can read), then orders: `stop <grace seconds>`. The ending is written to
status_fd as JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import time
from typing import Any

POLL_S = 0.1
GRACE_S = 5.0
LEAVING_S = 0.3
LEFTOVER_S = 0.5
PR_SET_CHILD_SUBREAPER = 36
OOM_SCORE = "800"
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ)


class Supervisor:
    """One command and everything that it starts."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.reason = "exited"
        self.status: int | None = None
        self.stops_at: float | None = None
        self.began = time.monotonic()
        self._next_look = 0.0
        self.pid = 0

    def start(self) -> None:
        """Start the command in a session of its own. Raises OSError."""
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        order, status_fd = self.order, self.order["status_fd"]
        failed_r, failed_w = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                try:
                    os.close(status_fd)
                    prepare(order)
                    os.execvpe(order["command"][0], order["command"], order["env"])  # noqa: S606
                except OSError as error:
                    os.write(failed_w, json.dumps([error.errno or 0, error.strerror or str(error)]).encode())
            os._exit(127)
        os.close(failed_w)
        with os.fdopen(failed_r, "rb") as failed:
            said = failed.read()
        # Nobody but the agent may hold its pipes open, else their readers never see an end.
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (1, 2):
            os.dup2(null, fd)
        for fd in order["agent_fds"]:
            os.close(fd)
        if said:
            os.waitpid(self.pid, 0)
            number, text = json.loads(said)
            raise OSError(number, text)

    def watch(self, orders: bytes) -> dict[str, Any]:
        """Wait for the end, within the limits. What it says is what the runner reads."""
        ended = wake_at_child_end()
        control = [0]
        while self.status is None:
            if b"\n" in orders:
                self._end("cancelled", _grace(orders))
                orders = b""
            ready = select.select([*control, ended], [], [], POLL_S)[0]
            if 0 in ready:
                data = os.read(0, 4096)
                orders += data
                if not data:
                    # The runner is gone.
                    control = []
                    self._end("cancelled", 0.0)
            if ended in ready:
                os.read(ended, 4096)
            self._reap()
            self._check()
        self._sweep()
        code = os.waitstatus_to_exitcode(self.status)
        return {
            "exit_code": code if code >= 0 else 128 - code,
            "signal": -code if code < 0 else None,
            "reason": self.reason,
        }

    def _check(self) -> None:
        now = time.monotonic()
        if self.status is not None:
            return
        if self.stops_at is not None:
            if now >= self.stops_at:
                kill_all()
            return
        if self.order["time_s"] is not None and now - self.began >= self.order["time_s"]:
            self._end("timeout", self.order["grace_s"])
            return
        if now >= self._next_look:
            self._next_look = now + POLL_S
            self._look()

    def _look(self) -> None:
        members = descendants()
        most = self.order["processes"]
        if most is not None and len(members) > most:
            self._end("processes", 0.0)
        memory = self.order["memory_bytes"]
        if memory is not None and sum(map(resident_bytes, members)) > memory:
            self._end("memory", 0.0)

    def _end(self, reason: str, grace_s: float) -> None:
        if self.stops_at is None:
            self.reason = reason
        self.stops_at = min(self.stops_at or float("inf"), time.monotonic() + grace_s)
        if grace_s > 0:
            signal_all(signal.SIGTERM)
        else:
            kill_all()

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.status = status

    def _sweep(self) -> None:
        """End whatever the agent left running."""
        # Who ends with the agent by itself (an exporter that flushes) may do so in peace.
        if not self._empties_within(LEAVING_S):
            signal_all(signal.SIGTERM)
            self._empties_within(LEFTOVER_S)
        while descendants():
            kill_all()
            self._reap()
            time.sleep(0.002)

    def _empties_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := bool(descendants())) and time.monotonic() < until:
            self._reap()
            time.sleep(0.005)
        return not left


def prepare(order: dict[str, Any]) -> None:
    """In the new process: session, folder, and the first one to go when memory is short."""
    os.setsid()
    for number in (*IGNORED, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
        score.write(OOM_SCORE)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.chdir(order["cwd"])


def descendants(below: int | None = None) -> list[int]:
    """Every process below this one, or below another one, zombies left out."""
    found: list[int] = []
    waiting = [os.getpid() if below is None else below]
    while waiting:
        for child in children_of(waiting.pop()):
            waiting.append(child)
            if not is_zombie(child):
                found.append(child)
    return found


def children_of(pid: int) -> list[int]:
    """Children of `pid`, of all its threads."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - the fastest there is
            found += map(int, read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def is_zombie(pid: int) -> bool:
    """Whether `pid` has ended and only waits for its parent."""
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return not fields or fields[0] in ("Z", "X")


def resident_bytes(pid: int) -> int:
    """Memory of `pid` alone: what it has in RAM less what it shares."""
    fields = read(f"/proc/{pid}/statm").split()
    return (int(fields[1]) - int(fields[2])) * PAGE_BYTES if fields else 0


def read(path: str) -> str:
    """A small file of /proc; empty when its process is gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - read many times a second
            return file.read()
    except OSError:
        return ""


PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def signal_all(number: int) -> None:
    """Send a signal to every descendant."""
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def kill_all() -> None:
    """SIGKILL, again and again until a fork bomb has nobody left to fork."""
    for _ in range(100):
        members = descendants()
        if not members:
            return
        # Stopped first, so that none of them forks while the others are killed.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in members:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)


def wake_at_child_end() -> int:
    """A descriptor that can be read whenever a child has ended."""
    ended, tell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    os.write(tell, b"\0")
    return ended


def _grace(orders: bytes) -> float:
    try:
        return float(orders.split()[1])
    except (IndexError, ValueError):
        return GRACE_S


def main() -> None:
    """Run what the first line of fd 0 orders."""
    said = b""
    while b"\n" not in said:
        if not (data := os.read(0, 65536)):
            return
        said += data
    line, _, rest = said.partition(b"\n")
    order = json.loads(line)
    status_fd = order["status_fd"]
    # Ctrl-C goes to the whole foreground group; it is the runner who decides what it means.
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    supervisor = Supervisor(order)
    try:
        supervisor.start()
        ending = supervisor.watch(rest)
    except OSError as error:
        ending = {"error": error.strerror or str(error)}
    shutil.rmtree(order["folder"], ignore_errors=True)
    os.write(status_fd, json.dumps(ending).encode())


if __name__ == "__main__":
    main()
