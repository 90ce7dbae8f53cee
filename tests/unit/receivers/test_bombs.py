"""Small requests that ask for much: refused or mended quickly, with little memory."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

MAX_GROWTH_BYTES = 150 * 1024 * 1024
MAX_SECONDS = 5
"""A hang, not a benchmark: benchmarks/receivers measures, and each takes well under a second there."""

PROGRAM = Path(__file__).with_name("bomb.py")


Throw = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def throw() -> Iterator[Throw]:
    """`throw("a bomb")`: what came of it, and what it cost."""
    with subprocess.Popen(
        [sys.executable, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None

        def one(name: str) -> dict[str, Any]:
            program.stdin.write(f"{name}\n")
            program.stdin.flush()
            return json.loads(program.stdout.readline() or "null") or {"outcome": "the program ended"}

        yield one
        program.stdin.close()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("gigabyte of zeros, gzip", 413),
        ("gigabyte of zeros, zstd", 413),
        ("4 million empty spans", 413),
        ("4 million empty resources", 413),
        ("4 million empty events", [0, {"too_many_attributes": 1}, {}]),
        ("a million empty attributes", [0, {"too_many_attributes": 1}, {}]),
        ("20 million empty attributes in 5,000 spans", 413),
        ("30 million empty values in a list", [0, {"too_large": 1}, {}]),
        ("30 million empty values in a list, damaged", [0, {"too_large": 1}, {}]),
        ("63 MiB in one text", [1, {}, {}]),
        ("63 MiB in one text, damaged", [0, {"too_large": 1}, {}]),
        ("12 MiB in one text, damaged", [1, {}, {"invalid_utf8": 1}]),
        ("a value 5,000 lists deep", [1, {}, {"value_too_deep": 1}]),
        ("a value 3 million bytes deep", 400),
        ("JSON of 20 million empty objects", 413),
        ("JSON of 20 million numbers", 413),
        ("JSON of 30 million brackets", 400),
        ("JSON object of a million keys", [0, {"too_many_values": 1}, {}]),
        ("3 million pieces of gzip", 400),
    ],
)
def test_a_bomb_is_refused_or_mended_with_little_memory(throw, name, outcome):
    seen = throw(name)
    assert seen["outcome"] == outcome
    assert seen["growth"] <= MAX_GROWTH_BYTES
    assert seen["seconds"] <= MAX_SECONDS
