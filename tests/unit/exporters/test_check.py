"""`fanlight exporter check` finds every way in which an exporter can be wrong, and comes back from each."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from pathlib import Path

import pytest

from fanlight.cli.exporter.check import HOOKS, Checked, Limits, check_package
from fanlight.cli.main import app, run
from fanlight.errors import InvalidError, NotFoundError

RIGHT = """
from charm.core.telemetry import BaseTelemetryExporter
import os, sys, threading, time

class Probe(BaseTelemetryExporter):
    def on_run_start(self, run_id, inputs): pass
    def on_run_end(self, run_id, outputs): pass
    def on_error(self, run_id, error): pass
    def on_tool_start(self, tool_name, input_str): pass
    def on_tool_end(self, tool_name, output): pass
    def on_tool_error(self, tool_name, error): pass
    def on_llm_new_token(self, token): pass
    def on_agent_action(self, tool, tool_input): pass
"""
LIMITS = Limits(step_s=20, slow_ms=2_000)
"""Those of a machine that has much else to do."""

HANGING = Limits(step_s=1.2, slow_ms=2_000)


def package(folder: Path, code: str, value: str = "probe_exporter:Probe") -> Path:
    """A package whose exporter is this code."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "probe_exporter.py").write_text(code)
    project = '[project]\nname = "p"\nversion = "1.0"\n[project.entry-points."charm.telemetry"]\n'
    (folder / "pyproject.toml").write_text(f'{project}probe = "{value}"\n')
    return folder


def with_hook(code: str) -> str:
    """The right exporter with this in place of one of its own."""
    return RIGHT + textwrap.indent(textwrap.dedent(code), "    ")


def checked(folder: Path, code: str, value: str = "probe_exporter:Probe") -> Checked:
    limits = HANGING if "sleep(60)" in code or "60,)" in code else LIMITS
    [found] = check_package(str(package(folder, code, value)), limits=limits).exporters
    return found


def test_a_right_exporter_has_every_hook_called_and_timed(tmp_path: Path) -> None:
    report = check_package(str(package(tmp_path, RIGHT)), limits=LIMITS)
    assert (report.package, report.version, report.is_right) == ("p", "1.0", True)
    [found] = report.exporters
    assert (found.name, found.value, found.problems) == ("probe", "probe_exporter:Probe", ())
    assert list(found.hooks_ms) == list(HOOKS)


def test_a_class_of_no_base_is_as_good(tmp_path: Path) -> None:
    code = RIGHT.replace("(BaseTelemetryExporter)", "").replace("from charm", "# from charm")
    assert checked(tmp_path, code).problems == ()


def test_missing_hooks_are_named_and_the_others_still_tried(tmp_path: Path) -> None:
    code = "\n".join(
        line for line in RIGHT.splitlines() if "on_error" not in line and "on_tool_end" not in line
    )
    found = checked(tmp_path, code)
    assert [(each.step, each.state) for each in found.problems] == [
        ("on_error", "wrong"),
        ("on_tool_end", "wrong"),
    ]
    assert len(found.hooks_ms) == 6


