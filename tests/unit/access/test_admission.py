"""How people come in, step by step: who they are then, what is told when not, and what the audit log has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight.access.admission import Admission, Admitted, Visit
from fanlight.access.gate import Gate
from fanlight.access.passwords import check_strength
from fanlight.access.principal import LOCAL_OWNER, Principal
from fanlight.catalog import people
from fanlight.catalog.audit import list_entries
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.logins import DAY_NS, LoginKind, list_logins
from fanlight.catalog.members import list_members, set_role
from fanlight.catalog.one_time import Purpose, list_one_time
from fanlight.catalog.projects import create_project
from fanlight.clock import ManualClock
from fanlight.errors import (
    ConflictError,
    FanlightError,
    InvalidError,
    NotFoundError,
    TooManyTriesError,
    UnauthenticatedError,
)

from .told import told

ANN, BOB = "ann@example.org", "bob@example.org"
GOOD, OTHER = "four odd words here", "other words entirely"
HERE = Visit(address="192.0.2.7", label="Firefox")
PAIR = (UnauthenticatedError, "the address and the password do not go together", "")
LIMITED = (TooManyTriesError, "too many attempts", "wait a minute")
INVITE = (UnauthenticatedError, "this invite is wrong, over, or was used", "ask for a new one")


class PlainPasswords:
    """Passwords without their cost."""

    async def hash(self, password: str) -> str:
        check_strength(password)
        return f"plain:{password}"

    async def verify(self, hashed: str | None, password: str) -> bool:
        return hashed == f"plain:{password}"

    def close(self) -> None: ...


class House:
    """An admission and what stands behind it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.clock = catalog, ManualClock()
        self.gate = Gate(catalog, host="127.0.0.1", clock=self.clock)
        self.admission = Admission(catalog, self.gate, clock=self.clock)
        self.admission.close()
        self.admission.passwords = PlainPasswords()  # type: ignore[assignment]

    def refused(self, asked: Awaitable[Any]) -> tuple[type[FanlightError], str, str]:
        return told(asyncio.run, asked)

    def noted(self) -> list[tuple[Any, ...]]:
        """What was done since the last look, oldest first."""
        entries = list_entries(self.catalog, limit=100)
        self.seen, since = (entries[0].seq if entries else 0), getattr(self, "seen", 0)
        deeds = [entry.deed for entry in reversed(entries) if entry.seq > since]
        return [
            (deed.action, deed.actor, deed.address, deed.project, deed.target, dict(deed.detail))
            for deed in deeds
        ]

    def add(self, email: str, password: str = GOOD) -> people.Person:
        return people.add_person(self.catalog, email, password=f"plain:{password}", clock=self.clock)

    def enter(self, email: str, password: str = GOOD, visit: Visit = HERE) -> Principal:
        came = asyncio.run(self.admission.sign_in(email, password, visit))
        return self.gate.principal(came.token)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    catalog = open_catalog("", tmp_path)
    create_project(catalog, "home")
    made = House(catalog)
    yield made
    made.gate.close()
    catalog.close()


def test_the_first_person_comes_in_by_the_set_up_token_within_a_day(house: House) -> None:
    admission = house.admission
    first = admission.make_setup_token()
    token = admission.make_setup_token()
    assert first is not None
    assert token is not None
    (waiting,) = list_one_time(house.catalog, Purpose.SETUP)
    assert waiting.expires_ns - house.clock.now_ns() == DAY_NS

    def set_up(token: str, email: str = f" {ANN} ", password: str = GOOD) -> Awaitable[Admitted]:
        return admission.set_up(token, email=email, name="Ann", password=password, visit=HERE)

    wrong = (
        UnauthenticatedError, "the set-up token is wrong, over, or was used",
        "start the server again for a new one",
    )  # fmt: skip
    assert house.refused(set_up(first)) == wrong
    assert house.refused(set_up(token, email="no address"))[0] is InvalidError
    assert house.refused(set_up(token, password="weak"))[0] is InvalidError
    assert house.noted() == [("setup.refused", ANN, "192.0.2.7", None, "", {})]
    assert not house.gate.guarded
    came = asyncio.run(set_up(token))
    assert (came.person.email, came.person.name, came.person.is_admin) == (ANN, "Ann", True)
    assert (came.login.person_id, came.login.kind, came.login.label) == (
        came.person.id, LoginKind.BROWSER, "Firefox",
    )  # fmt: skip
    assert came.login.created_ns == house.clock.now_ns()
    assert house.noted() == [("setup", ANN, "192.0.2.7", None, "", {})]
    assert house.gate.guarded
    assert house.gate.principal(came.token).person_id == came.person.id
    assert admission.make_setup_token() is None
    house.clock.advance(61)
    assert house.refused(set_up("x", email=BOB)) == (
        ConflictError, "somebody is registered already", "sign in, or ask them for an invite",
    )  # fmt: skip
    assert house.enter(ANN).name == ANN


