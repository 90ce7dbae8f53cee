"""A project's settings over the API: limits, privacy, declared secrets, what is kept."""

from __future__ import annotations

from fanlight.catalog import audit
from fanlight.model.limits import TABLE

from .conftest import LOCAL_KEY, Build, House


def test_a_projects_settings_are_changed_one_by_one(house: House) -> None:
    path = "/api/v1/projects/default"
    for body, expected in (
        ({"retention_days": 7}, ("default", 7)),
        ({"display_name": "Weather"}, ("Weather", 7)),
        ({"retention_days": None}, ("Weather", None)),
    ):
        answer = house.ask("PUT", path, json=body)
        told = answer.json()
        assert (answer.status_code, told["display_name"], told["retention_days"]) == (200, *expected)
        assert house.ask("GET", path).json() == told
    for wrong in ({"retention_days": -1}, {"retention_days": 3_651}, {"name": "other"}):
        assert house.ask("PUT", path, json=wrong).status_code == 400, wrong


def test_a_projects_limits_are_its_own_or_the_servers_and_are_shown_with_their_use(house: House) -> None:
    path = "/api/v1/projects/default"
    changed = house.ask("PUT", path, json={"limits": {"spans_per_s": 5_000, "max_streams": 9}})
    back = house.ask("PUT", path, json={"limits": {"max_streams": None}})
    assert [answer.json()["limits"] for answer in (changed, back)] == [
        {"spans_per_s": 5_000, "max_streams": 9},
        {"spans_per_s": 5_000},
    ]
    house.clock.advance(5)
    found = {each["name"]: each for each in house.ask("GET", f"{path}/limits").json()["items"]}
    assert list(found) == [limit.name for limit in TABLE]
    assert found["spans_per_s"] == {
        "name": "spans_per_s",
        "unit": "spans/s",
        "help": "Spans sent in a second.",
        "value": 5_000,
        "server": 0,
        "own": 5_000,
        "used": 0,
        "refused": 0,
        "examples": [],
    }
    assert (found["max_streams"]["value"], found["max_streams"]["own"]) == (1_500, None)
    for wrong in ({"spans": 1}, {"spans_per_s": -1}, {"max_streams": 1.5}, {"max_body_bytes": 0}):
        assert house.ask("PUT", path, json={"limits": wrong}).status_code == 400, wrong


def test_a_change_of_a_project_that_cannot_be_changes_nothing_and_is_not_noted(house: House) -> None:
    path = "/api/v1/projects/default"
    before = house.ask("GET", path).json()
    wrong = {"display_name": "x", "limits": {"spans_per_s": 5}, "privacy": {"patterns": {"a": "(a"}}}
    assert house.ask("PUT", path, json=wrong).status_code == 400
    secrets = {"secrets": {"A": "correct-horse-battery", "B": "short"}}
    key = {"authorization": f"Bearer {LOCAL_KEY}"}
    assert house.ask("PUT", f"{path}/secrets", json=secrets, headers=key).status_code == 400
    assert house.ask("GET", path).json() == before
    assert house.ask("GET", f"{path}/secrets", headers=key).json()["items"] == []
    assert audit.list_entries(house.catalog) == []


def test_a_projects_privacy_is_changed_field_by_field_and_noted_without_its_patterns(house: House) -> None:
    path = "/api/v1/projects/default"
    house.ask(
        "PUT", path, json={"privacy": {"personal": ["cards", "email"], "patterns": {"staff": "P-[0-9]"}}}
    )
    changed = house.ask("PUT", path, json={"privacy": {"capture_content": False}})
    assert changed.json()["privacy"] == {
        "personal": ["card", "email"],
        "patterns": {"staff": "P-[0-9]"},
        "mask_secrets": True,
        "capture_content": False,
    }
    noted = [each["detail"] for each in house.ask("GET", f"{path}/audit").json()["items"]]
    assert noted[:2] == [
        {"privacy": {"capture_content": False}},
        {"privacy": {"personal": ["cards", "email"], "patterns": ["staff"]}},
    ]
    for wrong in ({"personal": ["names"]}, {"patterns": {"a": "("}}, {"capture_content": 1}, {"other": 1}):
        assert house.ask("PUT", path, json={"privacy": wrong}).status_code == 400, wrong


