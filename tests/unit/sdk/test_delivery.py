"""Sending: what a server may answer, what is kept when it is away, and how a process leaves."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from fanlight.sdk.backlog import Backlog
from fanlight.sdk.drops import Drops
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.outbox import Outbox
from fanlight.sdk.outgoing import Outgoing
from fanlight.sdk.payload import Payload
from fanlight.sdk.settings import Settings
from fanlight.sdk.tags import Tags
from fanlight.sdk.wire import Wire

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]
TAKEN = (200, {}, b"")


@dataclass
class Scripted:
    """A server that answers as it is told, in turn, and then takes everything. `bodies` are what it took."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    requests: int = 0


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A scripted server on a connection that it keeps."""
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            script.requests += 1
            status, headers, answer = script.answers.pop(0) if script.answers else TAKEN
            if status == 200:
                script.bodies.append(body)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield script
        server.shutdown()


@pytest.fixture
def outbox(scripted: Scripted) -> tuple[Outbox, Drops]:
    drops = Drops()
    return Outbox(Endpoint(scripted.url, {}), Settings(), drops), drops


def payload(name: str) -> Payload:
    return Payload("traces", 3, name.encode())


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_time_gets_it_and_then_everything(
    scripted: Scripted, outbox: tuple[Outbox, Drops], status: int
) -> None:
    scripted.answers = [(status, {"retry-after": "30"}, b"")]
    box, drops = outbox
    box.send(payload("a"))
    box.send(payload("b"))
    box.deliver()
    assert (scripted.requests, scripted.bodies, box.is_behind) == (1, [], True)
    rest_s = box.rest_s()
    assert rest_s is not None
    assert 29 < rest_s <= 30
    box._retry_at = 0.0
    box.deliver()
    assert (scripted.bodies, box.is_behind, drops.snapshot()) == ([b"a", b"b"], False, {})


def test_without_a_word_from_the_server_pauses_grow(scripted: Scripted, outbox: tuple[Outbox, Drops]) -> None:
    scripted.answers = [(502, {}, b"")] * 3
    box, _ = outbox
    rests = []
    for _ in range(3):
        box._retry_at = 0.0
        box.send(payload("a"))
        rests.append(round(box.rest_s() or 0))
    assert rests == [1, 2, 4]


def test_what_is_new_goes_before_what_was_kept(scripted: Scripted, outbox: tuple[Outbox, Drops]) -> None:
    box, _ = outbox
    box.store(payload("old"))
    box.send(payload("new"))
    box.deliver()
    assert scripted.bodies == [b"new", b"old"]


def test_a_process_that_ends_late_sends_its_first_batch_and_counts_the_rest(
    scripted: Scripted, outbox: tuple[Outbox, Drops], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fanlight.sdk.outgoing.REQUEST_ITEMS", 2)
    box, drops = outbox
    backlog = Backlog(Settings(), drops, wake=lambda: None)
    for name in ("tool", "run", "more"):
        backlog.put(payload(name), 1)
    Outgoing(backlog, box, drops, Tags(Resource({})), 1e9, now=lambda: 10.0).last_turn(5.0)
    assert scripted.bodies[:2] == [b"tool", b"run"]
    assert (b"more" in scripted.bodies, drops.snapshot()) == (False, {"exit": 3})


@pytest.mark.parametrize("kept", [[], ["tool"]])
def test_an_open_span_is_shown_as_soon_as_a_server_that_was_away_is_back(
    scripted: Scripted, kept: list[str]
) -> None:
    scripted.answers = [(503, {"retry-after": "2"}, b"")]
    now, drops = [100.0], Drops()
    box = Outbox(Endpoint(scripted.url, {}), Settings(), drops, now=lambda: now[0])
    backlog = Backlog(Settings(), drops, wake=lambda: None)
    outgoing = Outgoing(backlog, box, drops, Tags(Resource({})), heartbeat_s=20, now=lambda: now[0])
    span = TracerProvider(shutdown_on_exit=False).get_tracer("agent").start_span("asking a model")
    backlog.put_start(span)
    for name in kept:
        backlog.put(payload(name), 1)
    for _ in range(4):
        outgoing.turn()
        if any(b"asking a model" in unzipped(body) for body in scripted.bodies):
            break
        now[0] += outgoing.rest_s() or 0.0
    assert (now[0], scripted.requests, span.is_recording()) == (102.0, 2 + len(kept), True)


def unzipped(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def test_a_refused_request_is_counted_and_not_repeated(
    scripted: Scripted, outbox: tuple[Outbox, Drops], caplog: pytest.LogCaptureFixture
) -> None:
    scripted.answers = [(400, {}, b""), (401, {}, b"")]
    box, drops = outbox
    box.send(payload("a"))
    box.send(payload("b"))
    box.deliver()
    assert (scripted.requests, drops.snapshot(), box.is_behind) == (2, {"refused": 6}, False)
    assert [record.message for record in caplog.records] == [
        (
            "telemetry is lost: the server refused a request; check FANLIGHT_URL and FANLIGHT_KEY "
            f"({scripted.url} answered 400 Bad Request); further ones are counted"
        )
    ]


def test_what_a_success_left_out_is_counted(scripted: Scripted, outbox: tuple[Outbox, Drops]) -> None:
    response = ExportTraceServiceResponse()
    response.partial_success.rejected_spans = 2
    scripted.answers = [(200, {}, response.SerializeToString()), (200, {}, b"<html>")]
    box, drops = outbox
    box.send(payload("a"))
    box.send(payload("b"))
    assert (drops.snapshot(), box.is_behind) == ({"rejected": 2}, True)


def test_a_connection_that_the_server_closed_is_opened_again(scripted: Scripted) -> None:
    wire = Wire(Endpoint(scripted.url, {}))
    assert wire.post(payload("a")).is_taken
    scripted.answers = [(0, {}, b"")]
    assert wire.post(payload("b")).is_taken
    assert scripted.bodies == [b"a", b"b"]


def test_an_answer_that_is_no_http_is_a_server_that_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(65_536)
            connection.sendall(b"SSH-2.0-x\r\n\r\n")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        answered = Wire(Endpoint(f"http://127.0.0.1:{server.getsockname()[1]}", {})).post(payload("a"))
    assert (answered.is_taken, answered.is_away) == (False, True)


@pytest.fixture
def hanging() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    kept.append(server.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for connection in kept:
            connection.close()


RUN = """
import fanlight, sys, time, atexit
fanlight.configure(service_name="s", attributes={"who": sys.argv[-1]})
with fanlight.run("r"):
    with fanlight.span("inside"): pass
    fanlight.bill(amount="0.05", id="order-7")
