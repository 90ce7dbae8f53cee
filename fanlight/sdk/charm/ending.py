"""Ends of runs, held for a moment: Charm may tell of an error right after it told of success."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from fanlight.sdk.providers import active

if TYPE_CHECKING:
    from opentelemetry.trace import Span

HOLD_S = 0.2

_lock = threading.Lock()
_held: set[Ending] = set()
_closes: set[int] = set()


class Ending:
    """The end of `span`, now, but told a moment later, or when the process ends."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.at_ns = time.time_ns()
        timer = threading.Timer(HOLD_S, self.settle)
        timer.daemon = True
        with _lock:
            _held.add(self)
            _settle_at_close()
        try:
            timer.start()
        except RuntimeError:
            # The interpreter is on its way out.
            self.settle()

    def settle(self) -> None:
        """End the span, unless that was done."""
        with _lock:
            is_open = self in _held
            _held.discard(self)
        if is_open:
            self.span.end(self.at_ns)


def _settle_at_close() -> None:
    """Have what is held ended before the last is sent; asked for once for each pipeline."""
    providers = active()
    if providers is not None and id(providers.pipeline) not in _closes:
        _closes.add(id(providers.pipeline))
        providers.pipeline.before_close(_settle_all)


def _settle_all() -> None:
    for ending in list(_held):
        ending.settle()
