"""A real server on free ports and a real Chromium; every test has a project of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.e2e.studio.telemetry import Sender

ROOT = Path(__file__).resolve().parents[3]
DIST = ROOT / "fanlight" / "studio_dist"
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

# Shared machines stall for seconds; a test that passes takes as long as it needs all the same.
expect.set_options(timeout=15_000)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_console(text): the test provokes this error of the console")


@dataclass(frozen=True)
class Server:
    """A running server: where Studio and OTLP/HTTP are, and its process."""

    studio: str
    otlp: str
    process: subprocess.Popen[str]


# The plugin's own fixtures last as long as the process, and with them an event loop in its main thread:
# no test after them could call asyncio.run. These last as long as a module.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS.split())
    yield browser
    browser.close()


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
    command = [
        str(Path(sys.executable).with_name("fanlight")), "serve", "--json", "--port", "0",
        "--otlp-http-port", "0", "--otlp-grpc-port", "off", "--data", str(tmp_path_factory.mktemp("data")),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        endpoints = json.loads(process.stdout.readline())
        yield Server(studio=endpoints["studio"], otlp=endpoints["otlp_http"], process=process)
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def project(server: Server) -> str:
    """A project of this test alone."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    httpx.post(f"{server.studio}/api/v1/projects", json={"name": name}).raise_for_status()
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
    """No page of a test may leave an error in the console, a failed script, or ask another origin.

    `@pytest.mark.expects_console(TEXT)` names an error that the test provokes.
    """
    if "page" not in request.fixturenames:
        yield
        return
    page: Page = request.getfixturevalue("page")
    server: Server = request.getfixturevalue("server")
    origin = urlsplit(server.studio).netloc
    marker = request.node.get_closest_marker("expects_console")
    expected: tuple[str, ...] = marker.args if marker else ()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda sent: faults.append(f"request to {sent.url}") if urlsplit(sent.url).netloc != origin else None,
    )
    yield
    assert [fault for fault in faults if not any(text in fault for text in expected)] == []
