"""Standstill: a run that goes on and in which nothing begins or ends any more."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WAITS = re.compile(
    r"(?:^|[^a-z])(?:ask|human|user|approv\w*|confirm\w*|input|review|wait|sleep|pause|schedule\w*|interrupt)(?:$|[^a-z])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The last thing that happened in a running run: a span began, or one ended.

    `name` and `kind` are those of the span that began last.
    """

    moved_ns: int
    span_id: str
    name: str
    kind: str


def stands_still(progress: Progress, *, now_ns: int, after_s: float) -> bool:
    """Whether nothing has happened for `after_s` seconds, and nobody is waited for.

    Example:
        >>> asks = Progress(moved_ns=0, span_id="a", name="ask_human", kind="tool")
        >>> calls = Progress(moved_ns=0, span_id="a", name="chat gpt-4o", kind="llm")
        >>> [stands_still(each, now_ns=601 * 10**9, after_s=600) for each in (asks, calls)]
        [False, True]
    """
    if now_ns - progress.moved_ns < after_s * 1e9:
        return False
    name = re.sub(r"([a-z])([A-Z])", r"\1_\2", progress.name).lower()
    return not _WAITS.search(name)
