"""Levels of log records, from the words that people use to OpenTelemetry's severity numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        "trace": 1,
        "debug": 5,
        "info": 9,
        "warning": 13,
        "warn": 13,
        "error": 17,
        "fatal": 21,
        "critical": 21,
    }
)
"""OpenTelemetry's severity number of each level."""

INFO = 9


def severity_number(word: str) -> int:
    """The severity number of a level in any case; any other word counts as info.

    Example:
        >>> severity_number("WARNING"), severity_number("order_placed")
        (13, 9)
    """
    return NUMBERS.get(word.lower(), INFO)
