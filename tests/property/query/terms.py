"""Random filters: the text that a caller would write, and what it means in plain Python."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from .rows import NAMES, WORDS, LogRow, RunRow

Meaning = Callable[[Any], bool]


@dataclass(frozen=True)
class Term:
    text: str
    meaning: Meaning


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(text: str) -> str:
    """The value bare where it can stand bare."""
    return text if re.fullmatch(r'[^\s"(),*><=~]+', text) else quote(text)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9\x80-\U0010ffff]+", fold(text))


def fold(text: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def holds(text: str, value: str) -> bool:
    """A word is there as a whole, a phrase with its words and letter by letter."""
    there = all(word in words(text) for word in words(value))
    plain = re.fullmatch(r"[a-z0-9\x80-\U0010ffff]+", fold(value))
    return there and (plain is not None or fold(value) in fold(text))


def begins(text: str, value: str) -> bool:
    return any(word.startswith(fold(value)) for word in words(text))


@st.composite
def text_terms(draw: st.DrawFn, texts: Callable[[Any], Sequence[str]]) -> Term:
    kind = draw(st.sampled_from(["word", "prefix", "phrase", "field"]))
    if kind == "prefix":
        value = draw(st.sampled_from(["al", "ti", "TIME", "x"]))
        return Term(f"{value}*", lambda row: any(begins(text, value) for text in texts(row)))
    if kind == "phrase":
        value = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2)))
        return Term(quote(value), lambda row: any(holds(text, value) for text in texts(row)))
    value = draw(st.sampled_from(WORDS))
    head = "text:" if kind == "field" else ""
    return Term(f"{head}{value}", lambda row: any(holds(text, value) for text in texts(row)))


def _matcher(draw: st.DrawFn, values: Sequence[str]) -> tuple[str, Callable[[str], bool]]:
    """What stands behind the colon, and its meaning for one text."""
    kind = draw(st.sampled_from(["plain", "equal", "many", "prefix", "exists", "regex"]))
    picked = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3 if kind == "many" else 1))
    value = picked[0]
    if kind == "prefix" and value:
        return f"{quote(value[:2])}*", lambda text: text.startswith(value[:2])
    if kind == "exists":
        return "*", lambda text: text != ""
    if kind == "regex":
        pattern = draw(st.sampled_from(["^$", "plan", "^s.*h$", r"[0-9%]", "a|b", "(?i)PLAN"]))
        return f"~{quote(pattern)}", lambda text: re.search(pattern, text) is not None
    if kind == "equal":
        return f"={written(value)}", lambda text: text == value
    return ",".join(written(each) for each in picked), lambda text: text in picked


@st.composite
def name_terms(
    draw: st.DrawFn, key: str, texts: Callable[[Any], Sequence[str]], values: Sequence[str]
) -> Term:
    behind, matches = _matcher(draw, values)
    return Term(f"{key}:{behind}", lambda row: any(matches(text) for text in texts(row)))


@st.composite
def attribute_terms(draw: st.DrawFn) -> Term:
    name = draw(st.sampled_from(["k", "user id", "a.b"]))
    key = f"attr.{quote(name)}" if " " in name or draw(st.booleans()) else f"attr.{name}"
    if draw(st.booleans()):
        op = draw(st.sampled_from(list(COMPARE)))
        number = draw(st.sampled_from(["1", "7.5", "0.001k"]))
        value = 1.0 if number == "0.001k" else float(number)
        return Term(
            f"{key}:{op}{number}", lambda row: _compared(_number(row.attributes.get(name)), op, value)
        )
    behind, matches = _matcher(draw, ["", "1", "x"])
    if behind == "*":
        return Term(f"{key}:*", lambda row: name in row.attributes)
    return Term(f"{key}:{behind}", lambda row: name in row.attributes and matches(row.attributes[name]))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _compared(value: Any, op: str, other: Any) -> bool:
    return value is not None and (value == other if op in ("", "=") else COMPARE[op](value, other))


@st.composite
def level_terms(draw: st.DrawFn) -> Term:
    place = draw(st.integers(0, 5))
    name = ("trace", "debug", "info", "warn", "error", "fatal")[place]
    op = draw(st.sampled_from(["", "=", *COMPARE]))

    def meaning(row: LogRow) -> bool:
        return row.severity > 0 and _compared((row.severity - 1) // 4, op, place)

    return Term(f"level:{op}{name}", meaning)


@st.composite
def number_terms(draw: st.DrawFn, key: str, of: Callable[[Any], Any], values: dict[str, Any]) -> Term:
    op = draw(st.sampled_from(["", "=", *COMPARE]))
    text = draw(st.sampled_from(list(values)))
    if draw(st.booleans()) and op == "":
        return Term(f"{key}:*", lambda row: of(row) is not None)
    return Term(f"{key}:{op}{text}", lambda row: _compared(of(row), op, values[text]))


def _tokens(row: RunRow) -> int | None:
    if row.tokens_input is None:
        return row.tokens_output
    return row.tokens_input + (row.tokens_output or 0)


def _either(status: str) -> Term:
    return Term(f"status:{status}", lambda row: row.status == status)


log_terms = st.one_of(
    text_terms(lambda row: [row.body]),
    name_terms("service", lambda row: [row.service], NAMES),
    name_terms("event", lambda row: [row.event], NAMES),
    attribute_terms(),
    level_terms(),
)

run_terms = st.one_of(
    text_terms(lambda row: [row.name, row.error_type, row.error_message]),
    name_terms("name", lambda row: [row.name], NAMES),
    name_terms("agent", lambda row: row.agents, NAMES[1:]),
    name_terms("model", lambda row: row.models, ["gpt-4o", "gpt-5", "claude", "none"]),
    name_terms("error", lambda row: [row.error_type, row.error_message], ["ToolTimeout", "alpha", ""]),
    st.sampled_from(["running", "success", "error", "lost", "cancelled"]).map(_either),
    number_terms(
        "dur", lambda row: row.duration_ms, {"1s": 1000, "999ms": 999, "999": 999, "1m": 60_000, "0": 0}
    ),
    number_terms("tokens", _tokens, {"1k": 1000, "999": 999, "0": 0}),
    number_terms(
        "cost", lambda row: row.cost, {"0.01": Decimal("0.01"), "$0.01": Decimal("0.01"), "2$": Decimal(2)}
    ),
)


def filters(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """Terms joined by AND, OR, minus and parentheses, to some depth."""

    def wider(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        several = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            inner.map(lambda term: Term(f"-({term.text})", lambda row: not term.meaning(row))),
            several.map(
                lambda found: Term(
                    f"({' '.join(term.text for term in found)})",
                    lambda row: all(t.meaning(row) for t in found),
                )
            ),
            several.map(
                lambda found: Term(
                    f"({' OR '.join(term.text for term in found)})",
                    lambda row: any(t.meaning(row) for t in found),
                )
            ),
        )

    return st.recursive(terms, wider, max_leaves=6)
