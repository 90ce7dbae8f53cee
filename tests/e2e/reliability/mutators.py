"""Valid OTLP requests drawn from the schema, and what makes them invalid: bytes, blocks and JSON changed.

Everything is drawn from one `random.Random`, so that a seed is the whole of a campaign.
"""

from __future__ import annotations

import json
import math
import random
import struct
from typing import Any

from google.protobuf.message import Message

from fanlight.model.signal import Signal
from fanlight.otlp.shape import ROOTS, Block
from fanlight.otlp.wire import block, varint

MAX_DEPTH = 8
_PROFILES_ONLY = frozenset({"string_value_strindex", "key_strindex", "entity_refs"})
_IDS = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
_TEXTS = ("", "a", "svc", "gen_ai.prompt", "é", "\U0001f525", "a\0b", "‮", "__proto__", "x" * 300)
_EDGES = {
    "INT32": (-(2**31), 2**31 - 1),
    "SINT32": (-(2**31), 2**31 - 1),
    "INT64": (-(2**63), 2**63 - 1),
    "SFIXED64": (-(2**63), 2**63 - 1),
    "UINT32": (0, 2**32 - 1),
    "FIXED32": (0, 2**32 - 1),
    "UINT64": (0, 2**64 - 1),
    "FIXED64": (0, 2**64 - 1),
}


def draw_request(dice: random.Random, signal: Signal) -> Message:
    """A valid request, by the schema alone."""
    request: Message = ROOTS[signal].message()
    _fill(dice, request, 0)
    return request


