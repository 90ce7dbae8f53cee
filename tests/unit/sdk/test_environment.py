"""OpenTelemetry's own environment holds, for all signals and for single ones."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fanlight.sdk.endpoint import Target, find_endpoint
from fanlight.sdk.faults import fault_counts
from fanlight.sdk.payload import Payload
from fanlight.sdk.settings import read_settings
from fanlight.sdk.spool import Spool, open_spool

from .conftest import Ended, Receiver

Program = Callable[..., Ended]
BASE, KEY = "http://lights:4318", {"authorization": "Bearer fl_1"}
OTLP = "OTEL_EXPORTER_OTLP"


def target(signal: str, environ: Mapping[str, str]) -> Target:
    given = {f"{OTLP}_{name}": value for name, value in environ.items()}
    return find_endpoint(BASE, "fl_1", environ=given, is_standard=True).target(signal)


@pytest.mark.parametrize(
    ("given", "timeout_s"),
    [
        ({}, 5.0),
        ({"TIMEOUT": "2.5"}, 2.5),
        ({"TIMEOUT": "2.5", "LOGS_TIMEOUT": "7"}, 7.0),
        ({"LOGS_TIMEOUT": ""}, 5.0),
        ({"TIMEOUT": "2500"}, 2.5),
        ({"TIMEOUT": "900"}, 60.0),
        ({"TIMEOUT": "0"}, 5.0),
        ({"TIMEOUT": "-1"}, 5.0),
        ({"TIMEOUT": "nan"}, 5.0),
        ({"TIMEOUT": "soon"}, 5.0),
    ],
)
def test_a_timeout_is_in_seconds_and_from_a_thousand_on_in_milliseconds(
    given: dict[str, str], timeout_s: float
) -> None:
    assert target("logs", given).timeout_s == timeout_s


@pytest.mark.parametrize(
    ("given", "compression"),
    [
        ({}, "gzip"),
        ({"COMPRESSION": "none"}, "none"),
        ({"COMPRESSION": " Deflate "}, "deflate"),
        ({"COMPRESSION": "none", "LOGS_COMPRESSION": "gzip"}, "gzip"),
        ({"TRACES_COMPRESSION": "none"}, "gzip"),
        ({"COMPRESSION": "brotli"}, "gzip"),
    ],
)
def test_compression_is_gzip_unless_something_else_is_asked_for(
    given: dict[str, str], compression: str
) -> None:
    assert target("logs", given).compression == compression


def test_a_signal_of_its_own_address_gets_its_own_headers_and_never_the_key_of_another_server() -> None:
    given = {
        "HEADERS": "x-tenant=a",
        "TRACES_ENDPOINT": "https://traces.example/in/v1/traces",
        "METRICS_ENDPOINT": f"{BASE}/elsewhere",
        "METRICS_HEADERS": "x-tenant=b",
    }
    assert [(target(signal, given).url, target(signal, given).headers) for signal in
            ("traces", "metrics", "logs")] == [
        ("https://traces.example/in/v1/traces", {"x-tenant": "a"}),
        (f"{BASE}/elsewhere", {"x-tenant": "b", **KEY}),
        (f"{BASE}/v1/logs", {"x-tenant": "a", **KEY}),
    ]  # fmt: skip


def test_addresses_of_single_signals_are_not_taken_where_another_server_was_named() -> None:
    environ = {f"{OTLP}_TRACES_ENDPOINT": "https://vendor.example/t", f"{OTLP}_HEADERS": "x-api-key=secret"}
    named = find_endpoint(environ={**environ, "FANLIGHT_URL": BASE})
    assert (named.path("traces"), named.headers) == (f"{BASE}/v1/traces", {})
    assert find_endpoint(BASE, environ=environ).path("traces") == f"{BASE}/v1/traces"
    assert find_endpoint(environ=environ).path("traces") == "https://vendor.example/t"


def test_what_is_kept_for_an_address_stays_apart_from_what_is_kept_for_another(tmp_path: Path) -> None:
    def opened(**environ: str) -> Spool:
        given = {f"{OTLP}_{name}": value for name, value in environ.items()}
        return open_spool(tmp_path, find_endpoint(BASE, environ=given, is_standard=True))

    kept = Payload("logs", 1, b"kept")
    spool = opened()
    spool.put(kept)
    spool.close()
    elsewhere, same = opened(LOGS_ENDPOINT="http://other/v1/logs"), opened(TIMEOUT="9", COMPRESSION="none")
    assert (elsewhere.first(), same.first()) == (None, kept)


@pytest.mark.parametrize(
    ("given", "interval_ms"), [("", 5_000.0), ("750", 750.0), ("1", 100.0), ("inf", 5_000.0), ("x", 5_000.0)]
)
def test_metrics_are_collected_as_often_as_the_environment_says(given: str, interval_ms: float) -> None:
    environ = {"OTEL_METRIC_EXPORT_INTERVAL": given} if given else {}
    assert read_settings({**environ, "FANLIGHT_SPOOL": "off"}).metric_interval_ms == interval_ms
    if given == "x":
        assert fault_counts()["OTEL_METRIC_EXPORT_INTERVAL"] > 0


class Taken:
    """Requests as they were on the wire: path, how they were coded, and how their body reads."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, str | None, bool]] = []


