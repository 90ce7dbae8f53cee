"""The agent's requirements, in a virtual environment of their own.

One environment for each content of the requirements (and interpreter): the second run of an agent, and every
other agent with the same list, finds it ready. The installer sees none of the agent's secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import sys
import tomllib
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fanlight.errors import FanlightError
from fanlight.redact import Redactor

READY = ".fanlight-ready"
KEPT_LINES = 40
TIMEOUT_S = 1_800.0
MAX_INCLUDES = 50
MAX_STAMPED = 5_000

Requirements = Literal["pyproject.toml", "requirements.txt"]
Progress = Callable[[str], None]

_INCLUDE = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)", re.MULTILINE)
_LOCAL = re.compile(
    r"^\s*(?:(?:-e|--editable)[ =]?\s*)?(?:\S+\s*@\s*)?(?:file:(?://)?)?(\.{0,2}/\S*|\.)\s*$", re.MULTILINE
)


class InstallError(FanlightError):
    """The requirements could not be installed. `said` are the installer's own last words."""

    code = "install"

    def __init__(self, message: str, *, said: str = "", exit_code: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.said = said
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An interpreter with the agent's requirements. `folder` is None for the runner's own interpreter."""

    python: Path
    folder: Path | None = None
    was_cached: bool = True


def find_requirements(agent: Path) -> Requirements | None:
    """Which file says what the agent needs: a pyproject.toml with a project before a requirements.txt."""
    if _declares_project(agent / "pyproject.toml"):
        return "pyproject.toml"
    return "requirements.txt" if (agent / "requirements.txt").is_file() else None


async def install(
    agent: Path, *, cache: Path, environ: Mapping[str, str], redactor: Redactor, progress: Progress
) -> Environment:
    """The environment of the agent in the folder `agent`, made when it is not in `cache` yet.

    `progress` is told each line of the installer. Raises InstallError.
    """
    requirements = find_requirements(agent)
    if requirements is None:
        return Environment(python=Path(sys.executable))
    folder = cache / key_of(agent, requirements)
    python = folder / "bin" / "python"
    if (folder / READY).is_file():
        return Environment(python=python, folder=folder)
    async with _locked(cache, folder.name):
        # Somebody else may have made it meanwhile.
        if (folder / READY).is_file():
            return Environment(python=python, folder=folder)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        uv, told = find_uv(), _Words(redactor, progress)
        progress(f"installing {requirements} with uv")
        try:
            await _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], agent, environ, told)
            target = ["--python", str(python)]
            await _run([uv, "pip", "install", *target, "-r", requirements], agent, environ, told)
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            raise
        (folder / READY).touch()
    return Environment(python=python, folder=folder, was_cached=False)


def key_of(agent: Path, requirements: Requirements) -> str:
    """The name of an environment: a hash of what goes into it.

    Files that a requirements file includes count; one that names something beside it belongs to its folder.
    """
    digest = hashlib.sha256()
    for part in (sys.executable, platform.python_version(), platform.machine(), requirements):
        digest.update(f"{part}\0".encode())
    waiting, seen = [agent / requirements], set[Path]()
    while waiting and len(seen) < MAX_INCLUDES:
        place = waiting.pop().resolve()
        if place in seen:
            continue
        seen.add(place)
        content = place.read_bytes() if place.is_file() else b""
        digest.update(content + b"\0")
        text = content.decode("utf-8", "replace")
        if requirements == "requirements.txt":
            waiting += [place.parent / name for name in _INCLUDE.findall(text)]
        if (local := _LOCAL.findall(text)) or "[tool.uv" in text:
            digest.update(f"{agent.resolve()}\0".encode())
            digest.update("".join(_stamp(place.parent / name) for name in local).encode())
    return digest.hexdigest()[:32]


def _stamp(place: Path) -> str:
    """Says when something beside the agent has changed: names, sizes and times of its files."""
    files = sorted(place.rglob("*"))[:MAX_STAMPED] if place.is_dir() else [place]
    found = [(str(file), file.stat()) for file in files if file.is_file() and "__pycache__" not in file.parts]
    return repr([(name, status.st_size, status.st_mtime_ns) for name, status in found])


def find_uv() -> str:
    """The installer: beside our interpreter, in its package, or on the path. Raises InstallError."""
    beside = Path(sys.executable).parent / "uv"
    if beside.is_file():
        return str(beside)
    if importlib.util.find_spec("uv") is not None:
        with contextlib.suppress(Exception):
            from uv import find_uv_bin

            return str(find_uv_bin())
    if found := shutil.which("uv"):
        return found
    raise InstallError("uv is not installed, which installs agents", hint="pip install 'fanlight[run]'")


class _Words:
    """What the installer says: told as it comes, its end kept."""

    def __init__(self, redactor: Redactor, progress: Progress) -> None:
        self._redactor = redactor
        self._progress = progress
        self.last: deque[str] = deque(maxlen=KEPT_LINES)

    def hear(self, line: bytes) -> None:
        text = self._redactor.text(line.decode("utf-8", "replace").rstrip())
        if text:
            self.last.append(text)
            self._progress(text)


async def _run(command: list[str], agent: Path, environ: Mapping[str, str], words: _Words) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=agent,
            env=dict(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise InstallError(f"{command[0]} cannot be started ({error.strerror})") from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            assert process.stdout is not None
            async for line in process.stdout:
                words.hear(line)
            code = await process.wait()
    except TimeoutError:
        raise InstallError(f"the installation took longer than {TIMEOUT_S:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
    if code != 0:
        said = "\n".join(words.last)
        raise InstallError(
            f"the requirements cannot be installed (uv ended with {code})", said=said, exit_code=code
        )


@contextlib.asynccontextmanager
async def _locked(cache: Path, name: str) -> AsyncIterator[None]:
    await asyncio.to_thread(cache.mkdir, mode=0o700, parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


def _declares_project(place: Path) -> bool:
    try:
        return "project" in tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        # Broken: the installer says how, in its own words.
        return True
