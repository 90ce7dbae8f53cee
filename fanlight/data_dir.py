"""The data directory has one owner at a time: the engine allows one process, and the log one writer."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from fanlight.errors import ConfigError, ConflictError

LOCK = "server.lock"
NOT_OURS = frozenset({"fanlight.toml", "lost+found"})
"""Not the server's to write: its owner's settings, and what ext4 puts into a volume."""

RESTORING = ".restoring"
"""In it for as long as a backup is being made a data directory of."""

_OF_THE_DISK = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})

KEY_FILE = "server.key"
LOCAL_KEY_FILE = "local.key"
LOCAL_KEY_PREFIX = "fld_"
SECRET_BYTES = 32


@contextlib.contextmanager
def own(path: Path) -> Iterator[None]:
    """Hold `path`, made when it is missing, for as long as the block runs.

    Raises:
        ConflictError: another process holds it; the text names that process.
        ConfigError: it cannot be made or written to, or the block found that out, or it is half restored; the
            text says what to do.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, own(Path(place)):
        ...     with own(Path(place)):
        ...         pass
        Traceback (most recent call last):
        fanlight.errors.ConflictError: another process (...) has ...; stop it, or name another --data
    """
    with _open_lock(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise ConflictError(
                f"another process ({lock.read().strip() or 'unknown'}) has {path}",
                hint="stop it, or name another --data",
            ) from None
        with contextlib.suppress(OSError):  # a full disk has no room for a number, but can be read
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
        if (path / RESTORING).exists():
            raise ConfigError(
                f"a backup is being restored into {path}, or that was broken off",
                hint="empty it and restore again, or name another --data",
            )
        try:
            yield
        except OSError as error:
            if error.errno in _OF_THE_DISK:
                raise unusable(path, error) from error
            raise


def is_owned(path: Path) -> bool:
    """Whether a process holds the data directory `path`."""
    try:
        with own(path):
            return False
    except ConflictError:
        return True


def _open_lock(path: Path) -> TextIO:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (path / LOCK).open("a+")
    except OSError as error:
        raise unusable(path, error) from error
    for child in path.iterdir():
        if child.name not in NOT_OURS and not os.access(child, os.R_OK | os.W_OK):
            lock.close()
            raise unusable(child, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    return lock


def unusable(path: Path, error: OSError) -> ConfigError:
    """What to tell whoever starts a server on `path`, which `error` says cannot be used."""
    existing = next(place for place in (path, *path.parents) if os.path.lexists(place))
    hint = "name another --data"
    if error.errno in (errno.EACCES, errno.EPERM):
        uid, gid = os.geteuid(), os.getegid()
        hint = f"{existing} belongs to uid {existing.lstat().st_uid}, this server runs as uid {uid}: "
        # Never a command that gives away a folder above, which may be everybody's.
        mend = f"chown -R {uid}:{gid}" if existing == path else f"install -d -o {uid} -g {gid}"
        hint += f"run it as its owner, or: {mend} {path}"
    elif error.errno == errno.EROFS:
        hint = "mount it for writing, or name another --data"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space there"
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        hint = f"{existing} is no folder: name another --data"
    return ConfigError(f"the data directory {path} cannot be used: {error.strerror}", hint=hint)


def secret_of(path: Path) -> bytes:
    """The server's own secret, made on first use and readable by its owner alone: it signs tokens.

    Raises:
        ConfigError: others could have read it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     secret_of(Path(place)) == secret_of(Path(place)), len(secret_of(Path(place)))
        (True, 32)
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = path / KEY_FILE
    if not place.exists():
        _write_new(place, secrets.token_bytes(SECRET_BYTES))
    return read_private(place)


def local_key_of(path: Path) -> str:
    """The key of the data directory, made on first use: who can read it may do what runs code.

    A server without people asks for no login on its own machine. Whatever starts programs or changes the
    environment of agents is open there only to whoever can read this file.

    Raises:
        ConfigError: others could have read it.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = path / LOCAL_KEY_FILE
    if not place.exists():
        _write_new(place, f"{LOCAL_KEY_PREFIX}{secrets.token_urlsafe(SECRET_BYTES)}\n".encode())
    return read_private(place).decode().strip()


def find_local_key(path: Path) -> str | None:
    """The key of the data directory `path`; None when there is none, or it is not this user's to read."""
    try:
        return read_private(path / LOCAL_KEY_FILE).decode().strip()
    except (OSError, ConfigError):
        return None


def read_private(place: Path) -> bytes:
    """The content of a file that holds a secret. Raises ConfigError when others may read it."""
    if place.stat().st_mode & 0o077:
        raise ConfigError(f"others may read {place}", hint=f"remove it, or: chmod 600 {place}")
    return place.read_bytes()


def _write_new(place: Path, content: bytes) -> None:
    # Beside it first, so that the file never is there half; the first one to come stays.
    new = place.with_name(f"{place.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(new, place)
    new.unlink()
