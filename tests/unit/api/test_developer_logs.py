"""What `/developer-logs` and the services of a room refuse, and what they hand on."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from fanlight.model.developer_log import EVENT
from fanlight.model.signal import Signal

from .conftest import Build, FakeOtlp, House

LOGS = "/api/v1/projects/default/developer-logs"
SERVICES = "/api/v1/projects/default/rooms/lobby/services"
TRACE, SPAN, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "1" * 32


class Kept(FakeOtlp):
    """Keeps the log records that it is handed."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []

    async def report(self, project: str, body: bytes, signal: Signal = Signal.TRACES) -> None:
        if signal is Signal.LOGS:
            for holder in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.records += [
                    each for each in holder.scope_logs[0].log_records if each.event_name == EVENT
                ]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def house(build: Build, kept: Kept) -> House:
    return build(otlp=lambda _: kept)


def test_the_header_names_the_span_of_logs_that_name_none(house: House, kept: Kept) -> None:
    sent = [{"type": "info", "data": "a"}, {"type": "info", "data": "b", "trace_id": OTHER}]
    answer = house.ask("POST", LOGS, json=sent, headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert answer.json() == {"accepted": 2}
    assert [(each.trace_id.hex(), each.span_id.hex()) for each in kept.records] == [
        (TRACE, SPAN),
        (OTHER, ""),
    ]


def test_a_header_that_names_no_span_is_passed_over(house: House, kept: Kept) -> None:
    house.ask("POST", LOGS, json={"type": "info", "data": "a"}, headers={"traceparent": "00-none"})
    [found] = kept.records
    assert (found.trace_id, found.body.string_value) == (b"", "a")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "the body is no JSON"),
        (b"[" * 100_000, 400, "the body is no JSON"),
        (b"[]", 400, "0 developer logs in one request"),
        (b'"hello"', 400, "a developer log is a JSON object"),
        (b'[{"type": "info", "data": "a"}, {"type": "info"}]', 400, "developer log 1: there is no data"),
        (b'{"type": "info", "data": "a", "room": "x\\u0000"}', 400, "'x\\x00' cannot name a room"),
        (b'{"type": "info", "data": "' + b"x" * (4 << 20) + b'"}', 413,
         "the body is longer than 4,194,304 bytes"),
        (b'{"type": "info", "data": "' + b"x" * (2 << 20) + b'"}', 400,
         "data is too much for one developer log"),
    ],
)  # fmt: skip
def test_what_is_no_developer_log_is_refused_whole(
    house: House, kept: Kept, body: bytes, status: int, message: str
) -> None:
    answer = house.ask("POST", LOGS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)
    assert kept.records == []


def test_developer_logs_are_asked_for_by_room_session_and_type(house: House) -> None:
    answer = house.ask("GET", LOGS, params={"q": "slow", "room": "lobby", "type": "warning"})
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})
    assert house.store.asked[-1] == ("default", "list_logs")


REPORT = {"state": "running", "kind": "container", "image": "weather:2", "cpu_percent": 12.5,
          "memory_bytes": 2**40, "restarts": 0}  # fmt: skip


def test_a_service_is_shown_as_it_was_reported_with_where_its_logs_are(house: House) -> None:
    put = house.ask("PUT", f"{SERVICES}/weather", json=REPORT)
    assert (put.status_code, put.json()["state"]) == (200, "running")
    [found] = house.ask("GET", SERVICES).json()["items"]
    assert found == put.json()
    assert found == {
        **REPORT, "room": "lobby", "session": found["session"], "name": "weather", "version": None,
        "run_id": None, "started_at": found["reported_at"], "reported_at": found["reported_at"],
        "logs": 'room:"lobby" service:"weather"',
    }  # fmt: skip


def test_a_service_that_says_nothing_for_a_minute_is_unknown_and_one_that_is_gone_stays_gone(
    house: House,
) -> None:
    house.ask("PUT", f"{SERVICES}/alive", json=REPORT)
    house.ask("PUT", f"{SERVICES}/gone", json={"state": "failed"})

    def states() -> dict[str, str]:
        return {each["name"]: each["state"] for each in house.ask("GET", SERVICES).json()["items"]}

    house.clock.advance(59)
    assert states() == {"alive": "running", "gone": "failed"}
    house.clock.advance(1)
    assert states() == {"alive": "unknown", "gone": "failed"}
    [listed] = house.ask("GET", "/api/v1/projects/default/rooms").json()["items"]
    assert listed["service_states"] == {"unknown": 1, "failed": 1}
    house.ask("PUT", f"{SERVICES}/alive", json=REPORT)
    assert states() == {"alive": "running", "gone": "failed"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"{SERVICES}/%00", REPORT, 400),
        (f"{SERVICES}/{'x' * 201}", REPORT, 400),
        (f"{SERVICES}/weather", {}, 400),
        (f"{SERVICES}/weather", {"state": "sleeping"}, 400),
        (f"{SERVICES}/weather", {"state": "unknown"}, 400),
        (f"{SERVICES}/weather", {"state": "running", "restarts": -1}, 400),
        (f"{SERVICES}/weather", {"state": "running", "memory_bytes": 2**63}, 400),
        (f"{SERVICES}/weather", {"state": "running", "cpu_percent": "NaN"}, 400),
        (f"{SERVICES}/weather", {"state": "running", "memory_bytes": False}, 400),
        (f"{SERVICES}/weather", {"state": "running", "restarts": "1"}, 400),
        (f"{SERVICES}/weather", {"state": "running", "session": "s1"}, 400),
        ("/api/v1/projects/default/rooms/%20/services/weather", REPORT, 400),
    ],
)
def test_what_is_no_report_is_refused(house: House, path: str, body: Any, status: int) -> None:
    assert house.ask("PUT", path, json=body).status_code == status
    assert house.ask("GET", SERVICES).status_code == 404  # no room was made by it
