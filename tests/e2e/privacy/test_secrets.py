"""T22: thirty secrets, told by every way there is, in every encoding, are in nothing that is left of them.

Ten are declared to the project, ten to the agent that `fanlight run` starts, ten are in the environment of a
program with the SDK. What was never declared is known by its shape, raw and within JSON.
"""

from __future__ import annotations

import asyncio
import base64
import html
import json
import random
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import grpc
import httpx
import psutil
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

import fanlight
from benchmarks.server import Server, free_port
from fanlight.catalog.kept import FRESH_S
from fanlight.cli.demo.samples import bare_environment
from tests.e2e.privacy.remains import bytes_of, files_of, found_in, records_of, rows_of
from tests.figures import Tell
from tests.fixtures.runs import agents_in

API = "/api/v1/projects/default"
PATIENCE_S = 60.0


def secrets_of(dice: random.Random, whose: str) -> list[str]:
    """Ten, among them such as encodings change: quotes, slashes, signs of other scripts, lines."""
    signs = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

    def word(length: int) -> str:
        return "".join(dice.choices(signs, k=length))

    strange = [
        f'{word(8)}"{word(6)}\\{word(6)}', f"{word(9)}/+={word(9)}&{word(4)}", f"{word(8)}äöß{word(8)}",
        f"{word(8)} <{word(8)}>'{word(3)}",
        f"-----BEGIN {whose} KEY-----\n{word(40)}\n{word(40)}\n-----END {whose} KEY-----",
    ]  # fmt: skip
    return [*strange, *(word(length) for length in (12, 16, 24, 40, 64))]


def lines_of(secret: str) -> list[str]:
    """The parts of a secret that are secret: a frame such as `BEGIN KEY` is not."""
    return [line for line in secret.splitlines() if "KEY-----" not in line]


def encodings(secret: str) -> list[str]:
    """The six encodings, base64 wherever it may begin within something larger."""
    raw = secret.encode()
    return [
        secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret),
        quote_plus(secret, safe=""), raw.hex(), raw.hex().upper(), html.escape(secret),
        *(base64.b64encode(before + raw + b"..").decode() for before in (b"", b"x", b"xx")),
        base64.urlsafe_b64encode(raw).decode(),
    ]  # fmt: skip


def forbidden(secrets: list[str]) -> list[bytes]:
    """What must be found nowhere: each encoding of each part, of base64 the letters that it alone decides."""
    words: set[bytes] = set()
    for part in (line for secret in secrets for line in lines_of(secret)):
        raw = part.encode()
        words |= {form.encode() for form in encodings(part)[:8]}
        for before in range(3):
            text = base64.b64encode(b"\0" * before + raw)
            words.add(text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6])
    return sorted(words)


def shaped(dice: random.Random) -> list[str]:
    """Tokens that nobody declared."""
    tail = "".join(dice.choices("abcdefghijkmnpqrstuvwxyz23456789", k=40))
    return [
        f"sk-proj-1{tail}", f"ghp_{tail}", f"AKIA{tail[:16].upper()}", f"xoxb-12345-{tail}", f"glpat-{tail}",
        f"eyJ{tail}.{tail}.{tail}", f"gsk_1{tail}", f"AIza{tail}",
    ]  # fmt: skip


