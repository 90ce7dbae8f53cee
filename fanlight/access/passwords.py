"""Passwords: argon2id, never more than two at a time.

Hashing takes a sixth of a second of a processor and 19 MiB. Were every attempt hashed at once, logging in
would be a way to stall the server; so attempts wait for one of two places, and when too many wait the next
is told to come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fanlight.errors import InvalidError, OverloadError

LEAST_LENGTH = 12
MOST_LENGTH = 1_024
PLACES = 2
MOST_WAITING = 20

_T = TypeVar("_T")
_LEAST_LETTERS = 5
_COMMON = (
    "1234567890",
    "password",
    "123456",
    "qwerty",
    "letmein",
    "welcome",
    "admin",
    "fanlight",
    "iloveyou",
)


class Passwords:
    """Hashes and checks passwords in threads of its own."""

    def __init__(self) -> None:
        # OWASP's minimum for argon2id.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._threads = ThreadPoolExecutor(PLACES, thread_name_prefix="fanlight-passwords")
        self._waiting = 0
        self._decoy = ""

    def close(self) -> None:
        """Wait for the ones that are being hashed."""
        self._threads.shutdown(cancel_futures=True)

    def hash_now(self, password: str) -> str:
        """The hash of a new password, in this thread. Raises InvalidError when it is too weak."""
        check_strength(password)
        return self._hasher.hash(password)

    async def hash(self, password: str) -> str:
        """The hash of a new password.

        Raises:
            InvalidError: it is too short or too common.
            OverloadError: too many wait.
        """
        check_strength(password)
        return await self._queued(self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether `password` has that hash. A stranger's (None) takes as long as anybody's.

        Raises:
            OverloadError: too many wait.
        """
        if len(password) > MOST_LENGTH:
            return False
        return await self._queued(self._verify, hashed, password)

    def _verify(self, hashed: str | None, password: str) -> bool:
        if hashed is None:
            self._decoy = self._decoy or self._hasher.hash("nobody has this password")
        try:
            return self._hasher.verify(hashed or self._decoy, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _queued(self, work: Callable[..., _T], *given: object) -> _T:
        if self._waiting >= MOST_WAITING:
            raise OverloadError("too many people sign in at this moment", retry_after_s=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1


def check_strength(password: str) -> None:
    """Raises InvalidError for a password that is too short, too long, or made of what everybody tries first.

    Example:
        >>> check_strength("password1234")
        Traceback (most recent call last):
        fanlight.errors.InvalidError: this password is among the first that anybody would try; ...
    """
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise InvalidError(
            f"a password has at least {LEAST_LENGTH} characters",
            hint="four words that do not belong together",
        )
    rest = password.lower()
    for word in _COMMON:
        rest = rest.replace(word, "")
    if len(set(rest)) < _LEAST_LETTERS:
        raise InvalidError(
            "this password is among the first that anybody would try",
            hint="four words that do not belong together",
        )
