"""What a participant's token opens, and everything that is no such token."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.access.gate import Gate
from fanlight.access.participants import LASTS_S, ParticipantTokens
from fanlight.access.principal import LOCAL_OWNER, Right
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.keys import create_key, revoke_key
from fanlight.catalog.logins import LoginKind, end_logins, start_login
from fanlight.catalog.members import remove_member, set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project
from fanlight.clock import ManualClock
from fanlight.errors import ForbiddenError, UnauthenticatedError

EMAIL = "ann@example.org"
CLAIMS: dict[str, Any] = {
    "name": "ann",
    "grants": [{"name": "room", "scope": "lobby"}, {"name": "api", "scope": {"developer": {}}}],
    "sub": "home",
    "version": "0.50.1",
    "exp": 2_000_000_000,
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = open_catalog("", tmp_path)
    create_project(found, "home")
    yield found
    found.close()


@pytest.fixture
def gate(catalog: Catalog, clock: ManualClock) -> Iterator[Gate]:
    gate = Gate(catalog, host="127.0.0.1", secret=b"ours", clock=clock)
    yield gate
    gate.close()


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_a_token_says_what_meshagent_s_sdk_reads(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    made, text = create_key(catalog, "home", name="k", scopes=["read"], clock=clock)
    issuer = gate.principal(text.reveal())
    token = gate.participants.token(issuer, "home", "lobby", may_log=True, role="agent")
    assert claims_of(token) == {
        "name": "key k",
        "grants": [
            {"name": "room", "scope": "lobby"},
            {"name": "role", "scope": "agent"},
            {"name": "api", "scope": {"developer": {}}},
        ],
        "sub": "home",
        "version": "0.50.1",
        "exp": clock.now_ns() // 10**9 + LASTS_S,
        "kid": made.id,
    }


@pytest.mark.parametrize(
    ("api", "may_log"),
    [
        (None, False),
        ({}, False),
        ({"developer": None}, False),
        ({"developer": True}, False),
        ({"developer": {}}, True),
        ({"developer": {"logs": True}}, True),
        ({"developer": {"logs": False}}, False),
        ({"developer": {"logs": "yes"}}, False),
        ({"messaging": {}}, False),
        ("developer", False),
    ],
)
def test_what_is_not_granted_is_denied(api: object, may_log: bool) -> None:
    tokens = ParticipantTokens(b"ours", ManualClock())
    grants = [CLAIMS["grants"][0], *([{"name": "api", "scope": api}] if api is not None else [])]
    assert tokens.principal(tokens.sign({**CLAIMS, "grants": grants})).may_log is may_log


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


@pytest.mark.parametrize(
    "claims",
    [
        *(pytest.param(without(name), id=f"no {name}") for name in ("name", "grants", "sub", "exp")),
        pytest.param({**CLAIMS, "grants": []}, id="no room"),
        pytest.param({**CLAIMS, "grants": [{"name": "room", "scope": ""}]}, id="empty room"),
        pytest.param({**CLAIMS, "grants": [{"name": "room", "scope": ["lobby"]}]}, id="several rooms"),
        pytest.param({**CLAIMS, "grants": [{"name": "room"}]}, id="a grant without its scope"),
        pytest.param({**CLAIMS, "grants": {"room": "lobby"}}, id="grants as an object"),
        pytest.param({**CLAIMS, "sub": ""}, id="empty project"),
        pytest.param({**CLAIMS, "sub": 7}, id="project of another type"),
        pytest.param({**CLAIMS, "exp": 1_700_000_000}, id="over"),
        pytest.param({**CLAIMS, "exp": "never"}, id="no time"),
        pytest.param({**CLAIMS, "exp": 1e400}, id="endless"),
        pytest.param({**CLAIMS, "name": ["ann"]}, id="name of another type"),
    ],
)
def test_a_token_without_a_participant_a_room_a_project_or_an_end_opens_nothing(
    claims: dict[str, Any],
) -> None:
    tokens = ParticipantTokens(b"ours", ManualClock())
    with pytest.raises(UnauthenticatedError, match="wrong or over"):
        tokens.principal(tokens.sign(claims))


def unsigned(algorithm: str) -> str:
    parts = [{"alg": algorithm, "typ": "JWT"}, CLAIMS]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, ""])


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(ParticipantTokens(b"theirs").sign(CLAIMS), id="signed by another server"),
        *(
            pytest.param(unsigned(each), id=f"algorithm {each}")
            for each in ("none", "None", "HS256", "RS256")
        ),
        pytest.param("eyJ", id="a start"),
        pytest.param("eyJhbGciOiJIUzI1NiJ9.." + "A" * 43, id="no claims"),
        pytest.param("eyJ" + "A" * 9_000, id="endless"),
        pytest.param("eyJ.\N{SNOWMAN}.x", id="no base64"),
    ],
)
def test_what_was_not_signed_here_with_the_one_algorithm_is_no_token(gate: Gate, token: str) -> None:
    with pytest.raises(UnauthenticatedError, match="wrong or over"):
        gate.principal(token)


@given(place=st.integers(0, 400), letter=st.sampled_from("AZaz09-_."))
def test_a_changed_letter_anywhere_is_no_token_or_the_same_one(place: int, letter: str) -> None:
    tokens = ParticipantTokens(b"ours", ManualClock())
    token = tokens.sign(CLAIMS)
    changed = token[: place % len(token)] + letter + token[place % len(token) + 1 :]
    try:
        # The last letter of base64 has bits that say nothing.
        assert tokens.principal(changed) == tokens.principal(token)
        assert changed[:-1] == token[:-1]
    except UnauthenticatedError:
        assert changed != token


def test_a_token_is_over_after_its_time(gate: Gate, clock: ManualClock) -> None:
    token = gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=True)
    ann = gate.principal(token)
    clock.advance(LASTS_S)
    with pytest.raises(UnauthenticatedError, match="wrong or over"):
        gate.principal(token)
    with pytest.raises(UnauthenticatedError, match="the participant's token is over"):
        gate.still(ann)


def test_a_participant_has_no_right_on_the_project_and_sends_no_telemetry(gate: Gate) -> None:
    token = gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=True)
    for right in set(Right) - {Right.SIGNED_IN}:
        with pytest.raises(ForbiddenError):
            gate.scope(gate.principal(token), "home", right)
    with pytest.raises(ForbiddenError):
        gate.ingest_project(token, None)


def test_a_token_ends_with_the_key_that_made_it(gate: Gate, catalog: Catalog, clock: ManualClock) -> None:
    made, text = create_key(catalog, "home", name="k", scopes=["read"], clock=clock)
    token = gate.participants.token(gate.principal(text.reveal()), "home", "lobby", may_log=True)
    ann = gate.principal(token)
    assert gate.still(ann) == ann
    revoke_key(catalog, "home", made.id)
    with pytest.raises(UnauthenticatedError, match="was revoked"):
        gate.principal(token)
    with pytest.raises(UnauthenticatedError, match="was revoked"):
        gate.still(ann)


def test_a_token_is_good_for_what_its_maker_may_do_now(
    gate: Gate, catalog: Catalog, clock: ManualClock
) -> None:
    add_person(catalog, "founder@example.org", clock=clock)
    person = add_person(catalog, EMAIL, clock=clock)
    set_role(catalog, "home", EMAIL, "developer")
    issuer = gate.principal(start_login(catalog, person.id, LoginKind.TERMINAL, clock=clock)[1])
    ann = gate.principal(gate.participants.token(issuer, "home", "lobby", may_log=True))
    assert (ann.name, ann.room, ann.may_log) == (EMAIL, "lobby", True)
    set_role(catalog, "home", EMAIL, "viewer")
    assert not gate.still(ann).may_log
    remove_member(catalog, "home", person.id)
    with pytest.raises(UnauthenticatedError, match="in the project no more"):
        gate.still(ann)
    set_role(catalog, "home", EMAIL, "developer")
    end_logins(catalog, person.id)
    with pytest.raises(UnauthenticatedError, match="nobody is signed in"):
        gate.still(ann)


def test_the_local_owner_s_tokens_end_when_somebody_is_registered(gate: Gate, catalog: Catalog) -> None:
    token = gate.participants.token(LOCAL_OWNER, "home", "lobby", may_log=True)
    assert gate.principal(token).room == "lobby"
    add_person(catalog, EMAIL)
    gate.people_changed()
    with pytest.raises(UnauthenticatedError, match="before people were registered"):
        gate.principal(token)
