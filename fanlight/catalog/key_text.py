"""The text of a key: `fl_<id>_<32 random bytes in base62><checksum>`.

The prefix lets scanners find a leaked key, the id finds its row, and the checksum tells a mistyped key from
an unknown one without a question to the database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from dataclasses import dataclass

PREFIX = "fl"
ID_LENGTH = 12
SECRET_BYTES = 32
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(
    rf"{PREFIX}_([0-9A-Za-z]{{{ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key in clear. Shown once to whoever makes it; its `repr` gives no more than the id."""

    id: str
    secret: str

    def reveal(self) -> str:
        """The whole text of the key."""
        body = f"{PREFIX}_{self.id}_{self.secret}"
        return body + checksum(body)

    def sha256(self) -> bytes:
        """What the catalog keeps. The secret has 256 random bits, so a fast hash is as good as a slow one."""
        return hashlib.sha256(self.reveal().encode()).digest()

    def __repr__(self) -> str:
        return f"KeyText(id={self.id!r})"


def make_key_text() -> KeyText:
    """A new random key.

    Example:
        >>> key = make_key_text()
        >>> parse_key_text(key.reveal()) == key, key.reveal().startswith("fl_")
        (True, True)
    """
    identity = "".join(secrets.choice(_DIGITS) for _ in range(ID_LENGTH))
    number = int.from_bytes(secrets.token_bytes(SECRET_BYTES))
    return KeyText(id=identity, secret=base62(number, SECRET_LENGTH))


def parse_key_text(text: str) -> KeyText | None:
    """The key in `text`, or None when it is no key or was mistyped."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    identity, secret, check = found.groups()
    return KeyText(id=identity, secret=secret) if check == checksum(text[:-CHECKSUM_LENGTH]) else None


def checksum(body: str) -> str:
    """CRC-32 of the key before it, in base62."""
    return base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def base62(number: int, length: int) -> str:
    """`number` in `length` digits.

    Example:
        >>> base62(62, 4)
        '0010'
    """
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
