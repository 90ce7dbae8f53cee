"""Every route of the application stands in the policy table, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from fanlight.access.policy import RESERVED, TABLE, WEBSOCKET, match
from fanlight.access.principal import Right
from fanlight.api.app import create_api
from fanlight.api.services import Services
from fanlight.api.studio import open_studio
from fanlight.api.workers import Workers
from fanlight.ingest.receivers.otlp_http import OtlpHttp

from .conftest import House


@pytest.fixture(scope="module")
def api() -> FastAPI:
    nothing = dict.fromkeys(Services.__dataclass_fields__)
    return create_api(Services(**{**nothing, "workers": Workers()}), open_studio(""), "")  # type: ignore[arg-type]


def declared(api: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route, of whatever kind."""
    for route in _flat(api.router.routes):
        is_socket = isinstance(route, WebSocketRoute)
        for method in {WEBSOCKET} if is_socket else getattr(route, "methods", None) or {"any"}:
            if (method, route.path) != ("HEAD", route.path):
                yield method, route.path


def _flat(routes: list) -> Iterator[Route]:  # type: ignore[type-arg]
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "routes", None)
        if hasattr(route, "path") and not isinstance(inner, list):
            yield route
        else:
            yield from _flat(getattr(inner, "routes", inner))


def test_every_route_is_in_the_table_and_nothing_else_is(api: FastAPI) -> None:
    assert set(declared(api)) == set(TABLE)


def test_a_route_that_nobody_declared_cannot_be_reached(house: House) -> None:
    async def secret(_: object) -> Response:
        return Response("secret")

    inner = house.app._app._app._app._api._app._app._app
    assert isinstance(inner, FastAPI)
    inner.router.routes.insert(0, Route("/api/v1/secret", secret))
    refused = house.ask("GET", "/api/v1/secret")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")


def test_what_anybody_may_ask_is_a_short_list() -> None:
    assert {path for (_, path), rule in TABLE.items() if rule.right is Right.PUBLIC} == {
        "/healthz",
        "/readyz",
        "/api/docs",
        "/api/docs/{file}",
        "/api/v1/openapi.json",
        "/api/v1/session",
        "/api/v1/setup",
        "/api/v1/devices",
        "/api/v1/devices/token",
        "/api/v1/login",
        "/cli/login",
        "/api/cli/login",
        "/cli/login/{file}",
        # A word in the path that was made for this one upload stands for the key.
        "/v1/agents/uploads/{upload}",
        "/api/v1/agents/uploads/{upload}",
        # Tells the name that the caller asked for.
        "/config",
        "/api/v1/oidc/login",
        "/api/v1/oidc/callback",
        "/api/v1/invites/accept",
        "/{file:path}",
    }


def test_every_route_below_a_project_asks_for_a_right_on_it() -> None:
    below = {key for key in TABLE if "/projects/{project}" in key[1]}
    assert below == {key for key, rule in TABLE.items() if rule.in_project}
    assert len(below) > 15


@pytest.mark.parametrize(
    ("method", "path", "project"),
    [
        ("GET", "/api/v1/projects/a/runs", "a"),
        ("GET", "/api/v1/projects/a/metrics/http.server/duration", "a"),
        ("DELETE", "/api/v1/projects/a/keys/k1", "a"),
        ("GET", "/api/v1/projects", None),
        ("GET", "/p/a/runs", None),
        ("GET", "/", None),
    ],
)
def test_the_table_finds_the_project_of_a_path(method: str, path: str, project: str | None) -> None:
    found = match(method, path)
    assert found is not None
    assert found.rule is not None
    assert found.project == project


@pytest.mark.parametrize(
    "path",
    [
        *(f"/{first}/nothing" for first in RESERVED),
        "/api",
        "/api/v1/projects//runs",
        "/api/v1/projects/a/runs/b/c",
        "/api/v1/projects/a/metrics/",
        "/api/v1/",
        "/v1/runs",
        "/config/x",
        "/accounts/x",
        "/rooms/lobby",
        "/metrics/x",
    ],
)
def test_what_is_unknown_under_a_reserved_name_is_never_studio(path: str) -> None:
    assert match("GET", path) is None


def test_a_websocket_and_a_page_never_stand_at_the_same_place() -> None:
    entrance = match(WEBSOCKET, "/rooms/lobby")
    assert entrance is not None
    assert entrance.room == "lobby"
    assert match("GET", "/rooms/lobby") is None
    others = ("/", "/p/a/runs", "/api/v1/server", "/rooms", "/v1/logs")
    assert {match(WEBSOCKET, path) for path in others} == {None}


def test_otlp_and_its_aliases_are_the_receivers() -> None:
    for path in ("/v1/traces", "//v1/logs", "/otlp/fl_x/v1/metrics", "/api/public/otel/v1/traces"):
        assert OtlpHttp.handles(None, path), path  # type: ignore[arg-type]
        assert match("POST", path) is None, path
