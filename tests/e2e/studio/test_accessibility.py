"""axe finds nothing serious, on any page, in either theme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[3] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "show", [empty, runs, keys, palette, time_range, trace, logs], ids=lambda show: show.__name__
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
