"""MeshAgent's published script on Python 3.13 and our own beside it, asking servers of ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer

from .meshagent_programs import AGENTS, Done, Programs
from .people import GUARDED, Guarded
from .waiting import once

PROJECT, ROOM = "cli", "myroom"
# Of its own: what a room's programs send without a session belongs to every session of the time.
WATCHED_ROOM = "watched"
pytestmark = pytest.mark.timeout(420)


def environ_of(url: str, key: str = "k", project: str = PROJECT) -> dict[str, str]:
    return {"MESHAGENT_API_URL": url, "MESHAGENT_API_KEY": key, "MESHAGENT_PROJECT_ID": project}


def wait_for(client: Client, path: str, wanted: int, **parameters: Any) -> list[dict[str, Any]]:
    """The items at `path` once there are `wanted` of them."""
    return once(
        lambda: list(client.project_get(path, **parameters)["items"]), lambda found: len(found) >= wanted
    )


@dataclass(frozen=True)
class Watched:
    """What four watchers of a room printed: MeshAgent's script and ours, in both forms."""

    theirs_plain: Done
    theirs_json: Done
    ours_plain: Done
    ours_json: Done


@pytest.fixture(scope="module")
def watched(programs: Programs, server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Watchers come into a room that nobody ever named; a program of MeshAgent's SDK writes, they leave."""
    here = environ_of(server.studio)
    watch = ("room", "developer", "--room", WATCHED_ROOM)
    watchers = [
        programs.start(*watch, *form, ours=ours, **here)
        for ours in (False, True)
        for form in ((), ("--format", "json"))
    ]
    for watcher in watchers:
        watcher.wait_for("Press Ctrl")
    go = tmp_path_factory.mktemp("go") / "go"
    telemetry = {"OTEL_ENDPOINT": server.otlp, "MESHAGENT_ROOM": WATCHED_ROOM}
    writer = programs.start(AGENTS / "writing.py", str(go), **here, **telemetry)
    for watcher in watchers:
        watcher.wait_for("probe")
    go.touch()
    assert programs.end(writer).status == 0
    for watcher in watchers:
        watcher.wait_for("done")
    return Watched(*(programs.end(watcher, interrupt=True) for watcher in watchers))


def lines_of(done: Done) -> list[str]:
    """The lines of logs without their times and without probes, in any order: three are not waited for."""
    logs = [line for line in done.out.splitlines() if line[:2] == "20" and " probe" not in line]
    return sorted(line[len("2026-01-02 03:04:05 ") :] for line in logs)


def blocks_of(done: Done, *leave_out: str) -> list[tuple[str, Any]]:
    """The JSON form: type and data of each log, likewise."""
    text = done.out[done.out.index("probe: ") :]
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        type_, _, text = text.lstrip().partition(": ")
        data, end = decoder.raw_decode(text)
        text = text[end:]
        if type_ not in ("probe", *leave_out):
            found.append((type_, data))
    return sorted(found, key=json.dumps)


LOGS = [
    ("custom", {"message": "hello", "attempt": 2}),
    ("error", {"message": "broken"}),
    ("info", {"message": "done"}),
    ("info", {"message": "fine"}),
    ("warning", {"message": "slow", "extra": {"ms": 1200}}),
]


def test_the_plain_form_of_both_scripts_has_a_line_for_every_developer_log(watched: Watched) -> None:
    assert lines_of(watched.theirs_plain) == [
        'custom  hello {"attempt": 2}',
        "error   broken",
        "info    done",
        "info    fine",
        'warning slow {"extra": {"ms": 1200}}',
    ]
    assert lines_of(watched.ours_plain) == [
        "custom  local owner  hello attempt=2",
        "error   local owner  broken",
        "info    local owner  done",
        "info    local owner  fine",
        'warning local owner  slow extra={"ms": 1200}',
    ]


def test_the_json_form_of_both_scripts_tells_types_and_data(watched: Watched) -> None:
    assert blocks_of(watched.theirs_json, "otel.log") == LOGS
    assert blocks_of(watched.ours_json) == LOGS


def test_ctrl_c_ends_both_scripts_with_the_same_status(watched: Watched) -> None:
    ended = (watched.theirs_plain, watched.theirs_json, watched.ours_plain, watched.ours_json)
    assert [done.status for done in ended] == [130] * 4
    assert "Traceback" not in "".join(done.err for done in ended)


def test_what_was_watched_is_stored_in_the_room_s_session_and_tied_to_its_span(
    watched: Watched, client: Client
) -> None:
    q = f"room:{WATCHED_ROOM} event:fanlight.developer_log"
    stored = [each for each in wait_for(client, "logs", 5, q=q) if each["severity_text"] != "probe"]
    assert sorted(((each["severity_text"], each["body"]) for each in stored), key=json.dumps) == LOGS
    [session] = {each["session"] for each in stored}
    assert client.project_get(f"sessions/{session}")["room"] == WATCHED_ROOM
    [run] = wait_for(client, "runs", 1, q=f"room:{WATCHED_ROOM} name:work")
    assert {each["trace_id"] for each in stored} == {run["trace_id"]}


@pytest.fixture(scope="module")
def counted(programs: Programs, server: DemoServer, client: Client) -> list[dict[str, Any]]:
    """The spans of session s1, in which an app made two traces."""
    place = {"MESHAGENT_ROOM": ROOM, "MESHAGENT_SESSION_ID": "s1", "OTEL_ENDPOINT": server.otlp}
    done = programs.run(AGENTS / "counting.py", "counting", **environ_of(server.studio), **place)
    assert (done.status, done.err) == (0, "")
    wait_for(client, "runs", 2, q="session:s1 status:success")
    wait_for(client, "logs", 2, q="session:s1 -event:fanlight.room.event")
    wait_for(client, "metrics", 4, q="session:s1")
    found: list[dict[str, Any]] = client.get(f"/accounts/projects/{PROJECT}/sessions/s1/spans")["spans"]
    return found


def told(programs: Programs, server: DemoServer, *arguments: str) -> tuple[str, str]:
    """What `meshagent session ARGUMENTS` prints, theirs and ours; neither fails."""
    done = [
        programs.run("session", *arguments, ours=ours, **environ_of(server.studio)) for ours in (False, True)
    ]
    assert [(each.status, "Traceback" in each.err) for each in done] == [(0, False)] * 2, done
    return done[0].out, done[1].out


def theirs(duration_ns: int) -> str:
    return f"{duration_ns / 1e3:.1f}us" if duration_ns < 1e6 else f"{duration_ns / 1e6:.1f}ms"


def ours(duration_ns: int) -> str:
    return f"{duration_ns / 1e6:.3f} ms" if duration_ns < 1e6 else f"{duration_ns / 1e6:,.1f} ms"


def test_traces_are_trees_with_the_right_milliseconds(
    programs: Programs, server: DemoServer, counted: list[dict[str, Any]]
) -> None:
    at = sorted(counted, key=lambda span: (span["trace_id"], span["created_at"]))
    traces: dict[str, list[dict[str, Any]]] = {}
    for span in at:
        traces.setdefault(span["trace_id"], []).append(span)
    in_order = sorted(traces.values(), key=lambda trace: trace[0]["created_at"])
    wanted = [
        (f"{'  ' * depth}{span['span_name']}", span["duration"])
        for trace in in_order
        for depth, span in enumerate(trace)
    ]
    assert [name for name, _ in wanted] == ["root", "  child"] * 2
    their_lines, our_lines = (out.splitlines() for out in told(programs, server, "traces", "--attrs", "s1"))
    assert [(line[:7].rstrip(), line.split()[3]) for line in their_lines[1:]] == [
        (name, theirs(duration)) for name, duration in wanted
    ]
    assert [(line[:7].rstrip(), " ".join(line.split()[3:5])) for line in our_lines[2:]] == [
        (name, ours(duration)) for name, duration in wanted
    ]


def cells(table: str) -> list[list[str]]:
    """The rows of a table of their script; lines that only go on with one are left out."""
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line
    ]
    return [row for row in rows if row[0]]


