"""The alignment, against the definition."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.step import Step
from fanlight.query.diff.align import align
from fanlight.query.diff.pairs import key_of, pair_up
from fanlight.query.failure.tree import plant

items = st.lists(st.sampled_from("abcd"), max_size=24)


def naive(a: list[str], b: list[str]) -> int:
    """How long the longest common subsequence is, by its definition."""

    @cache
    def longest(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        if a[i] == b[j]:
            return 1 + longest(i + 1, j + 1)
        return max(longest(i + 1, j), longest(i, j + 1))

    return longest(0, 0)


@given(items, items)
def test_the_alignment_is_a_common_subsequence_and_there_is_no_longer_one(a: list[str], b: list[str]) -> None:
    found = align(a, b)
    assert all(a[i] == b[j] for i, j in found)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(found))
    assert len(found) == naive(a, b)


@given(items, items)
def test_the_alignment_does_not_depend_on_which_comes_first(a: list[str], b: list[str]) -> None:
    assert align(a, b) == [(i, j) for j, i in align(b, a)]


@given(items)
def test_a_list_aligns_with_itself_whole(a: list[str]) -> None:
    assert align(a, a) == [(place, place) for place in range(len(a))]


@st.composite
def trees(draw: st.DrawFn) -> list[Step]:
    """Any forest, with rings and orphans in it."""
    count = draw(st.integers(0, 14))
    return [
        Step(
            span_id=f"{number:02}",
            parent_id=draw(st.sampled_from([None, "??", *(f"{other:02}" for other in range(count))])),
            name=draw(st.sampled_from(["plan", "search", "answer"])),
            start_ns=draw(st.integers(0, 5)),
            end_ns=draw(st.integers(5, 9)),
        )
        for number in range(count)
    ]


@given(trees(), trees())
def test_every_step_of_both_runs_stands_in_exactly_one_pair(a: list[Step], b: list[Step]) -> None:
    pairs = pair_up(plant(a), plant(b))
    assert sorted(pair.a.span_id for pair in pairs if pair.a) == [step.span_id for step in a]
    assert sorted(pair.b.span_id for pair in pairs if pair.b) == [step.span_id for step in b]
    assert all(key_of(pair.a) == key_of(pair.b) for pair in pairs if pair.a and pair.b and pair.depth)


@given(trees())
def test_a_run_is_paired_with_itself_step_by_step(a: list[Step]) -> None:
    tree = plant(a)
    assert all(pair.a is pair.b and not pair.moved for pair in pair_up(tree, tree))


@given(trees(), trees())
def test_pairs_do_not_depend_on_which_run_comes_first(a: list[Step], b: list[Step]) -> None:
    def of(one: list[Step], other: list[Step]) -> set[tuple[str | None, str | None]]:
        return {
            (pair.a and pair.a.span_id, pair.b and pair.b.span_id)
            for pair in pair_up(plant(one), plant(other))
        }

    assert of(a, b) == {(left, right) for right, left in of(b, a)}
