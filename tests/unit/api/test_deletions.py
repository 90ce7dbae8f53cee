"""Deletions over HTTP: what is asked for is written down, and told of to those who may."""

from __future__ import annotations

import pytest
from dirty_equals import IsStr

from fanlight.api import deletions
from fanlight.catalog import audit

from .conftest import House

BASE = "/api/v1/projects/default/deletions"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody erases anything here."""
    monkeypatch.setattr(deletions, "LOOKS", 1)


def test_what_was_asked_for_can_be_followed_and_the_audit_log_names_nobody(house: House) -> None:
    answer = house.ask("POST", BASE, json={"user": "ann", "from": "2026-01-01T00:00:00Z"})
    told = answer.json()
    assert (answer.status_code, told) == (
        202,
        {
            "id": IsStr(regex="[0-9a-f]{16}"), "state": "waiting", "asked_at": IsStr(), "asked_by": IsStr(),
            "run": None, "session": None, "user": "ann", "until": None,
            "since": "2026-01-01T00:00:00.000000000Z",
            "removed": {}, "unreadable_at": None, "gone_at": None, "backups": [], "error": None,
        },
    )  # fmt: skip
    assert house.ask("GET", f"{BASE}/{told['id']}").json() == told
    assert house.ask("GET", BASE).json() == {"items": [told], "next": None}
    [entry] = audit.list_entries(house.catalog)
    assert (entry.deed.action, entry.deed.target, dict(entry.deed.detail)) == (
        "data.erased", told["id"], {"named_by": ["user", "since"]},
    )  # fmt: skip


def test_what_names_nothing_or_cannot_be_is_refused(house: House) -> None:
    for body in ({}, {"run": "r", "user": "ann"}, {"from": "yesterdayish"}, {"everything": True}):
        assert house.ask("POST", BASE, json=body).status_code == 400, body
    assert house.ask("GET", f"{BASE}/0123456789abcdef").status_code == 404
    assert house.ask("GET", BASE).json()["items"] == []
