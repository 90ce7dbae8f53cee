"""A developer log that was answered is there, once, whatever happens to the server next."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.server import Server

LOGS = "/api/v1/projects/default/developer-logs"
MANY = 1_000


def listed(server: Server) -> list[Any]:
    """The data of every developer log, oldest first."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        asked: dict[str, str | int] = {"order": "asc", "limit": 500, "cursor": cursor}
        page = httpx.get(f"http://127.0.0.1:{server.port}{LOGS}", params=asked, timeout=30).json()
        found += [each["data"] for each in page["items"]]
        cursor = page["next"]
    return found


def test_what_was_answered_survives_kill_9_once_and_what_was_refused_left_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    try:
        url = f"http://127.0.0.1:{server.port}{LOGS}"
        refused = httpx.post(url, json=[{"type": "info", "data": "good"}, {"type": "info", "data": 7}])
        assert refused.status_code == 400
        time_text = "2026-01-31T10:00:00.{:09d}Z"
        logs = [
            {"type": "info", "data": {"n": n}, "room": "lobby", "time": time_text.format(n)}
            for n in range(MANY)
        ]
        assert httpx.post(url, json=logs, timeout=30).json() == {"accepted": MANY}
        server.kill()
        server = Server(tmp_path / "data").start()
        until = time.monotonic() + 30
        while len(found := listed(server)) < MANY and time.monotonic() < until:
            time.sleep(0.05)
        assert found == [{"n": n} for n in range(MANY)]
    finally:
        server.kill()
