"""Packets: how a message travels, in pieces of at most 1 KiB, one message behind the other.

    packet 0       u64 message id | u32 0 | u32 number of payload packets | type, UTF-8
    packet i >= 1  u64 message id | u32 i | 1 to 1024 bytes of payload

All numbers are big endian. A message without payload is its packet 0 alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from fanlight.rooms.malformed import Malformation, MalformedError

PAYLOAD_BYTES = 1024
MAX_TYPE_BYTES = 256
MAX_MESSAGE_BYTES = 2 * 1024 * 1024

_HEAD = struct.Struct(">QI")
_FIRST = struct.Struct(">QII")
MAX_PACKET_BYTES = max(_HEAD.size + PAYLOAD_BYTES, _FIRST.size + MAX_TYPE_BYTES)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of either side. `id` is what an answer repeats."""

    id: int
    type: str
    payload: bytes = b""


def packets_of(message: Message) -> Iterator[bytes]:
    """The packets that carry `message`, in their order.

    Example:
        >>> [packet.hex() for packet in packets_of(Message(7, "hi", b"abc"))]
        ['000000000000000700000000000000016869', '000000000000000700000001616263']
    """
    count = -(-len(message.payload) // PAYLOAD_BYTES)
    yield _FIRST.pack(message.id, 0, count) + message.type.encode()
    for number in range(1, count + 1):
        end = number * PAYLOAD_BYTES
        yield _HEAD.pack(message.id, number) + message.payload[end - PAYLOAD_BYTES : end]


@dataclass(slots=True)
class _Begun:
    """A message that is not whole yet."""

    id: int
    type: str
    count: int
    parts: list[bytes] = field(default_factory=list)


class Assembler:
    """Puts messages together again. Holds one unfinished message, of at most `max_bytes`.

    Example:
        >>> assembler = Assembler()
        >>> [assembler.take(packet) for packet in packets_of(Message(7, "hi", b"abc"))]
        [None, Message(id=7, type='hi', payload=b'abc')]
    """

    def __init__(self, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self._max_bytes = max_bytes
        self._begun: _Begun | None = None

    def take(self, packet: bytes) -> Message | None:
        """The message that `packet` completes, if it does.

        Raises:
            MalformedError: the packet breaks the protocol. Nothing that comes behind it can be understood.
        """
        if len(packet) < _HEAD.size:
            raise MalformedError(Malformation.SHORT, f"a packet of {len(packet)} bytes has no head")
        message_id, number = _HEAD.unpack_from(packet)
        begun = self._begun
        if begun is not None and message_id != begun.id:
            raise MalformedError(
                Malformation.INTERLEAVED,
                f"a packet of message {message_id} came before message {begun.id} was whole",
                message_id=message_id,
            )
        if begun is None:
            return self._begin(packet, message_id, number)
        return self._go_on(begun, packet, number)

    def _begin(self, packet: bytes, message_id: int, number: int) -> Message | None:
        if number:
            raise MalformedError(
                Malformation.STRAY,
                f"packet {number} of message {message_id}, which has not begun",
                message_id=message_id,
            )
        begun = _begin(packet, message_id, self._max_bytes)
        if not begun.count:
            return Message(begun.id, begun.type)
        self._begun = begun
        return None

    def _go_on(self, begun: _Begun, packet: bytes, number: int) -> Message | None:
        wanted = len(begun.parts) + 1
        if number != wanted:
            raise MalformedError(
                Malformation.ORDER,
                f"packet {number} of message {begun.id} came, packet {wanted} was due",
                message_id=begun.id,
            )
        size = len(packet) - _HEAD.size
        if not 0 < size <= PAYLOAD_BYTES:
            raise MalformedError(
                Malformation.LONG if size else Malformation.EMPTY,
                f"packet {number} of message {begun.id} has {size} bytes of payload, 1 to {PAYLOAD_BYTES} go",
                message_id=begun.id,
            )
        begun.parts.append(packet[_HEAD.size :])
        if number < begun.count:
            return None
        self._begun = None
        return Message(begun.id, begun.type, b"".join(begun.parts))


def _begin(packet: bytes, message_id: int, max_bytes: int) -> _Begun:
    if len(packet) < _FIRST.size:
        raise MalformedError(
            Malformation.SHORT, f"the first packet of message {message_id} is cut", message_id=message_id
        )
    count = _FIRST.unpack_from(packet)[2]
    # Refused before any of it is kept.
    if (count - 1) * PAYLOAD_BYTES >= max_bytes:
        raise MalformedError(
            Malformation.TOO_LARGE,
            f"message {message_id} has {count} packets, {max_bytes} bytes are the most",
            message_id=message_id,
        )
    return _Begun(message_id, _type_of(packet[_FIRST.size :], message_id), count)


def _type_of(raw: bytes, message_id: int) -> str:
    try:
        if 0 < len(raw) <= MAX_TYPE_BYTES:
            return raw.decode()
    except UnicodeDecodeError:
        pass
    raise MalformedError(
        Malformation.TYPE,
        f"the type of message {message_id} is not 1 to {MAX_TYPE_BYTES} bytes of UTF-8",
        message_id=message_id,
    )
