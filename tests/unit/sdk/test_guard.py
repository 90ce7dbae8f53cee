"""The guard: it adds up what the agent's own spans say, and stops the run at its next checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from inline_snapshot import snapshot
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from fanlight.sdk import guarding, prices
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.limits import BudgetExceeded, Guard, LoopDetected, guard
from fanlight.sdk.pipeline import Pipeline
from fanlight.sdk.settings import Settings
from fanlight.sdk.span_processor import StartSpanProcessor
from fanlight.sdk.tags import Tags
from fanlight.sdk.usage import Usage, read_usage

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]
CALL = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}


@pytest.fixture
def tracer(receiver: Receiver) -> Iterator[Any]:
    pipeline = Pipeline(Endpoint(receiver.url, {}), Tags(Resource({})), Settings())
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(StartSpanProcessor(pipeline))
    yield provider.get_tracer("t")
    pipeline.close()
    guarding.guards.clear()


def call(tracer: Any, *, tokens: int = 0, **more: Any) -> None:
    attributes = {**CALL, "gen_ai.usage.input_tokens": tokens, **more}
    tracer.start_span("chat", attributes=attributes).end()


def use_tool(tracer: Any, arguments: str) -> None:
    attributes = {
        "openinference.span.kind": "TOOL", "tool.name": "search", "input.value": arguments,
    }  # fmt: skip
    tracer.start_span("search", attributes=attributes).end()


def test_tokens_beyond_the_limit_stop_the_next_span(tracer: Any) -> None:
    with guard(max_tokens=100) as watched, tracer.start_as_current_span("run"):
        call(tracer, tokens=100)
        call(tracer, tokens=1)
        assert watched.tokens == 101
        with pytest.raises(BudgetExceeded) as stopped:
            call(tracer)
    assert str(stopped.value) == "the run has used 101 of 100 tokens; the guard stops it here"


def test_once_passed_every_checkpoint_raises_again(tracer: Any) -> None:
    with guard(max_tokens=1) as watched:
        call(tracer, tokens=2)
        for _ in range(3):
            with pytest.raises(BudgetExceeded):
                tracer.start_span("next")
            with pytest.raises(BudgetExceeded):
                watched.check()
    tracer.start_span("after the block").end()
    watched.check()


def test_the_span_that_was_stopped_says_so(tracer: Any, receiver: Receiver) -> None:
    with guard(max_tokens=1):
        call(tracer, tokens=2)
        with pytest.raises(BudgetExceeded):
            tracer.start_span("never")
    assert tracer.span_processor.force_flush()
    [never] = [span for span in receiver.spans if span.name == "never"]
    assert (never.status.code, plain(never.attributes)) == (
        2,
        {"error.type": "BudgetExceeded", "fanlight.guard": "budget_exceeded"},
    )


def test_what_an_agent_span_claims_is_not_counted_beside_its_calls(tracer: Any) -> None:
    with guard(max_tokens=100) as watched:
        with tracer.start_as_current_span(
            "agent", attributes={"gen_ai.operation.name": "invoke_agent"}
        ) as agent:
            call(tracer, tokens=60)
            agent.set_attribute("gen_ai.usage.input_tokens", 60)
        watched.check()
    assert watched.tokens == 60


def test_money_is_counted_by_the_price_of_the_model(tracer: Any) -> None:
    with guard(budget_usd="0.02") as watched:
        assert prices.are_loaded(10)
        call(tracer, tokens=4_000)
        watched.check()
        assert watched.cost_usd == Decimal("0.01")
        call(tracer, tokens=4_004)
        with pytest.raises(BudgetExceeded, match=r"0\.020010 of 0\.02 US dollars"):
            call(tracer)


def test_a_cost_that_a_span_claims_needs_no_price(tracer: Any) -> None:
    with guard(budget_usd=0.5) as watched:
        call(tracer, **{"gen_ai.request.model": "home-made", "gen_ai.usage.cost": 0.75})
        with pytest.raises(BudgetExceeded):
            watched.check()


def test_the_same_call_again_and_again_is_a_loop_whatever_the_order_of_its_arguments(tracer: Any) -> None:
    with guard(max_repeats=2) as watched:
        use_tool(tracer, '{"q": "trains", "page": 1}')
        use_tool(tracer, '{"page":1,"q":"trains"}')
        use_tool(tracer, '{"q": "trains", "page": 2}')
        watched.check()
        use_tool(tracer, '{"page": 1, "q": "trains"}')
        with pytest.raises(LoopDetected) as stopped:
            use_tool(tracer, "{}")
    assert str(stopped.value) == snapshot(
        "tool 'search' was called 3 times with the same arguments; the guard allows 2"
    )


def test_a_run_that_lasts_too_long_is_stopped(tracer: Any) -> None:
    with guard(max_seconds=0.0) as watched:
        with pytest.raises(BudgetExceeded):
            tracer.start_span("next")
        assert watched.seconds > 0


def test_a_plain_call_watches_the_trace_that_goes_on_and_ends_with_it(tracer: Any) -> None:
    with tracer.start_as_current_span("run"):
        watched = guard(max_tokens=10)
        call(tracer, tokens=11)
        with pytest.raises(BudgetExceeded):
            tracer.start_span("next")
    tracer.start_span("another run").end()
    assert (watched.tokens, guarding.guards) == (11, [])


def test_other_runs_are_not_its_business(tracer: Any) -> None:
    with tracer.start_as_current_span("watched"):
        watched = guard(max_tokens=10)
        elsewhere = tracer.start_span("other", context=trace.set_span_in_context(trace.INVALID_SPAN))
        attributes = {**CALL, "gen_ai.usage.input_tokens": 99}
        context = trace.set_span_in_context(elsewhere)
        tracer.start_span("chat", context=context, attributes=attributes).end()
        watched.check()
    assert watched.tokens == 0


def test_each_task_has_its_own_guard(tracer: Any) -> None:
    async def agent(tokens: int) -> str:
        try:
            with guard(max_tokens=10), tracer.start_as_current_span("run"):
                await asyncio.sleep(0)
                call(tracer, tokens=tokens)
                await asyncio.sleep(0)
                call(tracer, tokens=1)
        except BudgetExceeded:
            return "stopped"
        return "done"

    async def both() -> list[str]:
        return await asyncio.gather(agent(5), agent(50))

    assert asyncio.run(both()) == ["done", "stopped"]


def test_the_servers_verdict_stops_it_too() -> None:
    with guard() as watched:
        watched.check()
        watched.judged("2 of 1 usd of the budget 'daily'")
        with pytest.raises(BudgetExceeded, match="budget 'daily'"):
            watched.check()


def test_a_limit_that_cannot_be_read_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="budget_usd='much' is no amount of US dollars"):
        guard(budget_usd="much")


def test_a_span_that_cannot_be_read_costs_only_itself(tracer: Any) -> None:
    broken = ReadableSpan(
        "broken", attributes={"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": "x"}
    )
    Guard(None, 1, None, None).ended(broken)


def test_the_library_is_refused_its_next_span_inside_fanlight_span(
    receiver: Receiver, program: Program
) -> None:
    code = """
