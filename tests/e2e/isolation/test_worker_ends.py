"""How a worker that goes wrong is found, ended, and replaced; what its report says of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fanlight.sdk.isolation import ExporterReport, Isolated, Limits, Target
from fanlight.sdk.isolation.limits import MIB
from fanlight.sdk.isolation.processes import children, descendants
from fanlight.sdk.isolation.record import read_records
from tests.e2e.isolation.conftest import HERE, ROOT, left_behind
from tests.fixtures.waiting import until

SCRIPTED = Target(name="scripted", value="scripted:Exporter")


class Watched:
    """One scripted exporter, what it was told, and what it noted."""

    def __init__(self, isolated: Isolated, notes: Path) -> None:
        self.isolated = isolated
        self._notes = notes

    def tell(self, *tokens: str) -> None:
        for token in tokens:
            self.isolated.emit("on_llm_new_token", {"token": token})

    @property
    def notes(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []

    def until(self, holds: Callable[[ExporterReport], bool]) -> ExporterReport:
        return until(lambda: self.isolated.reports()[0], holds, every_s=0.02)


Watch = Callable[[Limits], "contextmanager[Watched]"]


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    monkeypatch.syspath_prepend(str(HERE / "exporters"))

    @contextmanager
    def watched(**limits: object) -> Iterator[Watched]:
        isolated = Isolated([SCRIPTED], settings=Limits(**limits))  # type: ignore[arg-type]
        try:
            yield Watched(isolated, tmp_path / "notes")
        finally:
            isolated.close()

    return watched


def test_call_that_hangs_is_ended_and_the_next_event_goes_to_a_new_process(watch) -> None:
    with watch(call_s=0.3) as exporter:
        exporter.tell("a", "hang", "b")
        report = exporter.until(lambda report: report.delivered == 2)
    assert (report.last_error, report.restarts, report.drops) == (
        "a call took longer than 0.3 s", 1, {"its process ended": 1},
    )  # fmt: skip
    assert exporter.notes == ["a", "hang", "b"]


def test_call_that_holds_the_interpreter_is_ended_too(watch) -> None:
    with watch(call_s=0.3) as exporter:
        exporter.tell("hold", "b")
        report = exporter.until(lambda report: report.delivered == 1)
    assert (report.last_error, report.restarts) == ("a call took longer than 0.3 s", 1)


@pytest.mark.parametrize(
    ("limits", "token", "error"),
    [
        ({"memory_bytes": 64 * MIB}, "leak", "more than 64 MiB of memory"),
        ({"threads": 20}, "threads", "more than 20 threads"),
        ({"processes": 5}, "processes", "more than 5 processes"),
    ],
)
def test_worker_that_takes_too_much_is_ended_and_replaced(watch, limits, token: str, error: str) -> None:
    with watch(**limits) as exporter:
        exporter.tell("a", token, "b")
        report = exporter.until(lambda report: report.delivered == 2)
    assert (report.last_error, report.restarts, report.drops) == (error, 1, {"its process ended": 1})
    assert exporter.notes == ["a", token, "b"]


def test_new_process_goes_on_behind_the_event_that_the_old_one_died_of(watch) -> None:
    tokens = [*map(str, range(50)), "die", *map(str, range(50, 100))]
    with watch() as exporter:
        exporter.tell(*tokens)
        report = exporter.until(lambda report: report.delivered == 100)
    assert exporter.notes == tokens
    assert (report.last_error, report.restarts, report.dropped, report.state) == (
        "its process exited with status 3 inside a call", 1, 1, "healthy",
    )  # fmt: skip


def test_exporter_that_keeps_raising_gets_nothing_then_one_try_then_everything(watch) -> None:
    with watch(most_failures=3, retry_s=0.5) as exporter:
        exporter.tell("fail", "fail", "fail")
        failing = exporter.until(lambda report: report.state == "open")
        exporter.tell("while open")
        exporter.until(lambda report: report.dropped == 1)

        def is_healthy(report: ExporterReport) -> bool:
            exporter.tell("try")
            return report.state == "healthy"

        exporter.until(is_healthy)
        exporter.tell("again")
        exporter.until(lambda report: "again" in exporter.notes)
    assert failing.last_error == "on_llm_new_token: ValueError: told to"
    assert (failing.failed, failing.delivered) == (3, 0)
    assert "while open" not in exporter.notes


def test_try_that_fails_opens_again_for_longer(watch) -> None:
    told = 2

    def failed(count: int) -> Callable[[ExporterReport], bool]:
        def holds(report: ExporterReport) -> bool:
            nonlocal told
            # One at a time: what waits together is tried together.
            if report.failed + report.dropped == told:
                exporter.tell("fail")
                told += 1
            return report.failed >= count and report.state == "open"

        return holds

    with watch(most_failures=2, retry_s=0.5) as exporter:
        exporter.tell("fail", "fail")
        exporter.until(lambda report: report.state == "open")
        first = time.monotonic()
        exporter.until(failed(3))
        second = time.monotonic()
        report = exporter.until(failed(4))
        third = time.monotonic()
    assert report.failed == 4
    assert set(report.drops) == {"failed too often"}
    # A try may be late, and is never early; a failure is seen a moment after it happened.
    assert (second - first >= 0.4, third - second >= 0.8) == (True, True), (second - first, third - second)


def test_exporter_that_dies_three_times_is_not_started_again_before_its_time(watch) -> None:
    with watch(retry_s=30.0) as exporter:
        for round_number in range(3):
            exporter.tell("die", "a")
            exporter.until(lambda report, least=round_number: report.dropped > least)
        report = exporter.until(lambda report: report.state == "open")
        exporter.tell("b")
        exporter.until(lambda report: report.drops.get("failed too often", 0) >= 1)
    assert report.restarts == 2
    assert "b" not in exporter.notes


def test_end_of_what_it_printed_is_kept(watch, capfd: pytest.CaptureFixture[str]) -> None:
    with watch() as exporter:
        exporter.tell("talk")
        report = exporter.until(lambda report: report.output.endswith("the last words\n"))
    assert len(report.output) == 4096
    assert capfd.readouterr() == ("", "")


def test_changes_of_state_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    monkeypatch.syspath_prepend(str(HERE / "exporters"))
    told: list[tuple[str, str]] = []
    isolated = Isolated(
        [SCRIPTED, Target(name="gone", value="no_such_module:Exporter")],
        on_change=lambda report: told.append((report.name, report.state)),
    )
    isolated.emit("on_llm_new_token", {"token": "a"})
    until(lambda: ("scripted", "healthy") in told)
    isolated.close()
    assert ("gone", "failed") in told
    assert [state for name, state in told if name == "scripted"] == ["starting", "healthy", "stopped"]


def test_report_can_be_read_when_the_agent_is_gone(watch, tmp_path: Path) -> None:
    with watch(folder=tmp_path / "exporters") as exporter:
        exporter.tell("a", "fail")
        exporter.until(lambda report: report.failed == 1)
    (record,) = read_records(tmp_path / "exporters")
    assert (record.pid, record.ended) == (os.getpid(), True)
    (report,) = record.exporters
    assert (report.state, report.delivered, report.failed, report.last_error) == (
        "stopped", 1, 1, "on_llm_new_token: ValueError: told to",
    )  # fmt: skip


def test_agent_sees_no_child_and_keeps_none_after_close(watch) -> None:
    before = set(children(os.getpid()))
    with watch() as exporter:
        exporter.tell("a")
        exporter.until(lambda report: report.delivered == 1)
        during = set(descendants(os.getpid()))
    assert during == before == set(children(os.getpid()))


KILLED = """
import os, sys, time
from fanlight.sdk.isolation import Isolated, Target
isolated = Isolated([Target(name="scripted", value="scripted:Exporter")])
isolated.emit("on_llm_new_token", {"token": "a"})
while not isolated.reports()[0].delivered: time.sleep(0.01)
isolated.emit("on_llm_new_token", {"token": "b"})
time.sleep(0.2)
if sys.argv[1] == "fork" and os.fork() == 0:
    time.sleep(1000)
print("ready", flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("how", ["alone", "fork"])
def test_agent_killed_at_once_leaves_nobody_and_loses_nothing_older_than_its_last_moment(
    tmp_path: Path, how: str
) -> None:
    mark = f"killed-{how}-{os.getpid()}-{time.monotonic_ns()}"
    environment = {
        **os.environ, "NOTES": str(tmp_path / "notes"), "FANLIGHT_TEST_MARK": mark,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE / "exporters"))),
    }  # fmt: skip
    agent = subprocess.Popen([sys.executable, "-c", KILLED, how], env=environment, stdout=subprocess.PIPE)
    assert agent.stdout is not None
    assert agent.stdout.readline() == b"ready\n"
    forked = children(agent.pid)
    agent.send_signal(signal.SIGKILL)
    agent.wait()
    agent.stdout.close()
    try:
        until(lambda: set(left_behind(mark, within_s=0.0)) <= set(forked))
    finally:
        for pid in forked:
            os.kill(pid, signal.SIGKILL)
    assert (tmp_path / "notes").read_text() == "a\nb\n"
