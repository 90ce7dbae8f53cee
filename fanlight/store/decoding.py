"""The queries that decode a segment of the log: `decode/{signal}.sql` with its marks filled in.

The engine reads the file itself, by a projection of OTLP (`fanlight/otlp/*.proto`) and the structure below.
Marks: `segment` = the file; `map(x)`, `types(x)` = a list of key-values as a map of texts and its arms;
`kind`, `agent`, ... = canonical scalars; the rest are numbers of the caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from fanlight.model.project import DEFAULT, NAME_PATTERN
from fanlight.model.signal import Signal
from fanlight.semconv import canonical
from fanlight.semconv.dialect import COUNTS, SCALARS

ARMS = (
    "no",
    "string_value",
    "bool_value",
    "int_value",
    "double_value",
    "array_value",
    "kvlist_value",
    "bytes_value",
)
_ENUM = "Enum8(" + ", ".join(f"'{arm}' = {number}" for number, arm in enumerate(ARMS)) + ")"
VALUE = (
    f"Tuple(value {_ENUM}, string_value String, bool_value Bool, int_value Int64, double_value Float64,"
    " array_value String, kvlist_value String, bytes_value String)"
)
PAIRS = f"Array(Tuple(key String, value {VALUE}))"
_SCOPE = f"scope Tuple(name String, version String, attributes {PAIRS}, dropped_attributes_count UInt32)"
_RESOURCE = f"resource Tuple(attributes {PAIRS}, dropped_attributes_count UInt32)"
_TAIL = "project String, received_ns UInt64, seq UInt64"
_EVENTS = f"events Array(Tuple(time_unix_nano UInt64, name String, attributes {PAIRS}, dropped_attributes_count UInt32))"
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
STRUCTURES: Mapping[Signal, str] = {
    Signal.TRACES: (
        f"resource_spans Array(Tuple({_RESOURCE}, scope_spans Array(Tuple({_SCOPE},"
        f" spans Array(Tuple({_SPAN})))))), {_TAIL}"
    ),
}

_MARK = re.compile(r"/\*(\w+)(?:\(([\w.]+)\))?\*/")


def decode_query(signal: Signal, path: Path, numbers: Mapping[str, int]) -> str:
    """The SELECT whose rows are the items of the segment at `path`."""
    text = _template(signal)
    for name, number in numbers.items():
        text = text.replace(f"/*{name}*/", str(number))
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
    if name == "kind":
        return canonical.kind(attributes="attributes", span_kind="span_kind")
    if name in SCALARS:
        return canonical.scalar(name, attributes="attributes", resource="resource")
    if name in COUNTS:
        return canonical.count(name, attributes="attributes")
    return mark.group(0)


def _map(pairs: str) -> str:
    return (
        f"CAST((arrayMap(text -> toValidUTF8(text), {pairs}.key), {_texts(f'{pairs}.value')}),"
        " 'Map(LowCardinality(String), String)')"
    )


def _texts(values: str) -> str:
    return (
        "arrayMap(v -> multiIf("
        "v.value = 'string_value', toValidUTF8(v.string_value), v.value = 'int_value', toString(v.int_value),"
        " v.value = 'bool_value', toString(v.bool_value), v.value = 'double_value', toString(v.double_value),"
        " v.value = 'array_value', v.array_value, v.value = 'kvlist_value', v.kvlist_value, v.bytes_value),"
        f" {values})"
    )


def _types(pairs: str) -> str:
    return f"CAST({pairs}.value.value, 'Array(UInt8)')"


def _project(resource: str) -> str:
    named = f"if(project = '', {resource}['project'], project)"
    return f"toLowCardinality(if(match({named}, {canonical.quote(NAME_PATTERN)}), {named}, {canonical.quote(DEFAULT)}))"


def _doubled(structure: str) -> str:
    return "'" + structure.replace("'", "''") + "'"


_MACROS = {"map": _map, "types": _types, "project": _project}
