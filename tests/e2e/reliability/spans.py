"""What was sent and what is stored, as sets of spans that can be compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from benchmarks.corpus import Corpus
from benchmarks.server import Api, Server
from tests.e2e.reliability.traffic import HEADERS, Ledger, Outcome
from tests.fixtures.waiting import until

Key = tuple[str, str]

READ_TRACES = 200
"""So many are read by the API where what is stored is compared wholly afterwards."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Every request of the traffic, made again from its number: rendering is deterministic."""

    corpus: Corpus
    now_ns: int

    def body(self, number: int) -> bytes:
        """Request `number`."""
        lap, index = divmod(number, len(self.corpus.requests))
        return bytes(self.corpus.render(index, lap=lap, now_ns=self.now_ns))

    def keys(self, numbers: Iterable[int]) -> Counter[Key]:
        """(trace id, span id) of every span in these requests."""
        found: Counter[Key] = Counter()
        for number in numbers:
            found.update((span.trace_id.hex(), span.span_id.hex()) for span, _ in self.spans(number))
        return found

    def spans(self, number: int) -> list[tuple[trace_pb2.Span, list[KeyValue]]]:
        """The spans of request `number`, each with its resource's attributes."""
        return [(span, resource) for span, resource, _ in self.whole(number)]

    def whole(self, number: int) -> list[tuple[trace_pb2.Span, list[KeyValue], str]]:
        """The same, with the name of each span's scope."""
        request = ExportTraceServiceRequest.FromString(self.body(number))
        return [
            (span, list(resource.resource.attributes), scope.scope.name)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


_NO_TRACE: dict[str, Any] = {"columns": {"span_id": [], "state": []}}


def stored_keys(server: Server, traces: Iterable[str]) -> Counter[Key]:
    """(trace id, span id) of every span that the API gives for these traces, as often as it gives it."""

    def read(names: list[str]) -> Counter[Key]:
        found: Counter[Key] = Counter()
        with server.connect() as connection:
            api = Api(connection)
            for name in names:
                columns = (api.find(f"/traces/{name}") or _NO_TRACE)["columns"]
                # What only stands for a parent that has not come is no stored span.
                rows = zip(columns["span_id"], columns["state"], strict=True)
                found.update((name, span_id) for span_id, state in rows if state != "missing")
        return found

    names = sorted(set(traces))
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(read, [names[at::4] for at in range(4)]), Counter())


def wait_until_read(server: Server, sent: Sent, ledger: Ledger, *, timeout_s: float = 180.0) -> None:
    """Send one request more and wait until it can be read: the log keeps order, so then all can be."""
    number = max(ledger.sent) + 1
    span = sent.spans(number)[-1][0]
    path = f"/traces/{span.trace_id.hex()}/spans/{span.span_id.hex()}"
    with server.connect() as connection:
        answer = connection.request("POST", "/v1/traces", body=sent.body(number), headers=HEADERS)
        assert (answer.status, answer.body) == (200, b"")
        ledger.outcomes[number] = Outcome.ACKED
        until(lambda: Api(connection).find(path), within_s=timeout_s)


def assert_kept(
    server: Server, sent: Sent, ledger: Ledger, *, sample: int, seed: int, traces: int | None = None
) -> None:
    """Acknowledged ⊆ stored ⊆ sent, each once, and a sample of spans equal to what was sent.

    `traces` says how many of the traces are read, for a test that compares all of the store afterwards.
    """
    assert ledger.wrong == []
    wait_until_read(server, sent, ledger)
    dice, unknown = random.Random(seed), ledger.sent - ledger.acked
    acked = sent.keys(ledger.acked)
    everything = acked + sent.keys(unknown)
    names = sorted({trace for trace, _ in everything})
    looked_at = set(names if traces is None else dice.sample(names, min(traces, len(names))))
    stored = stored_keys(server, looked_at)
    lost = {key for key in acked if key[0] in looked_at} - stored.keys()
    twice = {key: count for key, count in stored.items() if count > 1}
    strangers = stored.keys() - everything.keys()
    assert (len(lost), len(twice), len(strangers)) == (0, 0, 0), (sorted(lost)[:3], list(twice)[:3])
    with server.connect() as connection:
        found = Api(connection).spans()
    assert found == len(stored) if traces is None else len(acked) <= found <= len(everything)
    _assert_equal(server, sent, dice.sample(sorted(ledger.acked), min(sample, len(ledger.acked))))


def _assert_equal(server: Server, sent: Sent, numbers: list[int]) -> None:
    """One span of each of these requests, attribute by attribute."""
    with server.connect() as connection:
        api = Api(connection)
        for number in numbers:
            spans = sent.spans(number)
            span, resource = spans[number % len(spans)]
            found = api.get(f"/traces/{span.trace_id.hex()}/spans/{span.span_id.hex()}")
            assert {name: found[name] for name in _told(span, resource)} == _told(span, resource)


def _told(span: trace_pb2.Span, resource: list[KeyValue]) -> dict[str, Any]:
    return {
        "name": span.name,
        "parent_span_id": span.parent_span_id.hex() or None,
        "start_ns": str(span.start_time_unix_nano),
        "end_ns": str(span.end_time_unix_nano),
        "status_message": span.status.message,
        "attributes": [_attribute(item) for item in span.attributes],
        "resource_attributes": [_attribute(item) for item in resource],
    }


def _attribute(item: KeyValue) -> dict[str, Any]:
    return {"key": item.key, "type": _type(item.value), "value": _value(item.value)}


def _type(value: AnyValue) -> str:
    return str(value.WhichOneof("value")).removesuffix("_value")


def _value(value: AnyValue) -> Any:
    if value.HasField("array_value"):
        return [_value(entry) for entry in value.array_value.values]
    return getattr(value, str(value.WhichOneof("value")))
