"""Questions that are asked again and again, until the answer is as it should be."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from fanlight.errors import NotFoundError

PATIENCE_S = 100.0
Answer = TypeVar("Answer")


def once(ask: Callable[[], Answer], is_ready: Callable[[Answer], object]) -> Answer:
    """The first answer that is ready; what is not found is not there yet, as a project without an item."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found: Answer | NotFoundError
        try:
            found = ask()
            if is_ready(found):
                return found
        except NotFoundError as error:
            found = error
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
