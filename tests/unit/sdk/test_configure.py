"""configure, run, span and log: what leaves the process, and that telemetry never breaks its host."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from inline_snapshot import snapshot

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]

AGENT = """
import fanlight

fanlight.configure(service_name="weather", room="lobby", key="fl_secret")
with fanlight.run("forecaster", session="s1", user="u1", inputs={"city": "Oslo"}) as run:
    with fanlight.span("look up", kind="tool", inputs="Oslo") as tool:
        fanlight.log("warning", {"message": "stale", "age": 3})
        tool.output({"celsius": 4})
    with fanlight.span("chat", kind="llm", model="m1", provider="p1") as call:
        call.tokens(input=10, output=2)
    run.output("cold")
"""


def test_a_run_leaves_as_opentelemetry_spans_and_logs(receiver: Receiver, program: Program) -> None:
    done = program(AGENT, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr) == (0, "")
    assert receiver.tree() == [("chat", "forecaster"), ("forecaster", None), ("look up", "forecaster")]
    by_name = {span.name: plain(span.attributes) for span in receiver.spans}
    assert by_name == snapshot(
        {
            "look up": {
                "fanlight.kind": "tool",
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "look up",
                "fanlight.input": "Oslo",
                "fanlight.output": '{"celsius": 4}',
            },
            "chat": {
                "fanlight.kind": "llm",
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m1",
                "gen_ai.provider.name": "p1",
                "gen_ai.usage.input_tokens": 10,
                "gen_ai.usage.output_tokens": 2,
            },
            "forecaster": {
                "fanlight.kind": "agent",
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "forecaster",
                "fanlight.input": '{"city": "Oslo"}',
                "fanlight.session": "s1",
                "fanlight.user": "u1",
                "fanlight.output": "cold",
            },
        }
    )
    [record] = receiver.logs
    assert (record.severity_number, record.severity_text) == (13, "warning")
    assert plain(record.body.kvlist_value.values) == {"message": "stale", "age": 3}
    assert plain(record.attributes) == {"fanlight.session": "s1"}
    [tool] = [span for span in receiver.spans if span.name == "look up"]
    assert (record.trace_id, record.span_id) == (tool.trace_id, tool.span_id)
    assert receiver.resources[0]["service.name"] == "weather"
    assert receiver.resources[0]["room"] == "lobby"
    assert receiver.headers["authorization"] == "Bearer fl_secret"


def test_a_run_inside_another_span_has_an_id_of_its_own(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("outer") as outer, fanlight.run("inner") as inner:
    print(outer.id, outer.trace_id, inner.id, inner.trace_id)
"""
    outer_id, outer_trace, inner_id, inner_trace = program(code, FANLIGHT_URL=receiver.url).stdout.split()
    assert outer_id == outer_trace == inner_trace != inner_id
    ids = {span.name: plain(span.attributes).get("fanlight.run.id") for span in receiver.spans}
    assert ids == {"outer": None, "inner": inner_id}


