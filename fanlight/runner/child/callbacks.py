"""What an agent gets as `callbacks`: LangChain's names, turned into Charm's hooks.

Calls of the same tool in parallel are told apart by LangChain's run ids. Besides the hooks, model calls are
told to the runner, with their model and tokens.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Mapping
from typing import Any

from .telemetry import Hooks

UNKNOWN = "Unknown"


def make_handler(hooks: Hooks) -> Any:
    """A handler; one of LangChain's own kind where LangChain is installed."""
    base: Any = object
    if importlib.util.find_spec("langchain_core") is not None:
        try:
            base = importlib.import_module("langchain_core.callbacks").BaseCallbackHandler
        except Exception:
            base = object
    return type("CharmCallbackHandler", (Handler, base), {})(hooks)


class Handler:
    """Every method may also be called by hand, with as few arguments as Charm's own takes."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._lock = threading.Lock()
        self._tools: dict[Any, str] = {}
        self._last: dict[int, str] = {}

    def on_tool_start(self, serialized: Any, input_str: Any = "", *, run_id: Any = None, **more: Any) -> None:
        name = _name_of(serialized, more)
        with self._lock:
            self._tools[run_id if run_id is not None else threading.get_ident()] = name
        self._hooks.call("on_tool_start", tool_name=name, input_str=_text(input_str))

    def on_tool_end(self, output: Any, *, run_id: Any = None, **_: Any) -> None:
        name = self._take(run_id)
        self._hooks.pipe.event({"type": "tool_usage", "tool": name, "count": 1})
        self._hooks.call("on_tool_end", tool_name=name, output=_text(getattr(output, "content", output)))

    def on_tool_error(self, error: BaseException, *, run_id: Any = None, **_: Any) -> None:
        self._hooks.call("on_tool_error", tool_name=self._take(run_id), error=error)

    def on_agent_action(self, action: Any, **_: Any) -> None:
        tool = getattr(action, "tool", None) or str(action)
        self._hooks.call("on_agent_action", tool=tool, tool_input=getattr(action, "tool_input", ""))

    def on_llm_new_token(self, token: Any, **_: Any) -> None:
        if text := token if isinstance(token, str) else _text(token):
            self._hooks.call("on_llm_new_token", token=text)

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any = None, **more: Any) -> None:
        self._llm_start(serialized, messages, run_id, more)

    def on_llm_start(self, serialized: Any, prompts: Any, *, run_id: Any = None, **more: Any) -> None:
        self._llm_start(serialized, prompts, run_id, more)

    def on_llm_end(self, response: Any, *, run_id: Any = None, **_: Any) -> None:
        text, usage, model = _answer_of(response)
        self._hooks.tell("llm_end", call=str(run_id), output=text, usage=usage, model=model)

    def on_llm_error(self, error: BaseException, *, run_id: Any = None, **_: Any) -> None:
        self._hooks.tell("llm_error", call=str(run_id), error=error)

    def _llm_start(self, serialized: Any, prompts: Any, run_id: Any, more: Mapping[str, Any]) -> None:
        given = more.get("invocation_params") or {}
        metadata = more.get("metadata") or {}
        model = given.get("model") or given.get("model_name") or metadata.get("ls_model_name")
        self._hooks.tell(
            "llm_start",
            call=str(run_id),
            model=str(model or ""),
            provider=str(metadata.get("ls_provider") or ""),
            name=_name_of(serialized, more),
            input=_messages(prompts),
        )

    def _take(self, run_id: Any) -> str:
        with self._lock:
            return self._tools.pop(run_id if run_id is not None else threading.get_ident(), UNKNOWN)


def _name_of(serialized: Any, more: Mapping[str, Any]) -> str:
    if isinstance(serialized, str):
        return serialized
    found = serialized.get("name") if isinstance(serialized, Mapping) else None
    return str(found or more.get("name") or UNKNOWN)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _messages(prompts: Any) -> list[Any]:
    found = [item for part in prompts or () for item in (part if isinstance(part, list) else [part])]
    return [
        {"role": getattr(item, "type", "user"), "content": getattr(item, "content", item)}
        for item in found[:100]
    ]


def _answer_of(response: Any) -> tuple[str, dict[str, int], str]:
    """Text, tokens and model of what LangChain calls an LLMResult, as far as it has them."""
    told = getattr(response, "llm_output", None) or {}
    usage, model, texts = dict(told.get("token_usage") or {}), str(told.get("model_name") or ""), []
    for generation in (part for parts in getattr(response, "generations", ()) for part in parts):
        texts.append(_text(getattr(generation, "text", "")))
        message = getattr(generation, "message", None)
        usage = dict(getattr(message, "usage_metadata", None) or usage)
        about = getattr(message, "response_metadata", None) or {}
        model = str(about.get("model_name") or about.get("model") or model)
    names = {
        "input_tokens": usage.get("input_tokens", usage.get("prompt_tokens")),
        "output_tokens": usage.get("output_tokens", usage.get("completion_tokens")),
    }
    counts = {name: count for name, count in names.items() if isinstance(count, int)}
    return "".join(texts), counts, model
