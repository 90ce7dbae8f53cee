"""The examples that need packages of others, run as they stand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer

from .conftest import python_with
from .stories import runs
from .test_packages import REQUIREMENTS
from .waiting import once

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(420)


def run(executable: Path | str, server: DemoServer, script: str) -> str:
    """What the example at `script` prints; `fanlight` is the one of this checkout."""
    path = ROOT / "examples" / script
    done = subprocess.run(
        [executable, path.name],
        cwd=path.parent,
        env={**bare_environment(), "FANLIGHT_URL": server.otlp, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def runs_when(client: Client, service: str, ready: Callable[[list[dict[str, Any]]], bool]) -> list[Any]:
    return [
        (run["name"], run["agent"], run["status"], run["llm_count"], run["tool_count"],
         run["tokens"]["input"], run["tokens"]["output"])
        for run in once(lambda: runs(client, service), ready)
    ]  # fmt: skip


def ended(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(run["status"] != "running" for run in found)


def test_the_agent_of_pydantic_ai(server, client) -> None:
    python = python_with(REQUIREMENTS)
    assert run(python, server, "pydantic-ai/agent.py") == '{"weather":"rain in a, 12 degrees"}'
    [(*told, _, _)] = runs_when(client, "forecast", ended)
    assert told == ["invoke_agent forecaster", "forecaster", "success", 2, 1]


def test_the_graph_of_langgraph(server, client) -> None:
    python = python_with(REQUIREMENTS)
    assert run(python, server, "langgraph/agent.py") == "Three."
    assert runs_when(client, "stock", ended) == [("stock", None, "success", 2, 1, 80, 16)]


def test_the_coding_agent(server, client) -> None:
    run(sys.executable, server, "coding-agent/replay.py")
    assert runs_when(client, "claude-code", lambda found: len(found) == 2 and ended(found)) == [
        ("claude-code prompt", "claude-code", "success", 3, 2, 36_000, 290),
        ("claude-code prompt", "claude-code", "error", 1, 0, None, None),
    ]