@pytest.mark.usefixtures("counted")
def test_logs_and_metrics_of_a_session_are_told_by_both_scripts(
    programs: Programs, server: DemoServer
) -> None:
    their_logs, our_logs = told(programs, server, "logs", "--attrs", "s1")
    assert [row[1:4] for row in cells(their_logs)] == [["WARN", "app", f"turn {n} is slow"] for n in (0, 1)]
    assert ["WARN    app  turn 0 is slow" in our_logs, 'service.name="counting"' in our_logs] == [True, True]
    their_metrics, our_metrics = told(programs, server, "metrics", "--buckets", "s1")
    assert [[*row[1:3], row[3].partition(" buckets=")[0]] for row in cells(their_metrics)] == [
        ["sum", "app.jobs", "2"],
        ["gauge", "app.level", "7"],
        ["sum", "app.open", "2"],
        ["histogram", "app.size", "count=2 sum=7 avg=3.5 min=3 max=4"],
    ]
    assert [" ".join(line.split()[2:]) for line in our_metrics.splitlines()[2:]] == [
        "sum app.jobs 2",
        "gauge app.level 7",
        "sum app.open 2",
        "histogram app.size count 2 sum 7 mean 3.5 min 3 max 4 ≤5: 2 By",
    ]


@pytest.mark.usefixtures("counted")
def test_a_session_is_listed_got_and_killed_by_both_scripts(programs: Programs, server: DemoServer) -> None:
    for listed in told(programs, server, "list", "--room", ROOM, "-o", "json"):
        found = {each["id"]: each for each in json.loads(listed)["sessions"]}["s1"]
        assert (found["room_name"], found["is_active"], found["kind"]) == (ROOM, True, "room")
    for got in told(programs, server, "get", "s1"):
        assert got.count("turn 1 is slow") >= 1
    killed = told(programs, server, "kill", "s1", "-y")
    assert "s1" in killed[0]
    for listed in told(programs, server, "list", "--room", ROOM, "-o", "json"):
        assert {each["id"]: each["is_active"] for each in json.loads(listed)["sessions"]}["s1"] is False


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["list", "--room", "nowhere"], 1),
        (["kill", "nothing", "-y"], 1),
        (["logs", "a", "--session-id", "b"], 2),
        (["get"], 2),
    ],
)
def test_what_is_asked_wrongly_ends_both_scripts_with_the_same_status(
    programs: Programs,
    server: DemoServer,
    client: Client,
    watched: Watched,
    arguments: list[str],
    status: int,
) -> None:
    here = environ_of(server.studio)
    done = [programs.run("session", *arguments, ours=ours, **here).status for ours in (False, True)]
    assert done == [status, status]


@pytest.mark.parametrize("ours", [False, True], ids=["theirs", "ours"])
def test_a_viewer_may_not_watch_a_room_nor_look_into_a_session(
    programs: Programs, guarded: Guarded, ours: bool
) -> None:
    room = "guarded-ours" if ours else "guarded-theirs"
    developer, viewer = (
        environ_of(guarded.server.studio, guarded.tokens[role], GUARDED) for role in ("developer", "viewer")
    )
    watching = programs.start("room", "developer", "--room", room, ours=ours, **developer)
    watching.wait_for("Press Ctrl")
    denied = programs.run("room", "developer", "--room", room, ours=ours, **viewer)
    assert (denied.status, "developer.logs not granted" in denied.err) == (1, True)
    listed = programs.run("session", "list", "--room", room, "-o", "json", ours=ours, **viewer)
    [session] = json.loads(listed.out)["sessions"]
    assert [
        programs.run("session", "get", session["id"], ours=ours, **who).status for who in (viewer, developer)
    ] == [1, 0]
    assert programs.end(watching, interrupt=True).status == 130
