"""How an agent of each type is called, and what its answer means. Every one calls its agent once."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from . import entry

Request = Mapping[str, Any]
RECURSION_LIMIT = 50
DEFAULT_THREAD = "default_thread"
STATUSES = ("success", "error", "suspended")


def invoke_python(target: Any, inputs: dict[str, Any], handler: Any, request: Request) -> dict[str, Any]:
    """A function, or an object or class with invoke() or run()."""
    return result_of(entry.call(target, inputs, [handler]))


def invoke_langchain(target: Any, inputs: dict[str, Any], handler: Any, request: Request) -> dict[str, Any]:
    """A chain or model of LangChain."""
    given = inputs["input"] if set(inputs) == {"input"} and _is_model(target) else inputs
    config = {"callbacks": [handler]}
    if callable(getattr(target, "invoke", None)):
        answer = target.invoke(given, config=config)
    elif callable(getattr(target, "ainvoke", None)):
        answer = asyncio.run(target.ainvoke(given, config=config))
    else:
        return invoke_python(target, inputs, handler, request)
    return result_of(answer, ("output", "text", "result", "generation", "answer"))


def invoke_langgraph(target: Any, inputs: dict[str, Any], handler: Any, request: Request) -> dict[str, Any]:
    """A graph of LangGraph, compiled or not, with or without a checkpointer."""
    graph = target if hasattr(target, "invoke") else target.compile(checkpointer=_memory())
    thread = str(inputs.pop("__charm_thread_id__", None) or inputs.pop("thread_id", None) or DEFAULT_THREAD)
    steps = request.get("max_steps")
    config: dict[str, Any] = {
        "callbacks": [handler],
        # A step of ours is a tool call: for the graph a turn of the model and one of the tool.
        "recursion_limit": max(RECURSION_LIMIT, 2 * steps + 1) if steps else RECURSION_LIMIT,
        "configurable": {"thread_id": thread},
    }
    given = _graph_input(graph, inputs)
    if _is_async_only(graph):
        answer = asyncio.run(graph.ainvoke(given, config=config))
    else:
        answer = graph.invoke(given, config=config)
    waiting = _waiting(graph, config)
    result = result_of(answer, ("output", "answer", "result"))
    if waiting:
        return {**result, "status": "suspended", "thread_id": thread, "next_step": waiting}
    return result


def invoke_crewai(target: Any, inputs: dict[str, Any], handler: Any, request: Request) -> dict[str, Any]:
    """A crew of CrewAI, or a function or class that makes one."""
    crew = target if hasattr(target, "kickoff") else entry.awaited(target())
    if not hasattr(crew, "kickoff") and hasattr(crew, "crew"):
        crew = crew.crew()
    for agent in getattr(crew, "agents", None) or ():
        for holder in (agent, getattr(agent, "llm", None)):
            _append_callback(holder, handler)
    answer = entry.awaited(crew.kickoff(inputs=inputs))
    return result_of(getattr(answer, "raw", answer))


BY_TYPE: Mapping[str, Callable[[Any, dict[str, Any], Any, Request], dict[str, Any]]] = MappingProxyType(
    {
        "python": invoke_python,
        "custom": invoke_python,
        "langchain": invoke_langchain,
        "langgraph": invoke_langgraph,
        "crewai": invoke_crewai,
    }
)


def result_of(answer: Any, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """Charm's result: an answer that is one already stays, of any other the output is found under `keys`."""
    if isinstance(answer, dict) and answer.get("status") in STATUSES:
        return answer
    return {"status": "success", "output": _output_of(answer, keys)}


def _output_of(answer: Any, keys: tuple[str, ...]) -> Any:
    if isinstance(answer, dict) and keys:
        for key in keys:
            if key in answer:
                return _output_of(answer[key], ())
        messages = answer.get("messages")
        if isinstance(messages, list) and messages:
            return _output_of(messages[-1], ())
        return {key: value for key, value in answer.items() if key != "__interrupt__"}
    content = getattr(answer, "content", None)
    if content is not None and hasattr(answer, "type"):
        return content
    return answer


def _is_model(target: Any) -> bool:
    return any(kind.__name__ == "BaseLanguageModel" for kind in type(target).__mro__)


def _memory() -> Any:
    try:
        return importlib.import_module("langgraph.checkpoint.memory").MemorySaver()
    except ImportError:
        return None


def _graph_input(graph: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    channels = getattr(graph, "channels", None) or {}
    if "messages" in channels and "messages" not in inputs and isinstance(inputs.get("input"), str):
        rest = {key: value for key, value in inputs.items() if key in channels}
        return {**rest, "messages": [("user", inputs["input"])]}
    return inputs


def _is_async_only(graph: Any) -> bool:
    """Whether a node can only be awaited: known before anything runs, so that nothing ever runs twice."""
    for node in (getattr(graph, "nodes", None) or {}).values():
        bound = getattr(node, "bound", None)
        if getattr(bound, "afunc", None) is not None and getattr(bound, "func", None) is None:
            return True
    return False


def _waiting(graph: Any, config: dict[str, Any]) -> list[str]:
    """The nodes that wait for somebody; none without a checkpointer, which alone could wait."""
    if getattr(graph, "checkpointer", None) in (None, False) or not hasattr(graph, "get_state"):
        return []
    return list(getattr(graph.get_state(config), "next", ()) or ())


def _append_callback(holder: Any, handler: Any) -> None:
    if holder is None or not hasattr(holder, "callbacks"):
        return
    present = holder.callbacks
    if isinstance(present, list):
        present.append(handler)
    else:
        holder.callbacks = [handler]
