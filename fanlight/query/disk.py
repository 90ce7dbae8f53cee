"""What projects and signals take up on disk, and how long the disk lasts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fanlight.model.disk import Disk, DiskShare
from fanlight.model.signal import Signal
from fanlight.store.contract import Store

DAY_MS = 86_400_000
_NS_PER_MS = 1_000_000
_ELSE = Signal.TRACES
# What is in no other table belongs to spans: runs, their findings, the places of traces.
_SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "logs": Signal.LOGS,
        "billing": Signal.LOGS,
        "metrics": Signal.METRICS,
        "metrics_rolling": Signal.METRICS,
        "metric_identities": Signal.METRICS,
    }
)


def get_disk(store: Store, *, project: str, others: Collection[str] | None, now_ns: int) -> Disk:
    """What `project` takes up; with `others`, the projects that the caller is in, the whole store as well.

    Of projects that are in neither the sum alone is told.
    """
    since_ms = now_ns // _NS_PER_MS - DAY_MS
    sizes = _sizes(store.read_operator("sizes"))
    rows = store.read_operator("disk_rows", {"since_ms": since_ms})
    if others is None:
        return Disk(
            shares=_shares([row for row in rows if row[1] == project], _per_row(rows, sizes), {project})
        )
    [(free, total)] = store.read_operator("disk_free")
    shares = _shares(rows, _per_row(rows, sizes), {project, *others})
    a_day = sum(share.bytes_a_day for share in shares)
    return Disk(
        shares=shares,
        bytes=sum(sizes.values()),
        free_bytes=free,
        total_bytes=total,
        days_left=round(free / a_day, 1) if a_day else None,
    )


def _sizes(tables: Sequence[Sequence[Any]]) -> dict[Signal, int]:
    """Bytes by signal.

    Example:
        >>> _sizes([("spans", 10, 700, 1), ("runs", 2, 100, 1), ("logs", 5, 50, 1)])
        {<Signal.TRACES: 'traces'>: 800, <Signal.LOGS: 'logs'>: 50}
    """
    found: dict[Signal, int] = {}
    for table, _rows, size, _parts in tables:
        signal = _SIGNALS.get(table, _ELSE)
        found[signal] = found.get(signal, 0) + size
    return found


def _per_row(rows: Sequence[Sequence[Any]], sizes: Mapping[Signal, int]) -> dict[Signal, float]:
    counts = dict.fromkeys(Signal, 0)
    for signal, _project, count, _recent in rows:
        counts[Signal(signal)] += count
    return {signal: sizes.get(signal, 0) / count if count else 0.0 for signal, count in counts.items()}


def _shares(
    rows: Sequence[Sequence[Any]], per_row: Mapping[Signal, float], named: Collection[str]
) -> list[DiskShare]:
    """The largest first.

    Example:
        >>> rows = [("logs", "a", 5, 1), ("logs", "b", 3, 0), ("logs", "c", 2, 2)]
        >>> found = _shares(rows, {Signal.LOGS: 10.0}, {"a"})
        >>> [(share.project, share.bytes, share.bytes_a_day) for share in found]
        [('a', 50, 10), (None, 50, 20)]
    """
    sums: dict[tuple[str | None, Signal], tuple[int, int]] = {}
    for signal, project, count, recent in rows:
        key = (project if project in named else None, Signal(signal))
        before = sums.get(key, (0, 0))
        sums[key] = (before[0] + count, before[1] + recent)
    shares = [
        DiskShare(
            project=project,
            signal=signal,
            rows=count,
            bytes=round(count * per_row[signal]),
            bytes_a_day=round(recent * per_row[signal]),
        )
        for (project, signal), (count, recent) in sums.items()
    ]
    return sorted(
        shares, key=lambda share: (-share.bytes, share.project is None, share.project or "", share.signal)
    )
