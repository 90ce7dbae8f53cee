"""What to look at first when a run failed."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.catalog.keys import create_key
from fanlight.catalog.registered import Publication, publish
from fanlight.query.debugging import named_variables
from fanlight.query.times import NS

from .conftest import LOCAL_KEY, House
from .test_rights import person

RUN_ID = "ab" * 16
PATH = f"/api/v1/projects/default/runs/{RUN_ID}/debugging"
DEFINITION = {
    "runtime": {
        "adapter": {
            "type": "python",
            "entry_point": "src.main:agent",
            "environment_variables": {"names": ["CITY"], "models": ["MODEL_KEY"]},
        },
        "telemetry": ["tally"],
    },
    "auth": {"providers": [{"name": "github", "scopes": ["repo"]}, {"scopes": []}, "gitlab"]},
}


def run_row(run_id: str = RUN_ID) -> tuple[Any, ...]:
    return (
        run_id, run_id, "Echo", "error", "Echo", "svc", "", "", "", NS, 2 * NS,
        None, None, None, None, None, None, None, [], "KeyError", "'SECRET_SAUCE'", "0" * 16, 1, 1, 0, 0,
        "a" * 16, [], None, [],
    )  # fmt: skip


@pytest.fixture
def failed(house: House) -> House:
    """A run that failed without a variable, and others with the same input."""
    house.store.answers["trace_place"] = []
    house.store.answers["get_run"] = [(*run_row(), '{"q": 1}', "")]
    house.store.answers["same_inputs"] = [
        ("cc" * 16, "lost", 9 * NS, None),
        ("dd" * 16, "success", 7 * NS, 8 * NS),
        ("ee" * 16, "success", 5 * NS, 6 * NS),
    ]
    return house


def test_the_same_input_is_told_with_the_newest_run_that_went_well(failed: House) -> None:
    told = failed.ask("GET", PATH).json()
    good = {
        "id": "dd" * 16,
        "status": "success",
        "started_at": "1970-01-01T00:00:07.000000000Z",
        "duration_ms": 1000.0,
    }
    assert told["input"]["last_success"] == good
    assert told["input"]["newest"][1] == good
    counts = {
        name: told["input"][name] for name in ("runs", "succeeded", "failed", "beginning_only", "truncated")
    }
    assert counts == {"runs": 3, "succeeded": 2, "failed": 1, "beginning_only": False, "truncated": False}
    assert told["published"] is None


def test_the_published_definition_and_its_variables_are_told_without_a_value(failed: House) -> None:
    what = Publication(
        id="a1", name="Echo", version="1.0.0", definition=DEFINITION, repository={}, folder="0" * 16,
        sha256=b"",
    )  # fmt: skip
    publish(failed.catalog, "default", what, by="ann", clock=failed.clock)
    owner = {"authorization": f"Bearer {LOCAL_KEY}"}
    env = "/api/v1/projects/default/agents/Echo/env"
    assert failed.ask("PUT", env, json={"variables": {"CITY": "Oslo"}}, headers=owner).status_code == 200
    told = failed.ask("GET", PATH)
    published = told.json()["published"]
    assert (published["adapter"], published["entry_point"], published["exporters"]) == (
        "python",
        "src.main:agent",
        ["tally"],
    )
    assert published["providers"] == ["github"]
    assert told.json()["variables"] == [
        {"name": "SECRET_SAUCE", "declared": False, "named_by_error": True, "is_set": False},
        {"name": "CITY", "declared": True, "named_by_error": False, "is_set": True},
        {"name": "MODEL_KEY", "declared": True, "named_by_error": False, "is_set": False},
    ]
    assert "Oslo" not in told.text


def test_whoever_may_not_see_the_environment_is_not_told_what_is_set(failed: House) -> None:
    person(failed, "ann@example.org", "owner")
    key = create_key(failed.catalog, "default", name="reader", scopes=["read"])[1].reveal()
    failed.gate.people_changed()
    told = failed.ask("GET", PATH, headers={"authorization": f"Bearer {key}"}).json()
    assert told["variables"] == [
        {"name": "SECRET_SAUCE", "declared": False, "named_by_error": True, "is_set": None}
    ]


def test_a_run_that_is_not_there_is_not_found(house: House) -> None:
    assert house.ask("GET", PATH).status_code == 404


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("KeyError: 'WEATHER_CITY'", ["WEATHER_CITY"]),
        ("Did you forget to set OPENAI_API_KEY?", ["OPENAI_API_KEY"]),
        ("environment variable AWS_PROFILE is missing", ["AWS_PROFILE"]),
        ("HTTP_418 from TEAPOT_7", []),
        ("the KEY was wrong", []),
        ("", []),
    ],
)
def test_variables_are_found_in_the_words_of_errors(text: str, names: list[str]) -> None:
    assert named_variables([text, text]) == names
