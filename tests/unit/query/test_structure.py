"""The structure of a trace, whatever tree was sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.lineage import read_lineage
from fanlight.query.structure import make_columns

MS = 1_000_000


def row(
    span_id: str, parent: str | None = None, *, at: int = 0, took: int | None = 1, **more: Any
) -> list[Any]:
    """A row as the store gives it; `at` and `took` in milliseconds."""
    given_ = {"name": span_id, "kind": "tool", "agent": None, "state": "finished", **more}
    duration = None if took is None else took * MS
    return [
        span_id, parent, given_["name"], given_["kind"], 1, 0, given_["state"], at * MS, duration, "svc",
        given_["agent"], None, None, None, None, None, 0, 0, "t", "", None, None, None, [],
    ]  # fmt: skip


def columns(*rows: list[Any], complete: bool = True) -> Any:
    return make_columns([list(column) for column in zip(*rows, strict=True)], 0, complete=complete)


def test_a_parent_that_did_not_come_has_a_placeholder_as_long_as_its_children():
    found = columns(row("a", at=0, took=9), row("c1", "gone", at=2, took=3), row("c2", "gone", at=4, took=4))
    assert found.span_id == ["a", "gone", "c1", "c2"]
    assert found.parent_span_id == [None, None, "gone", "gone"]
    assert found.state == ["finished", "missing", "finished", "finished"]
    assert (found.kind[1], found.start_ns[1], found.duration_ns[1]) == ("internal", 2 * MS, 6 * MS)


def test_what_a_truncated_trace_lacks_may_be_in_its_rest():
    assert columns(row("c", "gone"), complete=False).span_id == ["c"]


def test_a_span_without_an_agent_has_that_of_its_nearest_ancestor_even_of_a_later_one():
    found = columns(
        row("child", "root", at=0), row("root", at=5, agent="planner"), row("own", "root", at=6, agent="x"),
        row("below", "own", at=7), row("stranger", at=8),
    )  # fmt: skip
    assert found.agent == ["planner", "planner", "x", "x", None]
    assert found.agent_inherited == [True, False, False, True, False]
    assert found.flags == [["starts_before_parent"], [], [], [], []]


def test_a_circle_is_cut_at_its_first_span():
    found = columns(row("a", "c"), row("b", "a", at=1), row("c", "b", at=2), row("d", "b", at=3))
    assert found.parent_span_id == [None, "a", "b", "b"]
    assert found.flags == [["cyclic_parent"], [], [], []]
    assert columns(row("self", "self")).parent_span_id == [None]


def test_an_id_that_comes_twice_is_shown_twice():
    found = columns(row("a"), row("a", at=1), row("b", "a", at=2))
    assert (found.span_id, found.flags) == (["a", "a", "b"], [[], ["duplicate_id"], []])


@pytest.mark.parametrize(
    ("outer", "inner", "wraps"),
    [
        (("invoke_agent LangGraph", "agent"), ("LangGraph.workflow", "chain"), True),
        (("Agent workflow", "agent"), ("Agent workflow", "agent"), True),
        (("Agent workflow", "agent"), ("Assistant", "agent"), False),
        (("search", "tool"), ("search", "tool"), False),
    ],
)
def test_the_outer_of_two_spans_that_say_the_same_is_a_wrapper(outer: Any, inner: Any, wraps: bool):
    two = [row("a", name=outer[0], kind=outer[1]), row("b", "a", name=inner[0], kind=inner[1])]
    assert columns(*two).wrapper == [wraps, False]
    assert columns(*two, row("c", "a")).wrapper == [False, False, False]


IDS = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12)


@given(IDS, st.data())
def test_whatever_the_parents_each_span_has_one_way_to_a_root(ids: list[str], data: st.DataObject):
    parents = data.draw(
        st.lists(st.none() | st.sampled_from("abcdefgxyz"), min_size=len(ids), max_size=len(ids))
    )
    found = columns(
        *(row(span, parent, at=at) for at, (span, parent) in enumerate(zip(ids, parents, strict=True)))
    )
    known = dict(zip(reversed(found.span_id), reversed(found.parent_span_id), strict=True))
    assert sorted(found.span_id) == sorted([*ids, *({*parents} - {None} - {*ids})])
    for span in found.span_id:
        way = [span]
        while (above := known[way[-1]]) is not None:
            assert above in known
            assert above not in way
            way.append(above)


def test_a_chain_of_ten_thousand_is_read_without_recursion():
    ids = [f"{n:05}" for n in range(10_000)]
    parents = [None, *ids[:-1]]
    agents = ["root", *[None] * 9_999]
    lineage = read_lineage(ids, parents, ids, ["tool"] * 10_000, agents)
    assert lineage.agent == ["root"] * 10_000
