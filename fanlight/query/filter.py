"""From a filter to SQL: the grammar's tree walked over a noun's allow-list of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fanlight.clock import SYSTEM, Clock
from fanlight.errors import StoreError
from fanlight.query.fields import Binder, Lookup, Sort
from fanlight.query.grammar import AllOf, AnyOf, Field, Key, Node, Not, Text, Unnamed, Value, fail, parse
from fanlight.query.nouns import NOUNS, Noun
from fanlight.store.contract import Store

TEXT = Key(name="text")
"""What every noun has besides its fields: `text:word` is the word alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """SQL terms that must all hold, and the values that they name.

    `lookups` are texts that the caller has yet to look up: each by `answered` or `nested`.
    """

    terms: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    lookups: tuple[Lookup, ...] = ()

    @property
    def sql(self) -> str:
        """The terms as they continue a WHERE; empty when there is none."""
        return " ".join(f"AND {term}" for term in self.terms)

    def also(self, other: Condition) -> Condition:
        """Both conditions; their parameters have names of their own."""
        return Condition(
            terms=(*self.terms, *other.terms),
            parameters={**self.parameters, **other.parameters},
            lookups=(*self.lookups, *other.lookups),
        )

    def needs(self, lookup: Lookup) -> bool:
        """Whether a row can match only if its run holds the text of `lookup`."""
        return lookup.term in self.terms

    def answered(self, lookup: Lookup, ids: list[str]) -> Condition:
        """The condition with the runs that hold the text named by id."""
        return replace(self, parameters={**self.parameters, lookup.name: ids})

    def nested(self, lookup: Lookup) -> Condition:
        """The condition with the question for the runs that hold the text inside."""
        terms = tuple(term.replace(lookup.term, lookup.nested_term) for term in self.terms)
        return replace(self, terms=terms)

    def flat(self) -> Condition:
        """The condition with every text looked for inside: for questions that read all rows of a window."""
        condition = self
        for lookup in self.lookups:
            condition = condition.nested(lookup)
        return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A filter that was read already: as it was written, and what it means here.

    `window` is the time [since, until) outside of which nothing can match, where that is known.
    """

    text: str
    tree: Node
    window: tuple[int, int] | None = None


def compile_filter(store: Store, noun: str, q: str | Query, *, clock: Clock = SYSTEM) -> Condition:
    """The condition of filter `q` on `noun` (runs, spans, logs, metrics).

    Raises:
        InvalidError: the filter is wrong; the text names the column, and what would do.
    """
    tree = q.tree if isinstance(q, Query) else parse(q)
    binder = Binder(now_ns=clock.now_ns())
    nodes = tree.terms if isinstance(tree, AllOf) else (tree,)
    terms = tuple(_node(node, NOUNS[noun], binder, top=True) for node in nodes)
    for pattern in binder.patterns:
        _check_pattern(store, pattern)
    return Condition(terms=terms, parameters=binder.parameters, lookups=tuple(binder.lookups))


def _node(node: Node, noun: Noun, binder: Binder, *, top: bool = False) -> str:
    match node:
        case Field():
            return _field(node, noun, binder, top=top)
        case Text(value=value):
            return noun.search(binder, value, indexed=top)
        case Not(term=term):
            return f"NOT {_node(term, noun, binder)}"
        case Unnamed():
            return _unnamed(node, noun, binder)
        case AllOf(terms=terms):
            return f"({' AND '.join(_node(term, noun, binder) for term in terms)})"
        case AnyOf(terms=terms):
            return f"({' OR '.join(_node(term, noun, binder) for term in terms)})"


def unnamed_sql(noun: Noun, room: str, since: str, until: str) -> str:
    """The condition that a row of `room` names no session and lies in [since, until): placeholders all."""
    return (
        f"(session = '' AND room = {room}"
        f" AND {noun.time} >= fromUnixTimestamp64Nano({since}, 'UTC')"
        f" AND {noun.time} < fromUnixTimestamp64Nano({until}, 'UTC'))"
    )


def _unnamed(node: Unnamed, noun: Noun, binder: Binder) -> str:
    room = binder.bind(node.room, "String")
    return unnamed_sql(noun, room, binder.bind(node.since_ns, "Int64"), binder.bind(node.until_ns, "Int64"))


def _field(node: Field, noun: Noun, binder: Binder, *, top: bool) -> str:
    if node.key == TEXT:
        if node.op:
            column = node.values[0].column - len(node.op)
            raise fail(column, f"text cannot be compared by {node.op}", hint="it takes a word or a phrase")
        conditions = [_searched(value, noun, binder, top and len(node.values) == 1) for value in node.values]
    else:
        sort = _sort(node, noun)
        conditions = [sort.compare(binder, node.key, node.op, value) for value in node.values]
    return f"({' OR '.join(conditions)})"


def _searched(value: Value, noun: Noun, binder: Binder, indexed: bool) -> str:
    if not value.text:
        raise fail(value.column, "text needs a word or a phrase", hint='write text:word or text:"a phrase"')
    return noun.search(binder, value, indexed=indexed)


def _sort(node: Field, noun: Noun) -> Sort:
    found = noun.maps.get(node.key.map) if node.key.map else noun.fields.get(node.key.name)
    if found is None:
        known = [*noun.fields, "text", *(f"{name}." for name in noun.maps)]
        hint = f"{noun.name} have {', '.join(known)}; quote the whole to find it in the text"
        raise fail(node.column, f"{noun.name} have no field {node.key}", hint=hint)
    return found


def _check_pattern(store: Store, pattern: Value) -> None:
    """The engine itself says whether it takes a regular expression, before any row is read."""
    try:
        store.read_operator("check_pattern", {"pattern": pattern.text})
    except StoreError as error:
        if error.retryable:
            raise
        hint = "RE2 has no look-around and no back-references: github.com/google/re2/wiki/Syntax"
        raise fail(pattern.column, f"{pattern.text!r} is no regular expression", hint=hint) from error
