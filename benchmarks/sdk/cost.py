"""What a span costs in the agent's thread: plain SDK, BatchSpanProcessor and ours, turn by turn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.report import Row, quantile, row

VARIANTS = {"plain": "plain SDK", "batch": "BatchSpanProcessor", "fanlight": "Fanlight"}
ROUNDS, SPANS = 3, 10_000
MOST_ADDED_US = 5.0


def measure_cost() -> list[Row]:
    """Microseconds a span, and what Fanlight adds to the plain SDK."""
    took: dict[str, list[int]] = {variant: [] for variant in VARIANTS}
    with _sink() as url:
        # In turns, so that a busy moment of the machine hits all of them.
        for _ in range(ROUNDS):
            for variant in VARIANTS:
                took[variant] += _run(variant, url)
    rows = [_row(VARIANTS[variant], nanoseconds) for variant, nanoseconds in took.items()]
    added = (quantile(took["fanlight"], 0.5) - quantile(took["plain"], 0.5)) / 1_000
    batch = (quantile(took["batch"], 0.5) - quantile(took["plain"], 0.5)) / 1_000
    return [
        *rows,
        row(
            "sdk", "added to the plain SDK, p50", added, "us", at_most=MOST_ADDED_US,
            beside=f"BatchSpanProcessor adds {batch:.1f} us",
        ),
    ]  # fmt: skip


def _row(name: str, nanoseconds: list[int]) -> Row:
    p50, p99, p999 = (quantile(nanoseconds, share) / 1_000 for share in (0.5, 0.99, 0.999))
    return row("sdk", f"a span, {name}, p50", p50, "us", beside=f"p99 {p99:.1f} us, p99.9 {p999:.1f} us")


def _run(variant: str, url: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.sdk.agent", variant, url, str(SPANS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the agent with {variant} broke: {done.stderr[-500:]}")
    return list(json.loads(done.stdout))


@contextmanager
def _sink() -> Iterator[str]:
    sink = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sdk.sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sink.stdin is not None
    assert sink.stdout is not None
    try:
        yield sink.stdout.readline().strip()
    finally:
        sink.stdin.close()
        sink.wait(10)
