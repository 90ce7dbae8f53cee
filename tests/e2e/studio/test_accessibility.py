"""axe finds nothing serious, on any page, in either theme."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.studio.guarded import Owner
from tests.e2e.studio.rooms import report, say
from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser

Shown = tuple[Page, str, str]
"""A page, the address of a project, and the trace of its failed run."""

AXE = Path(__file__).resolve().parents[3] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """(colours) => axe.run(document, {
  resultTypes: ['violations'], ...(colours.length && { runOnly: { type: 'rule', values: colours } }),
})"""
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours."""
KINDS = ("passes", "violations", "incomplete")


@pytest.fixture(scope="module")
def shown(server: Server, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Shown]:
    """A project that has something of everything, and one page that goes from place to place in it."""
    if not AXE.exists():
        pytest.fail("axe-core is not installed; make studio")
    project = f"t-{uuid.uuid4().hex[:12]}"
    httpx.post(f"{server.studio}/api/v1/projects", json={"name": project}, timeout=30).raise_for_status()
    sender = Sender(studio=server.studio, otlp=server.otlp, project=project)
    sender = replace(sender, resource={"room": "lobby", "session": "s1"})
    trace_id = sender.spans(agent_run(failing=True))
    sender.logs([f"line {at}" for at in range(30)], level=17, trace_id=trace_id)
    sender.gauges({"queue.depth": 7}, resource={"room": "lobby"})
    furnish(f"{server.studio}/p/{project}")
    sender.wait(runs=1, logs=30)
    with browser.new_context(**browser_context_args) as context:
        yield context.new_page(), f"{server.studio}/p/{project}", trace_id


def violations(page: Page, *, of_colours: bool = False) -> list[str]:
    """What axe finds; `of_colours`: by COLOURS alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN, COLOURS if of_colours else [])
    # A rule that did not run finds nothing either.
    assert "color-contrast" in {each["id"] for kind in KINDS for each in found[kind]}
    return [
        f"{fault['impact']} {fault['id']}: {fault['nodes'][0]['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def furnish(root: str) -> None:
    """A room with what one can have."""
    report(root, "planner", state="running", kind="container", cpu_percent=12.5)
    report(root, "search", state="failed")
    say(root, ["slow today"], type_="warning")


def in_both_themes(page: Page) -> list[str]:
    """The violations of a page as it stands, in the light and in the dark, where other colours are all."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="light" if theme == "light" else "dark")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        found += [f"{theme}: {fault}" for fault in violations(page, of_colours=theme == "dark")]
    page.emulate_media(color_scheme="light")
    return found


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
    page.goto(f"{root}/runs/{trace_id}/trace")
    page.get_by_role("row", name="execute_tool fetch").click()
    expect(page.get_by_role("tab", name="Attributes")).to_be_visible()


