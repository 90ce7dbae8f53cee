"""An agent's definition: `charm.yaml`, read and checked.

The shapes are Charm's own (version 0.4 of its contract). A key that is unknown here is kept as it is, so that
a newer file still runs.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fanlight.errors import InvalidError

FILE = "charm.yaml"
MAX_BYTES = 1024 * 1024
MAX_PROBLEMS = 12
Adapter = Literal["python", "custom", "langchain", "langgraph", "crewai", "node", "process", "openclaw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: the key's path, what was found there, and what to write instead."""

    key: str
    found: str
    advice: str

    def __str__(self) -> str:
        return f"{self.key}: {self.found}; {self.advice}"


class DefinitionError(InvalidError):
    """An agent's definition cannot be used. `problems` names each key."""

    code = "definition"

    def __init__(self, message: str, *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class NoDefinitionError(DefinitionError):
    """There is no `charm.yaml`."""

    code = "no_definition"


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


class Assets(_Part):
    """Pictures in a store."""

    icon: str | None = None
    banner: str | None = None
    screenshots: tuple[str, ...] = ()


class Persona(_Part):
    """Who the agent is."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    description: str
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$")] = "0.1.0"
    full_description: str | None = None
    authors: tuple[str | dict[str, Any], ...] = ()
    tags: tuple[str, ...] = ()
    license: str = "Free"
    assets: Assets = Assets()


class Trial(_Part):
    """Days without a charge."""

    enabled: bool = False
    days: Annotated[int, Field(ge=0)] = 0


class Pricing(_Part):
    """What using the agent costs. `amount` is in USD."""

    model: Literal["free", "subscription", "one_time"] = "free"
    amount: Annotated[float, Field(ge=0)] = 0.0
    billing_period: Literal["monthly", "annual"] | None = None
    trial: Trial = Trial()


class Provider(_Part):
    """An OAuth provider whose token the agent needs, with the scopes of it."""

    name: Annotated[str, Field(min_length=1)]
    scopes: tuple[str, ...] = ()


class Auth(_Part):
    """Whose tokens the agent needs."""

    providers: tuple[Provider, ...] = ()


class State(_Part):
    """What the agent keeps between runs."""

    format: Literal["json", "binary", "pydantic_model"] = "json"
    shape: dict[str, Any] | str | None = Field(None, alias="schema")


class Interface(_Part):
    """What goes in and what comes out, as JSON Schema."""

    input: dict[str, Any]
    output: dict[str, Any]
    state: State | None = None
    ui: Any = None


def _variables(found: Any) -> Any:
    return {"names": found} if isinstance(found, list | tuple) else found


class Variables(_Part):
    """Environment variables that the agent reads. A plain list in the file is `names`."""

    names: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Each name once, in the file's order."""
        return tuple(dict.fromkeys((*self.names, *self.models, *self.tools)))


class AdapterPart(_Part):
    """How the agent is called. `entry_point` is `module:attribute`; for node and process a shell command."""

    type: Adapter
    entry_point: str | None = None
    environment_variables: Annotated[Variables, BeforeValidator(_variables)] = Variables()


class Skill(_Part):
    """A skill that the agent brings along."""

    name: str
    source: str | None = None
    version: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)


class Memory(_Part):
    """Where the agent's memory is."""

    provider: str = "local"
    config: dict[str, Any] = Field(default_factory=dict)


class OpenclawConfig(_Part):
    """Settings of the adapter `openclaw`."""

    system_prompt: str | None = None
    model: str = "gpt-4o"
    temperature: float | None = None
    auto_install_dependencies: bool = False


class Runtime(_Part):
    """How and where the agent runs. `telemetry` names exporters of the entry-point group charm.telemetry."""

    adapter: AdapterPart
    skills: tuple[Skill, ...] = ()
    telemetry: tuple[str, ...] = ()
    memory: Memory = Memory()
    config: OpenclawConfig | None = None
    custom_image: str | None = None
    mode: Literal["standard", "full"] = "standard"
    lifecycle: Literal["serverless", "daemon", "interactive"] = "serverless"


class HumanInTheLoop(_Part):
    """When a person is asked."""

    enabled: bool = False
    triggers: tuple[str, ...] = ()


class Policies(_Part):
    """Bounds of a run. `budget_limit` is USD a run, 0 = none; `max_steps` holds when the file gives it."""

    allow_internet_access: bool = True
    human_in_the_loop: HumanInTheLoop = HumanInTheLoop()
    max_steps: Annotated[int, Field(ge=1)] = 20
    budget_limit: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    execution_timeout_seconds: Annotated[int, Field(ge=1)] | None = None

    @property
    def given_max_steps(self) -> int | None:
        """The bound on tool calls when the file gives one: nobody is stopped by a default."""
        return self.max_steps if "max_steps" in self.model_fields_set else None


