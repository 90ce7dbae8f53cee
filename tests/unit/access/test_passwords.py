"""Passwords: what is too weak, and how many are looked at at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from fanlight.access.passwords import MOST_WAITING, Passwords, check_strength
from fanlight.errors import InvalidError, OverloadError

from .told import told

HINT = "four words that do not belong together"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    found = Passwords()
    yield found
    found.close()


@pytest.mark.parametrize("password", ["", "abcdefghijk", "x" * 1_025])
def test_a_password_is_neither_short_nor_endless(password: str) -> None:
    assert told(check_strength, password) == (
        InvalidError, "a password has at least 12 characters", HINT,
    )  # fmt: skip


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaa", "abcdabcdabcd", "PasswordQwerty", "Welcome123456!?#", "fanlightADMINx"]
)
def test_what_everybody_tries_first_is_no_password(password: str) -> None:
    assert told(check_strength, password) == (
        InvalidError, "this password is among the first that anybody would try", HINT,
    )  # fmt: skip


@pytest.mark.parametrize("password", ["abcdeabcdeab", "password!?#+*", "abcde" * 204 + "abcd"])
def test_five_letters_that_nobody_guesses_are_enough(password: str) -> None:
    check_strength(password)


def test_a_password_fits_its_own_hash_and_nobody_has_that_of_nobody(passwords: Passwords) -> None:
    async def story() -> list[bool]:
        hashed = await passwords.hash("four odd words here")
        return [
            await passwords.verify(hashed, "four odd words here"),
            await passwords.verify(hashed, "four odd words herE"),
            await passwords.verify(None, "nobody has this password"),
            await passwords.verify("no hash at all", "four odd words here"),
            await passwords.verify(passwords.hash_now("x" * 1_000 + "abcde"), "x" * 1_000 + "abcde"),
        ]

    assert asyncio.run(story()) == [True, False, False, False, True]
    assert passwords.hash_now("four odd words here").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_that_nobody_can_have_costs_no_hashing(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_verify", lambda hashed, password: True)
    assert asyncio.run(passwords.verify("h", "x" * 1_024))
    assert not asyncio.run(passwords.verify("h", "x" * 1_025))


def test_two_are_looked_at_at_once_and_twenty_at_most_wait(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, running, most = threading.Event(), [0], [0]
    lock = threading.Lock()

    def slowly(hashed: str, password: str) -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(30)
        with lock:
            running[0] -= 1
        return True

    monkeypatch.setattr(passwords, "_verify", slowly)

    async def story() -> OverloadError:
        waiting = [asyncio.create_task(passwords.verify("h", "p")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(OverloadError, match="too many people sign in at this moment") as refused:
            await passwords.verify("h", "p")
        gate.set()
        assert all(await asyncio.gather(*waiting))
        assert await passwords.verify("h", "p")
        return refused.value

    assert asyncio.run(story()).retry_after_s == 5
    assert most[0] <= 2
