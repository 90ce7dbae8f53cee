"""What retrievers and rerankers found."""

from __future__ import annotations

import math
from typing import Any

from fanlight.model.content import Document
from fanlight.semconv.content.media import slim
from fanlight.semconv.content.parts import first_text
from fanlight.semconv.content.values import data_of, list_or_object

_LISTS = ("documents", "results", "matches", "chunks", "source_documents", "output", "outputs")
_TEXTS = ("content", "page_content", "pageContent", "text", "document")
_SCORES = ("score", "relevance_score", "relevanceScore", "similarity", "distance")
_KNOWN = frozenset({"id", "metadata", "type", *_TEXTS, *_SCORES})


def documents_of(value: Any) -> list[Document]:
    """The documents in a list, or in an object that holds one.

    Example:
        >>> documents_of([{"page_content": "Lisbon is hilly.", "metadata": {"page": 2}}])
        [Document(id=None, text='Lisbon is hilly.', score=None, metadata={'page': 2})]
    """
    value = list_or_object(value)
    if isinstance(value, dict):
        held = next((value[name] for name in _LISTS if isinstance(value.get(name), list | dict)), None)
        return [_document(value)] if held is None else documents_of(held)
    if isinstance(value, list):
        return [_document(item) for item in value]
    return [_document(value)] if value is not None else []


def looks_like_documents(value: Any) -> bool:
    """Whether `value` is a list of documents, or holds one."""
    if isinstance(value, dict):
        held = next((value[name] for name in _LISTS if isinstance(value.get(name), list | dict)), None)
        return held is not None and looks_like_documents(held)
    return isinstance(value, list) and bool(value) and all(_is_document(item) for item in value)


def _is_document(item: Any) -> bool:
    if not isinstance(item, dict) or "role" in item:
        return False
    fields = _unwrapped(item)
    strong = {"page_content", "pageContent", "metadata", "document", *_SCORES}
    return any(name in fields for name in strong)


def _unwrapped(item: dict[str, Any]) -> dict[str, Any]:
    inner = item.get("kwargs") if "lc" in item else item.get("document")
    if not isinstance(inner, dict):
        return item
    return {**{name: item[name] for name in ("id", *_SCORES) if name in item and "lc" not in item}, **inner}


def _document(item: Any) -> Document:
    if not isinstance(item, dict):
        return Document(text=item) if isinstance(item, str) else Document(metadata=slim(item))
    fields = _unwrapped(item)
    metadata = data_of(fields.get("metadata"))
    rest = {key: value for key, value in fields.items() if key not in _KNOWN and value not in (None, "")}
    if metadata is None or isinstance(metadata, dict):
        metadata = {**rest, **(metadata or {})} or None
    return Document(
        id=first_text(fields, ("id", "document_id", "doc_id")),
        text=first_text(fields, _TEXTS),
        score=_score(fields),
        metadata=slim(metadata),
    )


def _score(fields: dict[str, Any]) -> float | None:
    for name in _SCORES:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    return None