import fanlight
fanlight.configure()
try:
    with fanlight.run("agent"):
        fanlight.guard(max_repeats=3)
        for n in range(100):
            with fanlight.span("search", kind="tool", inputs={"q": 1}): pass
except fanlight.LoopDetected as error:
    print(n, error.message)
"""
    done = program(code, FANLIGHT_URL=receiver.url)
    assert (done.stdout, done.stderr) == ("4 tool 'search' was called 4 times with the same arguments\n", "")
    [run] = [span for span in receiver.spans if span.name == "agent"]
    assert plain(run.attributes)["error.type"] == "LoopDetected"


@pytest.mark.parametrize(
    ("attributes", "usage"),
    [
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 3}, (10, 3)),
        ({"gen_ai.usage.input_tokens": -5, "gen_ai.usage.output_tokens": "7"}, (0, 7)),
        ({"gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read.input_tokens": 90}, (100, 0)),
        ({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 90}, (100, 0)),
        ({"gen_ai.usage.input_tokens": 10.5}, (0, 0)),
    ],
)
def test_usage_is_inclusive_and_never_absurd(attributes: dict[str, Any], usage: tuple[int, int]) -> None:
    found = read_usage({"gen_ai.operation.name": "chat", **attributes})
    assert isinstance(found, Usage)
    assert (found.tokens_input, found.tokens_output) == usage
