"""An event loop whose time is virtual: nothing is waited for, and whatever is due comes in one order."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class _Jump(selectors.SelectSelector):
    """Instead of waiting it moves the loop's time."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen any more: everybody waits for somebody")
        self.loop.elapsed_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop over virtual time. What would go to a thread is done at once."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        selector = _Jump()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.elapsed_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _write_to_self(self) -> None:
        """Nobody sleeps: nobody is woken."""


class VirtualClock:
    """The loop's time, as the server's clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_ns(self) -> int:
        return 1_790_000_000_000_000_000 + int(self._loop.elapsed_s * 1e9)

    def monotonic(self) -> float:
        return self._loop.elapsed_s
