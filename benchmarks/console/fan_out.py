"""What the fan-out costs by itself, a process of its own: `python -m benchmarks.console.fan_out --readers N`.

Broker, stream and HTTP server are the real ones; the store is a list. So the CPU seconds of this process are
those of telling readers, and nothing else: they are counted while batches of events go to readers in another
process, and printed as one JSON number, microseconds for a batch and a reader.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

import uvloop
from starlette.types import Receive, Scope, Send

from fanlight.api.listen import Listener, bind
from fanlight.api.stream import EventStream
from fanlight.live.broker import Broker
from fanlight.live.subscription import Subscription
from fanlight.model.event import KINDS, TYPES, Event
from fanlight.model.project import ProjectScope

HERE = ProjectScope("bench")
TOPIC = frozenset({"room:lobby"})
BATCHES, PAUSE_S = 100, 0.02
READER = """
import selectors, socket, sys
with selectors.DefaultSelector() as selector:
    for _ in range(int(sys.argv[2])):
        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        connection.sendall(b"GET / HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n")
        selector.register(connection, selectors.EVENT_READ)
    while all(key.fileobj.recv(1 << 20) for key, _ in selector.select()):
        pass
"""


async def measure(readers: int, events: int) -> float:
    """CPU microseconds for a batch of `events` and a reader."""
    stored: list[Event] = []

    everybody = asyncio.Event()

    def load(
        scope: ProjectScope,
        topics: frozenset[str],
        *,
        after: int,
        upto: int,
        limit: int,
        kinds: frozenset[str] = KINDS,
        types: frozenset[str] = TYPES,
    ) -> list[Event]:
        return stored[after:upto][:limit]

    broker = Broker(
        load, lambda *_: 0, count=lambda *_, **more: 0, watermark=0, interval_s=0.0, chunk=10 * events
    )

    def subscribe() -> Subscription:
        subscription = broker.subscribe(HERE, TOPIC)
        if broker.readers == readers:
            everybody.set()
        return subscription

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await EventStream(subscribe, "bench", lambda: None)(scope, receive, send)

    with bind("127.0.0.1", 0) as sock:
        listener = Listener(app, sock, grace_s=1)
        serving = asyncio.create_task(listener.run_until_stopped())
        await listener.accepts.wait()
        asked = [sys.executable, "-c", READER, str(sock.getsockname()[1]), str(readers)]
        child = await asyncio.create_subprocess_exec(*asked)
        try:
            await everybody.wait()
            began = time.process_time()
            for _ in range(BATCHES):
                stored += [_event(len(stored) + number + 1) for number in range(events)]
                broker.advance(len(stored), frozenset({HERE.project_id}))
                await asyncio.sleep(PAUSE_S)
            spent_s = time.process_time() - began
        finally:
            child.kill()
            await child.wait()
            await broker.close()
            listener.should_exit = True
            await serving
    return spent_s / BATCHES / readers * 1e6


def _event(seq: int) -> Event:
    return Event(seq=seq, topics=TOPIC, payload=b'{"seq":"%d","data":"%s"}' % (seq, b"x" * 550), type="log")


def main() -> None:
    """The command line of the process."""
    parser = argparse.ArgumentParser(prog="benchmarks.console.fan_out", description="Tell many readers.")
    parser.add_argument("--readers", type=int, required=True)
    parser.add_argument("--events", type=int, required=True, help="of a batch")
    given = parser.parse_args()
    print(json.dumps(uvloop.run(measure(given.readers, given.events))))


if __name__ == "__main__":
    main()
