"""A receiver of HTTP in a thread, and agents in processes of their own that call an exporter's hooks."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

STORY = """
import sys, time
from importlib.metadata import entry_points

[point] = entry_points(group="charm.telemetry", name=sys.argv[1])
exporter = point.load()()
began = time.perf_counter()
exporter.on_run_start(run_id="local", inputs={"city": "Oslo"})
exporter.on_agent_action(tool="search", tool_input={"q": "weather"})
exporter.on_tool_start(tool_name="search", input_str="weather Oslo")
exporter.on_tool_end(tool_name="search", output="rain")
exporter.on_tool_start(tool_name="buy", input_str="umbrella")
exporter.on_tool_error(tool_name="buy", error=ValueError("no money"))
for token in ("It ", "will ", "rain."):
    exporter.on_llm_new_token(token=token)
exporter.on_run_end(run_id="local", outputs={"status": "error", "message": "no umbrella"})
exporter.on_error(run_id="local", error=RuntimeError("no umbrella"))
print(time.perf_counter() - began)
"""
"""All eight hooks, as Charm calls them in a run that fails; the time that they took."""


@dataclass(frozen=True)
class Request:
    """What arrived, unpacked."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes every POST. With `hangs` it never answers."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of the loopback."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.requests.append(Request(self.path, headers, body))
            if found.hangs.is_set():
                found.over.wait(30)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """A test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    found.over.set()
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Told:
    """How an agent went: seconds in hooks, and what it wrote on stderr."""

    hooks_s: float
    stderr: str


Tell = Callable[..., Told]


@pytest.fixture
def tell() -> Tell:
    """`tell("otlp", NAME="value")`: the story in a process of its own, with that exporter and environment."""

    def run(name: str, **environ: str) -> Told:
        foreign = ("FANLIGHT_", "OTEL_", "SENTRY_", "DD_", "LANGSMITH_", "LANGCHAIN_", "TRACEPARENT")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        done = subprocess.run(
            [sys.executable, "-c", STORY, name],
            env={**clean, **environ},
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return Told(float(done.stdout), done.stderr)

    return run