@pytest.fixture
def taken() -> Iterator[Taken]:
    found = Taken()
    plain = {None: lambda body: body, "gzip": gzip.decompress, "deflate": zlib.decompress}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            coding = self.headers.get("content-encoding")
            body = plain[coding](self.rfile.read(int(self.headers["content-length"])))
            found.requests.append((self.path, coding, b"service.name" in body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


ALL_THREE = """
{begin}
import logging, time
from opentelemetry import metrics, trace
from opentelemetry._logs import LogRecord, get_logger_provider
with trace.get_tracer("t").start_as_current_span("work"):
    get_logger_provider().get_logger("t").emit(LogRecord(body="hello"))
metrics.get_meter("m").create_counter("jobs").add(2)
"""
BEGINNINGS = {
    "OTEL_ENDPOINT": "from meshagent.otel import otel_config; otel_config()",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "import fanlight; fanlight.configure()",
}


@pytest.mark.parametrize("variable", list(BEGINNINGS))
def test_each_signal_goes_where_and_how_the_environment_says(
    variable: str, taken: Taken, receiver: Receiver, program: Program
) -> None:
    environ = {
        variable: receiver.url,
        f"{OTLP}_COMPRESSION": "none",
        f"{OTLP}_LOGS_ENDPOINT": f"{taken.url}/only/logs",
        f"{OTLP}_METRICS_ENDPOINT": f"{taken.url}/m",
        f"{OTLP}_METRICS_COMPRESSION": "deflate",
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
    }
    done = program(ALL_THREE.format(begin=BEGINNINGS[variable]), **environ)
    assert (done.status, done.stderr) == (0, "")
    assert (receiver.tree(), receiver.logs, receiver.metrics) == ([("work", None)], [], [])
    assert "content-encoding" not in receiver.headers
    assert set(taken.requests) == {("/only/logs", None, True), ("/m", "deflate", True)}


@pytest.mark.parametrize("variable", list(BEGINNINGS))
def test_metrics_are_collected_three_times_while_the_usual_interval_would_pass_once(
    variable: str, program: Program
) -> None:
    code = f"""
import threading
{BEGINNINGS[variable]}
from opentelemetry import metrics
calls, thrice = [], threading.Event()
def observe(_):
    calls.append(1)
    if len(calls) == 3:
        thrice.set()
    return []
metrics.get_meter("m").create_observable_gauge("depth", [observe])
print(thrice.wait(10))
"""
    environ = {variable: "http://127.0.0.1:9", "OTEL_METRIC_EXPORT_INTERVAL": "100"}
    assert program(code, **environ).stdout == "True\n"


def test_an_exit_is_over_within_two_seconds_however_long_the_timeout_of_the_environment_is(
    receiver: Receiver, program: Program
) -> None:
    receiver.delay_s = 6.0
    code = ALL_THREE.format(begin=BEGINNINGS["OTEL_ENDPOINT"])
    timed = f"import atexit, time\natexit.register(lambda: print(time.monotonic() - ended[0]))\n{code}"
    done = program(f"{timed}\nended = [time.monotonic()]", OTEL_ENDPOINT=receiver.url,
                   OTEL_EXPORTER_OTLP_TIMEOUT="50")  # fmt: skip
    assert float(done.stdout) < 2.0
