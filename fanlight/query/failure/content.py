"""What a step's result says although the span itself says nothing: empty, an error, cut short, refused."""

from __future__ import annotations

import json
import re
from typing import Any

from fanlight.model.step import Step

CUT_SHORT = frozenset(
    {"length", "max_tokens", "max_output_tokens", "max_length", "model_length", "token_limit"}
)
REFUSED = frozenset(
    {
        "content_filter", "content_filtered", "safety", "refusal", "refused", "blocked", "blocklist",
        "recitation", "prohibited_content", "spii", "guardrail_intervened", "image_safety", "error_toxic",
        "moderation",
    }
)  # fmt: skip
"""Reasons why a model stopped, in the words of its providers, lower case and with underscores."""

MALFORMED = frozenset({"malformed_function_call", "unexpected_tool_call", "malformed_response"})

_EMPTY_TEXTS = frozenset({"", "none", "null", "undefined", "n/a", "nil", "[]", "{}", '""', "''", "()"})
_NOTHING_FOUND = re.compile(
    r"^\W*(?:no (?:\w+ ){0,3}(?:results?|matches|documents?|records?|rows|entries|data|hits|items?)"
    r"(?: (?:were |was )?(?:found|returned|available|match\w*))?"
    r"|0 (?:results?|rows|hits|matches|documents?)(?: found| returned)?"
    r"|nothing (?:was )?found|empty result(?: set)?|not found)\b.{0,80}$",
    re.IGNORECASE | re.DOTALL,
)
_ERROR_TEXT = re.compile(
    r"^\W{0,3}(?:(?:\w+[ _]){0,3}(?:error|exception|failure)\b\W"
    r"|traceback \(most recent|failed to |fatal:|unable to "
    r"|error (?:executing|calling|while|in|code|\d{3})|(?:\w+\.)*\w+(?:Error|Exception)\b\s*[:(])",
    re.IGNORECASE,
)
_WRAPPERS = (
    "result", "results", "output", "content", "data", "items", "documents", "rows", "hits", "matches",
    "records", "entries", "value", "text", "structuredcontent", "response", "answer", "message",
)  # fmt: skip
_BESIDE = frozenset(
    {"type", "role", "status", "ok", "success", "count", "total", "query", "iserror", "is_error", "name",
     "id", "page", "took", "took_ms", "tool_call_id", "error", "annotations", "meta", "_meta", "next",
     "cursor", "has_more"}
)  # fmt: skip


def finish_words(step: Step) -> frozenset[str]:
    """The reasons why the model stopped; a list comes as JSON.

    Example:
        >>> sorted(finish_words(Step(span_id="a", finish_reason='["tool-calls", "FinishReason.MAX_TOKENS"]')))
        ['max_tokens', 'tool_calls']
    """
    found = re.findall(r"[A-Za-z_-]+(?:\.[A-Za-z_-]+)*", step.finish_reason)
    return frozenset(word.rpartition(".")[2].lower().replace("-", "_") for word in found)


def is_cut_short(step: Step) -> bool:
    """Whether a model call ended because it had no more tokens."""
    return bool(finish_words(step) & CUT_SHORT)


def is_malformed(step: Step) -> bool:
    """Whether a model call ended in something that is neither an answer nor a call."""
    return bool(finish_words(step) & MALFORMED)


def is_refused(step: Step) -> bool:
    """Whether the model, or a filter before or behind it, would not answer."""
    if finish_words(step) & REFUSED:
        return True
    return step.kind == "llm" and bool(re.search(r'"refusal"\s*:\s*"[^"]', step.output or ""))


def is_empty(text: str | None) -> bool:
    """Whether a reported result holds nothing. What was not reported is not known to be empty.

    Example:
        >>> [is_empty(text) for text in ("[]", '{"results": [], "total": 0}', "No results found.", "0", None)]
        [True, True, True, False, False]
    """
    if text is None:
        return False
    if text.strip().lower() in _EMPTY_TEXTS or _NOTHING_FOUND.match(text.strip()):
        return True
    value = _parsed(text)
    return value is not _NO_JSON and _holds_nothing(value, 0)


def reported_error(text: str | None) -> str:
    """The error that a result tells of, '' when it tells of none.

    Example:
        >>> reported_error('{"error": "no such city"}'), reported_error("Error: 503 from upstream")
        ('no such city', 'Error: 503 from upstream')
        >>> reported_error('{"error": null, "temperature": 3}'), reported_error("Errors are rare here.")
        ('', '')
    """
    if not text:
        return ""
    value = _parsed(text)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        return _error_of(value)
    if isinstance(value, str):
        text = value
    return text.strip()[:300] if _ERROR_TEXT.match(text) else ""


_NO_JSON: Any = object()


def _parsed(text: str) -> Any:
    stripped = text.strip()
    if not stripped.startswith(("{", "[", '"')):
        return _NO_JSON
    try:
        return json.loads(stripped)
    except (ValueError, RecursionError):
        return _NO_JSON


def _holds_nothing(value: Any, depth: int) -> bool:
    if value is None or (isinstance(value, str) and value.strip().lower() in _EMPTY_TEXTS):
        return True
    if isinstance(value, str):
        return bool(_NOTHING_FOUND.match(value.strip()))
    if depth > 6:
        return False
    if isinstance(value, list):
        return all(_holds_nothing(each, depth + 1) for each in value)
    if isinstance(value, dict):
        held = {key.lower(): each for key, each in value.items()}
        told = [key for key in held if key in _WRAPPERS]
        if not told or not set(held) <= {*told, *_BESIDE} or held.get("error"):
            return not held
        return all(_holds_nothing(held[key], depth + 1) for key in told)
    return False


def _error_of(value: dict[str, Any]) -> str:
    held = {key.lower(): each for key, each in value.items()}
    error = held.get("error") or held.get("errors") or held.get("exception")
    if isinstance(error, dict):
        error = error.get("message") or json.dumps(error)
    if error and error is not True and not isinstance(error, list):
        return str(error)[:300]
    failed = (
        held.get("iserror") is True
        or held.get("is_error") is True
        or error is True
        or held.get("success") is False
    )
    status = str(held.get("status", "")).lower()
    if failed or (error and isinstance(error, list)) or status in {"error", "failed", "failure"}:
        said = held.get("message") or held.get("content") or held.get("detail") or error
        return (said if isinstance(said, str) else json.dumps(said) if said else "error")[:300]
    return ""
