"""The demo's server: a process of its own on ports that are free."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanlight.cli.demo.samples import bare_environment
from fanlight.errors import FanlightError

START_S = 60.0
STOP_S = 15.0


class ServerStartError(FanlightError):
    """The demo's server did not start."""

    code = "server_start"


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A running server: where Studio and OTLP are, and what it had to say."""

    studio: str
    otlp: str
    notes: tuple[str, ...]
    process: subprocess.Popen[str]


@contextlib.contextmanager
def running_server(data: Path, ports: dict[str, str], *, host: str = "127.0.0.1") -> Iterator[DemoServer]:
    """A server on `data` for as long as the block lasts. A port that is taken is replaced by a free one.

    Raises ServerStartError when it ends, or says nothing for a minute, before it is ready.
    """
    chosen = {name: free_port(host, port) for name, port in ports.items()}
    flags = ["--data", str(data), "--host", host]
    flags += [part for name, port in chosen.items() for part in (f"--{name.replace('_', '-')}", port)]
    log = data / "demo-server.log"
    data.mkdir(parents=True, exist_ok=True)
    with log.open("w") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own command, in our own interpreter
            [sys.executable, "-m", "fanlight.cli.main", "serve", "--json", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
            env=bare_environment(),
            # Ctrl-C goes to the whole terminal group; the server is stopped by us, after the last read.
            start_new_session=True,
        )
    try:
        ready = _wait_until_ready(process, log)
        moved = tuple(f"{name} {port} was taken" for name, port in ports.items() if chosen[name] != port)
        otlp = ready["otlp_http"] or ready["studio"]
        yield DemoServer(ready["studio"], otlp, (*moved, *ready["notes"]), process)
    finally:
        _stop(process)


def free_port(host: str, wanted: str) -> str:
    """`wanted` when it can be listened on, else `0`: any free one. `off` stays."""
    if not wanted.isdigit():
        return wanted
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(wanted)))
        except OSError:
            return "0"
    return wanted


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    """What the server printed once it accepts: one line of JSON on its stdout."""
    assert process.stdout is not None
    line: list[str] = []
    reader = threading.Thread(target=lambda: line.append(process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
    reader.start()
    reader.join(START_S)
    if not line or not line[0].strip():
        status = _status_of(process)
        said = log.read_text(errors="replace").strip().splitlines()[-3:]
        what = "did not get ready in time" if status is None else f"ended with status {status}"
        raise ServerStartError(f"the server {what}", hint=" / ".join(said) or f"see {log}")
    found: dict[str, Any] = json.loads(line[0])
    return found


def _status_of(process: subprocess.Popen[str]) -> int | None:
    """The status of a process that is about to end; None when it goes on."""
    try:
        return process.wait(2.0)
    except subprocess.TimeoutExpired:
        return None


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        if process.stdout:
            process.stdout.close()
