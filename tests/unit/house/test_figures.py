"""The table of figures says what held, what failed and what was skipped, from whichever worker it came."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

TESTS = """
import pytest

@pytest.mark.trust("T2")
def test_kills(figure, seed):
    figure(test="T2", what="kill -9", target="0 lost", value=f"0 lost, drawn from {seed}", ok=True)

@pytest.mark.trust("T10")
def test_too_slow(figure):
    figure(test="T10", what="answers", target="<= 2 s", value="2.4 s", ok=False)

@pytest.mark.trust("T1")
def test_on_a_crowded_machine(figure):
    figure(test="T1", what="p99", target="<= 1 s", value="9 s", ok=False, excuse="load 40")

@pytest.mark.trust("T5")
def test_not_here(figure):
    pytest.skip("no tmpfs")

@pytest.mark.trust("T6")
def test_broken(figure):
    raise RuntimeError

@pytest.mark.trust("T7")
def test_wrong_afterwards(figure):
    figure(test="T7", what="order", target="equal", value="equal", ok=True)
    assert not "behind"

def test_of_no_campaign():
    pass

@pytest.mark.cells("T12", "misdeeds", "all held")
@pytest.mark.parametrize("kind", ["hang", "leak", "fork"])
def test_a_cell(kind):
    assert kind != "leak"
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[str]], Path]:
    """The cells of the table, and the file of figures."""
    tmp_path = tmp_path_factory.mktemp("campaign")
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import *\n"
        "from tests.conftest import pytest_addoption, pytest_collection_modifyitems, pytest_configure\n"
    )
    (tmp_path / "test_campaign.py").write_text(TESTS)
    kept = tmp_path / "figures.json"
    kept.write_text(json.dumps([{**_ROW, "what": "kill -9", "value": "old"}, {**_ROW, "what": "another"}]))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    command += [
        "-n",
        "1",
        "-o",
        "markers=trust(test): of a campaign\ncells(test, what, target): of a matrix",
        "--figures",
        str(kept),
        str(tmp_path),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FANLIGHT_TEST_SEED": "77"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100, cwd=tmp_path)
    lines = done.stdout.partition("= figures =")[2].splitlines()[1:]
    table = [line for line in lines if line.startswith(("T", "test "))]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table], kept


_ROW = {"test": "T2", "what": "", "target": "", "value": "", "verdict": "held"}


def test_every_test_of_a_campaign_has_a_row(ran: tuple[list[list[str]], Path]) -> None:
    rows = [row[:5] for row in ran[0]]
    assert rows == [
        ["test", "what", "target", "figure", "verdict"],
        ["T1", "p99", "<= 1 s", "9 s; load 40", "missed"],
        ["T2", "kill -9", "0 lost", "0 lost, drawn from 77", "held"],
        ["T5", "test_not_here", "a figure", "Skipped: no tmpfs", "skipped"],
        ["T6", "test_broken", "a figure", "none", "FAILED"],
        ["T7", "order", "equal", "equal", "held"],
        ["T7", "order", "equal", "failed behind its figures", "FAILED"],
        ["T10", "answers", "<= 2 s", "2.4 s", "FAILED"],
        ["T12", "misdeeds", "all held", "2 of 3 tests held", "FAILED"],
    ]
    assert ran[0][2][6] == "77"


def test_a_figure_replaces_its_last_one_whether_it_held_or_not_and_leaves_the_others(
    ran: tuple[list[list[str]], Path],
) -> None:
    kept = {row["what"]: (row["value"], row["verdict"]) for row in json.loads(ran[1].read_text())}
    assert kept == {
        "another": ("", "held"),
        "p99": ("9 s; load 40", "missed"),
        "kill -9": ("0 lost, drawn from 77", "held"),
        "order": ("failed behind its figures", "FAILED"),
        "answers": ("2.4 s", "FAILED"),
        "misdeeds": ("2 of 3 tests held", "FAILED"),
    }
