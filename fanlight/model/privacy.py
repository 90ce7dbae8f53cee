"""What a project keeps out of its telemetry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanlight.errors import InvalidError
from fanlight.redact.personal import KINDS

MOST_PATTERNS = 20
LONGEST_PATTERN = 256
PATTERN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_RESERVED = frozenset({*KINDS, "token", "secret", "content"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """The settings of one project. Tokens of well-known shapes are masked whatever they say.

    `personal` are the kinds of personal data that are masked, `patterns` regular expressions of the project's
    own by their names. `mask_secrets`: its declared secrets are masked. `capture_content`: what was said
    (messages, arguments and results of tools, documents) is kept.
    """

    personal: tuple[str, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)
    mask_secrets: bool = True
    capture_content: bool = True


EVERYBODY = Privacy()
"""What holds for a project that has set nothing."""


def change(before: Privacy, changes: Mapping[str, Any]) -> Privacy:
    """`before` with the fields that `changes` names; a pattern that is None goes, the others stay.

    Whether a pattern is a regular expression is not looked at here.

    Raises:
        InvalidError: a kind or a pattern's name cannot be, or there are too many.

    Example:
        >>> change(Privacy(), {"personal": ["email", "cards"], "patterns": {"staff": "P-[0-9]{6}"}})
        Privacy(personal=('card', 'email'), patterns={'staff': 'P-[0-9]{6}'}, mask_secrets=True, \
capture_content=True)
    """
    patterns = {**before.patterns, **(changes.get("patterns") or {})}
    kept = {name: text for name, text in patterns.items() if text is not None}
    personal = changes.get("personal")
    return Privacy(
        personal=before.personal if personal is None else check_personal(personal),
        patterns=_check_patterns(kept),
        mask_secrets=changes.get("mask_secrets", before.mask_secrets),
        capture_content=changes.get("capture_content", before.capture_content),
    )


def to_note(changes: Mapping[str, Any]) -> dict[str, Any]:
    """`changes` as the audit log has them: of patterns only the names.

    Example:
        >>> to_note({"patterns": {"staff": "P-[0-9]{6}", "old": None}, "mask_secrets": True})
        {'patterns': ['old', 'staff'], 'mask_secrets': True}
    """
    return {field: sorted(value) if field == "patterns" else value for field, value in changes.items()}


def check_personal(words: Sequence[str]) -> tuple[str, ...]:
    """The kinds of personal data that `words` name, in their order, in singular or plural.

    Raises:
        InvalidError: one of them is no kind.
    """
    kinds = {word.strip().lower() for word in words if word.strip()}
    kinds = {kind if kind in KINDS else kind.removesuffix("s") for kind in kinds}
    for kind in sorted(kinds.difference(KINDS)):
        raise InvalidError(f"{kind[:60]!r} is no kind of personal data", hint=", ".join(KINDS))
    return tuple(kind for kind in KINDS if kind in kinds)


def _check_patterns(patterns: Mapping[str, str]) -> dict[str, str]:
    if len(patterns) > MOST_PATTERNS:
        raise InvalidError(f"{len(patterns)} patterns", hint=f"a project has at most {MOST_PATTERNS}")
    for name, text in patterns.items():
        if not PATTERN_NAME.fullmatch(name) or name in _RESERVED:
            raise InvalidError(
                f"{name[:40]!r} cannot name a pattern",
                hint="up to 32 small letters, digits, - and _, a letter first; no kind's name",
            )
        if not text or len(text) > LONGEST_PATTERN:
            raise InvalidError(
                f"the pattern {name} has {len(text)} characters", hint=f"1 to {LONGEST_PATTERN}"
            )
    return dict(patterns)
