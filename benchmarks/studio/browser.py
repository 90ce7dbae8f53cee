"""A real Chromium and what it says of itself: frames, long tasks, time of the main thread, memory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
VIEWPORT = ViewportSize(width=1440, height=900)

# Stands before any script of the page: notes the first frame that has a row of the waterfall.
FIRST_ROW = """
  const look = () => {
    if (!document.querySelector('[role=treegrid] .row')) requestAnimationFrame(look);
    else requestAnimationFrame(() => { window.firstRow = performance.now() });
  };
  requestAnimationFrame(look);
"""

NOTED = """() => new Promise((done) => {
  const look = () => (window.firstRow === undefined ? requestAnimationFrame(look) : done(window.firstRow));
  look();
})"""

# Scrolls by 180 px a frame, and notes each frame: how long it took, and whether a visible place had no row.
SCROLL = """async (ms) => {
  const list = document.querySelector('[role=treegrid]');
  const box = list.getBoundingClientRect();
  const places = [60, box.height / 2, box.height - 20];
  const isBlank = () => !places.every((y) =>
    document.elementsFromPoint(box.left + 200, box.top + y).some((at) => at.classList.contains('row')));
  list.scrollTop = 0;
  const long = [], frames = [];
  new PerformanceObserver((seen) => long.push(...seen.getEntries())).observe({ type: 'longtask' });
  let blank = 0, last = performance.now();
  const began = last;
  await new Promise((done) => {
    const step = (now) => {
      frames.push(now - last);
      last = now;
      if (isBlank()) blank += 1;
      list.scrollTop += 180;
      if (now - began > ms) done(); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  return { frames, blank, long: long.length };
}"""

# Looks once a frame whether the tail's visible part has a row everywhere.
WATCH_BLANK = """() => {
  window.blank = { frames: 0, blank: 0, on: true };
  const look = () => {
    const list = document.querySelector('[role=grid]');
    const box = list.getBoundingClientRect();
    const places = [60, box.height / 2, box.height - 30];
    const full = places.every((y) =>
      document.elementsFromPoint(box.left + 200, box.top + y).some((at) => at.classList.contains('row')));
    window.blank.frames += 1;
    if (!full) window.blank.blank += 1;
    if (window.blank.on) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. RuntimeError where there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("Chromium is not installed; apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        try:
            yield browser
        finally:
            browser.close()


def first_row_ms(page: Page, address: str) -> float:
    """From the start of a navigation to the first frame with a row of the waterfall."""
    page.goto(address)
    page.locator("[role=treegrid] .row").first.wait_for(timeout=60_000)
    return float(page.evaluate(NOTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scroll:
    """What frames did while a list was scrolled; `frames` are their lengths in milliseconds."""

    frames: list[float]
    blank: int
    long: int

    @property
    def fps(self) -> float:
        """Frames in a second."""
        return len(self.frames) / sum(self.frames) * 1_000


def scroll(page: Page, seconds: float) -> Scroll:
    """Scroll the waterfall from its top."""
    page.evaluate("() => new Promise((done) => requestIdleCallback(done, { timeout: 2000 }))")
    seen: dict[str, Any] = page.evaluate(SCROLL, seconds * 1_000)
    return Scroll(**seen)


class Inside:
    """The browser's own figures of a page."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _metrics(self) -> dict[str, float]:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found}

    def worked_s(self) -> float:
        """What the main thread worked so far, in seconds of its own CPU."""
        return self._metrics()["TaskDuration"]

    def main_thread(self, seconds: float, page: Page) -> float:
        """The share of the time that the main thread works, over so many seconds, in time of its own CPU."""
        before, began = self.worked_s(), time.monotonic()
        page.wait_for_timeout(seconds * 1_000)
        return (self.worked_s() - before) / (time.monotonic() - began)

    def heap_bytes(self) -> float:
        """What is left of the heap once garbage is gone."""
        self._session.send("HeapProfiler.collectGarbage")
        return self._metrics()["JSHeapUsedSize"]
