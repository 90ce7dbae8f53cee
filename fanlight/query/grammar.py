"""The filter grammar: from one line of text to a tree. The same line is the Studio's chips and its URL.

    query := term { ws [OR] term }
    term  := ["-"] (field | text | "(" query ")")
    field := key ":" [op] value {"," value}
    op    := > >= < <= = ~
    key   := word | attr.dotted.key | attr."dotted.key" | resource."dotted.key"
    value := bare | "quoted" | prefix* | *

Terms that stand side by side must all hold, and they bind tighter than OR. A comma is an OR inside one field.
Quotes make a value literal, and inside them `\\"` and `\\\\` stand for a quote and a backslash. Nothing that
cannot be understood is skipped: each error names the column, counted from 1, where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fanlight.errors import InvalidError

MAX_LENGTH = 4_096
MAX_TERMS = 200
MAX_DEPTH = 32

OPERATORS = (">=", "<=", ">", "<", "=", "~")
MAPS = ("attr", "resource")

_SPACE = re.compile(r"[ \t\r\n]+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BARE_KEY = re.compile(r'[^\s"(),:*]+')
_BARE = re.compile(r'[^\s"(),*]+')
_BARE_TEXT = re.compile(r'[^\s"()*:]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a field asks about: a name, or `map` (attr or resource) and the attribute's key in it."""

    name: str
    map: str = ""

    def __str__(self) -> str:
        return f'{self.map}."{self.name}"' if self.map else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value as it was written, and the column where it begins.

    `prefix` says that a star follows; an empty `text` with `prefix` is the star alone: exists. Both are false
    when the star was quoted.
    """

    text: str
    column: int
    prefix: bool = False
    quoted: bool = False

    @property
    def exists(self) -> bool:
        return self.prefix and not self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """`key:op value, value`: any of the values. `op` is empty when none was written."""

    key: Key
    op: str
    values: tuple[Value, ...]
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A word or a quoted phrase to be found in the text of whatever is listed."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The term does not hold."""

    term: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every term holds; of no terms, always true."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one term holds."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """What names no session and lies in [since, until) of a room. `within.py` adds it, nobody writes it."""

    room: str
    since_ns: int
    until_ns: int


Node = Field | Text | Not | AllOf | AnyOf | Unnamed


