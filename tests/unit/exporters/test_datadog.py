"""`datadog` against a DogStatsD socket, on UDP and as a file."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.sdk.exporters.datadog import DatadogExporter
from tests.unit.exporters.conftest import Tell

LINE = re.compile(r"^[a-z_.]+:[0-9.]+\|[cd](\|#[^|]+)?$")


def datagrams(listening: socket.socket) -> list[str]:
    """Everything that has arrived."""
    listening.setblocking(False)
    found = []
    while True:
        try:
            found.append(listening.recv(65_536).decode())
        except BlockingIOError:
            return found


def without_times(lines: list[str]) -> list[str]:
    return [re.sub(r":[0-9.]+\|d", ":T|d", line) for line in lines]


TOLD = [
    "charm.action.count:1|c|#service:weather,team:a,tool:search",
    "charm.tool.count:1|c|#service:weather,team:a,status:success,tool:search",
    "charm.tool.duration_ms:T|d|#service:weather,team:a,status:success,tool:search",
    "charm.tool.count:1|c|#service:weather,team:a,status:error,tool:buy",
    "charm.tool.duration_ms:T|d|#service:weather,team:a,status:error,tool:buy",
    "charm.stream.pieces:3|c|#service:weather,team:a",
    "charm.stream.duration_ms:T|d|#service:weather,team:a",
    "charm.run.count:1|c|#service:weather,team:a,status:error",
    "charm.run.duration_ms:T|d|#service:weather,team:a,status:error",
    "_e{16,25}:charm run failed|RuntimeError: no umbrella|t:error|#service:weather,team:a",
]


def test_a_run_becomes_counts_times_and_an_event_over_udp(tell: Tell) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        port = str(listening.getsockname()[1])
        tell(
            "datadog",
            DD_AGENT_HOST="127.0.0.1",
            DD_DOGSTATSD_PORT=port,
            DD_SERVICE="weather",
            DD_TAGS="team:a",
        )
        assert without_times(datagrams(listening)) == TOLD


def test_a_run_becomes_the_same_over_a_unix_socket(tmp_path: Path, tell: Tell) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "dsd.socket"))
        url = f"unix://{tmp_path}/dsd.socket"
        tell("datadog", DD_DOGSTATSD_URL=url, DD_SERVICE="weather", DD_TAGS="team:a")
        assert without_times(datagrams(listening)) == TOLD


def test_names_cannot_forge_a_metric_or_a_tag() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        exporter = DatadogExporter({"DD_DOGSTATSD_URL": f"udp://127.0.0.1:{listening.getsockname()[1]}"})
        exporter.on_tool_start(tool_name="a,b|#c\nforged:1|c", input_str="")
        exporter.on_tool_end(tool_name="a,b|#c\nforged:1|c", output="")
        found = datagrams(listening)
    assert all(LINE.match(line) for line in found), found
    assert found[0] == "charm.tool.count:1|c|#status:success,tool:a_b__c_forged:1_c"


@given(st.text(max_size=300), st.text(max_size=2_000))
def test_whatever_it_is_called_every_datagram_is_one_message_that_fits(name: str, text: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"udp://127.0.0.1:{listening.getsockname()[1]}"
        exporter = DatadogExporter(
            {"DD_DOGSTATSD_URL": address, "OTEL_SERVICE_NAME": name, "DD_SERVICE": name}
        )
        exporter.on_tool_start(tool_name=name, input_str=text)
        exporter.on_tool_error(tool_name=name, error=ValueError(text))
        exporter.on_error(run_id="local", error=ValueError(text))
        *metrics, event = datagrams(listening)
    assert len(metrics) == 4
    assert all(LINE.match(line) for line in metrics), metrics
    sizes, _, said = event.removeprefix("_e{").partition("}:")
    title, body = (int(size) for size in sizes.split(","))
    assert said.encode()[title : title + 1] == b"|"
    assert said.encode()[title + 1 + body :].startswith(b"|t:error")
    assert "\n" not in event


def test_without_a_server_datagrams_are_dropped_and_counted(tmp_path: Path) -> None:
    exporter = DatadogExporter({"DD_DOGSTATSD_URL": f"unix://{tmp_path}/nobody"})
    exporter.on_run_start(run_id="local", inputs={})
    exporter.on_run_end(run_id="local", outputs={"status": "success"})
    assert exporter.dropped == 2


def test_a_full_socket_never_blocks(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "dsd.socket"))
        exporter = DatadogExporter({"DD_DOGSTATSD_URL": f"unix://{tmp_path}/dsd.socket"})
        for _ in range(2_000):
            exporter.on_agent_action(tool="search", tool_input="")
        assert len(datagrams(listening)) + exporter.dropped == 2_000
        exporter.on_agent_action(tool="again", tool_input="")
        assert datagrams(listening) == ["charm.action.count:1|c|#tool:again"]


@pytest.mark.parametrize("environ", [{"DD_DOGSTATSD_PORT": "x"}, {"DD_DOGSTATSD_URL": "unix://"}])
def test_an_address_that_cannot_be_read_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(environ))):
        DatadogExporter(environ)
