"""Runs the published script `meshagent`, programs of MeshAgent's SDK, and our own script beside them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fanlight.cli.demo.samples import bare_environment

AGENTS = Path(__file__).with_name("meshagent_agents")
OURS = Path(sys.executable).with_name("meshagent")
PATIENCE_S = 60.0
# Their script breaks its JSON where a line of the terminal ends.
WIDE = {"COLUMNS": "250", "NO_COLOR": "1", "TZ": "UTC"}


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it printed."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Running:
    """A program that goes on until it is interrupted."""

    pid: int
    out: Path
    err: Path

    def wait_for(self, words: str) -> None:
        """Wait until it printed `words` on either stream."""
        until = time.monotonic() + PATIENCE_S
        while words not in (said := self.out.read_text() + self.err.read_text()):
            assert time.monotonic() < until, said
            time.sleep(0.05)


class Programs:
    """Starts programs in one home. `forking` has MeshAgent's packages imported."""

    def __init__(self, forking: subprocess.Popen[str], home: Path) -> None:
        self._forking = forking
        self._home = home
        self._number = count()
        self._own: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, *arguments: str | Path, ours: bool = False, **environ: str) -> Running:
        """Start `meshagent ARGUMENTS`, or the Python file that they begin with; `ours`: our own script."""
        number = next(self._number)
        out, err = self._home / f"{number}.out", self._home / f"{number}.err"
        out.touch()
        err.touch()
        given = {**WIDE, "HOME": str(self._home), **environ}
        start = list(map(str, arguments))
        if ours:
            pid = self._start_own(start, given, out, err)
        else:
            pid = self._ask({"start": start, "environ": given, "out": str(out), "err": str(err)})
        return Running(pid, out, err)

    def _start_own(self, arguments: list[str], environ: Mapping[str, str], out: Path, err: Path) -> int:
        with out.open("wb") as to, err.open("wb") as said:
            process = subprocess.Popen(
                [OURS, *arguments], env={**bare_environment(), **environ}, stdout=to, stderr=said
            )
        self._own[process.pid] = process
        return process.pid

    def end(self, running: Running, *, interrupt: bool = False) -> Done:
        """Wait for its end; with `interrupt` it is told to by Ctrl-C."""
        if interrupt:
            os.kill(running.pid, signal.SIGINT)
        own = self._own.pop(running.pid, None)
        status = own.wait(PATIENCE_S) if own else self._ask({"wait": running.pid})
        return Done(status, running.out.read_text(), running.err.read_text())

    def run(self, *arguments: str | Path, ours: bool = False, **environ: str) -> Done:
        """Run a program to its end."""
        return self.end(self.start(*arguments, ours=ours, **environ))

    def _ask(self, order: Mapping[str, object]) -> int:
        assert self._forking.stdin
        assert self._forking.stdout
        self._forking.stdin.write(json.dumps(order) + "\n")
        self._forking.stdin.flush()
        return int(self._forking.stdout.readline())


@contextlib.contextmanager
def programs_of(python: Path, home: Path) -> Iterator[Programs]:
    """Programs of an environment that has MeshAgent's packages; Ctrl-C reaches them.

    A shell lets what it starts in the background ignore it, and so would whatever these tests start.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with _programs_of(python, home) as made:
            yield made
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _programs_of(python: Path, home: Path) -> Iterator[Programs]:
    with subprocess.Popen(
        [python, AGENTS / "forking.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=bare_environment(),
    ) as forking:
        yield Programs(forking, home)
        assert forking.stdin
        forking.stdin.close()
        assert forking.wait(PATIENCE_S) == 0
