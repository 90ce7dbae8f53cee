from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from fanlight.catalog.agents import Agent, Sighting, get_agent, list_agents, see_agents
from fanlight.catalog.database import Catalog
from fanlight.catalog.key_text import base62, make_key_text, parse_key_text
from fanlight.catalog.keys import Key, KeyScope, create_key, find_key, list_keys, revoke_key, touch_key
from fanlight.catalog.projects import Project, create_project, ensure_project, get_project
from fanlight.catalog.rooms import Room, create_room, get_room, list_rooms
from fanlight.clock import ManualClock
from fanlight.errors import ConflictError, InvalidError, NotFoundError

CLOCK = ManualClock(wall_ns=1_000)


@pytest.fixture(autouse=True)
def project(catalog: Catalog) -> Project:
    return create_project(catalog, "home", display_name="Home", clock=CLOCK)


def test_a_project_is_what_it_was_made_of(catalog: Catalog) -> None:
    assert get_project(catalog, "home") == Project(name="home", display_name="Home", created_ns=1_000)


def test_there_is_one_project_of_a_name(catalog: Catalog) -> None:
    with pytest.raises(ConflictError):
        create_project(catalog, "home")
    with pytest.raises(InvalidError):
        create_project(catalog, "../home")
    with pytest.raises(NotFoundError):
        get_project(catalog, "Home")


def test_a_known_project_costs_no_question(catalog: Catalog) -> None:
    ensure_project(catalog, "new")
    asked: list[str] = []
    event.listen(catalog._readers, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for _ in range(100):
        ensure_project(catalog, "new")
    assert asked == []


def test_a_key_is_kept_as_its_hash_alone(catalog: Catalog) -> None:
    key, text = create_key(catalog, "home", name=" ci ", scopes=["read", "ingest"], clock=CLOCK)
    assert key == Key(
        id=text.id,
        project="home",
        name="ci",
        scopes=frozenset({KeyScope.READ, KeyScope.INGEST}),
        created_ns=1_000,
    )
    stored = find_key(catalog, text.id)
    assert stored is not None
    assert (stored.key, stored.sha256) == (key, text.sha256())
    with catalog.reading() as session:
        dump = "\n".join(session.connection().connection.driver_connection.iterdump())
    assert key.id in dump
    assert text.secret not in dump
    assert text.secret not in repr(text)


def test_a_revoked_key_stays_listed_and_revoked(catalog: Catalog) -> None:
    key, _ = create_key(catalog, "home", name="a", clock=CLOCK)
    touch_key(catalog, key.id, 2_000)
    revoke_key(catalog, "home", key.id, clock=ManualClock(wall_ns=3_000))
    revoke_key(catalog, "home", key.id, clock=ManualClock(wall_ns=4_000))
    [found] = list_keys(catalog, "home")
    assert (found.used_ns, found.revoked_ns) == (2_000, 3_000)


def test_a_key_of_another_project_is_not_there(catalog: Catalog) -> None:
    key, _ = create_key(catalog, "home", name="a")
    create_project(catalog, "other")
    with pytest.raises(NotFoundError):
        revoke_key(catalog, "other", key.id)
    assert list_keys(catalog, "other") == []


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"name": "x" * 201}, {"scopes": []}, {"scopes": ["root"]}, {"expires_ns": 999}],
)
def test_a_key_that_makes_no_sense_is_refused(catalog: Catalog, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        create_key(catalog, "home", **{"name": "a", **wrong}, clock=CLOCK)  # type: ignore[arg-type]


def test_a_key_needs_a_project(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError):
        create_key(catalog, "nowhere", name="a")


def test_a_key_text_has_its_form() -> None:
    text = make_key_text().reveal()
    assert re.fullmatch(r"fl_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}", text)
    assert parse_key_text(text) is not None
    assert parse_key_text(text + "x") is None


@given(st.data())
def test_a_mistyped_key_is_no_key(data: st.DataObject) -> None:
    text = make_key_text().reveal()
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda c: c != text[place]))
    assert parse_key_text(text[:place] + wrong + text[place + 1 :]) is None


@given(st.integers(0, 2**256 - 1))
def test_base62_is_one_to_one(number: int) -> None:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    back = 0
    for digit in base62(number, 43):
        back = back * 62 + digits.index(digit)
    assert back == number


def test_rooms_stand_in_order_of_name(catalog: Catalog) -> None:
    for name in ("porch", "attic", "lobby"):
        create_room(catalog, "home", name, clock=CLOCK)
    assert [room.name for room in list_rooms(catalog, "home", limit=2, after="attic")] == ["lobby", "porch"]
    assert get_room(catalog, "home", "attic") == Room(project="home", name="attic", created_ns=1_000)
    with pytest.raises(ConflictError):
        create_room(catalog, "home", "attic")
    with pytest.raises(NotFoundError):
        get_room(catalog, "home", "cellar")


@pytest.mark.parametrize("name", ["", " a", "a\n", "x" * 201, "a\x00b"])
def test_a_room_needs_a_name_that_can_be_read(catalog: Catalog, name: str) -> None:
    with pytest.raises(InvalidError):
        create_room(catalog, "home", name)


@pytest.mark.parametrize("times", [[5, 3, 9, 3, 7], [3, 9], [9, 3]])
def test_an_agent_was_seen_from_first_to_last_whatever_the_order(catalog: Catalog, times: list[int]) -> None:
    for at in times:
        see_agents(catalog, "home", [Sighting("planner", at)])
    see_agents(catalog, "home", [Sighting("planner", at) for at in times])
    assert list_agents(catalog, "home") == [
        Agent(project="home", name="planner", first_seen_ns=3, last_seen_ns=9)
    ]
    with pytest.raises(NotFoundError):
        get_agent(catalog, "home", "nobody")
