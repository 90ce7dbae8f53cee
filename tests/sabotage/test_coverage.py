"""The code that promises stand on is run by the tests, every branch of it: what none runs, none can check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.figures import Tell
from tests.sabotage.tree import ROOT

CORE = ("access", "ingest", "live", "model", "otlp", "query", "redact")
"""Packages of fanlight: whoever gets in, all the way to disk, and what is shown of it."""

ELSEWHERE = (
    "tests/unit/cli",
    "tests/unit/exporters",
    "tests/unit/isolation",
    "tests/unit/runner",
    "tests/unit/sdk",
)
TESTS = (
    *("tests/unit", "tests/property", "tests/contract", *(f"--ignore={each}" for each in ELSEWHERE)),
    *(f"fanlight/{package}" for package in CORE),
    "tests/e2e/reliability/test_backup.py",
    *(f"tests/e2e/{each}" for each in ("cli", "developer_logs", "money", "plugins", "privacy", "rooms")),
)
"""What runs the core: in its own process, in examples of docstrings, and in servers that are stopped.

One that is killed tells nothing, and a browser takes long.
"""

SHARE = 0.95
LONGEST_S = 3_000
"""Four times what it takes: every line that runs is written down."""


@dataclass(frozen=True, slots=True)
class Branches:
    """How many branches there are, and how many were taken."""

    taken: int
    all: int

    @property
    def share(self) -> float:
        return self.taken / self.all if self.all else 1.0


def branches(report: Mapping[str, Any], packages: Iterable[str] = CORE) -> dict[str, Branches]:
    """Branches by package, from a report of coverage in JSON.

    >>> summary = {"covered_branches": 9, "num_branches": 10}
    >>> branches({"files": {"fanlight/live/feed.py": {"summary": summary}}}, ["live"])
    {'live': Branches(taken=9, all=10)}
    """
    taken: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for path, file in report["files"].items():
        package = Path(path).parts[1]
        taken[package] += file["summary"]["covered_branches"]
        known[package] += file["summary"]["num_branches"]
    return {package: Branches(taken[package], known[package]) for package in packages}


def measure(directory: Path, tests: Iterable[str] = TESTS) -> dict[str, Any]:
    """Run `tests` and report what they ran. AssertionError when one of them fails."""
    environment = {**os.environ, "COVERAGE_FILE": str(directory / "coverage")}
    environment.pop("PYTEST_CURRENT_TEST", None)
    python = (sys.executable, "-m")
    done = subprocess.run(
        [*python, "coverage", "run", "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile",
         "-p", "tests.sabotage.hasty", "-p", "no:cacheprovider", "-m", "not slow and not long", *tests],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4_000:]
    report = directory / "coverage.json"
    for command in (["combine", "-q"], ["json", "-q", "-o", str(report)]):
        subprocess.run([*python, "coverage", *command], cwd=ROOT, env=environment, check=True)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@pytest.mark.long
@pytest.mark.trust("T28")
@pytest.mark.timeout(LONGEST_S + 60)
def test_the_core_is_run_by_the_tests_branch_by_branch(tmp_path: Path, figure: Tell) -> None:
    found = branches(measure(tmp_path))
    total = Branches(sum(each.taken for each in found.values()), sum(each.all for each in found.values()))
    packages = ", ".join(f"{package} {each.share:.1%}" for package, each in found.items())
    figure(
        test="T28", what="branches of the core that tests take", target=f">= {SHARE:.0%}",
        value=f"{total.share:.1%}: {total.taken:,} of {total.all:,} ({packages})", ok=total.share >= SHARE,
    )  # fmt: skip
