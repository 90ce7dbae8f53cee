"""One run: its waterfall and its spans."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.clipboard import copied
from tests.e2e.studio.telemetry import Sender, Span, agent_run, new_trace_id

pytestmark = pytest.mark.browser

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SILENCE = base64.b64encode(
    b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\x08\0\0\0" + b"\x80" * 8
)
PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
SOUND = {"type": "input_audio", "input_audio": {"data": SILENCE.decode(), "format": "wav"}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_town", "arguments": '{"map": 1}'}}


def names(page: Page) -> list[str]:
    return [
        row.get_attribute("aria-label") or "" for row in page.get_by_role("treegrid").locator(".row").all()
    ]


def test_a_run_opens_from_the_list_and_shows_its_spans(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run(failing=True))
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    page.locator(f"#run-{trace_id}").click()
    expect(page).to_have_url(f"{root}/runs/{trace_id}/overview")
    expect(page.get_by_text("search did not answer").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Trace", exact=False).first.click()
    expect(page).to_have_url(f"{root}/runs/{trace_id}/trace")
    expect(page.get_by_role("treegrid").locator(".row")).to_have_count(4)
    assert names(page) == ["invoke_agent planner", "chat gpt-4o", "execute_tool search", "execute_tool fetch"]


def test_the_failing_span_is_one_click_away(page: Page, root: str, sender: Sender) -> None:
    spans = agent_run(failing=True)
    trace_id = sender.spans(spans)
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}")
    page.get_by_role("button", name="First failing span").click()
    expect(page).to_have_url(re.compile(rf"\?span={spans[3].id}$"))
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("execute_tool fetch")


def test_a_deep_link_opens_the_span_with_its_messages(page: Page, root: str, sender: Sender) -> None:
    spans = agent_run()
    trace_id = sender.spans(spans)
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}?span={spans[1].id}")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")
    expect(panel).to_contain_text("Plan a trip to Lisbon")
    expect(panel).to_contain_text("Take the night train.")
    panel.get_by_role("tab", name="Attributes").click()
    panel.get_by_label("Filter attributes").fill("input_tokens")
    expect(panel.get_by_role("definition")).to_contain_text(["1200int"])
    panel.get_by_role("tab", name="Raw").click()
    expect(panel).to_contain_text(f'span_id:"{spans[1].id}"')
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_spans_stream_in_and_an_open_span_closes_in_place(page: Page, root: str, sender: Sender) -> None:
    trace_id = new_trace_id()
    spans = agent_run()
    sender.spans([spans[1]], trace_id=trace_id)
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}")
    rows = page.get_by_role("treegrid").locator(".row")
    expect(page.get_by_text("parent that has not arrived")).to_be_visible()
    expect(page.locator("[data-connection=live]")).to_be_visible()

    sender.spans(spans[2:], trace_id=trace_id)
    expect(rows).to_have_count(4)
    sender.spans(spans[:1], trace_id=trace_id)
    expect(page.get_by_text("parent that has not arrived")).to_have_count(0)
    expect(rows).to_have_count(4)
    assert names(page)[0] == "invoke_agent planner"
    expect(page.locator("h1 + span")).to_contain_text("success")


def test_repeated_siblings_stand_as_one_and_find_opens_them(page: Page, root: str, sender: Sender) -> None:
    top = Span(
        name="invoke_agent looper", takes_ms=5000, attributes={"gen_ai.operation.name": "invoke_agent"}
    )
    calls = [Span(name="poll", parent=top, at_ms=10 * at, takes_ms=5) for at in range(12)]
    inside = Span(name="needle", parent=calls[7], at_ms=71, takes_ms=1)
    trace_id = sender.spans([top, *calls, inside])
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/trace")
    expect(page.get_by_role("row", name="12 × poll")).to_be_visible()
    assert names(page) == ["invoke_agent looper", "12 × poll"]
    page.keyboard.press("/")
    page.keyboard.type("needle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="needle")).to_have_attribute("aria-selected", "true")
    assert len(names(page)) == 15
    page.keyboard.press("Escape")  # out of the field
    # Out to its call, which folds, and then the group that the call stands in.
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("row", name="12 × poll")).to_have_attribute("aria-selected", "true")
    assert names(page) == ["invoke_agent looper", "12 × poll"]
    page.keyboard.press("k")
    expect(page.get_by_role("row", name="invoke_agent looper")).to_have_attribute("aria-selected", "true")


def test_arrows_fold_and_unfold(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/trace")
    rows = page.get_by_role("treegrid").locator(".row")
    expect(rows).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(4)


def test_dragging_over_the_map_zooms_and_0_shows_everything(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/trace")
    overview = page.get_by_role("img", name=re.compile("Overview of 4 spans"))
    box = overview.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 10, steps=4)
    page.mouse.up()
    reset = page.get_by_role("button", name="Reset zoom")
    expect(reset).to_be_visible()
    page.keyboard.press("0")
    expect(reset).to_have_count(0)


@pytest.mark.expects_console("404")
def test_a_run_that_is_not_there_says_so(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{'9' * 32}")
    expect(page.get_by_role("heading", name="This run is not here")).to_be_visible()


def test_a_conversation_shows_calls_with_their_results(page: Page, root: str, sender: Sender) -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "What is on this map?"}, PICTURE, SOUND]},
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"town": "Lisbon"}'},
    ]
    answer = {"role": "assistant", "reasoning_content": "The tool knows.", "content": "It is Lisbon."}
    attributes = {
        "openinference.span.kind": "LLM",
        "input.value": json.dumps({"model": "m", "messages": messages}),
        "output.value": json.dumps({"choices": [{"message": answer}]}),
    }
    span = Span(name="chat", attributes=attributes)
    trace_id = sender.spans([span])
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}?span={span.id}")
    panel = page.get_by_role("complementary", name="Details")
    turns = panel.get_by_role("article")
    expect(turns.locator("h4")).to_have_text(["user", "assistant", "assistant"])
    expect(turns.nth(0)).to_contain_text("image/png · 70 B")
    # What came with the span is drawn and played from it: nothing else is asked for.
    turns.nth(0).get_by_role("button", name="Show").first.click()
    expect(turns.nth(0).get_by_role("img")).to_have_js_property("naturalWidth", 1)
    turns.nth(0).get_by_role("button", name="Show").click()
    expect(turns.nth(0).locator("audio")).to_have_js_property("duration", 0.001)
    expect(turns.nth(1)).to_contain_text('"Lisbon"')
    expect(turns.nth(1)).to_contain_text("find_town")
    expect(turns.nth(2)).to_contain_text("reasoning")
    expect(turns.nth(2)).to_contain_text("It is Lisbon.")
    expect(panel.get_by_title("Read from output.value")).to_be_visible()


def test_a_tool_and_a_retriever_show_what_went_in_and_what_came_out(
    page: Page, root: str, sender: Sender
) -> None:
    tool = Span(
        name="execute_tool search",
        attributes={
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "gen_ai.tool.call.arguments": '{"q": "night trains"}',
            "gen_ai.tool.call.result": "none today",
        },
    )
    found = [{"id": "d1", "content": "Lisbon is hilly.", "score": 0.75}]
    retriever = Span(
        name="retrieval",
        at_ms=10,
        attributes={
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "hills",
            "gen_ai.retrieval.documents": json.dumps(found),
        },
    )
    trace_id = sender.spans([tool, retriever])
    sender.wait(runs=1)
    panel = page.get_by_role("complementary", name="Details")
    page.goto(f"{root}/traces/{trace_id}?span={tool.id}")
    expect(panel.get_by_role("article").locator("h4")).to_have_text(["arguments search", "result"])
    expect(panel).to_contain_text('q: "night trains"')
    expect(panel).to_contain_text("none today")
    page.goto(f"{root}/traces/{trace_id}?span={retriever.id}")
    expect(panel.get_by_role("article")).to_have_text(["hills", "1 · score 0.75 d1Lisbon is hilly."])


def test_wrappers_are_folded_into_their_child_until_they_are_asked_for(
    page: Page, root: str, sender: Sender
) -> None:
    outer = Span(
        name="invoke_agent editor", takes_ms=900, attributes={"gen_ai.operation.name": "invoke_agent"}
    )
    inner = Span(name="editor.workflow", parent=outer, at_ms=1, takes_ms=890)
    call = Span(name="fetch", parent=inner, at_ms=5, takes_ms=50)
    trace_id = sender.spans([outer, inner])
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/trace")
    rows = page.get_by_role("treegrid").locator(".row")
    expect(page.locator("[data-connection=live]")).to_be_visible()
    expect(rows).to_have_count(1)
    sender.spans([call], trace_id=trace_id)
    expect(rows).to_have_count(2)
    assert names(page) == ["editor.workflow", "fetch"]
    page.get_by_role("button", name="+1 wrapper").click()
    expect(rows).to_have_count(3)
    assert names(page) == ["invoke_agent editor", "editor.workflow", "fetch"]

    page.goto(f"{root}/runs/{trace_id}/trace")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(3)
    page.goto(f"{root}/runs/{trace_id}/trace")
    page.get_by_role("button", name="Rows").click()
    page.get_by_label("Show wrappers").check()
    expect(page).to_have_url(re.compile(r"\?wrappers=1$"))
    expect(rows).to_have_count(3)

    page.goto(f"{root}/runs/{trace_id}?span={outer.id}")
    expect(page.get_by_role("row", name="invoke_agent editor")).to_have_attribute("aria-selected", "true")
    expect(rows).to_have_count(3)


def test_where_the_time_went_is_told_by_the_critical_path_the_numbers_and_the_graph(
    page: Page, root: str, sender: Sender
) -> None:
    spans = agent_run(failing=True)
    trace_id = sender.spans(spans)
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}?span={spans[3].id}")
    rows = page.get_by_role("treegrid").locator(".row")
    panel = page.get_by_role("complementary", name="Details")
    expect(rows).to_have_count(4)

    page.keyboard.press("C")
    expect(page).to_have_url(re.compile("critical=1"))
    expect(page.get_by_title("Show it")).to_have_text("40 % in execute_tool fetch")
    expect(panel).to_contain_text("400 ms, 40 % of the trace")
    expect(rows.filter(has_text="on the critical path")).to_have_count(4)

    page.get_by_role("button", name="tree", exact=True).click()
    expect(page).to_have_url(re.compile("view=tree"))
    assert [[cell.inner_text() for cell in row.get_by_role("gridcell").all()[1:]] for row in rows.all()] == [
        ["1 s", "100 ms", "Σ1.2k", "Σ80", "Σ$0.0038"],
        ["300 ms", "300 ms", "1.2k", "80", "$0.0038"],
        ["200 ms", "200 ms", "none", "none", "none"],
        ["400 ms", "400 ms", "none", "none", "none"],
    ]
    page.go_back()
    expect(page.get_by_role("img", name=re.compile("Overview of 4 spans"))).to_be_visible()

    page.get_by_role("button", name="graph", exact=True).click()
    graph = page.get_by_role("group", name="Graph of agents, models and tools")
    expect(graph.get_by_role("button")).to_have_count(3)
    expect(graph.get_by_role("table").get_by_role("row")).to_have_count(3)
    graph.get_by_role("button", name="search").press("Enter")
    expect(panel.get_by_role("heading", level=2)).to_have_text("search")
    expect(panel).to_contain_text("Led to by")
    panel.get_by_title("Show it in the waterfall").nth(1).click()
    expect(page).to_have_url(re.compile(f"span={spans[3].id}"))
    expect(page.get_by_role("row", name="execute_tool fetch")).to_have_attribute("aria-selected", "true")


def test_kinds_are_chosen_and_a_jump_to_another_kind_brings_all_back(
    page: Page, root: str, sender: Sender
) -> None:
    trace_id = sender.spans(agent_run(failing=True))
    sender.wait(runs=1)
    page.goto(f"{root}/traces/{trace_id}?kinds=llm")
    expect(page.get_by_role("treegrid").locator(".row")).to_have_count(2)
    assert names(page) == ["invoke_agent planner", "chat gpt-4o"]
    # The run and why it failed are read after the spans and move the toolbar down, its open menu with it.
    expect(page.get_by_role("region", name="Why it failed")).to_be_visible()
    page.get_by_role("button", name="Kinds: 1").click()
    page.get_by_role("checkbox", name="tool").check()
    expect(page).to_have_url(re.compile("kinds=llm%2Ctool"))
    page.get_by_role("checkbox", name="tool").uncheck()
    page.keyboard.press("Escape")
    for _ in range(2):
        page.get_by_title("Next error (e)").click()
    expect(page.get_by_role("row", name="execute_tool fetch")).to_have_attribute("aria-selected", "true")
    assert "kinds" not in page.url


def test_a_span_is_copied_and_a_run_is_kept_as_a_file_that_needs_no_server(
    page: Page, root: str, sender: Sender, tmp_path: Path
) -> None:
    spans = agent_run(failing=True)
    spans[1].attributes["note"] = "Bearer abcdefghijkl"
    trace_id = sender.spans(spans)
    sender.wait(runs=1)
    page.goto(f"{root}/runs/{trace_id}/trace?span={spans[1].id}")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("Plan a trip to Lisbon")
    for choice, begins in (
        ("Copy as JSON", '{\n  "trace_id"'),
        ("Copy as cURL", "curl -sS http"),
        ("Copy for an LLM", "# Span chat gpt-4o\n- path: invoke_agent planner > chat gpt-4o"),
        ("Copy as test fixture", "import pytest"),
    ):
        panel.get_by_title("Copy this span").first.click()
        panel.get_by_role("button", name=choice).click()
        assert copied(page, has=begins).startswith(begins)

    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    kept = tmp_path / "run.html"
    download.value.save_as(kept)
    assert download.value.suggested_filename == f"run-{trace_id}.html"
    page.goto("about:blank")
    page.set_content(kept.read_text())
    expect(page.get_by_role("heading", level=1)).to_have_text("invoke_agent planner")
    expect(page.get_by_text("search did not answer").first).to_be_visible()
    page.locator("summary", has_text="chat gpt-4o").click()
    expect(page.get_by_text("Take the night train.").first).to_be_visible()
    assert "abcdefghijkl" not in kept.read_text()
    assert "note: Bearer ***" in kept.read_text()