def test_a_set_up_token_is_over_after_a_day(house: House) -> None:
    token = house.admission.make_setup_token() or ""
    house.clock.advance(86_400)
    asked = house.admission.set_up(token, email=ANN, name="", password=GOOD, visit=HERE)
    assert house.refused(asked)[0] is UnauthenticatedError


def test_signing_in_is_noted_and_whatever_is_wrong_is_told_the_same(house: House) -> None:
    ann = house.add(ANN)
    admission = house.admission
    came = asyncio.run(admission.sign_in(f" {ANN.upper()} ", GOOD, HERE))
    assert (came.person, came.login.label, came.token[:4]) == (ann, "Firefox", "fls_")
    people.disable_person(house.catalog, house.add(BOB).id, clock=house.clock)
    house.noted()
    long = "x" * 400
    for email, password in ((ANN, OTHER), (BOB, GOOD), ("eve@example.org", GOOD), (long, GOOD)):
        assert house.refused(admission.sign_in(email, password, HERE)) == PAIR
    assert house.noted() == [
        ("login.refused", actor, "192.0.2.7", None, "", {})
        for actor in (ANN, BOB, "eve@example.org", long[:320])
    ]


def test_five_tries_a_minute_are_all_that_an_account_has_however_it_is_written(house: House) -> None:
    house.add(ANN)
    written = [ANN, ANN.upper(), f" {ANN}", ANN, ANN]
    for email in written:
        assert house.refused(house.admission.sign_in(email, OTHER, HERE)) == PAIR
    house.noted()
    elsewhere = Visit(address="192.0.2.8")
    assert house.refused(house.admission.sign_in(ANN, GOOD, elsewhere)) == LIMITED
    assert house.noted() == [("login.limited", ANN, "192.0.2.8", None, "", {})]
    # The tries of something else are counted by themselves.
    by = Principal(name=ANN, rights=frozenset())
    assert house.refused(house.admission.change_password(by, OTHER, GOOD, elsewhere))[0] is (
        UnauthenticatedError
    )


def test_an_invite_makes_a_member_of_somebody_new(house: House) -> None:
    house.add(ANN)
    by = house.enter(ANN)
    house.noted()
    waiting, token = asyncio.run(house.admission.invite(by, "home", f" {BOB.upper()}", "developer", HERE))
    assert (waiting.project, dict(waiting.data)) == (
        "home", {"email": BOB, "role": "maintainer", "by": ANN},
    )  # fmt: skip
    assert waiting.expires_ns - house.clock.now_ns() == 7 * DAY_NS
    assert house.noted() == [("invite", ANN, "192.0.2.7", "home", BOB, {"role": "maintainer"})]
    accept = house.admission.accept
    assert house.refused(accept("another", name="B", password=GOOD, visit=HERE)) == INVITE
    assert house.refused(accept(token, name="B", password="weak", visit=HERE))[0] is InvalidError
    came = asyncio.run(accept(token, name="Bob", password=OTHER, visit=HERE))
    assert (came.person.email, came.person.name, came.person.is_admin) == (BOB, "Bob", False)
    assert {each.email: each.role for each in list_members(house.catalog, "home")}[BOB] == "maintainer"
    assert house.noted() == [
        ("invite.refused", "anonymous", "192.0.2.7", None, "", {}),
        ("invite.accepted", BOB, "192.0.2.7", "home", "", {}),
    ]
    assert house.refused(accept(token, name="B", password=OTHER, visit=HERE)) == INVITE
    assert house.enter(BOB, OTHER).name == BOB
    assert house.refused(house.admission.invite(by, "home", BOB, "king", HERE))[0] is InvalidError
    assert house.refused(house.admission.invite(by, "home", "nobody", "viewer", HERE))[0] is InvalidError


