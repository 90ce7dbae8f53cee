"""What a coding agent's table says: which log record stands for which span, and where its attributes go.

A table is one module in this package with an `AGENT`; `registry` finds it. Attributes of a record stay on the
span as they are; those that a table names are there once more under a name that the dialects know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PROMPT, REQUEST, FAILURE, ATTEMPT, TOOL, DECISION = (
    "prompt", "request", "failure", "attempt", "tool", "decision",
)  # fmt: skip
"""What a record tells of: the user's prompt, a model call that answered or failed, one try of a call that may
have more, a tool's result, and whether a tool may run. `fanlight.semconv.coding_agent` knows their kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One kind of log record.

    `operation` is what it tells of. `name` begins the span's name, the value of the attribute `of` ends it.
    `attributes` are further names for attributes of the record: from theirs to the dialects'. A record counts
    only if it has every attribute in `only`, with that value where one is given. It failed if it has one of
    `failed`, likewise (None = any but empty); `message` and `error_type` are the attributes that say why, the
    first that is there.
    """

    operation: str
    name: str
    of: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str | None] = field(default_factory=dict)
    failed: Mapping[str, str | None] = field(default_factory=dict)
    message: str = ""
    error_type: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One coding agent. Its events are called `{prefix}{name in events}`.

    `session` and `prompt` are the attributes that name a conversation and a prompt of it; without the latter
    a record belongs to the last prompt before it. `shared` are further names for attributes of every event;
    of several attributes with the same further name the first that is there gets it.
    """

    name: str
    prefix: str
    provider: str
    session: str
    prompt: str
    events: Mapping[str, Event]
    shared: Mapping[str, str] = field(default_factory=dict)
    duration_ms: str = "duration_ms"
