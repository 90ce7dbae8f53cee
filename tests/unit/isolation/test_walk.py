"""Arguments are copied whatever they are, within bounds, and no code of theirs runs."""

from __future__ import annotations

import marshal
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.sdk.isolation.walk import ALL, CUT, NODES, TEXT, copy_arguments, restore

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def there_and_back(value: Any) -> Any:
    return restore(marshal.loads(marshal.dumps(copy_arguments({"value": value})[0])))["value"]


@given(plain)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    depth = _depth(value)
    if depth < 8:
        assert there_and_back(value) == value


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return 1 + max(map(_depth, inner), default=0)


def test_sets_and_tuples_that_look_like_our_mark_keep_their_type() -> None:
    value = [{1, 2}, frozenset({"a"}), (..., "set", [1]), ()]
    assert there_and_back([*value[:2], value[3]]) == [*value[:2], value[3]]
    assert type(there_and_back(value)[2]) is tuple


class Colour(str, Enum):  # noqa: UP042 - StrEnum is another case of the same
    RED = "red"


def test_subclasses_become_what_they_derive_from() -> None:
    found = there_and_back([OrderedDict(a=1), defaultdict(list, b=[2]), Colour.RED, True])
    assert found == [{"a": 1}, {"b": [2]}, "red", True]
    assert [type(item) for item in found] == [dict, dict, str, bool]


@dataclass
class Message:
    role: str
    parts: list[str]


def test_objects_become_their_fields_and_their_class() -> None:
    assert there_and_back(Message("user", ["hi"])) == {
        "__class__": f"{__name__}.Message", "role": "user", "parts": ["hi"],
    }  # fmt: skip


class Hostile:
    """Every door that a careless copy goes through is mined."""

    def __getattribute__(self, name: str) -> Any:
        raise SystemExit(name)

    __repr__ = __str__ = __reduce__ = __hash__ = __eq__ = __iter__ = __len__ = lambda *_: exec(
        "raise SystemExit"
    )  # type: ignore[assignment]

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise SystemExit("__dict__")

    @property
    def __class__(self) -> Any:  # type: ignore[override]
        raise SystemExit("__class__")


class HostileList(list):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __repr__ = lambda *_: exec("raise SystemExit")  # type: ignore[assignment]


class HostileDict(dict):  # type: ignore[type-arg]
    __iter__ = items = keys = __getitem__ = __repr__ = copy = lambda *_: exec("raise SystemExit")  # type: ignore[assignment]


class HostileText(str):  # noqa: SLOT000
    __str__ = __repr__ = __len__ = __iter__ = lambda *_: exec("raise SystemExit")  # type: ignore[assignment]


class HostileMeta(type):
    __hash__ = __eq__ = __getattribute__ = __instancecheck__ = lambda *_: exec("raise SystemExit")  # type: ignore[assignment]


def test_no_code_of_a_value_or_its_class_runs() -> None:
    born_of_hostile_meta = type.__call__(HostileMeta("Odd", (), {}))
    found = there_and_back(
        [Hostile(), HostileList([1]), HostileDict(a=1), HostileText("text"), born_of_hostile_meta]
    )
    assert found == [f"<{__name__}.Hostile>", [1], {"a": 1}, "text", f"<{__name__}.Odd>"]


def test_too_deep_too_many_and_too_long_are_cut() -> None:
    deep: list[Any] = []
    deep.append(deep)
    assert str(there_and_back(deep)).count("[") == 8
    many, size = copy_arguments({"value": list(range(1_000_000))})
    assert len(many["value"]) == NODES
    assert many["value"][-1] == CUT
    assert size <= ALL + 32 * NODES + 64
    assert there_and_back("x" * 10 * TEXT) == "x" * TEXT + CUT
    longest = copy_arguments({"value": ["x" * TEXT] * 100})[0]["value"]
    assert sum(map(len, longest)) <= ALL + 100


def test_endless_mappings_and_numbers_end() -> None:
    assert len(there_and_back({number: number for number in range(100_000)})) <= NODES
    assert there_and_back(1 << 10_000) == CUT
