"""One run as a page that stands for itself: no script, nothing loaded, secrets masked."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from fanlight.model.content import (
    AnyPart,
    Content,
    Json,
    Media,
    Message,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
)
from fanlight.model.span import Attribute, Span, SpanColumns
from fanlight.query.run_export import RunExport
from fanlight.redact import Redactor

LONGEST = 20_000
"""So many characters of one text are given; how many more there are is told."""

LONGEST_ATTRIBUTE = 1_000
"""Attributes that are longer are told by their length: what they say stands above them as content."""

DEEPEST = 16
"""Deeper rows are not indented further."""

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

_STYLE = (files("fanlight.api") / "export_page" / "style.css").read_text("utf-8")

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
"""


def run_page(export: RunExport, redactor: Redactor, made_at: str) -> str:
    """The page. Every text in it went through `redactor`; `made_at` says when it was made."""
    return "".join(_Page(redactor).lines(export, made_at))


class _Page:
    """Writes the parts of a page; nothing that was sent reaches it but through `text`."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def text(self, value: str, longest: int = LONGEST) -> str:
        """`value` as HTML: masked, cut, and with what it hides named."""
        masked = self._redactor.text(value)
        shown = html.escape(masked[:longest])
        marked = _HIDDEN.sub(lambda found: f'<span class="hidden">U+{ord(found[0]):04X}</span>', shown)
        more = len(masked) - longest
        return marked if more <= 0 else f'{marked}<span class="muted"> … {more:,} more characters</span>'

    def lines(self, export: RunExport, made_at: str) -> Iterator[str]:
        run, failure = export.run, export.failure
        yield _HEAD.format(title=self.text(run.name or run.id, 200), style=_STYLE)
        yield f"<h1>{self.text(run.name or run.id, 500)}</h1>"
        yield from self._facts(export, made_at)
        if run.error is not None:
            told = ": ".join(filter(None, (run.error.type, run.error.message)))
            yield f'<p class="error">✗ {self.text(told)}</p>'
        if failure.cause is not None:
            yield f"<h2>First cause</h2><p>{self.text(failure.cause.statement)}</p>"
            links = "".join(
                f"<li>{self.text(link.name, 300)}: {self.text(link.statement)}</li>" for link in failure.chain
            )
            yield f"<h3>From cause to symptom</h3><ol>{links}</ol>" if links else ""
            yield f"<h3>What to do</h3><p>{self.text(failure.next)}</p>" if failure.next else ""
        for title, value in (("Input", run.input), ("Output", run.output)):
            if value is not None:
                yield f"<h2>{title}</h2>{self._pre(value)}"
        yield "<h2>Spans</h2>"
        if export.trace.truncated:
            shown = len(export.trace.columns.span_id)
            yield f'<p class="muted">The earliest {shown:,} of {export.trace.span_count:,}.</p>'
        yield from self._rows(export)
        yield "</body>\n</html>\n"

    def _facts(self, export: RunExport, made_at: str) -> Iterator[str]:
        run = export.run
        tokens = " / ".join(
            "—" if count is None else f"{count:,}" for count in (run.tokens.input, run.tokens.output)
        )
        unpriced = run.cost.unpriced_tokens or 0
        cost = "—" if run.cost.amount is None else f"{run.cost.amount} {run.cost.currency}"
        facts = (
            ("Status", run.status), ("Agent", run.agent), ("Room", run.room), ("Session", run.session),
            ("User", run.user), ("Started", run.started_at), ("Duration", _duration(run.duration_ms)),
            ("Tokens in / out", tokens), ("Cost", cost), ("Unpriced tokens", unpriced and f"{unpriced:,}"),
            ("Models", ", ".join(run.models)), ("Run", run.id), ("Trace", run.trace_id),
            ("Exported", made_at),
        )  # fmt: skip
        yield "<dl>"
        for name, value in facts:
            if value:
                yield f"<div><dt>{name}</dt><dd>{self.text(str(value), 500)}</dd></div>"
        yield "</dl>"

    def _rows(self, export: RunExport) -> Iterator[str]:
        columns = export.trace.columns
        whole_ns = max(export.trace.duration_ns, 1)
        for place, depth in in_order(columns):
            row = self._row(columns, place, depth, whole_ns)
            span = export.contents.get(columns.span_id[place])
            if span is None:
                yield f'<div class="plain">{row}</div>'
            else:
                said = "".join(self._said(span))
                yield f'<details><summary>{row}</summary><div class="said">{said}</div></details>'

    def _row(self, columns: SpanColumns, place: int, depth: int, whole_ns: int) -> str:
        takes_ns, failed = columns.duration_ns[place], columns.status[place] == "error"
        left = min(max(columns.start_ns[place] / whole_ns, 0), 1) * 100
        width = min((whole_ns if takes_ns is None else takes_ns) / whole_ns * 100, 100 - left)
        name = self.text(columns.name[place] or "parent that has not arrived", 300)
        mark = '<span class="error"> ✗ error</span>' if failed else ""
        took = columns.state[place] if takes_ns is None else _duration(takes_ns / 1e6)
        return (
            f'<span class="row"><span style="padding-left:{min(depth, DEEPEST)}rem">'
            f'<span class="muted">{self.text(columns.kind[place], 40)}</span> {name}{mark}</span>'
            f'<span class="track"><span class="bar{" failed" if failed else ""}"'
            f' style="left:{left:.3f}%;width:{width:.3f}%"></span></span><span>{took}</span></span>'
        )

    def _said(self, span: Span) -> Iterator[str]:
        told = ": ".join(filter(None, (span.error_type, span.status_message)))
        if told:
            yield f'<p class="error">{self.text(told)}</p>'
        if isinstance(span.content, Content):
            yield from self._content(span.content)
        for event in span.events:
            if event.name == "exception":
                yield f"<h3>exception</h3>{self._attributes(event.attributes)}"
        if span.attributes:
            yield f"<h3>Attributes</h3>{self._attributes(span.attributes)}"

    def _content(self, content: Content) -> Iterator[str]:
        if content.system:
            yield f"<h3>System</h3>{''.join(map(self._part, content.system))}"
        if content.query is not None:
            yield f"<h3>Query</h3>{self._pre(content.query)}"
        for title, messages in (("Input", content.input), ("Output", content.output)):
            if title == "Output" and content.tool_call is not None:
                call = content.tool_call
                yield f"<h3>Arguments of {self.text(call.name or 'the tool', 300)}</h3>"
                yield self._pre(call.arguments)
                yield "" if call.result is None else f"<h3>Result</h3>{self._pre(call.result)}"
            for message in messages:
                yield self._message(title, message)
        for document in content.documents:
            yield f"<h3>Document {self.text(document.id or '', 300)}</h3>{self._pre(document.text or '')}"

    def _message(self, title: str, message: Message) -> str:
        parts = "".join(map(self._part, message.parts))
        return f"<h3>{title}, {self.text(message.role, 100)}</h3>{parts}"

    def _part(self, part: AnyPart) -> str:
        match part:
            case Text():
                return self._pre(part.text)
            case Reasoning():
                return f'<p class="muted">reasoning</p>{self._pre(part.text)}'
            case ToolCall():
                return f"<p>→ {self.text(part.name or 'tool', 300)}</p>{self._pre(part.arguments)}"
            case ToolResult():
                failed = ' <span class="error">failed</span>' if part.is_error else ""
                inside = "".join(map(self._part, part.content))
                return f"<p>← {self.text(part.name or part.id or 'result', 300)}{failed}</p>{inside}"
            case Json():
                return self._pre(part.value)
            case Media():
                facts = filter(None, (part.mime, part.name, part.uri, part.bytes and f"{part.bytes:,} bytes"))
                return f'<p class="muted">[{self.text(", ".join(map(str, facts)) or "data")}]</p>'

    def _attributes(self, attributes: list[Attribute]) -> str:
        lines = []
        for each in attributes:
            value = _as_text(each.value)
            told = f"({len(value):,} characters)" if len(value) > LONGEST_ATTRIBUTE else value
            lines.append(f"{self.text(each.key, 300)}: {self.text(told)}")
        return f"<pre>{chr(10).join(lines)}</pre>"

    def _pre(self, value: Any) -> str:
        return f"<pre>{self.text(_as_text(value))}</pre>"


def in_order(columns: SpanColumns) -> Iterator[tuple[int, int]]:
    """The places of the spans with their depths, each below its parent; those of loops come last."""
    place_of = {span_id: place for place, span_id in enumerate(columns.span_id)}
    below: dict[int, list[int]] = {}
    for place, parent in enumerate(columns.parent_span_id):
        below.setdefault(place_of.get(parent or "", -1), []).append(place)
    seen: set[int] = set()
    waiting = [(place, 0) for place in reversed(below.get(-1, []))]
    rest = iter(range(len(columns.span_id)))
    while True:
        while waiting:
            place, depth = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            yield place, depth
            waiting += [(child, depth + 1) for child in reversed(below.get(place, ()))]
        left = next((place for place in rest if place not in seen), None)
        if left is None:
            return
        waiting.append((left, 0))


def _as_text(value: Any) -> str:
    """A text as it is, and JSON in a text or out of it laid out."""
    if isinstance(value, str):
        if not value.lstrip().startswith(("{", "[")):
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return str(value)
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    except (ValueError, RecursionError):
        return str(value)


def _duration(ms: float | None) -> str:
    if ms is None:
        return ""
    if ms < 1_000:
        return f"{ms:.3g} ms"
    return f"{ms / 1_000:.3g} s" if ms < 60_000 else f"{int(ms // 60_000)}m {round(ms % 60_000 / 1_000):02d}s"
