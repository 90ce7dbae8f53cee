"""The page that describes the API, from the package's own files: nothing is fetched from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from fanlight.errors import NotFoundError

router = APIRouter(include_in_schema=False)

_FOLDER = files("fanlight.api") / "docs_page"
_TYPES = {"docs.js": "text/javascript", "docs.css": "text/css"}


@router.get("/api/docs")
async def get_docs() -> Response:
    return Response((_FOLDER / "index.html").read_bytes(), media_type="text/html")


@router.get("/api/docs/{file}")
async def get_docs_file(file: str) -> Response:
    if file not in _TYPES:
        raise NotFoundError(f"the docs have no file {file[:100]}")
    return Response((_FOLDER / file).read_bytes(), media_type=_TYPES[file])
