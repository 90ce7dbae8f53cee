"""What a page of another site may not do to a server without login."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute

from fanlight.access.policy import TABLE
from fanlight.api.boundary import HEADERS
from tests.figures import Tell

from .conftest import Build, House
from .test_matrix import path_of
from .test_policy import declared

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ROOMS = "/api/v1/projects/default/rooms"


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:4319", "localhost.evil.test", "127.0.0.1.nip.io", ""]
)
def test_a_name_that_was_pointed_here_gets_nothing(house: House, host: str) -> None:
    for path in ("/", ROOMS, "/api/v1/openapi.json", "/v1/traces", "/metrics"):
        refused = house.ask("GET", path, headers={"host": host})
        assert (path, refused.status_code, refused.json()["error"]["code"]) == (path, 400, "invalid")


@pytest.mark.parametrize(
    "host", ["localhost:1", "127.0.0.1", "127.1.2.3", "[::1]:4319", "LOCALHOST", "fan.localhost"]
)
def test_the_names_of_this_machine_are_known(house: House, host: str) -> None:
    assert house.ask("GET", ROOMS, headers={"host": host}).status_code == 200


def test_more_names_come_from_the_settings(build: Build) -> None:
    house = build(allowed_hosts="fanlight.internal, other.internal")
    assert house.ask("GET", ROOMS, headers={"host": "Fanlight.internal:80"}).status_code == 200
    assert house.ask("GET", ROOMS, headers={"host": "else.internal"}).status_code == 400


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_what_came_through_a_proxy_is_not_of_this_machine(house: House, header: str) -> None:
    for path in ("/", ROOMS, "/v1/traces"):
        refused = house.ask("GET", path, headers={header: "203.0.113.9"})
        assert (path, refused.status_code) == (path, 403)
        assert "FANLIGHT_TRUSTED_PROXY" in refused.json()["error"]["hint"]
    assert house.ask("GET", "/healthz", headers={header: "203.0.113.9"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.test"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost:4319.evil.test"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://localhost:4319", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(house: House, headers: dict[str, str]) -> None:
    for path in (ROOMS, "/api/v1/projects", "/v1/traces", "/v1/logs"):
        refused = house.ask("POST", path, json={"name": "x"}, headers=headers)
        assert (path, refused.status_code, refused.json()["error"]["code"]) == (path, 403, "forbidden")
    assert house.ask("GET", ROOMS).json()["items"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:4319"},
        {"origin": "http://localhost:4319", "sec-fetch-site": "same-origin"},
    ],
)
def test_studio_and_programs_may(house: House, headers: dict[str, str]) -> None:
    assert house.ask("POST", ROOMS, json={"name": "x"}, headers=headers).status_code == 201
    assert house.ask("POST", "/v1/traces", content=b"", headers=headers).text == "taken"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_what_a_form_can_send_is_no_body(house: House, content_type: str) -> None:
    refused = house.ask("POST", ROOMS, content=b'{"name":"x"}', headers={"content-type": content_type})
    assert refused.status_code == 400
    assert refused.json()["error"]["hint"] == "send Content-Type: application/json"


def test_no_other_origin_is_ever_allowed_to_read(house: House) -> None:
    asked = house.ask(
        "OPTIONS", ROOMS, headers={"origin": "http://evil.test", "access-control-request-method": "POST"}
    )
    assert asked.status_code == 405
    read = house.ask("GET", ROOMS, headers={"origin": "http://evil.test"})
    assert not [name for name in (*asked.headers, *read.headers) if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/p/x", "/api/docs", ROOMS, "/api/nothing", "/v1/traces", "/assets/none.js"]
)
def test_the_security_headers_are_on_every_answer(house: House, path: str) -> None:
    headers = house.ask("GET", path).headers
    assert {name.decode(): headers[name.decode()] for name, _ in HEADERS} == {
        name.decode(): value.decode() for name, value in HEADERS
    }
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src data:; "
        "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; "
        "require-trusted-types-for 'script'"
    )


def test_behind_a_trusted_proxy_the_forwarded_name_counts(build: Build) -> None:
    forwarded = {"host": "127.0.0.1:4319", "x-forwarded-host": "fan.example", "origin": "https://fan.example"}
    trusting = build(trusted_proxy="127.0.0.1", allowed_hosts="fan.example")
    assert trusting.ask("POST", ROOMS, json={"name": "a"}, headers=forwarded).status_code == 201
    wary = build(allowed_hosts="fan.example")
    assert wary.ask("POST", ROOMS, json={"name": "b"}, headers=forwarded).status_code == 403


def unsafe_routes(house: House) -> list[tuple[str, str]]:
    """Every route that changes something, out of the application's own list."""
    api = house.app._app._app._app._api._app._app._app
    found = sorted((method, path) for method, path in declared(api) if method in UNSAFE)
    assert len(found) > 50
    return found


@pytest.mark.trust("T17")
def test_no_unsafe_route_takes_a_request_of_another_site(house: House, figure: Tell) -> None:
    passed = [
        (method, template, header)
        for method, template in unsafe_routes(house)
        for header in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"})
        if house.ask(method, path_of(template), json={}, headers=header).status_code != 403
    ]
    figure(
        test="T17",
        what="requests of another site",
        target="0 taken",
        value=f"{len(passed)} taken of {3 * len(unsafe_routes(house))}, on each unsafe route",
        ok=not passed,
    )


def test_no_unsafe_route_takes_what_a_form_can_send(house: House) -> None:
    takes = {TABLE[method, path].takes for method, path in unsafe_routes(house)}
    assert takes.isdisjoint({"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""})
    passed = [
        (method, template)
        for method, template in unsafe_routes(house)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")
        if house.ask(
            method, path_of(template), content=b"a=b", headers={"content-type": content_type}
        ).status_code
        not in {400, 401}
    ]
    assert passed == []


def test_no_route_asks_for_a_secret_in_its_address(house: House) -> None:
    # A ticket works once, within 30 s, for what cannot send a header; an upload's word is for one upload.
    api = house.app._app._app._app._api._app._app._app
    secrets = {
        (route.path, field.name)
        for route in api.routes
        if isinstance(route, APIRoute)
        for field in (*route.dependant.query_params, *route.dependant.path_params)
        if re.search(r"token|password|secret|credential|api_?key|cookie|session_id", field.name)
    }
    assert secrets == set()
