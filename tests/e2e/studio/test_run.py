"""One run: found live, its cause, its events, what it streams, what can be copied; and two compared."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.telemetry import MS, Sender, Span, new_trace_id

pytestmark = pytest.mark.browser

INPUT = '{"city": "Lisbon"}'


def agent(*, takes_ms: int | None = 900, error: str | None = None, output: str = "") -> Span:
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "planner",
        "fanlight.input": INPUT,
    }
    if output:
        attributes["fanlight.output"] = output
    return Span(name="invoke_agent planner", takes_ms=takes_ms, attributes=attributes, error=error)


def chat(parent: Span, *, takes_ms: int | None = 300) -> Span:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    return Span(name="chat gpt-4o", parent=parent, at_ms=10, takes_ms=takes_ms, attributes=attributes)


def search(parent: Span, result: str, *, takes_ms: int = 50, error: str | None = None) -> Span:
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.arguments": INPUT,
        "gen_ai.tool.call.result": result,
    }
    return Span(
        name="execute_tool search",
        parent=parent,
        at_ms=320,
        takes_ms=takes_ms,
        attributes=attributes,
        error=error,
    )


def good_run(sender: Sender) -> str:
    top = agent(output="Take the night train.")
    return sender.spans([top, chat(top), search(top, "a train\nat ten")])


def bad_run(sender: Sender) -> str:
    error = "environment variable SEARCH_API_KEY is not set"
    top = agent(error=error)
    return sender.spans([top, chat(top), search(top, "", error=error)])


def test_a_failing_run_is_watched_live_and_its_cause_found_in_three_clicks(
    page: Page, root: str, sender: Sender
) -> None:
    page.goto(f"{root}/runs")
    trace_id, started_ns = new_trace_id(), time.time_ns() - 900 * MS
    error = "environment variable SEARCH_API_KEY is not set"
    top = agent(takes_ms=None)
    sender.spans([top, chat(top)], trace_id=trace_id, start_ns=started_ns)
    row = page.locator(f"#run-{trace_id}")
    expect(row).to_contain_text("running")

    row.get_by_role("link").click()  # the first click
    expect(page).to_have_url(f"{root}/runs/{trace_id}/overview")
    expect(page.locator("header").get_by_role("status")).to_contain_text("running")
    failed = search(top, "", error=error)
    sender.logs(["slow", "no key, giving up"], level=17, trace_id=trace_id)
    sender.spans([failed], trace_id=trace_id, start_ns=started_ns)
    ended = Span(name=top.name, id=top.id, takes_ms=900, attributes=top.attributes, error=error)
    sender.spans([ended], trace_id=trace_id, start_ns=started_ns)

    expect(page.locator("header").get_by_role("status")).to_contain_text("error")
    why = page.get_by_role("region", name="Why it failed")
    why.get_by_role("button", name=re.compile("search failed")).first.click()  # the second click
    expect(page).to_have_url(f"{root}/runs/{trace_id}/trace?span={failed.id}")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("SEARCH_API_KEY is not set")
    page.go_back()

    guide = page.get_by_role("region", name="How a failed run is debugged").get_by_role("listitem")
    for step, told in enumerate(
        [
            "No other run of planner",
            "planner was not published here",
            "2 errors. The first: slow",
            "An error names SEARCH_API_KEY, and SEARCH_API_KEY is not set in the agent's environment here.",
            "Fanlight's runner did not start it",
        ]
    ):
        expect(guide.nth(step)).to_contain_text(told)
    guide.nth(2).get_by_role("link").click()
    expect(page.get_by_role("grid", name="Log records")).to_contain_text("no key, giving up")


def test_a_good_and_a_bad_run_are_compared_from_the_list(page: Page, root: str, sender: Sender) -> None:
    good, bad = good_run(sender), bad_run(sender)
    sender.wait(runs=2)
    page.goto(f"{root}/runs")
    page.locator(f"#run-{good}").hover()
    page.locator(f"#run-{good}").get_by_role("button", name=re.compile("^Compare")).click()
    page.keyboard.press("Home")
    expect(page.locator(f"#run-{bad}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("x")
    page.keyboard.press("c")
    expect(page).to_have_url(f"{root}/runs/{good}/compare/{bad}")
    expect(page.get_by_role("region", name="Run A")).to_contain_text("success")
    expect(page.get_by_role("region", name="Run B")).to_contain_text("error")

    steps = page.get_by_role("grid", name="Steps")
    expect(steps.get_by_role("row", name="chat gpt-4o")).to_have_count(0)
    page.keyboard.press("e")
    parted = steps.get_by_role("row", name="execute_tool search")
    expect(parted).to_have_attribute("aria-selected", "true")
    expect(parted).to_contain_text("first divergence")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("region", name="Out")).to_contain_text("at ten")
    page.keyboard.press("h")
    expect(steps.get_by_role("row", name="chat gpt-4o")).to_be_visible()

    page.get_by_role("button", name="Output").click()
    expect(page.get_by_role("grid", name="A against B")).to_contain_text("Take the night train.")
    page.keyboard.press("s")
    expect(page).to_have_url(f"{root}/runs/{bad}/compare/{good}")

    # From the run itself: the last success is offered first.
    page.get_by_role("region", name="Run A").get_by_role("link").click()
    guide = page.get_by_role("region", name="How a failed run is debugged")
    expect(guide).to_contain_text("1 other run had the same input: 1 succeeded, 0 failed.")
    page.keyboard.press("x")
    page.get_by_role("dialog", name="Compare with").get_by_role("listitem").first.get_by_role("link").click()
    expect(page).to_have_url(f"{root}/runs/{good}/compare/{bad}")
    page.goto(f"{root}/runs/{bad}/compare/median")
    expect(page.get_by_role("region", name="Run A")).to_contain_text("Median of 1 run")


def test_tokens_stream_in_and_the_output_takes_their_place(page: Page, root: str, sender: Sender) -> None:
    trace_id, started_ns = new_trace_id(), time.time_ns() - 500 * MS
    top = agent(takes_ms=None)
    model = chat(top, takes_ms=None)
    sender.spans([top, model], trace_id=trace_id, start_ns=started_ns)
    sender.tokens(["Take ", "the "], trace_id=trace_id, span_id=model.id)
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/io")
    output = page.get_by_role("region", name="Output")
    expect(output).to_contain_text("Take the")
    expect(page.get_by_role("region", name="Input")).to_contain_text("Lisbon")
    for at, word in enumerate(["night ", "train", "."]):
        sender.tokens([word], trace_id=trace_id, span_id=model.id, first=2 + at)
        expect(output).to_contain_text(f"{3 + at} tokens")
    expect(output).to_contain_text("Take the night train.")
    expect(output).to_contain_text("tok/s")

    done = agent(output='{"plan": "Take the night train.", "days": 2}')
    ended = [
        Span(name=model.name, id=model.id, parent=top, at_ms=10, attributes=model.attributes),
        Span(name=top.name, id=top.id, takes_ms=900, attributes=done.attributes),
    ]
    sender.spans(ended, trace_id=trace_id, start_ns=started_ns)
    expect(output).to_contain_text("days: 2")
    expect(output).not_to_contain_text("tokens")
    page.get_by_role("button", name="Raw").click()
    expect(output).to_contain_text('"days": 2}')
    expect(page).to_have_url(re.compile("io=raw"))


def test_what_happened_stands_in_order_and_is_narrowed_down(page: Page, root: str, sender: Sender) -> None:
    trace_id = bad_run(sender)
    told = [("status", "Initializing"), ("delta", "Take "), ("delta", "it"), ("error", "no key")]
    sender.run_events(told, trace_id=trace_id)
    sender.wait(runs=1, logs=4)
    page.goto(f"{root}/runs/{trace_id}/events")
    rows = page.get_by_role("grid", name="Events").locator(".row")
    expect(rows).to_have_count(8)
    for text in ("started", "planner", "gpt-4o", "search", "Initializing", "Take it", "no key"):
        expect(rows.filter(has_text=text).first).to_be_visible()
    sender.run_events([("status", "One more word")], trace_id=trace_id, first=5)
    expect(rows.filter(has_text="One more word")).to_be_visible()

    page.get_by_role("button", name="Tools 1").click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?kinds=tool$"))
    rows.first.click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("Lisbon")
    panel.get_by_role("link", name="In the trace").click()
    expect(page).to_have_url(re.compile("/trace[?]span="))
    page.go_back()
    page.go_back()
    expect(rows).to_have_count(9)


def test_a_run_is_taken_along_in_each_form(page: Page, root: str, sender: Sender) -> None:
    trace_id = bad_run(sender)
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}")
    expect(page.get_by_role("region", name="Why it failed")).to_be_visible()

    def copied(second: str) -> str:
        page.keyboard.press("c")
        page.keyboard.press(second)
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        text: str = page.evaluate("navigator.clipboard.readText()")
        expect(page.get_by_role("button", name="Copy as")).to_be_visible()
        return text

    assert json.loads(copied("j"))["id"] == trace_id
    assert copied("u").startswith(f"curl -sS {root.replace('/p/', '/api/v1/projects/')}/runs/{trace_id}")
    assert copied("r") == f"fanlight run . --like {trace_id} --project {sender.project}"
    for_model = copied("l")
    assert "## First cause" in for_model
    assert "SEARCH_API_KEY is not set" in for_model
    fixture: dict[str, object] = {}
    source = copied("t").replace("@pytest.fixture", "").replace("import pytest", "")
    exec(source, fixture)  # it is to be Python
    recorded = fixture["run_of_planner"]()  # type: ignore[operator]
    assert recorded["input"] == {"city": "Lisbon"}
    assert [step["name"] for step in recorded["steps"]] == ["gpt-4o", "search"]
