"""Whoever is turned away hears why and what would help; whoever was let in is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fanlight.access import known_keys, known_logins
from fanlight.access.gate import Gate, RoomAccess, check_known, check_right
from fanlight.access.principal import ANONYMOUS, KEY_HOLDER, LOCAL_OWNER, Principal, Right
from fanlight.catalog.audit import list_entries
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.key_text import make_key_text
from fanlight.catalog.keys import create_key, find_key, revoke_key
from fanlight.catalog.logins import LoginKind, end_login, list_logins, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import Person, add_person, disable_person
from fanlight.catalog.projects import create_project
from fanlight.catalog.room_members import set_room_role
from fanlight.catalog.rooms import ensure_room
from fanlight.clock import ManualClock
from fanlight.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from fanlight.model.project import ProjectScope

from .told import told

LOCAL_KEY = "fld_the-key-of-this-data-directory"
SIGN_IN = (UnauthenticatedError, "sign in, or present a key", "fanlight login, or FANLIGHT_KEY")
NOBODY = (UnauthenticatedError, "nobody is signed in here", "sign in again")
UNKNOWN = (UnauthenticatedError, "the key is unknown", "fanlight keys add NAME makes one")
SCOPE = "make a key with that scope: fanlight keys add NAME --scope SCOPE"
ROLE = "an owner of the project can give you another role"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def catalog(tmp_path: Path, clock: ManualClock) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    create_project(found, "home", clock=clock)
    create_project(found, "other", clock=clock)
    yield found
    found.close()


@pytest.fixture
def gate(catalog: Catalog, clock: ManualClock) -> Iterator[Gate]:
    gate = Gate(catalog, host="127.0.0.1", secret=b"ours", local_key=LOCAL_KEY, clock=clock)
    yield gate
    gate.close()


@pytest.fixture
def ann(catalog: Catalog, clock: ManualClock) -> Person:
    return add_person(catalog, "ann@example.org", name="Ann", clock=clock)


def key(catalog: Catalog, clock: ManualClock, *scopes: str, **more: int) -> str:
    return create_key(catalog, "home", name="k", scopes=scopes, clock=clock, **more)[1].reveal()


def log_in(catalog: Catalog, clock: ManualClock, person: Person) -> str:
    return start_login(catalog, person.id, LoginKind.BROWSER, clock=clock)[1]


def test_the_key_of_the_data_directory_opens_a_server_without_people_alone(
    gate: Gate, catalog: Catalog, clock: ManualClock
) -> None:
    assert gate.principal(LOCAL_KEY) is KEY_HOLDER
    assert gate.still(KEY_HOLDER) is KEY_HOLDER
    assert told(gate.principal, "fld_another") == (
        UnauthenticatedError, "this is the key of another data directory", "",
    )  # fmt: skip
    over = (
        UnauthenticatedError, "the key of the data directory opens nothing once people are registered",
        "fanlight login",
    )  # fmt: skip
    nameless = Gate(catalog, host="127.0.0.1", clock=clock)
    assert told(nameless.principal, "fld_") == over
    nameless.close()
    add_person(catalog, "ann@example.org", name="Ann", clock=clock)
    gate.people_changed()
    assert told(gate.principal, LOCAL_KEY) == over
    for principal in (LOCAL_OWNER, KEY_HOLDER):
        assert told(gate.still, principal) == SIGN_IN


def test_a_word_that_none_of_ours_gave_out_is_needless_where_no_key_is_asked_for(
    gate: Gate, ann: Person
) -> None:
    gate.people_changed()
    words = ("Bearer", "sk-1", "fl-1", "x fl_1", "fl_1", "flr_1", "fls_1", "eyJ1")
    assert [gate.is_needless(word) for word in words] == [False] * 8
    local = Gate(gate._catalog, host="127.0.0.1")
    local._has_people, local._asked_at = False, local._clock.monotonic() + 60
    assert [local.is_needless(word) for word in words] == [True] * 4 + [False] * 4
    local.close()


def test_a_key_says_what_is_wrong_with_it(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    assert told(gate.principal, "fl_x") == (
        UnauthenticatedError, "this is no key", "a key starts with fl_ and is copied whole",
    )  # fmt: skip
    assert told(gate.principal, make_key_text().reveal()) == UNKNOWN
    short = key(catalog, clock, "read", expires_ns=clock.now_ns() + 10**9)
    still = gate.principal(short)
    clock.advance(0.999_999)
    assert gate.still(still) == still
    clock.advance(0.000_001)
    expired = f"key {still.key_id} has expired"
    anew = "fanlight keys add NAME makes a new one"
    assert told(gate.principal, short) == told(gate.still, still) == (UnauthenticatedError, expired, anew)
    revoke_key(catalog, "home", still.key_id or "")
    clock.advance(3)
    revoked = (UnauthenticatedError, f"key {still.key_id} was revoked", anew)
    assert told(gate.principal, short) == told(gate.still, still) == revoked
    stranger = Principal(name="k", rights=frozenset(), project_id="home", key_id="0123456789abcdef")
    assert told(gate.still, stranger) == UNKNOWN


def test_the_last_use_of_a_key_and_a_login_is_noted_once_a_minute(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    text, token = key(catalog, clock, "read"), log_in(catalog, clock, ann)
    gate.people_changed()
    began = clock.now_ns()
    used = []
    for wait_s in (0, 59, 0.999, 0.001, 5):
        clock.advance(wait_s)
        gate.principal(text)
        gate.principal(token)
        gate._notes.submit(int).result()  # what was to be noted before is noted
        stored = find_key(catalog, text.split("_")[1])
        assert stored is not None
        used.append((stored.key.used_ns, list_logins(catalog, ann.id)[0].used_ns))
    minute = began + 60 * 10**9
    assert used == [(began, began)] * 3 + [(minute, minute)] * 2


def test_what_is_remembered_of_keys_and_logins_is_bounded(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "MAX_REMEMBERED", 2)
    monkeypatch.setattr(known_logins, "MAX_REMEMBERED", 2)
    gate.people_changed()
    for _ in range(5):
        gate.principal(key(catalog, clock, "read"))
        gate.principal(log_in(catalog, clock, ann))
    assert (len(gate._keys._keys), len(gate.logins._logins)) == (1, 1)


def test_a_login_that_is_over_is_nobodys(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    token = log_in(catalog, clock, ann)
    gate.people_changed()
    signed_in = gate.principal(None, token)
    assert gate.principal(token) == signed_in == gate.still(signed_in)
    assert (signed_in.name, signed_in.person_id) == ("ann@example.org", ann.id)
    assert told(gate.principal, None, "fls_never") == told(gate.principal, "fls_never") == NOBODY
    end_login(catalog, signed_in.login_id or "")
    assert told(gate.still, signed_in) == NOBODY
    # Within FRESH_S an answer of the catalog is believed.
    assert gate.principal(token) == signed_in
    clock.advance(3)
    assert told(gate.principal, token) == NOBODY


def test_who_is_disabled_is_out(gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person) -> None:
    bob = add_person(catalog, "bob@example.org", name="Bob", clock=clock)
    signed_in = gate.principal(log_in(catalog, clock, bob))
    disable_person(catalog, bob.id, clock=clock)
    assert told(gate.still, signed_in) == NOBODY


def test_nobody_is_asked_to_sign_in_and_a_stranger_sees_no_project(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    gate.people_changed()
    assert gate.principal(None) is ANONYMOUS
    assert told(check_known, ANONYMOUS) == told(gate.scope, ANONYMOUS, "home") == SIGN_IN
    assert told(gate.room_access, ANONYMOUS, "home", "lobby") == SIGN_IN
    for project in ("home", "never", "x" * 200):
        missing = (NotFoundError, f"no project {project[:128]!r}", "fanlight projects lists them")
        stranger = gate.principal(
            log_in(catalog, clock, add_person(catalog, f"{project[:9]}@example.org", name="S"))
        )
        assert told(gate.scope, stranger, project) == missing
        assert told(gate.room_access, stranger, project, "lobby") == missing


def test_a_right_that_is_missing_is_named_and_who_can_give_it(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    person = add_person(catalog, "bob@example.org", name="Bob", clock=clock)
    set_role(catalog, "home", "bob@example.org", "viewer", clock=clock)
    gate.people_changed()
    bob = gate.principal(log_in(catalog, clock, person))
    assert gate.scope(bob, "home", Right.LIST) == ProjectScope("home")
    read = (ForbiddenError, "bob@example.org has no read right", ROLE)
    assert told(gate.scope, bob, "home") == told(gate.scope, bob, "home", Right.READ) == read
    assert told(check_right, bob, Right.SERVER) == (
        ForbiddenError,
        "bob@example.org has no server right",
        ROLE,
    )
    holder = gate.principal(key(catalog, clock, "read"))
    assert told(gate.scope, holder, "home", Right.WRITE) == (
        ForbiddenError,
        "key k has no write right",
        SCOPE,
    )
    check_right(ANONYMOUS, Right.PUBLIC)
    check_right(holder, Right.PUBLIC)
    assert told(check_right, ANONYMOUS, Right.READ) == SIGN_IN


def test_a_role_in_one_room_opens_that_room(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    person = add_person(catalog, "bob@example.org", name="Bob", clock=clock)
    for room in ("lobby", "attic"):
        ensure_room(catalog, "home", room, clock=clock)
    set_room_role(catalog, "home", "lobby", "bob@example.org", "developer", clock=clock)
    set_room_role(catalog, "home", "attic", "bob@example.org", "viewer", clock=clock)
    gate.people_changed()
    bob = gate.principal(log_in(catalog, clock, person))
    missing = (NotFoundError, "no project 'home'", "fanlight projects lists them")
    assert told(gate.scope, bob, "home", Right.LIST) == missing
    assert told(gate.scope, bob, "home", Right.LIST, room="cellar") == missing
    assert gate.scope(bob, "home", Right.READ, room="lobby") == ProjectScope("home")
    read = (ForbiddenError, "bob@example.org has no read right", ROLE)
    assert told(gate.scope, bob, "home", Right.READ, room="attic") == read
    assert gate.scope_in_some_room(bob, "home", Right.READ) == ProjectScope("home")
    rooms = (ForbiddenError, "bob@example.org has no rooms right", ROLE)
    assert told(gate.scope_in_some_room, bob, "home", Right.ROOMS) == rooms
    never = (NotFoundError, "no project 'never'", "fanlight projects lists them")
    assert told(gate.scope_in_some_room, bob, "never", Right.READ) == never
    elsewhere = (NotFoundError, "no project 'other'", "fanlight projects lists them")
    assert told(gate.scope_in_some_room, bob, "other", Right.READ) == elsewhere
    scope = ProjectScope("home")
    assert [gate.room_access(bob, "home", room) for room in ("lobby", "attic")] == [
        RoomAccess(scope=scope, may_write=True, may_follow=True),
        RoomAccess(scope=scope, may_write=False, may_follow=False),
    ]


def test_what_a_key_may_do_with_developer_logs(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    scope = ProjectScope("home")
    read, ingest, execute = (
        gate.principal(key(catalog, clock, each)) for each in ("read", "ingest", "execute")
    )
    assert gate.room_access(read, "home", "r") == RoomAccess(scope=scope, may_write=True, may_follow=True)
    assert gate.room_access(ingest, "home", "r") == RoomAccess(scope=scope, may_write=True, may_follow=False)
    listing = (ForbiddenError, "key k has no list right", SCOPE)
    assert told(gate.room_access, execute, "home", "r") == listing


@pytest.mark.parametrize(("may_log", "rights"), [(True, (True, True)), (False, (False, False))])
def test_a_participant_has_what_the_token_says_in_its_project_alone(
    gate: Gate, may_log: bool, rights: tuple[bool, bool]
) -> None:
    text = gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=may_log)
    participant = gate.principal(text)
    found = gate.room_access(participant, "home", "lobby")
    assert (found.may_write, found.may_follow) == rights
    missing = (NotFoundError, "no project 'other'", "fanlight projects lists them")
    assert told(gate.room_access, participant, "other", "lobby") == missing


def test_what_stays_open_ends_with_its_token(gate: Gate, clock: ManualClock) -> None:
    run = gate.principal(gate.run_tokens.for_reading("home", "r1", lasts_s=1))
    participant = gate.principal(
        gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=True, lasts_s=1)
    )
    clock.advance(0.999_999_999)
    assert gate.still(run) == run
    clock.advance(0.000_000_001)
    assert told(gate.still, run) == (UnauthenticatedError, "the run's token is over", "")
    clock.advance(1)
    assert told(gate.still, participant) == (UnauthenticatedError, "the participant's token is over", "")


def test_a_participant_of_somebody_who_left_is_out(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    text = gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=True)
    gate.people_changed()
    assert told(gate.principal, text) == (
        UnauthenticatedError, "the participant's token was made before people were registered", "",
    )  # fmt: skip
    bob = add_person(catalog, "bob@example.org", name="Bob", clock=clock)
    signed_in = gate.principal(log_in(catalog, clock, bob))
    stranger = gate.participants.token(signed_in, "home", "lobby", may_log=True)
    assert told(gate.principal, stranger) == (
        UnauthenticatedError, "whoever made the participant's token is in the project no more", "",
    )  # fmt: skip


def test_telemetry_needs_a_key_of_its_own_project(
    gate: Gate, catalog: Catalog, clock: ManualClock, ann: Person
) -> None:
    gate.people_changed()
    assert told(gate.ingest_project, None, "home") == (
        UnauthenticatedError, "telemetry needs a key here",
        "fanlight keys add NAME --project PROJECT makes one",
    )  # fmt: skip
    assert told(gate.ingest_project, key(catalog, clock, "ingest"), "other") == (
        ForbiddenError, "the key belongs to another project than x-fanlight-project names",
        "leave the header out: the project comes from the key",
    )  # fmt: skip
    assert told(gate.ingest_project, key(catalog, clock, "read"), None) == (
        ForbiddenError, "key k has no ingest right", SCOPE,
    )  # fmt: skip
    # Only what was presented and is none counts as refused.
    assert gate.refusals.counts() == {}
    assert told(gate.ingest_project, "fl_x", None)[0] is UnauthenticatedError
    assert gate.refusals.counts() == {"ingest key": 1}


def test_a_server_that_others_reach_lets_nobody_in_before_somebody_is_registered(
    catalog: Catalog, clock: ManualClock
) -> None:
    gate = Gate(catalog, host="0.0.0.0", clock=clock)
    closed = (
        ForbiddenError, "this server listens on 0.0.0.0 and nobody is registered who could let you in",
        "open Studio with the set-up token that the server printed, or: fanlight people add",
    )  # fmt: skip
    assert told(gate.check_open) == told(gate.principal, None) == closed
    add_person(catalog, "ann@example.org", name="Ann", clock=clock)
    # Another process's registration is seen within FRESH_S.
    clock.advance(2.999)
    assert told(gate.check_open) == closed
    clock.advance(0.001)
    gate.check_open()
    assert gate.principal(None) is ANONYMOUS
    gate.close()


def test_each_reason_and_address_is_noted_once_an_hour(
    gate: Gate, catalog: Catalog, clock: ManualClock
) -> None:
    for reason, address in [
        ("key", "192.0.2.1"),
        ("key", "192.0.2.1"),
        ("key", "192.0.2.2"),
        ("host", "192.0.2.1"),
    ]:
        gate.refusals.note(reason, address)
    clock.advance(3_600)
    gate.refusals.note("key", "192.0.2.1")
    assert gate.refusals.counts() == {"key": 4, "host": 1}
    gate.close()
    noted = [entry.deed for entry in list_entries(catalog)]
    assert sorted((deed.actor, deed.action, deed.target, deed.address) for deed in noted) == [
        ("anonymous", "request.refused", "host", "192.0.2.1"),
        ("anonymous", "request.refused", "key", "192.0.2.1"),
        ("anonymous", "request.refused", "key", "192.0.2.1"),
        ("anonymous", "request.refused", "key", "192.0.2.2"),
    ]


def test_a_project_that_was_just_made_is_there(gate: Gate, catalog: Catalog) -> None:
    gate.make_project("brand-new")
    gate.make_project("brand-new")
    assert gate.scope(LOCAL_OWNER, "brand-new", Right.ADMIN) == ProjectScope("brand-new")
    assert "brand-new" in catalog.known_projects
