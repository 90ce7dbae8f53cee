"""How runs begin, go on and end: always closed, with the true exit code."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from fanlight.runner.capture.items import Event, Hook, Item, Line
from fanlight.runner.definition import DefinitionError
from fanlight.runner.run import Run
from tests.fixtures.runs import MakeAgent, watch

PROBE = """
import json
def hook(name):
    def call(self, **arguments):
        with open({log!r}, "a") as log:
            log.write(json.dumps([name, arguments]) + chr(10))
    return call
class Probe: pass
for name in ("run_start", "run_end", "tool_start", "tool_end", "tool_error", "llm_new_token", "agent_action"):
    setattr(Probe, "on_" + name, hook("on_" + name))
Probe.on_error = hook("on_error")
"""


def test_a_run_has_its_events_in_charms_order_and_one_end(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        def agent(inputs, callbacks):
            tools = callbacks[0]
            tools.on_tool_start({"name": "search"}, "q=hello")
            tools.on_tool_end("result")
            for token in ("he", "llo"):
                tools.on_llm_new_token(token)
            return {"answer": inputs["q"]}
        """
    )
    seen = watch(agent, {"q": 7})
    texts = [item.text for item in seen.items if isinstance(item, Event)]
    assert texts[:-1] == [
        '{"type": "status", "content": "Initializing Agent Runtime..."}',
        '{"type": "thinking", "content": "Using Tool: search\\nInput: q=hello\\n"}',
        '{"type": "tool_usage", "tool": "search", "count": 1}',
        '{"type": "thinking", "content": "Tool Output: result...\\n"}',
        '{"type": "delta", "content": "he"}',
        '{"type": "delta", "content": "llo"}',
        '{"type": "final", "content": {"answer": 7}, "format": "json"}',
    ]
    finished = json.loads(texts[-1])
    assert finished == {
        "type": "internal_run_finished",
        "content": {"exit_code": 0, "duration_ms": seen.outcome.duration_ms},
    }
    assert all(item.verified for item in seen.items if isinstance(item, Event))
    assert [item.seq for item in seen.items if isinstance(item, Event)] == list(range(1, 9))
    assert seen.hooks == ["on_run_start", "on_tool_start", "on_tool_end", "on_run_end"]
    assert (seen.outcome.status, seen.outcome.exit_code, seen.outcome.output, seen.outcome.format) == (
        "success", 0, {"answer": 7}, "json",
    )  # fmt: skip
    assert seen.outcome.tool_usage == {"search": 1}


@pytest.mark.parametrize(
    ("code", "status", "exit_code", "error"),
    [
        ("def agent(): raise ValueError('boom')", "error", 1, "Agent Execution Failed: boom"),
        ("import sys\ndef agent(): sys.exit(3)", "error", 3, "the agent ended itself with exit code 3"),
        ("import sys\ndef agent(): sys.exit('x')", "error", 1, "the agent ended itself with exit code 1: x"),
        ("import sys\ndef agent(): sys.exit(0)", "success", 0, None),
        ("import os\ndef agent(): os._exit(9)", "error", 9, "the agent ended with exit code 9"),
        ("import os\ndef agent(): os.kill(os.getpid(), 9)", "error", 137, "the agent was ended by signal 9"),
        ("def agent(): raise KeyboardInterrupt", "error", 130, "the agent was interrupted"),
        ("def agent(): return {'status': 'error', 'message': 'no luck'}", "error", 1, "no luck"),
        ("def other(): pass", "error", 1, "Agent cannot be called: \"main\" has no 'agent'; it has other"),
        ("import nothing_like_it", "error", 1, "Agent Execution Failed: No module named 'nothing_like_it'"),
        ("def agent(city): return city", "error", 1, None),
        ("agent = 3", "error", 1, "Agent cannot be called: int is no function and has no invoke() or run()"),
        ("def agent(:", "error", 1, "Agent Execution Failed: invalid syntax (main.py, line 1)"),
    ],
)  # fmt: skip
def test_every_way_to_end_closes_the_run(
    make_agent: MakeAgent, code: str, status: str, exit_code: int, error: str | None
) -> None:
    inputs = {"a": 1} if "city" not in code else {"a": 1, "b": 2}
    seen = watch(make_agent(code.replace("city", "city, town")), inputs)
    assert (seen.outcome.status, seen.outcome.exit_code) == (status, exit_code)
    if error is not None:
        assert seen.outcome.error == error
    assert seen.events[-1] == "internal_run_finished"
    assert seen.events.count("internal_run_finished") == 1
    assert seen.events.count("error") == (status == "error")
    assert seen.events.count("final") == (status == "success")


def test_a_suspended_run_says_what_it_waits_for_and_keeps_its_state(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        def agent():
            return {"status": "suspended", "thread_id": "t1", "next_step": ["human"], "charm_state": {"n": 1}}
        """
    )
    seen = watch(agent)
    assert (seen.outcome.status, seen.outcome.exit_code, seen.outcome.state) == ("suspended", 0, {"n": 1})
    assert seen.events == ["status", "state_update", "control", "internal_run_finished"]


def test_an_agent_that_heeds_sigterm_leaves_with_its_own_code(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import signal, sys, time
        def agent():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
            time.sleep(30)
        """
    )
    seen = watch(agent, timeout_s=0.6)
    assert (seen.outcome.status, seen.outcome.exit_code) == ("error", 5)


