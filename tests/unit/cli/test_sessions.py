"""`fanlight sessions` and `fanlight rooms` in the terminal."""

from __future__ import annotations

import json
from typing import Any

import httpx

from .conftest import Cli

TOKENS = {"input": 1_200, "output": 30, "cache_read": None, "cache_write": None, "reasoning": None}
ACTIVITY = {
    "name": "s1", "status": "error", "first_at": "2020-09-21T14:00:00Z", "last_at": "2020-09-21T14:20:00Z",
    "runs": 4, "running": 0, "errors": 3, "tokens": TOKENS, "median": {"duration_ms": 840.0}, "p95_ms": None,
    "cost": {"amount": "0.42", "currency": "USD", "unpriced_tokens": None},
}  # fmt: skip
ENDED: dict[str, Any] = {
    "id": "s1", "room": "lobby", "kind": "room", "is_active": False, "started_at": "2020-09-21T14:00:00Z",
    "last_at": "2020-09-22T14:00:00Z", "ended_at": "2020-09-22T14:00:00Z", "ended_by": "killed",
    "participants": {}, "activity": ACTIVITY,
}  # fmt: skip
ACTIVE = {
    **ENDED,
    "id": "s2",
    "is_active": True,
    "ended_by": None,
    "participants": {"user": 2},
    "activity": None,
}
ANN = {"id": "7", "name": "ann", "role": "user"}
RUN = {"id": "r", "status": "error", "duration_ms": 2_500.0, "error": {"message": "no [bold]wind\x1b[31m"}}
STEP = {"kind": "tool", "duration_ms": 12.0, "error": {"message": "no wind"}}
NOTHING = {"data": None, "run": None, "step": None, "log": None}
TIMELINE = [
    {**NOTHING, "at": "2020-09-21T14:00:00Z", "type": "event", "name": "participant.joined", "data": ANN},
    {**NOTHING, "at": "2020-09-21T14:00:01Z", "type": "step", "name": "search", "step": STEP},
    {**NOTHING, "at": "2020-09-21T14:00:02Z", "type": "run.ended", "name": "planner", "run": RUN},
    {**NOTHING, "at": "2020-09-21T14:00:03Z", "type": "developer_log", "name": "custom",
     "log": {"level": "info", "service": "weather", "body": {"message": "it rains", "mm": 3}}},
]  # fmt: skip
ROOM = {"name": "lobby", "created_at": "2020-09-21T14:00:00Z", "session": ACTIVE, "activity": ACTIVITY}
SERVICE = {
    "name": "planner", "kind": "agent", "state": "running", "image": "planner:1", "version": None,
    "restarts": 2, "cpu_percent": 3.25, "memory_bytes": 7 * 2**20, "reported_at": "2020-09-21T14:00:00Z",
}  # fmt: skip


def server(request: httpx.Request) -> httpx.Response:
    path, asked = request.url.path.removeprefix("/api/v1/projects/default/"), dict(request.url.params)
    asked.pop("limit", None)
    answers: dict[tuple[str, str], Any] = {
        ("GET", "sessions"): {"items": [ACTIVE, ENDED], "next": None},
        ("GET", "sessions/s1"): {**ENDED, "present": [ANN], "runs": [], "next": None},
        ("GET", "sessions/s1/timeline"): {"items": TIMELINE, "next": None},
        ("POST", "sessions/s1/end"): ENDED,
        ("GET", "rooms"): {"items": [ROOM], "next": None},
        ("GET", "rooms/lobby"): {**ROOM, "present": [ANN], "services": [SERVICE]},
    }
    found = answers.get((request.method, path))
    if found is None:
        return httpx.Response(404, json={"error": {"message": "nothing", "hint": ""}})
    if path == "sessions" and asked:
        assert asked in ({"q": "agent:planner"}, {"active": "true", "room": "lobby"}), asked
        found = {"items": [ACTIVE], "next": None}
    if request.method == "POST":
        assert json.loads(request.content) == {"by": "killed"}
    return httpx.Response(200, json=found)


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip() and "──" not in line]


