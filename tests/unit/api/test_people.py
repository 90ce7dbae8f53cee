"""People come in, get roles, and go: guarded mode from the first person on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from fanlight.access.known_keys import FRESH_S
from fanlight.catalog import audit
from fanlight.catalog.projects import create_project

from .conftest import Build, House

PASSWORD = "correct horse battery"
ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def register(house: House, email: str, **more: Any) -> httpx.Response:
    return house.ask("POST", "/api/v1/people", json={"email": email, "password": PASSWORD, **more})


def log_in(house: House, email: str, password: str = PASSWORD) -> httpx.Response:
    return house.ask("POST", "/api/v1/login", json={"email": email, "password": password})


@pytest.fixture
def signed_in(house: House) -> Callable[[str], dict[str, str]]:
    def cookie(email: str) -> dict[str, str]:
        answer = log_in(house, email)
        assert answer.status_code == 200, answer.text
        return {"cookie": answer.headers["set-cookie"].partition(";")[0]}

    return cookie


@pytest.fixture
def ann(house: House, signed_in: Callable[[str], dict[str, str]]) -> dict[str, str]:
    """The first person, who owns everything: headers with her cookie."""
    create_project(house.catalog, "other")
    assert register(house, ANN).status_code == 201
    return signed_in(ANN)


def test_the_first_person_ends_local_mode_for_good_and_owns_what_there_is(
    house: House, ann: dict[str, str]
) -> None:
    assert error(house.ask("GET", "/api/v1/projects")) == (401, "unauthenticated")
    assert error(house.ask("GET", "/api/v1/projects/default/runs")) == (401, "unauthenticated")
    assert error(register(house, EVE)) == (401, "unauthenticated")
    session = house.ask("GET", "/api/v1/session", headers=ann).json()
    assert (session["mode"], session["name"], sorted(session["projects"])) == (
        "guarded", ANN, ["default", "other"],
    )  # fmt: skip
    assert house.ask("GET", "/api/v1/projects/other/runs", headers=ann).status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House, ann: dict[str, str]) -> None:
    given = log_in(house, ANN).headers["set-cookie"]
    assert given.startswith("__Host-fanlight=fls_")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(given.split("; "))


@pytest.mark.parametrize(
    ("given", "name", "secure"),
    [
        ({"host": "fan.internal:4319"}, "fanlight", False),
        ({"x-forwarded-host": "fan.internal", "x-forwarded-proto": "https"}, "__Host-fanlight", True),
    ],
)
def test_without_tls_beyond_this_machine_the_cookie_says_so_by_its_name(
    build: Build, given: dict[str, str], name: str, secure: bool
) -> None:
    house = build(allowed_hosts="fan.internal", trusted_proxy="127.0.0.1")
    register(house, ANN)
    body = {"email": ANN, "password": PASSWORD}
    answer = house.ask("POST", "/api/v1/login", json=body, headers=given)
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[0].partition("=")[0] == name
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(parts)
    assert ("Secure" in parts) is secure
    assert not any(part.startswith("Domain") for part in parts)


def cookie_in(answer: httpx.Response) -> dict[str, str]:
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def test_signing_in_gives_a_new_token_and_ends_the_one_that_was_brought(
    house: House, ann: dict[str, str]
) -> None:
    planted = {"cookie": "__Host-fanlight=fls_planted-by-somebody"}
    body = {"email": ANN, "password": PASSWORD}
    first = cookie_in(house.ask("POST", "/api/v1/login", json=body, headers=planted))
    again = cookie_in(house.ask("POST", "/api/v1/login", json=body, headers=first))
    assert len({planted["cookie"], first["cookie"], again["cookie"]}) == 3
    asked = [
        house.ask("GET", "/api/v1/projects", headers=each).status_code for each in (planted, first, again)
    ]
    assert asked == [401, 401, 200]


def test_another_role_is_another_token_and_the_one_before_is_over_within_a_minute(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    house.ask("POST", "/api/v1/people", headers=ann, json={"email": BOB, "password": PASSWORD})
    before = signed_in(BOB)
    assert "set-cookie" not in house.ask("GET", "/api/v1/projects", headers=before).headers
    for role in ("viewer", "owner"):
        given = {"email": BOB, "role": role}
        house.ask("PUT", "/api/v1/projects/default/members", headers=ann, json=given)
        renewed = house.ask("GET", "/api/v1/projects", headers=before)
        assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(renewed.headers["set-cookie"].split("; "))
        after = cookie_in(renewed)
        assert after != before
        # Its other requests were on their way; none of them is answered with a second token.
        for each in (before, after):
            answer = house.ask("GET", "/api/v1/projects", headers=each)
            assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
        house.clock.advance(61)
        assert house.ask("GET", "/api/v1/projects", headers=before).status_code == 401
        assert house.ask("GET", "/api/v1/projects", headers=after).status_code == 200
        before = after


def test_signing_out_has_the_last_word_over_a_new_token(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    house.ask("POST", "/api/v1/people", headers=ann, json={"email": BOB, "password": PASSWORD})
    bob = signed_in(BOB)
    given = {"email": BOB, "role": "viewer"}
    house.ask("PUT", "/api/v1/projects/default/members", headers=ann, json=given)
    out = house.ask("POST", "/api/v1/logout", headers=bob, json={})
    assert "fls_" not in str(out.headers)
    assert house.ask("GET", "/api/v1/projects", headers=bob).status_code == 401


def test_wrong_passwords_and_strangers_are_told_the_same(house: House, ann: dict[str, str]) -> None:
    told = [log_in(house, ANN, "wrong wrong wrong"), log_in(house, EVE), log_in(house, "not an address")]
    assert {error(each) for each in told} == {(401, "unauthenticated")}
    assert len({each.json()["error"]["message"] for each in told}) == 1


def test_passwords_cannot_be_tried_in_bulk(house: House, ann: dict[str, str]) -> None:
    tries = [log_in(house, BOB, "wrong wrong wrong").status_code for _ in range(8)]
    assert tries == [401] * 5 + [429] * 3
    actions = [entry.deed.action for entry in audit.list_entries(house.catalog, limit=8)]
    assert actions == ["login.limited"] * 3 + ["login.refused"] * 5


@pytest.mark.parametrize("weak", ["short", "password1234", "aaaaaaaaaaaa", "x" * 1_025])
def test_weak_passwords_are_not_taken(house: House, weak: str) -> None:
    refused = house.ask("POST", "/api/v1/people", json={"email": ANN, "password": weak})
    assert error(refused) == (400, "invalid")


@pytest.mark.parametrize("email", ["аnn@example.org", "ann@exаmple.org", "ann", "a b@example.org", "@x.org"])
def test_addresses_that_look_like_others_are_not_taken(house: House, email: str) -> None:
    assert error(register(house, email)) == (400, "invalid")


def test_an_address_is_taken_once_however_it_is_written(house: House, ann: dict[str, str]) -> None:
    again = house.ask(
        "POST", "/api/v1/people", headers=ann, json={"email": " ANN@Example.org ", "password": PASSWORD}
    )
    assert error(again) == (409, "conflict")


def test_a_member_sees_their_project_and_a_stranger_nothing(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    for email in (BOB, EVE):
        made = house.ask("POST", "/api/v1/people", headers=ann, json={"email": email, "password": PASSWORD})
        assert made.status_code == 201
    role = {"email": BOB, "role": "viewer"}
    assert house.ask("PUT", "/api/v1/projects/default/members", headers=ann, json=role).status_code == 200
    bob, eve = signed_in(BOB), signed_in(EVE)
    assert house.ask("GET", "/api/v1/projects/default/runs", headers=bob).status_code == 200
    assert error(house.ask("GET", "/api/v1/projects/default/logs", headers=bob)) == (403, "forbidden")
    assert error(house.ask("GET", "/api/v1/projects/other/runs", headers=bob)) == (404, "not_found")
    assert error(house.ask("GET", "/api/v1/projects/default/runs", headers=eve)) == (404, "not_found")
    names = [each["name"] for each in house.ask("GET", "/api/v1/projects", headers=bob).json()["items"]]
    assert names == ["default"]
    assert house.ask("GET", "/api/v1/projects", headers=eve).json()["items"] == []
    assert error(house.ask("GET", "/api/v1/people", headers=bob)) == (403, "forbidden")


def test_an_administrator_reads_no_project_by_being_one(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    new = {"email": BOB, "password": PASSWORD, "is_admin": True}
    assert house.ask("POST", "/api/v1/people", headers=ann, json=new).status_code == 201
    bob = signed_in(BOB)
    assert house.ask("GET", "/api/v1/people", headers=bob).status_code == 200
    assert error(house.ask("GET", "/api/v1/projects/default/runs", headers=bob)) == (404, "not_found")


def test_whoever_makes_a_project_owns_it(house: House, ann: dict[str, str]) -> None:
    assert house.ask("POST", "/api/v1/projects", headers=ann, json={"name": "new"}).status_code == 201
    members = house.ask("GET", "/api/v1/projects/new/members", headers=ann).json()["items"]
    assert [(each["email"], each["role"]) for each in members] == [(ANN, "owner")]


def test_the_last_owner_stays(house: House, ann: dict[str, str]) -> None:
    person = house.ask("GET", "/api/v1/session", headers=ann).json()["person_id"]
    demoted = {"email": ANN, "role": "viewer"}
    path = "/api/v1/projects/default/members"
    assert error(house.ask("PUT", path, headers=ann, json=demoted)) == (409, "conflict")
    assert error(house.ask("DELETE", f"{path}/{person}", headers=ann)) == (409, "conflict")
    assert error(house.ask("DELETE", f"/api/v1/people/{person}", headers=ann)) == (409, "conflict")


def test_an_invite_works_once(house: House, ann: dict[str, str]) -> None:
    asked = {"email": BOB, "role": "maintainer"}
    made = house.ask("POST", "/api/v1/projects/default/invites", headers=ann, json=asked)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    token = made.json()["token"]
    coming = {"token": token, "name": "Bob", "password": PASSWORD}
    came = house.ask("POST", "/api/v1/invites/accept", json=coming)
    assert (came.status_code, came.json()["name"], list(came.json()["projects"])) == (201, BOB, ["default"])
    assert error(house.ask("POST", "/api/v1/invites/accept", json=coming)) == (401, "unauthenticated")
    invites = house.ask("GET", "/api/v1/projects/default/invites", headers=ann).json()["items"]
    assert [(each["email"], each["by"], each["accepted_at"] is not None) for each in invites] == [
        (BOB, ANN, True)
    ]
    assert token not in house.ask("GET", "/api/v1/projects/default/audit", headers=ann).text


def test_signing_out_everywhere_ends_all_logins_and_a_new_password_all_others(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    second = signed_in(ANN)
    changed = {"old": PASSWORD, "new": "another horse battery"}
    assert house.ask("POST", "/api/v1/account/password", headers=second, json=changed).status_code == 200
    assert error(house.ask("GET", "/api/v1/account/logins", headers=ann)) == (401, "unauthenticated")
    logins = house.ask("GET", "/api/v1/account/logins", headers=second).json()["items"]
    assert [each["current"] for each in logins] == [True]
    assert error(log_in(house, ANN)) == (401, "unauthenticated")
    out = house.ask("POST", "/api/v1/logout", headers=second, json={"everywhere": True})
    assert out.status_code == 200
    assert error(house.ask("GET", "/api/v1/projects", headers=second)) == (401, "unauthenticated")


def test_a_login_ends_when_it_is_idle_and_a_disabled_person_is_out_within_seconds(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    new = {"email": BOB, "password": PASSWORD}
    person = house.ask("POST", "/api/v1/people", headers=ann, json=new).json()["id"]
    bob = signed_in(BOB)
    assert house.ask("DELETE", f"/api/v1/people/{person}", headers=ann).status_code == 200
    assert error(house.ask("GET", "/api/v1/projects", headers=bob)) == (401, "unauthenticated")
    assert error(log_in(house, BOB)) == (401, "unauthenticated")
    house.clock.advance(13 * 3_600)
    assert error(house.ask("GET", "/api/v1/projects", headers=ann)) == (401, "unauthenticated")


def test_the_set_up_token_works_once_and_only_while_nobody_is_registered(build: Build) -> None:
    house = build(host="0.0.0.0")
    headers = {"host": "0.0.0.0:4319"}
    token = house.admission.make_setup_token()
    first = {"token": token, "email": ANN, "name": "Ann", "password": PASSWORD}

    def set_up(**other: str | None) -> httpx.Response:
        return house.ask("POST", "/api/v1/setup", headers=headers, json={**first, **other})

    assert house.ask("GET", "/api/v1/session", headers=headers).json()["mode"] == "setup"
    assert error(set_up(token="guessed")) == (401, "unauthenticated")
    made = set_up()
    assert (made.status_code, made.json()["rights"]) == (201, ["figures", "server", "signed in"])
    # Plain HTTP beyond loopback: a browser would not keep a Secure cookie, and the page says so.
    assert made.headers["set-cookie"].startswith("fanlight=fls_")
    assert made.json()["secure"] is False
    assert error(set_up(email=EVE)) == (409, "conflict")
    assert house.admission.make_setup_token() is None


def test_another_process_that_registers_somebody_is_noticed_within_five_seconds(house: House) -> None:
    from fanlight.catalog.people import add_person

    assert house.ask("GET", "/api/v1/projects").status_code == 200
    add_person(house.catalog, ANN, password="x")
    house.clock.advance(FRESH_S)
    assert FRESH_S < 5
    assert error(house.ask("GET", "/api/v1/projects")) == (401, "unauthenticated")


def test_a_changed_row_of_the_audit_log_is_found(house: House, ann: dict[str, str]) -> None:
    for _ in range(3):
        log_in(house, ANN)
    good = house.ask("GET", "/api/v1/audit/verify", headers=ann).json()
    assert (good["entries"], good["broken_at"]) == (5, None)
    with house.catalog.writing() as session:
        session.execute(text("UPDATE audit SET address = '10.0.0.9' WHERE seq = 3"))
    assert house.ask("GET", "/api/v1/audit/verify", headers=ann).json()["broken_at"] == 3
    with house.catalog.writing() as session:
        session.execute(text("DELETE FROM audit WHERE seq = 3"))
    assert house.ask("GET", "/api/v1/audit/verify", headers=ann).json()["broken_at"] == 4


def test_an_administrator_gives_a_new_password_which_ends_all_logins(
    house: House, ann: dict[str, str], signed_in: Callable[[str], dict[str, str]]
) -> None:
    new = {"email": BOB, "password": PASSWORD}
    person = house.ask("POST", "/api/v1/people", headers=ann, json=new).json()["id"]
    bob = signed_in(BOB)
    path = f"/api/v1/people/{person}/password"
    given = {"password": "another horse battery"}
    assert error(house.ask("POST", path, headers=bob, json=given)) == (403, "forbidden")
    assert house.ask("POST", path, headers=ann, json=given).status_code == 200
    assert error(house.ask("GET", "/api/v1/projects", headers=bob)) == (401, "unauthenticated")
    assert error(log_in(house, BOB)) == (401, "unauthenticated")
    assert log_in(house, BOB, "another horse battery").status_code == 200


def test_a_terminal_is_let_in_by_somebody_who_is_signed_in(house: House, ann: dict[str, str]) -> None:
    begun = house.ask("POST", "/api/v1/devices", json={"label": "ann@laptop"}).json()
    asked = {"device_code": begun["device_code"]}
    assert house.ask("POST", "/api/v1/devices/token", json=asked).json() == {"token": None, "name": None}
    path = f"/api/v1/devices/{begun['user_code']}"
    assert error(house.ask("GET", path)) == (401, "unauthenticated")
    assert house.ask("GET", path, headers=ann).json()["label"] == "ann@laptop"
    shown = {"user_code": begun["user_code"].lower()}
    assert house.ask("POST", "/api/v1/devices/approve", headers=ann, json=shown).status_code == 200
    token = house.ask("POST", "/api/v1/devices/token", json=asked).json()["token"]
    terminal = {"authorization": f"Bearer {token}"}
    assert house.ask("GET", "/api/v1/session", headers=terminal).json()["name"] == ANN
    again = house.ask("POST", "/api/v1/devices/token", json=asked)
    assert error(again) == (401, "unauthenticated")
    logins = house.ask("GET", "/api/v1/account/logins", headers=terminal).json()["items"]
    assert {(each["kind"], each["label"]) for each in logins} >= {("terminal", "ann@laptop")}
