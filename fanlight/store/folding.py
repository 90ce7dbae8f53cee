"""Names beyond their project's limits, folded in what was decoded: the item stays, and what it was called.

A name becomes its shape (`GET /users/*`), or OTHER when there are too many shapes as well; the attribute
NAME keeps it as it came. Keys of attributes are numbered where they stand (KEY and their number), and the
attribute KEYS lists them, so that whoever reads an item finds it as it was sent (`otlp/values.py`).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

from fanlight.model.limits import NAMED
from fanlight.model.signal import Signal
from fanlight.otlp.folded import KEY, KEYS, NAME
from fanlight.otlp.wire import varint
from fanlight.semconv.canonical import quote
from fanlight.semconv.numbering import numbering
from fanlight.semconv.registry import dialects
from fanlight.store.connection import Connection
from fanlight.store.names import Names
from fanlight.store.sql import statement

OTHER = "(other)"
OWN = "fanlight."
"""Names below it are Fanlight's own and never folded, nor is what is read by its name (`_read`)."""

LONGEST_SHAPE = 200
SHAPES_AT_ONCE = 10_000

FLAGS: Mapping[str, str] = {
    "max_span_names": "folded_name",
    "max_event_names": "folded_event_name",
    "max_metric_names": "folded_name",
    "max_attribute_keys": "folded_key",
    "max_services": "folded_service",
    "max_agents": "folded_agent",
    "max_tools": "folded_tool",
}
"""What an item says in `flags` of a name that is folded."""

_MARK = re.compile(r"/\*(\w+)\(([\w., ]*)\)\*/")
_READ = re.compile(r"attributes\['([^']+)'\]|event_name = '([^']+)'")
_IDS = (
    (r"\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b", "*"),
    (r"[0-9][0-9A-Za-z]*", "*"),
)
"""What varies in a name: long hexadecimal numbers and UUIDs, and whatever begins with a digit."""


def fold(decoder: Connection, signal: Signal, names: Names) -> Mapping[tuple[str, str], int]:
    """Count the names in the decoder's `incoming`, and fold there those that are beyond their limits.

    Returns how many items have some, by project and limit. Raises StoreError.
    """
    if not names.are_limited(signal):
        return {}
    found = list(_found(decoder, signal))
    beyond = names.take(found)
    if not beyond:
        return {}
    # Only now: most segments have nothing to fold.
    own = _own(decoder, {project for project, _, _ in found})
    beyond = [each for each in beyond if each not in own]
    try:
        return _fold(decoder, signal, names, beyond)
    finally:
        for name in ("names_beyond", "shapes_kept", "folded"):
            decoder.run(f"DROP TEMPORARY TABLE IF EXISTS {name}")


def _found(decoder: Connection, signal: Signal) -> Iterable[tuple[str, str, Sequence[int]]]:
    for project, *found in decoder.rows(_statement(f"{signal}_named")):
        yield from ((str(project), limit, hashes) for limit, hashes in zip(NAMED[signal], found, strict=True))


def _own(decoder: Connection, projects: Iterable[str]) -> frozenset[int]:
    """What keys and events that are read by their names are known by."""
    asked = {"projects": list(projects), "names": sorted(_read())}
    return frozenset(int(each) for row in decoder.rows(_statement("own"), asked) for each in row)


def _fold(
    decoder: Connection, signal: Signal, names: Names, beyond: Sequence[int]
) -> Mapping[tuple[str, str], int]:
    _put(decoder, "names_beyond", beyond)
    shapes = decoder.rows(_statement(f"{signal}_shapes"), {"most": SHAPES_AT_ONCE})
    kept = names.take_shapes((str(project), str(limit), hashes) for project, limit, hashes in shapes)
    _put(decoder, "shapes_kept", kept)
    decoder.keep("folded", _statement(str(signal)), shape=f"folded {signal}")
    # The same table under the same name: whatever comes after needs to know nothing of this.
    decoder.run("TRUNCATE TABLE incoming")
    decoder.run("INSERT INTO incoming SELECT * FROM folded")
    flags = [FLAGS[limit] for limit in NAMED[signal]]
    counted = ", ".join(f"countIf(has(flags, {quote(flag)}))" for flag in flags)
    rows = decoder.rows(f"SELECT project_id, {counted} FROM incoming GROUP BY project_id")  # noqa: S608
    return {
        (str(project), limit): int(count)
        for project, *counts in rows
        for limit, count in zip(NAMED[signal], counts, strict=True)
        if count
    }


