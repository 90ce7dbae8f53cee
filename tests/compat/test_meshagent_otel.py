"""MeshAgent's published `otel_config` on Python 3.13, its toolkits too, sending to a server of ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from fanlight.cli.tree import Node, roots_of, rows_of

from .conftest import demand_python_313
from .meshagent_programs import AGENTS, Programs
from .people import GUARDED, Guarded
from .waiting import once

PROJECT = "p"
pytestmark = pytest.mark.timeout(420)


def play(
    programs: Programs, endpoint: str, session: str, script: str, *arguments: str, **environ: str
) -> str:
    """What one of the agents prints, run to its end in session `session` of room `myroom`."""
    place = {
        "OTEL_ENDPOINT": endpoint,
        "MESHAGENT_PROJECT_ID": PROJECT,
        "MESHAGENT_ROOM": "myroom",
        "MESHAGENT_SESSION_ID": session,
    }
    done = programs.run(AGENTS / script, *arguments, **{**place, **environ})
    assert (done.status, done.err) == (0, "")
    return done.out


def wait_for(ask: Callable[[], list[Any]], wanted: int) -> list[Any]:
    """What `ask` gives once there are `wanted` of it."""
    return once(ask, lambda found: len(found) >= wanted)


@dataclass(frozen=True, slots=True)
class Session:
    """What one session holds: a tree of names a trace, in order, and its warnings and errors by span."""

    room: set[str]
    trees: list[list[str]]
    logs: list[tuple[str, str, str]]
    metrics: dict[str, list[tuple[dict[str, str], float | int | None]]]


def read(client: Client, session: str, *, traces: int, logs: int, metrics: int) -> Session:
    """The session, once it holds that many."""
    q = f"session:{session} room:myroom"

    def spans_of(run: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = client.project_get(f"traces/{run['trace_id']}")["columns"]
        return found

    def whole() -> list[Mapping[str, Any]]:
        return [run for run in client.items("runs", limit=50, q=q) if run["status"] != "running"]

    runs = wait_for(whole, traces)[::-1]
    written = f"{q} -event:fanlight.room.event"
    records = wait_for(lambda: list(client.items("logs", limit=50, q=written)), logs)[::-1]
    named = wait_for(lambda: client.project_get("metrics", q=q)["items"], metrics)
    columns = [spans_of(run) for run in runs]
    rows = [row for each in columns for row in rows_of(each)]
    span_names = {row["span_id"]: row["name"] for row in rows}
    return Session(
        room={run["room"] for run in runs},
        trees=[[line for root in roots_of(rows_of(each)) for line in _lines(root, 0)] for each in columns],
        logs=[
            (each["severity_text"], span_names.get(each["span_id"], "?"), each["body"]) for each in records
        ],
        metrics={each["name"]: _values(client, each, q) for each in named},
    )


def _lines(node: Node, depth: int) -> list[str]:
    failed = " error" if node.row["status"] == "error" else ""
    line = f"{'  ' * depth}{node.row['name']}{failed}"
    return [line, *(below for child in node.children for below in _lines(child, depth + 1))]


def _values(
    client: Client, metric: Mapping[str, Any], q: str
) -> list[tuple[dict[str, str], float | int | None]]:
    """Of counters and histograms the total, of the others the last level; by attributes."""
    found = client.project_get(f"metrics/{metric['name']}", q=q)
    counted = metric["type"] == "histogram" or metric["monotonic"]
    return [
        (
            {name: text for name, text in series["attributes"].items() if name != "service.name"},
            series["total"] if counted else series["buckets"][-1]["value"],
        )
        for series in found["series"]
    ]


@pytest.mark.parametrize(("session", "slash"), [("s1", ""), ("s2", "/")])
def test_traces_logs_and_metrics_of_a_session_add_up(
    session: str, slash: str, programs: Programs, server: DemoServer, client: Client
) -> None:
    play(programs, server.otlp + slash, session, "counting.py", "counting")
    assert read(client, session, traces=2, logs=2, metrics=4) == COUNTED


COUNTED = Session(
    room={"myroom"},
    trees=[["root", "  child"], ["root", "  child"]],
    logs=[("WARN", "child", "turn 0 is slow"), ("WARN", "child", "turn 1 is slow")],
    metrics={
        "app.jobs": [({}, 2.0)],
        "app.level": [({}, 7.0)],
        "app.open": [({}, 2.0)],
        "app.size": [({}, 2.0)],
    },
)


def test_a_key_in_the_standard_headers_opens_a_guarded_server(programs: Programs, guarded: Guarded) -> None:
    url, tokens = guarded.server.studio, guarded.tokens
    with Client(url, tokens["owner"], GUARDED) as client:
        headers = {"OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{tokens['room']}"}
        play(programs, url, "s3", "counting.py", "counting", MESHAGENT_PROJECT_ID=GUARDED, **headers)
        assert read(client, "s3", traces=2, logs=2, metrics=4) == COUNTED


def test_without_python_3_13_these_tests_say_that_they_were_skipped_and_fail_in_ci() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"need Python 3\.13"):
        demand_python_313(None, is_ci=False)
    with pytest.raises(pytest.fail.Exception, match="CI has to bring it"):
        demand_python_313(None, is_ci=True)


@pytest.fixture
def weather_service() -> Iterator[str]:
    """Knows Oslo, speaks no JSON about Babel, and has had enough of questions about Atlantis."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            [city] = parse_qs(urlsplit(self.path).query)["city"]
            body = b"<html>" if city == "Babel" else json.dumps({"celsius": 4}).encode()
            if city == "Atlantis":
                self.send_response(429)
                self.send_header("retry-after", "2")
                body = b""
            else:
                self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{service.server_address[1]}"
        service.shutdown()


