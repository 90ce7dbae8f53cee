"""A real server, and `fanlight run` as a user has it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer, running_server
from fanlight.errors import NotFoundError
from tests.fixtures.command import Fanlight, fanlight_at
from tests.fixtures.runs import MakeAgent, agents_in
from tests.fixtures.waiting import until

ANY_PORTS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
LAST_EVENT = "internal_run_finished"


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


@pytest.fixture(scope="session")
def fanlight(server: DemoServer) -> Fanlight:
    """`fanlight("run", path, env={...})` against that server."""
    return fanlight_at(server.studio)


@contextlib.contextmanager
def forwarding(port: int, to: str) -> Iterator[None]:
    """Whatever comes in at `port` of this machine goes on to the server at the address `to`."""
    target = urlsplit(to)

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((target.hostname, target.port)) as onward:
                waiting = selectors.DefaultSelector()
                waiting.register(self.request, selectors.EVENT_READ, onward)
                waiting.register(onward, selectors.EVENT_READ, self.request)
                while True:
                    for end, _ in waiting.select():
                        if not (data := end.fileobj.recv(65536)):
                            return
                        end.data.sendall(data)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Forward) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            listening.shutdown()
            thread.join()


def stored(client: Client, run_id: str) -> Mapping[str, Any]:
    """The run once it is stored and closed."""

    def look() -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = client.project_get(f"runs/{run_id}")
        except NotFoundError:
            return {"status": "running"}
        return found

    return until(look, lambda found: found["status"] != "running")


def logs_of(client: Client, run_id: str) -> list[dict[str, Any]]:
    """The log records of a run, oldest first, with their attributes by name, once its last event is there.

    A run can be read a moment before what it said: spans and log records are stored one after the other.
    """

    def look() -> list[dict[str, Any]]:
        return [
            {**log, "attributes": {each["key"]: each["value"] for each in log["attributes"]}}
            for log in client.items("logs", limit=500, q=f"trace:{run_id}")
        ]

    def is_whole(logs: list[dict[str, Any]]) -> bool:
        return any(log["attributes"].get("fanlight.event.type") == LAST_EVENT for log in logs)

    found = until(look, is_whole)
    return sorted(found, key=lambda log: (log["time"], log["attributes"].get("fanlight.event.seq", 0)))
