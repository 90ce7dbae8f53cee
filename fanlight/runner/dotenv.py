"""`.env` files: names and values, nothing else. Nothing in them is run or expanded."""

from __future__ import annotations

import re
from pathlib import Path

from fanlight.errors import InvalidError

FILE = ".env"
MAX_BYTES = 1024 * 1024

_ENTRY = re.compile(
    r"""
    ^[ \t]* (?: export[ \t]+ )? (?P<name> [A-Za-z_][A-Za-z0-9_]* ) [ \t]* = [ \t]*
    (?: '(?P<raw> [^']* )' | "(?P<quoted> (?: \\. | [^"\\] )* )" | (?P<plain> [^\r\n]*? ) )
    [ \t]* (?: (?<![^\s'"=]) \#[^\r\n]* )? \r?$
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_SKIPPED = re.compile(r"^[ \t]*(?:#[^\n]*)?\r?$")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read(folder: Path) -> dict[str, str]:
    """The values of `folder/.env`; none when there is no such file. Raises InvalidError with the line."""
    place = folder / FILE
    try:
        text = place.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"{place} cannot be read ({error})", hint="mend it, or remove it") from error
    return parse(text, where=str(place))


def parse(text: str, *, where: str = FILE) -> dict[str, str]:
    r"""Names and values.

    Single quotes keep everything as it is, double quotes know \n, \t, \" and \\, and both may hold lines;
    a value without quotes ends at the line's end, or at a `#` behind a space.

    Raises:
        InvalidError: a line is none of these; its text is not shown, for it may be a secret.

    Example:
        >>> parse("A=1 # one\nexport B='x # y'\nC=\"two\\nlines\"\n# D=4\n")
        {'A': '1', 'B': 'x # y', 'C': 'two\nlines'}
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        if entry := _ENTRY.match(text, at):
            found[entry["name"]] = _value_of(entry)
            at = entry.end() + 1
            continue
        end = text.find("\n", at) % (len(text) + 1)
        if not _SKIPPED.match(text[at:end]):
            line = text.count("\n", 0, at) + 1
            raise InvalidError(
                f"{where} line {line} is no NAME=value", hint="write NAME=value, or # before it"
            )
        at = end + 1
    return found


def _value_of(entry: re.Match[str]) -> str:
    if entry["raw"] is not None:
        return entry["raw"]
    if entry["quoted"] is not None:
        return re.sub(r"\\(.)", lambda part: _ESCAPES.get(part[1], part[1]), entry["quoted"], flags=re.DOTALL)
    return entry["plain"].strip()
