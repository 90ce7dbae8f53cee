"""How much an exporter may take before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the ring in the agent, of one call, and of one worker process.

    `call_s` bounds one hook, `start_s` import and construction. `close_s` is what the agent waits at its
    end; the host gives workers `host_close_s` of it. After `most_failures` calls in a row that raise, or
    `most_deaths` ends of the process within `deaths_within_s`, the exporter gets nothing for `retry_s`,
    doubled each time up to `longest_retry_s`. `folder` is where reports are kept for
    `fanlight doctor`; None keeps none.
    """

    ring_events: int = 65_536
    ring_bytes: int = 16 * MIB
    call_s: float = 5.0
    start_s: float = 15.0
    close_s: float = 1.5
    host_close_s: float = 1.2
    memory_bytes: int = 512 * MIB
    threads: int = 128
    processes: int = 32
    backlog_bytes: int = 32 * MIB
    most_failures: int = 20
    most_deaths: int = 3
    deaths_within_s: float = 60.0
    retry_s: float = 1.0
    longest_retry_s: float = 60.0
    folder: Path | None = None
