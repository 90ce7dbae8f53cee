"""How often somebody may try: by account and by address, so that no password can be guessed by trying."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from fanlight.errors import TooManyTriesError

ACCOUNT_A_MINUTE = 5
ADDRESS_A_MINUTE = 20


class Rates:
    """Attempts of the last minute.

    Example:
        >>> rates = Rates()
        >>> for _ in range(ACCOUNT_A_MINUTE):
        ...     rates.attempt(account="ann@example.org", address="192.0.2.1")
        >>> rates.attempt(account="ann@example.org", address="192.0.2.1")
        Traceback (most recent call last):
        fanlight.errors.TooManyTriesError: too many attempts; wait a minute
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._account = RateLimitItemPerMinute(ACCOUNT_A_MINUTE)
        self._address = RateLimitItemPerMinute(ADDRESS_A_MINUTE)

    def attempt(self, *, account: str, address: str) -> None:
        """Count an attempt. Raises TooManyTriesError when there were too many."""
        allowed = self._limiter.hit(self._address, "address", address)
        if not (allowed and self._limiter.hit(self._account, "account", account)):
            raise TooManyTriesError("too many attempts", hint="wait a minute", retry_after_s=60)
