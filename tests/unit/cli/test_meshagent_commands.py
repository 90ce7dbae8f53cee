"""The commands of the script `meshagent`, against a stand-in that speaks the REST of MeshAgent's server."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.cli.meshagent import developer, run, traces
from fanlight.cli.output import stderr, stdout
from fanlight.sdk.rooms.developer import RoomLogEvent

HOME = "/accounts/projects/p"
TRACE = "a" * 32


@dataclass
class Standin:
    """A server that answers by path; `asked` is what came, with its key, `declared` what each body was."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    declared: list[str | None] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((f"{handler.command} {handler.path}", handler.headers.get("authorization", "")))
        self.declared.append(handler.headers.get("content-type"))
        found = self.answers.get(handler.path.partition("?")[0], (404, "nothing here"))
        status, body = found if isinstance(found, tuple) else (200, json.dumps(found))
        handler.send_response(status)
        handler.send_header("content-length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    """The stand-in, and an environment that names it."""
    standin = Standin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            standin.answer(self)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        standin.url = f"http://127.0.0.1:{made.server_address[1]}"
        for name in ("MESHAGENT_TOKEN", "MESHAGENT_ROOM", "MESHAGENT_ROOM_URL", "FANLIGHT_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("MESHAGENT_API_URL", standin.url)
        monkeypatch.setenv("MESHAGENT_API_KEY", "k")
        monkeypatch.setenv("MESHAGENT_PROJECT_ID", "p")
        monkeypatch.setenv("COLUMNS", "160")
        yield standin
        made.shutdown()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Consoles that write where this test reads, by the clock of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        stdout.cache_clear()
        stderr.cache_clear()
        yield
    time.tzset()
    stdout.cache_clear()
    stderr.cache_clear()


@dataclass(frozen=True)
class Done:
    status: int
    out: list[str]
    err: str


@pytest.fixture
def meshagent(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the script; what it printed, without the spaces at the ends of lines."""

    def run_it(*arguments: str) -> Done:
        capsys.readouterr()
        status = run(arguments)
        printed = capsys.readouterr()
        return Done(status, [line.rstrip() for line in printed.out.splitlines()], printed.err)

    return run_it


def session(name: str, room: str | None, **more: Any) -> dict[str, Any]:
    made = {
        "id": name,
        "room_id": f"id of {room}",
        "room_name": room or "",
        "is_active": True,
        "kind": "room",
    }
    return {**made, "created_at": "2001-02-03T12:00:00Z", "participants": None, "agent_name": None, **more}


def span(name: str, parent: str | None, duration: int | None, **more: Any) -> dict[str, Any]:
    made = {"trace_id": TRACE, "span_id": name, "parent_span_id": parent, "span_name": name}
    at = "2026-01-02T03:04:05.1Z"
    return {**made, "created_at": at, "duration": duration, "span_attributes": {}, "status": "unset", **more}


def test_sessions_are_listed_with_their_state_and_participants(server: Standin, meshagent: Any) -> None:
    server.answers[f"{HOME}/sessions"] = {
        "sessions": [
            session("s2", "lobby", participants={"user": 2, "agent": 1}),
            session("s1", None, is_active=False, ended_by="killed", participants={}),
        ]
    }
    done = meshagent("session", "list", "--limit", "7")
    assert (done.status, done.out[:1] + done.out[2:]) == (
        0,
        [
            "session   room    began        state    participants",
            "s2        lobby   2001-02-03   active   2 user, 1 agent",
            "s1        –       2001-02-03   killed   –",
        ],
    )
    assert server.asked == [(f"GET {HOME}/sessions?limit=7", "Bearer k")]


def test_a_room_s_sessions_are_sifted_where_the_server_does_not(server: Standin, meshagent: Any) -> None:
    server.answers[f"{HOME}/rooms/lobby"] = {"id": "r1", "name": "lobby", "metadata": {}}
    server.answers[f"{HOME}/sessions"] = {
        "sessions": [session("s3", "other"), session("s2", "lobby"), session("s1", "lobby")]
    }
    done = meshagent("session", "list", "--room", "lobby", "--limit", "1", "-o", "json")
    assert [each["id"] for each in json.loads("\n".join(done.out))["sessions"]] == ["s2"]
    assert server.asked[1][0] == f"GET {HOME}/sessions?limit=1000&room_id=r1"


TREE = [
    "root         2026-01-02 03:04:05   1,500.0 ms",
    "  quick      2026-01-02 03:04:05     0.250 ms",
    "    deep ✗   2026-01-02 03:04:05      12.3 ms",
    "  open       2026-01-02 03:04:05         open",
    "orphan       2026-01-02 03:04:05       2.0 ms",
]
SPANS = [
    span("deep", "quick", 12_345_678, status="error", span_attributes={"http.status": 429, "room": "lobby"}),
    span("quick", "root", 250_000),
    span("root", None, 1_500_000_000, created_at="2026-01-02T03:04:05Z"),
    span("open", "root", None, created_at="2026-01-02T03:04:05.2Z"),
    span("orphan", "not here", 2_000_000, trace_id="b" * 32, created_at="2026-01-02T03:04:05.3Z"),
]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], TREE),
        (["--trace-id", TRACE], TREE[:4]),
        (["--name", "ROO"], ["root   2026-01-02 03:04:05   1,500.0 ms"]),
        (
            ["--min-duration", "2ms", "--trace-id", TRACE],
            ["root       2026-01-02 03:04:05   1,500.0 ms", "  deep ✗   2026-01-02 03:04:05      12.3 ms"],
        ),
        (
            ["--attrs", "--name", "deep"],
            ['deep ✗   2026-01-02 03:04:05    12.3 ms   http.status=429 room="lobby"'],
        ),
    ],
)
def test_spans_stand_below_their_parents_with_milliseconds(
    server: Standin, meshagent: Any, options: list[str], shown: list[str]
) -> None:
    server.answers[f"{HOME}/sessions/s%2F1/spans"] = {"spans": SPANS, "next": None}
    done = meshagent("session", "traces", "s/1", *options)
    assert (done.status, done.out[2:], done.err) == (0, shown, "")


