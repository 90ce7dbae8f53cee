"""The gate: who a key stands for, and which project they may touch."""

from __future__ import annotations

import hashlib
import hmac
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fanlight.access.browser import is_loopback
from fanlight.access.principal import LOCAL_OWNER, Principal, Right
from fanlight.catalog.database import Catalog
from fanlight.catalog.key_text import parse_key_text
from fanlight.catalog.keys import KeyScope, StoredKey, find_key, touch_key
from fanlight.catalog.projects import find_project
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from fanlight.model.project import ProjectScope, check_name

logger = logging.getLogger("fanlight.access")

FRESH_S = 3.0
"""How long an answer of the catalog is believed; a revoked key must be refused within 5 s."""

TOUCH_S = 60.0
"""A key's last use is noted at most this often."""

MAX_REMEMBERED = 1_024

_RIGHTS = {
    KeyScope.INGEST: frozenset({Right.INGEST}),
    KeyScope.READ: frozenset({Right.READ}),
    KeyScope.ADMIN: frozenset({Right.INGEST, Right.READ, Right.WRITE, Right.ADMIN}),
}


@dataclass(slots=True)
class _Remembered:
    """A key that the catalog knew a moment ago."""

    stored: StoredKey
    principal: Principal
    fresh_until: float
    touch_after: float


class Gate:
    """Answers who a caller is and what they may touch.

    Local mode (listening on loopback): whoever comes without a key is the local owner. On any other address
    nobody is let in, because there is no person yet who could be asked.
    """

    def __init__(self, catalog: Catalog, *, host: str, clock: Clock = SYSTEM) -> None:
        self.guarded = not is_loopback(host)
        self._catalog = catalog
        self._host = host
        self._clock = clock
        self._keys: dict[bytes, _Remembered] = {}
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="fanlight-keys")

    def close(self) -> None:
        """Finish noting when keys were used."""
        self._notes.shutdown()

    def principal(self, key: str | None) -> Principal:
        """Who presents `key`; without one, in local mode, the local owner.

        Raises:
            UnauthenticatedError: the key is mistyped, unknown, expired or revoked.
            ForbiddenError: the server is guarded.
        """
        self.check_open()
        return LOCAL_OWNER if key is None else self._known(key).principal

    def scope(self, principal: Principal, project: str, right: Right = Right.READ) -> ProjectScope:
        """The right of `principal` to touch `project`.

        Raises:
            NotFoundError: there is no such project, or it is not the principal's: both look the same.
            ForbiddenError: it is the principal's project, but not this right.
        """
        if principal.project_id not in {None, project} or not self._has_project(project):
            raise NotFoundError(f"no project {project[:128]!r}", hint="fanlight projects lists them")
        check_right(principal, right)
        return ProjectScope(project)

    def ingest_project(self, key: str | None, project: str | None) -> str:
        """The project of a batch sent with `key`; empty when its resources decide.

        `project` is the header `x-fanlight-project`.

        Raises:
            UnauthenticatedError: the key is mistyped, unknown, expired or revoked.
            ForbiddenError: the key may not send, or the header names another project than the key's.
            InvalidError: the header cannot name a project.
        """
        principal = self.principal(key)
        check_right(principal, Right.INGEST)
        if principal.project_id is None:
            return check_name(project) if project else ""
        if project and project != principal.project_id:
            raise ForbiddenError(
                "the key belongs to another project than x-fanlight-project names",
                hint="leave the header out: the project comes from the key",
            )
        return principal.project_id

    def check_open(self) -> None:
        """Raises ForbiddenError while nobody can be let in."""
        if self.guarded:
            raise ForbiddenError(
                f"this server listens on {self._host} and nobody is registered who could let you in",
                hint="people and login are not part of this version: listen on loopback (--host 127.0.0.1)",
            )

    def _known(self, text: str) -> _Remembered:
        # What is remembered goes by the hash of the key: no secret stays in memory.
        digest = hashlib.sha256(text.encode()).digest()
        now = self._clock.monotonic()
        known = self._keys.get(digest)
        if known is None or known.fresh_until <= now:
            known = self._look_up(text, digest, now, known)
        self._check_valid(known.stored)
        if known.touch_after <= now:
            known.touch_after = now + TOUCH_S
            self._notes.submit(self._touch, known.stored.key.id)
        return known

    def _look_up(self, text: str, digest: bytes, now: float, before: _Remembered | None) -> _Remembered:
        presented = parse_key_text(text)
        if presented is None:
            raise UnauthenticatedError("this is no key", hint="a key starts with fl_ and is copied whole")
        stored = find_key(self._catalog, presented.id)
        if stored is None or not hmac.compare_digest(stored.sha256, digest):
            raise UnauthenticatedError("the key is unknown", hint="fanlight keys create makes one")
        if len(self._keys) >= MAX_REMEMBERED:
            self._keys.clear()
        found = _Remembered(
            stored=stored,
            principal=principal_of(stored),
            fresh_until=now + FRESH_S,
            touch_after=before.touch_after if before else now,
        )
        self._keys[digest] = found
        return found

    def _check_valid(self, stored: StoredKey) -> None:
        key = stored.key
        if key.revoked_ns is not None:
            raise UnauthenticatedError(
                f"key {key.id} was revoked", hint="fanlight keys create makes a new one"
            )
        if key.expires_ns is not None and key.expires_ns <= self._clock.now_ns():
            raise UnauthenticatedError(
                f"key {key.id} has expired", hint="fanlight keys create makes a new one"
            )

    def _touch(self, key_id: str) -> None:
        try:
            touch_key(self._catalog, key_id, self._clock.now_ns())
        except Exception:
            logger.warning("could not note that key %s was used", key_id, exc_info=True)

    def _has_project(self, name: str) -> bool:
        if name in self._catalog.known_projects:
            return True
        if find_project(self._catalog, name) is None:
            return False
        self._catalog.known_projects.add(name)
        return True


def principal_of(stored: StoredKey) -> Principal:
    """Whoever holds a key: the rights of its scopes on its own project."""
    key = stored.key
    rights = frozenset[Right]().union(*(_RIGHTS[scope] for scope in key.scopes))
    return Principal(name=f"key {key.name}", rights=rights, project_id=key.project, key_id=key.id)


def check_right(principal: Principal, right: Right) -> None:
    """Raises ForbiddenError when `principal` does not have `right`."""
    if right is Right.PUBLIC or right in principal.rights:
        return
    raise ForbiddenError(
        f"{principal.name} has no {right} right", hint="make a key with that scope: fanlight keys create"
    )
