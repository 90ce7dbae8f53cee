"""A real server process to measure: starts it, asks it over HTTP, and reads what it costs from the kernel."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlencode

import psutil

from benchmarks.client import Answer, Connection

MIB = 1024 * 1024
PROJECT = "bench"


def free_port() -> int:
    """A port of loopback that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """`fanlight serve` on a data directory. Start it with `start()` or as a context manager.

    `environment` adds to the process's environment, `options` to the command. What it prints
    goes to `output`, beside the directory.
    """

    def __init__(
        self,
        data: Path,
        *,
        environment: dict[str, str] | None = None,
        prefix: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
    ) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.with_suffix(".output")
        self.ready_s = 0.0
        self.ready_alone_s = 0.0
        self._environment = environment or {}
        self._prefix = prefix
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, timeout_s: float = 60.0) -> Server:
        """Start it and wait until `/readyz` answers 200; `ready_s` is how long that took.

        `ready_alone_s` leaves out how long its main thread stood in line for a core.
        """
        began = time.monotonic()
        self.spawn()
        self.wait_ready(timeout_s=timeout_s)
        self.ready_s = time.monotonic() - began
        self.ready_alone_s = self.ready_s - _waited_s(self.process.pid)
        return self

    def spawn(self) -> None:
        """Start the process and do not wait for it."""
        command = [str(Path(sys.executable).with_name("fanlight")), "serve", "--port", str(self.port)]
        command += ["--otlp-http-port", "off", "--otlp-grpc-port", "off", "--data", str(self.data)]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*self._prefix, *command, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | self._environment,
            )

    def wait_ready(self, *, timeout_s: float) -> None:
        """Wait for `/readyz`. RuntimeError with the server's last words when it ends or stays silent."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}: {self._last_words()}")
            try:
                with Connection(self.port, timeout_s=2) as connection:
                    if connection.request("GET", "/readyz").status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError(f"the server was not ready after {timeout_s} s: {self._last_words()}")

    def _last_words(self) -> str:
        return self.output.read_text(errors="replace")[-2_000:]

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process; RuntimeError before it was started."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def stop(self, *, timeout_s: float = 30.0) -> int:
        """SIGTERM, and wait; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=timeout_s)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop it in whatever state it is; kill it when it does not listen."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()

    def connect(self) -> Connection:
        """A new keep-alive connection."""
        return Connection(self.port)

    def cpu_s(self) -> float:
        """CPU seconds of the process and its children so far."""
        return sum(_cpu_s(process) for process in self._family())

    def rss_bytes(self) -> int:
        """Resident memory of the process and its children now."""
        return sum(process.memory_info().rss for process in self._family())

    def _family(self) -> list[psutil.Process]:
        head = psutil.Process(self.process.pid)
        return [head, *head.children(recursive=True)]

    def settle(self, *, quiet_s: float = 2.0, timeout_s: float = 60.0) -> None:
        """Wait until merges and the like have used less than 5 % of a core for `quiet_s`."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            before = self.cpu_s()
            time.sleep(quiet_s)
            if self.cpu_s() - before < 0.05 * quiet_s:
                return

    def rest(self, *, still_s: float = 45.0, timeout_s: float = 150.0) -> None:
        """Wait until the directory has kept its size for `still_s`: merged parts go within half a minute."""
        until = time.monotonic() + timeout_s
        size, since = self.disk_bytes(), time.monotonic()
        while time.monotonic() - since < still_s and time.monotonic() < until:
            time.sleep(1)
            if (found := self.disk_bytes()) != size:
                size, since = found, time.monotonic()

    @contextmanager
    def watched(self, *, every_s: float = 0.1) -> Iterator[Usage]:
        """Measure CPU and the memory's peak while the block runs."""
        usage = Usage(cpu_s=0.0, peak_bytes=self.rss_bytes())
        done = threading.Event()

        def watch() -> None:
            while not done.wait(every_s):
                usage.peak_bytes = max(usage.peak_bytes, self.rss_bytes())

        began = self.cpu_s()
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield usage
        finally:
            usage.cpu_s = self.cpu_s() - began
            done.set()
            watcher.join()

    def disk_bytes(self) -> int:
        """Bytes of every file in the data directory."""
        return sum(_size_bytes(path) for path in self.data.rglob("*"))


@dataclass(slots=True)
class Usage:
    """What a block cost the server."""

    cpu_s: float
    peak_bytes: int


def _size_bytes(path: Path) -> int:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return 0  # a merge has just replaced it
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _waited_s(pid: int) -> float:
    """How long the main thread of a process was ready to run and had no core; 0 where nobody counts it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


class Api:
    """Questions to one project over one keep-alive connection."""

    def __init__(self, connection: Connection, *, project: str = PROJECT) -> None:
        self._connection = connection
        self._base = f"/api/v1/projects/{quote(project)}"

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON of `path` below the project. Raises RuntimeError when it is not answered with 200."""
        return json.loads(self.raw(path, **query))

    def find(self, path: str, **query: str | int) -> Any:
        """The JSON of `path`, or None where there is nothing (404)."""
        answer = self._ask(path, query)
        return None if answer.status == 404 else json.loads(self._whole(answer, path))

    def raw(self, path: str, **query: str | int) -> bytes:
        """The same, unparsed."""
        return self._whole(self._ask(path, query), path)

    def _ask(self, path: str, query: dict[str, str | int]) -> Answer:
        return self._connection.request(
            "GET", f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        )

    def _whole(self, answer: Answer, path: str) -> bytes:
        if answer.status != 200:
            raise RuntimeError(f"GET {self._base}{path} -> {answer.status}: {answer.body[:300]!r}")
        return answer.body

    def spans(self) -> int:
        """How many spans are stored and readable; 0 while the project is unknown."""
        found = self.find("/stats")
        return int(found["spans"]) if found else 0
