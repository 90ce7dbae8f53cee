"""Telemetry exporters as packages: what a registry file lists, and what is installed here.

Nothing is imported: an exporter's code runs in agents, never in the server or the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

GROUP = "charm.telemetry"
FILE = "plugin-registry.json"
"""The registry's name in the data directory."""

MOST_BYTES = 8 * 1024 * 1024
MOST_CHARACTERS = {"description": 2_000, "author": 200, "github_url": 500}
MOST_TAGS, MOST_TAG_CHARACTERS = 50, 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of a registry."""

    id: str
    pypi_package: str
    description: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    github_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An entry that cannot be used: which one, and why."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """What a registry file says. Without the file both are empty."""

    listed: tuple[Listed, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An exporter that an installed package offers: `value` is its `module:Class`."""

    name: str
    value: str
    package: str
    version: str


class EntryError(ValueError):
    """An entry of a registry cannot be used; the text says why."""


def read_registry(path: Path) -> Registry:
    """The registry in a file of the published shape: a list of entries.

    What is wrong with one entry costs that entry alone, and is said; so is a file that cannot be read at all.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return _unreadable(path, f"it is larger than {MOST_BYTES} bytes")
        return parse_registry(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Registry()
    except (OSError, ValueError, RecursionError) as error:
        return _unreadable(path, str(error) or type(error).__name__)


def _unreadable(path: Path, why: str) -> Registry:
    return Registry(skipped=(Skipped(entry=path.name, reason=f"the file cannot be read: {why}"),))


def parse_registry(content: Any) -> Registry:
    """A registry out of JSON. Entries that cannot be used, and second ones of an id, are skipped by name.

    Example:
        >>> entry = {"id": "datadog", "pypi_package": "charm-telemetry-datadog", "author": "Ann"}
        >>> found = parse_registry([entry, entry, {"id": "x"}])
        >>> [each.id for each in found.listed]
        ['datadog']
        >>> [(each.entry, each.reason) for each in found.skipped]
        [('datadog', 'the id stands twice'), ('x', 'pypi_package is missing')]
    """
    if not isinstance(content, list):
        return Registry(skipped=(Skipped(entry="registry", reason="it is no list of entries"),))
    listed: dict[str, Listed] = {}
    skipped: list[Skipped] = []
    for place, raw in enumerate(content):
        try:
            entry = _entry(raw, listed)
        except EntryError as error:
            skipped.append(Skipped(entry=_name_of(raw, place), reason=str(error)))
        else:
            listed[entry.id] = entry
    return Registry(listed=tuple(listed.values()), skipped=tuple(skipped))


def _name_of(raw: Any, place: int) -> str:
    named = raw.get("id") if isinstance(raw, dict) else None
    return named[:128] if isinstance(named, str) and named else f"entry {place + 1}"


def _entry(raw: Any, before: Mapping[str, Listed]) -> Listed:
    if not isinstance(raw, dict):
        raise EntryError("it is no object")
    texts = {name: _text(raw, name, most) for name, most in MOST_CHARACTERS.items()}
    url = texts.pop("github_url")
    # It becomes a link: another scheme could run a script there.
    if url and not url.startswith(("https://", "http://")):
        raise EntryError("github_url does not start with https://")
    names = {name: _identifier(raw, name) for name in ("id", "pypi_package")}
    if names["id"] in before:
        raise EntryError("the id stands twice")
    packages = {canonical_package(entry.pypi_package): entry.id for entry in before.values()}
    if (same := packages.get(canonical_package(names["pypi_package"]))) is not None:
        raise EntryError(f"its package is listed already, as {same}")
    return Listed(**names, **texts, tags=_tags(raw), github_url=url or None)


def _identifier(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is None:
        raise EntryError(f"{name} is missing")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise EntryError(f"{name} is no name: letters, digits, '.', '_' and '-', 128 at most")
    return value


def _text(raw: Mapping[str, Any], name: str, most: int) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise EntryError(f"{name} is no text of {most} characters at most")
    return value


def _tags(raw: Mapping[str, Any]) -> tuple[str, ...]:
    tags = raw.get("tags") or []
    if not isinstance(tags, list) or len(tags) > MOST_TAGS:
        raise EntryError(f"tags is no list of {MOST_TAGS} at most")
    if not all(isinstance(tag, str) and 0 < len(tag) <= MOST_TAG_CHARACTERS for tag in tags):
        raise EntryError(f"tags are texts of {MOST_TAG_CHARACTERS} characters at most")
    return tuple(tags)


def installed_exporters(found: Iterable[Distribution] | None = None) -> list[Installed]:
    """What the packages of this environment offer in `charm.telemetry`, by name; nothing of it is imported.

    Example:
        >>> [each.name for each in installed_exporters() if each.package == "fanlight"]
        ['datadog', 'fanlight', 'jsonl', 'langsmith', 'otlp', 'sentry']
    """
    return sorted(
        {
            Installed(
                name=point.name, value=point.value, package=distribution.name, version=distribution.version
            )
            for distribution in (distributions() if found is None else found)
            for point in distribution.entry_points
            if point.group == GROUP
        },
        key=lambda each: (each.name, each.package),
    )


def canonical_package(name: str) -> str:
    """A package's name as indexes compare it.

    Example:
        >>> canonical_package("Charm_Telemetry.Datadog")
        'charm-telemetry-datadog'
    """
    return re.sub(r"[-_.]+", "-", name).lower()