def test_sessions_are_a_table_of_what_goes_on_and_how_the_rest_ended(cli: Cli) -> None:
    told = cli("sessions", server=server, columns=140)
    assert (told.status, lines(told.stdout)[1:]) == (
        0,
        [
            ["s2", "lobby", "●", "active", "2020-09-21", "2020-09-22", "2", *"–––––"],
            ["s1", "lobby", "killed", "2020-09-21", "2020-09-22", "–", "4", "3", "1,200", "30", "$0.42"],
        ],
    )


def test_what_a_narrow_terminal_has_no_room_for_is_left_out_whole(cli: Cli) -> None:
    heads = {}
    for columns in (80, 90, 100, 112, 120, 136):
        told = cli("sessions", server=server, columns=columns).stdout.splitlines()
        assert max(len(line) for line in told) <= columns, columns
        assert told[-1].split()[:2] == ["s1", "lobby"], columns
        heads[columns] = " ".join(told[0].split()).removeprefix("session room state ")
    assert heads == {
        80: "last heard runs",
        90: "last heard runs failed",
        100: "last heard runs failed cost",
        112: "started last heard runs failed cost",
        120: "started last heard there runs failed cost",
        136: "started last heard there runs failed in out cost",
    }


def test_what_is_no_session_is_a_filter_and_options_need_no_command(cli: Cli) -> None:
    for arguments in (("agent:planner",), ("--active", "--room", "lobby"), ("list", "agent:planner")):
        told = cli("sessions", *arguments, server=server)
        assert [line[0] for line in lines(told.stdout)[1:]] == ["s2"], arguments


def test_a_session_is_shown_with_what_happened_in_order(cli: Cli) -> None:
    for arguments in (("s1",), ("show", "s1")):
        told = cli("sessions", *arguments, server=server, columns=140)
        assert lines(told.stdout)[1:] == [
            ["s1", "lobby", "killed", "2020-09-21", "2020-09-22", "–", "4", "3", "1,200", "30", "$0.42"],
            ["ann", "is", "there", "as", "user"],
            ["when", "what", "who", "said"],
            ["14:00:00.000", "participant.joined", "ann", "user"],
            ["14:00:01.000", "tool", "search", "error", "after", "12", "ms:", "no", "wind"],
            [
                "14:00:02.000",
                "run.ended",
                "planner",
                "error",
                "after",
                "2.5",
                "s:",
                "no",
                "[bold]wind\\x1b[31m",
            ],
            ["14:00:03.000", "custom", "weather", "it", "rains", '{"mm":', "3}"],
        ]
    shown = cli("sessions", "s1", "--json", server=server)
    assert json.loads(shown.stdout)["timeline"] == TIMELINE


def test_a_session_is_ended_and_one_that_is_not_there_is_said(cli: Cli) -> None:
    told = cli("sessions", "end", "s1", "--kill", server=server)
    assert (told.status, told.stdout) == (0, "s1 in room lobby: killed\n")
    missing = cli("sessions", "show", "nothing", server=server)
    assert (missing.status, "no session 'nothing'" in missing.stderr) == (1, True)


def test_rooms_tell_of_their_session_and_one_of_who_and_what_is_there(cli: Cli) -> None:
    told = cli("rooms", server=server, columns=140)
    figures = ["4", "–", "3", "1,200", "30", "$0.42", "840", "ms", "–"]
    assert lines(told.stdout)[1:] == [["lobby", "●", "s2,", "2", "participants", "2020-09-21", *figures]]
    told = cli("rooms", "lobby", server=server, columns=140)
    assert lines(told.stdout)[-3:] == [
        ["ann", "user", "7"],
        ["service", "kind", "state", "image", "or", "version", "restarts", "cpu", "memory", "reported"],
        ["planner", "agent", "running", "planner:1", "2", "3.2", "%", "7", "MiB", "2020-09-21"],
    ]
    assert json.loads(cli("rooms", "--json", server=server).stdout) == {"items": [ROOM]}
