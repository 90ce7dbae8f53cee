"""A terminal is signed in by a browser: the page acts at a click, and tells 127.0.0.1 alone."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from fanlight.catalog.database import open_catalog
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.people import add_person
from fanlight.cli.demo.server import running_server

from .conftest import SETTINGS

ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
}


class Terminal(HTTPServer):
    """Listens as Charm's command line does while it waits: it takes whatever comes, from whomever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Callback)
        self.told: list[tuple[str, Any]] = []


class _Callback(BaseHTTPRequestHandler):
    def do_OPTIONS(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        assert isinstance(self.server, Terminal)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, json.loads(body)))
        self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        for name, value in ANYBODY.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_click_of_somebody_who_is_signed_in_signs_the_terminal_in(
    tmp_path_factory: pytest.TempPathFactory, terminal: Terminal
) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; apt-get install chromium")
    data = tmp_path_factory.mktemp("data")
    catalog = open_catalog("", data)
    person = add_person(catalog, "ann@example.org")
    token = start_login(catalog, person.id, LoginKind.BROWSER)[1]
    catalog.close()
    with running_server(data, SETTINGS) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        address = f"{server.studio}/cli/login?port={terminal.server_port}"
        page = browser.new_page()
        page.goto(address)
        expect(page.get_by_role("status")).to_contain_text("You are not signed in")
        expect(page.get_by_role("button")).to_be_hidden()
        page.context.add_cookies(
            [{"name": "__Host-fanlight", "value": token, "url": server.studio.replace("http", "https", 1),
              "secure": True, "httpOnly": True, "sameSite": "Strict"}]
        )  # fmt: skip
        page.goto(address)
        expect(page.get_by_role("status")).to_contain_text("asks to be signed in as ann@example.org")
        assert terminal.told == []
        page.get_by_role("button", name="Sign it in").click()
        expect(page.get_by_role("status")).to_contain_text("The terminal is signed in")
        browser.close()
        [(path, told)] = terminal.told
        assert (path, sorted(told), told["user_email"]) == (
            "/callback",
            ["access_token", "user_email"],
            "ann@example.org",
        )
        bearer = {"authorization": f"Bearer {told['access_token']}"}
        logins = httpx.get(f"{server.studio}/api/v1/account/logins", headers=bearer).json()["items"]
        assert sorted(each["kind"] for each in logins) == ["browser", "terminal"]
