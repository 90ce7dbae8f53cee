"""`fanlight diff`: how two runs differ, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

MARKS = {"same": (" ", "dim"), "changed": ("~", "yellow"), "only_a": ("-", "red"), "only_b": ("+", "green")}
MOST_ROWS = 200
SHORT_ID = 12
WIDEST_NAME = 44


def diff(
    run: Annotated[str, typer.Argument(metavar="A", help="Run id, or how it begins.", show_default=False)],
    other: Annotated[
        str | None,
        typer.Argument(metavar="B", help="The run to compare it with. Or --median.", show_default=False),
    ] = None,
    median: Annotated[
        int | None,
        typer.Option(
            "--median",
            min=1,
            max=100,
            help="Compare with the median of so many runs of its agent before it.",
            show_default=False,
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show also the steps that do not differ.")] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Compare two runs step by step, or one with the median of its agent.

    Example: fanlight diff 4bf92f3577b3 0af7651916cd
    """
    from fanlight.cli.client import Client
    from fanlight.cli.commands.show import find_run_id
    from fanlight.cli.output import print_json
    from fanlight.errors import InvalidError

    if (other is None) == (median is None):
        raise InvalidError("a run is compared with one thing", hint="give a second run, or --median 20")
    shown = None if json or all_ else "true"
    with Client(url, key, project) as client:
        path = f"runs/{find_run_id(client, run)}/diff"
        if other is not None:
            found = client.project_get(f"{path}/{find_run_id(client, other)}", changed=shown)
        else:
            found = client.project_get(path, median=median, changed=shown)
    if json:
        print_json(found)
        return
    print_diff(found)


def print_diff(found: Mapping[str, Any]) -> None:
    """A comparison as tables."""
    from fanlight.cli.output import stdout

    console = stdout()
    console.print(whole_table(found))
    if found["steps"]:
        console.print()
        console.print(step_table(found["steps"][:MOST_ROWS], width=console.width))
    for text, style in footer_of(found):
        console.print(text, style=style)


def whole_table(found: Mapping[str, Any]) -> Table:
    """Both runs in total, and what lies between them."""
    from fanlight.cli.output import table

    a, b = found["a"], found["b"]
    return table(
        ["", ("A", {"justify": "right"}), ("B", {"justify": "right"}), ("B - A", {"justify": "right"})],
        [
            ["run", (a["id"] or "")[:SHORT_ID], _named(b), None],
            ["status", _status(a), _status(b), None],
            ["took", _time(a), _time(b), _change(a, b, "duration_ms", _signed_time)],
            ["tokens in", _number(a, "tokens_input"), _number(b, "tokens_input"),
             _change(a, b, "tokens_input", "{:+,.0f}".format)],
            ["tokens out", _number(a, "tokens_output"), _number(b, "tokens_output"),
             _change(a, b, "tokens_output", "{:+,.0f}".format)],
            ["cost", _cost(a), _cost(b), _change(a, b, "cost", _signed_money)],
            ["steps", _number(a, "steps"), _number(b, "steps"), _change(a, b, "steps", "{:+,.0f}".format)],
            ["errors", _number(a, "errors"), _number(b, "errors"),
             _change(a, b, "errors", "{:+,.0f}".format)],
        ],
    )  # fmt: skip


def step_table(steps: Sequence[Mapping[str, Any]], *, width: int) -> Table:
    """Steps from top to bottom: left of both columns what it is, right of them what differs."""
    from fanlight.cli.output import table

    rows = [
        [_mark(step), _name(step), _side(step["a"]), _side(step["b"]), _differences(step)] for step in steps
    ]
    headings: list[str | tuple[str, dict[str, Any]]] = [
        ("", {"no_wrap": True}),
        ("step", {"no_wrap": True, "overflow": "ellipsis", "ratio": 3}),
        ("A", {"no_wrap": True, "overflow": "ellipsis", "ratio": 2}),
        ("B", {"no_wrap": True, "overflow": "ellipsis", "ratio": 2}),
        ("differs in", {"overflow": "fold", "ratio": 2, "min_width": 20}),
    ]
    if width < 90:
        return table(headings[:4], [row[:4] for row in rows])
    return table(headings, rows)


