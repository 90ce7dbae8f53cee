"""`charm config`: the settings of Charm's own file."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Show and change Charm's settings.\n\nExample: charm config set core.api_base http://127.0.0.1:4319/api",
    no_args_is_help=True,
)


@app.command("list")
def list_() -> None:
    """Print every setting; secrets are masked.

    Example: charm config list
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import say, stdout, visible
    from fanlight.redact import MASK

    found = settings.read()
    for section, content in found.items():
        for name, value in content.items():
            shown = MASK if name in ("token", "password", "secret") else visible(value)
            stdout().print(f"{visible(section)}.{visible(name)} = {shown}")
    if not found:
        say(f"no settings in {settings.settings_path()}", "dim")


@app.command("set")
def set_(
    key: Annotated[str, typer.Argument(help="section.name")],
    value: Annotated[str, typer.Argument(help="Its value.")],
) -> None:
    """Change one setting.

    Example: charm config set core.api_base http://127.0.0.1:4319/api
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import say
    from fanlight.errors import InvalidError

    if key == "auth.token":
        raise InvalidError(
            "a token on the command line is seen by others", hint="charm auth manual asks for it"
        )
    if key == "core.api_base" and not value.startswith(("http://", "https://")):
        raise InvalidError(f"{value} is no address", hint="http://host:port/api")
    say(f"{key} is in {settings.change(key, value)}", "green")


@app.command()
def unset(key: Annotated[str, typer.Argument(help="section.name")]) -> None:
    """Remove one setting, so that its default holds.

    Example: charm config unset core.api_base
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import say

    say(f"{key} is no more in {settings.change(key, None)}", "green")
