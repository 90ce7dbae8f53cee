"""The commands of the script `charm`: agents are judged without being run; tokens are kept private."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from fanlight.cli.charm import app, settings
from fanlight.cli.main import run

AGENT_ID = "0b7f3a52-6f0c-4f0e-9a43-0d9d6a6a7c11"
MakeAgent = Callable[..., Path]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FANLIGHT_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def make_agent(tmp_path: Path) -> MakeAgent:
    """Writes an agent's folder; `runtime` and others go over what every definition has."""

    def make(code: str = "def agent(inputs, callbacks=None): ...", /, **more: Any) -> Path:
        folder = tmp_path / "agent"
        folder.mkdir()
        (folder / "main.py").write_text(code)
        runtime = {"adapter": {"type": "python", "entry_point": "main:agent"}, **more.pop("runtime", {})}
        definition = {
            "version": "0.4",
            "persona": {"name": "weather", "description": "tells it"},
            "interface": {"input": {"type": "object"}, "output": {"type": "object"}},
            "runtime": runtime,
            **more,
        }
        (folder / "charm.yaml").write_text(yaml.safe_dump(definition))
        return folder

    return make


def validated(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[tuple[str, str, str]]]:
    """The exit status, and every finding without its hint."""
    capsys.readouterr()
    status = run(app, ["validate", str(folder), "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    return status, [(each["state"], each["about"], each["text"]) for each in found]


def test_a_whole_agent_is_valid_and_none_of_its_code_runs(make_agent: MakeAgent, capsys, monkeypatch) -> None:
    monkeypatch.setenv("WEATHER_KEY", "x")
    adapter = {"type": "python", "entry_point": "main:agent", "environment_variables": ["WEATHER_KEY"]}
    code = "raise SystemExit('I was run')\ndef agent(inputs, city): ..."
    interface = {"input": {"properties": {"city": {}}}, "output": {}}
    folder = make_agent(code, runtime={"adapter": adapter, "telemetry": ["fanlight"]}, interface=interface)
    (folder / "requirements.txt").write_text("httpx\n")
    status, found = validated(folder, capsys)
    assert (status, [each[:2] for each in found]) == (
        0,
        [("ok", "entry point"), ("ok", "requirements"), ("ok", "variable"), ("ok", "telemetry")],
    )
    assert found[-1][2].endswith("has every hook")
    assert run(app, ["validate", str(folder)]) == 0
    assert "nothing is wrong" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "entry", "finding"),
    [
        ("x = 1", "main:agent", ("wrong", "entry point", "main.py has no agent; it has x")),
        ("def agent(:", "main:agent", ("wrong", "entry point", "main.py, line 1: invalid syntax")),
        ("", "gone:agent", ("wrong", "entry point", "no module gone in {folder}")),
        ("", "main", ("wrong", "entry point", "main names no attribute")),
        ("", "../main:a", ("wrong", "entry point", '"../main" is no module')),
        (
            "def agent(city): ...",
            "main:agent",
            ("warn", "entry point", "agent needs city, which the input does not name"),
        ),
        (
            "class agent:\n def run(self, inputs, day): ...",
            "main:agent",
            ("warn", "entry point", "agent needs day, which the input does not name"),
        ),
        (
            "from other import *",
            "main:agent",
            ("warn", "entry point", "agent may come from an import of everything: only a run can tell"),
        ),
    ],
)
def test_an_entry_point_is_judged_by_its_source(make_agent: MakeAgent, capsys, code, entry, finding) -> None:
    folder = make_agent(code, runtime={"adapter": {"type": "python", "entry_point": entry}})
    status, found = validated(folder, capsys)
    assert found[0] == (finding[0], finding[1], finding[2].format(folder=folder))
    assert status == (1 if finding[0] == "wrong" else 0)


