"""Completion over the API: what a filter can name, and the values there are."""

from __future__ import annotations

from .conftest import House

FIELDS = "/api/v1/projects/default/fields"


def test_each_field_says_what_it_takes(house: House) -> None:
    fields = {each["name"]: each for each in house.ask("GET", f"{FIELDS}/logs").json()["items"]}
    assert fields["level"] == {
        "name": "level",
        "takes": "level",
        "operators": [">", ">=", "<", "<="],
        "units": [],
        "values": ["trace", "debug", "info", "warn", "error", "fatal"],
    }
    assert [fields[name]["takes"] for name in ("service", "trace", "attr.")] == ["text", "id", "attribute"]


def test_values_come_with_how_often_they_are_there(house: House) -> None:
    house.store.answers["field_members"] = [("planner", 7), ("plotter", 1)]
    answer = house.ask("GET", f"{FIELDS}/runs/values?field=agent&prefix=pl&from=now-1h")
    assert answer.json() == {
        "items": [{"value": "planner", "count": 7}, {"value": "plotter", "count": 1}],
        "next": None,
    }


def test_a_choice_has_its_values_without_a_question(house: House) -> None:
    answer = house.ask("GET", f"{FIELDS}/runs/values?field=status&prefix=er")
    assert answer.json()["items"] == [{"value": "error", "count": None}]
    assert house.store.asked == []


def test_what_cannot_be_completed_is_refused(house: House) -> None:
    asked = ("?field=nope", "?field=dur", "?field=attr.", "")
    answers = [house.ask("GET", f"{FIELDS}/runs/values{query}") for query in asked]
    answers.append(house.ask("GET", f"{FIELDS}/beetles"))
    assert [answer.status_code for answer in answers] == [400] * 5
    assert "dur has no values to choose from" in answers[1].text
