"""`meshagent session traces`: the spans of a session, each below its parent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.meshagent import options
from fanlight.cli.meshagent.options import Output
from fanlight.errors import InvalidError

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from fanlight.cli.meshagent.account import Item
    from fanlight.cli.tree import Node

UNITS_NS = {"": 1, "ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
NAME_CHARACTERS = 120
INDENT = "  "


def traces(
    session: options.SessionArgument = None,
    session_id: options.SessionId = None,
    room: options.OfRoom = None,
    trace_id: Annotated[
        str | None, typer.Option("--trace-id", help="Spans of this trace alone.", show_default=False)
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Spans whose name contains this, in any case.", show_default=False),
    ] = None,
    min_duration: Annotated[
        str | None,
        typer.Option("--min-duration", help="Spans at least so long: 500ms, 2s.", show_default=False),
    ] = None,
    attributes: Annotated[bool, typer.Option("--attrs", help="Show attributes.")] = False,
    output: options.Format = Output.TABLE,
    project_id: options.ProjectId = None,
) -> None:
    """Show the spans of a session as trees, with durations in milliseconds.

    Example: meshagent session traces --room lobby --min-duration 500ms
    """
    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.cli.meshagent.sessions import chosen, of_room, tell_cut
    from fanlight.cli.output import print_json, say, stdout, visible

    shortest_ns = duration_ns(min_duration) if min_duration else None
    with Account(whereabouts(project_id)) as account:
        found = chosen(account, session, session_id, room)
        path = f"sessions/{segment(found or '')}/spans"
        spans, is_cut = account.items(path, "spans") if found else ([], False)
    is_wanted = sieve(trace_id, name, shortest_ns)
    if output == Output.JSON:
        print_json({"spans": [span for span in spans if is_wanted(span)]})
    elif found is None:
        say(f"no sessions{of_room(room)} yet", "dim")
    elif not any(map(is_wanted, spans)):
        are = "no spans match" if spans else "no spans"
        say(f"{are} in session {visible(found)}", "dim")
    else:
        stdout().print(table_of(sifted(spans, is_wanted), attributes=attributes))
    if is_cut:
        tell_cut(len(spans), "span")


def duration_ns(text: str) -> int:
    """A length of time in nanoseconds.

    Raises:
        InvalidError: `text` is none.

    Example:
        >>> duration_ns("500ms"), duration_ns("1.5 s"), duration_ns("20")
        (500000000, 1500000000, 20)
    """
    # Keyboards write the Greek letter, standards the micro sign.
    written = text.lower().replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}")
    found = re.fullmatch(r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*(ns|us|µs|ms|s|)\s*", written)
    if found is None:
        raise InvalidError(f"{text!r} is no duration", hint="write 500ms, 2s, 40us or 900ns")
    return int(float(found[1]) * UNITS_NS[found[2]])


def sieve(trace_id: str | None, name: str | None, shortest_ns: int | None) -> Callable[[Item], bool]:
    """Whether a span is asked for."""

    def is_wanted(span: Item) -> bool:
        return (
            (trace_id is None or span.get("trace_id") == trace_id)
            and (name is None or name.lower() in _name(span).lower())
            and (shortest_ns is None or _number(span.get("duration")) >= shortest_ns)
        )

    return is_wanted


def sifted(spans: Sequence[Item], is_wanted: Callable[[Item], bool]) -> list[Node]:
    """The trees of the spans that are wanted; one whose parent is not hangs below the next wanted above.

    Example:
        >>> spans = [{"trace_id": "t", "span_id": s, "parent_span_id": p} for s, p in ("ax", "ba", "cb")]
        >>> [root] = sifted(spans, lambda span: span["span_id"] != "b")
        >>> root.row["span_id"], [child.row["span_id"] for child in root.children]
        ('a', ['c'])
    """
    from fanlight.cli.tree import roots_of

    by_trace: dict[Any, dict[Any, Item]] = {}
    for span in sorted(spans, key=lambda span: str(span.get("created_at") or "")):
        by_trace.setdefault(span.get("trace_id"), {})[span.get("span_id")] = span
    return [
        root
        for trace in by_trace.values()
        for root in roots_of(
            [
                {**span, "parent_span_id": _above(span, trace, is_wanted)}
                for span in trace.values()
                if is_wanted(span)
            ]
        )
    ]


def _above(span: Item, trace: dict[Any, Item], is_wanted: Callable[[Item], bool]) -> Any:
    seen = set()
    parent = span.get("parent_span_id")
    # Spans may be each other's parents.
    while parent in trace and parent not in seen:
        if is_wanted(trace[parent]):
            return parent
        seen.add(parent)
        parent = trace[parent].get("parent_span_id")
    return None


def table_of(roots: Sequence[Node], *, attributes: bool = False) -> Table:
    """The trees as a table, each span indented below its parent."""
    from fanlight.cli.meshagent.logs import pairs
    from fanlight.cli.output import table
    from fanlight.cli.times import full_time

    rows = []
    for depth, span in lines_of(roots):
        row = (_name_text(depth, span), full_time(str(span.get("created_at") or "–")), milliseconds(span))
        rows.append((*row, pairs(span.get("span_attributes"))) if attributes else row)
    fixed = {"no_wrap": True}
    columns: list[Any] = [("name", fixed), ("began", fixed), ("duration", {**fixed, "justify": "right"})]
    return table([*columns, ("attributes", {"overflow": "fold"})] if attributes else columns, rows)


def lines_of(roots: Sequence[Node]) -> Iterator[tuple[int, Item]]:
    """Every span with its depth, parents first, without recursion: traces can be deep."""
    waiting = [(0, root) for root in reversed(roots)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node.row
        waiting.extend((depth + 1, child) for child in reversed(node.children))


def milliseconds(span: Item) -> str:
    """How long a span took; in words when it has no end.

    Example:
        >>> milliseconds({"duration": 1_234_567_890}), milliseconds({"duration": 480})
        ('1,234.6 ms', '0.000 ms')
        >>> milliseconds({"duration": None, "state": "open"}), milliseconds({})
        ('open', 'open')
    """
    given = span.get("duration")
    if isinstance(given, bool) or not isinstance(given, int | float):
        return str(span.get("state") or "open")
    return f"{given / 1e6:,.1f} ms" if given >= 1e6 else f"{given / 1e6:.3f} ms"


def _name(span: Item) -> str:
    return str(span.get("span_name") or span.get("name") or "–")


def _name_text(depth: int, span: Item) -> Text:
    from rich.text import Text

    from fanlight.cli.output import visible

    failed = span.get("status") == "error"
    shown = Text(INDENT * depth + visible(_name(span), limit=NAME_CHARACTERS), "bold red" if failed else "")
    if failed:
        shown.append(" ✗")
    return shown


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else -1
