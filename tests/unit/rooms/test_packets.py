"""Packets, byte by byte as the protocol writes them."""

from __future__ import annotations

import pytest

from fanlight.rooms.malformed import Malformation, MalformedError
from fanlight.rooms.packets import Assembler, Message, packets_of

ID = bytes.fromhex("00000000 00000102")
FIRST = ID + bytes.fromhex("00000000")


def packet(number: int, payload: bytes, message_id: bytes = ID) -> bytes:
    return message_id + number.to_bytes(4) + payload


def test_a_message_without_payload_is_one_packet_of_count_0() -> None:
    [only] = packets_of(Message(0x102, "room_ready"))
    assert only == FIRST + bytes.fromhex("00000000") + b"room_ready"
    assert Assembler().take(only) == Message(0x102, "room_ready", b"")


def test_payload_goes_in_pieces_of_1024_bytes_numbered_from_1() -> None:
    first, *rest = packets_of(Message(0x102, "t", b"a" * 1024 + b"b" * 1024 + b"c"))
    assert first == FIRST + bytes.fromhex("00000003") + b"t"
    assert rest == [packet(1, b"a" * 1024), packet(2, b"b" * 1024), packet(3, b"c")]


def test_payload_of_exactly_1024_bytes_is_one_piece() -> None:
    assert len(list(packets_of(Message(1, "t", b"a" * 1024)))) == 2


def test_messages_follow_each_other_and_may_repeat_an_id() -> None:
    assembler = Assembler()
    sent = [Message(5, "a", b"x"), Message(5, "b"), Message(2**64 - 1, "c", b"y" * 3000)]
    taken = [assembler.take(each) for message in sent for each in packets_of(message)]
    assert [each for each in taken if each is not None] == sent


BEGUN = FIRST + bytes.fromhex("00000002") + b"t"
OTHER = bytes(7) + b"\x09"


@pytest.mark.parametrize(
    ("packets", "malformation", "message_id"),
    [
        ([b""], Malformation.SHORT, None),
        ([FIRST[:11]], Malformation.SHORT, None),
        ([FIRST + bytes(3)], Malformation.SHORT, 0x102),
        ([FIRST + bytes(4)], Malformation.TYPE, 0x102),
        ([FIRST + bytes(4) + b"\xff"], Malformation.TYPE, 0x102),
        ([FIRST + bytes(4) + b"t" * 257], Malformation.TYPE, 0x102),
        ([packet(1, b"x")], Malformation.STRAY, 0x102),
        ([BEGUN, packet(1, b"x", OTHER)], Malformation.INTERLEAVED, 9),
        ([BEGUN, OTHER + bytes(8) + b"t"], Malformation.INTERLEAVED, 9),
        ([BEGUN, BEGUN], Malformation.ORDER, 0x102),
        ([BEGUN, packet(2, b"x")], Malformation.ORDER, 0x102),
        ([BEGUN, packet(1, b"x"), packet(1, b"x")], Malformation.ORDER, 0x102),
        ([BEGUN, packet(1, b"")], Malformation.EMPTY, 0x102),
        ([BEGUN, packet(1, b"x" * 1025)], Malformation.LONG, 0x102),
        ([FIRST + bytes.fromhex("00000005") + b"t"], Malformation.TOO_LARGE, 0x102),
        ([FIRST + bytes.fromhex("ffffffff") + b"t"], Malformation.TOO_LARGE, 0x102),
    ],
)
def test_each_malformation_has_its_own_error_with_the_message_at_fault(
    packets: list[bytes], malformation: Malformation, message_id: int | None
) -> None:
    assembler = Assembler(max_bytes=4096)
    *before, last = packets
    assert [assembler.take(each) for each in before] == [None] * len(before)
    with pytest.raises(MalformedError) as caught:
        assembler.take(last)
    assert (caught.value.malformation, caught.value.message_id) == (malformation, message_id)


def test_a_message_of_the_most_bytes_is_taken() -> None:
    message = Message(1, "t", b"x" * 4096)
    assert [each for each in map(Assembler(max_bytes=4096).take, packets_of(message)) if each] == [message]
