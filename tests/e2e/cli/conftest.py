"""A real server for the command line's tests, and the command line as a user has it: a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer, running_server

ROOT = Path(__file__).parents[3]
ANY_PORTS = {"port": "0", "otlp_http_port": "0", "otlp_grpc_port": "off"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A server of this module's own, empty at first."""
    with running_server(tmp_path_factory.mktemp("data"), ANY_PORTS) as running:
        yield running


@pytest.fixture
def client(server: DemoServer) -> Iterator[Client]:
    """Talks to that server about the project `default`."""
    with Client(server.studio, None) as made:
        yield made


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    stdout: str
    stderr: str


Fanlight = Callable[..., Done]


@pytest.fixture
def fanlight(server: DemoServer) -> Fanlight:
    """`fanlight("runs", "--json")` against that server."""

    def run(*arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "fanlight.cli.main", *arguments],
            env={**bare_environment(), "FANLIGHT_URL": server.studio, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=90,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run
