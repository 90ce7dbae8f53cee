"""`fanlight plugins`: telemetry exporters, listed, installed and at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from fanlight.cli import options

STATE_STYLES = {
    "healthy": "green",
    "failed": "bold red",
    "open": "red",
    "half_open": "yellow",
    "stopped": "dim",
}
ERROR_CHARACTERS = 60


def plugins(
    here: Annotated[
        bool, typer.Option("--here", help="Those installed in this environment; asks no server.")
    ] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List telemetry exporters: what the registry has, what is installed, and how they go in agents.

    Example: fanlight plugins --project default
    """
    from fanlight.cli.output import print_json, say, stdout, visible

    found = _here() if here else _of_server(url, key, project)
    if json:
        print_json(found)
        return
    if here:
        stdout().print(_here_table(found["items"]))
    elif found["items"]:
        stdout().print(plugins_table(found["items"], width=stdout().width))
    else:
        say("no exporters are known", "dim")
    for skipped in found["skipped"]:
        say(f"registry: {visible(skipped['entry'])} is skipped: {visible(skipped['reason'])}", "yellow")


def _of_server(url: str | None, key: str | None, project: str) -> Mapping[str, Any]:
    from fanlight.cli.client import Client

    with Client(url, key, project) as client:
        found: Mapping[str, Any] = client.project_get("plugins")
        return found


def _here() -> Mapping[str, Any]:
    from fanlight.plugins import installed_exporters

    items = [
        {"id": each.name, "name": each.name, "pypi_package": each.package, "version": each.version,
         "entry_point": each.value, "listed": False, "installed": True, "report": None}
        for each in installed_exporters()
    ]  # fmt: skip
    return {"items": items, "skipped": [], "next": None}


def _here_table(plugins: Sequence[Mapping[str, Any]]) -> Any:
    from fanlight.cli.output import table

    columns: list[str | tuple[str, dict[str, Any]]] = [
        ("exporter", {"no_wrap": True, "style": "cyan"}),
        ("package", {"no_wrap": True}),
        ("version", {"no_wrap": True}),
        ("entry point", {"overflow": "fold"}),
    ]
    return table(
        columns,
        [[each["name"], each["pypi_package"], each["version"], each["entry_point"]] for each in plugins],
    )


def plugins_table(plugins: Sequence[Mapping[str, Any]], *, width: int) -> Any:
    """Exporters as a table; what a narrow terminal has no room for is left out."""
    from fanlight.cli.output import table

    columns = [column for column in _COLUMNS if width >= column[2]]
    return table(
        [(name, style) for name, style, _, _ in columns],
        [[cell(plugin, plugin["report"] or {}) for *_, cell in columns] for plugin in plugins],
    )


def _where(plugin: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    if plugin["installed"]:
        return f"installed {plugin['version']}"
    return "listed" if plugin["listed"] else "in agents"


def _state(plugin: Mapping[str, Any], report: Mapping[str, Any]) -> Any:
    from rich.text import Text

    from fanlight.cli.output import visible

    if not report:
        return None
    return Text(visible(report["state"]), style=STATE_STYLES.get(report["state"], ""))


def _error(plugin: Mapping[str, Any], report: Mapping[str, Any]) -> Any:
    from fanlight.cli.output import visible

    return visible(report["last_error"], limit=ERROR_CHARACTERS) if report.get("last_error") else None


def _reported(plugin: Mapping[str, Any], report: Mapping[str, Any]) -> Any:
    from fanlight.cli.times import local_time

    return local_time(report["at"]) if report else None


_COLUMNS: list[tuple[str, dict[str, Any], int, Any]] = [
    ("exporter", {"no_wrap": True, "style": "cyan"}, 0, lambda plugin, _: plugin["name"] or plugin["id"]),
    ("package", {"overflow": "ellipsis", "no_wrap": True}, 90, lambda plugin, _: plugin["pypi_package"]),
    ("where", {"no_wrap": True}, 0, _where),
    ("state", {"no_wrap": True}, 0, _state),
    ("delivered", {"no_wrap": True, "justify": "right"}, 120, lambda _, report: report.get("delivered")),
    ("dropped", {"no_wrap": True, "justify": "right"}, 60, lambda _, report: report.get("dropped")),
    ("reported", {"no_wrap": True}, 120, _reported),
    ("last error", {"overflow": "ellipsis", "no_wrap": True}, 70, _error),
]
