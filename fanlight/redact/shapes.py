"""Secrets that nobody declared, known by the shape that their makers gave them.

Everything here works on UTF-8: a shape is looked at only where its opening stands, and most text has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fanlight.redact.finding import Finder

_WORD = "[A-Za-z0-9_-]"
_WITH_DIGIT = "(?=[A-Za-z_-]{0,100}+[0-9])"
# Nothing here goes back over what it has read, so no text takes longer than its length.


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What follows one of `openings`. `is_kept`: the opening itself is no secret.

    With `is_word` it does not begin within a word: "risk-1" is none.
    """

    openings: tuple[str, ...]
    rest: str
    is_word: bool = True
    is_kept: bool = False

    def match(self, data: bytes, at: int, end: int) -> tuple[int, int] | None:
        """The secret whose opening stands at `at`, if it has the shape; the word's beginning is not asked."""
        found = _pattern(self.openings, self.rest, self.is_kept).match(data, at, end)
        return found.span("secret") if found else None


@cache
def _pattern(openings: tuple[str, ...], rest: str, is_kept: bool) -> re.Pattern[bytes]:
    """Compiled when it is first asked for: an agent is not to wait for what it may never need."""
    opening = "|".join(map(re.escape, openings))
    text = rf"(?:{opening})(?P<secret>{rest})" if is_kept else rf"(?P<secret>(?:{opening}){rest})"
    return re.compile(text.encode(), re.DOTALL)


SHAPES = (
    Shape(
        openings=("sk-", "rk-", "pk-", "sk_", "rk_", "pk_"),
        rest=rf"{_WITH_DIGIT}{_WORD}{{3,512}}",
    ),
    Shape(openings=("gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_"), rest="[A-Za-z0-9_]{20,255}"),
    Shape(openings=("glpat-",), rest=rf"{_WORD}{{16,255}}"),
    Shape(openings=("xox",), rest="[a-z]-[A-Za-z0-9-]{8,255}"),
    Shape(openings=("AKIA", "ASIA"), rest="[A-Z0-9]{16}"),
    Shape(openings=("AIza",), rest=rf"{_WORD}{{30,100}}"),
    Shape(openings=("ya29.",), rest="[A-Za-z0-9_.-]{20,1024}"),
    Shape(openings=("hf_", "r8_", "npm_", "pypi-", "dop_v1_"), rest=rf"{_WORD}{{20,512}}"),
    Shape(
        openings=(
            "xai-", "gsk_", "pplx-", "lsv2_", "tvly-", "pcsk_", "nvapi-", "jina_", "csk-", "GOCSPX-",
            "whsec_",
        ),
        rest=rf"{_WITH_DIGIT}{_WORD}{{16,512}}",
    ),
    Shape(openings=("SG.",), rest=rf"{_WORD}{{16,64}}+\.{_WORD}{{16,128}}"),
    Shape(openings=("fl_",), rest="[A-Za-z0-9]{4,64}+_[A-Za-z0-9]{20,100}"),
    Shape(openings=("eyJ",), rest=rf"{_WORD}{{8,2048}}+\.{_WORD}{{8,8192}}+\.{_WORD}{{8,2048}}"),
    Shape(
        openings=("Bearer ", "bearer "),
        rest="[A-Za-z0-9._~+/=-]{8,8192}",
        is_kept=True,
    ),
    Shape(
        openings=("://", r":\/\/"),
        rest=r"""[^\s/@:"'\\]{1,256}+:[^\s/@"'\\]{1,512}+(?=@)""",
        is_word=False,
        is_kept=True,
    ),
    Shape(
        # Of a text that was cut the end is missing: what looks like the key's own letters goes all the same.
        openings=("-----BEGIN ",),
        rest=(
            r"[A-Z ]{0,40}PRIVATE KEY-----"
            r"(?:(?:[^-]|-(?!----)){1,16384}+-----END [A-Z ]{0,40}PRIVATE KEY-----"
            r"|[A-Za-z0-9+/=\s\\]{1,16384}+)"
        ),
        is_word=False,
    ),
)  # fmt: skip

OPENINGS = tuple((opening.encode(), shape) for shape in SHAPES for opening in shape.openings)
"""Each opening with its shape."""

FINDER = Finder([opening for opening, _ in OPENINGS], first=16)
"""Finds the openings: a quarter of the time of one pass for all of them."""

_ALPHANUMERIC = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_ESCAPE = re.compile(rb"(?:\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})\Z")
_LONGEST_ESCAPE = 6


def token_at(data: bytes, at: int, shape: Shape, start: int, end: int) -> tuple[int, int] | None:
    """The secret of the text `data[start:end]` whose opening, one of `shape`'s, stands at `at`."""
    if shape.is_word and at > start and data[at - 1] in _ALPHANUMERIC and not _is_escape(data, start, at):
        return None
    return shape.match(data, at, end)


def find_tokens(data: bytes) -> Iterator[tuple[int, int]]:
    """Every secret of a known shape in the text `data`: starts and ends, which may overlap.

    Example:
        >>> list(find_tokens(b"boom sk-1234567890abcdef, see https://me:pw@host/x"))
        [(5, 24), (38, 43)]
    """
    for at, index in FINDER.find(data):
        if place := token_at(data, at, OPENINGS[index][1], 0, len(data)):
            yield place


def _is_escape(data: bytes, start: int, at: int) -> bool:
    """Whether what stands before `at` is an escape, whose letter is no word's: JSON's, or a URL's."""
    return _ESCAPE.search(data, max(start, at - _LONGEST_ESCAPE), at) is not None
