"""How each sort of field compares: one class a sort, each giving SQL text with bound parameters only.

The names of columns come from the tables in `nouns.py`, operators from the closed set of the grammar;
whatever a caller wrote reaches the text through `Binder.bind` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from fanlight.query.grammar import Key, Value, fail
from fanlight.query.times import NS, inside

MAX_PATTERN = 256
COMPARISONS = ("", "=", ">", ">=", "<", "<=")

DURATION_NS = {"": 10**6, "ms": 10**6, "s": NS, "m": 60 * NS, "h": 3_600 * NS}
"""Units of a time span in nanoseconds; a bare number is milliseconds."""

COUNT = {"": 1, "k": 1_000, "M": 1_000_000}
MONEY = {"": 1, "$": 1}

_NUMBER = re.compile(r"(-?\d{1,18}(?:\.\d{1,12})?)([A-Za-z$]*)")
_RELATIVE = re.compile(r"now(?:-(\d{1,9})([smhd]))?")
_RELATIVE_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEX = re.compile(r"[0-9a-f]+")
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A text to be found before the runs are read: which runs hold it themselves, which spans do.

    `name` is the parameter that will hold the ids of the runs found.
    """

    name: str
    runs: str
    spans: str

    @property
    def term(self) -> str:
        """The condition on runs, once the ids are known."""
        return f"run_id IN {{{self.name}:Array(String)}}"

    @property
    def nested_term(self) -> str:
        """The same condition with the question in place of the ids."""
        # Every part of this text is the compiler's own; what a caller wrote is bound.
        asked = "SELECT run_id FROM {table} WHERE project_id = {{project_id:String}} AND {condition}"
        # A run starts with its first span, so spans from before the window belong to other runs.
        inside = "effective_start >= fromUnixTimestamp64Nano({floor_ns:Int64}, 'UTC')"
        spans = asked.format(table="spans", condition=f"{inside} AND {self.spans}")
        runs = asked.format(table="runs", condition=self.runs)
        return f"run_id IN ({spans} UNION ALL {runs})"


@dataclass(slots=True)
class Binder:
    """Collects the values of one filter under names of our own.

    `patterns` are still to be checked by the engine, `lookups` to be answered by the store.
    """

    now_ns: int
    parameters: dict[str, Any] = field(default_factory=dict)
    patterns: list[Value] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)

    def look_up(self, *, runs: str, spans: str) -> str:
        """The condition on runs that a text will be looked up for."""
        lookup = Lookup(name=f"f{len(self.parameters)}", runs=runs, spans=spans)
        self.parameters[lookup.name] = []
        self.lookups.append(lookup)
        return lookup.term

    def bind(self, value: Any, type_: str) -> str:
        """The placeholder that stands for `value` in the text."""
        name = f"f{len(self.parameters)}"
        self.parameters[name] = value
        return f"{{{name}:{type_}}}"

    def pattern(self, value: Value) -> str:
        """The placeholder of a regular expression of bounded length."""
        if len(value.text) > MAX_PATTERN:
            raise fail(
                value.column, "the regular expression is too long", hint=f"use up to {MAX_PATTERN} characters"
            )
        self.patterns.append(value)
        return self.bind(value.text, "String")


class Sort(Protocol):
    """A sort of field. `compare` gives a condition that is true or false, never NULL."""

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str: ...


@dataclass(frozen=True, slots=True)
class Word:
    """A text, in one of several columns."""

    columns: tuple[str, ...]

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        return _either(_text(binder, key, op, value, column) for column in self.columns)


@dataclass(frozen=True, slots=True)
class Members:
    """A list of texts, of which one must match."""

    column: str

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        if value.exists:
            return f"notEmpty({self.column})"
        return f"arrayExists(member -> {_text(binder, key, op, value, 'member')}, {self.column})"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few names, each of which stands for SQL literals of our own."""

    column: str
    names: Mapping[str, str]

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(("", "="), key, op, value)
        if value.exists:
            return "1"
        literal = self.names.get(value.text)
        if literal is None or value.prefix:
            raise fail(
                value.column, f"{value.text!r} is no {key}", hint=f"it is one of {', '.join(self.names)}"
            )
        return f"{self.column} = {literal}"


@dataclass(frozen=True, slots=True)
class Level:
    """A log level: OTLP's severity number in steps of four, with an order."""

    column: str
    names: tuple[str, ...]

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(COMPARISONS, key, op, value)
        if value.exists:
            return f"{self.column} > 0"
        if value.text not in self.names or value.prefix:
            raise fail(
                value.column, f"{value.text!r} is no {key}", hint=f"it is one of {', '.join(self.names)}"
            )
        first = 1 + 4 * self.names.index(value.text)
        last = first + 3
        ranges = {">=": (first, 255), ">": (last + 1, 255), "<=": (1, last), "<": (1, first - 1)}
        low, high = ranges.get(op, (first, last))
        return f"{self.column} BETWEEN {binder.bind(low, 'UInt8')} AND {binder.bind(high, 'UInt8')}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number with units; `type_` is what the engine compares in."""

    expression: str
    units: Mapping[str, int]
    type_: str = "Float64"

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(COMPARISONS, key, op, value)
        if value.exists:
            return f"isNotNull({self.expression})"
        number = parse_number(value, self.units)
        # Past 64 bits the engine would go on counting from the other end.
        bound = max(-_MOST, min(int(number), _MOST)) if self.type_ == "Int64" else float(number)
        return _ordered(self.expression, op, binder.bind(bound, self.type_))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, compared exactly."""

    expression: str

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(COMPARISONS, key, op, value)
        if value.exists:
            return f"isNotNull({self.expression})"
        amount = parse_number(
            Value(text=value.text.removeprefix("$"), column=value.column, prefix=value.prefix), MONEY
        )
        return _ordered(
            self.expression, op, f"toDecimal128({binder.bind(format(amount, 'f'), 'String')}, 12)"
        )


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time: RFC 3339, a date, or now-1h."""

    column: str

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(COMPARISONS, key, op, value)
        if value.exists:
            return "1"
        bound = binder.bind(parse_instant(value, binder.now_ns), "Int64")
        return _ordered(self.column, op, f"fromUnixTimestamp64Nano({bound}, 'UTC')")


