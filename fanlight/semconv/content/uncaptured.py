"""Content leaves a request that must not carry any: what was said, what tools were given and gave, documents.

What stays says that something happened: names, kinds, times, models, tokens, costs, errors. It runs
inside agents as well, so it knows the keys by itself; a test holds them against the tables by which content
is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from fanlight.semconv.coding_agents.registry import AGENTS

MARK = "fanlight.content.captured"
"""An attribute, false, of every item from which content was taken before it was stored."""

KEYS = (
    "ai.documents", "ai.prompt", "ai.response.files", "ai.response.object", "ai.response.reasoning",
    "ai.response.text", "ai.response.toolCalls", "ai.result", "ai.toolCall.args", "ai.toolCall.input",
    "ai.toolCall.output", "ai.toolCall.result", "ai.value", "ai.values", "all_messages",
    "all_messages_events", "embedding.embeddings", "events", "fanlight.event.original", "fanlight.input",
    "fanlight.output", "final_result", "gen_ai.completion", "gen_ai.event.content",
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.prompt", "gen_ai.retrieval.documents",
    "gen_ai.retrieval.query.text", "gen_ai.system_instructions", "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result", "gen_ai.tool.input", "input.value", "inputs", "langfuse.observation.input",
    "langfuse.observation.output", "langfuse.trace.input", "langfuse.trace.output", "langsmith.inputs",
    "langsmith.outputs", "llm.choices", "llm.input_messages", "llm.output_messages", "llm.prompts",
    "lmnr.span.input", "lmnr.span.output", "mcp.request.argument", "mlflow.spanInputs",
    "mlflow.spanOutputs", "output.value", "outputs", "pydantic_ai.all_messages", "request_data",
    "reranker.input_documents", "reranker.output_documents", "reranker.query", "response_data",
    "retrieval.documents", "tool.parameters", "tool_arguments", "tool_response", "traceloop.entity.input",
    "traceloop.entity.output",
)  # fmt: skip
"""Attributes that carry content, or stand above such: every one by which content is read, and some more."""

_OF_EVENTS = (
    "arguments", "content", "function_args", "input", "message", "messages", "output", "prompt",
    "request_text", "response", "response_text", "text", "tool_calls", "tool_input", "tool_parameters",
    "tool_result",
)  # fmt: skip
"""What events of messages, and records of coding agents, are made of; elsewhere these words mean anything."""

_EVENT = re.compile(
    r"gen_ai\.(?:[a-z]+\.message|choice|content\.[a-z]+|client\.inference\.operation\.details)"
)
_RUN_EVENT = "fanlight.run.event"
_SHOWN = frozenset({"type", "name", "tool", "tool_name", "model", "provider", "status", "id", "currency"})
"""What of a run's event stays besides its numbers."""


def is_content(key: str, *, of_event: bool = False) -> bool:
    """Whether an attribute of that name carries content; `of_event`: it is one of an event of messages.

    Dialects of other distributions count once `learn` was told of them.

    Example:
        >>> is_content("gen_ai.input.messages"), is_content("llm.input_messages.0.message.content")
        (True, True)
        >>> is_content("gen_ai.request.model"), is_content("ai.response.model"), is_content("message")
        (False, False, False)
    """
    return _keys(of_event).fullmatch(key) is not None


def strip(request: Any) -> int:
    """Take content out of an OTLP request, a message of protobuf; how many values went.

    Plain log records stay as well: what a program logs it logs on purpose.

    Example:
        >>> from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        >>> request = ExportTraceServiceRequest()
        >>> span = request.resource_spans.add().scope_spans.add().spans.add(name="chat")
        >>> span.attributes.add(key="gen_ai.input.messages").value.string_value = "[...]"
        >>> strip(request), [pair.key for pair in span.attributes]
        (1, ['fanlight.content.captured'])
    """
    gone = 0
    for resource in getattr(request, "resource_spans", ()):
        gone += sum(_strip_span(span) for scope in resource.scope_spans for span in scope.spans)
    for resource in getattr(request, "resource_logs", ()):
        gone += sum(_strip_record(record) for scope in resource.scope_logs for record in scope.log_records)
    return gone


def learn(keys: Iterable[str]) -> None:
    """Take further attributes for content: those of dialects that do not belong to Fanlight."""
    _learnt.update(keys)
    _keys.cache_clear()


_learnt: set[str] = set()


@cache
def _keys(of_event: bool) -> re.Pattern[str]:
    every = sorted({*KEYS, *_learnt, *(_OF_EVENTS if of_event else ())})
    return re.compile(rf"(?:{'|'.join(map(re.escape, every))})(?:\..*)?", re.DOTALL)


def _strip_span(span: Any) -> int:
    gone = _strip_pairs(span.attributes)
    for event in span.events:
        gone += _strip_pairs(event.attributes, of_event=_EVENT.fullmatch(event.name) is not None)
    return _mark(span, gone)


def _strip_record(record: Any) -> int:
    name = record.event_name or _text_of(record.attributes, "event.name")
    if name == _RUN_EVENT:
        return _mark(record, _strip_pairs(record.attributes) + _strip_run_event(record.body))
    if _EVENT.fullmatch(name) or name.startswith(_AGENTS) or record.body.string_value.startswith(_AGENTS):
        gone = _strip_pairs(record.attributes, of_event=True)
        return _mark(record, gone + _strip_body(record.body, name))
    # Words such as "inputs" mean content on spans alone.
    return _mark(record, _strip_pairs(record.attributes, named=True))


_AGENTS = tuple(agent.prefix for agent in AGENTS)


def _strip_pairs(pairs: Any, *, of_event: bool = False, named: bool = False) -> int:
    kept = [pair for pair in pairs if not _is_said(pair, of_event) or (named and "." not in pair.key)]
    gone = len(pairs) - len(kept)
    if gone:
        del pairs[:]
        pairs.extend(kept)
    return gone


def _is_said(pair: Any, of_event: bool) -> bool:
    if is_content(pair.key):
        return True
    # An event's "output" may be a count.
    arm = pair.value.WhichOneof("value") if of_event else None
    return of_event and arm not in _FIGURES and is_content(pair.key, of_event=True)


_FIGURES = ("bool_value", "int_value", "double_value")


def _strip_body(body: Any, name: str) -> int:
    """The body of a message's event: its fields, or all of it when it is a text that is not its name."""
    arm = body.WhichOneof("value")
    if arm == "kvlist_value":
        return _strip_pairs(body.kvlist_value.values, of_event=True)
    if arm is None or (arm == "string_value" and (body.string_value in (name, "") or _is_name(body))):
        return 0
    body.Clear()
    return 1


def _is_name(body: Any) -> bool:
    return body.string_value.startswith(_AGENTS) and " " not in body.string_value


def _strip_run_event(body: Any) -> int:
    """A run's event is JSON: its type, names and numbers stay."""
    try:
        told = json.loads(body.string_value)
    except (ValueError, RecursionError):  # no JSON, or nested deeper than any run's event
        told = None
    kept = (
        {key: value for key, value in told.items() if _is_shown(key, value)} if isinstance(told, dict) else {}
    )
    if kept == told:
        return 0
    body.string_value = json.dumps(kept)
    return 1


def _is_shown(key: str, value: Any) -> bool:
    return (
        value is None or isinstance(value, bool | int | float) or (key in _SHOWN and isinstance(value, str))
    )


def _mark(item: Any, gone: int) -> int:
    if gone:
        item.attributes.add(key=MARK).value.bool_value = False
    return gone


def _text_of(pairs: Any, key: str) -> str:
    return next((str(pair.value.string_value) for pair in pairs if pair.key == key), "")
