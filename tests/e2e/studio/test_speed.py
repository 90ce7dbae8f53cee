"""Limits that must hold on a small shared machine: loose, because such machines differ by a factor of two."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page

from tests.e2e.studio.telemetry import Sender, wide_trace

pytestmark = pytest.mark.browser

READY_S = 1.5
SPANS = 10_000
ROUNDS = 3
"""Whatever else the machine does makes frames late; the page itself would do so each time."""

# Scrolls 180 px a frame for two seconds, and counts the frames in which a visible place has no row.
SCROLL = """async () => {
  const list = document.querySelector('[role=treegrid]');
  const box = list.getBoundingClientRect();
  const places = [60, box.height / 2, box.height - 20];
  const isBlank = () => !places.every((y) =>
    document.elementsFromPoint(box.left + 200, box.top + y).some((found) => found.classList.contains('row')));
  list.scrollTop = 0;
  const long = [];
  new PerformanceObserver((seen) => long.push(...seen.getEntries())).observe({ type: 'longtask' });
  let frames = 0, blank = 0;
  const began = performance.now();
  await new Promise((done) => {
    const step = () => {
      if (isBlank()) blank += 1;
      frames += 1;
      list.scrollTop += 180;
      if (performance.now() - began > 2000) done(); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  return { frames, blank, long: long.length, rows: document.querySelectorAll('.row').length };
}"""


def test_ten_thousand_spans_are_ready_soon_and_scroll_without_a_blank_frame(
    page: Page, root: str, sender: Sender, record_property: pytest.RecordProperty
) -> None:
    trace_id = sender.spans(wide_trace(SPANS))
    sender.wait(spans=SPANS)
    # The shell is loaded and the trace's page known, as when one comes from the list.
    page.goto(f"{root}/runs")
    row = page.locator(f"#run-{trace_id}")
    row.wait_for()
    began = time.monotonic()
    row.click()
    page.get_by_role("treegrid").locator(".row").first.wait_for()
    ready_s = time.monotonic() - began
    rounds = [page.evaluate(SCROLL) for _ in range(ROUNDS)]
    record_property("ready_s", round(ready_s, 3))
    record_property("scroll", str(rounds))
    assert ready_s < READY_S
    assert [seen["blank"] for seen in rounds] == [0] * ROUNDS
    assert min(seen["long"] for seen in rounds) <= 2
    assert max(seen["rows"] for seen in rounds) < 200
