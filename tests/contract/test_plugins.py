"""The newest report of each exporter, asked of the store itself."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsStr
from msgspec.structs import asdict

from fanlight.model.project import ProjectScope
from fanlight.query.plugins import exporter_reports

from .telemetry import NOW_NS, SECOND_NS, logs, pairs

SCOPE = ProjectScope("default")


def report(name: str, *, at_s: int = 0, event: str = "fanlight.exporter", **said: Any) -> Any:
    """A report as an agent's process sends it."""
    request = logs("", at_ns=NOW_NS + at_s * SECOND_NS)
    [record] = request.resource_logs[0].scope_logs[0].log_records
    record.event_name = event
    record.trace_id = b"t" * 16
    keys = {"name": name, **said}
    record.attributes.extend(pairs({f"fanlight.exporter.{key}": value for key, value in keys.items()}))
    return request


def test_the_newest_report_wins_whenever_it_arrives_and_the_last_failure_stays(store: Any, log: Any) -> None:
    newest = report("dd", at_s=9, state="healthy", place="process", delivered=7, dropped=2, restarts=1)
    store.insert(log.segment(newest, report("dd", at_s=5, state="open", error="it hung")))
    store.insert(
        log.segment(report("dd", at_s=1, state="failed", error="older"), report("otlp", state="stopped"))
    )
    found = exporter_reports(store, SCOPE)
    assert list(found) == ["dd", "otlp"]
    assert asdict(found["dd"]) == {
        "at": IsStr(), "state": "healthy", "place": "process", "error": None, "delivered": 7, "dropped": 2,
        "restarts": 1, "run": (b"t" * 16).hex(), "service": "svc", "last_error": "it hung",
        "last_error_at": IsStr(),
    }  # fmt: skip
    assert found["dd"].last_error_at < found["dd"].at
    told = found["otlp"]
    assert (told.state, told.delivered, told.last_error, told.last_error_at) == ("stopped", None, None, None)


def test_counts_that_are_none_and_reports_without_a_name_are_not_believed(store: Any, log: Any) -> None:
    store.insert(
        log.segment(report("dd", dropped=-1, delivered="9" * 40), report(""), report("x", event="other"))
    )
    found = exporter_reports(store, SCOPE)
    assert list(found) == ["dd"]
    assert (found["dd"].state, found["dd"].dropped, found["dd"].delivered) == ("unknown", None, None)


def test_reports_of_another_project_are_not_seen(store: Any, log: Any) -> None:
    store.insert(log.segment(report("dd", state="healthy"), project="other"))
    assert exporter_reports(store, SCOPE) == {}
