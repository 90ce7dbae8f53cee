"""What is known of a run before anybody debugs it: the five things to look at when an agent's run fails.

They are those of Charm's debugging guide: the same input on one's own machine, the agent's definition, the
logs, variables and OAuth connections, and whether a container makes the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class SameRun(msgspec.Struct, frozen=True, kw_only=True):
    """Another run that was given the same."""

    id: str
    status: str
    started_at: str
    duration_ms: float | None = None


class SameInput(msgspec.Struct, frozen=True, kw_only=True):
    """Other runs of the agent with the same input, from 30 days before the run to 30 days after it.

    `failed` are those that ended with an error or were lost. `last_success` is the newest that succeeded.
    `beginning_only`: the input is longer than what is compared, its first 2 KiB. `truncated`: there are more
    than were counted.
    """

    runs: int
    succeeded: int
    failed: int
    last_success: SameRun | None
    newest: list[SameRun]
    beginning_only: bool = False
    truncated: bool = False


class PublishedAgent(msgspec.Struct, frozen=True, kw_only=True):
    """What the charm.yaml of an agent's newest published version says of how it runs.

    `variables` are those that it reads, `providers` the OAuth providers whose tokens it needs.
    """

    id: str
    version: str
    published_at: str
    adapter: str | None = None
    entry_point: str | None = None
    image: str | None = None
    exporters: list[str] = []
    variables: list[str] = []
    providers: list[str] = []


class NeededVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable that the agent declares, or that an error of the run names.

    `is_set` tells whether it is in the agent's environment here; None for whoever may not know.
    """

    name: str
    declared: bool
    named_by_error: bool
    is_set: bool | None


class Debugging(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /runs/{id}/debugging`. `input` is None when nothing went in, `published` when the agent is not."""

    run_id: str
    input: SameInput | None
    published: PublishedAgent | None
    variables: list[NeededVariable]


def read_published(
    definition: Mapping[str, Any], *, agent_id: str, version: str, published_at: str
) -> PublishedAgent:
    """What a charm.yaml says of how its agent runs. Parts that are not in their form are left out.

    Example:
        >>> made = read_published(
        ...     {"runtime": {"adapter": {"type": "python", "environment_variables": ["API_KEY"]}},
        ...      "auth": {"providers": [{"name": "github"}]}},
        ...     agent_id="a1", version="1.0.0", published_at="2026-09-21T14:13:20Z")
        >>> made.adapter, made.entry_point, made.variables, made.providers
        ('python', None, ['API_KEY'], ['github'])
    """
    runtime = _mapping(definition.get("runtime"))
    adapter = _mapping(runtime.get("adapter"))
    return PublishedAgent(
        id=agent_id,
        version=version,
        published_at=published_at,
        adapter=_text(adapter.get("type")),
        entry_point=_text(adapter.get("entry_point")),
        image=_text(runtime.get("custom_image")),
        exporters=_texts(runtime.get("telemetry")),
        variables=_variables(adapter.get("environment_variables")),
        providers=_texts(
            [_mapping(each).get("name") for each in _list(_mapping(definition.get("auth")).get("providers"))]
        ),
    )


def _variables(found: Any) -> list[str]:
    parts = _mapping(found)
    named = [each for part in ("names", "models", "tools") for each in _texts(parts.get(part))]
    return list(dict.fromkeys(named or _texts(found)))


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _texts(found: Any) -> list[str]:
    return [each for each in _list(found) if isinstance(each, str) and each]


def _text(found: Any) -> str | None:
    return found if isinstance(found, str) and found else None
