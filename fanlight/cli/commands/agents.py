"""`fanlight agents`: what runs here, and the settings that it is given."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fanlight.cli import options

app = typer.Typer()
env = typer.Typer()
app.add_typer(env, name="env")

_Agent = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's name.")]


@app.callback(invoke_without_command=True)
def agents(
    context: typer.Context,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List agents, and set what they find in their environment.

    Example: fanlight agents --project weather
    """
    if options.is_alone(context):
        list_(project, url, key, data, json)


@app.command("list")
def list_(
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List the agents of a project.

    Example: fanlight agents list --project weather
    """
    from fanlight.cli.agents import open_settings
    from fanlight.cli.commands.users import activity_table
    from fanlight.cli.output import print_json, say, stdout, table, visible
    from fanlight.cli.times import local_time

    with open_settings(url, key, data, project) as settings:
        found = settings.agents()
    if json:
        print_json({"items": found})
        return
    if not found:
        say(f"no agent was heard of in project {visible(project)}", "dim")
        return
    if any(each.get("activity") for each in found):
        stdout().print(activity_table("agent", [(each["name"], each.get("activity")) for each in found]))
        return
    rows = [
        [each["name"], local_time(each["first_seen_at"]), local_time(each["last_seen_at"])] for each in found
    ]
    stdout().print(table(["agent", "first seen", "last seen"], rows))


@env.callback()
def env_() -> None:
    """Environment variables that an agent is given when the server runs it. Their values are never shown.

    Example: fanlight agents env list weather
    """


@env.command("list")
def list_env(
    agent: _Agent,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List an agent's variables: their names, who set them last, and when.

    Example: fanlight agents env list weather
    """
    from fanlight.cli.agents import open_settings
    from fanlight.cli.output import print_json, say, stdout, table, visible
    from fanlight.cli.times import local_time

    with open_settings(url, key, data, project) as settings:
        found = settings.variables(agent)
    if json:
        print_json({"items": found})
        return
    if not found:
        say(f"no variables of {visible(agent)}: fanlight agents env set gives it some", "dim")
        return
    rows = [[each["name"], local_time(each["updated_at"]), each["updated_by"]] for each in found]
    stdout().print(table(["variable", "set", "by"], rows))


@env.command("set")
def set_env(
    agent: _Agent,
    variables: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME[=VALUE]...", help="Without a value it is asked for, or read from stdin."
        ),
    ],
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Set variables of an agent. What stands behind = may stay in the shell's history; a bare NAME does not.

    Example: fanlight agents env set weather API_KEY < key.txt
    """
    from fanlight.cli.agents import open_settings
    from fanlight.cli.output import print_json, say, visible

    values = _values(variables)
    with open_settings(url, key, data, project) as settings:
        found = settings.set(agent, values)
    if json:
        print_json({"items": found})
    else:
        say(f"set {', '.join(map(visible, sorted(values)))} of {visible(agent)}")


def _values(given: list[str]) -> dict[str, str]:
    from fanlight.cli.asking import ask_secret
    from fanlight.errors import InvalidError

    named = [each.partition("=") for each in given]
    bare = [name for name, equals, _ in named if not equals]
    if len(bare) > 1 and not sys.stdin.isatty():
        raise InvalidError("stdin holds one value", hint="set one variable at a time, or write NAME=VALUE")
    return {name: value if equals else ask_secret(name) for name, equals, value in named}


@env.command("remove")
def remove_env(
    agent: _Agent,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The variable's name.")],
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Forget a variable of an agent.

    Example: fanlight agents env remove weather API_KEY
    """
    from fanlight.cli.agents import open_settings
    from fanlight.cli.output import print_json, say, visible

    with open_settings(url, key, data, project) as settings:
        settings.remove(agent, name)
    if json:
        print_json({"removed": name})
    else:
        say(f"removed {visible(name)} of {visible(agent)}")


@env.command("rotate")
def rotate_env(data: options.Data = None, json: options.Json = False) -> None:
    """Make a new key and seal all variables of all agents with it, on the machine of the data directory.

    A running server goes on meanwhile. Keep a copy of settings.key apart from the database's backup.

    Example: fanlight agents env rotate
    """
    from fanlight.cli.agents import rotate_key
    from fanlight.cli.output import print_json, say

    count = rotate_key(data)
    if json:
        print_json({"values": count})
    else:
        say(f"sealed {count} values with a new key; the old one opens nothing any more")
