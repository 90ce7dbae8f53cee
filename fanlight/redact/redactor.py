"""Masks secrets in text that is about to be shown or sent, whole or as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fanlight.redact.forms import forms_of
from fanlight.redact.shapes import find_tokens

MASK = "***"

SUSPICIOUS = 4
"""So many characters of a secret at the end of a piece hold that end back until more has come."""


def mask_tokens(text: str) -> str:
    """`text` with everything that has the shape of a well-known token masked.

    Example:
        >>> mask_tokens("boom sk-1234567890abcdef, see https://me:pw@host/x")
        'boom ***, see https://***@host/x'
        >>> mask_tokens("the task-12 of sk-learn is risky")
        'the task-12 of sk-learn is risky'
    """
    data = text.encode("utf-8", "surrogatepass")
    pieces: list[bytes] = []
    at = 0
    for start, end in sorted(find_tokens(data)):
        if start >= at:
            pieces += [data[at:start], _MASK]
        at = max(at, end)
    return b"".join([*pieces, data[at:]]).decode("utf-8", "surrogatepass") if pieces else text


_MASK = MASK.encode()


class Redactor:
    """Masks the exact values `secrets`, in their common encodings, and the shapes of tokens.

    Values shorter than SHORTEST characters are left alone; of a value of several lines, each line counts.

    Example:
        >>> redactor = Redactor(["hunter2-hunter2"])
        >>> redactor.text('{"Authorization": "aHVudGVyMi1odW50ZXIy"} and hunter2-hunter2!')
        '{"Authorization": "***"} and ***!'
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets for form in forms_of(secret)}
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
