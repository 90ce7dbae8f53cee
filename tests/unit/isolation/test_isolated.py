"""What the agent holds: nothing started before it is needed, nothing raised, an end that comes in time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import fanlight
from fanlight.sdk.isolation import Isolated, Limits, Target
from fanlight.sdk.isolation import launch as launching
from tests.fixtures.waiting import until


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("fanlight")}


def test_nothing_is_started_before_the_first_event() -> None:
    before = threads()
    isolated = Isolated([Target(name="acme", value="acme:Exporter")])
    assert threads() == before
    isolated.close()
    isolated.close()
    isolated.emit("on_llm_new_token", {"token": "late"})
    assert [report.state for report in isolated.reports()] == ["stopped"]


def test_without_an_interpreter_it_says_so_and_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching.sys, "executable", "")
    isolated = Isolated([Target(name="acme", value="acme:Exporter")])
    isolated.emit("on_llm_new_token", {"token": "a"})
    isolated.close()
    (report,) = isolated.reports()
    assert (report.state, report.dropped) == ("failed", 1)
    assert report.last_error == (
        'no Python interpreter to start (a frozen program?); set the exporter to place="thread"'
    )


def test_exporter_in_a_thread_shares_the_agents_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sharing_exporter.py").write_text(
        "seen = []\n"
        "class Exporter:\n"
        "    def on_llm_new_token(self, token):\n"
        "        if token == 'bad': raise SystemExit(4)\n"
        "        seen.append(token)\n"
        "    def on_error(self, run_id, error): seen.append(error)\n"
        "    def shutdown(self): seen.append('shutdown')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    isolated = Isolated([Target(name="sharing", value="sharing_exporter:Exporter", place="thread")])
    isolated.emit("on_llm_new_token", {"token": "a"})
    isolated.emit("on_llm_new_token", {"token": "bad"})
    isolated.emit("on_error", {"run_id": "local", "error": ValueError("no")})
    isolated.close(timeout_s=10)
    seen = sys.modules["sharing_exporter"].seen
    assert [repr(item) for item in seen] == ["'a'", "ValueError('no')", "'shutdown'"]
    (report,) = isolated.reports()
    assert (report.state, report.delivered, report.failed, report.dropped) == ("stopped", 2, 1, 0)


def test_thread_that_hangs_is_said_and_does_not_keep_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hanging_exporter.py").write_text(
        "import threading\nlet_go = threading.Event()\n"
        "class Exporter:\n    def on_llm_new_token(self, token): let_go.wait()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    limits = Limits(call_s=0.05)
    target = Target(name="hanging", value="hanging_exporter:Exporter", place="thread")
    isolated = Isolated([target], settings=limits)
    isolated.emit("on_llm_new_token", {"token": "a"})
    (report,) = until(isolated.reports, lambda reports: reports[0].state == "open")
    isolated.close(timeout_s=0.1)
    sys.modules["hanging_exporter"].let_go.set()
    assert (report.state, report.last_error) == ("open", "a call takes longer than 0.05 s")


def test_standard_library_is_enough() -> None:
    root = Path(fanlight.__file__).parents[1]
    code = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "import fanlight.sdk.isolation, fanlight.sdk.isolation.host\n"
        "files = [str(getattr(module, '__file__', '')) for module in sys.modules.values()]\n"
        "print([file for file in files if 'site-packages' in file])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(root)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "[]\n"
