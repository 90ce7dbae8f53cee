"""The end of a process: all exporters send what waits at the same time, within one second together."""

from __future__ import annotations

import time
from collections.abc import Callable

from fanlight.sdk.leaving import Parked, at_exit

EXIT_S = 1.0

_parked: list[Parked] = []


def close_at_exit(closing: Callable[[], object]) -> None:
    """Call `closing` in a thread when this process ends. However many hang, the end takes EXIT_S longer."""
    _parked.append(Parked(closing, deadline_s=EXIT_S))
    at_exit(_close_all)


def _close_all() -> None:
    for each in _parked:
        each.begin()
    until = time.monotonic() + EXIT_S
    for each in _parked:
        each.wait(until - time.monotonic())
