"""Erased from a real server: unreadable at once, gone from the disk soon, also when it dies in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.server import Server
from tests.e2e.privacy.remains import holding
from tests.e2e.studio.telemetry import Sender, Span
from tests.fixtures.waiting import until

PROJECT = "/api/v1/projects/default"
ANN, CANARY = "ann-4711@example.org", "the-word-that-only-ann-said"
GONE_WITHIN_S = 180.0
"""The engine keeps what it merged for half a minute: on a quiet machine that is most of the test."""


def spans(user: str, word: str) -> list[Span]:
    top = Span(name="invoke_agent planner", attributes={"user.id": user, "fanlight.input": word})
    # Longer than what a row holds by itself, and nothing that packs well.
    long = word + "".join(chr(33 + (at * at) % 90) for at in range(80_000))
    return [top, Span(name="chat", parent=top, attributes={"gen_ai.output.messages": long})]


@pytest.mark.timeout(600)
def test_a_user_is_unreadable_at_once_and_soon_in_no_file_also_after_a_kill(tmp_path: Path) -> None:
    place = tmp_path / "data"
    server = Server(place).start()
    try:
        told, spared = erase(server)
        server.kill()
        server = Server(place).start()
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}{PROJECT}", timeout=60) as http:
            path = f"/deletions/{told['id']}"
            done = until(
                lambda: http.get(path).json(), lambda found: found["state"] == "gone",
                within_s=GONE_WITHIN_S, every_s=0.5,
            )  # fmt: skip
            assert (done["removed"], done["user"][:7]) == (told["removed"], "sha256:")
            assert [run["user"] for run in http.get("/runs").json()["items"]] == ["bob"]
            assert http.get(f"/traces/{spared}").status_code == 200
        until(lambda: holding(place, CANARY, ANN), lambda found: not found, within_s=GONE_WITHIN_S, every_s=1)
        assert server.stop() == 0
    finally:
        server.end()
    assert holding(place, CANARY, ANN) == []


def erase(server: Server) -> tuple[dict[str, Any], str]:
    """Erase Ann, of whom nothing can be read at once: what was told of it, and the trace of somebody else."""
    url = f"http://127.0.0.1:{server.port}"
    sender = Sender(studio=url, otlp=url, project="default")
    traces = {user: sender.spans(spans(user, word)) for user, word in ((ANN, CANARY), ("bob", "ordinary"))}
    sender.logs([f"{CANARY} in a log"], trace_id=traces[ANN])
    sender.wait(runs=2, spans=4, logs=1)
    for word in (CANARY, ANN):
        found = holding(server.data, word)
        assert any(path.startswith("store/") for path in found), f"{word} could not be seen in files: {found}"
    with httpx.Client(base_url=f"{url}{PROJECT}", timeout=60) as http:
        told = http.post("/deletions", json={"user": ANN}).json()
        assert (told["state"], told["removed"]["spans"], told["removed"]["logs"]) == ("unreadable", 2, 1)
        assert http.get(f"/traces/{traces[ANN]}").status_code == 404
        assert http.get("/logs", params={"q": CANARY}).json()["items"] == []
        assert [run["user"] for run in http.get("/runs").json()["items"]] == ["bob"]
    return told, traces["bob"]