def test_cancelling_closes_the_run_as_cancelled(make_agent: MakeAgent) -> None:
    agent = make_agent("import time\ndef agent():\n    print('ready')\n    time.sleep(30)")

    def cancel(run: Run, item: Item) -> None:
        if isinstance(item, Line):
            run.cancel()

    seen = watch(agent, react=cancel)
    assert (seen.outcome.status, seen.outcome.exit_code) == ("cancelled", 143)
    assert seen.events[-1] == "internal_run_finished"


def test_the_servers_idea_of_the_cost_ends_a_run_too(
    make_agent: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fanlight.runner.run.COST_S", 0.05)
    told = iter([None, Decimal("0.5"), Decimal("1.25")])

    async def cost() -> Decimal | None:
        return next(told)

    agent = make_agent("import time\ndef agent(): time.sleep(30)", policies={"budget_limit": 1.0})
    outcome = watch(agent, cost=cost).outcome
    assert (outcome.status, outcome.exit_code) == ("error", 143)
    assert outcome.error == "the run cost 1.250000 of 1.0 USD (policies.budget_limit)"


def test_a_shell_agent_gets_its_input_as_a_file_and_its_stdout_is_the_output(make_agent: MakeAgent) -> None:
    command = 'cat "$CHARM_INPUT_FILE" input.json; echo; echo "${FANLIGHT_EVENTS-none}"; exit ${CODE:-0}'
    agent = make_agent(adapter="process", entry=command)
    done = watch(agent, {"a": "é"})
    assert (done.outcome.status, done.outcome.output) == ("success", '{"a": "é"}{"a": "é"}\nnone')
    assert done.events == ["final", "internal_run_finished"]
    failed = watch(agent, {}, env={"CODE": "7"}).outcome
    assert (failed.status, failed.exit_code) == ("error", 7)
    assert str(failed.error).startswith("the agent ended with exit code 7\n{}{}")


def test_an_agent_is_an_async_method_of_a_class_and_its_input_no_object(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        class Agent:
            async def run(self, input, callbacks=None):
                return {"_charm_render_type": "card", "title": input}
        """,
        entry="main.py:Agent",
    )
    outcome = watch(agent, "hello").outcome
    assert (outcome.output, outcome.format) == (
        {"_charm_render_type": "card", "title": "hello"},
        "rich_component",
    )


def test_a_definition_that_cannot_be_used_is_said_before_anything_runs(make_agent: MakeAgent) -> None:
    with pytest.raises(DefinitionError, match=r"runtime\.adapter\.type: is 'magic'"):
        watch(make_agent(adapter="magic"))


def test_an_exporter_that_charm_yaml_names_is_called_in_the_agents_process_family(
    make_agent: MakeAgent,
) -> None:
    agent = make_agent(
        "def agent(callbacks):\n    callbacks[0].on_tool_start({'name': 't'}, 'in')\n"
        "    callbacks[0].on_tool_end('out')\n    callbacks[0].on_llm_new_token('tok')\n    return 'x'",
        runtime={"telemetry": ["probe"]},
    )
    (agent / "probe.py").write_text(PROBE.format(log=str(agent / "calls")))
    info = agent / "probe-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[charm.telemetry]\nprobe = probe:Probe\n")
    seen = watch(agent)
    assert seen.outcome.status == "success"
    calls = [json.loads(line) for line in (agent / "calls").read_text().splitlines()]
    assert calls == [
        ["on_run_start", {"run_id": seen.outcome.run_id, "inputs": {}}],
        ["on_tool_start", {"tool_name": "t", "input_str": "in"}],
        ["on_tool_end", {"tool_name": "t", "output": "out"}],
        ["on_llm_new_token", {"token": "tok"}],
        ["on_run_end", {"run_id": seen.outcome.run_id, "outputs": {"status": "success", "output": "x"}}],
    ]


def test_an_exporter_that_is_not_installed_is_said_and_stops_nothing(make_agent: MakeAgent) -> None:
    agent = make_agent(
        "def agent(callbacks):\n    callbacks[0].on_tool_start({'name': 't'}, 'in')\n"
        "    callbacks[0].on_tool_error(ValueError('bad'))\n    return 'x'",
        runtime={"telemetry": ["not-installed-anywhere"]},
    )
    seen = watch(agent)
    assert seen.outcome.status == "success"
    assert any("not-installed-anywhere" in line for line in seen.lines)
    (told,) = [
        item.arguments for item in seen.items if isinstance(item, Hook) and item.name == "exporter_report"
    ]
    assert (told["name"], told["state"]) == ("not-installed-anywhere", "failed")
    (failed,) = [item for item in seen.items if isinstance(item, Hook) and item.name == "on_tool_error"]
    assert (failed.arguments["tool_name"], failed.arguments["error"]["message"]) == ("t", "bad")
