"""MeshAgent's own SDK in a room of ours: developer logs by all five methods, denied as it expects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fanlight.access.participants import ParticipantTokens
from fanlight.access.principal import LOCAL_OWNER
from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from fanlight.data_dir import secret_of

from .meshagent_programs import AGENTS, Done, Programs
from .waiting import once

PROJECT, ROOM = "default", "myroom"
pytestmark = pytest.mark.timeout(420)


@dataclass(frozen=True)
class Home:
    """A server, and who makes tokens of its participants."""

    server: DemoServer
    tokens: ParticipantTokens

    def token(self, *, may_log: bool, room: str = ROOM, lasts_s: float = 60) -> str:
        return self.tokens.token(LOCAL_OWNER, PROJECT, room, may_log=may_log, lasts_s=lasts_s)


@pytest.fixture(scope="module")
def home(data: Path, server: DemoServer) -> Home:
    return Home(server, ParticipantTokens(secret_of(data)))


def play(programs: Programs, home: Home, token: str, *arguments: str) -> Done:
    """Run the agent to its end with a participant's token."""
    environ = {"MESHAGENT_API_URL": home.server.studio, "MESHAGENT_ROOM": ROOM, "MESHAGENT_TOKEN": token}
    return programs.run(AGENTS / "room_logs.py", *arguments, **environ)


def told(done: Done) -> dict[str, Any]:
    assert (done.status, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


WANTED = [
    ["custom", {"message": "hello", "deep": {"list": [1, None]}}],
    ["later", {"n": 2}],
    ["info", {"message": "fine"}],
    ["warning", {"message": "slow", "extra": {"ms": 1200}}],
    ["error", {"message": "broken"}],
]
LINES = [
    ["custom", 'hello {"deep": {"list": [1, null]}}'],
    ["later", '{"n": 2}'],
    ["info", "fine"],
    ["warning", 'slow {"extra": {"ms": 1200}}'],
    ["error", "broken"],
]
"""What MeshAgent's command prints of them in its plain form."""


def line_of(mirror: dict[str, Any]) -> list[str]:
    [record] = mirror["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    return [record["severityText"], record["body"]["stringValue"]]


def test_five_methods_are_heard_mirrored_stored_and_tied_to_their_span(
    programs: Programs, home: Home
) -> None:
    found = told(play(programs, home, home.token(may_log=True)))
    heard = found["heard"]
    assert sorted(map(json.dumps, (each for each in heard if each[0] != "otel.log"))) == sorted(
        map(json.dumps, WANTED)
    )
    assert sorted(line_of(data) for type_, data in heard if type_ == "otel.log") == sorted(LINES)
    with Client(home.server.studio, None, PROJECT) as client:
        q = f"session:{found['session']} event:fanlight.developer_log"
        stored = once(lambda: list(client.items("logs", limit=50, q=q)), lambda found: len(found) >= 5)
        assert len(stored) == 5
        logs = {each["severity_text"]: each for each in stored}
        assert [[type_, logs[type_]["body"]] for type_, _ in WANTED] == WANTED
        assert {(each["room"], each["service"]) for each in stored} == {(ROOM, "local owner")}
        assert (logs["custom"]["trace_id"], logs["custom"]["span_id"]) == (
            found["trace_id"],
            found["span_id"],
        )
        assert logs["info"]["trace_id"] is None


def test_a_token_without_the_developer_grant_is_denied_with_code_1001(programs: Programs, home: Home) -> None:
    found = told(play(programs, home, home.token(may_log=False), "denied"))
    assert found == {"log": 1001, "logs": 1001, "storage": 1003}


@pytest.mark.parametrize("how", ["over", "of another room"])
def test_a_token_that_opens_nothing_ends_the_agent_at_once(programs: Programs, home: Home, how: str) -> None:
    is_over = how == "over"
    wrong: dict[str, Any] = {"lasts_s": -1} if is_over else {"room": "elsewhere"}
    done = play(programs, home, home.token(may_log=True, **wrong))
    status = 403 if is_over else 404
    assert done.status == 1
    assert f"websocket connect failed with status {status}" in done.err
