"""The agent's entry point: found, and called with what it asks for."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class EntryError(Exception):
    """The entry point is not there, or cannot be called. The text says what to do."""


def load(entry_point: str) -> Any:
    """The object that `module:attribute` names. Raises EntryError, or what the module itself raises."""
    module_name, _, attribute = entry_point.partition(":")
    if not attribute:
        raise EntryError(f'entry_point "{entry_point}" names no attribute; write "module:attribute"')
    found = _module(module_name)
    for part in attribute.split("."):
        if not hasattr(found, part):
            there = sorted(name for name in vars(found) if not name.startswith("_"))[:12]
            raise EntryError(f'"{module_name}" has no {part!r}; it has {", ".join(there) or "nothing"}')
        found = getattr(found, part)
    return found


def _module(name: str) -> Any:
    if name.endswith(".py"):
        name = name.removesuffix(".py").replace("/", ".")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise EntryError(f'entry_point names the module "{name}", which is not in {Path.cwd()}') from None


def call(target: Any, inputs: Mapping[str, Any], callbacks: list[Any]) -> Any:
    """Call a function, or the `invoke` or `run` of an object or class; what it returned, awaited."""
    if inspect.isclass(target):
        target = target()
    function = callable_of(target)
    arguments, named = arguments_of(function, inputs, callbacks)
    return awaited(function(*arguments, **named))


def callable_of(target: Any) -> Callable[..., Any]:
    """What is called of `target`. Raises EntryError."""
    for name in ("invoke", "run"):
        method = getattr(target, name, None)
        if callable(method):
            return method  # type: ignore[no-any-return]
    if callable(target):
        return target  # type: ignore[no-any-return]
    raise EntryError(f"{type(target).__name__} is no function and has no invoke() or run()")


def arguments_of(
    function: Callable[..., Any], inputs: Mapping[str, Any], callbacks: list[Any]
) -> tuple[list[Any], dict[str, Any]]:
    """What `function` asks for by name: `inputs`, `callbacks`, keys of the input, and the rest as **kwargs.

    One required parameter of another name gets the whole input.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return [dict(inputs)], {}
    offered = {**inputs, "inputs": dict(inputs), "callbacks": callbacks}
    positional = [item for item in parameters if item.kind is item.POSITIONAL_ONLY]
    named = [item for item in parameters if item.kind in (item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY)]
    missing = [
        item.name for item in (*positional, *named) if item.name not in offered and item.default is item.empty
    ]
    if len(missing) == 1 and "inputs" not in {item.name for item in (*positional, *named)}:
        offered[missing[0]] = dict(inputs)
    elif missing:
        raise EntryError(f"the agent asks for {', '.join(missing)}, which the input does not have")
    given = {item.name: offered[item.name] for item in named if item.name in offered}
    if any(item.kind is item.VAR_KEYWORD for item in parameters):
        given = {**inputs, **given}
        if "inputs" not in given:
            given.setdefault("callbacks", callbacks)
    return [offered[item.name] for item in positional if item.name in offered], given


def awaited(value: Any) -> Any:
    """`value`, or what it gives once it is awaited."""
    if inspect.isawaitable(value):
        return asyncio.run(_wait(value))
    return value


async def _wait(value: Any) -> Any:
    return await value
