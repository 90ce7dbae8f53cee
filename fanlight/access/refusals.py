"""Who was turned away: counted by reason, and in the audit log once an hour for each address and reason."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from concurrent.futures import Executor

from fanlight.access.readings import Readings
from fanlight.catalog.audit import Deed, record
from fanlight.catalog.database import Catalog
from fanlight.clock import Clock

logger = logging.getLogger("fanlight.access")


class Refusals:
    """Requests that presented what is no credential, or came from where none may. Safe from any thread.

    Not each one is written down: whoever is turned away could fill the disk with them.
    """

    def __init__(self, catalog: Catalog, clock: Clock, notes: Executor) -> None:
        self._catalog = catalog
        self._clock = clock
        self._notes = notes
        self._noted = Readings(clock)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, reason: str, address: str) -> None:
        """Somebody at `address` was refused for `reason`: a key, login, token, ticket, host or site.

        Receivers of telemetry note "ingest key", and do not tell from where it came: their address is ''.
        """
        with self._lock:
            self._counts[reason] += 1
            if self._noted.has(address, "", reason):
                return
            self._noted.add(address, "", reason)
        self._notes.submit(self._record, reason, address)

    def counts(self) -> dict[str, int]:
        """How many there were, by reason."""
        with self._lock:
            return dict(self._counts)

    def _record(self, reason: str, address: str) -> None:
        deed = Deed(actor="anonymous", action="request.refused", target=reason, address=address)
        try:
            record(self._catalog, deed, clock=self._clock)
        except Exception:
            logger.warning("could not note that %s was refused for its %s", address, reason, exc_info=True)


def render_refusals(counts: dict[str, int]) -> str:
    """Prometheus text.

    Example:
        >>> print(render_refusals({"key": 2}).splitlines()[-1])
        fanlight_refused_requests_total{reason="key"} 2
    """
    name = "fanlight_refused_requests_total"
    lines = [f"# HELP {name} Requests that were turned away.", f"# TYPE {name} counter"]
    lines += [f'{name}{{reason="{reason}"}} {count}' for reason, count in sorted(counts.items())]
    return "\n".join(lines) + "\n"
