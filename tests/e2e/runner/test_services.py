"""What runs in a room, and what its authors say: as the server has it, by HTTP and on the command line."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from tests.fixtures.command import Fanlight
from tests.fixtures.runs import MakeAgent
from tests.fixtures.waiting import until

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
AGENT = """
import fanlight
fanlight.configure(service_name="weather")
def agent():
    fanlight.log("order_placed", {"message": "one ticket", "price": 3, "to": {"city": "Oslo"}})
    return "done"
"""
FAILING = "def agent():\n    raise SystemExit(3)\n"


def room_events(client: Client, room: str) -> list[tuple[str, str]]:
    """Type and state of what happened to the services of a room, the first thing first."""
    found = list(client.items("logs", limit=100, q=f'event:"fanlight.room.event" room:{room}', order="asc"))
    told = [({each["key"]: each["value"] for each in one["attributes"]}, one["body"]) for one in found]
    types = [(about["fanlight.event.type"], body) for about, body in told]
    return [(type_, body["state"]) for type_, body in types if type_.startswith("service.")]


@pytest.mark.parametrize(("code", "state"), [(AGENT, "stopped"), (FAILING, "failed")])
def test_an_agent_that_runs_in_a_room_is_a_service_of_it_and_tells_how_it_ended(
    code: str, state: str, fanlight: Fanlight, client: Client, make_agent: MakeAgent
) -> None:
    room = f"room-{state}"
    done = fanlight("run", make_agent(code), "--room", room, "--json")
    run_id = json.loads(done.stdout)["run"]
    [found] = client.project_get(f"rooms/{room}/services")["items"]
    assert (found["state"], found["kind"], found["run_id"], found["restarts"], found["image"]) == (
        state, "process", run_id, 0, None,
    )  # fmt: skip
    assert found["started_at"] < found["reported_at"]
    assert found["logs"] == f"trace:{run_id}"
    listed = until(lambda: list(client.items("logs", limit=9, q=found["logs"])), bool)
    assert {each["run"] for each in listed} == {run_id}
    told = [("service.started", "running"), ("service.stopped", state)]
    assert until(lambda: room_events(client, room), lambda events: len(events) == 2) == told


def test_what_a_service_reports_twice_is_told_once(client: Client, server: DemoServer) -> None:
    url = f"{server.studio}/api/v1/projects/default/rooms/steady/services/weather"
    reports = [
        ("starting", 0), ("running", 0), ("running", 0), ("restarting", 0), ("running", 1), ("running", 2),
        ("stopped", 2), ("stopped", 2), ("running", 2),
    ]  # fmt: skip
    for state, restarts in reports:
        httpx.put(url, json={"state": state, "restarts": restarts}).raise_for_status()
    told = [
        ("service.started", "starting"), ("service.restarted", "restarting"),
        ("service.restarted", "running"), ("service.stopped", "stopped"), ("service.started", "running"),
    ]  # fmt: skip
    assert until(lambda: room_events(client, "steady"), lambda events: len(events) >= 5) == told


def test_developer_logs_are_posted_listed_filtered_and_paged(client: Client, server: DemoServer) -> None:
    url = f"{server.studio}/api/v1/projects/default/developer-logs"
    sent: list[dict[str, Any]] = [
        {"type": "info", "data": {"message": "hello", "n": 1, "deep": {"list": [1, 2.5, None]}}},
        {"type": "warning", "data": "as text"},
        {"type": "order_placed", "data": {"message": "bought"}, "service": "shop", "session": "s-http"},
    ]
    body = [{**each, "room": "talk"} for each in sent]
    posted = httpx.post(url, json=body, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert posted.json() == {"accepted": 3}

    def listed(**asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(url, params={"room": "talk", **asked}).json()["items"]
        return found

    found = until(lambda: listed(order="asc"), lambda items: len(items) == 3)
    assert [(each["type"], each["level"], each["data"]) for each in found] == [
        ("info", "info", sent[0]["data"]),
        ("warning", "warn", "as text"),
        ("order_placed", "info", {"message": "bought"}),
    ]
    assert {(each["trace_id"], each["span_id"], each["room"]) for each in found} == {(TRACE, SPAN, "talk")}
    assert [each["type"] for each in listed(type="order_placed")] == ["order_placed"]
    assert [each["service"] for each in listed(session="s-http", type="order_placed")] == ["shop"]
    assert [each["data"] for each in listed(q='"as text" OR bought', type="warning")] == ["as text"]
    assert listed(q="level:error") == []
    first = httpx.get(url, params={"room": "talk", "limit": 2}).json()
    rest = httpx.get(url, params={"room": "talk", "limit": 2, "cursor": first["next"]}).json()
    pages = [[each["id"] for each in page["items"]] for page in (first, rest)]
    assert (pages, rest["next"]) == ([[each["id"] for each in found[:0:-1]], [found[0]["id"]]], None)


def test_the_command_line_lists_developer_logs_by_room_and_type(
    fanlight: Fanlight, client: Client, make_agent: MakeAgent
) -> None:
    agent = make_agent(AGENT)
    assert fanlight("run", agent, "--room", "told", "--json").status == 0
    until(lambda: list(client.items("developer-logs", limit=9, room="told", type="order_placed")))
    listed = fanlight("logs", "--developer", "--room", "told", "--type", "order_placed").stdout
    [line] = listed.splitlines()
    assert line.split(maxsplit=1)[1].startswith('order_placed weather one ticket price=3 to={"city": "Oslo"}')
    assert fanlight("logs", "--developer", "--room", "told", "--type", "nothing").stdout == ""
