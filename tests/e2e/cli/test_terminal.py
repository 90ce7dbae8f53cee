"""The command line against a real server: what goes in comes out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.readback import stored_tree
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer
from fanlight.errors import NotFoundError
from tests.fixtures.command import Fanlight
from tests.fixtures.waiting import until

from .conftest import ROOT

HOSTILE = "[bold red]x[/] \x1b]0;owned\x07 \u202egnp.exe"


def document(trace_id: str, names: list[str]) -> dict[str, Any]:
    """OTLP/JSON of one trace: the first span is the root, the others are below it. One log record with it."""
    now = time.time_ns()
    spans = [
        {
            "traceId": trace_id, "spanId": f"{number:016x}", "name": name, "kind": 1,
            "parentSpanId": "" if number == 1 else f"{1:016x}",
            "startTimeUnixNano": str(now + number), "endTimeUnixNano": str(now + 10**6),
        }
        for number, name in enumerate(names, 1)
    ]  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "terminal"}}]}
    record: dict[str, Any] = {"timeUnixNano": str(now), "severityNumber": 17, "traceId": trace_id}
    record["body"] = {"stringValue": f"log of {names[0]}"}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}],
        "resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}],
    }


def wait_for_run(client: Client, run_id: str, spans: int) -> dict[str, Any]:
    """The run, once its summary has so many spans."""

    def look() -> dict[str, Any]:
        try:
            run: dict[str, Any] = client.project_get(f"runs/{run_id}")
        except NotFoundError:
            return {"span_count": 0}
        return run

    return until(look, lambda run: run["span_count"] == spans)


def test_an_imported_file_is_listed_shown_and_read_and_importing_it_again_changes_nothing(
    fanlight: Fanlight, client: Client, tmp_path: Path
) -> None:
    trace_id = "1" * 32
    path = tmp_path / "one.json"
    path.write_text(json.dumps(document(trace_id, [HOSTILE, "second", "third"])))
    for _ in range(2):
        imported = fanlight("import", str(path), "--json")
        assert json.loads(imported.stdout)["items"][0] | {"path": ""} == {
            "path": "", "requests": 2, "refused": {}, "error": None,
        }  # fmt: skip
        assert imported.status == 0
    wait_for_run(client, trace_id, 3)
    listed = json.loads(fanlight("runs", f"trace:{trace_id}", "--json").stdout)["items"]
    assert [(run["id"], run["name"], run["span_count"]) for run in listed] == [(trace_id, HOSTILE, 3)]
    shown = json.loads(fanlight("show", trace_id[:9], "--json").stdout)
    assert stored_tree(shown["trace"]["columns"]) == {
        f"{1:016x}": (None, HOSTILE),
        f"{2:016x}": (f"{1:016x}", "second"),
        f"{3:016x}": (f"{1:016x}", "third"),
    }
    logs = json.loads(fanlight("logs", f"trace:{trace_id}", "--json").stdout)["items"]
    assert [(record["level"], record["body"]) for record in logs] == [("error", f"log of {HOSTILE}")]
    for command in (["runs"], ["show", trace_id], ["logs"]):
        plain = fanlight(*command).stdout
        assert r"[bold red]x[/] \x1b]0;owned\x07 \u202egnp.exe" in plain
        assert not re.search("[\x07\x1b\u202e]", plain)


def test_tail_shows_what_arrives_while_it_runs(server: DemoServer) -> None:
    trace_id = "2" * 32
    with subprocess.Popen(
        [sys.executable, "-m", "fanlight.cli.main", "tail", f"run:{trace_id}", "--json", "--limit", "1"],
        env={**bare_environment(), "FANLIGHT_URL": server.studio},
        stdout=subprocess.PIPE,
        text=True,
    ) as tail:
        try:
            # It may still be connecting, so something new is sent until it has seen some of it.
            deadline, names = time.monotonic() + 60, ["live agent"]
            while tail.poll() is None and time.monotonic() < deadline:
                spans = {"resourceSpans": document(trace_id, names)["resourceSpans"]}
                httpx.post(f"{server.otlp}/v1/traces", json=spans).raise_for_status()
                names.append("step")
                time.sleep(0.2)
            told = json.loads(tail.communicate(timeout=30)[0])
        finally:
            tail.kill()
    names_its_run = {"run": "id", "span": "run_id", "log": "run"}
    assert told["data"][names_its_run[told["type"]]] == trace_id


def test_projects_and_keys_over_the_api(fanlight: Fanlight, server: DemoServer) -> None:
    assert fanlight("projects", "add", "weather", "--json").status == 0
    made = json.loads(fanlight("keys", "add", "ci", "--project", "weather", "--days", "2", "--json").stdout)
    names = [
        project["name"] for project in json.loads(fanlight("projects", "list", "--json").stdout)["items"]
    ]
    assert "weather" in names
    assert fanlight("runs", "--project", "weather", "--key", made["secret"]).status == 1  # it may only ingest
    assert fanlight("keys", "revoke", made["key"]["id"], "--project", "weather").status == 0
    [listed] = json.loads(fanlight("keys", "list", "--project", "weather", "--json").stdout)["items"]
    assert listed["revoked_at"] is not None
    assert made["secret"] not in fanlight("keys", "list", "--project", "weather").stdout


def test_doctor_finds_the_server_well_and_tells_what_was_refused(fanlight: Fanlight, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    span = {"traceId": "0" * 32, "spanId": "1" * 16, "name": "zero"}
    bad.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    refused = fanlight("import", str(bad), "--json")
    assert (refused.status, list(json.loads(refused.stdout)["items"][0]["refused"].values())) == (1, [1])
    done = fanlight("doctor", "--data", str(tmp_path), "--json")
    found = {item["about"]: item for item in json.loads(done.stdout)["items"]}
    assert (done.status, found["server"]["state"]) == (0, "ok")
    assert "1 rejected" in found["traces"]["text"]
    assert "refused" in found


@pytest.mark.parametrize("script", ["charm", "meshagent"])
def test_the_thin_scripts_answer(script: str, server: DemoServer) -> None:
    path = Path(sys.executable).parent / script
    environ = {**bare_environment(), "FANLIGHT_URL": server.studio}
    version = subprocess.run([path, "--version"], capture_output=True, text=True, env=environ)
    listed = subprocess.run([path, "runs", "--json"], capture_output=True, text=True, env=environ)
    assert (version.returncode, version.stdout.startswith("fanlight ")) == (0, True)
    assert (listed.returncode, "items" in json.loads(listed.stdout)) == (0, True)


def test_the_examples_run_as_they_stand(server: DemoServer, client: Client, fanlight: Fanlight) -> None:
    environ = {**bare_environment(), "FANLIGHT_URL": server.studio}
    examples = ROOT / "examples"
    for script in ("first-trace/five_lines.py", "first-trace/with_steps.py", "custom-exporter/agent.py"):
        path = examples / script
        done = subprocess.run(
            [sys.executable, path.name],
            cwd=path.parent,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        if path.name == "with_steps.py":
            assert wait_for_run(client, done.stdout.strip(), 3)["tokens"]["input"] == 212
        if path.name == "agent.py":
            assert done.stderr == "1 tool calls, 1 tool results, 3 tokens\n"
    assert fanlight("import", str(examples / "import-files" / "trace.json")).status == 0
    assert wait_for_run(client, "5b8efff798038103d269b633813fc60c", 2)["agent"] == "librarian"
    services = {run["service"] for run in client.items("runs", limit=100)}
    assert {"trips", "calculator", "imported"} <= services


def test_the_tutorial_shows_the_code_of_the_examples() -> None:
    tutorial = (ROOT / "docs" / "tutorial" / "first-trace.md").read_text()
    shown = re.findall(r"```python\n(.*?)```", tutorial, flags=re.DOTALL)
    examples = ROOT / "examples" / "first-trace"
    assert shown[0] == (examples / "five_lines.py").read_text()
    steps = (examples / "with_steps.py").read_text()
    assert all(line in steps.splitlines() for line in shown[1].splitlines())
