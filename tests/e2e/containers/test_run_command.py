"""`fanlight run --docker`: from the command to the stored run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer, running_server
from fanlight.errors import NotFoundError
from fanlight.runner.container import ContainerSettings
from tests.e2e.containers.conftest import IMAGE, ROOT, Podman
from tests.fixtures.runs import MakeAgent

ANY_PORTS = {"port": "0", "otlp_http_port": "0", "otlp_grpc_port": "off"}
STORED_S = 30.0
RUN = (sys.executable, "-m", "fanlight.cli.main", "run")

AGENT = """
import telling_exporter
def agent(inputs, callbacks):
    callbacks[0].on_tool_start({"name": "double"}, str(inputs["n"]))
    callbacks[0].on_tool_end(str(2 * inputs["n"]))
    print("a line of the agent")
    return {"doubled": 2 * inputs["n"]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    with running_server(tmp_path_factory.mktemp("data"), ANY_PORTS) as running:
        yield running


def stored(client: Client, run_id: str) -> dict[str, Any]:
    """The run, once it is closed."""
    until = time.monotonic() + STORED_S
    while time.monotonic() < until:
        try:
            found: dict[str, Any] = client.project_get(f"runs/{run_id}")
        except NotFoundError:
            found = {"status": "unknown"}
        if found["status"] not in ("unknown", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the run is {found['status']}")


def test_a_run_in_a_container_is_answered_shown_and_stored(
    make_agent: MakeAgent, podman: Podman, settings: ContainerSettings, server: DemoServer, tmp_path: Path
) -> None:
    agent = make_agent(AGENT, runtime={"telemetry": ["teller"]}, policies={"allow_internet_access": False})
    (agent / "requirements.txt").write_text("telling-exporter\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "fanlight.cli.main",
            "run",
            str(agent),
            "--docker",
            "--json",
            "-i",
            '{"n": 21}',
        ],
        env={
            **bare_environment(),
            "FANLIGHT_URL": server.studio,
            "FANLIGHT_DOCKER_HOST": podman.url,
            "FANLIGHT_DOCKER_IMAGE": IMAGE,
            "FANLIGHT_DOCKER_WHEELS": str(settings.wheels),
            "FANLIGHT_ENVIRONMENTS": str(tmp_path / "environments"),
        },
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    said = r"installing requirements.txt in the container\ninstalled requirements.txt in \d+\.\d s\n"
    assert re.fullmatch(said, done.stderr)
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["output"]) == ("success", {"doubled": 42})
    with Client(server.studio, None) as client:
        run = stored(client, answer["run"])
        spans = client.project_get(f"traces/{answer['run']}")["columns"]
        logs = client.project_get("logs", q=f"trace:{answer['run']}", limit=100)["items"]
    assert (run["status"], json.loads(run["output"])) == ("success", {"doubled": 42})
    assert sorted(spans["name"]) == ["double", "tester"]
    assert "a line of the agent" in {record["body"] for record in logs}
    assert podman.containers() == []


def test_the_example_of_a_charm_agent_runs_as_it_stands(server: DemoServer, tmp_path: Path) -> None:
    tally = tmp_path / "tally.txt"
    env = {
        **bare_environment(),
        "FANLIGHT_URL": server.studio,
        "FANLIGHT_ENVIRONMENTS": str(tmp_path / "environments"),
        "TALLY_FILE": str(tally),
    }
    found = []
    for order in ("A-7", "X-1"):
        done = subprocess.run(
            [*RUN, ROOT / "examples" / "charm-agent", "--json", "-i", json.dumps({"order": order})],
            env=env,
            capture_output=True,
            text=True,
            timeout=90,
        )
        answer = json.loads(done.stdout)
        found.append((done.returncode, answer["status"], answer["output"], answer["tool_usage"]))
    assert found == [
        (0, "success", {"order": "A-7", "refund": "39.90"}, {"find_order": 1, "refund_of": 1}),
        (1, "error", None, {}),
    ]
    assert tally.read_text() == (
        "success: find_order 1, refund_of 1, words 7\nfailed: 'X-1': find_order 1, find_order failed 1\n"
    )
