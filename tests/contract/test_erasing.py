"""What is erased can be read nowhere, and everything else stands as it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fanlight.model.deletion import Erased, Erasure
from fanlight.store.erasing import TABLES

from .telemetry import NOW_NS, SECOND_NS, gauge, logs, span, traces

HOUR_NS = 3_600 * SECOND_NS
EVERYTHING = " UNION ALL ".join(
    f"SELECT '{table}' AS place, project_id, count() FROM {table} GROUP BY project_id" for table in TABLES
)
LEFT = """
    SELECT DISTINCT name FROM (
        SELECT project_id, name FROM spans UNION ALL SELECT project_id, name FROM open_spans
        UNION ALL SELECT project_id, name FROM runs FINAL UNION ALL SELECT project_id, body AS name FROM logs)
    WHERE project_id = '{}' ORDER BY name
"""
CASES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "user": ({"user": "ann"}, "bob late said_in_s1 said_late"),
    "session": ({"session": "s1"}, "late said_late"),
    "both": ({"session": "s1", "user": "bob"}, "ann child late said_in_s1 said_late said_of_ann"),
    "since": ({"since_ns": NOW_NS + HOUR_NS}, "ann bob child said_in_s1 said_of_ann"),
    "run": ({"run": f"{1:032x}"}, "bob late said_in_s1 said_late"),
    "none": ({"user": "nobody"}, "ann bob child late said_in_s1 said_late said_of_ann"),
}
"""Project -> what is erased of it, and the names that are left."""


def stored(store: Any, log: Any, *requests: Any, project: str = "p") -> None:
    for request in requests:
        inserted = store.insert(log.segment(request, project=project))
        store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
        log.next_seq += 100


def of_trace(text: str, trace: int) -> Any:
    """A record that belongs to a trace."""
    request = logs(text)
    request.resource_logs[0].scope_logs[0].log_records[0].trace_id = trace.to_bytes(16, "big")
    return request


def fill(store: Any, log: Any, project: str) -> None:
    """Ann's run with a child that names nobody, one of Bob's in the same session, and one an hour later."""
    ann, bob = {"user__id": "ann", "session__id": "s1"}, {"user__id": "bob", "session__id": "s1"}
    child = span("child", trace=1, number=2, parent=1, text="x" * 70_000)
    spans = traces(
        span("ann", trace=1, number=1, **ann),
        child,
        span("bob", trace=2, number=1, **bob),
        span("late", trace=3, number=1, at=3_600, took=0),
    )
    said = (
        of_trace("said_of_ann", 1),
        logs("said_in_s1", resource={"fanlight.session": "s1"}),
        logs("said_late", at_ns=NOW_NS + HOUR_NS),
    )
    stored(store, log, spans, project=project)
    store.insert(log.segment(*said, project=project))
    store.insert(log.segment(gauge("load", 1.0), project=project))


def test_what_fits_is_gone_everywhere_and_nothing_else(store: Any, log: Any, rows: Any) -> None:
    for project in CASES:
        fill(store, log, project)
    before = counts(rows)
    for project, (asked, left) in CASES.items():
        gone = erase(store, Erasure(project_id=project, **asked))
        assert [name for (name,) in rows(LEFT.format(project))] == left.split(), project
        assert counts(rows)[project] + Counter(gone) == before[project], project
    untouched = {"none": before["none"]}
    assert {project: found for project, found in counts(rows).items() if project in untouched} == untouched
    assert store.erase(Erasure(project_id="user", user="ann")) == Erased({}, is_done=True)


def erase(store: Any, asked: Erasure) -> Counter[str]:
    """The whole of it, step by step."""
    gone: Counter[str] = Counter()
    for _ in range(20):
        erased = store.erase(asked)
        gone.update(erased.rows)
        if erased.is_done:
            return gone
    raise AssertionError(f"{asked} comes to no end")


def test_what_happened_in_a_rooms_session_without_its_name_goes_too(store: Any, log: Any, rows: Any) -> None:
    def room(name: str) -> Mapping[str, Any]:
        return {"resource": {"fanlight.room": name}}

    spans = (
        span("in_time", trace=1, number=1, fanlight__room="lobby"),
        span("of_s2", trace=2, number=1, fanlight__room="lobby", session__id="s2"),
        span("elsewhere", trace=3, number=1, fanlight__room="attic"),
        span("later", trace=4, number=1, at=3_600, fanlight__room="lobby"),
    )
    stored(store, log, traces(*spans))
    said = (
        logs("said_in_time", **room("lobby")),
        logs("said_elsewhere", **room("attic")),
        logs("said_later", at_ns=NOW_NS + HOUR_NS, **room("lobby")),
    )
    store.insert(log.segment(*said, project="p"))
    whole: Any = {"room": "lobby", "room_since_ns": NOW_NS - HOUR_NS, "room_until_ns": NOW_NS + HOUR_NS}
    erase(store, Erasure(project_id="p", session="s1", **whole))
    left = [name for (name,) in rows(LEFT.format("p"))]
    assert left == ["elsewhere", "later", "of_s2", "said_elsewhere", "said_later"]


def counts(rows: Any) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for table, project, number in rows(EVERYTHING):
        found.setdefault(project, Counter())[table] = number
    return found


def test_of_a_trace_with_several_runs_one_goes_with_its_own_spans(store: Any, log: Any, rows: Any) -> None:
    inner = {"fanlight__run__id": "inner"}
    spans = (
        span("outer", number=1),
        span("inner", number=2, parent=1, **inner),
        span("leaf", number=3, parent=2),
    )
    stored(store, log, traces(*spans), of_trace("of the trace", 1))
    runs = dict(rows("SELECT name, run_id FROM runs FINAL"))
    assert set(runs) == {"outer", "inner"}
    erase(store, Erasure(project_id="p", run=runs["inner"]))
    assert "outer" in {name for (name,) in rows(LEFT.format("p"))}
    assert [name for (name,) in rows("SELECT name FROM runs FINAL")] == ["outer"]
    assert rows("SELECT body FROM logs") == [("of the trace",)]
