"""Exporters: what the registry lists, what is installed, and what agents report, as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from fanlight.exporter_source import read_source
from fanlight.model.plugin import ExporterReport, Plugin, PluginList, SkippedPlugin
from fanlight.model.project import ProjectScope
from fanlight.plugins import Installed, Listed, Registry, canonical_package
from fanlight.query.times import rfc3339
from fanlight.store.contract import Store

MOST_REPORTED = 1_000
NO_TRACE = "0" * 32
PREFIX = "charm-telemetry-"
NOBODY: Mapping[str, Sequence[str]] = MappingProxyType({})


def list_plugins(
    store: Store,
    scope: ProjectScope,
    registry: Registry,
    installed: Sequence[Installed],
    enabled: Mapping[str, Sequence[str]],
) -> PluginList:
    """Every exporter that is listed, installed, enabled or reported by an agent of the project, by name.

    `enabled` are the published agents that list an exporter, by its name.
    """
    return merge(registry, installed, exporter_reports(store, scope), enabled)


def exporter_reports(store: Store, scope: ProjectScope) -> dict[str, ExporterReport]:
    """The newest report of each exporter of the project, by its name."""
    rows = store.read(scope, "exporter_reports", {"limit": MOST_REPORTED})
    return {row[0]: _report(row) for row in rows}


def merge(
    registry: Registry,
    installed: Sequence[Installed],
    reports: Mapping[str, ExporterReport],
    enabled: Mapping[str, Sequence[str]] = NOBODY,
) -> PluginList:
    """One list out of all. A package that is listed and installed is one; so is a report by its name.

    Example:
        >>> listed = Registry(listed=(Listed(id="dd", pypi_package="charm_telemetry_datadog", author="Ann"),))
        >>> found = Installed(name="datadog", value="a:B", package="charm-telemetry-datadog", version="1.0")
        >>> [plugin] = merge(listed, [found], {}).items
        >>> plugin.id, plugin.name, plugin.author, plugin.version
        ('dd', 'datadog', 'Ann', '1.0')
    """
    by_package = {canonical_package(entry.pypi_package): entry for entry in registry.listed}
    plugins = [_installed(each, by_package.get(canonical_package(each.package))) for each in installed]
    used = {canonical_package(each.package) for each in installed}
    plugins += [_listed(entry) for package, entry in by_package.items() if package not in used]
    told = [_with_report(plugin, reports) for plugin in plugins]
    named = {plugin.name for plugin in told}
    others = {**dict.fromkeys(enabled), **reports}
    told += [Plugin(id=name, name=name, report=others[name]) for name in others if name not in named]
    told = [replace(plugin, enabled_by=sorted(enabled.get(plugin.name or "", ()))) for plugin in told]
    return PluginList(
        items=sorted(told, key=lambda plugin: (plugin.name or plugin.id, plugin.pypi_package or "")),
        skipped=[SkippedPlugin(entry=each.entry, reason=each.reason) for each in registry.skipped],
    )


def _listed(entry: Listed) -> Plugin:
    return Plugin(
        id=entry.id,
        pypi_package=entry.pypi_package,
        description=entry.description,
        author=entry.author,
        tags=list(entry.tags),
        github_url=entry.github_url,
        listed=True,
    )


def _installed(found: Installed, entry: Listed | None) -> Plugin:
    plugin = Plugin(id=found.name, pypi_package=found.package) if entry is None else _listed(entry)
    plugin = replace(plugin, name=found.name, installed=True, version=found.version, entry_point=found.value)
    source = read_source(found.value, found.version)
    if source is None:
        return plugin
    return replace(
        plugin,
        description=plugin.description or source.says,
        hooks=list(source.hooks),
        variables=list(source.variables),
    )


def _with_report(plugin: Plugin, reports: Mapping[str, ExporterReport]) -> Plugin:
    if plugin.name is not None:
        return replace(plugin, report=reports.get(plugin.name))
    # Agents have it installed, the server has not: the name is the registry's, or what packages are called.
    package = canonical_package(plugin.pypi_package or "")
    for name in (plugin.id, package.removeprefix(PREFIX)):
        if name in reports:
            return replace(plugin, name=name, report=reports[name])
    return plugin


def _report(row: Sequence[Any]) -> ExporterReport:
    """A report from the columns that `exporter_reports.sql` names."""
    (
        _name, at_ns, state, place, error, delivered, dropped, restarts, run, service,
        last_error, last_error_ns,
    ) = row  # fmt: skip
    return ExporterReport(
        at=rfc3339(at_ns),
        state=state or "unknown",
        place=place or None,
        error=error or None,
        delivered=_count(delivered),
        dropped=_count(dropped),
        restarts=_count(restarts),
        run=run if run != NO_TRACE else None,
        service=service or None,
        last_error=last_error or None,
        last_error_at=rfc3339(last_error_ns) if last_error else None,
    )


def _count(text: str) -> int | None:
    # Text of an agent, up to 64 KiB of it: only what an OTLP integer can be is a count.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else None
