"""What an ended span says of tokens, model, cost and tool call, read by the server's own tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from fanlight.semconv import ai_sdk, gen_ai, logfire, openinference, traceloop
from fanlight.semconv.dialect import Dialect, Kind

KINDS = ("agent", "llm", "tool", "chain", "retriever", "embedding", "reranker", "guardrail", "evaluator")

DIALECTS: tuple[Dialect, ...] = (
    # Of our own attributes only what `fanlight.span` writes: the whole table stands on the server's model.
    Dialect(
        name="fanlight", rank=0, kinds=(Kind(key="fanlight.kind", names={kind: kind for kind in KINDS}),)
    ),
    *sorted(
        (ai_sdk.DIALECT, gen_ai.DIALECT, logfire.DIALECT, openinference.DIALECT, traceloop.DIALECT),
        key=lambda dialect: dialect.rank,
    ),
)
"""Those whose instrumentations run in Python beside an agent, in the order in which they are asked."""

LEAVES = frozenset({"llm", "embedding", "reranker"})
"""Kinds whose usage counts; what an agent or a chain says of itself is the sum of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One model call. Counts are inclusive of cache and reasoning; `reported` is the cost that it claims."""

    provider: str
    model: str
    tokens_input: int
    tokens_output: int
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    reported: Decimal | None = None

    @property
    def tokens(self) -> int:
        """Read and written."""
        return self.tokens_input + self.tokens_output


def read_usage(attributes: Mapping[str, Any]) -> Usage | None:
    """The usage of a model call; None for a span that is none.

    Example:
        >>> found = read_usage({"openinference.span.kind": "LLM", "llm.token_count.prompt": 10,
        ...     "llm.token_count.completion": 2, "llm.model_name": "m"})
        >>> found.tokens, found.model
        (12, 'm')
        >>> read_usage({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 10})
    """
    if kind_of(attributes) not in LEAVES:
        return None
    taken = _number(attributes, "tokens_input")
    cached = _number(attributes, "tokens_cache_read"), _number(attributes, "tokens_cache_write")
    # A prompt has what of it came from the cache in it; a count below that was made without.
    inclusive = taken if sum(cached) <= taken and not _is_exclusive(attributes) else taken + sum(cached)
    return Usage(
        provider=_text(attributes, "provider"),
        model=_text(attributes, "model") or _text(attributes, "model_requested"),
        tokens_input=inclusive,
        tokens_output=_number(attributes, "tokens_output"),
        tokens_cache_read=cached[0],
        tokens_cache_write=cached[1],
        reported=_cost(attributes),
    )


def call_of(attributes: Mapping[str, Any]) -> tuple[str, str] | None:
    """Name of the tool and a digest of its normalised arguments; None for a span that calls no tool.

    Example:
        >>> called = {"fanlight.kind": "tool", "gen_ai.tool.name": "search"}
        >>> one = call_of({**called, "input.value": '{"a": 1, "b": 2}'})
        >>> one == call_of({**called, "input.value": '{"b":2,"a":1}'})
        True
    """
    if kind_of(attributes) != "tool":
        return None
    keys = ("fanlight.input", *(key for each in DIALECTS for key in (*each.arguments, *each.inputs)))
    arguments = next((attributes[key] for key in keys if attributes.get(key)), "")
    return _text(attributes, "tool"), hashlib.sha256(_normal(arguments).encode()).hexdigest()[:16]


def kind_of(attributes: Mapping[str, Any]) -> str:
    """The span's kind; empty when no dialect names one."""
    fallback = ""
    for dialect in DIALECTS:
        for rule in dialect.kinds:
            if rule.key not in attributes:
                continue
            if kind := rule.names.get(str(attributes[rule.key]).lower()):
                return kind
            fallback = fallback or rule.unknown or rule.present
    return fallback


def _values(attributes: Mapping[str, Any], scalar: str) -> Iterator[Any]:
    for dialect in DIALECTS:
        for key in dialect.attributes.get(scalar, ()):
            if (value := attributes.get(key)) is not None and value != "":
                yield value


def _text(attributes: Mapping[str, Any], scalar: str) -> str:
    return str(next(_values(attributes, scalar), ""))


def _number(attributes: Mapping[str, Any], scalar: str) -> int:
    for value in _values(attributes, scalar):
        if type(value) is int and value >= 0:
            return value
        if type(value) is float and value >= 0 and value.is_integer():
            return int(value)
        if type(value) is str and value.isascii() and value.isdecimal() and len(value) < 19:
            return int(value)
    return 0


def _is_exclusive(attributes: Mapping[str, Any]) -> bool:
    for dialect in DIALECTS:
        for key in dialect.attributes.get("tokens_input", ()):
            if attributes.get(key) is not None:
                return key in dialect.exclusive
    return False


def _cost(attributes: Mapping[str, Any]) -> Decimal | None:
    for value in _values(attributes, "cost"):
        try:
            cost = Decimal(str(value))
        except InvalidOperation:
            continue
        if cost.is_finite() and cost >= 0:
            return cost
    return None


def _normal(arguments: Any) -> str:
    """Arguments as one text whatever the order of their keys and their spaces."""
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return str(arguments)
    try:
        return json.dumps(arguments, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return ""