def trace_as_tree(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/traces/{trace_id}?view=tree")
    page.get_by_role("row", name="chat gpt-4o").click()
    page.get_by_role("tab", name="Raw").click()
    expect(page.get_by_role("treegrid", name="Data")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Kinds").click()


def trace_as_graph(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/traces/{trace_id}?view=graph")
    page.get_by_role("group", name="Graph of").get_by_role("button", name="planner").click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Leads to")


def run_overview(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}/overview")
    expect(page.get_by_role("heading", name="5. Test in Docker")).to_be_visible()
    page.get_by_role("button", name="Copy as").click()
    expect(page.get_by_text("the run as the API gives it")).to_be_visible()


def run_events(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}/events")
    page.get_by_role("grid", name="Events").get_by_role("row", name="search").filter(
        has_text="tool"
    ).first.click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text(
        "What went in and came out was not sent."
    )


def run_io(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}/io")
    expect(page.get_by_role("region", name="Output")).to_be_visible()


def compare(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}/compare/{trace_id}?all=1&step=1")
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()


def choose_to_compare(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs/{trace_id}/overview")
    page.get_by_role("button", name="Compare…").click()
    expect(page.get_by_role("dialog", name="Compare with")).to_be_visible()


def logs(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/logs")
    page.get_by_text("line 3").first.click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Message")


def rooms(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/rooms")
    expect(page.get_by_role("grid", name="Rooms")).to_contain_text("1 failed")
    page.keyboard.press("j")


def room_logs(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/rooms/lobby/logs")
    expect(page.get_by_role("grid", name="Log records")).to_contain_text("Service planner started")
    page.get_by_text("slow today").click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("Message")


def room_metrics(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/rooms/lobby/metrics")
    page.get_by_role("group", name="queue.depth over time, bin by bin").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("region", name="queue.depth").get_by_role("status")).to_be_visible()


def room_services(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/rooms/lobby/services")
    expect(page.get_by_role("rowheader", name="planner")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Kill the session…").click()
    expect(page.get_by_role("dialog")).to_be_visible()


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


def sessions(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/sessions")
    expect(page.get_by_role("grid", name="Sessions").get_by_text("s1")).to_be_visible()
    page.keyboard.press("j")


def session(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/sessions/s1")
    page.get_by_text("search failed").click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("See the failing span")


def session_trace(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/sessions/s1/trace")
    expect(page.get_by_role("treegrid").get_by_text("execute_tool fetch")).to_be_visible()


def end_session(page: Page, root: str, _: str) -> None:
    page.goto(f"{root}/sessions/s1/logs")
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def suggestions(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs?q=status:error")
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()
    page.get_by_role("combobox", name="Filter").press_sequentially("agent:")
    expect(page.get_by_role("option", name="planner")).to_be_visible()
    page.keyboard.press("ArrowDown")


def views(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.get_by_role("button", name="Views").click()
    expect(page.get_by_label("Name of the view")).to_be_visible()


def appearance(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.get_by_role("button", name="Appearance").click()
    expect(page.get_by_role("button", name="Rows: compact")).to_be_visible()


def projects(page: Page, root: str, trace_id: str) -> None:
    runs(page, root, trace_id)
    page.get_by_role("button", name="switch").click()
    expect(page.get_by_role("link", name="default")).to_be_visible()


def a_value(page: Page, root: str, trace_id: str) -> None:
    page.goto(f"{root}/runs")
    page.locator(f"#run-{trace_id} [data-term='agent:planner']").hover()
    expect(page.get_by_role("button", name="Only agent:planner")).to_be_visible()


@pytest.mark.parametrize(
    "show",
    [
        empty,
        runs,
        keys,
        palette,
        suggestions,
        views,
        appearance,
        projects,
        a_value,
        time_range,
        trace,
        trace_as_tree,
        trace_as_graph,
        run_overview,
        run_events,
        run_io,
        compare,
        choose_to_compare,
        logs,
        rooms,
        room_logs,
        room_metrics,
        room_services,
        usage,
        keys_of_project,
        audit,
        sessions,
        session,
        session_trace,
        end_session,
    ],
    ids=lambda show: show.__name__,
)
def test_nothing_serious(shown: Shown, show: Callable[[Page, str, str], None]) -> None:
    page, root, trace_id = shown
    page.emulate_media(color_scheme="light")
    show(page, root, trace_id)
    assert in_both_themes(page) == []


def test_nothing_serious_where_people_come_in_and_are_managed(browser: Browser, guarded: Owner) -> None:
    with browser.new_context(color_scheme="light", reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(guarded.server.studio)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert in_both_themes(page) == []
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
            assert in_both_themes(page) == [], path
        page.get_by_role("button", name="Account of").click()
        assert in_both_themes(page) == []


def test_nothing_serious_where_agents_are_accounted_for(page: Page, root: str, sender: Sender) -> None:
    run = sender.spans(agent_run(agent="acme/desk", failing=True))
    api = f"{sender.studio}/api/v1/projects/{sender.project}"
    httpx.post(
        f"{api}/billing/events", json={"id": "o", "amount": "1", "run": run}, timeout=30
    ).raise_for_status()
    httpx.put(f"{api}/budgets/tiny", json={"period": "day", "limit": "0.001"}, timeout=30).raise_for_status()
    httpx.put(f"{api}/prices", json={"model": "m", "prices": {"input": "1"}}, timeout=30).raise_for_status()
    sender.wait(runs=1)
    for path, shown in (
        ("", page.get_by_role("region", name="Failures by cause").get_by_role("listitem")),
        ("/agents", page.get_by_role("rowheader", name="acme/desk")),
        ("/agents/acme/desk", page.get_by_role("list", name="Tools")),
        ("/usage/cost?compare=1", page.get_by_role("rowheader", name="gpt-4o")),
        ("/usage/revenue", page.get_by_role("table", name="Billing events")),
        ("/health", page.get_by_role("table", name="Disk by project")),
        ("/plugins?plugin=jsonl", page.get_by_role("complementary", name="Details")),
        ("/settings/general", page.get_by_label("Shown as")),
        ("/settings/retention", page.get_by_label("Keep telemetry")),
        ("/settings/prices", page.get_by_role("table", name="Own prices")),
        ("/settings/budgets", page.get_by_role("listitem", name="tiny")),
    ):
        page.goto(f"{root}{path}")
        expect(shown.first).to_be_visible()
        expect(page.locator("[aria-busy]")).to_have_count(0)
        assert in_both_themes(page) == [], path
