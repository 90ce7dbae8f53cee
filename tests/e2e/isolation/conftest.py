"""Agents with exporters, run as programs of their own, several at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
AT_ONCE = 3  # they sleep most of their time


@dataclass(frozen=True)
class Outcome:
    """What one agent did, what its healthy exporter got, and who was left."""

    stdout: bytes
    stderr: bytes
    status: int
    seconds: float
    healthy: dict[str, int] | None
    orphans: list[int]
    reports: str


RunAgent = Callable[..., "Future[Outcome]"]


@pytest.fixture(scope="session")
def run_agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunAgent]:
    """`run_agent("bad=bad:hang__flush", ...)`: an outcome to come."""
    place = tmp_path_factory.mktemp("isolation")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield lambda *targets: pool.submit(_run, place, targets)


def _run(place: Path, targets: tuple[str, ...]) -> Outcome:
    mark = uuid.uuid4().hex
    healthy, reports = place / f"{mark}.json", place / f"{mark}.txt"
    environment = {
        **os.environ,
        "FANLIGHT_TEST_MARK": mark,
        "HEALTHY": str(healthy),
        "REPORTS": str(reports),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE / "exporters"))),
    }
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(HERE / "agent.py"), *targets],
        env=environment, capture_output=True, timeout=60, check=False, cwd=place,
    )  # fmt: skip
    seconds = time.monotonic() - began
    return Outcome(
        stdout=done.stdout,
        stderr=done.stderr,
        status=done.returncode,
        seconds=seconds,
        healthy=json.loads(healthy.read_text()) if healthy.exists() else None,
        orphans=left_behind(mark),
        reports=reports.read_text() if reports.exists() else "",
    )


def left_behind(mark: str, within_s: float = 15.0) -> list[int]:
    """Processes that still have `mark` in their environment; those about to end have a moment to."""
    deadline = time.monotonic() + within_s
    while (found := _marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _marked(mark: str) -> list[int]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                environment = (process / "environ").read_bytes()
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark.encode() in environment and state != "Z":
                found.append(int(process.name))
    return found
