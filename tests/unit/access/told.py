"""What an error says, whole: a code's worth of tests compares it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fanlight.errors import FanlightError


def told(call: Callable[..., Any], *given: Any, **named: Any) -> tuple[type[FanlightError], str, str]:
    """The error that a call raises: its class, message and hint."""
    with pytest.raises(FanlightError) as raised:
        call(*given, **named)
    return type(raised.value), raised.value.message, raised.value.hint
