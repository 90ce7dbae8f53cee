"""Run summaries: rebuilt from stored spans, so that the order of arrival does not matter."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanlight.store.contract import RunKey

from .telemetry import NOW_NS, SECOND_NS, span, traces

TRACE = f"{1:032x}"
RUNS = (
    "SELECT run_id, status, name, agent, models, tools, span_count, error_count, llm_count, tool_count,"
    " tokens_input, tokens_output,"
    " intDiv(toUnixTimestamp64Nano(started_at) - 1790000000000000000, 1000000000)"
    " FROM runs FINAL ORDER BY started_at, run_id"
)


def summarised(store: Any, log: Any, *requests: Any) -> Any:
    inserted = store.insert(log.segment(*requests))
    store.summarise(list(inserted.runs), first_seq=log.next_seq)
    log.next_seq += 1_000
    return inserted


def agent_run() -> list[Any]:
    return [
        span(
            "plan trip",
            number=1,
            at=0,
            took=60,
            gen_ai__operation__name="invoke_agent",
            gen_ai__agent__name="planner",
            gen_ai__conversation__id="s1",
            gen_ai__input__messages="[hello]",
            gen_ai__output__messages="[bye]",
        ),
        span(
            "chat",
            number=2,
            parent=1,
            at=1,
            gen_ai__operation__name="chat",
            gen_ai__request__model="m1",
            gen_ai__usage__input_tokens=100,
            gen_ai__usage__output_tokens=7,
        ),
        span(
            "search",
            number=3,
            parent=1,
            at=12,
            error="boom",
            gen_ai__operation__name="execute_tool",
            gen_ai__tool__name="search",
        ),
        span(
            "LLM",
            number=4,
            parent=1,
            at=30,
            openinference__span__kind="LLM",
            llm__model_name="m2",
            llm__token_count__prompt=11,
            llm__token_count__completion=3,
        ),
    ]


def test_a_run_sums_up_its_spans(store, log, rows):
    inserted = summarised(store, log, traces(*agent_run()))
    assert inserted.runs == {RunKey("default", TRACE)}
    assert rows(RUNS) == [
        (TRACE, "success", "plan trip", "planner", ["m1", "m2"], ["search"], 4, 1, 2, 1, 111, 10, 0)
    ]
    assert rows("SELECT session, service, input, output, error_type, error_message FROM runs FINAL") == [
        ("s1", "svc", "[hello]", "[bye]", "", "")
    ]


def test_a_run_without_its_root_is_running_and_one_with_a_failed_root_is_an_error(store, log, rows):
    summarised(store, log, traces(span("child", number=2, parent=1, at=5)))
    assert rows(RUNS) == [(TRACE, "running", "child", "", [], [], 1, 0, 0, 0, None, None, 5)]
    summarised(store, log, traces(span("root", number=1, error="out of luck")))
    assert rows(RUNS) == [(TRACE, "error", "root", "", [], [], 2, 1, 0, 0, None, None, 0)]
    assert rows("SELECT error_message, hex(error_span_id) FROM runs FINAL") == [("out of luck", f"{1:016x}")]


def test_an_open_root_makes_a_running_run_that_its_end_completes(store, log, rows):
    summarised(store, log, traces(span("root", number=1, took=0)))
    assert [row[1:3] for row in rows(RUNS)] == [("running", "root")]
    summarised(store, log, traces(span("root", number=1, took=9)))
    assert [row[1:3] for row in rows(RUNS)] == [("success", "root")]
    assert rows("SELECT span_count FROM runs FINAL") == [(1,)]


def test_usage_of_an_agent_counts_only_when_no_model_call_below_reports_any(store, log, rows):
    usage = {"gen_ai__usage__input_tokens": 50, "gen_ai__usage__output_tokens": 5}
    claim = span("agent", number=1, took=90, gen_ai__operation__name="invoke_agent", **usage)
    summarised(store, log, traces(claim))
    assert rows("SELECT tokens_input, tokens_output FROM runs FINAL") == [(50, 5)]
    step = span("step", number=2, parent=1, gen_ai__operation__name="plan")
    call = span("chat", number=3, parent=2, gen_ai__operation__name="chat", gen_ai__usage__input_tokens=40)
    summarised(store, log, traces(step, call))
    assert rows("SELECT tokens_input, tokens_output FROM runs FINAL") == [(40, None)]


def test_a_call_that_is_reported_by_two_conventions_counts_once(store, log, rows):
    outer = span("LLM", number=2, parent=1, openinference__span__kind="LLM", llm__token_count__prompt=40)
    inner = span("chat", number=3, parent=2, gen_ai__operation__name="chat", gen_ai__usage__input_tokens=40)
    both = span(
        "both",
        number=4,
        parent=1,
        gen_ai__operation__name="chat",
        gen_ai__usage__input_tokens=2,
        llm__token_count__prompt=2,
    )
    summarised(store, log, traces(span("root", number=1, took=90), outer, inner, both))
    assert rows("SELECT tokens_input FROM runs FINAL") == [(42,)]


def test_caches_that_exceed_the_input_are_added_to_it(store, log, rows):
    usage = {"gen_ai__usage__input_tokens": 10, "gen_ai__usage__cache_read__input_tokens": 500}
    summarised(store, log, traces(span("chat", number=1, gen_ai__operation__name="chat", **usage)))
    assert rows("SELECT tokens_input, tokens_cache_read FROM runs FINAL") == [(510, 500)]


def test_a_span_with_a_run_id_starts_a_run_of_its_own_that_its_descendants_belong_to(store, log, rows):
    late = [
        span("root", number=1, took=99),
        span("inner", number=2, parent=1, at=10, took=20, fanlight__run__id="r-7"),
    ]
    early = [
        span(
            "call", number=4, parent=3, at=12, gen_ai__operation__name="chat", gen_ai__usage__input_tokens=9
        ),
        span("step", number=3, parent=2, at=11),
        span("beside", number=5, parent=1, at=2),
    ]
    summarised(store, log, traces(*early))
    assert [(row[0], row[6]) for row in rows(RUNS)] == [(TRACE, 3)]
    summarised(store, log, traces(*late))
    assert [(row[0], row[1], row[2], row[6], row[10]) for row in rows(RUNS)] == [
        (TRACE, "success", "root", 2, None),
        ("r-7", "success", "inner", 3, 9),
    ]


def test_a_trace_whose_root_starts_a_run_is_that_run_alone(store, log, rows):
    summarised(store, log, traces(span("child", number=2, parent=1, at=3)))
    summarised(store, log, traces(span("root", number=1, fanlight__run__id="r-1")))
    assert [(row[0], row[6]) for row in rows(RUNS)] == [("r-1", 2)]


def test_a_summary_that_did_not_change_is_not_written_again(store, log):
    inserted = store.insert(log.segment(traces(*agent_run())))
    assert store.summarise(list(inserted.runs), first_seq=100) == 1
    assert store.summarise(list(inserted.runs), first_seq=200) == 0
    assert store.last_seq() == 100


def test_a_silent_running_run_is_lost_until_its_root_comes(store, log, rows):
    heard_ns = NOW_NS + 60 * SECOND_NS
    inserted = summarised(store, log, traces(span("child", number=2, parent=1)))
    assert store.lose_runs(silent_since_ns=heard_ns, first_seq=5_000) == []
    assert store.lose_runs(silent_since_ns=heard_ns + SECOND_NS, first_seq=5_000) == [
        RunKey("default", TRACE)
    ]
    assert store.summarise(list(inserted.runs), first_seq=6_000) == 0
    log.next_seq = 7_000
    assert [row[1] for row in rows(RUNS)] == ["lost"]
    summarised(store, log, traces(span("root", number=1)))
    assert [row[1] for row in rows(RUNS)] == ["success"]


def heard(store: Any, log: Any, at: int, *spans: Any) -> None:
    """Spans that come `at` seconds after NOW_NS, and their runs summed up."""
    inserted = store.insert(log.segment(traces(*spans), received_ns=NOW_NS + at * SECOND_NS))
    store.summarise(list(inserted.runs), first_seq=log.next_seq)
    log.next_seq += 1_000


def test_a_run_with_open_spans_is_lost_sooner_and_comes_back_with_a_sign_of_life(store, log, rows):
    def lose(now: int) -> Any:
        found = store.lose_runs(
            silent_since_ns=NOW_NS + (now - 300) * SECOND_NS,
            open_silent_since_ns=NOW_NS + (now - 50) * SECOND_NS,
            first_seq=log.next_seq,
        )
        log.next_seq += 1_000
        return found

    heard(store, log, 60, span("child", number=2, parent=1), span("root", number=1, took=0))
    heard(store, log, 60, span("plain", trace=2, number=2, parent=1))
    assert lose(110) == []
    assert lose(111) == [RunKey("default", TRACE)]  # the other was never seen open
    assert [row[1] for row in rows(RUNS)] == ["lost", "running"]
    heard(store, log, 112, span("root", number=1, took=0))
    assert [row[1] for row in rows(RUNS)] == ["running", "running"]
    assert lose(163) == [RunKey("default", TRACE)]
    heard(store, log, 164, span("root", number=1))
    assert [row[1] for row in rows(RUNS)] == ["success", "running"]
    assert lose(400) == [RunKey("default", f"{2:032x}")]


def test_a_run_is_lost_at_once_when_that_is_said_of_all_of_its_open_spans(store, log, rows):
    lost = {"took": 0, "fanlight__state": "lost"}
    status = "SELECT status FROM runs FINAL"
    heard(store, log, 60, span("root", number=1, took=0), span("step", number=2, parent=1, took=0))
    heard(store, log, 61, span("step", number=2, parent=1, **lost))
    assert rows(status) == [("running",)]
    heard(store, log, 62, span("root", number=1, **lost))
    assert rows(status) == [("lost",)]
    heard(store, log, 63, span("step", number=2, parent=1, took=0))
    assert rows(status) == [("running",)]
    heard(store, log, 64, span("step", number=2, parent=1))
    assert rows(status) == [("lost",)]
    heard(store, log, 65, span("root", number=1))
    assert rows(status) == [("success",)]


def batches() -> list[Any]:
    """Two traces in batches, parents after children, with open spans, an own run and wrapped calls."""
    first = agent_run()
    second = [
        span("root", trace=2, number=1, at=3, took=50),
        span("own", trace=2, number=2, parent=1, at=4, took=30, fanlight__run__id="own-run"),
        span(
            "LLM",
            trace=2,
            number=3,
            parent=2,
            at=5,
            openinference__span__kind="LLM",
            llm__token_count__prompt=8,
        ),
        span(
            "chat",
            trace=2,
            number=4,
            parent=3,
            at=6,
            gen_ai__operation__name="chat",
            gen_ai__usage__input_tokens=8,
        ),
    ]
    return [
        traces(*first[2:], *second[3:]),
        traces(*first[:2]),
        traces(*second[1:3]),
        traces(span("root", trace=2, number=1, at=3, took=0), second[2]),
        traces(second[0]),
    ]


@pytest.fixture
def in_order(opened, log):
    store = opened()
    summarised(store, log, *batches())
    found = [list(store._backend.writer.rows(sql)) for sql in (RUNS, SPANS)]
    for table in ("spans", "open_spans", "trace_index", "runs"):
        store._backend.writer.run(f"TRUNCATE TABLE {table}")
    return store, found


SPANS = (
    "SELECT hex(trace_id), hex(span_id), name, start_ns, end_ns, kind, model, tokens_input"
    " FROM spans ORDER BY ALL"
)


@settings(
    max_examples=3, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations([number for number in range(5) for _ in range(3)]),
    cuts=st.sets(st.integers(1, 14), max_size=4),
)
def test_any_order_and_any_repetition_gives_what_one_arrival_in_order_gives(in_order, log, order, cuts):
    store, expected = in_order
    made = batches()
    edges = [0, *sorted(cuts), len(order)]
    for begin, end in itertools.pairwise(edges):
        summarised(store, log, *(made[number] for number in order[begin:end]))
    found = [list(store._backend.writer.rows(sql)) for sql in (RUNS, SPANS)]
    for table in ("spans", "open_spans", "trace_index", "runs"):
        store._backend.writer.run(f"TRUNCATE TABLE {table}")
    assert found == expected
