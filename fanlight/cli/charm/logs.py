"""`charm logs`: what became of an agent's runs on the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

TIMEOUT_S = 15.0
DETAIL_CHARACTERS = 100
STYLES = {"error": "red", "success": "green", "running": "yellow"}


def logs(
    path: Annotated[Path, typer.Option("--path", help="The agent's folder.")] = Path(),
    limit: Annotated[
        int, typer.Option("--limit", "-l", min=1, help="How many; the server gives 500 at most.")
    ] = 50,
    base: Annotated[
        str | None, typer.Option("--api-base", help="Address of the API.", show_default=False)
    ] = None,
) -> None:
    """List the newest runs of the agent whose id its charm.yaml has.

    Example: charm logs --path . --limit 50
    """
    from fanlight.cli.charm import settings
    from fanlight.cli.output import say, stdout
    from fanlight.errors import InvalidError, UnauthenticatedError
    from fanlight.runner import definition

    found = definition.load(path)
    if found.id is None:
        raise InvalidError(
            f"{definition.find(path)} has no id", hint="publishing the agent writes one: charm push"
        )
    if (token := settings.token()) is None:
        raise UnauthenticatedError("there is no token", hint="charm auth manual")
    entries = fetch(settings.api_base(base), token, str(found.id), limit)
    if not entries:
        say("No historical run logs found for this agent.", "yellow")
        return
    stdout().print(made(entries))
    say(f"Showing last {len(entries)} execution events.", "dim")


def fetch(base: str, token: str, agent_id: str, limit: int) -> list[Mapping[str, Any]]:
    """Ask the server. Raises UnreachableError, or FanlightError with the server's own words."""
    import httpx

    from fanlight.errors import FanlightError, UnreachableError

    try:
        answer = httpx.get(
            f"{base}/v1/agents/logs",
            params={"agent_id": agent_id, "limit": limit},
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreachableError(
            f"no answer from {base} ({error})", hint="charm config set core.api_base URL"
        ) from error
    try:
        document = answer.json()
    except ValueError:
        document = None
    if answer.status_code != 200:
        said = document.get("error") if isinstance(document, dict) else answer.text[:500]
        raise FanlightError(f"Failed to fetch logs ({answer.status_code}): {_words(said)}")
    entries = document.get("logs") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise FanlightError(f"{base} does not speak Charm's protocol", hint="is the address right?")
    return [entry for entry in entries if isinstance(entry, dict)]


def _words(said: Any) -> str:
    return str(said.get("message", said)) if isinstance(said, dict) else str(said)


def made(entries: Sequence[Mapping[str, Any]]) -> Any:
    """The table of the entries. Whatever a run said is text: nothing of it is markup.

    Example:
        >>> made([{"created_at": "2026-01-02T03:04:05Z", "status": "success", "input_payload": None}]).title
        'Remote Execution Logs'
    """
    from rich.text import Text

    from fanlight.cli.output import table, visible

    rows = []
    for entry in entries:
        status = str(entry.get("status") or "unknown")
        kind = Text(visible(status, limit=12), style=STYLES.get(status, "cyan"))
        rows.append(
            (time_of(entry.get("created_at")), kind, visible(detail_of(entry), limit=DETAIL_CHARACTERS))
        )
    found = table([("Time", {"min_width": 20}), ("Type", {"min_width": 12}), "Details"], rows)
    found.title = "Remote Execution Logs"
    return found


def time_of(given: Any) -> str:
    """The moment as it was given, to the second.

    Example:
        >>> time_of("2026-01-02T03:04:05.678Z"), time_of(None)
        ('2026-01-02 03:04:05', '-')
    """
    return given[:19].replace("T", " ") if isinstance(given, str) and given else "-"


def detail_of(entry: Mapping[str, Any]) -> str:
    """What to say of a run: its error, else the message of its input, else the input.

    Example:
        >>> detail_of({"input_payload": {"message": "hello"}}), detail_of({"input_payload": [1]})
        ('hello', '[1]')
    """
    if error := entry.get("error_message"):
        return str(error)
    payload = entry.get("input_payload")
    if isinstance(payload, Mapping) and payload.get("message"):
        return str(payload["message"])
    return "" if payload is None else str(payload)
