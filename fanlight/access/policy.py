"""The one table of routes: what each asks of its caller. A path that is not in it is answered with 404.

The table is the door: a request reaches the application only after its path was found here, so a route that
nobody declared cannot be reached at all, whoever adds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fanlight.access.principal import Right


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks: a right, and whether it is a right on the project that the path names.

    `always` routes answer even while nobody can be let in. `of_run` routes answer to the token of a run too:
    where the path names a run, of that very run. `of_room` routes answer to a participant's token, which
    opens the one room that it names. `in_room` routes show one room and no more of its project: a role in
    that room alone opens them as well. `in_some_room` routes find the room themselves, and are open to
    whoever has the right in some room of the project. `by_ticket` routes take a ticket instead of a header.
    `needs` is the right that a route asks in the project which it finds itself, by what the request names.
    `keyed` routes ask for a key even of the owner of a local server. Clients of `any_key` routes cannot come
    without one: on a local server a word that is no key of ours counts as none there. `makes_project` routes
    make a local server's projects by naming them, as telemetry does. `takes` is what the body is declared as.
    """

    right: Right
    in_project: bool = False
    always: bool = False
    of_run: bool = False
    of_room: bool = False
    in_room: bool = False
    in_some_room: bool = False
    by_ticket: bool = False
    needs: Right | None = None
    keyed: bool = False
    any_key: bool = False
    makes_project: bool = False
    takes: str = "application/json"


_LIVENESS = Rule(Right.PUBLIC, always=True)
_PUBLIC = Rule(Right.PUBLIC)
_SIGNED_IN = Rule(Right.SIGNED_IN)
_FIGURES = Rule(Right.FIGURES)
_SERVER = Rule(Right.SERVER)
_SERVER_KEYED = Rule(Right.SERVER, keyed=True)
_LIST_PROJECT = Rule(Right.LIST, in_project=True)
_INGEST_PROJECT = Rule(Right.INGEST, in_project=True)
_READ_PROJECT = Rule(Right.READ, in_project=True)
_USAGE_PROJECT = Rule(Right.USAGE, in_project=True)
_BILL_PROJECT = Rule(Right.BILL, in_project=True)
_RUN = Rule(Right.LIST, in_project=True, of_run=True)
# Whoever may send a run's spans, or holds its token, may say that its process is gone.
_REPORT_RUN = Rule(Right.INGEST, in_project=True, of_run=True)
# The token that a run sends with: an agent is a service of the room that it runs in.
_REPORT_SERVICE = Rule(Right.INGEST, in_project=True, of_run=True)
_STREAM = Rule(Right.READ, in_project=True, of_run=True, by_ticket=True)
_ROOMS_PROJECT = Rule(Right.ROOMS, in_project=True)
_WRITE_PROJECT = Rule(Right.WRITE, in_project=True)
_ADMIN_PROJECT = Rule(Right.ADMIN, in_project=True)
_MEMBERS_PROJECT = Rule(Right.MEMBERS, in_project=True)
_SETTINGS_PROJECT = Rule(Right.ADMIN, in_project=True, keyed=True)
_ENTRANCE = Rule(Right.PUBLIC, always=True)

# Charm's routes name no project: it is the agent's, or the run's.
_EXECUTE = Rule(Right.SIGNED_IN, needs=Right.EXECUTE, keyed=True)
_PUBLISH = Rule(Right.SIGNED_IN, needs=Right.WRITE, keyed=True)
_AGENT_LOGS = Rule(Right.SIGNED_IN, needs=Right.READ)
_RUN_EVENTS = Rule(Right.SIGNED_IN, needs=Right.READ, of_run=True)
# Charm's command sends no key along: the word in the path is made for this one upload.
_UPLOAD = Rule(Right.PUBLIC, takes="application/gzip")