def _put(decoder: Connection, table: str, hashes: Iterable[int]) -> None:
    """Make `hashes` a temporary table: as a Native block, for texts of numbers would be long."""
    values = array("Q", hashes)
    decoder.run(f"CREATE TEMPORARY TABLE {table} (hash UInt64) ENGINE = Memory")
    if values:
        block = b"".join((varint(1), varint(len(values)), _text("hash"), _text("UInt64"), values.tobytes()))
        decoder.put(table, ("hash",), block, {})


def _text(text: str) -> bytes:
    return varint(len(text)) + text.encode()


@cache
def _statement(name: str) -> str:
    return _MARK.sub(lambda mark: _MACROS[mark[1]](*mark[2].split(", ")), statement("fold", name))


def _hash(limit: str, name: str) -> str:
    return f"cityHash64({quote(limit)}, CAST(project_id, 'String'), CAST({name}, 'String'))"


def _hashes(limit: str, names: str) -> str:
    """The hashes of a list, without those of no name."""
    return f"arrayMap(one -> {_hash(limit, 'one')}, arrayFilter(one -> one != '', {names}))"


def _is_beyond(limit: str, name: str) -> str:
    return f"({_hash(limit, name)} IN names_beyond AND NOT startsWith({name}, {quote(OWN)}))"


def _is_folded(limit: str, name: str) -> str:
    """Whether a name is beyond, and not itself one of the shapes that names are folded to."""
    return f"({_is_beyond(limit, name)} AND {_hash(limit, name)} NOT IN shapes_kept)"


def _shape(name: str) -> str:
    text = f"CAST({name}, 'String')"
    for pattern, instead in _IDS:
        text = f"replaceRegexpAll({text}, {quote(pattern)}, {quote(instead)})"
    return f"leftUTF8({text}, {LONGEST_SHAPE})"


def _folded(limit: str, name: str, is_beyond: str) -> str:
    shape = _shape(name)
    is_kept = f"{_hash(limit, shape)} IN shapes_kept"
    return f"multiIf(NOT {is_beyond}, CAST({name}, 'String'), {is_kept}, {shape}, {quote(OTHER)})"


def _keys_beyond(of: str) -> str:
    """Which keys of a map are beyond, as an array of 0 and 1."""
    return f"arrayMap(key -> {_is_beyond('max_attribute_keys', 'key')}, mapKeys({of}))"


def _renamed(of: str, beyond: str) -> str:
    """A map with its keys beyond numbered where they stand, and listed behind all others."""
    keys = f"CAST(mapKeys({of}), 'Array(String)')"
    numbered = (
        f"arrayMap((key, is_beyond, number) -> if(is_beyond, concat({quote(KEY)}, toString(number)), key),"
        f" {keys}, {beyond}, arrayCumSum({beyond}))"
    )
    listed = f"toJSONString(arrayFilter((key, is_beyond) -> is_beyond, {keys}, {beyond}))"
    return (
        f"if(has({beyond}, 1), CAST((arrayPushBack({numbered}, {quote(KEYS)}),"
        f" arrayPushBack(mapValues({of}), {listed})), 'Map(LowCardinality(String), String)'), {of})"
    )


def _typed(types: str, beyond: str, is_named: str) -> str:
    """The types of a map's values, with those of the texts that were added: the list of keys, the name."""
    return f"arrayConcat({types}, arrayWithConstant(has({beyond}, 1) + {is_named}, toUInt8(1)))"


def _named(of: str, name: str, is_beyond: str) -> str:
    """A map to which the name as it came is added."""
    pairs = (
        f"(arrayPushBack(CAST(mapKeys({of}), 'Array(String)'), {quote(NAME)}),"
        f" arrayPushBack(mapValues({of}), CAST({name}, 'String')))"
    )
    return f"if({is_beyond}, CAST({pairs}, 'Map(LowCardinality(String), String)'), {of})"


@cache
def _read() -> frozenset[str]:
    """Keys and events that dialects know, or that a question of the store reads by their names."""
    known = set(numbering().numbers)
    for each in dialects():
        known.update(each.first_token_events, chain.from_iterable(each.resource.values()))
    folder = files("fanlight.store")
    for name in ("decode", "insert", "queries", "summarise", "fragments", "thin"):
        for file in (folder / name).iterdir():
            known.update(chain.from_iterable(_READ.findall(file.read_text())))
    return frozenset(known - {""}) | {"exception", "service.name", "project"}


_MACROS: Mapping[str, Callable[..., str]] = {
    "hash": _hash,
    "hashes": _hashes,
    "is_beyond": _is_beyond,
    "is_folded": _is_folded,
    "shape_hash": lambda limit, name: _hash(limit, _shape(name)),
    "folded": _folded,
    "keys_beyond": _keys_beyond,
    "renamed": _renamed,
    "typed": _typed,
    "named": _named,
}
