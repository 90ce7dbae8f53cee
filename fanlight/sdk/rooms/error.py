"""What a room refuses."""

from __future__ import annotations


class RoomError(Exception):
    """A room could not be entered, a request was refused, or the connection ended.

    `code` is the protocol's own (1001 = not granted, 1002 = wrong request, 1003 = not found), None when there
    is none.
    """

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
