"""`fanlight demo`: a server, sample agents that really run, and their runs read back."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from fanlight.cli.client import Client
    from fanlight.cli.demo.samples import Sample
    from fanlight.cli.demo.server import DemoServer

PORTS = ("port", "otlp_http_port", "otlp_grpc_port")


@dataclass(slots=True)
class Result:
    """What became of one sample: the ids of its traces, and what went wrong."""

    sample: Sample
    traces: tuple[str, ...] = ()
    spans: int = 0
    faults: list[str] = field(default_factory=list)


def demo(
    exit_: Annotated[bool, typer.Option("--exit", help="End after the table instead of staying up.")] = False,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Data directory, kept afterwards.", show_default="a temporary one"),
    ] = None,
    json: options.Json = False,
) -> None:
    """Start a server, run sample agents against it, and show their runs.

    With --exit the status is 0 only if everything that the agents emitted was stored and read back.

    Example: fanlight demo --exit
    """
    from fanlight.cli.client import Client
    from fanlight.cli.demo.server import running_server
    from fanlight.config import load

    _end_on_sigterm()
    config = load(flags={"data": str(data) if data else None})
    ports = {name: str(getattr(config, name)) for name in PORTS}
    with _directory(data) as place, contextlib.ExitStack() as stack:
        with _progress("starting the server"):
            server = stack.enter_context(running_server(place, ports))
        client = stack.enter_context(Client(server.studio, None))
        results = _run_samples(client, server, place)
        runs = _runs_of(client, results)
        ok = not any(result.faults for result in results)
        if json:
            _print_json(server, results, runs)
        else:
            _print(server, runs, _causes_of(client, runs))
        if not exit_:
            _stay(server)
        elif not ok:
            raise typer.Exit(1)


def _end_on_sigterm() -> None:
    """Whoever ends this process ends its server, too: that one has a session of its own."""
    import signal

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)


@contextlib.contextmanager
def _directory(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data.expanduser().resolve()
        return
    with tempfile.TemporaryDirectory(prefix="fanlight-demo-", ignore_cleanup_errors=True) as place:
        yield Path(place)


@contextlib.contextmanager
def _progress(text: str) -> Iterator[Any]:
    from fanlight.cli.output import stderr

    with stderr().status(text) as status:
        yield status


def _run_samples(client: Client, server: DemoServer, place: Path) -> list[Result]:
    from fanlight.cli.demo.readback import wait_until_stored
    from fanlight.cli.demo.samples import SAMPLES, SampleError, run_sample
    from fanlight.cli.output import say, visible

    scratch = place / "samples"
    scratch.mkdir(exist_ok=True)
    results = []
    for sample in SAMPLES:
        result = Result(sample)
        with _progress(f"{sample.name} at work ({sample.story})") as status:
            try:
                manifest = run_sample(sample, endpoint=server.otlp, scratch=scratch)
                status.update(f"reading {sample.name} back")
                result.traces = tuple(dict.fromkeys(span.trace_id for span in manifest.spans))
                result.spans = len(manifest.spans)
                result.faults += wait_until_stored(client, manifest)
            except SampleError as error:
                result.faults.append(str(error))
        say(f"{'✗' if result.faults else '✓'} {sample.name:<13} {result.spans:>3} spans  {sample.story}")
        for fault in result.faults:
            say(f"  {visible(fault)}", "red")
        results.append(result)
    return results


def _runs_of(client: Client, results: list[Result]) -> list[dict[str, Any]]:
    """The runs of the samples' traces, newest first."""
    wanted = {trace_id for result in results for trace_id in result.traces}
    return [dict(run) for run in client.items("runs", limit=500) if run["trace_id"] in wanted]


def _causes_of(client: Client, runs: list[dict[str, Any]]) -> dict[str, str]:
    """Why each failed run failed, in a sentence: run id -> first cause."""
    found = {}
    for run in runs:
        if run["status"] == "error":
            cause = client.project_get(f"runs/{run['id']}/failure")["cause"]
            found[run["id"]] = cause["statement"] if cause else "no cause was found"
    return found


def _print_json(server: DemoServer, results: list[Result], runs: list[dict[str, Any]]) -> None:
    from fanlight.cli.output import print_json

    samples = [
        {"name": r.sample.name, "traces": r.traces, "spans": r.spans, "faults": r.faults} for r in results
    ]
    print_json({"studio": server.studio, "otlp": server.otlp, "samples": samples, "runs": runs})


def _print(server: DemoServer, runs: list[dict[str, Any]], causes: dict[str, str]) -> None:
    from fanlight.cli.client import DEFAULT_URL
    from fanlight.cli.commands.runs import SHORT_ID, runs_table
    from fanlight.cli.output import stdout, visible

    out = stdout()
    out.print()
    out.print(runs_table(runs, width=out.width))
    out.print()
    where = "" if server.studio == DEFAULT_URL else f" --url {server.studio}"
    for run_id, cause in causes.items():
        out.print(f"✗ {visible(cause, limit=out.width - 2)}", style="red", soft_wrap=True)
        out.print(f"  fanlight why {run_id[:SHORT_ID]}{where}", style="dim", soft_wrap=True)
    out.print()
    out.print(f"Studio  {visible(server.studio)}", style="bold", soft_wrap=True)
    out.print(f"OTLP    {visible(server.otlp)}", soft_wrap=True)
    for note in server.notes:
        out.print(f"        {visible(note)}", style="dim", soft_wrap=True)


def _stay(server: DemoServer) -> None:
    from fanlight.cli.output import say
    from fanlight.errors import FanlightError

    say("Ctrl-C ends it.", "dim")
    try:
        status = server.process.wait()
    except KeyboardInterrupt:
        say("stopping", "dim")
        return
    raise FanlightError(f"the server ended with status {status}")
