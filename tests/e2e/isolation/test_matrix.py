"""Whatever an exporter does, and wherever: the agent and its other exporters are as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

import pytest

from tests.e2e.isolation.conftest import Outcome, RunAgent

KINDS = (
    "exception", "base_exception", "system_exit", "keyboard_interrupt", "hang", "slow", "leak",
    "os_exit", "segfault", "fork_and_stay", "fork_and_return", "daemonise", "thread_bomb", "cpu_hog",
    "gil_hog", "recursion", "print_flood", "monkeypatch", "close_output", "close_everything", "mutate",
)  # fmt: skip
# Four misbehaving exporters in one agent, beside a healthy one: 2 cores have to carry the hogs.
GROUPS = (
    ("init", "on_run_start", "on_tool_end", "flush"),
    ("on_run_end", "on_error", "on_tool_start", "shutdown"),
    ("on_tool_error", "on_llm_new_token", "on_agent_action"),
)
HEALTHY = "healthy=healthy:Exporter"
NEXT_TO_NOTHING_S = 0.5
EVENTS = {
    "on_run_start": 1, "on_run_end": 199, "on_error": 200, "on_tool_start": 200, "on_tool_end": 200,
    "on_tool_error": 200, "on_llm_new_token": 800, "on_agent_action": 200,
}  # fmt: skip
pytestmark = pytest.mark.cells(
    "T12", "21 misdeeds of an exporter in 11 places, four at once", "nobody notices"
)
Cells = Mapping[tuple[str, int], "Future[Outcome]"]


@pytest.fixture(scope="module")
def plain(run_agent: RunAgent) -> Outcome:
    """The agent without any exporter."""
    return run_agent().result()


@pytest.fixture(scope="module")
def cells(run_agent: RunAgent) -> Cells:
    """All of them are under way from the first test on."""
    return {
        (kind, group): run_agent(*exporters(kind, sites))
        for kind in KINDS
        for group, sites in enumerate(GROUPS)
    }


def exporters(kind: str, sites: Sequence[str]) -> list[str]:
    """A healthy exporter, and beside it one for each site."""
    return [HEALTHY, *(f"{site}=bad:{kind}__{site}" for site in sites)]


def seen(outcome: Outcome) -> tuple[bytes, bytes, int, list[int]]:
    return outcome.stdout, outcome.stderr, outcome.status, outcome.orphans


def test_healthy_exporter_gets_everything_and_costs_next_to_nothing(
    plain: Outcome, run_agent: RunAgent
) -> None:
    outcome, usual_s = run_agent(HEALTHY).result(), plain.seconds
    if outcome.seconds > usual_s + NEXT_TO_NOTHING_S:
        # Once more, beside an agent that has none: both have the same machine then.
        beside, again = run_agent(), run_agent(HEALTHY)
        outcome, usual_s = again.result(), max(usual_s, beside.result().seconds)
    assert seen(outcome) == seen(plain)
    assert outcome.healthy == EVENTS, outcome.reports
    assert outcome.seconds <= max(1.05 * usual_s, usual_s + NEXT_TO_NOTHING_S)


def test_exporter_that_cannot_be_imported_is_only_said(plain: Outcome, run_agent: RunAgent) -> None:
    outcome = run_agent(HEALTHY, "gone=no_such_module:Exporter").result()
    assert seen(outcome) == seen(plain)
    assert outcome.healthy == EVENTS, outcome.reports
    assert (
        "state='failed', last_error=\"cannot be made: ModuleNotFoundError: No module named 'no_such_module'\""
        in (outcome.reports)
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize("group", range(len(GROUPS)), ids=lambda group: "+".join(GROUPS[group]))
@pytest.mark.parametrize("kind", KINDS)
def test_agent_and_the_healthy_exporter_notice_nothing(
    plain: Outcome, cells: Cells, run_agent: RunAgent, kind: str, group: int
) -> None:
    outcome, usual_s = cells[kind, group].result(), plain.seconds
    if outcome.seconds > usual_s + 2.0:
        # Slower than an agent may be. That the machine was busy is no fault of the exporter: once more,
        # beside an agent that has none.
        beside, again = run_agent(), run_agent(*exporters(kind, GROUPS[group]))
        outcome, usual_s = again.result(), max(usual_s, beside.result().seconds)
    assert seen(outcome) == seen(plain)
    assert outcome.healthy == EVENTS, outcome.reports
    assert outcome.seconds <= usual_s + 2.0, outcome.reports
