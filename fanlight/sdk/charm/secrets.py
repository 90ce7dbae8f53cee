"""Which values of the environment are secrets, by the names of their variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from fanlight.redact import Redactor

_NAMES = re.compile(
    r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|DSN|PRIVATE|AUTH(?:ORIZATION)?)(?:_|$)",
    re.IGNORECASE,
)


def redactor_of(environ: Mapping[str, str] | None = None) -> Redactor:
    """Masks the values of variables that are named like a secret, and whatever has the shape of a token.

    Example:
        >>> redactor_of({"OPENAI_API_KEY": "my-own-value"}).text("it is my-own-value")
        'it is ***'
    """
    environ = os.environ if environ is None else environ
    return Redactor(value for name, value in environ.items() if _NAMES.search(name))
