"""The canonical scalars of a span as SQL: the dialects' tables, compiled to ordered choices.

The store's decoding queries put these expressions over their own columns. A scalar is the first value that
is not empty, dialect by dialect, the item's own attributes before those of its resource.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache

from fanlight import semconv
from fanlight.semconv.dialect import Dialect, Kind

IO_PREFIXES = ("http.", "db.", "rpc.", "messaging.")
"""A span of no dialect with an attribute under one of these talks to the outside."""

_NO_DIALECT = {"canonical", "dialect"}


@cache
def dialects() -> tuple[Dialect, ...]:
    """Every dialect of this package, in the order in which they are asked.

    Example:
        >>> [dialect.name for dialect in dialects()][:2]
        ['fanlight', 'gen_ai']
    """
    names = (found.name for found in pkgutil.iter_modules(semconv.__path__) if found.name not in _NO_DIALECT)
    modules = (importlib.import_module(f"{semconv.__name__}.{name}") for name in names)
    return tuple(sorted((module.DIALECT for module in modules), key=lambda dialect: dialect.rank))


def scalar(name: str, *, attributes: str, resource: str) -> str:
    """SQL for the text scalar `name`, '' when nobody reported it.

    Example:
        >>> scalar("room", attributes="a", resource="r")
        "arrayFirst(text -> text != '', [a['fanlight.room'], r['fanlight.room'], r['room']])"
    """
    own = _joined(dialect.attributes for dialect in dialects()).get(name, ())
    inherited = _joined(dialect.resource for dialect in dialects()).get(name, ())
    return _first([_value(attributes, key) for key in own] + [_value(resource, key) for key in inherited])


def count(name: str, *, attributes: str) -> str:
    """SQL for the number scalar `name`; NULL when it was not reported or is no whole number from 0 on."""
    own = _joined(dialect.attributes for dialect in dialects()).get(name, ())
    return f"toUInt64OrNull({_first([_value(attributes, key) for key in own])})"


def kind(*, attributes: str, span_kind: str) -> str:
    """SQL for the kind of a span; one of `fanlight.model.span.KINDS`."""
    rules = [_kind(rule, attributes) for dialect in dialects() for rule in dialect.kinds]
    prefixed = " OR ".join(f"startsWith(key, {quote(prefix)})" for prefix in IO_PREFIXES)
    plain = f"if({span_kind} = 3 OR arrayExists(key -> {prefixed}, mapKeys({attributes})), 'io', 'internal')"
    return _first([*rules, plain])


def contents(which: str, *, attributes: str) -> list[str]:
    """SQL for each attribute with content; `which` is inputs, outputs or searched."""
    keys = dict.fromkeys(key for dialect in dialects() for key in getattr(dialect, which))
    return [_value(attributes, key) for key in keys]


def first_content(which: str, *, attributes: str) -> str:
    """SQL for the first content that is there; `which` is inputs or outputs."""
    return _first(contents(which, attributes=attributes))


def quote(text: str) -> str:
    """`text` as an SQL literal; for texts of our own only, values of others are bound."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _joined(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    joined: dict[str, dict[str, None]] = {}
    for table in tables:
        for name, keys in table.items():
            joined.setdefault(name, {}).update(dict.fromkeys(keys))
    return {name: tuple(keys) for name, keys in joined.items()}


def _kind(rule: Kind, attributes: str) -> str:
    names, kinds = ("", *rule.names), ("", *rule.names.values())
    return f"transform(lower({_value(attributes, rule.key)}), {_list(names)}, {_list(kinds)}, {quote(rule.unknown)})"


def _value(attributes: str, key: str) -> str:
    return f"{attributes}[{quote(key)}]"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quote, texts))}]"


def _first(choices: list[str]) -> str:
    # A short list: what the engine spends on analysing a query grows with the number of its terms.
    return choices[0] if len(choices) == 1 else f"arrayFirst(text -> text != '', [{', '.join(choices)}])"