def _fill(dice: random.Random, message: Message, depth: int) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name in _PROFILES_ONLY:
            continue
        if field.name in _IDS:
            _set_id(dice, message, field.name)
        elif dice.random() < 0.5 and depth > 3:
            continue
        elif field.message_type is not None:
            if depth < MAX_DEPTH and (
                field.is_repeated or field.containing_oneof is None or dice.random() < 0.5
            ):
                for _ in range(dice.randrange(3) if field.is_repeated else 1):
                    inner = getattr(message, field.name)
                    inner = inner.add() if field.is_repeated else inner
                    inner.SetInParent()
                    _fill(dice, inner, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(_value(dice, field) for _ in range(dice.randrange(4)))
        elif field.containing_oneof is None or dice.random() < 0.5:
            setattr(message, field.name, _value(dice, field))


def _set_id(dice: random.Random, message: Message, name: str) -> None:
    wanted = message.DESCRIPTOR.name == "Span" and name != "parent_span_id"
    given = dice.randbytes(_IDS[name] - 1) + b"\1" if wanted or dice.random() < 0.5 else b""
    setattr(message, name, given)


def _value(dice: random.Random, field: Any) -> Any:
    for name, (low, high) in _EDGES.items():
        if field.type == getattr(field, f"TYPE_{name}"):
            return dice.choice((0, 1, low, high, dice.randint(low, high)))
    if field.type == field.TYPE_DOUBLE:
        return dice.choice((0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, dice.random()))
    if field.type == field.TYPE_BOOL:
        return dice.random() < 0.5
    if field.type == field.TYPE_STRING:
        return dice.choice(_TEXTS)
    if field.type == field.TYPE_BYTES:
        return dice.randbytes(dice.randrange(9))
    return dice.choice([*field.enum_type.values_by_number, 57])


def count_items(holder: Block, message: Any) -> int:
    """The spans, log records or points in a block, as google.protobuf reads it."""
    found = 0
    for number, inner in holder.inner.items():
        name, is_many = holder.fields[number].name, holder.fields[number].is_repeated
        held = getattr(message, name) if is_many else [getattr(message, name)] * message.HasField(name)
        found += sum(1 if inner.is_item else count_items(inner, each) for each in held)
    return found


def nested(levels: int, *path: int) -> bytes:
    """Nothing, `levels` times in the blocks of `path`."""
    inner = b""
    for _ in range(levels):
        for number in reversed(path):
            inner = block(number, inner)
    return inner


BAD_BLOCKS = (
    b"\xff" * 10,
    b"\x0b" * 50,
    b"\x0c",
    varint(2**64 - 1),
    block(5, b"\xff\xfe"),
    block(9, block(1, b"k") + block(2, nested(47, 5, 1))),
    block(9, block(1, b"k") + block(2, nested(48, 6, 1, 2))),
    block(9, block(1, b"k") + block(2, nested(64, 5, 1))),
    block(9, block(1, b"k") + block(2, nested(900, 5, 1))),
    block(9, block(1, b"__proto__") + block(2, block(1, b"\xed\xa0\x80"))),
    block(1, bytes(16)),
    block(2, bytes(8)),
    b"\x39" + struct.pack("<Q", 2**64 - 1),
    block(1000, b"other-project"),
    varint(1002 << 3) + varint(7),
    b"\x4a\0" * 5_000,
)
"""Pieces that some field of some message should not have."""


def mutate_bytes(dice: random.Random, body: bytes, others: list[bytes]) -> bytes:
    """Bytes overwritten, flipped, cut out, doubled, put in, and pieces of other requests spliced in."""
    changed = bytearray(body)
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(len(changed) + 1)
        length = dice.choice((1, 2, 5, 12, 100))
        kind = dice.randrange(8)
        if kind == 0 and at < len(changed):
            changed[at] = dice.randrange(256)
        elif kind == 1 and at < len(changed):
            changed[at] ^= 1 << dice.randrange(8)
        elif kind == 2:
            del changed[at : at + length]
        elif kind == 3:
            changed[at:at] = changed[at : at + length]
        elif kind == 4:
            changed[at:at] = dice.randbytes(length)
        elif kind == 5:
            changed[at:at] = dice.choice(BAD_BLOCKS)
        elif kind == 6:
            other = dice.choice(others)
            start = dice.randrange(len(other) + 1)
            changed[at:at] = other[start : start + length]
        else:
            del changed[at:]
    return bytes(changed)


STRANGE = (
    "null", "true", "0", "-1", "1e400", "-0.0", "NaN", "-Infinity", '"NaN"', "9" * 30, "9" * 4400, "0.1e-500",
    '""', '"\\ud800"', '"\\u0000"', '"\\udfff\\ud800"', '"__proto__"', '"18446744073709551616"', '"-1"',
    '"0x10"', '"AB"', '"' + "ab" * 16 + '"', '"' + "AB" * 8 + '"', '"' + "0" * 32 + '"', '"q83vEjRWeJA="',
    "{}", "[]", "[[[[]]]]", "[" * 40 + "]" * 40, "[" * 400 + "]" * 400, '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":1}}', '{"a":1,"a":2}', '{"stringValue":"a","intValue":"7"}',
    '{"arrayValue":{}}', '{"kvlistValue":{"values":null}}', '{"bytesValue":"%%%"}', '{"intValue":1.5}',
    '{"doubleValue":"abc"}', '{"boolValue":"true"}', '"' + "x" * 3_000 + '"',
)  # fmt: skip
"""Values, as text, that stand where something else is expected."""


def mutate_json(dice: random.Random, item: Any) -> str:
    """An item as JSON text, with some of its values exchanged, its keys renamed, doubled or taken away."""
    places = _places(item)
    strange: dict[str, str] = {}
    for _ in range(dice.choice((1, 1, 2, 4))):
        holder, key = dice.choice(places)
        kind = dice.randrange(6)
        mark = f"@{len(strange)}@"
        if isinstance(holder, list):
            if key < len(holder):
                holder[key] = mark
                strange[mark] = dice.choice(STRANGE)
        elif kind < 3 and key in holder:
            holder[key] = mark
            strange[mark] = dice.choice(STRANGE)
        elif kind == 3:
            holder.pop(key, None)
        elif kind == 4:
            holder[dice.choice(("__proto__", "", "TRACEID", "trace_id", key.upper(), "é\0"))] = holder.pop(
                key, None
            )
        else:
            holder[mark] = 1
            strange[mark] = dice.choice(STRANGE)
    text = json.dumps(item)
    for mark, value in strange.items():
        # As a key it stands there twice: JSON allows that, and dictionaries cannot hold it.
        text = text.replace(f'"{mark}": 1', f'"name": {value}').replace(f'"{mark}"', value)
    return text


def _places(item: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = [(item, "name")]
    pending = [item]
    while pending:
        holder = pending.pop()
        keys: Any = holder if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                pending.append(holder[key])
    return found
