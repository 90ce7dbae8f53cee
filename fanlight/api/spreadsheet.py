"""Answers as CSV: for spreadsheets, which take some texts for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

MEDIA_TYPE = "text/csv; charset=utf-8"
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows under their heads (RFC 4180). Texts that a spreadsheet would run begin with an apostrophe.

    Numbers are given as numbers, never as texts; what is None is an empty cell.

    Example:
        >>> print(csv_text(["key", "net"], [['=HYPERLINK("x")', Number("-1.5")], [None, 2]]), end="")
        key,net
        "'=HYPERLINK(""x"")",-1.5
        ,2
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


class Number(str):
    """A decimal number as text, of our own making: its sign is no formula."""

    __slots__ = ()


def csv_response(text: str, name: str) -> Response:
    """A file `name` to be kept; no browser shows it as anything else."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=MEDIA_TYPE, headers=headers)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Number) and value.lstrip(" ").startswith(_STARTS):
        return f"'{value}"
    return value
