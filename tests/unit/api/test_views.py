"""Views over the API: kept by page and name, for everybody who may read the project."""

from __future__ import annotations

from typing import Any

import pytest
from dirty_equals import IsStr

from fanlight.catalog import views

from .conftest import House
from .test_rights import MEMBER, person
from .test_rights import owner as owner  # a fixture

VIEWS = "/api/v1/projects/default/views"
ASKED = {"query": "q=status%3Aerror&from=now-24h"}


def put(house: House, path: str, body: dict[str, Any] = ASKED, **more: Any) -> Any:
    return house.ask("PUT", f"{VIEWS}/{path}", json=body, **more)


def test_a_view_is_kept_replaced_listed_and_removed(house: House) -> None:
    assert put(house, "runs/Failed today").json() == {
        "page": "runs",
        "name": "Failed today",
        "query": "q=status%3Aerror&from=now-24h",
        "updated_at": IsStr(regex=r"2026-.*Z"),
        "updated_by": IsStr(min_length=1),
    }
    put(house, "logs/Failed today")
    put(house, "runs/Failed today", {"query": "q=dur:>2s"})
    listed = house.ask("GET", VIEWS).json()["items"]
    assert [(each["page"], each["name"], each["query"]) for each in listed] == [
        ("logs", "Failed today", ASKED["query"]),
        ("runs", "Failed today", "q=dur:>2s"),
    ]
    assert house.ask("DELETE", f"{VIEWS}/runs/Failed today").status_code == 204
    assert house.ask("DELETE", f"{VIEWS}/runs/Failed today").status_code == 404
    assert len(house.ask("GET", VIEWS).json()["items"]) == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [("Runs/v", "q=a"), ("runs/%20v", "q=a"), ("runs/a%0Ab", "q=a"), ("runs/v", "?q=a"), ("runs/v", "q=\0")],
)
def test_what_cannot_be_a_view_is_refused(house: House, path: str, query: str) -> None:
    answer = put(house, path, {"query": query})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_there_is_an_end_to_views(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_VIEWS", 1)
    assert put(house, "runs/first").status_code == 200
    assert put(house, "runs/second").status_code == 400
    assert put(house, "runs/first", {"query": ""}).status_code == 200


def test_who_may_not_write_may_not_keep_one(house: House, owner: dict[str, str]) -> None:
    viewer = person(house, MEMBER, "viewer")
    assert put(house, "runs/v", headers=viewer).status_code == 403
    assert house.ask("GET", VIEWS, headers=viewer).status_code == 403
    assert put(house, "runs/v", headers=owner).status_code == 200
    assert house.ask("DELETE", f"{VIEWS}/runs/v", headers=viewer).status_code == 403
