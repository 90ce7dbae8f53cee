"""Masks secrets in text before it is stored or shown.

Two ways to know a secret: its exact value, with the encodings in which values commonly turn up, and the shape
of well-known tokens. Standard library only, so that it also runs inside an agent.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST = 6
"""A shorter value is too likely to be an ordinary word."""

SUSPICIOUS = 4
"""So many characters of a secret at the end of a piece hold that end back until more has come."""

_SHAPES = re.compile(
    r"""
      (?<![A-Za-z0-9]) (?: sk | rk | pk )[-_] (?=[A-Za-z0-9_-]{0,100}[0-9]) [A-Za-z0-9_-]{3,512}
    | (?<![A-Za-z0-9]) (?: gh[opsur]_[A-Za-z0-9]{20,255} | github_pat_[A-Za-z0-9_]{20,255} )
    | (?<![A-Za-z0-9]) glpat-[A-Za-z0-9_-]{16,255}
    | (?<![A-Za-z0-9]) xox[a-z]-[A-Za-z0-9-]{8,255}
    | (?<![A-Za-z0-9]) (?: AKIA | ASIA )[A-Z0-9]{16}
    | (?<![A-Za-z0-9]) AIza[A-Za-z0-9_-]{30,100}
    | (?<![A-Za-z0-9]) ya29\.[A-Za-z0-9_.-]{20,1024}
    | (?<![A-Za-z0-9]) (?: hf | r8 | npm | pypi | dop_v1 )[_-][A-Za-z0-9_-]{20,512}
    | (?<![A-Za-z0-9]) fl_[A-Za-z0-9]{4,64}_[A-Za-z0-9]{20,100}
    | (?<![A-Za-z0-9]) eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,2048}
    | (?<= [Bb]earer\  ) [A-Za-z0-9._~+/=-]{8,8192}
    | (?<= :// ) [^\s/@:"'\\]{1,256} : [^\s/@"'\\]{1,512} (?= @ )
    | -----BEGIN\ [A-Z\ ]{0,40}PRIVATE\ KEY-----.{1,16384}?-----END\ [A-Z\ ]{0,40}PRIVATE\ KEY-----
    """,
    re.VERBOSE | re.DOTALL,
)

# What every shape has in it: most text has none of these, and is then not looked at twice.
_HINTS = re.compile(
    r"(?:[srp]k[-_]|gh[opsur]_|github_|glpat-|xox|AKIA|ASIA|AIza|ya29|hf_|r8_|npm_|pypi-|dop_v1|fl_|eyJ|earer |://"
    r"|PRIVATE KEY)"
)


def mask_tokens(text: str) -> str:
    """`text` with everything that has the shape of a well-known token masked.

    Example:
        >>> mask_tokens("boom sk-1234567890abcdef, see https://me:pw@host/x")
        'boom ***, see https://***@host/x'
        >>> mask_tokens("the task-12 of sk-learn is risky")
        'the task-12 of sk-learn is risky'
    """
    return _SHAPES.sub(MASK, text) if _HINTS.search(text) else text


class Redactor:
    """Masks the exact values `secrets`, in their common encodings, and the shapes of tokens.

    Values shorter than SHORTEST characters are left alone; of a value of several lines, each line counts.

    Example:
        >>> redactor = Redactor(["hunter2-hunter2"])
        >>> redactor.text('{"Authorization": "aHVudGVyMi1odW50ZXIy"} and hunter2-hunter2!')
        '{"Authorization": "***"} and ***!'
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for part in _parts(secret) for form in _encodings(part)}
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self.longest = max(map(len, self._forms), default=0)
        heads = "|".join(sorted({re.escape(form[:SUSPICIOUS]) for form in self._forms}))
        # Looked for ahead, so that one that begins within another is found too.
        self._heads = re.compile(f"(?={heads})") if heads else None

    def text(self, text: str) -> str:
        """`text`, masked."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return mask_tokens(text)

    def head(self, text: str) -> str:
        """The beginning of a text whose rest is lost, masked: a secret that was cut in two is masked too."""
        masked = self.text(text)
        kept = self._suspicious(masked)
        return masked if kept == len(masked) else masked[:kept] + MASK

    def stream(self) -> RedactedStream:
        """Masks a text that comes in pieces."""
        return RedactedStream(self)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where exact values stand in `text`: starts and ends, which may overlap."""
        for form in self._forms:
            at = text.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = text.find(form, at + 1)

    def _suspicious(self, text: str) -> int:
        """Where the longest end of `text` begins that a secret begins with; its length when there is none."""
        if self._heads is None:
            return len(text)
        for head in self._heads.finditer(text, max(0, len(text) - self.longest + 1)):
            at = head.start()
            tail = text[at:]
            if any(len(form) > len(tail) and form.startswith(tail) for form in self._forms):
                return at
        return len(text)


class RedactedStream:
    """Masks exact values in a text that comes in pieces, wherever it is cut.

    An end that may be the beginning of a secret is held back until it is clear, or until `close`. Shapes of
    tokens are looked for within what is given out at once.

    Example:
        >>> stream = Redactor(["hunter2-hunter2"]).stream()
        >>> [stream.feed(piece) for piece in ["it is hunt", "er2-hun", "ter2", " today"]], stream.close()
        (['it is ', '', '***', ' today'], '')
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._given = ""
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be given out by now."""
        if not self._redactor.longest:
            return mask_tokens(piece)
        return self._give(self._held + piece, is_last=False)

    def close(self) -> str:
        """What was held back."""
        return self._give(self._held, is_last=True)

    def _give(self, fresh: str, *, is_last: bool) -> str:
        # A secret may have begun in what was given out: fewer than SUSPICIOUS characters of it.
        whole, start = self._given + fresh, len(self._given)
        end = len(whole) if is_last else max(start, self._redactor._suspicious(whole))
        found = [(a, b) for a, b in sorted(self._redactor.find(whole)) if a < end and b > start]
        end = max([end, *(b for _, b in found)])
        pieces: list[str] = []
        at = start
        for a, b in found:
            if a >= at:
                pieces += [whole[at:a], MASK]
            elif not pieces:
                pieces.append(MASK)
            at = max(at, b)
        pieces.append(whole[at:end])
        self._held = whole[end:]
        self._given = whole[:end][-self._redactor.longest :]
        return mask_tokens("".join(pieces))


def _parts(secret: str) -> list[str]:
    lines = [line.strip() for line in secret.splitlines()]
    return [part for part in dict.fromkeys([secret, secret.strip(), *lines]) if len(part) >= SHORTEST]


def _encodings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]
    yield quote(value)
    yield quote(value, safe="")
    yield quote_plus(value)
    yield html.escape(value)
    raw = value.encode("utf-8", "surrogatepass")
    yield raw.hex()
    yield raw.hex().upper()
    yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Base64 of `raw` wherever it begins within a larger value: only characters that it alone decides."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode()
        first = -(-before * 8 // 6)
        last = len(text) if (before + len(raw)) % 3 == 0 else (before + len(raw)) * 8 // 6
        form = text[first:last]
        if len(form) >= SHORTEST:
            yield form
            yield form.replace("+", "-").replace("/", "_")