def footer_of(found: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The counts, and what is not shown; each with its style."""
    counts = f"{found['same']:,} steps the same · {found['changed']:,} changed"
    yield f"{counts} · {found['only_a']:,} only in A · {found['only_b']:,} only in B", "dim"
    if len(found["steps"]) > MOST_ROWS:
        yield f"only {MOST_ROWS} of {len(found['steps']):,} rows are shown; --json has all", "yellow"
    if found["truncated"]:
        yield "a run is very large: only its earliest steps were compared", "yellow"


def _mark(step: Mapping[str, Any]) -> Text:
    from rich.text import Text

    return Text(*MARKS.get(step["change"], ("?", "")))


def _name(step: Mapping[str, Any]) -> Text:
    from rich.text import Text

    from fanlight.cli.output import visible
    from fanlight.cli.tree import KIND_STYLES

    line = Text("  " * min(step["depth"], 10))
    line.append(f"{visible(step['kind'])} ", KIND_STYLES.get(step["kind"], "dim"))
    return line.append(visible(step["name"], limit=WIDEST_NAME), MARKS.get(step["change"], ("", ""))[1])


def _side(side: Mapping[str, Any] | None) -> Text:
    from rich.text import Text

    from fanlight.cli.money import money
    from fanlight.cli.output import visible
    from fanlight.cli.times import span_of

    if side is None:
        return Text("–", style="dim")
    took = None if side["duration_ms"] is None else span_of(side["duration_ms"] * 1e6)
    line = Text(took or side["outcome"])
    if side["tokens_input"] is not None or side["tokens_output"] is not None:
        line.append(f"  {side['tokens_input'] or 0:,}→{side['tokens_output'] or 0:,}", "dim")
    if side["cost"] is not None:
        line.append(f"  {money(side['cost'])}", "dim")
    if side["outcome"] == "error":
        line.append(f"  ✗ {visible(side['error'] or 'error', limit=40)}", "red")
    if side["runs"] is not None:
        line.append(f"  {side['runs']} run{'s' if side['runs'] != 1 else ''}", "dim")
    return line


def _differences(step: Mapping[str, Any]) -> str:
    from fanlight.cli.output import visible

    a, b = step["a"], step["b"]
    told = [name for name in step["differences"] if name not in {"model", "outcome"}]
    if "model" in step["differences"]:
        told.append(f"model {a['model'] or '–'} → {b['model'] or '–'}")
    if "outcome" in step["differences"]:
        told.append(f"{a['outcome']} → {b['outcome']}")
    return visible(", ".join(told))


def _named(run: Mapping[str, Any]) -> str:
    return run["id"][:SHORT_ID] if run["id"] else f"median of {len(run['runs'])}"


def _status(run: Mapping[str, Any]) -> Text:
    from fanlight.cli.output import status_text

    found: Text = status_text(run["status"])
    return found


def _time(run: Mapping[str, Any]) -> str | None:
    from fanlight.cli.times import span_of

    return span_of(run["duration_ms"] * 1e6) if run["duration_ms"] is not None else None


def _signed_time(ms: float) -> str:
    from fanlight.cli.times import span_of

    return f"{'-' if ms < 0 else '+'}{span_of(abs(ms) * 1e6)}"


def _signed_money(amount: float) -> str:
    from fanlight.cli.money import money

    return f"{'+' if amount > 0 else ''}{money(amount)}"


def _number(run: Mapping[str, Any], name: str) -> str | None:
    return None if run[name] is None else f"{run[name]:,}"


def _cost(run: Mapping[str, Any]) -> str | None:
    from fanlight.cli.money import money

    return None if run["cost"] is None else money(run["cost"])


def _change(a: Mapping[str, Any], b: Mapping[str, Any], name: str, shown: Any) -> str | None:
    if a[name] is None or b[name] is None:
        return None
    by = float(b[name]) - float(a[name])
    return str(shown(by)) if by else "="
