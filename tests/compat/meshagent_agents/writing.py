"""Writes developer logs of each kind into a room, once all who listen are there.

Until the file at argv[1] is there it writes one of type `probe`, again and again, for listeners to hear.
"""

import asyncio
import os
import sys
from pathlib import Path

from meshagent.api import RoomClient, WebSocketClientProtocol
from meshagent.api.client import Meshagent
from meshagent.api.helpers import websocket_room_url
from meshagent.otel import otel_config
from opentelemetry import trace

URL, ROOM = os.environ["MESHAGENT_API_URL"], os.environ["MESHAGENT_ROOM"]


async def main() -> None:
    async with Meshagent(base_url=URL, token=os.environ["MESHAGENT_API_KEY"]) as account:
        connection = await account.connect_room(project_id=os.environ["MESHAGENT_PROJECT_ID"], room=ROOM)
    place = websocket_room_url(room_name=ROOM, base_url=URL)
    protocol = WebSocketClientProtocol(url=place, token=connection.jwt)
    async with RoomClient(protocol_factory=protocol.create_factory()) as room:
        while not Path(sys.argv[1]).exists():
            await room.developer.log(type="probe", data={"message": "probe"})
            await asyncio.sleep(0.05)
        with trace.get_tracer("app").start_as_current_span("work"):
            await room.developer.log(type="custom", data={"message": "hello", "attempt": 2})
            before = asyncio.all_tasks()
            room.developer.info("fine")
            room.developer.warning("slow", extra={"ms": 1200})
            room.developer.error("broken")
            # Nobody waits for these, and leaving the room drops what was not answered.
            await asyncio.gather(*(asyncio.all_tasks() - before))
            await room.developer.log(type="info", data={"message": "done"})


otel_config(service_name="writer")
asyncio.run(main())
