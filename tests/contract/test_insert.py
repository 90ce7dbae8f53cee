"""What a store does with segments: everything exactly once."""

import gzip

import pytest

from fanlight.errors import StoreError
from fanlight.model.project import ProjectScope
from fanlight.model.signal import Signal
from fanlight.store.contract import Inserted, RunKey

from .telemetry import NOW_NS, SECOND_NS, any_value, gauge, logs, pairs, span, traces

TRACE = f"{1:032x}"


def test_a_segment_is_stored_once_however_often_it_is_inserted(store, log, rows):
    segment = log.segment(traces(span("root", number=1), span("child", number=2, parent=1)))
    run = frozenset({RunKey("default", TRACE)})
    assert [store.insert(segment) for _ in range(2)] == [
        Inserted(stored=2, projects=frozenset({"default"}), runs=run),
        Inserted(stored=0, duplicates=2, projects=frozenset({"default"}), runs=run),
    ]
    assert rows("SELECT name, seq FROM spans ORDER BY seq") == [("root", 1), ("child", 2)]


def test_spans_that_are_sent_again_in_other_requests_change_nothing(store, log, rows):
    store.insert(log.segment(traces(span("a", number=1), span("b", number=2))))
    again = store.insert(log.segment(traces(span("b", number=2), span("c", number=3), span("a", number=1))))
    assert (again.stored, again.duplicates, again.conflicts) == (1, 2, 0)
    assert rows("SELECT name FROM spans ORDER BY name") == [("a",), ("b",), ("c",)]
    assert rows("SELECT count() FROM trace_index FINAL") == [(1,)]


def test_a_span_that_comes_twice_in_one_segment_is_stored_once(store, log, rows):
    inserted = store.insert(
        log.segment(traces(span("a", number=1)), traces(span("a", number=1), span("b", number=2)))
    )
    assert (inserted.stored, inserted.duplicates, inserted.conflicts) == (2, 1, 0)
    assert rows("SELECT name, seq FROM spans ORDER BY seq") == [("a", 1), ("b", 3)]


def test_of_two_versions_of_a_span_the_first_wins_and_the_other_is_counted(store, log, rows):
    store.insert(log.segment(traces(span("first", number=1))))
    later = store.insert(log.segment(traces(span("second", number=1, at=90_000))))
    assert (later.stored, later.duplicates, later.conflicts) == (0, 0, 1)
    assert rows("SELECT name FROM spans") == [("first",)]


def test_the_same_ids_in_two_projects_are_two_spans(store, log, rows):
    for project in ("one", "two"):
        assert store.insert(log.segment(traces(span("a", number=1)), project=project)).stored == 1
    assert rows("SELECT project_id FROM spans ORDER BY project_id") == [("one",), ("two",)]


def test_the_project_comes_from_the_key_else_from_the_resource_else_it_is_the_default(store, log, rows):
    for number, (project, named) in enumerate(
        [("keyed", "ignored"), ("", "named"), ("", "no good!"), ("", "")], start=1
    ):
        store.insert(
            log.segment(traces(span("a", number=number), resource={"project": named}), project=project)
        )
    assert rows("SELECT project_id FROM spans ORDER BY seq") == [
        ("keyed",),
        ("named",),
        ("default",),
        ("default",),
    ]


def test_equal_log_records_of_one_request_are_all_kept_and_sending_them_again_changes_nothing(
    store, log, rows
):
    first = store.insert(log.segment(logs("same", "same", "other")))
    again = store.insert(log.segment(logs("same", "same", "other"), received_ns=NOW_NS + 90 * SECOND_NS))
    assert (first.stored, again.stored, again.duplicates) == (3, 0, 3)
    assert rows("SELECT body FROM logs ORDER BY seq") == [("same",), ("same",), ("other",)]


