"""Usage: what runs came to, by group and interval."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.telemetry import Sender, agent_run

pytestmark = pytest.mark.browser


def test_cost_by_model_adds_up_and_a_row_leads_to_its_runs(page: Page, root: str, sender: Sender) -> None:
    for _ in range(3):
        sender.spans(agent_run())
    sender.wait(runs=3)
    page.goto(f"{root}/runs")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Usage").click()
    expect(page).to_have_url(f"{root}/usage/cost")
    table = page.get_by_role("table", name="Usage by model")
    expect(table.get_by_role("rowheader")).to_have_text(["gpt-4o", "All runs"])
    row = table.get_by_role("row").filter(has_text="gpt-4o")
    for text in ("3", "3.6k", "240", "$0.01"):
        expect(row).to_contain_text(text)
    expect(page.get_by_role("img", name=re.compile("^Cost by model per minute"))).to_be_visible()

    row.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/runs\?q=model%3Agpt-4o&from=now-1h$"))
    expect(page.get_by_role("grid", name="Runs").locator(".row")).to_have_count(3)


def test_group_interval_filter_and_question_stand_in_the_address(
    page: Page, root: str, sender: Sender
) -> None:
    sender.spans(agent_run(agent="planner"))
    sender.spans(agent_run(agent="shop", failing=True))
    sender.wait(runs=2)
    page.goto(f"{root}/usage/cost")
    page.get_by_label("Group by").select_option("agent")
    page.get_by_label("Interval").select_option("hour")
    page.get_by_role("navigation", name="What about").get_by_role("link", name="activity").click()
    expect(page).to_have_url(f"{root}/usage/activity?group=agent&interval=hour")
    expect(page.get_by_role("img", name="Steps by agent per hour")).to_be_visible()
    table = page.get_by_role("table", name="Usage by agent")
    expect(table.get_by_role("rowheader")).to_have_text([re.compile("planner|shop")] * 2 + ["All runs"])

    page.keyboard.press("/")
    page.keyboard.type("status:error")
    page.keyboard.press("Enter")
    expect(table.get_by_role("rowheader")).to_have_text(["shop", "All runs"])
    page.go_back()
    expect(table.get_by_role("rowheader")).to_have_count(3)


def test_latency_of_too_few_runs_is_not_told(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/usage/latency?group=session")
    expect(page.get_by_text("Percentiles are told from 100 samples")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("cell", name="—").first).to_be_visible()


def test_latency_of_a_hundred_runs_is_a_line(page: Page, root: str, sender: Sender) -> None:
    sender.traces([agent_run()[:1] for _ in range(100)])
    sender.wait(runs=100)
    page.goto(f"{root}/usage/latency?group=agent&interval=day")
    chart = page.get_by_role("img", name="Latency of runs per day")
    expect(chart.locator("path")).to_have_count(3)
    expect(page.get_by_role("table").get_by_role("row").filter(has_text="planner")).to_contain_text("1 s")


def test_the_table_is_had_as_csv_with_every_digit(
    page: Page, root: str, sender: Sender, tmp_path: Path
) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/usage/cost")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = tmp_path / "usage.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename.endswith("-cost-by-model.csv")
    with path.open(newline="") as file:
        [model, total] = list(csv.DictReader(file))
    assert (model["model"], total["model"]) == ("gpt-4o", "total")
    assert Decimal(model["cost"]) == Decimal(total["cost"]) == Decimal("0.0038")


def test_dragging_over_the_chart_narrows_the_range(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/usage/cost")
    box = page.get_by_role("img", name=re.compile("^Cost by model")).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from=20.*to=20"))
    expect(page.get_by_role("rowheader", name="gpt-4o")).to_be_visible()


def test_a_range_without_runs_offers_to_look_back(page: Page, root: str, sender: Sender) -> None:
    sender.spans(agent_run())
    sender.wait(runs=1)
    page.goto(f"{root}/usage/cost?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No run in this time range")).to_be_visible()
    page.get_by_role("button", name="Look back 30 days").click()
    expect(page.get_by_role("rowheader", name="gpt-4o")).to_be_visible()
