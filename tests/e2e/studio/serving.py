"""A local server as its user starts it; it may go away and come back with what it has stored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Server:
    """Where Studio and OTLP/HTTP are, which stay the same when it is stopped and started again."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.studio, self.otlp = "", ""
        self.start()

    def start(self) -> None:
        """Returns once it can be asked."""
        ports = [url.rpartition(":")[2] or "0" for url in (self.studio, self.otlp)]
        command = [
            str(Path(sys.executable).with_name("fanlight")), "serve", "--json", "--port", ports[0],
            "--otlp-http-port", ports[1], "--otlp-grpc-port", "off", "--data", str(self._data),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server did not start; what it said stands on stderr"
        endpoints = json.loads(line)
        self.studio, self.otlp = endpoints["studio"], endpoints["otlp_http"]

    def stop(self) -> None:
        """Returns once it is gone; a server that is gone stays so."""
        self._process.terminate()
        self._process.communicate(timeout=60)
