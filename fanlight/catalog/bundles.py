"""Bundles: the source of published agents, as it was sent and as it is run.

A bundle comes from somebody who may publish an agent, which is no reason to believe its table of contents.
All of it is looked at before anything of it is written: where each member would go, what it is, how much
there is.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import secrets
import shutil
import tarfile
import time
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from fanlight.errors import InvalidError, NotFoundError, PayloadError, TooManyTriesError

MIB = 1024 * 1024
MOST_BYTES = 50 * MIB
MOST_UNPACKED_BYTES = 512 * MIB
MOST_MEMBERS = 20_000
MOST_DEPTH = 64
MOST_WAITING = 20
LASTS_S = 86_400.0
LARGEST_READ = MIB
"""No header of an archive is larger; content is skipped, never read at once."""

DEFINITION = "charm.yaml"
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A source on disk. `folder` names it among the bundles; `sha256` is that of the archive."""

    folder: str
    sha256: bytes
    files: int


class Bundles:
    """The bundles in a data directory: `uploads/` as they came, `agents/` unpacked, `work/` of runs."""

    def __init__(self, data: Path) -> None:
        self._uploads = data / "uploads"
        self._agents = data / "agents"
        self._work = data / "work"

    def open_upload(self, project: str, upload: str) -> Upload:
        """A place for a bundle to come. Raises TooManyTriesError when too many wait to be registered."""
        folder = self._uploads / project
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting = [each for each in folder.iterdir() if not self._forget_if_old(each)]
        if len(waiting) >= MOST_WAITING:
            raise TooManyTriesError(
                f"{len(waiting)} uploads wait to be registered", hint="register them, or wait a day"
            )
        return Upload(folder / f"{_checked(upload)}.tar.gz")

    def _forget_if_old(self, place: Path) -> bool:
        with contextlib.suppress(FileNotFoundError):
            if time.time() - place.stat().st_mtime < LASTS_S:
                return False
            place.unlink()
        return True

    def unpack(self, project: str, upload: str, definition: str) -> Unpacked:
        """Check an upload and unpack it; `definition` becomes its `charm.yaml` when it brings none.

        Raises:
            NotFoundError: no such upload of this project.
            PayloadError: it is no archive, or one that nobody should unpack.
        """
        place = self._uploads / project / f"{_checked(upload)}.tar.gz"
        if not place.is_file():
            raise NotFoundError("there is no such upload", hint="publish the agent again")
        folder = secrets.token_hex(8)
        new = self._agents / f".{folder}"
        try:
            files = check_archive(place)
            new.mkdir(parents=True, mode=0o700)
            with tarfile.open(place, "r:gz") as archive:
                # Everything was judged above; the filter drops owners and odd modes, and would refuse again.
                archive.extractall(new, filter="data")
            if not (new / DEFINITION).is_file():
                (new / DEFINITION).write_text(definition)
            new.rename(self._agents / folder)
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            shutil.rmtree(new, ignore_errors=True)
            raise PayloadError(
                f"the bundle cannot be unpacked ({error})", hint="publish the agent again"
            ) from error
        sha256 = _sha256(place)
        place.unlink()
        return Unpacked(folder=folder, sha256=sha256, files=files)

    def work(self, folder: str, run_id: str, files: Mapping[str, str]) -> Path:
        """A copy of a source for one run, with more files in it. Raises InvalidError, NotFoundError."""
        targets = {check_path(name): text for name, text in files.items()}
        source = self._agents / _checked(folder)
        if not source.is_dir():
            raise NotFoundError("the source of this agent is gone", hint="publish the agent again")
        self._work.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self.work_place(run_id)
        shutil.copytree(source, place, symlinks=True)
        for name, text in targets.items():
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.parent.resolve().is_relative_to(place.resolve()) or target.is_symlink():
                raise InvalidError(f"{str(name)[:100]} would be written through a link")
            target.write_text(text)
        return place

    def drop_work(self, run_id: str) -> None:
        """Remove what a run worked in."""
        shutil.rmtree(self.work_place(run_id), ignore_errors=True)

    def work_place(self, run_id: str) -> Path:
        """Where a run works."""
        return self._work / run_id

    def sweep(self, used: Collection[str]) -> None:
        """Remove what runs of an earlier process left, and sources that no version has any more."""
        shutil.rmtree(self._work, ignore_errors=True)
        if self._agents.is_dir():
            for each in self._agents.iterdir():
                if each.name not in used:
                    shutil.rmtree(each, ignore_errors=True)