IDS = st.sampled_from("abcdef")


@given(
    parents=st.dictionaries(IDS, st.one_of(st.none(), IDS)),
    wanted=st.sets(IDS),
)
def test_every_span_that_is_wanted_is_shown_once_whatever_the_parents(
    parents: dict[str, str | None], wanted: set[str]
) -> None:
    spans = [span(name, parent, 1) for name, parent in parents.items()]
    roots = traces.sifted(spans, lambda each: each["span_id"] in wanted)
    shown = [each["span_id"] for _, each in traces.lines_of(roots)]
    assert sorted(shown) == sorted(wanted & parents.keys())


@given(number=st.integers(0, 10**6), unit=st.sampled_from(sorted(traces.UNITS_NS)))
def test_a_duration_is_its_number_of_units(number: int, unit: str) -> None:
    assert traces.duration_ns(f" {number}{unit.upper()} ") == number * traces.UNITS_NS[unit]


def test_filters_hold_for_json_too(server: Standin, meshagent: Any) -> None:
    server.answers[f"{HOME}/sessions/s1/spans"] = {"spans": SPANS}
    done = meshagent("session", "traces", "--session-id", "s1", "--min-duration", "10ms", "-o", "json")
    assert [each["span_id"] for each in json.loads("\n".join(done.out))["spans"]] == ["deep", "root"]


def test_logs_tell_severity_scope_text_and_attributes(server: Standin, meshagent: Any) -> None:
    data = {
        "log": "slow\x1b[31m",
        "severity_text": "WARN",
        "scope_name": "app",
        "log_attributes": {"n": 1},
        "resource_attributes": {"room": "lobby"},
    }
    server.answers[f"{HOME}/sessions"] = {"sessions": [session("s9", "lobby")]}
    server.answers[f"{HOME}/sessions/s9/events"] = {
        "events": [
            {"type": "room.started", "created_at": "2026-01-02T03:04:05Z", "data": {}},
            {"type": "otel.log", "created_at": "2026-01-02T03:04:06Z", "data": data},
        ],
        "next": "c",
    }
    done = meshagent("session", "logs", "--attrs")
    assert done.out == ['2026-01-02 03:04:06 WARN    app  slow\\x1b[31m  n=1  room="lobby"']
    assert "those before are not shown" in done.err
    assert meshagent("session", "get", "s9").out == [
        "2026-01-02 03:04:05 room.started",
        "2026-01-02 03:04:06 WARN    app  slow\\x1b[31m",
    ]


def test_metrics_tell_totals_and_the_buckets_that_hold_something(server: Standin, meshagent: Any) -> None:
    at = {"created_at": "2026-01-02T03:04:05Z", "metric_unit": "By"}
    histogram = {"count": 2, "sum": 7.0, "min": 3.0, "max": 4.0}
    buckets = {"bucket_counts": [0, 1, 1], "explicit_bounds": [1, 3.5]}
    server.answers[f"{HOME}/sessions/s1/metrics"] = {
        "metrics": [
            {**at, "kind": "sum", "metric_name": "jobs", "value": 2.0, "metric_attributes": {"a": "b"}},
            {**at, "kind": "histogram", "metric_name": "size", **histogram, **buckets},
        ]
    }
    done = meshagent("session", "metrics", "s1", "--buckets", "--attrs")
    assert [" ".join(line.split()[2:]) for line in done.out[2:]] == [
        'sum jobs 2 By a="b"',
        "histogram size count 2 sum 7 mean 3.5 min 3 max 4 ≤3.5: 1 >3.5: 1 By",
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["list"], 1, "no sessions yet"),
        (["list", "--room", "lobby"], 0, "no sessions of room lobby yet"),
        (["logs"], 0, "no sessions yet"),
        (["traces", "--room", "lobby"], 0, "no sessions of room lobby yet"),
        (["metrics", "empty"], 0, "no metrics in session empty"),
        (["traces", "empty"], 0, "no spans in session empty"),
        (["logs", "empty"], 0, "no logs in session empty"),
        (["get", "empty"], 1, "no events in session empty"),
        (["logs", "absent"], 1, "nothing here (404)"),
        (["list", "--room", "absent"], 1, "nothing here (404)"),
        (["logs", "a", "--session-id", "b"], 2, "two sessions are named, a and b"),
        (["traces", "empty", "--min-duration", "soon"], 2, "'soon' is no duration"),
    ],
)
def test_what_is_not_there_is_said_in_words(
    server: Standin, meshagent: Any, arguments: list[str], status: int, words: str
) -> None:
    server.answers[f"{HOME}/rooms/lobby"] = {"id": "lobby", "name": "lobby"}
    server.answers[f"{HOME}/sessions"] = {"sessions": []}
    for noun in ("events", "spans", "metrics"):
        server.answers[f"{HOME}/sessions/empty/{'events' if noun == 'logs' else noun}"] = {noun: []}
    done = meshagent("session", *arguments)
    assert (done.status, done.out) == (status, [])
    assert words in done.err


