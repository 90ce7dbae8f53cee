"""The published charmos, unmodified, with Fanlight's exporter beside it: what a builder sees of agents."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer, running_server
from tests.compat.stories import PROJECT, environment, read, runs, story
from tests.compat.waiting import once

from .conftest import python_with

ROOT = Path(__file__).parents[2]
AGENTS = Path(__file__).with_name("charm_agents")
PACKAGES = ["charmos==0.5.2", "langgraph==1.2.22", "langchain-core==1.7.2", "--editable", str(ROOT)]
PREFIX = "__CHARM_EVENT__"
SECRET = "sk-1234567890abcdefSECRET"
HOOKS = {
    "on_run_start": ["inputs", "run_id"],
    "on_run_end": ["outputs", "run_id"],
    "on_error": ["error", "run_id"],
    "on_tool_start": ["input_str", "tool_name"],
    "on_tool_end": ["output", "tool_name"],
    "on_tool_error": ["error", "tool_name"],
    "on_llm_new_token": ["token"],
    "on_agent_action": ["tool", "tool_input"],
}
ROUNDS = 8
pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def python() -> Path:
    """An interpreter that has charmos, LangGraph and this Fanlight."""
    return python_with(PACKAGES)


def agent(tmp_path: Path, name: str, *telemetry: str, adapter: str = "python") -> Path:
    """The agent `name` in a folder of its own."""
    folder = tmp_path / f"{name}-{'-'.join(telemetry) or 'alone'}"
    folder.mkdir()
    (folder / "main.py").write_text((AGENTS / name / "main.py").read_text())
    definition = {
        "version": "0.4.1",
        "persona": {"name": name, "description": "an agent of the tests"},
        "interface": {"input": {"type": "object"}, "output": {"type": "object"}},
        "runtime": {
            "adapter": {"type": adapter, "entry_point": "main:agent"},
            "telemetry": list(telemetry),
        },
    }
    (folder / "charm.yaml").write_text(yaml.safe_dump(definition))
    return folder


def of(server: DemoServer, service: str, tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of an agent that is seen as `service`."""
    # A busy machine is no server that hangs: what is asked here is what arrives.
    own = {"FANLIGHT_SPOOL": str(tmp_path / "spool"), "FANLIGHT_EXIT_S": "20"}
    return {**environment(server, service), **own, **more}


