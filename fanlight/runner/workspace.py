"""The folder of one containerised run on this machine: a copy of the agent, without its secrets."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fanlight.runner.backend import Launch

MAX_REASON = 16

_SECRET_FILES = (".env", ".env.*", ".envrc")
_EXAMPLES = (".example", ".sample", ".template")
_NOT_COPIED = frozenset({".git", ".venv", "__pycache__"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder of one run on this machine: what its container may write to, and its files."""

    path: Path

    @property
    def workspace(self) -> Path:
        """The copy of the agent's folder."""
        return self.path / "workspace"

    @property
    def environment(self) -> Path:
        """Where its requirements are installed."""
        return self.path / "environment"

    @property
    def files(self) -> Path:
        """`Launch.files`."""
        return self.path / "files"

    @property
    def ending(self) -> Path:
        """Where the container says why it ended."""
        return self.path / "ending"


def fill(folder: Folder, launch: Launch, user: str) -> None:
    """Make the folders of a run, for `user` alone: a copy of the agent without its secrets, and the files.

    A copy and not a mount: the container's user could not read what only this user may, and what is not
    there, such as `.env`, cannot be read at all. Raises OSError.
    """
    shutil.copytree(launch.cwd, folder.workspace, symlinks=True, ignore=_left_out)
    for place in (folder.environment, folder.files, folder.ending):
        place.mkdir()
    for name, content in launch.files.items():
        (folder.files / name).write_bytes(content)
    hand_over(folder.path, user)
    # Whoever else is on this machine stays out here, whatever is open to the container's user below.
    folder.path.chmod(0o700)


def hand_over(path: Path, user: str) -> None:
    """Make `path` and all below it the container user's own; open to it, when that cannot be."""
    uid, _, gid = user.partition(":")
    if os.getuid() == 0 and uid.isdigit():
        for place in _all_of(path):
            os.chown(
                place, int(uid), int(gid or uid) if (gid or uid).isdigit() else -1, follow_symlinks=False
            )
    elif uid not in (str(os.getuid()), "0"):
        for place in _all_of(path):
            if not place.is_symlink():
                place.chmod(0o777 if place.is_dir() else place.stat().st_mode | 0o666)


def _all_of(path: Path) -> Iterator[Path]:
    yield path
    yield from path.rglob("*")


def _left_out(place: str, names: list[str]) -> set[str]:
    return {
        name for name in names if name in _NOT_COPIED or is_secret(name) or _is_special(Path(place, name))
    }


def is_secret(name: str) -> bool:
    """Whether a file of that name holds values that a container is not given as a file.

    Example:
        >>> [is_secret(name) for name in (".env", ".env.local", ".env.example", "env.py")]
        [True, True, False, False]
    """
    return any(Path(name).match(pattern) for pattern in _SECRET_FILES) and not name.endswith(_EXAMPLES)


def _is_special(path: Path) -> bool:
    return not (path.is_symlink() or path.is_file() or path.is_dir())


def read_ending(folder: Folder) -> str:
    """What a container that ended said of why. Its agent could write there, too: a short file or nothing."""
    try:
        place = os.open(folder.ending / "reason", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        is_file = stat.S_ISREG(os.fstat(place).st_mode)
        return os.read(place, MAX_REASON).decode("ascii", "replace").strip() if is_file else ""
    finally:
        os.close(place)


def discard(path: Path) -> None:
    """Remove a folder, whatever an agent made of it."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        # Nested deeper than this process may open folders.
        subprocess.run(["rm", "-rf", "--", str(path)], check=False, capture_output=True)  # noqa: S603, S607
