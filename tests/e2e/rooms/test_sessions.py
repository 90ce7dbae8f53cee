"""Sessions of rooms on a real server: telemetry makes them, kill -9 loses none, each event is told once."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.client import Connection
from benchmarks.server import Server
from tests.fixtures.waiting import until

BASE = "/api/v1/projects/default"
JSON = {"content-type": "application/json"}

pytestmark = pytest.mark.timeout(120)


def send(server: Server, room: str, session: str = "", *, body: str = "hello") -> None:
    """One log record of a room, of now."""
    named = {"room": room, **({"session": session} if session else {})}
    resource = [{"key": key, "value": {"stringValue": text}} for key, text in named.items()]
    record = {"timeUnixNano": str(time.time_ns()), "severityNumber": 9, "body": {"stringValue": body}}
    request = {
        "resourceLogs": [{"resource": {"attributes": resource}, "scopeLogs": [{"logRecords": [record]}]}]
    }
    with Connection(server.port) as connection:
        sent = connection.request("POST", "/v1/logs", body=json.dumps(request).encode(), headers=JSON)
        assert sent.status == 200


def get(server: Server, path: str) -> Any:
    with Connection(server.port) as connection:
        answer = connection.request("GET", f"{BASE}/{path}")
        return json.loads(answer.body) if answer.status == 200 else None


def sessions(server: Server) -> dict[str, tuple[str, bool, str | None]]:
    """Room, whether it goes on, and how it ended, by id; `-` for an id that the server made."""
    found = get(server, "sessions")["items"]
    return {
        each["id"] if len(each["id"]) < 36 else "-": (each["room"], each["is_active"], each["ended_by"])
        for each in found
    }


def events(server: Server) -> Counter[tuple[str, str]]:
    """How often each event of each named session is told."""
    found = get(server, "logs?q=event:fanlight.room.event&limit=1000")["items"]
    return Counter(
        (each["session"], each["attributes"][0]["value"]) for each in found if len(each["session"]) < 36
    )


def test_sessions_outlive_kill_9_end_idle_and_are_told_of_once(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", environment={"FANLIGHT_SESSION_IDLE_S": "3"}).start()
    try:
        send(server, "lobby", "s1")
        send(server, "lobby", "s2")
        send(server, "attic")
        until(lambda: len(sessions(server)) == 3 and events(server).total() >= 2)
        with Connection(server.port) as connection:
            killed = connection.request(
                "POST", f"{BASE}/sessions/s1/end", body=b'{"by": "killed"}', headers=JSON
            )
            assert (killed.status, json.loads(killed.body)["ended_by"]) == (200, "killed")
        server.kill()
        server.start()
        until(lambda: get(server, "stats")["logs"] >= 5)
        send(server, "lobby", "s1", body="late")
        send(server, "lobby", "s3")
        until(
            lambda: sessions(server),
            lambda found: "s3" in found and not any(live for _, live, _ in found.values()), every_s=0.25,
        )  # fmt: skip
        assert sessions(server) == {
            "s1": ("lobby", False, "killed"),
            "s2": ("lobby", False, "idle"),
            "s3": ("lobby", False, "idle"),
            "-": ("attic", False, "idle"),
        }
        until(lambda: events(server)["s3", "room.ended"])
        assert events(server) == {
            (session, type_): 1 for session in ("s1", "s2", "s3") for type_ in ("room.started", "room.ended")
        }
        late = get(server, "logs?q=session:s1%20-event:fanlight.room.event")["items"]
        assert sorted(each["body"] for each in late) == ["hello", "late"]
        [made] = [each["id"] for each in get(server, "sessions?room=attic")["items"]]
        shown = get(server, f"sessions/{made}")
        assert (shown["id"], shown["runs"], shown["present"], shown["next"]) == (made, [], [], None)
        first = get(server, f"sessions/{made}/timeline?limit=1")
        rest = get(server, f"sessions/{made}/timeline?cursor={first['next']}")
        assert [each["name"] for each in [*first["items"], *rest["items"]]] == ["room.started", "room.ended"]
        room = get(server, "rooms/attic")
        assert (room["session"], room["present"], room["services"]) == (None, [], [])
        assert get(server, "sessions?active=true") == {"items": [], "next": None}
        assert get(server, "sessions/nothing") is None
    finally:
        server.end()
