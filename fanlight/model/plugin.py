"""A telemetry exporter, as the API gives it: listed, installed, and how it went in agents."""

from __future__ import annotations

import msgspec


class ExporterReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent's process last said of an exporter.

    `state` is starting, healthy, open, half_open, stopped or failed; `place` is process or thread. Counts are
    those of that process, null when it did not tell. `last_error` is the newest of any report.
    """

    at: str
    state: str
    place: str | None
    error: str | None
    delivered: int | None
    dropped: int | None
    restarts: int | None
    run: str | None
    service: str | None
    last_error: str | None
    last_error_at: str | None


class Plugin(msgspec.Struct, frozen=True, kw_only=True):
    """A telemetry exporter. `id` is the registry's, else its name; `name` is what charm.yaml lists.

    `listed` says that the registry has it, `installed` that a package in the server's environment offers it;
    `entry_point` is that offer. `report` is null when no agent of the project told of it. `enabled_by` are
    the published agents of the project whose charm.yaml lists it. `hooks` and `variables` are what the source
    of an installed one has and reads, null when it was not found; nobody runs it for that.
    """

    id: str
    name: str | None = None
    pypi_package: str | None = None
    description: str = ""
    author: str = ""
    tags: list[str] = []
    github_url: str | None = None
    listed: bool = False
    installed: bool = False
    version: str | None = None
    entry_point: str | None = None
    hooks: list[str] | None = None
    variables: list[str] | None = None
    enabled_by: list[str] = []
    report: ExporterReport | None = None


class SkippedPlugin(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the registry that cannot be used, and why."""

    entry: str
    reason: str


class PluginList(msgspec.Struct, frozen=True, kw_only=True):
    """All exporters that are known, by name; there is no further page."""

    items: list[Plugin]
    skipped: list[SkippedPlugin]
    next: str | None = None
