"""`fanlight tail`: one line an event, whatever its kind."""

from __future__ import annotations

import json

import httpx
from inline_snapshot import snapshot

from fanlight.cli.commands.tail import event_line

from .conftest import Cli

AT = "2025-01-02T03:04:05.678901234Z"
ID = "4bf92f3577b34da6a3ce929d0e0e4736"

EVENTS = [
    {"type": "room_event", "data": {"id": "1", "time": AT, "type": "participant.joined", "room": "lobby",
     "session": "s1", "data": {"name": "ann\x1b[2J", "role": "user"}}},
    {"type": "service", "data": {"id": "2", "time": AT, "type": "service.started", "room": "lobby",
     "session": "s1", "data": {"name": "api", "restarts": 2}}},
    {"type": "log", "data": {"time": AT, "level": "warn", "service": "desk", "trace_id": ID, "body": "late"}},
    {"type": "developer_log", "data": {"time": AT, "type": "warning", "level": "warn", "service": "desk",
     "data": {"message": "slow", "ms": 7}, "run": ID}},
    {"type": "developer_log", "data": {"time": AT, "type": "checkpoint", "level": "info", "service": None,
     "data": "half way", "run": None}},
    {"type": "span", "data": {"started_at": AT, "kind": "retriever", "name": "look up", "status": "ok",
     "duration_ns": 3_400_000, "state": "finished", "run_id": ID}},
    {"type": "span", "data": {"started_at": AT, "kind": "tool", "name": "forecast", "status": "unset",
     "duration_ns": None, "state": "open", "run_id": ID}},
    {"type": "metric", "data": {"name": "queue.length", "unit": "{request}", "at": AT, "value": 17.0,
     "count": None, "sum": None, "attributes": {"queue": "q7"}}},
    {"type": "metric", "data": {"name": "took", "unit": "s", "at": AT, "value": None, "count": 1200,
     "sum": 4.5, "attributes": {}}},
    {"type": "gap", "data": {"reason": "restart", "after": "1", "next": "9", "missed": 1204}},
    {"type": "gap", "data": {"reason": "other_store", "after": "0", "next": "9", "missed": None}},
    {"type": "sunshine", "data": "new in a later server"},
]  # fmt: skip


def test_every_kind_is_one_aligned_line_in_which_nothing_acts_on_the_terminal() -> None:
    assert [event_line(event).plain for event in EVENTS] == snapshot(
        [
            "03:04:05.678 room  participant.joined  name=ann\\x1b[2J  role=user",
            "03:04:05.678 serv  service.started  name=api  restarts=2",
            "03:04:05.678 warn  desk late  4bf92f3577b3",
            "03:04:05.678 dev   warning desk slow ms=7  4bf92f3577b3",
            "03:04:05.678 dev   checkpoint half way",
            "03:04:05.678 retr… look up  3.4 ms  4bf92f3577b3",
            "03:04:05.678 tool  forecast  open  4bf92f3577b3",
            "03:04:05.678 point queue.length 17 {request}  queue=q7",
            "03:04:05.678 point took 1,200 in all 4.5 s",
            "── gap: restart, 1,204 events missed; see: fanlight runs, fanlight logs",
            "── gap: the server has another store now; see: fanlight runs, fanlight logs",
            "suns… new in a later server",
        ]
    )


def test_a_room_is_followed_with_the_kinds_that_were_asked_for(cli: Cli) -> None:
    asked: list[httpx.QueryParams] = []
    body = f"id: e.8\nevent: batch\ndata: {json.dumps([EVENTS[4]])}\n\n"

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return httpx.Response(200, text=body, headers={"content-type": "text/event-stream"})

    ran = cli("tail", "--room", "lobby", "--kinds", "developer_log", "--limit", "1", "--json", server=server)
    assert [dict(each) for each in asked] == [{"topics": "room:lobby", "kinds": "developer_log"}]
    assert json.loads(ran.stdout) == EVENTS[4]
