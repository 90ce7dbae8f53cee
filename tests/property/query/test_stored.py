"""What comes through real segments is answered by every question."""

from pathlib import Path

import pytest

from fanlight.errors import NotFoundError
from fanlight.model.project import ProjectScope
from fanlight.query.changes import list_changes, oldest_seq
from fanlight.query.logs import get_log, list_logs
from fanlight.query.metrics import get_metric, list_metrics
from fanlight.query.runs import get_run, list_runs
from fanlight.query.stats import get_stats
from fanlight.query.traces import get_span, get_trace
from fanlight.store.contract import Store
from tests.contract import telemetry
from tests.contract.telemetry import LogFiles

PROJECT = "whole-path"
SCOPE = ProjectScope(PROJECT)
TRACE = "0" * 31 + "1"


@pytest.fixture(scope="module")
def filled(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    log = LogFiles(Path(tmp_path_factory.mktemp("segments")))
    spans = telemetry.traces(
        telemetry.span(
            "plan", number=1, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner"
        ),
        telemetry.span("search", number=2, parent=1, at=1, took=2, error="no route", n=7, tags=["a", 1]),
        telemetry.span("still open", number=3, parent=1, at=2, took=0),
    )
    changed = store.insert(log.segment(spans, project=PROJECT))
    store.insert(log.segment(telemetry.logs("Hello World", {"a": 1}), project=PROJECT))
    store.insert(log.segment(telemetry.gauge("queue", 1.0, 2.0), project=PROJECT))
    store.summarise(sorted(changed.runs), first_seq=1 << 20)


@pytest.mark.usefixtures("filled")
def test_a_trace_its_run_its_logs_and_metrics_are_there(store: Store) -> None:
    trace = get_trace(store, SCOPE, TRACE)
    assert trace.columns.name == ["plan", "search", "still open"]
    assert trace.columns.duration_ns == [10_000_000_000, 2_000_000_000, None]
    assert trace.columns.status == ["unset", "error", "unset"]
    span = get_span(store, SCOPE, TRACE, "0" * 15 + "2")
    assert [(one.key, one.type, one.value) for one in span.attributes] == [
        ("n", "int", 7),
        ("tags", "array", ["a", 1]),
    ]
    [run] = list_runs(store, SCOPE, q="agent:planner route").items
    assert (run.id, run.agent, run.error_count) == (TRACE, "planner", 1)
    assert get_run(store, SCOPE, TRACE).trace_id == TRACE
    [log] = list_logs(store, SCOPE, q="hello").items
    assert get_log(store, SCOPE, log.id).body == "Hello World"
    assert [metric.name for metric in list_metrics(store, SCOPE)] == ["queue"]
    [series] = get_metric(store, SCOPE, "queue", interval_s=60).series
    assert [bucket.value for bucket in series.buckets] == [2.0]
    stats = get_stats(store, SCOPE)
    assert (stats.traces, stats.runs, stats.logs, stats.metric_points) == (1, 1, 2, 2)


@pytest.mark.usefixtures("filled")
def test_changes_are_in_one_order_and_stop_at_the_limit(store: Store) -> None:
    topics = frozenset({"runs", "logs", "metrics", f"run:{TRACE}"})
    events = list_changes(store, SCOPE, topics, after=0, upto=1 << 40, limit=100)
    seqs = [event.seq for event in events]
    assert len(seqs) == 8
    assert seqs == sorted(set(seqs))
    first = list_changes(store, SCOPE, topics, after=0, upto=1 << 40, limit=3)
    assert first + list_changes(store, SCOPE, topics, after=first[-1].seq, upto=1 << 40, limit=100) == events
    assert oldest_seq(store, SCOPE, 0) == seqs[0]
    assert oldest_seq(store, SCOPE, 2**62) == seqs[-1] + 1


@pytest.mark.usefixtures("filled")
def test_another_project_sees_none_of_it(store: Store) -> None:
    other = ProjectScope("other")
    assert list_runs(store, other).items == []
    with pytest.raises(NotFoundError):
        get_trace(store, other, TRACE)
