"""Finding: completion, views, values that filter, time ranges and zones, the palette."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.studio.clipboard import copied
from tests.e2e.studio.telemetry import MS, Sender, agent_run

pytestmark = pytest.mark.browser

HOUR_NS = 3_600_000 * MS


@pytest.fixture
def agents(sender: Sender) -> None:
    """Two runs of a planner, of which one fails, and one of a guide."""
    sender.spans(agent_run(agent="trip planner"))
    sender.spans(agent_run(agent="trip planner", failing=True))
    sender.spans(agent_run(agent="guide"))
    sender.wait(runs=3)


def asked(page: Page) -> dict[str, str]:
    """What the address asks."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def rows(page: Page) -> Locator:
    return page.get_by_role("grid", name="Runs").locator(".row")


def test_a_filter_is_written_by_what_it_offers_and_each_step_can_be_undone(
    page: Page, root: str, agents: None
) -> None:
    page.goto(f"{root}/runs")
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("/")
    line = page.get_by_role("combobox", name="Filter")
    offers = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    page.keyboard.type("ag")
    expect(offers.first).to_have_text(re.compile("agent"))
    page.keyboard.press("Tab")
    expect(line).to_have_value("agent:")
    expect(offers).to_have_text([re.compile(r"trip planner\s*2"), re.compile(r"guide\s*1")])
    page.keyboard.press("ArrowDown")
    expect(offers.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)
    assert asked(page)["q"] == 'agent:"trip planner"'
    page.keyboard.type("st")
    page.keyboard.press("Tab")
    page.keyboard.type("e")
    page.keyboard.press("Tab")
    expect(rows(page)).to_have_count(1)
    assert asked(page)["q"] == 'agent:"trip planner" status:error'
    page.keyboard.type("dur:")
    expect(page.get_by_text("> >= < <= · units ms s m h")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("> >= < <= · units ms s m h")).to_be_hidden()
    line.fill("")
    page.go_back()
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(rows(page)).to_have_count(3)


@pytest.mark.expects_console("400")
def test_a_bad_term_is_kept_and_marked(page: Page, root: str, agents: None) -> None:
    page.goto(f"{root}/runs?q=agent:guide%20nope:1")
    expect(page.get_by_role("alert")).to_contain_text("nope")
    expect(page.locator(".chip", has_text="nope")).to_have_class(re.compile("underline"))
    page.get_by_role("button", name="Remove nope:1").click()
    expect(rows(page)).to_have_count(1)


def test_a_value_is_let_in_and_kept_out_by_pointing_at_it(page: Page, root: str, agents: None) -> None:
    page.goto(f"{root}/runs")
    guide = rows(page).filter(has_text="guide").locator("[data-term='agent:guide']")
    guide.hover()
    page.get_by_role("button", name="Not agent:guide").click()
    expect(rows(page)).to_have_count(2)
    assert asked(page)["q"] == "-agent:guide"
    rows(page).first.locator("[data-term^='agent:']").click(modifiers=["Alt"])
    expect(page.get_by_role("heading", name="No run passes this filter")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect(rows(page)).to_have_count(3)
    rows(page).first.locator("[data-term='model:gpt-4o']").hover()
    page.get_by_role("button", name="Only model:gpt-4o").click()
    assert asked(page)["q"] == "model:gpt-4o"


def test_a_view_is_saved_for_everybody_opened_again_and_found_by_the_palette(
    page: Page, browser: Browser, root: str, agents: None
) -> None:
    page.goto(f"{root}/runs?q=status:error&from=now-24h")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name of the view").fill("Failed today")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Failed today")).to_be_visible()
    with browser.new_context() as elsewhere:
        other = elsewhere.new_page()
        other.goto(f"{root}/logs")
        expect(other.get_by_role("heading", name="Logs", exact=True)).to_be_visible()
        other.keyboard.press("Control+k")
        other.get_by_role("combobox", name="Search or jump").fill("failed")
        other.get_by_role("option", name=re.compile("Failed today.*view")).click()
        expect(rows(other)).to_have_count(1)
        assert asked(other) == {"q": "status:error", "from": "now-24h"}
        other.get_by_role("button", name="Failed today").click()
        other.get_by_role("button", name="Remove the view Failed today").click()
        expect(other.get_by_text("A view keeps a filter")).to_be_visible()


