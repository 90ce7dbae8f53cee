"""`fanlight why`: why a run failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

VERDICT_STYLES = {"failed": "bold red", "suspicious": "bold yellow", "no failure found": "bold green"}
VERDICT_MARKS = {"failed": "✗", "suspicious": "!", "no failure found": "✓"}
MOST_CHARACTERS = 500


def why(
    run: Annotated[
        str | None,
        typer.Argument(help="Run id, or how it begins. Without one: the newest run.", show_default=False),
    ] = None,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Say why a run failed: the first cause, what came of it, and what to do.

    Ends with status 1 when the run failed.

    Example: fanlight why 4bf92f3577b3
    """
    from fanlight.cli.client import Client
    from fanlight.cli.commands.show import find_run_id, title_of
    from fanlight.cli.output import print_json, stdout

    with Client(url, key, project) as client:
        run_id = find_run_id(client, run)
        failure = client.project_get(f"runs/{run_id}/failure")
        found = None if json else client.project_get(f"runs/{run_id}")
    if json:
        print_json(failure)
    else:
        assert found is not None
        stdout().print(title_of(found))
        stdout().print(verdict_of(failure))
        stdout().print(explanation_of(failure))
    if failure["verdict"] == "failed":
        raise typer.Exit(1)


def verdict_of(failure: Mapping[str, Any]) -> Text:
    """The verdict in one line, with the kind of its cause."""
    from rich.text import Text

    verdict = str(failure["verdict"])
    line = Text(f"{VERDICT_MARKS.get(verdict, '?')} {verdict}", VERDICT_STYLES.get(verdict, ""))
    if failure["cause"]:
        cause = failure["cause"]
        line.append(f": {_words(cause['kind'])}", "bold")
        line.append(f"  {cause['confidence']} confidence", "dim")
    return line


def explanation_of(failure: Mapping[str, Any]) -> Table:
    """What the verdict stands on: a line each, with the span or log record that shows it."""
    from rich.table import Table
    from rich.text import Text

    from fanlight.cli.output import visible

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(style="cyan", no_wrap=True)
    for heading, text, style, evidence in _lines(failure):
        table.add_row(heading, Text(visible(text, limit=MOST_CHARACTERS), style), visible(evidence))
    return table


def _lines(failure: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Heading, text, style and evidence of each line."""
    cause, symptom = failure["cause"], failure["symptom"]
    if cause:
        yield "cause", cause["statement"], "bold", _evidence(cause)
    way = failure["chain"]
    if len(way) > 1:
        for depth, link in enumerate(way[1:]):
            is_symptom = symptom and link["span_id"] == symptom["span_id"]
            heading = "symptom" if is_symptom else "then" if not depth else ""
            said = symptom["statement"] if is_symptom else link["statement"]
            yield heading, f"{'  ' * min(depth, 12)}↳ {said}", "", link["span_id"]
    if symptom and symptom["span_id"] not in {link["span_id"] for link in way}:
        yield "symptom", symptom["statement"], "", _evidence(symptom)
    for place, retry in enumerate(failure["retries"]):
        style = "green" if retry["outcome"] == "succeeded" else "yellow"
        yield "" if place else "retries", retry["statement"], style, retry["span_ids"][0]
    for place, note in enumerate(failure["notes"]):
        yield "" if place else "notes", note["statement"], "dim", _evidence(note)
    if failure["truncated"]:
        yield "notes", "the run is very large: only its earliest spans were looked at", "yellow", ""
    if failure["next"]:
        yield "next", failure["next"], "green", ""


def _evidence(statement: Mapping[str, Any]) -> str:
    return str(statement["span_id"] or (f"log {statement['log_id'][:12]}…" if statement["log_id"] else ""))


def _words(kind: str) -> str:
    from fanlight.cli.output import visible

    return visible(kind).replace("_", " ")
