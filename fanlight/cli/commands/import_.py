"""`fanlight import`: files of OTLP into the server."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options
from fanlight.errors import FanlightError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from fanlight.cli.client import Client
    from fanlight.cli.otlp_file import Piece

ATTEMPTS = 8
RETRYABLE = frozenset({429, 502, 503, 504})


@dataclass(slots=True)
class Outcome:
    """What became of one file. `refused` counts items (or whole requests) by the server's reason."""

    path: str
    requests: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    error: str | None = None

    def refuse(self, reason: str, count: int = 1) -> None:
        """Count what the server did not take."""
        self.refused[reason] = self.refused.get(reason, 0) + count

    @property
    def ok(self) -> bool:
        """Whether everything was taken."""
        return not self.refused and self.error is None


def import_(
    files: Annotated[list[Path], typer.Argument(help="OTLP as JSON, JSON lines or protobuf; gzip'd too.")],
    signal: Annotated[
        str | None,
        typer.Option(
            "--signal", help="What protobuf holds: traces, logs or metrics.", show_default="found out"
        ),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            "-p",
            envvar="FANLIGHT_PROJECT",
            help="Project to put it into.",
            show_default="as the files say",
        ),
    ] = None,
    url: options.Url = None,
    key: options.Key = None,
    json: options.Json = False,
) -> None:
    """Send files of OTLP to the server. Sending one twice changes nothing.

    Example: fanlight import traces.json collector-output.jsonl metrics.binpb.gz
    """
    from dataclasses import asdict

    from fanlight.cli.client import Client
    from fanlight.cli.otlp_file import SIGNALS
    from fanlight.cli.output import print_json
    from fanlight.errors import InvalidError

    if signal is not None and signal not in SIGNALS:
        raise InvalidError(f"{signal!r} is no signal", hint="traces, logs or metrics")
    headers = {"x-fanlight-project": project} if project else {}
    with Client(url, key, timeout_s=120) as client:
        outcomes = _import_all(client, files, signal, headers)
    if json:
        print_json({"items": [asdict(outcome) for outcome in outcomes]})
    else:
        _print(outcomes)
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(1)


def _import_all(
    client: Client, files: list[Path], signal: str | None, headers: dict[str, str]
) -> list[Outcome]:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from fanlight.cli.output import stderr, visible

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    outcomes = []
    with Progress(*columns, console=stderr(), transient=True) as progress:
        for path in files:
            total = path.stat().st_size if path.is_file() else 0
            task = progress.add_task(visible(path.name, limit=30), total=total)
            step = functools.partial(progress.update, task)
            outcomes.append(import_file(client, path, signal, headers, advance=step))
    return outcomes


def _ignore(**_: int) -> None:
    """Tell nobody how far it went."""


def import_file(
    client: Client,
    path: Path,
    signal: str | None,
    headers: dict[str, str],
    *,
    advance: Callable[..., None] = _ignore,
) -> Outcome:
    """Send one file. A fault of the file ends it there; UnreachableError is raised."""
    from fanlight.cli.otlp_file import read_pieces

    outcome = Outcome(str(path))
    try:
        for piece in read_pieces(path, signal):
            send(client, piece, headers, outcome)
            advance(completed=piece.position)
    except UnreachableError:
        raise
    except FanlightError as error:
        outcome.error = str(error)
    except OSError as error:
        outcome.error = f"{path}: {error.strerror}"
    return outcome


def send(client: Client, piece: Piece, headers: dict[str, str], outcome: Outcome) -> None:
    """Send one piece, waiting while the server is full, and note what it refused."""
    import gzip

    import httpx

    body = gzip.compress(piece.body, compresslevel=1)
    sent = {**headers, "content-type": piece.content_type, "content-encoding": "gzip"}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = client.http.post(f"/v1/{piece.signal}", content=body, headers=sent)
        except httpx.TransportError as error:
            raise client.unreachable(error) from error
        if response.status_code not in RETRYABLE or attempt == ATTEMPTS:
            break
        time.sleep(_wait_s(response, attempt))
    outcome.requests += 1
    if response.status_code >= 400:
        outcome.refuse(f"{response.status_code}: {_message_of(response)}")
        return
    rejected, reason = partial_success(response, piece.signal)
    if rejected:
        outcome.refuse(reason or "no reason given", rejected)


def _wait_s(response: httpx.Response, attempt: int) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked), 30.0) if asked.isdigit() else min(0.25 * 2**attempt, 10.0)


def partial_success(response: httpx.Response, signal: str) -> tuple[int, str]:
    """How many items the server refused of a request that it took, and why."""
    name = {"traces": "spans", "logs": "log_records", "metrics": "data_points"}[signal]
    if "json" in response.headers.get("content-type", ""):
        found = (response.json() if response.content else {}).get("partialSuccess") or {}
        camel = "rejected" + name.title().replace("_", "")
        return int(found.get(camel) or 0), str(found.get("errorMessage") or "")
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    kinds: dict[str, Any] = {
        "traces": ExportTraceServiceResponse,
        "logs": ExportLogsServiceResponse,
        "metrics": ExportMetricsServiceResponse,
    }
    partial = kinds[signal].FromString(response.content).partial_success
    return int(getattr(partial, f"rejected_{name}")), str(partial.error_message)


def _message_of(response: httpx.Response) -> str:
    """The text of an OTLP error, which is a `google.rpc.Status` in JSON or protobuf."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from google.rpc.status_pb2 import Status

    try:
        if "json" in response.headers.get("content-type", ""):
            found = response.json()
            return str(found.get("message") or found["error"]["message"])
        return str(Status.FromString(response.content).message) or response.reason_phrase
    except (DecodeError, ValueError, KeyError, TypeError, AttributeError):
        return response.reason_phrase


def _print(outcomes: list[Outcome]) -> None:
    from fanlight.cli.output import say, stdout, table, visible

    rows = [[outcome.path, outcome.requests, sum(outcome.refused.values())] for outcome in outcomes]
    right = {"justify": "right", "no_wrap": True}
    stdout().print(table([("file", {"overflow": "fold"}), ("requests", right), ("refused", right)], rows))
    for outcome in outcomes:
        for reason, count in outcome.refused.items():
            say(f"{visible(outcome.path)}: {count} refused: {visible(reason, limit=1_000)}", "yellow")
        if outcome.error:
            say(visible(outcome.error), "red")
