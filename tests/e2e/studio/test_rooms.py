"""Rooms and the console of one, watched while people, agents and services come, work and go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.rooms import Visit, open_room, report, say, tail
from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def test_a_room_is_followed_from_the_list_into_its_console_while_people_come_and_go(
    page: Page, root: str, server: Server, project: str
) -> None:
    page.goto(f"{root}/rooms")
    expect(page.get_by_role("heading", name="No room yet")).to_be_visible()
    with Visit(server, project, "lobby") as ann:
        row = page.get_by_role("grid", name="Rooms").get_by_role("row").filter(has_text="lobby")
        expect(row).to_contain_text("1 user")
        expect(row).to_contain_text("00:00:")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{root}/rooms/lobby/logs")
        expect(page.get_by_role("list", name="Who is in it")).to_contain_text("local owner")
        expect(tail(page)).to_contain_text("local owner joined as user")
        ann.log("order_placed", message="two tickets", total="12.30")
        said = tail(page).get_by_role("row").filter(has_text="two tickets")
        expect(said).to_contain_text("order_placed")
        expect(said).to_contain_text("total=12.30")
        expect(said).to_be_in_viewport()
        said.click()
        details = page.get_by_role("complementary", name="Details")
        expect(details.get_by_role("heading", name="Developer log: order_placed")).to_be_visible()
        expect(page.locator("[data-tail=held]")).to_contain_text("a record is selected")
        page.keyboard.press("Escape")
        page.keyboard.press("G")
    expect(tail(page)).to_contain_text("local owner left")
    expect(page.get_by_text("Nobody is connected")).to_be_visible()


def test_a_paused_room_says_so_and_goes_on_at_the_newest(page: Page, root: str) -> None:
    say(root, [f"line {at}" for at in range(60)])
    open_room(page, root)
    expect(tail(page).get_by_text("line 59")).to_be_in_viewport()
    page.keyboard.press("Space")
    expect(page.locator("[data-tail=held]")).to_contain_text("paused")
    rows = tail(page).get_attribute("aria-rowcount")
    say(root, ["while it stood still 1", "while it stood still 2"])
    jump = page.get_by_role("button", name="2 new")
    expect(jump).to_be_visible()
    expect(tail(page)).to_have_attribute("aria-rowcount", str(rows))
    jump.click()
    expect(tail(page).get_by_text("while it stood still 2")).to_be_in_viewport()
    expect(page.locator("[data-tail=following]")).to_be_visible()


def test_chips_and_the_volume_narrow_what_is_followed(page: Page, root: str, sender: Sender) -> None:
    say(root, ["all is well"])
    say(root, ["it is slow"], type_="warning")
    sender.logs(["not of this room"])
    sender.wait(logs=3)
    open_room(page, root)
    expect(tail(page)).to_contain_text("it is slow")
    expect(page.get_by_text("not of this room")).to_have_count(0)
    page.get_by_role("group", name="Lowest level").get_by_role("button", name="Warn+").click()
    expect(page).to_have_url(re.compile(r"q=level%3A%3E%3Dwarn"))
    expect(tail(page)).not_to_contain_text("all is well")
    say(root, ["it is slower"], type_="warning")
    expect(tail(page)).to_contain_text("it is slower")
    page.get_by_role("group", name="Lowest level").get_by_role("button", name="All").click()
    page.get_by_role("group", name="Sort of record").get_by_role("button", name="Room events").click()
    expect(tail(page)).to_contain_text("A session began")
    expect(tail(page)).not_to_contain_text("slow")
    page.go_back()
    expect(tail(page)).to_contain_text("it is slower")
    volume = page.get_by_role("img", name="Records over time")
    box = volume.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 1, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=20\d\d.*to=20\d\d"))
    expect(page.locator("[data-tail]")).to_have_count(0)


def test_a_point_of_a_metric_leads_to_the_runs_of_its_time(page: Page, root: str, sender: Sender) -> None:
    room = {"room": "lobby"}
    sender.spans(agent_run(), resource=room)
    sender.gauges({"queue.depth": 7, "process.memory.usage": 268_435_456}, resource=room)
    sender.gauges({"elsewhere": 1}, resource={"room": "attic"})
    sender.wait(runs=1)
    open_room(page, root, "metrics")
    queue = page.get_by_role("region", name="queue.depth")
    memory = page.get_by_role("region", name="process.memory.usage")
    expect(queue).to_contain_text("7")
    expect(page.get_by_text("elsewhere")).to_have_count(0)
    sender.gauges({"queue.depth": 9}, resource=room)
    expect(queue.get_by_title("The newest value of queue.depth")).to_have_text("9")
    page.keyboard.press("Space")
    expect(page.get_by_text("Held: paused")).to_be_visible()
    sender.gauges({"queue.depth": 11}, resource=room)
    page.keyboard.press("Space")
    expect(queue.get_by_title("The newest value of queue.depth")).to_have_text("11")
    plot = queue.get_by_role("group", name="queue.depth over time, bin by bin")
    plot.focus()
    page.keyboard.press("End")
    expect(queue.get_by_role("status")).to_be_visible()
    expect(memory.get_by_role("status")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"{re.escape(root)}/rooms/lobby/traces\?from=20.*&to=20"))
    page.goto(f"{root}/rooms/lobby/traces")
    runs = page.get_by_role("grid", name="Runs")
    expect(runs.get_by_role("row")).to_have_count(2)
    sender.spans(agent_run(agent="late"), resource=room)
    expect(runs).to_contain_text("late")
    runs.get_by_role("link", name="invoke_agent late").click()
    expect(page).to_have_url(re.compile(rf"{re.escape(root)}/runs/[0-9a-f]+"))


def test_services_say_how_they_are_and_lead_to_their_logs(page: Page, root: str) -> None:
    image = f"registry.example.org/planner@sha256:{'0' * 64}"
    report(root, "planner", state="running", kind="container", image=image, cpu_percent=12.5, restarts=0)
    report(root, "search", state="failed")
    say(root, ["a word of the planner"])
    open_room(page, root, "services")
    planner = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="planner"))
    expect(planner).to_contain_text("container")
    told = ["● running", image, "12.5%", "—", "0"]
    for cell, text in zip(planner.get_by_role("cell").all()[:5], told, strict=True):
        expect(cell).to_have_text(text)
    expect(page.get_by_text("1 service failed")).to_be_visible()
    report(root, "planner", state="restarting", restarts=1)
    expect(planner).to_contain_text("restarting")
    planner.get_by_role("link", name="Logs of planner").click()
    expect(page.get_by_role("button", name="Remove service:")).to_be_visible()
    expect(tail(page)).to_contain_text("a word of the planner")
    expect(tail(page)).not_to_contain_text("A session began")


def test_a_session_is_killed_only_after_a_second_word_and_the_room_then_says_so(
    page: Page, root: str
) -> None:
    say(root, ["hello"])
    open_room(page, root, "services")
    expect(page.get_by_text("active 00:00:")).to_be_visible()
    page.get_by_role("button", name="Kill the session…").click()
    dialog = page.get_by_role("dialog", name="Kill this session?")
    dialog.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("active 00:00:")).to_be_visible()
    page.get_by_role("button", name="Kill the session…").click()
    dialog.get_by_role("button", name="Kill the session").click()
    expect(page.get_by_text("No session goes on in this room. The last one")).to_contain_text("was stopped")
    expect(page.get_by_text("in no session")).to_be_visible()
    expect(page.get_by_role("button", name="Kill the session…")).to_have_count(0)


def test_a_room_of_any_name_has_its_console(page: Page, root: str, sender: Sender) -> None:
    name = 'a/b "c" <i>d</i> שלום ' + "n" * 100
    say(root, ["said in there"], room=name)
    sender.wait(logs=1)
    page.goto(f"{root}/rooms")
    page.get_by_role("grid", name="Rooms").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text('a/b "c" <i>d</i>')
    expect(tail(page)).to_contain_text("said in there")
    expect(page.locator("h1 i")).to_have_count(0)
    say(root, ["and then this"], room=name)
    expect(tail(page)).to_contain_text("and then this")


@pytest.mark.expects_console("404")
def test_a_room_that_is_not_there_leads_back_to_those_that_are(page: Page, root: str) -> None:
    page.goto(f"{root}/rooms/nowhere/logs")
    page.get_by_role("link", name="All rooms of this project").click()
    expect(page).to_have_url(f"{root}/rooms")
