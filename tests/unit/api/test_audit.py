"""What the audit log has: whatever changes who may do what, and what costs; and who read content, once."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.access.readings import HOUR_NS
from fanlight.catalog import audit

from .conftest import House
from .test_rights import MEMBER, OWNER, RUN, bearer, person
from .test_rights import owner as owner  # a fixture

BASE = "/api/v1/projects/default"
BUDGET = {"period": "day", "limit": "5"}
PRICE = {"provider": "p", "model": "m", "prices": {"input": "1"}}


def log(house: House) -> list[tuple[str, str, str]]:
    """Who did what to what, oldest first."""
    entries = reversed(audit.list_entries(house.catalog))
    return [(entry.deed.actor, entry.deed.action, entry.deed.target) for entry in entries]


@pytest.mark.parametrize(
    ("method", "path", "body", "noted"),
    [
        ("PUT", BASE, {"retention_days": 7}, ("project.changed", "default")),
        ("PUT", f"{BASE}/budgets/b", BUDGET, ("budget.set", "b")),
        ("PUT", f"{BASE}/prices", PRICE, ("price.set", "m")),
        ("PUT", f"{BASE}/views/runs/slow", {"query": "q=dur:>2s"}, ("view.set", "runs/slow")),
        ("POST", f"{BASE}/prices/import", {}, ("prices.imported", "")),
        ("POST", f"{BASE}/prices/reprice", {"model": "m"}, ("costs.repriced", "m")),
        ("POST", f"{BASE}/rooms", {"name": "lobby"}, ("room.made", "lobby")),
        ("POST", "/api/v1/projects", {"name": "third"}, ("project.made", "third")),
        ("PUT", f"{BASE}/members", {"email": MEMBER, "role": "viewer"}, ("member.role", MEMBER)),
        (
            "POST",
            f"{BASE}/invites",
            {"email": "e@example.org", "role": "viewer"},
            ("invite", "e@example.org"),
        ),
    ],
)
def test_whatever_is_changed_stands_in_the_log(
    house: House, owner: dict[str, str], method: str, path: str, body: dict[str, Any], noted: tuple[str, str]
) -> None:
    person(house, MEMBER)
    assert house.ask(method, path, headers=owner, json=body).status_code < 300
    assert log(house) == [(OWNER, *noted)]


def test_what_is_taken_away_stands_in_the_log(house: House, owner: dict[str, str]) -> None:
    key = house.ask("POST", f"{BASE}/keys", headers=owner, json={"name": "ci"}).json()
    house.ask("PUT", f"{BASE}/budgets/b", headers=owner, json=BUDGET)
    house.ask("PUT", f"{BASE}/prices", headers=owner, json=PRICE)
    for path in (f"keys/{key['key']['id']}", "budgets/b", "prices?model=m&provider=p"):
        assert house.ask("DELETE", f"{BASE}/{path}", headers=owner).status_code < 300
    assert [(action, target) for _, action, target in log(house)] == [
        ("key.made", key["key"]["id"]),
        ("budget.set", "b"),
        ("price.set", "m"),
        ("key.revoked", key["key"]["id"]),
        ("budget.removed", "b"),
        ("price.removed", "m"),
    ]
    assert key["secret"] not in str([entry.deed for entry in audit.list_entries(house.catalog)])


def test_who_read_content_stands_in_the_log_once_an_hour(house: House, owner: dict[str, str]) -> None:
    house.store.answers["get_run"] = [(*RUN, "a secret", "a ring")]
    member = person(house, MEMBER, "maintainer")
    for headers in (owner, member, owner, owner):
        assert house.ask("GET", f"{BASE}/runs/r1", headers=headers).status_code == 200
        assert house.ask("GET", f"{BASE}/logs", headers=headers).status_code == 200
    seen = [(who, "content.read", what) for who in (OWNER, MEMBER) for what in ("run r1", "logs")]
    assert log(house) == seen
    house.clock.advance(HOUR_NS / 10**9)
    assert house.ask("GET", f"{BASE}/runs/r1", headers=owner).status_code == 200
    assert log(house) == [*seen, (OWNER, "content.read", "run r1")]


def test_what_is_not_there_and_outlines_are_no_content(house: House, owner: dict[str, str]) -> None:
    viewer = person(house, MEMBER, "viewer")
    assert house.ask("GET", f"{BASE}/runs/r9", headers=owner).status_code == 404
    assert house.ask("GET", f"{BASE}/traces/{'0' * 32}", headers=owner).status_code == 404
    house.store.answers["get_run"] = [(*RUN, "a secret", "a ring")]
    assert house.ask("GET", f"{BASE}/runs/r1", headers=viewer).status_code == 200
    reading = bearer(house.gate.run_tokens.for_reading("default", "r1", lasts_s=60))
    assert house.ask("GET", f"{BASE}/runs/r1", headers=reading).status_code == 200
    assert log(house) == []


def test_whoever_is_turned_away_is_counted_and_stands_in_the_log_once_an_hour_and_address(
    house: House, owner: dict[str, str]
) -> None:
    for _ in range(3):
        for word in ("fl_0123456789abcdef_wrong", "fls_wrong", "flr_wrong.00"):
            assert house.ask("GET", f"{BASE}/runs", headers=bearer(word)).status_code == 401
        assert house.ask("GET", f"{BASE}/stream?topics=runs&ticket=flt_wrong").status_code == 401
        assert house.ask("GET", f"{BASE}/runs", headers={"host": "evil.test"}).status_code == 400
        foreign = {**owner, "origin": "https://evil.test"}
        assert house.ask("POST", f"{BASE}/rooms", headers=foreign, json={"name": "x"}).status_code == 403
    reasons = ["host", "key", "login", "run token", "site", "ticket"]
    assert house.gate.refusals.counts() == dict.fromkeys(reasons, 3)
    house.gate.close()  # what is being written down is, then
    assert sorted(log(house)) == [("anonymous", "request.refused", reason) for reason in reasons]


def test_local_mode_notes_no_readings(house: House) -> None:
    assert house.ask("GET", f"{BASE}/logs").status_code == 200
    assert log(house) == []
