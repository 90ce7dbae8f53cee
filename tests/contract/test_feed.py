"""The feed of a room's console: each kind of item under its own type, narrowed, counted, and by session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fanlight import config
from fanlight.model.event import TYPES, Event
from fanlight.model.project import ProjectScope
from fanlight.model.room_event import RoomEvent
from fanlight.otlp.room_event import room_events_request
from fanlight.query.changes import count_changes, list_changes
from fanlight.query.within import Within
from fanlight.store.contract import Store
from fanlight.store.engine import open_store

from .conftest import ENGINES, RETENTION_DAYS, unused
from .telemetry import NOW_NS, SECOND_NS, LogFiles, gauge, logs, pairs, span, traces

SCOPE = ProjectScope("default")
LOBBY = frozenset({"room:lobby"})
NAMED = {"room": "lobby", "session": "s1"}
EVERYTHING = {"after": 0, "upto": 1 << 40}
WINDOW = Within(session="s1", room="lobby", since_ns=NOW_NS - SECOND_NS, until_ns=NOW_NS + 100 * SECOND_NS)


def developer_log(type_: str, data: Any, **resource: str) -> Any:
    made = logs(data, resource=resource)
    [one] = made.resource_logs[0].scope_logs[0].log_records
    one.event_name, one.severity_text = "fanlight.developer_log", type_
    return made


def point(at_s: int = 0, **resource: str) -> Any:
    made = gauge("queue.length", 7.0, at_ns=NOW_NS + at_s * SECOND_NS)
    made.resource_metrics[0].resource.attributes.extend(pairs(resource))
    return made


def happened(type_: str, **data: Any) -> Any:
    return room_events_request([RoomEvent(room="lobby", session="s1", type=type_, at_ns=NOW_NS, data=data)])


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a busy room, one that names no session, and another project of the same names."""
    folder = tmp_path_factory.mktemp("feed")
    settings = config.load(environ={}, flags={"retention_days": RETENTION_DAYS})
    opened = open_store(unused(request, folder), folder, settings)
    opened.open()
    try:
        fill(opened, LogFiles(folder))
        yield opened
    finally:
        opened.close()


def fill(store: Store, log: LogFiles) -> None:
    said = [
        logs("hello", resource=NAMED),
        developer_log("checkpoint", {"message": "half way", "n": 1}, **NAMED),
        logs("nobody's session", at_ns=NOW_NS + 5 * SECOND_NS, resource={"room": "lobby"}),
        logs("long after", at_ns=NOW_NS + 900 * SECOND_NS, resource={"room": "lobby"}),
        logs("elsewhere", resource={"room": "kitchen"}),
    ]
    for body in (happened("participant.joined", name="ann"), happened("service.started", name="api")):
        request = type(said[0])()
        request.ParseFromString(body)
        said.append(request)
    store.insert(log.segment(*said))
    store.insert(log.segment(point(**NAMED), point(at_s=5, room="lobby")))
    spans = [
        traces(span("plan", number=1), resource=NAMED),
        traces(span("search", number=2, at=5, took=0), resource={"room": "lobby"}),
        traces(span("cook", number=3, trace=2), resource={"room": "kitchen"}),
    ]
    changed = store.insert(log.segment(*spans))
    store.insert(log.segment(logs("theirs", resource=NAMED), project="other"))
    store.summarise(sorted(changed.runs), first_seq=1 << 20)


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Types of items, and what tells one item of a type from another."""
    found = []
    for event in events:
        item = json.loads(event.payload)
        data = item["data"]
        named = data.get("name") or data.get("body") or data["type"]
        assert (event.type, str(event.seq), event.topics) == (item["type"], item["seq"], set(item["topics"]))
        found.append((event.type, named))
    return found


def test_a_room_has_each_kind_of_item_under_its_own_type_and_nothing_of_other_rooms(store: Store) -> None:
    events = list_changes(store, SCOPE, LOBBY, **EVERYTHING, limit=100)
    assert told(events) == [
        ("log", "hello"),
        ("developer_log", "checkpoint"),
        ("log", "nobody's session"),
        ("log", "long after"),
        ("room_event", "participant.joined"),
        ("service", "service.started"),
        ("metric", "queue.length"),
        ("metric", "queue.length"),
        ("span", "plan"),
        ("span", "search"),
        ("run", "plan"),
    ]
    data = {event.type: json.loads(event.payload)["data"] for event in events}
    assert {key: data["developer_log"][key] for key in ("type", "data", "room", "session")} == {
        "type": "checkpoint",
        "data": {"message": "half way", "n": 1},
        **NAMED,
    }
    assert {key: data["service"][key] for key in ("type", "data", "room", "session")} == {
        "type": "service.started",
        "data": {"name": "api"},
        **NAMED,
    }


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_one_kind_alone_is_what_everything_has_of_it(store: Store, type_: str) -> None:
    everything = list_changes(store, SCOPE, LOBBY, **EVERYTHING, limit=100)
    alone = list_changes(store, SCOPE, LOBBY, **EVERYTHING, limit=100, types=frozenset({type_}))
    assert alone == [event for event in everything if event.type == type_]
    assert count_changes(store, SCOPE, LOBBY, **EVERYTHING, types=frozenset({type_})) == len(alone)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_size_give_the_same_feed_once(store: Store, limit: int) -> None:
    everything = list_changes(store, SCOPE, LOBBY, **EVERYTHING, limit=100)
    paged: list[Event] = []
    while page := list_changes(
        store, SCOPE, LOBBY, after=paged[-1].seq if paged else 0, upto=1 << 40, limit=limit
    ):
        paged += page
    assert paged == everything


@pytest.mark.parametrize(
    "topics", [LOBBY, frozenset({"logs"}), frozenset({"runs", "metrics"}), frozenset({"session:s1"})]
)
def test_as_many_are_counted_as_are_listed(store: Store, topics: frozenset[str]) -> None:
    for after, upto in ((0, 1 << 40), (2, 6), (5, 5)):
        listed = list_changes(store, SCOPE, topics, after=after, upto=upto, limit=100)
        assert count_changes(store, SCOPE, topics, after=after, upto=upto) == len(listed)


def test_a_session_of_a_room_has_what_happened_meanwhile_and_names_none(store: Store) -> None:
    asked = frozenset({"session:s1"})
    named = list_changes(store, SCOPE, asked, **EVERYTHING, limit=100)
    events = list_changes(store, SCOPE, asked, **EVERYTHING, limit=100, find=lambda *_: [WINDOW])
    assert set(told(events)) - set(told(named)) == {("log", "nobody's session"), ("span", "search")}
    assert ("log", "long after") not in told(events)
    assert all("session:s1" in event.topics for event in events)
    assert count_changes(store, SCOPE, asked, **EVERYTHING, find=lambda *_: [WINDOW]) == len(events)


def test_another_project_has_its_own_feed(store: Store) -> None:
    assert told(list_changes(store, ProjectScope("other"), LOBBY, **EVERYTHING, limit=100)) == [
        ("log", "theirs")
    ]
