"""`fanlight demo --exit`: three agents really run, and all that they emitted is read back."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(240)
def test_every_sample_is_stored_and_read_back_also_when_the_ports_are_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "fanlight.cli.main",
                "demo",
                "--exit",
                "--json",
                "--data",
                str(tmp_path / "d"),
            ],
            env={
                **os.environ,
                "FANLIGHT_PORT": port,
                "FANLIGHT_OTLP_HTTP_PORT": port,
                "FANLIGHT_OTLP_GRPC_PORT": "0",
                # Led elsewhere by the environment, the demo still uses its own server and its own store.
                "FANLIGHT_URL": "http://127.0.0.1:9",
                "FANLIGHT_STORE": "clickhouse://nobody@127.0.0.1:9/x",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
            },
            capture_output=True,
            text=True,
            timeout=200,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {sample["name"]: (sample["spans"], sample["faults"]) for sample in told["samples"]} == {
        "trip planner": (25, []),
        "newsroom": (26, []),
        "support desk": (7, []),
    }
    found = sorted((run["agent"], run["status"], run["span_count"], run["room"]) for run in told["runs"])
    assert found == [
        ("editor", "error", 14, None),
        ("editor", "success", 12, None),
        ("support-desk", "error", 3, "support"),
        ("support-desk", "success", 4, "support"),
        ("travel desk", "success", 25, "front-desk"),
    ]
    assert port not in told["studio"]
