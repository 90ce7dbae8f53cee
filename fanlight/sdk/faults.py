"""Telemetry never breaks its host: what goes wrong here is counted, and said once."""

from __future__ import annotations

import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger("fanlight")
_lock = threading.Lock()
_counts: Counter[str] = Counter()


def note(where: str, error: BaseException) -> None:
    """Count a fault at `where`; the first one there is logged as a warning."""
    if count(where) == 1:
        _log.warning("telemetry: %s failed (%s); the program goes on", where, type(error).__name__)


def count(where: str) -> int:
    """Count a fault at `where` without a word; how many there were."""
    with _lock:
        _counts[where] += 1
        return _counts[where]


def fault_counts() -> Mapping[str, int]:
    """How many faults were swallowed, by where they happened."""
    with _lock:
        return dict(_counts)


def harmless(where: str, otherwise: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function that cannot raise: a fault is noted and `otherwise` is returned.

    Example:
        >>> @harmless("example", otherwise=0)
        ... def divide(a: int, b: int) -> int:
        ...     return a // b
        >>> divide(6, 3), divide(1, 0), fault_counts()["example"]
        (2, 0, 1)
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def safe(*arguments: P.args, **options: P.kwargs) -> R:
            try:
                return function(*arguments, **options)
            except Exception as error:
                note(where, error)
                return otherwise

        return safe

    return decorate
