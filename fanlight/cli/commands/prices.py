"""`fanlight prices`: what models cost a project, and stored costs computed anew."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from fanlight.cli import options

app = typer.Typer()

POLL_S = 0.3

Provider = Annotated[str, typer.Option("--provider", help="Only of this provider.", show_default="of any")]
Model = Annotated[str, typer.Argument(help="The model, or a pattern like my-*.")]


@app.callback(invoke_without_command=True)
def prices(
    context: typer.Context,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List, set and import what models cost a project; published prices hold for all others.

    Example: fanlight prices --project weather
    """
    if options.is_alone(context):
        list_(project, url, key, json)


@app.command("list")
def list_(
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """List the prices that the project set itself.

    Example: fanlight prices list --json
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stdout, table

    with Client(url, key, project) as client:
        found = client.project_get("prices")["items"]
    if json:
        print_json({"items": found})
    elif found:
        rows = [
            [each["model"], each["provider"] or "any", each["source"], _shown(each["prices"])]
            for each in found
        ]
        stdout().print(table(["model", "provider", "from", "$ a million tokens"], rows))
    else:
        say(f"project {project} has no prices of its own: published ones hold", "dim")


@app.command("set")
def set_(
    model: Model,
    price: Annotated[
        list[str], typer.Argument(metavar="KIND=PRICE...", help="US dollars for a million tokens.")
    ],
    provider: Provider = "",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Set what a model costs; kinds are input, output, cache_read, cache_write, reasoning and request.

    Example: fanlight prices set 'my-*' input=0.50 output=2
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say
    from fanlight.errors import InvalidError

    given = dict(each.partition("=")[::2] for each in price)
    if not all(given.values()):
        raise InvalidError("a price is written KIND=PRICE", hint="for example: input=0.50 output=2")
    body = {"provider": provider, "model": model, "prices": given}
    with Client(url, key, project) as client:
        found = client.request("PUT", client.project_path("prices"), json=body).json()
    if json:
        print_json(found)
    else:
        say(f"{found['model']}: {_shown(found['prices'])}; stored spans keep theirs: fanlight usage reprice")


@app.command("unset")
def unset(
    model: Model,
    provider: Provider = "",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Remove a price of the project's own; the published one holds again.

    Example: fanlight prices unset 'my-*'
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json

    with Client(url, key, project) as client:
        named = {"model": model, "provider": provider}
        client.request("DELETE", client.project_path("prices"), params=named)
    if json:
        print_json(named)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="LiteLLM's JSON of model prices.")],
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Take LiteLLM's table of prices as the project's own. Exits with 1 when nothing of it was taken.

    Example: fanlight prices import model_prices_and_context_window.json
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, visible
    from fanlight.errors import InvalidError

    try:
        body = file.read_bytes()
    except OSError as error:
        raise InvalidError(f"{file} cannot be read ({error.strerror})") from error
    with Client(url, key, project) as client:
        headers = {"content-type": "application/json"}
        found = client.request(
            "POST", client.project_path("prices/import"), content=body, headers=headers
        ).json()
    if json:
        print_json(found)
    else:
        for each in found["refused"]:
            say(f"{visible(each['model'])}: {visible(each['reason'])}", "dim")
        say(f"{found['taken']} prices taken, {len(found['refused'])} entries left out")
    if not found["taken"]:
        raise typer.Exit(1)


def reprice(
    since: options.Since = None,
    until: options.Until = None,
    model: Annotated[str, typer.Option("--model", help="Only spans of this model.", show_default="all")] = "",
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Compute the costs of stored spans anew by today's prices, and the sums of their runs. Safe to repeat.

    Example: fanlight usage reprice --since 7d --model gpt-4o
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, say, stderr
    from fanlight.cli.times import instant
    from fanlight.errors import FanlightError

    asked = {
        "from": instant(since) if since else "",
        "to": instant(until) if until else "",
        "model": model,
    }
    with Client(url, key, project) as client:
        job = client.request("POST", client.project_path("prices/reprice"), json=asked).json()
        with stderr().status("waiting for the writer") as status:
            while job["state"] in {"waiting", "running"}:
                time.sleep(POLL_S)
                job = client.project_get(f"prices/reprice/{job['job']}")
                status.update(f"day {job['days_done']} of {job['days']}, {job['spans']:,} spans changed")
    if job["state"] == "failed":
        raise FanlightError(f"repricing failed: {job['error']}", hint="it is safe to repeat")
    if json:
        print_json(job)
    else:
        say(f"{job['spans']:,} spans have another cost; {job['runs']:,} runs were summed up again")


def _shown(prices: dict[str, Any]) -> str:
    return ", ".join(
        f"{kind.replace('_', ' ')} {value if isinstance(value, str) else value[0]['price'] + ' and up'}"
        for kind, value in prices.items()
    )
