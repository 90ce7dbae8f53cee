"""Parked records by hand, while no server runs."""

from __future__ import annotations

import asyncio
import fcntl
import json
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.ingest.log import Log
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp import framing
from fanlight.sdk.isolation import ExporterReport
from fanlight.sdk.isolation.record import Record, records_folder

from .conftest import Cli


def open_log(data: Path) -> Log:
    """The log of a data directory."""
    log = Log(data / "log", segment_bytes=1 << 20, max_backlog_bytes=1 << 24)
    log.open()
    return log


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory in which one record with two spans is parked and the log is empty."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number in (1, 2):
        scope.spans.add(trace_id=b"t" * 16, span_id=bytes([number]) * 8, name="poison")
    batch = Batch(
        signal=Signal.TRACES, project="p1", received_ns=1, items=2, plain=request.SerializeToString()
    )
    log = open_log(tmp_path)
    asyncio.run(log.append(batch))
    generation = log.seal()
    assert generation is not None
    [segment] = generation.segments
    content = segment.path.read_bytes()
    [record] = framing.walk(content).records
    log.parked.park(Signal.TRACES, content[record.start : record.end], "the engine cannot read it")
    log.release(generation)
    log.close()
    return tmp_path


def waiting(data: Path) -> list[int]:
    """Items of each segment that waits in the log."""
    log = open_log(data)
    try:
        return [segment.items for generation in log.open() for segment in generation.segments]
    finally:
        log.close()


def listed(cli: Cli, data: Path) -> list[tuple[str, int, str]]:
    """(project, items, reason) of what is parked."""
    items = json.loads(cli("doctor", "parked", "list", "--data", str(data), "--json").stdout)["items"]
    return [(item["project"], item["items"], item["reason"]) for item in items]


def name_of(cli: Cli, data: Path) -> str:
    """The name of the only parked record."""
    [item] = json.loads(cli("doctor", "parked", "list", "--data", str(data), "--json").stdout)["items"]
    return str(item["name"])


def test_a_replayed_record_is_in_the_log_again_and_no_longer_parked(cli: Cli, data: Path) -> None:
    assert listed(cli, data) == [("p1", 2, "the engine cannot read it")]
    assert waiting(data) == []
    assert cli("doctor", "parked", "replay", name_of(cli, data), "--data", str(data)).status == 0
    assert (listed(cli, data), waiting(data)) == ([], [2])


def test_a_discarded_record_is_gone(cli: Cli, data: Path) -> None:
    name = name_of(cli, data)
    assert cli("doctor", "parked", "discard", name, "--yes", "--data", str(data)).status == 0
    assert (listed(cli, data), waiting(data)) == ([], [])
    assert cli("doctor", "parked", "discard", name, "--yes", "--data", str(data)).status == 1


def test_while_a_server_has_the_directory_nothing_is_touched(cli: Cli, data: Path) -> None:
    name = name_of(cli, data)
    with (data / "server.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["replay", name], ["discard", name, "--yes"]):
            ran = cli("doctor", "parked", *command, "--data", str(data))
            assert (ran.status, f"has {data}" in ran.stderr) == (1, True)
    assert listed(cli, data) == [("p1", 2, "the engine cannot read it")]


def test_doctor_names_what_is_parked_and_what_to_do(cli: Cli, data: Path) -> None:
    ran = cli("doctor", "--data", str(data), "--json")
    parked = [item for item in json.loads(ran.stdout)["items"] if item["about"] == "parked"]
    assert [(item["state"], item["hint"]) for item in parked] == [
        ("note", f"fanlight doctor parked replay {name_of(cli, data)}")
    ]
    assert ran.status == 3


def test_exporters_of_agents_that_no_server_heard_of_are_told_from_what_the_agents_left(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    hung = ExporterReport(name="acme", state="stopped", delivered=1_200, dropped=7, last_error="over 5 s")
    well = ExporterReport(name="plain", state="stopped", delivered=3)
    Record(records_folder(), 41, "weather.py").write([hung], None)
    Record(records_folder(), 42, "weather.py").write([well], None)
    ran = cli("doctor", "--json", "--data", str(tmp_path / "data"))
    told = [item for item in json.loads(ran.stdout)["items"] if item["about"] == "agent's exporter"]
    assert [(item["state"], item["text"]) for item in told] == [
        ("ok", "plain is stopped in weather.py (42), 3 events delivered"),
        ("note", "acme is stopped in weather.py (41), 1,200 events delivered, 7 dropped: over 5 s"),
    ]