def test_whatever_is_logged_in_a_run_is_in_its_room_and_session(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("outer", room="lobby"):
    with fanlight.run("inner", session="s1"):
        fanlight.log("info", "both")
        fanlight.bill("0.10", "EUR", "charge", "order-7")
    fanlight.log("info", "the outer's alone")
fanlight.log("info", "none")
"""
    program(code, FANLIGHT_URL=receiver.url)
    both = {"fanlight.room": "lobby", "fanlight.session": "s1"}
    told = [
        {key: value for key, value in plain(record.attributes).items() if key in both}
        for record in receiver.logs
    ]
    assert told == [both, both, {"fanlight.room": "lobby"}, {}]


def test_an_exception_marks_its_spans_and_goes_on(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
fanlight.configure()
with fanlight.run("r"), fanlight.span("t", kind="tool"):
    raise ValueError("no such city")
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert done.status == 1
    assert done.stderr.splitlines()[-1] == "ValueError: no such city"
    assert [(span.name, span.status.code, span.status.message) for span in receiver.spans] == [
        ("t", 2, "no such city"),
        ("r", 2, "no such city"),
    ]
    assert [plain(span.attributes)["error.type"] for span in receiver.spans] == ["ValueError", "ValueError"]


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"FANLIGHT_URL": "{url}", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "FANLIGHT_URL"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "{url}/"}, "OTEL"),
    ],
)
def test_the_server_is_found_by_the_environment(
    receiver: Receiver, program: Program, environ: dict[str, str], path: str
) -> None:
    filled = {name: value.format(url=receiver.url) for name, value in environ.items()}
    program("import fanlight; fanlight.configure()\nwith fanlight.run(r'r'): pass", **filled)
    assert receiver.tree() == [("r", None)]


def test_the_first_configure_wins(receiver: Receiver, program: Program) -> None:
    code = f"""
import fanlight
fanlight.configure(service_name="first", endpoint="{receiver.url}")
fanlight.configure(service_name="second", endpoint="http://127.0.0.1:9")
with fanlight.run("r"): pass
"""
    assert (program(code).stderr, receiver.resources[0]["service.name"]) == ("", "first")


def test_without_configure_everything_works_and_nothing_is_sent(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
with fanlight.run("r") as run:
    run.output(1)
    fanlight.log("info", "x")
print(run.trace_id)
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stdout.strip(), done.stderr, receiver.spans) == (0, "0" * 32, "", [])


def test_faults_inside_telemetry_are_counted_said_once_and_never_raised(program: Program) -> None:
    code = """
import fanlight
from fanlight.sdk.faults import fault_counts
fanlight.configure(attributes=7)
fanlight.configure(attributes=7)
print(dict(fault_counts()))
"""
    done = program(code)
    assert (done.status, done.stdout.strip()) == (0, "{'configure': 2}")
    assert done.stderr.splitlines() == ["telemetry: configure failed (TypeError); the program goes on"]


@pytest.fixture
def hanging_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[Any] = []

        def accept() -> None:
            try:
                while True:
                    kept.append(server.accept())
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for connection, _ in kept:
            connection.close()


LEAVING = """
import time
import fanlight
fanlight.configure()
with fanlight.run("r"):
    fanlight.log("info", "x")
    from opentelemetry import metrics
    metrics.get_meter("m").create_counter("c").add(1)
import atexit
left = time.monotonic()
atexit._run_exitfuncs()
print(time.monotonic() - left)
"""


def test_a_hanging_server_delays_the_exit_by_less_than_two_seconds(
    hanging_server: str, program: Program
) -> None:
    done = program(LEAVING, FANLIGHT_URL=hanging_server)
    assert done.status == 0
    assert float(done.stdout) < 2.0


def test_a_server_that_is_down_delays_the_exit_by_less_than_two_seconds_and_is_said_once(
    program: Program,
) -> None:
    done = program(LEAVING, FANLIGHT_URL="http://127.0.0.1:9")
    assert done.status == 0
    assert float(done.stdout) < 2.0
    assert done.stderr.splitlines() == snapshot(
        [
            (
                "telemetry: http://127.0.0.1:9 does not take it "
                "(ConnectionRefusedError: [Errno 111] Connection refused); it is kept and sent later"
            ),
            "telemetry is lost: the process ended before the server took it; further ones are counted",
        ]
    )


def test_a_forked_child_sends_its_own_spans_and_leaves_in_time(receiver: Receiver, program: Program) -> None:
    code = """
import os
import fanlight
fanlight.configure()
if os.fork() == 0:
    with fanlight.run("child"): pass
else:
    os.wait()
    with fanlight.run("parent"): pass
"""
    assert program(code, FANLIGHT_URL=receiver.url).status == 0
    assert receiver.tree() == [("child", None), ("parent", None)]
