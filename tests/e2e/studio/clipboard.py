"""The browser's clipboard: a page fills it a moment after it was asked to."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from tests.fixtures.waiting import PATIENCE_S


def copied(page: Page, *, has: str) -> str:
    """The text of the clipboard, once `has` stands in it."""
    deadline = time.monotonic() + PATIENCE_S
    while has not in (text := str(page.evaluate("navigator.clipboard.readText()"))):
        assert time.monotonic() < deadline, text[:400]
        page.wait_for_timeout(20)
    return text