def test_without_a_session_json_is_still_json(server: Standin, meshagent: Any) -> None:
    server.answers[f"{HOME}/sessions"] = {"sessions": []}
    printed = {
        noun: meshagent("session", noun, "-o", "json") for noun in ("list", "logs", "traces", "metrics")
    }
    assert {noun: (done.status, json.loads("".join(done.out))) for noun, done in printed.items()} == {
        "list": (0, {"sessions": []}),
        "logs": (0, {"logs": []}),
        "traces": (0, {"spans": []}),
        "metrics": (0, {"metrics": []}),
    }


def test_a_session_is_killed_when_yes_is_said(
    server: Standin, meshagent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers[f"{HOME}/sessions/s1/kill"] = (204, "")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert (meshagent("session", "kill", "s1").status, server.asked) == (0, [])
    done = meshagent("session", "kill", "s1", "-y")
    assert (done.status, server.asked) == (0, [(f"POST {HOME}/sessions/s1/kill", "Bearer k")])
    assert ("session s1 is killed" in done.err, server.declared) == (True, ["application/json"])


def test_errors_are_the_server_s_own_words_and_a_missing_server_is_a_failure(
    server: Standin, meshagent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = {"error": {"code": "forbidden", "message": "no read right", "hint": "ask an owner"}}
    server.answers[f"{HOME}/sessions"] = (403, json.dumps(error))
    done = meshagent("session", "list")
    assert (done.status, " ".join(done.err.split())) == (1, "fanlight: no read right ask an owner")
    server.answers[f"{HOME}/sessions"] = (200, "<html>")
    assert "answered no JSON" in meshagent("session", "list").err
    monkeypatch.setenv("MESHAGENT_API_URL", "http://127.0.0.1:9")
    done = meshagent("session", "list")
    assert (done.status, "no answer from http://127.0.0.1:9" in done.err) == (1, True)


def test_a_room_has_to_be_named(server: Standin, meshagent: Any) -> None:
    done = meshagent("room", "developer")
    assert (done.status, "MESHAGENT_ROOM" in done.err) == (2, True)
    assert meshagent("room", "developer", "watch", "--room", "lobby").status == 2


def test_a_room_that_nobody_may_enter_is_said_so(server: Standin, meshagent: Any) -> None:
    server.answers[f"{HOME}/rooms/lobby/connect"] = (403, "not yours")
    done = meshagent("room", "developer", "--room", "lobby")
    assert (done.status, "not yours (403)" in done.err) == (1, True)
    assert server.asked == [(f"POST {HOME}/rooms/lobby/connect", "Bearer k")]


def plain(type_: str, data: dict[str, Any], **more: str) -> list[str]:
    event = RoomLogEvent(type=type_, data=data, time="2026-01-02T03:04:05Z", **more)
    return [line.plain for line in developer.plain_lines(event)]


def test_plain_output_has_a_line_for_a_log_of_any_type() -> None:
    assert plain("info", {"message": "hello", "n": 1}, participant="ann") == [
        "2026-01-02 03:04:05 info    ann  hello n=1"
    ]
    assert plain("my.own", {"a": [1]}) == ['2026-01-02 03:04:05 my.own  {"a": [1]}']
    assert plain("x\x1b]0;", {"message": "\u202eevil"})[0].isprintable()


def test_plain_output_has_a_line_for_each_record_of_an_otel_log() -> None:
    records = [
        {"timeUnixNano": "1767323045000000000", "severityText": "WARN", "body": {"stringValue": "slow"}},
        {
            "timeUnixNano": "soon",
            "body": {"kvlistValue": {"values": [{"key": "n", "value": {"intValue": "7"}}]}},
        },
        "no record",
    ]
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "weather"}}]}
    data = {"resourceLogs": [{"resource": service, "scopeLogs": [{"logRecords": records}, None]}, 1]}
    first, second = plain("otel.log", data)
    assert first.endswith("WARN    weather  slow")
    assert second.endswith('INFO    weather  {"n": 7}')
    assert plain("otel.log", {"resourceLogs": {"no": "list"}}) == []


def test_a_gap_is_a_line_of_its_own() -> None:
    [line] = plain("fanlight.gap", {"missed": 3})
    assert line.endswith('gap     some logs are not shown: {"missed": 3}')
