"""What an event costs the agent's thread, whatever its exporters do; whether a healthy one gets all."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.bench import Bench
from benchmarks.report import Row, row

SECONDS = 3.0
EXPORTERS = {
    "a healthy exporter": ("Healthy",),
    "3 hung exporters": ("Hung", "Hung", "Hung"),
    "an exporter that spins": ("CpuHog",),
    "an exporter that holds its interpreter": ("GilHog",),
}


def measure(bench: Bench) -> list[Row]:
    """Rows of one run: a plain deque beside each kind of exporter."""
    rows: list[Row] = []
    for what in ("tokens", "events"):
        bench.say(f"emit: {what} into a plain deque, then beside {len(EXPORTERS)} sorts of exporters")
        plain = _agent(what)
        rows.append(
            Row(part="emit", what=f"{what} into a plain deque", result=_times(plain), beside=_most(plain))
        )
        for title, names in EXPORTERS.items():
            rows += _rows(f"{what}, {title}", _agent(what, *names), plain)
    bench.say("emit: a healthy exporter beside three that hang")
    rows.append(_delivered(_agent("events", "Healthy", "Hung", "Hung", "Hung")))
    return rows


def _agent(what: str, *names: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.emit.agent", what, str(SECONDS), *names],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the emitting agent broke: {done.stderr[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rows(title: str, found: dict[str, Any], plain: dict[str, Any]) -> list[Row]:
    slower = 100 * (found["wall_s"] / plain["wall_s"] - 1)
    return [
        row("emit", f"{title}, p50", found["us"]["0.5"], "us", at_most=1.0, beside=f"all {_times(found)}"),
        row("emit", f"{title}, p99", found["us"]["0.99"], "us", at_most=10.0, beside=_most(found)),
        row("emit", f"{title}, slower", max(0.0, slower), "%", at_most=5.0, beside=_lost(found)),
    ]


def _delivered(found: dict[str, Any]) -> Row:
    share = 100 * found["delivered"]["Healthy-0"] / found["events"]
    return row(
        "emit", "100,000 events/s, delivered to the healthy one", share, "%", at_least=100.0,
        beside=f"{found['events']:,} events; it lost {found['dropped']['Healthy-0']:,}",
    )  # fmt: skip


def _times(found: dict[str, Any]) -> str:
    return " / ".join(f"{found['us'][share]:.2f}" for share in ("0.5", "0.99", "0.999")) + " us"


def _most(found: dict[str, Any]) -> str:
    return f"slowest {found['most_us'] / 1000:.2f} ms"


def _lost(found: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} got {delivered:,}, lost {found['dropped'][name]:,}"
        for name, delivered in found["delivered"].items()
    )
