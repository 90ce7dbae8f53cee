"""What can be wrong with what a participant sends."""

from __future__ import annotations

from enum import StrEnum

from fanlight.errors import FanlightError


class Malformation(StrEnum):
    """The ways in which packets and messages break the protocol; each is counted under its name."""

    SHORT = "short"  # a packet without its whole head
    TYPE = "type"  # a message whose type is empty, too long or no UTF-8
    STRAY = "stray"  # payload of no message
    INTERLEAVED = "interleaved"  # a message within another one
    ORDER = "order"  # a packet before its turn
    EMPTY = "empty"  # a payload packet without payload
    LONG = "long"  # a payload packet that is longer than one may be
    TOO_LARGE = "too_large"  # a message that is larger than one may be
    TEXT = "text"  # a text frame; packets are binary
    CUT = "cut"  # a body that ends before its header does
    HEADER_TOO_LARGE = "header_too_large"
    HEADER = "header"  # a header that is no JSON object
    DEPTH = "depth"  # a header that is nested too deep


class MalformedError(FanlightError):
    """Somebody broke the protocol of rooms.

    `message_id` is the message at fault, None when not even that can be read. After an error in a packet
    nothing that follows can be told apart any more; an error in a body concerns that message alone.
    """

    code = "malformed"

    def __init__(self, malformation: Malformation, message: str, *, message_id: int | None = None) -> None:
        super().__init__(message)
        self.malformation = malformation
        self.message_id = message_id
