"""Personal data that a project may have masked: payment cards, e-mail addresses, telephone numbers, IBANs.

Found by their form, and where there is a check digit by that too. It recognises no names or places: what has
no form of its own is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

CARD, EMAIL, PHONE, IBAN = "card", "email", "phone", "iban"
KINDS = (CARD, EMAIL, PHONE, IBAN)
"""What can be chosen, by the names under which it is counted."""

_DIGITS = re.compile(rb"[0-9](?:[ ().-]{0,2}[0-9]){6}")
_CARD = re.compile(rb"(?<![0-9])(?<![0-9]\.)[2-6](?:[ -]?[0-9]){12,18}")
_PHONE = re.compile(
    rb"(?<![0-9+])\+[1-9](?:[ ().-]{0,2}[0-9]){6,14}(?![0-9])"
    rb"|(?<![0-9.+-])(?:\(0?[1-9][0-9]{1,4}\) ?|0[1-9][0-9]{1,4}[ /-]|[2-9][0-9]{2}[ .-])"
    rb"[0-9]{3,4}[ .-]?[0-9]{3,5}(?![0-9]|[.-][0-9])"
)
_IBAN = re.compile(rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}")
_DIGIT = re.compile(rb"[0-9]")
_LOCAL = re.compile(rb"[A-Za-z0-9._%+'\x80-\xff-]{1,64}\Z")
_DOMAIN = re.compile(rb"@[A-Za-z0-9\x80-\xff-]{1,63}+(?:\.[A-Za-z0-9\x80-\xff-]{1,63}+){1,8}")
_LONGEST_LOCAL = 64

_ISSUERS = (
    (("34", "37"), (15,)),
    (("30", "36", "38", "39"), (19, 16, 14)),
    (("4",), (19, 16, 13)),
    (("2", "35", "5", "6"), (19, 18, 17, 16)),
)
"""How the numbers of cards begin, and how many digits they may have, the most first."""

_IBAN_LENGTHS = {
    country.encode(): length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""Letters and digits of an IBAN by country, as ISO 13616's registry lists them."""

_ALPHANUMERIC = re.compile(rb"[A-Za-z0-9]")
_ESCAPE = re.compile(rb"(?:\\[nrtbf]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})\Z")


@dataclass(frozen=True, slots=True)
class Personal:
    """The kinds of personal data that are looked for.

    Example:
        >>> [(place, kind) for *place, kind in Personal({"email"}).places(b"to ann@example.org, please")]
        [([3, 18], 'email')]
    """

    kinds: frozenset[str]

    def __init__(self, kinds: Iterable[str]) -> None:
        object.__setattr__(self, "kinds", frozenset(kinds))

    def ranges(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Starts and ends of what may be a part of some, in bytes that hold many texts."""
        if EMAIL in self.kinds:
            yield from ((at, at + 1) for at in _all(data, b"@"))
        if self.kinds - {EMAIL}:
            # Seven digits with at most two signs between them are in every number that is looked for.
            yield from (found.span() for found in _DIGITS.finditer(data))

    def places(self, text: bytes) -> Iterator[tuple[int, int, str]]:
        """Start, end and kind of each value in one text."""
        finders = ((IBAN, _ibans), (CARD, _cards), (PHONE, _phones), (EMAIL, _emails))
        for kind, find in finders:
            if kind in self.kinds:
                yield from ((start, end, kind) for start, end in find(text))


def _all(data: bytes, sign: bytes) -> Iterator[int]:
    at = data.find(sign)
    while at >= 0:
        yield at
        at = data.find(sign, at + 1)


def _emails(text: bytes) -> Iterator[tuple[int, int]]:
    for at in _all(text, b"@"):
        domain = _DOMAIN.match(text, at)
        local = _LOCAL.search(text, max(0, at - _LONGEST_LOCAL), at)
        if domain and local:
            yield _after_escape(text, local.start()), domain.end()


def _cards(text: bytes) -> Iterator[tuple[int, int]]:
    return _each(_CARD, text, _card_end)


def _phones(text: bytes) -> Iterator[tuple[int, int]]:
    return _each(_PHONE, text, lambda text, found: found.end())


def _ibans(text: bytes) -> Iterator[tuple[int, int]]:
    return _each(_IBAN, text, _iban_end)


def _each(
    pattern: re.Pattern[bytes], text: bytes, end_of: Callable[[bytes, re.Match[bytes]], int | None]
) -> Iterator[tuple[int, int]]:
    """What `pattern` finds and `end_of` gives an end; where it gives none, one may begin within."""
    found = pattern.search(text)
    while found:
        end = end_of(text, found)
        if end is not None and _stands_alone(text, found.start(), end):
            yield found.start(), end
            found = pattern.search(text, end)
        else:
            found = pattern.search(text, found.start() + 1)


def _card_end(text: bytes, found: re.Match[bytes]) -> int | None:
    """Other digits may follow after a space: the longest number that its own last digit checks."""
    ends = [each.end() for each in _DIGIT.finditer(text, *found.span())]
    digits = "".join(chr(text[end - 1]) for end in ends)
    for length in _lengths_of(digits):
        if (
            length <= len(digits)
            and not _DIGIT.match(text, ends[length - 1])
            and passes_luhn(digits[:length])
        ):
            return ends[length - 1]
    return None


def _iban_end(text: bytes, found: re.Match[bytes]) -> int | None:
    length = _IBAN_LENGTHS.get(found[0][:2])
    ends = [each.end() for each in _ALPHANUMERIC.finditer(text, *found.span())]
    if length is None or len(ends) < length:
        return None
    end = ends[length - 1]
    return end if passes_mod97(text[found.start() : end].replace(b" ", b"").decode()) else None


def passes_luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on payment cards.

    Example:
        >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
        (True, False)
    """
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def passes_mod97(number: str) -> bool:
    """Whether an IBAN without spaces has the right check digits.

    Example:
        >>> passes_mod97("DE89370400440532013000"), passes_mod97("DE88370400440532013000")
        (True, False)
    """
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _lengths_of(digits: str) -> tuple[int, ...]:
    return next((lengths for begins, lengths in _ISSUERS if digits.startswith(begins)), ())


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Whether it is no part of a longer word, such as an id in hex."""
    if end < len(text) and _ALPHANUMERIC.match(text, end):
        return False
    if not start or not _ALPHANUMERIC.match(text, start - 1):
        return True
    return _ESCAPE.search(text, max(0, start - 6), start) is not None


def _after_escape(text: bytes, start: int) -> int:
    """Behind the letter of an escape that a value seems to begin with: masked, it would break its JSON."""
    if start and text[start - 1 : start] == b"\\":
        return start + (5 if text[start : start + 1] == b"u" else 1)
    return start
