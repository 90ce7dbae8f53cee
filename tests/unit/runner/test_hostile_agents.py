"""Agents that hide, fork, flood, forge, leak and do not end: their run ends, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from fanlight.runner.backend import MIB, Limits
from fanlight.runner.capture.items import Event, Flooded, Line
from tests.fixtures.runs import MakeAgent, processes_with, watch
from tests.fixtures.waiting import until

HOSTILE = pytest.mark.cells(
    "T21",
    "agents that hide, fork, flood, forge, spoof and do not end",
    "no orphan, no forged event, no secret",
)


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
    until(lambda: processes_with(mark), lambda left: left == [])


def _peak_kib() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
