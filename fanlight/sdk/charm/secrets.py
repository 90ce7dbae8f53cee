"""Which values of the environment are secrets, by the names of their variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from fanlight.redact import Redactor
from fanlight.redact.names import is_secret_name


def redactor_of(environ: Mapping[str, str] | None = None) -> Redactor:
    """Masks the values of variables that are named like a secret, and whatever has the shape of a token.

    Example:
        >>> redactor_of({"OPENAI_API_KEY": "my-own-value"}).text("it is my-own-value")
        'it is ***'
    """
    environ = os.environ if environ is None else environ
    return Redactor(value for name, value in environ.items() if is_secret_name(name))
