"""`fanlight serve`: the server."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from fanlight.server import Endpoints

PORT = "a number, 0 for any free one"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[str | None, typer.Option(help=f"Studio and API: {PORT}.", show_default="4319")] = None,
    otlp_http_port: Annotated[
        str | None, typer.Option(help=f"OTLP over HTTP: {PORT}, or off.", show_default="4318")
    ] = None,
    otlp_grpc_port: Annotated[
        str | None, typer.Option(help=f"OTLP over gRPC: {PORT}, or off.", show_default="4317")
    ] = None,
    data: options.Data = None,
    base_path: Annotated[
        str | None, typer.Option(help="Path under which a proxy serves it.", show_default=False)
    ] = None,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error.", show_default="info")
    ] = None,
    json: options.Json = False,
) -> None:
    """Run the server until Ctrl-C: Studio, API and OTLP.

    Example: fanlight serve --data ./fanlight-data --otlp-grpc-port off
    """
    from fanlight.cli.supervisor import say_ready
    from fanlight.config import load

    config = load(
        flags={
            "host": host,
            "port": port,
            "otlp_http_port": otlp_http_port,
            "otlp_grpc_port": otlp_grpc_port,
            "data": data,
            "base_path": base_path,
            "log_level": log_level,
        }
    )

    def tell(endpoints: Endpoints) -> None:
        gc.freeze()
        gc.enable()
        _print_json(endpoints) if json else _print(endpoints, config)
        say_ready()

    # What a start makes is there to stay: looking through it for garbage is an eighth of the start, and later
    # a tenth of a second of silence each time.
    gc.disable()
    try:
        _serve()(config, on_ready=tell)
    finally:
        gc.enable()


def _serve() -> Callable[..., None]:
    """The server's entry, or a clear word on what is missing: `pip install fanlight` alone has no server."""
    try:
        from fanlight.server import serve as run_server
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "fanlight":
            raise
        from fanlight.errors import FanlightError

        raise FanlightError(
            f"the server needs {error.name}, which is not installed", hint='pip install "fanlight[server]"'
        ) from error
    return run_server


def _print(endpoints: Endpoints, config: Any) -> None:
    from fanlight import __version__
    from fanlight.cli.output import stdout, visible

    out = stdout()
    out.print(f"Fanlight {__version__}", style="bold")
    for name, address in (
        ("Studio", endpoints.studio),
        ("OTLP/HTTP", endpoints.otlp_http),
        ("OTLP/gRPC", endpoints.otlp_grpc),
        ("data", str(config.data_dir)),
    ):
        out.print(f"  {name:<10} {visible(address) if address else 'off'}", soft_wrap=True)
    for note in endpoints.notes:
        out.print(f"  {visible(note)}", style="yellow", soft_wrap=True)
    out.print("Ctrl-C ends it.", style="dim")


def _print_json(endpoints: Endpoints) -> None:
    from dataclasses import asdict

    from fanlight.cli.output import print_json_line

    print_json_line(asdict(endpoints))
