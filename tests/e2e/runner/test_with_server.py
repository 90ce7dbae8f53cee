"""Runs as the server has them afterwards."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from benchmarks.server import free_port
from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from tests.e2e.runner.conftest import forwarding, logs_of, stored
from tests.fixtures.command import Fanlight
from tests.fixtures.runs import MakeAgent

TALKING = """
import sys
def agent(inputs, callbacks):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    callbacks[0].on_tool_start({"name": "search"}, "q=trains")
    callbacks[0].on_tool_end("R10")
    for token in ("take ", "the train"):
        callbacks[0].on_llm_new_token(token)
    return "take the train"
"""


def spans_of(client: Client, run_id: str) -> dict[str, tuple[str, str | None]]:
    """Name: (kind, name of the parent)."""
    columns = client.project_get(f"traces/{run_id}")["columns"]
    names = dict(zip(columns["span_id"], columns["name"], strict=True))
    rows = zip(columns["name"], columns["kind"], columns["parent_span_id"], strict=True)
    return {name: (kind, names.get(parent)) for name, kind, parent in rows}


def run_json(fanlight: Fanlight, agent: Path, *more: object, **options: Any) -> dict[str, Any]:
    done = fanlight("run", agent, "--json", *more, **options)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "exit_status": done.status}


TRACED = """
import os
import fanlight
fanlight.configure(service_name="inside")
def agent():
    assert os.environ["OTEL_ENDPOINT"] == os.environ["FANLIGHT_URL"]
    assert os.environ["MESHAGENT_ROOM"] == "lobby"
    with fanlight.run("own run"), fanlight.span("look", kind="tool"):
        return os.environ["FANLIGHT_RUN_ID"]
"""

IN_NODE = """
const given = JSON.parse(require("fs").readFileSync(process.env.CHARM_INPUT_FILE));
const say = (event) => console.log("__CHARM_EVENT__" + JSON.stringify(event));
say({type: "tool_usage", tool: "search", count: -100});
say({type: "usage", id: "call-1", model: "gpt-4o", tokens_input: 1000, tokens_output: 10, cost: "0.25"});
say({type: "usage", id: "call-1", model: "gpt-4o", tokens_input: 1000, tokens_output: 10, cost: "0.25"});
say({type: "usage", id: "call-2", tokens: -5});
say({type: "billing", id: "order-7", amount: "0.05", currency: "EUR"});
say({type: "delta", content: "half \\ud800 of a character"});
say({type: "final", content: "hello " + given.name + " \\ud800", format: "markdown"});
console.error("secret " + process.env.API_TOKEN);
"""

WAITING = """
def agent():
    return {"status": "suspended", "thread_id": "t1", "next_step": ["human"], "charm_state": {"n": 1}}
