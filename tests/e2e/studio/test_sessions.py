"""Sessions: the list, and one session with its four tabs on one selection and one window."""

from __future__ import annotations

import re
import time
from datetime import datetime
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.studio.browser import Inside
from tests.e2e.studio.rooms import Visit
from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import MS, Sender, agent_run

pytestmark = pytest.mark.browser

ROOM = "lobby"
FRAMES, FRAME_S = 60, 0.05
"""Time of the main thread's own CPU: frames are late when others use the machine."""

VISIT = "visit/7 #100%"
"""An id with what addresses are made of."""


def placed(sender: Sender, session: str, room: str = ROOM) -> Sender:
    """Sends as a part of a session of a room."""
    return Sender(
        studio=sender.studio,
        otlp=sender.otlp,
        project=sender.project,
        resource={"room": room, "session": session},
    )


@pytest.fixture
def visit(sender: Sender) -> Sender:
    """A room's session of a minute that has ended; of its two agents a tool of the second one failed."""
    inside = placed(sender, VISIT)
    start = time.time_ns() - 60_000 * MS
    inside.spans(agent_run(), start_ns=start)
    spans = agent_run(agent="researcher", failing=True)
    trace_id = inside.spans(spans, start_ns=start + 30_000 * MS)
    inside.logs(["asked upstream", "upstream is slow"], trace_id=trace_id, span_id=spans[3].id)
    inside.logs(["giving up on upstream"], level=17, trace_id=trace_id, span_id=spans[3].id)
    inside.gauges({"queue.depth": 4.0})
    inside.wait(runs=2, logs=3, metric_points=1)
    session = f"{sender.studio}/api/v1/projects/{sender.project}/sessions/{quote(VISIT, safe='')}"
    httpx.post(f"{session}/end", json={"by": "ended"}, timeout=30).raise_for_status()
    return inside


def moments(page: Page) -> Locator:
    return page.get_by_role("grid", name="Moments")


def query_of(page: Page, name: str) -> str | None:
    return page.evaluate("name => new URLSearchParams(location.search).get(name)", name)  # type: ignore[no-any-return]


def drag_over_the_map(page: Page, sender: Sender, start_s: float, end_s: float) -> None:
    """From one second of the session to another."""
    sessions = f"{sender.studio}/api/v1/projects/{sender.project}/sessions"
    [session] = httpx.get(sessions, timeout=30).json()["items"]
    began, ended = (datetime.fromisoformat(session[name][:26]) for name in ("started_at", "ended_at"))
    lasted_s = (ended - began).total_seconds()
    box = page.get_by_role("img", name="Overview of").bounding_box()
    assert box is not None
    left, middle = box["x"], box["y"] + box["height"] / 2
    page.mouse.move(left + start_s / lasted_s * box["width"], middle)
    page.mouse.down()
    page.mouse.move(left + end_s / lasted_s * box["width"], middle, steps=4)
    page.mouse.up()


