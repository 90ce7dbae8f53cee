"""Exporters as a server knows them: from its registry, from metadata alone, and from what agents report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from fanlight.cli.demo.server import DemoServer, running_server
from tests.fixtures.waiting import until

PORTS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
TRACE = bytes(range(16))
REGISTRY = [
    {"id": "probe", "pypi_package": "charm-telemetry-probe", "description": "Looks", "author": "Ann",
     "tags": ["test"], "github_url": "https://github.com/ann/probe"},
    {"id": "bad", "pypi_package": "no name"},
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A server whose environment has an exporter that leaves a mark when it is imported."""

    server: DemoServer
    mark: Path

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.server.studio}/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fanlight(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fanlight.cli.main", *arguments],
            env={**os.environ, "FANLIGHT_URL": self.server.studio, "COLUMNS": "200"},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    packages, data = tmp_path_factory.mktemp("packages"), tmp_path_factory.mktemp("data")
    mark = packages / "imported"
    (packages / "probe_exporter.py").write_text(f"open({str(mark)!r}, 'w')\nclass Probe: ...\n")
    metadata = packages / "charm_telemetry_probe-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: charm-telemetry-probe\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text("[charm.telemetry]\nprobe = probe_exporter:Probe\n")
    (data / "plugin-registry.json").write_text(json.dumps(REGISTRY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(packages))
        with running_server(data, PORTS) as server:
            _report(server)
            yield Place(server, mark)


def _report(server: DemoServer) -> None:
    """What two agents say, one after the other; the first of `probe` is older, the second has no failure."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "weather"
    records = resource.scope_logs.add().log_records
    now = time.time_ns()
    for ago_s, said in (
        (1, {"name": "probe", "place": "process", "state": "healthy", "delivered": 100, "dropped": 7}),
        (9, {"name": "probe", "place": "process", "state": "open", "error": "it hung", "dropped": 3}),
        (
            5,
            {
                "name": "ghost",
                "place": "thread",
                "state": "failed",
                "error": "\x1b[31mno module",
                "dropped": 0,
            },
        ),
    ):
        record = records.add(
            time_unix_nano=now - ago_s * 10**9, trace_id=TRACE, event_name="fanlight.exporter"
        )
        for name, value in said.items():
            added = record.attributes.add(key=f"fanlight.exporter.{name}").value
            if isinstance(value, int):
                added.int_value = value
            else:
                added.string_value = value
    headers = {"content-type": "application/x-protobuf"}
    answer = httpx.post(f"{server.studio}/v1/logs", content=request.SerializeToString(), headers=headers)
    assert answer.status_code == 200
    stats = f"{server.studio}/api/v1/projects/default/stats"
    until(lambda: httpx.get(stats, timeout=30).json()["logs"], lambda logs: logs >= 3)


def named(found: Any) -> dict[str, Any]:
    return {plugin["name"] or plugin["id"]: plugin for plugin in found["items"]}


def test_the_server_lists_what_is_installed_and_what_the_registry_has(place: Place) -> None:
    found = place.get("plugins")
    assert named(found)["probe"] == {
        "id": "probe", "name": "probe", "pypi_package": "charm-telemetry-probe", "description": "Looks",
        "author": "Ann", "tags": ["test"], "github_url": "https://github.com/ann/probe", "listed": True,
        "installed": True, "version": "1.2", "entry_point": "probe_exporter:Probe",
        "hooks": [], "variables": [], "enabled_by": [], "report": None,
    }  # fmt: skip
    assert {"fanlight", "otlp", "sentry", "datadog", "langsmith", "jsonl"} <= set(named(found))
    assert [skipped["entry"] for skipped in found["skipped"]] == ["bad"]


def test_a_project_has_the_newest_report_of_each(place: Place) -> None:
    found = named(place.get("projects/default/plugins"))
    report = found["probe"]["report"]
    assert report.pop("at") > report.pop("last_error_at")
    assert report == {
        "state": "healthy", "place": "process", "error": None, "delivered": 100, "dropped": 7,
        "restarts": None, "run": TRACE.hex(), "service": "weather", "last_error": "it hung",
    }  # fmt: skip
    assert (found["ghost"]["installed"], found["ghost"]["report"]["state"]) == (False, "failed")
    assert found["otlp"]["report"] is None


def test_the_commands_show_states_drops_and_errors(place: Place) -> None:
    shown = place.fanlight("plugins")
    assert shown.returncode == 0
    rows = {line.split()[0]: line for line in shown.stdout.splitlines() if line.strip()}
    assert rows["probe"].split()[1:6] == ["charm-telemetry-probe", "installed", "1.2", "healthy", "100"]
    assert "\\x1b[31mno module" in rows["ghost"]
    assert "bad is skipped" in shown.stderr
    here = json.loads(place.fanlight("plugins", "--here", "--json").stdout)
    assert named(here)["otlp"]["pypi_package"] == "fanlight"
    told = json.loads(place.fanlight("doctor", "--json").stdout)["items"]
    exporters = {finding["text"]: finding["state"] for finding in told if finding["about"] == "exporter"}
    assert exporters == {
        "ghost is failed: \x1b[31mno module": "note",
        "probe is healthy, 7 events dropped": "note",
    }


def test_the_server_never_imported_an_exporter(place: Place) -> None:
    place.get("plugins")
    place.get("projects/default/plugins")
    assert not place.mark.exists()
    # The mark works: whoever imports it leaves it.
    code = "import sys; sys.path.insert(0, sys.argv[1]); import probe_exporter"
    subprocess.run([sys.executable, "-c", code, str(place.mark.parent)], check=True)
    assert place.mark.exists()
