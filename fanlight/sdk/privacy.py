"""What leaves this process is masked first: tokens by their shape, and the values of its own secrets.

A variable of the environment is a secret if its name says so. All of this runs in the pipeline's thread,
never in the agent's, and before anything is spooled or sent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fanlight.redact.masking import mask
from fanlight.redact.names import is_named_secret
from fanlight.redact.rules import Rules

CAPTURE = "FANLIGHT_CAPTURE_CONTENT"
_NO = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Privacy:
    """What is masked in a process's telemetry, and whether what was said is sent at all."""

    rules: Rules
    capture_content: bool


def privacy_of(environ: Mapping[str, str]) -> Privacy:
    """By the environment: FANLIGHT_CAPTURE_CONTENT (false = send no content), and its secrets.

    Example:
        >>> found = privacy_of({"MY_TOKEN": "hunter2-hunter2", "FANLIGHT_CAPTURE_CONTENT": "false"})
        >>> found.capture_content, b"hunter2-hunter2" in found.rules.forms
        (False, True)
    """
    secrets = [value for name, value in environ.items() if is_named_secret(name, value)]
    return Privacy(Rules(secrets), environ.get(CAPTURE, "").strip().lower() not in _NO)


@cache
def own_privacy() -> Privacy:
    """Of this process, as its environment was when the first of its telemetry was sent."""
    return privacy_of(os.environ)


def cleaned(request: Any, privacy: Privacy | None = None) -> bytes:
    """An OTLP request, a message of protobuf, as the bytes that may leave the process."""
    privacy = privacy or own_privacy()
    if not privacy.capture_content:
        _strip()(request)
    return mask(request.DESCRIPTOR, request.SerializeToString(), privacy.rules).plain


@cache
def _strip() -> Callable[[Any], int]:
    from fanlight.semconv.content.uncaptured import strip

    return strip


if not privacy_of({CAPTURE: os.environ.get(CAPTURE, "")}).capture_content:
    # Now and not in the pipeline's thread: a process that forks while a thread imports loses its child.
    _strip()
