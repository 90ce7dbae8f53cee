"""Logins that were used a moment ago, and what their people may do."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from dataclasses import dataclass

from fanlight.access.known_keys import FRESH_S, MAX_REMEMBERED, TOUCH_S
from fanlight.access.principal import Principal, Right
from fanlight.access.roles import RIGHTS, ROOM_RIGHTS, RoomRole, role_of
from fanlight.catalog.database import Catalog
from fanlight.catalog.logins import (
    Login,
    find_login,
    has_login,
    hash_token,
    renew_login,
    touch_login,
)
from fanlight.catalog.members import roles_of
from fanlight.catalog.people import get_person
from fanlight.catalog.room_members import room_roles_of
from fanlight.clock import Clock
from fanlight.errors import UnauthenticatedError

logger = logging.getLogger("fanlight.access")

PREFIX = "fls_"
"""How the token of a login begins, in a cookie or after `Authorization: Bearer`."""


@dataclass(slots=True)
class _Remembered:
    login: Login
    principal: Principal
    fresh_until: float
    touch_after: float


class KnownLogins:
    """The logins of a catalog. A change of a person or their roles is seen within FRESH_S."""

    def __init__(self, catalog: Catalog, clock: Clock, notes: Executor) -> None:
        self._catalog = catalog
        self._clock = clock
        self._notes = notes
        self._logins: dict[bytes, _Remembered] = {}

    def principal(self, token: str) -> Principal:
        """Who signed in with that token. Raises UnauthenticatedError when the login is over or never was."""
        digest, now = hash_token(token), self._clock.monotonic()
        known = self._logins.get(digest)
        if known is None or known.fresh_until <= now:
            known = self._look_up(digest, now, known)
        if known.touch_after <= now:
            known.touch_after = now + TOUCH_S
            self._notes.submit(self._touch, known.login.id)
        return known.principal

    def is_due(self, token: str) -> bool:
        """Whether a login that was just looked up is to get another token."""
        known = self._logins.get(hash_token(token))
        return known is not None and known.login.is_due

    def renew(self, token: str) -> str | None:
        """The token that a browser shall present from now on; None when it has been given it already.

        It changes with a role: a token that somebody else saw or planted before does not get the new rights.
        """
        digest = hash_token(token)
        self._logins.pop(digest, None)
        return renew_login(self._catalog, digest, clock=self._clock)

    def still(self, person_id: str, login_id: str) -> Principal:
        """Somebody who signed in before, as they are now. Raises UnauthenticatedError when that is over."""
        person = get_person(self._catalog, person_id)
        if person.disabled_ns is not None or not has_login(self._catalog, login_id, clock=self._clock):
            raise UnauthenticatedError("nobody is signed in here", hint="sign in again")
        return person_principal(self._catalog, person_id, login_id=login_id)

    def forget(self) -> None:
        """Ask the catalog anew for everybody: something about people changed in this process."""
        self._logins.clear()

    def _look_up(self, digest: bytes, now: float, before: _Remembered | None) -> _Remembered:
        login = find_login(self._catalog, digest, clock=self._clock)
        if login is None:
            self._logins.pop(digest, None)
            raise UnauthenticatedError("nobody is signed in here", hint="sign in again")
        if len(self._logins) >= MAX_REMEMBERED:
            self._logins.clear()
        found = _Remembered(
            login=login,
            principal=person_principal(self._catalog, login.person_id, login_id=login.id),
            fresh_until=now + FRESH_S,
            touch_after=before.touch_after if before else now,
        )
        self._logins[digest] = found
        return found

    def _touch(self, login_id: str) -> None:
        try:
            touch_login(self._catalog, login_id, self._clock.now_ns())
        except Exception:
            logger.warning("could not note that login %s was used", login_id, exc_info=True)


def person_principal(catalog: Catalog, person_id: str, *, login_id: str | None = None) -> Principal:
    """A person with the rights of their roles; being an administrator gives none in any project.

    Raises:
        NotFoundError: there is no such person.
    """
    person = get_person(catalog, person_id)
    rights = {Right.SIGNED_IN}
    if person.is_admin:
        rights |= {Right.FIGURES, Right.SERVER}
    grants = {project: RIGHTS[role_of(role)] for project, role in roles_of(catalog, person_id).items()}
    roles = room_roles_of(catalog, person_id)
    return Principal(
        name=person.email,
        rights=frozenset(rights),
        grants=grants,
        room_grants={place: ROOM_RIGHTS[RoomRole(role)] for place, role in roles.items()},
        person_id=person.id,
        login_id=login_id,
    )
