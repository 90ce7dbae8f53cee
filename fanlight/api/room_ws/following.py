"""One call of `developer.logs`: what a room's log says, to one participant."""

from __future__ import annotations

import logging

from fanlight.api.room_ws.outbox import Outbox
from fanlight.api.room_ws.shown import chunks_of
from fanlight.live.subscription import Subscription
from fanlight.rooms.toolkits import RESPONSE_CHUNK, FollowLogs, close_chunk

logger = logging.getLogger("fanlight.api.room_ws")


async def follow(subscription: Subscription, asked: FollowLogs, outbox: Outbox, *, mirrored: bool) -> None:
    """Tell of what comes until the subscription ends. It is cancelled when whoever asked closes the call.

    A follower that reads slowly is told slowly, from the store; what is too old for it is told as a gap.
    """
    try:
        async for found in subscription:
            for chunk in chunks_of(asked, found, mirrored=mirrored):
                await outbox.tell(RESPONSE_CHUNK, chunk)
    except Exception:
        # Whoever follows must not wait for ever for what will not come.
        logger.exception("a stream of developer logs failed")
    await outbox.tell(RESPONSE_CHUNK, close_chunk(asked.call_id))
