"""How people come in: set-up, sign-in, invites, a new password. The audit log has every attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from fanlight.access.devices import Device, Devices
from fanlight.access.gate import Gate
from fanlight.access.identity import Identity, RefusedError
from fanlight.access.passwords import Passwords
from fanlight.access.principal import Principal
from fanlight.access.rates import Rates
from fanlight.access.readings import Readings
from fanlight.access.roles import role_of
from fanlight.catalog import identities, logins, members, one_time, people
from fanlight.catalog.audit import Deed, record
from fanlight.catalog.database import Catalog
from fanlight.catalog.logins import LoginKind
from fanlight.catalog.one_time import Purpose
from fanlight.catalog.people import Person, normal_email
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    TooManyTriesError,
    UnauthenticatedError,
)

if TYPE_CHECKING:  # what it needs is heavy, and most servers have no provider
    from fanlight.access.oidc import Oidc

SETUP_LASTS_S = 86_400.0
INVITE_LASTS_S = 7 * 86_400.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where somebody comes from: the address, and what to call the place they sign in at."""

    address: str
    label: str = ""
    kind: LoginKind = LoginKind.BROWSER


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Somebody who is signed in now. `token` is shown to nobody else, and never again."""

    person: Person
    token: str
    login: logins.Login


class Admission:
    """Lets people in. One for a server. `oidc` is None where no provider is set."""

    def __init__(
        self, catalog: Catalog, gate: Gate, *, oidc: Oidc | None = None, clock: Clock = SYSTEM
    ) -> None:
        self.oidc = oidc
        self._catalog = catalog
        self._gate = gate
        self._clock = clock
        self._rates = Rates()
        self.passwords = Passwords()
        self.devices = Devices(clock)
        self.readings = Readings(clock)

    def close(self) -> None:
        """Wait for the passwords that are being hashed."""
        self.passwords.close()

    def make_setup_token(self) -> str | None:
        """The token with which the first person registers; None when there is somebody already."""
        if people.has_people(self._catalog):
            return None
        for old in one_time.list_one_time(self._catalog, Purpose.SETUP):
            one_time.drop_one_time(self._catalog, Purpose.SETUP, old.id)
        return one_time.make_one_time(self._catalog, Purpose.SETUP, lasts_s=SETUP_LASTS_S, clock=self._clock)[
            1
        ]

    async def set_up(self, token: str, *, email: str, name: str, password: str, visit: Visit) -> Admitted:
        """Register the first person, who owns everything that there is.

        Raises:
            UnauthenticatedError: the token is wrong, over, or was used.
            ConflictError: somebody was registered meanwhile.
            InvalidError: the address or the password cannot be used.
            TooManyTriesError: too many attempts.
        """
        await self._attempt("setup", email, visit)
        if self._gate.has_people:
            raise ConflictError("somebody is registered already", hint="sign in, or ask them for an invite")
        address, hashed = normal_email(email), await self.passwords.hash(password)
        if not await self._spend(Purpose.SETUP, token):
            await self._note("setup.refused", actor=address, visit=visit)
            raise UnauthenticatedError(
                "the set-up token is wrong, over, or was used", hint="start the server again for a new one"
            )
        person = await self._ask(
            people.add_person, self._catalog, address, name=name, password=hashed, clock=self._clock
        )
        self._gate.people_changed()
        await self._note("setup", actor=person.email, visit=visit)
        return await self._admit(person, visit)

    async def sign_in(self, email: str, password: str, visit: Visit) -> Admitted:
        """Sign in with a password. A stranger's attempt takes as long as anybody's and is told the same.

        Raises:
            UnauthenticatedError: the address and the password do not go together.
            TooManyTriesError: too many attempts.
            OverloadError: too many sign in at this moment.
        """
        await self._attempt("login", email, visit)
        try:
            found = await self._ask(people.find_person, self._catalog, normal_email(email))
        except InvalidError:
            found = None
        person, hashed = found or (None, None)
        fits = await self.passwords.verify(hashed, password)
        if person is None or not fits or person.disabled_ns is not None:
            await self._note("login.refused", actor=email[:320], visit=visit)
            raise UnauthenticatedError("the address and the password do not go together")
        await self._note("login", actor=person.email, visit=visit)
        return await self._admit(person, visit)

    async def begin_oidc(self, redirect_uri: str, visit: Visit) -> tuple[str, str]:
        """Send somebody to the OpenID provider: where to, and the cookie that they bring back.

        Raises:
            NotFoundError: there is no provider.
            UnauthenticatedError: it does not answer, or nobody is registered yet.
            OverloadError: too many are on their way.
        """
        oidc = self._provider()
        try:
            return await oidc.begin(redirect_uri)
        except RefusedError as error:
            raise await self._refuse_oidc(oidc, error, visit) from error

    async def finish_oidc(self, cookie: str, given: Mapping[str, str], visit: Visit) -> Admitted:
        """Sign in whoever comes back from the OpenID provider with an address that is known or invited.

        Raises:
            NotFoundError: there is no provider.
            UnauthenticatedError: something is wrong; only the audit log has what.
            TooManyTriesError: too many attempts.
        """
        oidc = self._provider()
        await self._attempt("oidc", cookie[:16], visit)
        try:
            identity = await oidc.finish(cookie, given)
            person = await self._ask(self._person_of, identity)
        except RefusedError as error:
            raise await self._refuse_oidc(oidc, error, visit) from error
        self._gate.people_changed()
        await self._note("login.oidc", actor=person.email, visit=visit, target=identity.issuer)
        return await self._admit(person, visit)

    def _provider(self) -> Oidc:
        if self.oidc is None:
            raise NotFoundError("no OpenID provider is set", hint="oidc_issuer names one: fanlight config")
        return self.oidc

    async def _refuse_oidc(self, oidc: Oidc, error: RefusedError, visit: Visit) -> UnauthenticatedError:
        await self._note(
            "oidc.refused", actor=error.who or "anonymous", visit=visit, target=oidc.name, reason=error.reason
        )
        return UnauthenticatedError(
            f"signing in with {oidc.name} did not work",
            hint="try again; an owner of your project can invite the address that you have there",
        )

    def _person_of(self, identity: Identity) -> Person:
        """The person of an identity: linked before, or by their verified address now, or invited by it."""
        email = identity.email
        if not self._gate.has_people:
            raise RefusedError("nobody is registered", email)
        link = partial(
            identities.find_or_link,
            self._catalog,
            issuer=identity.issuer,
            subject=identity.subject,
            email=email,
        )
        try:
            person = link()
        except ConflictError as error:
            raise RefusedError("the address is another identity's", email) from error
        if person is not None and person.disabled_ns is not None:
            raise RefusedError("disabled", email)
        invites = one_time.use_invites(self._catalog, email, clock=self._clock)
        if person is None and invites:
            people.add_person(self._catalog, email, name=identity.name, clock=self._clock)
            person = link()
        if person is None:
            raise RefusedError("neither registered nor invited", email)
        self._join(person, invites)
        return person

    def _join(self, person: Person, invites: Iterable[one_time.OneTime]) -> None:
        """Give the roles of `invites`, of a project's the newest; a role that somebody has already stays."""
        held = members.roles_of(self._catalog, person.id)
        for project, role in {each.project: str(each.data["role"]) for each in invites}.items():
            if project is not None and project not in held:
                members.set_role(self._catalog, project, person.email, role, clock=self._clock)

    async def invite(
        self, by: Principal, project: str, email: str, role: str, visit: Visit
    ) -> tuple[one_time.OneTime, str]:
        """Ask somebody into a project; the token that they come in with.

        Raises:
            InvalidError: the address or the role cannot be used.
        """
        data = {"email": normal_email(email), "role": role_of(role), "by": by.name}
        made = await self._ask(
            one_time.make_one_time,
            self._catalog,
            Purpose.INVITE,
            lasts_s=INVITE_LASTS_S,
            project=project,
            data=data,
            clock=self._clock,
        )
        await self._note(
            "invite", actor=by.name, visit=visit, project=project, target=data["email"], role=data["role"]
        )
        return made

    async def accept(self, token: str, *, name: str, password: str, visit: Visit) -> Admitted:
        """Come in by an invite: as a new person, or with the password that one has.

        Raises:
            UnauthenticatedError: the invite is wrong, over, or was used; or the password is another.
            InvalidError: the new password cannot be used.
            TooManyTriesError: too many attempts.
        """
        await self._attempt("invite", token[:16], visit)
        invite = await self._ask(
            one_time.find_one_time, self._catalog, Purpose.INVITE, token, clock=self._clock
        )
        if invite is None or invite.project is None:
            await self._note("invite.refused", actor="anonymous", visit=visit)
            raise UnauthenticatedError("this invite is wrong, over, or was used", hint="ask for a new one")
        email = str(invite.data["email"])
        known = await self._ask(people.find_person, self._catalog, email)
        if known and not (await self.passwords.verify(known[1], password) and known[0].disabled_ns is None):
            await self._note("invite.refused", actor=email, visit=visit, project=invite.project)
            raise UnauthenticatedError("the address and the password do not go together")
        hashed = None if known else await self.passwords.hash(password)
        if not await self._spend(Purpose.INVITE, token):
            raise UnauthenticatedError("this invite was used a moment ago", hint="ask for a new one")
        person = (
            known[0]
            if known
            else await self._ask(
                people.add_person, self._catalog, email, name=name, password=hashed, clock=self._clock
            )
        )
        await self._ask(self._join, person, [invite])
        self._gate.people_changed()
        await self._note("invite.accepted", actor=email, visit=visit, project=invite.project)
        return await self._admit(person, visit)

    async def change_password(self, by: Principal, old: str, new: str, visit: Visit) -> None:
        """Take a new password and end all other logins of the person.

        Raises:
            UnauthenticatedError: the old password is another.
            InvalidError: the new password cannot be used.
            TooManyTriesError: too many attempts.
        """
        await self._attempt("password", by.name, visit)
        found = await self._ask(people.find_person, self._catalog, by.name)
        if found is None or not await self.passwords.verify(found[1], old):
            await self._note("password.refused", actor=by.name, visit=visit)
            raise UnauthenticatedError("the old password is another")
        hashed = await self.passwords.hash(new)
        await self._ask(people.set_password, self._catalog, found[0].id, hashed)
        await self._ask(logins.end_logins, self._catalog, found[0].id, but=by.login_id)
        self._gate.people_changed()
        await self._note("password", actor=by.name, visit=visit)

    async def sign_out(self, by: Principal, visit: Visit, *, everywhere: bool = False) -> None:
        """End the login that `by` came with, or all of theirs."""
        if everywhere and by.person_id is not None:
            await self._ask(logins.end_logins, self._catalog, by.person_id)
        elif by.login_id is not None:
            await self._ask(logins.end_login, self._catalog, by.login_id)
        self._gate.people_changed()
        await self._note("logout.everywhere" if everywhere else "logout", actor=by.name, visit=visit)

    async def leave(self, token: str) -> None:
        """End the login that a browser brought when somebody signed in there: nothing of before goes on."""
        await self._ask(logins.end_login_of, self._catalog, token)
        self._gate.people_changed()

    def begin_device(self, label: str, visit: Visit) -> tuple[str, Device]:
        """A terminal asks to be let in. Raises TooManyTriesError, OverloadError."""
        self._rates.attempt(account=f"device {visit.address}", address=visit.address)
        return self.devices.begin(label)

    async def approve_device(self, by: Principal, user_code: str, visit: Visit) -> Device:
        """Let a terminal in as `by`. Raises NotFoundError, TooManyTriesError."""
        await self._attempt("device", by.name, visit)
        self.devices.approve(user_code, by.person_id or "")
        device = self.devices.find(user_code)
        await self._note("device.approved", actor=by.name, visit=visit, target=device.label)
        return device

    async def take_device(self, code: str, visit: Visit) -> Admitted | None:
        """The login of a terminal that was let in; None while it waits. Raises UnauthenticatedError."""
        device = self.devices.take(code)
        if device is None or device.person_id is None:
            return None
        person = await self._ask(people.get_person, self._catalog, device.person_id)
        terminal = Visit(address=visit.address, label=device.label, kind=LoginKind.TERMINAL)
        await self._note("login.terminal", actor=person.email, visit=terminal)
        return await self._admit(person, terminal)

    async def let_terminal_in(self, by: Principal, visit: Visit) -> Admitted:
        """A login of `by` for a terminal that a browser's page signs in. Raises TooManyTriesError."""
        await self._attempt("terminal", by.name, visit)
        person = await self._ask(people.get_person, self._catalog, by.person_id or "")
        await self._note("login.terminal", actor=person.email, visit=visit)
        return await self._admit(person, visit)

    async def note(
        self,
        by: Principal,
        action: str,
        visit: Visit,
        *,
        project: str | None = None,
        target: str = "",
        **detail: Any,
    ) -> None:
        """Write into the audit log what `by` did."""
        await self._note(action, actor=by.name, visit=visit, project=project, target=target, **detail)

    async def note_reading(self, by: Principal, project: str, what: str, visit: Visit) -> None:
        """Write into the audit log that `by` read content, once an hour for each thing.

        The owner of a local server, and whoever was handed the token of a run for that very run, need not be.
        """
        who = by.person_id or by.key_id
        if who is None or self.readings.has(who, project, what):
            return
        await self._note("content.read", actor=by.name, visit=visit, project=project, target=what)
        self.readings.add(who, project, what)

    async def _spend(self, purpose: Purpose, token: str) -> bool:
        used = await self._ask(one_time.use_one_time, self._catalog, purpose, token, clock=self._clock)
        return used is not None

    async def _admit(self, person: Person, visit: Visit) -> Admitted:
        login, token = await self._ask(
            logins.start_login, self._catalog, person.id, visit.kind, label=visit.label, clock=self._clock
        )
        return Admitted(person=person, token=token, login=login)

    async def _attempt(self, what: str, account: str, visit: Visit) -> None:
        try:
            self._rates.attempt(account=f"{what} {account.strip().lower()[:320]}", address=visit.address)
        except TooManyTriesError:
            await self._note(f"{what}.limited", actor=account[:320], visit=visit)
            raise

    async def _note(
        self,
        action: str,
        *,
        actor: str,
        visit: Visit,
        project: str | None = None,
        target: str = "",
        **detail: Any,
    ) -> None:
        deed = Deed(
            actor=actor, action=action, address=visit.address, project=project, target=target, detail=detail
        )
        await self._ask(record, self._catalog, deed, clock=self._clock)

    async def _ask(self, call: Callable[..., _T], *given: Any, **named: Any) -> _T:
        return await asyncio.to_thread(call, *given, **named)
