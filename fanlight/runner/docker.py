"""The backend that runs agents in containers, of any engine that speaks Docker's API.

Each call of the engine is made in a thread: its client waits, and a runner must not. What a container writes
comes over a connection that is made before it starts, so nothing is missed, and that is read no faster than
its reader wants it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

import fanlight
from fanlight.config import load
from fanlight.runner import engine
from fanlight.runner.backend import STOP_GRACE_S, Ending, Launch, LaunchError, Limits, Load, Reason
from fanlight.runner.container import (
    LABEL_FOLDER,
    LABEL_RUNNER,
    ContainerSettings,
    Facts,
    agent_container,
    cache_of,
    facts_of,
    install_container,
    settings_of,
)
from fanlight.runner.install import InstallError, find_uv
from fanlight.runner.owner import is_gone
from fanlight.runner.pieces import PIECE_BYTES, Piece, Pieces
from fanlight.runner.workspace import Folder, discard, fill, hand_over, read_ending

SUPPORT = Path(fanlight.__file__).parent
INSTALL_S = 1_800.0
KEPT_BYTES = 16 * 1024
RUN_FOLDER = "fanlight-container-"
REASONS: Mapping[str, Reason] = {"memory": "memory", "processes": "processes"}

_log = logging.getLogger("fanlight.runner")

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """An engine that answered."""

    client: engine.Client
    facts: Facts


class DockerBackend:
    """Starts each child in a container of its own. `note` is told what takes a while.

    Example:
        >>> backend = DockerBackend()  # of the engine at DOCKER_HOST
        >>> child = await backend.start(launch)  # doctest: +SKIP
    """

    def __init__(
        self,
        settings: ContainerSettings | None = None,
        *,
        note: Note = _log.info,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings or settings_of(load())
        self._note = note
        self._environ = os.environ if environ is None else environ
        self._met: _Met | None = None

    async def start(self, launch: Launch) -> ContainerChild:
        """Start the child, its requirements installed before. Raises LaunchError, InstallError."""
        met = await self._meet()
        if launch.limits.memory_bytes and not met.facts.limits_memory:
            raise LaunchError(
                "this engine cannot limit a container's memory",
                hint="a rootless engine needs cgroup v2 with the memory controller delegated to its user",
            )
        name = self._settings.image_for(launch)
        image = await asyncio.to_thread(engine.find_image, met.client, name, self._note)
        folder = Folder(path=Path(tempfile.mkdtemp(prefix=RUN_FOLDER)))
        try:
            await asyncio.to_thread(_fill, folder, launch, met.facts.user)
            if launch.requirements:
                await self._install(met, launch, folder)
            made = agent_container(
                launch, self._settings, met.facts, folder, package=SUPPORT, path=image.path
            )
            return await _begin(met.client, made, launch.limits, folder)
        except BaseException:
            await asyncio.to_thread(discard, folder.path)
            raise

    async def sweep(self) -> int:
        """Remove the containers of runners that are gone, with their folders; how many there were."""
        return await asyncio.to_thread(_sweep, (await self._meet()).client)

    async def _meet(self) -> _Met:
        """The engine, met once; what runners that were killed left there is removed first."""
        if self._met is None:
            client = await asyncio.to_thread(engine.connect, self._settings.host)
            info, version, _ = await asyncio.gather(
                asyncio.to_thread(engine.info, client),
                asyncio.to_thread(engine.version, client),
                asyncio.to_thread(_sweep, client),
            )
            self._met = _Met(client=client, facts=facts_of(info, version, self._settings))
        return self._met

    async def _install(self, met: _Met, launch: Launch, folder: Folder) -> None:
        cache = cache_of(self._settings, launch, met.facts.user)
        await asyncio.to_thread(_make_cache, cache, met.facts.user)
        self._note(f"installing {launch.requirements} in the container")
        began = time.monotonic()
        made = install_container(
            launch,
            self._settings,
            met.facts,
            folder,
            package=SUPPORT,
            uv=_find_uv(),
            environ=self._environ,
        )
        child = await _begin(met.client, made, Limits(time_s=INSTALL_S, grace_s=0.0), None)
        said = b""
        try:
            while (piece := await child.read()) is not None:
                said = (said + piece[1])[-KEPT_BYTES:]
        finally:
            # Cancelled while it installs: nothing of it goes on.
            await child.stop(0.0)
            ending = await child.wait()
        if ending.reason == "timeout":
            raise InstallError(f"the installation took longer than {INSTALL_S:.0f} s")
        if ending.exit_code != 0:
            why = ", out of memory" if ending.reason == "memory" else ""
            raise InstallError(
                f"the requirements cannot be installed (ended with {ending.exit_code}{why})",
                said=said.decode("utf-8", "replace").strip(),
                exit_code=ending.exit_code,
            )
        self._note(f"installed {launch.requirements} in {time.monotonic() - began:.1f} s")


class ContainerChild:
    """A child in its container."""

    def __init__(
        self, client: engine.Client, container: str, image: str, limits: Limits, folder: Folder | None
    ) -> None:
        self._client = client
        self._image = image
        self._container = container
        self._limits = limits
        self._folder = folder
        self._loop = asyncio.get_running_loop()
        self._pieces = Pieces()
        self._reason: Reason | None = None
        self._status: asyncio.Future[int] = self._loop.create_future()
        self._ending: asyncio.Task[Ending] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def id(self) -> str:
        """The container's id."""
        return self._container

    @property
    def image(self) -> str:
        """The image that it was made of."""
        return self._image

    async def load(self) -> Load | None:
        """What the engine says that the container uses."""
        return await asyncio.to_thread(engine.load, self._client, self._container)

    def begin(self, output: engine.Output) -> None:
        """Begin to read and to wait."""
        threading.Thread(target=self._forward, args=(output,), name="container-output", daemon=True).start()
        threading.Thread(target=self._wait, name="container-end", daemon=True).start()
        self._ending = asyncio.create_task(self._end())
        if self._limits.time_s is not None:
            self._spawn(self._hold_to_time(self._limits.time_s))

    async def read(self) -> Piece | None:
        """The next piece of what it wrote; None once every channel is closed."""
        return await self._pieces.read()

    async def wait(self) -> Ending:
        """Its ending; the container is gone. Raises LaunchError when the engine is."""
        assert self._ending is not None
        return await asyncio.shield(self._ending)

    async def stop(self, grace_s: float = STOP_GRACE_S) -> None:
        """SIGTERM to all of it, then SIGKILL after `grace_s`. Does not wait for either."""
        if not self._status.done():
            self._spawn(self._stop("cancelled", grace_s))

    async def _hold_to_time(self, time_s: float) -> None:
        await asyncio.wait([self._status], timeout=time_s)
        if not self._status.done():
            await self._stop("timeout", self._limits.grace_s)

    async def _stop(self, reason: Reason, grace_s: float) -> None:
        self._reason = self._reason or reason
        if grace_s > 0:
            await asyncio.to_thread(engine.kill, self._client, self._container, "SIGTERM")
            await asyncio.wait([self._status], timeout=grace_s)
        if not self._status.done():
            await asyncio.to_thread(engine.kill, self._client, self._container, "SIGKILL")

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forward(self, output: engine.Output) -> None:
        """In a thread: hand out what comes. A reader that does not read holds the container up, not us."""
        with contextlib.suppress(RuntimeError):
            try:
                for channel, data in output.pieces():
                    for start in range(0, len(data), PIECE_BYTES):
                        self._hand_out((channel, data[start : start + PIECE_BYTES]))
            except (OSError, ValueError) as error:
                self._hand_out(("stderr", f"fanlight: what follows was not heard ({error})\n".encode()))
            finally:
                output.close()
                self._hand_out(None)

    def _hand_out(self, piece: Piece | None) -> None:
        asyncio.run_coroutine_threadsafe(self._pieces.put(piece), self._loop).result()

    def _wait(self) -> None:
        """In a thread: wait for the container."""
        try:
            code = engine.wait(self._client, self._container)
        except Exception as error:
            lost = LaunchError(f"the container engine was lost ({engine.said_of(error)})")
            self._tell(lambda: self._status.set_exception(lost))
        else:
            self._tell(lambda: self._status.set_result(code))

    def _tell(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what)

    async def _end(self) -> Ending:
        was_killed = False
        try:
            code = await asyncio.shield(self._status)
            was_killed = await asyncio.to_thread(engine.was_out_of_memory, self._client, self._container)
        finally:
            said = await asyncio.to_thread(_clear, self._client, self._container, self._folder)
        found = self._reason
        if found is None and code != 0:
            found = "memory" if was_killed else said
        signal = code - 128 if code - 128 in set(Signals) else None
        return Ending(exit_code=code, signal=signal, reason=found or "exited")


