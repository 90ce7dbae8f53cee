"""The canonical scalars of a span as SQL: the dialects' tables, compiled to ordered choices.

The store's decoding queries put these expressions over their own columns. A scalar is the first value that
is not empty, dialect by dialect, the item's own attributes before those of its resource.

A span has some twenty attributes and the dialects read some seventy keys, so looking each key up by its
text would cost much of what decoding the span costs. Hence two steps: `numbers` turns the keys into small
numbers in one pass (0 = nobody reads it, or its value is empty), and the choices look for numbers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache

from fanlight import semconv
from fanlight.semconv.dialect import Dialect, Kind

IO_PREFIXES = ("http", "db", "rpc", "messaging")
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


@cache
def key_order() -> tuple[str, ...]:
    """Every attribute that some dialect reads; the number of a key is its place, from 1."""
    found: dict[str, None] = {}
    for dialect in dialects():
        found.update(dict.fromkeys(rule.key for rule in dialect.kinds))
        for keys in (*dialect.attributes.values(), dialect.inputs, dialect.outputs, dialect.searched):
            found.update(dict.fromkeys(keys))
    return tuple(found)


def numbers(*, keys: str, texts: str) -> str:
    """SQL for the number of each attribute, from the aligned arrays of its keys and texts."""
    every = key_order()
    known = f"transform(key, {_list(every)}, {list(range(1, len(every) + 1))}, 0)"
    return f"arrayMap((key, text) -> if(text = '', 0, {known}), {keys}, {texts})"


def scalar(name: str, *, texts: str, numbers: str, resource: str) -> str:
    """SQL for the text scalar `name`, '' when nobody reported it.

    `texts` and `numbers` are aligned arrays of the item, `resource` is a map.

    Example:
        >>> scalar("tool", texts="t", numbers="n", resource="r")
        't[arrayFirst(place -> place != 0, [indexOf(n, ...), indexOf(n, ...), ...])]'
    """
    own = _joined(dialect.attributes for dialect in dialects()).get(name, ())
    inherited = _joined(dialect.resource for dialect in dialects()).get(name, ())
    found = [_text(own, texts, numbers)] if own else []
    return _first(found + [f"{resource}[{quote(key)}]" for key in inherited])


def count(name: str, *, texts: str, numbers: str) -> str:
    """SQL for the number scalar `name`; NULL when it was not reported or is no whole number from 0 on."""
    own = _joined(dialect.attributes for dialect in dialects()).get(name, ())
    return f"toUInt64OrNull({_text(own, texts, numbers)})"


def kind(*, texts: str, numbers: str, keys: str, span_kind: str) -> str:
    """SQL for the kind of a span; one of `fanlight.model.span.KINDS`."""
    rules = [_kind(rule, texts, numbers) for dialect in dialects() for rule in dialect.kinds]
    prefixes = quote(f"^({'|'.join(IO_PREFIXES)})[.]")
    plain = f"if({span_kind} = 3 OR arrayExists(key -> match(key, {prefixes}), {keys}), 'io', 'internal')"
    return _first([*rules, plain])


def content(which: str, *, texts: str, numbers: str, wanted: str) -> str:
    """SQL for the first content that is there; `which` is inputs or outputs. '' where `wanted` is false.

    Contents are long: only the one that is wanted is ever copied.
    """
    keys = tuple(dict.fromkeys(key for dialect in dialects() for key in getattr(dialect, which)))
    return f"{texts}[if({wanted}, {_place(keys, numbers)}, 0)]"


def searched(*, numbers: str, most: int) -> str:
    """SQL for the places of the attributes that hold what is new in a span: the first `most` of them."""
    keys = dict.fromkeys(key for dialect in dialects() for key in dialect.searched)
    wanted = [key_order().index(key) + 1 for key in keys]
    chosen = f"(place, number) -> number IN {tuple(wanted)}"
    return f"arraySlice(arrayFilter({chosen}, arrayEnumerate({numbers}), {numbers}), 1, {most})"


def has_content(*, numbers: str) -> str:
    """SQL for whether an item has an attribute with content to show: 1 or 0."""
    keys = {key for each in dialects() for key in (*each.inputs, *each.outputs, *each.searched)}
    return f"hasAny({numbers}, {sorted(key_order().index(key) + 1 for key in keys)})"


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


def _kind(rule: Kind, texts: str, numbers: str) -> str:
    names, kinds = ("", *rule.names), ("", *rule.names.values())
    named = f"lower({_text((rule.key,), texts, numbers)})"
    return f"transform({named}, {_list(names)}, {_list(kinds)}, {quote(rule.unknown)})"


def _text(keys: tuple[str, ...], texts: str, numbers: str) -> str:
    return f"{texts}[{_place(keys, numbers)}]"


def _place(keys: tuple[str, ...], numbers: str) -> str:
    """The place of the first of `keys` that the item has, 0 when it has none."""
    places = [f"indexOf({numbers}, {key_order().index(key) + 1})" for key in keys]
    return places[0] if len(places) == 1 else f"arrayFirst(place -> place != 0, [{', '.join(places)}])"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quote, texts))}]"


def _first(choices: list[str]) -> str:
    return choices[0] if len(choices) == 1 else f"arrayFirst(text -> text != '', [{', '.join(choices)}])"
