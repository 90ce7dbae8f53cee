"""What a question does while the engine is short of memory, and which failures may pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fanlight.errors import StoreError
from fanlight.store.connection import MEMORY_SHORT, TIMEOUT, may_pass, patiently


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


RENAME = (
    "Code: 1001. DB::Exception: std::exception. Code: 1001,"
    " type: std::__1::__fs::filesystem::filesystem_error,"
    ' e.what() = filesystem error: in rename: Input/output error ["a"] ["b"]'
)


@pytest.mark.parametrize(
    ("code", "text", "passes"),
    [
        (204, "Cannot fsync x, errno: 5, strerror: Input/output error. (CANNOT_FSYNC)", True),
        (75, "Cannot write to file x, errno: 28, strerror: No space left on device.", True),
        (1001, RENAME, True),
        (1001, "std::exception. Code: 1001, type: std::out_of_range, e.what() = filesystem_error,", False),
        (27, "Cannot parse input: expected 'errno: 5'", False),
        (0, "Connection refused", True),
    ],
)
def test_a_system_call_that_failed_is_no_fault_of_the_data(code: int, text: str, passes: bool) -> None:
    assert may_pass(code, text) is passes
