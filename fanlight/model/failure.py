"""Why a run failed, as the API gives it. Every statement names the span or the log record it stands on."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class FailureVerdict(StrEnum):
    """What an analysis of a run comes to."""

    FAILED = "failed"
    SUSPICIOUS = "suspicious"
    NO_FAILURE = "no failure found"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is so, and what shows it. `kind` is one of `fanlight.query.failure.kinds.KINDS`."""

    kind: str
    statement: str
    span_id: str | None = None
    log_id: str | None = None


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that went wrong. `confidence` is high, medium or low."""

    kind: str
    statement: str
    confidence: str
    span_id: str | None = None
    log_id: str | None = None


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One span on the way from the cause up to the symptom."""

    span_id: str
    name: str
    statement: str


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """One action that was tried more than once. `outcome` is succeeded, failed or unfinished."""

    name: str
    attempts: int
    outcome: str
    statement: str
    span_ids: list[str]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /runs/{id}/failure`. `chain` leads from the cause to the symptom; `next` is what a person can do.

    `truncated`: only the earliest spans of a very large run were looked at.
    """

    run_id: str
    trace_id: str
    status: str
    verdict: FailureVerdict
    cause: Cause | None = None
    symptom: Statement | None = None
    chain: list[Link] = []
    retries: list[Retry] = []
    notes: list[Statement] = []
    next: str | None = None
    truncated: bool = False
