"""Agents of `agents/`, each run to its end as its users run it, and what Fanlight made of what it sent."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer
from fanlight.cli.tree import Node, roots_of, rows_of
from tests.compat.waiting import once

AGENTS = Path(__file__).parent / "agents"
PROJECT = "compat"
_RUN = ("name", "agent", "status", "session", "user", "models", "error", "span_count", "error_count",
        "llm_count", "tool_count")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """A run as the API gives it, and its trace as one line a span, indented by its depth."""

    run: dict[str, Any]
    tree: list[str]


def environment(server: DemoServer, service: str) -> dict[str, str]:
    return {
        **bare_environment(),
        "FANLIGHT_URL": server.otlp,
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.otlp,
        "OTEL_RESOURCE_ATTRIBUTES": f"project={PROJECT}",
        "OTEL_SERVICE_NAME": service,
        "PYTHONWARNINGS": "ignore",
    }


def play(command: Sequence[str | os.PathLike[str]], server: DemoServer, service: str) -> None:
    """Run an agent to its end."""
    done = subprocess.run(
        command, env=environment(server, service), capture_output=True, text=True, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")


def read(client: Client, service: str, *, spans: int) -> Story:
    """The only run of `service`, once it has `spans` spans and is no longer running."""

    def is_whole(found: list[dict[str, Any]]) -> bool:
        return len(found) == 1 and found[0]["span_count"] >= spans and found[0]["status"] != "running"

    [run] = once(lambda: runs(client, service), is_whole)
    return story(client, run)


def runs(client: Client, service: str) -> list[dict[str, Any]]:
    """Every run of `service`, oldest first."""
    return list(client.items("runs", limit=50, q=f"service:{service}"))[::-1]


def story(client: Client, run: dict[str, Any]) -> Story:
    columns = client.project_get(f"traces/{run['trace_id']}")["columns"]
    tokens = {name: count for name, count in run["tokens"].items() if count is not None}
    shown = {name: run[name] for name in _RUN if run[name] not in (None, [], 0)} | {"tokens": tokens}
    if "error" in shown:
        shown["error"] = {name: text for name, text in shown["error"].items() if name != "span_id"}
    return Story(shown, [line for root in roots_of(rows_of(columns)) for line in _lines(root, 0)])


def _lines(node: Node, depth: int) -> list[str]:
    row = node.row
    told = {name: row[name] for name in ("agent", "model", "tool") if row[name]}
    if row["tokens_input"] is not None or row["tokens_output"] is not None:
        told["tokens"] = f"{row['tokens_input'] or 0}+{row['tokens_output'] or 0}"
    if row["status"] == "error":
        told["error"] = row["error_type"] or "?"
    if row["state"] != "finished":
        told["state"] = row["state"]
    said = "".join(f" {name}={value}" for name, value in told.items())
    line = f"{'  ' * depth}{row['kind']} '{row['name']}'{said}"
    return [line, *(below for child in node.children for below in _lines(child, depth + 1))]
