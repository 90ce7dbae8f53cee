"""Studio's first-run snippets: each is installed as it says, run as it stands, and its run is read back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import hatch_build
from fanlight.cli.client import Client
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import DemoServer
from fanlight.cli.tree import rows_of

from .conftest import node_modules_with, python_with
from .stories import runs
from .waiting import once

PROJECT = "snippets"
SNIPPETS = Path(__file__).parents[2] / "studio" / "src" / "model" / "snippets"
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")


def install_words(name: str) -> list[str]:
    """The packages that the snippet's own install line in index.ts names."""
    source = (SNIPPETS / "index.ts").read_text()
    constants = dict(re.findall(r'const (\w+) = "([^"]+)";', source))
    [line] = re.findall(rf'name: "{name}",.*?install:\s*["`]([^"`]*)["`]', source, flags=re.DOTALL)
    filled = re.sub(r"\$\{(\w+)\}", lambda match: constants[match[1]], line)
    return filled.split()[2:]


def fill(file: str, server: DemoServer) -> str:
    """The snippet as Studio shows it for this server."""
    text = (SNIPPETS / file).read_text()
    text = text.replace("{{endpoint}}", server.otlp).replace("{{project}}", PROJECT)
    assert "{{" not in text
    return text


def run(command: list[str], script: Path) -> None:
    """Run a snippet to its end, with nothing of this process's telemetry environment."""
    done = subprocess.run(
        [*command, script.name],
        cwd=script.parent,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr.lower(), done.stderr


def spans_of(client: Client, service: str, *, count: int) -> list[tuple[str, str, str | None]]:
    """(kind, name, name of the parent) of every span of the service's only run, once it has so many."""
    [run] = once(
        lambda: runs(client, service), lambda found: len(found) == 1 and found[0]["span_count"] >= count
    )
    return _rows(client.project_get(f"traces/{run['trace_id']}")["columns"])


def _rows(columns: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    rows = rows_of(columns)
    names = {row["span_id"]: row["name"] for row in rows}
    return sorted((row["kind"], row["name"], names.get(row["parent_span_id"])) for row in rows)


PYTHON = {
    "python": ("plain.py", "hello", [
        ("agent", "invoke_agent greeter", None),
        ("llm", "chat hello-model", "invoke_agent greeter"),
    ]),
    "pydantic-ai": ("pydantic_ai.py", "pydantic-ai-hello", [
        ("agent", "invoke_agent greeter", None),
        ("llm", "chat test", "invoke_agent greeter"),
        ("llm", "chat test", "invoke_agent greeter"),
        ("tool", "execute_tool weather", "invoke_agent greeter"),
    ]),
    "langchain": ("langchain.py", "langchain-hello", [
        ("chain", "ChatPromptTemplate", "RunnableSequence"),
        ("chain", "RunnableSequence", None),
        ("llm", "FakeListChatModel", "RunnableSequence"),
    ]),
}  # fmt: skip


@pytest.mark.timeout(420)
@pytest.mark.parametrize("name", list(PYTHON))
def test_a_python_snippet_runs_as_it_stands(
    name: str, server: DemoServer, client: Client, tmp_path: Path
) -> None:
    file, service, spans = PYTHON[name]
    script = tmp_path / "hello.py"
    script.write_text(fill(file, server))
    run([str(python_with(install_words(name)))], script)
    assert spans_of(client, service, count=len(spans)) == spans


@pytest.mark.timeout(420)
def test_the_javascript_snippet_runs_as_it_stands(server: DemoServer, client: Client) -> None:
    node = hatch_build.find_node()  # PATH's, else the one that built Studio
    if node is None:
        pytest.skip("no Node.js here; make studio installs one")
    place = node_modules_with(install_words("javascript"), node)
    script = place / f"hello-{os.getpid()}.mjs"
    # It says `hello` too; a name of its own tells its run from the Python one's.
    script.write_text(
        fill("plain.mjs", server).replace('"service.name": "hello"', '"service.name": "hello-js"')
    )
    try:
        run([str(node.folder / "node")], script)
    finally:
        script.unlink()
    assert spans_of(client, "hello-js", count=2) == [
        ("agent", "invoke_agent greeter", None),
        ("llm", "chat hello-model", "invoke_agent greeter"),
    ]


@needs_curl
def test_the_curl_snippet_runs_as_it_stands(server: DemoServer, client: Client, tmp_path: Path) -> None:
    script = tmp_path / "hello.sh"
    script.write_text(
        fill("curl.sh", server).replace('{"stringValue": "hello"}', '{"stringValue": "hello-curl"}')
    )
    run(["sh"], script)
    assert spans_of(client, "hello-curl", count=1) == [("internal", "hello fanlight", None)]


def test_the_collector_snippet_sends_every_signal_to_the_server(server: DemoServer) -> None:
    config = yaml.safe_load(fill("collector.yaml", server))
    exporters = config["exporters"]
    assert [exporter["endpoint"] for exporter in exporters.values()] == [server.otlp]
    assert set(config["service"]["pipelines"]) == {"traces", "logs", "metrics"}
    for pipeline in config["service"]["pipelines"].values():
        assert set(pipeline["exporters"]) <= set(exporters)
        assert set(pipeline["receivers"]) <= set(config["receivers"])
        assert set(pipeline["processors"]) <= set(config["processors"])


def test_every_snippet_is_tested_here() -> None:
    tested = {file for file, *_ in PYTHON.values()} | {"plain.mjs", "curl.sh", "collector.yaml", "index.ts"}
    assert {path.name for path in SNIPPETS.iterdir()} == tested
