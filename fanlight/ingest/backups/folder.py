"""A backup on disk: a folder of files, and a manifest that names each with its SHA-256.

    manifest.json  manifest.sha256  catalog.sqlite  store/TABLE.tar  log/...  agents.tar

It becomes the folder of its name when all of it is written and flushed; before that it ends in `.partial`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, cast

import msgspec

from fanlight.errors import FanlightError, NotFoundError
from fanlight.model.backup import FORMAT, Manifest, StoredFile

MANIFEST, SEAL = "manifest.json", "manifest.sha256"
PARTIAL = ".partial"
CHUNK = 1024 * 1024

Advance = Callable[[int], None]
"""Told of every piece that was written or read, in bytes; may raise to end the work."""


class DamagedError(FanlightError):
    """A backup is not what was written."""

    code = "damaged"


def is_name(text: str) -> bool:
    """Whether `text` can name a backup.

    Example:
        >>> is_name("20261121T184000Z"), is_name("20261121T184000Z-2"), is_name("../data")
        (True, True, False)
    """
    return re.fullmatch(r"\d{8}T\d{6}Z(-\d{1,3})?", text) is not None


class FolderWriter:
    """Writes the files of one backup."""

    def __init__(self, folder: Path, advance: Advance) -> None:
        self._folder = folder
        self._advance = advance
        self.files: list[StoredFile] = []

    def copy(self, source: Path, path: str) -> None:
        """Write what `source` holds as the file `path`."""
        with source.open("rb") as content, _Sink(self._folder / path, self._advance) as sink:
            while chunk := content.read(CHUNK):
                sink.write(chunk)
        self.files.append(sink.told(path))

    def pack(self, folders: Iterable[Path], path: str) -> None:
        """Write folders, each under its own name, as the archive `path`."""
        with (
            _Sink(self._folder / path, self._advance) as sink,
            tarfile.open(fileobj=cast("IO[bytes]", sink), mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            for folder in folders:
                for file in sorted(each for each in folder.rglob("*") if each.is_file()):
                    _add(archive, file, file.relative_to(folder.parent).as_posix())
        self.files.append(sink.told(path))

    def seal(self, manifest: Manifest) -> None:
        """Write the manifest, last of all, and flush the names of everything."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        for name, content in (
            (MANIFEST, text),
            (SEAL, f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode()),
        ):
            with _Sink(self._folder / name, lambda _: None) as sink:
                sink.write(content)
        for folder in (self._folder, *(each for each in self._folder.rglob("*") if each.is_dir())):
            _flush_names(folder)


def publish(draft: Path, folder: Path) -> None:
    """Give a whole backup its name."""
    draft.rename(folder)
    _flush_names(folder.parent)


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        NotFoundError: there is no backup in `folder`.
        DamagedError: the manifest is not what was written, or a newer Fanlight wrote it.
    """
    try:
        text, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text(errors="replace")
    except FileNotFoundError:
        raise NotFoundError(f"{folder} holds no backup", hint="fanlight backup list names them") from None
    if seal.partition(" ")[0].strip() != hashlib.sha256(text).hexdigest():
        raise DamagedError(f"{folder / MANIFEST} is not what was written", hint="use another backup")
    told = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    found = msgspec.json.decode(told["format"], type=int)
    if found > FORMAT:
        raise DamagedError(
            f"{folder} has format {found}, this Fanlight knows {FORMAT}",
            hint="restore it by the Fanlight that made it, or a newer one",
        )
    return msgspec.json.decode(text, type=Manifest)


def verify(folder: Path, advance: Advance = lambda _: None) -> Manifest:
    """Read every byte of a backup and compare it with the manifest.

    Raises:
        NotFoundError: there is no backup in `folder`.
        DamagedError: a file is missing, was changed, or is one too many; the text names it.
    """
    manifest = read_manifest(folder)
    named = {file.path for file in manifest.files} | {MANIFEST, SEAL}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    for what, paths in (("is missing", named - found), ("is not in the manifest", found - named)):
        if paths:
            raise DamagedError(f"{folder / min(paths)} {what}", hint="use another backup")
    for file in manifest.files:
        if _hash(folder / file.path, advance) != (file.bytes, file.sha256):
            raise DamagedError(f"{folder / file.path} is not what was written", hint="use another backup")
    return manifest


def unpack(archive: Path, target: Path) -> None:
    """Put what `pack` packed into the folder `target`, made when it is missing."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(archive, mode="r|") as content:
        content.extractall(target, filter="data")


class _Sink:
    """A new file that is hashed while it is written, and flushed when it is closed."""

    def __init__(self, path: Path, advance: Advance) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file: IO[bytes] = os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb", CHUNK
        )
        self._advance = advance
        self._hash = hashlib.sha256()
        self._bytes = 0

    def write(self, content: bytes) -> int:
        self._hash.update(content)
        self._bytes += len(content)
        self._file.write(content)
        self._advance(len(content))
        return len(content)

    def told(self, path: str) -> StoredFile:
        return StoredFile(path=path, bytes=self._bytes, sha256=self._hash.hexdigest())

    def __enter__(self) -> _Sink:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
                # Out of the cache: who reads it back to verify it shall read the disk.
                os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            self._file.close()


def _add(archive: tarfile.TarFile, file: Path, name: str) -> None:
    told = tarfile.TarInfo(name)
    told.mode = 0o600
    with file.open("rb") as content:
        told.size = os.fstat(content.fileno()).st_size
        archive.addfile(told, content)


def _hash(path: Path, advance: Advance) -> tuple[int, str]:
    found, size = hashlib.sha256(), 0
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
            size += len(chunk)
            advance(len(chunk))
    return size, found.hexdigest()


def _flush_names(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
