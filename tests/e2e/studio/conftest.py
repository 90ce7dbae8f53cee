"""A real server on free ports and a real Chromium; every test has a project of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Playwright, expect, sync_playwright

from tests.e2e.studio.guarded import Owner, guarded_server
from tests.e2e.studio.serving import ROOT, Server
from tests.e2e.studio.telemetry import Sender

HERE = Path(__file__).resolve().parent
DIST = ROOT / "fanlight" / "studio_dist"
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

# Shared machines stall for seconds, and pages read sums anew every 15 s. A test that passes takes as long as
# it needs all the same.
expect.set_options(timeout=30_000)


class Chromium:
    """The browser and its driver: started when first asked for, and anew after each stop."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._started: tuple[Playwright, Browser] | None = None

    def start(self) -> tuple[Playwright, Browser]:
        if self._started is None:
            path = shutil.which("chromium")
            if path is None:
                pytest.skip("Chromium is not installed; apt-get install chromium")
            playwright = self._open.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS.split())
            self._open.callback(browser.close)
            self._started = playwright, browser
        return self._started

    def stop(self) -> None:
        self._started = None
        self._open.close()


CHROMIUM = Chromium()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_console(text): the test provokes this error of the console")
    config.add_cleanup(CHROMIUM.stop)


# The plugin's own fixtures last as long as the process, and with them an event loop in its main thread:
# no test after them could call asyncio.run. These last as long as tests of this folder follow each other.
@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    try:
        return (yield)
    finally:
        if nextitem is None or not nextitem.path.is_relative_to(HERE):
            CHROMIUM.stop()


@pytest.fixture(scope="module")
def playwright() -> Playwright:
    return CHROMIUM.start()[0]


@pytest.fixture(scope="module")
def browser() -> Browser:
    return CHROMIUM.start()[1]


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    return {
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
        "locale": "en-US",
        "timezone_id": "UTC",
        "permissions": ["clipboard-read", "clipboard-write"],
    }


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (DIST / "index.html").exists():
        pytest.fail("Studio is not built; make studio")
    running = Server(tmp_path_factory.mktemp("data"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    """The first person of a guarded server. Tries to sign in are counted: whose are many has one alone."""
    with guarded_server(tmp_path_factory.mktemp("guarded")) as running:
        yield running.found()


@pytest.fixture
def project(server: Server) -> str:
    """A project of this test alone."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    httpx.post(f"{server.studio}/api/v1/projects", json={"name": name}, timeout=30).raise_for_status()
    return name


@pytest.fixture
def sender(server: Server, project: str) -> Sender:
    return Sender(studio=server.studio, otlp=server.otlp, project=project)


@pytest.fixture
def root(server: Server, project: str) -> str:
    """Address of the test's project in Studio."""
    return f"{server.studio}/p/{project}"


@pytest.fixture(autouse=True)
def spotless(request: pytest.FixtureRequest) -> Iterator[None]:
    """No page of a test may leave an error in the console or a failed script, open a dialog or ask elsewhere.

    `@pytest.mark.expects_console(TEXT)` names an error that the test provokes. Contexts that a test makes by
    itself are its own.
    """
    if "context" not in request.fixturenames:
        yield
        return
    context: BrowserContext = request.getfixturevalue("context")
    server: Server = request.getfixturevalue("server")
    origin = urlsplit(server.studio).netloc
    marker = request.node.get_closest_marker("expects_console")
    expected: tuple[str, ...] = marker.args if marker else ()
    faults: list[str] = []

    # What a listener raises is only written down: neither ends the test nor closes the dialog.
    def refuse(dialog: Dialog) -> None:
        faults.append(f"a dialog opened: {dialog.message[:80]}")
        dialog.dismiss()

    context.on("dialog", refuse)
    context.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "request",
        lambda sent: faults.append(f"request to {sent.url}") if urlsplit(sent.url).netloc != origin else None,
    )
    yield
    assert [fault for fault in faults if not any(text in fault for text in expected)] == []
