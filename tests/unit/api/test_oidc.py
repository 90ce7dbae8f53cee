"""Signing in at an OpenID provider: who comes in, and which answers are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from fanlight.access import oidc as oidc_module
from fanlight.access.oidc import LASTS_S, Oidc, Provider
from fanlight.catalog import audit
from fanlight.catalog.members import list_members
from fanlight.catalog.people import add_person, disable_person, find_person
from fanlight.errors import ConfigError

from .conftest import House, close_house, open_house
from .forger import (
    CLIENT,
    FOREIGN_KEY,
    SECRET,
    Forger,
    running,
    signed,
    signed_with_what_everybody_knows,
    unsigned,
)

ANN, BOB = "ann@example.org", "bob@example.org"
LOGIN, CALLBACK = "/api/v1/oidc/login", "/api/v1/oidc/callback"
FORGERIES: dict[str, tuple[dict[str, Any], str]] = {
    "issuer": ({"iss": "https://evil.test"}, "invalid_claim: iss"),
    "no issuer": ({"iss": None}, "missing_claim: iss"),
    "audience": ({"aud": "another"}, "invalid_claim: aud"),
    "no audience": ({"aud": None}, "missing_claim: aud"),
    "more audiences": ({"aud": [CLIENT, "another"]}, "audience: others too"),
    "authorised party": ({"azp": "another"}, "audience: others too"),
    "nonce": ({"nonce": "replayed"}, "invalid_claim: nonce"),
    "no nonce": ({"nonce": None}, "missing_claim: nonce"),
    "expired": ({"exp": 1}, "expired_token: exp"),
    "never expires": ({"exp": None}, "missing_claim: exp"),
    "from the future": ({"iat": 2**40}, "invalid_claim: iat"),
    "no subject": ({"sub": None}, "missing_claim: sub"),
    "long subject": ({"sub": "s" * 256}, "subject"),
    "address not verified": ({"email_verified": False}, "the address is not verified"),
    "address said to be verified": ({"email_verified": "true"}, "the address is not verified"),
    "address verified by nobody": ({"email_verified": None}, "the address is not verified"),
    "address that looks like another": ({"email": "аnn@example.org"}, "no address that can be used"),
    "domain": ({"email": "ann@evil.test"}, "domain of the address"),
    "part of a domain": ({"email": "ann@sub.example.org"}, "domain of the address"),
    "stranger": ({"email": "eve@example.org"}, "neither registered nor invited"),
}
SIGNATURES: dict[str, tuple[Callable[[dict[str, Any]], str], str]] = {
    "another key": (partial(signed, key=FOREIGN_KEY), "bad_signature"),
    "a key that is unknown": (partial(signed, key=FOREIGN_KEY, kid="k2"), "signed with an unknown key"),
    "no signature": (unsigned, "unsupported_algorithm"),
    "the public key as a secret": (signed_with_what_everybody_knows, "unsupported_algorithm"),
    "no token": (lambda _: "no token", "decode_error"),
}


@pytest.fixture
def forger() -> Iterator[Forger]:
    with running(Forger(now_s=lambda: 0)) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, forger: Forger) -> Iterator[House]:
    """A guarded server where Ann and Bob are registered, with a provider for example.org."""
    provider = Provider(
        issuer=forger.issuer, client_id=CLIENT, client_secret=SECRET, domains=frozenset({"example.org"})
    )
    made = open_house(tmp_path, provider=provider)
    forger.now_s = lambda: made.clock.now_ns() // 10**9
    for email in (BOB, ANN):
        add_person(made.catalog, email, clock=made.clock)
    yield made
    close_house(made)


def go(house: House) -> tuple[dict[str, str], dict[str, str]]:
    """The way there: the cookie that the browser keeps, and what it carries to the provider."""
    there = house.ask("GET", LOGIN)
    assert (there.status_code, there.headers["cache-control"]) == (303, "no-store")
    cookie = there.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))
    return {"cookie": cookie.partition(";")[0]}, dict(parse_qsl(urlsplit(there.headers["location"]).query))


def back(house: House, cookie: dict[str, str], **query: str) -> httpx.Response:
    return house.ask("GET", CALLBACK, headers=cookie, params=query)


def sign_in(house: House, forger: Forger) -> httpx.Response:
    cookie, asked = go(house)
    return back(house, cookie, state=asked["state"], code=forger.code_for(asked))


def newest(house: House) -> tuple[str, str, Any]:
    deed = audit.list_entries(house.catalog, limit=1)[0].deed
    return deed.actor, deed.action, deed.detail.get("reason")


def refused(house: House, answer: httpx.Response) -> str:
    """Why, as the audit log has it; the browser is told the same whatever it was."""
    assert answer.status_code == 401
    assert "<p>signing in with 127.0.0.1 did not work.</p>" in answer.text
    assert "fls_" not in str(answer.headers)
    actor, action, reason = newest(house)
    assert action == "oidc.refused"
    assert str(reason) not in answer.text
    assert actor not in answer.text
    return str(reason)


def test_a_registered_person_signs_in_with_their_verified_address(house: House, forger: Forger) -> None:
    came = sign_in(house, forger)
    assert (came.status_code, came.headers["location"]) == (303, "/")
    cookies = {"cookie": came.headers.get_list("set-cookie")[0].partition(";")[0]}
    session = house.ask("GET", "/api/v1/session", headers=cookies).json()
    assert (session["name"], session["mode"], session["oidc"]) == (ANN, "guarded", ["127.0.0.1"])
    assert newest(house) == (ANN, "login.oidc", None)
    # From then on it is the identity that counts: the address may have become another.
    forger.claims = {"email": "ann.new@example.org"}
    sign_in(house, forger)
    assert newest(house) == (ANN, "login.oidc", None)


def test_what_is_asked_of_the_provider_is_the_code_flow_with_a_challenge(house: House) -> None:
    _, asked = go(house)
    fixed = ("response_type", "scope", "client_id", "code_challenge_method")
    assert [asked[name] for name in fixed] == ["code", "openid email profile", CLIENT, "S256"]
    assert asked["redirect_uri"] == f"http://localhost:4319{CALLBACK}"
    assert len({asked[name] for name in ("state", "nonce", "code_challenge")}) == 3


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_answer_is_refused(house: House, forger: Forger, name: str) -> None:
    forger.claims, reason = FORGERIES[name]
    assert refused(house, sign_in(house, forger)) == reason


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_token_that_the_provider_did_not_sign_is_refused(house: House, forger: Forger, name: str) -> None:
    forger.sign, reason = SIGNATURES[name]
    assert refused(house, sign_in(house, forger)) == reason


def test_a_code_and_a_state_are_good_for_once(house: House, forger: Forger) -> None:
    cookie, asked = go(house)
    given = {"state": asked["state"], "code": forger.code_for(asked)}
    assert back(house, cookie, **given).status_code == 303
    assert refused(house, back(house, cookie, **given)) == "no sign-in was begun there"
    other, asked = go(house)
    assert refused(house, back(house, other, state=asked["state"], code=given["code"])) == (
        "the provider answered 400 at /token"
    )


def test_nobody_is_signed_in_by_the_link_of_another(house: House, forger: Forger) -> None:
    """A page could send a browser back with the code of its own author."""
    _, evil = go(house)
    code = forger.code_for(evil)
    assert refused(house, back(house, {}, state=evil["state"], code=code)) == "no sign-in was begun there"
    mine, asked = go(house)
    assert refused(house, back(house, mine, state=evil["state"], code=code)) == "state"
    # Whatever came of it, that sign-in is over.
    right = {"state": asked["state"], "code": forger.code_for(asked)}
    assert refused(house, back(house, mine, **right)) == "no sign-in was begun there"


def test_a_sign_in_takes_ten_minutes_at_most(house: House, forger: Forger) -> None:
    cookie, asked = go(house)
    house.clock.advance(LASTS_S)
    answer = back(house, cookie, state=asked["state"], code=forger.code_for(asked))
    assert refused(house, answer) == "no sign-in was begun there"


def test_a_code_of_another_provider_is_refused(house: House, forger: Forger) -> None:
    cookie, asked = go(house)
    mixed = {"state": asked["state"], "code": forger.code_for(asked), "iss": "https://evil.test"}
    assert refused(house, back(house, cookie, **mixed)) == "issuer of the answer"
    assert "/token" not in forger.asked


def test_a_provider_that_names_itself_must_do_so(house: House, forger: Forger) -> None:
    forger.metadata = {"authorization_response_iss_parameter_supported": True}
    assert refused(house, sign_in(house, forger)) == "issuer of the answer"


def test_a_refusal_of_the_provider_is_one(house: House) -> None:
    cookie, asked = go(house)
    answer = back(house, cookie, state=asked["state"], error="access_denied", error_description="<b>no</b>")
    assert refused(house, answer) == "the provider refused"
    assert "<b>" not in answer.text


def test_data_of_another_user_is_refused(house: House, forger: Forger) -> None:
    forger.claims = {"email": None, "email_verified": None}
    forger.user = {"email": ANN, "email_verified": True}
    assert sign_in(house, forger).status_code == 303
    forger.user["sub"] = "s2"
    assert refused(house, sign_in(house, forger)) == "subject of the user's data"


def test_an_address_that_was_given_to_somebody_else_there_opens_nothing(house: House, forger: Forger) -> None:
    assert sign_in(house, forger).status_code == 303
    forger.claims = {"sub": "s2"}
    assert refused(house, sign_in(house, forger)) == "the address is another identity's"


def test_whoever_is_disabled_stays_out(house: House, forger: Forger) -> None:
    found = find_person(house.catalog, ANN)
    assert found is not None
    disable_person(house.catalog, found[0].id)
    assert refused(house, sign_in(house, forger)) == "disabled"


def test_whoever_is_invited_comes_in_by_their_address_alone(house: House, forger: Forger) -> None:
    bob = find_person(house.catalog, BOB)
    assert bob is not None
    from fanlight.catalog.logins import LoginKind, start_login
    from fanlight.catalog.members import set_role

    set_role(house.catalog, "default", BOB, "owner")
    token = start_login(house.catalog, bob[0].id, LoginKind.TERMINAL, clock=house.clock)[1]
    invite = {"email": "eve@example.org", "role": "viewer"}
    made = house.ask(
        "POST", "/api/v1/projects/default/invites", json=invite, headers={"authorization": f"Bearer {token}"}
    )
    assert made.status_code == 201
    forger.claims = {"sub": "eve", "email": "Eve@Example.org"}
    assert sign_in(house, forger).status_code == 303
    roles = {each.email: each.role for each in list_members(house.catalog, "default")}
    assert roles["eve@example.org"] == "viewer"
    # The invite is used up: nobody comes in by its link as well.
    taken = {"token": made.json()["token"], "password": "correct horse battery"}
    assert house.ask("POST", "/api/v1/invites/accept", json=taken).status_code == 401


def test_new_keys_of_the_provider_are_asked_for_but_not_at_every_forgery(
    house: House, forger: Forger
) -> None:
    assert sign_in(house, forger).status_code == 303
    house.clock.advance(60)
    forger.sign = partial(signed, key=FOREIGN_KEY, kid="k2")
    forger.keys = {"keys": [{**FOREIGN_KEY.as_dict(private=False), "kid": "k2"}]}
    assert sign_in(house, forger).status_code == 303
    forger.sign = partial(signed, key=FOREIGN_KEY, kid="k3")
    for _ in range(3):
        assert refused(house, sign_in(house, forger)) == "signed with an unknown key"
    assert forger.asked.count("/keys") == 2


def test_forgeries_in_bulk_are_held_up(house: House) -> None:
    statuses = [back(house, {}, state="s", code="c").status_code for _ in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert [entry.deed.action for entry in audit.list_entries(house.catalog, limit=8)] == [
        *["oidc.limited"] * 3,
        *["oidc.refused"] * 5,
    ]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"issuer": "https://evil.test"}, "the provider calls itself otherwise"),
        ({"token_endpoint": "http://evil.test/token"}, "the provider's token_endpoint"),
        ({"jwks_uri": "file:///etc/passwd"}, "the provider's jwks_uri"),
        ({"jwks_uri": "https://["}, "the provider's jwks_uri"),
        ({"jwks_uri": "https:///keys"}, "the provider's jwks_uri"),
        ({"jwks_uri": "http://127.0.0.1:0/ke\nys"}, "the provider cannot be reached"),
        ({"userinfo_endpoint": "http://evil.test/user"}, "the provider's userinfo_endpoint"),
        ({"userinfo_endpoint": 5}, "the provider gave no userinfo_endpoint"),
        ({"authorization_endpoint": None}, "the provider gave no authorization_endpoint"),
    ],
)
def test_a_provider_that_describes_itself_strangely_is_not_talked_to(
    house: House, forger: Forger, metadata: dict[str, Any], reason: str
) -> None:
    forger.metadata = metadata
    assert refused(house, house.ask("GET", LOGIN)) == reason


@pytest.mark.parametrize("keys", [[], {}, {"keys": 5}, {"keys": [{}]}, {"keys": [{"kty": "RSA"}]}])
def test_keys_that_are_none_sign_nothing(house: House, forger: Forger, keys: Any) -> None:
    forger.keys = keys
    assert refused(house, house.ask("GET", LOGIN)) in (
        "the provider's keys", "the provider answered 200 at /keys",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tokens", "reason"),
    [
        ({"id_token": None}, "the provider gave no id_token"),
        ({"id_token": 5}, "the provider gave no id_token"),
        ({"access_token": None}, "the provider gave no access_token"),
        ({"access_token": "another"}, "the provider answered 401 at /user"),
    ],
)
def test_an_answer_without_its_tokens_is_refused(
    house: House, forger: Forger, tokens: dict[str, Any], reason: str
) -> None:
    forger.claims, forger.tokens = {"email": None}, tokens
    assert refused(house, sign_in(house, forger)) == reason


def test_the_ways_in_which_a_provider_wants_the_secret_are_a_list(house: House, forger: Forger) -> None:
    forger.metadata = {"token_endpoint_auth_methods_supported": None}
    assert refused(house, sign_in(house, forger)) == "the provider's token_endpoint_auth_methods_supported"
    house.clock.advance(3_600)
    forger.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    forger.secret_in_form = SECRET
    assert sign_in(house, forger).status_code == 303


def test_a_client_without_a_secret_shows_its_name_alone(tmp_path: Path, forger: Forger) -> None:
    house = open_house(tmp_path, provider=Provider(issuer=forger.issuer, client_id=CLIENT))
    forger.now_s, forger.secret_in_form = lambda: house.clock.now_ns() // 10**9, None
    try:
        add_person(house.catalog, "eve@evil.test", clock=house.clock)
        forger.claims = {"email": "eve@evil.test"}  # no domains are named, so any will do
        assert sign_in(house, forger).status_code == 303
    finally:
        close_house(house)


def test_what_the_provider_said_of_itself_is_believed_for_an_hour(house: House, forger: Forger) -> None:
    place = "/.well-known/openid-configuration"
    for wait_s in (0, 3_599, 1):
        house.clock.advance(wait_s)
        go(house)
    assert (forger.asked.count(place), forger.asked.count("/keys")) == (2, 2)


def test_sign_ins_that_were_begun_are_bounded(
    house: House, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_module, "MOST", 2)
    go(house)
    house.clock.advance(LASTS_S - 1)
    go(house)
    full = house.ask("GET", LOGIN)
    assert (full.status_code, full.headers["retry-after"]) == (503, "60")
    house.clock.advance(1)
    assert sign_in(house, forger).status_code == 303


def test_an_issuer_that_others_could_listen_to_is_no_setting() -> None:
    for issuer in ("http://login.example.org", "https://[", "https://", "login.example.org", ""):
        with pytest.raises(ConfigError) as refused:
            Oidc(Provider(issuer=issuer, client_id="x"))
        told = (refused.value.message, refused.value.hint)
        assert told == (f"oidc_issuer is {issuer!r}", "an https URL, as the provider itself names it")
    assert Oidc(Provider(issuer="https://login.example.org/x", client_id="x")).name == "login.example.org"


def test_without_a_provider_there_is_nothing(tmp_path: Path) -> None:
    bare = open_house(tmp_path)
    try:
        assert [bare.ask("GET", path).status_code for path in (LOGIN, CALLBACK)] == [404, 404]
        assert bare.ask("GET", "/api/v1/session").json()["oidc"] == []
    finally:
        close_house(bare)


def test_a_name_that_is_no_text_is_none_and_who_was_refused_is_noted(house: House, forger: Forger) -> None:
    forger.claims = {"name": 5}
    assert sign_in(house, forger).status_code == 303
    forger.claims = {"email": "no address"}
    assert refused(house, sign_in(house, forger)) == "no address that can be used"
    assert newest(house)[0] == "no address"