@dataclass(frozen=True, slots=True)
class HexId:
    """An id of so many bytes; zero bytes mean that there is none."""

    column: str
    size: int

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        _only(("", "="), key, op, value)
        if value.exists:
            return f"{self.column} != toFixedString('', {self.size})"
        text = value.text.lower()
        digits = 2 * self.size
        if not _HEX.fullmatch(text) or len(text) > digits or (len(text) < digits and not value.prefix):
            raise fail(
                value.column,
                f"{value.text!r} is no {key}",
                hint=f"it is {digits} hex digits, or fewer and a star",
            )
        if value.prefix:
            return f"startsWith(lower(hex({self.column})), {binder.bind(text, 'String')})"
        return f"{self.column} = toFixedString(unhex({binder.bind(text, 'String')}), {self.size})"


@dataclass(frozen=True, slots=True)
class Attributes:
    """The values of one key in a map of texts; the key is the caller's and is bound as well."""

    column: str

    def compare(self, binder: Binder, key: Key, op: str, value: Value) -> str:
        name = binder.bind(key.name, "String")
        if value.exists:
            return f"mapContains({self.column}, {name})"
        found = f"{self.column}[{name}]"
        if op in (">", ">=", "<", "<="):
            number = parse_number(value, COUNT)
            return _ordered(f"toFloat64OrNull({found})", op, binder.bind(float(number), "Float64"))
        condition = _text(binder, key, op, value, found)
        # A missing key reads as the empty text, which must not count as an empty value.
        return f"(mapContains({self.column}, {name}) AND {condition})"


def parse_number(value: Value, units: Mapping[str, int]) -> Decimal:
    """The number in `value`, in the base unit of `units`. Raises InvalidError."""
    match = _NUMBER.fullmatch(value.text)
    if match is None or match[2] not in units or value.prefix:
        known = " ".join(unit for unit in units if unit)
        raise fail(
            value.column,
            f"{value.text!r} is no number",
            hint=f"write 12 or 1.5, with one of these units: {known}",
        )
    return Decimal(match[1]) * units[match[2]]


def parse_instant(value: Value, now_ns: int) -> int:
    """The time in `value` as nanoseconds since 1970; a time without zone is UTC. Raises InvalidError."""
    relative = _RELATIVE.fullmatch(value.text)
    if relative and not value.prefix:
        return inside(now_ns - int(relative[1] or 0) * _RELATIVE_S[relative[2] or "s"] * NS)
    moment = None if value.prefix else _moment(value.text)
    if moment is None or not 1970 <= moment.year <= 2261:
        hint = 'write 2026-11-21, "2026-11-21T10:00:00Z" or now-1h'
        raise fail(value.column, f"{value.text!r} is no time", hint=hint)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS + since.microseconds * 1_000


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(binder: Binder, key: Key, op: str, value: Value, column: str) -> str:
    _only(("", "=", "~"), key, op, value)
    if value.exists:
        return f"{column} != ''"
    if op == "~":
        return f"match({column}, {binder.pattern(value)})"
    bound = binder.bind(value.text, "String")
    return f"startsWith({column}, {bound})" if value.prefix else f"{column} = {bound}"


def _ordered(expression: str, op: str, bound: str) -> str:
    return f"ifNull({expression} {op or '='} {bound}, 0)"


def _either(conditions: Any) -> str:
    parts = list(conditions)
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _only(allowed: tuple[str, ...], key: Key, op: str, value: Value) -> None:
    if op not in allowed:
        hint = f"it takes {' '.join(op for op in allowed if op)}"
        raise fail(value.column - len(op), f"{key} cannot be compared by {op}", hint=hint)