def test_log_records_and_points_that_come_again_are_recognised_whichever_came_first(opened, log):
    for first, then in ((gauge("load", 1.0, 2.0), logs("a", "b")), (logs("c"), gauge("rate", 1.0))):
        store = opened()  # what a process has learned of the one must not stand for the other
        for request in (first, then):
            before, again = (store.insert(log.segment(request)) for _ in range(2))
            assert (before.duplicates, again.stored, again.duplicates) == (0, 0, before.stored)


def test_log_records_without_a_time_are_recognised_when_they_come_again(store, log, rows):
    store.insert(log.segment(logs("a", at_ns=0)))
    again = store.insert(log.segment(logs("a", at_ns=0), received_ns=NOW_NS + 120 * SECOND_NS))
    assert (again.stored, again.duplicates) == (0, 1)
    assert rows("SELECT toUnixTimestamp64Nano(time) FROM logs") == [(NOW_NS + 60 * SECOND_NS,)]


def test_points_that_are_sent_again_change_nothing(store, log, rows):
    first = store.insert(log.segment(gauge("load", 0.5, 0.0)))
    again = store.insert(log.segment(gauge("load", 0.5, 0.0, 1.0)))
    assert (first.stored, again.stored, again.duplicates) == (2, 1, 2)
    assert rows("SELECT value_double, value_type FROM metrics ORDER BY time") == [
        (0.5, 1),
        (0.0, 1),
        (1.0, 1),
    ]


def test_every_item_has_the_sequence_of_its_place_in_its_request(store, log, rows):
    request = traces(span("a", number=1), span("b", number=2))
    for name, number in (("c", 3), ("d", 4)):
        holder = request.resource_spans.add()
        holder.scope_spans.add()
        holder.scope_spans.add().spans.append(span(name, number=number))
    store.insert(log.segment(traces(span("before", number=9)), request))
    found = rows("SELECT name, seq FROM spans ORDER BY seq")
    assert found == [("before", 1), ("a", 2), ("b", 3), ("c", 4), ("d", 5)]
    assert store.last_seq() == 5


def test_a_segment_that_cannot_be_decoded_is_refused_for_good_and_leaves_nothing(store, log, rows):
    good = log.segment(traces(span("good", number=1)))
    bad = log.raw(
        Signal.TRACES,
        good.path.read_bytes() + gzip.compress(b"\x07\xff\xff\xff\xff\xff\xff"),
        first=50,
        items=2,
    )
    with pytest.raises(StoreError) as caught:
        store.insert(bad)
    assert caught.value.retryable is False
    assert rows("SELECT count() FROM spans") == [(0,)]
    assert store.insert(good).stored == 1


def test_times_out_of_reach_are_clamped_for_order_and_kept_as_they_came(opened, log):
    store = opened(retention_days=30)
    received_ns = 10**18 * 2
    request = traces(span("zero", number=1), span("last", number=2))
    for made, at_ns in zip(request.resource_spans[0].scope_spans[0].spans, (0, 2**64 - 1), strict=True):
        made.start_time_unix_nano, made.end_time_unix_nano = at_ns, 2**64 - 1
    store.insert(log.segment(request, received_ns=received_ns))
    found = store._backend.writer.rows(
        "SELECT name, start_ns, end_ns, toUnixTimestamp64Nano(effective_start), flags FROM spans ORDER BY seq"
    )
    assert list(found) == [
        ("zero", 0, 2**64 - 1, received_ns - 30 * 86_400 * SECOND_NS, ["clamped_time"]),
        ("last", 2**64 - 1, 2**64 - 1, received_ns + 3600 * SECOND_NS, ["clamped_time"]),
    ]


def test_a_long_value_is_kept_whole_beside_its_beginning(store, log, rows):
    text = "é" * 50_000
    store.insert(
        log.segment(traces(span("long", number=1, before=1, text=text), span("short", number=2, text="x")))
    )
    beginning = "é" * 32_768
    assert rows("SELECT name, attributes['text'], flags FROM spans ORDER BY seq") == [
        ("long", beginning, ["cut_value"]),
        ("short", "x", []),
    ]
    assert rows("SELECT place, value FROM span_content") == [(2, text)]


