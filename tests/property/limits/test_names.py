"""Names are counted as a plain set would count them, and what is let in stays within its limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fanlight.store.names import Known

DAYS = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 40), max_size=30)), min_size=1, max_size=30
)
"""How many days later, and the names that are used then."""


@given(steps=DAYS)
def test_below_the_limit_the_count_is_that_of_the_names_of_today_and_yesterday(
    steps: list[tuple[int, list[int]]],
) -> None:
    known, day, used = Known(), 0, list[tuple[int, int]]()
    for later, names in steps:
        day += later
        used += [(day, name) for name in names]
        assert known.take(names, 1_000, day=day) == []
        # Whatever was used on the day before the last one that anything was used on is forgotten with it.
        assert len(known) == len({name for on, name in used if on >= day - 1})


@given(steps=DAYS, most=st.integers(1, 12))
def test_never_are_more_known_than_the_limit_and_what_is_known_stays_let_in(
    steps: list[tuple[int, list[int]]], most: int
) -> None:
    known, day, before = Known(), 0, set[int]()
    for later, names in steps:
        day += later
        beyond = known.take(names, most, day=day)
        assert len(known) <= most
        assert set(beyond) <= set(names)
        if later == 0:
            assert before.isdisjoint(beyond)
            before |= set(names) - set(beyond)
        else:
            before = set(names) - set(beyond)