def test_what_may_go_wrong_is_said_and_keeps_nobody_from_running(make_agent: MakeAgent, capsys) -> None:
    adapter = {
        "type": "python",
        "entry_point": "main:agent",
        "environment_variables": ["ABSENT_KEY", "IN_FILE"],
    }
    folder = make_agent(
        "def agent(inputs): open('/home/ann/data')",
        runtime={"adapter": adapter, "custom_image": "acme/agent:1"},
        auth={"providers": [{"name": "google", "scopes": ["mail.read"]}, {"name": "my-vendor"}]},
    )
    (folder / "requirements.txt").write_text("httpx\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (folder / ".env").write_text("IN_FILE=1\nMY_VENDOR_OAUTH_TOKEN=t\n")
    status, found = validated(folder, capsys)
    assert (status, found) == (
        0,
        [
            ("ok", "entry point", "main:agent"),
            ("warn", "code", "main.py, line 1: '/home/ann/data' is a path of one machine"),
            ("warn", "requirements", "pyproject.toml says what is installed; requirements.txt is not read"),
            ("warn", "custom_image", "acme/agent:1: pyproject.toml is installed into it at every start"),
            ("warn", "variable", "ABSENT_KEY is not set"),
            ("ok", "variable", "IN_FILE is set"),
            ("warn", "OAuth", "google (scopes mail.read): no token is supplied"),
            ("ok", "OAuth", "my-vendor (no scopes named): a token is in MY_VENDOR_OAUTH_TOKEN"),
        ],
    )


EXPORTERS = """
raise SystemExit("I was imported")
from charm.core.telemetry import BaseTelemetryExporter
class Base:
    def on_run_start(self, run_id, inputs): ...
class Partial(Base, BaseTelemetryExporter):
    def on_error(self, run_id, error): ...
"""


def test_telemetry_is_installed_and_complete_or_said_to_be_not(make_agent: MakeAgent, capsys) -> None:
    folder = make_agent(runtime={"telemetry": ["partial", "Fanlight", "gone", "nowhere", "nothing"]})
    (folder / "acme.py").write_text(EXPORTERS)
    info = folder / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    points = "[charm.telemetry]\npartial = acme:Partial\nnowhere = acme_gone:X\nnothing = acme:X\n"
    (info / "entry_points.txt").write_text(points)
    status, found = validated(folder, capsys)
    hooks = "on_run_end, on_tool_start, on_tool_end, on_tool_error, on_llm_new_token, on_agent_action"
    assert (status, found[2:]) == (
        1,
        [
            ("warn", "telemetry", f"partial (acme 1.0) lacks {hooks}"),
            ("wrong", "telemetry", "Fanlight is not installed; fanlight is"),
            ("wrong", "telemetry", "gone is not installed here: nothing would be sent to it"),
            ("wrong", "telemetry", "nowhere (acme 1.0) names the module acme_gone, which is not there"),
            ("wrong", "telemetry", "nothing (acme 1.0): acme has no X"),
        ],
    )


def test_no_definition_is_wrong_usage_and_a_wrong_one_fails(tmp_path: Path, capsys) -> None:
    (tmp_path / "empty").mkdir()
    assert run(app, ["validate", str(tmp_path / "empty")]) == 2
    (tmp_path / "empty" / "charm.yaml").write_text("version: '9'")
    assert run(app, ["validate", str(tmp_path / "empty")]) == 1
    assert "version: is '9'; write \"0.4\"" in capsys.readouterr().err


class Answers(BaseHTTPRequestHandler):
    """Answers as the server that agents are published to."""

    asked: list[tuple[str, dict[str, list[str]], str | None]] = []  # noqa: RUF012
    answer: tuple[int, bytes] = (200, b"")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.asked.append((parts.path, parse_qs(parts.query), self.headers["authorization"]))
        status, body = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of one that answers what `Answers.answer` says."""
    Answers.asked.clear()
    made = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/api"
    made.shutdown()
    thread.join()
    made.server_close()


def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda _: "fl_abc_secret\n", raising=False)
    assert run(app, ["auth", "manual", "--token-stdin", "--email", "ann@example.org"]) == 0


def test_logs_are_a_table_in_which_nothing_is_markup(make_agent, server, capsys, monkeypatch) -> None:
    folder = make_agent(id=AGENT_ID)
    signed_in(monkeypatch)
    logs = [
        {
            "created_at": "2026-01-02T03:04:05.6Z",
            "status": "success",
            "input_payload": {"message": "[red]x[/red]"},
        },
        {"created_at": None, "status": "error", "input_payload": [1], "error_message": "boom \x1b[31m"},
        {"status": "running", "input_payload": {"city": "Oslo"}},
    ]
    Answers.answer = (200, json.dumps({"logs": logs}).encode())
    capsys.readouterr()
    assert run(app, ["logs", "--path", str(folder), "-l", "3", "--api-base", server]) == 0
    done = capsys.readouterr()
    title, _, _, *rows = [line.rstrip() for line in done.out.splitlines() if line.strip()]
    assert title.strip() == "Remote Execution Logs"
    assert [row.split(maxsplit=3 if row[0] != "-" else 2) for row in rows] == [
        ["2026-01-02", "03:04:05", "success", "[red]x[/red]"],
        ["-", "error", "boom \\x1b[31m"],
        ["-", "running", "{'city': 'Oslo'}"],
    ]
    assert done.err.strip() == "Showing last 3 execution events."
    asked = ("/api/v1/agents/logs", {"agent_id": [AGENT_ID], "limit": ["3"]}, "Bearer fl_abc_secret")
    assert Answers.asked == [asked]


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ((403, b'{"error": "not yours"}'), 1, "Failed to fetch logs (403): not yours"),
        ((404, b"plain words"), 1, "Failed to fetch logs (404): plain words"),
        ((200, b"<html>"), 1, "does not speak Charm's protocol"),
        ((200, b'{"logs": []}'), 0, "No historical run logs found for this agent."),
    ],
)
def test_what_logs_cannot_show_is_said_once(
    make_agent, server, capsys, monkeypatch, answer, status, said
) -> None:
    folder = make_agent(id=AGENT_ID)
    signed_in(monkeypatch)
    Answers.answer = answer
    capsys.readouterr()
    assert run(app, ["logs", "--path", str(folder), "--api-base", server]) == status
    done = capsys.readouterr()
    assert (said in done.err, done.out, "Connection Error" in done.err) == (True, "", False)


def test_logs_need_an_id_a_token_and_a_server(make_agent, capsys, monkeypatch) -> None:
    folder = make_agent(id=AGENT_ID)
    assert run(app, ["logs", "--path", str(folder)]) == 1
    signed_in(monkeypatch)
    assert run(app, ["logs", "--path", str(folder), "--api-base", "http://127.0.0.1:1"]) == 3
    text = (folder / "charm.yaml").read_text().replace(f"id: {AGENT_ID}\n", "")
    (folder / "charm.yaml").write_text(text)
    assert run(app, ["logs", "--path", str(folder)]) == 2
    assert "charm auth manual" in capsys.readouterr().err


def test_the_token_is_kept_where_only_its_owner_reads_and_never_shown(home, capsys, monkeypatch) -> None:
    signed_in(monkeypatch)
    path = settings.settings_path()
    assert (path, path.stat().st_mode & 0o777) == (home / ".charm" / "config.toml", 0o600)
    assert run(app, ["config", "set", "core.api_base", 'http://127.0.0.1:4319/"quoted"']) == 0
    assert (settings.token(), settings.api_base(None)) == ("fl_abc_secret", 'http://127.0.0.1:4319/"quoted"')
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(app, ["config", "list"]) == run(app, ["auth", "whoami"]) == 0
    done = capsys.readouterr()
    assert ("fl_abc_secret" in done.out + done.err, "auth.token = ***" in done.out) == (False, True)
    assert "ann@example.org at" in done.out
    path.chmod(0o644)
    assert run(app, ["auth", "whoami"]) == 2
    path.chmod(0o600)
    assert run(app, ["auth", "logout"]) == 0
    assert (settings.token(), list(settings.read())) == (None, ["core"])


@pytest.mark.parametrize(
    "given", [["set", "api_base", "x"], ["set", "core.api_base", "ftp://x"], ["set", "auth.token", "x"]]
)
def test_settings_that_make_no_sense_are_refused(home: Path, given: list[str]) -> None:
    assert run(app, ["config", *given]) == 2
    assert not settings.settings_path().exists()


def test_run_hands_the_input_over_to_the_runner(make_agent: MakeAgent, capsys, monkeypatch) -> None:
    folder, given = make_agent(), {}
    monkeypatch.setattr("fanlight.cli.commands.run.run", lambda **options: given.update(options))
    assert run(app, ["run", str(folder), "--json", '{"input": "x"}', "--no-install"]) == 0
    assert (given["path"], given["input_"], given["install"]) == (folder, '{"input": "x"}', False)
    assert run(app, ["run", str(folder), "--input", "hello"]) == 0
    assert given["input_"] == '{"input": "hello"}'
    assert run(app, ["run", str(folder), "--json", "{"]) == 2
    assert run(app, ["run", str(folder), "--json", "{}", "--input", "x"]) == 2