def test_declared_secrets_are_named_and_never_told(house: House) -> None:
    path, value = "/api/v1/projects/default/secrets", "correct-horse-battery"
    refused = house.ask("PUT", path, json={"secrets": {"DB": value}})
    key = {"x-api-key": LOCAL_KEY}
    made = house.ask("PUT", path, json={"secrets": {"DB": value, "OTHER": value}}, headers=key)
    left = house.ask("DELETE", path, params={"name": "OTHER"}, headers=key)
    listed = house.ask("GET", path, headers=key)
    assert [answer.status_code for answer in (refused, made, left, listed)] == [401, 200, 200, 200]
    assert [each["name"] for each in made.json()["items"]] == ["DB", "OTHER"]
    assert left.json() == listed.json()
    assert [(each["name"], each["updated_by"]) for each in listed.json()["items"]] == [
        ("DB", "data directory")
    ]
    wrong = house.ask("PUT", path, json={"secrets": {"DB": "tiny-1!"}}, headers=key)
    audit = house.ask("GET", "/api/v1/projects/default/audit")
    assert wrong.status_code == 400
    assert not [
        each for each in (made, left, listed, wrong, audit) if value in each.text or "tiny-1" in each.text
    ]


def test_only_administrators_of_the_server_raise_a_limit_above_its_own(build: Build) -> None:
    house, path = build(spans_per_s="100"), "/api/v1/projects/default"
    admin = house.ask("POST", f"{path}/keys", json={"name": "k", "scopes": ["admin"]}).json()["secret"]

    def put(value: float | None, **headers: str) -> int:
        return house.ask("PUT", path, json={"limits": {"spans_per_s": value}}, headers=headers).status_code

    assert [put(value, **{"x-api-key": admin}) for value in (50, None, 100, 101, 0)] == [200] * 3 + [403] * 2
    assert [put(value) for value in (101, 0)] == [200, 200]


def test_a_key_has_rates_of_its_own(house: House) -> None:
    path = "/api/v1/projects/default/keys"
    made = house.ask("POST", path, json={"name": "k"}).json()["key"]
    assert made["limits"] == {}
    changed = house.ask("PUT", f"{path}/{made['id']}", json={"limits": {"spans_per_s": 5}})
    assert (changed.json()["limits"], house.ask("GET", path).json()["items"]) == (
        {"spans_per_s": 5},
        [changed.json()],
    )
    wrong = house.ask("PUT", f"{path}/{made['id']}", json={"limits": {"max_streams": 5}})
    foreign = house.ask("PUT", f"{path}/zzzzzzzzzzzz", json={"limits": {"spans_per_s": 5}})
    assert (wrong.status_code, foreign.status_code) == (400, 404)


def test_what_a_project_keeps_is_set_and_said_with_what_it_left_out(house: House) -> None:
    path = "/api/v1/projects/default/sampling"
    house.store.answers["thinned_traces"] = [(3,)]
    everything = {
        "head_rate": 1.0,
        "tail_rate": 1.0,
        "tail_keep": "",
        "tail_after_s": 300.0,
        "changed_at": None,
        "spans_sampled": 7,
        "spans_thinned": 9,
        "traces_thinned": 3,
    }
    assert house.ask("GET", path).json() == everything
    asked = {"tail_rate": 0.1, "tail_keep": "dur:>30s or agent:billing"}
    changed = house.ask("PUT", path, json=asked).json()
    assert changed == {**everything, **asked, "changed_at": "2026-09-21T14:13:20.000000000Z"}
    assert house.ask("GET", path).json() == changed
    assert house.ask("PUT", path, json={}).json()["tail_rate"] == 1.0
    for wrong in ({"head_rate": 1.1}, {"tail_rate": -0.1}, {"tail_keep": "no:field:("}, {"tail_after_s": 1}):
        assert house.ask("PUT", path, json=wrong).status_code == 400, wrong
