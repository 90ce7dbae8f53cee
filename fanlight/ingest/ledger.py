"""The one place where everything that arrives, is stored, refused or lost is counted. Thread-safe."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fanlight.clock import SYSTEM, Clock
from fanlight.model.ledger import LedgerSnapshot, MaskedValues, Refusal, SignalCounts
from fanlight.model.signal import Signal
from fanlight.store.contract import Inserted

REFUSALS_KEPT = 50


@dataclass(slots=True)
class _Tally:
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    uncounted: Counter[str] = field(default_factory=Counter)
    sampled: Counter[str] = field(default_factory=Counter)
    thinned: Counter[str] = field(default_factory=Counter)

    def waiting(self) -> int:
        gone = sum(counts.total() for counts in (self.rejected, self.dropped, self.parked, self.sampled))
        # A store can be quicker than the receiver that has yet to count what it handed over.
        return max(0, self.received - self.stored - self.duplicates - self.conflicts - gone)


class Ledger:
    """Counts by signal and reason, and remembers the last refused requests.

    Example:
        >>> ledger = Ledger()
        >>> ledger.received(Signal.TRACES, 3, rejected={"malformed": 1})
        >>> ledger.stored(Signal.TRACES, Inserted(stored=2))
        >>> ledger.snapshot().signals[0].waiting
        0
    """

    def __init__(self, clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tallies = {signal: _Tally() for signal in Signal}
        self._refusals: deque[Refusal] = deque(maxlen=REFUSALS_KEPT)
        self._masked: Counter[tuple[str, str]] = Counter()

    def received(
        self,
        signal: Signal,
        items: int,
        *,
        rejected: Mapping[str, int] | None = None,
        mended: Mapping[str, int] | None = None,
    ) -> None:
        """`items` arrived in one answered request, the `rejected` ones among them."""
        with self._lock:
            tally = self._tallies[signal]
            tally.received += items
            tally.rejected.update(rejected or {})
            tally.mended.update(mended or {})

    def replayed(self, signal: Signal, items: int) -> None:
        """`items` were found in the log at start; they count as received by this process."""
        self.received(signal, items)

    def stored(self, signal: Signal, inserted: Inserted) -> None:
        """The store took a segment, or a part of one."""
        with self._lock:
            tally = self._tallies[signal]
            tally.stored += inserted.stored
            tally.duplicates += inserted.duplicates
            tally.conflicts += inserted.conflicts
            tally.uncounted.update(inserted.uncounted)
            tally.mended.update(inserted.folded)

    def sampled(self, signal: Signal, items: int, reason: str) -> None:
        """`items` were received and left out, because their project keeps a share."""
        with self._lock:
            self._tallies[signal].sampled[reason] += items

    def thinned(self, signal: Signal, items: int, reason: str) -> None:
        """`items` were stored and are removed, because their project keeps a share."""
        with self._lock:
            self._tallies[signal].thinned[reason] += items

    def dropped(self, signal: Signal, items: int, reason: str) -> None:
        """`items` were received and are lost."""
        with self._lock:
            self._tallies[signal].dropped[reason] += items

    def parked(self, signal: Signal, items: int, reason: str) -> None:
        """`items` were set aside; a negative number takes them back for another try."""
        with self._lock:
            self._tallies[signal].parked[reason] += items

    def masked(self, values: Mapping[tuple[str, str], int]) -> None:
        """So many values, by project and kind, were masked in items that are taken."""
        if values:
            with self._lock:
                self._masked.update(values)

    def refused(self, signal: Signal | None, reason: str, *, status: int, size_bytes: int) -> None:
        """A request was answered with an error."""
        with self._lock:
            if signal is not None:
                self._tallies[signal].refused[reason] += 1
            self._remember(signal, reason, status, size_bytes)

    def rejected_in_part(self, signal: Signal, reason: str, *, size_bytes: int) -> None:
        """Items of an answered request were rejected: the request joins the last refused ones."""
        with self._lock:
            self._remember(signal, reason, 200, size_bytes)

    def snapshot(self) -> LedgerSnapshot:
        """Everything at one moment."""
        with self._lock:
            return LedgerSnapshot(
                signals=[_frozen(signal, tally) for signal, tally in self._tallies.items()],
                refusals=list(reversed(self._refusals)),
                masked=[
                    MaskedValues(project=project, kind=kind, values=values)
                    for (project, kind), values in sorted(self._masked.items())
                ],
            )

    def _remember(self, signal: Signal | None, reason: str, status: int, size_bytes: int) -> None:
        now = datetime.fromtimestamp(self._clock.now_ns() / 1e9, UTC)
        time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._refusals.append(
            Refusal(time=time, signal=signal, reason=reason, status=status, bytes=size_bytes)
        )


def _frozen(signal: Signal, tally: _Tally) -> SignalCounts:
    return SignalCounts(
        signal=signal,
        received=tally.received,
        stored=tally.stored,
        duplicates=tally.duplicates,
        conflicts=tally.conflicts,
        waiting=tally.waiting(),
        rejected=dict(tally.rejected),
        dropped=dict(tally.dropped),
        parked=dict(tally.parked),
        mended=dict(tally.mended),
        refused=dict(tally.refused),
        uncounted=dict(tally.uncounted),
        sampled=dict(tally.sampled),
        thinned=dict(tally.thinned),
    )
