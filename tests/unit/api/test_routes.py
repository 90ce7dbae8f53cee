from __future__ import annotations

import threading

import pytest
from dirty_equals import IsStr

from fanlight.access.known_keys import SCOPE_RIGHTS
from fanlight.access.principal import LOCAL_OWNER, Principal
from fanlight.api.health import as_told
from fanlight.catalog.keys import KeyScope
from fanlight.errors import StoreError
from fanlight.model.disk import DiskRoom, DiskState
from fanlight.model.ledger import LedgerSnapshot, MaskedValues, SignalCounts, render_prometheus
from fanlight.model.signal import Signal

from .conftest import Build, House


def test_stats_are_of_the_project_that_was_asked_for(house: House) -> None:
    house.store.answers["stats"] = [(1, 2, 3, 4, 5)]
    answer = house.ask("GET", "/api/v1/projects/default/stats")
    assert answer.json() == {"spans": 1, "traces": 2, "runs": 3, "logs": 4, "metric_points": 5}
    assert house.store.asked == [("default", "stats")]


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        (
            "GET",
            "/api/v1/projects/nowhere/runs",
            404,
            {"code": "not_found", "message": "no project 'nowhere'", "hint": "fanlight projects lists them"},
        ),
        (
            "GET",
            "/api/v1/projects/default/runs/4bf9",
            404,
            {
                "code": "not_found",
                "message": "no run 4bf9 in project default",
                "hint": "fanlight runs lists them",
            },
        ),
        (
            "GET",
            "/api/v1/projects/default/runs?limit=0",
            400,
            {
                "code": "invalid",
                "message": "limit: Input should be greater than or equal to 1",
                "hint": "the API is described at /api/docs",
            },
        ),
        (
            "GET",
            "/api/v1/projects/default/runs?form=now-1h",
            400,
            {
                "code": "invalid",
                "message": "form: Extra inputs are not permitted",
                "hint": "the API is described at /api/docs",
            },
        ),
        (
            "GET",
            "/api/v1/projects/default/runs?from=yesterday",
            400,
            {
                "code": "invalid",
                "message": "'yesterday' is no time",
                "hint": "use RFC 3339 (2026-01-31T10:00:00Z) or now-1h",
            },
        ),
        (
            "PATCH",
            "/api/v1/projects/default/keys",
            405,
            {
                "code": "method",
                "message": "PATCH does not go with /api/v1/projects/default/keys",
                "hint": "use GET, POST",
            },
        ),
        (
            "GET",
            "/rooms/lobby",
            404,
            {
                "code": "not_found",
                "message": "nothing is at /rooms/lobby",
                "hint": "the API is described at /api/docs",
            },
        ),
    ],
)
def test_errors_say_what_happened_and_what_to_do(
    house: House, method: str, path: str, status: int, error: dict[str, str]
) -> None:
    answer = house.ask(method, path)
    assert answer.status_code == status
    assert answer.json() == {"error": {**error, "request_id": answer.headers["x-request-id"]}}


def test_what_nobody_expected_is_logged_and_not_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> list[list[object]]:
        raise RuntimeError("password=hunter2")

    house.store.answers["stats"] = fail
    answer = house.ask("GET", "/api/v1/projects/default/stats")
    request_id = answer.headers["x-request-id"]
    assert answer.json() == {
        "error": {
            "code": "internal",
            "message": "the server failed",
            "hint": f"its log has more under {request_id}",
            "request_id": request_id,
        }
    }
    assert answer.status_code == 500
    assert [record.getMessage() for record in caplog.records] == [f"request {request_id} failed"]


@pytest.mark.parametrize(("retryable", "status"), [(True, 503), (False, 500)])
def test_the_engines_words_stay_inside(house: House, retryable: bool, status: int) -> None:
    def fail() -> list[list[object]]:
        raise StoreError("SELECT secret FROM spans", retryable=retryable)

    house.store.answers["stats"] = fail
    answer = house.ask("GET", "/api/v1/projects/default/stats")
    assert answer.status_code == status
    assert "SELECT" not in answer.text
    assert ("retry-after" in answer.headers) is retryable


def test_a_key_is_told_once_and_works_at_once(house: House) -> None:
    made = house.ask("POST", "/api/v1/projects/default/keys", json={"name": "ci", "scopes": ["read"]})
    assert made.status_code == 201
    key, secret = made.json()["key"], made.json()["secret"]
    assert made.json() == {
        "key": {
            "id": IsStr(regex="[0-9A-Za-z]{12}"),
            "name": "ci",
            "scopes": ["read"],
            "limits": {},
            "created_at": "2026-09-21T14:13:20.000000000Z",
            "expires_at": None,
            "last_used_at": None,
            "revoked_at": None,
        },
        "secret": IsStr(regex=f"fl_{key['id']}_[0-9A-Za-z]{{49}}"),
    }
    assert secret not in house.ask("GET", "/api/v1/projects/default/keys").text
    headers = {"authorization": f"Bearer {secret}"}
    assert house.ask("GET", "/api/v1/projects/default/rooms", headers=headers).status_code == 200
    assert house.ask("GET", "/api/v1/projects/default/keys", headers=headers).status_code == 403
    revoked = house.ask("DELETE", f"/api/v1/projects/default/keys/{key['id']}")
    assert revoked.json()["revoked_at"] == "2026-09-21T14:13:20.000000000Z"
    house.clock.advance(4)
    assert house.ask("GET", "/api/v1/projects/default/rooms", headers=headers).status_code == 401


