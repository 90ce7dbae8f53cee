"""Keys that were presented a moment ago, so that most requests need no question to the catalog."""

from __future__ import annotations

import hashlib
import hmac
import logging
from concurrent.futures import Executor
from dataclasses import dataclass

from fanlight.access.principal import Principal, Right
from fanlight.catalog.database import Catalog
from fanlight.catalog.key_text import parse_key_text
from fanlight.catalog.keys import KeyScope, StoredKey, find_key, touch_key
from fanlight.clock import Clock
from fanlight.errors import UnauthenticatedError

logger = logging.getLogger("fanlight.access")

FRESH_S = 3.0
"""How long an answer of the catalog is believed; a revoked key must be refused within 5 s."""

TOUCH_S = 60.0
"""A last use is noted at most this often."""

MAX_REMEMBERED = 1_024

_READ = frozenset({Right.SIGNED_IN, Right.LIST, Right.READ, Right.USAGE, Right.FIGURES})
SCOPE_RIGHTS = {
    KeyScope.INGEST: frozenset({Right.SIGNED_IN, Right.INGEST}),
    KeyScope.READ: _READ,
    KeyScope.EXECUTE: frozenset({Right.SIGNED_IN, Right.EXECUTE}),
    KeyScope.ADMIN: _READ | {Right.INGEST, Right.EXECUTE, Right.WRITE, Right.ROOMS, Right.BILL, Right.ADMIN},
}
"""What a key with a scope may do in its project."""


@dataclass(slots=True)
class _Remembered:
    """A key that the catalog knew a moment ago."""

    stored: StoredKey
    principal: Principal
    fresh_until: float
    touch_after: float


class KnownKeys:
    """The keys of a catalog. `notes` is where the times of their use are written."""

    def __init__(self, catalog: Catalog, clock: Clock, notes: Executor) -> None:
        self._catalog = catalog
        self._clock = clock
        self._notes = notes
        self._keys: dict[bytes, _Remembered] = {}

    def principal(self, text: str) -> Principal:
        """Who holds the key. Raises UnauthenticatedError when it is mistyped, unknown, expired or revoked."""
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
        return known.principal

    def still(self, key_id: str) -> Principal:
        """The holder of a key that was presented before. Raises UnauthenticatedError when it is over."""
        stored = find_key(self._catalog, key_id)
        if stored is None:
            raise UnauthenticatedError("the key is unknown", hint="fanlight keys add NAME makes one")
        self._check_valid(stored)
        return principal_of(stored)

    def _look_up(self, text: str, digest: bytes, now: float, before: _Remembered | None) -> _Remembered:
        presented = parse_key_text(text)
        if presented is None:
            raise UnauthenticatedError("this is no key", hint="a key starts with fl_ and is copied whole")
        stored = find_key(self._catalog, presented.id)
        if stored is None or not hmac.compare_digest(stored.sha256, digest):
            raise UnauthenticatedError("the key is unknown", hint="fanlight keys add NAME makes one")
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
                f"key {key.id} was revoked", hint="fanlight keys add NAME makes a new one"
            )
        if key.expires_ns is not None and key.expires_ns <= self._clock.now_ns():
            raise UnauthenticatedError(
                f"key {key.id} has expired", hint="fanlight keys add NAME makes a new one"
            )

    def _touch(self, key_id: str) -> None:
        try:
            touch_key(self._catalog, key_id, self._clock.now_ns())
        except Exception:
            logger.warning("could not note that key %s was used", key_id, exc_info=True)


def principal_of(stored: StoredKey) -> Principal:
    """Whoever holds a key: the rights of its scopes on its own project."""
    key = stored.key
    rights = frozenset[Right]().union(*(SCOPE_RIGHTS[scope] for scope in key.scopes))
    return Principal(name=f"key {key.name}", rights=rights, project_id=key.project, key_id=key.id)
