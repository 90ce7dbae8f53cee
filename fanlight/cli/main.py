"""The `fanlight` command, put together.

Exit statuses: 0 = done, 1 = what was asked about failed, 2 = wrong usage, 3 = the server cannot be reached.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from fanlight.cli.commands import (
    agents,
    audit,
    backup,
    config,
    delete,
    demo,
    diff,
    doctor,
    export,
    exporter,
    import_,
    keys,
    login,
    logs,
    people,
    plugins,
    prices,
    projects,
    restore,
    revenue,
    rooms,
    runs,
    serve,
    sessions,
    show,
    tail,
    usage,
    users,
    validate,
    why,
)
from fanlight.cli.commands import run as run_command
from fanlight.errors import ConfigError, FanlightError, InvalidError, UnreachableError

FAILED, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="fanlight",
    help="See live what your AI agents do, what they cost and why they fail.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def print_version(wanted: bool) -> None:
    """Print Fanlight's version and exit, when `wanted`."""
    if wanted:
        from fanlight import __version__

        typer.echo(f"fanlight {__version__}")
        raise typer.Exit


@app.callback()
def _fanlight(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """See live what your AI agents do, what they cost and why they fail."""


app.command("serve", rich_help_panel="Run")(serve.serve)
app.command("demo", rich_help_panel="Run")(demo.demo)
app.command("run", rich_help_panel="Run")(run_command.run)
app.command("validate", rich_help_panel="Run")(validate.validate)
app.command("runs", rich_help_panel="Look")(runs.runs)
app.command("show", rich_help_panel="Look")(show.show)
app.command("why", rich_help_panel="Look")(why.why)
app.command("diff", rich_help_panel="Look")(diff.diff)
app.command("logs", rich_help_panel="Look")(logs.logs)
app.command("tail", rich_help_panel="Look")(tail.tail)
app.add_typer(sessions.app, name="sessions", rich_help_panel="Look")
app.command("users", rich_help_panel="Look")(users.users)
app.command("rooms", rich_help_panel="Look")(rooms.rooms)
app.add_typer(usage.app, name="usage", rich_help_panel="Look")
app.command("revenue", rich_help_panel="Look")(revenue.revenue)
app.command("plugins", rich_help_panel="Look")(plugins.plugins)
app.add_typer(projects.app, name="projects", rich_help_panel="Look after")
app.add_typer(agents.app, name="agents", rich_help_panel="Look after")
app.add_typer(keys.app, name="keys", rich_help_panel="Look after")
app.add_typer(prices.app, name="prices", rich_help_panel="Look after")
app.add_typer(people.app, name="people", rich_help_panel="Look after")
app.add_typer(audit.app, name="audit", rich_help_panel="Look after")
app.command("login", rich_help_panel="Look after")(login.login)
app.command("logout", rich_help_panel="Look after")(login.logout)
app.command("import", rich_help_panel="Look after")(import_.import_)
app.command("export", rich_help_panel="Look after")(export.export)
app.command("delete", rich_help_panel="Look after")(delete.delete)
app.add_typer(backup.app, name="backup", rich_help_panel="Look after")
app.command("restore", rich_help_panel="Look after")(restore.restore)
app.add_typer(doctor.app, name="doctor", rich_help_panel="Look after")
app.add_typer(exporter.app, name="exporter", rich_help_panel="Make")
app.command("config", rich_help_panel="Look after")(config.config)


def main() -> None:
    """Run the command line and exit with its status."""
    run_process(app)


def run_process(app: typer.Typer) -> None:
    """Run `app` with the process's arguments and exit with its status."""
    sys.exit(run(app))


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """Run `app` with `arguments` (of the process when None). Returns the exit status; errors are printed."""
    try:
        app(list(arguments) if arguments is not None else None)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else FAILED
    except FanlightError as error:
        return _report(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe went away (head, less). Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


def _report(error: FanlightError) -> int:
    from fanlight.cli.output import stderr, visible

    stderr().print(f"fanlight: {visible(error.message)}", style="red")
    if error.hint:
        stderr().print(f"          {visible(error.hint)}", style="dim")
    if isinstance(error, UnreachableError):
        return UNREACHABLE
    return USAGE if isinstance(error, InvalidError | ConfigError) else FAILED


if __name__ == "__main__":
    main()
