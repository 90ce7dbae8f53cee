"""Every route with every method for everybody: what the policy table says is what happens, and no more."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from fastapi import FastAPI

from fanlight.access.policy import TABLE, WEBSOCKET, Rule
from fanlight.access.principal import Right
from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.intake import Intake
from fanlight.ingest.receivers.otlp_grpc import SERVICES, start_grpc
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.model.batch import Batch
from fanlight.otlp.limits import Limits
from tests.figures import Tell

from .callers import MINE, NOWHERE, OTHERS, ROOM, RUN, Caller, callers
from .conftest import House, close_house, open_house
from .test_policy import declared

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PASSES, UNKNOWN, ABSENT, FORBIDDEN, NO_METHOD = "passes", 401, 404, 403, 405
VALUES = {
    "project": MINE, "room": ROOM, "run_id": RUN, "trace_id": "0" * 32, "span_id": "0" * 16,
    "file": "docs.js",
}  # fmt: skip
BY_ACCESS = re.compile(r"no project|this is nothing that the token|the token of a run opens|nothing is at")
ROOMS = ("/rooms/{room}",)
"""WebSockets: which project's room it is stands in the query."""

OTLP = ("/v1/{}", "//v1/{}", "/otlp/{{key}}/v1/{}", "/api/public/otel/v1/{}")

Outcome = str | int


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def outcome(self) -> Outcome:
        """What became of the request, as far as access goes; an answer of 5xx is none of these."""
        if self.status == 404:
            error = json.loads(self.body)["error"]
            message = error if isinstance(error, str) else error["message"]
            return ABSENT if BY_ACCESS.match(message) else PASSES
        return self.status if self.status in {401, 403, 405} or self.status >= 500 else PASSES


