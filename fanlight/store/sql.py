"""The statements of the store: files under `store/`, named after what they ask or do."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(folder: str, name: str) -> str:
    """The text of `store/{folder}/{name}.sql`. Raises FileNotFoundError when there is none."""
    return (files("fanlight.store") / folder / f"{name}.sql").read_text()
