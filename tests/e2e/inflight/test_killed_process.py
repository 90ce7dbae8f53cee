"""An agent's process is killed: what had ended is kept, what was open is lost, at once when that is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fanlight.cli.demo.server import DemoServer, running_server
from tests.fixtures.waiting import until

API = "/api/v1/projects/default"
SETTINGS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
SILENCE_S = 4

AGENT = """
import sys
import fanlight
fanlight.configure(service_name="killed")
with fanlight.run("doomed") as run:
    with fanlight.span("ended", kind="tool"):
        pass
    with fanlight.span("asking", kind="llm", model="m") as asking:
        asking.token("Once ")
        asking.token("upon")
        print(run.id, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    data = tmp_path_factory.mktemp("data")
    (data / "fanlight.toml").write_text(f"span_lost_after_s = {SILENCE_S}\n")
    with running_server(data, SETTINGS) as running:
        yield running


@pytest.fixture
def doomed(server: DemoServer) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running agent and its run."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FANLIGHT_", "OTEL_"))}
    with subprocess.Popen(
        [sys.executable, "-c", AGENT],
        env={**clean, "FANLIGHT_URL": server.studio, "FANLIGHT_SPOOL": "off", "FANLIGHT_HEARTBEAT_S": "1"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def get(server: DemoServer, path: str) -> Any:
    answer = httpx.get(f"{server.studio}{API}{path}", timeout=30)
    return answer.json() if answer.status_code == 200 else {}


def states(server: DemoServer, run: Any) -> dict[str, str]:
    columns = get(server, f"/traces/{run['trace_id']}").get("columns", {"name": [], "state": []})
    return dict(zip(columns["name"], columns["state"], strict=True))


OPEN = {"doomed": "open", "ended": "finished", "asking": "open"}
LOST = {"doomed": "lost", "ended": "finished", "asking": "lost"}


def test_what_was_open_in_a_killed_process_is_lost_and_what_had_ended_is_kept(
    server: DemoServer, doomed: tuple[subprocess.Popen[str], str]
) -> None:
    process, run_id = doomed
    run = until(lambda: get(server, f"/runs/{run_id}"))
    until(lambda: states(server, run) == OPEN)
    assert get(server, f"/runs/{run_id}")["status"] == "running"
    process.send_signal(signal.SIGKILL)
    until(lambda: get(server, f"/runs/{run_id}")["status"] == "lost")
    assert states(server, run) == LOST


def test_whoever_watches_the_process_can_say_so_at_once_and_again(
    server: DemoServer, doomed: tuple[subprocess.Popen[str], str]
) -> None:
    process, run_id = doomed
    run = until(lambda: get(server, f"/runs/{run_id}"))
    until(lambda: states(server, run) == OPEN)
    process.kill()
    with httpx.stream("GET", f"{server.studio}{API}/stream?topics=run:{run_id}", timeout=60) as stream:
        lines = stream.iter_lines()
        next(lines)
        said = httpx.post(f"{server.studio}{API}/runs/{run_id}/lost", json={"reason": "killed by signal 9"})
        assert said.json() == {"run_id": run_id, "spans": 2}
        assert any('"status":"lost"' in line for line in lines)
    assert states(server, run) == LOST
    again = httpx.post(f"{server.studio}{API}/runs/{run_id}/lost", json={"reason": "killed by signal 9"})
    assert again.json() == {"run_id": run_id, "spans": 0}
    columns = get(server, f"/traces/{run['trace_id']}")["columns"]
    asking = columns["span_id"][columns["name"].index("asking")]
    span = get(server, f"/traces/{run['trace_id']}/spans/{asking}")
    attributes = {each["key"]: each["value"] for each in span["attributes"]}
    assert (span["state"], span["model"]) == ("lost", "m")
    assert attributes["fanlight.lost.reason"] == "killed by signal 9"


def test_the_text_so_far_can_be_read_and_is_no_log(
    server: DemoServer, doomed: tuple[subprocess.Popen[str], str]
) -> None:
    _, run_id = doomed
    run = until(lambda: get(server, f"/runs/{run_id}"))
    until(lambda: states(server, run) == OPEN)
    columns = get(server, f"/traces/{run['trace_id']}")["columns"]
    asking = columns["span_id"][columns["name"].index("asking")]
    path = f"/traces/{run['trace_id']}/spans/{asking}/tokens"
    tokens = until(lambda: (found := get(server, path)) and found["text"] == "Once upon" and found)
    assert (tokens["first_index"], tokens["next_index"], tokens["truncated"]) == (0, 2, False)
    logs = get(server, f"/logs?q=trace:{run['trace_id']}")["items"]
    assert [log["event"] for log in logs if log["event"] == "fanlight.token"] == []


def test_a_run_that_is_not_there_cannot_be_lost(server: DemoServer) -> None:
    said = httpx.post(f"{server.studio}{API}/runs/nothing/lost", json={})
    assert said.status_code == 404
