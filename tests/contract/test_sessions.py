"""Sessions of a store: which there are, what belongs to each, and what happened in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanlight import config
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.noted import keep_noted, noted_upto
from fanlight.catalog.projects import create_project
from fanlight.catalog.sessions import find_sessions
from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.ingest.registry import Registry
from fanlight.model.project import ProjectScope
from fanlight.model.room_event import RoomEvent
from fanlight.model.session import Session
from fanlight.otlp.room_event import room_events_request
from fanlight.query.logs import list_logs
from fanlight.query.metrics import get_metric, list_metrics
from fanlight.query.runs import list_runs
from fanlight.query.sessions import get_session, list_sessions
from fanlight.query.timeline import list_timeline
from fanlight.query.usage import get_usage
from fanlight.query.within import finder, whole_sessions
from fanlight.store.contract import RunKey
from fanlight.store.engine import open_store

from .conftest import ENGINES, RETENTION_DAYS, unused
from .telemetry import NOW_NS, SECOND_NS, ExportLogsServiceRequest, LogFiles, gauge, logs, pairs, span, traces

SCOPE = ProjectScope("default")
IDLE_NS = 600 * SECOND_NS
LOBBY = {"room": "lobby"}


def at(seconds: int) -> int:
    return NOW_NS + seconds * SECOND_NS


def agent(name: str, number: int, seconds: int, **resource: str) -> Any:
    """A run of 10 s of one agent: a model call that costs something, and the helper's fails; a tool call."""
    root = span(name, trace=number, number=number * 10, at=seconds, gen_ai__operation__name="invoke_agent",
                gen_ai__agent__name=name)  # fmt: skip
    call = span("chat", trace=number, number=number * 10 + 1, parent=number * 10, at=seconds + 1, took=5,
                gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o",
                gen_ai__usage__input_tokens=number, error="too many" if name == "helper" else "")  # fmt: skip
    tool = span("search", trace=number, number=number * 10 + 2, parent=number * 10, at=seconds + 6, took=2,
                gen_ai__operation__name="execute_tool", gen_ai__tool__name="search")  # fmt: skip
    return traces(root, call, tool, resource=resource)


def record(
    body: str, seconds: int, *, event: str = "", severity: int = 9, trace: int = 0, **resource: str
) -> Any:
    made = logs(body, at_ns=at(seconds), resource=resource)
    [one] = made.resource_logs[0].scope_logs[0].log_records
    one.event_name, one.severity_number = event, severity
    one.trace_id = trace.to_bytes(16, "big") if trace else b""
    return made


def event(type_: str, seconds: int, session: str, **data: str) -> Any:
    told = RoomEvent(room="lobby", session=session, type=type_, at_ns=at(seconds), data=data)
    return ExportLogsServiceRequest.FromString(room_events_request([told]))


@dataclass
class Place:
    store: Any
    catalog: Catalog
    now_ns: int

    def listed(self, **asked: Any) -> list[Session]:
        q = whole_sessions(asked.pop("q", ""), finder(self.catalog, "default"), IDLE_NS)
        known = {"now_ns": self.now_ns, "idle_ns": IDLE_NS}
        found: list[Session] = list_sessions(self.store, SCOPE, self.catalog, q=q, **known, **asked).items
        return found

    def get(self, name: str) -> Any:
        return get_session(self.store, SCOPE, self.catalog, name, now_ns=self.now_ns, idle_ns=IDLE_NS)

    def whole(self, q: str) -> Any:
        return whole_sessions(q, finder(self.catalog, "default"), IDLE_NS)

    @property
    def unnamed(self) -> str:
        """The id that the server made for what named none."""
        [found] = [each.id for each in self.listed() if each.id not in {"s1", "s2", "c1"}]
        return found


