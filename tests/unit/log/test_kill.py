"""kill -9 at any moment: what was acknowledged is stored, once, and nothing else is."""

from __future__ import annotations

import importlib.util
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

from fanlight.ingest.crash import POINTS

PROGRAM = Path(__file__).with_name("killed_process.py")


def load_program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("killed_process", PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_until_killed(directory: Path, prefix: str, *, at: str = "", after_acks: int = 0) -> list[list[str]]:
    """The words that it printed. It dies at the crash point `at`, or when it printed that many answers."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(directory), prefix],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "FANLIGHT_CRASH_AT": at},
    )
    assert process.stdout
    guard = threading.Timer(30, process.kill)
    guard.start()
    lines, acks = [], 0
    for line in process.stdout:
        if not line.endswith("\n"):  # it died while it printed
            break
        lines.append(line.rstrip("\n").split(" ", 1))
        acks += lines[-1][0] == "ACK"
        if after_acks and acks >= after_acks:
            process.kill()
            after_acks = 0
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    assert guard.is_alive(), f"it never came to {at}"
    guard.cancel()
    return lines


def check(directory: Path, lines: list[list[str]]) -> None:
    sent = {text for word, text in (line for line in lines if len(line) == 2) if word == "SENT"}
    acknowledged = {line[1] for line in lines if line[0] == "ACK"}
    assert [line for line in lines if line[0] == "TOKEN"] == []
    program = load_program()
    log, store, writer = program.start(directory)
    assert writer.stop(drain=True)
    log.close()
    stored = [text for text, _ in store.rows()]
    parked = [log.parked.record(entry.name) for entry in log.parked.list()]
    good = {text for text in acknowledged if not text.endswith("poison")}
    assert good <= set(stored) <= {text for text in sent if not text.endswith("poison")}
    assert len(parked) >= len(acknowledged) - len(good)
    # A summary that was rebuilt before the last of its rows came would be smaller.
    counts = {f"r{n}": sum(text.startswith(f"r{n}:") for text in stored) for n in range(3)}
    assert {run: count for run, count in store.summaries().items() if count} == {
        run: count for run, count in counts.items() if count
    }
    assert log.backlog_bytes == 0


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_named_point_loses_and_doubles_nothing(tmp_path: Path, point: str) -> None:
    lines: list[list[str]] = []
    for visit in (1, 3, 8):
        at = f"{point}:{visit}" if point != "after_park" else f"{point}:{min(visit, 2)}"
        lines += run_until_killed(tmp_path, f"{visit}", at=at)
    check(tmp_path, lines)


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    rng = random.Random(5)
    lines: list[list[str]] = []
    for number in range(8):
        lines += run_until_killed(tmp_path, f"{number}", after_acks=rng.randrange(1, 400))
    check(tmp_path, lines)
