"""Where every small change of the code should be noticed, and by which tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Code on which a promise stands: patterns of files below `fanlight`, and the tests that are its own.

    The examples in the docstrings of its files are tests of it too.
    """

    name: str
    promise: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


AREAS: tuple[Area, ...] = (
    Area(
        name="wal",
        promise="G1",
        files=(
            "otlp/framing.py",
            "otlp/container.py",
            "ingest/log.py",
            "ingest/segment.py",
            "ingest/sequence.py",
        ),
        tests=(
            "tests/unit/log/test_bounds.py",
            "tests/unit/log/test_commit.py",
            "tests/unit/log/test_faults.py",
            "tests/unit/log/test_framing.py",
            "tests/unit/log/test_log.py",
            "tests/unit/log/test_parked.py",
            "tests/property/log/test_framing.py",
            "tests/property/log/test_power_cut.py",
        ),
    ),
    Area(
        name="auth",
        promise="G7",
        files=("access/*.py",),
        tests=(
            "tests/unit/access",
            "tests/unit/api/test_oidc.py",
            "tests/unit/api/test_policy.py",
        ),
    ),
    Area(
        name="filter",
        promise="G7",
        files=("query/grammar.py", "query/filter.py", "query/fields.py", "query/search.py"),
        tests=("tests/unit/query",),
    ),
    Area(
        name="redact",
        promise="G9",
        files=("redact/*.py",),
        tests=("tests/unit/redact", "tests/property/redact"),
    ),
)
