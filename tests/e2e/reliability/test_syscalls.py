"""System calls of the real server fail, in whatever thread of it: `strace` puts the errors in."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.server import Server
from tests.e2e.reliability.spans import Sent, assert_kept
from tests.e2e.reliability.stored import compare
from tests.e2e.reliability.traffic import Traffic
from tests.figures import Tell

RUNS = 60
RUN_S = 0.8
HANGS_AFTER_S = 5.0
ERRORS = ("EIO", "ENOSPC", "EINTR", "EDQUOT")
OTHER_CALLS = ("fsync", "writev", "rename", "ftruncate", "openat", "pwrite64")


def faults(dice: random.Random) -> list[str]:
    """What `strace` is told: half the runs are of the call that durability rests on, each of its visits."""
    flushes = [f"fdatasync:error=EIO:when={nth}" for nth in range(1, RUNS // 2 + 1)]
    others = [
        f"{dice.choice(OTHER_CALLS)}:error={dice.choice(ERRORS)}:when={dice.randint(20, 400)}"
        for _ in range(RUNS - len(flushes))
    ]
    return flushes + others


def prefix(fault: str) -> tuple[str, ...]:
    """The server is the process that is started; the tracer stands beside it and leaves with it."""
    tracer = ("strace", "-D", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf")
    return (*tracer, "-e", f"trace={fault.partition(':')[0]}", "-e", f"inject={fault}")


def _needs_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    tried = subprocess.run(
        [*prefix("fdatasync:error=EIO:when=1"), sys.executable, "-c", ""], capture_output=True, check=False
    )
    if tried.returncode or tried.stderr:
        pytest.skip(f"tracing is not permitted here: {tried.stderr.decode().strip()[:200]}")


@pytest.mark.slow
@pytest.mark.trust("T4")
@pytest.mark.timeout(3_000)
def test_a_server_whose_system_calls_fail_serves_or_ends_and_loses_nothing(
    tmp_path: Path, sent: Sent, seed: int, figure: Tell
) -> None:
    _needs_strace()
    ended: list[str] = []
    server = Server(tmp_path / "data")
    try:
        with Traffic(
            port=lambda: server.port, path="/v1/traces", render=sent.body, seed=seed, pause_s=0.02
        ) as traffic:
            for fault in faults(random.Random(seed)):
                server = Server(tmp_path / "data", prefix=prefix(fault))
                if not _live(server, traffic):
                    ended.append(fault)
                    assert server.process.returncode not in (None, 0), f"{fault}: ended as if all were well"
                server.kill()
            server = Server(tmp_path / "data").start()
            traffic.wait_acked(len(traffic.ledger.acked) + 1)
            ledger = traffic.stop()
        assert_kept(server, sent, ledger, sample=20, seed=seed)
        assert server.stop() == 0
    finally:
        server.end()
    found, slowest = compare(tmp_path / "data", sent, ledger), ledger.slowest_s
    figure(
        test="T4", what="the real server under strace: fdatasync and six other calls fail",
        target=f"{RUNS} runs, 0 lost, no answer > {HANGS_AFTER_S:.0f} s",
        value=f"{RUNS} runs, {len(ended)} ended by themselves: {found}; slowest answer {slowest:.1f} s",
        ok=found.exact and slowest <= HANGS_AFTER_S,
    )  # fmt: skip


def _live(server: Server, traffic: Traffic) -> bool:
    """Let it serve for a moment; False when it ended by itself."""
    server.spawn()
    until = time.monotonic() + 60
    acked = len(traffic.ledger.acked)
    while server.process.poll() is None and len(traffic.ledger.acked) < acked + 3:
        assert time.monotonic() < until, "it neither serves nor ends"
        time.sleep(0.02)
    until = time.monotonic() + RUN_S
    while server.process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return server.process.poll() is None
