"""Starts runs for a server: each is a process of its own, and its group dies with it.

What the agent does reaches the server as telemetry. Here is only the process: its request goes to its stdin,
and the end of what it says on stderr is kept for whoever has to find out why it did not even begin.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence

COMMAND = (sys.executable, "-m", "fanlight.cli.main", "run", "--execute")
GRACE_S = 10.0
MOST_SAID = 4_000

_PASSED_ON = re.compile(
    r"(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|UV_\w+|PIP_\w+|SSL_CERT_\w+"
    r"|(?i:https?|all|no)_proxy|(?i:DOCKER)_\w+|FANLIGHT_(?:ENVIRONMENTS|DOCKER_\w+))"
)
"""What the process may see of the server's environment: the server's own settings hold secrets."""


class Started:
    """A process that makes a run."""

    def __init__(self, process: asyncio.subprocess.Process, request: bytes) -> None:
        self._process = process
        self._said = bytearray()
        self._tasks = [asyncio.ensure_future(self._ask(request)), asyncio.ensure_future(self._listen())]
        self._cancelled = False

    @property
    def was_cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._cancelled

    @property
    def said(self) -> str:
        """The end of what it wrote on stderr."""
        return self._said.decode(errors="replace").strip()

    async def wait(self) -> int:
        """Wait for its end, and end whatever it left behind. Its exit status, negative for a signal."""
        status = await self._process.wait()
        self._signal(signal.SIGKILL)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return status

    async def cancel(self, grace_s: float = GRACE_S) -> None:
        """Ask it to close the run, and end its group when it does not."""
        self._cancelled = True
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), grace_s)
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    async def _ask(self, request: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(ConnectionError):
            stdin.write(request)
            await stdin.drain()
        stdin.close()

    async def _listen(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while chunk := await stderr.read(65_536):
            self._said += chunk
            del self._said[:-MOST_SAID]


class ProcessExecutor:
    """Starts `command` for each run, in a session of its own and with little of the server's environment."""

    def __init__(self, command: Sequence[str] = COMMAND, *, environ: Mapping[str, str] | None = None) -> None:
        self._command = tuple(command)
        found = os.environ if environ is None else environ
        self._environ = {name: value for name, value in found.items() if _PASSED_ON.fullmatch(name)}

    async def start(self, request: bytes) -> Started:
        """Start a run; `request` is its JSON. Raises OSError when the command cannot be started."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=self._environ,
            start_new_session=True,
        )
        return Started(process, request)
