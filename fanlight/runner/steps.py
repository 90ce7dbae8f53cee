"""Spans of what happens within a run, out of the hooks that were called in the agent.

An end belongs to the youngest open call of its tool in its thread, then of its tool in any thread, then
(a tool without a name) to the oldest call that is open. Streamed text belongs to the model call that is open,
or makes one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import Status, StatusCode, set_span_in_context

from fanlight.runner.capture.items import Hook
from fanlight.sdk.backlog import Backlog
from fanlight.sdk.snapshot import text_of
from fanlight.sdk.tokens import FIRST_TOKEN, RATE, Stream

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

UNKNOWN = "Unknown"
MAX_STREAM_CHARACTERS = 64 * 1024


@dataclass(slots=True)
class _Tool:
    name: str
    thread: int
    span: Span


@dataclass(slots=True)
class _Model:
    span: Span
    started_ns: int
    is_named: bool
    stream: Stream = field(default_factory=Stream)
    text: list[str] = field(default_factory=list)
    characters: int = 0


class Steps:
    """The open steps of one run below `root`."""

    def __init__(self, tracer: Tracer, root: Span, backlog: Backlog) -> None:
        self._tracer = tracer
        self._root = root
        self._parent: Context = set_span_in_context(root)
        self._backlog = backlog
        self._tools: list[_Tool] = []
        self._models: dict[str, _Model] = {}
        self._take_hook: Mapping[str, Callable[[Hook], None]] = {
            "on_tool_start": self._tool_start,
            "on_tool_end": self._tool_end,
            "on_tool_error": self._tool_error,
            "on_agent_action": self._action,
            "on_error": self._error,
            "llm_start": self._llm_start,
            "llm_end": self._llm_end,
            "llm_error": self._llm_error,
        }

    def hook(self, hook: Hook) -> None:
        """A hook was called. One that is not known becomes an event of the run."""
        known = self._take_hook.get(hook.name)
        if known is not None:
            known(hook)
        elif hook.name not in ("on_run_start", "on_run_end"):
            self._root.add_event(hook.name, {"fanlight.arguments": text_of(dict(hook.arguments))})

    def delta(self, text: str, at_ns: int) -> None:
        """A piece of the answer was streamed."""
        text = clean(text)
        if not self._models:
            span = self._start("model stream", "llm", "chat", at_ns)
            self._models[""] = _Model(span, at_ns, is_named=False)
        model = next(reversed(self._models.values()))
        if model.stream.count == 0:
            model.span.set_attribute(FIRST_TOKEN, max(0, at_ns - model.started_ns))
        self._backlog.put_token(model.stream.add(model.span.get_span_context(), text), len(text))
        if model.characters < MAX_STREAM_CHARACTERS:
            model.text.append(text)
            model.characters += len(text)

    def close(self) -> None:
        """The run ends: so does whatever is open."""
        for tool in self._tools:
            tool.span.add_event("no end was reported")
            tool.span.end()
        self._tools.clear()
        for call in list(self._models):
            self._end_model(call, None)

    def _start(self, name: str, kind: str, operation: str, at_ns: int) -> Span:
        attributes = {"fanlight.kind": kind, "gen_ai.operation.name": operation}
        return self._tracer.start_span(
            name, context=self._parent, attributes=attributes, start_time=at_ns or None
        )

    def _tool_start(self, hook: Hook) -> None:
        self._end_model("", hook.at_ns)
        name = _text(hook, "tool_name") or UNKNOWN
        span = self._start(name, "tool", "execute_tool", hook.at_ns)
        span.set_attribute("gen_ai.tool.name", name)
        span.set_attribute("gen_ai.tool.call.arguments", _text(hook, "input_str"))
        self._tools.append(_Tool(name, hook.thread, span))

    def _tool_end(self, hook: Hook) -> None:
        if (tool := self._take(hook)) is not None:
            tool.span.set_attribute("gen_ai.tool.call.result", _text(hook, "output"))
            tool.span.end(hook.at_ns or None)

    def _tool_error(self, hook: Hook) -> None:
        if (tool := self._take(hook)) is not None:
            record_error(tool.span, hook.arguments.get("error"))
            tool.span.end(hook.at_ns or None)

    def _take(self, hook: Hook) -> _Tool | None:
        name = _text(hook, "tool_name")
        same = [tool for tool in self._tools if tool.name == name]
        here = [tool for tool in same if tool.thread == hook.thread]
        found = here[-1:] or same[-1:] or (self._tools[:1] if name == UNKNOWN else [])
        if not found:
            return None
        self._tools.remove(found[0])
        return found[0]

    def _action(self, hook: Hook) -> None:
        about = {"tool": _text(hook, "tool"), "tool_input": _text(hook, "tool_input")}
        self._root.add_event("agent action", about, timestamp=hook.at_ns or None)

    def _error(self, hook: Hook) -> None:
        record_error(self._root, hook.arguments.get("error"))

    def _llm_start(self, hook: Hook) -> None:
        model = _text(hook, "model")
        span = self._start(f"chat {model}".strip(), "llm", "chat", hook.at_ns)
        span.set_attribute("fanlight.input", _text(hook, "input"))
        for name, value in (("model", model), ("provider", _text(hook, "provider"))):
            if value:
                span.set_attribute(MODEL_NAMES[name], value)
        self._models[_text(hook, "call")] = _Model(span, hook.at_ns, is_named=True)

    def _llm_end(self, hook: Hook) -> None:
        call = _text(hook, "call")
        if (model := self._models.get(call)) is None:
            return
        if output := _text(hook, "output"):
            model.span.set_attribute("fanlight.output", output)
            model.text.clear()
        if answered := _text(hook, "model"):
            model.span.set_attribute("gen_ai.response.model", answered)
        usage = hook.arguments.get("usage")
        for name, count in usage.items() if isinstance(usage, dict) else ():
            if name in TOKEN_NAMES and type(count) is int and count >= 0:
                model.span.set_attribute(TOKEN_NAMES[name], count)
        self._end_model(call, hook.at_ns)

    def _llm_error(self, hook: Hook) -> None:
        call = _text(hook, "call")
        if (model := self._models.get(call)) is not None:
            record_error(model.span, hook.arguments.get("error"))
            self._end_model(call, hook.at_ns)

    def _end_model(self, call: str, at_ns: int | None) -> None:
        model = self._models.pop(call, None)
        if model is None:
            return
        if model.text:
            model.span.set_attribute("fanlight.output", "".join(model.text))
        if (rate := model.stream.rate()) is not None:
            model.span.set_attribute(RATE, rate)
        model.span.end(at_ns or None)


MODEL_NAMES: Mapping[str, str] = {"model": "gen_ai.request.model", "provider": "gen_ai.provider.name"}
TOKEN_NAMES: Mapping[str, str] = {
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}


def clean(text: str) -> str:
    r"""`text` as UTF-8 can hold it: an agent's JSON may have halves of characters in it.

    Example:
        >>> clean("half \ud800 of one")
        'half ? of one'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def record_error(span: Span, error: Any) -> None:
    """Mark a span as failed by an error that came as JSON, or as text."""
    about = error if isinstance(error, Mapping) else {"message": text_of(error)}
    kind, message = clean(str(about.get("type") or "error")), clean(str(about.get("message") or ""))
    found = {
        "exception.type": kind,
        "exception.message": message,
        "exception.stacktrace": about.get("stacktrace"),
    }
    span.add_event("exception", {name: clean(str(value)) for name, value in found.items() if value})
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, message))


def _text(hook: Hook, name: str) -> str:
    value = hook.arguments.get(name)
    if value is None:
        return ""
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