"""

FAILING = "def agent(inputs): raise ValueError('boom sk-123456789 ' + inputs['password'])"

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def outcomes(fanlight: Fanlight, make_agent: MakeAgent) -> Outcomes:
    """One run of each kind, made before any is looked at: the server stores them meanwhile."""
    place = ("--room", "lobby", "--session", "s1")
    node = hatch_build.get_node()
    in_node = make_agent(adapter="node", entry=f"{node.folder / 'node'} main.js")
    (in_node / "main.js").write_text(IN_NODE)
    failing = make_agent(FAILING)
    (failing / ".env").write_text("PASSWORD=hunter2-hunter2\n")
    secret = {"API_TOKEN": "very-secret-token"}
    return {
        "talking": run_json(fanlight, make_agent(TALKING), "--input", '{"q": "x"}', *place),
        "leaving": run_json(fanlight, make_agent("import sys\ndef agent(): sys.exit(3)")),
        "traced": run_json(fanlight, make_agent(TRACED), *place),
        "node": run_json(fanlight, in_node, "-i", '{"name": "Åse"}', "--env", "API_TOKEN", env=secret),
        "waiting": run_json(fanlight, make_agent(WAITING)),
        "failing": run_json(fanlight, failing, "--input", '{"password": "hunter2-hunter2"}'),
    }


def root_attributes(client: Client, run: dict[str, Any]) -> dict[str, Any]:
    span = client.project_get(f"traces/{run['id']}/spans/{run['root_span_id']}")
    return {each["key"]: each["value"] for each in span["attributes"]}


def test_a_run_is_stored_with_its_tree_its_events_and_its_lines(client: Client, outcomes: Outcomes) -> None:
    outcome = outcomes["talking"]
    assert (outcome["status"], outcome["exit_status"], outcome["was_sent"]) == ("success", 0, True)
    run = stored(client, outcome["run"])
    assert {key: run[key] for key in ("status", "agent", "room", "session", "input", "output", "error")} == {
        "status": "success",
        "agent": "tester",
        "room": "lobby",
        "session": "s1",
        "input": '{"q": "x"}',
        "output": "take the train",
        "error": None,
    }
    assert spans_of(client, outcome["run"]) == {
        "tester": ("agent", None),
        "search": ("tool", "tester"),
        "model stream": ("llm", "tester"),
    }
    logs = logs_of(client, outcome["run"])
    events = [log for log in logs if log["event_name"] == "fanlight.run.event"]
    assert [(log["attributes"]["fanlight.event.seq"], log["body"]) for log in events[:-1]] == [
        (1, '{"type": "status", "content": "Initializing Agent Runtime..."}'),
        (2, '{"type": "thinking", "content": "Using Tool: search\\nInput: q=trains\\n"}'),
        (3, '{"type": "tool_usage", "tool": "search", "count": 1}'),
        (4, '{"type": "thinking", "content": "Tool Output: R10...\\n"}'),
        (5, '{"type": "delta", "content": "take "}'),
        (6, '{"type": "delta", "content": "the train"}'),
        (7, '{"type": "final", "content": "take the train", "format": "markdown"}'),
    ]
    assert events[-1]["attributes"]["fanlight.event.type"] == "internal_run_finished"
    assert {log["attributes"]["fanlight.event.verified"] for log in events} == {True}
    lines = [
        (
            log["attributes"]["fanlight.stream"],
            log["attributes"]["fanlight.line.seq"],
            log["level"],
            log["body"],
        )
        for log in logs
        if "fanlight.stream" in log["attributes"]
    ]
    assert sorted(lines) == [("stderr", 1, "warn", "to stderr"), ("stdout", 1, "info", "to stdout")]


def test_an_agent_that_exits_with_3_is_a_closed_run_in_error_with_that_code(
    client: Client, outcomes: Outcomes
) -> None:
    outcome = outcomes["leaving"]
    assert (outcome["status"], outcome["exit_code"], outcome["exit_status"]) == ("error", 3, 1)
    run = stored(client, outcome["run"])
    assert (run["status"], run["error"]["message"]) == ("error", "the agent ended itself with exit code 3")
    assert root_attributes(client, dict(run))["fanlight.run.exit_code"] == 3


def test_a_suspended_run_is_stored_as_one(client: Client, outcomes: Outcomes) -> None:
    outcome = outcomes["waiting"]
    assert (outcome["status"], outcome["state"], outcome["exit_status"]) == ("suspended", {"n": 1}, 0)
    assert stored(client, outcome["run"])["status"] == "suspended"
    bodies = [log["body"] for log in logs_of(client, outcome["run"]) if log["event_name"]]
    assert bodies[1:3] == [
        '{"type": "state_update", "content": {"n": 1}}',
        '{"type": "control", "status": "suspended", "thread_id": "t1", "next_step": ["human"]}',
    ]


def test_what_an_agent_traces_itself_hangs_below_its_run(client: Client, outcomes: Outcomes) -> None:
    outcome = outcomes["traced"]
    assert outcome["output"] == outcome["run"]
    assert stored(client, outcome["run"])["span_count"] == 3
    assert spans_of(client, outcome["run"]) == {
        "tester": ("agent", None),
        "own run": ("agent", "tester"),
        "look": ("tool", "own run"),
    }


def test_an_agent_in_node_speaks_by_the_compatible_prefix_and_is_not_verified(
    client: Client, outcomes: Outcomes
) -> None:
    outcome = outcomes["node"]
    assert (outcome["status"], outcome["output"], outcome["tool_usage"]) == (
        "success",
        "hello Åse \ud800",
        {},
    )
    assert stored(client, outcome["run"])["output"] == "hello Åse ?"
    logs = logs_of(client, outcome["run"])
    run = client.project_get(f"runs/{outcome['run']}")
    assert (run["llm_count"], run["tokens"]["input"], float(run["cost"]["amount"])) == (2, 1000, 0.25)
    (refused,) = [log["body"] for log in logs if log["event_name"] == "fanlight.run.refused"]
    assert refused.startswith(
        "usage is not counted: 'tokens' is no field of a usage event; one of agent, cost"
    )
    (bill,) = [log["attributes"] for log in logs if log["event_name"] == "fanlight.billing"]
    assert (bill["fanlight.billing.amount"], bill["fanlight.event.verified"]) == ("0.05", False)
    events = [log["attributes"] for log in logs if log["event_name"] == "fanlight.run.event"]
    assert {about["fanlight.event.type"]: about["fanlight.event.verified"] for about in events} == {
        "tool_usage": False,
        "usage": False,
        "billing": False,
        "delta": False,
        "final": False,
        "internal_run_finished": True,
    }
    assert "secret ***" in [log["body"] for log in logs if log["level"] == "warn"]


def test_a_run_whose_server_is_away_goes_on_and_is_there_later(
    fanlight: Fanlight, client: Client, server: DemoServer, make_agent: MakeAgent, tmp_path: Path
) -> None:
    agent, port = make_agent(TALKING), free_port()
    env = {"FANLIGHT_SPOOL": str(tmp_path / "spool"), "FANLIGHT_URL": f"http://127.0.0.1:{port}"}
    away = run_json(fanlight, agent, env=env)
    assert (away["status"], away["exit_status"], away["was_sent"]) == ("success", 0, False)
    with forwarding(port, server.studio):
        assert run_json(fanlight, agent, env=env)["was_sent"]
    assert stored(client, away["run"])["output"] == "take the train"


def test_the_input_of_a_stored_run_is_repeated_and_the_difference_shown(
    fanlight: Fanlight, client: Client, outcomes: Outcomes, make_agent: MakeAgent
) -> None:
    original = outcomes["talking"]["run"]
    stored(client, original)
    agent = make_agent("def agent(q):\n    print('asked', q)\n    raise ValueError('no train')")
    done = fanlight("run", agent, "--like", original[:12])
    assert done.status == 1
    assert "Agent Execution Failed: no train" in done.stderr
    assert "✗ error" in done.stderr
    table = {line.split()[0]: line.split()[1:3] for line in done.stdout.splitlines() if line.strip()}
    assert table["asked"] == ["x"]
    assert table["status"] == ["success", "error"]
    assert table["run"][0] == original[:12]


def test_a_server_has_runs_made_by_one_request_on_stdin(
    fanlight: Fanlight, client: Client, make_agent: MakeAgent
) -> None:
    run_id = secrets.token_hex(16)
    request = {
        "agent": str(
            make_agent("import os\ndef agent(a): return [a, os.environ['SETTING'] == 'from-server']")
        ),
        "input": {"a": 1},
        "env": {"SETTING": "from-server"},
        "run_id": run_id,
        "project": "default",
    }
    done = fanlight("run", "--execute", stdin=json.dumps(request))
    outcome = json.loads(done.stdout)
    assert (done.status, outcome["run"], outcome["status"], outcome["output"]) == (
        0,
        run_id,
        "success",
        [1, True],
    )
    assert stored(client, run_id)["status"] == "success"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nowhere"], 2, "no file or folder nowhere"),
        (["."], 2, "no charm.yaml in ."),
        (["{agent}", "--like", "ffffffffffff"], 1, "no run begins with 'ffffffffffff'"),
        (["{broken}"], 2, "charm.yaml is not YAML at line 1"),
    ],
)
def test_wrong_usage_says_what_to_do(
    fanlight: Fanlight, make_agent: MakeAgent, tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "charm.yaml").write_text("persona: [")
    places = {"{agent}": make_agent(TALKING), "{broken}": tmp_path / "broken"}
    done = fanlight("run", *(places.get(word, word) for word in arguments))
    assert (done.status, message in done.stderr) == (status, True)
    assert "Traceback" not in done.stderr


def test_a_secret_is_stored_nowhere(client: Client, outcomes: Outcomes) -> None:
    outcome = outcomes["failing"]
    run = stored(client, outcome["run"])
    trace = client.project_get(f"traces/{outcome['run']}/spans/{run['root_span_id']}")
    told = json.dumps([outcome, dict(run), trace, logs_of(client, outcome["run"])])
    assert "hunter2" not in told
    assert "sk-123456789" not in told
    assert run["error"]["message"] == "boom *** ***"
