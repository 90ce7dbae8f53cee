"""axe finds nothing serious, on any page, in either theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.studio.guarded import Owner, guarded_server
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[3] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with guarded_server(tmp_path_factory.mktemp("guarded")) as server:
        yield server.found()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{fault['impact']} {fault['id']}: {fault['nodes'][0]['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def empty(page: Page, root: str, _: str) -> None:
    page.goto(f"{root.rpartition('/')[0]}/default/runs")
    expect(page.get_by_role("heading", name="Send your first run")).to_be_visible()


def runs(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs?q=agent:planner")
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()
    page.keyboard.press("j")


def keys(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def palette(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def time_range(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.keyboard.press("t")
    expect(page.get_by_label("Type a range")).to_be_visible()


def trace(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}")
    page.get_by_role("button", name="First failing span").click()
    expect(page.get_by_role("tab", name="Attributes")).to_be_visible()


def logs(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/logs")
    page.get_by_text("line 3").first.click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Message")


def usage(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/usage/cost")
    expect(page.get_by_role("rowheader", name="gpt-4o")).to_be_visible()


def keys_of_project(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/settings/keys")
    page.get_by_label("Name").fill("collector")
    page.get_by_role("button", name="Make a key").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("region", name="Key collector")).to_be_visible()


def audit(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/settings/audit")
    expect(page.get_by_role("heading", name="Audit log")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "show",
    [empty, runs, keys, palette, time_range, trace, logs, usage, keys_of_project, audit],
    ids=lambda show: show.__name__,
)
def test_nothing_serious(
    page: Page, root: str, sender: Sender, theme: str, show: Callable[[Page, str, str], None]
) -> None:
    if not AXE.exists():
        pytest.fail("axe-core is not installed; make studio")
    trace_id = sender.spans(agent_run(failing=True))
    sender.logs([f"line {at}" for at in range(30)], level=17, trace_id=trace_id)
    sender.wait(runs=1, logs=30)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    show(page, root, trace_id)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_where_people_come_in_and_are_managed(
    browser: Browser, guarded: Owner, theme: str
) -> None:
    scheme = "dark" if theme == "dark" else "light"
    with browser.new_context(color_scheme=scheme, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(guarded.server.studio)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert violations(page) == []
        guarded.let_in(context)
        for path, heading in (
            ("invite#a-token", "You are invited"),
            ("device", "Sign in a terminal"),
            ("account", "Where you are signed in"),
            ("p/default/settings/members", "Members"),
            ("settings/people", "People"),
            ("p/of-others/runs", "You may not see this project"),
        ):
            page.goto(f"{guarded.server.studio}/{path}")
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
            expect(page.locator("[aria-busy]")).to_have_count(0)
            assert violations(page) == [], path
        page.get_by_role("button", name="Account of").click()
        assert violations(page) == []
