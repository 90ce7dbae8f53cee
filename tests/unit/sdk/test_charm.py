"""Charm's names through the thin packages: hooks, stdout events, loading of exporters, our own exporter."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from charm.core.io import EVENT_PREFIX, CharmEmitter, StdoutInterceptor
from charm.core.telemetry import BaseTelemetryExporter, CharmEmitterExporter, TelemetryManager
from inline_snapshot import snapshot

from fanlight.sdk.charm.hooks import HOOKS as ALL_HOOKS
from fanlight.sdk.isolation import ExporterReport

from .conftest import Ended, Receiver, plain

HOOKS = {
    "on_run_start": {"run_id": "local", "inputs": {"q": 1}},
    "on_agent_action": {"tool": "search", "tool_input": {"q": "x"}},
    "on_tool_start": {"tool_name": "search", "input_str": "q=x"},
    "on_tool_error": {"tool_name": "search", "error": ValueError("bad")},
    "on_tool_end": {"tool_name": "search", "output": "y" * 600},
    "on_llm_new_token": {"token": "he"},
    "on_run_end": {"run_id": "local", "outputs": {"status": "success"}},
    "on_error": {"run_id": "local", "error": RuntimeError("late")},
}


def events(text: str) -> list[dict[str, Any]]:
    """The events in captured stdout."""
    return [json.loads(line.removeprefix(EVENT_PREFIX)) for line in text.splitlines()]


def test_every_hook_may_be_left_out() -> None:
    exporter = BaseTelemetryExporter()
    for name, arguments in HOOKS.items():
        getattr(exporter, name)(**arguments)
    assert set(HOOKS) == set(ALL_HOOKS)


def test_the_emitter_writes_charms_lines(capsys: pytest.CaptureFixture[str]) -> None:
    CharmEmitter.emit_status("ready")
    CharmEmitter.emit_final("done")
    CharmEmitter.emit_final({"a": 1})
    CharmEmitter.emit_final({"_charm_render_type": ""})
    CharmEmitter.emit_artifact("a", "x/a", "a/pdf")
    CharmEmitter.emit_tool_usage("search")
    CharmEmitter.emit_error("lone \ud800 surrogate ü")
    assert capsys.readouterr().out.splitlines() == snapshot(
        [
            '__CHARM_EVENT__{"type": "status", "content": "ready"}',
            '__CHARM_EVENT__{"type": "final", "content": "done", "format": "markdown"}',
            '__CHARM_EVENT__{"type": "final", "content": {"a": 1}, "format": "json"}',
            (
                '__CHARM_EVENT__{"type": "final", "content": {"_charm_render_type": ""}, '
                '"format": "rich_component"}'
            ),
            '__CHARM_EVENT__{"type": "artifact", "content": {"name": "a", "url": "x/a", "mime": "a/pdf"}}',
            '__CHARM_EVENT__{"type": "tool_usage", "tool": "search", "count": 1}',
            '__CHARM_EVENT__{"type": "error", "content": "lone ? surrogate ü"}',
        ]
    )


def test_the_emitter_exporter_turns_hooks_into_thinking_and_deltas(
    capsys: pytest.CaptureFixture[str],
) -> None:
    manager = TelemetryManager()
    for name, arguments in HOOKS.items():
        manager.dispatch(name, **arguments)
    assert [(event["type"], event["content"]) for event in events(capsys.readouterr().out)] == [
        ("thinking", "Thought: I need to use search with {'q': 'x'}\n"),
        ("thinking", "Using Tool: search\nInput: q=x\n"),
        ("thinking", "Tool Error: bad\n"),
        ("thinking", "Tool Output: " + "y" * 500 + "...\n"),
        ("delta", "he"),
    ]


def test_the_interceptor_passes_events_and_turns_whole_lines_into_thinking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = io.StringIO()
    monkeypatch.setattr("sys.stdout", real)
    stream = StdoutInterceptor()
    stream.write("unfinished ")
    stream.write(EVENT_PREFIX + '{"type": "delta", "content": "x"}\n')
    stream.write("line\n\n  \nnext")
    assert [event["content"] for event in events(real.getvalue())] == ["x", "unfinished line\n"]
    assert (stream.buffer, stream.isatty()) == ("next", False)


def test_threads_that_print_at_once_lose_and_double_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = io.StringIO()
    monkeypatch.setattr("sys.stdout", real)
    stream = StdoutInterceptor()
    threads = [
        threading.Thread(target=lambda n=n: [stream.write(f"{n}-{i}\n") for i in range(200)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(event["content"] for event in events(real.getvalue())) == sorted(
        f"{n}-{i}\n" for n in range(8) for i in range(200)
    )


PACKAGE = """
import json, os, sys
from charm.core.telemetry import BaseTelemetryExporter

class Good(BaseTelemetryExporter):
    def on_run_start(self, **arguments):
        self.keep("on_run_start", arguments)
    def on_tool_error(self, **arguments):
        self.keep("on_tool_error", {**arguments, "error": repr(arguments["error"])})
    def keep(self, hook, arguments):
        with open(os.environ["KEPT"], "a") as file:
            file.write(json.dumps([hook, arguments, os.getpid()]) + "\\n")

