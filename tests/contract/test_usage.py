"""The usage of runs: what each minute, kind, agent, model and tool of theirs came to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fanlight.store.contract import RunKey

from .telemetry import span, traces

TRACE = f"{1:032x}"


def agent(number: int, name: str, **more: Any) -> Any:
    return span(
        f"invoke {name}",
        number=number,
        gen_ai__operation__name="invoke_agent",
        gen_ai__agent__name=name,
        **more,
    )


def call(number: int, parent: int, tokens: int = 1_000, model: str = "gpt-4o", **more: Any) -> Any:
    attributes = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": model,
        "gen_ai__usage__input_tokens": tokens,
        "gen_ai__usage__output_tokens": 100,
    }
    return span("chat", number=number, parent=parent, **{**attributes, **more})


def tool(number: int, parent: int, name: str = "search", **more: Any) -> Any:
    return span(
        name,
        number=number,
        parent=parent,
        gen_ai__operation__name="execute_tool",
        gen_ai__tool__name=name,
        **more,
    )


USAGE = (
    "SELECT usage.kind, usage.agent, usage.model, usage.tool, usage.spans, usage.errors, usage.tokens_input,"
    " usage.cost, usage.unpriced_tokens, usage.durations_ms"
    " FROM runs FINAL ARRAY JOIN usage ORDER BY 1, 2, 3, 4"
)


def sum_up(store: Any, *segments: Any) -> None:
    for segment in segments:
        store.insert(segment)
    store.summarise([RunKey("default", TRACE)], first_seq=10_000)


def test_usage_tells_kinds_agents_models_and_tools_of_a_run(store: Any, log: Any, rows: Any) -> None:
    sum_up(
        store,
        log.segment(
            traces(
                agent(1, "planner", took=30),
                call(2, 1, took=2),
                call(3, 1, took=4),
                tool(4, 1, took=1, error="boom"),
                agent(5, "writer", parent=1, took=5),
                call(6, 5, 500, "my-own", took=3),
            )
        ),
    )
    price = Decimal("0.0035")
    assert [tuple(row) for row in rows(USAGE)] == [
        ("agent", "planner", "", "", 1, 0, 0, 0, 0, [30_000.0]),
        ("agent", "writer", "", "", 1, 0, 0, 0, 0, [5_000.0]),
        ("llm", "planner", "gpt-4o", "", 2, 0, 2_000, 2 * price, 0, [2_000.0, 4_000.0]),
        ("llm", "writer", "my-own", "", 1, 0, 500, 0, 600, [3_000.0]),
        ("tool", "planner", "", "search", 1, 1, 0, 0, 0, [1_000.0]),
    ]
    run = "SELECT cost, unpriced_tokens, unpriced_reasons, providers, agents, tokens_input FROM runs FINAL"
    assert [tuple(row) for row in rows(run)] == [
        (2 * price, 600, ["unknown model"], ["openai"], ["planner", "writer"], 2_500)
    ]


def test_what_an_agent_claims_counts_only_where_no_call_below_it_reports(
    store: Any, log: Any, rows: Any
) -> None:
    claim = {
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": "gpt-4o",
        "gen_ai__usage__input_tokens": 1_000,
        "gen_ai__usage__output_tokens": 100,
    }
    sum_up(store, log.segment(traces(agent(1, "a", **claim), call(2, 1), agent(3, "b", parent=1, **claim))))
    [(cost, tokens)] = rows("SELECT cost, tokens_input FROM runs FINAL")
    # The call below `a`, and the claim of `b`, which has none.
    assert (cost, tokens) == (2 * Decimal("0.0035"), 2_000)
    [(used, counted)] = rows("SELECT arraySum(usage.cost), arraySum(usage.tokens_input) FROM runs FINAL")
    assert (used, counted) == (cost, tokens)


@pytest.mark.parametrize("depth", [1, 2, 7, 31])
def test_a_span_has_the_agent_of_the_nearest_one_above(store: Any, log: Any, rows: Any, depth: int) -> None:
    steps = [span("step", number=n, parent=n - 1) for n in range(2, depth + 1)]
    sum_up(store, log.segment(traces(agent(1, "a"), *steps, tool(depth + 1, depth))))
    assert rows("SELECT usage.agent FROM runs FINAL ARRAY JOIN usage WHERE usage.kind = 'tool'") == [("a",)]


def test_a_circle_of_parents_ends(store: Any, log: Any, rows: Any) -> None:
    sum_up(store, log.segment(traces(agent(1, "a"), tool(2, 3), tool(3, 2), tool(4, 4))))
    assert rows("SELECT sum(usage.spans) FROM runs FINAL ARRAY JOIN usage") == [(4,)]


def test_usage_is_replaced_with_its_run(store: Any, log: Any, rows: Any) -> None:
    first = log.segment(traces(agent(1, "a"), call(2, 1)))
    sum_up(store, first)
    sum_up(store, log.segment(traces(call(3, 1))), first)
    [(tokens,)] = rows("SELECT sum(usage.tokens_input) FROM runs FINAL ARRAY JOIN usage")
    assert tokens == 2_000
