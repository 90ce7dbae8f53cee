"""What authorisation adds to a request: the door and the gate, before an application that does nothing."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

from benchmarks.bench import Bench
from benchmarks.report import Row, row
from fanlight.access.gate import Gate
from fanlight.api.door import Door
from fanlight.catalog.database import Catalog, open_catalog
from fanlight.catalog.keys import create_key
from fanlight.catalog.logins import LoginKind, start_login
from fanlight.catalog.members import set_role
from fanlight.catalog.people import add_person
from fanlight.catalog.projects import create_project

PROJECT, MOST_US, ROUNDS, REQUESTS = "bench", 50.0, 20, 2_000


def measure(bench: Bench) -> list[Row]:
    """Microseconds a request, for those who come with a key, a login, its cookie, or the token of a run."""
    catalog = open_catalog("", bench.place / "access")
    gate = Gate(catalog, host="127.0.0.1")
    try:
        return [_row(gate, name, headers) for name, headers in _callers(catalog, gate).items()]
    finally:
        gate.close()
        catalog.close()


def _callers(catalog: Catalog, gate: Gate) -> dict[str, tuple[bytes, bytes]]:
    person = add_person(catalog, "bench@example.org")
    for number in range(100):
        create_project(catalog, f"{PROJECT}{number or ''}")
        set_role(catalog, f"{PROJECT}{number or ''}", person.email, "owner")
    login = start_login(catalog, person.id, LoginKind.BROWSER)[1]
    key = create_key(catalog, PROJECT, name="bench", scopes=["read"])[1].reveal()
    run = gate.run_tokens.for_reading(PROJECT, "r1", lasts_s=600)
    return {
        "a key": (b"authorization", f"Bearer {key}".encode()),
        "a login": (b"authorization", f"Bearer {login}".encode()),
        "a login's cookie": (b"cookie", f"theme=dark; __Host-fanlight={login}".encode()),
        "the token of a run": (b"authorization", f"Bearer {run}".encode()),
    }


def _row(gate: Gate, name: str, header: tuple[bytes, bytes]) -> Row:
    async def nothing(*_: Any) -> None:
        pass

    async def rounds() -> list[float]:
        door, added = Door(nothing, gate), []
        for _ in range(ROUNDS):
            bare = await _seconds(nothing, header)
            added.append(await _seconds(door, header) - bare)
        return added

    took_us = median(asyncio.run(rounds())) / REQUESTS * 1e6
    return row("access", f"authorisation of a request with {name}", took_us, "µs", at_most=MOST_US)


async def _seconds(app: Any, header: tuple[bytes, bytes]) -> float:
    scope = {
        "type": "http", "method": "GET", "path": f"/api/v1/projects/{PROJECT}/runs/r1", "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json"), header],
    }  # fmt: skip
    began = time.perf_counter()
    for _ in range(REQUESTS):
        await app(dict(scope), None, None)
    return time.perf_counter() - began
