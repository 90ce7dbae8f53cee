"""What every release left opens, and is answered of as that release did."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.fixtures.release import FOLDER, answers

RELEASES = sorted(FOLDER.glob("*.tar.gz"))


def test_there_are_fixtures_and_each_is_small():
    assert [path.name for path in RELEASES][:1] == ["0.1.0.tar.gz"]
    assert max(path.stat().st_size for path in RELEASES) < 2_000_000


@pytest.mark.timeout(400)
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_what_a_release_left_is_answered_of_as_it_did(release: Path, tmp_path: Path):
    with tarfile.open(release) as archive:
        archive.extractall(tmp_path, filter="data")
    then = json.loads((tmp_path / "answers.json").read_text())
    now = answers(tmp_path / "data")
    assert lacking(then, now) == []
    assert (then["stats"]["spans"], then["stats"]["runs"], then["stats"]["logs"]) == (36, 12, 3)
    # Opened once more, it is the same: an upgrade is done once.
    assert answers(tmp_path / "data") == now


def lacking(then, now, where=""):
    """Where an answer of now is not what was told then; it may tell more."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            each
            for key, value in then.items()
            for each in (
                [f"{where}.{key} is gone"] if key not in now else lacking(value, now[key], f"{where}.{key}")
            )
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            each
            for at, (a, b) in enumerate(zip(then, now, strict=True))
            for each in lacking(a, b, f"{where}[{at}]")
        ]
    return [] if then == now else [f"{where}: {then!r} is {now!r} now"]


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, [".a[1].b: 2 is 3 now"]),
        ({"a": 1}, {}, [".a is gone"]),
        ([1], [1, 2], [": [1] is [1, 2] now"]),
    ],
)
def test_what_is_lacking_is_found(then, now, found):
    assert lacking(then, now) == found
