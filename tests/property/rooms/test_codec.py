"""Whatever is packed comes back; whatever comes, nothing but the protocol's own error is raised."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.rooms.malformed import MalformedError
from fanlight.rooms.messages import Body, pack, place_of, unpack
from fanlight.rooms.packets import Assembler, Message, packets_of
from fanlight.rooms.toolkits import RequestError, closed_call, read_invocation

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT.filter(lambda key: key != "__meshagent__"), JSON, max_size=5)
MESSAGES = st.builds(
    Message,
    st.integers(0, 2**64 - 1),
    TEXT.filter(bool),
    st.builds(lambda piece, times: piece * times, st.binary(max_size=40), st.integers(0, 120)),
)


@given(st.lists(MESSAGES, max_size=4))
def test_messages_come_back_as_they_were_sent(messages: list[Message]) -> None:
    assembler = Assembler()
    taken = [assembler.take(packet) for each in messages for packet in packets_of(each)]
    assert [each for each in taken if each is not None] == messages


@given(MESSAGES, st.data())
def test_a_packet_lost_or_twice_never_makes_another_message(message: Message, data: st.DataObject) -> None:
    packets = list(packets_of(message))
    place = data.draw(st.integers(0, len(packets) - 1))
    changed = data.draw(
        st.sampled_from([packets[:place] + packets[place + 1 :], [*packets[: place + 1], *packets[place:]]])
    )
    assembler, taken = Assembler(), set[Message | None]()
    with contextlib.suppress(MalformedError):
        for packet in changed:
            taken.add(assembler.take(packet))
    assert taken <= {message, None}


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_are_packets_or_the_protocols_error(packets: list[bytes]) -> None:
    assembler = Assembler(max_bytes=64)
    with contextlib.suppress(MalformedError):
        for packet in packets:
            assembler.take(packet)


@given(OBJECTS, st.binary(max_size=50))
def test_bodies_come_back_as_they_were_packed(header: dict[str, Any], data: bytes) -> None:
    context = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    found = unpack(pack(header, data, context=context))
    assert found == Body({**header, "__meshagent__": {"v": 1, "otel": context}}, data)
    assert place_of(found.header) is not None


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda raw: len(raw).to_bytes(8) + raw))
def test_any_bytes_are_a_body_or_the_protocols_error(payload: bytes) -> None:
    with contextlib.suppress(MalformedError):
        unpack(payload)


@given(
    OBJECTS,
    st.fixed_dictionaries(
        {},
        optional={
            "toolkit": st.just("developer"),
            "tool": st.sampled_from(["log", "info", "logs"]) | JSON,
            "arguments": st.fixed_dictionaries({"type": st.just("json"), "json": OBJECTS | JSON}) | JSON,
            "tool_call_id": JSON,
            "chunk": JSON,
            "__meshagent__": JSON,
        },
    ),
)
def test_any_header_is_a_request_or_is_refused_by_a_code(
    header: dict[str, Any], named: dict[str, Any]
) -> None:
    body = Body({**header, **named})
    closed_call(body)
    place_of(body.header)
    with contextlib.suppress(RequestError):
        read_invocation(body)
