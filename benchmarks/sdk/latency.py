"""How long after a span has started it is in the server's stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import httpx

from benchmarks.bench import Bench
from benchmarks.report import Row, quantile, row
from benchmarks.server import PROJECT, Server

SPANS = 150


def measure_latency(bench: Bench) -> list[Row]:
    """From `on_start` in one process to the message about the open span in another's stream of its run."""
    with Server(bench.new_data()) as server:
        started, seen = _watch(f"http://127.0.0.1:{server.port}")
    took_ms = [(seen[span] - at_ns) / 1e6 for span, at_ns in started.items() if span in seen]
    if len(took_ms) < SPANS:
        raise RuntimeError(f"{SPANS - len(took_ms)} of {SPANS} spans were never in the stream")
    return [
        row("sdk", "start of a span to the stream, p50", quantile(took_ms, 0.5), "ms", at_most=300),
        row("sdk", "start of a span to the stream, p99", quantile(took_ms, 0.99), "ms", at_most=600),
    ]


def _watch(url: str) -> tuple[dict[str, int], dict[str, int]]:
    """When each span started, and when the stream first spoke of it; both in nanoseconds of this machine."""
    httpx.post(f"{url}/api/v1/projects", json={"name": PROJECT}).raise_for_status()
    seen: dict[str, int] = {}
    listening = threading.Event()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sdk.starter", url, str(SPANS)],
        env={**os.environ, "FANLIGHT_SPOOL": "off"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as agent:
        assert agent.stdin is not None
        assert agent.stdout is not None
        stream = f"{url}/api/v1/projects/{PROJECT}/stream?topics=run:{agent.stdout.readline().strip()}"
        threading.Thread(target=_listen, args=(stream, seen, listening), daemon=True).start()
        if not listening.wait(10):
            raise RuntimeError("the stream did not open")
        printed, _ = agent.communicate("go\n", timeout=120)
    return {span: int(at_ns) for span, at_ns in map(str.split, printed.splitlines())}, seen


def _listen(stream: str, seen: dict[str, int], listening: threading.Event) -> None:
    try:
        with httpx.stream("GET", stream, timeout=None) as response:
            listening.set()
            for line in response.iter_lines():
                if line.startswith("data: ["):
                    now_ns = time.time_ns()
                    for event in json.loads(line[6:]):
                        if event["type"] == "span":
                            seen.setdefault(event["data"]["span_id"], now_ns)
    except httpx.HTTPError:
        # The server was stopped.
        return
