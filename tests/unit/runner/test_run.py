"""How runs begin, go on and end: always closed, with the true exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from fanlight.runner.backend import MIB, Limits
from fanlight.runner.capture.items import Event, Flooded, Hook, Item, Line
from fanlight.runner.definition import DefinitionError
from fanlight.runner.run import Run
from tests.fixtures.runs import MakeAgent, processes_with, watch

HOSTILE = pytest.mark.cells(
    "T21",
    "agents that hide, fork, flood, forge, spoof and do not end",
    "no orphan, no forged event, no secret",
)

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


@HOSTILE
def test_a_run_longer_than_its_time_is_ended_though_it_ignores_sigterm(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import signal, time
        def agent():
            signal.signal(signal.SIGTERM, lambda *_: print("not me", flush=True))
            time.sleep(0.1)
            while True:
                time.sleep(0.05)
        """,
        policies={"execution_timeout_seconds": 1},
    )
    seen = watch(agent, limits=Limits(grace_s=0.3))
    assert (seen.outcome.status, seen.outcome.exit_code) == ("error", 137)
    assert seen.outcome.error == "the run took longer than 1 s and was stopped"
    assert seen.lines == ["not me"]


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


@HOSTILE
def test_what_an_agent_leaves_running_ends_with_its_run(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import os, signal, subprocess, sys, time
        def agent(inputs):
            for _ in range(3):
                if os.fork() == 0:
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    os.setsid()
                    if os.fork():
                        os._exit(0)
                    time.sleep(300)
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", inputs["mark"]])
            return "done"
        """
    )
    mark = f"left-{time.monotonic_ns()}"
    seen = watch(agent, {"mark": mark}, env={"LEFT_MARK": mark})
    assert seen.outcome.status == "success"
    assert processes_with(mark) == []


@HOSTILE
def test_a_killed_supervisor_is_a_lost_run(make_agent: MakeAgent) -> None:
    agent = make_agent("import os\ndef agent():\n    os.kill(os.getppid(), 9)\n    os._exit(0)")
    seen = watch(agent)
    assert seen.outcome.status == "lost"
    assert seen.events[-1] == "internal_run_finished"


@HOSTILE
def test_memory_processes_and_output_are_limited(make_agent: MakeAgent) -> None:
    memory = make_agent("import time\ndef agent():\n    x = bytearray(400 << 20)\n    time.sleep(9)")
    assert watch(memory, limits=Limits(memory_bytes=150 * MIB)).outcome.error == (
        "the agent used more than 150 MiB of memory and was killed"
    )
    processes = make_agent(
        "import subprocess, time\ndef agent():\n"
        "    x = [subprocess.Popen(['sleep', '60']) for _ in range(20)]\n    time.sleep(9)"
    )
    assert watch(processes, limits=Limits(processes=10)).outcome.error == (
        "the agent had more than 10 processes and was killed"
    )
    output = make_agent("def agent():\n    while True:\n        print('x' * 100_000)")
    assert (
        watch(output, limits=Limits(output_bytes=3 * MIB)).outcome.error == "the agent wrote more than 3 MiB"
    )


@HOSTILE
def test_steps_and_budget_end_a_run_that_passes_them(make_agent: MakeAgent) -> None:
    code = """
        import time
        def agent(callbacks):
            for n in range(100):
                callbacks[0].on_tool_start({"name": "t"}, "")
                callbacks[0].on_tool_end("")
                print('__CHARM_EVENT__{"type": "usage", "model": "m", "cost": "0.01"}')
                time.sleep(0.05)
    """
    steps = watch(make_agent(code, policies={"max_steps": 3})).outcome
    assert (steps.status, steps.error) == ("error", "the run took more than 3 steps (policies.max_steps)")
    budget = watch(make_agent(code, policies={"budget_limit": 0.025})).outcome
    assert budget.status == "error"
    assert str(budget.error).startswith("the run cost 0.0")


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


@HOSTILE
def test_text_on_stdout_forges_no_end_no_bill_and_no_budget(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        P = "__CHARM_EVENT__"
        def agent(callbacks):
            print(P + '{"type": "final", "content": "forged"}')
            print(P + '{"type": "error", "content": "forged"}')
            print(P + '{"type": "tool_usage", "tool": "search", "count": -100}')
            print(P + '{"type": "usage", "cost": "-5"}')
            print(P + '{"type": "internal_run_finished", "content": {"exit_code": 0}}')
            callbacks[0].on_tool_start({"name": "search"}, "")
            callbacks[0].on_tool_end("")
            return "true"
        """,
        policies={"budget_limit": 1.0},
    )
    seen = watch(agent)
    assert (seen.outcome.status, seen.outcome.output, seen.outcome.tool_usage) == (
        "success",
        "true",
        {"search": 1},
    )
    verified = [item.type for item in seen.items if isinstance(item, Event) and item.verified]
    assert verified.count("final") == verified.count("internal_run_finished") == 1
    assert "error" not in verified


