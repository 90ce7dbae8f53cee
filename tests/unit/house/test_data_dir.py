"""What a server says of a data directory that it cannot use."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fanlight.data_dir import own
from fanlight.errors import ConfigError, ConflictError

NOBODY = 65_534


def refused(path: Path, *, uid: int | None = None) -> str:
    """What a process that runs as `uid` is told by `own(path)`; empty when it may have it."""
    program = (
        "import os, sys\n"
        "from fanlight.config import load\n"
        "from fanlight.data_dir import own\n"
        "from fanlight.errors import FanlightError\n"
        f"os.setuid({uid}) if {uid} is not None else None\n"
        "from pathlib import Path\n"
        "try:\n"
        "    load(flags={'data': sys.argv[1]}, environ={})\n"
        "    own(Path(sys.argv[1])).__enter__()\n"
        "except FanlightError as error:\n    print(error)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    return asked.stdout.strip()


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigError, match="data is no folder: name another --data"), own(tmp_path / "data"):
        pass


def test_another_process_has_it(tmp_path: Path) -> None:
    with own(tmp_path):
        assert f"another process ({os.getpid()}) has {tmp_path}" in refused(tmp_path)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may go into, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_it_cannot_be_made_in_a_folder_of_somebody_else(open_place: Path) -> None:
    path = open_place / "made" / "data"
    assert refused(path, uid=NOBODY) == (
        f"the data directory {path} cannot be used: Permission denied; {open_place} belongs to uid 0, this"
        f" server runs as uid {NOBODY}: run it as its owner, or: install -d -o {NOBODY} -g {os.getegid()}"
        f" {path}"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("inside", [".", "store", "catalog.db"])
def test_it_or_something_in_it_belongs_to_somebody_else(open_place: Path, inside: str) -> None:
    data = open_place / "data"
    (data / "store").mkdir(parents=True)
    (data / "catalog.db").touch()
    for place in (data, data / "store", data / "catalog.db"):
        place.chmod(0o700)
        os.chown(place, NOBODY, NOBODY)
    assert refused(data, uid=NOBODY) == ""
    os.chown(data / inside, 0, 0)
    assert refused(data, uid=NOBODY) == (
        f"the data directory {data / inside} cannot be used: Permission denied; {data / inside} belongs to"
        f" uid 0, this server runs as uid {NOBODY}: run it as its owner, or: chown -R {NOBODY}:{os.getegid()}"
        f" {data / inside}"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is not stopped by it")
def test_what_is_not_the_servers_to_write_is_left_alone(open_place: Path) -> None:
    data = open_place / "data"
    (data / "lost+found").mkdir(parents=True, mode=0o700)
    (data / "fanlight.toml").write_text("")
    os.chown(data, NOBODY, NOBODY)
    assert refused(data, uid=NOBODY) == ""


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EROFS, "mount it for writing, or name another --data"),
        (errno.ENOSPC, "free some space there"),
        (errno.EDQUOT, "free some space there"),
    ],
)
def test_what_the_disk_refuses_later_is_told_as_well(tmp_path: Path, number: int, hint: str) -> None:
    with pytest.raises(ConfigError) as told, own(tmp_path):
        raise OSError(number, os.strerror(number))
    assert str(told.value) == f"the data directory {tmp_path} cannot be used: {os.strerror(number)}; {hint}"


def test_any_other_error_is_none_of_the_data_directory(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="reset"), own(tmp_path):
        raise ConnectionResetError("reset")
    with pytest.raises(ConflictError), own(tmp_path):
        raise ConflictError("something else")


def test_what_is_half_restored_is_nobodys_to_serve(tmp_path: Path) -> None:
    (tmp_path / ".restoring").mkdir()
    told = rf"a backup is being restored into {tmp_path}, or .*; empty it and restore again"
    with pytest.raises(ConfigError, match=told), own(tmp_path):
        pass