def say_everything(http: httpx.Client, grpc_port: int, said: list[str]) -> list[str]:
    """Over OTLP as any exporter sends it, as protobuf, JSON and gRPC, as developer logs, and within a room.

    What was heard within the room.
    """
    text = " and ".join(said)
    inside = json.dumps({"arguments": json.dumps({"text": text})})
    traces, logs, metrics = (
        ExportTraceServiceRequest(),
        ExportLogsServiceRequest(),
        ExportMetricsServiceRequest(),
    )
    trace_id = random.Random(text).randbytes(16)
    spans = traces.resource_spans.add()
    spans.resource.attributes.add(key="deployment").value.string_value = said[0]
    scope = spans.scope_spans.add()
    scope.scope.name = said[0]
    for number, word in enumerate([text, inside, *said], 1):
        span = scope.spans.add(trace_id=trace_id, span_id=number.to_bytes(8, "big"))
        span.name, span.start_time_unix_nano = word[:200], time.time_ns() - 10**6
        span.end_time_unix_nano = time.time_ns()
        span.attributes.add(key="gen_ai.output.messages").value.string_value = word
        span.attributes.add(key=f"key.{said[0]}").value.bytes_value = word.encode()
        held = span.attributes.add(key="held").value.kvlist_value.values.add(key="list")
        held.value.array_value.values.add().string_value = word
        span.status.code, span.status.message = 2, word
        event = span.events.add(name="exception")
        event.attributes.add(key="exception.stacktrace").value.string_value = f"locals: {{'key': {word!r}}}"
    record = logs.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=time.time_ns())
    record.body.string_value, record.event_name = inside, said[0]
    record.attributes.add(key="prompt").value.string_value = text
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name=said[0], description=text)
    point = metric.gauge.data_points.add(as_int=7, time_unix_nano=time.time_ns())
    point.attributes.add(key="text").value.string_value = text
    for path, message in (("traces", traces), ("logs", logs), ("metrics", metrics)):
        headers = {"content-type": "application/x-protobuf"}
        http.post(f"/v1/{path}", content=message.SerializeToString(), headers=headers).raise_for_status()
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": "7" * 32, "spanId": "7" * 16, "name": text, "startTimeUnixNano": str(time.time_ns()),
         "attributes": [{"key": "a", "value": {"stringValue": inside}}]}]}]}]}  # fmt: skip
    http.post("/v1/traces", json=body).raise_for_status()
    log = {
        "type": "info",
        "data": {"message": text, "deep": [{"x": inside}]},
        "room": "lobby",
        "service": "s",
    }
    http.post(f"{API}/developer-logs", json=log).raise_for_status()
    for span in spans.scope_spans[0].spans:
        span.trace_id = b"grpc" + trace_id[4:]
    with grpc.insecure_channel(f"127.0.0.1:{grpc_port}") as channel:
        TraceServiceStub(channel).Export(traces, timeout=PATIENCE_S)
        LogsServiceStub(channel).Export(logs, timeout=PATIENCE_S)
        MetricsServiceStub(channel).Export(metrics, timeout=PATIENCE_S)
    return asyncio.run(asyncio.wait_for(say_in_a_room(str(http.base_url), said), PATIENCE_S))


async def say_in_a_room(url: str, said: list[str]) -> list[str]:
    """As developer logs over the room's WebSocket; what somebody who follows them hears."""
    async with fanlight.room("lobby", endpoint=url) as room:
        events = room.developer.logs()
        following = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)  # it has asked by now, and requests are served in their order
        for number, word in enumerate(said):
            await room.developer.log(
                type=word[:60], data={"message": word, "deep": [{"x": word}], "n": number}
            )
        heard = [await following] + [await anext(events) for _ in said[1:]]
        await events.aclose()
        return [f"{each.type} {each.data}" for each in heard]


AGENT = """
import os, sys
def agent(inputs, callbacks):
    values = [value for name, value in sorted(os.environ.items()) if name.startswith("CANARY")]
    for value in values:
        half = len(value) // 2
        sys.stdout.write("whole " + value + "\\n")
        sys.stdout.write("cut " + value[:half]); sys.stdout.flush()
        sys.stdout.write(value[half:] + "\\n"); sys.stdout.flush()
        print(repr({"key": value}), file=sys.stderr)
        callbacks[0].on_tool_start({"name": "search"}, value)
        callbacks[0].on_tool_end(value)
        for piece in (value[:half], value[half:], " "):
            callbacks[0].on_llm_new_token(piece)
    def deep(key):
        raise RuntimeError("cannot reach the service with " + key)
    if inputs.get("fail"):
        deep(values[int(inputs["fail"])])
    return " ".join(values)
"""

