from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from fanlight.access.gate import Gate
from fanlight.access.known_keys import FRESH_S
from fanlight.access.principal import LOCAL_OWNER, Right
from fanlight.catalog.audit import list_entries
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.key_text import make_key_text
from fanlight.catalog.keys import create_key, find_key, revoke_key
from fanlight.catalog.projects import create_project
from fanlight.clock import ManualClock
from fanlight.errors import ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from fanlight.model.project import ProjectScope


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    create_project(found, "home")
    create_project(found, "other")
    yield found
    found.close()


@pytest.fixture
def gate(catalog: Catalog, clock: ManualClock) -> Iterator[Gate]:
    gate = Gate(catalog, host="127.0.0.1", clock=clock)
    yield gate
    gate.close()


def key(catalog: Catalog, clock: ManualClock, *scopes: str, **more: int) -> str:
    return create_key(catalog, "home", name="k", scopes=scopes, clock=clock, **more)[1].reveal()


def test_without_a_key_everything_here_is_the_owners(gate: Gate) -> None:
    assert gate.principal(None) is LOCAL_OWNER
    assert gate.scope(LOCAL_OWNER, "home", Right.ADMIN) == ProjectScope("home")
    assert [gate.ingest_project(None, name) for name in (None, "", "brand-new")] == ["", "", "brand-new"]


def test_a_project_that_cannot_be_named_takes_nothing(gate: Gate) -> None:
    with pytest.raises(InvalidError):
        gate.ingest_project(None, "../home")


@pytest.mark.parametrize(
    "wrong", ["", "secret", "fl_x", make_key_text().reveal()], ids=["empty", "word", "short", "well-formed"]
)
def test_a_key_that_is_presented_is_always_checked(gate: Gate, wrong: str) -> None:
    with pytest.raises(UnauthenticatedError):
        gate.principal(wrong)
    with pytest.raises(UnauthenticatedError):
        gate.ingest_project(wrong, None)


def test_a_known_id_with_another_secret_is_unknown(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    real = key(catalog, clock, "read")
    forged = make_key_text()
    object.__setattr__(forged, "id", real.split("_")[1])
    with pytest.raises(UnauthenticatedError, match="the key is unknown"):
        gate.principal(forged.reveal())


def test_the_project_comes_from_the_key(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    text = key(catalog, clock, "ingest")
    assert [gate.ingest_project(text, name) for name in (None, "", "home")] == ["home", "home", "home"]
    with pytest.raises(ForbiddenError, match="the key belongs to another project"):
        gate.ingest_project(text, "other")


@pytest.mark.parametrize(
    ("scope", "rights"),
    [
        ("ingest", {Right.SIGNED_IN, Right.INGEST}),
        ("read", {Right.SIGNED_IN, Right.LIST, Right.READ, Right.USAGE, Right.FIGURES}),
        ("admin", set(Right) - {Right.PUBLIC, Right.MEMBERS, Right.SERVER}),
    ],
)
def test_a_key_has_the_rights_of_its_scopes(
    gate: Gate, catalog: Catalog, clock: ManualClock, scope: str, rights: set[Right]
) -> None:
    principal = gate.principal(key(catalog, clock, scope))
    assert (principal.rights, principal.project_id) == (rights, "home")
    for right in set(Right) - rights - {Right.PUBLIC}:
        with pytest.raises(ForbiddenError):
            gate.scope(principal, "home", right)
    for right in rights:
        assert gate.scope(principal, "home", right) == ProjectScope("home")


def test_unknown_and_foreign_projects_look_the_same(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    principal = gate.principal(key(catalog, clock, "admin"))
    told = []
    for name in ("other", "never"):
        with pytest.raises(NotFoundError) as refused:
            gate.scope(principal, name)
        told.append(str(refused.value).replace(name, "NAME"))
    assert told[0] == told[1]


def test_a_revoked_key_is_refused_within_five_seconds(
    gate: Gate, catalog: Catalog, clock: ManualClock
) -> None:
    text = key(catalog, clock, "read")
    gate.principal(text)
    revoke_key(catalog, "home", text.split("_")[1])
    assert FRESH_S < 5
    clock.advance(FRESH_S)
    with pytest.raises(UnauthenticatedError, match="was revoked"):
        gate.principal(text)


def test_a_key_expires_at_its_time(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    text = key(catalog, clock, "read", expires_ns=clock.now_ns() + 10**9)
    gate.principal(text)
    clock.advance(1)
    with pytest.raises(UnauthenticatedError, match="has expired"):
        gate.principal(text)


def test_a_known_key_costs_no_question_for_a_while(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    text = key(catalog, clock, "ingest")
    gate.principal(text)
    gate._notes.shutdown()
    asked: list[str] = []
    event.listen(catalog._readers, "before_cursor_execute", lambda *a: asked.append(a[2]))
    for _ in range(100):
        gate.ingest_project(text, None)
    assert asked == []


def test_the_last_use_is_noted(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    text = key(catalog, clock, "ingest")
    gate.principal(text)
    gate.close()
    stored = find_key(catalog, text.split("_")[1])
    assert stored is not None
    assert stored.key.used_ns == clock.now_ns()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "fanlight.internal"])
def test_beyond_loopback_nobody_is_let_in_not_even_with_a_key(
    catalog: Catalog, clock: ManualClock, host: str
) -> None:
    gate = Gate(catalog, host=host, clock=clock)
    text = key(catalog, clock, "admin")
    for attempt in (None, text):
        with pytest.raises(ForbiddenError, match="nobody is registered"):
            gate.ingest_project(attempt, None)
        with pytest.raises(ForbiddenError, match="nobody is registered"):
            gate.principal(attempt)
    gate.close()


def test_behind_a_proxy_loopback_is_as_far_as_anywhere(catalog: Catalog, clock: ManualClock) -> None:
    gate = Gate(catalog, host="127.0.0.1", reached_by="is behind a proxy (127.0.0.1)", clock=clock)
    with pytest.raises(ForbiddenError, match=r"is behind a proxy \(127.0.0.1\) and nobody is registered"):
        gate.principal(None)
    gate.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "localhost"])
def test_loopback_is_local_mode(catalog: Catalog, clock: ManualClock, host: str) -> None:
    gate = Gate(catalog, host=host, clock=clock)
    assert not gate.guarded
    gate.close()


def test_keys_that_may_not_send_are_counted_and_stand_in_the_audit_log_once_an_hour(
    gate: Gate, catalog: Catalog, clock: ManualClock
) -> None:
    for _ in range(3):
        with pytest.raises(UnauthenticatedError):
            gate.ingest_project("fl_0123456789abcdef_wrong", None)
    assert gate.refusals.counts() == {"ingest key": 3}
    gate.close()  # what is being written down is, then
    noted = [(entry.deed.action, entry.deed.target) for entry in list_entries(catalog)]
    assert noted == [("request.refused", "ingest key")]
