"""What projects and keys may send: rates, and the caps of one request.

Used in the event loop's thread. A request is looked at twice: before its body is read, so that whoever has
nothing left costs nothing, and once it is known what it holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NoReturn

from fanlight.catalog.key_text import ID_LENGTH, PREFIX
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import QuotaError
from fanlight.ingest.bucket import Bucket, Meter
from fanlight.model.limits import BYTES, RATE_OF, Limits
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits as Caps

MOST_REMEMBERED = 10_000
LONGEST_WAIT_S = 60
"""Nobody is sent away for longer: a limit may be raised meanwhile."""

_ID_AT = len(PREFIX) + 1
_CAPS = ("max_body_bytes", "max_item_attributes", "max_value_depth")
_RATES = (*RATE_OF.values(), BYTES)
_PLACE = {signal: _RATES.index(name) for signal, name in RATE_OF.items()}
_BYTES_PLACE = _RATES.index(BYTES)
_UNITS = {name: name.replace("_per_s", " a second") for name in _RATES}


class Quota:
    """What one project, or one key, may send and has sent; `owner` names it in errors."""

    __slots__ = ("_active", "_buckets", "_meter", "owner", "refused")

    def __init__(self, owner: str, now: float) -> None:
        self.owner = owner
        self.refused: Counter[str] = Counter()
        self._buckets: dict[str, Bucket] = {}
        self._active: dict[Signal, tuple[tuple[str, Bucket], ...]] = {}
        self._meter = Meter(len(_RATES), now=now)

    def set(self, rates: Mapping[str, float], burst_s: float, now: float) -> None:
        """Let these rates hold from now on; 0 is none."""
        for name, rate in rates.items():
            if not rate:
                self._buckets.pop(name, None)
            elif name not in self._buckets:
                self._buckets[name] = Bucket(rate, burst_s, now=now)
            else:
                self._buckets[name].change(rate, now)
        # Most have no rate at all, and pay nothing for what others have.
        for signal, name in RATE_OF.items():
            self._active[signal] = tuple(
                (each, self._buckets[each]) for each in (name, BYTES) if each in self._buckets
            )

    def check(self, signal: Signal, now: float) -> None:
        """Raises QuotaError while nothing more of `signal` is taken."""
        for name, bucket in self._active[signal]:
            if bucket.paid_at > now:
                self._refuse(name, bucket, now)

    def take(self, signal: Signal, items: int, size: int, now: float) -> None:
        """A request with so much in it was let in."""
        counts = self._meter.at(now)
        counts[_PLACE[signal]] += items
        counts[_BYTES_PLACE] += size
        for name, bucket in self._active[signal]:
            bucket.take(size if name == BYTES else items, now)

    def _refuse(self, name: str, bucket: Bucket, now: float) -> NoReturn:
        self.refused[name] += 1
        raise QuotaError(
            f"{self.owner} sends more than {bucket.rate:g} {_UNITS[name]}",
            limit=name,
            retry_after_s=min(math.ceil(bucket.paid_at - now), LONGEST_WAIT_S),
            hint=f"send it again later; the limit {name} can be raised",
        )

    def per_s(self, now: float) -> dict[str, float]:
        """What came in a second over the last ten, by the name of the limit."""
        return dict(zip(_RATES, self._meter.per_s(now), strict=True))


class Pass:
    """What holds for one sender: the caps of a request, and the quotas of its project and key."""

    __slots__ = ("_clock", "caps", "project", "quotas")

    def __init__(self, project: str, caps: Caps, quotas: tuple[Quota, ...], clock: Clock) -> None:
        self.project = project
        self.caps = caps
        self.quotas = quotas
        self._clock = clock

    def check(self, signal: Signal) -> None:
        """Raises QuotaError while the project, or the key, has nothing left."""
        now = self._clock.monotonic()
        for quota in self.quotas:
            quota.check(signal, now)

    def take(self, signal: Signal, items: int, size: int) -> None:
        """Take a request off every quota, or off none. Raises QuotaError."""
        now = self._clock.monotonic()
        for quota in self.quotas:
            quota.check(signal, now)
        for quota in self.quotas:
            quota.take(signal, items, size, now)


class Quotas:
    """The quotas of one server. `limits` gives the settings; the same object while they are the same.

    They begin full with the process, and each of several servers that share a store counts for itself.
    """

    def __init__(
        self, limits: Callable[[], Limits], caps: Caps, *, burst_s: float = 10.0, clock: Clock = SYSTEM
    ) -> None:
        self._limits = limits
        self._caps = caps
        self._burst_s = burst_s
        self._clock = clock
        self._known: Limits | None = None
        self._passes: dict[tuple[str, str], Pass] = {}
        self._projects: dict[str, Quota] = {}
        self._keys: dict[str, Quota] = {}

    def of(self, project: str, key: str | None = None) -> Pass:
        """What holds for whoever sends into `project` with `key`, the key's text, which was let in."""
        limits = self.limits()
        if limits is not self._known:
            self._known = limits
            self._passes.clear()
        key_id = key[_ID_AT : _ID_AT + ID_LENGTH] if key and limits.keys else ""
        found = self._passes.get((project, key_id))
        return found if found is not None else self._make(limits, project, key_id)

    def limits(self) -> Limits:
        """What holds for everybody now."""
        return self._limits()

    def use_of(self, project: str) -> tuple[Mapping[str, float], Mapping[str, int]]:
        """What a project sends in a second, and how often it was refused, by the name of the limit."""
        quota = self._projects.get(project)
        if quota is None:
            return dict.fromkeys(_RATES, 0.0), {}
        return quota.per_s(self._clock.monotonic()), dict(quota.refused)

    def _make(self, limits: Limits, project: str, key_id: str) -> Pass:
        if len(self._passes) >= MOST_REMEMBERED:  # projects of a local server are whatever is named
            self._passes.clear()
            self._projects.clear()
            self._keys.clear()
        now = self._clock.monotonic()
        quotas = [self._quota(self._projects, project, f"project {project or 'default'}", now)]
        quotas[0].set({name: limits.of(project, name) for name in _RATES}, self._burst_s, now)
        if key_id in limits.keys:
            quotas.append(self._quota(self._keys, key_id, f"key {key_id}", now))
            quotas[1].set({name: limits.of_key(key_id, name) for name in _RATES}, self._burst_s, now)
        made = Pass(project, self._caps_of(limits, project), tuple(quotas), self._clock)
        self._passes[project, key_id] = made
        return made

    def _quota(self, known: dict[str, Quota], name: str, owner: str, now: float) -> Quota:
        if name not in known:
            known[name] = Quota(owner, now)
        return known[name]

    def _caps_of(self, limits: Limits, project: str) -> Caps:
        if project not in limits.projects:
            return self._caps
        own = {name: int(limits.of(project, name)) for name in _CAPS}
        return replace(self._caps, **own)