WITH_SDK = """
import os, logging, fanlight
fanlight.configure(service_name="inside")
values = [value for name, value in sorted(os.environ.items()) if name.endswith("_SECRET")]
for number, value in enumerate(values):
    with fanlight.run("work", inputs={"said": value}), fanlight.span("look " + value, kind="tool") as span:
        fanlight.log("info", {"message": value})
        try:
            with fanlight.span("fails"):
                raise ValueError(value)
        except ValueError:
            pass
assert fanlight.flush(30)
"""


class Everything:
    """All that was seen of the server while it ran, and by whom."""

    def __init__(self, data: Path) -> None:
        self.parts: list[tuple[str, bytes]] = []
        self._data = data
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(look,)) for look in (self._log, self._ps)]
        self._records: dict[str, bytes] = {}
        self._commands: set[str] = set()

    def __enter__(self) -> Everything:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()
        self.parts += [(f"log: {name}", content) for name, content in self._records.items()]
        self.parts += [("command lines", "\n".join(self._commands).encode())]

    def add(self, where: str, content: bytes | str) -> None:
        self.parts.append((where, content.encode() if isinstance(content, str) else content))

    def _watch(self, look: Callable[[], None]) -> None:
        while not self._done.wait(0.02):
            look()

    def _log(self) -> None:
        # A segment goes as soon as it is stored: look while it is there.
        for path in (self._data / "log").glob("*.pb.*"):
            for index, (_, plain) in enumerate(records_of(path.name, bytes_of(path))):
                self._records[f"{path.name} {index}"] = plain

    def _ps(self) -> None:
        for process in psutil.process_iter(["cmdline"]):
            self._commands.add(" ".join(process.info["cmdline"] or ()))


def stream_of(url: str, seen: list[bytes], done: threading.Event) -> None:
    topics = {"topics": "runs,logs,metrics,room:lobby"}
    with httpx.stream("GET", f"{url}{API}/stream", params=topics, timeout=PATIENCE_S) as answer:
        for chunk in answer.iter_bytes():
            seen.append(chunk)
            if done.is_set():
                return


def answers_of(http: httpx.Client) -> Iterator[tuple[str, str]]:
    """What the API says of everything that it has."""
    for path in (
        "runs",
        "logs",
        "developer-logs",
        "metrics",
        "health",
        "audit",
        "secrets",
        "agents",
        "rooms",
        "",
    ):
        yield path, http.get(f"{API}/{path}".rstrip("/"), params={"limit": 200} if path else None).text
    for run in http.get(f"{API}/runs", params={"limit": 200}).json()["items"]:
        for more in ("", "/events", "/failure", "/page"):
            yield f"run{more}", http.get(f"{API}/runs/{run['id']}{more}").text
        trace = http.get(f"{API}/traces/{run['trace_id']}")
        yield "trace", trace.text
        for span in trace.json()["columns"]["span_id"][:6]:
            yield "span", http.get(f"{API}/traces/{run['trace_id']}/spans/{span}").text