# A participant finds the project of its room by its token; everybody else names it, or has but one.
_ROOM = Rule(Right.SIGNED_IN, of_room=True, by_ticket=True)
_CONNECT = Rule(Right.LIST, in_project=True, in_room=True, makes_project=True)
_LIST_ROOM = Rule(Right.LIST, in_project=True, in_room=True)
_READ_ROOM = Rule(Right.READ, in_project=True, in_room=True)
_LIST_SESSIONS = Rule(Right.LIST, in_project=True, in_some_room=True)
_READ_SESSION = Rule(Right.READ, in_project=True, in_some_room=True)
_END_SESSION = Rule(Right.ROOMS, in_project=True, in_some_room=True)

WEBSOCKET = "WEBSOCKET"
"""Stands for a method where a route is a WebSocket: no request over HTTP can have it."""

_PROJECT = "/api/v1/projects/{project}"

_MESHAGENT: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        # Rooms and their sessions are known to every member; what was said in them is not.
        ("GET", "/rooms"): _LIST_PROJECT,
        ("POST", "/rooms"): _ROOMS_PROJECT,
        ("GET", "/rooms/{room}"): _LIST_ROOM,
        ("GET", "/rooms/{room}/sessions"): _LIST_ROOM,
        # The token holds no more than its maker may do.
        ("POST", "/rooms/{room}/connect"): _CONNECT,
        ("GET", "/sessions"): _LIST_SESSIONS,
        ("GET", "/sessions/active"): _LIST_SESSIONS,
        ("GET", "/agents/sessions"): _LIST_PROJECT,
        ("GET", "/agents/sessions/active"): _LIST_PROJECT,
        ("GET", "/agents/{agent:path}/sessions"): _LIST_PROJECT,
        ("GET", "/sessions/{session:path}"): _LIST_SESSIONS,
        ("GET", "/sessions/{session:path}/participants"): _LIST_SESSIONS,
        ("GET", "/sessions/{session:path}/events"): _READ_SESSION,
        ("GET", "/sessions/{session:path}/spans"): _READ_SESSION,
        ("GET", "/sessions/{session:path}/metrics"): _READ_SESSION,
        ("POST", "/sessions/{session:path}/terminate"): _END_SESSION,
        ("POST", "/sessions/{session:path}/kill"): _END_SESSION,
        ("GET", "/usage"): _USAGE_PROJECT,
        ("GET", "/llm-proxy/usage"): _USAGE_PROJECT,
        ("GET", "/balance"): _BILL_PROJECT,
        ("GET", "/transactions"): _BILL_PROJECT,
        ("GET", "/status"): _LIST_PROJECT,
        ("GET", "/settings/otel"): _ADMIN_PROJECT,
        ("PUT", "/settings/otel"): _ADMIN_PROJECT,
    }
)

CHARM = ("/v1", "/api/v1")
"""Where Charm's routes are: its command line puts `/api` before them, other programs do not."""

_CHARM: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        ("POST", "/execute"): _EXECUTE,
        ("GET", "/runs/{run_id}/events"): _RUN_EVENTS,
        ("GET", "/agents/logs"): _AGENT_LOGS,
        ("POST", "/agents/upload-token"): _PUBLISH,
        ("PUT", "/agents/uploads/{upload}"): _UPLOAD,
        ("POST", "/agents"): _PUBLISH,
    }
)

