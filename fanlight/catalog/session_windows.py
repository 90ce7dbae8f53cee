"""Which activity of a room is which session: arithmetic of times, the same whatever order it comes in.

A session that telemetry names reaches from the first item that names it to the last (`own_*`). What names
none gathers in sessions without a name: two items belong together when no longer than the idle time lies
between them. Such a gathering that comes as near as that to a named session is a part of it: the named
session's time (`started_ns`, `last_ns`) takes it in, and `merged_into` says where it went. All of this only
ever grows, and growing is a union, so that late and repeated items end in the same sessions.

A session that was killed, or ended by its owner, is closed: nothing reaches behind its end, and what comes
later begins something new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

IDLE, KILLED, ENDED, MERGED = "idle", "killed", "ended", "merged"
CLOSED = frozenset({KILLED, ENDED})


@dataclass(frozen=True, slots=True)
class Sighting:
    """Items of a room from `first_ns` to `last_ns`, of `session` or ('') of none.

    Those of none lie no further apart than the idle time. `begun_ns` is when the last of them began: a span
    that goes on beyond an end belongs to what it began in. 0 stands for `last_ns`.
    """

    room: str
    session: str
    first_ns: int
    last_ns: int
    begun_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A session in time. `is_unnamed` is one whose id nobody was told: only such a one becomes a part."""

    id: str
    room: str
    is_unnamed: bool
    own_first_ns: int
    own_last_ns: int
    started_ns: int
    last_ns: int
    ended_ns: int | None = None
    ended_by: str | None = None
    merged_into: str | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be added behind its end."""
        return self.ended_by in CLOSED

    @property
    def is_shown(self) -> bool:
        """Whether it stands for itself."""
        return self.merged_into is None


def begin(session: str, room: str, first_ns: int, last_ns: int, *, is_unnamed: bool) -> Window:
    """A session that nothing was known of."""
    return Window(
        id=session,
        room=room,
        is_unnamed=is_unnamed,
        own_first_ns=first_ns,
        own_last_ns=last_ns,
        started_ns=first_ns,
        last_ns=last_ns,
    )


def see(
    windows: Mapping[str, Window], sighting: Sighting, idle_ns: int, new_id: Callable[[], str]
) -> dict[str, Window]:
    """The sessions of a room once `sighting` is known as well.

    `windows` are by id, and all that lie within the idle time of it (`reach` says how far); where it names
    a session, that one and those without a name are enough.

    Example:
        >>> ids = iter("ab")
        >>> one = see({}, Sighting("r", "", 100, 100), 50, ids.__next__)
        >>> two = see(one, Sighting("r", "s", 140, 150), 50, ids.__next__)
        >>> [(w.id, w.started_ns, w.last_ns, w.merged_into) for w in two.values()]
        [('a', 100, 100, 's'), ('s', 100, 150, None)]
    """
    found = dict(windows)
    if sighting.session:
        _see_named(found, sighting)
    else:
        _see_unnamed(found, sighting, idle_ns, new_id)
    _settle(found, idle_ns)
    return found


def reach(window: Window | None, sighting: Sighting, idle_ns: int) -> tuple[int, int]:
    """The time in which a sighting can change sessions, when `window` is the one that it names."""
    first, last = sighting.first_ns, sighting.last_ns
    if window is not None:
        # What it already reached over was settled before.
        first, last = min(first, window.own_last_ns), max(last, window.own_first_ns)
    return first - idle_ns, last + idle_ns


def _see_named(found: dict[str, Window], sighting: Sighting) -> None:
    known = found.get(sighting.session)
    if known is None:
        found[sighting.session] = begin(
            sighting.session, sighting.room, sighting.first_ns, sighting.last_ns, is_unnamed=False
        )
        return
    named = replace(known, is_unnamed=False, merged_into=None)
    if known.ended_by == MERGED:
        named = replace(named, ended_ns=None, ended_by=None)
    if known.is_closed:
        found[known.id] = _reach_back(named, sighting.first_ns)
    else:
        found[known.id] = _widened(named, sighting.first_ns, sighting.last_ns)


def _see_unnamed(
    found: dict[str, Window], sighting: Sighting, idle_ns: int, new_id: Callable[[], str]
) -> None:
    first, last = sighting.first_ns, sighting.last_ns
    closed = [each for each in found.values() if each.is_closed and each.is_shown]
    for each in sorted(closed, key=lambda one: (one.ended_ns or 0, one.id)):
        end_ns = each.ended_ns or 0
        if first < end_ns and last >= each.started_ns - idle_ns:
            found[each.id] = _reach_back(each, first)
            if (sighting.begun_ns or last) < end_ns:
                return
            first = end_ns
    near = [each for each in found.values() if _is_gathering(each) and _touches(each, first, last, idle_ns)]
    near.sort(key=lambda one: (one.own_first_ns, one.id))
    kept = near[0] if near else begin(new_id(), sighting.room, first, last, is_unnamed=True)
    for other in near[1:]:
        kept = _widened(kept, other.own_first_ns, other.own_last_ns)
        found[other.id] = replace(other, ended_ns=other.last_ns, ended_by=MERGED, merged_into=kept.id)
    found[kept.id] = _widened(kept, first, last)


def _settle(found: dict[str, Window], idle_ns: int) -> None:
    """Let named sessions take in what gathered near them."""
    named = [each for each in found.values() if not each.is_unnamed and not each.is_closed]
    named.sort(key=lambda one: (one.own_first_ns, one.id))
    for part in [each for each in found.values() if _is_gathering(each)]:
        near = [each for each in named if _touches(each, part.own_first_ns, part.own_last_ns, idle_ns)]
        for whole in near:
            found[whole.id] = _grown(found[whole.id], part.own_first_ns, part.own_last_ns)
        if near and part.merged_into is None:
            found[part.id] = replace(part, merged_into=near[0].id)


def changed(before: Mapping[str, Window], after: Mapping[str, Window]) -> Iterable[Window]:
    """Those that are new or other than before, the earliest first."""
    found = [each for each in after.values() if before.get(each.id) != each]
    return sorted(found, key=lambda one: (one.started_ns, one.id))


def _is_gathering(window: Window) -> bool:
    return window.is_unnamed and window.ended_by in {None, IDLE}


def _touches(window: Window, first_ns: int, last_ns: int, idle_ns: int) -> bool:
    return window.own_first_ns - idle_ns <= last_ns and first_ns <= window.own_last_ns + idle_ns


def _widened(window: Window, first_ns: int, last_ns: int) -> Window:
    """The session with these times as its own."""
    own = replace(
        window,
        own_first_ns=min(window.own_first_ns, first_ns),
        own_last_ns=max(window.own_last_ns, last_ns),
    )
    return _grown(own, first_ns, last_ns)


def _grown(window: Window, first_ns: int, last_ns: int) -> Window:
    """The session with these times in it. One that had ended idle goes on with what is newer."""
    goes_on = window.ended_by == IDLE and last_ns > window.last_ns
    return replace(
        window,
        started_ns=min(window.started_ns, first_ns),
        last_ns=max(window.last_ns, last_ns),
        ended_ns=None if goes_on else window.ended_ns,
        ended_by=None if goes_on else window.ended_by,
    )


def _reach_back(window: Window, first_ns: int) -> Window:
    return replace(
        window,
        own_first_ns=min(window.own_first_ns, first_ns),
        started_ns=min(window.started_ns, first_ns),
    )
