"""Everybody who may ask a guarded server, and what each may do, written down apart from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from fanlight.access.principal import Right
from fanlight.catalog.keys import create_key, revoke_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project

from .conftest import House

MINE, OTHERS, NOWHERE = "mine", "others", "nowhere"
RUN, OTHER_RUN = "r1", "r2"
ROOM = "lobby"

_MEMBER = {
    Right.LIST, Right.READ, Right.USAGE, Right.BILL, Right.ROOMS, Right.EXECUTE, Right.WRITE, Right.ADMIN,
}  # fmt: skip
_READ_KEY = {Right.LIST, Right.READ, Right.USAGE}
_ADMIN_KEY = {*_MEMBER, Right.INGEST}
ROLES: Mapping[str, set[Right]] = {
    "owner": {*_MEMBER, Right.MEMBERS},
    "admin": {*_MEMBER, Right.MEMBERS},
    "maintainer": _MEMBER,
    "developer": _MEMBER,
    "viewer": {Right.LIST},
    "session_inventory": {Right.LIST},
    "usage_reporter": {Right.LIST, Right.USAGE},
    "billing_manager": {Right.LIST, Right.USAGE, Right.BILL},
    "room_manager": {Right.LIST, Right.ROOMS},
}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who asks. `known` is whether the server knows them; `rights` go by project.

    A caller with `run` holds the token of that run, one with `room` that of a participant there, in
    project `room_of`; one with `ticket` presents a ticket, made by `ticket`.
    """

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    known: bool = True
    server: frozenset[Right] = frozenset({Right.SIGNED_IN})
    rights: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    run: str | None = None
    room: str | None = None
    room_of: str | None = None
    ticket: Callable[[], str] | None = None
    ticket_opens: str | None = None

    @property
    def token(self) -> str | None:
        """What is presented as a bearer."""
        return self.headers.get("authorization", "").removeprefix("Bearer ") or None


def callers(house: House) -> Iterator[Caller]:
    """All of them; the first person registered owns both projects and administers the server."""
    for project in (MINE, OTHERS):
        create_project(house.catalog, project)
    founder = _signed_in(house, "founder@example.org")
    yield from _nobody(house, founder)
    yield from _people(house, founder)
    yield from _keys(house)
    yield from _runs(house)
    yield from _participants(house, founder)
    house.gate.people_changed()
    house.clock.advance(10)


def _nobody(house: House, founder: str) -> Iterator[Caller]:
    """Those whom the server does not know, or knows no more."""
    yield Caller(name="anonymous", known=False)
    wrong = {
        "bad key": "fl_0123456789abcdef_" + "A" * 49,
        "bad login": "fls_" + "A" * 43,
        "bad run token": "flr_AAAA.00",
        "bad participant token": "eyJhbGciOiJub25lIn0.e30.",
    }
    revoked, text = create_key(house.catalog, MINE, name="revoked", scopes=["admin"])
    revoke_key(house.catalog, MINE, revoked.id)
    wrong["revoked key"] = text.reveal()
    soon = house.clock.now_ns() + 10**9
    wrong["expired key"] = create_key(
        house.catalog, MINE, name="expired", scopes=["admin"], expires_ns=soon, clock=house.clock
    )[1].reveal()
    wrong["expired run token"] = house.gate.run_tokens.for_reading(MINE, RUN, lasts_s=1)
    for name, text_ in wrong.items():
        yield Caller(name=name, known=False, headers=_bearer(text_))
    yield Caller(name="bad cookie", known=False, headers={"cookie": "__Host-fanlight=fls_x; fanlight=fls_y"})
    principal = house.gate.principal(founder)
    used = house.gate.tickets.give(principal, MINE)
    house.gate.tickets.take(used, MINE)
    yield Caller(name="used ticket", known=False, ticket=lambda: used)
    for project, name in ((MINE, "ticket"), (OTHERS, "ticket of another project")):
        ticket = partial(house.gate.tickets.give, principal, project)
        yield Caller(name=name, known=False, ticket=ticket, ticket_opens=project)


def _people(house: House, founder: str) -> Iterator[Caller]:
    both = {MINE: frozenset(ROLES["owner"]), OTHERS: frozenset(ROLES["owner"])}
    server = frozenset({Right.SIGNED_IN, Right.FIGURES, Right.SERVER})
    yield Caller(name="first person", headers=_bearer(founder), server=server, rights=both)
    for role, rights in ROLES.items():
        token = _signed_in(house, f"{role}@example.org", role=role)
        yield Caller(name=role, headers=_bearer(token), rights={MINE: frozenset(rights)})
    cookie = {"cookie": f"__Host-fanlight={_signed_in(house, 'browser@example.org', role='maintainer')}"}
    yield Caller(name="maintainer by cookie", headers=cookie, rights={MINE: frozenset(_MEMBER)})
    other = _signed_in(house, "others@example.org", role="owner", project=OTHERS)
    yield Caller(
        name="owner of another project",
        headers=_bearer(other),
        rights={OTHERS: frozenset(ROLES["owner"])},
    )
    yield Caller(name="member of nothing", headers=_bearer(_signed_in(house, "nothing@example.org")))
    admin = _signed_in(house, "root@example.org", is_admin=True)
    yield Caller(name="administrator who is no member", headers=_bearer(admin), server=server)


def _keys(house: House) -> Iterator[Caller]:
    scopes = {
        "ingest": {Right.INGEST}, "read": _READ_KEY, "execute": {Right.EXECUTE}, "admin": _ADMIN_KEY,
    }  # fmt: skip
    for project in (MINE, OTHERS):
        for scope, rights in scopes.items():
            text = create_key(house.catalog, project, name=scope, scopes=[scope])[1].reveal()
            name = f"{scope} key" if project == MINE else f"{scope} key of another project"
            figures = {Right.FIGURES} if scope in {"read", "admin"} else set()
            server = frozenset({Right.SIGNED_IN, *figures})
            yield Caller(name=name, headers=_bearer(text), server=server, rights={project: frozenset(rights)})


def _runs(house: House) -> Iterator[Caller]:
    tokens = house.gate.run_tokens
    for run, name in ((RUN, "own run"), (OTHER_RUN, "another run")):
        for use, make, rights in (
            ("read", tokens.for_reading, {Right.LIST, Right.READ}),
            ("ingest", tokens.for_sending, {Right.INGEST}),
        ):
            yield Caller(
                name=f"{use} token of {name}",
                headers=_bearer(make(MINE, run, lasts_s=3_600)),
                rights={MINE: frozenset(rights)},
                run=run,
            )


def _participants(house: House, founder: str) -> Iterator[Caller]:
    made_by = house.gate.principal(founder)
    for project, name in ((MINE, "participant"), (OTHERS, "participant in another project")):
        token = house.gate.participants.token(made_by, project, ROOM, may_log=True)
        yield Caller(name=name, headers=_bearer(token), room=ROOM, room_of=project)


def _signed_in(
    house: House, email: str, *, role: str | None = None, project: str = MINE, is_admin: bool = False
) -> str:
    person = add_person(house.catalog, email, is_admin=is_admin, clock=house.clock)
    if role is not None:
        set_role(house.catalog, project, email, role)
    return start_login(house.catalog, person.id, LoginKind.TERMINAL, clock=house.clock)[1]


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