def test_a_failing_tool_is_found_in_three_clicks_from_the_list(page: Page, root: str, visit: Sender) -> None:
    page.goto(f"{root}/runs")
    expect(page.get_by_role("grid", name="Runs").get_by_text("invoke_agent researcher")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("s")
    row = page.get_by_role("grid", name="Sessions").get_by_role("row").filter(has_text=VISIT)
    cells = row.get_by_role("gridcell")
    expect(cells.nth(0)).to_contain_text("ended")
    expect(cells.nth(2)).to_have_text(ROOM)
    expect(cells.nth(6)).to_have_text("2")
    expect(cells.nth(7)).to_have_text("✗ 1")
    row.get_by_role("link").click()
    expect(page).to_have_url(f"{root}/sessions/{quote(VISIT, safe='')}/timeline")
    expect(page.get_by_role("heading", level=1)).to_have_text(VISIT)

    told = moments(page).locator("[data-error]")
    expect(told).to_have_count(3)
    told.filter(has_text="search failed").click()
    expect(page.get_by_role("button", name="Failures 3")).to_be_visible()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("search did not answer")
    expect(page.get_by_label("Playhead", exact=True)).to_have_text(re.compile(r"00:00:30\.53\d"))

    panel.get_by_role("link", name="See the failing span").click()
    expect(page.get_by_role("treegrid").locator("[aria-selected=true]")).to_contain_text("execute_tool fetch")
    expect(panel).to_contain_text("search did not answer")
    chosen = page.get_by_role("list", name="Runs").get_by_role("button", pressed=True)
    expect(chosen).to_contain_text("researcher")


def test_one_window_and_one_selection_are_shared_by_the_tabs_and_survive_reload_and_back(
    page: Page, root: str, visit: Sender
) -> None:
    page.goto(f"{root}/sessions/{quote(VISIT, safe='')}")
    grid = moments(page)
    expect(grid.get_by_text("planner started")).to_be_visible()
    page.keyboard.press("e")
    page.keyboard.press("e")
    expect(grid.locator("[aria-selected=true]")).to_contain_text("researcher failed")
    expect(page.get_by_role("group", name="Failures")).to_contain_text("2 of 3")
    whole = page.url
    drag_over_the_map(page, visit, 20, 45)
    expect(page.get_by_role("button", name="Show all")).to_be_visible()
    window = query_of(page, "from"), query_of(page, "to")
    assert None not in window
    expect(grid.get_by_text("planner started")).to_have_count(0)
    expect(grid.get_by_text("researcher started")).to_be_visible()

    page.keyboard.press("2")
    pills = page.get_by_role("list", name="Runs").get_by_role("button")
    expect(pills).to_have_count(1)
    expect(pills).to_contain_text("researcher")
    page.keyboard.press("3")
    expect(page.get_by_text("No record in this time range")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No record in this time range")).to_be_visible()
    page.keyboard.press("4")
    expect(page.get_by_role("heading", name="No metrics in this window")).to_be_visible()
    assert (query_of(page, "from"), query_of(page, "to")) == window
    expect(page.locator("[data-playhead]")).to_have_count(1)
    for _ in range(4):
        page.go_back()
    expect(page).to_have_url(whole)
    expect(grid.get_by_text("planner started")).to_be_visible()
    expect(grid.locator("[aria-selected=true]")).to_contain_text("researcher failed")


def test_a_record_that_is_chosen_moves_the_playhead_and_the_logs_are_read_from_it(
    page: Page, root: str, visit: Sender
) -> None:
    page.goto(f"{root}/sessions/{quote(VISIT, safe='')}/logs")
    page.get_by_role("grid", name="Log records").get_by_text("upstream is slow").click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("upstream is slow")
    log = query_of(page, "log")
    at = page.get_by_label("Playhead", exact=True).inner_text()
    page.keyboard.press("1")
    expect(moments(page).get_by_text("giving up on upstream")).to_be_visible()
    expect(page.get_by_label("Playhead", exact=True)).to_have_text(at)
    page.keyboard.press("e")
    expect(moments(page).locator("[aria-selected=true]")).to_contain_text("giving up on upstream")
    assert query_of(page, "log") not in (None, log)
    page.keyboard.press("3")
    expect(page.get_by_role("complementary", name="Details")).to_contain_text("giving up on upstream")
    expect(page.locator("[data-here]")).to_contain_text("giving up on upstream")
    page.keyboard.press("4")
    expect(page.get_by_role("region", name="queue.depth").locator("[data-mark]")).to_have_count(1)
    page.keyboard.press("2")
    spans = page.get_by_role("treegrid")
    expect(spans.locator("[aria-selected=true]")).to_contain_text("execute_tool fetch")
    spans.get_by_text("execute_tool search").click()
    expect(page.get_by_label("Playhead", exact=True)).to_have_text(re.compile(r"00:00:30\.32\d"))
    page.keyboard.press("1")
    expect(moments(page).locator("[aria-selected=true]")).to_contain_text("search took 200 ms")


def test_a_session_grows_while_it_goes_on_and_is_ended_for_good_after_a_question(
    page: Page, root: str, sender: Sender, server: Server
) -> None:
    with Visit(server, sender.project, ROOM) as somebody:
        somebody.log("plan", message="plan ready", steps=4)
        found = httpx.get(f"{sender.studio}/api/v1/projects/{sender.project}/sessions", timeout=30).json()[
            "items"
        ]
        page.goto(f"{root}/sessions")
        row = page.get_by_role("grid", name="Sessions").get_by_role("row").filter(has_text="1 user")
        row.get_by_role("link").click()
        grid = moments(page)
        expect(grid.get_by_text("joined as user")).to_be_visible()
        expect(grid.get_by_text("plan ready")).to_be_visible()
        expect(page.locator("[data-connection=live]")).to_be_visible()
        [session] = found
        placed(sender, session["id"]).spans(agent_run(failing=True))
        expect(grid.get_by_text("search failed")).to_be_visible()
        expect(grid.get_by_text("planner failed")).to_be_visible()
        # Why is said by the run, and by the step once the server was asked.
        expect(grid.get_by_text("search did not answer")).to_have_count(2)
        expect(page.get_by_role("main")).to_contain_text("✗ 1 run")
        page.get_by_role("button", name="End session").click()
        question = page.get_by_role("dialog")
        expect(question).to_contain_text("is over for good")
        question.get_by_role("button", name="Keep it").click()
        expect(question).to_have_count(0)
        page.get_by_role("button", name="End session").click()
        question.get_by_role("button", name="Kill it").click()
        expect(page.get_by_text("killed")).to_be_visible()
        expect(page.get_by_role("button", name="End session")).to_have_count(0)
    expect(grid.get_by_text("The session was stopped")).to_be_visible()


def test_ten_thousand_moments_stay_a_few_rows_of_the_document(page: Page, root: str, sender: Sender) -> None:
    count = 10_000
    inside = placed(sender, "long")
    for _ in range(4):
        inside.logs([f"slow answer {at}" for at in range(count // 4)], level=13)
    inside.logs(["the last straw"], level=17)
    inside.wait(logs=count + 1)
    page.goto(f"{root}/sessions/long")
    grid = moments(page)
    # One more is the start of the session, and one the header.
    expect(grid).to_have_attribute("aria-rowcount", re.compile(r"1000[123]"))
    frames = """(frames) => new Promise(done => {
      const grid = document.querySelector('[aria-label=Moments]');
      let left = frames, drawn = 0;
      const step = () => {
        grid.scrollTop += 4000;
        drawn = Math.max(drawn, grid.querySelectorAll('[role=row]').length);
        if ((left -= 1) > 0) requestAnimationFrame(step);
        else done(drawn);
      };
      requestAnimationFrame(step);
    })"""
    inside_page = Inside(page)
    before = inside_page.worked_s()
    assert 10 < page.evaluate(frames, FRAMES) < 150
    assert (inside_page.worked_s() - before) / FRAMES < FRAME_S
    page.keyboard.press("e")
    expect(grid.locator("[aria-selected=true]")).to_contain_text("the last straw")
    expect(grid.locator("[aria-selected=true]")).to_be_in_viewport()


def test_the_list_is_narrowed_to_a_room_or_to_what_goes_on_and_says_why_it_is_empty(
    page: Page, root: str, sender: Sender, visit: Sender
) -> None:
    old = time.time_ns() - 1_800_000 * MS
    placed(sender, "quiet", "attic").spans(agent_run(), start_ns=old)
    sender.wait(runs=3)
    page.goto(f"{root}/sessions")
    grid = page.get_by_role("grid", name="Sessions")
    rows = grid.locator("[id^=session-row]")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="quiet").get_by_role("gridcell").first).to_have_text("◌ idle")
    grid.get_by_role("button", name="attic").click()
    expect(rows).to_have_count(1)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="No session passes this filter")).to_be_visible()
    page.get_by_role("button", name="Those that ended, too").click()
    page.get_by_role("button", name="Sessions of every room").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", name="No run here names a user")).to_be_visible()


def test_users_lead_to_their_runs(page: Page, root: str, sender: Sender) -> None:
    spans = agent_run()
    spans[0].attributes["user.id"] = 'ann "the" planner'
    sender.spans(spans)
    sender.spans(agent_run())
    sender.wait(runs=2)
    page.goto(f"{root}/sessions?by=user")
    row = page.get_by_role("row").filter(has_text="ann")
    expect(row.get_by_role("cell").first).to_have_text("1")
    row.get_by_role("link").click()
    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", "2")


def test_whatever_a_session_is_called_and_says_is_text(page: Page, root: str, sender: Sender) -> None:
    markup = "<img src=x onerror=alert(1)>"
    name = f"{markup}/\u202egnp.exe?{'n' * 400}"
    inside = placed(sender, name, f"room {markup}")
    trace_id = inside.spans(agent_run(agent=markup, failing=True))
    inside.logs([f"{markup}\x1b[31m\u202e{'x' * 10_000}"], level=17, trace_id=trace_id)
    inside.wait(runs=1, logs=1)
    page.goto(f"{root}/sessions")
    page.get_by_role("grid", name="Sessions").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{markup}/RLOgnp.exe?nnn")
    grid = moments(page)
    expect(grid.get_by_text(f"{markup} started")).to_be_visible()
    grid.locator("[data-error]").filter(has_text="ESC[31m").click()
    expect(page.get_by_role("complementary", name="Details")).to_contain_text(markup)
    for tab in "234":
        page.keyboard.press(tab)
        expect(
            page.get_by_role("navigation", name="Parts of the session").locator("[aria-current]")
        ).to_have_count(1)
    assert page.locator("img[src=x]").count() == 0
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wide) is False
