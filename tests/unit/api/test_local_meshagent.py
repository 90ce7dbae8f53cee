"""MeshAgent's clients cannot come without a key; a server on which nobody is registered asks for none."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.catalog.key_text import make_key_text

from .conftest import House
from .test_rights import person

SESSIONS = "/accounts/projects/p/sessions"
CONNECT = "/accounts/projects/p/rooms/lobby/connect"


def ask(house: House, method: str, path: str, key: str | None) -> int:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body: dict[str, Any] = {"json": {}} if method == "POST" else {}
    status: int = house.ask(method, path, headers=headers, **body).status_code
    return status


@pytest.mark.parametrize("word", [None, "k", "secret"])
def test_on_a_local_server_any_word_will_do_and_the_way_into_a_room_makes_the_project(
    house: House, word: str | None
) -> None:
    assert [ask(house, way, path, word) for way, path in [("GET", SESSIONS), ("POST", CONNECT)]] == [404, 200]
    assert ask(house, "GET", SESSIONS, word) == 200


UNKNOWN = pytest.param(make_key_text().reveal(), id="unknown")


@pytest.mark.parametrize("wrong", ["fl_x", "fls_x", "eyJ.x.y", UNKNOWN])
def test_what_looks_like_a_key_of_ours_is_checked_there_too(house: House, wrong: str) -> None:
    assert [ask(house, "POST", CONNECT, wrong), ask(house, "GET", SESSIONS, None)] == [401, 404]


def test_a_word_opens_none_of_the_other_routes(house: House) -> None:
    assert [ask(house, "GET", "/api/v1/projects/default/runs", word) for word in (None, "k")] == [200, 401]


def test_once_somebody_is_registered_a_word_opens_nothing(house: House) -> None:
    assert ask(house, "POST", CONNECT, "k") == 200
    person(house, "owner@example.org", "owner")
    assert [ask(house, way, path, "k") for way, path in [("GET", SESSIONS), ("POST", CONNECT)]] == [401, 401]


def test_a_name_that_no_project_can_have_makes_none(house: House) -> None:
    assert ask(house, "POST", "/accounts/projects/No%20name/rooms/lobby/connect", "k") == 400
