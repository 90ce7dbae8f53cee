"""The SDK with a real server: a run is seen while it goes on, a budget stops it, the spool reaches it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.server import free_port
from fanlight.cli.demo.server import DemoServer, running_server
from tests.fixtures.waiting import until

PORTS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
API = "/api/v1/projects/default"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    with running_server(tmp_path_factory.mktemp("data"), PORTS) as running:
        yield running


def agent(code: str, url: str, **environ: str) -> subprocess.Popen[str]:
    """An agent that is running."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FANLIGHT_", "OTEL_"))}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**clean, "FANLIGHT_URL": url, "FANLIGHT_SPOOL": "off", **environ},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def get(server: DemoServer, path: str) -> Any:
    answer = httpx.get(f"{server.studio}{API}{path}")
    return answer.json() if answer.status_code == 200 else None


RUN = """
import sys
import fanlight
fanlight.configure(service_name="e2e")
with fanlight.run(NAME) as run:
    print(run.id, flush=True)
    sys.stdin.readline()
"""


def test_a_run_is_there_while_it_goes_on_and_ends_when_it_ends(server: DemoServer) -> None:
    with agent(RUN.replace("NAME", "'seen'"), server.studio) as running:
        assert running.stdout is not None
        run_id = running.stdout.readline().strip()
        assert until(lambda: get(server, f"/runs/{run_id}"))["status"] == "running"
        _, said = running.communicate("\n", timeout=30)
    assert (running.returncode, said) == (0, "")
    until(lambda: get(server, f"/runs/{run_id}")["status"] == "success")


GUARDED = """
import time
import fanlight
fanlight.configure(service_name="e2e")
try:
    with fanlight.run("spender"):
        fanlight.guard()
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            with fanlight.span("chat", kind="llm", model="m") as chat:
                chat.tokens(input=60, output=0)
            time.sleep(0.1)
except fanlight.BudgetExceeded as error:
    print(error.message)
"""


def test_a_budget_of_the_project_stops_a_guarded_run(server: DemoServer) -> None:
    budget = {"period": "run", "unit": "tokens", "limit": "100"}
    httpx.put(f"{server.studio}{API}/budgets/small", json=budget).raise_for_status()
    try:
        with agent(GUARDED, server.studio) as running:
            printed, said = running.communicate(timeout=60)
    finally:
        httpx.delete(f"{server.studio}{API}/budgets/small").raise_for_status()
    assert said == ""
    assert printed.startswith("the run has used ")
    assert printed.endswith(" of 100 tokens of the budget 'small'\n")


def test_what_was_kept_while_the_server_was_away_reaches_it_once(tmp_path: Path) -> None:
    port, spool = str(free_port()), {"FANLIGHT_SPOOL": str(tmp_path / "spool")}
    url = f"http://127.0.0.1:{port}"
    with agent(RUN.replace("NAME", "'kept'"), url, **spool) as away:
        printed, _ = away.communicate("\n", timeout=30)
    with running_server(tmp_path / "data", {**PORTS, "port": port}) as back:
        assert back.studio == url
        with agent(RUN.replace("NAME", "'next'"), url, **spool) as successor:
            # It lives until then: an agent that ends has two seconds to send, and leaves the rest to another.
            kept = until(lambda: get(back, f"/runs/{printed.strip()}"))
            successor.communicate("\n", timeout=30)
        assert (kept["name"], kept["status"], kept["span_count"]) == ("kept", "success", 1)
        until(lambda: get(back, "/stats")["runs"] == 2)
