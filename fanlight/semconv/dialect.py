"""What a dialect is: a table of where the canonical scalars of a span stand in its attributes.

A dialect is one module in this package with a `DIALECT`; nothing else needs to know of it. Dialects never
import each other. Somebody else's dialect is such a table behind an entry point of the group
`fanlight.dialects`.

Example:
    >>> Dialect(
    ...     name="acme",
    ...     rank=100,
    ...     kinds=(Kind(key="acme.step", names={"think": "llm", "act": "tool"}, unknown="chain"),),
    ...     attributes={"agent": ("acme.agent",), "tokens_input": ("acme.usage.read",)},
    ...     objects=("acme.usage",),
    ... ).attributes["tokens_input"]
    ('acme.usage.read',)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COUNTS = ("tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning")
"""Canonical scalars that are whole numbers, None when not reported."""

SCALARS = (
    "run_id", "agent", "model_requested", "model", "provider", "tool", "session", "user", "room",
    "error_type", "error_message", "finish_reason", "state_reported", "currency_reported", "entity",
    "pending", "pending_parent",
)  # fmt: skip
"""Canonical scalars that are texts, most of them named as the store's columns.

`entity` is the name of what the span's kind says: of the agent when it is one, of the tool when it is one.
`pending` is `pending_span` on a span that only announces its parent, whose own is then `pending_parent`.
"""

AMOUNTS = ("cost", "cost_input", "cost_output", "cost_more", "tokens_input_more", "tokens_output_more")
"""What reported costs and exclusive counts are made of; every `..._more` that is there is added."""

UNITS = ("ns", "ms", "s", "at")
"""How the time of a first token is told: as a duration from the span's start, or as a point in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one attribute names the kind of a span. Names are compared in lower case.

    `unknown` is the kind for a name that is not in `names`, when no other attribute knows the kind; `present`
    is the kind of a span that has the attribute at all, when none names it.
    """

    key: str
    names: Mapping[str, str] = field(default_factory=dict)
    unknown: str = ""
    present: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way of saying things. Lower `rank` is asked first; within a scalar the first key wins.

    `attributes` are read from the span, log record or metric point, `resource` from its resource. A key in
    `objects` holds a JSON object: each member of it counts as an attribute `key.member`, two levels deep.

    `exclusive` are keys of `tokens_input` and `tokens_output` whose number leaves out caches and reasoning.
    `failures` are values, in lower case, that say of a span without a status that it failed.
    `first_token` gives keys and their unit (`UNITS`), `first_token_events` names of span events.

    `inputs` and `outputs` are the attributes with content, for the preview of a run; `arguments` those of a
    tool call; `searched` hold what is new in a span.

    `names_spans` says that a span is called what its agent or tool is called; `provider_until` ends the name
    of a provider.
    """

    name: str
    rank: int
    kinds: tuple[Kind, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resource: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objects: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    failures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_token: Mapping[str, str] = field(default_factory=dict)
    first_token_events: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    names_spans: bool = False
    provider_until: str = ""
