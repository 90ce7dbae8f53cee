"""Texts for a terminal that takes what is in square brackets for markup.

MeshAgent's command line prints whatever it reads as Rich markup, in a table, in the `repr` of a dictionary
and in JSON alike: `[/b]` in somebody's log record would end it with a traceback, `[error]` would vanish. A
backslash helps in one of the three only. An invisible space behind the bracket helps in all.
"""

from __future__ import annotations

import re
from typing import Any

APART = "\N{ZERO WIDTH SPACE}"
# A bracket that nothing in the text closes is closed by that of a list around it.
_MARKUP = re.compile(r"\[(?=[a-z#/@])")
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """`text` in which nothing is markup, and nothing commands the terminal.

    Example:
        >>> harmless("[/b] a[0] [ERROR] \\x1b]0;x").replace(APART, "|")
        '[|/b] a[0] [ERROR] \\ufffd]0;x'
    """
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", _MARKUP.sub(f"[{APART}", text))


def bare(text: str) -> str:
    """What `harmless` made a name of: clients send names back as they read them.

    Example:
        >>> bare(harmless("a[b]"))
        'a[b]'
    """
    return text.replace(f"[{APART}", "[")


def harmless_value(value: Any) -> Any:
    """The same of every text in a value, keys included.

    Example:
        >>> harmless_value({"a": ["[b]x[/b]", 1, None]}) == {"a": [f"[{APART}b]x[{APART}/b]", 1, None]}
        True
    """
    match value:
        case str():
            return harmless(value)
        case list():
            return [harmless_value(each) for each in value]
        case dict():
            return {harmless(key): harmless_value(each) for key, each in value.items()}
        case _:
            return value
