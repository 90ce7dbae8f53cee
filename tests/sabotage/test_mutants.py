"""Most small changes of the code that promises stand on are noticed by its own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures import Tell
from tests.sabotage.areas import AREAS, Area
from tests.sabotage.mutants import Tried, try_mutants
from tests.sabotage.tree import ROOT, copy_tree

SHARE = 0.85


def test_every_area_names_files_and_tests_that_exist() -> None:
    for area in AREAS:
        assert [each for each in area.files if not list((ROOT / "fanlight").glob(each))] == []
        assert [each for each in area.tests if not (ROOT / each).exists()] == []


def test_what_was_not_killed_counts_as_survived() -> None:
    verdicts = {"a": "killed", "b": "timeout", "c": "survived", "d": "no tests"}
    shown = "50.0%: 2 (1 by time) of 4, drawn from 9; 1 no tests, 1 survived"
    assert str(Tried(made=9, verdicts=verdicts)) == shown
    assert str(Tried(made=1, verdicts={"a": "killed"})) == "100.0%: 1 of 1; none left"


@pytest.mark.slow
@pytest.mark.trust("T28")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_small_changes_of_the_code_are_noticed(tmp_path: Path, area: Area, seed: int, figure: Tell) -> None:
    tried = try_mutants(copy_tree(tmp_path / "tree"), area, seed)
    figure(
        test="T28", what=f"mutants of {area.name} killed", target=f">= {SHARE:.0%}",
        value=str(tried), ok=tried.share >= SHARE,
    )  # fmt: skip