@pytest.mark.parametrize(
    ("hook", "step", "text"),
    [
        ("def on_tool_start(self, name, text): pass", "on_tool_start",
         "takes (name, text), and is called with (tool_name=..., input_str=...)"),
        ("def on_error(self, run_id, error, extra): pass", "on_error",
         "takes (run_id, error, extra), and is called with (run_id=..., error=...)"),
        ("def on_llm_new_token(self, token, /): pass", "on_llm_new_token",
         "takes (token, /), and is called with (token=...)"),
        ("async def on_run_end(self, run_id, outputs): pass", "on_run_end",
         "is async: Charm calls hooks and awaits nothing, so it would never run"),
        ("on_run_end = None", "on_run_end", "is missing: charmos refuses a class without it"),
        ("def on_tool_end(self, tool_name, output): raise ValueError('no key')", "on_tool_end",
         "raises ValueError: no key (probe_exporter.py:"),
        ("def on_tool_error(self, tool_name, error): sys.exit(3)", "on_tool_error", "raises SystemExit: 3 ("),
        ("def on_run_start(self, run_id, inputs): os._exit(3)", "on_run_start",
         "ends the agent's process (status 3)"),
        ("def on_run_start(self, run_id, inputs): os.kill(os.getpid(), 11)", "on_run_start",
         "ends the agent's process (SIGSEGV)"),
        ("def on_tool_start(self, tool_name, input_str): time.sleep(60)", "on_tool_start",
         "hangs: it was stopped after 1.2 s"),
        ("def __init__(self): raise KeyError('PROBE_KEY')", "init", "raises KeyError: 'PROBE_KEY' ("),
        ("def __init__(self): time.sleep(60)", "init", "hangs: it was stopped after 1.2 s"),
        ("def __init__(self): threading.Thread(target=time.sleep, args=(60,)).start()", "exit",
         "hangs: it was stopped after 1.2 s"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_hook_is_said_of_that_hook(
    tmp_path: Path, hook: str, step: str, text: str
) -> None:
    found = checked(tmp_path, with_hook(hook))
    [problem] = found.problems
    assert (problem.state, problem.step) == ("wrong", step)
    assert problem.text.startswith(text)
    if step.startswith("on_"):
        assert set(found.hooks_ms) == set(HOOKS) - {step}


def test_several_hooks_that_hang_are_each_found(tmp_path: Path) -> None:
    hang = "def {}(self, **_): time.sleep(60)\n"
    found = checked(tmp_path, with_hook(hang.format("on_run_start") + hang.format("on_error")))
    assert [each.step for each in found.problems] == ["on_run_start", "on_error"]
    assert len(found.hooks_ms) == 6


def test_a_slow_hook_is_named_with_its_time(tmp_path: Path) -> None:
    slow = package(tmp_path, with_hook("def on_run_end(self, run_id, outputs): time.sleep(0.5)"))
    [found] = check_package(str(slow), limits=Limits(step_s=20, slow_ms=400)).exporters
    [problem] = found.problems
    assert problem.step == "on_run_end"
    assert found.hooks_ms["on_run_end"] >= 500
    assert problem.text.endswith("ms, and the agent waits: it may take 400")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        (
            "import no_such_module",
            "probe_exporter:Probe",
            "raises ModuleNotFoundError: No module named 'no_such",
        ),
        ("1 +", "probe_exporter:Probe", "raises SyntaxError: "),
        (
            "",
            "probe_exporter:Probe",
            "raises AttributeError: module 'probe_exporter' has no attribute 'Probe'",
        ),
        ("Probe = 7", "probe_exporter:Probe", "raises TypeError: Probe is a int, which cannot be called"),
        ("import sys; sys.exit('no')", "probe_exporter:Probe", "raises SystemExit: no"),
        ("import time; time.sleep(60)", "probe_exporter:Probe", "hangs: it was stopped"),
        (RIGHT, "elsewhere:Probe", "raises ModuleNotFoundError: No module named 'elsewhere'"),
    ],
)
def test_what_keeps_it_from_being_imported_is_said(tmp_path: Path, code: str, value: str, text: str) -> None:
    [problem] = checked(tmp_path, code, value).problems
    assert (problem.state, problem.step) == ("wrong", "import")
    assert problem.text.startswith(text)


def test_printing_is_noted_but_not_wrong(tmp_path: Path) -> None:
    report = check_package(
        str(package(tmp_path, with_hook("def on_error(self, run_id, error): print('oh', error)"))),
        limits=LIMITS,
    )
    [problem] = report.exporters[0].problems
    assert (problem.state, report.is_right) == ("note", True)
    assert problem.text.startswith("prints to stdout ('oh an error of the check')")


def test_what_a_hanging_exporter_started_is_ended_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = f"""
def on_error(self, run_id, error):
    import subprocess
    open({str(mark)!r}, "w").write(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)
"""
    assert len(checked(tmp_path / "p", with_hook(code)).problems) == 1
    with pytest.raises(ProcessLookupError):
        _wait_gone(int(mark.read_text()))


def _wait_gone(pid: int) -> None:
    for _ in range(200):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
            raise ProcessLookupError
        time.sleep(0.01)


def test_what_is_no_package_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidError, match=r"has no pyproject\.toml"):
        check_package(str(tmp_path))
    (tmp_path / "folder-here").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidError, match=r"folder-here has no pyproject\.toml"):
        check_package("folder-here")
    (tmp_path / "pyproject.toml").write_text("[project")
    with pytest.raises(InvalidError, match="is not TOML"):
        check_package(str(tmp_path))
    with pytest.raises(NotFoundError, match="neither a folder nor installed"):
        check_package("no-such-package-here")
    with pytest.raises(InvalidError, match="cannot be started"):
        check_package("fanlight", python="/no/such/python")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'p'")
    report = check_package(str(tmp_path))
    assert [(each.step, report.is_right) for each in report.problems] == [("package", False)]


def test_our_own_exporters_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "http://public@127.0.0.1:9/1")
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    report = check_package("fanlight", limits=Limits(step_s=20, slow_ms=2_000))
    assert [(each.name, each.problems) for each in report.exporters] == [
        (name, ()) for name in ("datadog", "fanlight", "jsonl", "langsmith", "otlp", "sentry")
    ]


def test_the_command_ends_with_1_when_something_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = package(tmp_path / "right", RIGHT), package(tmp_path / "wrong", "")
    assert run(app, ["exporter", "check", str(right), "--python", sys.executable]) == 0
    capsys.readouterr()
    assert run(app, ["exporter", "check", str(wrong), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["right"] is False
    assert told["exporters"][0]["problems"][0]["step"] == "import"
    assert run(app, ["exporter", "check", str(tmp_path)]) == 2
    assert run(app, ["exporter", "check", "no-such-package-here"]) == 1