def test_a_long_structured_value_and_long_bytes_are_kept_whole_beside_their_beginnings(store, log, rows):
    messages, blob = [{"role": "user", "content": "x" * 100_000}], b"\xff" * 100_000
    store.insert(log.segment(traces(span("long", number=1, messages=messages, blob=blob))))
    whole = [any_value(messages).array_value.SerializeToString(), blob]
    lengths = "arrayMap(text -> length(text), mapValues(attributes))"
    assert rows(f"SELECT {lengths}, flags FROM spans") == [([65_536, 65_536], ["cut_value"])]
    assert rows("SELECT place, lower(hex(value)) FROM span_content ORDER BY place") == [
        (1, whole[0].hex()),
        (2, whole[1].hex()),
    ]


def test_a_key_that_comes_twice_stands_twice(store, log, rows):
    made = span("twice", number=1)
    made.attributes.extend([*pairs({"a": 1}), *pairs({"a": "two"})])
    store.insert(log.segment(traces(made)))
    assert rows("SELECT attribute_keys, attribute_values, attribute_types FROM spans") == [
        (["a", "a"], ["1", "two"], [3, 1])
    ]


def test_an_open_span_is_kept_apart_until_its_end_comes(store, log, rows):
    started = store.insert(log.segment(traces(span("work", number=1, took=0))))
    assert (started.stored, started.duplicates) == (1, 0)
    assert rows("SELECT name FROM open_spans FINAL") == [("work",)]
    ended = store.insert(log.segment(traces(span("work", number=1, took=5))))
    assert (ended.stored, ended.conflicts) == (1, 0)
    assert rows("SELECT name FROM spans") == [("work",)]


def test_an_empty_segment_is_nothing(store, log):
    assert store.insert(log.segment(traces())) == Inserted(stored=0)


def test_words_of_results_and_errors_are_found_by_the_index(store, log, rows):
    store.insert(
        log.segment(
            traces(
                span("chat", number=1, parent=9, gen_ai__output__messages='[{"content": "Zebra crossing"}]'),
                span("tool", number=2, parent=9, gen_ai__input__messages="only asked: zebra"),
                span("bad", number=3, parent=9, error="No ZEBRA today"),
            )
        )
    )
    found = "SELECT name FROM spans WHERE hasAllTokens(search, ['zebra']) ORDER BY name"
    assert rows(f"{found} SETTINGS optimize_functions_to_subcolumns = 0") == [("bad",), ("chat",)]


def test_a_read_gives_one_projects_rows_and_no_parameter_changes_that(store, log):
    for project in ("one", "two"):
        store.insert(log.segment(traces(span(project, number=1)), project=project))
    asked = {
        "trace_id": TRACE,
        "since_ns": 0,
        "until_ns": 2**62,
        "heard_ms": 0,
        "limit": 10,
        "content_keys": [],
    }
    for parameters in (asked, asked | {"project_id": "two"}):
        found = store.read(ProjectScope("one"), "trace_structure", parameters)
        assert [row[2] for row in found] == ["one"]


def test_a_parent_or_a_traces_id_of_another_length_is_none_and_flagged(store, log, rows):
    torn = span("torn", number=1, parent=7)
    torn.parent_span_id = b"short"
    request = logs("hello")
    record = request.resource_logs[0].scope_logs[0].log_records[0]
    record.trace_id, record.span_id = b"t" * 15, b"s" * 8
    assert store.insert(log.segment(traces(torn, span("whole", number=2, parent=7)))).stored == 2
    assert store.insert(log.segment(request)).stored == 1
    assert rows("SELECT name, lower(hex(parent_span_id)), flags FROM spans ORDER BY name") == [
        ("torn", "0" * 16, ["bad_parent_id"]),
        ("whole", f"{7:016x}", []),
    ]
    assert rows("SELECT lower(hex(trace_id)), lower(hex(span_id)), flags FROM logs") == [
        ("0" * 32, "0" * 16, ["bad_trace_or_span_id"])
    ]
