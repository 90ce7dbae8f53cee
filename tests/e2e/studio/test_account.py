"""Overview, agents, money, prices, budgets, health and plugins: accounting for what agents did."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.serving import Server
from tests.e2e.studio.telemetry import Sender, Span, agent_run

pytestmark = pytest.mark.browser


MINUTE_NS = 60 * 10**9


def run_of(model: str, *, agent: str = "planner", failing: bool = False) -> list[Span]:
    spans = agent_run(agent=agent, failing=failing)
    spans[1].attributes["gen_ai.request.model"] = model
    return spans


def bill(sender: Sender, *events: dict[str, Any]) -> None:
    path = f"{sender.studio}/api/v1/projects/{sender.project}/billing/events"
    httpx.post(path, json=list(events), timeout=30).raise_for_status()


def until(url: str, found: Any) -> None:
    """Wait until an answer is as it should be: what was billed is read a moment after it is durable."""
    deadline = time.monotonic() + 60
    while not found(httpx.get(url, timeout=30).json()):
        assert time.monotonic() < deadline, httpx.get(url, timeout=30).text
        time.sleep(0.1)


def test_margin_is_read_down_to_the_runs_behind_a_bar(
    page: Page, root: str, sender: Sender, tmp_path: Path
) -> None:
    # Both in the middle of the last minute: a bar is a minute.
    began_ns = (time.time_ns() // MINUTE_NS) * MINUTE_NS - MINUTE_NS // 2
    paid = sender.spans(run_of("gpt-4o", agent="shop/seller"), start_ns=began_ns)
    sender.spans(run_of("gpt-4o", agent="clerk"), start_ns=began_ns)
    bill(
        sender,
        {"id": "o1", "amount": "0.50", "run": paid, "customer": "=1+1", "description": "an answer"},
        {"id": "o2", "amount": "0.10", "kind": "refund", "run": paid, "customer": "=1+1"},
    )
    api = f"{sender.studio}/api/v1/projects/{sender.project}"
    sender.wait(runs=2)
    until(f"{api}/billing/events", lambda found: len(found["items"]) == 2)

    page.goto(f"{root}/usage/revenue")
    table = page.get_by_role("table", name="Revenue by agent")
    seller = table.get_by_role("row").filter(has_text="shop/seller")
    for text in ("$0.50", "$0.10", "$0.40", "$0.0038"):
        expect(seller).to_contain_text(text)
    expect(table.get_by_role("row").filter(has_text="clerk")).to_contain_text("-$0.0038")
    page.get_by_label("Group by").select_option("model")
    expect(page.get_by_role("table", name="Revenue by model").get_by_role("rowheader")).to_have_text(
        ["gpt-4o", "All together"]
    )
    events = page.get_by_role("table", name="Billing events")
    expect(events.get_by_role("row")).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("region", name="Billing events").get_by_role("button", name="CSV").click()
    path = tmp_path / "events.csv"
    download.value.save_as(path)
    with path.open(newline="") as file:
        assert {(row["id"], row["amount"], row["customer"]) for row in csv.DictReader(file)} == {
            ("o1", "0.5", "'=1+1"),
            ("o2", "0.1", "'=1+1"),
        }

    page.get_by_role("navigation", name="What about").get_by_role("link", name="cost").click()
    page.get_by_role("group", name=re.compile("^Cost by .*, bin by bin")).focus()
    page.keyboard.press("End")
    for _ in range(4):  # the last bar is the minute that goes on, or one of those that have ended since
        if page.get_by_role("status").filter(has_text="gpt-4o").count():
            break
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs\?from=20.*&to=20"))
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(2)


def test_a_price_is_set_and_the_cost_changes_when_it_is_computed_anew(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(run_of("our-own-llm"))
    sender.wait(runs=1)
    page.goto(f"{root}/usage/cost")
    expect(page.get_by_role("row").filter(has_text="our-own-llm")).to_contain_text("unpriced")
    page.get_by_role("link", name="100% of the tokens unpriced: set a price").click()
    page.get_by_label("Model", exact=True).fill("our-own-*")
    page.get_by_label("Input, $", exact=True).fill("10")
    page.get_by_label("Output, $", exact=True).fill("100")
    page.get_by_role("button", name="Set the price").click()
    line = page.get_by_role("table", name="Own prices").get_by_role("row").filter(has_text="our-own-*")
    expect(line).to_contain_text("$10")

    # It holds within five seconds; until then the old one would be found again.
    anew = page.get_by_role("button", name="Compute costs anew")
    done = page.get_by_role("status").filter(has_text="✓ Done")
    deadline = time.monotonic() + 60
    while not done.filter(has_text="1 span has").count() and time.monotonic() < deadline:
        with page.expect_response(re.compile("/prices/reprice$")):
            anew.click()
        expect(done).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="See the costs").click()
    # 1,200 tokens in for $10 and 80 out for $100 a million.
    expect(page.get_by_role("row").filter(has_text="our-own-llm")).to_contain_text("$0.02")
    expect(page.get_by_text("tokens unpriced")).to_have_count(0)


def test_a_budget_that_is_passed_is_seen_and_changed(page: Page, root: str, sender: Sender) -> None:
    sender.spans(run_of("gpt-4o"))
    sender.wait(runs=1)
    page.goto(f"{root}/settings/budgets")
    page.get_by_label("Name").fill("tiny")
    page.get_by_label("Limit").fill("0.001")
    page.get_by_label("For each").select_option("day")
    page.get_by_role("button", name="Set the budget").click()
    budget = page.get_by_role("listitem", name="tiny")
    expect(budget).to_contain_text("passed, 380%")

    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("list", name="Needs attention")).to_contain_text(
        "A budget is passed: tiny of the project, $0.0038 of $0.0010 a day"
    )
    page.get_by_role("link", name="See budgets").click()
    budget.get_by_role("button", name="Change").click()
    page.get_by_label("Limit").fill("1")
    page.get_by_role("button", name="Change it").click()
    expect(budget).to_contain_text("$0.0038 of $1.00 a day")
    budget.get_by_role("button", name="Remove").click()
    budget.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None is set yet.")).to_be_visible()


def test_refused_requests_are_told_with_what_to_do(
    page: Page, root: str, server: Server, sender: Sender
) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    refused = httpx.post(
        f"{server.otlp}/v1/metrics", content=b"x", headers={"content-type": "text/plain"}, timeout=30
    )
    assert refused.status_code == 415
    page.goto(root)
    expect(page.get_by_role("list", name="Needs attention")).to_contain_text("it refused")
    page.get_by_role("link", name="See Health").click()
    line = page.get_by_role("table", name="Reasons").get_by_role("row").filter(has_text="content_type")
    expect(line.filter(has_text="metrics")).to_contain_text(
        "Send application/x-protobuf or application/json."
    )
    spans = page.get_by_role("list", name="What became of what was received").get_by_role("listitem").first
    expect(spans).to_contain_text("✓ adds up")
    numbers = [int(text.replace(",", "")) for text in spans.locator(".text-xl").all_inner_texts()]
    assert numbers[0] == sum(numbers[1:]) > 0
    disk = page.get_by_role("table", name="Disk by project").get_by_role("row")
    expect(disk.filter(has_text=sender.project)).to_contain_text(re.compile("[0-9] (B|KB|MB)"))
    expect(page.get_by_text("Free", exact=True)).to_be_visible()


def test_the_overview_says_what_runs_and_what_failed_of_what(page: Page, root: str, sender: Sender) -> None:
    for _ in range(2):
        failed = sender.spans(agent_run(agent="acme/desk", failing=True))
    running = agent_run()
    running[0].takes_ms = None
    sender.spans(running)
    sender.wait(runs=3)
    page.goto(root)
    causes = page.get_by_role("region", name="Failures by cause")
    expect(causes.get_by_role("listitem")).to_have_count(1)
    expect(causes.get_by_role("listitem")).to_contain_text("search did not answer")
    expect(causes.get_by_role("listitem")).to_contain_text("acme/desk")
    expect(page.get_by_role("region", name="Running now").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("list", name="Totals").get_by_role("listitem").first).to_contain_text("3")
    sender.spans(agent_run(agent="newcomer"))
    newest = page.get_by_role("region", name="Newest runs")
    expect(newest).to_contain_text("newcomer")  # without a reload

    causes.get_by_role("link", name="Why?").click()
    expect(page).to_have_url(re.compile(f"/runs/{failed}"))
    page.go_back()
    causes.get_by_role("link", name=re.compile("2.*runs")).click()
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(2)


@pytest.mark.expects_console("404")
def test_an_agent_has_a_page_whose_name_may_have_slashes(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run(agent="acme/desk", failing=True))
    sender.spans(agent_run(agent="acme/desk"))
    sender.spans(agent_run(agent="clerk"))
    sender.wait(runs=3)
    page.goto(root)
    expect(page.get_by_role("list", name="Totals")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("a")
    table = page.get_by_role("table", name="Agents")
    expect(table.get_by_role("rowheader")).to_have_text(["acme/desk", "clerk"])
    expect(table.get_by_role("row").filter(has_text="acme/desk")).to_contain_text("50%")
    table.get_by_role("link", name="acme/desk").click()
    expect(page).to_have_url(re.compile("/agents/acme/desk"))
    expect(page.get_by_role("list", name="Tools")).to_contain_text("search")
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("status:error")
    page.keyboard.press("Enter")
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(1)
    page.goto(f"{root}/agents/no/such")
    expect(page.get_by_role("heading", name="There is no such agent")).to_be_visible()


def exporter_report(server: Server, project: str) -> None:
    """What an agent tells of an exporter that misses its key."""
    told = {
        "fanlight.exporter.name": "acme", "fanlight.exporter.state": "failed",
        "fanlight.exporter.error": "ACME_API_KEY is not set", "fanlight.exporter.dropped": "3",
    }  # fmt: skip
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]
    record = {
        "timeUnixNano": str(time.time_ns()),
        "eventName": "fanlight.exporter",
        "attributes": attributes,
    }
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    headers = {"x-fanlight-project": project}
    httpx.post(f"{server.otlp}/v1/logs", json=body, headers=headers, timeout=30).raise_for_status()


def test_an_exporter_that_fails_says_which_secret_it_lacks(
    page: Page, root: str, server: Server, sender: Sender
) -> None:
    exporter_report(server, sender.project)
    sender.wait(logs=1)
    page.goto(f"{root}/health")
    page.get_by_role("table", name="Exporters that fail").get_by_role("link", name="acme").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel).to_contain_text("It lacks a secret")
    expect(panel.locator("code").first).to_have_text("ACME_API_KEY")
    row = page.get_by_role("table", name="Exporters").get_by_role("row").filter(has_text="acme")
    expect(row).to_contain_text("failed")
    page.get_by_role("button", name="jsonl", exact=True).click()
    expect(panel).to_contain_text("pip install")
    for text in ("all eight of Charm's", "FANLIGHT_JSONL_MAX_BYTES", "no published agent"):
        expect(panel).to_contain_text(text)


def test_a_project_is_named_kept_for_days_of_its_own_and_its_key_is_tried(
    page: Page, root: str, server: Server, sender: Sender
) -> None:
    page.goto(f"{root}/settings")
    page.get_by_label("Shown as").fill("The shop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Project The shop, switch")).to_be_visible()
    page.get_by_role("link", name="Retention").click()
    page.get_by_label("Keep telemetry").select_option("for days of its own")
    page.get_by_label("Days").fill("7")
    page.get_by_role("button", name="Keep so long").click()
    expect(page.get_by_text("Kept for 7 days")).to_be_visible()
    found = httpx.get(f"{sender.studio}/api/v1/projects/{sender.project}", timeout=30).json()
    assert (found["display_name"], found["retention_days"]) == ("The shop", 7)

    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Name").fill("trial")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("Waiting for its first request…")).to_be_visible()
    secret = page.get_by_role("region", name="Key trial").locator("code").inner_text()
    with_key = Sender(studio=sender.studio, otlp=server.otlp, project=sender.project, key=secret)
    with_key.logs(["hello"])
    expect(page.get_by_text("✓ It works")).to_be_visible()
