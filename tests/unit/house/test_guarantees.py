"""GUARANTEES.md says what was measured, of every promise and every test of a campaign."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "GUARANTEES.md").read_text()
MARKED = [mark.split() for mark in re.findall(r"<!-- figures: ([T\d ]+) -->", PAGE)]


def test_the_figures_on_the_page_are_those_of_the_file() -> None:
    stale = subprocess.run([sys.executable, "scripts/guarantees", "--check"], cwd=ROOT, check=False)
    assert stale.returncode == 0, "run scripts/guarantees"


def test_every_promise_has_its_place_and_every_test_one() -> None:
    assert re.findall(r"^## (G\d+)\.", PAGE, re.MULTILINE) == [f"G{number}" for number in range(1, 11)]
    named = [test for tests in MARKED for test in tests]
    assert sorted(named, key=lambda name: int(name[1:])) == [f"T{number}" for number in range(1, 30)]


def test_every_mark_of_a_campaign_has_a_place_on_the_page() -> None:
    named = {test for tests in MARKED for test in tests}
    used = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r'(?:mark\.(?:trust|cells)\(\s*|\btest=)"(T\d+)"', path.read_text())
    }
    assert used <= named
