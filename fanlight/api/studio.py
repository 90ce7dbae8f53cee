"""Studio's own files: a page for every address that is not the API's, and assets that never change."""

from __future__ import annotations

import hashlib
import html
import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fanlight.errors import NotFoundError

ASSETS = "assets/"
"""Everything below has a hash in its name."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

NO_STUDIO = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Fanlight</title></head>
<body>
<h1>Fanlight is running</h1>
<p>Studio is not part of this installation. In a checkout, build it with <code>make studio</code>
and start the server again; otherwise install the <code>fanlight</code> wheel, which has it.</p>
<p>Telemetry is taken all the same. The API is described <a href="./api/docs">here</a>.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    media_type: str
    etag: str
    cache_control: str


class Studio:
    """The files of `fanlight/studio_dist`, read once: no path of a request ever touches the disk."""

    def __init__(self, folder: Traversable, base_path: str) -> None:
        self._files = dict(_read(folder, ""))
        index = self._files.get("index.html")
        page = index.body.decode() if index else NO_STUDIO
        base = html.escape(f"{base_path}/", quote=True)
        self._index = _file("index.html", page.replace('<base href="/"', f'<base href="{base}"').encode())

    def answer(self, path: str, if_none_match: str | None) -> Response:
        """The file at `path`, else the page that shows whatever `path` means to Studio.

        Raises:
            NotFoundError: there is no such asset.
        """
        found = self._files.get(path) if path != "index.html" else None
        if found is None:
            if path.startswith(ASSETS):
                raise NotFoundError(f"Studio has no file {path[:200]}", hint="reload the page")
            found = self._index
        headers = {"etag": found.etag, "cache-control": found.cache_control}
        if if_none_match == found.etag:
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type=found.media_type, headers=headers)


def open_studio(base_path: str) -> Studio:
    """The Studio that this installation came with."""
    return Studio(files("fanlight") / "studio_dist", base_path)


def studio_router(studio: Studio) -> APIRouter:
    """The route of everything that is not the API's."""
    router = APIRouter(include_in_schema=False)

    @router.get("/{file:path}")
    async def get_studio(request: Request, file: str) -> Response:
        return studio.answer(file, request.headers.get("if-none-match"))

    return router


def _read(folder: Traversable, below: str) -> list[tuple[str, _File]]:
    if not folder.is_dir():
        return []
    found: list[tuple[str, _File]] = []
    for entry in folder.iterdir():
        name = below + entry.name
        if entry.is_dir():
            found += _read(entry, f"{name}/")
        elif not entry.name.startswith("."):
            found.append((name, _file(name, entry.read_bytes())))
    return found


def _file(name: str, body: bytes) -> _File:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return _File(
        body=body,
        media_type="text/javascript" if name.endswith(".js") else media_type,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache_control=FOR_EVER if name.startswith(ASSETS) else ASK_AGAIN,
    )
