"""What MeshAgent's clients ask of a session, of usage and of money, over the stored rows themselves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from fanlight import config
from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.meshagent.events import list_events
from fanlight.query.meshagent.metrics import list_metrics
from fanlight.query.meshagent.spans import list_spans
from fanlight.query.meshagent.usage import list_model_usage
from fanlight.query.revenue import list_billing
from fanlight.query.runs import list_runs
from fanlight.query.within import Within
from fanlight.store.engine import open_store

from .conftest import ENGINES, RETENTION_DAYS, unused
from .telemetry import NOW_NS, SECOND_NS, LogFiles, logs, pairs, span, traces
from .test_billing import bills
from .test_revenue import event

SCOPE = ProjectScope("default")
ROOM = {"room": "lobby", "session": "s1"}
IN_SESSION = Within(session="s1", room="lobby", since_ns=NOW_NS, until_ns=NOW_NS + 100 * SECOND_NS)
DELTA, CUMULATIVE = 1, 2


def call(number: int, model: str = "gpt-4o", provider: str = "openai", **more: Any) -> Any:
    given = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": provider,
        "gen_ai__request__model": model,
        "gen_ai__usage__input_tokens": 1_000,
        "gen_ai__usage__output_tokens": 100,
    }
    return span("chat", number=number, **{**given, **more})


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A store with a room's session and what happened beside it, for questions that change nothing."""
    folder = tmp_path_factory.mktemp("filled")
    settings = config.load(environ={}, flags={"retention_days": RETENTION_DAYS})
    store = open_store(unused(request, folder), folder, settings)
    store.open()
    log = LogFiles(folder)
    inserted = store.insert(log.segment(*calls()))
    store.summarise(sorted(inserted.runs), first_seq=10_000)
    store.insert(log.segment(*told()))
    store.insert(log.segment(measured()))
    forged = event("e0", "9") | {"fanlight.event.verified": False}
    store.insert(log.segment(bills(forged, event("e1", "0.05"), trace=1), bills(event("e2", "7"), at_s=5)))
    yield store
    store.close()


def calls() -> list[Any]:
    return [
        traces(
            span("root", number=1, took=9),
            call(2, parent=1, at=1, took=2, user__id="ann", tag="[b]x[/b]", numbers=[1, 2]),
            span("open", number=3, parent=1, at=3, took=0),
            resource=ROOM,
        ),
        # In the room meanwhile, and of no session; in another room; and of another session of the room.
        traces(call(4, "my-own", "", trace=2, at=5, user__id="bob"), resource={"room": "lobby"}),
        traces(call(5, "o3-mini", trace=3, at=5, user__id="ann"), resource={"room": "attic"}),
        traces(call(6, trace=4, at=5), resource={"room": "lobby", "session": "s2", "team": "blue"}),
    ]


def told() -> list[Any]:
    started = logs({"agents": 2}, at_ns=NOW_NS, resource=ROOM)
    record = started.resource_logs[0].scope_logs[0].log_records[0]
    record.event_name = "fanlight.room.event"
    record.attributes.extend(pairs({"fanlight.event.type": "room.started"}))
    said = logs("plain", {"message": "hello", "attempt": 2}, at_ns=NOW_NS + 1, resource=ROOM)
    said.resource_logs[0].scope_logs[0].log_records[1].severity_text = "custom"
    token = logs("tok", at_ns=NOW_NS + 2, resource=ROOM)
    token.resource_logs[0].scope_logs[0].log_records[0].event_name = "fanlight.token"
    elsewhere = logs("not ours", resource={"room": "attic"})
    meanwhile = logs("in the room", at_ns=NOW_NS + 3, resource={"room": "lobby"})
    return [started, said, token, elsewhere, meanwhile]


def test_the_spans_of_a_session_are_those_that_name_it_and_the_nameless_of_its_room(store: Any) -> None:
    page = list_spans(store, SCOPE, IN_SESSION.condition("spans"), heard_ns=0)
    assert page.next is None
    found = [(each.span_name, each.parent_span_id, each.duration, each.state) for each in page.items]
    assert found == [
        ("root", None, 9 * SECOND_NS, "finished"),
        ("chat", f"{1:016x}", 2 * SECOND_NS, "finished"),
        ("open", f"{1:016x}", None, "open"),
        ("chat", None, 10 * SECOND_NS, "finished"),
    ]
    attributes = page.items[1].span_attributes
    assert (attributes["numbers"], attributes["gen_ai.usage.input_tokens"]) == ([1, 2], 1_000)
    assert attributes["tag"] == "[\u200bb]x[\u200b/b]"
    late = list_spans(store, SCOPE, IN_SESSION.condition("spans"), heard_ns=NOW_NS + 1_000 * SECOND_NS)
    assert [each.state for each in late.items] == ["finished", "finished", "lost", "finished"]
    assert list_spans(store, ProjectScope("other"), IN_SESSION.condition("spans"), heard_ns=0).items == []


