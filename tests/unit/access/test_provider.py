"""Who comes back from an OpenID provider: whom it lets in, and into which projects."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fanlight.access.identity import Identity
from fanlight.catalog import people
from fanlight.catalog.database import open_catalog
from fanlight.catalog.members import roles_of, set_role
from fanlight.catalog.one_time import Purpose, list_one_time
from fanlight.catalog.projects import create_project
from fanlight.errors import UnauthenticatedError

from .test_admission import ANN, BOB, HERE, House

REFUSED = (
    UnauthenticatedError,
    "signing in with login.example.org did not work",
    "try again; an owner of your project can invite the address that you have there",
)


class Provider:
    """From which somebody of an address always comes back."""

    name = "login.example.org"

    def __init__(self, email: str, subject: str = "subject-1") -> None:
        self._identity = Identity(issuer="https://login.example.org", subject=subject, email=email, name="B")

    async def finish(self, cookie: str, given: Mapping[str, str]) -> Identity:
        return self._identity


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    catalog = open_catalog("", tmp_path)
    for project in ("home", "away"):
        create_project(catalog, project)
    made = House(catalog)
    yield made
    made.gate.close()
    catalog.close()


def comes_from_the_provider(house: House, email: str, subject: str = "subject-1") -> None:
    house.admission.oidc = Provider(email, subject)  # type: ignore[assignment]


def test_nobody_comes_in_by_a_provider_before_somebody_has_set_the_server_up(house: House) -> None:
    comes_from_the_provider(house, ANN)
    assert house.refused(house.admission.finish_oidc("cookie", {}, HERE)) == REFUSED
    reason = {"reason": "nobody is registered"}
    assert house.noted() == [("oidc.refused", ANN, "192.0.2.7", None, "login.example.org", reason)]
    assert not people.has_people(house.catalog)


def test_an_invite_changes_no_role_that_somebody_has_already(house: House) -> None:
    house.add(ANN)
    bob = house.add(BOB)
    by = house.enter(ANN)
    for project in ("home", "away"):
        asyncio.run(house.admission.invite(by, project, BOB, "viewer", HERE))
    set_role(house.catalog, "home", BOB, "owner", clock=house.clock)
    comes_from_the_provider(house, BOB)
    came = asyncio.run(house.admission.finish_oidc("cookie", {}, HERE))
    assert came.person == bob
    assert roles_of(house.catalog, bob.id) == {"home": "owner", "away": "viewer"}
    assert [each.used_ns for each in list_one_time(house.catalog, Purpose.INVITE)] == [
        house.clock.now_ns()
    ] * 2


def test_somebody_new_is_a_member_of_every_project_that_invited_them(house: House) -> None:
    house.add(ANN)
    by = house.enter(ANN)
    for project, role in (("home", "maintainer"), ("away", "viewer")):
        asyncio.run(house.admission.invite(by, project, BOB, role, HERE))
    house.noted()
    comes_from_the_provider(house, BOB)
    came = asyncio.run(house.admission.finish_oidc("cookie", {}, HERE))
    assert (came.person.email, came.person.name, came.person.is_admin) == (BOB, "B", False)
    assert roles_of(house.catalog, came.person.id) == {"home": "maintainer", "away": "viewer"}
    assert house.noted() == [("login.oidc", BOB, "192.0.2.7", None, "https://login.example.org", {})]


def test_of_two_invites_into_one_project_the_newer_one_counts(house: House) -> None:
    house.add(ANN)
    by = house.enter(ANN)
    for role in ("maintainer", "viewer"):
        asyncio.run(house.admission.invite(by, "home", BOB, role, HERE))
        house.clock.advance(1)
    comes_from_the_provider(house, BOB)
    came = asyncio.run(house.admission.finish_oidc("cookie", {}, HERE))
    assert roles_of(house.catalog, came.person.id) == {"home": "viewer"}


@pytest.mark.parametrize("case", ["a stranger", "another subject", "disabled"])
def test_whoever_may_not_come_in_is_told_the_same_and_only_the_log_has_why(house: House, case: str) -> None:
    house.add(ANN)
    bob = house.add(BOB)
    comes_from_the_provider(house, BOB)
    asyncio.run(house.admission.finish_oidc("cookie", {}, HERE))
    house.noted()
    email, subject, reason = BOB, "subject-1", "disabled"
    if case == "disabled":
        people.disable_person(house.catalog, bob.id, clock=house.clock)
    elif case == "another subject":
        subject, reason = "subject-2", "the address is another identity's"
    else:
        email, subject, reason = "eve@example.org", "subject-3", "neither registered nor invited"
    comes_from_the_provider(house, email, subject)
    assert house.refused(house.admission.finish_oidc("cookie", {}, HERE)) == REFUSED
    assert house.noted() == [
        ("oidc.refused", email, "192.0.2.7", None, "login.example.org", {"reason": reason})
    ]