async def _begin(
    client: engine.Client, made: Mapping[str, Any], limits: Limits, folder: Folder | None
) -> ContainerChild:
    """Create a container, connect to it and start it; none is left behind when that fails or is cancelled."""
    creating = asyncio.ensure_future(asyncio.to_thread(engine.create, client, made))
    container = ""
    try:
        container = await asyncio.shield(creating)
        output = await asyncio.to_thread(engine.attach, client, container)
        child = ContainerChild(client, container, made["Image"], limits, folder)
        await asyncio.to_thread(engine.start, client, container)
    except BaseException:
        with contextlib.suppress(Exception):
            await asyncio.to_thread(engine.remove, client, container or await creating)
        raise
    child.begin(output)
    return child


def _fill(folder: Folder, launch: Launch, user: str) -> None:
    try:
        fill(folder, launch, user)
    except OSError as error:
        raise LaunchError(f"the agent's folder {launch.cwd} cannot be copied ({error})") from error


def _make_cache(cache: Path, user: str) -> None:
    if not cache.is_dir():
        cache.mkdir(parents=True, mode=0o700)
        hand_over(cache, user)


def _find_uv() -> Path | None:
    with contextlib.suppress(InstallError):
        return Path(find_uv()).resolve()
    return None


def _clear(client: engine.Client, container: str, folder: Folder | None) -> Reason | None:
    """Remove a container that ended, and its folder; the reason that it left there."""
    _remove(client, container)
    if folder is None:
        return None
    said = read_ending(folder)
    discard(folder.path)
    return REASONS.get(said)


def _remove(client: engine.Client, container: str) -> None:
    try:
        engine.remove(client, container)
    except Exception as error:
        # Its run is over all the same, and the next one finds it by its label.
        _log.warning("the container %s cannot be removed: %s", container[:12], engine.said_of(error))


def _sweep(client: engine.Client) -> int:
    orphans = [
        (container, labels)
        for container, labels in engine.find_labelled(client, LABEL_RUNNER)
        if is_gone(labels.get(LABEL_RUNNER, ""))
    ]
    for container, labels in orphans:
        _remove(client, container)
        folder = Path(labels.get(LABEL_FOLDER, ""))
        # A label is text that anybody may have written: only a folder of ours is removed.
        if folder.name.startswith(RUN_FOLDER) and folder.parent == Path(tempfile.gettempdir()):
            discard(folder)
        _log.info("removed the container %s, whose runner is gone", container[:12])
    return len(orphans)