def quoted(text: str) -> str:
    """`text` as a literal value of a filter.

    Example:
        >>> print("session:" + quoted('said "no"'))
        session:"said \\"no\\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def fail(column: int, what: str, *, hint: str = "") -> InvalidError:
    """The error for a filter that is wrong at `column`, counted from 1."""
    return InvalidError(f"filter, column {column}: {what}", hint=hint)


def parse(query: str) -> Node:
    """The tree of `query`; a single term stands for itself, an empty query is `AllOf` of nothing.

    Raises:
        InvalidError: the query is no sentence of the grammar; the text names the column and what would do.

    Example:
        >>> parse("-level:debug")
        Not(term=Field(key=Key(name='level', map=''), op='',
            values=(Value(text='debug', column=8, prefix=False, quoted=False),), column=2))
    """
    if len(query) > MAX_LENGTH:
        raise fail(MAX_LENGTH, f"{len(query):,} characters are too many", hint=f"use up to {MAX_LENGTH:,}")
    return _Parser(query).parse()


class _Parser:
    """Recursive descent over the text itself: a filter is short, and positions stay exact."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._terms = 0

    def parse(self) -> Node:
        node = self._query(depth=0)
        if self._at < len(self._text):
            raise fail(self._column, "nothing is open that this could close", hint='quote it to find it: ")"')
        return node

    @property
    def _column(self) -> int:
        return self._at + 1

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()
        return match

    def _take_literal(self, literal: str) -> bool:
        if self._text.startswith(literal, self._at):
            self._at += len(literal)
            return True
        return False

    def _query(self, depth: int) -> Node:
        groups: list[tuple[Node, ...]] = []
        terms: list[Node] = []
        self._take(_SPACE)
        while self._at < len(self._text) and self._text[self._at] != ")":
            if self._is_or():
                groups.append(self._group(terms))
                terms = []
            else:
                terms.append(self._term(depth))
            self._end_of_term()
        if not groups:
            return _joined(tuple(terms))
        groups.append(self._group(terms))
        return AnyOf(terms=tuple(_joined(group) for group in groups))

    def _is_or(self) -> bool:
        word = re.compile(r"(OR|AND)(?=[\s()]|$)").match(self._text, self._at)
        if word is None:
            return False
        if word[1] == "AND":
            raise fail(
                self._column,
                "terms side by side must all hold already",
                hint='leave AND out, or quote it: "AND"',
            )
        self._at = word.end()
        return True

    def _group(self, terms: list[Node]) -> tuple[Node, ...]:
        if terms:
            return tuple(terms)
        raise fail(
            self._column,
            "OR stands between two terms, and one is missing",
            hint='quote it to find the word: "OR"',
        )

    def _end_of_term(self) -> None:
        if not self._take(_SPACE) and self._at < len(self._text) and self._text[self._at] not in "()":
            raise fail(
                self._column,
                f"{self._text[self._at]!r} is not expected here",
                hint="put a space between two terms, and quote what is special",
            )

    def _term(self, depth: int) -> Node:
        self._count()
        if self._take_literal("-"):
            if self._at >= len(self._text) or self._text[self._at] in " \t\r\n)-":
                raise fail(
                    self._column - 1,
                    "a minus negates the term behind it, and there is none",
                    hint='quote it to find it: "-"',
                )
            return Not(term=self._operand(depth))
        return self._operand(depth)

    def _count(self) -> None:
        """One term more, or one value more of a field: each is a condition of the query."""
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise fail(
                self._column,
                "too many terms",
                hint=f"use up to {MAX_TERMS}; each value of a field counts as one",
            )

    def _operand(self, depth: int) -> Node:
        if self._text.startswith("(", self._at):
            return self._parentheses(depth)
        start = self._column
        key = self._key()
        return self._text_term() if key is None else self._field(key, start)

    def _parentheses(self, depth: int) -> Node:
        start = self._column
        if depth >= MAX_DEPTH:
            raise fail(start, "too many open parentheses", hint=f"use up to {MAX_DEPTH}")
        self._at += 1
        node = self._query(depth + 1)
        if not self._take_literal(")"):
            raise fail(start, "this parenthesis is never closed", hint="add ) or quote it")
        if node == AllOf(terms=()):
            raise fail(start, "nothing stands inside these parentheses")
        return node

    def _key(self) -> Key | None:
        """The key of a field and its colon, or None and nothing read when a text stands here."""
        start = self._at
        word = self._take(_WORD)
        if word and word[0] in MAPS and self._take_literal("."):
            name = self._quoted() if self._text.startswith('"', self._at) else self._bare_key()
            if not self._take_literal(":"):
                raise fail(
                    self._column,
                    f"a colon and a value must follow {word[0]}.",
                    hint=f'write {word[0]}."key":value',
                )
            if not name:
                raise fail(start + 1, "the attribute's key is empty", hint=f'write {word[0]}."key":value')
            return Key(name=name, map=word[0])
        if word and self._take_literal(":"):
            return Key(name=word[0])
        self._at = start
        return None

    def _bare_key(self) -> str:
        found = self._take(_BARE_KEY)
        return found[0] if found else ""

    def _field(self, key: Key, start: int) -> Field:
        op = next((op for op in OPERATORS if self._take_literal(op)), "")
        values = [self._value(key, literal=bool(op))]
        while self._take_literal(","):
            self._count()
            values.append(self._value(key, literal=bool(op)))
        return Field(key=key, op=op, values=tuple(values), column=start)

    def _value(self, key: Key, *, literal: bool) -> Value:
        """A value; behind an operator a star is only a star."""
        column = self._column
        if self._text.startswith('"', self._at):
            text = self._quoted()
            return Value(
                text=text,
                column=column,
                quoted=True,
                prefix=bool(text) and not literal and self._take_literal("*"),
            )
        if literal:
            found = self._take(re.compile(r'[^\s"(),]+'))
            text = found[0] if found else ""
        else:
            found = self._take(_BARE)
            text = found[0] if found else ""
            if self._take_literal("*"):
                self._refuse_inner_star()
                return Value(text=text, column=column, prefix=True)
        if not text:
            raise fail(
                column, f"{key} has no value here", hint='write one, * for "any", or "" for an empty text'
            )
        return Value(text=text, column=column)

    def _text_term(self) -> Text:
        column = self._column
        if self._text.startswith('"', self._at):
            text = self._quoted()
            if not text:
                raise fail(column, "an empty text is found everywhere", hint="leave it out")
            return Text(value=Value(text=text, column=column, quoted=True))
        found = self._take(_BARE_TEXT)
        if found is None:
            raise fail(
                column,
                f"{self._text[self._at]!r} cannot begin a term",
                hint="quote it to find it in the text",
            )
        if self._text.startswith(":", self._at):
            raise fail(
                column, f"{found[0]!r} is no name of a field", hint="quote the whole to find it in the text"
            )
        prefix = self._take_literal("*")
        if prefix:
            self._refuse_inner_star()
        return Text(value=Value(text=found[0], column=column, prefix=prefix))

    def _refuse_inner_star(self) -> None:
        if self._at < len(self._text) and self._text[self._at] not in " \t\r\n,)":
            raise fail(
                self._at,
                "a star stands only at the end of a value",
                hint="quote the value, or use ~ and a regular expression",
            )

    def _quoted(self) -> str:
        start = self._column
        found = self._take(_QUOTED)
        if found is None:
            raise fail(start, "this quote is never closed", hint='add ", and write a quote inside as \\"')
        return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)


def _joined(terms: tuple[Node, ...]) -> Node:
    return terms[0] if len(terms) == 1 else AllOf(terms=terms)
