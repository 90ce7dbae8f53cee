"""A plugin of pytest for runs over mutants: the first failure is enough, and it should come soon.

Hypothesis looks for the smallest failing example otherwise, minutes long, and it draws others each time, so
that a mutant would be caught today and missed tomorrow. It also calls slow what coverage makes slow.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutants",
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")

MUTANT = re.compile(r"__mutmut_\d+")
"""In the names of mutants, each of which has the example of its docstring once more."""

MEASURED = Path("mutmut-stats.json")
"""What each test took without a mutant; mutmut writes it where it runs them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    took = json.loads(MEASURED.read_text())["duration_by_test"] if MEASURED.exists() else {}
    kept = (item for item in items if not MUTANT.search(item.nodeid))
    items[:] = sorted(kept, key=lambda item: took.get(item.nodeid, 0.0))
