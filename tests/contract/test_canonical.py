"""What the dialects make of attributes as instrumentations really send them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .dialect_cases import CASES
from .telemetry import NOW_NS, pairs, span, traces

TEXTS = (
    "operation", "dialect", "agent", "model_requested", "model", "provider", "tool", "session", "user",
    "room", "error_type", "error_message", "finish_reason", "currency_reported", "state_reported",
)  # fmt: skip
NUMBERS = (
    "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning",
    "first_token_ns", "cost_reported",
)  # fmt: skip
NOTHING: dict[str, Any] = dict.fromkeys(TEXTS, "") | dict.fromkeys(NUMBERS) | {"status_code": 0, "flags": []}
NAMES = ("kind", *NOTHING)


@pytest.fixture
def canonical(store, log, rows):
    """Canonical scalars by the span's name."""

    def scalars(*spans) -> dict[str, dict[str, Any]]:
        store.insert(log.segment(traces(*spans)))
        found = rows(f"SELECT name, {', '.join(NAMES)} FROM spans")
        return {name: dict(zip(NAMES, row, strict=True)) for name, *row in found}

    return scalars


def test_each_case_gives_its_canonical_scalars(canonical):
    made = [
        span(name, number=number, **attributes)
        for number, (name, (attributes, _)) in enumerate(CASES.items(), 1)
    ]
    assert canonical(*made) == {name: NOTHING | expected for name, (_, expected) in CASES.items()}


@pytest.mark.parametrize("kind", ["exception"])
def test_an_exception_gives_type_and_message_where_the_status_has_none(store, log, rows, kind):
    made = span("failed", number=1)
    made.status.code = 2
    event = made.events.add(name=kind)
    for key, text in (("exception.type", "ValueError"), ("exception.message", "no such town")):
        event.attributes.add(key=key).value.string_value = text
    store.insert(log.segment(traces(made)))
    assert rows("SELECT error_type, error_message FROM spans") == [("ValueError", "no such town")]


def test_rooms_and_sessions_of_a_resource_belong_to_all_its_spans(store, log, rows):
    resource = {"project": "p", "room": "lobby", "session": "s-1"}
    store.insert(
        log.segment(traces(span("a", number=1), span("b", number=2, session__id="own"), resource=resource))
    )
    assert rows("SELECT project_id, room, session FROM spans ORDER BY name") == [
        ("p", "lobby", "s-1"),
        ("p", "lobby", "own"),
    ]


def test_a_status_that_was_set_is_not_changed_by_an_attribute(canonical):
    fine = span("fine", number=1, logfire__level_num=17)
    fine.status.code = 1
    found = canonical(fine)["fine"]
    assert (found["status_code"], found["flags"]) == (1, [])


@pytest.mark.parametrize(
    "event", ["First Token Stream Event", "ai.stream.firstChunk", "llm.content.completion.chunk"]
)
def test_the_first_chunk_event_tells_when_the_first_token_came(canonical, event):
    made = span("streamed", number=1)
    for after_ns in (300, 900):
        made.events.add(name=event, time_unix_nano=NOW_NS + after_ns)
    assert canonical(made)["streamed"]["first_token_ns"] == 300


def test_a_first_token_told_as_a_moment_counts_from_the_start(canonical):
    moment = datetime.fromtimestamp(NOW_NS // 10**9 + 2, UTC).isoformat()
    made = span("generated", number=1)
    made.attributes.extend(pairs({"langfuse.observation.completion_start_time": f'"{moment}"'}))
    assert canonical(made)["generated"]["first_token_ns"] == 2 * 10**9


CALLS = {
    "same": '{"city": "Paris", "days": {"to": 2, "from": 1}, "tags": ["a", "b"]}',
    "other order": '{"days":{"from":1,"to":2},"tags":["a","b"],"city":"Paris"}',
    "other space": '{\n  "city" : "Paris",\n "days": {"to" :2, "from": 1}, "tags": [ "a" , "b"]}',
    "other value": '{"city": "Rome", "days": {"to": 2, "from": 1}, "tags": ["a", "b"]}',
    "swapped values": '{"city": "Paris", "days": {"to": 1, "from": 2}, "tags": ["a", "b"]}',
    "no JSON": "{'city': 'Paris'}",
    "other, no JSON": "{'city': 'Rome'}",
    "other list": '{"city": "Paris", "days": {"to": 2, "from": 1}, "tags": ["b", "a"]}',
}


def test_calls_are_the_same_whatever_their_white_space_and_order_of_keys(store, log, rows):
    made = [
        span(name, number=number, gen_ai__operation__name="execute_tool", gen_ai__tool__name="trip",
             gen_ai__tool__call__arguments=arguments)
        for number, (name, arguments) in enumerate(CALLS.items(), 1)
    ]  # fmt: skip
    store.insert(log.segment(traces(*made)))
    found = rows("SELECT groupArray(name) FROM (SELECT * FROM spans ORDER BY name) GROUP BY call_hash")
    assert sorted(sorted(names) for (names,) in found) == [
        ["no JSON"], ["other list"], ["other order", "other space", "same"], ["other value"],
        ["other, no JSON"], ["swapped values"],
    ]  # fmt: skip


def test_a_call_without_arguments_differs_by_its_tool_and_what_is_no_call_has_no_hash(store, log, rows):
    tools = [
        span(name, number=n, fanlight__kind="tool", fanlight__tool=name) for n, name in enumerate("ab", 1)
    ]
    store.insert(log.segment(traces(*tools, span("c", number=3, gen_ai__tool__call__arguments="{}"))))
    a, b, c = (hash_ for (hash_,) in rows("SELECT call_hash FROM spans ORDER BY name"))
    assert a != b
    assert c == 0


def pending(of: int, *, parent: int, number: int):
    """Logfire's announcement of span `of`, whose real parent is `parent`."""
    made = span("work", number=number, parent=of, took=1)
    attributes = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": f"{parent:016x}"}
    made.attributes.extend(pairs(attributes))
    made.end_time_unix_nano = made.start_time_unix_nano
    return made


def test_what_logfire_announces_is_an_open_span_that_its_real_one_follows(store, log, rows):
    store.insert(log.segment(traces(pending(2, parent=1, number=77), pending(3, parent=0, number=78))))
    shown = "SELECT hex(span_id), hex(parent_span_id), end_ns, flags FROM open_spans FINAL ORDER BY span_id"
    assert rows(shown) == [
        (f"{2:016X}", f"{1:016X}", 0, ["pending_span"]),
        (f"{3:016X}", f"{0:016X}", 0, ["pending_span"]),
    ]
    assert rows("SELECT count() FROM spans") == [(0,)]
    store.insert(log.segment(traces(span("work", number=2, parent=1))))
    assert rows("SELECT hex(span_id), hex(parent_span_id) FROM spans") == [(f"{2:016X}", f"{1:016X}")]


@pytest.mark.parametrize("parent", ["", "nonsense", "zz" * 40])
def test_an_announcement_with_a_parent_that_is_none_is_kept(store, log, rows, parent):
    made = span("work", number=9, parent=2)
    made.attributes.extend(pairs({"logfire.span_type": "pending_span", "logfire.pending_parent_id": parent}))
    store.insert(log.segment(traces(made)))
    assert rows("SELECT hex(span_id), hex(parent_span_id) FROM open_spans") == [(f"{2:016X}", f"{0:016X}")]
