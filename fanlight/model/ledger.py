"""The ledger: what became of everything that arrived.

For every signal, at every moment:

    received = stored + duplicates + conflicts + rejected + dropped + parked + waiting

`waiting` is in the log and has yet to be stored. A request that was answered with an error is `refused`: its
items were never taken over, and its sender knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from fanlight.model.signal import Signal


class SignalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Items of one signal since the server started. Counts by reason hold only reasons that occurred.

    `refused` counts requests, everything else spans, log records or metric points. `mended` items are
    stored: what could not be shown was replaced. `uncounted` items are stored and in no sum: billing events
    that are none, or differ from the first of their id.
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


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was refused whole or in part. It never holds a key or a body.

    `signal` is None when the request named none; `status` is the HTTP status, for gRPC too.
    """

    time: str
    signal: Signal | None
    reason: str
    status: int
    bytes: int


class LedgerSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger at one moment; `refusals` are the last ones, newest first."""

    signals: list[SignalCounts]
    refusals: list[Refusal]


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
    yield from _head("fanlight_waiting", "gauge", "Items in the log that are not stored yet.")
    for counts in snapshot.signals:
        yield f'fanlight_waiting{{signal="{counts.signal}"}} {counts.waiting}'


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _reasons(name: str, signal: Signal, counts: Mapping[str, int]) -> Iterator[str]:
    for reason, count in sorted(counts.items()):
        yield f'{name}{{signal="{signal}",reason="{reason}"}} {count}'