@pytest.fixture(scope="module", params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A room with two named sessions and one without a name, and a conversation."""
    folder = tmp_path_factory.mktemp("sessions")
    settings = config.load(environ={}, flags={"retention_days": RETENTION_DAYS})
    store = open_store(unused(request, folder), folder, settings)
    store.open()
    catalog = open_catalog("", folder)
    files = LogFiles(folder)
    held = [gauge("queue", 1.0, 2.0, at_ns=at(2_030)), gauge("queue", 7.0, at_ns=at(4_005))]
    for each in held:
        each.resource_metrics[0].resource.attributes.extend(pairs(LOBBY))
    store.insert(
        files.segment(
            agent("planner", 1, 0, session="s1", **LOBBY),
            agent("helper", 2, 2_000, **LOBBY),
            agent("planner", 3, 4_000, session="s2", **LOBBY),
            agent("chatter", 4, 3_000, session="c1"),
            agent("loner", 5, 100),
            received_ns=at(4_100),
        )
    )
    store.insert(
        files.segment(
            record("it rains", 200, **LOBBY),
            record("umbrella", 205, event="fanlight.developer_log", session="s1", **LOBBY),
            record("wind", 210, severity=13, **LOBBY),
            record("in its run", 5, severity=17, trace=1),
            record("storm", 2_020, severity=17, **LOBBY),
            event("room.started", 0, "s1"),
            event("room.ended", 210, "s1", by="idle"),
            # Told long after; an event of a session is no activity of it.
            event("participant.left", 900, "s1", name="ann"),
            project="default",
            received_ns=at(4_100),
        )
    )
    store.insert(files.segment(*held, project="default", received_ns=at(4_100)))
    runs = [RunKey("default", number.to_bytes(16, "big").hex()) for number in range(1, 6)]
    store.summarise(runs, first_seq=files.next_seq)
    clock = ManualClock(wall_ns=at(4_100))
    registry = Registry(catalog, store, idle_ns=IDLE_NS, clock=clock)
    registry.note(store.last_seq(), frozenset({"default"}))
    registry.catch_up()
    yield Place(store, catalog, clock.now_ns())
    catalog.close()
    store.close()


def test_telemetry_makes_the_sessions_that_it_names_and_one_for_what_names_none(place: Place) -> None:
    told = [
        (each.id if each.id != place.unnamed else "-", each.room, each.kind, each.is_active, each.ended_by)
        for each in place.listed()
    ]
    assert told == [
        # A conversation goes on with whatever was received.
        ("c1", None, "conversation", True, None),
        ("s2", "lobby", "room", True, None),
        ("-", "lobby", "room", False, "idle"),
        ("s1", "lobby", "room", False, "idle"),
    ]


def test_a_session_lasts_from_its_first_item_to_its_last(place: Place) -> None:
    lasted = {each.id: (each.started_at[11:19], each.last_at[11:19]) for each in place.listed(room="lobby")}
    assert lasted == {
        "s1": ("14:13:20", "14:16:50"),  # the warning 210 s later names no session
        place.unnamed: ("14:46:40", "14:47:11"),  # from its run to its second metric point
        "s2": ("15:20:00", "15:20:10"),
    }


def test_activity_counts_runs_that_name_no_session_in_the_one_of_their_room(place: Place) -> None:
    runs = {each.id: each.activity and (each.activity.runs, each.activity.agents) for each in place.listed()}
    assert runs == {
        "s1": (1, ["planner"]),
        place.unnamed: (1, ["helper"]),
        "s2": (1, ["planner"]),
        "c1": (1, ["chatter"]),
    }


def test_a_filter_of_sessions_is_one_of_their_runs(place: Place) -> None:
    assert [each.id for each in place.listed(q="agent:helper")] == [place.unnamed]
    assert {each.id for each in place.listed(q="agent:planner")} == {"s1", "s2"}
    assert {each.id for each in place.listed(q="-agent:planner")} == {place.unnamed, "c1"}
    assert [each.id for each in place.listed(q=f"session:{place.unnamed}")] == [place.unnamed]
    assert [each.id for each in place.listed(active=True, room="lobby")] == ["s2"]
    assert [each.id for each in place.listed(since_ns=at(1_000), until_ns=at(3_000), room="lobby")] == [
        place.unnamed
    ]


def test_pages_of_sessions_hold_each_one_once(place: Place) -> None:
    whole = place.listed()
    for limit in (1, 2, 3):
        known = {"now_ns": place.now_ns, "idle_ns": IDLE_NS, "limit": limit}
        found: list[Session] = []
        cursor = None
        while True:
            page = list_sessions(place.store, SCOPE, place.catalog, cursor=cursor, **known)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        assert found == whole
    with pytest.raises(InvalidError, match="cursor of sessions"):
        place.listed(cursor="abc")


def test_a_filter_by_session_finds_what_its_room_did_meanwhile(place: Place) -> None:
    bodies = {
        name: [each.body for each in list_logs(place.store, SCOPE, q=place.whole(q), order="asc").items]
        for name, q in (
            ("s1", "session:s1 -event:fanlight.room.event"),
            ("-", f"session:{place.unnamed}"),
            ("both", f"session:s1,{place.unnamed} level:warn,error"),
            ("neither", f"-session:s1 -session:{place.unnamed}"),
        )
    }
    assert bodies == {
        "s1": ["it rains", "umbrella", "wind"],
        "-": ["storm"],
        "both": ["wind", "storm"],
        "neither": ["in its run"],
    }
    names = [
        each.name for each in list_runs(place.store, SCOPE, q=place.whole(f"session:{place.unnamed}")).items
    ]
    assert names == ["helper"]
    assert [
        each.name for each in list_metrics(place.store, SCOPE, q=place.whole(f"session:{place.unnamed}"))
    ] == ["queue"]
    assert list_metrics(place.store, SCOPE, q=place.whole("session:s1")) == []
    usage = get_usage(place.store, SCOPE, q=place.whole(f"session:{place.unnamed}"))
    assert usage.total.tokens.input == 2


def test_a_metric_of_a_session_is_counted_while_the_session_went_on(place: Place) -> None:
    last = {
        name: get_metric(place.store, SCOPE, "queue", q=place.whole(q)).series[0].buckets[-1].value
        for name, q in (("s2", "session:s2"), ("-", f"session:{place.unnamed} service:svc"))
    }
    assert last == {"s2": 7.0, "-": 2.0}


def test_one_session_has_its_runs_and_a_stranger_has_none(place: Place) -> None:
    session, within = place.get(place.unnamed)
    assert (session.activity.runs, within.room) == (1, "lobby")
    session, within = place.get("c1")
    assert (session.kind, session.activity.agents, within.room) == ("conversation", ["chatter"], None)
    with pytest.raises(NotFoundError, match="no session 'nobody'"):
        place.get("nobody")
    with pytest.raises(NotFoundError):
        get_session(
            place.store, ProjectScope("other"), place.catalog, "s1", now_ns=place.now_ns, idle_ns=IDLE_NS
        )


def test_a_timeline_tells_what_happened_in_order_and_its_pages_hold_each_once(place: Place) -> None:
    _, within = place.get("s1")
    whole = list_timeline(place.store, SCOPE, within)
    assert [(each.type, each.name) for each in whole.items] == [
        ("event", "room.started"),
        ("run.started", "planner"),
        ("log", "error"),
        ("step", "search"),
        ("run.ended", "planner"),
        ("developer_log", "info"),
        ("log", "warn"),
        ("event", "room.ended"),
        ("event", "participant.left"),
    ]
    assert whole.items[2].log.body == "in its run"
    assert whole.items[7].data == {"by": "idle"}
    [step] = [each.step for each in whole.items if each.step is not None]
    assert (step.kind, step.duration_ms, step.error, step.run) == ("tool", 2_000.0, None, step.trace_id)
    assert len({(each.type, each.id) for each in whole.items}) == len(whole.items)
    for limit in (1, 2, 5):
        found, cursor = [], None
        while True:
            page = list_timeline(place.store, SCOPE, within, limit=limit, cursor=cursor)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
        assert found == whole.items
    _, within = place.get(place.unnamed)
    assert [(each.type, each.name) for each in list_timeline(place.store, SCOPE, within).items] == [
        ("run.started", "helper"),
        ("step", "chat"),
        ("step", "search"),
        ("run.ended", "helper"),
        ("log", "error"),
    ]


def test_what_is_seen_again_changes_no_session(place: Place) -> None:
    before = place.listed()
    registry = Registry(place.catalog, place.store, idle_ns=IDLE_NS, clock=ManualClock(wall_ns=place.now_ns))
    registry.note(place.store.last_seq(), frozenset({"default"}))
    registry.catch_up()
    assert place.listed() == before


def test_what_was_stored_and_not_noted_when_a_process_ended_is_noted_by_the_next(
    place: Place, tmp_path: Path
) -> None:
    catalog = open_catalog("", tmp_path)
    create_project(catalog, "default")
    keep_noted(catalog, place.store.epoch, 0)
    told: list[None] = []
    registry = Registry(
        catalog,
        place.store,
        idle_ns=IDLE_NS,
        after=place.store.last_seq(),
        clock=ManualClock(wall_ns=place.now_ns),
        noted=lambda: told.append(None),
    )
    registry.start()
    registry.stop()
    assert set(find_sessions(catalog, "default", ["s1", "s2", "c1"])) == {"s1", "s2"}
    assert noted_upto(catalog, place.store.epoch) == place.store.last_seq()
    assert told
    catalog.close()


def test_an_event_that_is_told_again_is_stored_once(place: Place, tmp_path: Path) -> None:
    files = LogFiles(tmp_path)
    files.next_seq = place.store.last_seq() + 1
    again = files.segment(event("room.started", 0, "s1"), project="default", received_ns=at(9_000))
    inserted = place.store.insert(again)
    assert (inserted.stored, inserted.duplicates) == (0, 1)