class Leaving:
    def on_run_start(self, **arguments):
        sys.exit(3)
    def __getattr__(self, name):
        if name.startswith("on_"):
            return lambda **arguments: None
        raise AttributeError(name)

class Partial:
    def on_run_start(self, run_id, inputs):
        pass
"""
ENTRY_POINTS = """[charm.telemetry]
good = throwaway:Good
leaving = throwaway:Leaving
partial = throwaway:Partial
unimportable = throwaway_absent:Nothing
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with exporters, installed; where the good one keeps what it gets."""
    (tmp_path / "throwaway.py").write_text(PACKAGE)
    info = tmp_path / "throwaway-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: throwaway\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("KEPT", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_exporters_of_others_get_keywords_in_another_process_and_each_fault_is_said_once(
    package: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[ExporterReport] = []
    names = ["good", "leaving", "good", "partial", "unimportable", "absent"]
    manager = TelemetryManager(names, on_report=told.append)
    assert [type(exporter) for exporter in manager.exporters] == [CharmEmitterExporter]
    manager.dispatch("on_run_start", "local", inputs={"q": 1})
    manager.dispatch("on_tool_error", tool_name="search", error=LookupError("gone"))
    manager.close(10)
    kept = [json.loads(line) for line in package.read_text().splitlines()]
    assert [(hook, arguments) for hook, arguments, _ in kept] == [
        ("on_run_start", {"run_id": "local", "inputs": {"q": 1}}),
        ("on_tool_error", {"tool_name": "search", "error": "LookupError('gone')"}),
    ]
    assert os.getpid() not in {pid for _, _, pid in kept}
    last = {report.name: report for report in told}
    assert set(last) == {"good", "leaving", "partial", "unimportable", "absent"}
    assert (last["good"].state, last["good"].delivered) == ("stopped", 2)
    assert last["absent"].last_error == "not installed here"
    assert "SystemExit" in str(last["leaving"].last_error)
    said = sorted(record.getMessage() for record in caplog.records)
    assert [text.split(": ")[0] for text in said] == [
        "telemetry exporter 'absent' is off",
        "telemetry exporter 'partial' has not all it is called for",
        "telemetry exporter 'unimportable' is off",
    ]
    assert "throwaway_absent" in said[2]


def test_an_exporter_shares_the_agents_process_only_when_it_is_named(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANLIGHT_EXPORTERS_IN_THREAD", "other, good")
    manager = TelemetryManager(["good"], on_report=lambda report: None)
    manager.dispatch("on_run_start", run_id="local", inputs={})
    manager.close(10)
    assert json.loads(package.read_text())[2] == os.getpid()


def test_an_exporter_of_this_process_cannot_end_the_run(caplog: pytest.LogCaptureFixture) -> None:
    class Leaving(BaseTelemetryExporter):
        def on_run_start(self, run_id: str, inputs: dict[str, Any]) -> None:
            raise SystemExit(3)

    manager = TelemetryManager()
    manager.exporters.append(Leaving())
    manager.dispatch("on_run_start", run_id="local", inputs={})
    assert "Leaving.on_run_start failed (SystemExit)" in caplog.text


AGENT = """
from concurrent.futures import ThreadPoolExecutor
from charm.core.telemetry import TelemetryManager
import fanlight

fanlight.configure(service_name="desk")
hooks = TelemetryManager(["fanlight"])
call = hooks.dispatch
call("on_run_start", run_id="local", inputs={"ticket": 7})
call("on_tool_start", tool_name="a", input_str="1")
with ThreadPoolExecutor(1) as pool:
    pool.submit(call, "on_tool_start", tool_name="b", input_str="2").result()
call("on_tool_end", tool_name="Unknown", output="of a, the oldest")
call("on_tool_error", tool_name="b", error=LookupError("gone"))
call("on_agent_action", tool="a", tool_input="x")
for piece in ("Hel", "lo"):
    call("on_llm_new_token", token=piece)
call("on_run_end", run_id="local", outputs={"status": STATUS, "output": "Hello"})
"""
ENDINGS = {"success": "", "error": 'call("on_error", run_id="local", error=RuntimeError("no"))'}


@pytest.mark.parametrize("status", ["success", "error"])
def test_our_exporter_makes_spans_of_the_hooks(
    receiver: Receiver, program: Callable[..., Ended], status: str
) -> None:
    code = AGENT.replace("STATUS", repr(status)) + ENDINGS[status]
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr) == (0, "")
    assert receiver.tree() == [
        ("a", "charm run"),
        ("b", "charm run"),
        ("charm run", None),
        ("model stream", "charm run"),
    ]
    spans = {span.name: span for span in receiver.spans}
    attributes = {name: plain(span.attributes) for name, span in spans.items()}
    assert attributes["a"]["gen_ai.tool.call.result"] == "of a, the oldest"
    assert attributes["b"]["error.type"] == "LookupError"
    assert attributes["model stream"]["fanlight.output"] == "Hello"
    assert attributes["charm run"]["fanlight.input"] == '{"ticket": 7}'
    assert [event.name for event in spans["charm run"].events if event.name != "exception"] == [
        "agent action"
    ]
    assert (spans["charm run"].status.code, spans["charm run"].status.message) == (
        (0, "") if status == "success" else (2, "no")
    )
