"""What was found in a run while it went on: a loop, or standstill."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

OPEN, OVER = "open", "over"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a run, as the API gives it; the newest word of `id` holds.

    `kind` is repeated_call, alternating_calls or stuck. `state` is open while it goes on, then over.
    `names` are the calls that repeat, or the step at which the run stands; `span_ids` what it stands on,
    the first and the last of them when they are many. `since` is when it began.
    """

    id: str
    run_id: str
    kind: str
    state: str
    at: str
    since: str
    statement: str
    times: int | None = None
    names: list[str] = []
    span_ids: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding on its way into the store. `data` is the JSON of what a `Finding` says beyond the rest."""

    project_id: str
    run_id: str
    finding_id: str
    kind: str
    state: str
    at_ns: int
    data: str
