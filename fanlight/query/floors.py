"""Where the newest page of a list began a moment ago.

Whoever watches a project asks for its newest runs over and over. How far down a page reaches takes a third of
that question to find out, and what was found a moment ago is as good: from there on the page holds the same
runs, and those that came since.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from fanlight.clock import SYSTEM, Clock
from fanlight.store.contract import Store

KEPT_S = 5.0
MOST = 1_000
"""Pages remembered for a store; with more, all are forgotten and found anew."""

_found: WeakKeyDictionary[Store, dict[tuple[str, int], tuple[float, int | None]]] = WeakKeyDictionary()


def newest_floor(
    store: Store, project_id: str, rows: int, find: Callable[[], int | None], *, clock: Clock = SYSTEM
) -> int | None:
    """What `find` gives, or gave within KEPT_S, for the newest `rows` rows of a project: their least start.

    None when the project has fewer. It says how much to look through at once, and nothing of what is there: a
    list that is not full goes on below it.
    """
    kept = _found.setdefault(store, {})
    now = clock.monotonic()
    known = kept.get((project_id, rows))
    if known is not None and now - known[0] < KEPT_S:
        return known[1]
    if len(kept) >= MOST:
        kept.clear()
    floor = find()
    kept[(project_id, rows)] = (now, floor)
    return floor
