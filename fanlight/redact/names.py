"""Which variables of an environment hold secrets."""

from __future__ import annotations

import re

_NAMES = (
    r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|DSN|PRIVATE|AUTH(?:ORIZATION)?)(?:_|$)"
)
_MADE_UP = r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=_.~-]{20,}\Z"

_WORD = r"[a-z][a-z._]{0,11}"
"""Variables named like a secret hold such names too: SORT_KEY=created_at. Words with dashes are passwords."""


def is_secret_name(name: str) -> bool:
    """Whether a variable is named like a secret.

    Example:
        >>> is_secret_name("OPENAI_API_KEY"), is_secret_name("LOG_LEVEL"), is_secret_name("KEYBOARD")
        (True, False, False)
    """
    return re.search(_NAMES, name, re.IGNORECASE) is not None


def is_named_secret(name: str, value: str) -> bool:
    """Whether a variable is named like a secret, and its value is not just a short word.

    Example:
        >>> is_named_secret("API_KEY", "hunter2"), is_named_secret("SORT_KEY", "created_at")
        (True, False)
        >>> is_named_secret("API_KEY", "plain-words")
        True
    """
    return is_secret_name(name) and not re.fullmatch(_WORD, value)


def is_secret(name: str, value: str) -> bool:
    """Whether a variable holds a secret: it is named like one, or its value is no word of any language.

    Example:
        >>> is_secret("REGION", "eu-central-1"), is_secret("STRIPE", "9f8a7b6c5d4e3f2a1b0c")
        (False, True)
    """
    return is_named_secret(name, value) or re.match(_MADE_UP, value) is not None
