"""A real server, and `fanlight run` as a user has it."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer, running_server
from fanlight.errors import NotFoundError
from tests.fixtures.runs import MakeAgent, agents_in

ANY_PORTS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
STORED_S = 30.0


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """One server for all of these tests."""
    with running_server(tmp_path_factory.mktemp("data"), ANY_PORTS) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: DemoServer) -> Iterator[Client]:
    """Talks to that server."""
    with Client(server.studio, None) as made:
        yield made


@pytest.fixture(scope="session")
def make_agent(tmp_path_factory: pytest.TempPathFactory) -> MakeAgent:
    """`make_agent(code, adapter=..., policies=...)`: a folder with a charm.yaml and a main.py."""
    return agents_in(tmp_path_factory.mktemp("agents"))


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    stdout: str
    stderr: str


Fanlight = Callable[..., Done]


@pytest.fixture(scope="session")
def fanlight(server: DemoServer) -> Fanlight:
    """`fanlight("run", path, env={...})` against that server."""

    def run(*arguments: object, env: Mapping[str, str] | None = None, stdin: str = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "fanlight.cli.main", *map(str, arguments)],
            env={
                **bare_environment(),
                "FANLIGHT_URL": server.studio,
                "FANLIGHT_SPOOL": "off",
                "COLUMNS": "200",
                **(env or {}),
            },
            input=stdin,
            capture_output=True,
            text=True,
            timeout=90,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@contextlib.contextmanager
def forwarding(port: int, to: str) -> Iterator[None]:
    """Whatever comes in at `port` of this machine goes on to the server at the address `to`."""
    target = urlsplit(to)

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((target.hostname, target.port)) as onward:
                ends = {self.request: onward, onward: self.request}
                while True:
                    for end in select.select(list(ends), [], [])[0]:
                        if not (data := end.recv(65536)):
                            return
                        ends[end].sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Forward) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            listening.shutdown()
            thread.join()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stored(client: Client, run_id: str) -> Mapping[str, Any]:
    """The run once it is stored and closed."""
    until = time.monotonic() + STORED_S
    while time.monotonic() < until:
        try:
            found: Mapping[str, Any] = client.project_get(f"runs/{run_id}")
            if found["status"] != "running":
                return found
        except NotFoundError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"run {run_id} was not stored and closed in {STORED_S} s")


def logs_of(client: Client, run_id: str) -> list[dict[str, Any]]:
    """The log records of a run, oldest first, with their attributes by name."""
    found = [
        {**log, "attributes": {each["key"]: each["value"] for each in log["attributes"]}}
        for log in client.items("logs", limit=500, q=f"trace:{run_id}")
    ]
    return sorted(found, key=lambda log: (log["time"], log["attributes"].get("fanlight.event.seq", 0)))


T = TypeVar("T")


def eventually(look: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """What `look` finds, once it holds or was waited for long enough."""
    until = time.monotonic() + STORED_S
    while not holds(found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found
