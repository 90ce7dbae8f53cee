"""Filters that name a session: what they find besides, and the time outside of which they find nothing."""

from __future__ import annotations

import pytest

from fanlight.catalog.session_windows import ENDED
from fanlight.catalog.sessions import RoomSession
from fanlight.query.grammar import AllOf, AnyOf, Field, Node, Not, Unnamed
from fanlight.query.times import LATEST_NS
from fanlight.query.within import whole_sessions, whose

IDLE_NS = 100
SESSIONS = {
    "s1": RoomSession(project="p", id="s1", room="lobby", started_ns=1_000, last_ns=2_000),
    "s2": RoomSession(
        project="p", id="s2", room="attic", started_ns=5_000, last_ns=6_000, ended_ns=6_500, ended_by=ENDED
    ),
}
LOBBY = Unnamed(room="lobby", since_ns=1_000, until_ns=2_101)
ATTIC = Unnamed(room="attic", since_ns=5_000, until_ns=6_500)


def shape(node: Node) -> object:
    """A tree as nested lists: fields by their key, and what was added as it is."""
    match node:
        case Field(key=key):
            return str(key)
        case Not(term=term):
            return ["not", shape(term)]
        case AllOf(terms=terms):
            return ["all", *map(shape, terms)]
        case AnyOf(terms=terms):
            return ["any", *map(shape, terms)]
    return node


@pytest.mark.parametrize(
    ("q", "tree", "window"),
    [
        ("session:s1", ["any", "session", LOBBY], (1_000, 2_101)),
        ("session:s1,s2", ["any", "session", LOBBY, ATTIC], (1_000, 6_500)),
        ("session:s1,talk", ["any", "session", LOBBY], None),
        ("session:talk", "session", None),
        ("session:s*", "session", None),
        ("session:*", "session", None),
        ("session:~s1", "session", None),
        ("user:ada", "user", None),
        ("user:ada session:s1", ["all", "user", ["any", "session", LOBBY]], (1_000, 2_101)),
        ("user:ada OR session:s1", ["any", "user", ["any", "session", LOBBY]], None),
        ("session:s1 OR user:ada", ["any", ["any", "session", LOBBY], "user"], None),
        ("(user:ada OR user:bob) session:s2", ["all", ["any", "user", "user"], ["any", "session", ATTIC]],
         (5_000, 6_500)),
        ("-session:s1", ["not", ["any", "session", LOBBY]], None),
    ],
)  # fmt: skip
def test_a_filter_by_session_finds_what_happened_in_its_room_meanwhile(
    q: str, tree: object, window: tuple[int, int] | None
) -> None:
    found = whole_sessions(q, SESSIONS.get, IDLE_NS)
    assert (found.text, shape(found.tree), found.window) == (q, tree, window)


def test_a_run_belongs_to_the_session_of_its_room_until_that_ended_or_was_idle_for_long() -> None:
    sql, parameters = whose(list(SESSIONS.values()), LATEST_NS)
    assert sql.startswith("if(session != '', session, if(room = '', '', arrayElement({whose_ids:")
    assert parameters == {
        "whose_ids": ["s1", "s2"],
        "whose_rooms": ["lobby", "attic"],
        "whose_since": [1_000, 5_000],
        "whose_until": [LATEST_NS, 6_500],
    }


def test_where_there_are_no_sessions_a_run_belongs_to_the_one_that_it_names() -> None:
    assert whose([], IDLE_NS) == ("session", {})
