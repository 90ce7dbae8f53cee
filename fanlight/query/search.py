"""Full text: which rows hold a word or a phrase.

A word is found as a whole word; a phrase needs its words and, letter by letter, the phrase itself;
`begin*` is found where a word begins. Upper and lower case of ASCII letters are one. `hasAllTokens` on the
plain column is what the store's text index answers, and the index folds case on both sides. It is asked only
where the condition must hold by itself: beside OR or under NOT the engine may compare the column as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fanlight.query.fields import Binder
from fanlight.query.grammar import Value

_WORD = re.compile(r"[A-Za-z0-9\x80-\U0010ffff]+")
_WORD_BEGINS = r"(^|[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f])"
_UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def search_logs(binder: Binder, value: Value, *, indexed: bool) -> str:
    """The condition on log records: in their body."""
    return _holds(binder, value, "body", indexed=indexed)


def search_spans(binder: Binder, value: Value, *, indexed: bool) -> str:
    """The condition on spans: in their name, their error, or what is new in their content."""
    return _holds(binder, value, "search", indexed=indexed)


def search_runs(binder: Binder, value: Value, *, indexed: bool) -> str:
    """The condition on runs: in their own texts, or in a span of theirs; looked up before runs are read."""
    own = "concat(name, '\\n', error_type, '\\n', error_message)"
    return binder.look_up(
        runs=_holds(binder, value, own), spans=_holds(binder, value, "search", indexed=True)
    )


def search_metrics(binder: Binder, value: Value, *, indexed: bool) -> str:
    """The condition on metrics: in their name or description."""
    return _any_holds(binder, value, ("name", "description"))


def _any_holds(binder: Binder, value: Value, columns: Sequence[str]) -> str:
    return f"({' OR '.join(_holds(binder, value, column) for column in columns)})"


def _holds(binder: Binder, value: Value, column: str, *, indexed: bool = False) -> str:
    folded = value.text.translate(_UPPER)
    if value.prefix:
        return f"match(lower({column}), {binder.bind(_WORD_BEGINS + re.escape(folded), 'String')})"
    conditions = []
    if _WORD.search(folded):
        words = column if indexed else f"lower({column})"
        conditions.append(f"hasAllTokens({words}, {binder.bind(folded, 'String')})")
    if not _WORD.fullmatch(folded):
        conditions.append(f"position(lower({column}), {binder.bind(folded, 'String')}) > 0")
    return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"
