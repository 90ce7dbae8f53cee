"""Prompts of coding agents in a trace: how long each took, how it ended, and what belongs to it.

Their spans are made of log records, each by itself: a prompt has no end of its own, and the records of some
agents do not name their prompt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PROMPT, REQUEST, FAILURE = "prompt", "request", "failure"


@dataclass(frozen=True, slots=True)
class Record:
    """A span that was made of a log record; `end_ns` is the record's own time."""

    span_id: str
    operation: str
    end_ns: int
    error_type: str = ""
    error_message: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What its records say of a prompt: which was the last one, and how that leaves it."""

    last: Record

    @property
    def standing(self) -> Literal["open", "over", "failed"]:
        """It goes on until the model answered, or failed for good, and nothing follows."""
        if self.last.operation == FAILURE:
            return "failed"
        return "over" if self.last.operation == REQUEST else "open"


def read_prompts(records: Sequence[Record]) -> tuple[dict[str, Told], dict[str, str]]:
    """What each prompt came to, and of each other record its prompt; nothing in a trace without prompts.

    A record belongs to the last prompt before it, one that came before all of them to the first.

    Example:
        >>> told, owners = read_prompts([Record("p", "prompt", 1), Record("c", "request", 5)])
        >>> told["p"].standing, told["p"].last.end_ns, owners
        ('over', 5, {'c': 'p'})
    """
    ordered = sorted(records, key=_place)
    current = next((each.span_id for each in ordered if each.operation == PROMPT), None)
    told: dict[str, Told] = {}
    owners: dict[str, str] = {}
    if current is None:
        return told, owners
    for each in ordered:
        if each.operation == PROMPT:
            current = each.span_id
        else:
            owners[each.span_id] = current
        told[current] = Told(each)
    return told, owners


def _place(record: Record) -> tuple[int, int, str]:
    """At the same moment a prompt comes first, and an answer before what is done about it."""
    rank = {PROMPT: 0, REQUEST: 1}.get(record.operation, 2)
    return record.end_ns, rank, record.span_id