def test_pages_of_spans_go_back_from_the_newest_and_leave_none_out(store: Any) -> None:
    asked = IN_SESSION.condition("spans")
    last = list_spans(store, SCOPE, asked, heard_ns=0, limit=3)
    first = list_spans(store, SCOPE, asked, heard_ns=0, limit=3, cursor=last.next)
    assert ([each.span_name for each in last.items], first.next) == (["chat", "open", "chat"], None)
    assert [each.span_name for each in first.items] == ["root"]
    with pytest.raises(InvalidError):
        list_spans(store, SCOPE, asked, heard_ns=0, cursor="MQ")


def test_events_of_a_session_are_its_log_records_and_what_its_room_tells(store: Any) -> None:
    page = list_events(store, SCOPE, IN_SESSION.condition("logs"))
    assert [(each.type, each.data.get("log", each.data)) for each in page.items] == [
        ("room.started", {"agents": 2}),
        ("otel.log", "plain"),
        ("otel.log", 'hello {"attempt":2}'),
        ("otel.log", "in the room"),
    ]
    custom = page.items[2].data
    assert (custom["severity_text"], custom["severity_number"]) == ("custom", 9)
    assert (custom["body"], custom["resource_attributes"]["room"]) == (
        {"message": "hello", "attempt": 2},
        "lobby",
    )
    assert page.items[1].data["severity_text"] == "INFO"
    newest = list_events(store, SCOPE, IN_SESSION.condition("logs"), limit=1)
    before = list_events(store, SCOPE, IN_SESSION.condition("logs"), limit=9, cursor=newest.next)
    assert [each.data["log"] for each in newest.items] == ["in the room"]
    assert [each.type for each in before.items] == ["room.started", "otel.log", "otel.log"]


def measured() -> ExportMetricsServiceRequest:
    """A counter in deltas, one that may fall, a cumulative one, a level, and both kinds of histograms."""
    request = ExportMetricsServiceRequest()
    holder = request.resource_metrics.add()
    holder.resource.attributes.extend(pairs(ROOM))
    metrics = holder.scope_metrics.add().metrics
    jobs, open_, bytes_, level, size, spread = (metrics.add(name=name, unit="1") for name in METRICS)
    for sum_, temporality, monotonic in (
        (jobs, DELTA, True),
        (open_, CUMULATIVE, False),
        (bytes_, CUMULATIVE, True),
    ):
        sum_.sum.aggregation_temporality = temporality
        sum_.sum.is_monotonic = monotonic
    size.histogram.aggregation_temporality = spread.exponential_histogram.aggregation_temporality = DELTA
    for second, (one, up, total) in enumerate([(1, 3, 10), (1, 2, 25)]):
        at = {"start_time_unix_nano": NOW_NS, "time_unix_nano": NOW_NS + second * SECOND_NS}
        jobs.sum.data_points.add(**at, as_int=one, attributes=pairs({"kind": "a"}))
        open_.sum.data_points.add(**at, as_int=up)
        bytes_.sum.data_points.add(**at, as_int=total)
        level.gauge.data_points.add(**at, as_double=second + 0.5)
        size.histogram.data_points.add(
            **at, count=1, sum=4.0 + second, explicit_bounds=[1, 5], bucket_counts=[0, 1, 0], min=4.0, max=5.0
        )
        point = spread.exponential_histogram.data_points.add(**at, count=3, sum=6.0, scale=0)
        point.positive.bucket_counts.extend([1, 0, 2])
    return request


METRICS = ("jobs", "open", "read", "level", "size", "spread")


def test_each_series_of_a_session_is_one_row_that_adds_up(store: Any) -> None:
    page = list_metrics(store, SCOPE, IN_SESSION.condition("metrics"))
    rows = {each.metric_name: each for each in page.items}
    assert {name: (rows[name].kind, rows[name].value) for name in METRICS[:4]} == {
        "jobs": ("sum", 2.0),
        "open": ("sum", 2.0),
        "read": ("sum", 25.0),
        "level": ("gauge", 1.5),
    }
    assert rows["jobs"].metric_attributes == {"kind": "a"}
    size, spread = rows["size"], rows["spread"]
    assert (size.kind, size.count, size.sum, size.min, size.max) == ("histogram", 2, 9.0, 4.0, 5.0)
    assert (size.explicit_bounds, size.bucket_counts, size.sent_as) == ([1.0, 5.0], [0, 2, 0], None)
    assert (spread.kind, spread.count, spread.sum, spread.sent_as) == (
        "histogram", 6, 12.0, "exponential_histogram",
    )  # fmt: skip
    assert dict(zip(spread.explicit_bounds, spread.bucket_counts, strict=False)) == {
        0.0: 0, 1.0: 0, 2.0: 2, 4.0: 0, 8.0: 4,
    }  # fmt: skip
    names: list[str] = []
    cursor = None
    while True:
        part = list_metrics(store, SCOPE, IN_SESSION.condition("metrics"), limit=4, cursor=cursor)
        names += [each.metric_name for each in part.items]
        cursor = part.next
        if cursor is None:
            break
    assert names == sorted(METRICS)


