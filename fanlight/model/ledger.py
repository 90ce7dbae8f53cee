"""The ledger: what became of everything that arrived.

For every signal, at every moment:

    received = stored + duplicates + conflicts + rejected + dropped + parked + sampled + waiting

`waiting` is in the log and has yet to be stored. A request that was answered with an error is `refused`: its
items were never taken over, and its sender knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from fanlight.model.disk import DiskRoom, DiskState
from fanlight.model.signal import Signal


class SignalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Items of one signal since the server started. Counts by reason hold only reasons that occurred.

    `refused` counts requests, everything else spans, log records or metric points. `mended` items are
    stored: what could not be shown was replaced. `uncounted` items are stored and in no sum: billing events
    that are none, or differ from the first of their id. `sampled` items were left out on the way in, because
    their project keeps a share; `thinned` ones were stored before, and removed when their run was over.
    """

    signal: Signal
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    waiting: int = 0
    rejected: dict[str, int] = {}
    dropped: dict[str, int] = {}
    parked: dict[str, int] = {}
    mended: dict[str, int] = {}
    refused: dict[str, int] = {}
    uncounted: dict[str, int] = {}
    sampled: dict[str, int] = {}
    thinned: dict[str, int] = {}


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was refused whole or in part. It never holds a key or a body.

    `signal` is None when the request named none; `status` is the HTTP status, for gRPC too.
    """

    time: str
    signal: Signal | None
    reason: str
    status: int
    bytes: int


class MaskedValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one kind that were masked in a project's telemetry since the server started.

    `kind` is "token" (it had the shape of one), "secret" (it was declared), a kind of personal data, the name
    of a pattern of the project's own, or "content" (it was taken out, for content is not captured). It is for
    information: the items themselves are stored.
    """

    project: str
    kind: str
    values: int


class LedgerSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger at one moment; `refusals` are the last ones, newest first, `disk` what room there is."""

    signals: list[SignalCounts]
    refusals: list[Refusal]
    masked: list[MaskedValues] = []
    disk: DiskRoom | None = None


_BY_SIGNAL = (
    ("received", "Items received."),
    ("stored", "Items stored."),
    ("duplicates", "Items that were stored already."),
    ("conflicts", "Items whose first version differs and stays."),
)
_BY_REASON = (
    ("rejected", "Items refused, by reason."),
    ("dropped", "Items dropped, by reason."),
    ("parked", "Items set aside because the store cannot take them, by reason."),
    ("mended", "Items stored with something in them replaced, by reason."),
    ("refused", "Requests answered with an error, by reason."),
    ("uncounted", "Items stored that no sum of money holds, by reason."),
    ("sampled", "Items left out because their project keeps a share, by reason."),
    ("thinned", "Items removed because their project keeps a share of finished runs, by reason."),
)


def render_prometheus(snapshot: LedgerSnapshot) -> str:
    """The snapshot in Prometheus' text format.

    Example:
        >>> text = render_prometheus(LedgerSnapshot(signals=[SignalCounts(signal=Signal.LOGS)], refusals=[]))
        >>> text.splitlines()[2]
        'fanlight_received_total{signal="logs"} 0'
    """
    return "".join(f"{line}\n" for line in _lines(snapshot))


def _lines(snapshot: LedgerSnapshot) -> Iterator[str]:
    for name, text in _BY_SIGNAL:
        yield from _head(f"fanlight_{name}_total", "counter", text)
        for counts in snapshot.signals:
            yield f'fanlight_{name}_total{{signal="{counts.signal}"}} {getattr(counts, name)}'
    for name, text in _BY_REASON:
        yield from _head(f"fanlight_{name}_total", "counter", text)
        for counts in snapshot.signals:
            yield from _reasons(f"fanlight_{name}_total", counts.signal, getattr(counts, name))
    yield from _head("fanlight_masked_total", "counter", "Values masked before they were stored, by kind.")
    kinds: Counter[str] = Counter()
    for each in snapshot.masked:
        kinds[each.kind] += each.values
    yield from (f'fanlight_masked_total{{kind="{kind}"}} {kinds[kind]}' for kind in sorted(kinds))
    yield from _head("fanlight_waiting", "gauge", "Items in the log that are not stored yet.")
    for counts in snapshot.signals:
        yield f'fanlight_waiting{{signal="{counts.signal}"}} {counts.waiting}'
    if (disk := snapshot.disk) is not None:
        if disk.free_bytes is not None:
            text = "What the disk with the least room has left."
            yield from _head("fanlight_disk_free_bytes", "gauge", text)
            yield f"fanlight_disk_free_bytes {disk.free_bytes}"
        yield from _head("fanlight_disk_full", "gauge", "1 while telemetry is refused for want of room.")
        yield f"fanlight_disk_full {int(disk.state is DiskState.FULL)}"


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _reasons(name: str, signal: Signal, counts: Mapping[str, int]) -> Iterator[str]:
    for reason, count in sorted(counts.items()):
        yield f'{name}{{signal="{signal}",reason="{reason}"}} {count}'
