"""What the analyses read and write, against each store: failures, comparisons, findings."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.clock import ManualClock
from fanlight.ingest.watching import STANDSTILL_EVERY_S, Watcher
from fanlight.model.finding import Found
from fanlight.model.project import ProjectScope
from fanlight.query.changes import list_changes
from fanlight.query.debugging import same_input
from fanlight.query.diff.reader import get_diff, get_median_diff
from fanlight.query.failure.reader import get_failure
from fanlight.query.findings import list_findings
from fanlight.query.loops.detect import Limits
from fanlight.query.runs import get_run
from fanlight.query.steps import get_steps
from fanlight.store.contract import RunKey

from .telemetry import NOW_NS, SECOND_NS, LogFiles, logs, span, traces

SCOPE = ProjectScope("default")
CLOCK = ManualClock(wall_ns=NOW_NS + 120 * SECOND_NS)


def run_of(trace: int) -> str:
    return f"{trace:032x}"


def agent(trace: int, *, at: int = 0, took: int = 20, error: str = "") -> Any:
    named = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": "planner"}
    return span("plan", trace=trace, number=1, at=at, took=took, error=error, **named)


def chat(trace: int, number: int, at: int, *, took: int = 1, **more: Any) -> Any:
    return span(
        "chat gpt-4o", trace=trace, number=number, parent=1, at=at, took=took,
        **{"gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-4o", **more},
    )  # fmt: skip


def tool(
    trace: int, number: int, at: int, *, args: str = '{"q": "red"}', out: Any = "[]", error: str = ""
) -> Any:
    return span(
        "execute_tool search", trace=trace, number=number, parent=1, at=at, took=1, error=error,
        gen_ai__operation__name="execute_tool", gen_ai__tool__name="search",
        gen_ai__tool__call__arguments=args, gen_ai__tool__call__result=out,
    )  # fmt: skip


def put(store: Any, log: LogFiles, *spans: Any) -> int:
    """Store spans and sum their runs up; the first sequence of the summaries."""
    inserted = store.insert(log.segment(traces(*spans)))
    first_seq = log.next_seq
    log.next_seq += store.summarise(sorted(inserted.runs), first_seq=first_seq)
    return first_seq


def test_steps_hold_what_an_analysis_needs(store: Any, log: LogFiles) -> None:
    put(store, log, agent(1), tool(1, 2, 1, out={"rows": [1, 2]}), tool(1, 3, 3, out=""))
    found = get_steps(store, SCOPE, run_of(1), clock=CLOCK)
    root, first, second = found.steps
    assert (root.kind, root.agent, root.output, root.duration_ns) == (
        "agent",
        "planner",
        None,
        20 * SECOND_NS,
    )
    assert (first.kind, first.tool, first.output) == ("tool", "search", '{"rows": [1, 2]}')
    assert (first.input, second.output) == ('{"q": "red"}', "")
    assert first.call_hash == second.call_hash != 0
    assert first.output_hash != 0


def test_only_the_steps_of_the_run_are_read(store: Any, log: LogFiles) -> None:
    own = span("sub", trace=2, number=5, parent=1, at=4, fanlight__run__id="mine", fanlight__kind="agent")
    below = span("below", trace=2, number=6, parent=5, at=5)
    put(store, log, agent(2), chat(2, 2, 1), own, below)
    assert [step.name for step in get_steps(store, SCOPE, "mine", clock=CLOCK).steps] == ["sub", "below"]
    assert [step.name for step in get_steps(store, SCOPE, run_of(2), clock=CLOCK).steps] == [
        "plan",
        "chat gpt-4o",
    ]


def test_why_a_stored_run_failed(store: Any, log: LogFiles) -> None:
    put(
        store, log, agent(3, error="gave up"), tool(3, 2, 1, error="429 Too Many Requests"),
        tool(3, 3, 4, out="ok"),
        chat(3, 4, 6, error="Incorrect API key provided", error__type="AuthenticationError"),
    )  # fmt: skip
    found = get_failure(store, SCOPE, run_of(3), clock=CLOCK)
    assert found.cause is not None
    assert (found.verdict, found.cause.kind, found.cause.span_id) == ("failed", "auth", f"{4:016x}")
    assert [retry.outcome for retry in found.retries] == ["succeeded"]


def test_a_log_record_can_be_the_cause(store: Any, log: LogFiles) -> None:
    put(store, log, agent(4, error="Exception"), chat(4, 2, 1))
    request = logs("psycopg2.OperationalError: connection refused", "all is well", at_ns=NOW_NS + SECOND_NS)
    records = request.resource_logs[0].scope_logs[0].log_records
    for record in records:
        record.trace_id = (4).to_bytes(16, "big")
    records[0].severity_number = 17
    store.insert(log.segment(request))
    found = get_failure(store, SCOPE, run_of(4), clock=CLOCK)
    assert found.cause is not None
    assert found.cause.kind == "connection"
    assert found.cause.statement == "the log says: psycopg2.OperationalError: connection refused"
    assert found.cause.log_id


def test_stored_runs_are_compared(store: Any, log: LogFiles) -> None:
    put(store, log, agent(5), chat(5, 2, 1), tool(5, 3, 3))
    put(store, log, agent(6, at=30), chat(6, 2, 31, took=8), tool(6, 3, 40), tool(6, 4, 42, args="{}"))
    found = get_diff(store, SCOPE, run_of(5), run_of(6), clock=CLOCK)
    assert [(step.change, step.name, step.differences) for step in found.steps] == [
        ("same", "plan", []), ("changed", "chat gpt-4o", ["time"]), ("same", "execute_tool search", []),
        ("only_b", "execute_tool search", []),
    ]  # fmt: skip
    itself = get_diff(store, SCOPE, run_of(6), run_of(6), changed_only=True, clock=CLOCK)
    assert (itself.steps, itself.differences) == ([], [])


def test_a_stored_run_is_compared_with_those_of_its_agent_before_it(store: Any, log: LogFiles) -> None:
    for number in range(3):
        put(store, log, agent(10 + number, at=number), chat(10 + number, 2, number + 1))
    put(store, log, agent(20, at=60), chat(20, 2, 61, took=9))
    put(store, log, agent(21, at=90), chat(21, 2, 91))
    found = get_median_diff(store, SCOPE, run_of(20), last=2, clock=CLOCK)
    assert found.b.runs == [run_of(12), run_of(11)]
    assert [(step.change, step.differences) for step in found.steps] == [("same", []), ("changed", ["time"])]


def note(run: int, finding: str, state: str) -> Found:
    said = '{"statement": "it\'s a \\"loop\\" \\\\ äö", "since_ns": 5, "times": 4, "names": ["x"]}'
    return Found(
        project_id="default", run_id=run_of(run), finding_id=finding, kind="repeated_call", state=state,
        at_ns=NOW_NS, data=said,
    )  # fmt: skip


def test_the_newest_word_of_a_finding_holds(store: Any, log: LogFiles) -> None:
    put(store, log, agent(7))
    store.note_findings([note(7, "f", "open"), note(7, "g", "open")], first_seq=1_000)
    store.note_findings([note(7, "f", "over")], first_seq=1_002)
    found = list_findings(store, SCOPE).items
    assert [(each.id, each.state) for each in found] == [("f", "over"), ("g", "open")]
    assert found[0].statement == 'it\'s a "loop" \\ äö'
    assert [each.id for each in list_findings(store, SCOPE, state="open").items] == ["g"]
    assert [each.id for each in get_run(store, SCOPE, run_of(7)).findings] == ["f", "g"]
    assert list_findings(store, ProjectScope("other")).items == []
    assert store.last_seq() == 1_002


def test_findings_are_events_of_their_run_and_of_the_runs(store: Any) -> None:
    store.note_findings([note(8, "f", "open")], first_seq=500)
    for topic in ("runs", f"run:{run_of(8)}"):
        [event] = list_changes(store, SCOPE, frozenset({topic}), after=499, upto=500, limit=10)
        assert (event.seq, event.topics) == (500, frozenset({"runs", f"run:{run_of(8)}"}))
        assert b'"type":"finding"' in event.payload
    assert list_changes(store, SCOPE, frozenset({"run:other"}), after=499, upto=500, limit=10) == []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_ns=NOW_NS + 120 * SECOND_NS)


@pytest.fixture
def watcher(store: Any, clock: ManualClock) -> Watcher:
    return Watcher(store, clock, stuck_after_s=600, limits=Limits())


def looked(watcher: Watcher, clock: ManualClock, first_seq: int) -> list[tuple[str, str]]:
    clock.advance(1)
    return [(finding.kind, finding.state) for finding in watcher.look(first_seq)]


def turn(trace: int, number: int) -> list[Any]:
    return [
        chat(trace, 10 + 2 * number, 4 * number),
        tool(trace, 11 + 2 * number, 4 * number + 1, out='{"n": 0}'),
    ]


def test_a_loop_is_noted_while_the_run_goes_on_and_is_over_with_it(
    store: Any, log: LogFiles, watcher: Watcher, clock: ManualClock
) -> None:
    key, seen = RunKey("default", run_of(9)), []
    for number in range(5):
        watcher.changed([key], put(store, log, *turn(9, number)))
        seen.append(looked(watcher, clock, 10_000 + number))
    assert seen == [[], [], [], [("repeated_call", "open")], []]
    watcher.changed([key], put(store, log, agent(9)))
    assert looked(watcher, clock, 10_010) == [("repeated_call", "over")]
    [finding] = list_findings(store, SCOPE, run=run_of(9)).items
    assert (finding.state, finding.names, finding.times) == ("over", ["search"], 4)


def test_a_restarted_writer_goes_on_with_what_was_open(
    store: Any, log: LogFiles, watcher: Watcher, clock: ManualClock
) -> None:
    key = RunKey("default", run_of(30))
    for number in range(4):
        watcher.changed([key], put(store, log, *turn(30, number)))
    assert looked(watcher, clock, 20_000) == [("repeated_call", "open")]
    again = Watcher(store, clock, stuck_after_s=600, limits=Limits())
    again.changed([key], put(store, log, agent(30)))
    assert looked(again, clock, 20_001) == [("repeated_call", "over")]


def test_calls_whose_results_differ_are_no_loop(
    store: Any, log: LogFiles, watcher: Watcher, clock: ManualClock
) -> None:
    for number in range(6):
        spans = [
            chat(31, 10 + 2 * number, 4 * number),
            tool(31, 11 + 2 * number, 4 * number + 1, out=f"{number}"),
        ]
        watcher.changed([RunKey("default", run_of(31))], put(store, log, *spans))
    assert looked(watcher, clock, 30_000) == []


def test_a_run_in_which_nothing_happens_is_stuck_until_something_does(
    store: Any, log: LogFiles, watcher: Watcher, clock: ManualClock
) -> None:
    put(store, log, span("plan", trace=32, number=1, took=0), chat(32, 2, 1, took=0))
    clock.advance(STANDSTILL_EVERY_S)
    assert looked(watcher, clock, 40_000) == []
    clock.advance(600 + STANDSTILL_EVERY_S)
    assert looked(watcher, clock, 40_001) == [("stuck", "open")]
    clock.advance(STANDSTILL_EVERY_S)
    assert looked(watcher, clock, 40_002) == []
    watcher.changed([RunKey("default", run_of(32))], put(store, log, tool(32, 3, 700)))
    assert looked(watcher, clock, 40_003) == []
    clock.advance(STANDSTILL_EVERY_S)
    assert looked(watcher, clock, 40_004) == [("stuck", "over")]


def test_the_same_input_finds_other_runs_of_the_agent_within_thirty_days(store: Any, log: LogFiles) -> None:
    day = 24 * 3_600

    def asked(trace: int, words: str, *, at: int = 0, agent: str = "planner", error: str = "") -> Any:
        return span(
            "plan", trace=trace, number=1, at=at, error=error, gen_ai__operation__name="invoke_agent",
            gen_ai__agent__name=agent, fanlight__input=words,
        )  # fmt: skip

    put(
        store, log, asked(1, "to Oslo", error="no way"), asked(2, "to Oslo", at=-100), asked(3, "to Rome"),
        asked(4, "to Oslo", agent="driver"), asked(5, "to Oslo", at=-200, error="late"),
        asked(6, "to Oslo", at=-31 * day), asked(7, "to Oslo", at=-300),
    )  # fmt: skip
    found = same_input(store, SCOPE, get_run(store, SCOPE, run_of(1)))
    assert found is not None
    assert [(each.id, each.status) for each in found.newest] == [
        (run_of(2), "success"),
        (run_of(5), "error"),
        (run_of(7), "success"),
    ]
    assert (found.runs, found.succeeded, found.failed) == (3, 2, 1)
    assert found.last_success == found.newest[0]
    elsewhere = same_input(store, ProjectScope("other"), get_run(store, SCOPE, run_of(1)))
    assert elsewhere is not None
    assert elsewhere.runs == 0