@pytest.mark.slow
def test_no_secret_is_left_anywhere(
    tmp_path: Path, seed: int, figure: Tell, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(seed)
    project, runner, sdk = (secrets_of(dice, whose) for whose in ("PROJECT", "RUNNER", "SDK"))
    tokens = shaped(dice)
    grpc_port = free_port()
    debug = {"FANLIGHT_LOG_LEVEL": "debug"}
    options = ("--otlp-grpc-port", str(grpc_port))
    server = Server(tmp_path / "data", environment=debug, options=options).start()
    request.addfinalizer(server.end)
    url = f"http://127.0.0.1:{server.port}"
    seen: list[bytes] = []
    done = threading.Event()
    reading = threading.Thread(target=stream_of, args=(url, seen, done), daemon=True)

    def command(*arguments: object, **env: str) -> str:
        environ = {
            **bare_environment(),
            "FANLIGHT_URL": url,
            "FANLIGHT_SPOOL": str(tmp_path / "spool"),
            **env,
        }
        words = [sys.executable, *map(str, arguments)]
        found = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=120, cwd=tmp_path)
        return found.stdout + found.stderr

    with Everything(server.data) as everything, httpx.Client(base_url=url, timeout=60) as http:
        key = {"x-api-key": (server.data / "local.key").read_text().strip()}
        http.headers.update(key)
        http.get(f"{API}/runs")
        declared = {f"S{number}": value for number, value in enumerate(project)}
        http.post("/api/v1/projects", json={"name": "default"})
        http.put(f"{API}/secrets", json={"secrets": declared}).raise_for_status()
        time.sleep(FRESH_S)  # what a setting is believed for, not a wait for something
        reading.start()
        for part in (each for secret in project for each in [secret, *lines_of(secret)]):
            everything.add("in the room", "\n".join(say_everything(http, grpc_port, encodings(part))))
        shown = [*tokens, *(json.dumps(f"\n{token}\t") for token in tokens)]
        everything.add("in the room", "\n".join(say_everything(http, grpc_port, shown)))
        agent = agents_in(tmp_path)(AGENT)
        quoted = (
            f"CANARY_{number}={json.dumps(value, ensure_ascii=False)}" for number, value in enumerate(runner)
        )
        (agent / ".env").write_text("\n".join(quoted) + "\n")
        cli = ("-m", "fanlight.cli.main")
        for inputs in ("{}", '{"fail": "6"}'):
            everything.add("fanlight run", command(*cli, "run", agent, "--input", inputs))
        script = tmp_path / "with_sdk.py"
        script.write_text(textwrap.dedent(WITH_SDK))
        environ = {f"N{number}_SECRET": value for number, value in enumerate(sdk)}
        everything.add("the program's own words", command(script, **environ))
        until_quiet(http)
        for where, text in answers_of(http):
            everything.add(f"API: {where}", text)
        for words in (("runs", "--json"), ("logs", "--json"), ("doctor",), ("logs",)):
            everything.add(f"CLI: {words[0]}", command(*cli, *words))
        masked = {each["kind"]: each["values"] for each in http.get(f"{API}/health").json()["masked"]}
        runs = http.get(f"{API}/runs", params={"limit": 200}).json()["items"]
        done.set()
        say_everything(http, grpc_port, ["the last"])
    server.stop()
    reading.join(PATIENCE_S)
    everything.add("stream", b"".join(seen))
    everything.add("the server's own words", server.output.read_bytes())
    everything.add("rows", rows_of(server.data))
    everything.parts += [*files_of(server.data), *files_of(tmp_path / "spool")]
    words = [*forbidden([*project, *runner, *sdk]), *(token.encode() for token in tokens)]
    left = found_in(everything.parts, words)
    assert left == []
    # It was all there to be found, in each of the places.
    looked_at = {where.partition(":")[0] for where, content in everything.parts if content}
    assert looked_at >= {"log", "command lines", "API", "CLI", "stream", "rows"}
    rows = next(content for where, content in everything.parts if where == "rows")
    assert all(word in rows for word in (b"the last", b"cannot reach the service with", b"whole ", b"inside"))
    assert len(runs) > 20
    assert masked["token"] >= 2 * len(tokens)
    assert masked["secret"] >= len(project)
    assert len(b"".join(seen)) > 100_000
    figure(
        test="T22",
        what=f"{len(words)} forms of 30 secrets and {len(tokens)} undeclared tokens in "
        f"{sum(len(content) for _, content in everything.parts) // 1_000_000} MB of files, rows and answers",
        target="0",
        value=str(len(left)),
        ok=not left,
    )


def until_quiet(http: httpx.Client) -> None:
    """Wait until all that was received is stored."""
    end = time.monotonic() + PATIENCE_S
    while any(each["waiting"] for each in _signals(http)) or not any(
        each["stored"] for each in _signals(http)
    ):
        assert time.monotonic() < end
        time.sleep(0.2)


def _signals(http: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get(f"{API}/health").json()["signals"]
    return found
