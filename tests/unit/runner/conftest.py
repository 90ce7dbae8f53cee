"""Agents made for one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.runs import MakeAgent, agents_in


@pytest.fixture
def make_agent(tmp_path: Path) -> MakeAgent:
    """`make_agent(code, adapter=..., policies=...)`: a folder with a charm.yaml and a main.py."""
    return agents_in(tmp_path)
