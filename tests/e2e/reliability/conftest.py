"""What the reliability tests share: a corpus of small requests."""

from __future__ import annotations

import time

import pytest

from benchmarks.agents import SMALL
from benchmarks.corpus import build
from tests.e2e.reliability.spans import Sent


@pytest.fixture(scope="session")
def sent() -> Sent:
    """Requests of 50 spans, different ones for ever."""
    return Sent(corpus=build(spans=10_000, shape=SMALL, per_request=50), now_ns=time.time_ns())
