"""Everything that a project holds, as one stream of files."""

from __future__ import annotations

import asyncio
import hashlib
import tarfile
import threading
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from itertools import chain
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from fanlight import __version__
from fanlight.api.answers import described
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import Services, services_of
from fanlight.api.times import parse_time_or_none
from fanlight.api.visitor import note
from fanlight.catalog import exporting as catalog_exporting
from fanlight.errors import ConflictError
from fanlight.model.export import FORMAT, ExportedFile, ExportManifest
from fanlight.model.limits import UNLIMITED
from fanlight.model.project import ProjectScope
from fanlight.query.exporting import JSONL, PARQUET, Window, pieces
from fanlight.query.times import bounded, rfc3339, rfc3339_or_none

router = APIRouter(prefix="/api/v1/projects/{project}/export", tags=["export"])

MEDIA_TYPE = "application/x-tar"
MANIFEST = "manifest.json"
PATIENCE_S = 60.0


class Asked(Strict):
    """What is exported: telemetry of [from, to), and all that is known of the project besides."""

    format: Literal["jsonl", "parquet"] = Field("jsonl", description="Of telemetry; the rest is JSON lines.")
    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")


@router.get("", **described({"type": "string", "format": "binary"}, media_type=MEDIA_TYPE))
async def export(request: Request, scope: Scoped, asked: Annotated[Asked, Query()]) -> StreamingResponse:
    """The project as a tar archive of files; the last one is `manifest.json`, with a SHA-256 of each.

    An archive without it was cut off. Limits of questions do not apply. One export at a time goes on; closing
    the connection stops it, and so does taking nothing of it for a minute.
    """
    services = services_of(request)
    now_ns = services.clock.now_ns()
    since_ns = parse_time_or_none(asked.since, now_ns)
    until_ns = parse_time_or_none(asked.until, now_ns)
    stream = _archive(services, scope, asked.format, since_ns, until_ns)
    # The first piece is made before anything is said, so that a refusal is one.
    first = await asyncio.to_thread(next, stream)
    await note(
        request, "data.exported", scope.project_id,
        format=asked.format, since=rfc3339_or_none(since_ns), until=rfc3339_or_none(until_ns),
    )  # fmt: skip
    name = "".join(each if each.isascii() and each.isalnum() else "-" for each in scope.project_id[:64])
    headers = {"content-disposition": f'attachment; filename="{name}.tar"'}
    return Archive(first, stream, headers)


class Archive(StreamingResponse):
    """The pieces of an archive, the `first` made already; ended when nothing is taken for a minute."""

    def __init__(self, first: bytes, rest: Generator[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(chain([first], rest), media_type=MEDIA_TYPE, headers=headers)
        self._rest = rest

    async def stream_response(self, send: Send) -> None:
        """Send it; whatever ends it, the next export may begin."""

        async def send_patiently(message: Message) -> None:
            async with asyncio.timeout(PATIENCE_S):
                await send(message)

        try:
            await super().stream_response(send_patiently)
        finally:
            self._rest.close()


def _archive(
    services: Services, scope: ProjectScope, kind: str, since_ns: int | None, until_ns: int | None
) -> Generator[bytes]:
    """The archive, a file at a time. Raises ConflictError while another one is made."""
    with _alone(services.exporting):
        files: list[ExportedFile] = []
        for path, rows, content in _files(services, scope, kind, since_ns, until_ns):
            sha256 = hashlib.sha256(content).hexdigest()
            files.append(ExportedFile(path=path, rows=rows, bytes=len(content), sha256=sha256))
            yield member(path, content)
        manifest = ExportManifest(
            format=FORMAT,
            project=scope.project_id,
            kind=kind,
            fanlight=__version__,
            schema=services.store.schema,
            exported_at=rfc3339(services.clock.now_ns()),
            since=rfc3339_or_none(since_ns),
            until=rfc3339_or_none(until_ns),
            files=files,
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        yield member(MANIFEST, text) + bytes(2 * tarfile.BLOCKSIZE)


class _alone:  # noqa: N801 - a context, written as a word
    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise ConflictError("another export is being made", hint="try again when it is through")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _files(
    services: Services, scope: ProjectScope, kind: str, since_ns: int | None, until_ns: int | None
) -> Iterator[tuple[str, int, bytes]]:
    numbers: Counter[str] = Counter()
    for name, rows in catalog_exporting.rows(services.catalog, scope.project_id):
        numbers[name] += 1
        lines = b"".join(msgspec.json.encode(row, order="sorted") + b"\n" for row in rows)
        yield f"{name}{f'-{numbers[name]}' if numbers[name] > 1 else ''}.{JSONL}", len(rows), lines
    since, until = bounded(since_ns, until_ns)
    window = Window(since_ns=since, until_ns=until)
    # A project's limits are for questions: what it holds is its own to take along.
    store = services.store.bounded_by(lambda: UNLIMITED)
    suffix = PARQUET if kind == PARQUET else JSONL
    for piece in pieces(store, scope, window, kind):
        numbers[piece.name] += 1
        yield f"{piece.name}/{numbers[piece.name]:06}.{suffix}", piece.rows, piece.content


def member(path: str, content: bytes) -> bytes:
    """A file as it stands in an archive.

    Example:
        >>> len(member("runs.jsonl", b"{}"))
        1024
    """
    told = tarfile.TarInfo(path)
    told.size, told.mode = len(content), 0o600
    return told.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE)
