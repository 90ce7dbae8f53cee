"""How much of a budget is used, asked of the store itself."""

from decimal import Decimal

from fanlight.model.budget import Budget, BudgetScope, Period, Unit
from fanlight.model.project import ProjectScope
from fanlight.query.budgets import get_verdict

from .telemetry import NOW_NS, span, traces
from .test_summarise import summarised

SCOPE = ProjectScope("default")


def call(number: int, *, trace: int, tokens: int, agent: str = "planner", room: str = "lobby"):
    return span(
        "chat",
        trace=trace,
        number=number,
        gen_ai__operation__name="chat",
        gen_ai__request__model="m1",
        gen_ai__agent__name=agent,
        fanlight__room=room,
        gen_ai__usage__input_tokens=tokens,
        gen_ai__usage__output_tokens=1,
    )


def budget(scope: BudgetScope, subject: str, period: Period = Period.MONTH) -> Budget:
    return Budget(
        name=f"{scope} {subject}", scope=scope, subject=subject, period=period, unit=Unit.TOKENS, limit="25",
        created_at="",
    )  # fmt: skip


def used(store, budgets, **asked):
    found = get_verdict(store, SCOPE, budgets, run_id=asked.get("run"), now_ns=asked.get("now_ns", NOW_NS))
    return found.verdict, {each.name: Decimal(each.used) for each in found.budgets}


def test_tokens_are_those_of_the_project_an_agent_or_a_room(store, log):
    summarised(store, log, traces(call(1, trace=1, tokens=9), call(2, trace=2, tokens=19, agent="guide")))
    summarised(store, log, traces(call(3, trace=3, tokens=4, room="attic")))
    budgets = [
        budget(BudgetScope.PROJECT, ""),
        budget(BudgetScope.AGENT, "planner"),
        budget(BudgetScope.ROOM, "lobby"),
        budget(BudgetScope.ROOM, "nowhere"),
    ]
    assert used(store, budgets) == (
        "exceeded",
        {"project ": 35, "agent planner": 15, "room lobby": 30, "room nowhere": 0},
    )


def test_what_was_used_before_the_period_began_does_not_count(store, log):
    summarised(store, log, traces(call(1, trace=1, tokens=9)))
    two_months_later = NOW_NS + 62 * 86_400 * 10**9
    assert used(store, [budget(BudgetScope.PROJECT, "")], now_ns=two_months_later) == ("ok", {"project ": 0})


def test_a_run_is_held_by_what_is_its_own(store, log):
    summarised(store, log, traces(call(1, trace=1, tokens=30), call(2, trace=2, tokens=1, agent="guide")))
    budgets = [
        budget(BudgetScope.PROJECT, "", Period.RUN),
        budget(BudgetScope.AGENT, "planner", Period.RUN),
        budget(BudgetScope.AGENT, "guide"),
    ]
    assert used(store, budgets, run=f"{1:032x}") == ("exceeded", {"project ": 31, "agent planner": 31})
    assert used(store, budgets, run=f"{2:032x}") == ("ok", {"project ": 2, "agent guide": 2})
