"""A store's files while it is upgraded: nothing is stepped over, and the last copy is never removed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fanlight.errors import StoreError
from fanlight.store.upgrading import clone, draft_of, recover


def made(directory: Path, content: str) -> Path:
    (directory / "store" / "abc").mkdir(parents=True)
    (directory / "store" / "abc" / "count.txt").write_text(content)
    return directory


def files_of(place: Path) -> dict[str, str]:
    return {str(path.relative_to(place)): path.read_text() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        ({"store": "old", "store.upgrading": "new"}, "old"),
        ({"store.before-upgrade": "old", "store.upgrading": "new"}, "new"),
        ({"store": "new", "store.before-upgrade": "old"}, "new"),
        ({"store.before-upgrade": "old"}, "old"),
    ],
)
def test_whatever_a_process_left_one_whole_store_stays(
    tmp_path: Path, left: dict[str, str], kept: str
) -> None:
    for name, content in left.items():
        made(tmp_path / name, content)
    recover(tmp_path / "store")
    assert files_of(tmp_path) == {"store/store/abc/count.txt": kept}


def test_a_folder_that_cannot_be_listed_ends_the_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, listed = made(tmp_path / "store", "old"), os.scandir

    def scandir(place: Any) -> Iterator[os.DirEntry[str]]:
        if str(place).endswith("abc") and "upgrading" not in str(place):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(StoreError, match=r"could not be copied before its upgrade \(Input/output error\)"):
        clone(directory)
    monkeypatch.undo()
    assert (files_of(directory), draft_of(directory).exists()) == ({"store/abc/count.txt": "old"}, False)
