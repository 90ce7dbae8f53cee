"""`fanlight people`: who can sign in, and what they are in a project."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options

app = typer.Typer()

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their e-mail address.")]
_InProject = Annotated[
    str | None, typer.Option("--project", "-p", help="A project.", show_default="the whole server")
]
_Role = Annotated[str, typer.Option("--role", help="owner, maintainer, viewer, or one of MeshAgent's roles.")]


@app.callback(invoke_without_command=True)
def people(
    context: typer.Context,
    project: _InProject = None,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List people, register them, and say what they are in a project.

    Example: fanlight people --project weather
    """
    if options.is_alone(context):
        list_(project, url, key, data, json)


@app.command("list")
def list_(
    project: _InProject = None,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List everybody, or the members of a project.

    Example: fanlight people list --project weather
    """
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.people import open_people
    from fanlight.cli.times import local_time

    with open_people(url, key, data) as place:
        found = place.people() if project is None else place.members(project)
    if json:
        print_json({"items": found})
        return
    if not found:
        say("nobody is registered: fanlight people add EMAIL makes the first one the owner", "dim")
        return
    if project is None:
        rows = [
            [each["email"], each["name"], _standing(each), local_time(each["created_at"])] for each in found
        ]
        stdout().print(table(["e-mail", "name", "on the server", "since"], rows))
    else:
        rows = [[each["email"], each["name"], each["role"], local_time(each["since"])] for each in found]
        stdout().print(table(["e-mail", "name", "role", "since"], rows))


def _standing(person: Mapping[str, Any]) -> str:
    if person["disabled_at"]:
        return "disabled"
    return "administrator" if person["is_admin"] else "person"


@app.command("add")
def add(
    email: _Email,
    project: _InProject = None,
    role: _Role = "viewer",
    name: Annotated[str, typer.Option("--name", help="What others read.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="May make projects and people.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Register somebody. The first person owns everything, and from then on the server asks who you are.

    Example: fanlight people add ann@example.org --project weather --role maintainer --password-stdin
    """
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.people import open_people

    password = _password(password_stdin)
    with open_people(url, key, data) as place:
        is_first = not place.people()
        made = place.add(email, name=name, password=password, is_admin=admin)
        if project is not None and not is_first:
            place.set_role(project, made["email"], role)
    if json:
        print_json(made)
        return
    say(f"registered {visible(made['email'])}", "green")
    if is_first:
        say("They own all projects. From now on the server asks for a login or a key.", "yellow")
        say("Agents need one: fanlight keys add NAME --project P, presented as FANLIGHT_KEY", "dim")
    elif project is not None:
        say(f"{role} of project {project}")


@app.command("role")
def role_(
    email: _Email,
    role: Annotated[str, typer.Argument(help="owner, maintainer, viewer, or one of MeshAgent's roles.")],
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Give somebody a role in a project. The last owner stays one.

    Example: fanlight people role bob@example.org viewer --project weather
    """
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.people import open_people

    with open_people(url, key, data) as place:
        member = place.set_role(project, email, role)
    if json:
        print_json(member)
    else:
        say(f"{visible(member['email'])} is {member['role']} of project {project}")


@app.command("invite")
def invite(
    email: _Email,
    role: _Role = "viewer",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Ask somebody into a project. They come in with the link, within a week.

    Example: fanlight people invite bob@example.org --project weather --role maintainer
    """
    from fanlight.cli.client import DEFAULT_URL
    from fanlight.cli.output import print_json, say, stdout, visible
    from fanlight.cli.people import open_people

    with open_people(url, key, data) as place:
        made = place.invite(project, email, role)
    if json:
        print_json(made)
        return
    stdout().print(f"{(url or DEFAULT_URL).rstrip('/')}/invite#{visible(made['token'])}", soft_wrap=True)
    say(f"For {visible(made['invite']['email'])}, once, within a week. It is not shown again.", "yellow")


@app.command("password")
def password_(
    email: _Email,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Give somebody a new password. All of their logins end.

    Example: fanlight people password bob@example.org --password-stdin
    """
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.people import open_people

    given = _password(password_stdin)
    with open_people(url, key, data) as place:
        person = place.reset_password(email, given)
    if json:
        print_json(person)
    else:
        say(f"{visible(person['email'])} has a new password and is signed out everywhere")


@app.command("remove")
def remove(
    email: _Email,
    project: _InProject = None,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Take somebody out of a project; without one, keep them from signing in at all.

    Example: fanlight people remove bob@example.org --project weather
    """
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.people import open_people

    with open_people(url, key, data) as place:
        gone = place.disable(email) if project is None else place.remove(project, email)
    if json:
        print_json(gone)
    elif project is None:
        say(f"{visible(gone['email'])} cannot sign in any more")
    else:
        say(f"{visible(gone['email'])} left project {project}")


def _password(from_stdin: bool) -> str:
    """The new password: a line of standard input, or typed twice and not shown."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    return given
