"""An agent in a room is told to the server as a service: when it runs, what it uses, how it ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fanlight.runner import engine, service
from fanlight.runner.backend import Load
from fanlight.runner.load import load_below
from fanlight.runner.order import Order, Status
from fanlight.runner.service import MIN_REPORT_S, ServiceReports, figures, service_of
from fanlight.runner.surroundings import Place
from fanlight.sdk.endpoint import Endpoint

ABOUT = {"version": "2", "run_id": "r1", "restarts": 0}


class Child:
    """Uses what it is told to use."""

    id = "1"

    def __init__(self, *loads: Load | None, image: str | None = None) -> None:
        self.image = image
        self._loads = list(loads)

    async def load(self) -> Load | None:
        return self._loads.pop(0) if self._loads else None


class Server:
    """Takes reports, or refuses them; tells when the n-th came."""

    def __init__(self, *, refuses: bool = False, hangs: bool = False) -> None:
        self.reports: list[dict[str, Any]] = []
        self._refuses, self._hangs = refuses, hangs
        self.came = asyncio.Event()

    async def send(self, report: Mapping[str, Any]) -> None:
        self.reports.append(dict(report))
        self.came.set()
        if self._refuses:
            raise ConnectionError("refused")
        if self._hangs:
            await asyncio.Event().wait()


def told(server: Server, child: Any, status: Status) -> int:
    async def story() -> int:
        reports = ServiceReports(server.send, ABOUT)
        reports.begin(child)
        await server.came.wait()
        return await reports.end(status)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("status", "state"),
    [("success", "stopped"), ("cancelled", "stopped"), ("suspended", "stopped"), ("error", "failed"),
     ("lost", "failed")],
)  # fmt: skip
def test_a_service_runs_and_ends_as_its_run_did(status: Status, state: str) -> None:
    server = Server()
    child = Child(Load(cpu_s=1.0, memory_bytes=7), image="weather:2")
    assert told(server, child, status) == 0
    container = {**ABOUT, "kind": "container", "image": "weather:2"}
    assert server.reports == [
        {**container, "state": "running", "memory_bytes": 7},
        {**container, "state": state},
    ]


def test_what_the_server_does_not_take_is_counted_and_stops_nothing() -> None:
    server = Server(refuses=True)
    assert told(server, Child(), "success") == 2
    assert [each["state"] for each in server.reports] == ["running", "stopped"]


def test_a_server_that_never_answers_holds_the_end_up_for_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "END_S", 0.05)
    server = Server(hangs=True)
    assert told(server, Child(), "success") == 1
    assert [each["state"] for each in server.reports] == ["running"]


def test_between_two_reports_of_one_state_lie_five_seconds_whatever_is_asked_for() -> None:
    assert ServiceReports(interval_s=0.001).interval_s == MIN_REPORT_S == 5.0


def test_what_it_uses_is_told_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MIN_REPORT_S", 0.001)
    server = Server()

    async def story() -> None:
        reports = ServiceReports(server.send, ABOUT, interval_s=0.001)
        loads = [Load(cpu_s=float(each), memory_bytes=each) for each in range(1, 4)]
        reports.begin(Child(*loads))  # type: ignore[arg-type]
        while len(server.reports) < 3:
            server.came.clear()
            await server.came.wait()
        await reports.end("success")

    asyncio.run(story())
    assert [each["memory_bytes"] for each in server.reports[:3]] == [1, 2, 3]
    assert ["cpu_percent" in each for each in server.reports[:3]] == [False, True, True]
    assert server.reports[-1]["state"] == "stopped"


def test_processor_time_is_told_in_percent_of_one_core_since_the_report_before() -> None:
    before, used = Load(cpu_s=2.0, memory_bytes=1), Load(cpu_s=7.0, memory_bytes=9)
    assert figures((100.0, before), used, 110.0) == {"memory_bytes": 9, "cpu_percent": 50.0}
    assert figures((100.0, used), before, 110.0) == {"memory_bytes": 1, "cpu_percent": 0.0}
    assert figures(None, used, 110.0) == {"memory_bytes": 9}
    assert figures((100.0, before), None, 110.0) == {}


def test_a_run_without_a_room_is_no_service(tmp_path: Any) -> None:
    endpoint = Endpoint("http://127.0.0.1:9", {})
    order = Order(agent=tmp_path, inputs={}, run_id="r1", endpoint=endpoint, place=Place(project="p"))

    async def story() -> int:
        reports = service_of(order, "weather", None)
        reports.begin(Child())  # type: ignore[arg-type]
        return await reports.end("error")

    assert asyncio.run(story()) == 0


BUSY = """
import sys, time
held = bytearray(64 << 20)
while time.process_time() < 0.3: pass
print("busy", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc here")
def test_the_load_of_a_tree_has_the_time_and_memory_of_all_below() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "busy\n"
        used = load_below(process.pid)
        process.stdin.close()
    assert used is not None
    assert used.cpu_s >= 0.2
    assert used.memory_bytes >= 64 << 20
    assert load_below(process.pid) is None


def test_an_engine_is_asked_for_one_look_and_one_that_fails_tells_nothing() -> None:
    class Client:
        def stats(self, container: str, *, stream: bool, one_shot: bool) -> dict[str, Any]:
            assert (container, stream, one_shot) == ("c1", False, True)
            return {"cpu_stats": {"cpu_usage": {"total_usage": 2 * 10**9}}, "memory_stats": {"usage": 5}}

    class Broken:
        def stats(self, *_: object, **__: object) -> None:
            raise OSError("gone")

    assert engine.load(Client(), "c1") == Load(cpu_s=2.0, memory_bytes=5)
    assert engine.load(Broken(), "c1") is None
