"""What the terminal shows. Stored text is hostile: it never becomes markup or a control sequence."""

from __future__ import annotations

import functools
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_COLUMNS = 200

# Cc = control (ESC among them), Cf = format (bidi overrides, zero-width), Cs = lone surrogates.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def visible(value: object, *, limit: int | None = None, keep_lines: bool = False) -> str:
    r"""`value` as text in which nothing acts on the terminal; what would is written as its escape.

    Line breaks become spaces unless `keep_lines`; text beyond `limit` characters ends in an ellipsis.

    Example:
        >>> visible("\x1b[31mred\u202e", limit=20)
        '\\x1b[31mred\\u202e'
        >>> visible("two\nlines"), visible("a long story", limit=7)
        ('two lines', 'a long…')
    """
    text = value if isinstance(value, str) else str(value)
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, keep_lines) for character in text)


def _shown(character: str, keep_lines: bool) -> str:
    if character in "\n\t":
        return character if keep_lines else " "
    if unicodedata.category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode("ascii")
    return character


@functools.cache
def stdout() -> Console:
    """Where results go. Rich reads no markup, emoji codes or highlights out of them.

    A pipe has no width, so there nothing is cut unless COLUMNS says how wide it is.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_COLUMNS
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False, width=width)


@functools.cache
def stderr() -> Console:
    """Where progress, hints and errors go, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


def say(text: str, style: str | None = None) -> None:
    """One line for the person, on stderr. `text` is ours; foreign parts of it go through `visible` first."""
    stderr().print(text, style=style)


def print_json(value: Any) -> None:
    """`value` as JSON in ASCII, which every terminal and every pipe takes as it is."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_text(text: str) -> None:
    """A document as the server gave it, such as CSV: what it is written into has to take it as it is."""
    sys.stdout.write(text)


def print_json_line(value: Any) -> None:
    """`value` as one line of JSON, written out at once."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def table(columns: Sequence[str | tuple[str, dict[str, Any]]], rows: Iterable[Sequence[Any]]) -> Table:
    """A table of `rows`. A column is its heading, or the heading and Rich's options for it.

    A `no_wrap` column is as wide as its widest cell however narrow the terminal, unless `overflow` is given.

    Cells are text, made visible here, or Rich renderables, taken as they are. None is a dash.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    cells = [[_cell(value) for value in row] for row in rows]
    for place, column in enumerate(columns):
        name, options = (column, {}) if isinstance(column, str) else column
        if options.get("no_wrap") and "overflow" not in options:
            # Else Rich takes room from every column, and ids and numbers are cut before long texts are.
            widths = [row[place].cell_len for row in cells if isinstance(row[place], Text)]
            options = {**options, "min_width": max([len(name), *widths])}
        made.add_column(name, **options)
    for row in cells:
        made.add_row(*row)
    return made


def _cell(value: Any) -> Any:
    from rich.text import Text

    if value is None:
        return Text("–", style="dim")
    if isinstance(value, Text) or not isinstance(value, str | int | float):
        return value
    return Text(visible(value))


STATUS_STYLES = {
    "success": "green", "error": "bold red", "running": "blue", "lost": "yellow",
    "suspended": "yellow", "cancelled": "dim", "ok": "green", "unset": "",
}  # fmt: skip


def counted(number: int, what: str) -> str:
    """A number of things in words.

    Example:
        >>> counted(1, "span"), counted(1_200, "span")
        ('1 span', '1,200 spans')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def status_text(status: str) -> Any:
    """A run's status in its colour."""
    from rich.text import Text

    return Text(visible(status), style=STATUS_STYLES.get(status, ""))
