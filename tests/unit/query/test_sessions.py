"""The list of sessions: pages go on until they are full, whatever a filter or a room takes out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.projects import ensure_project
from fanlight.catalog.tables import SessionRow
from fanlight.model.session import Kind
from fanlight.query.meshagent import sessions as mesh
from fanlight.query.page import encode_cursor
from fanlight.query.sessions import list_sessions

from .answers import MS, SCOPE, Answers, Rows

IDLE_MS = 10
NOW_MS = 1_000


def activity_row(name: str, heard_ms: int, agents: tuple[str, ...] = ()) -> list[Any]:
    """A row of `activity`: one run, of which little was said."""
    return [
        name, heard_ms, heard_ms * MS, 1, 0, 0, "success", None, None, None, None, None, None, None,
        [0.0, 0.0], 0, 0, 0, "0", 0, agents, "", "",
    ]  # fmt: skip


class Runs(Answers):
    """A store whose runs name sessions, each heard of at a time in ms; `asked_names` are those asked for."""

    def __init__(self, **heard: int) -> None:
        super().__init__(activity=self._activity)
        self.heard = heard
        self.asked_names: list[list[str]] = []

    def _activity(self, asked: Mapping[str, Any]) -> Rows:
        self.asked_names.append(asked["names"])
        before = (asked["before_ms"], asked["before_name"])
        found = [
            (at, name)
            for name, at in self.heard.items()
            if (at, name) < before and (not asked["names"] or name in asked["names"])
        ]
        rows = [activity_row(name, at, ("planner",)) for at, name in sorted(found, reverse=True)]
        return rows[: asked["limit"]]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    ensure_project(found, SCOPE.project_id)
    yield found
    found.close()


def note(catalog: Catalog, **sessions: int) -> None:
    """Sessions of rooms by id, each heard of at a time in ms; the room is the id in capitals."""
    with catalog.writing() as session:
        for id_, at in sessions.items():
            session.add(
                SessionRow(
                    project=SCOPE.project_id, id=id_, room=id_.upper(), is_unnamed=False, heard_ns=at * MS,
                    own_first_ns=at * MS, own_last_ns=at * MS, started_ns=at * MS, last_ns=at * MS,
                )
            )  # fmt: skip


def listed(store: Answers, catalog: Catalog, **asked: Any) -> tuple[list[str], str | None]:
    page = list_sessions(
        store,  # type: ignore[arg-type]
        SCOPE,
        catalog,
        now_ns=NOW_MS * MS,
        idle_ns=IDLE_MS * MS,
        **asked,
    )
    return [each.id for each in page.items], page.next


def test_rooms_and_conversations_are_one_list_and_pages_of_it_meet(catalog: Catalog) -> None:
    note(catalog, a=50, c=30)
    store = Runs(b=40, d=20)
    behind = encode_cursor("sessions", 40 * MS, "b")
    assert listed(store, catalog, limit=2) == (["a", "b"], behind)
    assert listed(store, catalog, limit=2, cursor=behind) == (["c", "d"], None)


def test_with_a_filter_rooms_are_looked_through_until_one_has_a_run_that_matches(catalog: Catalog) -> None:
    note(catalog, a=50, b=40, c=30, d=20)
    store = Runs(d=20)
    assert listed(store, catalog, limit=1, q="status:success") == (["d"], None)
    assert store.asked_names == [["a", "b"], ["c", "d"], []]


def test_a_conversation_of_which_a_run_named_a_room_is_listed_as_that_rooms_alone(catalog: Catalog) -> None:
    note(catalog, a=50, b=40)
    store = Runs(a=50, b=40, c=30, d=20)
    assert listed(store, catalog, limit=1) == (["a"], encode_cursor("sessions", 50 * MS, "a"))
    assert listed(store, catalog, limit=4) == (["a", "b", "c", "d"], None)


def test_conversations_that_are_rooms_are_passed_over_until_one_is_not(catalog: Catalog) -> None:
    note(catalog, a=5, b=4)
    store = Runs(a=50, b=40, c=30, d=20)
    assert listed(store, catalog, limit=1) == (["c"], encode_cursor("sessions", 30 * MS, "c"))


def test_active_conversations_end_where_one_is_idle(catalog: Catalog) -> None:
    store = Runs(a=NOW_MS, b=NOW_MS - IDLE_MS + 1, c=NOW_MS - IDLE_MS, d=20)
    assert listed(store, catalog, active=True) == (["a", "b"], None)
    assert listed(store, catalog, active=False) == (["a", "b", "c", "d"], None)


def mesh_listed(
    store: Answers, catalog: Catalog, kinds: frozenset[Kind], **asked: Any
) -> tuple[list[str], str | None]:
    page = mesh.list_mesh_sessions(
        store,  # type: ignore[arg-type]
        SCOPE,
        catalog,
        now_ns=NOW_MS * MS,
        idle_ns=IDLE_MS * MS,
        kinds=kinds,
        **asked,
    )
    return [each.id for each in page.items], page.next


def test_sessions_of_a_kind_are_looked_for_through_pages_of_all_kinds(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mesh, "MAX_LIMIT", 2)
    note(catalog, e=10)
    store = Runs(a=50, b=40, c=30, d=20)
    assert mesh_listed(store, catalog, mesh.ROOMS, limit=1) == (["e"], None)
    assert mesh_listed(store, catalog, mesh.CONVERSATIONS, limit=3) == (
        ["a", "b", "c"],
        encode_cursor("sessions", 30 * MS, "c"),
    )


@pytest.mark.parametrize(
    ("limit", "expected", "behind"),
    [
        (1, ["a"], ("sessions", 50 * MS, "a")),
        (2, ["a", "b"], ("sessions", 40 * MS, "b")),
        (3, ["a", "b", "c"], None),
        (4, ["a", "b", "c"], None),
    ],
)
def test_a_page_of_a_kind_leads_on_where_there_is_more(
    catalog: Catalog, limit: int, expected: list[str], behind: tuple[str, int, str] | None
) -> None:
    cursor = None if behind is None else encode_cursor(*behind)
    for kinds in (mesh.BOTH, mesh.CONVERSATIONS):
        store = Runs(a=50, b=40, c=30)
        assert mesh_listed(store, catalog, kinds, limit=limit) == (expected, cursor)
        assert store.asked == ["activity"]


def test_sessions_of_other_rooms_than_those_named_are_left_out(catalog: Catalog) -> None:
    note(catalog, a=50, b=40, c=30)
    rooms = frozenset({"A", "C"})
    assert mesh_listed(Runs(d=20), catalog, mesh.BOTH, rooms=rooms, limit=9) == (["a", "c"], None)
