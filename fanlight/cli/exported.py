"""An export on its way into a folder: a stream of files, each compared with the manifest at its end."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fanlight.errors import ConflictError, FanlightError

if TYPE_CHECKING:
    import httpx

    from fanlight.cli.client import Client

MANIFEST = "manifest.json"
DRAFT = ".exporting"
"""In the folder until all of it is there: the folder may be the one that somebody stands in."""

CHUNK = 1024 * 1024

Step = Callable[[str, int], None]
"""Told of each piece of a file: its path, and how many bytes."""


def download(
    client: Client, folder: Path, asked: Mapping[str, str | None], *, step: Step
) -> Mapping[str, Any]:
    """Export the client's project into `folder`; its manifest.

    Raises:
        ConflictError: the folder holds something.
        FanlightError: the server refused, or the export is not whole; nothing is left of it.
    """
    import httpx

    is_new, draft = not folder.exists(), folder / DRAFT
    if not is_new and (not folder.is_dir() or any(path != draft for path in folder.iterdir())):
        raise ConflictError(f"{folder} is not empty", hint="name another folder; nothing is overwritten")
    shutil.rmtree(draft, ignore_errors=True)
    given = {name: value for name, value in asked.items() if value}
    try:
        with client.http.stream(
            "GET", client.project_path("export"), params=given, timeout=httpx.Timeout(5.0, read=600.0)
        ) as response:
            _check(response)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.mkdir(mode=0o700)
            manifest = _receive(response.iter_bytes(CHUNK), draft, step)
        for path in sorted(draft.iterdir(), key=lambda path: path.name == MANIFEST):
            path.rename(folder / path.name)
        draft.rmdir()
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        if isinstance(error, httpx.TransportError):
            raise client.unreachable(error) from error
        raise
    return manifest


def _check(response: httpx.Response) -> None:
    from fanlight.cli.client import error_of

    if response.status_code >= 400:
        raise error_of(response)


def _receive(chunks: Iterator[bytes], folder: Path, step: Step) -> Mapping[str, Any]:
    found: dict[str, tuple[int, str]] = {}
    try:
        with tarfile.open(fileobj=cast("Any", _Reader(chunks)), mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member)
                # What a server names is no path of ours until it was looked at.
                place = tarfile.data_filter(member, str(folder)).name
                if content is not None:
                    found[place] = _keep(content, folder / place, partial(step, place))
    except tarfile.TarError as error:
        raise FanlightError(f"the export broke off ({error})", hint="nothing was kept; try again") from error
    if MANIFEST not in found:
        raise FanlightError("the export broke off before its end", hint="nothing was kept; try again")
    manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text())
    told = {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]}
    for path in sorted(told.keys() | (found.keys() - {MANIFEST})):
        if told.get(path) != found.get(path):
            raise FanlightError(f"{path} is not what the server sent", hint="nothing was kept; try again")
    return manifest


def _keep(content: Any, place: Path, advance: Callable[[int], None]) -> tuple[int, str]:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sha256, size = hashlib.sha256(), 0
    with place.open("xb") as file:
        while chunk := content.read(CHUNK):
            file.write(chunk)
            sha256.update(chunk)
            size += len(chunk)
            advance(len(chunk))
    return size, sha256.hexdigest()


class _Reader(io.RawIOBase):
    """A file over chunks as they come."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size or size < 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._left += chunk
        taken, self._left = (self._left[:size], self._left[size:]) if size >= 0 else (self._left, b"")
        return taken
