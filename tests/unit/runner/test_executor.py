"""The process of a run: it is told what to do on stdin, sees little else, and leaves nobody behind."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fanlight.runner.executor import MOST_SAID, ProcessExecutor
from tests.fixtures.waiting import PATIENCE_S


def script(code: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", code)


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 30))  # type: ignore[arg-type]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_it_reads_its_request_and_tells_its_status(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read()); print('on stdout'); sys.exit(3)"

    async def story() -> None:
        request = json.dumps({"input": "x" * 300_000}).encode()
        started = await ProcessExecutor(script(code)).start(request)
        assert await started.wait() == 3
        assert (out.read_bytes(), started.said, started.was_cancelled) == (request, "", False)

    play(story)


def test_a_process_that_does_not_read_and_one_that_says_too_much_end_all_the_same() -> None:
    code = "import sys; sys.stderr.write('x' * 1_000_000 + 'the end'); sys.exit(1)"

    async def story() -> None:
        started = await ProcessExecutor(script(code)).start(b"y" * 5_000_000)
        assert await started.wait() == 1
        assert (len(started.said), started.said[-7:]) == (MOST_SAID, "the end")

    play(story)


def test_it_sees_nothing_of_the_servers_settings(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import os; open({str(out)!r}, 'w').write(repr(sorted(os.environ)))"
    environ = {
        "PATH": os.environ["PATH"], "HOME": "/h", "LC_ALL": "C.UTF-8", "UV_INDEX_URL": "i",
        "https_proxy": "p",
        "FANLIGHT_STORE": "clickhouse://user:secret@host/db", "FANLIGHT_KEY": "k", "AWS_SECRET": "s",
        "PYTHONPATH": "/evil", "LD_PRELOAD": "/evil.so",
    }  # fmt: skip

    async def story() -> None:
        await (await ProcessExecutor(script(code), environ=environ).start(b"")).wait()
        seen = eval(out.read_text())
        assert seen == ["HOME", "LC_ALL", "PATH", "UV_INDEX_URL", "https_proxy"]

    play(story)


def test_what_ignores_the_request_to_end_is_killed_with_its_children(tmp_path: Path) -> None:
    out = tmp_path / "pids"
    code = (
        "import signal, subprocess, sys, os, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(out)!r} + '.new', 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        f"os.rename({str(out)!r} + '.new', {str(out)!r})\n"
        "time.sleep(60)\n"
    )

    async def story() -> None:
        started = await ProcessExecutor(script(code)).start(b"")
        while not out.exists():
            await asyncio.sleep(0.01)
        await started.cancel(grace_s=0.2)
        assert await started.wait() == -9
        assert started.was_cancelled
        pids = [int(pid) for pid in out.read_text().split()]
        until = time.monotonic() + PATIENCE_S
        while any(map(is_there, pids)):
            assert time.monotonic() < until, pids
            await asyncio.sleep(0.01)

    play(story)


def test_a_program_that_is_not_there_is_an_error_of_the_system() -> None:
    async def story() -> None:
        with pytest.raises(OSError):
            await ProcessExecutor(("/nowhere/fanlight",)).start(b"")

    play(story)