def test_an_invite_of_somebody_known_asks_for_their_password(house: House) -> None:
    house.add(ANN)
    house.add(BOB)
    by = house.enter(ANN)
    token = asyncio.run(house.admission.invite(by, "home", BOB, "viewer", HERE))[1]
    house.noted()
    accept = house.admission.accept
    assert house.refused(accept(token, name="B", password=OTHER, visit=HERE)) == PAIR
    came = asyncio.run(accept(token, name="Another", password=GOOD, visit=HERE))
    assert (came.person.email, came.person.name) == (BOB, "bob")
    assert {each.email: each.role for each in list_members(house.catalog, "home")}[BOB] == "viewer"
    assert house.noted() == [
        ("invite.refused", BOB, "192.0.2.7", "home", "", {}),
        ("invite.accepted", BOB, "192.0.2.7", "home", "", {}),
    ]


def test_an_invite_takes_no_role_away(house: House) -> None:
    house.add(ANN)
    house.add(BOB)
    token = asyncio.run(house.admission.invite(house.enter(ANN), "home", BOB, "viewer", HERE))[1]
    set_role(house.catalog, "home", BOB, "owner", clock=house.clock)
    asyncio.run(house.admission.accept(token, name="", password=GOOD, visit=HERE))
    assert {each.email: each.role for each in list_members(house.catalog, "home")}[BOB] == "owner"


def test_an_invite_lets_nobody_in_who_was_shut_out_and_stays_unused(house: House) -> None:
    house.add(ANN)
    bob = house.add(BOB)
    token = asyncio.run(house.admission.invite(house.enter(ANN), "home", BOB, "viewer", HERE))[1]
    people.disable_person(house.catalog, bob.id, clock=house.clock)
    house.noted()
    assert house.refused(house.admission.accept(token, name="B", password=GOOD, visit=HERE)) == PAIR
    assert house.noted() == [("invite.refused", BOB, "192.0.2.7", "home", "", {})]
    assert [each.used_ns for each in list_one_time(house.catalog, Purpose.INVITE)] == [None]


