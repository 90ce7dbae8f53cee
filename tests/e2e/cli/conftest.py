"""A real server for the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer, running_server
from tests.fixtures.command import Fanlight, fanlight_at

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


@pytest.fixture
def fanlight(server: DemoServer) -> Fanlight:
    """`fanlight("runs", "--json")` against that server."""
    return fanlight_at(server.studio)
