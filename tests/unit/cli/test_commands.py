"""Commands: what they ask the server, what they print, and the status they end with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len

from fanlight.cli.administration import Local
from fanlight.model.limits import TABLE, Limits, states

from .conftest import Cli

ID = "4bf92f3577b34da6a3ce929d0e0e4736"
RUN = {
    "id": ID, "trace_id": ID, "name": "root",
    "status": "error", "agent": "we[red]ather\x1b[2J",
    "started_at": "2025-01-02T03:04:05.678901234Z",
    "duration_ms": 1234.5, "tokens": {"input": 1200, "output": 30}, "models": ["gpt-4o-mini"],
    "cost": {"amount": "0.0123", "currency": "USD", "unpriced_tokens": None},
    "span_count": 2, "llm_count": 1, "tool_count": 0, "output": "cold",
    "error": {"type": "Timeout", "message": "no answer", "span_id": "b" * 16},
}  # fmt: skip
LOG = {
    "time": "2025-01-02T03:04:05.678901234Z", "level": "warn", "service": "desk", "trace_id": ID,
    "body": {"message": "late \x1b]0;title\x07", "n": 1},
}  # fmt: skip
TRACE = {
    "trace_id": RUN["trace_id"], "span_count": 2, "truncated": False,
    "columns": {
        "span_id": ["a" * 16, "b" * 16], "parent_span_id": [None, "a" * 16],
        "name": ["root", "chat"], "kind": ["agent", "llm"],
        "status": ["error", "error"], "state": ["finished", "finished"],
        "duration_ns": [1_234_500_000, 900_000_000],
        "tokens_input": [None, 1200], "tokens_output": [None, 30],
        "model": [None, "gpt-4o-mini"], "error_type": ["Timeout", "Timeout"],
    },
}  # fmt: skip


class Server:
    """Answers by path and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {
            f"/api/v1/projects/default/{path.replace('__', '/')}": a for path, a in answers.items()
        }
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(
            f"{request.url.path.removeprefix('/api/v1/projects/')}?{request.url.query.decode()}"
        )
        answer = self.answers.get(request.url.path)
        if isinstance(answer, httpx.Response):
            return answer
        if answer is None:
            error = {"code": "not_found", "message": f"nothing at {request.url.path}", "hint": "look again"}
            return httpx.Response(404, json={"error": error})
        return httpx.Response(200, json=answer)


