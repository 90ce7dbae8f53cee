"""What surrounds every page: first data, themes, keys, links, and what a page may do."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def test_an_empty_project_shows_how_to_send_and_flips_when_data_lands(
    page: Page, root: str, server: Server, sender: Sender
) -> None:
    page.goto(f"{root}/runs")
    expect(page.get_by_role("heading", name="Send your first run")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_contain_text(f"{server.otlp}/v1/traces")
    for name in ("JavaScript", "pydantic-ai", "LangChain", "Collector", "cURL"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel")).to_contain_text(server.otlp)
        expect(page.get_by_role("tabpanel")).to_contain_text(sender.project)
    trace_id = sender.spans(agent_run())
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()
    expect(page.get_by_role("heading", name="Send your first run")).to_have_count(0)


@pytest.mark.expects_console("404")
def test_a_project_that_its_first_data_makes_is_shown_once_it_is_there(page: Page, server: Server) -> None:
    sender = Sender(studio=server.studio, otlp=server.otlp, project=f"new-{uuid.uuid4().hex[:8]}")
    page.goto(f"{server.studio}/p/{sender.project}/runs")
    expect(page.get_by_role("heading", name="Send your first run")).to_be_visible()
    trace_id = sender.spans(agent_run())
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()


def test_the_page_may_run_and_load_nothing_but_its_own(server: Server) -> None:
    answer = httpx.get(f"{server.studio}/p/default/runs", timeout=30)
    policy = dict(
        part.strip().split(" ", 1)
        for part in answer.headers["content-security-policy"].split(";")
        if part.strip()
    )
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def test_the_theme_is_remembered_and_stands_before_anything_is_drawn(
    page: Page, root: str, sender: Sender
) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{root}/runs")
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("button", name="Theme: dark").click()
    expect(html).to_have_attribute("data-theme", "dark")
    page.goto(f"{root}/runs", wait_until="commit")
    page.wait_for_selector("#root", state="attached")
    assert html.get_attribute("data-theme") == "dark"


def test_question_mark_lists_the_keys_and_they_can_be_turned_off(page: Page, root: str) -> None:
    page.goto(f"{root}/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="All keys")
    expect(dialog).to_contain_text("Go to Logs")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)


def test_the_palette_jumps(page: Page, root: str) -> None:
    page.goto(f"{root}/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or jump").fill("logs")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{root}/logs")


def test_a_copied_link_freezes_the_time_range(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    # What the filter says is `agent:planner -tool:100%25`: decoded once, never twice.
    page.goto(f"{root}/runs?from=now-15m&q=agent:planner%20-tool:100%2525&other=kept")
    expect(page.get_by_title("Edit -tool:100%25")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"from=20\d\d-", link)
    assert re.search(r"to=20\d\d-", link)
    assert "other=kept" in link
    assert "-tool%3A100%2525" in link
    page.goto(link)
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)


def test_without_people_variables_are_set_at_a_terminal(page: Page, root: str) -> None:
    page.goto(f"{root}/settings/environment")
    expect(page.get_by_text("fanlight agents env set AGENT NAME --project")).to_be_visible()
