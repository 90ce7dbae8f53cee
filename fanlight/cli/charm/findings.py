"""What is right and wrong with an agent, found without running any of it."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fanlight.cli.charm import source
from fanlight.runner import dotenv
from fanlight.runner.definition import Definition, DefinitionError
from fanlight.runner.install import find_requirements

COMMANDS = ("node", "process")
CALLED = ("invoke", "run", "ainvoke", "kickoff")
_ABSOLUTE = re.compile(r"^(?:/(?:home|Users|root|mnt|var|opt|tmp)/|[A-Za-z]:\\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `wrong` keeps the agent from running; `warn` may."""

    state: Literal["ok", "warn", "wrong"]
    about: str
    text: str
    hint: str = ""


def findings_of(folder: Path, agent: Definition, environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything but the telemetry, which `telemetry.findings_of` looks at."""
    given = {**(os.environ if environ is None else environ), **dotenv.read(folder)}
    return [
        *_entry_point(folder, agent),
        *_requirements(folder, agent),
        *_variables(agent, given),
        *_providers(agent, given),
    ]


def _entry_point(folder: Path, agent: Definition) -> Iterator[Finding]:
    kind = agent.runtime.adapter.type
    if kind == "openclaw":
        yield Finding(state="wrong", about="adapter", text="openclaw is not run here", hint="use python")
        return
    try:
        entry = agent.entry_point
    except DefinitionError as error:
        yield Finding(state="wrong", about="entry point", text=error.message)
        return
    if kind in COMMANDS:
        yield _command(folder, entry)
        return
    module, _, attribute = entry.partition(":")
    if not attribute:
        yield Finding(
            state="wrong", about="entry point", text=f"{entry} names no attribute", hint="module:name"
        )
        return
    try:
        found = source.find_module(module, [folder])
    except source.SourceError as error:
        yield Finding(state="wrong", about="entry point", text=str(error))
        return
    if found is None:
        yield Finding(
            state="wrong",
            about="entry point",
            text=f"no module {module} in {folder}",
            hint="its path, with dots",
        )
        return
    yield _attribute(found, entry, attribute.partition(".")[0], agent)
    yield from _absolute(found)


def _command(folder: Path, entry: str) -> Finding:
    try:
        first = shlex.split(entry)[0]
    except (ValueError, IndexError):
        return Finding(state="wrong", about="entry point", text=f"{entry} is no shell command")
    if shutil.which(first) or (folder / first).is_file():
        return Finding(state="ok", about="entry point", text=entry)
    return Finding(state="warn", about="entry point", text=f"{first} is not installed here", hint="on PATH?")


def _attribute(found: source.Module, entry: str, name: str, agent: Definition) -> Finding:
    meaning = source.definition_of(found.tree, name)
    if meaning is None:
        if source.definition_of(found.tree, "*") is not None:
            text = f"{name} may come from an import of everything: only a run can tell"
            return Finding(state="warn", about="entry point", text=text)
        names = [each for one in source.statements(found.tree) for each in source.names_of(one)]
        text = f"{found.path.name} has no {name}; it has {', '.join(names[:12]) or 'nothing'}"
        return Finding(state="wrong", about="entry point", text=text)
    known = {"inputs", "callbacks", *(agent.interface.input.get("properties") or {})}
    if missing := [each for each in _needed(meaning) if each not in known]:
        text = f"{name} needs {', '.join(missing)}, which the input does not name"
        return Finding(
            state="warn",
            about="entry point",
            text=text,
            hint="add it to interface.input.properties, or a default",
        )
    return Finding(state="ok", about="entry point", text=entry)


def _needed(meaning: source.Definition) -> list[str]:
    match meaning:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return source.needed_arguments(meaning, is_method=False)
        case ast.ClassDef():
            for each in meaning.body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name in CALLED:
                    return source.needed_arguments(each, is_method=True)
    return []


def _absolute(found: source.Module) -> Iterator[Finding]:
    for node in ast.walk(found.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ABSOLUTE.match(node.value):
            text = f"{found.path.name}, line {node.lineno}: {node.value[:60]!r} is a path of one machine"
            yield Finding(
                state="warn", about="code", text=text, hint="make it relative to the agent's folder"
            )


def _requirements(folder: Path, agent: Definition) -> Iterator[Finding]:
    used, image = find_requirements(folder), agent.runtime.custom_image
    both = [name for name in ("pyproject.toml", "requirements.txt") if (folder / name).is_file()]
    if len(both) == 2:
        other = "requirements.txt" if used == "pyproject.toml" else "pyproject.toml"
        text = f"{used} says what is installed; {other} is not read"
        yield Finding(state="warn", about="requirements", text=text, hint="keep one of them")
    elif used is None and image is None and agent.runtime.adapter.type not in COMMANDS:
        yield Finding(
            state="ok", about="requirements", text="none: the agent needs the standard library alone"
        )
    elif used is not None:
        yield Finding(state="ok", about="requirements", text=used)
    if image is not None:
        said = f"{used} is installed into it at every start" if used else "it has to hold all that is needed"
        state: Literal["ok", "warn"] = "warn" if used or agent.runtime.telemetry else "ok"
        hint = "bake it into the image, telemetry packages too" if state == "warn" else ""
        yield Finding(state=state, about="custom_image", text=f"{image}: {said}", hint=hint)


def _variables(agent: Definition, given: Mapping[str, str]) -> Iterator[Finding]:
    for name in agent.runtime.adapter.environment_variables.all:
        if given.get(name):
            yield Finding(state="ok", about="variable", text=f"{name} is set")
        else:
            text = f"{name} is {'empty' if name in given else 'not set'}"
            yield Finding(state="warn", about="variable", text=text, hint=f"in .env, or --env {name}=...")


def _providers(agent: Definition, given: Mapping[str, str]) -> Iterator[Finding]:
    for provider in agent.auth.providers:
        variable = f"{re.sub(r'[^A-Z0-9]+', '_', provider.name.upper())}_OAUTH_TOKEN"
        scopes = f"scopes {', '.join(provider.scopes)}" if provider.scopes else "no scopes named"
        if given.get(variable):
            yield Finding(
                state="ok", about="OAuth", text=f"{provider.name} ({scopes}): a token is in {variable}"
            )
        else:
            text = f"{provider.name} ({scopes}): no token is supplied"
            yield Finding(state="warn", about="OAuth", text=text, hint=f"{variable} in .env")
