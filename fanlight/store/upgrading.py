"""A new schema for an embedded store: made beside it, and put in its place when it is whole.

The engine has no transactions over tables. So the store is cloned, by second names for what it never changes
and copies of the rest; the migrations run on the clone; and then two directories change their names. Whatever
ends it, `kill -9` included, the store is wholly the old one or wholly the new one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fanlight.errors import StoreError

LINKED = (".bin", ".mrk", ".mrk2", ".mrk3", ".cmrk", ".cmrk2", ".cmrk3", ".cmrk4", ".idx", ".cidx")
"""Files of parts that the engine writes once."""

_SKIPPED = ("shadow", "tmp")
"""Folders at the top that hold nothing of the store."""


def draft_of(directory: Path) -> Path:
    """Where the new store is made."""
    return directory.with_name(f"{directory.name}.upgrading")


def recover(directory: Path) -> None:
    """Finish, or forget, what a process that was ended had begun."""
    draft, old = draft_of(directory), _old_of(directory)
    if old.exists() and not directory.exists():
        # It ended between the two names: the draft was whole before the first of them.
        (draft if draft.exists() else old).rename(directory)
    for left in (draft, old):
        shutil.rmtree(left, ignore_errors=True)


def clone(directory: Path) -> Path:
    """A store of its own with the same rows, for as long as nobody has either open; where it is.

    Raises StoreError when the disk refuses.
    """
    draft = draft_of(directory)
    try:
        for folder, names, files in os.walk(directory, onerror=_refuse):
            if Path(folder) == directory:
                names[:] = [name for name in names if name not in _SKIPPED]
            target = draft / Path(folder).relative_to(directory)
            target.mkdir(mode=0o700)
            for name in [*files, *(name for name in names if (Path(folder) / name).is_symlink())]:
                _copy(Path(folder) / name, target / name)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise StoreError(
            f"the store could not be copied before its upgrade ({error.strerror})",
            hint="nothing was changed; free some space beside it and start again",
        ) from error
    return draft


def replace(directory: Path) -> None:
    """Put the draft in the place of the store, for good."""
    os.sync()
    directory.rename(_old_of(directory))
    draft_of(directory).rename(directory)
    shutil.rmtree(_old_of(directory), ignore_errors=True)


def _old_of(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.before-upgrade")


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed: to step over it would be to lose what is in it."""
    raise error


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():  # the engine leads from a table's name to its place, within the store
        target.symlink_to(source.readlink())
        return
    if source.suffix in LINKED:
        try:
            os.link(source, target)
        except OSError:  # some file systems have no second names
            shutil.copy2(source, target)
        return
    shutil.copy2(source, target)
