"""Whatever order activity comes in, and however often, the sessions of a room are the same."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fanlight.catalog.session_windows import MERGED, Sighting, Window, reach, see

IDLE_NS = 10

TIMES = st.integers(1, 120)
NAMED = st.builds(
    lambda name, first, more: Sighting("lobby", name, first, first + more),
    st.sampled_from(["s1", "s2"]),
    TIMES,
    st.integers(0, 30),
)
UNNAMED = st.builds(lambda at: Sighting("lobby", "", at, at), TIMES)


def noted(sightings: Sequence[Sighting]) -> dict[str, Window]:
    """The sessions after all sightings, each of which is shown no more than what its reach says."""
    known: dict[str, Window] = {}
    ids = map(str, itertools.count())
    for sighting in sightings:
        own = known.get(sighting.session)
        low, high = reach(own, sighting, IDLE_NS)
        near = {
            key: each
            for key, each in known.items()
            if each is own
            or (each.last_ns >= low and each.started_ns <= high and (each.is_unnamed or not sighting.session))
        }
        known.update(see(near, sighting, IDLE_NS, lambda: next(ids)))
    return known


def told(known: dict[str, Window]) -> list[tuple[str, int, int]]:
    """Name ('' = none), start and last time of what is shown."""
    return sorted(
        ("" if each.is_unnamed else each.id, each.started_ns, each.last_ns)
        for each in known.values()
        if each.is_shown
    )


def by_definition(sightings: Sequence[Sighting]) -> list[tuple[str, int, int]]:
    """The same by the definition, with everything known at once."""
    hulls: dict[str, tuple[int, int]] = {}
    for each in sightings:
        if each.session:
            first, last = hulls.get(each.session, (each.first_ns, each.last_ns))
            hulls[each.session] = min(first, each.first_ns), max(last, each.last_ns)
    gatherings: list[tuple[int, int]] = []
    for at in sorted(each.first_ns for each in sightings if not each.session):
        if gatherings and at - gatherings[-1][1] <= IDLE_NS:
            gatherings[-1] = gatherings[-1][0], at
        else:
            gatherings.append((at, at))
    windows, alone = dict(hulls), []
    for first, last in gatherings:
        near = [name for name, (a, b) in hulls.items() if a - IDLE_NS <= last and first <= b + IDLE_NS]
        for name in near:
            windows[name] = min(windows[name][0], first), max(windows[name][1], last)
        if not near:
            alone.append(("", first, last))
    return sorted([*alone, *((name, *window) for name, window in windows.items())])


@given(st.data(), st.lists(st.one_of(NAMED, UNNAMED), max_size=12))
def test_any_order_of_arrivals_gives_the_sessions_of_the_definition(
    data: st.DataObject, sightings: list[Sighting]
) -> None:
    shuffled = data.draw(st.permutations(sightings + sightings[: len(sightings) // 2]))
    assert told(noted(shuffled)) == by_definition(sightings)


@given(st.lists(st.one_of(NAMED, UNNAMED), min_size=1, max_size=12))
def test_every_item_is_in_a_session_and_every_part_in_one_that_is_shown(sightings: list[Sighting]) -> None:
    known = noted(sightings)
    shown = [each for each in known.values() if each.is_shown]
    for sighting in sightings:
        holders = [
            each
            for each in shown
            if (each.id == sighting.session or not sighting.session)
            and each.started_ns <= sighting.first_ns
            and sighting.last_ns <= each.last_ns
        ]
        assert holders, sighting
    for part in known.values():
        whole = part
        while whole.merged_into is not None:
            whole = known[whole.merged_into]
        assert whole.is_shown
        assert part.is_shown or whole.started_ns <= part.started_ns <= part.last_ns <= whole.last_ns
        assert part.ended_by in {None, MERGED}
