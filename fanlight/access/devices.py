"""Signing in from a terminal: it shows a short code, and a person who is signed in elsewhere lets it in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from fanlight.catalog.logins import hash_token
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import NotFoundError, OverloadError, UnauthenticatedError

LASTS_S = 600.0
INTERVAL_S = 2.0
MOST = 1_000
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no code is a word, and nothing that is read as something else."""


@dataclass(slots=True)
class Device:
    """A terminal that waits. `person_id` is set once somebody let it in."""

    user_code: str
    label: str
    until: float
    person_id: str | None = None


class Devices:
    """The terminals that wait; in memory alone.

    Example:
        >>> devices = Devices()
        >>> code, waiting = devices.begin("laptop")
        >>> devices.take(code) is None
        True
        >>> devices.find(waiting.user_code.lower().replace("-", "")).label
        'laptop'
        >>> devices.approve(waiting.user_code, "person")
        >>> devices.take(code).person_id
        'person'
    """

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._waiting: dict[bytes, Device] = {}

    def begin(self, label: str) -> tuple[str, Device]:
        """A terminal begins to wait; the code that it asks with. Raises OverloadError when too many do."""
        now = self._clock.monotonic()
        self._waiting = {code: each for code, each in self._waiting.items() if each.until > now}
        if len(self._waiting) >= MOST:
            raise OverloadError("too many terminals wait to be let in", retry_after_s=60)
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        device = Device(f"{letters[:4]}-{letters[4:]}", label[:200], now + LASTS_S)
        code = secrets.token_urlsafe(32)
        self._waiting[hash_token(code)] = device
        return code, device

    def find(self, user_code: str) -> Device:
        """The terminal that shows a code. Raises NotFoundError when none does any more."""
        wanted, now = _plain(user_code), self._clock.monotonic()
        for device in self._waiting.values():
            if device.until > now and secrets.compare_digest(_plain(device.user_code), wanted):
                return device
        raise NotFoundError("no terminal shows that code", hint="codes last ten minutes: fanlight login")

    def approve(self, user_code: str, person_id: str) -> None:
        """Let a terminal in. Raises NotFoundError."""
        self.find(user_code).person_id = person_id

    def take(self, code: str) -> Device | None:
        """What became of a terminal: None while it waits; once it was let in, itself, this once.

        Raises:
            UnauthenticatedError: it waited too long, never was one, or came in before.
        """
        key = hash_token(code)
        device = self._waiting.get(key)
        if device is None or device.until <= self._clock.monotonic():
            raise UnauthenticatedError("this code is over", hint="fanlight login begins anew")
        if device.person_id is None:
            return None
        del self._waiting[key]
        return device


def _plain(user_code: str) -> bytes:
    return "".join(user_code.upper().split()).replace("-", "").encode()
