"""A disk that fills up, fails, and forgets at a power cut what it had not promised."""

from __future__ import annotations

import contextlib
import errno
import os
import random
from collections.abc import Sequence
from pathlib import Path

from fanlight.ingest.disk import Disk


class Crash(BaseException):
    """The process ends here, as by kill -9. No `except Exception` of the code holds it up."""


class BadDisk(Disk):
    """Real files in a directory of memory, and faults. One for each life of the server."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._files: dict[int, Path] = {}
        self._promised: dict[Path, int] = {}
        """Bytes of each file that are on disk; a file that is not named here is wholly."""
        self._before: list[tuple[Path, bytes | None]] = []
        """What names stood for before each change that is not on disk yet."""
        self.is_full = False
        self.fails_sync = False
        self.tears = False
        self.is_dead = False

    def create(self, path: Path) -> int:
        self._live()
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        file = super().create(path)
        self._files[file] = path
        self._promised[path] = 0
        self._before.append((path, None))
        return file

    def reopen(self, path: Path) -> int:
        self._live()
        file = super().reopen(path)
        self._files[file] = path
        return file

    def write(self, file: int, buffers: Sequence[bytes | memoryview]) -> int:
        self._live()
        if self.is_full:
            whole = b"".join(buffers)
            if len(whole) < 2 or self._dice.random() < 0.5:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(file, [whole[: self._dice.randrange(1, len(whole))]])
        if self.tears:
            whole = b"".join(buffers)
            super().write(file, [whole[: self._dice.randrange(len(whole) + 1)]])
            raise Crash
        return super().write(file, buffers)

    def sync(self, file: int) -> None:
        self._live()
        if self.fails_sync:
            self.fails_sync = False
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._promised[self._files[file]] = self._files[file].stat().st_size

    def truncate(self, file: int, length: int) -> None:
        self._live()
        super().truncate(file, length)
        path = self._files[file]
        self._promised[path] = min(self._promised.get(path, length), length)

    def close(self, file: int) -> None:
        if self._files.pop(file, None) is not None:
            super().close(file)

    def rename(self, source: Path, target: Path) -> None:
        self._live()
        self._before += [(target, _content(target)), (source, self._kept(source))]
        self._promised[target] = self._promised.pop(source, source.stat().st_size)
        super().rename(source, target)

    def unlink(self, path: Path) -> None:
        self._live()
        if path.exists():
            self._before.append((path, self._kept(path)))
            self._promised.pop(path, None)
        super().unlink(path)

    def sync_directory(self, path: Path) -> None:
        self._live()
        self._before = [change for change in self._before if change[0].parent != path]

    def die(self, *, power_cut: bool) -> None:
        """The process is gone; with a power cut whatever was not on disk may be gone, or half there."""
        self.is_dead = True
        for file in list(self._files):
            self.close(file)
        if not power_cut:
            return
        for path, content in reversed(self._before):
            if self._dice.random() < 0.5:
                _restore(path, content)
        for path, length in self._promised.items():
            if path.exists() and (rest := path.stat().st_size - length) > 0:
                self._forget(path, length, rest)

    def _forget(self, path: Path, promised: int, rest: int) -> None:
        kept = promised + self._dice.randrange(rest + 1)
        os.truncate(path, kept)
        if kept > promised and self._dice.random() < 0.3:  # the length came to disk, some pages did not
            content = path.read_bytes()
            at = self._dice.randrange(promised, kept)
            path.write_bytes(content[:at] + bytes(kept - at))

    def _kept(self, path: Path) -> bytes:
        content = path.read_bytes()
        return content[: self._promised.get(path, len(content))]

    def _live(self) -> None:
        if self.is_dead:
            raise Crash


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    else:
        path.write_bytes(content)
