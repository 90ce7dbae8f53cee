"""The list of runs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def test_runs_appear_live_and_change_in_place(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run(agent="first"))
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    rows = page.get_by_role("grid", name="Runs").locator(".row")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-connection=live]")).to_be_visible()

    spans = agent_run(agent="second", failing=True)
    trace_id = sender.spans(spans[1:])
    expect(rows).to_have_count(2)
    row = page.locator(f"#run-{trace_id}")
    expect(row).to_contain_text("running")

    sender.spans(spans[:1], trace_id=trace_id)
    expect(row).to_contain_text("error")
    expect(row).to_contain_text("second")
    expect(rows).to_have_count(2)


def test_a_run_shows_agent_model_tokens_and_error(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run(agent="planner", failing=True))
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    row = page.locator(f"#run-{trace_id}")
    for text in ("error", "planner", "1 s", "1.2k / 80", "gpt-4o", "search did not answer"):
        expect(row).to_contain_text(text)


def test_a_filter_becomes_chips_and_the_address_and_back_undoes_it(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(agent_run(agent="good"))
    sender.spans(agent_run(agent="bad", failing=True))
    sender.wait(runs=2)
    page.goto(f"{root}/runs")
    rows = page.get_by_role("grid", name="Runs").locator(".row")
    expect(rows).to_have_count(2)

    page.keyboard.press("/")
    page.keyboard.type("status:error")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=status%3Aerror$"))
    expect(page.get_by_role("button", name="Remove status:error")).to_be_visible()

    page.go_back()
    expect(rows).to_have_count(2)
    page.go_forward()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Remove status:error").click()
    expect(rows).to_have_count(2)


@pytest.mark.expects_console("400")
def test_a_filter_that_cannot_be_read_shows_the_servers_word_and_keeps_the_rows(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)
    page.keyboard.press("/")
    page.keyboard.type("nonsense:1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("column 1")
    expect(page.locator(".chip")).to_have_class(re.compile("decoration-wavy"))


def test_a_filter_that_matches_nothing_offers_to_drop_each_term(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs?q=status:error%20agent:planner")
    expect(page.get_by_role("heading", name="No run passes this filter")).to_be_visible()
    page.get_by_role("button", name="Without status:error").click()
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)


def test_an_empty_range_can_be_widened_to_the_newest_data(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No run in this time range")).to_be_visible()
    page.get_by_role("button", name="Widen to the newest data").click()
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)


def test_older_runs_follow_page_by_page_without_loss(page: Page, root: str, sender: Sender) -> None:
    ids = sender.traces([agent_run()[:1] for _ in range(120)])
    sender.wait(runs=120)
    page.set_viewport_size({"width": 1440, "height": 4_000})  # what is not in sight is not drawn
    page.goto(f"{root}/runs")
    rows = page.get_by_role("grid", name="Runs").locator(".row")
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Load older runs").click()
    expect(rows).to_have_count(120)
    shown = rows.evaluate_all("rows => rows.map(row => row.id)")
    assert shown == [f"run-{each}" for each in reversed(ids)]


def test_the_keyboard_walks_and_opens(page: Page, root: str, sender: Sender) -> None:
    ids = [sender.spans(agent_run(agent=f"agent-{at}")) for at in range(3)]
    sender.wait(runs=3)
    page.goto(f"{root}/runs")
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(3)
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    expect(page.locator(f"#run-{ids[1]}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{root}/runs/{ids[1]}/overview")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(f"{root}/logs")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(f"{root}/runs")


def test_paused_runs_wait_until_they_are_let_in(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    rows = page.get_by_role("grid", name="Runs").locator(".row")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-connection=live]")).to_be_visible()
    page.keyboard.press("Space")
    sender.spans(agent_run())
    expect(page.get_by_role("button", name="1 new run")).to_be_visible()
    expect(rows).to_have_count(1)
    page.keyboard.press("G")
    expect(rows).to_have_count(2)
