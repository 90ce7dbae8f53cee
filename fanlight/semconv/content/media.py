"""Images, audio, video and files, by reference: never the data itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from fanlight.model.content import Audio, File, Image, Media, Video

LONGEST_INLINE = 1024
"""Data in a JSON value that is no longer than this stays where it is."""

_CLASSES: Mapping[str, type[Media]] = {"image": Image, "audio": Audio, "video": Video, "file": File}
_DATA_URI = re.compile(r"data:([^,;]{0,255})((?:;[^,;]{0,255}){0,8}),", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}", re.ASCII)
_DATA_NAMES = (
    "data", "bytes", "content", "binary_content", "b64_json", "base64", "file_data", "image", "image_base64",
    "audio", "video", "result",
)  # fmt: skip
_MIME_NAMES = ("mime_type", "mimeType", "media_type", "mediaType", "mime")
_URI_NAMES = ("url", "uri", "file_uri", "fileUri", "image_url", "file_url", "file_id", "fileId")
_NAME_NAMES = ("filename", "file_name", "fileName", "name", "title", "display_name")
_INNER_NAMES = (
    "source", "image_url", "input_audio", "audio", "image", "video", "file", "inline_data", "inlineData",
    "file_data", "fileData", "document", "video_url", "data",
)  # fmt: skip


def media(block: Mapping[str, Any], kind: str = "") -> Media:
    """The reference for `block`, as any provider writes it. `kind` is what its type says it is.

    Example:
        >>> media({"image_url": {"url": "https://example.com/cat.png"}}, "image")
        Image(mime=None, name=None, uri='https://example.com/cat.png', bytes=None, sha256=None)
        >>> media({"mime_type": "text/plain", "data": "aGVsbG8="}).bytes
        5
    """
    fields = _merged(block)
    mime = _first(fields, _MIME_NAMES) or _mime_of_format(fields.get("format"), kind)
    name = _first(fields, _NAME_NAMES)
    data = _data(fields)
    found = _DATA_URI.match(data) if data else None
    mime = (found[1] or mime) if found else mime
    make = _CLASSES.get(kind) or _CLASSES.get((mime or "").partition("/")[0]) or (File if name else Media)
    if data is None:
        return make(mime=mime, name=name, uri=_first(fields, _URI_NAMES))
    size, digest = _measured(data, found)
    return make(mime=mime, name=name, bytes=size, sha256=digest)


def slim(value: Any) -> Any:
    """`value`, a JSON value, with long data in it replaced by what is known about that data.

    Example:
        >>> slim({"type": "image", "data": "QUJD" * 1000})["data"]
        {'type': 'blob', 'mime': None, 'bytes': 3000, 'sha256': '1be62b059e8ac368407f102a71e4d7c0...'}
    """
    if isinstance(value, list):
        return [slim(item) if isinstance(item, str | list | dict) else item for item in value]
    if isinstance(value, dict):
        return {key: _slim_member(key, item) for key, item in value.items()}
    if isinstance(value, str) and len(value) > LONGEST_INLINE and value.startswith("data:"):
        return _slim_text(value)
    return value


def _slim_member(key: str, item: Any) -> Any:
    if isinstance(item, str) and len(item) > LONGEST_INLINE and key in _DATA_NAMES:
        return _slim_text(item)
    return slim(item)


def _slim_text(text: str) -> Any:
    found = _DATA_URI.match(text)
    if found is None and not _BASE64.fullmatch(text):
        return text
    size, digest = _measured(text, found)
    return {"type": "blob", "mime": found[1] or None if found else None, "bytes": size, "sha256": digest}


def _merged(block: Mapping[str, Any]) -> dict[str, Any]:
    """The block's own fields and those of the objects in it that hold the data, innermost last."""
    fields = dict(block)
    for _ in range(3):
        inner = next((fields.pop(name) for name in _INNER_NAMES if isinstance(fields.get(name), dict)), None)
        if inner is None:
            break
        fields.update(inner)
    return fields


def _data(fields: Mapping[str, Any]) -> str | None:
    for name in _DATA_NAMES:
        value = fields.get(name)
        if isinstance(value, str) and value and not value.startswith(("http://", "https://")):
            return value
    uris = (fields.get(name) for name in _URI_NAMES)
    return next((uri for uri in uris if isinstance(uri, str) and uri.startswith("data:")), None)


def _measured(data: str, found: re.Match[str] | None) -> tuple[int, str]:
    """Length and SHA-256 of what `data` stands for: decoded when it is base64, else its own bytes."""
    body = data[found.end() :] if found else data
    try:
        raw = base64.b64decode(body.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raw = body.encode(errors="replace")
    return len(raw), hashlib.sha256(raw).hexdigest()


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (fields.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), None)


def _mime_of_format(format_: Any, kind: str) -> str | None:
    return f"{kind}/{format_}" if isinstance(format_, str) and kind in ("image", "audio", "video") else None
