"""What the catalog holds of a project comes out; what opens a door does not."""

from __future__ import annotations

import pytest

from fanlight.catalog import audit, exporting
from fanlight.catalog.database import Catalog
from fanlight.catalog.keys import create_key
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.catalog.rooms import create_room
from fanlight.catalog.tables import Base

SECRET = {"sha256", "sealed", "key_id", "password", "before", "data", "secret", "token"}
"""Names of columns that hold what nobody else may have."""

HARMLESS = {("agent_versions", "sha256"), ("room_events", "data")}


def test_no_column_that_opens_a_door_is_exported() -> None:
    exported = {
        (name, column.name)
        for name in (*exporting.tables(), "projects")
        for column in Base.metadata.tables[name].columns
        if column.name not in exporting.LEFT_OUT.get(name, frozenset())
    }
    assert {(table, column) for table, column in exported if column in SECRET} - HARMLESS == set()


def test_somebody_decided_for_every_table_of_a_project() -> None:
    of_projects = {name for name, table in Base.metadata.tables.items() if "project" in table.columns}
    assert of_projects - set(exporting.tables()) == {"members", "room_events"}


def test_a_project_comes_out_with_its_members_and_nothing_of_another(catalog: Catalog) -> None:
    for name in ("shop", "rival"):
        create_project(catalog, name)
        create_room(catalog, name, f"room-of-{name}")
        audit.record(catalog, audit.Deed(actor="ann", action="room.made", project=name))
    add_person(catalog, "ann@example.org", name="Ann", password="$argon2id$hash")
    set_role(catalog, "shop", "ann@example.org", "owner")
    key, text = create_key(catalog, "shop", name="for-the-agents")
    found = dict(exporting.rows(catalog, "shop"))
    assert [(each["email"], each["name"], each["role"]) for each in found["members"]] == [
        ("ann@example.org", "Ann", "owner")
    ]
    assert [each["name"] for each in found["projects"]] == ["shop"]
    assert [each["name"] for each in found["rooms"]] == ["room-of-shop"]
    assert [each["project"] for each in found["audit"]] == ["shop"]
    assert [(each["id"], each["name"]) for each in found["keys"]] == [(key.id, "for-the-agents")]
    said = repr(found)
    assert [word in said for word in ("rival", "$argon2id", text.secret)] == [False, False, False]


def test_an_export_that_stands_still_keeps_nothing_of_the_catalog_open(catalog: Catalog) -> None:
    create_project(catalog, "shop")
    rows = exporting.rows(catalog, "shop")
    assert next(rows)[0] == "projects"
    create_room(catalog, "shop", "lobby")
    catalog.forget_journal()  # raises while anybody reads what was there before
    assert [each["name"] for each in dict(rows)["rooms"]] == ["lobby"]


def test_a_large_table_comes_in_pages_and_whole(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PAGE_ROWS", 2)
    for name in ("shop", "rival"):
        create_project(catalog, name)
        for number in range(5):
            create_room(catalog, name, f"room {number}")
            create_key(catalog, name, name=f"key {number}")
    found = list(exporting.rows(catalog, "shop"))
    assert [[each["name"] for each in page] for name, page in found if name == "rooms"] == [
        ["room 0", "room 1"], ["room 2", "room 3"], ["room 4"],
    ]  # fmt: skip
    keys = [each["name"] for name, page in found if name == "keys" for each in page]
    assert sorted(keys) == [f"key {number}" for number in range(5)]
