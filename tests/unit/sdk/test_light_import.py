"""`pip install fanlight` stays light: importing it costs an agent next to nothing."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

import pytest

SERVER_DEPENDENCIES = {
    "alembic", "chdb", "clickhouse_connect", "fastapi", "genai_prices", "grpc", "httptools", "isal",
    "msgspec", "pyarrow", "sqlalchemy", "starlette", "uvicorn", "uvloop", "websockets", "zstandard",
}  # fmt: skip
SERVER_PARTS = {
    f"fanlight.{part}"
    for part in ("access", "api", "catalog", "ingest", "live", "otlp", "query", "server", "store")
}
LIMIT_S = 0.150


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def seconds_of(code: str) -> float:
    """How long a fresh interpreter takes for `code`, without its own start."""
    script = f"import time\nstart = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.parametrize(
    "code",
    [
        "import fanlight",
        "import fanlight.sdk",
        "import fanlight; fanlight.configure, fanlight.run, fanlight.span, fanlight.log, fanlight.flush",
        "import fanlight; fanlight.configure(service_name='x', endpoint='http://127.0.0.1:9')",
        "import fanlight; fanlight.room('lobby'), fanlight.Room, fanlight.RoomError",
        "import fanlight.sdk.charm.manager, fanlight.sdk.charm.exporter, fanlight.sdk.meshagent",
        "import fanlight.cli.main",
    ],
)
def test_loads_nothing_of_the_server(code: str) -> None:
    loaded = modules_after(code)
    assert {name for name in loaded if name.split(".")[0] in SERVER_DEPENDENCIES} == set()
    assert {name for name in loaded if ".".join(name.split(".")[:2]) in SERVER_PARTS} == set()


def test_importing_the_package_alone_loads_no_opentelemetry() -> None:
    assert {
        name for name in modules_after("import fanlight, fanlight.sdk") if "opentelemetry" in name
    } == set()


def test_costs_under_150_ms_beyond_what_the_opentelemetry_sdk_costs_itself() -> None:
    sdk = "import opentelemetry.sdk.trace, opentelemetry.sdk._logs, opentelemetry.sdk.metrics"
    ours = (
        f"{sdk}\nimport fanlight, fanlight.sdk\nfanlight.configure, fanlight.run, fanlight.span, fanlight.log"
    )
    # Alternating, so that a busy moment of the machine hits both.
    pairs = [(seconds_of(sdk), seconds_of(ours)) for _ in range(7)]
    beyond = statistics.median(with_us for _, with_us in pairs) - statistics.median(base for base, _ in pairs)
    assert beyond < LIMIT_S