def test_runs_are_a_table_in_which_stored_text_does_nothing(cli: Cli) -> None:
    said = "sampled: 10% of traces are taken; totals are of what is stored,"
    said += " without 1,200 spans since the start\n"
    sampled = {"head_rate": 0.1, "tail_rate": 1.0, "spans_sampled": 1_200, "traces_thinned": 0}
    server = Server(runs={"items": [RUN], "next": None}, sampling=sampled)
    ran = cli("runs", "status:error", "agent:we*", "--since", "3h", server=server, columns=140)
    assert server.asked == [
        "default/runs?limit=20&q=status%3Aerror+agent%3Awe%2A&from=now-3h",
        "default/sampling?",
    ]
    assert (ran.status, ran.stderr) == (0, said)
    heading, _, row = (re.split(r" {2,}", line.strip()) for line in ran.stdout.splitlines())
    assert heading == ["run", "status", "agent", "started", "took", "tokens", "cost", "spans", "model"]
    assert row == [
        "4bf92f3577b3", "error", r"we[red]ather\x1b[2J", "2025-01-02", "1.23 s", "1,200 → 30", "$0.0123",
        "2", "gpt-4o-mini",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_a_table_of_runs_never_overflows_the_terminal(cli: Cli, columns: int) -> None:
    long = {**RUN, "agent": "a very long name of an agent that goes on and on", "models": ["m" * 60]}
    ran = cli("runs", server=Server(runs={"items": [long], "next": None}), columns=columns)
    assert max(cell_len(line) for line in ran.stdout.splitlines()) <= columns
    assert "4bf92f3577b3" in ran.stdout
    assert len(ran.stdout.splitlines()) == 3


def test_lists_follow_the_cursor_up_to_the_limit(cli: Cli) -> None:
    pages = [{"items": [RUN] * 500, "next": "c1"}, {"items": [RUN] * 100, "next": "c2"}]
    asked = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return httpx.Response(200, json=pages.pop(0))

    ran = cli("runs", "--limit", "600", "--json", server=server)
    assert len(json.loads(ran.stdout)["items"]) == 600
    assert asked == ["limit=500", "limit=100&cursor=c1"]


def test_show_is_a_tree_with_what_the_run_gave_and_why_it_failed(cli: Cli) -> None:
    answers = {
        "runs": {"items": [RUN], "next": None},
        f"runs__{RUN['id']}": RUN,
        f"traces__{RUN['id']}": TRACE,
    }
    server = Server(**answers)
    ran = cli("show", "4BF92f", server=server)
    assert server.asked[0] == "default/runs?limit=2&q=id%3A4bf92f%2A"
    assert [line.rstrip() for line in ran.stdout.splitlines()] == snapshot(
        [
            r"we[red]ather\x1b[2J  error  1.23 s  2025-01-02 03:04:05",
            "└── agent root  1.23 s  ✗ Timeout",
            "    └── llm chat  900 ms  1,200 → 30 tokens  gpt-4o-mini  ✗ Timeout",
            "2 spans · 1 model call · 0 tool calls · 1,200 → 30 tokens · $0.0123",
            "output  cold",
            "error   Timeout no answer",
            "why     fanlight why 4bf92f3577b3",
        ]
    )
    shown = json.loads(cli("show", RUN["id"], "--json", server=server).stdout)
    assert shown == {"run": RUN, "trace": TRACE}


def test_show_graph_tells_who_led_to_whom_and_what_nobody_declared(cli: Cli) -> None:
    node = {"kind": "agent", "spans": 1, "errors": 0, "duration_ns": 2_000_000_000, "cost": {}}
    nodes = [
        {**node, "id": "n1", "name": "planner"},
        {**node, "id": "n2", "name": "find\x1b[2J", "kind": "tool", "spans": 3, "errors": 1},
        {**node, "id": "n3", "name": "writer", "cost": {"amount": "0.01", "unpriced_tokens": 0}},
        {**node, "id": "n4", "name": "alone"},
    ]
    edges = [
        {"source": "n1", "target": "n2", "count": 3, "inferred": True},
        {"source": "n1", "target": "n3", "count": 1, "inferred": False},
    ]
    graph = {"trace_id": RUN["id"], "nodes": nodes, "edges": edges, "truncated": True}
    answers = {f"runs__{RUN['id']}": RUN, f"traces__{RUN['id']}__graph": graph}
    ran = cli("show", RUN["id"], "--graph", server=Server(**answers))
    assert ran.stdout.splitlines()[1:] == snapshot(
        [
            "planner  agent · 1 span · 2 s",
            "├ find\\x1b[2J  tool · 3 spans · 2 s · 3 times · inferred  1 error",
            "└ writer  agent · 1 span · 2 s · $0.0100",
            "alone  agent · 1 span · 2 s",
            "only the first spans of this trace are in it",
        ]
    )
    assert json.loads(cli("show", RUN["id"], "--graph", "--json", server=Server(**answers)).stdout) == graph


NOTHING = {
    "system": [], "input": [], "output": [], "tools": [], "tool_call": None, "documents": [], "query": None,
    "source": {}, "truncated": False,
}  # fmt: skip
CALL = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"q": "x"}}
FOUND = {
    "type": "tool_result", "id": "c1", "name": None, "is_error": False,
    "content": [{"type": "json", "value": [1, "two"]}],
}  # fmt: skip
PICTURE = {
    "type": "image", "mime": "image/png", "name": None, "uri": None, "bytes": 1234, "sha256": "ab" * 32,
}  # fmt: skip


def show_span(cli: Cli, content: Any, span: str = "bbb") -> list[str]:
    read = {"status_message": "no answer", "content": content}
    answers = {
        f"runs__{RUN['id']}": RUN,
        f"traces__{RUN['id']}": TRACE,
        f"traces__{RUN['id']}__spans__{'b' * 16}": read,
    }
    return [
        line.rstrip()
        for line in cli("show", ID, "--span", span, server=Server(**answers)).stdout.splitlines()
    ]


