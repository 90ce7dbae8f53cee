"""Projects, rooms and agents are made on first use: this notes which telemetry names new ones.

Projects are entered before anyone is told of their data, because every question needs one. Rooms and agents
follow in a thread of their own, at most once a second, so that the catalog never slows the writer.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

from fanlight.catalog.agents import Sighting, see_agents
from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import ensure_project
from fanlight.catalog.rooms import create_room
from fanlight.errors import ConflictError, FanlightError, InvalidError
from fanlight.model.project import ProjectScope
from fanlight.store.contract import Store

logger = logging.getLogger("fanlight.ingest.registry")

PAUSE_S = 1.0


class Registry:
    """Keeps the catalog's projects, rooms and agents as far as the store is.

    `after` is the sequence up to which they were noted before.
    """

    def __init__(self, catalog: Catalog, store: Store, *, after: int = 0, pause_s: float = PAUSE_S) -> None:
        self._catalog = catalog
        self._store = store
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._noted_upto = after
        self._waiting: dict[str, int] = {}
        self._rooms: set[tuple[str, str]] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fanlight-registry", daemon=True)

    def start(self) -> None:
        """Begin to note rooms and agents."""
        self._thread.start()

    def stop(self) -> None:
        """Note what is waiting and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(5)

    def note(self, watermark: int, projects: frozenset[str]) -> None:
        """Everything up to `watermark` is stored; `projects` got some of it. Called by the writer."""
        for project in projects:
            ensure_project(self._catalog, project)
        with self._lock:
            for project in projects:
                self._waiting.setdefault(project, self._noted_upto)
            self._noted_upto = max(self._noted_upto, watermark)
        if projects:
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self.catch_up()
            self._stopping.wait(self._pause_s)
        self.catch_up()

    def catch_up(self) -> None:
        """Note what is waiting now. A project that fails waits for the next time."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for project, after in waiting.items():
            try:
                self._note_project(ProjectScope(project), after)
            except FanlightError as error:
                logger.warning("rooms and agents of project %s: %s", project, error)
                with self._lock:
                    self._waiting[project] = after
                self._wake.set()

    def _note_project(self, scope: ProjectScope, after: int) -> None:
        agents = self._store.read(scope, "seen_agents", {"after": after})
        see_agents(
            self._catalog,
            scope.project_id,
            [Sighting(name, at_ns) for name, *times in agents for at_ns in times],
        )
        for (room,) in self._store.read(scope, "seen_rooms", {"after": after}):
            self._note_room(scope.project_id, room)

    def _note_room(self, project: str, room: str) -> None:
        if (project, room) in self._rooms:
            return
        # A name that cannot be a room's stays an attribute of its telemetry.
        with suppress(ConflictError, InvalidError):
            create_room(self._catalog, project, room)
        self._rooms.add((project, room))
