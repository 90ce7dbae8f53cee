"""Prices of models as people see them, and the job that computes costs anew."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """A project's own price of the models that match `model`; `provider` is empty when it is for any.

    `prices` are US dollars for a million tokens as decimal texts, by kind: input, output, cache_read,
    cache_write, reasoning; of one that depends on the size of the request a list of tiers, each with
    `above_input_tokens` and `price`. `request` is what a request costs by itself.
    """

    provider: str
    model: str
    source: str
    prices: dict[str, Any]
    created_at: str


class RefusedPrice(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an import that was not taken."""

    model: str
    reason: str


class PriceImport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an import."""

    taken: int
    refused: list[RefusedPrice]


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RepriceProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far repricing is. `spans` have another cost now; `runs` were looked at. `error` when it failed."""

    job: str
    state: JobState
    days: int = 0
    days_done: int = 0
    spans: int = 0
    runs: int = 0
    error: str | None = None
