"""The data directory has one owner at a time: the engine allows one process, and the log one writer."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from fanlight.errors import ConflictError

LOCK = "server.lock"


@contextlib.contextmanager
def own(path: Path) -> Iterator[None]:
    """Hold `path`, made when it is missing, for as long as the block runs.

    Raises:
        ConflictError: another process holds it; the text names that process.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, own(Path(place)):
        ...     with own(Path(place)):
        ...         pass
        Traceback (most recent call last):
        fanlight.errors.ConflictError: another process (...) has ...; stop it, or name another --data
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (path / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise ConflictError(
                f"another process ({lock.read().strip() or 'unknown'}) has {path}",
                hint="stop it, or name another --data",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
