"""`fanlight exporter`: for those who make telemetry exporters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.cli.exporter.check import Checked, Problem, Report

app = typer.Typer(
    no_args_is_help=True,
    help="Make a telemetry exporter, and check one.\n\nExample: fanlight exporter new my-vendor",
)

MARKS = {"ok": ("✓", "green"), "note": ("•", "yellow"), "wrong": ("✗", "red")}


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="What charm.yaml will list: my-vendor.")],
    into: Annotated[Path, typer.Option("--into", help="Folder to make the package in.")] = Path(),
    json: options.Json = False,
) -> None:
    """Start an exporter: a package with all eight hooks, its entry point, tests, and a charm.yaml snippet.

    Example: fanlight exporter new my-vendor
    """
    from fanlight.cli.exporter.scaffold import make_package
    from fanlight.cli.output import print_json, say, stdout, visible
    from fanlight.plugins import installed_exporters

    made = make_package(name, into)
    folder = into / made[0].parts[0]
    if json:
        print_json({"folder": str(folder), "files": [str(path) for path in made]})
    else:
        for path in made:
            stdout().print(visible(into / path), soft_wrap=True)
        say(f"\nnext: cd {visible(folder)} && uv sync && uv run pytest && fanlight exporter check .", "dim")
    for other in installed_exporters():
        if other.name == name:
            say(f"{visible(other.package)} has an exporter named {name} already: take another name", "yellow")


@app.command("check")
def check(
    package: Annotated[str, typer.Argument(help="An installed package, or the folder of one.")],
    python: Annotated[
        str | None,
        typer.Option("--python", help="Interpreter that has it installed.", show_default="this one"),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=300, help="Seconds until a step is stopped.")
    ] = 5.0,
    slow_ms: Annotated[
        float, typer.Option("--slow-ms", min=0.1, help="From how many milliseconds on a hook is slow.")
    ] = 100.0,
    json: options.Json = False,
) -> None:
    """Check a package's exporters: missing hooks, wrong signatures, slow, hanging or failing hooks, imports.

    Each is made and called in a process of its own, with this environment: what it is set to send, it sends.
    Exit status 1 when something is wrong.

    Example: fanlight exporter check charm-telemetry-my-vendor
    """
    import sys
    from dataclasses import asdict

    from fanlight.cli.exporter.check import Limits, check_package
    from fanlight.cli.output import print_json

    limits = Limits(step_s=timeout, slow_ms=slow_ms)
    report = check_package(package, python=python or sys.executable, limits=limits)
    if json:
        print_json({**asdict(report), "right": report.is_right})
    else:
        _print(report)
    if not report.is_right:
        raise typer.Exit(1)


def _print(report: Report) -> None:
    from fanlight.cli.output import stdout, visible

    title = f"{report.package} {report.version or ''}".strip()
    stdout().print(visible(title), style="bold", soft_wrap=True)
    for problem in report.problems:
        _print_problem(problem)
    for exporter in report.exporters:
        stdout().print(f"{visible(exporter.name)} = {visible(exporter.value)}", soft_wrap=True)
        for problem in exporter.problems:
            _print_problem(problem)
        _print_speed(exporter)


def _print_speed(exporter: Checked) -> None:
    if not exporter.hooks_ms:
        return
    took_ms, slowest = max((ms, hook) for hook, ms in exporter.hooks_ms.items())
    called = len(exporter.hooks_ms)
    text = f"{called} of 8 hooks could be called; the slowest, {slowest}, took {took_ms:.2f} ms"
    _print_line("ok" if called == 8 else "note", "speed", text)


def _print_problem(problem: Problem) -> None:
    from fanlight.cli.output import stdout, visible

    _print_line(problem.state, problem.step, problem.text)
    if problem.hint:
        stdout().print(f"  {'':<17} {visible(problem.hint)}", style="dim", soft_wrap=True)


def _print_line(state: str, about: str, text: str) -> None:
    from rich.text import Text

    from fanlight.cli.output import stdout, visible

    mark, style = MARKS[state]
    parts: list[Any] = [(f"{mark} ", style), (f"{visible(about):<17} ", "bold"), visible(text)]
    stdout().print(Text.assemble(*parts), soft_wrap=True)