def test_rooms_are_paged_by_name(house: House) -> None:
    path = "/api/v1/projects/default/rooms"
    for name in ("porch", "attic", "lobby"):
        assert house.ask("POST", path, json={"name": name}).status_code == 201
    first = house.ask("GET", f"{path}?limit=2").json()
    rest = house.ask("GET", path, params={"cursor": first["next"]}).json()
    assert [room["name"] for room in first["items"]] == ["attic", "lobby"]
    assert ([room["name"] for room in rest["items"]], rest["next"]) == (["porch"], None)
    found = house.ask("GET", path, params={"containing": "o"}).json()
    assert [room["name"] for room in found["items"]] == ["lobby", "porch"]
    assert house.ask("GET", f"{path}/lobby").json()["name"] == "lobby"
    assert house.ask("POST", path, json={"name": "lobby"}).status_code == 409


def test_a_key_sees_its_own_project_only(house: House) -> None:
    house.ask("POST", "/api/v1/projects", json={"name": "other"})
    secret = house.ask("POST", "/api/v1/projects/other/keys", json={"name": "k", "scopes": ["admin"]}).json()[
        "secret"
    ]
    headers = {"x-api-key": secret}
    listed = house.ask("GET", "/api/v1/projects", headers=headers).json()
    assert [project["name"] for project in listed["items"]] == ["other"]
    foreign = house.ask("GET", "/api/v1/projects/default/stats", headers=headers)
    unknown = house.ask("GET", "/api/v1/projects/nowhere/stats", headers=headers)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["error"]["code"] == unknown.json()["error"]["code"]
    assert house.ask("POST", "/api/v1/projects", json={"name": "x"}, headers=headers).status_code == 403
    figures = house.ask("GET", "/metrics", headers=headers)
    assert (figures.status_code, figures.text.count("fanlight_all_of_it 0\n")) == (200, 1)
    whole = house.ask("GET", "/metrics")
    assert (whole.status_code, whole.text.count("fanlight_all_of_it 1\n")) == (200, 1)


@pytest.mark.parametrize(("scope", "status"), [("ingest", 403), ("execute", 403), ("read", 200)])
def test_a_scraper_comes_with_a_key_that_reads_a_project(house: House, scope: str, status: int) -> None:
    made = house.ask("POST", "/api/v1/projects/default/keys", json={"name": "prometheus", "scopes": [scope]})
    headers = {"authorization": f"Bearer {made.json()['secret']}"}
    assert house.ask("GET", "/metrics", headers=headers).status_code == status


def test_a_key_is_shown_the_figures_of_its_own_project_and_an_administrator_all() -> None:
    snapshot = LedgerSnapshot(
        signals=[SignalCounts(signal=Signal.TRACES, received=3)],
        refusals=[],
        masked=[
            MaskedValues(project="mine", kind="token", values=1),
            MaskedValues(project="theirs", kind="staff number", values=2),
        ],
        disk=DiskRoom(state=DiskState.OK, low_bytes=2, stop_bytes=1, free_bytes=7),
    )
    rights = SCOPE_RIGHTS[KeyScope.READ]
    key = Principal(name="prometheus", rights=rights, project_id="mine", key_id="k")
    shown = render_prometheus(as_told(snapshot, key, key.project_id))
    assert 'fanlight_masked_total{kind="token"} 1\n' in shown
    assert 'fanlight_received_total{signal="traces"} 3\n' in shown
    assert "fanlight_disk_full 0\n" in shown
    assert [word for word in ("staff", "theirs", "mine", "free_bytes") if word in shown] == []
    assert as_told(snapshot, LOCAL_OWNER, None) == snapshot


def test_refused_requests_are_told_to_the_owner_alone(house: House) -> None:
    path = "/api/v1/projects/default/health"
    secret = house.ask(
        "POST", "/api/v1/projects/default/keys", json={"name": "k", "scopes": ["read"]}
    ).json()["secret"]
    assert house.ask("GET", path).json()["refusals"][0]["reason"] == "gzip"
    assert house.ask("GET", path, headers={"x-api-key": secret}).json()["refusals"] == []


def test_the_server_tells_where_otlp_is_taken(house: House) -> None:
    assert house.ask("GET", "/api/v1/server").json() == {
        "version": IsStr(),
        "epoch": "e1",
        "mode": "local",
        "otlp_http": "http://127.0.0.1:4318",
        "otlp_grpc": None,
        "readers": 0,
        "max_body_bytes": 67_108_864,
        "retention_days": 30,
    }


def test_a_server_beyond_loopback_lets_nobody_in(build: Build) -> None:
    house = build(host="0.0.0.0")
    headers = {"host": "0.0.0.0:4319"}
    assert house.ask("GET", "/healthz", headers=headers).status_code == 200
    assert house.ask("GET", "/readyz", headers=headers).status_code == 200
    for path in ("/api/docs", "/api/v1/server", "/api/v1/projects/default/runs", "/metrics"):
        refused = house.ask("GET", path, headers=headers)
        assert refused.status_code == 403, path
        assert "open Studio with the set-up token" in refused.json()["error"]["hint"]


def test_questions_wait_only_so_long_in_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = house.app._workers
    monkeypatch.setattr(workers, "_max_open", 0)
    refused = house.ask("GET", "/api/v1/projects/default/stats")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert threading.active_count() < 50
