"""People, the audit log and logins from the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from fanlight.catalog.database import open_catalog
from fanlight.catalog.logins import LoginKind, list_logins, start_login
from fanlight.catalog.one_time import Purpose, find_one_time
from fanlight.catalog.people import find_person
from fanlight.catalog.projects import create_project
from fanlight.cli.login_file import find_login, keep_login, login_path

from .conftest import Cli

PASSWORD = "correct horse battery\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A data directory with one project; whoever asks for a password gets a good one."""
    catalog = open_catalog("", tmp_path / "data")
    create_project(catalog, "weather")
    catalog.close()
    monkeypatch.setattr("sys.stdin.readline", lambda: PASSWORD, raising=False)
    return str(tmp_path / "data")


def add(cli: Cli, data: str, email: str, *more: str) -> None:
    added = cli("people", "add", email, "--password-stdin", "--data", data, *more)
    assert added.status == 0, added.stderr


def test_the_first_person_owns_everything_and_is_told_what_changes(cli: Cli, data: str) -> None:
    told = cli("people", "add", "Ann@Example.org", "--password-stdin", "--data", data)
    assert told.status == 0
    assert "registered ann@example.org" in told.stderr
    assert "the server asks for a login or a key" in told.stderr
    found = json.loads(cli("people", "--project", "weather", "--data", data, "--json").stdout)["items"]
    assert [(each["email"], each["role"]) for each in found] == [("ann@example.org", "owner")]


def test_roles_are_given_changed_and_taken(cli: Cli, data: str) -> None:
    add(cli, data, "ann@example.org")
    add(cli, data, "bob@example.org", "--project", "weather", "--role", "developer")
    roles = json.loads(cli("people", "--project", "weather", "--data", data, "--json").stdout)["items"]
    assert {each["email"]: each["role"] for each in roles} == {
        "ann@example.org": "owner",
        "bob@example.org": "maintainer",
    }
    assert cli("people", "role", "bob@example.org", "viewer", "-p", "weather", "--data", data).status == 0
    assert cli("people", "remove", "bob@example.org", "-p", "weather", "--data", data).status == 0
    last = cli("people", "remove", "ann@example.org", "-p", "weather", "--data", data)
    assert (last.status, "would have no owner" in last.stderr) == (1, True)


def test_an_invite_is_a_link_that_the_server_takes(cli: Cli, data: str) -> None:
    add(cli, data, "ann@example.org")
    made = cli("people", "invite", "Bob@Example.org", "-p", "weather", "--role", "developer", "--data", data)
    link = made.stdout.strip()
    assert (made.status, link.startswith("http://127.0.0.1:4319/invite#")) == (0, True)
    catalog = open_catalog("", Path(data))
    found = find_one_time(catalog, Purpose.INVITE, link.partition("#")[2])
    catalog.close()
    assert found is not None
    assert (found.project, found.data["email"], found.data["role"]) == (
        "weather",
        "bob@example.org",
        "maintainer",
    )


def test_a_new_password_ends_all_logins(cli: Cli, data: str) -> None:
    add(cli, data, "ann@example.org")
    catalog = open_catalog("", Path(data))
    ann, before = find_person(catalog, "ann@example.org") or pytest.fail("nobody there")
    start_login(catalog, ann.id, LoginKind.BROWSER)
    told = cli("people", "password", "ann@example.org", "--password-stdin", "--data", data)
    assert (told.status, "signed out everywhere" in told.stderr) == (0, True)
    _, after = find_person(catalog, "ann@example.org") or pytest.fail("nobody there")
    assert after != before
    assert list_logins(catalog, ann.id) == []
    catalog.close()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("people", "add", "nobody", "--password-stdin"), 2),
        (("people", "role", "eve@example.org", "viewer", "-p", "weather"), 1),
        (("people", "role", "ann@example.org", "king", "-p", "weather"), 2),
        (("people", "--project", "never"), 1),
    ],
)
def test_what_cannot_be_done_is_told(cli: Cli, data: str, arguments: tuple[str, ...], status: int) -> None:
    add(cli, data, "ann@example.org")
    told = cli(*arguments, "--data", data)
    assert (told.status, told.stderr.startswith("fanlight: ")) == (status, True)


def test_what_was_done_is_in_the_audit_log_and_a_flipped_byte_is_found(cli: Cli, data: str) -> None:
    add(cli, data, "ann@example.org")
    add(cli, data, "bob@example.org", "--project", "weather")
    entries = json.loads(cli("audit", "--data", data, "--json").stdout)["items"]
    assert [(each["actor"], each["action"], each["target"]) for each in entries] == [
        ("data directory", "member.role", "bob@example.org"),
        ("data directory", "person.added", "bob@example.org"),
        ("data directory", "person.added", "ann@example.org"),
    ]
    good = cli("audit", "verify", "--data", data)
    assert (good.status, "3 entries, each as it was written" in good.stderr) == (0, True)
    catalog = open_catalog("", Path(data))
    with catalog.writing() as session:
        session.execute(text("UPDATE audit SET target = 'cob@example.org' WHERE seq = 2"))
    catalog.close()
    bad = cli("audit", "verify", "--data", data, "--json")
    assert (bad.status, json.loads(bad.stdout)["broken_at"]) == (1, 2)


def test_a_login_is_kept_for_its_owner_alone_and_presented_from_then_on(cli: Cli) -> None:
    asked: list[str] = []
    answers = iter([None, "fls_token"])

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path} {request.headers.get('authorization', '-')}")
        if request.url.path == "/api/v1/devices":
            return httpx.Response(
                201,
                json={
                    "device_code": "d",
                    "user_code": "BCDF-GHJK",
                    "path": "/device#BCDF-GHJK",
                    "interval_s": 0,
                },
            )
        if request.url.path == "/api/v1/devices/token":
            return httpx.Response(200, json={"token": next(answers), "name": "ann@example.org"})
        return httpx.Response(200, json={"items": [], "next": None})

    told = cli("login", server=server)
    assert told.status == 0
    assert "BCDF-GHJK" in told.stderr
    assert "signed in to http://127.0.0.1:4319 as ann@example.org" in told.stderr
    assert "fls_token" not in told.stderr + told.stdout
    assert stat.S_IMODE(login_path().stat().st_mode) == 0o600
    cli("runs", server=server)
    assert asked[-1] == "GET /api/v1/projects/default/runs Bearer fls_token"
    assert cli("logout", server=server).status == 0
    assert find_login("http://127.0.0.1:4319") is None


def test_a_login_file_that_others_could_read_is_refused(cli: Cli) -> None:
    keep_login("http://127.0.0.1:4319", "fls_token")
    login_path().chmod(0o644)
    told = cli("runs")
    assert (told.status, "others may read" in told.stderr) == (2, True)
