"""What a question does while the engine is short of memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fanlight.errors import StoreError
from fanlight.store.connection import MEMORY_SHORT, TIMEOUT, patiently


def failing(times: int, code: int) -> tuple[Callable[[], str], list[int]]:
    """A question that fails so many times, and its calls."""
    calls: list[int] = []

    def ask() -> str:
        calls.append(len(calls))
        if len(calls) <= times:
            raise StoreError("no", retryable=True, engine_code=code)
        return "answer"

    return ask, calls


def test_a_question_that_found_no_memory_is_asked_again() -> None:
    ask, calls = failing(2, MEMORY_SHORT)
    assert patiently(ask, pauses_s=(0, 0)) == "answer"
    assert len(calls) == 3


def test_it_is_not_asked_for_ever() -> None:
    ask, calls = failing(9, MEMORY_SHORT)
    with pytest.raises(StoreError):
        patiently(ask, pauses_s=(0, 0))
    assert len(calls) == 3


def test_what_took_too_long_is_not_asked_again() -> None:
    ask, calls = failing(1, TIMEOUT)
    with pytest.raises(StoreError):
        patiently(ask, pauses_s=(0, 0))
    assert len(calls) == 1
