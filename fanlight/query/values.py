"""Completion: which fields a filter can name, and which values they have."""

from __future__ import annotations

from typing import Any

import msgspec

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.query.fields import (
    COMPARISONS,
    DURATION_NS,
    Attributes,
    Choice,
    HexId,
    Instant,
    Level,
    Members,
    Money,
    Number,
    Sort,
    Word,
)
from fanlight.query.grammar import Field, parse
from fanlight.query.nouns import NOUNS, Noun
from fanlight.query.times import bounded
from fanlight.store.contract import Store

NEWEST_ROWS = 20_000
"""How many of the newest rows are counted: enough to complete a word, few enough for every key stroke."""


_ORDERED = [op for op in COMPARISONS if op not in ("", "=")]


class FilterField(msgspec.Struct, frozen=True, kw_only=True):
    """A field that a filter can name.

    `takes` is what its values are: text, choice, level, number, duration, money, time, id or attribute. The
    name of attributes ends in a dot, behind which the key of one follows. `operators` may stand before a
    value, `units` behind it, and `values` are all there are of a choice or level, in their order.
    """

    name: str
    takes: str
    operators: list[str]
    units: list[str]
    values: list[str]


class FieldValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value and how often the newest rows have it; None where that is not counted."""

    value: str
    count: int | None


def list_fields(noun: str) -> list[FilterField]:
    """The fields that a filter on `noun` can name, in the order of the table.

    Raises:
        InvalidError: there is no such noun.

    Example:
        >>> [field.name for field in list_fields("metrics")]
        ['name', 'type', 'unit', 'service', 'room', 'session', 'text', 'attr.', 'resource.']
        >>> dur = next(field for field in list_fields("runs") if field.name == "dur")
        >>> dur.takes, dur.operators, dur.units
        ('duration', ['>', '>=', '<', '<='], ['ms', 's', 'm', 'h'])
    """
    found = _noun(noun)
    text = _described("text", Word(()))
    maps = [_described(f"{name}.", sort) for name, sort in found.maps.items()]
    return [*(_described(name, sort) for name, sort in found.fields.items()), text, *maps]


def _described(name: str, sort: Sort) -> FilterField:
    takes, operators = "text", ["~"]
    units: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    match sort:
        case Choice(names=names):
            takes, operators, values = "choice", [], tuple(names)
        case Level(names=names):
            takes, operators, values = "level", _ORDERED, names
        case Number(units=known):
            takes = "duration" if known is DURATION_NS else "number"
            operators, units = _ORDERED, tuple(unit for unit in known if unit)
        case Money():
            takes, operators, units = "money", _ORDERED, ("$",)
        case Instant():
            takes, operators = "time", _ORDERED
        case HexId():
            takes, operators = "id", []
        case Attributes():
            takes, operators = "attribute", ["~", *_ORDERED]
    return FilterField(name=name, takes=takes, operators=operators, units=list(units), values=list(values))


def list_values(
    store: Store,
    scope: ProjectScope,
    noun: str,
    field: str,
    *,
    prefix: str = "",
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 20,
) -> list[FieldValue]:
    """Values of `field` that begin with `prefix` (upper and lower case alike), the most frequent first.

    Of `attr.` and `resource.` the values are the keys of the attributes that were sent.

    Raises:
        InvalidError: the noun or the field does not exist, or has no values that could be listed.
    """
    found = _noun(noun)
    sort, key = _sort(found, field)
    names = getattr(sort, "names", None)
    if isinstance(sort, Choice | Level):
        return [FieldValue(value=name, count=None) for name in names or () if name.startswith(prefix)][:limit]
    since, until = bounded(since_ns, until_ns)
    parameters: dict[str, Any] = {
        "prefix": prefix.lower(),
        "since_ns": since,
        "until_ns": until,
        "rows": NEWEST_ROWS,
        "limit": limit,
    }
    query, value = "field_values", ""
    match sort:
        case Word(columns=columns):
            value = columns[0]
        case Attributes(column=column) if key == "":
            query, value = "field_members", f"mapKeys({column})"
        case Members(column=column):
            query, value = "field_members", column
        case Attributes(column=column):
            value, parameters["key"] = f"{column}[{{key:String}}]", key
        case _:
            raise InvalidError(f"{field} has no values to choose from", hint="compare it with > or <")
    rows = store.read(scope, query, parameters, {"value": value, "table": found.name, "time": found.time})
    return [FieldValue(value=value, count=count) for value, count in rows]


def _noun(name: str) -> Noun:
    if name in NOUNS:
        return NOUNS[name]
    raise InvalidError(f"{name[:40]!r} cannot be filtered", hint=f"it is one of {', '.join(NOUNS)}")


def _sort(noun: Noun, field: str) -> tuple[Sort, str]:
    """The sort of a field as it is written in a filter, and the attribute's key where it names one."""
    if field.endswith(".") and field[:-1] in noun.maps:
        return noun.maps[field[:-1]], ""
    node = parse(f"{field}:*")
    if isinstance(node, Field):
        key = node.key
        sort = noun.maps.get(key.map) if key.map else noun.fields.get(key.name)
        if sort is not None:
            return sort, key.name
    raise InvalidError(f"{noun.name} have no field {field[:80]}", hint=f"they have {', '.join(noun.fields)}")
