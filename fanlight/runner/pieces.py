"""What a child writes, on its way from whoever hears it to whoever reads it."""

from __future__ import annotations

import asyncio

from fanlight.runner.backend import Channel

PIECE_BYTES = 64 * 1024
PIECES_AHEAD = 8
"""So many wait for a reader; a child that writes more waits as well."""

Piece = tuple[Channel, bytes]


class Pieces:
    """Pieces in their order, until their end."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Piece | None] = asyncio.Queue(PIECES_AHEAD)
        self._is_over = False

    async def put(self, piece: Piece | None) -> None:
        """Hand one on; None is the end."""
        await self._queue.put(piece)

    async def read(self) -> Piece | None:
        """The next one; None once there is none any more."""
        if self._is_over:
            return None
        piece = await self._queue.get()
        self._is_over = piece is None
        return piece
