"""The last runs of an agent, as Charm's `charm logs` prints them.

That command hands texts to a terminal as markup and stops with a traceback at an input which is no object, or
whose `message` is no text. So each answer is made of what it can print.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from fanlight.model.project import ProjectScope
from fanlight.model.run import Run
from fanlight.query.runs import list_runs
from fanlight.store.contract import Store

MOST = 500
MESSAGE = "message"
MOST_CHARACTERS = 4_000
_BRACKET = re.compile(r"(\\*)\[(?=([a-z#/@][^\[]*?\])?)")
"""A bracket with the backslashes before it, and whether Rich would read a tag there."""


class AgentLog(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `input_payload` is what went in, with a `message` that is a text."""

    created_at: str
    status: str
    input_payload: dict[str, Any] | None
    error_message: str | None
    run_id: str


class AgentLogs(msgspec.Struct, frozen=True, kw_only=True):
    """Runs, newest first."""

    logs: list[AgentLog]


def list_agent_logs(store: Store, scope: ProjectScope, agent: str, *, limit: int) -> AgentLogs:
    """The last runs in which an agent of that name took part, at most MOST."""
    quoted = agent.replace("\\", "\\\\").replace('"', '\\"')
    page = list_runs(store, scope, q=f'agent:"{quoted}"', limit=max(1, min(limit, MOST)))
    runs: list[Run] = page.items
    asked = {"runs": [run.id for run in runs]}
    inputs: dict[str, str] = dict(store.read(scope, "run_inputs", asked)) if runs else {}  # type: ignore[arg-type]
    return AgentLogs(logs=[_log(run, inputs.get(run.id, "")) for run in runs])


def find_agent_of_id(store: Store, scope: ProjectScope, agent_id: str) -> str | None:
    """The name of the agent that gave that id in its telemetry; None when none did."""
    rows = store.read(scope, "agent_of_id", {"agent_id": agent_id})
    return str(rows[0][0]) if rows else None


def _log(run: Run, input_: str) -> AgentLog:
    error = run.error.message or run.error.type if run.error else None
    if error is None and run.status == "error":
        error = "the run failed"
    return AgentLog(
        created_at=datetime.fromisoformat(run.started_at).astimezone(UTC).isoformat(timespec="microseconds"),
        status=str(run.status),
        input_payload=payload_of(input_),
        error_message=printable(error) if error else None,
        run_id=run.id,
    )


def payload_of(text: str) -> dict[str, Any] | None:
    """A run's input as an object whose `message` any terminal can print; None when nothing went in.

    Example:
        >>> payload_of('{"message": "[red]hi[/red]"}'), payload_of('["a", 1]'), payload_of("")
        ({'message': '\\\\[red]hi\\\\[/red]'}, {'message': '["a", 1]'}, None)
    """
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {MESSAGE: printable(text)}
    if not isinstance(found, dict):
        return {MESSAGE: printable(found if isinstance(found, str) else text)}
    if not found:
        return {}
    said = found.get(MESSAGE)
    if said is None:
        return {**found, MESSAGE: printable(text)}
    return {**found, MESSAGE: printable(said if isinstance(said, str) else json.dumps(said))}


def printable(text: str) -> str:
    """`text` so that markup in it is shown as it is, and nothing in it commands the terminal.

    Example:
        >>> printable("[bold]\\x1b]0;x")
        '\\\\[bold]\\ufffd]0;x'
    """
    shown = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text[:MOST_CHARACTERS])
    return _BRACKET.sub(_escaped, shown)


def _escaped(found: re.Match[str]) -> str:
    if found[2]:  # before a tag two backslashes stand for one
        return found[1] * 2 + r"\["
    return found[1] + r"\[" if found[1] else "["
