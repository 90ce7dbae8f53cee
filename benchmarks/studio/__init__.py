"""Studio in Chromium against a real server: how soon, how smooth, at what cost, on how many streams."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from statistics import fmean, median

from playwright.sync_api import Browser, Page, expect

import fanlight
from benchmarks.bench import Bench
from benchmarks.report import Row, quantile, row
from benchmarks.server import MIB, PROJECT, Server
from benchmarks.studio.browser import FIRST_ROW, VIEWPORT, WATCH_BLANK, Inside, chromium, first_row_ms, scroll
from benchmarks.studio.traffic import Sending, send_trace, wait_for_spans

PART = "Studio"
ROUNDS = 5
SCROLL_S = 5.0
RATE = 1_000
BUSY_S = 20.0
HEAP_EVERY_S = 7
HEAP_ROUNDS = 27
TABS = 9
SIZES = ((10_000, 1_000, 50, 30.0), (50_000, 4_000, 40, None))
"""Spans; most milliseconds to the first row; fewest frames a second; longest frame but one in twenty."""


def measure(bench: Bench) -> list[Row]:
    """Everything, in one browser and against one server."""
    with Server(bench.new_data()) as server, chromium() as browser:
        rows = sizes()
        for spans, most_ms, fewest_fps, most_frame_ms in SIZES:
            bench.say(f"{PART}: a trace of {spans:,} spans")
            rows += _trace(browser, server, spans, most_ms, fewest_fps, most_frame_ms)
        bench.say(f"{PART}: {TABS} tabs")
        rows.append(_tabs(browser, server))
        bench.say(f"{PART}: a live list at {RATE:,} events/s, {HEAP_EVERY_S * HEAP_ROUNDS} s")
        rows += _tail(browser, server)
        return rows


def sizes() -> list[Row]:
    """What a browser loads at first, and everything there is, as gzip has it."""
    dist = Path(fanlight.__file__).with_name("studio_dist")
    if not (dist / "index.html").exists():
        raise RuntimeError("Studio is not built; make studio")
    page = (dist / "index.html").read_text()
    named = [dist / name for name in re.findall(r'(?:src|href)="\./([^"]+\.(?:js|css))"', page)]
    every = [path for path in dist.rglob("*") if path.suffix in (".js", ".css")]
    return [
        row(
            PART,
            what,
            sum(len(gzip.compress(path.read_bytes())) for path in paths) / 1024,
            "KB",
            at_most=most,
        )
        for what, paths, most in (("JS and CSS of a first load", named, 180), ("all JS and CSS", every, 300))
    ]


def _address(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}/p/{PROJECT}/{path}"


def _trace(
    browser: Browser,
    server: Server,
    spans: int,
    most_ms: float,
    fewest_fps: float,
    most_frame_ms: float | None,
) -> list[Row]:
    """One trace: opened again and again in a browser that knows Studio, then scrolled."""
    trace_id = send_trace(server, spans)
    wait_for_spans(server, spans)
    what = f"{spans:,} spans"
    with browser.new_context(viewport=VIEWPORT, reduced_motion="reduce") as context:
        context.add_init_script(FIRST_ROW)
        page = context.new_page()
        address = _address(server, f"traces/{trace_id}")
        cold = first_row_ms(page, address)
        warm = [first_row_ms(page, address) for _ in range(ROUNDS)]
        seen = scroll(page, SCROLL_S)
    beside = (
        f"slowest of {ROUNDS}: {max(warm):,.0f} ms; in a browser that has nothing of Studio {cold:,.0f} ms"
    )
    frame_ms = quantile(seen.frames, 0.95)
    return [
        row(PART, f"{what}: address to first row", median(warm), "ms", at_most=most_ms, beside=beside),
        row(
            PART,
            f"{what}: scrolling",
            seen.fps,
            "fps",
            at_least=fewest_fps,
            beside=f"{seen.blank} frames blank",
        ),
        row(PART, f"{what}: frames, p95", frame_ms, "ms", at_most=most_frame_ms),
        row(
            PART,
            f"{what}: long tasks in {SCROLL_S:.0f} s",
            seen.long,
            "tasks",
            at_most=2 if most_frame_ms else None,
        ),
    ]


def _tabs(browser: Browser, server: Server) -> Row:
    """Tabs of one browser: all are live, and the server holds as few streams as that takes."""
    with browser.new_context(viewport=VIEWPORT) as context:
        tabs = [context.new_page() for _ in range(TABS)]
        for tab in tabs:
            tab.goto(_address(server, "runs"))
            expect(tab.locator("[data-connection=live]")).to_be_visible(timeout=30_000)
        streams = _streams(server)
    return row(PART, f"{TABS} tabs, all live: streams at the server", streams, "streams", at_most=1)


def _streams(server: Server) -> float:
    with server.connect() as connection:
        told = connection.request("GET", "/metrics").body.decode()
    found = re.search(r"^fanlight_stream_readers(?:{.*})? (\S+)$", told, re.MULTILINE)
    if found is None:
        raise RuntimeError("the server does not tell how many streams are open")
    return float(found[1])


def _tail(browser: Browser, server: Server) -> list[Row]:
    """The newest log records as they come: what the main thread does, what is blank, what stays in memory."""
    with (
        browser.new_context(viewport=VIEWPORT, reduced_motion="reduce") as context,
        Sending(server, rate=RATE),
    ):
        page = context.new_page()
        page.goto(_address(server, "logs"))
        page.locator("[role=grid] .row").first.wait_for()
        inside = Inside(page)
        page.wait_for_timeout(10_000)
        share = inside.main_thread(BUSY_S, page)
        page.evaluate(WATCH_BLANK)
        heaps = _heaps(page, inside)
        blank = page.evaluate("() => { window.blank.on = false; return window.blank }")
        shown = page.locator("[data-connection]").inner_text()
    first, last = fmean(heaps[: HEAP_ROUNDS // 3]), fmean(heaps[-HEAP_ROUNDS // 3 :])
    beside = f"mean of a minute: {first / MIB:.1f} MB at first, {last / MIB:.1f} MB at last"
    what = f"{RATE:,} events/s"
    return [
        row(
            PART,
            f"{what}: main thread",
            share * 100,
            "%",
            at_most=25,
            beside=f"the lamp says {' '.join(shown.split())!r}",
        ),
        row(
            PART,
            f"{what}: blank frames",
            blank["blank"],
            "frames",
            at_most=0,
            beside=f"of {blank['frames']:,}",
        ),
        row(PART, f"{what}: growth of the heap", (last / first - 1) * 100, "%", at_most=10, beside=beside),
    ]


def _heaps(page: Page, inside: Inside) -> list[float]:
    """The heap without garbage, for as long as a list that leaks would take to show it.

    The list keeps 20,000 to 25,000 lines, so that one reading says little: 2.5 MB come and go every five
    seconds.
    """
    found = []
    for _ in range(HEAP_ROUNDS):
        page.wait_for_timeout(HEAP_EVERY_S * 1_000)
        found.append(inside.heap_bytes())
    return found
