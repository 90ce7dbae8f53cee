"""What an exporter's source says of it: read as text, never imported and never run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HOOKS = (
    "on_run_start", "on_run_end", "on_error", "on_tool_start", "on_tool_end", "on_tool_error",
    "on_llm_new_token", "on_agent_action",
)  # fmt: skip
"""What Charm calls; an exporter of `charmos` has to have all of them."""

MOST_BYTES = 1024 * 1024
MOST_VARIABLES, MOST_CHARACTERS = 40, 256
DEEPEST = 6
"""So many classes above one are looked at; further ones are another framework's business."""

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,19}")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]{1,31}(?:_[A-Z0-9]{1,31}){1,7}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterSource:
    """`says` is the first line about the class, `hooks` those of Charm's that it or a class above it has.

    `variables` are names of environment variables that the module reads or tells of: how it is set up.
    """

    says: str = ""
    hooks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@lru_cache(256)
def read_source(value: str, version: str, places: tuple[str, ...] | None = None) -> ExporterSource | None:
    """What the source of `module:Class` says; None when it cannot be found, or is no Python.

    `places` are the folders to look in, those that Python imports from by default. `version` is that of its
    package: another one is read anew.

    Example:
        >>> found = read_source("fanlight.sdk.exporters.jsonl:JsonLinesExporter", "1")
        >>> len(found.hooks), found.variables
        (8, ('FANLIGHT_JSONL', 'FANLIGHT_JSONL_MAX_BYTES', 'FANLIGHT_RUN_ID'))
        >>> read_source("no.such:Thing", "1") is None
        True
    """
    module, _, name = value.partition(":")
    folders = tuple(sys.path) if places is None else places
    tree = _parsed(module, folders)
    found = None if tree is None else _class(tree, name)
    if tree is None or found is None:
        return None
    has = {each for hooks in _hooks(tree, found, module, folders, DEEPEST) for each in hooks}
    return ExporterSource(
        says=(ast.get_docstring(found) or ast.get_docstring(tree) or "").strip().partition("\n")[0][:300],
        hooks=tuple(hook for hook in HOOKS if hook in has),
        variables=tuple(_variables(tree)),
    )


def _parsed(module: str, folders: Sequence[str]) -> ast.Module | None:
    if _MODULE.fullmatch(module) is None:
        return None
    parts = module.split(".")
    for folder in folders:
        for place in (Path(folder, *parts).with_suffix(".py"), Path(folder, *parts, "__init__.py")):
            try:
                if place.stat().st_size <= MOST_BYTES:
                    return ast.parse(place.read_bytes())
            except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _class(tree: ast.Module, name: str) -> ast.ClassDef | None:
    return next((each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == name), None)


def _hooks(
    tree: ast.Module, found: ast.ClassDef, module: str, folders: Sequence[str], left: int
) -> Iterator[set[str]]:
    """The methods of a class, and of those above it that are found in its module or what that imports."""
    yield {each.name for each in found.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    for base in found.bases if left else []:
        if not isinstance(base, ast.Name):
            continue
        if (above := _class(tree, base.id)) is not None and above is not found:
            yield from _hooks(tree, above, module, folders, left - 1)
        elif (source := _origin(tree, base.id, module)) is not None:
            place, name = source
            other = _parsed(place, folders)
            if other is not None and (above := _class(other, name)) is not None:
                yield from _hooks(other, above, place, folders, left - 1)


def _origin(tree: ast.Module, name: str, module: str) -> tuple[str, str] | None:
    """The module that `name` was imported from, and what it is called there."""
    for each in tree.body:
        if isinstance(each, ast.ImportFrom):
            for alias in each.names:
                if (alias.asname or alias.name) == name:
                    above = module.split(".")[: -each.level] if each.level else []
                    return ".".join([*above, *([each.module] if each.module else [])]), alias.name
    return None


def _variables(tree: ast.Module) -> list[str]:
    texts = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and len(each.value) <= MOST_CHARACTERS
    ]
    found = {text for text in texts if _VARIABLE.fullmatch(text)}
    found |= set(_VARIABLE.findall(ast.get_docstring(tree) or ""))
    # A name that is put together of a prefix and this is told whole elsewhere.
    parts = {part for part in found if any(name.endswith(f"_{part}") for name in found)}
    return sorted(found - parts)[:MOST_VARIABLES]
