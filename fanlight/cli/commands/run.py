"""`fanlight run`: run an agent here, and see what it does."""

from __future__ import annotations

import asyncio
import contextlib
import json as json_
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.cli.client import Client
    from fanlight.runner.backend import Backend
    from fanlight.runner.order import Order, Outcome
    from fanlight.runner.run import Cost, Show

NOTHING: Mapping[str, str] = MappingProxyType({})
ENDED = ("success", "suspended")
STORED_S = 20.0
REQUESTED = (
    "run_id", "room", "session", "thread", "user", "timeout_s", "memory_mib", "installs", "in_container",
)  # fmt: skip
"""What a request may say besides `agent`, `input`, `env`, `url`, `key` and `project`."""

MAX_REQUEST_BYTES = 64 * 1024 * 1024


def run(
    path: Annotated[
        Path | None, typer.Argument(help="The agent's folder, with its charm.yaml.", show_default=False)
    ] = None,
    input_: Annotated[
        str | None,
        typer.Option("--input", "-i", help='JSON, or @file with it; other text becomes {"input": text}.'),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            "--like",
            metavar="RUN",
            help="Repeat the input of a stored run, and show what differs.",
            show_default=False,
        ),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0.1, help="Stop the run after so many seconds.")
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option("--memory", min=16, help="MiB that it may use.", show_default="2048"),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", "-e", help="NAME=value, or NAME to pass on. Masked everywhere."),
    ] = None,
    install: Annotated[bool, typer.Option(help="Install the agent's requirements first.")] = True,
    docker: Annotated[bool, typer.Option("--docker", help="Run it in a container.")] = False,
    room: Annotated[str | None, typer.Option(help="Room it belongs to.", show_default=False)] = None,
    session: Annotated[str | None, typer.Option(help="Session it belongs to.", show_default=False)] = None,
    execute: Annotated[bool, typer.Option("--execute", hidden=True)] = False,
    project: options.Project = "default",
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Run an agent on this machine: its answer goes to stdout, and the whole run to the server.

    Exit status: 0 it succeeded (or waits for somebody), 1 it failed, 2 wrong usage.

    Example: fanlight run agents/weather --input '{"input": "Oslo?"}'
    """
    from fanlight.cli.client import DEFAULT_URL, Client
    from fanlight.cli.live_run import LiveRun
    from fanlight.cli.output import print_json, say
    from fanlight.errors import InvalidError

    if execute:
        raise typer.Exit(execute_request())
    if path is None:
        raise InvalidError("which agent?", hint="fanlight run PATH, a folder with a charm.yaml")
    show = LiveRun(is_quiet=json)
    with Client(url, key, project) as client:
        source = stored_run(client, like) if like is not None else None
        inputs = source["input"] if source is not None else read_input(input_)
        order = order_of(
            path,
            inputs,
            given=read_variables(env or []),
            url=url or DEFAULT_URL,
            key=key,
            project=project,
            room=room,
            session=session,
            timeout_s=timeout,
            memory_mib=memory,
            installs=install,
            in_container=docker,
        )
        outcome = make_run(order, show, cost=cost_of(client, order.run_id))
        if json:
            print_json(document_of(outcome))
        else:
            show.end(outcome)
        if source is not None and not json:
            if outcome.was_sent:
                print_difference(client, source["id"], outcome.run_id)
            else:
                say("the difference cannot be shown: the server did not take the run", style="yellow")
    if outcome.status == "cancelled":
        raise KeyboardInterrupt
    if outcome.status not in ENDED:
        raise typer.Exit(1)


def read_input(given: str | None) -> Any:
    """The input that `--input` means. Raises InvalidError.

    Example:
        >>> read_input('{"a": 1}'), read_input("hello"), read_input(None)
        ({'a': 1}, {'input': 'hello'}, {})
    """
    from fanlight.errors import InvalidError

    if given is None:
        return {}
    text = given
    if given.startswith("@"):
        try:
            text = sys.stdin.read() if given == "@-" else Path(given[1:]).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidError(
                f"{given[1:]} cannot be read ({error})", hint="--input @file names a file"
            ) from error
    try:
        return json_.loads(text)
    except ValueError as error:
        if given.startswith("@") or given.lstrip()[:1] in ("{", "["):
            raise InvalidError(
                f"the input is not JSON ({error})", hint="""--input '{"input": "hello"}'"""
            ) from error
        return {"input": text}


def read_variables(given: Sequence[str]) -> dict[str, str]:
    """The values that `--env` means. Raises InvalidError."""
    from fanlight.errors import InvalidError

    found = {}
    for each in given:
        name, has_value, value = each.partition("=")
        if not has_value and name not in os.environ:
            raise InvalidError(f"{name} is not in the environment", hint=f"--env {name}=value")
        found[name] = value if has_value else os.environ[name]
    return found


def order_of(
    path: Path,
    inputs: Any,
    *,
    url: str,
    key: str | None,
    project: str,
    given: Mapping[str, str] = NOTHING,
    run_id: str | None = None,
    room: str | None = None,
    session: str | None = None,
    thread: str | None = None,
    user: str | None = None,
    timeout_s: float | None = None,
    memory_mib: int | None = None,
    installs: bool = True,
    in_container: bool = False,
) -> Order:
    """The order for one run of the agent in `path`."""
    from fanlight.cli.login_file import find_login
    from fanlight.config import load
    from fanlight.runner.backend import MIB, Limits
    from fanlight.runner.order import Order
    from fanlight.runner.report import new_run_id
    from fanlight.runner.surroundings import Place
    from fanlight.sdk.endpoint import find_endpoint

    limits = Limits() if memory_mib is None else Limits(memory_bytes=memory_mib * MIB)
    folder = path.parent if path.is_file() else path
    return Order(
        agent=folder,
        inputs=inputs,
        run_id=run_id or new_run_id(),
        endpoint=find_endpoint(url, key or find_login(url), project),
        key=key,
        environ=dict(os.environ),
        env=given,
        place=Place(project=project, room=room, session=session),
        limits=limits,
        timeout_s=timeout_s,
        installs=installs,
        cache=load().environments_dir,
        in_container=in_container,
        thread=thread,
        user=user,
    )


def make_run(order: Order, show: Show, *, cost: Cost | None = None) -> Outcome:
    """Make the run; Ctrl-C and SIGTERM end it as cancelled."""
    from fanlight.runner.run import Run

    async def go() -> Outcome:
        made = Run(order, backend_of(order, show), show, cost=cost)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, made.cancel)
        return await made.execute()

    return asyncio.run(go())


def backend_of(order: Order, show: Show) -> Backend:
    """Where the agent runs."""
    if order.in_container:
        # Loaded when it is asked for: it needs the extra fanlight[docker].
        found: Backend = import_module("fanlight.runner.docker").DockerBackend(note=show.note)
        return found
    from fanlight.runner.process import ProcessBackend

    return ProcessBackend()


def cost_of(client: Client, run_id: str) -> Cost:
    """Asks the server what the run has cost so far."""

    async def ask() -> Decimal | None:
        found = await asyncio.to_thread(client.project_get, f"runs/{run_id}")
        cost = found.get("cost") or {}
        if cost.get("amount") is None or cost.get("currency") not in (None, "USD"):
            return None
        return Decimal(str(cost["amount"]))

    return ask


def execute_request() -> int:
    """Make the run that one JSON document on stdin asks for; its outcome is one line of JSON on stdout."""
    from fanlight.cli.client import DEFAULT_URL
    from fanlight.cli.live_run import LiveRun
    from fanlight.cli.output import print_json_line
    from fanlight.errors import FanlightError, InvalidError

    try:
        request = json_.loads(sys.stdin.read(MAX_REQUEST_BYTES))
        path = Path(request["agent"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidError(
            f"stdin holds no request ({error})", hint='{"agent": path, "input": {}}'
        ) from error
    names = (
        "run_id",
        "room",
        "session",
        "thread",
        "user",
        "timeout_s",
        "memory_mib",
        "installs",
        "in_container",
    )
    more = {name: request[name] for name in names if request.get(name) is not None}
    try:
        order = order_of(
            path,
            request.get("input", {}),
            given=request.get("env") or {},
            url=request.get("url") or os.environ.get("FANLIGHT_URL") or DEFAULT_URL,
            key=request.get("key"),
            project=request.get("project") or "default",
            **more,
        )
        outcome = make_run(order, LiveRun(is_quiet=True))
    except FanlightError as error:
        print_json_line({"run": request.get("run_id"), "status": "error", "error": str(error)})
        raise
    print_json_line(document_of(outcome))
    return 0 if outcome.status in ENDED else 1


def document_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    found = asdict(outcome)
    return {"run": found.pop("run_id"), **found}


def stored_run(client: Client, given: str) -> Mapping[str, Any]:
    """The stored run whose id begins so, with its input as JSON. Raises NotFoundError, InvalidError."""
    from fanlight.cli.commands.show import find_run_id
    from fanlight.errors import InvalidError

    found = client.project_get(f"runs/{find_run_id(client, given)}")
    text = found.get("input")
    if text is None:
        raise InvalidError(f"run {found['id']} has no stored input", hint="give one with --input")
    try:
        return {**found, "input": json_.loads(text)}
    except ValueError:
        return {**found, "input": {"input": text}}


def print_difference(client: Client, original: str, repeated: str) -> None:
    """How the repeated run differs, once the server has both."""
    import time

    from fanlight.cli.commands.diff import print_diff
    from fanlight.errors import NotFoundError

    until = time.monotonic() + STORED_S
    while time.monotonic() < until:
        with contextlib.suppress(NotFoundError):
            if client.project_get(f"runs/{repeated}")["status"] != "running":
                break
        time.sleep(0.1)
    print_diff(client.project_get(f"runs/{original}/diff/{repeated}", changed="true"))
