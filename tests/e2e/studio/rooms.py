"""What goes on in a room: somebody in it, what is said and reported there, and its console."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

import fanlight
from tests.e2e.studio.serving import Server


class Visit:
    """Somebody in a room, over its WebSocket, for as long as the `with` lasts.

    The loop of the browser's driver has the test's thread, so this has one of its own.
    """

    def __init__(self, server: Server, project: str, room: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._room = fanlight.room(room, endpoint=server.studio, project=project)

    def __enter__(self) -> Visit:
        self._thread.start()
        try:
            self._wait(self._room.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def log(self, type_: str, **data: Any) -> None:
        self._wait(self._room.developer.log(type=type_, data=data))

    def __exit__(self, *_: object) -> None:
        try:
            self._wait(self._room.__aexit__(None, None, None))
        finally:
            self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, doing: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(60)


def api(root: str) -> str:
    """Where the API of the project is whose pages are at `root`."""
    return root.replace("/p/", "/api/v1/projects/")


def say(root: str, texts: Sequence[str], *, room: str = "lobby", type_: str = "info") -> None:
    logs = [{"type": type_, "data": {"message": text}, "room": room, "service": "planner"} for text in texts]
    httpx.post(f"{api(root)}/developer-logs", json=logs, timeout=30).raise_for_status()


def report(root: str, name: str, **told: Any) -> None:
    httpx.put(f"{api(root)}/rooms/lobby/services/{name}", json=told, timeout=30).raise_for_status()


def tail(page: Page) -> Locator:
    return page.get_by_role("grid", name="Log records")


def open_room(page: Page, root: str, tab: str = "logs") -> None:
    # Logs are on disk when they are answered for; the room that they name is made a moment later.
    deadline = time.monotonic() + 60
    while httpx.get(f"{api(root)}/rooms/lobby", timeout=30).status_code != 200:
        assert time.monotonic() < deadline, "there is no room"
        time.sleep(0.05)
    page.goto(f"{root}/rooms/lobby/{tab}")
    expect(page.get_by_role("heading", name="lobby", level=1)).to_be_visible()
    expect(page.locator("[data-connection=live]")).to_be_visible()
