"""`fanlight show`: one run as a tree, or one of its spans with what was said in it."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.text import Text

    from fanlight.cli.client import Client

FULL_ID, SHORT_ID = 32, 12


def show(
    run: Annotated[
        str | None,
        typer.Argument(help="Run id, or how it begins. Without one: the newest run.", show_default=False),
    ] = None,
    span: Annotated[
        str | None,
        typer.Option(
            help="Show this span's conversation instead: its id, how it begins, or its name.",
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Show wrappers too: spans that say nothing their only child does not."),
    ] = False,
    graph: Annotated[
        bool, typer.Option("--graph", help="Show who led to whom instead: agents, models and tools.")
    ] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Show one run as a tree of its spans, as a graph, or with --span what was said in one of them.

    Example: fanlight show 4bf92f3577b3 --span "chat gpt-4o"
    """
    from fanlight.cli.client import Client
    from fanlight.cli.output import print_json, stdout
    from fanlight.cli.tree import line_of, roots_of, rows_of, tree_of

    with Client(url, key, project) as client:
        found = client.project_get(f"runs/{find_run_id(client, run)}")
        if graph:
            print_graph(title_of(found), client.project_get(f"traces/{found['trace_id']}/graph"), json)
            return
        trace = client.project_get(f"traces/{found['trace_id']}")
        if span is not None:
            row = find_span(rows_of(trace["columns"]), span)
            read = client.project_get(f"traces/{found['trace_id']}/spans/{row['span_id']}")
            if json:
                print_json(read)
            else:
                stdout().print(line_of(row))
                print_content(read)
            return
    if json:
        print_json({"run": found, "trace": trace})
        return
    stdout().print(tree_of(roots_of(rows_of(trace["columns"])), title_of(found), wrappers=every))
    for text, style in footer_of(found, trace):
        stdout().print(text, style=style)


def find_run_id(client: Client, given: str | None) -> str:
    """The full id of the run that `given` begins, or of the newest one. Raises NotFoundError."""
    from urllib.parse import quote

    from fanlight.errors import InvalidError, NotFoundError

    if given and (len(given) >= FULL_ID or not given.isalnum()):
        return quote(given, safe="")
    # Hex is lower case in the store; an id of the agent's own making is as it is.
    start = given.lower() if given and not given.strip(string.hexdigits) else given
    query = f"id:{start}*" if start else None
    found = [str(run["id"]) for run in client.items("runs", limit=2 if given else 1, q=query)]
    if not found:
        what = f"no run begins with {given!r}" if given else "no runs yet"
        raise NotFoundError(f"{what} in project {client.project}", hint="fanlight runs lists them")
    if len(found) > 1:
        raise InvalidError(f"several runs begin with {given!r}", hint="write more of the id")
    return quote(found[0], safe="")


def find_span(rows: Sequence[Mapping[str, Any]], given: str) -> Mapping[str, Any]:
    """The span whose id begins so, or that is named so. Raises NotFoundError, InvalidError.

    Example:
        >>> find_span([{"span_id": "ab01", "name": "chat"}, {"span_id": "cd02", "name": "plan"}], "AB")
        {'span_id': 'ab01', 'name': 'chat'}
    """
    from fanlight.errors import InvalidError, NotFoundError

    start = given.lower()
    found = [row for row in rows if start and row["span_id"].startswith(start)]
    found = found or [row for row in rows if row["name"] == given]
    if not found:
        raise NotFoundError(f"no span {given!r} in this run", hint="fanlight show RUN --json lists their ids")
    if len(found) > 1:
        ids = ", ".join(row["span_id"] for row in found[:5])
        raise InvalidError(f"{len(found)} spans are {given!r}", hint=f"write one's id: {ids}")
    return found[0]


def print_content(span: Mapping[str, Any]) -> None:
    """What was said in `span`, and why it failed."""
    from fanlight.cli.conversation import content_lines
    from fanlight.cli.output import stdout, visible

    lines = list(content_lines(span["content"])) if span.get("content") else []
    for text, style in lines or [("nothing was said in this span; --json has its attributes", "dim")]:
        stdout().print(text, style=style)
    if span["status_message"]:
        stdout().print(f"error   {visible(span['status_message'], limit=400)}", style="red")


def print_graph(title: Text, graph: Mapping[str, Any], json: bool) -> None:
    """Who led to whom in a trace."""
    from fanlight.cli.graph import graph_lines
    from fanlight.cli.output import print_json, stdout

    if json:
        print_json(graph)
        return
    stdout().print(title)
    for line in graph_lines(graph):
        stdout().print(line)


def title_of(run: Mapping[str, Any]) -> Text:
    """Name, status, agent and time of a run in one line."""
    from rich.text import Text

    from fanlight.cli.output import status_text, visible
    from fanlight.cli.times import full_time, span_of

    title = Text(no_wrap=True, overflow="ellipsis")
    title.append(visible(run["agent"] or run["name"], limit=60), "bold")
    title.append("  ").append_text(status_text(run["status"]))
    if run["duration_ms"] is not None:
        title.append(f"  {span_of(run['duration_ms'] * 1e6)}")
    return title.append(f"  {full_time(run['started_at'])}", "dim")


def footer_of(run: Mapping[str, Any], trace: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Lines below the tree: what the run cost, what it gave, why it failed; each with its style."""
    from fanlight.cli.money import cost_text
    from fanlight.cli.output import counted, visible

    tokens = run.get("tokens") or {}
    counts = [
        counted(run["span_count"], "span"),
        counted(run["llm_count"], "model call"),
        counted(run["tool_count"], "tool call"),
    ]
    if tokens.get("input") is not None or tokens.get("output") is not None:
        counts.append(f"{tokens.get('input') or 0:,} → {tokens.get('output') or 0:,} tokens")
    if (cost := cost_text(run.get("cost") or {})) is not None:
        counts.append(cost)
    lines: list[tuple[str, str | None]] = [(" · ".join(counts), "dim")]
    if trace["truncated"]:
        lines.append(
            (
                f"only {len(trace['columns']['span_id']):,} of {trace['span_count']:,} spans are shown",
                "yellow",
            )
        )
    if run.get("output"):
        lines.append(("output  " + visible(run["output"], limit=400), None))
    if run.get("error"):
        lines.append((f"error   {_error_text(run['error'])}", "red"))
        lines.append((f"why     fanlight why {visible(run['id'])[:SHORT_ID]}", "dim"))
    return lines


def _error_text(error: Mapping[str, Any]) -> str:
    from fanlight.cli.output import visible

    kind, message = error["type"] or "", error["message"] or ""
    # Many libraries begin the message with the type.
    text = message if kind and message.startswith(kind) else f"{kind} {message}"
    return visible(text.strip(), limit=400)
