"""The queries that decode a segment of the log: `decode/{signal}.sql` with its marks filled in.

The engine reads the file itself, by a projection of OTLP (`fanlight/otlp/*.proto`) and the structure below.
Marks: `segment` = the file; `map(x)`, `types(x)` = a list of key-values as a map of texts and its arms;
`kind`, `agent`, ... = canonical scalars; the rest are numbers of the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from fanlight.model.project import DEFAULT, NAME_PATTERN
from fanlight.model.signal import Signal
from fanlight.semconv import canonical

MOST_SEARCHED = 4
"""Attributes of one span whose text is indexed; the expression of `spans.search` names that many."""

_ENUM = "Enum8('no' = 0, 's' = 1, 'b' = 2, 'i' = 3, 'd' = 4, 'a' = 5, 'k' = 6, 'y' = 7)"
VALUE = f"Tuple(v {_ENUM}, s String, b Bool, i Int64, d Float64, a String, k String, y String)"
PAIRS = f"Array(Tuple(key String, v {VALUE}))"
_SCOPE = f"scope Tuple(name String, version String, attributes {PAIRS}, dropped_attributes_count UInt32)"
_RESOURCE = f"resource Tuple(attributes {PAIRS}, dropped_attributes_count UInt32)"
_TAIL = "project String, received_ns UInt64, seq UInt64"
_EVENTS = (
    f"events Array(Tuple(time_unix_nano UInt64, name String, attributes {PAIRS},"
    " dropped_attributes_count UInt32))"
)
_LINKS = (
    f"links Array(Tuple(trace_id String, span_id String, trace_state String, attributes {PAIRS},"
    " dropped_attributes_count UInt32, flags UInt32))"
)
_SPAN = (
    "trace_id String, span_id String, trace_state String, parent_span_id String, name String, kind Int32,"
    f" start_time_unix_nano UInt64, end_time_unix_nano UInt64, attributes {PAIRS},"
    f" dropped_attributes_count UInt32, {_EVENTS}, dropped_events_count UInt32, {_LINKS},"
    " dropped_links_count UInt32, status Tuple(message String, code Int32), flags UInt32"
)
_LOG = (
    f"time_unix_nano UInt64, severity_number Int32, severity_text String, body {VALUE}, attributes {PAIRS},"
    " dropped_attributes_count UInt32, flags UInt32, trace_id String, span_id String,"
    " observed_time_unix_nano UInt64, event_name String"
)
_POINT = f"start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes {PAIRS}"
_NUMBER = (
    f"Tuple({_POINT}, value Enum8('no' = 0, 'as_double' = 4, 'as_int' = 6), as_double Float64, as_int Int64)"
)
_HAS_SUM = "has_sum Enum8('no' = 0, 'sum' = 5), sum Float64"
_HISTOGRAM = (
    f"Tuple({_POINT}, count UInt64, {_HAS_SUM}, bucket_counts Array(UInt64), explicit_bounds Array(Float64),"
    " has_min Enum8('no' = 0, 'min' = 11), min Float64, has_max Enum8('no' = 0, 'max' = 12), max Float64)"
)
_BUCKETS = "Tuple(offset Int32, bucket_counts Array(UInt64))"
_EXPONENTIAL = (
    f"Tuple({_POINT}, count UInt64, {_HAS_SUM}, scale Int32, zero_count UInt64, positive {_BUCKETS},"
    f" negative {_BUCKETS}, has_min Enum8('no' = 0, 'min' = 12), min Float64,"
    " has_max Enum8('no' = 0, 'max' = 13), max Float64, zero_threshold Float64)"
)
_QUANTILES = "Array(Tuple(quantile Float64, value Float64))"
_SUMMARY = f"Tuple({_POINT}, count UInt64, sum Float64, quantile_values {_QUANTILES})"
_KINDS = "'gauge' = 5, 'sum' = 7, 'histogram' = 9, 'exponential_histogram' = 10, 'summary' = 11"
_METRIC = (
    f"name String, description String, unit String, data Enum8('no' = 0, {_KINDS}),"
    f" gauge Tuple(data_points Array({_NUMBER})),"
    f" sum Tuple(data_points Array({_NUMBER}), aggregation_temporality Int32, is_monotonic Bool),"
    f" histogram Tuple(data_points Array({_HISTOGRAM}), aggregation_temporality Int32),"
    f" exponential_histogram Tuple(data_points Array({_EXPONENTIAL}), aggregation_temporality Int32),"
    f" summary Tuple(data_points Array({_SUMMARY}))"
)


def _structure(resources: str, scopes: str, items: str, item: str) -> str:
    inner = f"{scopes} Array(Tuple({_SCOPE}, {items} Array(Tuple({item}))))"
    return f"{resources} Array(Tuple({_RESOURCE}, {inner})), {_TAIL}"


STRUCTURES: Mapping[Signal, str] = {
    Signal.TRACES: _structure("resource_spans", "scope_spans", "spans", _SPAN),
    Signal.LOGS: _structure("resource_logs", "scope_logs", "log_records", _LOG),
    Signal.METRICS: _structure("resource_metrics", "scope_metrics", "metrics", _METRIC),
}

_MARK = re.compile(r"/\*(\w+)(?:\(([\w.]+)\))?\*/")


def decode_query(signal: Signal, path: Path, terms: Mapping[str, int | str]) -> str:
    """The SELECT whose rows are the items of the segment at `path`."""
    text = _template(signal)
    for name, term in terms.items():
        text = text.replace(f"/*{name}*/", str(term))
    source = f"file({canonical.quote(str(path))}, 'Protobuf', {_doubled(STRUCTURES[signal])})"
    return text.replace("/*segment*/", source)


def schema_of(signal: Signal) -> str:
    """What the setting `format_schema` takes for this signal."""
    return f"{files('fanlight.otlp') / f'{signal}.proto'}:Request"


@cache
def _template(signal: Signal) -> str:
    text = (files("fanlight.store") / "decode" / f"{signal}.sql").read_text()
    return _MARK.sub(_fill, text)


def _fill(mark: re.Match[str]) -> str:
    name, over = mark.group(1), mark.group(2)
    if over is not None:
        return _MACROS[name](over)
    return _PARTS[name]() if name in _PARTS else mark.group(0)


def _map(pairs: str) -> str:
    return f"CAST(({pairs}.key, {_texts(pairs)}), 'Map(LowCardinality(String), String)')"


def _texts(pairs: str) -> str:
    return f"arrayMap(v -> {_text('v')}, {pairs}.v)"


def _types(pairs: str) -> str:
    return f"CAST({pairs}.v.v, 'Array(UInt8)')"


def _text(v: str) -> str:
    return (
        f"multiIf({v}.v = 's', {v}.s, {v}.v = 'i', toString({v}.i), {v}.v = 'b', toString({v}.b),"
        f" {v}.v = 'd', toString({v}.d), {v}.v = 'a', {v}.a, {v}.v = 'k', {v}.k, {v}.y)"
    )


def _project(resource: str) -> str:
    named = f"if(project = '', {resource}['project'], project)"
    allowed = f"match({named}, {canonical.quote(NAME_PATTERN)})"
    return f"toLowCardinality(if({allowed}, {named}, {canonical.quote(DEFAULT)}))"


# One shape for the points of every kind of metric: (SQL of its default, type).
_SHAPE = {
    "value_type": ("0", "UInt8"),
    "value_double": ("0", "Float64"),
    "value_int": ("0", "Int64"),
    "count": ("0", "UInt64"),
    "sum": ("NULL", "Nullable(Float64)"),
    "min": ("NULL", "Nullable(Float64)"),
    "max": ("NULL", "Nullable(Float64)"),
    "bounds": ("[]", "Array(Float64)"),
    "bucket_counts": ("[]", "Array(UInt64)"),
    "scale": ("0", "Int32"),
    "zero_count": ("0", "UInt64"),
    "zero_threshold": ("0", "Float64"),
    "positive_offset": ("0", "Int32"),
    "positive_counts": ("[]", "Array(UInt64)"),
    "negative_offset": ("0", "Int32"),
    "negative_counts": ("[]", "Array(UInt64)"),
    "quantiles": ("[]", "Array(Float64)"),
    "quantile_values": ("[]", "Array(Float64)"),
}


def _point(p: str, **own: str) -> str:
    shared = f"{p}.start_time_unix_nano, {p}.time_unix_nano, {p}.attributes, {p}.flags"
    rest = (f"CAST({own.get(name, default)}, '{type_}')" for name, (default, type_) in _SHAPE.items())
    return f"tuple({shared}, {', '.join(rest)})"


def _number(p: str) -> str:
    kind = f"transform(toUInt8({p}.value), [4, 6], [1, 2], 0)"
    return _point(p, value_type=kind, value_double=f"{p}.as_double", value_int=f"{p}.as_int")


def _statistics(p: str) -> dict[str, str]:
    present = {name: f"if({p}.has_{name} = 'no', NULL, {p}.{name})" for name in ("sum", "min", "max")}
    return {"count": f"{p}.count", **present}


def _histogram(p: str) -> str:
    return _point(p, bounds=f"{p}.explicit_bounds", bucket_counts=f"{p}.bucket_counts", **_statistics(p))


def _exponential(p: str) -> str:
    own = {name: f"{p}.{name}" for name in ("scale", "zero_count", "zero_threshold")}
    for side in ("positive", "negative"):
        own |= {f"{side}_offset": f"{p}.{side}.offset", f"{side}_counts": f"{p}.{side}.bucket_counts"}
    return _point(p, **own, **_statistics(p))


def _summary(p: str) -> str:
    values = f"{p}.quantile_values"
    return _point(
        p,
        count=f"{p}.count",
        sum=f"{p}.sum",
        quantiles=f"{values}.quantile",
        quantile_values=f"{values}.value",
    )


def _doubled(structure: str) -> str:
    return "'" + structure.replace("'", "''") + "'"


_MACROS: Mapping[str, Callable[[str], str]] = {
    "map": _map,
    "texts": _texts,
    "types": _types,
    "text": _text,
    "project": _project,
    "number": _number,
    "histogram": _histogram,
    "exponential": _exponential,
    "summary": _summary,
    "scalar": lambda name: canonical.scalar(name, resource="resource"),
    "found": lambda name: canonical.found(name, texts="texts", numbers="numbers", resource="resource"),
    "count": canonical.count,
    "more": canonical.more,
    "exclusive": canonical.exclusive,
    "content": lambda which: canonical.content(
        which,
        texts="texts",
        numbers="numbers",
        wanted="kind = 'tool'" if which == "arguments" else "can_be_root",
    ),
}

# Parts of the decoding queries that stand for all dialects together.
_PARTS: Mapping[str, Callable[[], str]] = {
    "numbers": lambda: canonical.numbers(keys="keys", texts="texts"),
    "numbers_of_places": lambda: canonical.numbers(keys="keys", texts="texts", names=("session", "room")),
    "own": lambda: canonical.own(texts="texts", numbers="numbers"),
    "pairs": lambda: canonical.pairs(own="own"),
    "slots": canonical.slots,
    "kinds_named": canonical.kinds_named,
    "kind_place": lambda: canonical.kind_place(named="named"),
    "kind": lambda: canonical.kind(named="named", place="kind_place", keys="keys", span_kind="span_kind"),
    "operation": lambda: canonical.operation(place="kind_place"),
    "dialect": lambda: canonical.dialect(place="kind_place"),
    "disagree": lambda: canonical.disagree(named="named"),
    "names_spans": lambda: canonical.names_spans(dialect="dialect"),
    "provider": lambda: canonical.provider(provider="provider", dialect="dialect"),
    "failed": canonical.failed,
    "amounts": canonical.amounts,
    "bad_tokens": canonical.bad_tokens,
    "most_cost": lambda: str(canonical.MOST_COST),
    "finish_reason": canonical.finish_reason,
    "until_first_token": lambda: canonical.until_first_token(
        start_ns="start_ns", event_names="event_name", event_times="event_time_ns"
    ),
    "first_token": lambda: canonical.first_token(until="until_first_token"),
    "call": lambda: canonical.call(given="arguments"),
    "searched": lambda: canonical.searched(numbers="numbers", most=MOST_SEARCHED),
    "has_content": lambda: canonical.has_content(numbers="numbers"),
}
