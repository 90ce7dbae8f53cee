"""What was said about a run by whoever watches its process."""

from __future__ import annotations

import msgspec


class LostReport(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /runs/{run_id}/lost`: how many spans of the run were open and are now said to be lost."""

    run_id: str
    spans: int
