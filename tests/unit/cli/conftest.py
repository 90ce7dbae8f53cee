"""The command line in this process, against a server that a function plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from fanlight.cli import client as client_module
from fanlight.cli import main as main_module
from fanlight.cli import output


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    stdout: str
    stderr: str


Handler = Callable[[httpx.Request], httpx.Response]
Cli = Callable[..., Ran]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """`cli("runs", "--json", server=handler)`: run a command; without a server nothing answers."""
    for name in ("FANLIGHT_URL", "FANLIGHT_KEY", "FANLIGHT_PROJECT", "FANLIGHT_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused", request=request)

    def run(*arguments: str, server: Handler = nobody, columns: int = 100) -> Ran:
        monkeypatch.setenv("COLUMNS", str(columns))
        made = client_module.Client.__init__

        def with_transport(self: client_module.Client, *given: object, **options: object) -> None:
            made(self, *given, **{**options, "transport": httpx.MockTransport(server)})  # type: ignore[arg-type]

        monkeypatch.setattr(client_module.Client, "__init__", with_transport)
        output.stdout.cache_clear()
        output.stderr.cache_clear()
        try:
            status = main_module.run(main_module.app, arguments)
        finally:
            monkeypatch.setattr(client_module.Client, "__init__", made)
            output.stdout.cache_clear()
            output.stderr.cache_clear()
        told = capsys.readouterr()
        return Ran(status, told.out, told.err)

    return run
