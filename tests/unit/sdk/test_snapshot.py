"""Values of the agent are taken without running any of its code, whatever they are."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common._internal import _encode_value

from fanlight.sdk.snapshot import MAX_TEXT, attribute_of, structure_of, text_of

scalars = (
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


class Hostile(dict):  # type: ignore[type-arg]
    """Does harm in every method that a careless serialiser would call."""

    def _harm(self, *_: Any) -> NoReturn:
        raise SystemExit("a method of the host ran")

    __str__ = __repr__ = __iter__ = __len__ = __bool__ = __hash__ = items = keys = _harm  # type: ignore[assignment]


@given(values)
def test_json_values_within_the_bounds_come_back_as_they_were(value: Any) -> None:
    text = text_of(value)
    assert text == value if isinstance(value, str) else json.loads(text) == value


@given(st.dictionaries(st.text(), values, max_size=5))
def test_a_structure_can_be_written_as_the_body_of_a_log_record(value: dict[str, Any]) -> None:
    found = structure_of(value)
    assert _encode_value(found).WhichOneof("value") == "kvlist_value"
    assert found.keys() == value.keys()


def test_objects_of_the_host_are_named_and_left_alone() -> None:
    assert text_of({"a": Hostile(), "b": [Hostile]}) == '{"a": "<Hostile>", "b": ["<type>"]}'


def test_endless_wide_and_long_values_are_cut() -> None:
    endless: dict[str, Any] = {}
    endless["self"] = endless
    assert text_of(endless) == '{"self": ' * 8 + '"…"' + "}" * 8
    assert len(json.loads(text_of(list(range(10_000))))) == 2_000
    assert len(text_of("x" * 10_000_000)) == MAX_TEXT


def test_numbers_that_json_has_no_word_for_are_text() -> None:
    assert text_of([float("nan"), float("inf"), -float("inf")]) == '["nan", "inf", "-inf"]'


def test_attributes_keep_the_types_that_opentelemetry_has() -> None:
    assert [attribute_of(v) for v in (True, 2**63 - 1, 2**63, 1.5, ["a"], [1, "a"], [], (1, 2))] == [
        True, 2**63 - 1, str(2**63), 1.5, ["a"], '[1, "a"]', "[]", [1, 2],
    ]  # fmt: skip
