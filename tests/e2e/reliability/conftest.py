"""What the reliability tests share: a corpus of small requests, and a seed that is printed."""

from __future__ import annotations

import os
import random
import time

import pytest

from benchmarks.agents import SMALL
from benchmarks.corpus import build
from tests.e2e.reliability.spans import Sent


@pytest.fixture(scope="session")
def sent() -> Sent:
    """Requests of 50 spans, different ones for ever."""
    return Sent(corpus=build(spans=10_000, shape=SMALL, per_request=50), now_ns=time.time_ns())


@pytest.fixture
def seed() -> int:
    """Set FANLIGHT_TEST_SEED to run the same moments again."""
    value = int(os.environ.get("FANLIGHT_TEST_SEED", 0)) or random.SystemRandom().randrange(1, 2**31)
    print(f"FANLIGHT_TEST_SEED={value}")
    return value
