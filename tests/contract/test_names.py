"""Names beyond their project's limits: folded, counted, and nothing of what was sent is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fanlight import config
from fanlight.model.limits import TABLE, Limits
from fanlight.model.project import ProjectScope
from fanlight.otlp.folded import KEY, KEYS, NAME
from fanlight.query.exporting import Window, pieces
from fanlight.query.names import folded_names
from fanlight.query.traces import get_span
from fanlight.store.contract import Inserted, RunKey
from fanlight.store.engine import open_store
from fanlight.store.names import Names

from .conftest import ENGINES, unused
from .telemetry import LogFiles, gauge, logs, pairs, span, traces

UUID = "550e8400-e29b-41d4-a716-446655440000"

Limited = Callable[..., "Place"]


class Place:
    """A project of its own in a store that all tests share, with limits on its names."""

    def __init__(self, store: Any, log: LogFiles, project: str) -> None:
        self.store, self.log, self.project = store, log, project
        self.scope = ProjectScope(project)

    def insert(self, *requests: Any) -> Inserted:
        inserted: Inserted = self.store.insert(self.log.segment(*requests, project=self.project))
        return inserted

    def rows(self, columns: str, table: str = "spans") -> list[Any]:
        where = f"WHERE project_id = '{self.project}' ORDER BY seq"
        return list(self.store._backend.writer.rows(f"SELECT {columns} FROM {table} {where}"))

    def examples(self, *limits: str) -> dict[str, list[str]]:
        return folded_names(self.store, self.scope, limits)


@pytest.fixture(scope="module", params=ENGINES)
def limited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Limited]:
    """Makes projects with limits."""
    folder = tmp_path_factory.mktemp("names")
    server = {limit.name: 0.0 for limit in TABLE}
    own: dict[str, dict[str, float]] = {}
    settings = config.load(environ={}, flags={"retention_days": 0})
    names = Names(lambda: Limits(server, own))
    store = open_store(unused(request, folder), folder, settings, names=names)
    store.open()
    log = LogFiles(folder)

    def make(**limits: float) -> Place:
        project = f"p{len(own)}"
        own[project] = limits
        return Place(store, log, project)

    yield make
    store.close()


def test_names_with_ids_become_their_shape_and_what_they_were_stays_beside(limited: Limited) -> None:
    place = limited(max_span_names=2)
    first = place.insert(traces(span("plan", number=1), span("GET /users/1", number=2)))
    second = place.insert(
        traces(
            span("GET /users/2", number=3),
            span(f"GET /users/{UUID}/cart", number=4, n=7),
            span("plan", number=5),
            span("answer", number=6),  # its shape is itself
        )
    )
    assert (first.folded, second.folded, second.stored) == ({}, {"over_max_span_names": 2}, 4)
    assert place.rows("name, attributes, attribute_types, flags")[2:] == [
        ("GET /users/*", {NAME: "GET /users/2"}, [1], ["folded_name"]),
        ("GET /users/*/cart", {"n": "7", NAME: f"GET /users/{UUID}/cart"}, [3, 1], ["folded_name"]),
        ("plan", {}, [], []),
        ("answer", {}, [], []),
    ]
    assert sorted(place.examples("max_span_names")["max_span_names"]) == [
        "GET /users/2", f"GET /users/{UUID}/cart",
    ]  # fmt: skip


def test_when_there_are_too_many_shapes_as_well_a_name_is_only_other(limited: Limited) -> None:
    place = limited(max_span_names=1)
    words = [f"word{letter}" for letter in "abcdefghijklmnopqrst"]
    place.insert(traces(span("first", number=1)))
    inserted = place.insert(traces(*(span(word, number=2 + at) for at, word in enumerate(words))))
    names = [name for (name,) in place.rows("name")]
    assert (inserted.folded, names.count("(other)"), len(set(names))) == ({"over_max_span_names": 10}, 10, 12)
    kept = place.rows(f"if(name = '(other)', attributes['{NAME}'], name)")
    assert [name for (name,) in kept] == ["first", *words]


def test_keys_keep_their_places_and_whoever_reads_finds_them_as_they_were_sent(limited: Limited) -> None:
    place = limited(max_attribute_keys=2)
    place.insert(traces(span("a", number=1, one=1)))  # and service.name
    long = "x" * 70_000
    sent = {"user.1": "a", "one": 2, "gen_ai.request.model": "gpt-4o", "user.2": [1, 2], "text": long}
    again = span("b", number=2)
    again.attributes.extend(pairs(sent))
    again.events.add(name="e").attributes.extend(pairs({"user.3": b"\xff"}))
    inserted = place.insert(traces(again, resource={"user.4": True}))
    assert inserted.folded == {"over_max_attribute_keys": 1}
    assert place.rows("mapKeys(attributes), attribute_types, model, mapKeys(resource), flags")[1] == (
        [f"{KEY}1", "one", "gen_ai.request.model", f"{KEY}2", f"{KEY}3", KEYS],
        [1, 3, 1, 5, 1, 1],
        "gpt-4o",
        ["service.name", f"{KEY}1", KEYS],
        ["folded_key", "cut_value"],
    )
    found = get_span(place.store, place.scope, f"{1:032x}", f"{2:016x}")
    assert [(each.key, each.value) for each in found.attributes] == [
        ("user.1", "a"), ("one", 2), ("gen_ai.request.model", "gpt-4o"), ("user.2", [1, 2]), ("text", long),
        (KEYS, '["user.1","user.2","text"]'),
    ]  # fmt: skip
    assert [each.key for each in found.events[0].attributes] == ["user.3", KEYS]
    assert [each.key for each in found.resource_attributes] == ["service.name", "user.4", KEYS]
    assert place.examples("max_attribute_keys") == {"max_attribute_keys": ["user.1"]}


def test_events_services_agents_and_tools_have_limits_of_their_own(limited: Limited) -> None:
    place = limited(max_event_names=1, max_services=1, max_agents=1, max_tools=1)
    for number, *names in (
        (1, "api", "cook", "search", "begun"),
        (2, "api-7f", "cook-12", "search_9", "user 1 came", "exception"),
    ):
        service, agent, tool, *events = names
        step = span("step", number=number, gen_ai__operation__name="execute_tool")
        step.attributes.extend(pairs({"gen_ai.agent.name": agent, "gen_ai.tool.name": tool}))
        for event in events:
            step.events.add(name=event)
        inserted = place.insert(traces(step, resource={"service.name": service}))
    limits = ("max_event_names", "max_services", "max_agents", "max_tools")
    assert inserted.folded == {f"over_{limit}": 1 for limit in limits}
    columns = f"service, agent, tool, event_name, arrayMap(of -> of['{NAME}'], event_attributes), flags"
    assert place.rows(columns)[1] == (
        "api-*",
        "cook-*",
        "search_*",
        ["user * came", "exception"],
        ["user 1 came", ""],
        ["folded_event_name", "folded_service", "folded_agent", "folded_tool"],
    )
    assert place.examples(*limits) == {
        "max_event_names": ["user 1 came"],
        "max_services": ["api-7f"],
        "max_agents": ["cook-*"],
        "max_tools": ["search_*"],
    }


def test_metrics_of_one_shape_stay_series_of_their_own_and_points_that_come_again_are_known(
    limited: Limited,
) -> None:
    place = limited(max_metric_names=1)
    place.insert(gauge("load", 1.0))
    segment = (gauge("queue.1", 5.0, 6.0), gauge("queue.2", 7.0), gauge("load", 1.0, 2.0))
    first, again = (place.insert(*segment) for _ in range(2))
    assert (first.stored, first.duplicates, first.folded) == (4, 1, {"over_max_metric_names": 3})
    assert (again.stored, again.duplicates) == (0, 5)
    rows = place.rows("name, series, attributes, flags", "metrics")
    assert [(name, attributes, flags) for name, _, attributes, flags in rows] == [
        ("load", {}, []),
        ("queue.*", {NAME: "queue.1"}, ["folded_name"]),
        ("queue.*", {NAME: "queue.1"}, ["folded_name"]),
        ("queue.*", {NAME: "queue.2"}, ["folded_name"]),
        ("load", {}, []),
    ]
    assert len({series for _, series, *_ in rows}) == 3
    assert sorted(place.examples("max_metric_names")["max_metric_names"]) == ["queue.1", "queue.2"]


def test_events_of_logs_are_folded_and_those_that_mean_something_to_fanlight_never(limited: Limited) -> None:
    place = limited(max_event_names=1)
    names = ("user.71.came", "fanlight.room.event", "exception", "user.72.came")
    request = logs("a", "b", "c", "d")
    for record, name in zip(request.resource_logs[0].scope_logs[0].log_records, names, strict=True):
        record.event_name = name
    begun = logs("first")
    begun.resource_logs[0].scope_logs[0].log_records[0].event_name = "begun"
    place.insert(begun)
    first, again = (place.insert(request) for _ in range(2))
    assert (first.folded, again.stored, again.duplicates) == ({"over_max_event_names": 2}, 0, 4)
    assert [name for (name,) in place.rows("event_name", "logs")] == [
        "begun", "user.*.came", "fanlight.room.event", "exception", "user.*.came",
    ]  # fmt: skip
    lines = exported(place, "logs")
    assert [(one["eventName"], one.get("attributes")) for one in lines] == [
        ("begun", None), *((name, None) for name in names),
    ]  # fmt: skip


def test_a_span_that_comes_again_is_known_and_exported_as_it_was_sent(limited: Limited) -> None:
    place = limited(max_span_names=1, max_event_names=1, max_attribute_keys=1)
    sent = span("GET /2", number=2)
    sent.attributes.extend(pairs({"user.1": "a", "text": "x" * 70_000}))
    sent.events.add(name="came 7").attributes.extend(pairs({"user.2": 3}))
    place.insert(traces(span("first", number=1)))
    place.insert(traces(span("begun", number=3)))
    first, again = (place.insert(traces(sent)) for _ in range(2))
    assert (first.stored, again.stored, again.duplicates, again.conflicts) == (1, 0, 1, 0)
    assert set(first.folded) == {"over_max_span_names", "over_max_attribute_keys"}
    found = next(one for one in exported(place, "spans") if one["spanId"] == f"{2:016x}")
    assert (found["name"], [each["key"] for each in found["attributes"]]) == ("GET /2", ["user.1", "text"])
    assert found["attributes"][1]["value"] == {"stringValue": "x" * 70_000}
    assert [(one["name"], [each["key"] for each in one["attributes"]]) for one in found["events"]] == [
        ("came 7", ["user.2"])
    ]


def exported(place: Place, table: str) -> list[Any]:
    """What an export holds of a table, item by item."""
    window = Window(since_ns=0, until_ns=2**62)
    files = (each for each in pieces(place.store, place.scope, window, "jsonl") if each.name == table)
    lines = (json.loads(line) for each in files for line in each.content.splitlines())
    of = {
        "spans": ("resourceSpans", "scopeSpans", "spans"),
        "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    }
    resources, scopes, items = of[table]
    return [
        one for line in lines for each in line[resources] for scope in each[scopes] for one in scope[items]
    ]


def test_runs_are_summed_up_under_the_folded_name_and_every_total_stays(limited: Limited) -> None:
    place = limited(max_span_names=1, max_agents=1)
    place.insert(traces(span("first", number=1, gen_ai__agent__name="cook")))
    place.insert(
        traces(
            span("answer 17", trace=2, number=2, gen_ai__agent__name="cook-2"),
            span("call", trace=2, number=3, parent=2, gen_ai__usage__input_tokens=9),
        )
    )
    runs = [RunKey(place.project, f"{number:032x}") for number in (1, 2)]
    place.store.summarise(runs, first_seq=place.log.next_seq)
    found = place.store._backend.writer.rows(
        "SELECT name, agent, span_count, tokens_input FROM runs FINAL"
        f" WHERE project_id = '{place.project}' ORDER BY run_id"
    )
    assert list(found) == [("first", "cook", 1, None), ("answer *", "cook-*", 2, 9)]


def test_another_project_keeps_its_names_in_the_very_same_segment(limited: Limited) -> None:
    mine, other = limited(max_span_names=1), limited()
    batches = [
        traces(*(span(f"GET /{n}", number=n) for n in range(1, 4)), resource={"project": mine.project}),
        traces(*(span(f"GET /{n}", number=n) for n in range(4, 9)), resource={"project": other.project}),
    ]
    inserted = mine.store.insert(mine.log.segment(*batches))
    assert inserted.folded == {"over_max_span_names": 2}
    assert [name for (name,) in other.rows("name")] == [f"GET /{n}" for n in range(4, 9)]
    assert [name for (name,) in mine.rows("name")].count("GET /*") == 2