@pytest.mark.parametrize("most", [2, 3, 4])
def test_a_session_with_more_metrics_than_are_looked_at_at_once_shows_them_all_page_by_page(
    store: Any, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    whole = list_metrics(store, SCOPE, IN_SESSION.condition("metrics")).items
    monkeypatch.setattr("fanlight.query.meshagent.metrics.MAX_METRICS", most)
    cursor: str | None = None
    found: list[Any] = []
    for _ in whole:
        page = list_metrics(store, SCOPE, IN_SESSION.condition("metrics"), cursor=cursor)
        found, cursor = [*found, *page.items], page.next
        if cursor is None:
            break
    assert (found, cursor) == (whole, None)


def test_usage_of_models_sums_up_to_what_the_runs_cost(store: Any) -> None:
    rows = list_model_usage(store, SCOPE).items
    assert [(row.provider, row.model, row.type, row.calls, row.unpriced_tokens) for row in rows] == [
        (None, "my-own", "llm", 1, 1_100),
        ("openai", "gpt-4o", "llm", 2, 0),
        ("openai", "o3-mini", "llm", 1, 0),
    ]
    assert rows[0].total is None
    cost = sum((Decimal(run.cost.amount or 0) for run in list_runs(store, SCOPE).items), Decimal(0))
    assert sum((row.total for row in rows if row.total is not None), Decimal(0)) == cost > 0


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ({"users": ["ann"]}, ["gpt-4o", "o3-mini"]),
        ({"users": ["ann", "bob"]}, ["my-own", "gpt-4o", "o3-mini"]),
        ({"users": ['a"b']}, []),
        ({"room": "attic"}, ["o3-mini"]),
        ({"provider": "openai"}, ["gpt-4o", "o3-mini"]),
        ({"model": "gpt-4o"}, ["gpt-4o"]),
        ({"kind": "embedding"}, []),
        ({"annotations": {"team": "blue"}}, ["gpt-4o"]),
        ({"annotations": {"team": "blue", "user.id": "ann"}}, []),
        ({"annotations": {"missing": ""}}, []),
        ({"since_ns": NOW_NS + 4 * SECOND_NS}, ["my-own", "gpt-4o", "o3-mini"]),
        ({"until_ns": NOW_NS + 4 * SECOND_NS}, ["gpt-4o"]),
    ],
)
def test_usage_is_narrowed_as_asked(store: Any, asked: dict[str, Any], models: list[str]) -> None:
    assert [row.model for row in list_model_usage(store, SCOPE, **asked).items] == models


def test_usage_is_reported_by_somebody_and_in_time_and_comes_in_pages(store: Any) -> None:
    by_user = list_model_usage(store, SCOPE, report="user", interval="day").items
    assert [(row.user, row.model, row.at) for row in by_user] == [
        (None, "gpt-4o", "2026-09-21T00:00:00.000000000Z"),
        ("ann", "gpt-4o", "2026-09-21T00:00:00.000000000Z"),
        ("ann", "o3-mini", "2026-09-21T00:00:00.000000000Z"),
        ("bob", "my-own", "2026-09-21T00:00:00.000000000Z"),
    ]
    first = list_model_usage(store, SCOPE, report="user", interval="day", limit=3)
    rest = list_model_usage(store, SCOPE, report="user", interval="day", limit=3, cursor=first.next)
    assert [*first.items, *rest.items] == by_user
    assert rest.next is None
    for wrong in ({"report": "weather"}, {"interval": "year"}, {"cursor": "x"}, {"limit": 0}):
        with pytest.raises(InvalidError):
            list_model_usage(store, SCOPE, **wrong)


def test_billing_events_that_count_come_newest_first_in_pages(store: Any) -> None:
    first = list_billing(store, SCOPE, limit=1)
    rest = list_billing(store, SCOPE, limit=1, cursor=first.next)
    assert [(each.id, each.amount) for each in [*first.items, *rest.items]] == [("e2", "7"), ("e1", "0.05")]
    assert rest.next is None
