"""The tests are worth something: whoever takes a guard away is told by them.

Each row of the table is applied to a copy of the source tree, and the tests that it names are run there.
They must fail, and they must have run: a row whose text is gone, or whose tests cannot be collected, is a
mistake of the table.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.figures import Tell
from tests.sabotage.table import TABLE, Sabotage
from tests.sabotage.tree import ROOT, copy_tree

TESTS_FAILED = 1
"""pytest's exit status when tests ran and some failed; 2 to 5 are no verdict on the code."""


def sabotage(tree: Path, row: Sabotage) -> None:
    """Take the guard away. ValueError when its text does not stand there exactly once."""
    path = tree / "fanlight" / row.file
    text = path.read_text()
    if text.count(row.old) != 1:
        raise ValueError(f"{row.file} holds {text.count(row.old)} times {row.old!r}")
    path.unlink()
    path.write_text(text.replace(row.old, row.new))


def run(tree: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """The tests, in the tree, until the first of them fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--timeout=300"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    environment.pop("PYTEST_CURRENT_TEST", None)
    return subprocess.run(
        [*command, "-m", "not slow and not long", *tests],
        cwd=tree, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def first_failure(output: str) -> str:
    """The name of the test that failed.

    >>> first_failure("FAILED tests/unit/a.py::test_it[x] - AssertionError: no")
    'test_it[x]'
    """
    found = re.search(r"^(?:FAILED|ERROR) \S*?::(\S+)", output, re.MULTILINE)
    return found[1] if found else ""


def test_every_row_names_text_that_stands_once_and_tests_that_exist() -> None:
    wrong = []
    for row in TABLE:
        if (ROOT / "fanlight" / row.file).read_text().count(row.old) != 1:
            wrong.append(f"{row.what}: the text is not in {row.file} exactly once")
        for test in row.tests:
            path, _, name = test.partition("::")
            if not (ROOT / path).exists() or (name and f"def {name}(" not in (ROOT / path).read_text()):
                wrong.append(f"{row.what}: there is no {test}")
    assert wrong == []
    assert {row.promise for row in TABLE} == {f"G{number}" for number in range(1, 11)}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_without_a_sabotage_the_named_tests_pass_in_a_copy_too(tmp_path: Path) -> None:
    # `make test` runs them all where they are; a copy that lacks something would fail them all.
    tests = tuple(dict.fromkeys(test for row in TABLE[::4] for test in row.tests))
    done = run(copy_tree(tmp_path / "tree"), tests)
    assert done.returncode == 0, done.stdout[-3_000:]


@pytest.mark.slow
@pytest.mark.trust("T28")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.promise} without {row.what}")
def test_who_takes_a_guard_away_is_told(tmp_path: Path, row: Sabotage, figure: Tell) -> None:
    tree = copy_tree(tmp_path / "tree")
    sabotage(tree, row)
    done = run(tree, row.tests)
    caught = first_failure(done.stdout)
    figure(
        test="T28", what=f"{row.promise} without {row.what}", target="the tests go red",
        value=f"red: {caught}" if caught else f"status {done.returncode}: {done.stdout[-200:]}",
        ok=done.returncode == TESTS_FAILED and bool(caught),
    )  # fmt: skip
    shutil.rmtree(tree)
