"""A project that keeps a share of its traces keeps them whole, and whatever failed."""

import hashlib
import random

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.ingest.head_sampling import HeadSampler, has_failed
from fanlight.model.sampling import ALL, Sampling, randomness, threshold

ERROR = 2


def trace_id(number):
    return hashlib.sha256(str(number).encode()).digest()[:16]


def request_of(spans, project=None):
    """A request of (trace number, span number, failed)."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    if project:
        resource.resource.attributes.add(key="project").value.string_value = project
    scope = resource.scope_spans.add()
    for trace, number, failed in spans:
        span = scope.spans.add(trace_id=trace_id(trace), span_id=number.to_bytes(8, "big"), name="s")
        span.start_time_unix_nano, span.end_time_unix_nano = 1_000, 2_000
        if failed:
            span.status.code = ERROR
    return request


def sampler(**rates):
    settings = {name: Sampling(head_rate=rate) for name, rate in rates.items()}
    return HeadSampler(lambda: settings)


def spans_in(plain):
    return [
        span
        for resource in ExportTraceServiceRequest.FromString(plain).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_whoever_keeps_everything_pays_nothing():
    body = request_of([(1, 1, False)]).SerializeToString()
    assert sampler(lab=0.0)("attic", body, 1).plain is body
    assert sampler()("lab", body, 1).plain is body


@pytest.mark.parametrize("seed", range(5))
def test_traces_stay_whole_whatever_batches_and_servers_their_spans_come_by(seed):
    dice = random.Random(seed)
    spans = [(trace, number, False) for trace in range(300) for number in range(1, 4)]
    dice.shuffle(spans)
    servers = [sampler(lab=0.3), sampler(lab=0.3)]
    kept, dropped = [], 0
    while spans:
        batch, spans = spans[: (size := dice.randint(1, 40))], spans[size:]
        found = dice.choice(servers)("lab", request_of(batch).SerializeToString(), len(batch))
        assert found.items + found.dropped == len(batch)
        kept += spans_in(found.plain)
        dropped += found.dropped
    traces = [span.trace_id for span in kept]
    assert {traces.count(each) for each in set(traces)} == {3}
    assert 0.2 <= len(set(traces)) / 300 <= 0.4
    assert len(kept) + dropped == 900 == len(kept) + sum(each.dropped_of("lab") for each in servers)


@pytest.mark.parametrize("seed", range(5))
def test_in_every_order_whatever_failed_is_kept_and_what_follows_it(seed):
    dice = random.Random(seed)
    spans = [(trace, number, trace % 7 == 0 and number == 2) for trace in range(100) for number in (1, 2, 3)]
    dice.shuffle(spans)
    sample, failed = sampler(lab=0.0), set()
    for at in range(0, len(spans), 20):
        batch = spans[at : at + 20]
        failed |= {trace for trace, _, bad in batch if bad}
        found = spans_in(sample("lab", request_of(batch).SerializeToString(), 20).plain)
        expected = [(trace_id(trace), number) for trace, number, _ in batch if trace in failed]
        assert [(span.trace_id, int.from_bytes(span.span_id, "big")) for span in found] == expected


def test_what_resources_name_is_sampled_as_their_project():
    request = request_of([(1, 1, False)], project="lab")
    request.MergeFrom(request_of([(1, 2, False)]))
    found = sampler(lab=0.0)("", request.SerializeToString(), 2)
    assert (found.items, found.dropped, [span.span_id[-1] for span in spans_in(found.plain)]) == (1, 1, [2])


def test_the_share_is_noted_for_whoever_counts_and_a_stated_randomness_decides():
    high, low = "ot=rv:ffffffffffffff", "ot=rv:00000000000000"
    request = request_of([(1, 1, False), (2, 2, False), (3, 3, True)])
    for span, state in zip(request.resource_spans[0].scope_spans[0].spans, (high, low, low), strict=True):
        span.trace_state = state + ",a=b"
    found = spans_in(sampler(lab=0.25)("lab", request.SerializeToString(), 3).plain)
    assert [(span.span_id[-1], span.trace_state) for span in found] == [
        (1, "ot=th:c;rv:ffffffffffffff,a=b"),
        (3, "ot=rv:00000000000000,a=b"),  # kept for its failure: no share stands for it
    ]


@pytest.mark.parametrize(
    "fail",
    [
        lambda span: setattr(span.status, "code", ERROR),
        lambda span: span.events.add(name="exception"),
        lambda span: setattr(
            span.attributes.add(key="langfuse.observation.level").value, "string_value", "ERROR"
        ),
        lambda span: setattr(span.attributes.add(key="logfire.level_num").value, "int_value", 17),
    ],
)
def test_every_way_to_say_that_a_span_failed_is_known(fail):
    span = request_of([(1, 1, False)]).resource_spans[0].scope_spans[0].spans[0]
    assert not has_failed(span)
    fail(span)
    assert has_failed(span)


def test_the_share_is_that_of_the_bits():
    assert [randomness(b"\xff" * 9 + bits.to_bytes(7, "big")) for bits in (0, 7, ALL - 1)] == [0, 7, ALL - 1]
    kept = sum(randomness(trace_id(number)) >= threshold(0.1) for number in range(20_000))
    assert 1_800 <= kept <= 2_200


def test_what_is_left_out_is_counted_and_answered_as_taken(receiver_of, traces):
    receiver = receiver_of({})
    receiver.intake._sample = sampler(lab=0.0)
    answer = receiver.post(traces("a", "b").SerializeToString(), x_fanlight_project="lab")
    assert (answer.status, answer.body, receiver.batches) == (200, b"", [])
    counts = receiver.counts()
    assert (counts.received, counts.sampled, counts.waiting) == (2, {"head": 2}, 0)
