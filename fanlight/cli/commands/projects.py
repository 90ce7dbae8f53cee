"""`fanlight projects`: who owns data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fanlight.cli import options

app = typer.Typer()
secrets = typer.Typer()
app.add_typer(secrets, name="secrets")

Name = Annotated[str, typer.Argument(help="The project's name.")]


@app.callback(invoke_without_command=True)
def projects(
    context: typer.Context,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List, make, show and change projects: who owns data.

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


@app.command("set")
def set_(
    name: Name,
    called: Annotated[str | None, typer.Option("--called", help="What people read.")] = None,
    retention: Annotated[
        str | None,
        typer.Option(
            "--retention-days",
            metavar="DAYS",
            help="How long telemetry is kept: days, 0 for ever, or `server` for the server's setting.",
        ),
    ] = None,
    limit: options.Limits = None,
    redact: options.Redact = None,
    redact_pattern: options.RedactPattern = None,
    mask_secrets: options.MaskSecrets = None,
    capture_content: options.CaptureContent = None,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Change a project: its name for people, how long telemetry is kept, how much may come, what is masked.

    Example: fanlight projects set weather --retention-days 7 --redact cards,email --limit spans_per_s=5000
    """
    from fanlight.cli.administration import open_administration

    changes: dict[str, Any] = {}
    if called is not None:
        changes["display_name"] = called
    if retention is not None:
        if retention != "server" and not retention.isdecimal():
            raise typer.BadParameter("a number of days, 0 for ever, or server", param_hint="--retention-days")
        changes["retention_days"] = None if retention == "server" else int(retention)
    if limit:
        changes["limits"] = options.limits_of(limit)
    if privacy := options.privacy_of(redact, redact_pattern, mask_secrets, capture_content):
        changes["privacy"] = privacy
    if not changes:
        raise typer.BadParameter("nothing to change: give --called, --retention-days, --limit, --redact, ...")
    with open_administration(url, key, data) as administration:
        _print(administration.set_project(name, changes), json)


@app.command("limits")
def limits(
    name: Name,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Show what a project may take up, and what it does now.

    Example: fanlight projects limits default
    """
    from fanlight.cli.administration import open_administration
    from fanlight.cli.output import print_json, stdout, table, visible

    with open_administration(url, key, data) as administration:
        found = administration.limits(name)
    if json:
        print_json({"items": found})
        return
    rows = [
        [
            each["name"],
            _number(each["value"]),
            "server" if each["own"] is None else "own",
            "" if each["used"] is None else _number(each["used"], none="0"),
            str(each["refused"] or ""),
            each["unit"],
        ]
        for each in found
    ]
    stdout().print(table(["limit", "most", "set by", "now", "refused", "unit"], rows))
    for each in found:
        if each.get("examples"):
            stdout().print(_about_folded(name, each, [visible(one) for one in each["examples"]]))


@app.command("sampling")
def sampling(
    name: Name,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="SHARE", help="Share of traces that are taken: 10% or 0.1."),
    ] = None,
    tail: Annotated[
        str | None,
        typer.Option("--tail", metavar="SHARE", help="Share of finished runs whose spans stay."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="FILTER", help="Finished runs that stay whole, as in: fanlight runs."),
    ] = None,
    after: Annotated[
        float | None,
        typer.Option("--after", metavar="SECONDS", help="Without a word of a run for so long it is decided."),
    ] = None,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Show or change what of a project's traces is kept. Whatever failed always is.

    Example: fanlight projects sampling weather --tail 10% --keep "duration:>30s or cost:>0.5"
    """
    from fanlight.cli.administration import open_administration

    given = {"head_rate": _share(head), "tail_rate": _share(tail), "tail_keep": keep, "tail_after_s": after}
    changes = {name: value for name, value in given.items() if value is not None}
    with open_administration(url, key, data) as administration:
        found = administration.sampling(name)
        if changes:
            before = {field: found[field] for field in given}
            found = administration.set_sampling(name, {**before, **changes})
    _print(found, json)


def _share(text: str | None) -> float | None:
    """A share as it was written: `10%` or `0.1`."""
    if text is None:
        return None
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no share: write 10% or 0.1") from None


def _about_folded(project: str, limit: Mapping[str, Any], examples: list[str]) -> str:
    """What to make of names that are beyond their limit."""
    from fanlight.model.limits import MOST_NAMES

    raised = min(2 * limit["value"], MOST_NAMES)
    return (
        f"\n{limit['name']}: new names are folded, what bears them is stored: {', '.join(examples)}\n"
        "Put what varies into attribute values, or raise the limit:\n"
        f"  fanlight projects set {project} --limit {limit['name']}={raised:.0f}"
    )


def _number(value: float, none: str = "any") -> str:
    return f"{value:,.10g}" if value else none


@secrets.callback()
def secrets_() -> None:
    """Declare values that are masked in a project's telemetry; nobody is shown them again.

    Example: fanlight projects secrets list weather
    """


@secrets.command("list")
def list_secrets(
    name: Name,
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """List the secrets that were declared, by name.

    Example: fanlight projects secrets list weather
    """
    from fanlight.cli.output import print_json, say, stdout, table
    from fanlight.cli.secrets import open_secrets
    from fanlight.cli.times import local_time

    with open_secrets(url, key, data, name) as found:
        items = found.list()
    if json:
        print_json({"items": items})
    elif items:
        rows = [[each["name"], local_time(each["updated_at"]), each["updated_by"]] for each in items]
        stdout().print(table(["secret", "set", "by"], rows))
    else:
        say("no secrets: fanlight projects secrets set declares one", "dim")


@secrets.command("set")
def set_secret(
    name: Name,
    secret: Annotated[str, typer.Argument(help="What the secret is called.")],
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Have a value masked from now on, in whatever encoding it turns up. It is asked for, or read from stdin.

    Example: fanlight projects secrets set weather DB_PASSWORD < password.txt
    """
    from fanlight.cli.asking import ask_secret
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.secrets import open_secrets

    value = ask_secret(secret)
    with open_secrets(url, key, data, name) as found:
        found.declare(secret, value)
        items = found.list() if json else []
    if json:
        print_json({"items": items})
    else:
        say(f"{visible(secret)} is masked in what comes from now on")


@secrets.command("remove")
def remove_secret(
    name: Name,
    secret: Annotated[str, typer.Argument(help="What the secret is called.")],
    url: options.Url = None,
    key: options.Key = None,
    data: options.Data = None,
    json: options.Json = False,
) -> None:
    """Mask a value no more. What is stored already stays masked.

    Example: fanlight projects secrets remove weather DB_PASSWORD
    """
    from fanlight.cli.output import print_json, say, visible
    from fanlight.cli.secrets import open_secrets

    with open_secrets(url, key, data, name) as found:
        found.remove(secret)
        items = found.list() if json else []
    if json:
        print_json({"items": items})
    else:
        say(f"{visible(secret)} is masked no more")


def _print(project: Mapping[str, Any], json: bool) -> None:
    from fanlight.cli.output import print_json, stdout, visible

    if json:
        print_json(project)
        return
    for field, value in project.items():
        stdout().print(
            f"{field.replace('_', ' '):<15} {visible('–' if value is None else value)}", soft_wrap=True
        )
