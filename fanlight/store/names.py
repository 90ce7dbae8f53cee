"""Which names a project uses, counted up to its limits: what comes beyond them is folded.

Counted are the different names of today and yesterday (UTC): a name that is used every day keeps its place,
and one that was used once gives it back. A name is known by eight bytes, so that neither its length nor what
it says matters. Counting begins anew with the process.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fanlight.clock import SYSTEM, Clock
from fanlight.model.limits import BY_NAME, MOST_NAMES, NAMED, TABLE, Limits, Sort
from fanlight.model.signal import Signal

logger = logging.getLogger("fanlight.store.names")

MOST_KNOWN = 500_000
"""Names of all projects together, but for the one that was stored last; the others are forgotten first."""

SHAPES_SHARE, FEWEST_SHAPES = 10, 10
"""Beyond N names there are N / 10 shapes, and at least 10."""

TOLD_S = 60.0
"""Senders are told of folded names for so long after the last one."""

_DAY_NS = 86_400_000_000_000

Found = Iterable[tuple[str, str, Sequence[int]]]
"""Project, limit and the names by their hashes."""


class Known:
    """The names of one sort in one project that were used today or yesterday.

    Example:
        >>> known = Known()
        >>> known.take([1, 2, 3], 2, day=0), len(known)
        ([3], 2)
        >>> known.take([2], 2, day=1), known.take([2, 3], 2, day=2), len(known)
        ([], [], 2)
    """

    __slots__ = ("_before", "_day", "_today")

    def __init__(self) -> None:
        self._day = 0
        self._today: set[int] = set()
        self._before: set[int] = set()

    def __len__(self) -> int:
        return len(self._today) + len(self._before)

    def turn(self, day: int) -> None:
        """Forget what was not used since yesterday; clocks may also go back."""
        if day != self._day:
            self._before = self._today if abs(day - self._day) == 1 else set()
            self._today = set()
            self._day = day

    def take(self, found: Sequence[int], most: int, *, day: int) -> list[int]:
        """Note what is used now; the names for which there is no room, in their order."""
        self.turn(day)
        again = self._before.intersection(found)
        self._before -= again
        self._today |= again
        new = [name for name in dict.fromkeys(found) if name not in self._today]
        room = max(most - len(self), 0)
        self._today.update(new[:room])
        return new[room:]


@dataclass(slots=True)
class _Project:
    names: dict[str, Known] = field(default_factory=dict)
    shapes: dict[str, Known] = field(default_factory=dict)
    folded: Counter[str] = field(default_factory=Counter)
    told_until: dict[str, float] = field(default_factory=dict)

    def size(self) -> int:
        return sum(map(len, self.names.values())) + sum(map(len, self.shapes.values()))


class Names:
    """The names in one store. `limits` gives the settings. For any thread; one of them stores.

    Example:
        >>> server = {limit.name: 0 for limit in TABLE} | {"max_tools": 2}
        >>> names = Names(lambda: Limits(server))
        >>> names.take([("lab", "max_tools", [1, 2, 3]), ("lab", "max_agents", [4])]), names.use_of("lab")[0]
        ([3], {'max_tools': 2.0})
    """

    def __init__(self, limits: Callable[[], Limits], clock: Clock = SYSTEM) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._projects: OrderedDict[str, _Project] = OrderedDict()
        self._size = 0
        self._told_until = 0.0
        self._notes: dict[tuple[str, Signal], tuple[float, str]] = {}

    def are_limited(self, signal: Signal) -> bool:
        """Whether any project has a limit on the names that the items of `signal` bear."""
        limits = self._limits()
        return any(
            own.get(name) for own in (limits.server, *limits.projects.values()) for name in NAMED[signal]
        )

    def take(self, found: Found) -> list[int]:
        """Count these names; those that are beyond their limits."""
        return self._take(found, lambda project: project.names, lambda most: most)

    def take_shapes(self, found: Found) -> frozenset[int]:
        """Count the shapes of names that are beyond; those that there is room for, the first ones first."""
        found = list(found)
        beyond = self._take(
            found, lambda project: project.shapes, lambda most: max(most // SHAPES_SHARE, FEWEST_SHAPES)
        )
        return frozenset(each for _, _, shapes in found for each in shapes).difference(beyond)

    def folded(self, items: Mapping[tuple[str, str], int]) -> None:
        """So many items, by project and limit, were stored with a name folded."""
        until = self._clock.monotonic() + TOLD_S
        limits = self._limits()
        with self._lock:
            self._notes = {}
            for (name, limit), count in items.items():
                project = self._project(name)
                if limit not in project.told_until:
                    logger.warning("%s", _sentence(name, limit, limits.of(name, limit)))
                project.folded[limit] += count
                project.told_until[limit] = self._told_until = until

    def use_of(self, project: str) -> tuple[Mapping[str, float], Mapping[str, int]]:
        """How many names a project uses and how many items were folded since the start, by limit."""
        limits, day = self._limits(), self._day()
        used = {each.name: 0.0 for each in TABLE if each.sort is Sort.NAMES and limits.of(project, each.name)}
        with self._lock:
            found = self._projects.get(project)
            if found is None:
                return used, {}
            for limit in used:
                if (known := found.names.get(limit)) is not None:
                    before = len(known)
                    known.turn(day)
                    self._size += len(known) - before
                    used[limit] = float(len(known))
            return used, dict(found.folded)

    @property
    def are_folded(self) -> bool:
        """Whether anybody's names were folded in the last minute. Cheap: every request asks."""
        return self._told_until > 0 and self._told_until > self._clock.monotonic()

    def note(self, project: str, signal: Signal) -> str:
        """What to tell whoever sends into `project`; '' when nothing of the kind was folded of late.

        No name is in it: who may send may not read.
        """
        now = self._clock.monotonic()
        until, text = self._notes.get((project, signal), (0.0, ""))
        if until > now:
            return text
        limits = self._limits()
        with self._lock:
            found = self._projects.get(project)
            told = {
                limit: until
                for limit, until in (found.told_until.items() if found else ())
                if limit in NAMED[signal] and until > now
            }
            text = "; ".join(_sentence(project, limit, limits.of(project, limit)) for limit in told)
            if told:  # senders ask many thousand times until it changes
                self._notes[project, signal] = min(told.values()), text
        return text

    def _take(
        self, found: Found, of: Callable[[_Project], dict[str, Known]], most_of: Callable[[int], int]
    ) -> list[int]:
        limits, day = self._limits(), self._day()
        beyond: list[int] = []
        with self._lock:
            for name, limit, names in found:
                most = min(int(limits.of(name, limit)), MOST_NAMES)
                if not most:
                    continue
                project = self._project(name)
                known = of(project).setdefault(limit, Known())
                before = len(known)
                beyond += known.take(names, most_of(most), day=day)
                self._size += len(known) - before
            self._forget()
        return beyond

    def _project(self, name: str) -> _Project:
        if name not in self._projects:
            self._projects[name] = _Project()
        self._projects.move_to_end(name)
        return self._projects[name]

    def _forget(self) -> None:
        while self._size > MOST_KNOWN and len(self._projects) > 1:
            _, oldest = self._projects.popitem(last=False)
            self._size -= oldest.size()

    def _day(self) -> int:
        return self._clock.now_ns() // _DAY_NS


def _sentence(project: str, limit: str, most: float) -> str:
    what = BY_NAME[limit].help.split(",")[0].rstrip(".").lower()
    return (
        f"project {project} has more than {most:,.0f} {what} ({limit}): new ones are folded, nothing is lost;"
        " put what varies into attribute values, or raise the limit"
    )
