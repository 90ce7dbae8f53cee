"""A copy of the catalog opens no doors unless that is asked for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fanlight.catalog import audit, copying
from fanlight.catalog.copying import copy_catalog, forget_logins, revision_of
from fanlight.catalog.database import FILE, Catalog, open_catalog
from fanlight.catalog.keys import create_key
from fanlight.catalog.people import add_person, list_people
from fanlight.catalog.projects import create_project
from fanlight.catalog.tables import Base

KEPT = {
    "agent_versions", "agents", "audit", "budgets", "deletions", "identities", "members", "noted", "people",
    "prices", "projects", "registered_agents", "room_events", "room_members", "rooms", "services",
    "session_participants", "sessions", "views",
}  # fmt: skip


def test_somebody_decided_for_every_table_whether_it_opens_doors() -> None:
    assert KEPT & set(copying.LOGINS) == set()
    assert KEPT | set(copying.LOGINS) == set(Base.metadata.tables)


def test_a_copy_has_everything_and_without_logins_no_byte_of_a_key_or_a_password(
    catalog: Catalog, tmp_path: Path
) -> None:
    create_project(catalog, "shop")
    create_key(catalog, "shop", name="for-the-agents")
    with catalog.reading() as session:
        (sha256,) = session.connection().exec_driver_sql("SELECT sha256 FROM keys").one()
    password = "$argon2id$the-hash-of-a-password"
    add_person(catalog, "ann@example.org", name="Ann", password=password, is_admin=True)
    audit.record(catalog, audit.Deed(actor="ann", action="key.made"))
    whole, bare = tmp_path / "whole.sqlite", tmp_path / "bare.sqlite"
    copy_catalog(catalog, whole)
    copy_catalog(catalog, bare)
    forget_logins(bare)
    assert [word in whole.read_bytes() for word in (sha256, password.encode())] == [True, True]
    assert [word in bare.read_bytes() for word in (sha256, password.encode())] == [False, False]
    assert (bare.stat().st_mode & 0o077, revision_of(bare)) == (0, revision_of(whole))
    (tmp_path / "again").mkdir()
    bare.rename(tmp_path / "again" / FILE)
    again = open_catalog("", tmp_path / "again")
    assert [(person.email, person.is_admin) for person in list_people(again)] == [("ann@example.org", True)]
    assert audit.verify(again) == audit.verify(catalog)
    again.close()


def test_a_copy_is_of_one_moment_while_others_write(catalog: Catalog, tmp_path: Path) -> None:
    create_project(catalog, "before")
    with catalog.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO audit VALUES (1, 1, 'a', 'b', NULL, 'c', '', '{}', X'00')"
        )
        copy_catalog(catalog, tmp_path / "copy.sqlite")
    with sqlite3.connect(tmp_path / "copy.sqlite") as copy:
        assert copy.execute("SELECT name FROM projects").fetchall() == [("before",)]
        assert copy.execute("SELECT count(*) FROM audit").fetchone() == (0,)
