"""Of finished runs a share keeps its spans; no total changes, and whatever failed stays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from fanlight.model.finding import Found
from fanlight.model.project import ProjectScope
from fanlight.model.sampling import ALL
from fanlight.query.filter import compile_filter
from fanlight.query.runs import get_run, list_runs
from fanlight.query.sampling import count_thinned
from fanlight.store.contract import RunKey, Thinning
from fanlight.store.thinning import mark

from .telemetry import NOW_NS, span, traces

LAB, ATTIC = ProjectScope("lab"), ProjectScope("attic")
NOW_MS = NOW_NS // 1_000_000
HOUR_MS = 3_600_000
Rows = Callable[[str], list[Any]]


def number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:16])


def trace_of(name: str) -> str:
    return f"{number_of(name):032x}"


def store_run(
    store: Any, log: Any, name: str, *, project: str = "lab", failed: bool = False, **more: Any
) -> None:
    """A run of two spans, the second of which may fail."""
    trace = number_of(name)
    sent = traces(
        span(name, trace=trace, number=1, **more),
        span("step", trace=trace, number=2, parent=1, **({"error": "bad"} if failed else {})),
    )
    put(store, log, sent, project)


def put(store: Any, log: Any, sent: Any, project: str = "lab") -> None:
    inserted = store.insert(log.segment(sent, project=project))
    store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
    log.next_seq += 100


def thin(store: Any, *, threshold: int = ALL, q: str = "", at_ms: int = NOW_MS + HOUR_MS, **more: Any) -> int:
    kept = compile_filter(store, "runs", q).flat()
    asked = Thinning(
        project_id="lab",
        threshold=threshold,
        now_ms=at_ms,
        heard_until_ms=at_ms - 60_000,
        keep=" AND ".join(kept.terms),
        parameters=kept.parameters,
        **more,
    )
    gone: int = store.thin(asked)
    return gone


def spans_of(rows: Rows) -> list[tuple[str, str]]:
    return sorted(
        (str(project), str(name))
        for project, name in rows(
            "SELECT project_id, name FROM spans UNION ALL SELECT project_id, name FROM open_spans"
        )
    )


def test_the_spans_of_finished_runs_go_and_every_summary_stays(store: Any, log: Any, rows: Rows) -> None:
    store_run(store, log, "dull")
    store_run(store, log, "failed", failed=True)
    store_run(store, log, "dull", project="attic")
    before = [list_runs(store, scope).items for scope in (LAB, ATTIC)]
    assert thin(store) == 2
    assert spans_of(rows) == [("attic", "dull"), ("attic", "step"), ("lab", "failed"), ("lab", "step")]
    runs = [RunKey("lab", trace_of(name)) for name in ("dull", "failed")]
    assert store.summarise(runs, first_seq=log.next_seq) == 0
    assert [list_runs(store, scope).items for scope in (LAB, ATTIC)] == before
    assert thin(store) == 0


def test_whatever_is_not_plainly_over_and_well_is_kept_whole(store: Any, log: Any, rows: Rows) -> None:
    put(store, log, traces(span("running", trace=number_of("running"), number=1, took=0)))
    put(store, log, traces(span("rootless", trace=number_of("rootless"), number=2, parent=1)))
    store_run(store, log, "slow", fanlight__agent="tortoise")
    store_run(store, log, "found")
    finding = Found(
        project_id="lab",
        run_id=trace_of("found"),
        finding_id="f",
        kind="stuck",
        state="over",
        at_ns=NOW_NS,
        data="{}",
    )
    store.note_findings([finding], first_seq=log.next_seq)
    before = spans_of(rows)
    assert thin(store, q='"slow"') == 0
    assert thin(store, at_ms=NOW_MS + 30_000) == 0  # heard of a moment ago
    assert spans_of(rows) == before
    assert thin(store) == 2
    assert ("lab", "slow") not in spans_of(rows)


def test_the_share_that_stays_is_decided_by_the_trace_alone(store: Any, log: Any, rows: Rows) -> None:
    names = [f"run {number}" for number in range(40)]
    put(store, log, traces(*(span(name, trace=number_of(name), number=1) for name in names)))
    low = 1 << 55
    kept = {name for name in names if number_of(name) % ALL >= low}
    assert 0 < len(kept) < 40
    assert thin(store, threshold=low) == 40 - len(kept)
    assert {name for _, name in spans_of(rows)} == kept
    assert len(list_runs(store, LAB).items) == 40


def test_what_comes_late_changes_no_total_and_goes_unless_it_failed(store: Any, log: Any, rows: Rows) -> None:
    store_run(store, log, "dull")
    before = get_run(store, LAB, trace_of("dull"))
    assert thin(store) == 2
    trace = number_of("dull")
    late = traces(
        span("late", trace=trace, number=3, parent=1, gen_ai__usage__input_tokens=9),
        span("bad", trace=trace, number=4, parent=1, error="too late"),
        span("dull", trace=trace, number=1),  # sent again
    )
    put(store, log, late)
    assert thin(store, at_ms=NOW_MS + 2 * HOUR_MS) == 2
    assert spans_of(rows) == [("lab", "bad")]
    assert get_run(store, LAB, trace_of("dull")) == before


def test_what_a_process_left_half_done_is_found_again(store: Any, log: Any, rows: Rows) -> None:
    store_run(store, log, "dull", input__value="x" * 100_000)
    assert rows("SELECT count() FROM span_content")[0][0] == 1
    asked = Thinning(
        project_id="lab", threshold=ALL, now_ms=NOW_MS + HOUR_MS, heard_until_ms=NOW_MS + HOUR_MS - 60_000
    )
    mark(store._backend.writer, asked)  # and then it was killed
    assert len(spans_of(rows)) == 2
    assert thin(store, at_ms=NOW_MS + 2 * HOUR_MS) == 2
    assert rows("SELECT count() FROM span_content")[0][0] == 0
    assert [count_thinned(store, scope) for scope in (LAB, ATTIC)] == [1, 0]
