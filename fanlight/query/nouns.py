"""What can be asked about each noun: the allow-list of fields, and how its text is searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from fanlight.model.log import LEVELS
from fanlight.model.run import RunStatus
from fanlight.model.span import KINDS
from fanlight.query.fields import (
    COUNT,
    DURATION_NS,
    Attributes,
    Binder,
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
from fanlight.query.grammar import Value
from fanlight.query.search import search_logs, search_metrics, search_runs, search_spans

SPAN_STATUS = ("unset", "ok", "error")
METRIC_TYPES = ("gauge", "sum", "histogram", "exponential_histogram", "summary")


class Search(Protocol):
    """The condition that a text is held; `indexed` where the text index may answer it."""

    def __call__(self, binder: Binder, value: Value, *, indexed: bool) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """The fields of what is listed, the maps behind `attr.` and `resource.`, and its full text.

    `name` is the noun and its table, `time` the table's column of time.
    """

    name: str
    time: str
    fields: Mapping[str, Sort]
    maps: Mapping[str, Attributes]
    search: Search


def _names(names: tuple[str, ...]) -> Mapping[str, str]:
    return MappingProxyType({name: f"'{name}'" for name in names})


_MAPS = MappingProxyType({"attr": Attributes("attributes"), "resource": Attributes("resource")})
_NO_MAPS: Mapping[str, Attributes] = MappingProxyType({})

RUNS = Noun(
    name="runs",
    time="started_at",
    fields=MappingProxyType(
        {
            "id": Word(("run_id",)),
            "trace": HexId("trace_id", 16),
            "status": Choice("status", _names(tuple(RunStatus))),
            "name": Word(("name",)),
            "agent": Members("agents"),
            "model": Members("models"),
            "provider": Members("providers"),
            "tool": Members("tools"),
            "service": Word(("service",)),
            "room": Word(("room",)),
            "session": Word(("session",)),
            "user": Word(("user",)),
            "error": Word(("error_type", "error_message")),
            "dur": Number(
                "(toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at))", DURATION_NS, "Int64"
            ),
            "cost": Money("cost"),
            "tokens": Number(
                "if(isNull(tokens_input), tokens_output, tokens_input + ifNull(tokens_output, 0))", COUNT
            ),
            "started": Instant("started_at"),
        }
    ),
    maps=_NO_MAPS,
    search=search_runs,
)

SPANS = Noun(
    name="spans",
    time="effective_start",
    fields=MappingProxyType(
        {
            "id": HexId("span_id", 8),
            "span": HexId("span_id", 8),
            "trace": HexId("trace_id", 16),
            "run": Word(("run_id",)),
            "kind": Choice("kind", _names(KINDS)),
            "name": Word(("name",)),
            "status": Choice(
                "status_code", MappingProxyType({name: str(n) for n, name in enumerate(SPAN_STATUS)})
            ),
            "agent": Word(("agent",)),
            "model": Word(("model", "model_requested")),
            "tool": Word(("tool",)),
            "service": Word(("service",)),
            "room": Word(("room",)),
            "session": Word(("session",)),
            "user": Word(("user",)),
            "error": Word(("error_type", "error_message")),
            "dur": Number("if(end_ns > start_ns, end_ns - start_ns, 0)", DURATION_NS, "Int64"),
            "tokens": Number(
                "if(isNull(tokens_input), tokens_output, tokens_input + ifNull(tokens_output, 0))", COUNT
            ),
            "started": Instant("effective_start"),
        }
    ),
    maps=_MAPS,
    search=search_spans,
)

LOGS = Noun(
    name="logs",
    time="time",
    fields=MappingProxyType(
        {
            "level": Level("severity_number", LEVELS),
            "type": Word(("severity_text",)),
            "service": Word(("service",)),
            "room": Word(("room",)),
            "session": Word(("session",)),
            "trace": HexId("trace_id", 16),
            "span": HexId("span_id", 8),
            "event": Word(("event_name",)),
            "time": Instant("time"),
        }
    ),
    maps=_MAPS,
    search=search_logs,
)

METRICS = Noun(
    name="metrics",
    time="time",
    fields=MappingProxyType(
        {
            "name": Word(("name",)),
            "type": Choice("type", _names(METRIC_TYPES)),
            "unit": Word(("unit",)),
            "service": Word(("service",)),
            "room": Word(("room",)),
            "session": Word(("session",)),
        }
    ),
    maps=_MAPS,
    search=search_metrics,
)

NOUNS: Mapping[str, Noun] = MappingProxyType({noun.name: noun for noun in (RUNS, SPANS, LOGS, METRICS)})
