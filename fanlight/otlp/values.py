"""Attribute values: from the form in which the store keeps them back to what was sent.

The store keeps a value as text and, beside it, the arm of OTLP's `AnyValue` that it came in:

    0 none, 1 string, 2 bool, 3 int, 4 double, 5 array, 6 kvlist, 7 bytes

Arms 1 to 4 are readable text. Arms 5 to 7 are raw bytes (an `ArrayValue` message, a `KeyValueList` message,
the bytes themselves), because decoding them natively on the way in costs more than the rest of the span.
The store's columns `attribute_values`, `resource_values`, ... give those three as base64.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from fanlight.model.span import Attribute
from fanlight.otlp.folded import unfolded

TYPES = ("", "string", "bool", "int", "double", "array", "kvlist", "bytes")
"""The name of each arm in the API, by its number in the store."""

MAX_SAFE_INTEGER = 2**53 - 1


def decode_attributes(keys: Sequence[str], values: Sequence[str], types: Sequence[int]) -> list[Attribute]:
    """Attributes in the order in which they were sent; a key that came twice stands twice.

    The three sequences are aligned, as the store's `attribute_keys`, `attribute_values`, `attribute_types`.
    Keys that were folded (`otlp/folded.py`) are what was sent.

    Example:
        >>> [a.value for a in decode_attributes(["n", "ok", "k"], ["7", "true", "x"], [3, 2, 1])]
        [7, True, 'x']
    """
    return [
        Attribute(key=key, type=TYPES[type_], value=decode_value(value, type_))
        for key, value, type_ in zip(unfolded(keys, values), values, types, strict=True)
    ]


def decode_value(value: str, type_: int) -> Any:
    """One stored value as JSON can carry it.

    Integers beyond 2^53 - 1 are decimal strings, NaN and infinities the strings "NaN", "Infinity" and
    "-Infinity", bytes stay base64. A kvlist is an object, or a list of key-value objects when a key came
    twice. A value that was empty is None.

    Example:
        >>> decode_value("9007199254740993", 3), decode_value("inf", 4), decode_value("aGk=", 7)
        ('9007199254740993', 'Infinity', 'aGk=')
    """
    return _DECODERS[type_](value)


def _safe_int(value: int) -> int | str:
    return value if abs(value) <= MAX_SAFE_INTEGER else str(value)


def _safe_double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _decode_array(value: str) -> Any:
    try:
        return _plain_array(ArrayValue.FromString(base64.b64decode(value)))
    except DecodeError:
        return value  # Not a message after all: what is there is shown, nothing is hidden.


def _decode_kvlist(value: str) -> Any:
    try:
        return _plain_kvlist(KeyValueList.FromString(base64.b64decode(value)))
    except DecodeError:
        return value


def _plain_array(message: ArrayValue) -> list[Any]:
    return [plain(value) for value in message.values]


def _plain_kvlist(message: KeyValueList) -> Any:
    pairs = [(pair.key, plain(pair.value)) for pair in message.values]
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return [{"key": key, "value": value} for key, value in pairs]


def plain(message: AnyValue) -> Any:
    """The value of an `AnyValue` message by the rules of `decode_value`.

    Example:
        >>> plain(AnyValue(int_value=5)), plain(AnyValue())
        (5, None)
    """
    arm: str | None = message.WhichOneof("value")
    return _PLAIN[arm](getattr(message, arm)) if arm is not None and arm in _PLAIN else None


_DECODERS: tuple[Callable[[str], Any], ...] = (
    lambda _: None,
    str,
    lambda text: text == "true",
    lambda text: _safe_int(int(text)),
    lambda text: _safe_double(float(text)),
    _decode_array,
    _decode_kvlist,
    str,
)

_PLAIN: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "string_value": str,
        "bool_value": bool,
        "int_value": _safe_int,
        "double_value": _safe_double,
        "array_value": _plain_array,
        "kvlist_value": _plain_kvlist,
        "bytes_value": lambda value: base64.b64encode(value).decode("ascii"),
    }
)