left = time.monotonic()
atexit._run_exitfuncs()
print(time.monotonic() - left)
"""


@pytest.mark.parametrize("away", ["hanging", "refused"])
def test_what_a_process_could_not_send_its_successor_delivers(
    away: str, hanging: str, receiver: Receiver, program: Program, tmp_path: Path
) -> None:
    """The address is the same: the server was away, and came back."""
    port = int(receiver.url.rsplit(":", 1)[1])
    with Relay(hanging if away == "hanging" else None) as relay:
        spool = {"FANLIGHT_URL": relay.url, "FANLIGHT_SPOOL": str(tmp_path)}
        first = program(RUN, **spool)
        assert (first.status, float(first.stdout) < 2.0) == (0, True)
        assert (receiver.spans, len(list(tmp_path.rglob("*.seg")))) == ([], 1)
        relay.target = port
        second = program(
            "import fanlight; fanlight.configure()\nwith fanlight.run('second'): pass\n"
            "assert fanlight.flush()",
            **spool,
        )
        assert (second.status, second.stderr) == (0, "")
    assert receiver.tree() == [("inside", "r"), ("r", None), ("second", None)]
    assert [plain(record.attributes)["fanlight.billing.id"] for record in receiver.logs] == ["order-7"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class Relay:
    """A port that leads nowhere at first: it refuses, or hangs, until it has a `target`."""

    def __init__(self, hanging: str | None) -> None:
        self.target: int | None = int(hanging.rsplit(":", 1)[1]) if hanging else None
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _accept(self) -> None:
        try:
            while True:
                near, _ = self._server.accept()
                if self.target is None:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=pair, daemon=True).start()
        except OSError:
            return


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_slow_server_delays_the_exit_by_less_than_two_seconds(
    program: Program, receiver: Receiver, tmp_path: Path
) -> None:
    """It takes a second for each request: what it has not taken by then is kept."""
    receiver.delay_s = 1.0
    done = program(RUN, FANLIGHT_URL=receiver.url, FANLIGHT_SPOOL=str(tmp_path))
    assert done.status == 0
    assert float(done.stdout) < 2.0


def test_a_server_that_comes_back_gets_what_this_process_kept(
    program: Program, receiver: Receiver, tmp_path: Path
) -> None:
    port = int(receiver.url.rsplit(":", 1)[1])
    with Relay(None) as relay:
        code = """
import fanlight, sys
fanlight.configure()
with fanlight.run("early"): pass
assert not fanlight.flush()
print("away", flush=True)
sys.stdin.readline()
deadline = __import__("time").monotonic() + 20
while not fanlight.flush() and __import__("time").monotonic() < deadline: pass
"""
        environ = {**os.environ, "FANLIGHT_URL": relay.url, "FANLIGHT_SPOOL": str(tmp_path)}
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "away\n"
            relay.target = port
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.wait(30) == 0
    assert receiver.tree() == [("early", None)]


def test_what_was_lost_is_told_to_the_server(receiver: Receiver, program: Program) -> None:
    code = """
import fanlight
from fanlight.sdk.providers import active
fanlight.configure()
active().pipeline.drops.add("queue_full", 3)
with fanlight.run("r"): pass
fanlight.flush()
"""
    program(code, FANLIGHT_URL=receiver.url)
    [record] = receiver.logs
    assert (record.event_name, plain(record.attributes)) == (
        "fanlight.sdk.dropped",
        {"fanlight.dropped.queue_full": 3},
    )


def test_no_thread_can_be_started_and_everything_is_sent_all_the_same(
    receiver: Receiver, program: Program
) -> None:
    code = """
import threading
import fanlight
fanlight.configure()
def refuse(self): raise RuntimeError("can't start new thread at interpreter shutdown")
threading.Thread.start = refuse
with fanlight.run("flushed"): pass
assert fanlight.flush()
with fanlight.run("left"): pass
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.status, done.stderr) == (0, "")
    assert receiver.tree() == [("flushed", None), ("left", None)]


def test_the_wire_waits_for_a_hanging_server_no_longer_than_it_is_told(hanging: str) -> None:
    began = time.monotonic()
    answer = Wire(Endpoint(hanging, {}), timeout_s=0.2).post(payload("a"))
    assert (answer.is_away, time.monotonic() - began < 5) == (True, True)
