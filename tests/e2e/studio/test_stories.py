"""Whole stories, as a person would live them."""

from __future__ import annotations

import re
import subprocess

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.clipboard import copied
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def test_a_newcomer_runs_the_command_of_the_empty_page_and_finds_the_run(page: Page, root: str) -> None:
    page.goto(f"{root}/runs")
    expect(page.get_by_role("heading", name="Send your first run")).to_be_visible()
    page.get_by_role("tab", name="cURL").click()
    page.get_by_role("button", name=re.compile("^Copy")).last.click()
    command = copied(page, has="curl")
    done = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    row = page.get_by_role("grid", name="Runs").locator(".row")
    expect(row).to_have_count(1)
    row.click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f]{32}"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_every_page_can_be_reached_and_worked_by_keys_alone(page: Page, root: str, sender: Sender) -> None:
    trace_id = sender.spans(agent_run(failing=True))
    sender.logs(["a line"], trace_id=trace_id)
    sender.wait(runs=1, logs=1)
    page.goto(f"{root}/runs")
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="All keys")
    jumps = re.findall(r"Go to (\w+)\s*g\s*(\S)", listed.inner_text())
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    names = [name for name, _ in jumps]
    assert {"Overview", "Rooms", "Runs", "Sessions", "Agents", "Logs", "Usage", "Settings"} <= set(names)
    pages = page.get_by_role("navigation", name="Pages")
    for name, key in jumps:
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(pages.get_by_role("link", name=re.compile(f"^{name}"))).to_have_attribute(
            "aria-current", "page"
        )
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/runs/{trace_id}"))
    page.go_back()
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_text("a line")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("a line")
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Details")).to_have_count(0)