def test_a_range_is_typed_walked_widened_and_frozen_and_back_undoes(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(agent_run(), start_ns=time.time_ns() - 3 * HOUR_NS)
    sender.wait(runs=1)
    page.goto(f"{root}/runs")
    picker = page.get_by_role("group", name="Time range")
    expect(page.get_by_role("heading", name="No run in this time range")).to_be_visible()
    page.keyboard.press("t")
    page.get_by_label("Type a range").fill("last 4 hours")
    expect(page.get_by_text("↵ Last 4h")).to_be_visible()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(picker.get_by_role("button", name="Go live")).to_have_count(0)
    picker.get_by_role("button", name="Earlier").click()
    expect(page.get_by_role("heading", name="No run in this time range")).to_be_visible()
    picker.get_by_role("button", name="Twice as long").click()
    expect(rows(page)).to_have_count(1)
    picker.get_by_role("button", name="Go live").click()
    assert asked(page) == {"from": "now-4h"}
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="No run in this time range")).to_be_visible()
    page.keyboard.press("t")
    page.get_by_label("Type a range").fill("whenever")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not a time.")).to_be_visible()


def test_dragging_over_the_volume_freezes_its_time_and_says_so(page: Page, root: str, sender: Sender) -> None:
    sender.logs([f"line {at}" for at in range(40)])
    sender.wait(logs=40)
    page.goto(f"{root}/logs")
    expect(page.get_by_text("line 39")).to_be_visible()
    box = page.get_by_role("img", name=re.compile("over time")).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Go live")).to_be_visible()
    expect(page.locator("[data-tail]")).to_have_count(0)
    assert {"from", "to"} <= set(asked(page))
    page.go_back()
    expect(page.get_by_role("button", name="Go live")).to_have_count(0)
    expect(page.locator("[data-tail=following]")).to_be_visible()


def test_times_are_shown_in_the_zone_that_the_address_names(
    browser: Browser, root: str, sender: Sender
) -> None:
    sender.spans(agent_run(), start_ns=time.time_ns() - 60_000 * MS)
    sender.wait(runs=1)
    with browser.new_context(timezone_id="Asia/Tokyo", locale="en-US") as tokyo:
        page = tokyo.new_page()
        page.goto(f"{root}/runs")
        clock = rows(page).get_by_text(re.compile(r"^\d\d:\d\d:\d\d$"))
        there = clock.inner_text()
        assert "Asia/Tokyo" in (
            clock.locator("..").get_attribute("title") or clock.get_attribute("title") or ""
        )
        page.get_by_role("button", name="Appearance").click()
        page.get_by_role("button", name="Times: utc").click()
        expect(clock).not_to_have_text(there)
        expect(page.get_by_role("group", name="Time range")).to_contain_text("UTC")
        hours = (int(there[:2]) - int(clock.inner_text()[:2])) % 24
        assert (asked(page)["tz"], hours) == ("utc", 9)
        page.goto(f"{root}/runs?tz=local")
        expect(clock).to_have_text(there)


def test_the_palette_finds_runs_agents_and_rooms_by_a_few_letters_and_does_what_it_says(
    page: Page, root: str, agents: None
) -> None:
    page.goto(f"{root}/runs")
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or jump")
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    box.fill("gde")
    expect(options.filter(has_text="agent").first).to_contain_text("guide")
    box.fill("comfortable")
    page.keyboard.press("Enter")
    expect(rows(page).first).to_have_css("height", "40px")
    page.keyboard.press("Control+k")
    box.fill("compact rows")
    page.keyboard.press("Enter")
    expect(rows(page).first).to_have_css("height", "24px")
    page.keyboard.press("Control+k")
    box.fill("live link")
    page.keyboard.press("Enter")
    assert copied(page, has=root) == page.url
    page.keyboard.press("y")
    copied(page, has="to=20")
