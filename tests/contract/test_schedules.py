"""However a day's telemetry comes in, what is stored of it is the same: spans, runs, their costs, logs.

Every batch comes three times, in any order, cut into any segments, within ten minutes or a day late; children
before their parents, ends before starts. Whole rows are compared, but for what says when they came.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fanlight import config
from fanlight.store.engine import open_store
from tests.figures import Tell

from .telemetry import NOW_NS, SECOND_NS, LogFiles, logs, span, traces

TIMES = 3
WANTED = 500
WINDOW_NS, DAY_NS = 600 * SECOND_NS, 86_400 * SECOND_NS
TABLES = {
    "spans": "spans",
    "runs": "runs FINAL",
    "logs": "logs",
}
ARRIVAL = {
    "spans": "seq, received_at",
    "runs": "seq, heard_at",
    "logs": "seq, received_at",
}


def steps(trace: int) -> list[Any]:
    """One run: an agent that calls a model and a tool, delegates, fails once, and says odd things."""
    first = trace * 100
    chat = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": "gpt-4o-mini",
        "gen_ai__usage__input_tokens": 1_000 + trace,
        "gen_ai__usage__output_tokens": 70,
    }
    return [
        span("plan", trace=trace, number=first + 1, took=60, gen_ai__operation__name="invoke_agent",
             gen_ai__agent__name="planner", gen_ai__conversation__id=f"s{trace % 2}"),
        span("chat", trace=trace, number=first + 2, parent=first + 1, at=1, **chat),
        span("search", trace=trace, number=first + 3, parent=first + 1, at=12, error="boom",
             gen_ai__operation__name="execute_tool", gen_ai__tool__name="search"),
        span("delegate", trace=trace, number=first + 4, parent=first + 1, at=20, took=30,
             gen_ai__operation__name="invoke_agent", gen_ai__agent__name="helper"),
        span("LLM", trace=trace, number=first + 5, parent=first + 4, at=22, openinference__span__kind="LLM",
             llm__model_name="claude-sonnet-4-5", llm__token_count__prompt=11,
             llm__token_count__completion=3),
        span("backwards", trace=trace, number=first + 6, parent=first + 4, at=40, took=-5),
        span("orphan", trace=trace, number=first + 7, parent=first + 99, at=41),
    ]  # fmt: skip


def batches() -> list[Any]:
    """The requests, in the order in which things happened."""
    spans = [made for trace in (1, 2, 3) for made in steps(trace)]
    requests: list[Any] = [traces(*spans[at : at + 4]) for at in range(0, len(spans), 4)]
    opened = span("chat", trace=1, number=102, parent=101, at=1, took=0)
    return [traces(opened), *requests, logs("began", "began", "ended"), logs("later", at_ns=NOW_NS + 5)]


def is_log(request: Any) -> bool:
    return hasattr(request, "resource_logs")


class Life:
    """A store that is filled and emptied, again and again."""

    def __init__(self, store: Any, log: LogFiles) -> None:
        self._store, self._log = store, log
        self._batches = batches()

    def take(self, numbers: list[int], *, late_ns: int) -> None:
        """One generation: the batches of these numbers, by signal, and the summaries of their runs."""
        chosen = [self._batches[number] for number in numbers]
        for group in ([one for one in chosen if not is_log(one)], [one for one in chosen if is_log(one)]):
            if group:
                received_ns = NOW_NS + 120 * SECOND_NS + late_ns
                inserted = self._store.insert(self._log.segment(*group, received_ns=received_ns))
                self._store.summarise(list(inserted.runs), first_seq=self._log.next_seq)
                self._log.next_seq += 1_000

    def told(self) -> dict[str, list[Any]]:
        """All that is stored, row by row, but for when it came. Leaves nothing behind."""
        writer = self._store._backend.writer
        found = {}
        for table, source in TABLES.items():
            row = f"formatRow('JSONEachRow', * EXCEPT ({ARRIVAL[table]}))"
            found[table] = [
                text for (text,) in writer.rows(f"SELECT {row} AS row FROM {source} ORDER BY row")
            ]
        for table in (*TABLES, "open_spans", "trace_index"):
            writer.run(f"TRUNCATE TABLE {table}")
        return found


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("schedules")
    store: Any = open_store(
        f"chdb://{folder / 'store'}", folder, config.load(environ={}, flags={"retention_days": 0})
    )
    store.open()
    yield Life(store, LogFiles(folder))
    store.close()


COUNT = len(batches())
schedules = st.tuples(
    st.permutations([number for number in range(COUNT) for _ in range(TIMES)]),
    st.sets(st.integers(1, COUNT * TIMES - 1), max_size=2),
    st.lists(st.integers(0, WINDOW_NS) | st.just(DAY_NS), min_size=4, max_size=4),
)


@pytest.mark.timeout(1_500)
@pytest.mark.trust("T7")
@pytest.mark.parametrize(
    ("examples", "wanted"),
    [
        pytest.param(5, 5, marks=pytest.mark.gate),
        pytest.param(int(os.environ.get("SCHEDULES", WANTED)), WANTED, marks=pytest.mark.slow),
    ],
)
def test_every_schedule_stores_what_the_one_in_order_does(
    life: Life, request: pytest.FixtureRequest, examples: int, wanted: int, figure: Tell
) -> None:
    number = request.getfixturevalue("seed")
    for batch in range(COUNT):
        life.take([batch], late_ns=0)
    expected = life.told()
    assert {table: len(rows) for table, rows in expected.items()} == {"spans": 21, "runs": 3, "logs": 4}
    tried: list[int] = []

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(schedules)
    def schedule(drawn: tuple[list[int], set[int], list[int]]) -> None:
        order, cuts, late_ns = drawn
        edges = [0, *sorted(cuts), len(order)]
        for (begin, end), late in zip(itertools.pairwise(edges), late_ns, strict=False):
            life.take(order[begin:end], late_ns=late)
        tried.append(1)
        assert life.told() == expected

    schedule()
    figure(
        test="T7", what="every batch x3, any order, children first, a day late",
        target=f"{wanted} schedules: the same rows, runs and costs",
        value=f"{len(tried)} schedules of {COUNT * TIMES} batches, 0 differ", ok=len(tried) >= wanted,
    )  # fmt: skip
