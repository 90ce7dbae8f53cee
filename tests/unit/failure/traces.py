"""Words for writing runs by hand: a step a line, times in seconds."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from fanlight.model.step import Step
from fanlight.query.failure.story import LogLine, Story

BEGIN_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000


def hashed(text: str | None) -> int:
    """What stands for a content: any number but 0, the same for the same text."""
    return 0 if text is None else zlib.crc32(text.encode()) + 1


def step(
    span_id: str,
    parent: str | None,
    kind: str,
    name: str,
    at: float,
    took: float | None,
    *,
    error: str | None = None,
    caught: str | None = None,
    args: str | None = None,
    out: str | None = None,
    finish: str = "",
    model: str = "",
    agent: str = "",
    service: str = "",
    http: int | None = None,
    state: str = "",
    tokens: tuple[int, int] | None = None,
) -> Step:
    """One span. `error` is `Type: message` or a message alone; `took=None` = it never ended.

    `caught` is an exception that the span recorded without failing.
    """
    type_, message = _error(error if error is not None else caught)
    start_ns = BEGIN_NS + int(at * SECOND_NS)
    return Step(
        span_id=span_id,
        parent_id=parent,
        name=name,
        kind=kind,
        agent=agent,
        tool=name if kind == "tool" else "",
        model=model or ("gpt-4o" if kind == "llm" else ""),
        service=service,
        state=state or ("finished" if took is not None else "open"),
        status="error" if error is not None else "unset",
        error_type=type_,
        error_message=message,
        http_status=http,
        finish_reason=finish,
        start_ns=start_ns,
        end_ns=None if took is None else start_ns + int(took * SECOND_NS),
        call_hash=hashed(f"{name}({args})") if args is not None and kind == "tool" else 0,
        input_hash=hashed(args),
        output_hash=hashed(out),
        input=args,
        output=out,
        tokens_input=tokens and tokens[0],
        tokens_output=tokens and tokens[1],
    )


def _error(text: str | None) -> tuple[str, str]:
    type_, separator, message = (text or "").partition(": ")
    if separator and " " not in type_:
        return type_, message
    return "", text or ""


def log(log_id: str, at: float, text: str, *, span: str = "", severity: int = 17, type_: str = "") -> LogLine:
    """One line of the log, at error level unless said otherwise."""
    return LogLine(
        log_id=log_id,
        time_ns=BEGIN_NS + int(at * SECOND_NS),
        severity=severity,
        text=text,
        span_id=span,
        error_type=type_,
    )


@dataclass(frozen=True)
class Case:
    """A run with what a person would say of it: where it began to go wrong, and what that was.

    More than one span or kind = a person would take each of them.
    """

    name: str
    story: Story
    spans: frozenset[str]
    kinds: frozenset[str]
    verdict: str
    log_id: str | None = None


def case(
    name: str,
    status: str,
    steps: list[Step],
    *,
    cause: str = "",
    kind: str = "",
    verdict: str = "failed",
    logs: tuple[LogLine, ...] = (),
    log_id: str | None = None,
) -> Case:
    """A run and its label; `cause` and `kind` may name several, with a space between."""
    story = Story(run_id="r", trace_id="t", status=status, steps=tuple(steps), logs=logs)
    return Case(name, story, frozenset(cause.split()), frozenset(kind.split()), verdict, log_id)
