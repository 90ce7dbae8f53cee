"""The published `charmos` command and readers against the server: publish, execute, follow, list."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .charm_place import (
    OWNER,
    STRANGER,
    VIEWER,
    Place,
    data_of,
    followed,
    place_of,
    printed_by_charm,
    publish_bundle,
    run_of,
)

SECRET = "sk-0123456789-of-the-agent"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, charmos: Path) -> Iterator[Place]:
    data, home = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("charm")
    with place_of(data, home, charmos.with_name("charm")) as made:
        yield made


# -- check 11


def test_a_push_registers_the_agent_its_owner_its_exporters_and_its_price(place: Place) -> None:
    entries = place.http.get(f"{place.url}/api/v1/projects/shop/audit", headers=place.bearer(OWNER)).json()[
        "items"
    ]
    [published] = [entry for entry in entries if entry["action"] == "agent.published"]
    assert (published["actor"], published["target"]) == (OWNER, "Echo")
    assert published["detail"]["telemetry"] == ["fanlight"]
    again = place.run("push", str(place.agent), "--api-base", place.url)
    assert (again.returncode, "Successfully Published" in again.stdout) == (0, True)


def test_who_is_no_member_cannot_push_and_reads_nothing_anywhere(place: Place) -> None:
    pushed = place.run("push", str(place.agent), "--api-base", f"{place.url}/api", who=STRANGER)
    assert (pushed.returncode, "Upload Init Failed" in pushed.stdout) == (1, True)
    run = place.runs()[0]["id"]
    headers = place.bearer(STRANGER)
    for path in (f"/v1/runs/{run}/events", f"/api/v1/projects/shop/runs/{run}"):
        assert place.http.get(place.url + path, headers=headers).status_code == 404
    refused = place.http.post(f"{place.url}/v1/execute", json=place.asked(), headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (
        404,
        "there is no such agent; publish it: charm push",
    )


# -- checks 9 and 10


@pytest.mark.parametrize("base", ["/api", ""])
def test_logs_are_listed_by_the_real_command(place: Place, base: str) -> None:
    done = place.logs("--limit", "3", base=base)
    assert done.returncode == 0, done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("│")]
    assert "Remote Execution Logs" in done.stdout
    assert len(rows) == 3
    assert "Showing last 3 execution events." in done.stdout


def test_inputs_of_every_kind_are_printed_as_they_were(place: Place) -> None:
    done = place.logs("--limit", "5000")
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (0, False)
    rows = [
        [cell.strip() for cell in line.split("│")[2:4]] for line in done.stdout.splitlines() if "│" in line
    ]
    ours = [row for row in rows if row[1] in {"[red]x[/red]", '["a", "[b]"]', "[bold]boom", '{"deep": 1}'}]
    assert ours == [
        ["success", "[red]x[/red]"],
        ["success", '["a", "[b]"]'],
        ["error", "[bold]boom"],
        ["success", '{"deep": 1}'],
        ["success", "[red]x[/red]"],
    ]


def test_there_are_never_more_than_five_hundred(place: Place) -> None:
    agent = publish_bundle(place, "Busy", b"version: nothing of the kind")["id"]
    place.send([run_of("Busy", at + 60, "x") for at in range(501)])
    listed = {}
    for limit in (5_000, 500, 499, 0, -7):
        answer = place.http.get(
            f"{place.url}/v1/agents/logs",
            params={"agent_id": agent, "limit": limit},
            headers=place.bearer(OWNER),
            timeout=60,
        )
        assert answer.status_code == 200
        listed[limit] = len(answer.json()["logs"])
    assert listed == {5_000: 500, 500: 500, 499: 499, 0: 1, -7: 1}


def test_a_stranger_is_told_what_everybody_is_told_of_an_unknown_agent(place: Place, tmp_path: Path) -> None:
    unknown = tmp_path / "unknown"
    shutil.copytree(place.agent, unknown)
    text = (
        (unknown / "charm.yaml").read_text().replace(place.agent_id, "00000000-0000-4000-8000-000000000000")
    )
    (unknown / "charm.yaml").write_text(text)
    stranger = place.logs(who=STRANGER)
    nobody = place.run("logs", "--path", str(unknown), "--api-base", f"{place.url}/api")
    assert (stranger.returncode, stranger.stdout) == (1, nobody.stdout)
    assert "(404)" in stranger.stdout
    assert "there is no such agent" in stranger.stdout


def test_a_member_without_the_right_is_refused(place: Place) -> None:
    done = place.logs(who=VIEWER)
    assert (done.returncode, "(403)" in done.stdout) == (1, True)
    assert "read right" in done.stdout


# -- check 8, and executing


def test_an_agent_is_executed_followed_and_resumed_by_its_run_token_alone(
    place: Place, charmos: Path
) -> None:
    secret = {"variables": {"TOKEN": SECRET}}
    path = f"{place.url}/api/v1/projects/shop/agents/Echo/env"
    assert place.http.put(path, json=secret, headers=place.bearer(OWNER)).status_code == 200
    asked = place.asked(input_payload={"message": "hi", "pieces": 4})
    with httpx.stream(
        "POST", f"{place.url}/v1/execute", json=asked, headers=place.bearer(OWNER), timeout=60
    ) as answer:
        assert answer.status_code == 200, answer.read()
        assert {
            name: answer.headers[name] for name in ("content-type", "cache-control", "x-accel-buffering")
        } == {
            "content-type": "text/event-stream",
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        }
        run, token = answer.headers["x-run-id"], answer.headers["x-run-token"]
        lines = list(answer.iter_lines())
    told = data_of(lines)
    types = [json.loads(each)["type"] for each in told]
    assert types[0] == "status"
    assert types[-2:] == ["final", "internal_run_finished"]
    assert (types.count("final"), types.count("internal_run_finished")) == (1, 1)
    assert json.loads(told[-2])["content"] == "hi, and a token of 26 characters"
    assert json.loads(told[-1])["content"]["exit_code"] == 0
    # As Charm writes JSON, and nothing of the secret.
    assert all(each == json.dumps(json.loads(each), ensure_ascii=False) for each in told)
    assert SECRET not in "\n".join(lines)

    bearer = {"authorization": f"Bearer {token}"}
    whole = followed(place, run, bearer)
    assert data_of(whole.text.splitlines()) == told
    ids = [line.removeprefix("id: ") for line in whole.text.splitlines() if line.startswith("id: ")]
    for place_, last in enumerate(ids[:-1], 1):
        rest = followed(place, run, {**bearer, "last-event-id": last})
        assert data_of(rest.text.splitlines()) == told[place_:]
    assert followed(place, run, {**bearer, "last-event-id": ids[-1]}).status_code == 204
    for other in ("/v1/agents/logs?agent_id=x", "/api/v1/projects/shop/runs", f"/v1/runs/{'0' * 31}1/events"):
        assert place.http.get(place.url + other, headers=bearer).status_code == 404

    printed = printed_by_charm(charmos, whole.text)
    assert "Initializing Agent Runtime" in printed
    assert "hi, and a token of 26 characters" in printed


def test_a_run_is_followed_while_it_goes_on_and_a_reader_who_reads_nothing_delays_nobody(
    place: Place,
) -> None:
    asked = place.asked(input_payload={"message": "x", "pieces": 3_000}, run_id="slow-reader")
    heard: list[str] = []
    with httpx.stream(
        "POST", f"{place.url}/v1/execute", json=asked, headers=place.bearer(OWNER), timeout=60
    ) as answer:
        run = answer.headers["x-run-id"]
        lazy = socket.create_connection((httpx.URL(place.url).host, httpx.URL(place.url).port or 0))
        with lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            token = answer.headers["x-run-token"]
            asking = (
                f"GET /v1/runs/{run}/events HTTP/1.1",
                "host: localhost",
                f"authorization: Bearer {token}",
            )
            lazy.sendall("\r\n".join([*asking, "", ""]).encode())
            heard.extend(answer.iter_lines())
    types = [json.loads(each)["type"] for each in data_of(heard)]
    assert types.count("delta") == 3_000
    assert types[-2:] == ["final", "internal_run_finished"]
    again = place.http.post(f"{place.url}/v1/execute", json=asked, headers=place.bearer(OWNER))
    assert (again.status_code, "was started before" in again.json()["error"]) == (409, True)


def test_hanging_up_does_not_end_the_run(place: Place) -> None:
    asked = place.asked(input_payload={"message": "still there", "pieces": 2})
    with httpx.stream(
        "POST", f"{place.url}/v1/execute", json=asked, headers=place.bearer(OWNER), timeout=60
    ) as answer:
        run, token = answer.headers["x-run-id"], answer.headers["x-run-token"]
    told = data_of(followed(place, run, {"authorization": f"Bearer {token}"}).text.splitlines())
    assert json.loads(told[-2])["content"].startswith("still there")


def test_an_agent_that_fails_closes_its_run_and_says_why(place: Place) -> None:
    asked = place.asked(input_payload={"fail": True})
    answer = place.http.post(f"{place.url}/v1/execute", json=asked, headers=place.bearer(OWNER), timeout=60)
    told = [json.loads(each) for each in data_of(answer.text.splitlines())]
    assert [each["type"] for each in told][-2:] == ["error", "internal_run_finished"]
    assert "no luck" in told[-2]["content"]
    run = place.read(answer.headers["x-run-id"])
    assert run["status"] == "error", run


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"version": "9.9.9"}, 404),
        ({"agent_id": "nobody"}, 404),
        ({"input_payload": []}, 422),
        ({"completion_callback_url": "http://x"}, 422),
        ({"lifecycle": "daemon"}, 422),
        ({"env_vars": {"LD_PRELOAD": "x"}}, 400),
    ],
)
def test_what_cannot_be_executed_is_refused_with_a_reason(
    place: Place, changed: dict[str, Any], status: int
) -> None:
    answer = place.http.post(
        f"{place.url}/v1/execute", json=place.asked(**changed), headers=place.bearer(OWNER)
    )
    assert (answer.status_code, isinstance(answer.json()["error"], str)) == (status, True), answer.text


def test_a_run_whose_process_says_nothing_is_closed_by_the_server(place: Place) -> None:
    published = publish_bundle(place, "Broken", b"version: nothing of the kind")
    answer = place.http.post(
        f"{place.url}/v1/execute",
        json={"agent_id": published["id"], "version": "latest", "input_payload": {"a": 1}},
        headers=place.bearer(OWNER),
        timeout=60,
    )
    told = [json.loads(each) for each in data_of(answer.text.splitlines())]
    assert [each["type"] for each in told] == ["error", "internal_run_finished"]
    assert "ended with exit status 2 and told nothing of it\nfanlight: charm.yaml" in told[0]["content"]
    assert told[1]["content"]["exit_code"] == 2
    run = place.read(answer.headers["x-run-id"])
    assert (run["status"], run["agent"], run["input"]) == ("error", "Broken", '{"a": 1}')


# -- charm auth login


def test_a_terminal_is_signed_in_by_a_click_of_somebody_who_is_and_by_nothing_else(place: Place) -> None:
    page = place.http.get(f"{place.url}/cli/login", params={"port": 45_678})
    assert page.status_code == 200
    assert "connect-src 'self' http://127.0.0.1:45678;" in page.headers["content-security-policy"]
    for port in ("80", "x", "127.0.0.1:99 evil.test", "99999", ""):
        policy = place.http.get(f"{place.url}/cli/login", params={"port": port}).headers[
            "content-security-policy"
        ]
        assert "connect-src 'self';" in policy
    terminal = f"{place.url}/api/v1/terminal"
    assert place.http.get(terminal, params={"port": 45_678}).status_code == 401
    bearer = place.bearer(OWNER)
    state = place.http.get(terminal, params={"port": 45_678}, headers=bearer).json()
    assert state["email"] == OWNER

    def let_in(port: int, who: str, word: str) -> httpx.Response:
        return place.http.post(terminal, json={"port": port, "state": word}, headers=place.bearer(who))

    assert let_in(45_679, OWNER, state["state"]).status_code == 401
    state = place.http.get(terminal, params={"port": 45_678}, headers=bearer).json()
    assert let_in(45_678, VIEWER, state["state"]).status_code == 401
    state = place.http.get(terminal, params={"port": 45_678}, headers=bearer).json()
    made = let_in(45_678, OWNER, state["state"])
    assert (made.status_code, made.json()["user_email"]) == (200, OWNER)
    assert let_in(45_678, OWNER, state["state"]).status_code == 401
    session = place.http.get(
        f"{place.url}/api/v1/session", headers={"authorization": f"Bearer {made.json()['access_token']}"}
    ).json()
    assert session["name"] == OWNER
