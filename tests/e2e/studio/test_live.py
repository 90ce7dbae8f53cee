"""One stream for a browser: shared by its tabs, and handed on."""

from __future__ import annotations

import re
import time

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser

TABS = 9
NO_LOCKS = "Object.defineProperty(window, 'isSecureContext', { value: false })"
"""What a page finds on plain HTTP, where browsers have no Web Locks."""

HIDE = """(state) => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def streams_at(server: str) -> int:
    """Streams that the server holds open, of whatever project."""
    told = httpx.get(f"{server}/metrics", timeout=30).text
    found = re.search(r"^fanlight_stream_readers(?:{.*})? (\d+)", told, re.MULTILINE)
    assert found, told[:400]
    return int(found[1])


def live(tab: Page) -> None:
    expect(tab.locator("[data-connection=live]")).to_be_visible()


def expect_streams(server: str, count: int) -> None:
    """The server holds so many streams: it learns of one that was closed a moment later."""
    deadline = time.monotonic() + 30
    while (found := streams_at(server)) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_nine_tabs_share_one_stream_and_outlive_its_leader(
    context: BrowserContext, root: str, server: Server, sender: Sender
) -> None:
    expect_streams(server.studio, 0)  # of the tests before
    sender.spans(agent_run())
    sender.wait(runs=1)
    tabs = [context.new_page() for _ in range(TABS)]
    for tab in tabs:
        tab.goto(f"{root}/runs")
        live(tab)
    assert streams_at(server.studio) == 1
    tabs[0].close()
    trace_id = sender.spans(agent_run())
    for tab in tabs[1:]:
        expect(tab.locator(f"#run-{trace_id}")).to_be_visible()
    expect_streams(server.studio, 1)


def test_where_browsers_have_no_locks_a_tab_streams_for_itself_while_it_is_seen(
    context: BrowserContext, root: str, server: Server, sender: Sender
) -> None:
    expect_streams(server.studio, 0)  # of the tests before
    sender.logs(["before"])
    sender.wait(logs=1)
    context.add_init_script(NO_LOCKS)
    tabs = [context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(f"{root}/logs")
        live(tab)
    assert streams_at(server.studio) == 2
    tabs[0].evaluate(HIDE, "hidden")
    expect(tabs[0].locator("[data-connection=idle]")).to_be_visible()
    expect_streams(server.studio, 1)
    sender.logs(["while hidden"])
    expect(tabs[1].get_by_text("while hidden")).to_be_visible()
    tabs[0].evaluate(HIDE, "visible")
    live(tabs[0])
    expect(tabs[0].get_by_text("while hidden")).to_be_visible()