def _version(found: Any) -> Any:
    # YAML reads 0.4 as a number; everybody who writes that means the version.
    return str(found) if isinstance(found, float) else found


class Definition(_Part):
    """A whole `charm.yaml`."""

    version: Annotated[str, Field(pattern=r"^0\.4(\.\d+)?$"), BeforeValidator(_version)]
    id: UUID | None = None
    persona: Persona
    pricing: Pricing = Pricing()
    auth: Auth = Auth()
    goals: tuple[Any, ...] = ()
    interface: Interface
    runtime: Runtime
    policies: Policies = Policies()
    workflow: Any = None

    @property
    def entry_point(self) -> str:
        """What is called. Raises DefinitionError when the adapter needs one and there is none."""
        adapter = self.runtime.adapter
        if adapter.entry_point and adapter.entry_point.strip():
            return adapter.entry_point.strip()
        shape = '"node main.js"' if adapter.type in ("node", "process") else '"src.main:agent"'
        raise _error(
            [Problem(key="runtime.adapter.entry_point", found="is missing", advice=f"write {shape}")]
        )


def find(path: Path) -> Path:
    """The `charm.yaml` that `path`, a folder or the file itself, means. Raises NoDefinitionError."""
    place = path / FILE if path.is_dir() else path
    if place.is_file():
        return place
    raise NoDefinitionError(
        f"no {FILE} in {path}" if path.is_dir() else f"no file or folder {path}",
        hint="name the folder of an agent, which holds its charm.yaml",
    )


def load(path: Path) -> Definition:
    """Read the definition in the folder `path`, or the file `path`. Raises DefinitionError."""
    place = find(path)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise DefinitionError(f"{place} cannot be read ({error.strerror})", hint="mend its access") from error
    if len(content) > MAX_BYTES:
        raise DefinitionError(f"{place} has {len(content):,} bytes", hint=f"at most {MAX_BYTES:,} are read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{place} is not UTF-8 ({error.reason})", hint="save it as UTF-8") from error
    return parse(text, where=str(place))


def parse(text: str, *, where: str = FILE) -> Definition:
    """The definition that `text` holds. Raises DefinitionError that names every wrong key.

    Example:
        >>> parse("version: '0.4'")
        Traceback (most recent call last):
        fanlight.runner.definition.DefinitionError: charm.yaml has 3 wrong keys: persona: is missing; ...
    """
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DefinitionError(
            f"{where} is not YAML{at}: {error.problem or error.context}", hint="mend that line"
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(f"{where} is not YAML: {error}", hint="mend it") from error
    if not isinstance(found, dict):
        what = "is empty" if found is None else f"holds {_shown(found)}"
        raise DefinitionError(f"{where} {what}", hint="it is a mapping: version, persona, interface, runtime")
    return check(found, where=where)


def check(document: Mapping[str, Any], *, where: str = FILE) -> Definition:
    """The definition that a parsed document is. Raises DefinitionError that names every wrong key."""
    try:
        return Definition.model_validate(document)
    except ValidationError as error:
        raise _error([_problem_of(detail) for detail in error.errors()], where) from error


def _error(problems: list[Problem], where: str = FILE) -> DefinitionError:
    told = [str(problem) for problem in problems[:MAX_PROBLEMS]]
    if len(problems) > MAX_PROBLEMS:
        told.append(f"and {len(problems) - MAX_PROBLEMS} more")
    count = "a wrong key" if len(problems) == 1 else f"{len(problems)} wrong keys"
    return DefinitionError(f"{where} has {count}: {'; '.join(told)}", problems=tuple(problems))


def _problem_of(detail: Any) -> Problem:
    key = ".".join(str(part) for part in detail["loc"]) or "the file"
    if detail["type"] == "missing":
        return Problem(key=key, found="is missing", advice="add it")
    return Problem(key=key, found=f"is {_shown(detail['input'])}", advice=_advice(detail))


def _advice(detail: Any) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "literal_error":
            return f"write {context['expected']}"
        case "model_type" | "dict_type":
            return "write a mapping"
        case "tuple_type" | "list_type":
            return "write a list"
        case "string_type":
            return "write text, in quotes"
        case "string_pattern_mismatch" if _key_is(detail, "version") and len(detail["loc"]) == 1:
            return 'write "0.4" or "0.4.x"'
        case "string_pattern_mismatch":
            return 'write a version such as "1.0.0"' if _key_is(detail, "version") else "write it in its form"
        case _:
            return str(detail["msg"][:1].lower() + detail["msg"][1:])


def _key_is(detail: Any, name: str) -> bool:
    return bool(detail["loc"]) and detail["loc"][-1] == name


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def _shown(value: Any) -> str:
    return _short.repr(value)
