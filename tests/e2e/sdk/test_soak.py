"""An agent that runs for ever: what the SDK made for a run is gone when the run is."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.figures import Tell

MOST_BYTES = 64 * 1024

PROGRAM = """
import gc, sys, tracemalloc
import fanlight

runs = int(sys.argv[1])
fanlight.configure("soak", endpoint=sys.argv[2])

def work(count):
    for number in range(count):
        with fanlight.run("soak", inputs="question") as run:
            with fanlight.span("step", kind="tool") as step:
                step.set("n", number)
            run.output("answer")
    fanlight.flush()
    gc.collect()

work(runs // 10)
tracemalloc.start()
work(runs // 10)
before, _ = tracemalloc.get_traced_memory()
work(runs)
after, _ = tracemalloc.get_traced_memory()
print(after - before)
"""


class Sink(BaseHTTPRequestHandler):
    """Takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.trust("T26")
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(2_000, marks=pytest.mark.gate),
        pytest.param(100_000, marks=pytest.mark.slow),
        pytest.param(1_000_000, marks=pytest.mark.long),
    ],
)
def test_what_was_made_for_a_run_is_freed_with_it(endpoint: str, runs: int, figure: Tell) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(runs), endpoint], capture_output=True, text=True, timeout=7_000,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    grown = int(done.stdout)
    figure(
        test="T26", what="what the SDK keeps of runs that are over", target="< 64 KiB",
        value=f"{grown / 1024:+.1f} KiB after {runs:,} runs", ok=grown < MOST_BYTES,
    )  # fmt: skip
