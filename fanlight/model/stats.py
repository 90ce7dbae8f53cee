"""How much is stored."""

from __future__ import annotations

import msgspec


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /stats`: what of a project is stored and can be read now."""

    spans: int
    traces: int
    runs: int
    logs: int
    metric_points: int
