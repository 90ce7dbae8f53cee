"""Projects, rooms, sessions and agents are made on first use: this notes which telemetry names.

Projects are entered before anyone is told of their data, because every question needs one. The rest
follows in a thread of its own, at most once a second, so that the catalog never slows the writer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from fanlight.catalog.agents import Sighting, see_agents
from fanlight.catalog.database import Catalog
from fanlight.catalog.noted import keep_noted, noted_upto
from fanlight.catalog.projects import ensure_project, list_projects
from fanlight.catalog.rooms import ensure_room
from fanlight.catalog.session_windows import Sighting as SessionSighting
from fanlight.catalog.sittings import see_sessions
from fanlight.clock import SYSTEM, Clock
from fanlight.errors import FanlightError, InvalidError
from fanlight.model.project import ProjectScope
from fanlight.store.contract import Store

logger = logging.getLogger("fanlight.ingest.registry")

PAUSE_S = 1.0


class Registry:
    """Keeps the catalog's projects, rooms, sessions and agents as far as the store is.

    `after` is the store's own sequence when the server starts: what was stored before, and not noted because
    the process ended, is noted at the start. `noted` is called when there may be room events to tell.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: Store,
        *,
        idle_ns: int,
        after: int = 0,
        pause_s: float = PAUSE_S,
        noted: Callable[[], None] = lambda: None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._idle_ns = idle_ns
        self._noted = noted
        self._clock = clock
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
        """Begin to note rooms, sessions and agents."""
        noted = noted_upto(self._catalog, self._store.epoch)
        if noted is not None and noted < self._noted_upto:
            for project in list_projects(self._catalog):
                self._waiting[project.name] = noted
            self._wake.set()
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
            upto = self._noted_upto
        for project, after in waiting.items():
            try:
                self._note_project(ProjectScope(project), after)
            except (FanlightError, SQLAlchemyError) as error:
                logger.warning("rooms, sessions and agents of project %s: %s", project, error)
                with self._lock:
                    self._waiting[project] = after
                self._wake.set()
                upto = min(upto, after)
        if waiting:
            # What is not kept is noted once more by the next start, which changes nothing.
            with suppress(SQLAlchemyError):
                keep_noted(self._catalog, self._store.epoch, upto)

    def _note_project(self, scope: ProjectScope, after: int) -> None:
        agents = self._store.read(scope, "seen_agents", {"after": after})
        see_agents(
            self._catalog,
            scope.project_id,
            [Sighting(name, at_ns) for name, *times in agents for at_ns in times],
        )
        asked = {"after": after, "idle_ns": self._idle_ns}
        seen = [SessionSighting(*row) for row in self._store.read(scope, "seen_sessions", asked)]
        for room in {one.room for one in seen} - {""}:
            self._note_room(scope.project_id, room)
        named = [one for one in seen if not one.room or (scope.project_id, one.room) in self._rooms]
        if named:
            now_ns = self._clock.now_ns()
            see_sessions(self._catalog, scope.project_id, named, idle_ns=self._idle_ns, now_ns=now_ns)
            self._noted()

    def _note_room(self, project: str, room: str) -> None:
        if (project, room) in self._rooms:
            return
        # A name that cannot be a room's stays an attribute of its telemetry.
        with suppress(InvalidError):
            ensure_room(self._catalog, project, room, clock=self._clock)
            self._rooms.add((project, room))