@HOSTILE
def test_secrets_are_masked_in_everything_that_comes_out(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import os, sys
        def agent(callbacks):
            secret, other = os.environ["API_TOKEN"], os.environ["FROM_FILE"]
            print(secret); print(other, file=sys.stderr)
            callbacks[0].on_tool_start({"name": "t"}, secret)
            for piece in (secret[:7], secret[7:]):
                callbacks[0].on_llm_new_token(piece)
            assert "PRIVATE" not in os.environ
            assert not any(secret in name for name in os.listdir("."))
            raise ValueError(secret + " sk-1234567890")
        """,
        adapter_part={"environment_variables": ["API_TOKEN"]},
    )
    (agent / ".env").write_text("FROM_FILE='file-secret'\n")
    seen = watch(agent, environ={"API_TOKEN": "token-secret-1", "PRIVATE": "keep-out"})
    assert seen.outcome.error == "Agent Execution Failed: *** ***"
    told = f"{seen.items} {seen.outcome}"
    assert "token-secret-1" not in told
    assert "file-secret" not in told
    assert "1234567890" not in told


@HOSTILE
def test_no_process_shows_a_secret_or_the_nonce_in_its_arguments(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import os, pathlib
        def agent(inputs):
            assert "FANLIGHT_EVENTS" not in os.environ
            pids = os.getpid(), os.getppid()
            commands = [pathlib.Path(f"/proc/{pid}/cmdline").read_text() for pid in pids]
            return os.environ["TOKEN_X"] in "".join(commands)
        """
    )
    assert watch(agent, env={"TOKEN_X": "secret-value"}).outcome.output is False


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


@HOSTILE
def test_an_agent_may_close_every_descriptor_and_still_be_heard(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import os
        def agent():
            os.closerange(3, 4096)
            held = [os.open("/dev/null", os.O_WRONLY) for _ in range(250)]
            return "still here"
        """
    )
    outcome = watch(agent).outcome
    assert (outcome.status, outcome.output) == ("success", "still here")


@HOSTILE
def test_what_a_forked_child_says_is_kept_and_not_verified(make_agent: MakeAgent) -> None:
    agent = make_agent(
        """
        import os
        def agent(callbacks):
            if os.fork() == 0:
                callbacks[0].on_llm_new_token("from the child")
                os._exit(0)
            os.wait()
            return "x"
        """
    )
    deltas = [item for item in watch(agent).items if isinstance(item, Event) and item.type == "delta"]
    assert [(item.value["content"], item.verified) for item in deltas] == [("from the child", False)]


@HOSTILE
def test_an_agents_own_modules_are_not_shadowed_by_the_bootstrap(make_agent: MakeAgent) -> None:
    agent = make_agent("import pipe, adapters\ndef agent(): return pipe.NAME + adapters.NAME")
    for name in ("pipe", "adapters"):
        (agent / f"{name}.py").write_text(f"NAME = {name!r}\n")
    assert watch(agent).outcome.output == "pipeadapters"


@HOSTILE
def test_binary_output_and_lone_surrogates_end_no_run(make_agent: MakeAgent) -> None:
    agent = make_agent(
        "import os\ndef agent():\n    os.write(1, bytes(range(256)))\n"
        "    return {'nan': float('nan'), 'half': '\\ud800'}"
    )
    seen = watch(agent)
    assert (seen.outcome.status, seen.outcome.output) == ("success", {"nan": None, "half": "?"})
    assert any("\ufffd" in line for line in seen.lines)


@HOSTILE
def test_a_gigabyte_without_newline_takes_bounded_memory(make_agent: MakeAgent) -> None:
    agent = make_agent(
        "import os\ndef agent():\n    piece = b'x' * 1_000_000\n    for _ in range(1_000): os.write(1, piece)"
    )
    before = _peak_kib()
    seen = watch(agent)
    (line,) = [item for item in seen.items if isinstance(item, Line)]
    assert (seen.outcome.status, len(line.text) + line.cut_bytes) == ("success", 1_000_000_000)
    assert _peak_kib() - before < 64 * 1024


@HOSTILE
def test_a_flood_of_lines_is_sampled_and_counted(make_agent: MakeAgent) -> None:
    agent = make_agent("def agent():\n    print('\\n'.join(map(str, range(30_000))))")
    seen = watch(agent)
    left_out = sum(item.items for item in seen.items if isinstance(item, Flooded))
    assert len(seen.lines) + left_out == 30_000
    assert left_out > 1_000


def test_a_definition_that_cannot_be_used_is_said_before_anything_runs(make_agent: MakeAgent) -> None:
    with pytest.raises(DefinitionError, match=r"runtime\.adapter\.type: is 'magic'"):
        watch(make_agent(adapter="magic"))


@HOSTILE
def test_a_runner_that_is_killed_leaves_nobody(make_agent: MakeAgent, tmp_path: Path) -> None:
    agent = make_agent("import time\ndef agent():\n    print('ready', flush=True)\n    time.sleep(300)")
    mark = f"killed-{time.monotonic_ns()}"
    import subprocess

    runner = subprocess.Popen(
        [sys.executable, "-m", "fanlight.cli.main", "run", str(agent), "--env", f"KILLED={mark}",
         "--url", "http://127.0.0.1:9"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "FANLIGHT_SPOOL": "off"},
    )  # fmt: skip
    assert runner.stdout is not None
    assert runner.stdout.readline() == b"ready\n"
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    until = time.monotonic() + 10
    while processes_with(mark) and time.monotonic() < until:
        time.sleep(0.02)
    assert processes_with(mark) == []


def _peak_kib() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


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
