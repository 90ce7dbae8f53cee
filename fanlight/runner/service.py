"""An agent that runs in a room, told to the server as a service of that room.

Beside the run, never in its way: one report at a time, each bounded in time; what fails is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote

from fanlight.runner.backend import Child, Load
from fanlight.runner.order import Order, Status
from fanlight.sdk.endpoint import Endpoint

REPORT_S = 10.0
"""How often it is told what the agent uses."""

MIN_REPORT_S = 5.0
SEND_S = 1.0
END_S = 1.5

NOTHING: Mapping[str, Any] = MappingProxyType({})

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Hands a report to the server. Raises OSError, TimeoutError or a subclass when it was not taken."""


class ServiceReports:
    """Reports of one service: running, with what it uses now and then, and at the end stopped or failed.

    `about` is what each of them says; without `send` nothing is told. A change of state is told at once;
    otherwise `interval_s`, which is never less than MIN_REPORT_S, lies between two reports.
    """

    def __init__(
        self, send: Send | None = None, about: Mapping[str, Any] = NOTHING, *, interval_s: float = REPORT_S
    ) -> None:
        self._send = send
        self._about = about
        self.interval_s = max(interval_s, MIN_REPORT_S)
        self._ending = asyncio.Event()
        self._state: Literal["stopped", "failed"] = "stopped"
        self._task: asyncio.Task[None] | None = None
        self.failures = 0

    def begin(self, child: Child) -> None:
        """Tell that the agent runs, as `child`."""
        if self._send is not None:
            self._task = asyncio.create_task(self._tell(child, self._send))

    async def end(self, status: Status) -> int:
        """Tell that it runs no more, for a bounded time. How many reports the server did not take."""
        if self._task is None:
            return 0
        self._state = "failed" if status in ("error", "lost") else "stopped"
        self._ending.set()
        done, _ = await asyncio.wait([self._task], timeout=END_S)
        if not done:
            self._task.cancel()
            self.failures += 1
        return self.failures

    async def _tell(self, child: Child, send: Send) -> None:
        kind = "process" if child.image is None else "container"
        about = {**self._about, "kind": kind, "image": child.image}
        before: tuple[float, Load] | None = None
        while not self._ending.is_set():
            used, at_s = await child.load(), time.monotonic()
            await self._report(send, {**about, "state": "running", **figures(before, used, at_s)})
            before = None if used is None else (at_s, used)
            try:
                await asyncio.wait_for(self._ending.wait(), self.interval_s)
            except TimeoutError:
                continue
        await self._report(send, {**about, "state": self._state})

    async def _report(self, send: Send, report: Mapping[str, Any]) -> None:
        try:
            await send(report)
        except OSError:
            self.failures += 1


def figures(before: tuple[float, Load] | None, used: Load | None, at_s: float) -> dict[str, Any]:
    """What a report says of `used`, measured at `at_s`, and of what was measured before.

    Example:
        >>> before, used = Load(cpu_s=2.0, memory_bytes=1), Load(cpu_s=7.0, memory_bytes=9)
        >>> figures((100.0, before), used, 110.0)
        {'memory_bytes': 9, 'cpu_percent': 50.0}
    """
    if used is None:
        return {}
    found: dict[str, Any] = {"memory_bytes": used.memory_bytes}
    if before is not None and at_s > before[0]:
        # What ended without being waited for is missing from the second sum.
        cpu_s = max(used.cpu_s - before[1].cpu_s, 0.0)
        found["cpu_percent"] = round(100 * cpu_s / (at_s - before[0]), 1)
    return found


def service_of(order: Order, name: str, version: str | None) -> ServiceReports:
    """The reports of a run's agent; there are none of a run without a room."""
    place = order.place
    if not place.room:
        return ServiceReports()
    project, room = quote(place.project or "default", safe=""), quote(place.room, safe="")
    url = f"{order.endpoint.url}/api/v1/projects/{project}/rooms/{room}/services/{quote(name)}"
    # A run is never started again by its runner.
    about = {"version": version, "run_id": order.run_id, "restarts": 0}
    return ServiceReports(_sender(url, order.endpoint), about)


def _sender(url: str, endpoint: Endpoint) -> Send:
    async def send(report: Mapping[str, Any]) -> None:
        await asyncio.to_thread(_put, url, endpoint.headers, report)

    return send


def _put(url: str, headers: Mapping[str, str], report: Mapping[str, Any]) -> None:
    import httpx

    try:
        httpx.put(url, headers=dict(headers), json=dict(report), timeout=SEND_S).raise_for_status()
    except httpx.HTTPError as error:
        raise ConnectionError(str(error)) from error
