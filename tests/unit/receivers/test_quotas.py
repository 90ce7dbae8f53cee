"""What projects and keys may send: who is sent away, with what, and when they are taken again."""

import asyncio

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from fanlight.model.signal import Signal

KEY = "fl_abcdefghijkl_" + "0" * 49

LATER = "send it again later; the limit spans_per_s can be raised"


@pytest.fixture
def spans(traces):
    """A request of so many spans."""
    return lambda count: traces(*("s" for _ in range(count))).SerializeToString()


def told(answer):
    """Status, Retry-After, and the message of an error."""
    return answer.status, answer.headers.get("retry-after"), Status.FromString(answer.body).message


def test_a_project_over_its_rate_is_sent_away_and_taken_once_it_is_paid(receiver_of, spans):
    receiver = receiver_of({"lab": {"spans_per_s": 10}})
    statuses = [receiver.post(spans(60), x_fanlight_project="lab").status for _ in range(2)]
    refused = receiver.post(spans(1), x_fanlight_project="lab")
    assert (statuses, told(refused)) == (
        [200, 200],
        (
            429,
            "2",
            f"project lab sends more than 10 spans a second; {LATER}",
        ),
    )
    assert Status.FromString(refused.body).code == 8  # RESOURCE_EXHAUSTED
    receiver.clock.advance(1.9)
    assert receiver.post(spans(1), x_fanlight_project="lab").status == 429
    receiver.clock.advance(0.2)
    assert receiver.post(spans(1), x_fanlight_project="lab").status == 200
    counts = receiver.counts()
    assert (counts.received, counts.refused) == (121, {"over_spans_per_s": 2})
    assert receiver.quotas.use_of("lab")[1] == {"spans_per_s": 2}


def test_whoever_has_nothing_left_is_sent_away_before_the_body_is_read(receiver_of, spans):
    receiver = receiver_of({"lab": {"bytes_per_s": 1}})
    assert receiver.post(spans(9), x_fanlight_project="lab").status == 200
    assert receiver.post(b"not protobuf", x_fanlight_project="lab").status == 429
    assert receiver.post(b"not protobuf", x_fanlight_project="attic").status == 400


def test_a_rate_is_of_its_signal_and_project_alone(receiver_of, spans):
    receiver = receiver_of({"lab": {"spans_per_s": 1}})
    assert [
        receiver.post(spans(20), x_fanlight_project="lab").status,
        receiver.post(spans(20), x_fanlight_project="lab").status,
        receiver.post(b"", path="/v1/logs", x_fanlight_project="lab").status,
        receiver.post(spans(20), x_fanlight_project="attic").status,
        receiver.post(spans(20)).status,
    ] == [200, 429, 200, 200, 200]


def test_a_key_has_its_own_rate_below_its_projects(receiver_of, spans):
    receiver = receiver_of({}, {KEY[3:15]: {"spans_per_s": 1}})
    sent = [receiver.post(spans(20), x_fanlight_project="lab", x_api_key=KEY) for _ in range(2)]
    other = receiver.post(spans(20), x_fanlight_project="lab", x_api_key=KEY.replace("a", "b", 1))
    assert [answer.status for answer in sent] == [200, 429]
    assert told(sent[1])[2].startswith("key abcdefghijkl sends more than 1 spans a second")
    assert other.status == 200


def test_where_resources_name_their_project_that_one_pays(receiver_of, traces):
    receiver = receiver_of({"lab": {"spans_per_s": 1}})
    request = traces(*("s" for _ in range(20)))
    request.resource_spans[0].resource.attributes.add(key="project").value.string_value = "lab"
    body = request.SerializeToString()
    assert [receiver.post(body).status, receiver.post(body).status] == [200, 429]
    assert receiver.post(traces("s").SerializeToString()).status == 200
    assert [receiver.quotas.use_of(name)[0]["spans_per_s"] for name in ("lab", "default")] == [2.0, 0.1]


def test_a_project_may_have_tighter_caps_than_the_server_and_no_wider_ones(receiver_of, traces):
    own = {"max_item_attributes": 1, "max_value_depth": 2}
    receiver = receiver_of({"lab": own, "small": {"max_body_bytes": 100}, "wide": {"max_body_bytes": 10**12}})
    request = traces("good", "bad")
    request.resource_spans[0].scope_spans[0].spans[1].attributes.add(key="m").value.int_value = 1
    body = request.SerializeToString()
    assert [receiver.post(body, x_fanlight_project=name).status for name in ("lab", "attic")] == [200, 200]
    assert receiver.names() == ["good", "good", "bad"]
    assert receiver.counts().rejected == {"too_many_attributes": 1}
    big = receiver.post(bytes(101), x_fanlight_project="small")
    assert (big.status, big.headers.get("retry-after")) == (413, None)
    assert receiver.quotas.of("wide").caps == receiver.limits


def test_what_the_server_itself_tells_is_never_sent_away(receiver_of, spans):
    receiver = receiver_of({"lab": {"spans_per_s": 1}})
    for _ in range(3):
        asyncio.run(receiver.app.report("lab", spans(50), Signal.TRACES))
    assert receiver.counts().received == 150


def partial(answer):
    """How many spans were rejected, and what was said."""
    told = ExportTraceServiceResponse.FromString(answer.body).partial_success
    return told.rejected_spans, told.error_message


def test_while_names_are_folded_their_senders_are_told_and_nothing_is_rejected(receiver_of, spans, traces):
    receiver = receiver_of({"lab": {"max_span_names": 7}})
    note = (
        "project lab has more than 7 different names of spans (max_span_names): new ones are folded,"
        " nothing is lost; put what varies into attribute values, or raise the limit"
    )
    receiver.known_names.folded({("lab", "max_span_names"): 3})
    bad = traces("good", "bad")
    bad.resource_spans[0].scope_spans[0].spans[1].trace_id = b""
    named = traces("s")
    named.resource_spans[0].resource.attributes.add(key="project").value.string_value = "lab"
    assert [
        partial(receiver.post(spans(2), x_fanlight_project="lab")),
        partial(receiver.post(bad.SerializeToString(), x_fanlight_project="lab")),
        partial(receiver.post(named.SerializeToString())),
        partial(receiver.post(spans(2), x_fanlight_project="attic")),
    ] == [
        (0, note),
        (1, f"rejected: 1 invalid_trace_id (trace id is not 16 bytes, or all zero); {note}"),
        (0, note),
        (0, ""),
    ]
    assert receiver.post(b"", path="/v1/logs", x_fanlight_project="lab").body == b""
    receiver.clock.advance(60)
    assert receiver.post(spans(2), x_fanlight_project="lab").body == b""
