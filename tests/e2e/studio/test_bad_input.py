"""Whatever is sent, in whatever field, is shown as the text that it is: nothing runs, loads or breaks."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.clipboard import copied
from tests.e2e.studio.inspection import FAULTS, Asked
from tests.e2e.studio.telemetry import Sender, Span

pytestmark = pytest.mark.browser

HIDDEN = "\u202egnp.exe\u2066 \u200b\u001b[31mred\u001b[0m"
EVIL = (
    f"{HIDDEN}<img src=x onerror=window.evil=1><script>window.evil=1</script><svg onload=window.evil=1>"
    "[click](javascript:window.evil=1) ![pixel](http://evil.example/pixel.png) {{7*7}} ${7*7} %00 '\"`"
)
LONG = f"{EVIL} {'endless' * 1_500}"
TAME = "<img src=x onerror=window.evil=1>"
"""What a name of a room, a session or an agent may hold: no control characters, no line of its own."""

MANY_KEYS = json.dumps({f"key {at} {HIDDEN}": {"value": at} for at in range(10_000)})
HUGE = f"{EVIL}\n" + "five megabytes " * 350_000


def evil_run(name: str = LONG) -> list[Span]:
    """An agent, a model call and a tool, every field evil and most of them long; `name` is whose they are."""
    own = {"session.id": f"s {name[:250]}", "user.id": f"u {name[:250]}", "fanlight.room": f"r {name[:250]}"}
    said = [{"type": "text", "content": LONG}, {"type": "reasoning", "content": EVIL}]
    call = {"type": "tool_call", "id": EVIL, "name": LONG, "arguments": {EVIL: EVIL, "deep": [EVIL]}}
    answer = {"type": "tool_call_response", "id": EVIL, "response": {"html": EVIL}}
    top = Span(
        name=f"agent {LONG}",
        takes_ms=2_000,
        error=LONG,
        attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": f"a {name}", **own},
    )
    chat = Span(
        name=f"chat {LONG}",
        parent=top,
        takes_ms=900,
        attributes={
            **own,
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": f"m {EVIL}",
            "gen_ai.usage.input_tokens": 10,
            "gen_ai.input.messages": json.dumps([{"role": EVIL, "parts": said}]),
            "gen_ai.output.messages": json.dumps(
                [{"role": "assistant", "parts": [*said, call]}, {"role": "tool", "parts": [answer]}]
            ),
            EVIL: EVIL,
            LONG: LONG,
        },
    )
    tool = Span(
        name=f"tool {LONG}",
        parent=top,
        at_ms=1_000,
        takes_ms=500,
        error=EVIL,
        attributes={
            **own,
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": f"t {LONG}",
            "gen_ai.tool.call.arguments": MANY_KEYS,
            "gen_ai.tool.call.result": HUGE,
            "error.type": f"E {LONG}",
        },
    )
    return [top, chat, tool]


@pytest.fixture
def trace_id(sender: Sender) -> str:
    """The evil run, one whose names may be registered, and logs as evil."""
    spans = evil_run()
    trace = sender.spans(spans)
    sender.spans(evil_run(TAME))
    sender.logs([EVIL, LONG, MANY_KEYS, HUGE], level=17, trace_id=trace, span_id=spans[1].id)
    sender.wait(runs=2, logs=4)
    return trace


# The words that are looked for are no filter that can be read, and the page says so.
@pytest.mark.expects_console("400")
def test_every_page_shows_what_was_sent_as_text(page: Page, root: str, sender: Sender, trace_id: str) -> None:
    agent, room, session = (quote(f"{mark} {TAME}", safe="") for mark in "ars")
    run, trace = f"runs/{trace_id}", f"traces/{trace_id}"
    asked, faults = Asked(page), {}
    for path in (
        "", "runs", "runs?q=" + quote(f'"{EVIL}"'), run, f"{run}/events", f"{run}/trace", f"{run}/io",
        f"{run}/logs", f"{run}/compare/{trace_id}", f"{trace}?view=tree", f"{trace}?view=graph", "logs",
        "sessions", f"sessions/{session}", f"sessions/{session}/trace", f"sessions/{session}/logs", "rooms",
        f"rooms/{room}/logs", "agents", f"agents/{agent}", "usage/cost?group=model",
        "usage/latency?group=agent", "health",
    ):  # fmt: skip
        page.goto(f"{root}/{path}")
        expect(page.locator("#root h1, #root h2").first).to_be_attached()
        asked.settle()
        found = page.evaluate(FAULTS)
        if page.get_by_role("heading", level=1).count() != 1:
            found.append("not one heading of the page")
        if found:
            faults[path[:60]] = found
    page.goto(f"{root}/runs")
    page.get_by_role("combobox", name="Filter").press_sequentially("agent:")
    expect(page.get_by_role("option").first).to_contain_text("onerror")
    faults["completion"] = page.evaluate(FAULTS)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or jump").fill("onerror")
    expect(page.get_by_role("option").first).to_contain_text("onerror")
    faults["palette"] = page.evaluate(FAULTS)
    assert {path: found for path, found in faults.items() if found} == {}


def test_values_of_any_size_are_searched_and_seen_whole(page: Page, root: str, sender: Sender) -> None:
    spans = evil_run()
    trace_id = sender.spans(spans)
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}?span={spans[2].id}")
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("button", name=re.compile("show all 10,")).first.click()
    expect(panel.get_by_role("button", name="show less").first).to_be_visible()
    panel.get_by_role("button", name="show less").first.click()

    # Ten thousand keys are a tree of which only the visible rows stand in the page.
    tree = panel.get_by_role("treegrid", name="Data").first
    expect(tree).to_have_attribute("aria-rowcount", "10002")
    assert tree.locator(".row").count() < 100
    find = panel.get_by_role("textbox", name="Find in the value").first
    find.fill("key 9876 ")
    expect(panel.get_by_role("status").first).to_have_text("1 of 1")
    expect(tree.get_by_role("row", name=re.compile("key 9876 "))).to_have_attribute("aria-selected", "true")
    tree.get_by_role("row", name=re.compile("key 9876 ")).get_by_title("Copy the path").click()
    path = copied(page, has="key 9876")
    assert path == f"$[{json.dumps(f'key 9876 {HIDDEN}', ensure_ascii=False)}]"

    # Five megabytes open on a page of their own.
    panel.get_by_role("button", name=re.compile("show all 5,")).click()
    whole = page.get_by_role("dialog", name="The whole text")
    whole.get_by_role("textbox", name="Find in the value").fill("five MEGABYTES")
    expect(whole.get_by_role("status")).to_have_text("1 of 10,000")
    whole.get_by_role("button", name="Previous match").click()
    expect(whole.get_by_role("status")).to_have_text("10,000 of 10,000")
    expect(whole.locator(".row[aria-selected=true] mark").first).to_have_text("five megabytes")
    assert whole.locator(".row").count() < 200
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("Escape")
    expect(whole).to_have_count(0)
