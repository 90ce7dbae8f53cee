"""Sessions of rooms begin, go on and end, and each of it is told once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.projects import create_project
from fanlight.catalog.services import list_services
from fanlight.catalog.session_participants import list_present
from fanlight.catalog.session_windows import Sighting
from fanlight.catalog.sessions import RoomSession, Wanted, get_session, list_sessions
from fanlight.catalog.sittings import let_go, see_sessions
from fanlight.clock import ManualClock
from fanlight.errors import ConflictError, InvalidError, NotFoundError, OverloadError
from fanlight.ingest.occupancy import Occupancy
from fanlight.model.room_event import TYPE
from fanlight.model.service import ServiceReport
from fanlight.model.session import Participant
from fanlight.model.signal import Signal

IDLE_S = 600
S = 10**9
ANN = Participant(id="1", name="ann", role="user")


@dataclass
class House:
    """A catalog, an occupancy, and what it told."""

    catalog: Catalog
    clock: ManualClock = field(default_factory=ManualClock)
    told: list[tuple[str, str, str, float, dict[str, Any]]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    is_full: bool = False
    crashes: bool = False

    def __post_init__(self) -> None:
        self.began_ns = self.clock.now_ns()
        self.occupancy = Occupancy(self.catalog, self.report, idle_s=IDLE_S, clock=self.clock)

    async def report(self, project: str, body: bytes, signal: Signal) -> None:
        if self.is_full:
            raise OverloadError("full")
        assert signal is Signal.LOGS
        self.requests.append(body)
        for holder in ExportLogsServiceRequest.FromString(body).resource_logs:
            about = {each.key: each.value.string_value for each in holder.resource.attributes}
            [record] = holder.scope_logs[0].log_records
            [type_] = [each.value.string_value for each in record.attributes if each.key == TYPE]
            data = {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in
                    record.body.kvlist_value.values}  # fmt: skip
            after_s = (record.time_unix_nano - self.began_ns) / S
            self.told.append((project, about["room"], type_, after_s, data))
        if self.crashes:
            raise RuntimeError("the process ends here")

    def run(self, *story: Callable[[], Awaitable[Any]]) -> Any:
        async def told() -> Any:
            found = None
            for step in story:
                found = await step()
            return found

        return asyncio.run(told())

    def see(
        self, session: str, first_s: float, last_s: float, room: str = "lobby", begun_s: float | None = None
    ) -> None:
        """Telemetry of so many seconds after the beginning is noted, and told of."""
        times = (first_s, last_s, last_s if begun_s is None else begun_s)
        sighting = Sighting(room, session, *(self.began_ns + int(at * S) for at in times))
        now_ns = self.clock.now_ns()
        see_sessions(self.catalog, "p", [sighting], idle_ns=IDLE_S * S, now_ns=now_ns)
        self.run(self.occupancy.tell)

    def step(self, seconds: float = 0) -> None:
        """Some time passes, and the background work is done once."""
        self.clock.advance(seconds)
        self.run(self.occupancy.step)

    def sessions(self) -> list[RoomSession]:
        wanted = Wanted(now_ns=self.clock.now_ns(), idle_ns=IDLE_S * S)
        return list_sessions(self.catalog, "p", wanted, before=(2**63 - 1, ""), limit=100)

    def events(self) -> list[tuple[str, float]]:
        return [(type_, at) for _, _, type_, at, _ in self.told]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    catalog = open_catalog("", tmp_path)
    create_project(catalog, "p")
    yield House(catalog)
    catalog.close()


def test_opening_a_room_begins_a_session_and_opening_it_again_is_the_same_one(house: House) -> None:
    first = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.clock.advance(5)
    again = house.run(lambda: house.occupancy.open("p", "lobby"))
    assert (first.id, first.room, first.is_active, first.participants) == (again.id, "lobby", True, {})
    assert house.told == [("p", "lobby", "room.started", 0.0, {})]


def test_a_room_is_opened_in_the_session_that_telemetry_names(house: House) -> None:
    house.see("s1", 0, 10)
    house.clock.advance(10)
    assert house.run(lambda: house.occupancy.open("p", "lobby")).id == "s1"
    assert house.run(lambda: house.occupancy.open("p", "other")).id != "s1"


def test_a_session_ends_idle_when_it_was_last_heard_of_and_is_told_so_once(house: House) -> None:
    house.see("s1", 0, 10)
    house.clock.advance(10)
    house.step(IDLE_S - 1)
    assert house.sessions()[0].ended_by is None
    for _ in range(3):
        house.step(1)
    [ended] = house.sessions()
    assert (ended.ended_by, ended.ended_ns) == ("idle", house.began_ns + 10 * S)
    assert house.events() == [("room.started", 0.0), ("room.ended", 10.0)]
    assert house.told[-1][-1] == {"by": "idle"}


def test_an_idle_session_goes_on_with_newer_telemetry_that_names_it(house: House) -> None:
    house.see("s1", 0, 10)
    house.step(IDLE_S + 100)
    house.see("s1", 5, 6)  # older than its end
    assert house.sessions()[0].ended_by == "idle"
    house.see("s1", IDLE_S + 90, IDLE_S + 95)
    assert house.sessions()[0].ended_by is None
    assert house.events() == [("room.started", 0.0), ("room.ended", 10.0), ("room.started", IDLE_S + 90)]
    assert house.told[-1][-1] == {"resumed": True}


def test_a_killed_session_never_comes_back_and_its_room_begins_another(house: House) -> None:
    opened = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.run(lambda: house.occupancy.join("p", opened.id, ANN))
    house.clock.advance(20)
    for _ in range(2):
        killed = house.run(lambda: house.occupancy.end("p", opened.id, "killed"))
        assert (killed.is_active, killed.ended_by, killed.participants) == (False, "killed", {})
    house.see(opened.id, 25, 30)
    house.see("", 26, 28)
    with pytest.raises(ConflictError, match="was killed"):
        house.run(lambda: house.occupancy.join("p", opened.id, ANN))
    after, before = house.sessions()
    assert (before.id, before.ended_by, before.ended_ns) == (opened.id, "killed", house.began_ns + 20 * S)
    assert (after.id != opened.id, after.started_ns) == (True, house.began_ns + 26 * S)
    assert house.events() == [
        ("room.started", 0.0),
        ("participant.joined", 0.0),
        ("participant.left", 20.0),
        ("room.ended", 20.0),
        ("room.started", 26.0),
    ]


def test_late_telemetry_without_a_name_belongs_to_the_killed_session_of_its_time(house: House) -> None:
    house.see("", 0, 10)
    [made] = house.sessions()
    house.clock.advance(20)
    house.run(lambda: house.occupancy.end("p", made.id, "ended"))
    house.see("", -5, 15)
    [late] = house.sessions()
    assert (late.id, late.started_ns, late.ended_by) == (made.id, house.began_ns - 5 * S, "ended")


def test_a_span_that_ends_after_its_session_was_killed_begins_no_other(house: House) -> None:
    house.see("", 0, 10)
    house.clock.advance(20)
    house.run(lambda: house.occupancy.end("p", house.sessions()[0].id, "killed"))
    house.see("", 15, 25, begun_s=15)
    assert [each.ended_by for each in house.sessions()] == ["killed"]
    house.see("", 15, 35, begun_s=30)
    assert [each.ended_by for each in house.sessions()] == [None, "killed"]


def test_an_idle_session_that_is_killed_keeps_the_end_that_it_had(house: House) -> None:
    house.see("s1", 0, 10)
    house.step(2 * IDLE_S)
    killed = house.run(lambda: house.occupancy.end("p", "s1", "killed"))
    assert (killed.ended_by, killed.ended_at[:19]) == ("killed", "2026-09-21T14:13:30")
    assert house.events() == [("room.started", 0.0), ("room.ended", 10.0)]


def test_while_somebody_is_there_a_session_goes_on(house: House) -> None:
    opened = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.run(lambda: house.occupancy.join("p", opened.id, ANN))
    for _ in range(4):
        house.step(IDLE_S)
    assert [(each.id, dict(each.participants)) for each in house.sessions()] == [(opened.id, {"user": 1})]
    assert list_present(house.catalog, "p", opened.id) == [ANN]
    for _ in range(2):
        house.run(lambda: house.occupancy.leave("p", opened.id, ANN.id))
    house.step(IDLE_S)
    assert house.sessions()[0].ended_by == "idle"
    assert house.events()[2:] == [("participant.left", 4.0 * IDLE_S), ("room.ended", 4.0 * IDLE_S)]


def test_whoever_was_connected_when_a_server_ended_left_then(house: House) -> None:
    opened = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.run(lambda: house.occupancy.join("p", opened.id, ANN))
    house.step(300)
    house.clock.advance(10_000)  # the server is down
    let_go(house.catalog)
    house.step()
    assert house.events()[2:] == [("participant.left", 300.0), ("room.ended", 300.0)]
    assert house.told[2][-1]["reason"] == "connection lost"


def test_a_session_without_a_name_becomes_a_part_of_one_that_has(house: House) -> None:
    house.see("", 0, 10)
    [made] = house.sessions()
    house.see("s1", 20, 30)
    [named] = house.sessions()
    assert (named.id, named.started_ns, named.last_ns) == ("s1", house.began_ns, house.began_ns + 30 * S)
    assert get_session(house.catalog, "p", made.id) == named
    assert house.events() == [("room.started", 0.0), ("room.ended", 10.0), ("room.started", 0.0)]
    house.clock.advance(40)
    killed = house.run(lambda: house.occupancy.end("p", made.id, "killed"))
    assert (killed.id, killed.ended_by) == ("s1", "killed")
    house.see("", 45, 46)
    assert len(house.sessions()) == 2


def test_a_session_whose_id_was_given_out_stays_its_own(house: House) -> None:
    house.see("", 0, 10)
    house.clock.advance(10)
    opened = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.see("s1", 20, 30)
    assert {each.id for each in house.sessions()} == {opened.id, "s1"}


def test_old_telemetry_in_pieces_is_one_session_that_ended_when_it_did(house: House) -> None:
    day = -86_400
    for piece in range(4):
        house.see("s1", day + 10 * piece, day + 10 * piece + 5)
        house.step(1)
    [old] = house.sessions()
    assert not old.is_active(house.clock.now_ns(), IDLE_S * S)
    house.step(120)
    assert house.events() == [("room.started", day), ("room.ended", day + 35)]


def test_what_could_not_be_told_is_told_later_in_its_order(house: House) -> None:
    house.is_full = True
    opened = house.run(lambda: house.occupancy.open("p", "lobby"))
    house.run(lambda: house.occupancy.join("p", opened.id, ANN))
    assert house.told == []
    house.is_full = False
    house.step()
    assert house.events() == [("room.started", 0.0), ("participant.joined", 0.0)]


def test_a_process_that_ends_between_log_and_catalog_tells_the_very_same_record_again(house: House) -> None:
    house.crashes = True
    with pytest.raises(RuntimeError):
        house.run(lambda: house.occupancy.open("p", "lobby"))
    house.crashes = False
    house.clock.advance(7)
    next_one = Occupancy(house.catalog, house.report, idle_s=IDLE_S, clock=house.clock)
    house.run(next_one.tell)
    first, second = house.requests
    assert first == second
    house.run(next_one.tell)
    assert len(house.requests) == 2


def test_a_service_starts_restarts_and_stops_in_its_room(house: House) -> None:
    def report(state: Any, **more: Any) -> None:
        said = ServiceReport(name="planner", kind="agent", state=state, **more)
        house.run(lambda: house.occupancy.report_service("p", "lobby", said))
        house.clock.advance(1)

    report("starting", image="planner:1")
    report("running", cpu_percent=3.5, memory_bytes=9)
    report("restarting", restarts=1)
    report("running", restarts=1)
    report("running", restarts=2)
    report("stopped")
    report("stopped")
    assert house.events() == [
        ("room.started", 0.0),
        ("service.started", 0.0),
        ("service.restarted", 2.0),
        ("service.restarted", 4.0),
        ("service.stopped", 5.0),
    ]
    [known] = list_services(house.catalog, "p", "lobby")
    assert (known.report.state, known.report.cpu_percent, known.session) == (
        "stopped", None, house.sessions()[0].id,
    )  # fmt: skip
    assert house.told[1][-1] == {
        "image": "planner:1",
        "kind": "agent",
        "name": "planner",
        "state": "starting",
    }


def test_a_service_keeps_the_session_of_its_room_and_the_end_of_one_begins_none(house: House) -> None:
    def report(state: Any) -> None:
        said = ServiceReport(name="planner", kind="agent", state=state)
        house.run(lambda: house.occupancy.report_service("p", "lobby", said))

    for _ in range(3):
        report("running")
        house.step(IDLE_S - 1)
    assert [each.ended_by for each in house.sessions()] == [None]
    house.step(1)
    report("stopped")
    report("stopped")
    [ended] = house.sessions()
    assert (ended.ended_by, house.events()[-2:]) == (
        "idle",
        [("room.ended", 2.0 * (IDLE_S - 1)), ("service.stopped", 3.0 * (IDLE_S - 1) + 1)],
    )


def test_what_is_not_there_is_not_found_and_no_room_has_a_bad_name(house: House) -> None:
    with pytest.raises(NotFoundError, match="no session 'nothing'"):
        house.run(lambda: house.occupancy.end("p", "nothing", "killed"))
    with pytest.raises(NotFoundError):
        house.run(lambda: house.occupancy.join("p", "nothing", ANN))
    with pytest.raises(InvalidError, match="cannot name a room"):
        house.run(lambda: house.occupancy.open("p", "bad\nname"))


def test_a_session_is_one_of_its_room_whatever_later_telemetry_says(house: House) -> None:
    house.see("s1", 0, 1)
    house.see("s1", 2, 3, room="elsewhere")
    house.see("s1", 4, 5, room="")
    house.see("unknown", 4, 5, room="")
    [found] = house.sessions()
    assert (found.room, found.last_ns) == ("lobby", house.began_ns + 5 * S)
