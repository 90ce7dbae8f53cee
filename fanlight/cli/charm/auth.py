"""`charm auth`: the token that the other commands use."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="Keep the token for the server, in a file that only you can read.\n\nExample: charm auth manual",
    no_args_is_help=True,
)
MAX_TOKEN = 8_192


@app.command()
def manual(
    email: Annotated[
        str | None, typer.Option("--email", help="Who you are there.", show_default=False)
    ] = None,
    stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from stdin.")] = False,
) -> None:
    """Keep a token that you have, a key of `fanlight keys add` for instance.

    Example: fanlight keys add laptop | charm auth manual --token-stdin
    """
    import sys
    from getpass import getpass

    from fanlight.cli.charm import settings
    from fanlight.cli.output import say
    from fanlight.errors import InvalidError

    given = sys.stdin.readline(MAX_TOKEN + 2) if stdin or not sys.stdin.isatty() else getpass("token: ")
    token = given.strip()
    if not token or len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidError("that is no token", hint="one line of printable characters without spaces")
    settings.change("auth.token", token)
    if email is not None:
        settings.change("auth.email", email)
    say(f"kept in {settings.settings_path()}, which only you can read", "green")


@app.command()
def whoami(
    base: Annotated[
        str | None, typer.Option("--api-base", help="Address of the API.", show_default=False)
    ] = None,
) -> None:
    """Say which server is used, as whom.

    Example: charm auth whoami
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import stdout, visible
    from fanlight.errors import UnauthenticatedError

    if settings.token() is None:
        raise UnauthenticatedError("there is no token", hint="charm auth manual")
    email = settings.read().get("auth", {}).get("email")
    stdout().print(f"{visible(email or 'a token without a name')} at {visible(settings.api_base(base))}")


@app.command()
def logout() -> None:
    """Forget the token.

    Example: charm auth logout
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import say

    settings.write({name: content for name, content in settings.read().items() if name != "auth"})
    say("the token is forgotten here; fanlight keys revoke ends it on the server", "green")
