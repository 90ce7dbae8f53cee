"""Tickets: one-time words for streams where no header can be sent. They are used once, within 30 s."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from fanlight.access.principal import Principal
from fanlight.catalog.logins import hash_token
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import OverloadError, UnauthenticatedError

LASTS_S = 30.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Ticket:
    principal: Principal
    project: str
    until: float


class Tickets:
    """The tickets that were given out and not used yet. They are in memory alone: a restart ends them.

    Example:
        >>> from fanlight.access.principal import LOCAL_OWNER
        >>> tickets = Tickets()
        >>> word = tickets.give(LOCAL_OWNER, "default")
        >>> tickets.take(word, "default") is LOCAL_OWNER
        True
        >>> tickets.take(word, "default")
        Traceback (most recent call last):
        fanlight.errors.UnauthenticatedError: the ticket is wrong, over, or was used; ...
    """

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._tickets: dict[bytes, _Ticket] = {}

    def give(self, principal: Principal, project: str) -> str:
        """A new ticket for `principal` in one project. Raises OverloadError when too many are out."""
        now = self._clock.monotonic()
        if len(self._tickets) >= MOST:
            self._tickets = {word: each for word, each in self._tickets.items() if each.until > now}
            if len(self._tickets) >= MOST:
                raise OverloadError("too many tickets wait to be used", retry_after_s=int(LASTS_S))
        word = f"flt_{secrets.token_urlsafe(32)}"
        self._tickets[hash_token(word)] = _Ticket(principal, project, now + LASTS_S)
        return word

    def take(self, word: str, project: str) -> Principal:
        """Use a ticket up, be it of another project. Raises UnauthenticatedError."""
        ticket = self._tickets.pop(hash_token(word), None)
        if ticket is None or ticket.until <= self._clock.monotonic() or ticket.project != project:
            raise UnauthenticatedError("the ticket is wrong, over, or was used", hint="ask for a new one")
        return ticket.principal
