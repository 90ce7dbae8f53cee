"""Stored attribute values come back as what was sent."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList

from fanlight.otlp.values import decode_attributes, decode_value, plain
from tests.fixtures.values import any_value


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("", 0, None),
        ("", 1, ""),
        ("true", 2, True),
        ("false", 2, False),
        ("0", 3, 0),
        ("-9007199254740991", 3, -9007199254740991),
        ("-9223372036854775808", 3, "-9223372036854775808"),
        ("0", 4, 0.0),
        ("1e-7", 4, 1e-7),
        ("nan", 4, "NaN"),
        ("inf", 4, "Infinity"),
        ("-inf", 4, "-Infinity"),
        ("", 5, []),
        ("", 6, {}),
        ("AAH/", 7, "AAH/"),
    ],
)
def test_each_arm_comes_back_as_itself(text, type_, value):
    decoded = decode_value(text, type_)
    assert (decoded, type(decoded)) == (value, type(value))


def test_a_key_that_came_twice_stands_twice():
    found = decode_attributes(["a", "a"], ["1", "2"], [3, 1])
    assert [(each.key, each.type, each.value) for each in found] == [("a", "int", 1), ("a", "string", "2")]


def test_a_key_that_came_twice_in_a_nested_map_stands_twice():
    pairs = KeyValueList(values=[KeyValue(key="a", value=AnyValue(int_value=n)) for n in (1, 2)])
    text = base64.b64encode(pairs.SerializeToString()).decode()
    assert decode_value(text, 6) == [{"key": "a", "value": 1}, {"key": "a", "value": 2}]


def test_bytes_that_are_no_message_are_shown_as_they_are():
    assert decode_value("/////w==", 5) == "/////w=="


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(values)
def test_a_nested_value_comes_back_whole(value):
    assert plain(any_value(value)) == value