def test_show_of_a_span_is_its_conversation(cli: Cli) -> None:
    reply = [{"type": "reasoning", "text": "Hm."}, {"type": "text", "text": "Two\nlines \x1b[2J"}]
    content = {
        **NOTHING,
        "tools": [{"name": "find", "description": None, "parameters": None}],
        "system": [{"type": "text", "text": "Be brief."}],
        "input": [
            {"role": "user", "name": "ada", "parts": [{"type": "text", "text": "hi"}, PICTURE]},
            {"role": "assistant", "name": None, "parts": [CALL]},
            {"role": "tool", "name": None, "parts": [FOUND]},
        ],
        "output": [{"role": "assistant", "name": None, "parts": reply}],
    }
    assert show_span(cli, content) == snapshot(
        [
            "llm chat  900 ms  1,200 → 30 tokens  gpt-4o-mini  ✗ Timeout",
            "tools offered: find",
            "── system",
            "Be brief.",
            "── user ada",
            "hi",
            "[image · image/png · 1,234 bytes · sha256 abababababab]",
            "── assistant",
            '→ find c1 {"q": "x"}',
            "── tool",
            '← c1 [1, "two"]',
            "── output",
            "── assistant",
            "(reasoning) Hm.",
            "Two",
            "lines \\x1b[2J",
            "error   no answer",
        ]
    )
    assert show_span(cli, content, span="chat") == show_span(cli, content)


def test_show_of_a_tool_or_a_retriever_is_what_went_in_and_came_out(cli: Cli) -> None:
    call = {"name": "find", "id": "c1", "arguments": {"q": "x"}, "result": "none"}
    found = [{"id": "d1", "text": "Hilly.", "score": 0.75, "metadata": {"page": 2}}]
    assert show_span(cli, {**NOTHING, "tool_call": call}) == snapshot(
        [
            "llm chat  900 ms  1,200 → 30 tokens  gpt-4o-mini  ✗ Timeout",
            "── arguments",
            '{"q": "x"}',
            "── result",
            "none",
            "error   no answer",
        ]
    )
    assert show_span(cli, {**NOTHING, "query": "hills", "documents": found}) == snapshot(
        [
            "llm chat  900 ms  1,200 → 30 tokens  gpt-4o-mini  ✗ Timeout",
            "── query",
            "hills",
            "── document 1 · score 0.75 · d1",
            "Hilly.",
            '{"page": 2}',
            "error   no answer",
        ]
    )
    assert show_span(cli, None) == snapshot(
        [
            "llm chat  900 ms  1,200 → 30 tokens  gpt-4o-mini  ✗ Timeout",
            "nothing was said in this span; --json has its attributes",
            "error   no answer",
        ]
    )


def test_logs_are_lines_with_the_newest_last(cli: Cli) -> None:
    older = {**LOG, "body": "first", "level": None, "service": None, "trace_id": None}
    ran = cli("logs", "level:warn", server=Server(logs={"items": [LOG, older], "next": None}))
    assert ran.stdout.splitlines() == snapshot(
        [
            "03:04:05.678 –     first",
            r"03:04:05.678 warn  desk late \x1b]0;title\x07 n=1  4bf92f3577b3",
        ]
    )


def test_tail_prints_events_and_gaps_and_ends_after_its_limit(cli: Cli) -> None:
    events = [{"type": "run", "seq": "7", "data": RUN}, {"type": "log", "seq": "8", "data": LOG}]
    body = f"id: e.8\nevent: batch\ndata: {json.dumps(events)}\n\n"
    body += 'id: e.9\nevent: gap\ndata: {"reason": "older than the window"}\n\n'
    stream = httpx.Response(200, text=body, headers={"content-type": "text/event-stream"})
    ran = cli("tail", "--limit", "3", server=Server(stream=stream))
    assert ran.stdout.splitlines() == snapshot(
        [
            r"03:04:05.678 run   we[red]ather\x1b[2J  error  2 spans  1.23 s  4bf92f3577b3",
            r"03:04:05.678 warn  desk late \x1b]0;title\x07 n=1  4bf92f3577b3",
            "── gap: older than the window; see: fanlight runs, fanlight logs",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["runs"], 3, "no answer from http://127.0.0.1:4319"),
        (["tail"], 3, "no answer from http://127.0.0.1:4319"),
        (["runs", "--since", "yesterdayish"], 2, "'yesterdayish' is no time"),
        (["runs", "--limit", "0"], 2, "--limit"),
        (["nonsense"], 2, "nonsense"),
        (["import", "x", "--signal", "smoke"], 2, "'smoke' is no signal"),
    ],
)
def test_errors_go_to_stderr_with_their_own_status(
    cli: Cli, arguments: list[str], status: int, said: str
) -> None:
    ran = cli(*arguments)
    assert (ran.status, ran.stdout) == (status, "")
    assert said in ran.stderr