class Upload:
    """A bundle on its way in. Use it in a `with` block: what is not finished is removed."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._part = place.with_suffix(".part")
        self._size = 0
        self._is_done = False

    def __enter__(self) -> Upload:
        self._file = os.fdopen(os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
        return self

    def write(self, chunk: bytes) -> None:
        """Take more of it. Raises PayloadError when it is too large."""
        self._size += len(chunk)
        if self._size > MOST_BYTES:
            raise too_large()
        self._file.write(chunk)

    def finish(self) -> int:
        """It is whole: check it, and keep it. Its members. Raises PayloadError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        members = check_archive(self._part)
        self._part.rename(self._place)
        self._is_done = True
        return members

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self._is_done:
            self._part.unlink(missing_ok=True)


def too_large() -> PayloadError:
    """A bundle is larger than any may be."""
    return PayloadError(
        f"a bundle has at most {MOST_BYTES // MIB} MB", status=413, hint="name large files in .charmignore"
    )


def check_archive(place: Path) -> int:
    """Look through a whole archive without writing any of it; how many members it has.

    Raises:
        PayloadError: it is no gzipped tar, or a member would go elsewhere, is no file, folder or inner link,
            or there is more in it than anybody needs.
    """
    members, total = 0, 0
    try:
        with (
            gzip.open(place) as plain,
            tarfile.open(fileobj=cast("IO[bytes]", _Bounded(plain)), mode="r:") as archive,
        ):
            for member in archive:
                members += 1
                total += max(member.size, 0)
                if members > MOST_MEMBERS or total > MOST_UNPACKED_BYTES:
                    raise _too_much()
                _check_member(member)
    except PayloadError:
        raise
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise PayloadError(
            f"the bundle is no gzipped tar archive ({error})", hint="charm push makes one"
        ) from error
    return members


def _check_member(member: tarfile.TarInfo) -> None:
    check_path(member.name)
    if member.issparse() or not (member.isreg() or member.isdir() or member.issym()):
        raise PayloadError(f"{member.name[:100]!r} in the bundle is no file, folder or link")
    if member.issym():
        target = os.path.normpath(os.path.join(os.path.dirname(member.name), member.linkname))  # noqa: PTH118, PTH120
        if member.linkname.startswith("/") or target.split("/")[0] == "..":
            raise PayloadError(f"{member.name[:100]!r} in the bundle links to a place outside of it")


def check_path(name: str) -> PurePosixPath:
    """The path of a file below an agent's folder. Raises PayloadError unless it stays there.

    Example:
        >>> check_path("src/agent.py")
        PurePosixPath('src/agent.py')
        >>> check_path("../etc/passwd")
        Traceback (most recent call last):
        fanlight.errors.PayloadError: '../etc/passwd' leads out of the agent's folder
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not name:
        raise PayloadError(f"{name[:100]!r} leads out of the agent's folder")
    if len(path.parts) > MOST_DEPTH or len(name.encode(errors="replace")) > 1_000:
        raise PayloadError(f"{name[:100]!r} is too long a path")
    return path


class _Bounded:
    """A decompressed stream of which neither all nor one read can be larger than it should."""

    def __init__(self, plain: gzip.GzipFile) -> None:
        self._plain = plain

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LARGEST_READ:
            raise PayloadError("a header of the bundle is too large")
        found = self._plain.read(size)
        self._check(self._plain.tell())
        return found

    def seek(self, place: int, whence: int = 0) -> int:
        self._check(place)
        return self._plain.seek(place, whence)

    def tell(self) -> int:
        return self._plain.tell()

    def _check(self, place: int) -> None:
        # Each member has a header and is filled up to a whole block.
        if place > MOST_UNPACKED_BYTES + 2_048 * MOST_MEMBERS:
            raise _too_much()


def _too_much() -> PayloadError:
    return PayloadError(
        f"the bundle holds more than {MOST_UNPACKED_BYTES // MIB} MB or {MOST_MEMBERS:,} files",
        status=413,
        hint="name what the agent does not need in .charmignore",
    )


def _checked(id_: str) -> str:
    if not _ID.fullmatch(id_):
        raise NotFoundError("there is no such upload", hint="publish the agent again")
    return id_


def _sha256(place: Path) -> bytes:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