def test_the_tree_of_a_weather_toolkit_stands_as_it_was_traced(
    programs: Programs, server: DemoServer, client: Client, weather_service: str
) -> None:
    said = play(programs, server.otlp, "s4", "weather.py", weather_service, "Oslo", "Atlantis", "Babel", " ")
    answers = [json.loads(line) for line in said.splitlines()]
    assert [answer.get("celsius") for answer in answers] == [4, None, None, None]
    tool = "execute.weather.get_weather"
    assert read(client, "s4", traces=4, logs=5, metrics=2) == Session(
        room={"myroom"},
        trees=[
            [tool, "  validate_input", "  fetch_weather_api", "  parse_response"],
            [tool, "  validate_input", "  fetch_weather_api error"],
            [tool, "  validate_input", "  fetch_weather_api", "  parse_response error"],
            [tool, "  validate_input error"],
        ],
        logs=[
            ("INFO", "parse_response", "Oslo has 4 degrees"),
            ("WARN", "fetch_weather_api", "the service asks to wait 2 s"),
            ("ERROR", tool, "no weather for 'Atlantis'"),
            ("ERROR", tool, "no weather for 'Babel'"),
            ("ERROR", tool, "no weather for ' '"),
        ],
        metrics={
            "weather.failures": [
                ({"reason": "ClientResponseError"}, 1.0),
                ({"reason": "JSONDecodeError"}, 1.0),
                ({"reason": "ValueError"}, 1.0),
            ],
            "weather.requests": [({}, 4.0)],
        },
    )
    here = {"MESHAGENT_API_URL": server.studio, "MESHAGENT_API_KEY": "k", "MESHAGENT_PROJECT_ID": PROJECT}
    theirs = programs.run("session", "traces", "s4", **here)
    ours = programs.run("session", "traces", "s4", ours=True, **here)
    names = [
        (tool, 0), ("validate_input", 2), ("fetch_weather_api", 2), ("parse_response", 2),
        (tool, 0), ("validate_input", 2), ("fetch_weather_api", 2),
        (tool, 0), ("validate_input", 2), ("fetch_weather_api", 2), ("parse_response", 2),
        (tool, 0), ("validate_input", 2),
    ]  # fmt: skip
    assert [_named(line) for line in theirs.out.splitlines()[1:]] == names
    assert [_named(line) for line in ours.out.splitlines()[2:]] == names
    assert [line.split()[0] for line in ours.out.splitlines() if "✗" in line] == [
        "fetch_weather_api", "parse_response", "validate_input"
    ]  # fmt: skip


def _named(line: str) -> tuple[str, int]:
    """The span of a line, and how far it is indented."""
    return line.split()[0], len(line) - len(line.lstrip())
