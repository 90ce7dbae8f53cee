"""Why a run failed, what goes in circles, and what a span cost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.telemetry import Sender, Span, agent_run

pytestmark = pytest.mark.browser


def tool(name: str, parent: Span, at_ms: int, *, error: str | None = None, takes_ms: int = 80) -> Span:
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.call.arguments": '{"q": "lisbon"}',
        "gen_ai.tool.call.result": "nothing yet",
    }
    if error is not None:
        attributes["error.type"] = "ToolTimeout"
    return Span(
        name=f"execute_tool {name}",
        parent=parent,
        at_ms=at_ms,
        takes_ms=takes_ms,
        attributes=attributes,
        error=error,
    )


def agent(name: str, *, error: str | None = None, takes_ms: int | None = 1000) -> Span:
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
    return Span(name=f"invoke_agent {name}", takes_ms=takes_ms, attributes=attributes, error=error)


def chat(model: str, parent: Span) -> Span:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.usage.output_tokens": 80,
    }
    return Span(name=f"chat {model}", parent=parent, at_ms=600, takes_ms=300, attributes=attributes)


def test_a_failed_run_says_why_and_each_statement_leads_to_its_span(
    page: Page, root: str, sender: Sender
) -> None:
    top = agent("researcher", error="search timed out after 10 s")
    tries = [tool("search", top, 100 * at, error="search timed out after 10 s") for at in range(1, 4)]
    trace_id = sender.spans([top, *tries])
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}")
    why = page.get_by_role("region", name="Why it failed")
    expect(why).to_contain_text("First cause")
    expect(why).to_contain_text("tried 3 times")

    evidence = {re.compile("^search failed"): tries[0], "try 3": tries[2], "invoke_agent researcher": top}
    for name, span in evidence.items():
        why.get_by_role("button", name=name).first.click()
        expect(page).to_have_url(re.compile(f"/trace\\?span={span.id}"))
        page.go_back()


def test_a_run_without_failure_is_not_accused(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run())
    sender.wait(runs=1)
    with page.expect_response(re.compile("/failure$")) as answer:
        page.goto(f"{root}/runs/{trace_id}")
    assert answer.value.json()["verdict"] == "no failure found"
    expect(page.get_by_role("region", name="Steps").get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_role("region", name="Why it failed")).to_have_count(0)
    expect(page.get_by_role("region", name="How a failed run is debugged")).to_have_count(0)


def test_a_loop_is_marked_in_the_list_and_in_the_run(page: Page, root: str, sender: Sender) -> None:
    page.goto(f"{root}/runs")
    top = agent("looper", takes_ms=None)
    spans = [tool("poll", top, 90 * at, takes_ms=60) for at in range(12)]
    trace_id = sender.spans(spans)
    row = page.locator(f"#run-{trace_id}")
    expect(row).to_contain_text("loop ×12")

    row.get_by_role("link").click()
    expect(page.get_by_text("poll was called 12 times in a row")).to_be_visible()
    page.get_by_role("button", name="Last", exact=True).click()
    expect(page).to_have_url(re.compile(f"span={spans[-1].id}"))
    expect(page.locator("[role=row][aria-selected=true]")).to_contain_text("loop ×12")


def test_what_has_no_price_is_unpriced_and_what_has_one_shows_its_arithmetic(
    page: Page, root: str, sender: Sender
) -> None:
    priced, unpriced = agent("priced"), agent("unpriced")
    first, second = chat("gpt-4o", priced), chat("my-own-model-7b", unpriced)
    known = sender.spans([priced, first])
    unknown = sender.spans([unpriced, second])
    sender.wait(runs=2)
    page.goto(f"{root}/runs")
    expect(page.locator(f"#run-{known}")).to_contain_text("$0.0038")
    expect(page.locator(f"#run-{unknown}")).to_contain_text("unpriced")
    expect(page.locator(f"#run-{unknown}")).not_to_contain_text("$")

    page.goto(f"{root}/runs/{known}?span={first.id}")
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("tab", name="Cost").click()
    arithmetic = panel.get_by_role("table", name="Arithmetic of the cost")
    expect(arithmetic).to_contain_text("1,200 input × $2.50/M")
    expect(arithmetic.get_by_role("row").last).to_contain_text("$0.0038")

    page.goto(f"{root}/runs/{unknown}?span={second.id}")
    panel.get_by_role("tab", name="Cost").click()
    expect(panel).to_contain_text("Unpriced.")


def test_a_value_of_a_span_leads_to_the_runs_that_have_it(page: Page, root: str, sender: Sender) -> None:
    top = agent("mapper")
    model = chat("gpt-4o", top)
    trace_id = sender.spans([top, model])
    sender.spans(agent_run(agent="other"))
    sender.wait(runs=2)
    page.goto(f"{root}/runs/{trace_id}?span={top.id}")
    page.get_by_role("complementary", name="Details").get_by_role("link", name="mapper").click()
    expect(page).to_have_url(f"{root}/runs?q=agent%3Amapper")
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)