class Estate:
    """One application with the real receivers, everybody who may ask it, and one event loop."""

    def __init__(self, house: House, taken: list[Batch]) -> None:
        self.house = house
        self.taken = taken
        self.callers = list(callers(house))
        self._loop = asyncio.new_event_loop()

    def run(self, story: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(story)

    def close(self) -> None:
        self._loop.close()
        close_house(self.house)

    def ask(self, method: str, path: str, caller: Caller) -> Answer:
        """One request. A stream is left after its first words."""
        route, _, query = path.partition("?")
        if caller.ticket is not None:
            query = "&".join(part for part in (query, f"ticket={caller.ticket()}") if part)
        # No route takes this body, so that whoever passes changes nothing for those who come after.
        body = b'{"unexpected":1}'
        headers = {"host": "localhost:4319", "content-type": "application/json", **caller.headers}
        kind = {"type": "websocket"} if method == WEBSOCKET else {"type": "http", "method": method}
        scope = {
            **kind, "path": route, "raw_path": route.encode(), "root_path": "",
            "query_string": query.encode(), "http_version": "1.1", "scheme": "http",
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 4319),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip
        return self.run(self._ask(scope, body))

    async def _ask(self, scope: dict[str, Any], body: bytes) -> Answer:
        left, kind = asyncio.Event(), scope["type"]
        asked: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
        if kind == "websocket":
            asked = [{"type": "websocket.connect"}]
        got = bytearray()
        status = 0

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            await left.wait()
            return {"type": f"{kind}.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            status = 101 if message["type"] == "websocket.accept" else message.get("status", status)
            got.extend(message.get("body", b""))
            if message.get("more_body") or status == 101:
                left.set()

        async with asyncio.timeout(20):
            await self.house.app(scope, receive, send)
        return Answer(status, bytes(got))


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    taken: list[Batch] = []

    async def append(batch: Batch) -> int:
        taken.append(batch)
        return 1

    def receiver(gate: Any) -> OtlpHttp:
        return OtlpHttp(gate.ingest_project, append, Limits(), Ledger())

    house = open_house(tmp_path_factory.mktemp("matrix"), receiver)
    house.store.answers["stats"] = [(0, 0, 0, 0, 0)]
    made = Estate(house, taken)
    yield made
    made.close()


@pytest.fixture(scope="module")
def routes(estate: Estate) -> Sequence[tuple[str, str]]:
    """Method and path of every route that the application really has."""
    api = estate.house.app._app._app._app._api._app._app._app
    assert isinstance(api, FastAPI)
    return sorted(declared(api))


def path_of(template: str, project: str = MINE) -> str:
    filled = re.sub(
        r"{(\w+)(?::path)?}", lambda found: {**VALUES, "project": project}.get(found[1], "x1"), template
    )
    if template in ROOMS:
        return f"{filled}?project={project}"
    return f"{filled}?topics=run:{RUN}" if filled.endswith("/stream") else filled


def expected(caller: Caller, rule: Rule, template: str, project: str) -> Outcome:
    """What guarded mode promises of a route with `rule` on `project`."""
    if rule.right is Right.PUBLIC:
        return PASSES
    if caller.ticket_opens == project and rule.by_ticket:
        return PASSES
    if not caller.known:
        return UNKNOWN
    if caller.room is not None and not rule.of_room:
        return ABSENT
    own_run = "{run_id}" not in template or caller.run == RUN
    if caller.run is not None and not (rule.of_run and own_run):
        return ABSENT
    if rule.needs is not None:
        return found_by_the_route(caller, rule, template)
    if not rule.in_project:
        return PASSES if rule.right in caller.server else FORBIDDEN
    rights = caller.rights.get(project)
    if not rights:
        return ABSENT
    if rule.right not in rights:
        return FORBIDDEN
    # What a stream is asked for here is RUN's topic.
    return ABSENT if template.endswith("/stream") and caller.run not in {None, RUN} else PASSES


def promise(caller: Caller, rule: Rule, template: str, project: str) -> Outcome:
    if template in ROOMS:
        return expected_in_room(caller, project)
    return expected(caller, rule, template, project)


def expected_in_room(caller: Caller, project: str) -> Outcome:
    """What guarded mode promises whoever knocks at ROOM of `project`."""
    if caller.ticket_opens == project:
        return PASSES
    if not caller.known:
        return FORBIDDEN  # MeshAgent's client tries for ever after another answer
    if caller.room is not None:
        return PASSES if (caller.room, caller.room_of) == (ROOM, project) else ABSENT
    rights = caller.rights.get(project)
    if caller.run is not None or not rights:
        return ABSENT
    return PASSES if rights & {Right.LIST, Right.INGEST} else FORBIDDEN


def found_by_the_route(caller: Caller, rule: Rule, template: str) -> Outcome:
    """What becomes of a request that names no project; what is named here is nowhere (see test_charm)."""
    rights = frozenset[Right]().union(*caller.rights.values())
    if caller.run is not None:
        return PASSES if rule.needs in rights else FORBIDDEN
    searches = template.endswith("/events")
    return FORBIDDEN if searches and rights and Right.LIST not in rights else PASSES


@pytest.mark.trust("T14")
@pytest.mark.parametrize("project", [MINE, OTHERS, NOWHERE])
def test_every_route_gives_everybody_what_the_table_says(
    estate: Estate, routes: Sequence[tuple[str, str]], project: str, figure: Tell
) -> None:
    asked, wrong = 0, []
    for method, template in routes:
        rule = TABLE[method, template]  # a route that is not in the table ends the test here
        if project != MINE and not rule.in_project and template not in ROOMS:
            continue
        for caller in estate.callers:
            promised = promise(caller, rule, template, project)
            answer = estate.ask(method, path_of(template, project), caller)
            asked += 1
            if answer.outcome != promised:
                wrong.append((caller.name, method, template, promised, answer.status, answer.body[:120]))
    figure(
        test="T14", what=f"every route for each of {len(estate.callers)} callers, project: {project}",
        target="every answer as the table of rights says",
        value=f"{asked:,} requests, {len(wrong)} answered otherwise {wrong[:5] or ''}".strip(), ok=not wrong,
    )  # fmt: skip


def test_what_the_table_does_not_name_goes_with_no_method_whoever_asks(
    estate: Estate, routes: Sequence[tuple[str, str]]
) -> None:
    known: dict[str, set[str]] = {}
    for method, template in routes:
        if method == WEBSOCKET:
            continue
        found = known.setdefault(path_of(template), set())
        found |= {method, "HEAD"} if TABLE[method, template].right is Right.PUBLIC else {method}
    wrong = [
        (caller.name, method, path, answer.status)
        for path, methods in known.items()
        for method in METHODS
        if method not in methods
        for caller in estate.callers
        if (answer := estate.ask(method, path, caller)).status != NO_METHOD
    ]
    assert wrong == []


def test_head_is_open_where_everybody_may_get_and_nowhere_else(
    estate: Estate, routes: Sequence[tuple[str, str]]
) -> None:
    for method, template in routes:
        if method == "GET":
            is_public = TABLE[method, template].right is Right.PUBLIC
            outcomes = {estate.ask("HEAD", path_of(template), each).outcome for each in estate.callers}
            assert outcomes == {PASSES if is_public else NO_METHOD}, template


def test_strangers_cannot_tell_a_project_of_others_from_one_that_does_not_exist(
    estate: Estate, routes: Sequence[tuple[str, str]]
) -> None:
    known_there = {each.name for each in estate.callers if OTHERS in {*each.rights, each.room_of}}
    strangers = [each for each in estate.callers if each.ticket is None and each.name not in known_there]
    assert len(strangers) > 20
    for method, template in routes:
        if TABLE[method, template].in_project or template in ROOMS:
            for caller in strangers:
                there, nowhere = (
                    estate.ask(method, path_of(template, project), caller) for project in (OTHERS, NOWHERE)
                )
                assert (there.status, _unnamed(there, OTHERS)) == (nowhere.status, _unnamed(nowhere, NOWHERE))


def _unnamed(answer: Answer, project: str) -> dict[str, str]:
    error = json.loads(answer.body.replace(project.encode(), b"*"))["error"]
    return {name: value for name, value in error.items() if name != "request_id"}


def test_no_request_is_answered_where_a_websocket_is_nor_a_websocket_elsewhere(
    estate: Estate, routes: Sequence[tuple[str, str]]
) -> None:
    sockets = {path_of(template) for method, template in routes if method == WEBSOCKET}
    assert sockets == {f"/rooms/{ROOM}?project={MINE}"}
    owner = next(each for each in estate.callers if each.name == "owner")
    assert {estate.ask(method, path, owner).status for path in sockets for method in METHODS} == {ABSENT}
    pages = {path_of(template) for _, template in routes} - sockets
    assert {estate.ask(WEBSOCKET, path, owner).status for path in [*pages, "/v1/traces"]} == {ABSENT}


def test_what_is_no_route_is_absent_for_everybody(estate: Estate) -> None:
    for path in ("/api/v1/secret", f"/api/v1/projects/{MINE}/secret", "/v1/runs", "/accounts/a"):
        assert {estate.ask("GET", path, each).outcome for each in estate.callers} == {ABSENT}


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_telemetry_over_http_is_taken_from_whoever_may_send_it_into_their_own_project(
    estate: Estate, signal: str
) -> None:
    for template in OTLP:
        for caller in estate.callers:
            if "{key}" in template.format(signal) and caller.token is None:
                continue
            path = template.format(signal).format(key=caller.token)
            estate.taken.clear()
            got = estate.ask("POST", path, caller).status
            own = _sends_into(caller)
            assert got == (200 if own else FORBIDDEN if _is_known(caller) else UNKNOWN), (caller.name, path)
            assert {batch.project for batch in estate.taken} <= {own}
            for method in METHODS:
                if method != "POST":
                    assert estate.ask(method, path, caller).status == NO_METHOD


def test_telemetry_over_grpc_is_taken_from_whoever_may_send_it_into_their_own_project(
    estate: Estate,
) -> None:
    async def story() -> dict[str, set[str]]:
        async def append(batch: Batch) -> int:
            estate.taken.append(batch)
            return 1

        intake = Intake(append, Limits(), Ledger())
        server, port = await start_grpc("127.0.0.1:0", estate.house.gate.ingest_project, intake)
        told: dict[str, set[str]] = {}
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            for caller in estate.callers:
                for service in SERVICES.values():
                    estate.taken.clear()
                    told.setdefault(caller.name, set()).add(await _export(channel, service, caller))
                    assert {batch.project for batch in estate.taken} <= {_sends_into(caller)}
        await server.stop(0)
        return told

    promised = {
        each.name: {
            "OK" if _sends_into(each) else "PERMISSION_DENIED" if _is_known(each) else "UNAUTHENTICATED"
        }
        for each in estate.callers
    }
    assert estate.run(story()) == promised


async def _export(channel: grpc.aio.Channel, service: str, caller: Caller) -> str:
    metadata = [(name, value) for name, value in caller.headers.items() if name == "authorization"]
    try:
        await channel.unary_unary(f"/{service}/Export")(b"", metadata=metadata, timeout=10)
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


def _is_known(caller: Caller) -> bool:
    # Receivers take no cookie: whoever has nothing else comes as nobody.
    return caller.known and caller.token is not None


def _sends_into(caller: Caller) -> str | None:
    return next((project for project, rights in caller.rights.items() if Right.INGEST in rights), None)
