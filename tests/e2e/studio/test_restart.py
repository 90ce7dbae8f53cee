"""A page that is open while its server goes away and comes back: nothing is missing, nothing stands twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.rooms import open_room, say, tail
from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender

pytestmark = [pytest.mark.browser, pytest.mark.expects_console("Failed to load resource", "net::ERR")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of these tests alone: each takes it away, and brings it back."""
    running = Server(tmp_path_factory.mktemp("restarted"))
    yield running
    running.stop()


def test_the_tail_of_logs_goes_on_where_it_was_when_the_server_comes_back(
    page: Page, root: str, server: Server, sender: Sender
) -> None:
    sender.logs(["first line"])
    sender.wait(logs=1)
    page.goto(f"{root}/logs")
    expect(page.locator("[data-connection=live]")).to_be_visible()
    sender.logs(["second line"])
    expect(page.get_by_text("second line")).to_be_visible()
    server.stop()
    lamp = page.locator("[data-connection=lost]")
    expect(lamp).to_contain_text(re.compile(r"Reconnecting, \d+ s behind"))
    server.start()
    # Nobody knows which comes first, the stream or this.
    sender.logs(["third line"])
    expect(page.locator("[data-connection=live]")).to_be_visible()
    sender.logs(["fourth line"])
    lines = page.get_by_role("grid", name="Log records").locator(".row", has_text=" line")
    expect(lines).to_contain_text(["first line", "second line", "third line", "fourth line"])
    expect(lines).to_have_count(4)
    expect(page.get_by_text("missing here")).to_have_count(0)


def test_a_room_goes_on_where_it_was_when_the_server_comes_back(
    page: Page, root: str, server: Server
) -> None:
    say(root, ["before 1", "before 2"])
    open_room(page, root)
    expect(tail(page)).to_contain_text("before 2")
    server.stop()
    expect(page.locator("[data-connection=lost]")).to_be_visible()
    server.start()
    say(root, ["after 1", "after 2"])
    expect(tail(page).get_by_text("after 2")).to_be_in_viewport()
    say(root, ["later"])
    expect(tail(page).get_by_text("later")).to_be_in_viewport()
    for text in ("before 1", "before 2", "after 1", "after 2", "later"):
        expect(tail(page).get_by_text(text, exact=True)).to_have_count(1)
    expect(page.get_by_text("missing here")).to_have_count(0)
    expect(page.get_by_text("dropped 0")).to_be_visible()
