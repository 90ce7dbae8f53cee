"""The statements of the store: files under `store/`, named after what they ask or do."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r"/\*include (\w+)\*/")


@cache
def statement(folder: str, name: str) -> str:
    """The text of `store/{folder}/{name}.sql`; `/*include part*/` stands for `store/fragments/part.sql`.

    Raises FileNotFoundError when there is none.
    """
    text = (files("fanlight.store") / folder / f"{name}.sql").read_text()
    return _INCLUDE.sub(lambda mark: statement("fragments", mark[1]).strip(), text)
