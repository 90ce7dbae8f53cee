"""Writes a developer log by each of MeshAgent's methods, follows them, and tells what it heard as JSON.

The room is MESHAGENT_ROOM, entered with MESHAGENT_TOKEN. With `denied` the calls that wait are made alone.
"""

import asyncio
import json
import sys

from meshagent.api import RoomClient, RoomException
from opentelemetry.sdk.trace import TracerProvider

tracer = TracerProvider().get_tracer("app")


async def write(room: RoomClient) -> dict:
    """Logs of all five methods; what a follower heard up to the last one of them, by type and data."""
    heard = []

    async def follow() -> None:
        events = room.developer.logs()
        async for event in events:
            heard.append([event.type, event.data])
            if len(heard) == 10:
                await events.aclose()
                return

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)  # it has asked by now, and requests are served in their order
    with tracer.start_as_current_span("work") as span:
        await room.developer.log(type="custom", data={"message": "hello", "deep": {"list": [1, None]}})
    room.developer.log_nowait(type="later", data={"n": 2})
    room.developer.info("fine")
    room.developer.warning("slow", extra={"ms": 1200})
    room.developer.error("broken")
    await asyncio.wait_for(following, 20)
    context = span.get_span_context()
    return {
        "session": room.session_id,
        "heard": heard,
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
    }


async def ask_in_vain(room: RoomClient) -> dict:
    """The codes with which writing and following are refused, and those of what is not served at all."""
    codes = {}
    for name, asked in (
        ("log", room.developer.log(type="info", data={})),
        ("logs", anext(room.developer.logs())),
        ("storage", room.storage.exists(path="x")),
    ):
        try:
            await asked
        except RoomException as error:
            codes[name] = error.code
    return codes


async def main() -> None:
    async with RoomClient(reconnect_timeout=5) as room:
        told = await (ask_in_vain if sys.argv[1:] == ["denied"] else write)(room)
    print(json.dumps(told))


asyncio.run(main())
