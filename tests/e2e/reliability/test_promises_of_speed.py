"""Benchmarks whose figures are promises: what an event costs its agent, what a noisy project another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import emit, fairness
from benchmarks.bench import Bench
from benchmarks.report import Row
from tests.figures import Tell, crowd


@pytest.fixture
def measured(tmp_path: Path) -> Callable[[Callable[[Bench], list[Row]]], Iterable[Row]]:
    """The rows of a benchmark that have a target."""
    bench = Bench(tmp_path, spans=0, console=Console(quiet=True))
    return lambda measure: (row for row in measure(bench) if row.target)


def tell(figure: Tell, test: str, rows: Iterable[Row]) -> None:
    """All of the rows, whichever of them missed."""
    excuse, missed = crowd(), []
    for row in rows:
        value = f"{row.result} ({row.beside})"
        try:
            figure(test=test, what=row.what, target=row.target, value=value, ok=bool(row.good), excuse=excuse)
        except AssertionError as error:
            missed.append(str(error))
    assert not missed, "\n".join(missed)


@pytest.mark.slow
@pytest.mark.trust("T13")
@pytest.mark.timeout(600)
def test_an_event_costs_its_agent_next_to_nothing_whatever_the_exporters_do(
    measured: Callable[..., Iterable[Row]], figure: Tell
) -> None:
    tell(figure, "T13", measured(emit.measure))


@pytest.mark.slow
@pytest.mark.trust("T29")
@pytest.mark.timeout(600)
def test_a_noisy_project_hardly_slows_another(measured: Callable[..., Iterable[Row]], figure: Tell) -> None:
    tell(figure, "T29", measured(fairness.measure))
