"""Open spans of a dead process are sent once more as they came, and say that they are lost."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from fanlight.model.project import ProjectScope
from fanlight.query.lost import REASON, STATE, lost_spans

RUN_ID = f"{1:032x}"
OPEN, DONE, NONE = f"{5:016x}", f"{6:016x}", "0" * 16
LIST = ArrayValue(values=[AnyValue(string_value="a"), AnyValue(int_value=7)])
TABLE = KeyValueList(values=[KeyValue(key="k", value=AnyValue(bool_value=True))])
NO_MESSAGE = b"\xff\xff"

Columns = tuple[list[str], list[str], list[int]]


class _Store:
    """A store with one run; `answers` are the rows by the name of the question."""

    def __init__(self, **answers: list[Any]) -> None:
        names = (RUN_ID, RUN_ID, "plan", "running", "planner", "", "", "", "")
        sums: tuple[Any, ...] = (7, None, None, None, None, None, None, None, None, [])
        rest: tuple[Any, ...] = ("", "", NONE, 0, 0, 0, 0, NONE, [], None, [], "", "")
        self.answers: Mapping[str, list[Any]] = {
            "get_run": [(*names, *sums, *rest)],
            "trace_place": [(0, 100, True)],
            **answers,
        }
        self.asked: dict[str, Any] = {}

    def read(self, _scope: ProjectScope, query: str, parameters: Any) -> list[Any]:
        self.asked[query] = parameters
        return self.answers.get(query, [])


def step(span_id: str, state: str) -> tuple[Any, ...]:
    texts = ("plan", "agent", "", "", "", "", state, 0, "", "", 0, "")
    duration = 9 if state == "finished" else None
    return (span_id, None, RUN_ID, *texts, 7, duration, 0, 0, 0, None, 0, 0, None, None, None, None)


def opened(attributes: Columns, *, parent: str = NONE, events: tuple[Any, ...] = ([], [], [], [], [])) -> Any:
    """A row as `open_spans.sql` gives it."""
    head = (OPEN, parent, "plan", 3, 7, 2, "slow", "vendor=1", 256, "my.scope", "1.2")
    return (*head, (["s"], ["x"], [1]), (["service.name"], ["api"], [1]), attributes, events)


def told(store: Any) -> tuple[int, ExportTraceServiceRequest]:
    count, content = lost_spans(store, ProjectScope("default"), RUN_ID, reason="killed")
    return count, ExportTraceServiceRequest.FromString(content)


def pairs(found: Any) -> dict[str, AnyValue]:
    return {pair.key: pair.value for pair in found}


def value_of(text: str, arm: int) -> AnyValue:
    """The value of one attribute as it is sent once more."""
    store = _Store(run_steps=[step(OPEN, "open")], open_spans=[opened((["a"], [text], [arm]))])
    return pairs(told(store)[1].resource_spans[0].scope_spans[0].spans[0].attributes)["a"]


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_run_whose_spans_have_all_ended_has_nothing_to_say() -> None:
    store: Any = _Store(run_steps=[step(DONE, "finished")])
    assert lost_spans(store, ProjectScope("default"), RUN_ID, reason="killed") == (0, b"")
    assert "open_spans" not in store.asked


def test_an_open_span_is_sent_as_it_came_and_says_that_it_is_lost_and_why() -> None:
    attributes: Columns = ([STATE, "n", REASON], ["open", "7", "before"], [1, 3, 1])
    store = _Store(
        run_steps=[step(DONE, "finished"), step(OPEN, "open")],
        open_spans=[opened(attributes, parent=DONE)],
    )
    count, request = told(store)
    assert count == 1
    assert store.asked["open_spans"] == {"trace_id": RUN_ID, "spans": [OPEN]}
    [holder] = request.resource_spans
    [of_scope] = holder.scope_spans
    [span] = of_scope.spans
    assert pairs(holder.resource.attributes) == {"service.name": AnyValue(string_value="api")}
    assert (of_scope.scope.name, of_scope.scope.version) == ("my.scope", "1.2")
    assert pairs(of_scope.scope.attributes) == {"s": AnyValue(string_value="x")}
    assert (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()) == (RUN_ID, OPEN, DONE)
    assert (span.name, span.kind, span.start_time_unix_nano, span.end_time_unix_nano) == ("plan", 3, 7, 0)
    assert (span.status.code, span.status.message) == (2, "slow")
    assert (span.trace_state, span.flags) == ("vendor=1", 256)
    assert [(pair.key, pair.value) for pair in span.attributes] == [
        ("n", AnyValue(int_value=7)),
        (STATE, AnyValue(string_value="lost")),
        (REASON, AnyValue(string_value="killed")),
    ]


def test_a_root_span_is_sent_without_a_parent() -> None:
    store = _Store(run_steps=[step(OPEN, "lost")], open_spans=[opened(([], [], []))])
    [span] = told(store)[1].resource_spans[0].scope_spans[0].spans
    assert span.parent_span_id == b""


def test_the_events_of_a_span_are_sent_with_it_in_their_order_and_by_their_names() -> None:
    folded = ["fanlight.folded.name", "fanlight.folded.key.1", "fanlight.folded.keys"]
    events = (
        [8, 9],
        ["token", "user/*"],
        [["n", "ok"], folded],
        [["7", "true"], ["user/8", "x", '["user.8"]']],
        [[3, 2], [1, 1, 1]],
    )
    store = _Store(run_steps=[step(OPEN, "open")], open_spans=[opened(([], [], []), events=events)])
    [span] = told(store)[1].resource_spans[0].scope_spans[0].spans
    assert [(each.time_unix_nano, each.name, pairs(each.attributes)) for each in span.events] == [
        (8, "token", {"n": AnyValue(int_value=7), "ok": AnyValue(bool_value=True)}),
        (9, "user/8", {"user.8": AnyValue(string_value="x")}),
    ]


@pytest.mark.parametrize(
    ("text", "arm", "value"),
    [
        ("", 0, AnyValue()),
        ("7", 1, AnyValue(string_value="7")),
        ("true", 2, AnyValue(bool_value=True)),
        ("false", 2, AnyValue(bool_value=False)),
        ("-9223372036854775808", 3, AnyValue(int_value=-(2**63))),
        ("0.1", 4, AnyValue(double_value=0.1)),
        ("-inf", 4, AnyValue(double_value=float("-inf"))),
        (encoded(LIST.SerializeToString()), 5, AnyValue(array_value=LIST)),
        (encoded(TABLE.SerializeToString()), 6, AnyValue(kvlist_value=TABLE)),
        (encoded(b"\x00\xff"), 7, AnyValue(bytes_value=b"\x00\xff")),
        ("", 7, AnyValue(bytes_value=b"")),
    ],
)
def test_a_value_is_sent_in_the_arm_that_it_came_in(text: str, arm: int, value: AnyValue) -> None:
    found = value_of(text, arm)
    assert (found.WhichOneof("value"), found) == (value.WhichOneof("value"), value)


def test_a_double_that_is_no_number_stays_one() -> None:
    found = value_of("nan", 4)
    assert (found.WhichOneof("value"), math.isnan(found.double_value)) == ("double_value", True)


@pytest.mark.parametrize("arm", [5, 6])
def test_a_list_or_an_object_that_cannot_be_read_is_sent_without_a_value(arm: int) -> None:
    assert value_of(encoded(NO_MESSAGE), arm) == AnyValue()
