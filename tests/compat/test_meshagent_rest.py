"""MeshAgent's published REST client on Python 3.13, asking a guarded server of ours about one project."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from fanlight.catalog.keys import KeyScope
from fanlight.cli.demo.samples import bare_environment
from fanlight.cli.demo.server import running_server

from .meshagent_session import METRICS, RECORDS, llm, otlp, span
from .people import register

ASKING = Path(__file__).with_name("meshagent_agents") / "asking.py"
PROJECT = "p"
ENDING = "ending"
"""The project whose sessions a test ends: what others read of PROJECT does not depend on when."""

ROLES = {
    "owner": "owner",
    "developer": "developer",
    "viewer": "viewer",
    "sessions": "session_inventory",
    "usage": "usage_reporter",
    "billing": "billing_manager",
    "rooms": "room_manager",
}
pytestmark = pytest.mark.timeout(420)
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """A server that holds a session, and a token of everybody who asks."""

    url: str
    tokens: Mapping[str, str]
    asking: subprocess.Popen[str]

    def ask(self, who: str, *calls: Call) -> list[dict[str, Any]]:
        """What MeshAgent's client makes of the server's answers, or the error that it raises."""
        assert self.asking.stdin
        assert self.asking.stdout
        found = []
        for method, given in calls:
            arguments = given if method == "get_config" else {"project_id": PROJECT, **given}
            self.asking.stdin.write(json.dumps([self.tokens[who], method, arguments]) + "\n")
            self.asking.stdin.flush()
            found.append(json.loads(self.asking.stdout.readline()))
        return found

    def answers(self, who: str, *calls: Call) -> list[Any]:
        """The answers to calls of which none fails."""
        found = self.ask(who, *calls)
        assert [each for each in found if "error" in each] == []
        return [each["answer"] for each in found]

    def http(self, method: str, path: str, who: str = "owner", **options: Any) -> httpx.Response:
        """A request without their client."""
        headers = {"authorization": f"Bearer {self.tokens[who]}", "consistency": "high"}
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=60, **options)


@pytest.fixture(scope="module")
def mesh(meshagent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    data = tmp_path_factory.mktemp("mesh")
    roles = {f"{name}@example.org": role for name, role in {**ROLES, "stranger": None}.items()}
    made = register(data, PROJECT, roles, keys={"ingest": KeyScope.INGEST, "admin": KeyScope.ADMIN})
    made |= register(data, ENDING, {"ending@example.org": "developer"}, keys={"ending key": KeyScope.INGEST})
    tokens = {name.removesuffix("@example.org"): token for name, token in made.items()}
    # What is sent bears the times of the import, which may be many minutes ago when all tests are run.
    (data / "fanlight.toml").write_text("session_idle_s = 86400.0\n")
    ports = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
    with running_server(data, ports) as server, client_of(meshagent, server.studio) as asking:
        mesh = Mesh(url=server.studio, tokens=tokens, asking=asking)
        fill(mesh)
        yield mesh


@contextlib.contextmanager
def client_of(python: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """One process for all questions: MeshAgent's packages take seconds to be imported."""
    command: list[str | Path] = [python, ASKING, url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=bare_environment()
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


def fill(mesh: Mesh) -> None:
    """A run in session s1 of myroom, one in another room, a conversation; a budget and billing events."""
    room = {"room": "myroom", "session": "s1"}
    root = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner", "user.id": "ann"}
    for resource, spans in (
        (room, [span(1, "root", 0, 9_000, root), llm(2, "gpt-4o", parent=1, user="ann")]),
        ({"room": "attic", "session": "s2"}, [llm(3, "o3-mini", trace=2, user="bob")]),
        ({}, [span(4, "chat", 0, 1_000, {**root, "gen_ai.conversation.id": "talk"}, trace=3)]),
    ):
        mesh.http("POST", "/v1/traces", "ingest", json=otlp("Spans", "spans", resource, spans))
    mesh.http("POST", "/v1/logs", "ingest", json=otlp("Logs", "logRecords", room, RECORDS))
    mesh.http("POST", "/v1/metrics", "ingest", json=otlp("Metrics", "metrics", room, METRICS))
    base = f"/api/v1/projects/{PROJECT}"
    mesh.http("PUT", f"{base}/budgets/month", json={"period": "month", "limit": "25"})
    events = [{"id": "e1", "amount": "0.05", "run": f"{1:032x}"}, {"id": "e2", "amount": "7", "kind": "fee"}]
    mesh.http("POST", f"{base}/billing/events", "ingest", json=events)
    for at, room in enumerate(({"room": "myroom", "session": "s1"}, {"room": "attic", "session": "s2"}), 11):
        spans = [llm(at, "gpt-4o", trace=at, user="ann")]
        mesh.http("POST", "/v1/traces", "ending key", json=otlp("Spans", "spans", room, spans))
    wanted = {"spans": 4, "runs": 3, "metric_points": 5}
    until = time.monotonic() + 30
    while True:
        stats = mesh.http("GET", f"{base}/stats").json()
        counts = [
            len(mesh.http("GET", f"/accounts/projects/{project}/sessions", who).json()["sessions"])
            for project, who in ((PROJECT, "owner"), (ENDING, "ending"))
        ]
        if {name: stats[name] for name in wanted} == wanted and counts == [3, 2]:
            return
        assert time.monotonic() < until, (stats, counts)
        time.sleep(0.02)


def test_sessions_are_listed_as_rooms_sessions_and_conversations(mesh: Mesh) -> None:
    recent, of_room, of_id, agents, planner, active, active_agents, one = mesh.answers(
        "developer",
        ("list_recent_sessions", {"limit": 1000}),
        ("list_recent_room_sessions", {"room_name": "myroom"}),
        ("list_recent_sessions", {"limit": 25, "room_id": "attic"}),
        ("list_recent_agent_sessions", {}),
        ("list_recent_single_agent_sessions", {"agent_name": "planner"}),
        ("list_active_sessions", {}),
        ("list_active_agent_sessions", {}),
        ("get_session", {"session_id": "s1"}),
    )
    assert {(each["id"], each["room_name"], each["kind"], each["is_active"]) for each in recent} == {
        ("s1", "myroom", "room", True),
        ("s2", "attic", "room", True),
        ("talk", "", "agent", True),
    }
    assert [(each["id"], each["room_id"], each["participants"]) for each in of_room] == [("s1", "myroom", {})]
    assert [each["id"] for each in of_id] == ["s2"]
    assert [(each["id"], each["agent_name"]) for each in agents] == [("talk", "planner")]
    assert {each["id"] for each in planner} == {"s1", "talk"}
    assert {each["id"] for each in active} == {"s1", "s2", "talk"}
    assert [each["id"] for each in active_agents] == ["talk"]
    assert (one["id"], one["room_name"], one["ended_at"]) == ("s1", "myroom", None)


def test_a_session_tells_its_events_spans_and_metrics(mesh: Mesh) -> None:
    events, spans, metrics, counts = mesh.answers(
        "developer",
        *((f"list_session_{what}", {"session_id": "s1"}) for what in ("events", "spans", "metrics")),
        ("get_session_participant_counts", {"session_id": "s1"}),
    )
    assert counts == {}
    records = [each["data"] for each in events if each["type"] == "otel.log"]
    assert [(each["log"], each["severity_text"], each["span_id"]) for each in records] == [
        ("slow", "WARN", f"{2:016x}"),
        ("hi", "custom", f"{2:016x}"),
    ]
    assert records[0]["resource_attributes"] == {"room": "myroom", "session": "s1"}
    assert [each["type"] for each in events if each["type"] != "otel.log"] == ["room.started"]
    assert [(each["span_name"], each["parent_span_id"], each["duration"]) for each in spans] == [
        ("root", None, 9_000_000_000),
        ("call", f"{1:016x}", 1_500_000_000),
    ]
    assert spans[1]["span_attributes"]["tag"] == "[\u200b/b]"
    assert {
        each["metric_name"]: (each["kind"], each.get("value"), each.get("count")) for each in metrics
    } == {
        "app.jobs": ("sum", 2.0, None),
        "app.open": ("sum", 2.0, None),
        "app.size": ("histogram", None, 2),
    }
    assert metrics[2]["bucket_counts"] == [0, 2, 0]


def test_usage_equals_what_was_ingested_to_the_last_digit(mesh: Mesh) -> None:
    month = time.strftime("%Y-%m-01", time.gmtime())
    window = {"start": f"{month}T00:00:00", "end": "2100-01-01T00:00:00+00:00"}
    everything, bob, attic, mini, none, room, own = mesh.answers(
        "usage",
        ("get_usage", {}),
        ("get_usage", {"users": ["bob", "carl"], **window}),
        ("get_usage", {"room": "attic", "provider": "openai", "usage_type": "llm", "interval": "day"}),
        ("get_usage", {"model": "o3-mini", "annotations": {"tag": "[/b]"}, "report": "user"}),
        ("get_usage", {"annotations": {"tag": "other"}}),
        ("get_usage", {"report": "room"}),
        ("get_current_user_llm_proxy_usage", {"interval": "hour", **window}),
    )
    rows = [(each["provider"], each["model"], each["type"], each["calls"]) for each in everything]
    assert rows == [("openai", "gpt-4o", "llm", 1), ("openai", "o3-mini", "llm", 1)]
    runs = mesh.http("GET", f"/api/v1/projects/{PROJECT}/runs", "developer").json()["items"]
    ingested = sum(Decimal(run["cost"]["amount"] or 0) for run in runs)
    # 1,002 and 1,003 tokens in, 100 out, at the published prices.
    assert ingested == Decimal("0.003505") + Decimal("0.0015433")
    assert sum(Decimal(str(each["total"])) for each in everything) == ingested
    assert [each["model"] for each in bob] == [each["model"] for each in attic] == ["o3-mini"]
    assert [(each["model"], each["user"]) for each in mini] == [("o3-mini", "bob")]
    assert (none, own) == ([], [])
    assert [(each["room"], each["model"]) for each in room] == [("attic", "o3-mini"), ("myroom", "gpt-4o")]


def test_money_is_what_budgets_and_billing_events_say(mesh: Mesh) -> None:
    balance, transactions, status, otel = mesh.answers(
        "owner",
        ("get_balance", {}),
        ("get_recent_transactions", {}),
        ("get_project_status", {}),
        ("get_project_settings_document", {"name": "otel"}),
    )
    used = Decimal("0.003505") + Decimal("0.0015433")
    assert (Decimal(str(balance["balance"])), balance["monthly_budget"]) == (25 - used, 25.0)
    assert balance["last_recharge"] is None
    assert {
        (each["id"], each["amount"], each["reference"], each["description"]) for each in transactions
    } == {
        ("e1", 0.05, f"{1:032x}", "charge"),
        ("e2", 7.0, None, "fee"),
    }
    assert (status, otel) == ({"enabled": True}, None)


def test_rooms_are_made_listed_and_connected_to(mesh: Mesh) -> None:
    config, made, again, found, page, way_in = mesh.answers(
        "owner",
        ("get_config", {}),
        ("create_room", {"name": "new-room"}),
        ("create_room", {"name": "new-room", "if_not_exists": True}),
        ("get_room", {"name": "myroom"}),
        ("list_rooms_page", {"page_size": 2, "filter": "room"}),
        ("connect_room", {"room": "myroom"}),
    )
    host = mesh.url.removeprefix("http://")
    assert (config["domains"]["api"], config["domains"]["registry"]) == (host, None)
    assert (made, again["id"]) == (
        {"id": "new-room", "name": "new-room", "metadata": {}, "annotations": {}, "enabled": True},
        "new-room",
    )
    assert found["id"] == "myroom"
    assert ([room["name"] for room in page["rooms"]], page["total"]) == (["myroom", "new-room"], 2)
    assert page["continuation_token"] is None
    assert (way_in["room_name"], way_in["project_id"]) == ("myroom", PROJECT)
    assert way_in["room_url"] == f"ws://{host}/rooms/myroom"


def test_pages_follow_each_other_where_meshagent_has_none(mesh: Mesh) -> None:
    for noun in ("sessions", "transactions", "usage", "sessions/s1/events", "sessions/s1/spans"):
        path, name = f"/accounts/projects/{PROJECT}/{noun}", noun.rpartition("/")[2]
        whole, items = mesh.http("GET", path).json(), list[Any]()
        cursor: str | None = ""
        while cursor is not None:
            part = mesh.http(
                "GET", path, params={"limit": 1, **({"cursor": cursor} if cursor else {})}
            ).json()
            assert len(part[name]) <= 1
            items += part[name]
            cursor = part["next"]
        assert sorted(items, key=json.dumps) == sorted(whole[name], key=json.dumps), noun
        assert len(items) > 1
        assert mesh.http("GET", path, params={"cursor": "x"}).status_code == 400


MAY = {
    "list_recent_sessions": {"developer", "viewer", "sessions", "usage", "billing", "rooms"},
    "list_session_spans": {"developer"},
    "get_usage": {"developer", "usage", "billing"},
    "get_recent_transactions": {"developer", "billing"},
    "connect_room": {"developer", "viewer", "sessions", "usage", "billing", "rooms"},
    "create_room": {"developer", "rooms"},
}
GIVEN: dict[str, dict[str, Any]] = {
    "list_session_spans": {"session_id": "s1"},
    "connect_room": {"room": "myroom"},
    "create_room": {"name": "one-more", "if_not_exists": True},
}


@pytest.mark.parametrize("who", ["developer", "viewer", "sessions", "usage", "billing", "rooms", "stranger"])
def test_each_role_may_what_it_is_for_a_viewer_gets_403_and_a_stranger_404(mesh: Mesh, who: str) -> None:
    said = mesh.ask(who, *((method, GIVEN.get(method, {})) for method in MAY))
    told = {
        method: next((code for code in ("403", "404") if f"{code}," in each["text"]), each["text"])
        if "error" in each
        else "may"
        for method, each in zip(MAY, said, strict=True)
    }
    refused = "404" if who == "stranger" else "403"
    assert told == {method: "may" if who in allowed else refused for method, allowed in MAY.items()}


def test_errors_are_the_client_s_own_kinds(mesh: Mesh) -> None:
    refused = mesh.ask(
        "developer",
        ("get_session", {"session_id": "nowhere"}),
        ("create_room", {"name": "myroom"}),
        ("create_room", {"name": "My Room"}),
        ("create_room", {"name": "x", "metadata": {"a": 1}}),
        ("connect_room", {"room": "x" * 64}),
        ("kill_session", {"session_id": "nowhere"}),
        ("kill_session", {"session_id": "talk"}),
        ("list_recent_sessions", {"limit": 1001}),
        ("get_room", {"name": "nowhere"}),
        ("set_project_settings_document", {"name": "otel", "document": {"endpoint": "http://x"}}),
    )
    assert [each["error"] for each in refused] == [
        "NotFoundError",
        "ConflictError",
        "ValidationErrorResponse",
        "ValidationErrorResponse",
        "ValidationErrorResponse",
        "NotFoundError",
        "ConflictError",
        "ValidationErrorResponse",
        "RoomException",
        "ConflictError",
    ]
    [viewer] = mesh.ask("viewer", ("kill_session", {"session_id": "s2"}))
    assert viewer["error"] == "PermissionDeniedError"


def test_a_participant_s_token_opens_none_of_these_routes(mesh: Mesh) -> None:
    [way_in] = mesh.answers("developer", ("connect_room", {"room": "myroom"}))
    headers = {"authorization": f"Bearer {way_in['jwt']}"}
    for path in ("sessions", "rooms/myroom", "usage", "sessions/s1/events"):
        answer = httpx.get(f"{mesh.url}/accounts/projects/{PROJECT}/{path}", headers=headers, timeout=30)
        assert answer.status_code == 404, path


def test_a_session_that_is_killed_or_terminated_is_over(mesh: Mesh) -> None:
    here = {"project_id": ENDING}
    *_, killed, again, over, active = mesh.answers(
        "ending",
        ("kill_session", {"session_id": "s1", **here}),
        ("terminate", {"session_id": "s2", **here}),
        ("get_session", {"session_id": "s1", **here}),
        ("kill_session", {"session_id": "s1", **here}),
        ("get_session", {"session_id": "s2", **here}),
        ("list_active_sessions", here),
    )
    assert (killed["is_active"], killed["ended_by"]) == (False, "killed")
    assert (again, over["is_active"], over["ended_by"]) == (None, False, "ended")
    assert active == []
