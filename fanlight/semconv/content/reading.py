"""From what was sent to the one shape: which source counts, and how its value is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fanlight.model.content import Content, ToolUse
from fanlight.semconv.content import (
    ai_sdk,
    fanlight,
    gen_ai,
    gen_ai_events,
    langfuse,
    langsmith,
    mlflow,
    openinference,
    pydantic_ai,
    traceloop,
)
from fanlight.semconv.content.documents import documents_of, looks_like_documents
from fanlight.semconv.content.media import slim
from fanlight.semconv.content.messages import messages_of
from fanlight.semconv.content.parts import parts_of, result_value
from fanlight.semconv.content.sent import Sent
from fanlight.semconv.content.source import FIELDS, Source
from fanlight.semconv.content.tools import tools_of
from fanlight.semconv.content.uncaptured import MARK
from fanlight.semconv.content.values import data_of, one_budget

T = TypeVar("T")

_DIALECTS = (
    fanlight, gen_ai, ai_sdk, openinference, pydantic_ai, langfuse, mlflow, traceloop, gen_ai_events,
    langsmith,
)  # fmt: skip

SOURCES: Mapping[str, tuple[Source, ...]] = {
    field: tuple(source for dialect in _DIALECTS for source in dialect.SOURCES if source.field == field)
    for field in FIELDS
}
"""The places of each field, in the order in which they are asked: never two of them are mixed."""

FINDERS = frozenset({"retriever", "reranker"})
_QUERY_NAMES = ("query", "question", "input", "text", "query_text")


def read_content(sent: Sent) -> Content:
    """The content of a span. Never raises; `truncated` says that something was too much.

    Example:
        >>> sent = Sent.of("llm", attributes=[("input.value", "hi"), ("output.value", "ho")])
        >>> content = read_content(sent)
        >>> content.input[0].parts[0].text, content.output[0].role, content.source
        ('hi', 'assistant', {'input': 'input.value', 'output': 'output.value'})
    """
    with one_budget():
        return _read(sent)


def _read(sent: Sent) -> Content:
    source: dict[str, str] = {}
    withheld = sent.values.get(MARK) is False
    call = _tool_call(sent, source)
    if sent.kind == "tool":
        return Content(tool_call=call, source=source, truncated=sent.truncated, withheld=withheld)
    query, documents = _found(sent, source)
    # What became the query or the documents is not shown once more as what was said.
    shown = set(source.values())
    given = _first(sent, "input", lambda value: messages_of(value, "user"), source, shown)
    answer = None
    if not (documents and sent.kind in FINDERS):
        answer = _first(sent, "output", lambda value: messages_of(value, "assistant"), source, shown)
    return Content(
        system=_first(sent, "system", parts_of, source) or [],
        input=given or [],
        output=answer or [],
        tools=_first(sent, "tools", tools_of, source) or [],
        tool_call=call,
        documents=documents,
        query=query,
        source=source,
        truncated=sent.truncated,
        withheld=withheld,
    )


def _tool_call(sent: Sent, source: dict[str, str]) -> ToolUse | None:
    """The call that the span is. On a tool's span what went in are arguments, what came out is the result."""
    arguments = _first(sent, "arguments", _arguments, source)
    result = _first(sent, "result", result_value, source)
    if sent.kind == "tool":
        if arguments is None:
            arguments = _first(sent, "input", _arguments, source, named="arguments")
        if result is None:
            result = _first(sent, "output", result_value, source, named="result")
    if arguments is None and result is None:
        return None
    named = _first(sent, "call_name", _name, {}) or sent.tool
    return ToolUse(name=named, id=_first(sent, "call_id", _name, {}), arguments=arguments, result=result)


def _found(sent: Sent, source: dict[str, str]) -> tuple[Any, list[Any]]:
    """Query and documents. A retriever's input may be no more than its query, its output its documents."""
    query = _first(sent, "query", slim, source)
    documents = _first(sent, "documents", documents_of, source)
    if sent.kind in FINDERS:
        if query is None:
            query = _first(sent, "input", _query, source, named="query")
        if documents is None:
            documents = _first(sent, "output", _documents, source, named="documents")
    return query, documents or []


def _first(
    sent: Sent,
    field: str,
    read: Callable[[Any], T],
    source: dict[str, str],
    shown: set[str] | None = None,
    named: str = "",
) -> T | None:
    """What the first source of `field` that has something gives; nothing when that one is `shown`."""
    for each in SOURCES[field]:
        value = each.value(sent)
        if value is None:
            continue
        found = read(value)
        if found not in (None, "", []):
            if shown and each.name in shown:
                return None
            source[named or field] = each.name
            return found
    return None


def _arguments(value: Any) -> Any:
    return slim(data_of(value))


def _name(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) else None


def _query(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next((value[name] for name in _QUERY_NAMES if isinstance(value.get(name), str)), None)
    return value if isinstance(value, str) else None


def _documents(value: Any) -> list[Any]:
    return documents_of(value) if looks_like_documents(value) else []
