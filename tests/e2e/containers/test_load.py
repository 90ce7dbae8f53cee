"""What a container uses is what its engine says."""

from __future__ import annotations

import asyncio

from fanlight.runner.backend import MIB, Child, Launch, Load
from fanlight.runner.capture.items import Hook, Item
from fanlight.runner.docker import DockerBackend
from fanlight.runner.run import Run
from tests.e2e.containers.conftest import IMAGE, LIMITS
from tests.fixtures.runs import MakeAgent, watch

BUSY = """
import time
def agent(inputs, callbacks):
    held = bytearray(64 << 20)
    while time.process_time() < 0.5:
        pass
    callbacks[0].on_tool_start({"name": "busy"}, "")
    time.sleep(60)
"""


class Measured:
    """A backend whose child is asked what it uses when the agent says that it is busy; then its run ends."""

    def __init__(self, backend: DockerBackend) -> None:
        self._backend = backend
        self.image: str | None = None
        self.load: Load | None = None

    async def start(self, launch: Launch) -> Child:
        self._child: Child = await self._backend.start(launch)
        self.image = self._child.image
        return self._child

    def react(self, run: Run, item: Item) -> None:
        if isinstance(item, Hook) and item.name == "on_tool_start":
            self._asking = asyncio.ensure_future(self._ask(run))

    async def _ask(self, run: Run) -> None:
        self.load = await self._child.load()
        run.cancel()


def test_a_container_tells_its_image_its_memory_and_its_processor_time(
    make_agent: MakeAgent, backend: DockerBackend
) -> None:
    measured = Measured(backend)
    seen = watch(make_agent(BUSY), backend=measured, react=measured.react, in_container=True, limits=LIMITS)
    assert (seen.outcome.status, measured.image) == ("cancelled", IMAGE)
    assert measured.load is not None
    assert measured.load.cpu_s >= 0.4
    assert 64 * MIB <= measured.load.memory_bytes <= 256 * MIB
