"""A ClickHouse server on loopback for tests, from the same wheel as the embedded engine.

It runs in a process of its own, because one process holds one engine, in a working directory of its own,
because the engine reads `./config.xml`. The call that keeps it listening is a private one: tests only.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

LIFETIME_S = 2_400

_CONFIG = """<clickhouse>
  <logger><level>none</level></logger>
  <http_port>{port}</http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{directory}/data/</path>
  <mark_cache_size>33554432</mark_cache_size>
  <max_server_memory_usage>1500000000</max_server_memory_usage>
  <background_pool_size>2</background_pool_size>
</clickhouse>
"""

_PROGRAM = """
from chdb import _chdb
_chdb.query(
    "SYSTEM START LISTEN HTTP; SELECT sum(sleepEachRow(1)) FROM numbers({seconds})"
    " SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 3000000",
    "TabSeparated",
    path={path!r},
)
"""


@contextlib.contextmanager
def clickhouse_server(directory: Path) -> Iterator[str]:
    """The server's address, `host:port`, while it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (directory / "config.xml").write_text(_CONFIG.format(port=port, directory=directory))
    program = _PROGRAM.format(seconds=LIFETIME_S, path=str(directory / "data"))
    process = subprocess.Popen([sys.executable, "-c", program], cwd=directory, stderr=subprocess.PIPE)
    try:
        _await(process, f"http://127.0.0.1:{port}/ping")
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        if process.poll() is not None:
            assert process.stderr
            raise RuntimeError(f"the ClickHouse server ended: {process.stderr.read().decode()[-500:]}")
        time.sleep(0.1)
    raise RuntimeError("the ClickHouse server does not answer")
