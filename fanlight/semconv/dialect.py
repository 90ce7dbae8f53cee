"""What a dialect is: a table of where the canonical scalars of a span stand in its attributes.

A dialect is one module in this package with a `DIALECT`; nothing else needs to know of it. Dialects never
import each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SCALARS = (
    "run_id", "agent", "model_requested", "model", "provider", "tool", "session", "user", "room",
    "error_type",
)  # fmt: skip
"""Canonical scalars that are texts, named as the store's columns."""

COUNTS = ("tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning")
"""Canonical scalars that are whole numbers, None when not reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one attribute names the kind of a span. Names are compared in lower case.

    `unknown` is the kind for a name that is not in `names`; empty = leave it to the next rule.
    """

    key: str
    names: Mapping[str, str]
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way of saying things. Lower `rank` is asked first; within a scalar the first key wins.

    `attributes` are read from the span, log record or metric point, `resource` from its resource.
    `inputs` and `outputs` are the attributes with content, for the preview of a run.
    """

    name: str
    rank: int
    kinds: tuple[Kind, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resource: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
