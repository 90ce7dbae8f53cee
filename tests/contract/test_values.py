"""What a filter is completed with, asked of the store itself."""

import pytest

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.values import list_values

from .telemetry import span, traces
from .test_summarise import summarised

SCOPE = ProjectScope("default")


def work(trace: int, agent: str, **more):
    named = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": agent}
    return span(f"invoke_agent {agent}", trace=trace, number=trace, fanlight__room="lobby", **named, **more)


def values(store, noun, field, prefix="", project=SCOPE):
    return [(each.value, each.count) for each in list_values(store, project, noun, field, prefix=prefix)]


def test_values_of_words_lists_and_attributes_come_most_frequent_first(store, log):
    spans = [work(1, "planner"), work(2, "Plotter", team="north"), work(3, "planner"), work(4, "guide")]
    summarised(store, log, traces(*spans))
    assert values(store, "runs", "agent") == [("planner", 2), ("Plotter", 1), ("guide", 1)]
    assert values(store, "runs", "agent", "PL") == [("planner", 2), ("Plotter", 1)]
    assert values(store, "spans", "room") == [("lobby", 4)]
    assert values(store, "spans", "attr.team") == [("north", 1)]
    assert values(store, "spans", "attr.", "te") == [("team", 1)]
    assert values(store, "runs", "agent", project=ProjectScope("other")) == []
    with pytest.raises(InvalidError, match="no field attr"):
        values(store, "runs", "attr.team")
