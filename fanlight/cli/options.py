"""Options that several commands share, each with its help and its environment variable."""

from __future__ import annotations

from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="FANLIGHT_URL", help="Server address.", show_default="http://127.0.0.1:4319"
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="FANLIGHT_KEY", help="Key to present (fl_...).", show_default=False, show_envvar=True
    ),
]
Project = Annotated[
    str, typer.Option("--project", "-p", envvar="FANLIGHT_PROJECT", help="Project to look at.")
]
Data = Annotated[
    str | None,
    typer.Option("--data", envvar="FANLIGHT_DATA", help="Data directory.", show_default="the platform's own"),
]
Filter = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILTER",
        help='Filter, as in Studio: status:error agent:weather "timed out".',
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="From here on: 15m, 3h, 7d or an ISO time.", show_default=False
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="WHEN", help="Up to here: 15m, 3h, 7d or an ISO time.", show_default=False
    ),
]

Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=NUMBER",
        help="A limit of its own (see fanlight projects limits): 0 = none, server = as the server says;"
        " may be given again.",
        show_default=False,
    ),
]


Redact = Annotated[
    str | None,
    typer.Option(
        "--redact",
        metavar="KINDS",
        help="Personal data that is masked, separated by commas: cards, email, phone, iban; or none.",
        show_default=False,
    ),
]
RedactPattern = Annotated[
    list[str] | None,
    typer.Option(
        "--redact-pattern",
        metavar="NAME=REGEX",
        help="A regular expression (RE2) whose finds are masked; NAME= takes it away. May be given again.",
        show_default=False,
    ),
]
MaskSecrets = Annotated[
    bool | None,
    typer.Option(
        "--mask-secrets/--no-mask-secrets",
        help="Whether declared secrets are masked; tokens of known shapes always are.",
        show_default=False,
    ),
]
CaptureContent = Annotated[
    bool | None,
    typer.Option(
        "--capture-content/--no-capture-content",
        help="Whether messages, arguments and results of tools, and documents are kept.",
        show_default=False,
    ),
]


def privacy_of(
    redact: str | None, patterns: list[str] | None, mask_secrets: bool | None, capture_content: bool | None
) -> dict[str, Any]:
    """What the options say of a project's privacy; nothing of what they leave out.

    Example:
        >>> privacy_of("none", ["staff=P-[0-9]{6}", "old="], None, False)
        {'personal': [], 'patterns': {'staff': 'P-[0-9]{6}', 'old': None}, 'capture_content': False}
    """
    said: dict[str, Any] = {}
    if redact is not None:
        said["personal"] = [] if redact.strip().lower() == "none" else redact.split(",")
    if patterns:
        named = [each.partition("=") for each in patterns]
        if not all(equals for _, equals, _ in named):
            raise typer.BadParameter("write NAME=REGEX", param_hint="--redact-pattern")
        said["patterns"] = {name: pattern or None for name, _, pattern in named}
    if mask_secrets is not None:
        said["mask_secrets"] = mask_secrets
    if capture_content is not None:
        said["capture_content"] = capture_content
    return said


def limits_of(given: list[str]) -> dict[str, float | None]:
    """What `--limit` was given, by name. Raises InvalidError when it is not written so."""
    from fanlight.model.limits import parse_limit

    return dict(parse_limit(text) for text in given)


def is_alone(context: typer.Context) -> bool:
    """Whether a group was called without a command of its own.

    Options before such a command would be lost without a word, so they are refused.

    Raises:
        InvalidError: options stand before the command.
    """
    from fanlight.errors import InvalidError

    if context.invoked_subcommand is None:
        return True
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise InvalidError(
                f"--{name} stands before {context.invoked_subcommand}",
                hint=f"write it behind: {context.command_path} {context.invoked_subcommand} --{name} ...",
            )
    return False