def test_an_invite_that_two_take_at_once_is_one_persons(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add(ANN)
    token = asyncio.run(house.admission.invite(house.enter(ANN), "home", BOB, "viewer", HERE))[1]
    monkeypatch.setattr("fanlight.access.admission.one_time.use_one_time", lambda *_, **__: None)
    assert house.refused(house.admission.accept(token, name="B", password=GOOD, visit=HERE)) == (
        UnauthenticatedError, "this invite was used a moment ago", "ask for a new one",
    )  # fmt: skip


def test_an_invite_is_over_after_a_week(house: House) -> None:
    house.add(ANN)
    token = asyncio.run(house.admission.invite(house.enter(ANN), "home", BOB, "viewer", HERE))[1]
    house.clock.advance(7 * 86_400)
    assert house.refused(house.admission.accept(token, name="", password=GOOD, visit=HERE)) == INVITE


def test_a_new_password_ends_all_other_logins(house: House) -> None:
    house.add(ANN)
    kept, ended = house.enter(ANN), house.enter(ANN)
    house.noted()
    change = house.admission.change_password
    assert house.refused(change(kept, OTHER, GOOD, HERE)) == (
        UnauthenticatedError, "the old password is another", "",
    )  # fmt: skip
    assert house.refused(change(LOCAL_OWNER, GOOD, OTHER, HERE))[0] is UnauthenticatedError
    assert house.refused(change(kept, GOOD, "weak", HERE))[0] is InvalidError
    asyncio.run(change(kept, GOOD, OTHER, HERE))
    assert [login.id for login in list_logins(house.catalog, kept.person_id or "")] == [kept.login_id]
    assert ended.login_id != kept.login_id
    assert house.noted() == [
        ("password.refused", ANN, "192.0.2.7", None, "", {}),
        ("password.refused", "local owner", "192.0.2.7", None, "", {}),
        ("password", ANN, "192.0.2.7", None, "", {}),
    ]
    assert house.enter(ANN, OTHER).name == ANN


def test_signing_out_ends_this_login_or_all(house: House) -> None:
    ann = house.add(ANN)
    first, second, third = (house.enter(ANN) for _ in range(3))
    house.noted()

    def left() -> set[str]:
        return {login.id for login in list_logins(house.catalog, ann.id)}

    asyncio.run(house.admission.sign_out(first, HERE))
    assert left() == {second.login_id, third.login_id}
    asyncio.run(house.admission.sign_out(second, HERE, everywhere=True))
    assert left() == set()
    asyncio.run(house.admission.sign_out(LOCAL_OWNER, HERE, everywhere=True))
    assert house.noted() == [
        ("logout", ANN, "192.0.2.7", None, "", {}),
        ("logout.everywhere", ANN, "192.0.2.7", None, "", {}),
        ("logout.everywhere", "local owner", "192.0.2.7", None, "", {}),
    ]


def test_who_signs_in_where_somebody_was_leaves_no_login_of_before(house: House) -> None:
    house.add(ANN)
    came = asyncio.run(house.admission.sign_in(ANN, GOOD, HERE))
    assert house.gate.principal(came.token).name == ANN
    asyncio.run(house.admission.leave(came.token))
    assert told(house.gate.principal, came.token)[0] is UnauthenticatedError


def test_a_terminal_is_let_in_and_named_where_it_is(house: House) -> None:
    ann = house.add(ANN)
    by = house.enter(ANN)
    house.noted()
    admission, terminal = house.admission, Visit(address="192.0.2.50")
    code, waiting = admission.begin_device("laptop", terminal)
    assert asyncio.run(admission.take_device(code, terminal)) is None
    assert house.refused(admission.approve_device(by, "BBBB-BBBB", HERE))[0] is NotFoundError
    assert asyncio.run(admission.approve_device(by, waiting.user_code, HERE)) is waiting
    came = asyncio.run(admission.take_device(code, terminal))
    assert came is not None
    assert (came.person.id, came.login.kind, came.login.label) == (ann.id, LoginKind.TERMINAL, "laptop")
    assert house.gate.principal(came.token).name == ANN
    assert house.noted() == [
        ("device.approved", ANN, "192.0.2.7", None, "laptop", {}),
        ("login.terminal", ANN, "192.0.2.50", None, "", {}),
    ]
    for _ in range(4):
        admission.begin_device("laptop", terminal)
    assert told(admission.begin_device, "laptop", terminal) == LIMITED
    admission.begin_device("laptop", Visit(address="192.0.2.51"))


def test_a_page_lets_its_own_terminal_in(house: House) -> None:
    house.add(ANN)
    by = house.enter(ANN)
    house.noted()
    shell = Visit(address="192.0.2.9", label="shell", kind=LoginKind.TERMINAL)
    came = asyncio.run(house.admission.let_terminal_in(by, shell))
    assert (came.person.email, came.login.kind, came.login.label) == (ANN, LoginKind.TERMINAL, "shell")
    assert house.noted() == [("login.terminal", ANN, "192.0.2.9", None, "", {})]
    for _ in range(4):
        asyncio.run(house.admission.let_terminal_in(by, shell))
    assert house.refused(house.admission.let_terminal_in(by, shell)) == LIMITED
    assert house.noted()[-1] == ("terminal.limited", ANN, "192.0.2.9", None, "", {})


def test_what_somebody_did_and_read_is_noted_a_reading_once_an_hour(house: House) -> None:
    house.add(ANN)
    by = house.enter(ANN)
    house.noted()
    key = Principal(name="key k", rights=frozenset(), project_id="home", key_id="k1")
    note, read = house.admission.note, house.admission.note_reading
    asyncio.run(note(by, "key.made", HERE, project="home", target="k1", scopes=["read"]))
    asyncio.run(note(by, "server.looked", HERE))
    for reader in (by, by, key, LOCAL_OWNER):
        asyncio.run(read(reader, "home", "run r1", HERE))
    asyncio.run(read(by, "home", "run r2", HERE))
    house.clock.advance(3_600)
    asyncio.run(read(by, "home", "run r1", HERE))
    content = ("192.0.2.7", "home", "run r1", {})
    assert house.noted() == [
        ("key.made", ANN, "192.0.2.7", "home", "k1", {"scopes": ["read"]}),
        ("server.looked", ANN, "192.0.2.7", None, "", {}),
        ("content.read", ANN, *content),
        ("content.read", "key k", *content),
        ("content.read", ANN, "192.0.2.7", "home", "run r2", {}),
        ("content.read", ANN, *content),
    ]


def test_without_a_provider_nobody_is_sent_to_one(house: House) -> None:
    none = (NotFoundError, "no OpenID provider is set", "oidc_issuer names one: fanlight config")
    assert house.refused(house.admission.begin_oidc("http://x/", HERE)) == none
    assert house.refused(house.admission.finish_oidc("cookie", {}, HERE)) == none