def charm(python: Path, *arguments: str | Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return call([python.with_name("charm"), *arguments], env)


def call(command: Sequence[str | Path], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=100)


def events(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(PREFIX)]


def all_runs(client: Client, service: str, count: int) -> list[dict[str, Any]]:
    """Every run of `service`, once there are so many and all of them have ended."""

    def have_ended(found: list[dict[str, Any]]) -> bool:
        return len(found) >= count and all(run["status"] != "running" for run in found)

    return once(lambda: runs(client, service), have_ended)


def everything(client: Client, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The run and each of its spans, as the API gives them."""
    columns = client.project_get(f"traces/{run['trace_id']}")["columns"]
    spans = [client.project_get(f"traces/{run['trace_id']}/spans/{each}") for each in columns["span_id"]]
    for span in spans:
        span["attributes"] = {each["key"]: each["value"] for each in span["attributes"]}
    return [client.project_get(f"runs/{run['id']}"), *spans]


def test_a_run_is_one_run_and_the_output_is_the_same_as_without(python, server, client, tmp_path) -> None:
    with_us, alone = agent(tmp_path, "echo", "fanlight"), agent(tmp_path, "echo")
    env = of(server, "charm-echo", tmp_path)
    assert charm(python, "validate", with_us, env=env).returncode == 0
    done = charm(python, "run", with_us, "--json", '{"input":"x"}', env=env)
    plain = charm(python, "run", alone, "--json", '{"input":"x"}', env=env)
    assert (done.returncode, done.stderr) == (plain.returncode, plain.stderr) == (0, "")
    assert events(done.stdout) == events(plain.stdout)
    told = read(client, "charm-echo", spans=2)
    assert told.run == {
        "name": "charm run",
        "agent": "charm-echo",
        "status": "success",
        "span_count": 2,
        "tool_count": 1,
        "tokens": {},
    }
    assert told.tree == [
        "agent 'charm run' agent=charm-echo",
        "  tool 'look up' agent=charm-echo tool=look up",
    ]
    (run,) = runs(client, "charm-echo")
    assert re.fullmatch("[0-9a-f]{32}", run["id"])
    kept = client.project_get(f"runs/{run['id']}")
    assert (kept["input"], kept["output"]) == ('{"input": "x"}', "again: x")


def test_runs_of_one_process_and_of_parallel_ones_are_told_apart(python, server, client, tmp_path) -> None:
    folder, env = agent(tmp_path, "echo", "fanlight"), of(server, "charm-many", tmp_path)
    commands = [
        ["three_runs.py", folder, "a", "b", "c"],
        ["three_runs.py", folder, "d"],
        ["three_runs.py", folder, "e"],
    ]
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen([python, AGENTS / script, *rest], env=env, stdout=subprocess.DEVNULL)
            )
            for script, *rest in commands
        ]
        assert [each.wait(100) for each in started] == [0, 0, 0]
    found = all_runs(client, "charm-many", 5)
    assert len({run["id"] for run in found}) == len({run["trace_id"] for run in found}) == 5
    seen = []
    for run in found:
        whole, *spans = everything(client, run)
        (tool,) = [span for span in spans if span["name"] == "look up"]
        assert len(spans) == 2
        about = tool["attributes"]
        given, gave = (about[f"gen_ai.tool.call.{name}"] for name in ("arguments", "result"))
        seen.append((whole["status"], whole["input"], given, gave, whole["output"]))
    assert sorted(seen) == [
        ("success", f'{{"input": "{word}"}}', word, f"found {word}", f"again: {word}") for word in "abcde"
    ]


def test_a_failure_is_counted_once_and_its_secret_is_masked_everywhere(python, tmp_path) -> None:
    ports = {"port": "0", "otlp_http_port": "0", "otlp_grpc_port": "off"}
    with (
        running_server(tmp_path / "data", ports) as server,
        Client(server.studio, None, PROJECT) as client,
    ):
        env = of(server, "charm-failing", tmp_path, WEATHER_API_KEY="hunter2-hunter2")
        folder = agent(tmp_path, "failing", "fanlight")
        done = charm(python, "run", folder, "--json", '{"input":"with hunter2-hunter2"}', env=env)
        assert done.returncode == 0
        (run,) = all_runs(client, "charm-failing", 1)
        whole, *spans = everything(client, run)
        assert (run["status"], run["error_count"], len(spans)) == ("error", 1, 1)
        assert "boom *** with ***" in run["error"]["message"]
        kept = json.dumps([run, whole, *spans, list(client.items("logs", limit=200))])
        totals = client.project_get("usage/activity", group="agent", q="service:charm-failing")["total"]
    assert (SECRET in kept, "hunter2-hunter2" in kept) == (False, False)
    assert (totals["runs"], totals["errors"]) == (1, 1)
    [stands, *masked] = places_of(tmp_path / "data", "charm-failing", SECRET, "hunter2-hunter2")
    assert "runs" in stands  # what is there is found
    assert masked == [[], []]


def places_of(data: Path, *texts: str) -> list[list[str]]:
    """By text: the files of a data directory that hold it, and tables of its store with a row that does."""
    files = {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    # One process has one store open.
    done = call([sys.executable, AGENTS / "scan.py", data / "store", *texts], dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")
    tables = json.loads(done.stdout)
    return [[name for name in files if text.encode() in files[name]] + tables[text] for text in texts]


def test_an_output_that_is_no_json_fails_the_run_although_its_end_came_first(
    python, server, client, tmp_path
) -> None:
    folder, env = agent(tmp_path, "unwritable", "fanlight"), of(server, "charm-unwritable", tmp_path)
    assert charm(python, "run", folder, "--json", "{}", env=env).returncode == 0
    (run,) = once(
        lambda: runs(client, "charm-unwritable"), lambda found: [run["status"] for run in found] == ["error"]
    )
    assert run["span_count"] == 1
    assert "not JSON serializable" in run["error"]["message"]


@contextlib.contextmanager
def hole(port: int) -> Iterator[None]:
    """Something that takes connections at `port` and never answers."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        yield


# Beside other tests it is only seen that nobody waits for an answer (10 s); what it costs is measured alone.
@pytest.mark.parametrize(
    "most_s", [pytest.param(2.5, id="crowded"), pytest.param(0.5, id="alone", marks=pytest.mark.slow)]
)
def test_a_server_that_is_away_or_hangs_costs_nothing_and_gets_everything_later(
    python, tmp_path, most_s: float
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder, alone = agent(tmp_path, "echo", "fanlight"), agent(tmp_path, "echo")
    away = DemoServer("", f"http://127.0.0.1:{port}", (), None)  # type: ignore[arg-type] - it is not there
    env = of(away, "charm-away", tmp_path)
    del env["FANLIGHT_EXIT_S"]

    def seconds_of(which: Path, word: str) -> float:
        began = time.monotonic()
        done = charm(python, "run", which, "--json", json.dumps({"input": word}), env=env)
        assert (done.returncode, len(events(done.stdout))) == (0, 6), done.stderr
        return time.monotonic() - began

    def words_until_quick(how: str) -> list[str]:
        """Of as many rounds as it took. What a busy machine adds is left out by the quickest of each side."""
        words, with_us_s, alone_s = list[str](), math.inf, math.inf
        while with_us_s - alone_s > most_s or not words:
            assert len(words) < ROUNDS, (how, with_us_s, alone_s)
            words.append(f"{how} {len(words)}")
            with_us_s = min(with_us_s, seconds_of(folder, words[-1]))
            alone_s = min(alone_s, seconds_of(alone, words[-1]))
        return words

    words = words_until_quick("refused")
    with hole(port):
        words += words_until_quick("hanging")
    ports = {"port": "0", "otlp_http_port": str(port), "otlp_grpc_port": "off"}
    with (
        running_server(tmp_path / "data", ports) as server,
        Client(server.studio, None, PROJECT) as client,
    ):
        env["FANLIGHT_EXIT_S"] = "20"
        seconds_of(folder, "there")
        found = all_runs(client, "charm-away", len(words) + 1)
        told = {client.project_get(f"runs/{run['id']}")["input"] for run in found}
    assert told == {json.dumps({"input": word}) for word in [*words, "there"]}


def throwaway(folder: Path) -> Path:
    """The package of misbehaving exporters, installed in `folder`."""
    (folder / "throwaway.py").write_text((AGENTS / "throwaway.py").read_text())
    info = folder / "throwaway-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: throwaway\nVersion: 1.0\n")
    names = {"good": "Good", "boom": "Boom", "hang": "Hang", "partial": "Partial"}
    lines = [f"{name} = throwaway:{value}" for name, value in names.items()]
    (info / "entry_points.txt").write_text(
        "\n".join(["[charm.telemetry]", *lines, "missing = not_there:Any"])
    )
    return folder


def kept_by_good(path: Path) -> dict[str, list[str]]:
    return dict(json.loads(line) for line in path.read_text().splitlines())


def test_charms_own_manager_calls_exporters_of_others_beside_ours(python, server, tmp_path) -> None:
    folder = throwaway(agent(tmp_path, "hooks", "good", "boom", "partial", "missing", "absent", "fanlight"))
    env = of(server, "charm-others", tmp_path, KEPT=str(tmp_path / "kept"), PYTHONPATH=str(folder))
    for given in ("{}", '{"fail": true}'):
        assert charm(python, "run", folder, "--json", given, env=env).returncode == 0
    assert kept_by_good(tmp_path / "kept") == HOOKS


def test_our_runner_isolates_them_and_says_what_is_wrong_with_each(python, server, client, tmp_path) -> None:
    listed = ("good", "boom", "hang", "partial", "missing", "absent")
    folder = throwaway(agent(tmp_path, "hooks", *listed))
    env = of(server, "charm-runner", tmp_path, KEPT=str(tmp_path / "kept"))
    command = [sys.executable, "-m", "fanlight.cli.main", "run", folder, "--no-install", "--json"]
    command += ["--url", server.studio, "--project", PROJECT, "--env", "KEPT"]
    for given, status in (("{}", "success"), ('{"fail": true}', "error")):
        done = call([*command, "--input", given], env)
        assert json.loads(done.stdout)["status"] == status, done.stderr
    assert kept_by_good(tmp_path / "kept") == HOOKS

    def told() -> dict[str, Any]:
        items = client.project_get("plugins")["items"]
        return {each["name"]: each["report"] for each in items if each.get("report")}

    reports = once(told, lambda found: found.get("good", {}).get("state") == "stopped")
    said = {name: (reports[name]["state"], reports[name]["last_error"] or "") for name in listed}
    assert said["good"] == ("stopped", "")
    assert "RuntimeError: boom in" in said["boom"][1]
    assert "lacks hooks: on_run_start" in said["partial"][1]
    assert said["missing"][0] == "failed"
    assert "not_there" in said["missing"][1]
    assert said["absent"] == ("failed", "not installed here")
    assert said["hang"][0] == "stopped"
    assert "did not end" in said["hang"][1]


def test_tools_in_parallel_and_a_stream_of_a_graph_are_spans_of_the_run(
    python, server, client, tmp_path
) -> None:
    folder, env = (
        agent(tmp_path, "graph", "fanlight", adapter="langgraph"),
        of(server, "charm-graph", tmp_path),
    )
    done = charm(python, "run", folder, "--json", '{"input":"to Oslo"}', env=env)
    assert done.returncode == 0, done.stderr
    used = [json.loads(line.removeprefix(PREFIX)) for line in events(done.stdout)]
    assert sorted(event["tool"] for event in used if event["type"] == "tool_usage") == ["book", "search"]
    told = read(client, "charm-graph", spans=4)
    assert (told.run["status"], told.run["llm_count"], told.run["tool_count"]) == ("success", 1, 2)
    assert sorted(told.tree[1:]) == [
        "  llm 'model stream' agent=charm-graph",
        "  tool 'book' agent=charm-graph tool=book",
        "  tool 'search' agent=charm-graph tool=search",
    ]
    (run,) = runs(client, "charm-graph")
    spans = {span["name"]: span for span in everything(client, run)[1:]}
    about = {name: span["attributes"] for name, span in spans.items()}
    assert about["model stream"]["fanlight.output"] == "take the train"
    assert int(about["model stream"]["fanlight.first_token_ns"]) >= 0
    results = {name: about[name]["gen_ai.tool.call.result"] for name in ("book", "search")}
    assert ("booked train" in results["book"], "found train" in results["search"]) == (True, True)


def test_below_fanlights_runner_it_belongs_to_the_runners_run(python, server, client, tmp_path) -> None:
    folder = agent(tmp_path, "echo", "fanlight")
    trace, above = os.urandom(16).hex(), os.urandom(8).hex()
    joined = {"FANLIGHT_RUN_ID": trace, "TRACEPARENT": f"00-{trace}-{above}-01"}
    env = of(server, "charm-below", tmp_path, **joined)
    assert charm(python, "run", folder, "--json", '{"input":"x"}', env=env).returncode == 0
    # The root is the runner's, which is not here: the run never ends.
    (run,) = once(lambda: runs(client, "charm-below"), bool)
    assert run["id"] == trace
    found = once(
        lambda: story(client, run).tree,
        lambda lines: len(lines) == 3 and not any("state=open" in line for line in lines),
    )
    assert found == [
        "internal '' state=missing",
        "  agent 'charm run' agent=charm-below",
        "    tool 'look up' agent=charm-below tool=look up",
    ]