def test_what_the_server_says_is_passed_on_with_its_hint(cli: Cli) -> None:
    ran = cli("show", "f" * 32, server=Server())
    assert ran.status == 1
    assert ran.stderr.splitlines() == [
        f"fanlight: nothing at /api/v1/projects/default/runs/{'f' * 32}",
        "          look again",
    ]


def test_a_key_is_presented_and_never_printed(cli: Cli) -> None:
    seen = []

    def server(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(401, json={"error": {"message": "the key is revoked", "hint": ""}})

    ran = cli("runs", "--key", "fl_secret", server=server)
    assert (ran.status, seen) == (1, ["Bearer fl_secret"])
    assert "fl_secret" not in ran.stdout + ran.stderr


def test_import_counts_what_was_refused_and_goes_on(cli: Cli, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    span = {"traceId": "a" * 32, "spanId": "b" * 16, "name": "s"}
    good.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    bad.write_text("[]x")
    answers = [httpx.Response(503, headers={"retry-after": "0"}), httpx.Response(200, json={
        "partialSuccess": {"rejectedSpans": "1", "errorMessage": "span id is zero"}})]  # fmt: skip

    def server(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, request.headers["x-fanlight-project"]) == ("/v1/traces", "p1")
        return answers.pop(0)

    ran = cli("import", str(bad), str(good), "--project", "p1", "--json", server=server)
    assert ran.status == 1
    first, second = json.loads(ran.stdout)["items"]
    assert first["error"].startswith(f"{bad} is neither OTLP JSON nor OTLP protobuf")
    assert second == {"path": str(good), "requests": 1, "refused": {"span id is zero": 1}, "error": None}


def test_config_names_every_source_and_masks_secrets(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fanlight.toml").write_text("retention_days = 7\n")
    monkeypatch.setenv("FANLIGHT_KEY", "fl_secret")
    monkeypatch.setenv("FANLIGHT_PORT", "8080")
    ran = cli("config", "--data", str(tmp_path), "--json")
    assert "fl_secret" not in ran.stdout
    found = {item["name"]: (item["value"], item["source"]) for item in json.loads(ran.stdout)["items"]}
    wanted = ("retention_days", "port", "key", "data", "host")
    assert {name: found[name] for name in wanted} == {
        "retention_days": (7, "file"),
        "port": ("8080", "env"),
        "key": ("••••", "env"),
        "data": (str(tmp_path), "flag"),
        "host": ("127.0.0.1", "default"),
    }


def test_names_that_are_folded_are_named_below_the_limits_with_what_to_do(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(tmp_path / "d")]
    cli("projects", "add", "weather", *data)
    state = states(Limits({limit.name: 9 for limit in TABLE}), "weather", {}, {"max_tools": 2}, {
        "max_tools": ["cook-7f", "cook-\x1b[31m"],
    })  # fmt: skip
    monkeypatch.setattr(Local, "limits", lambda self, project: msgspec.to_builtins(state))
    assert cli("projects", "limits", "weather", *data).stdout.splitlines()[-3:] == [
        "max_tools: new names are folded, what bears them is stored: cook-7f, cook-\\x1b[31m",
        "Put what varies into attribute values, or raise the limit:",
        "  fanlight projects set weather --limit max_tools=18",
    ]


def test_a_group_alone_lists_and_takes_no_options_that_would_be_lost(cli: Cli, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    assert cli("projects", "add", "weather", *data).status == 0
    alone = cli("projects", *data, "--json")
    assert alone.stdout == cli("projects", "list", *data, "--json").stdout
    assert json.loads(cli("keys", "--project", "weather", *data, "--json").stdout) == {"items": []}
    lost = cli("keys", "--project", "weather", "add", "ci", *data)
    assert (lost.status, lost.stdout) == (2, "")
    assert "--project stands before add" in lost.stderr
