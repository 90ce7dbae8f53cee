"""The tail of logs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def open_tail(page: Page, root: str, sender: Sender, lines: int = 200) -> Locator:
    sender.logs([f"line {at}" for at in range(lines)])
    sender.wait(logs=lines)
    page.goto(f"{root}/logs")
    grid = page.get_by_role("grid", name="Log records")
    expect(grid).to_have_attribute("aria-rowcount", str(lines + 1))
    expect(page.locator("[data-tail=following]")).to_be_visible()
    expect(page.locator("[data-connection=live]")).to_be_visible()
    return grid


def test_the_tail_follows_what_arrives(page: Page, root: str, sender: Sender) -> None:
    grid = open_tail(page, root, sender)
    sender.logs(["the newest of all"])
    expect(grid.get_by_text("the newest of all")).to_be_in_viewport()
    expect(grid).to_have_attribute("aria-rowcount", "202")
    # The list itself says nothing to a screen reader; what came is told in a sentence every few seconds.
    expect(page.locator("p[aria-live=polite]", has_text="1 new record in the last seconds")).to_have_count(1)


def test_turning_up_holds_the_tail_and_says_why_until_it_is_let_go(
    page: Page, root: str, sender: Sender
) -> None:
    grid = open_tail(page, root, sender)
    grid.hover()
    page.mouse.wheel(0, -300)
    expect(page.locator("[data-tail=held]")).to_contain_text("scrolled up")
    sender.logs(["while held 1", "while held 2"])
    jump = page.get_by_role("button", name="2 new")
    expect(jump).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "201")
    jump.click()
    expect(grid.get_by_text("while held 2")).to_be_in_viewport()
    expect(page.locator("[data-tail=following]")).to_be_visible()


def test_space_pauses_and_goes_on(page: Page, root: str, sender: Sender) -> None:
    open_tail(page, root, sender)
    page.keyboard.press("Space")
    expect(page.locator("[data-tail=held]")).to_contain_text("paused")
    page.keyboard.press("Space")
    expect(page.locator("[data-tail=following]")).to_be_visible()


def test_a_record_leads_to_its_span(page: Page, root: str, sender: Sender) -> None:
    spans = agent_run()
    trace_id = sender.spans(spans)
    sender.logs(["asked the model"], trace_id=trace_id, span_id=spans[1].id)
    sender.wait(logs=1, runs=1)
    page.goto(f"{root}/logs")
    page.get_by_text("asked the model").click()
    expect(page).to_have_url(re.compile(r"\?log="))
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("place")
    panel.get_by_role("link", name=re.compile(trace_id[:12])).click()
    expect(page).to_have_url(f"{root}/traces/{trace_id}?span={spans[1].id}")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("chat gpt-4o")


def test_a_filtered_tail_goes_on_live(page: Page, root: str, sender: Sender) -> None:
    open_tail(page, root, sender)
    sender.logs(["disk is full"], level=17)
    page.keyboard.press("/")
    page.keyboard.type("level:error")
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid", name="Log records")
    expect(grid).to_have_attribute("aria-rowcount", "2")
    sender.logs(["not for this filter"])
    sender.logs(["disk is fuller"], level=17)
    expect(grid.get_by_text("disk is fuller")).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "3")


def test_older_records_come_in_above_without_moving_what_is_read(
    page: Page, root: str, sender: Sender
) -> None:
    sender.logs([f"line {at}" for at in range(1200)])
    sender.wait(logs=1200)
    page.goto(f"{root}/logs")
    grid = page.get_by_role("grid", name="Log records")
    expect(grid).to_have_attribute("aria-rowcount", "501")
    grid.hover()
    page.mouse.wheel(0, -100_000)
    expect(grid).to_have_attribute("aria-rowcount", "1001")
    expect(grid.get_by_text("line 701")).to_be_in_viewport()


def test_the_value_of_an_attribute_becomes_a_filter(page: Page, root: str, sender: Sender) -> None:
    sender.logs([f"line {at}" for at in range(3)])
    sender.wait(logs=3)
    page.goto(f"{root}/logs")
    page.get_by_text("line 2").first.click()
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_text("place", exact=True).hover()
    panel.get_by_role("button", name="Only attr.place:", exact=False).click()
    expect(page.get_by_role("button", name="Remove attr.place:2")).to_be_visible()
    expect(page.get_by_text("line 2").first).to_be_visible()
    expect(page.get_by_text("line 1")).to_have_count(0)