TABLE: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        **{(method, start + path): rule for start in CHARM for (method, path), rule in _CHARM.items()},
        **{
            (way, f"/accounts/projects/{{project}}{path}"): replace(rule, any_key=True)
            for (way, path), rule in _MESHAGENT.items()
        },
        # Asked before anything else; it tells the name that the caller knows already.
        ("GET", "/config"): _PUBLIC,
        **{("GET", f"{start}/cli/login"): _PUBLIC for start in ("", "/api")},
        ("GET", "/cli/login/{file}"): _PUBLIC,
        ("GET", "/api/v1/terminal"): _SIGNED_IN,
        ("POST", "/api/v1/terminal"): _SIGNED_IN,
        ("GET", "/healthz"): _LIVENESS,
        ("GET", "/readyz"): _LIVENESS,
        # A scraper comes for years, and a login ends after a week: a key that reads a project is let in, too.
        ("GET", "/metrics"): _FIGURES,
        ("GET", "/api/docs"): _PUBLIC,
        ("GET", "/api/docs/{file}"): _PUBLIC,
        ("GET", "/api/v1/openapi.json"): _PUBLIC,
        ("GET", "/api/v1/server"): _SIGNED_IN,
        ("GET", "/api/v1/session"): _ENTRANCE,
        ("POST", "/api/v1/setup"): _ENTRANCE,
        ("POST", "/api/v1/login"): _PUBLIC,
        ("GET", "/api/v1/oidc/login"): _PUBLIC,
        ("GET", "/api/v1/oidc/callback"): _PUBLIC,
        ("POST", "/api/v1/logout"): _SIGNED_IN,
        ("POST", "/api/v1/invites/accept"): _PUBLIC,
        ("POST", "/api/v1/devices"): _PUBLIC,
        ("POST", "/api/v1/devices/token"): _PUBLIC,
        ("GET", "/api/v1/devices/{user_code}"): _SIGNED_IN,
        ("POST", "/api/v1/devices/approve"): _SIGNED_IN,
        ("GET", "/api/v1/account/logins"): _SIGNED_IN,
        ("DELETE", "/api/v1/account/logins/{login_id}"): _SIGNED_IN,
        ("POST", "/api/v1/account/password"): _SIGNED_IN,
        ("GET", "/api/v1/people"): _SERVER,
        ("POST", "/api/v1/people"): _SERVER,
        ("DELETE", "/api/v1/people/{person_id}"): _SERVER,
        ("POST", "/api/v1/people/{person_id}/password"): _SERVER,
        ("GET", "/api/v1/audit"): _SERVER,
        ("GET", "/api/v1/audit/verify"): _SERVER,
        # A backup holds every project, and writes to the server's disk: a local server asks for its key.
        ("GET", "/api/v1/backups"): _SERVER,
        ("POST", "/api/v1/backups"): _SERVER_KEYED,
        ("GET", "/api/v1/backups/{backup}"): _SERVER,
        ("DELETE", "/api/v1/backups/{backup}"): _SERVER_KEYED,
        ("GET", "/api/v1/plugins"): _SIGNED_IN,
        ("GET", "/api/v1/projects"): _SIGNED_IN,
        ("POST", "/api/v1/projects"): _SERVER,
        ("GET", _PROJECT): _LIST_PROJECT,
        ("PUT", _PROJECT): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/keys"): _ADMIN_PROJECT,
        ("POST", f"{_PROJECT}/keys"): _ADMIN_PROJECT,
        ("DELETE", f"{_PROJECT}/keys/{{key_id}}"): _ADMIN_PROJECT,
        ("PUT", f"{_PROJECT}/keys/{{key_id}}"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/limits"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/secrets"): _SETTINGS_PROJECT,
        ("PUT", f"{_PROJECT}/secrets"): _SETTINGS_PROJECT,
        ("DELETE", f"{_PROJECT}/secrets"): _SETTINGS_PROJECT,
        # Whoever may see totals is told what is not in them.
        ("GET", f"{_PROJECT}/sampling"): _LIST_PROJECT,
        ("PUT", f"{_PROJECT}/sampling"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/members"): _MEMBERS_PROJECT,
        ("PUT", f"{_PROJECT}/members"): _MEMBERS_PROJECT,
        ("DELETE", f"{_PROJECT}/members/{{person_id}}"): _MEMBERS_PROJECT,
        ("GET", f"{_PROJECT}/invites"): _MEMBERS_PROJECT,
        ("POST", f"{_PROJECT}/invites"): _MEMBERS_PROJECT,
        ("DELETE", f"{_PROJECT}/invites/{{invite_id}}"): _MEMBERS_PROJECT,
        ("GET", f"{_PROJECT}/audit"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/stats"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/plugins"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/health"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/disk"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/runs"): _LIST_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}"): _RUN,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/failure"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/debugging"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/export"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/diff"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/diff/{{other}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/findings"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/traces/{{trace_id}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/traces/{{trace_id}}/graph"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/traces/{{trace_id}}/spans/{{span_id}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/traces/{{trace_id}}/spans/{{span_id}}/tokens"): _READ_PROJECT,
        ("POST", f"{_PROJECT}/runs/{{run_id}}/lost"): _REPORT_RUN,
        ("GET", f"{_PROJECT}/logs"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/logs/{{log_id}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/developer-logs"): _READ_PROJECT,
        ("POST", f"{_PROJECT}/developer-logs"): _INGEST_PROJECT,
        ("GET", f"{_PROJECT}/metrics"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/metrics/{{name:path}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/sessions"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/sessions/{{session:path}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/sessions/{{session:path}}/timeline"): _READ_PROJECT,
        ("POST", f"{_PROJECT}/sessions/{{session:path}}/end"): _ROOMS_PROJECT,
        ("GET", f"{_PROJECT}/users"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/users/{{user:path}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/rooms"): _LIST_PROJECT,
        ("POST", f"{_PROJECT}/rooms"): _ROOMS_PROJECT,
        ("GET", f"{_PROJECT}/rooms/{{room}}"): _READ_ROOM,
        ("GET", f"{_PROJECT}/rooms/{{room}}/members"): _MEMBERS_PROJECT,
        ("PUT", f"{_PROJECT}/rooms/{{room}}/members"): _MEMBERS_PROJECT,
        ("DELETE", f"{_PROJECT}/rooms/{{room}}/members/{{person_id}}"): _MEMBERS_PROJECT,
        ("GET", f"{_PROJECT}/rooms/{{room}}/services"): _READ_ROOM,
        ("PUT", f"{_PROJECT}/rooms/{{room}}/services/{{service:path}}"): _REPORT_SERVICE,
        ("GET", f"{_PROJECT}/agents"): _LIST_PROJECT,
        ("GET", f"{_PROJECT}/agents/{{agent:path}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/agents/{{agent:path}}/env"): _SETTINGS_PROJECT,
        ("PUT", f"{_PROJECT}/agents/{{agent:path}}/env"): _SETTINGS_PROJECT,
        ("DELETE", f"{_PROJECT}/agents/{{agent:path}}/env"): _SETTINGS_PROJECT,
        ("GET", f"{_PROJECT}/budgets"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/budgets/standings"): _READ_PROJECT,
        # Agents ask for it, and they hold keys that may only send.
        ("GET", f"{_PROJECT}/budgets/verdict"): _INGEST_PROJECT,
        ("PUT", f"{_PROJECT}/budgets/{{name}}"): _WRITE_PROJECT,
        ("DELETE", f"{_PROJECT}/budgets/{{name}}"): _WRITE_PROJECT,
        ("GET", f"{_PROJECT}/fields/{{noun}}"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/fields/{{noun}}/values"): _READ_PROJECT,
        ("GET", f"{_PROJECT}/deletions"): _ADMIN_PROJECT,
        ("POST", f"{_PROJECT}/deletions"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/deletions/{{deletion}}"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/export"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/views"): _READ_PROJECT,
        ("PUT", f"{_PROJECT}/views/{{page}}/{{name}}"): _WRITE_PROJECT,
        ("DELETE", f"{_PROJECT}/views/{{page}}/{{name}}"): _WRITE_PROJECT,
        ("GET", f"{_PROJECT}/usage/{{about}}"): _USAGE_PROJECT,
        ("GET", f"{_PROJECT}/usage/revenue"): _BILL_PROJECT,
        ("GET", f"{_PROJECT}/runs/{{run_id}}/billing"): _BILL_PROJECT,
        ("GET", f"{_PROJECT}/billing/events"): _BILL_PROJECT,
        ("POST", f"{_PROJECT}/billing/events"): _INGEST_PROJECT,
        ("POST", f"{_PROJECT}/usage/events"): _INGEST_PROJECT,
        ("GET", f"{_PROJECT}/prices"): _USAGE_PROJECT,
        ("PUT", f"{_PROJECT}/prices"): _ADMIN_PROJECT,
        ("DELETE", f"{_PROJECT}/prices"): _ADMIN_PROJECT,
        ("POST", f"{_PROJECT}/prices/import"): _ADMIN_PROJECT,
        ("POST", f"{_PROJECT}/prices/reprice"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/prices/reprice/{{job}}"): _ADMIN_PROJECT,
        ("GET", f"{_PROJECT}/stream"): _STREAM,
        ("POST", f"{_PROJECT}/tickets"): _READ_PROJECT,
        (WEBSOCKET, "/rooms/{room}"): _ROOM,
        ("GET", "/{file:path}"): _ENTRANCE,
    }
)
"""(method, path template) -> rule. HEAD goes wherever anybody may GET."""

RESERVED = ("api", "v1", "cli", "config", "accounts", "rooms", "otlp", "metrics", "healthz", "readyz")
"""First segments that are never a page of Studio: what is unknown under them is a JSON 404."""


@dataclass(frozen=True, slots=True)
class Match:
    """What the table says about a path: its rule, or else the methods that it is known with.

    `project`, `run_id` and `room` are what the path names.
    """

    rule: Rule | None
    project: str | None = None
    run_id: str | None = None
    room: str | None = None
    allowed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    """One segment of the table's paths."""

    children: dict[str, _Node] = field(default_factory=dict)
    any: _Node | None = None
    any_name: str = ""
    rest: dict[str, dict[str, Rule]] = field(default_factory=dict)
    """`{name:path}`: the whole rest of the path, up to the last segment that is the key ('' = to its end)."""
    rules: dict[str, Rule] = field(default_factory=dict)


def _tree(table: Mapping[tuple[str, str], Rule]) -> _Node:
    root = _Node()
    for (method, template), rule in table.items():
        node = root
        for segment in template.split("/")[1:]:
            if segment.endswith(":path}"):
                node.rest.setdefault(template.partition(":path}")[2].lstrip("/"), {})[method] = rule
                break
            if segment.startswith("{"):
                node.any = node.any or _Node()
                node.any_name = segment.strip("{}")
                node = node.any
            else:
                node = node.children.setdefault(segment, _Node())
        else:
            node.rules[method] = rule
    return root


_ROOT = _tree(TABLE)


def match(method: str, path: str) -> Match | None:
    """What the table says about a request; None for a path that it does not know.

    Example:
        >>> found = match("GET", "/api/v1/projects/default/runs")
        >>> found.rule.right, found.project
        (<Right.LIST: 'list'>, 'default')
        >>> match("DELETE", "/healthz").allowed
        ('GET', 'HEAD')
        >>> match("GET", "/api/v1/nothing") is None
        True
    """
    segments = path.split("/")[1:]
    found, names = _find(segments)
    if not found and segments[0] not in RESERVED and (segments[0] or path == "/"):
        found = _ROOT.rest[""]
    # Neither learns of the other: a page asks in vain where a WebSocket is, and the other way round.
    found = {each: rule for each, rule in found.items() if (each == WEBSOCKET) == (method == WEBSOCKET)}
    if not found:
        return None
    if "GET" in found and found["GET"].right is Right.PUBLIC:
        found = {**found, "HEAD": found["GET"]}
    rule = found.get(method)
    if rule is None:
        return Match(None, allowed=tuple(sorted(found)))
    project = names.get("project") if rule.in_project else None
    return Match(rule, project, names.get("run_id"), names.get("room"))


def _find(segments: list[str]) -> tuple[dict[str, Rule], Mapping[str, str]]:
    """The rules of a path by method, and what its changing segments say."""
    node, names = _ROOT, dict[str, str]()
    for place, segment in enumerate(segments):
        child = node.children.get(segment)
        if child is None and node.any is not None and segment:
            child = node.any
            names[node.any_name] = segment
        if child is None:
            return (_rest(node, segments[place:]), names) if node is not _ROOT else ({}, {})
        node = child
    return node.rules, names


def _rest(node: _Node, segments: list[str]) -> dict[str, Rule]:
    """The rules of a path whose rest is one name with slashes in it, or such a name and a last segment."""
    *name, last = segments
    if last in node.rest and any(name):
        return node.rest[last]
    return node.rest.get("", {}) if any(segments) else {}
