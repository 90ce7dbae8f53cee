"""`fanlight projects`: who owns data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options

app = typer.Typer()

Name = Annotated[str, typer.Argument(help="The project's name.")]


@app.callback(invoke_without_command=True)
def projects(
    context: typer.Context,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List, make and show projects: who owns data.

    Example: fanlight projects
    """
    if options.is_alone(context):
        list_(url, key, data, json)


@app.command("list")
def list_(
    url: options.Url = None, key: options.Key = None, data: options.Data = None, json: options.Json = False
) -> None:
    """List the projects. Without a server: those of the data directory.

    Example: fanlight projects list --json
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.times import local_time

    with open_administration(url, key, data) as administration:
        found = administration.projects()
    if json:
        print_json({"items": found})
    elif found:
        rows = [
            [project["name"], project["display_name"], local_time(project["created_at"])] for project in found
        ]
        stdout().print(table(["project", "called", "made"], rows))
    else:
        say("no projects yet: the first span makes one", "dim")


@app.command("add")
def add(
    name: Name,
    called: Annotated[str, typer.Option("--called", help="What people read.", show_default="the name")] = "",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Make a project.

    Example: fanlight projects add weather --called "Weather bots"
    """
    from fanlight.cli.administration import open_administration

    with open_administration(url, key, data) as administration:
        _print(administration.add_project(name, called), json)


@app.command("show")
def show(
    name: Name,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Show one project.

    Example: fanlight projects show default
    """
    from fanlight.cli.administration import open_administration

    with open_administration(url, key, data) as administration:
        _print(administration.project(name), json)


def _print(project: Mapping[str, Any], json: bool) -> None:
    from fanlight.cli.output import print_json, stdout, visible

    if json:
        print_json(project)
        return
    for field, value in project.items():
        stdout().print(
            f"{field.replace('_', ' '):<15} {visible('–' if value is None else value)}", soft_wrap=True
        )
