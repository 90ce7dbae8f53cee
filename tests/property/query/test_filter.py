"""A filter selects the rows that a plain reading of it selects, whatever it is made of."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from fanlight.model.project import ProjectScope
from fanlight.query.logs import list_logs
from fanlight.query.runs import list_runs
from fanlight.store.contract import Store
from tests.figures import Tell

from .conftest import Tables
from .rows import LogRow, RunRow, log_rows, run_rows
from .terms import Term, filters, log_terms, run_terms

SCOPE = ProjectScope("filtered")
OTHER = "another"
STORED = 60

EXAMPLES = (pytest.param(100, marks=pytest.mark.gate), pytest.param(5_000, marks=pytest.mark.slow))
"""Of each table: in a merge, and in the campaign."""

pytestmark = [pytest.mark.timeout(900), pytest.mark.trust("T15")]


@pytest.fixture(scope="module")
def logs(tables: Tables) -> list[LogRow]:
    rows = log_rows(STORED, random.Random(1))
    tables.insert("logs", [row.columns(SCOPE.project_id) for row in rows])
    tables.insert("logs", [row.columns(OTHER) for row in rows])
    return rows


@pytest.fixture(scope="module")
def runs(tables: Tables) -> list[RunRow]:
    rows = run_rows(STORED, random.Random(2))
    tables.insert("runs", [row.columns(SCOPE.project_id) for row in rows])
    tables.insert("runs", [row.columns(OTHER) for row in rows])
    return rows


Ask = Callable[..., Any]
OTHERS = {
    "alpha": "omega", "beta": "zeta", "planner": "builder", "gpt-4o": "gpt-9z", "claude": "claudy",
    "ToolTimeout": "ToolTimeoux",
}  # fmt: skip
"""Values of random filters, and others that could stand in their place."""


class Texts:
    """A store that has nothing, and remembers which texts were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> list[Any]:
        self.asked.append((query, dict(fragments or {})))
        return []

    def read_operator(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        return []


def asked(ask: Ask, text: str) -> list[tuple[str, dict[str, str]]]:
    """The texts that a filter becomes."""
    texts = Texts()
    ask(texts, SCOPE, q=text, limit=1000)
    return texts.asked


def exchanged(text: str) -> str:
    for value, other in OTHERS.items():
        text = text.replace(value, other)
    return text


def all_mean_what_they_say(
    ask: Ask, terms: st.SearchStrategy[Term], seed: int, examples: int, expect: Callable[[Term], list[str]],
    name: Callable[[Any], str], store: Store,
) -> None:  # fmt: skip
    """Random filters select what a plain evaluator does, and their values never reach the SQL's text."""

    @seeded(seed)
    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(term=filters(terms))
    def holds(term: Term) -> None:
        assert [name(item) for item in ask(store, SCOPE, q=term.text, limit=1000).items] == expect(term), (
            term.text
        )
        assert asked(ask, term.text) == asked(ask, exchanged(term.text)), term.text

    holds()


def tell(figure: Tell, what: str, examples: int) -> None:
    figure(
        test="T15",
        what=f"random filters of {what}",
        target="the rows of a plain evaluator; values never in the SQL's text",
        value=f"{examples:,} filters, 0 not so",
        ok=True,
    )


@pytest.mark.parametrize("examples", EXAMPLES)
def test_logs_are_those_that_the_filter_means(
    store: Store, logs: list[LogRow], seed: int, figure: Tell, examples: int
) -> None:
    def expect(term: Term) -> list[str]:
        return [f"00:00.{row.seq:03}" for row in reversed(logs) if term.meaning(row)]

    all_mean_what_they_say(list_logs, log_terms, seed, examples, expect, lambda log: log.time[14:23], store)
    tell(figure, "logs", examples)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_runs_are_those_that_the_filter_means(
    store: Store, runs: list[RunRow], seed: int, figure: Tell, examples: int
) -> None:
    def expect(term: Term) -> list[str]:
        return [row.id for row in reversed(runs) if term.meaning(row)]

    all_mean_what_they_say(list_runs, run_terms, seed, examples, expect, lambda run: run.id, store)
    tell(figure, "runs", examples)
