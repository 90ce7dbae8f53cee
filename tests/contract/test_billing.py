"""Billing events out of log records: each counts once, the first one, and what cannot count is said."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from .telemetry import NOW_NS, SECOND_NS, logs, pairs

RUN = f"{7:032x}"
SHOWN = (
    "SELECT project_id, event_id, kind, amount, currency, customer, run_id, agent, verified"
    " FROM billing FINAL ORDER BY project_id, event_id"
)


def bills(*events: dict[str, Any], at_s: int = 0, trace: int = 7) -> ExportLogsServiceRequest:
    """A request with one log record an event; a name without a dot is one of `fanlight.billing.`."""
    request = logs()
    scope = request.resource_logs[0].scope_logs[0]
    for event in events:
        named = {
            key if "." in key else f"fanlight.billing.{key}": value
            for key, value in event.items()
            if value is not None
        }
        scope.log_records.add(
            time_unix_nano=NOW_NS + at_s * SECOND_NS,
            event_name="fanlight.billing",
            trace_id=trace.to_bytes(16, "big") if trace else b"",
            attributes=pairs(named),
        )
    return request


def bill(id: str = "e1", amount: Any = "0.05", **more: Any) -> dict[str, Any]:  # noqa: A002 - the event's word
    return {"id": id, "amount": amount, "currency": "USD", "kind": "charge", **more}


def test_an_event_is_a_row_with_the_run_that_its_record_is_of(store: Any, log: Any, rows: Any) -> None:
    own = bill("e2", "-1.000000000001", kind="adjustment", currency="EUR", customer="o'hare\t{x:String}\\")
    own |= {"fanlight.run.id": "own run", "fanlight.agent": "planner", "fanlight.event.verified": False}
    inserted = store.insert(log.segment(bills(bill(), own), project="p"))
    assert (inserted.stored, inserted.uncounted) == (2, {})
    assert rows(SHOWN) == [
        ("p", "e1", "charge", Decimal("0.05"), "USD", "", RUN, "", 1),
        ("p", "e2", "adjustment", Decimal("-1.000000000001"), "EUR", "o'hare\t{x:String}\\", "own run",
         "planner", 0),
    ]  # fmt: skip


def test_the_first_of_an_id_counts_in_whatever_request_the_others_come(
    store: Any, log: Any, rows: Any
) -> None:
    first = bills(bill(), bill(), bill(amount="0.07"), bill("e2", "0.10"))
    inserted = store.insert(log.segment(first))
    assert inserted.uncounted == {"billing: conflict": 1}
    # Said again at another time it is another record and the same event; 0.1 is 0.10.
    again = store.insert(log.segment(bills(bill("e2", "0.1"), bill(customer="c"), at_s=5)))
    assert (again.stored, again.uncounted) == (2, {"billing: conflict": 1})
    replayed = store.insert(log.segment(first))
    assert (replayed.stored, replayed.duplicates, replayed.uncounted) == (0, 4, {})
    elsewhere = store.insert(log.segment(bills(bill(amount="9")), project="other"))
    assert elsewhere.uncounted == {}
    assert [(row[0], row[1], row[3]) for row in rows(SHOWN)] == [
        ("default", "e1", Decimal("0.05")),
        ("default", "e2", Decimal("0.1")),
        ("other", "e1", Decimal(9)),
    ]


def test_a_record_that_was_stored_without_its_event_gets_it_from_the_replay(
    store: Any, log: Any, rows: Any
) -> None:
    segment = log.segment(bills(bill(), bill("e2", "1")))
    store.insert(segment)
    store._backend.writer.run("TRUNCATE TABLE billing")
    assert store.insert(segment).duplicates == 2
    assert [(row[1], row[3]) for row in rows(SHOWN)] == [("e1", Decimal("0.05")), ("e2", Decimal(1))]


def test_what_anybody_could_have_printed_never_stands_before_what_is_verified(
    store: Any, log: Any, rows: Any
) -> None:
    forged = bill(amount="0.01") | {"fanlight.event.verified": False}
    assert store.insert(log.segment(bills(forged))).uncounted == {}
    assert store.insert(log.segment(bills(bill(amount="5"), at_s=1))).uncounted == {}
    assert store.insert(log.segment(bills(forged, at_s=2))).uncounted == {"billing: conflict": 1}
    store._backend.writer.run("OPTIMIZE TABLE billing FINAL")
    assert [(row[1], row[3], row[8]) for row in rows(SHOWN)] == [("e1", Decimal(5), 1)]


def test_what_is_no_event_stays_a_log_record_and_is_counted_by_its_reason(
    store: Any, log: Any, rows: Any
) -> None:
    events = [
        (bill(amount=None), "no amount"),
        (bill(amount=float("nan")), "bad amount"),
        (bill(amount="a lot"), "bad amount"),
        (bill(amount="1_000"), "bad amount"),
        (bill(amount="0.0000000000001"), "bad amount"),
        (bill(amount="1" + "0" * 18), "bad amount"),
        (bill(amount="-1", kind="refund"), "negative refund"),
        (bill(amount="-1"), "negative charge"),
        (bill(kind="gift"), "unknown kind"),
        (bill(currency="usd"), "unknown currency"),
        (bill(currency="ZZZ"), "unknown currency"),
        (bill(id=None), "no id"),
        (bill(id="x" * 257), "bad id"),
        (bill(customer="x" * 257), "bad customer"),
    ]
    inserted = store.insert(log.segment(bills(*(event for event, _ in events))))
    reasons = Counter(f"billing: {reason}" for _, reason in events)
    assert (inserted.stored, inserted.uncounted) == (len(events), reasons)
    assert rows(SHOWN) == []
    assert rows("SELECT count() FROM logs WHERE event_name = 'fanlight.billing'") == [(len(events),)]


def test_amounts_of_every_size_and_spelling_are_kept_to_the_last_place(
    store: Any, log: Any, rows: Any
) -> None:
    amounts = ["0", "0.000000000001", "999999999999999999.999999999999", "1e3", "00.50", 7, 0.1, "-0"]
    store.insert(log.segment(bills(*(bill(f"e{n}", amount) for n, amount in enumerate(amounts)))))
    assert [row[3] for row in rows(SHOWN)] == [Decimal(str(amount)) for amount in amounts]


def test_more_events_than_one_statement_carries_are_all_stored(store: Any, log: Any, rows: Any) -> None:
    events = [bill(f"e{number:04}", "0.1") for number in range(7_000)]
    store.insert(log.segment(bills(*events)))
    assert rows("SELECT count(), sum(amount) FROM billing FINAL") == [(7_000, Decimal(700))]
    assert store.insert(log.segment(bills(*events, at_s=1))).uncounted == {}


def test_when_it_happened_counts_however_old_it_is_and_a_time_that_cannot_be_is_when_it_was_received(
    opened: Any, log: Any
) -> None:
    store = opened(retention_days=3)
    received_ns = time.time_ns() // 10**9 * 10**9
    old_ns = received_ns - 30 * 86_400 * SECOND_NS
    old_s = (old_ns - NOW_NS) // SECOND_NS
    requests = bills(bill("old"), at_s=old_s), bills(bill("never"), at_s=10**10)
    store.insert(log.segment(*requests, received_ns=received_ns))
    at = "SELECT event_id, toUnixTimestamp64Nano(occurred_at) FROM billing FINAL ORDER BY event_id"
    found = dict(store._backend.writer.rows(at))
    assert found == {"never": received_ns, "old": NOW_NS + old_s * SECOND_NS}
