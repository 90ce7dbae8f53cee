"""The kind of an error: what its type, its text and its HTTP status say by the table."""

from __future__ import annotations

import re
from functools import lru_cache

from fanlight.model.step import Step
from fanlight.query.failure.table import OTHERS, TABLE

KINDS = (*(kind.name for kind in TABLE), *OTHERS)

_BY_NAME = {kind.name: kind for kind in TABLE}
_TYPES = tuple((kind, re.compile(kind.types, re.IGNORECASE)) for kind in TABLE if kind.types)
_MESSAGES = tuple((kind, re.compile(kind.messages, re.IGNORECASE)) for kind in TABLE if kind.messages)
_OF_STEP = {"tool": "tool_error", "llm": "model_error", "embedding": "model_error", "reranker": "model_error",
            "retriever": "retrieval_error", "guardrail": "guardrail"}  # fmt: skip
_VAGUE_TYPES = frozenset(
    {"timeout", "connection", "provider_error", "bad_request", "validation", "code_error"}
)
"""Types that clients raise for many reasons: a message that says more counts before them."""


def advice(kind: str) -> str:
    """What a person can do about a kind."""
    return _BY_NAME[kind].next if kind in _BY_NAME else OTHERS[kind]


def is_consequence(kind: str) -> bool:
    """Whether such an error mostly follows from something before it."""
    return kind in _BY_NAME and _BY_NAME[kind].is_consequence


@lru_cache(maxsize=4_096)
def kind_of_text(type_: str, message: str, http_status: int | None = None) -> str:
    """The kind that an error's type, message and HTTP status name; '' when they name none.

    Example:
        >>> kind_of_text("openai.RateLimitError", ""), kind_of_text("APIStatusError", "prompt is too long")
        ('rate_limit', 'context_length')
        >>> kind_of_text("ValueError", "the moon is wrong")
        ''
    """
    short = type_.rpartition(".")[2]
    by_type = next((kind.name for kind, words in _TYPES if words.search(short)), "")
    by_message = next((kind.name for kind, words in _MESSAGES if words.search(message)), "")
    if by_type and by_type not in _VAGUE_TYPES:
        # A quota that is used up comes as a rate limit, and only its text says so.
        return "quota" if (by_type, by_message) == ("rate_limit", "quota") else by_type
    by_status = next((kind.name for kind in TABLE if http_status in kind.http), "")
    return by_message or by_type or by_status


def kind_of(step: Step) -> str:
    """The kind of a step that failed.

    Example:
        >>> kind_of(Step(span_id="a", kind="tool", error_type="ValidationError"))
        'invalid_arguments'
        >>> kind_of(Step(span_id="a", kind="llm", error_message="boom"))
        'model_error'
    """
    found = kind_of_text(step.error_type, step.error_message, step.http_status)
    if step.kind == "tool" and found == "validation":
        return "invalid_arguments"
    if step.kind == "llm" and found == "validation":
        return "invalid_output"
    if step.kind == "tool" and found == "code_error":
        return "invalid_arguments" if "required positional" in step.error_message else "tool_error"
    if step.kind == "guardrail":
        return "guardrail"
    return found or _OF_STEP.get(step.kind, "error")
